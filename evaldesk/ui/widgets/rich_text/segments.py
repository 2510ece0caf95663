"""Markdown cut into stretches that can be read each by itself; no Qt here.

A text of five megabytes is read only as far as it is seen: a quick look at each line finds fences
and tables, and cuts between paragraphs. Each stretch is of bounded size whatever the text is.
"""

import re

from evaldesk.ui.widgets.rich_text.chunks import CHUNK, Chunk, cut_line, split

_ENOUGH = 500
"""A stretch is ended at the next blank line once it has this many characters."""
_MOST = 5000
"""A stretch is ended at the next line, blank or not."""

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})\s*([^\s`{]*)")
_DELIMITERS = re.compile(r" {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_SIGNS = re.compile(
    r"^ {0,3}(?:`{3,}|~{3,}|#{1,6} |> |[-*+] \S|\d{1,3}[.)] \S)"
    r"|\*\*\S|`[^`\n]+`|\]\([^)\s]+\)|^ {0,3}\|?\s*:?-{2,}:?\s*\|",
    re.MULTILINE,
)


def looks_like_markdown(text: str) -> bool:
    """Whether a text shows signs of Markdown; only its beginning is looked at."""
    return _SIGNS.search(text, 0, 20_000) is not None


def segments(text: str, limit: int | None = None) -> list[Chunk]:
    """Cut Markdown into chunks of kind ``markdown``, ``code``, ``table`` or ``plain``.

    Args:
        limit: do not look further than this many characters.
    """
    return _Scanner(text, len(text) if limit is None else min(limit, len(text))).run()


class _Scanner:
    def __init__(self, text: str, end: int) -> None:
        self._text = text
        self._end = end
        self._found: list[Chunk] = []
        self._start = 0  # of the stretch that is being collected

    def run(self) -> list[Chunk]:
        text, at = self._text, 0
        blank = False  # whether the line before was
        while at < self._end:
            stop = self._line_end(at)
            size = at - self._start
            if stop - at > _MOST:
                self._flush(at)
                self._found.extend(cut_line(text, at, stop))
                at = self._start = stop + 1
                continue
            line = text[at:stop]
            fence = _FENCE.match(line)
            if fence is not None:
                self._flush(at)
                at = self._start = self._code(fence, stop + 1)
                blank = False
                continue
            if "|" in line:
                after = self._line_end(stop + 1)
                following = text[stop + 1 : min(after, stop + 1 + _MOST)]
                if "|" in following and _DELIMITERS.match(following):
                    self._flush(at)
                    at = self._start = self._table(at, after)
                    blank = False
                    continue
            empty = not line.strip()
            inside = line[:1] in (" ", "\t")
            if not empty and ((blank and size >= _ENOUGH and not inside) or size >= _MOST):
                self._flush(at)
            blank = empty
            at = stop + 1
        self._flush(self._end)
        return self._found or [Chunk("", 0)]

    def _line_end(self, at: int) -> int:
        stop = self._text.find("\n", at, self._end)
        return self._end if stop < 0 else stop

    def _flush(self, stop: int) -> None:
        """End the stretch that is being collected; blank lines round it are left out."""
        start, text = self._start, self._text
        self._start = stop
        while stop > start and text[stop - 1].isspace():
            stop -= 1
        if stop <= start:
            return
        first = start
        while text[first].isspace():
            if text[first] == "\n":
                start = first + 1
            first += 1
        self._found.append(Chunk(text[start:stop], start, kind="markdown"))

    def _code(self, fence: re.Match[str], start: int) -> int:
        """The lines of a fence, up to the one that closes it or to the end."""
        text, marker = self._text, fence[1]
        closing = re.compile(rf"^ {{0,3}}{re.escape(marker[0])}{{{len(marker)},}}[ \t]*$", re.M)
        start = min(start, self._end)
        closed = closing.search(text, start, self._end)
        stop = closed.start() if closed else self._end
        code = text[start : max(start, stop - 1 if closed else stop)]
        pieces = split(code) or [Chunk("", 0)]
        last = len(pieces) - 1
        for index, piece in enumerate(pieces):
            self._found.append(
                Chunk(
                    piece.text,
                    start + piece.start,
                    piece.joined,
                    kind="code",
                    info=fence[2],
                    first=index == 0,
                    last=index == last,
                )
            )
        return self._line_end(stop) + 1 if closed else self._end + 1

    def _table(self, start: int, head_end: int) -> int:
        """The rows of a table; each stretch of them remembers the head."""
        text = self._text
        head = text[start:head_end]
        rows, at = min(head_end + 1, self._end), head_end + 1
        first = True
        while True:
            stop = self._line_end(at) if at < self._end else at
            line = text[at:stop] if at < self._end else ""
            over = "|" not in line or stop - at > _MOST
            if over or at - rows > CHUNK:
                end = max(rows, min(at - 1, self._end))
                if first or end > rows:
                    self._found.append(
                        Chunk(
                            text[start if first else rows : max(end, head_end if first else end)],
                            start if first else rows,
                            kind="table",
                            info="" if first else head,
                            first=first,
                            last=over,
                        )
                    )
                first, rows = False, at
            if over:
                return min(at, self._end + 1)
            at = stop + 1
