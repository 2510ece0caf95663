"""The text within one block of Markdown, with its styles and places; no Qt here."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaldesk.ui.widgets.rich_text.shown import Shown

if TYPE_CHECKING:
    from markdown_it.token import Token

_STYLES = {"strong": "strong", "em": "em", "s": "strike"}
_ADDRESS = re.compile(r"\]\(\s*<?([^\s<>]*?)>?\s*(?:[\"'(][^\n]*)?\)")


def read_inline(
    token: "Token", places: Sequence[tuple[int, int, int]], source: str, start: int
) -> Shown:
    """What a block's text says.

    Args:
        places: for each line of the block's content: where it begins there, in the source, and how
            long it is.
        start: where the source begins in the whole text.
    """
    return _Inline(token, places, source, start).read()


class _Inline:
    """Walks the tokens within one block."""

    def __init__(
        self, token: "Token", places: Sequence[tuple[int, int, int]], source: str, start: int
    ) -> None:
        self._content = token.content
        self._tokens = token.children or []
        self._places = places
        self._source = source
        self._start = start
        self._shown = Shown()
        self._cursor = 0
        self._line = 0

    def read(self) -> Shown:
        shown = self._shown
        opened: list[tuple[str, int, Any]] = []
        for token in self._tokens:
            kind = token.type
            if kind == "text":
                self._text(token)
            elif kind == "text_special":
                at = int(token.meta.get("pos", self._cursor))
                self._add(token.content, at, len(token.markup))
            elif kind in ("softbreak", "hardbreak"):
                self._line_break()
            elif kind == "code_inline":
                self._code(token)
            elif kind == "image":
                self._image(token)
            elif kind.endswith("_open"):
                opened.append((kind[:-5], len(shown), token))
            elif kind.endswith("_close") and opened:
                name, begun, opener = opened.pop()
                if name == "link":
                    self._link(begun, opener, token)
                elif len(shown) > begun:
                    shown.styles.append((begun, len(shown), _STYLES.get(name, "em")))
            elif token.content:
                self._add(token.content, int(token.meta.get("pos", -1)))
        return shown.done()

    def _line_break(self) -> None:
        """A break stays one, and the next line as far in as it was written."""
        at = self._content.find("\n", self._cursor)
        self._add("\n", at)
        if at >= 0:
            stop = at + 1
            while self._content[stop : stop + 1] in (" ", "\t"):
                stop += 1
            self._shown.add(self._content[at + 1 : stop])
            self._cursor = stop

    def _text(self, token: "Token") -> None:
        if not token.content:
            return
        at = token.meta.get("at")
        if at is None:
            pos = max(self._cursor, int(token.meta.get("pos", 0)))
            at = self._content.find(token.content, pos)
        self._add(token.content, int(at))

    def _code(self, token: "Token") -> None:
        pos = int(token.meta.get("pos", self._cursor)) + len(token.markup)
        at = self._content.find(token.content, pos)
        if 0 <= at <= pos + 1:
            self._add(token.content, at, style="code")
            return
        # It goes over a line break, which is shown as a space.
        at = pos + int(self._content[pos : pos + 1] in " \n" and token.content[:1] != " ")
        for number, piece in enumerate(self._content[at : at + len(token.content)].split("\n")):
            if number:
                self._shown.add(" ", style="code")
            self._add(piece, at, style="code")
            at += len(piece) + 1

    def _link(self, begun: int, opener: "Token", closer: "Token") -> None:
        shown = self._shown
        if len(shown) > begun:
            shown.styles.append((begun, len(shown), "link"))
        if opener.info == "auto":
            return
        match = _ADDRESS.match(self._content, int(closer.meta.get("pos", 0)))
        address = match[1] if match else str(opener.attrs.get("href", ""))
        said = "".join(shown._parts)[begun:]
        if address and said.strip() not in (address, address.removeprefix("mailto:")):
            shown.add(" (", style="address")
            self._add(address, match.start(1) if match else -1, style="address")
            shown.add(")", style="address")
        if match:
            self._cursor = max(self._cursor, match.end())

    def _image(self, token: "Token") -> None:
        pos = int(token.meta.get("pos", self._cursor))
        self._shown.add("▣ ", style="address")
        alt = token.content
        if alt:
            self._add(alt, self._content.find(alt, pos), style="em")
        address = str(token.attrs.get("src", ""))
        at = self._content.find(address, pos)
        self._shown.add(" (" if alt else "(", style="address")
        self._add(address, at, style="address")
        self._shown.add(")", style="address")

    def _add(self, text: str, at: int, length: int | None = None, style: str = "") -> None:
        """Show text that stands at a place of the block's content."""
        if at < 0:
            self._shown.add(text, style=style)
            return
        wanted = len(text) if length is None else length
        self._cursor = at + wanted
        place = self._place(at)
        if place < 0:
            self._shown.add(text, style=style)
        else:
            self._shown.add(text, place + self._start, wanted, style)

    def _place(self, at: int) -> int:
        """The place in the source of one in the content; -1 where it is not known."""
        places = self._places
        while self._line + 1 < len(places) and places[self._line + 1][0] <= at:
            self._line += 1
        while self._line > 0 and places[self._line][0] > at:
            self._line -= 1
        if not places:
            return -1
        begins, source, length = places[self._line]
        inside = at - begins
        if inside < 0 or inside > length:
            return -1
        return source + inside


def without(shown: Shown, count: int) -> Shown:
    """The same without its first characters."""
    made = Shown()
    text = shown.text[count:]
    made._length = len(text)
    made.text = text
    for run in shown.runs:
        cut = max(0, count - run.at)
        if cut >= run.length:
            continue
        made.runs.append(
            run._replace(
                at=run.at + cut - count,
                length=run.length - cut,
                source=run.source + cut,
                source_length=run.source_length - cut,
            )
        )
    made.styles = [
        (max(0, start - count), stop - count, name)
        for start, stop, name in shown.styles
        if stop > count
    ]
    return made
