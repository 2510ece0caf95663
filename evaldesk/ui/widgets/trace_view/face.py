"""How one card is laid out at a width: a column of pieces, each measured when it is first seen."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from evaldesk.ui.theme.measure import payload_px
from evaldesk.ui.widgets.rich_text.chunks import Chunk
from evaldesk.ui.widgets.rich_text.compose import (
    lay_out_code,
    lay_out_json,
    lay_out_markdown,
    lay_out_plain,
)
from evaldesk.ui.widgets.rich_text.flow import Laid
from evaldesk.ui.widgets.rich_text.fonts import TextStyle, TextStyles
from evaldesk.ui.widgets.rich_text.pictures import lay_out_picture
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.rows import Rows
from evaldesk.ui.widgets.trace_view.sections import FILES, Section

PieceKind = Literal["head", "summary", "line", "fold", "label", "text", "more", "wait"]

EDGE = 3
"""Width of the bar that tells the role."""
PADDING = 12
"""Between the edge of a card and its text."""
TOP = 7
BOTTOM = 8
_HEAD, _LINE, _SUMMARY, _FOLD = 20.0, 18.0, 32.0, 24.0
"""Heights beside type of 13 pixels."""
_KEPT_LAYOUTS = 400


@dataclass(slots=True)
class Piece:
    """A part of a card that is drawn as one.

    Attributes:
        kind: ``head`` title and corner; ``summary`` the one line of a card without a head;
            ``line`` the one line below a head; ``fold`` and ``label`` titles of sections;
            ``text`` a block of text; ``more`` says how much of a long text is not in sight;
            ``wait`` that it is being laid out.
        height: in pixels; an estimate until ``exact``.
        section: index of its section in the card; -1 for none.
        chunk: index of its block in the section; -1 for none.
    """

    kind: PieceKind
    height: float
    section: int = -1
    chunk: int = -1
    exact: bool = True


class Face:
    """The pieces of one card.

    Attributes:
        pieces: from top to bottom.
        text_at: section → number of the piece that its first block is.
        waiting: sections whose text is still being laid out beside the window.
    """

    def __init__(self, card: Card, styles: TextStyles, width: float) -> None:
        self.card = card
        self.waiting: list[Section] = []
        self.pieces = list(_pieces(card, styles, width, self.waiting))
        self.text_at: dict[int, int] = {}
        for number, piece in enumerate(self.pieces):
            if piece.kind == "text":
                self.text_at.setdefault(piece.section, number)
        self._rows = Rows([[piece.height for piece in self.pieces]])

    def top(self, number: int) -> float:
        """Where a piece begins, counted from the card's top."""
        return TOP + self._rows.top(number)

    def at(self, y: float) -> int:
        """Number of the piece at a height of the card; the first or last where it lies beyond."""
        return self._rows.at(y - TOP)

    @property
    def height(self) -> float:
        """Of the whole card."""
        return TOP + self._rows.total + BOTTOM

    def measured(self, number: int, height: float) -> bool:
        """Note a piece's real height; says whether it differs from the estimate."""
        piece = self.pieces[number]
        piece.exact = True
        if piece.height == height:
            return False
        piece.height = height
        self._rows.set_own(0, number, height)
        return True


def estimate(card: Card, styles: TextStyles, width: float) -> float:
    """Height of a card without cutting its text into blocks."""
    height = float(TOP + BOTTOM) + _head_height(card)
    for section in card.sections if card.open else ():
        if section.covered:
            continue
        if section.title:
            height += payload_px(_FOLD)
        if section.in_sight:
            style = style_of(section, styles)
            height += style.pitch * max(1.0, section.size * style.letter / max(width, 1.0))
    return height


def lay_out(section: Section, chunk: Chunk, styles: TextStyles, width: float) -> Laid:
    """A block of a section at a width."""
    style = style_of(section, styles)
    if chunk.kind in ("markdown", "table"):
        return lay_out_markdown(chunk, styles, style, width)
    if chunk.kind == "code":
        return lay_out_code(chunk, styles, width)
    if chunk.kind == "json" and section.folds is not None:
        return lay_out_json(chunk, section.folds, styles, width)
    if chunk.kind in FILES:
        return lay_out_picture(chunk, styles, width)
    return lay_out_plain(chunk, style, width)


class LayoutCache:
    """The lines of the blocks that were seen last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, int], Laid] = OrderedDict()

    def clear(self) -> None:
        """Forget all, as when the width changes."""
        self._kept.clear()

    def forget_row(self, row: int) -> None:
        """Forget one card's lines, as when it is folded."""
        for key in [key for key in self._kept if key[0] == row]:
            del self._kept[key]

    def get(self, row: int, piece: Piece, card: Card, styles: TextStyles, width: float) -> Laid:
        """A text piece, laid out."""
        key = (row, piece.section, piece.chunk)
        found = self._kept.get(key)
        if found is None:
            section = card.sections[piece.section]
            found = lay_out(section, section.chunks[piece.chunk], styles, width)
            self._kept[key] = found
            if len(self._kept) > _KEPT_LAYOUTS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


def style_of(section: Section, styles: TextStyles) -> TextStyle:
    """The font of a section's text."""
    if section.mono:
        return styles.payload
    return styles.slanted if section.tone == "italic" else styles.prose


def _expected(chunk: Chunk, style: TextStyle, width: float) -> float:
    if chunk.kind == "json":
        return style.pitch * len(chunk.data)
    lines = max(chunk.text.count("\n") + 1.0, len(chunk.text) * style.letter / width)
    return style.pitch * lines


def _head_height(card: Card) -> float:
    if not card.title:
        return payload_px(_SUMMARY) - TOP - BOTTOM
    if card.foldable and not card.open:
        return payload_px(_HEAD + _LINE)
    return payload_px(_HEAD)


def _pieces(card: Card, styles: TextStyles, width: float, waiting: list[Section]) -> list[Piece]:
    pieces: list[Piece] = []
    if card.title:
        pieces.append(Piece("head", payload_px(_HEAD)))
        if card.foldable and not card.open:
            pieces.append(Piece("line", payload_px(_LINE)))
    else:
        pieces.append(Piece("summary", payload_px(_SUMMARY) - TOP - BOTTOM))
    if not card.open:
        return pieces
    for index, section in enumerate(card.sections):
        if section.covered:
            continue
        if section.foldable:
            pieces.append(Piece("fold", payload_px(_FOLD), index))
        elif section.title:
            pieces.append(Piece("label", payload_px(_FOLD), index))
        if section.foldable and not section.open:
            continue
        if section.heavy:
            waiting.append(section)
            pieces.append(Piece("wait", payload_px(_FOLD), index))
            continue
        style = style_of(section, styles)
        for place, chunk in enumerate(section.chunks):
            height = _expected(chunk, style, width)
            pieces.append(Piece("text", height, index, place, exact=False))
        if section.long:
            pieces.append(Piece("more", payload_px(_FOLD), index))
    return pieces
