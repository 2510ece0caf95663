"""Markdown read into blocks that know where they stand in the source; no Qt here.

CommonMark with tables and strikethrough, by markdown-it-py. HTML is never read: it stays text. An
image is its description and address, and nothing is ever fetched. A line break of the source is
a line break here too, as people who write to a model mean it.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evaldesk.ui.widgets.rich_text.markdown_inline import read_inline, without
from evaldesk.ui.widgets.rich_text.markdown_parser import parser
from evaldesk.ui.widgets.rich_text.shown import Shown

if TYPE_CHECKING:
    from markdown_it.token import Token

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


def load() -> None:
    """Bring the parser in, which takes a moment the first time."""
    parser().parse("*")


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
        for token in parser().parse(self._source):
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
        block = Block("text", read_inline(token, places, self._source, self._start))
        task = _TASK.match(token.content)
        if self._bullets and task is not None and block.shown.text.startswith(task[0]):
            self._bullets[-1] = "☐" if task[1] == " " else "☑"
            block.shown = without(block.shown, len(task[0]))
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
        self._table.rows[-1].append(read_inline(token, places, self._source, self._start))

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
