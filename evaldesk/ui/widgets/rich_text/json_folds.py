"""JSON laid out over lines, of which some are folded; no Qt here.

Works on the text as `evaldesk.services.reading.steps.pretty` lays it out, so that every place in it
stays what it is for search, selection and comparison, whatever is folded.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from evaldesk.ui.widgets.rich_text.chunks import CHUNK, Chunk

LONG = 300
"""Characters of a string that are shown while it is folded."""
_SHORTEST = 80
FIRST = 60
"""About this many lines are open at first."""
MOST = 400
"""Lines that are shown until one asks for all."""
_BLOCK = 24
"""Lines of one chunk at most."""

_BRACKET = re.compile(r"[\[{]\n|\n *[\]}]")
_KEY = re.compile(r'\s*("(?:[^"\\]|\\.)*")\s*:\s*')
_PIECES = re.compile(r"(?:\\.|[^\\]){1,1400}", re.DOTALL)
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_pretty_json(text: str) -> bool:
    """Whether a text is a list or mapping over several lines."""
    return text[:4] in ("{\n  ", "[\n  ") and text[-2:] in ("\n}", "\n]")


class JsonLine(NamedTuple):
    """A line in sight, or one stretch of a long string that is open.

    Attributes:
        line: its number. start, stop: in the text. depth: how far it is indented.
        begins: whether it is the beginning of its line.
    """

    line: int
    start: int
    stop: int
    depth: int
    begins: bool = True


class JsonFolds:
    """What is folded of one text.

    Attributes:
        text: the JSON over lines.
        folded: lines that begin a list or mapping that is closed.
        unfolded: lines whose long string is open, and shown with its line breaks.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        self._starts.extend(match.end() for match in re.finditer("\n", text))
        self._close: dict[int, int] = {}
        self._parent: dict[int, int] = {}
        self._children: dict[int, int] = {}
        self._match()
        self._openers = sorted(self._close)
        self._opener = {close: opener for opener, close in self._close.items()}
        self.folded: set[int] = set()
        self.unfolded: set[int] = set()
        self._fold_to(FIRST)

    def _match(self) -> None:
        stack: list[int] = []
        text, close, parent = self.text, self._close, self._parent
        line = last = 0
        for match in _BRACKET.finditer(text):
            place = match.end() - 1
            if text[place] == "\n":  # an opener, and the end of its line
                line += text.count("\n", last, place)
                last = place
                if stack:
                    parent[line] = stack[-1]
                stack.append(line)
            else:
                line += text.count("\n", last, place)
                last = place
                if stack:
                    close[stack.pop()] = line

    # lines

    def __len__(self) -> int:
        return len(self._starts)

    def span(self, line: int) -> tuple[int, int]:
        """Where a line begins and ends in the text, without its break."""
        following = line + 1
        stop = self._starts[following] - 1 if following < len(self._starts) else len(self.text)
        return self._starts[line], stop

    def line_at(self, offset: int) -> int:
        """The line of a place in the text."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def close_of(self, line: int) -> int | None:
        """The line that ends what a line begins; None where it begins nothing."""
        return self._close.get(line)

    def parent(self, line: int) -> int | None:
        """The line that begins what a line lies in; None at the top."""
        index = bisect_left(self._openers, line) - 1
        if index < 0:
            return None
        opener: int | None = self._openers[index]
        while opener is not None and self._close[opener] < line:
            opener = self._parent.get(opener)
        return opener

    def children(self, line: int) -> int:
        """How many entries a list or mapping has."""
        known = self._children.get(line)
        if known is None:
            start, stop = self.span(line)[1], self.span(self._close[line])[0]
            indent = self._indent(line + 1)
            known = len(re.findall(rf"\n {{{indent}}}(?=[^ \]}}])", self.text[start:stop]))
            self._children[line] = known
        return known

    def visible(self, start: int = 0) -> Iterator[int]:
        """The lines in sight, from one of them."""
        line, count = start, len(self._starts)
        while line < count:
            yield line
            line = (
                self._close[line] + 1 if line in self.folded and line in self._close else line + 1
            )

    # folding

    def can_fold(self, line: int) -> bool:
        """Whether a line can be opened and closed."""
        return line in self._close or self.long_string(line) is not None

    def is_open(self, line: int) -> bool:
        """Whether what a line begins is in sight."""
        return line not in self.folded if line in self._close else line in self.unfolded

    def toggle(self, line: int) -> bool:
        """Open or close a line; says whether there was anything to do."""
        if line in self._close:
            self.folded ^= {line}
        elif self.long_string(line) is not None:
            self.unfolded ^= {line}
        else:
            return False
        return True

    def set_all(self, open: bool) -> None:
        """Open or close everything but the outermost."""
        self.folded = set() if open else set(self._openers[1:])
        if not open:
            self.unfolded.clear()

    def any_closed(self) -> bool:
        """Whether a list or mapping is closed."""
        return bool(self.folded)

    def uncover(self, offset: int) -> bool:
        """Open what hides a place; says whether anything did."""
        line = self.line_at(offset)
        changed = False
        opener = self.parent(line)
        while opener is not None:
            if opener in self.folded:
                self.folded.discard(opener)
                changed = True
            opener = self._parent.get(opener)
        string = self.long_string(line)
        if string is not None and line not in self.unfolded and offset >= string[0] + LONG:
            self.unfolded.add(line)
            changed = True
        return changed

    def _fold_to(self, most: int) -> None:
        if len(self._starts) <= most:
            return
        self.folded = set(self._openers)
        shown = 1
        level = self._openers[:1]
        while level:
            following: list[int] = []
            for opener in level:
                more = self.children(opener) + 1
                if opener and shown + more > most:
                    return
                self.folded.discard(opener)
                shown += more
                if shown <= most:
                    following.extend(self._openers_within(opener, most))
            level = following

    def _openers_within(self, opener: int, most: int) -> list[int]:
        found: list[int] = []
        for line in self.visible(opener + 1):
            if line >= self._close[opener] or len(found) > most:
                break
            if line in self._close:
                found.append(line)
        return found

    # what a line is

    def key(self, line: int) -> str | None:
        """The name of a line's entry; None in a list and at the top."""
        start, stop = self.span(line)
        match = _KEY.match(self.text, start, stop)
        if match is None:
            return None
        try:
            return str(json.loads(match[1]))
        except ValueError:
            return match[1][1:-1]

    def path(self, line: int) -> str:
        """Where a line stands, such as ``$.items[3]["odd name"]``."""
        line = self._opener.get(line, line)
        steps: list[str] = []
        here: int | None = line
        while here is not None:
            opener = self.parent(here)
            if opener is None:
                break
            key = self.key(here)
            if key is None:
                steps.append(f"[{self._index(opener, here)}]")
            elif _PLAIN_KEY.fullmatch(key):
                steps.append(f".{key}")
            else:
                steps.append(f"[{json.dumps(key, ensure_ascii=False)}]")
            here = opener
        return "$" + "".join(reversed(steps))

    def ends(self, line: int) -> bool:
        """Whether a line only ends what another one began."""
        return line in self._opener

    def value(self, line: int) -> str:
        """The value of a line's entry: JSON, or the text itself where it is a string."""
        line = self._opener.get(line, line)
        start, stop = self.span(line)
        match = _KEY.match(self.text, start, stop)
        first = match.end() if match else start + self._indent(line)
        last = stop if line not in self._close else self.span(self._close[line])[1]
        raw = self.text[first:last].rstrip().removesuffix(",")
        if raw[:1] == '"':
            try:
                return str(json.loads(raw))
            except ValueError:
                return raw
        indent = " " * self._indent(line)
        return raw.replace(f"\n{indent}", "\n") if indent else raw

    def long_string(self, line: int) -> tuple[int, int] | None:
        """Where the string of a line stands, without its quotes, if it is long enough to fold."""
        if line in self._close:
            return None
        start, stop = self.span(line)
        if stop - start < _SHORTEST:
            return None
        match = _KEY.match(self.text, start, stop)
        first = match.end() if match else start + self._indent(line)
        last = stop - 1 if self.text[stop - 1] == "," else stop
        if self.text[first : first + 1] != '"' or self.text[last - 1] != '"' or last - first < 2:
            return None
        broken = self.text.find("\\n", first, last) >= 0
        return (first + 1, last - 1) if broken or last - first > LONG + 40 else None

    def _indent(self, line: int) -> int:
        start, stop = self.span(line)
        return stop - start - len(self.text[start:stop].lstrip(" "))

    def _index(self, opener: int, line: int) -> int:
        indent = self._indent(line)
        between = self.text[self.span(opener)[1] : self.span(line)[0]]
        return len(re.findall(rf"\n {{{indent}}}(?=[^ \]}}])", between))

    # what is shown

    def chunks(self, *, whole: bool) -> tuple[list[Chunk], int]:
        """The lines in sight in blocks, and how many more there are in the text below.

        Args:
            whole: show all of them, and not just the first.
        """
        found: list[Chunk] = []
        block: list[JsonLine] = []
        size = count = 0

        def end() -> None:
            nonlocal size
            if block:
                start = block[0].start
                found.append(
                    Chunk("", start, kind="json", data=tuple(block), first=not found, last=False)
                )
            block.clear()
            size = 0

        for line in self.visible():
            if count >= MOST and not whole:
                end()
                return found, len(self._starts) - line
            count += 1
            start, stop = self.span(line)
            depth = (stop - start - len(self.text[start:stop].lstrip(" "))) // 2
            string = self.long_string(line) if stop - start >= _SHORTEST else None
            if string is not None and line in self.unfolded and stop - start > CHUNK:
                end()
                pieces = [match.end() for match in _PIECES.finditer(self.text, *string)]
                edges = [start, *pieces[:-1], stop]
                for index, (first, last) in enumerate(pairwise(edges)):
                    block.append(JsonLine(line, first, last, depth, begins=index == 0))
                    end()
                continue
            block.append(JsonLine(line, start, stop, depth))
            size += min(stop - start, LONG + 100)
            if len(block) >= _BLOCK or size > CHUNK:
                end()
        end()
        return found, 0
