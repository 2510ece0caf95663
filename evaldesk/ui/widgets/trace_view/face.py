"""How one card is laid out at a width: a column of pieces, each measured when it is first seen."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

from evaldesk.ui.theme.apply import mono, sans
from evaldesk.ui.widgets.trace_view.cards import Card, Section
from evaldesk.ui.widgets.trace_view.chunks import Chunk

PieceKind = Literal["head", "summary", "line", "fold", "label", "text"]

EDGE = 3
"""Width of the bar that tells the role."""
PADDING = 12
"""Between the edge of a card and its text."""
TOP = 7
BOTTOM = 8
HEAD_HEIGHT = 20.0
SUMMARY_HEIGHT = 32.0
FOLD_HEIGHT = 24.0
_KEPT_LAYOUTS = 400


@dataclass(slots=True)
class Piece:
    """A part of a card that is drawn as one.

    Attributes:
        kind: ``head`` title and corner; ``summary`` the one line of a card without a head;
            ``line`` the one line below a head; ``fold`` and ``label`` titles of sections;
            ``text`` a block of text.
        height: in pixels; an estimate until ``exact``.
        section: index of its section in the card; -1 for none.
        chunk: index of its block in the section; -1 for none.
    """

    kind: PieceKind
    height: float
    section: int = -1
    chunk: int = -1
    exact: bool = True


class TextStyle:
    """A font with its measures.

    Attributes:
        pitch: from line to line, in pixels.
        letter: mean width of a letter.
    """

    def __init__(self, font: QFont, pitch: float) -> None:
        self.font = font
        self.pitch = pitch
        metrics = QFontMetricsF(font)
        self.ascent = metrics.ascent()
        self.letter = max(1.0, metrics.horizontalAdvance("the quick brown fox, 0123") / 25)
        self.tab = metrics.horizontalAdvance(" ") * 4


class TextStyles:
    """The fonts of the trace view, made once."""

    def __init__(self) -> None:
        self.prose = TextStyle(sans(), 20.0)
        self.payload = TextStyle(mono(), 18.0)
        slanted = sans()
        slanted.setItalic(True)
        self.slanted = TextStyle(slanted, 20.0)
        self.head = sans("small", bold=True)
        self.payload_head = mono("small")
        self.small = sans("small")

    def of(self, section: Section) -> TextStyle:
        """The style of a section's text."""
        if section.mono:
            return self.payload
        return self.slanted if section.tone == "italic" else self.prose


class Face:
    """The pieces of one card.

    Attributes:
        pieces: from top to bottom.
    """

    def __init__(self, card: Card, styles: TextStyles, width: float) -> None:
        self.card = card
        self.pieces = list(_pieces(card, styles, width))
        self._tops: list[float] | None = None

    @property
    def tops(self) -> Sequence[float]:
        """Where each piece begins, counted from the card's top, and where the last one ends."""
        if self._tops is None:
            heights = [piece.height for piece in self.pieces]
            self._tops = list(accumulate(heights, initial=float(TOP)))
        return self._tops

    @property
    def height(self) -> float:
        """Of the whole card."""
        return self.tops[-1] + BOTTOM

    def measured(self, index: int, height: float) -> bool:
        """Note a piece's real height; says whether it differs from the estimate."""
        piece = self.pieces[index]
        piece.exact = True
        if piece.height == height:
            return False
        piece.height = height
        self._tops = None
        return True


def estimate(card: Card, styles: TextStyles, width: float) -> float:
    """Height of a card without cutting its text into blocks."""
    height = float(TOP + BOTTOM) + _head_height(card)
    for section in card.sections if card.open else ():
        if section.title:
            height += FOLD_HEIGHT
        if section.open or not section.foldable:
            style = styles.of(section)
            height += style.pitch * max(1.0, section.size * style.letter / max(width, 1.0))
    return height


def lay_out(chunk: Chunk, style: TextStyle, width: float) -> tuple[QTextLayout, float]:
    """A block's lines at a width, and their height."""
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    option.setTabStopDistance(style.tab)
    option.setTextDirection(
        Qt.LayoutDirection.RightToLeft if chunk.rtl else Qt.LayoutDirection.LeftToRight
    )
    if chunk.rtl:
        option.setAlignment(Qt.AlignmentFlag.AlignRight)
    layout = QTextLayout(chunk.text.replace("\n", "\u2028"), style.font)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    layout.beginLayout()
    y = 0.0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(max(width, 20.0))
        # Lines with glyphs of a taller fallback font (CJK, emoji) get the room they need.
        pitch = max(style.pitch, line.height())
        line.setPosition(QPointF(0.0, y + (pitch - line.height()) / 2))
        y += pitch
    layout.endLayout()
    return layout, y


class LayoutCache:
    """The lines of the blocks that were seen last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[int, int, int], tuple[QTextLayout, float]] = OrderedDict()

    def clear(self) -> None:
        """Forget all, as when the width changes."""
        self._kept.clear()

    def forget_row(self, row: int) -> None:
        """Forget one card's lines, as when it is folded."""
        for key in [key for key in self._kept if key[0] == row]:
            del self._kept[key]

    def get(
        self, row: int, piece: Piece, card: Card, styles: TextStyles, width: float
    ) -> tuple[QTextLayout, float]:
        """The lines of a text piece."""
        key = (row, piece.section, piece.chunk)
        found = self._kept.get(key)
        if found is None:
            section = card.sections[piece.section]
            found = lay_out(section.chunks[piece.chunk], styles.of(section), width)
            self._kept[key] = found
            if len(self._kept) > _KEPT_LAYOUTS:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return found


def _head_height(card: Card) -> float:
    if not card.title:
        return SUMMARY_HEIGHT - TOP - BOTTOM
    if card.foldable and not card.open:
        return HEAD_HEIGHT + 18.0
    return HEAD_HEIGHT


def _pieces(card: Card, styles: TextStyles, width: float) -> list[Piece]:
    pieces: list[Piece] = []
    if card.title:
        pieces.append(Piece("head", HEAD_HEIGHT))
        if card.foldable and not card.open:
            pieces.append(Piece("line", 18.0))
    else:
        pieces.append(Piece("summary", SUMMARY_HEIGHT - TOP - BOTTOM))
    if not card.open:
        return pieces
    for index, section in enumerate(card.sections):
        if section.foldable:
            pieces.append(Piece("fold", FOLD_HEIGHT, index))
        elif section.title:
            pieces.append(Piece("label", FOLD_HEIGHT, index))
        if section.foldable and not section.open:
            continue
        style = styles.of(section)
        for place, chunk in enumerate(section.chunks):
            lines = max(chunk.text.count("\n") + 1.0, len(chunk.text) * style.letter / width)
            pieces.append(Piece("text", style.pitch * lines, index, place, exact=False))
    return pieces
