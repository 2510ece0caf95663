"""Markdown read into blocks that know where they stand in the source; no Qt here.

CommonMark with tables and strikethrough, by markdown-it-py. HTML is never read: it stays text. An
image is its description and address, and nothing is ever fetched. A line break of the source is
a line break here too, as people who write to a model mean it.

markdown-it-py says of a block which lines it comes from, and nothing of what stands within. The
inline parser here notes where it was when it made each token, and that is enough.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from evaldesk.ui.widgets.rich_text.shown import Shown

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_STYLES = {"strong": "strong", "em": "em", "s": "strike"}
_ADDRESS = re.compile(r"\]\(\s*<?([^\s<>]*?)>?\s*(?:[\"'(][^\n]*)?\)")
_TASK = re.compile(r"\[([ xX])\] ")


@dataclass(slots=True)
class Block:
    """One block.

    Attributes:
        kind: ``text``, ``code``, ``table`` or ``rule``.
        shown: its text; of code as well.
        level: of a heading, 1 to 6; 0 for none.
        indent: how many lists it lies in. quote: how many quotations. outer: how many of the
            lists lie round the outermost quotation.
        bullet: what stands before it: ``•``, ``3.``, ``☐``; empty for none.
        tight: whether it belongs close to the block above.
        lang: of code.
        rows: of a table, the head first. aligns: of its columns: ``left``, ``right``, ``center``.
    """

    kind: str
    shown: Shown = field(default_factory=Shown)
    level: int = 0
    indent: int = 0
    quote: int = 0
    outer: int = 0
    bullet: str = ""
    tight: bool = False
    lang: str = ""
    rows: list[list[Shown]] = field(default_factory=list)
    aligns: list[str] = field(default_factory=list)


def blocks(source: str, start: int = 0, head: str = "") -> list[Block]:
    """Read Markdown.

    Args:
        start: where the source begins in the whole text; places are counted in that.
        head: head of a table whose later rows the source is; its first row is left out.
    """
    if head:
        text = f"{head}\n{source}"
        made = _Reader(text, start - len(head) - 1).read()
        for block in made:
            if block.kind == "table":
                del block.rows[:1]
        return made
    return _Reader(source, start).read()


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt
    from markdown_it.parser_inline import ParserInline
    from markdown_it.rules_inline import StateInline

    class Noting(StateInline):
        """Notes in each token where the parser was."""

        def pushPending(self) -> "Token":
            token = super().pushPending()
            at = self.src.rfind(token.content, 0, self.pos)
            token.meta["at"] = max(0, at)
            return token

        def push(self, ttype: str, tag: str, nesting: Any) -> "Token":
            token = super().push(ttype, tag, nesting)
            token.meta["pos"] = self.pos
            return token

    class Inline(ParserInline):
        """Reads the text of one block."""

        def parse(
            self, src: str, md: "MarkdownIt", env: Any, tokens: "list[Token]"
        ) -> "list[Token]":
            state = Noting(src, md, env, tokens)
            self.tokenize(state)
            for rule in self.ruler2.getRules(""):
                rule(state)
            return state.tokens

    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 60})
    inline = Inline()
    parser.inline = inline
    # The preset chose among the rules of the inline parser that was replaced.
    parser.enable(["table", "strikethrough"])
    parser.disable(["html_block", "html_inline", "reference", "linkify"], ignoreInvalid=True)
    inline.ruler2.disable(["fragments_join"])
    parser.core.ruler.disable(["text_join"])
    return parser


def load() -> None:
    """Bring the parser in, which takes a moment the first time."""
    _parser().parse("*")


class _Reader:
    """Walks the tokens of one source."""

    def __init__(self, source: str, start: int) -> None:
        self._source = source
        self._start = start
        self._lines = [0]
        self._lines.extend(match.end() for match in re.finditer("\n", source))
        self._found: list[Block] = []
        self._indent = 0
        self._quote = 0
        self._outer = 0
        self._bullets: list[str] = []  # of items whose first block is yet to come
        self._lists: list[int] = []  # next number of each list; 0 for one without numbers
        self._level = 0
        self._table: Block | None = None
        self._cursor = 0
        self._row = (0, 0)
        self._in_head = False

    def read(self) -> list[Block]:
        for token in _parser().parse(self._source):
            handler = getattr(self, f"_{token.type}", None)
            if handler is not None:
                handler(token)
        return self._found

    # containers

    def _blockquote_open(self, token: "Token") -> None:
        if not self._quote:
            self._outer = self._indent
        self._quote += 1

    def _blockquote_close(self, token: "Token") -> None:
        self._quote -= 1

    def _bullet_list_open(self, token: "Token") -> None:
        self._lists.append(0)
        self._indent += 1

    def _ordered_list_open(self, token: "Token") -> None:
        start = token.attrs.get("start", 1)
        self._lists.append(int(start) if str(start).isdigit() else 1)
        if self._lists[-1] == 0:
            self._lists[-1] = -1  # a list that begins with 0
        self._indent += 1

    def _bullet_list_close(self, token: "Token") -> None:
        self._lists.pop()
        self._indent -= 1
        self._bullets.clear()

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, token: "Token") -> None:
        number = self._lists[-1]
        if number == 0:
            self._bullets.append("•")
        else:
            self._bullets.append(f"{max(number, 0)}{token.markup}")
            self._lists[-1] = 1 if number == -1 else number + 1

    def _list_item_close(self, token: "Token") -> None:
        if self._bullets:  # an item without a text
            self._add(Block("text"))

    def _heading_open(self, token: "Token") -> None:
        self._level = int(token.tag[1:])

    def _heading_close(self, token: "Token") -> None:
        self._level = 0

    # blocks

    def _add(self, block: Block) -> None:
        block.indent, block.quote = self._indent, self._quote
        block.outer = self._outer if self._quote else 0
        block.level = self._level
        if self._bullets:
            block.bullet = self._bullets[-1]
            block.tight = bool(self._found) and self._found[-1].indent > 0
            self._bullets.clear()
        self._found.append(block)

    def _inline(self, token: "Token") -> None:
        if self._table is not None:
            self._cell(token)
            return
        places = self._places(token.content, *(token.map or [0, 0]))
        block = Block("text", _inline(token, places, self._source, self._start))
        task = _TASK.match(token.content)
        if self._bullets and task is not None and block.shown.text.startswith(task[0]):
            self._bullets[-1] = "☐" if task[1] == " " else "☑"
            block.shown = _without(block.shown, len(task[0]))
        self._add(block)

    def _fence(self, token: "Token") -> None:
        first = (token.map or [0, 0])[0] + (1 if token.type == "fence" else 0)
        shown = Shown()
        lines = token.content.removesuffix("\n").split("\n")
        for number, line in enumerate(lines):
            if number:
                shown.add("\n")
            at = self._at(line, first + number)
            shown.add(line, at + self._start if at >= 0 else -1)
        lang = token.info.split(maxsplit=1)[:1]
        self._add(Block("code", shown.done(), lang=lang[0] if lang else ""))

    _code_block = _fence

    def _hr(self, token: "Token") -> None:
        shown = Shown()
        self._add(Block("rule", shown.done()))

    def _table_open(self, token: "Token") -> None:
        self._table = Block("table")

    def _tr_open(self, token: "Token") -> None:
        assert self._table is not None
        self._table.rows.append([])
        lines = token.map or [0, 1]
        self._row = (self._lines[lines[0]], self._line_stop(lines[0]))
        self._cursor = self._row[0]

    def _th_open(self, token: "Token") -> None:
        assert self._table is not None
        self._in_head = True
        style = str(token.attrs.get("style", ""))
        self._table.aligns.append(style.removeprefix("text-align:") or "left")

    def _cell(self, token: "Token") -> None:
        assert self._table is not None
        content = token.content
        at = self._source.find(content, self._cursor, self._row[1]) if content else -1
        if at >= 0:
            self._cursor = at + len(content)
            places = [(0, at, len(content))]
        else:  # empty, or a bar was escaped within
            places = []
        self._table.rows[-1].append(_inline(token, places, self._source, self._start))

    def _table_close(self, token: "Token") -> None:
        if self._table is not None:
            block, self._table = self._table, None
            self._add(block)

    # places

    def _line_stop(self, line: int) -> int:
        if line + 1 < len(self._lines):
            return self._lines[line + 1] - 1
        return len(self._source)

    def _at(self, text: str, line: int) -> int:
        """Where the end of a line stands in the source; -1 where it does not."""
        if line >= len(self._lines):
            return -1
        return self._source.rfind(text, self._lines[line], self._line_stop(line))

    def _places(self, content: str, first: int, stop: int) -> list[tuple[int, int, int]]:
        """For each line of a block's content: where it begins there, in the source, its length."""
        found = []
        at = 0
        for number, line in enumerate(content.split("\n")):
            bare = line.strip()
            if bare and first + number < max(stop, first + 1):
                lead = len(line) - len(line.lstrip())
                place = self._at(bare, first + number)
                if place >= 0:
                    found.append((at + lead, place, len(bare)))
            at += len(line) + 1
        return found


def _inline(
    token: "Token", places: Sequence[tuple[int, int, int]], source: str, start: int
) -> Shown:
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


def _without(shown: Shown, count: int) -> Shown:
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
