"""Where the cards of one column lie, to the line of text; no widgets here.

Heights are estimates until a piece is first in sight. Whatever asks for a place gets it as it is
known so far; whatever measures says whether an estimate was wrong, so that its caller can lay out
again.

Coordinates are those of the column: 0, 0 is the upper left corner of its first card.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from evaldesk.ui.widgets.rich_text.chunks import chunk_at
from evaldesk.ui.widgets.rich_text.flow import Laid, Target
from evaldesk.ui.widgets.rich_text.fonts import TextStyles
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.face import (
    EDGE,
    PADDING,
    Face,
    LayoutCache,
    Piece,
    estimate,
)
from evaldesk.ui.widgets.trace_view.folding import Part
from evaldesk.ui.widgets.trace_view.places import Place, Span
from evaldesk.ui.widgets.trace_view.rows import Rows
from evaldesk.ui.widgets.trace_view.sections import Section

_MOST_UNCOVERED = 20
GAP = 8
"""Between a card and the next one."""


class Hit(NamedTuple):
    """What lies at a point.

    Attributes:
        row: -1 where there is none. number: of the piece nearest to the point; -1 for none.
        piece: under the point; None beside and between the cards.
    """

    row: int
    number: int
    piece: Piece | None


class Hold(NamedTuple):
    """A piece that should stay where it is on the screen.

    Attributes:
        row: -1 for none. number: of the piece in its card. below: pixels from the upper edge.
    """

    row: int
    number: int
    below: float


class ColumnPlan:
    """Lays out cards one below the other.

    Attributes:
        cards: one for each row; None where this column has nothing in a row.
        rows: where the rows lie; shared with the other column where there is one.
        column: which column of ``rows`` this is.
        styles: fonts of the text.
        width: of a card, in pixels.
        changed: (row, section) → stretches that are to be in sight once their card is.
        waiting: rows and sections in sight that are to be laid out beside the window first.
    """

    def __init__(self, styles: TextStyles) -> None:
        self.cards: Sequence[Card | None] = ()
        self.rows = Rows()
        self.column = 0
        self.styles = styles
        self.width = 120
        self.changed: dict[tuple[int, int], Sequence[tuple[int, int]]] = {}
        self.waiting: list[tuple[int, Section]] = []
        self._faces: dict[int, Face] = {}
        self._layouts = LayoutCache()

    def show(self, cards: Sequence[Card | None], rows: Rows | None, column: int) -> None:
        """Other cards; the rows are made here where none are shared."""
        self.cards = cards
        self._faces.clear()
        self._layouts.clear()
        self.column = column
        self.rows = rows if rows is not None else Rows([self.estimates(cards)], GAP)

    @property
    def text_width(self) -> float:
        """Width of the text in the cards."""
        return float(self.width - EDGE - 2 * PADDING)

    @property
    def total(self) -> float:
        """Height of all the cards."""
        return self.rows.total - GAP if len(self.rows) else 0.0

    @property
    def faces_made(self) -> int:
        """How many cards were cut into pieces so far."""
        return len(self._faces)

    # cards and their parts

    def estimates(self, cards: Sequence[Card | None]) -> list[float]:
        """Heights that cards will have at this width, more or less."""
        width = self.text_width
        return [0.0 if card is None else estimate(card, self.styles, width) for card in cards]

    def face(self, row: int) -> Face | None:
        """The pieces of a card; made when it is first seen."""
        face = self._faces.get(row)
        card = self.cards[row]
        if face is None and card is not None:
            self._uncover_changed(row, card)
            face = self._faces[row] = Face(card, self.styles, self.text_width)
            self.waiting.extend((row, section) for section in face.waiting)
        return face

    def _uncover_changed(self, row: int, card: Card) -> None:
        """Folds that hide what the other side has not are opened, once."""
        for index, section in enumerate(card.sections):
            if (row, index) in self.changed and card.open and section.in_sight:
                if section.heavy:
                    continue
                for start, _ in self.changed.pop((row, index))[:_MOST_UNCOVERED]:
                    section.uncover(start)

    def laid(self, row: int, piece: Piece) -> Laid:
        """A piece of text, laid out."""
        card = self.cards[row]
        assert card is not None
        return self._layouts.get(row, piece, card, self.styles, self.text_width)

    def forget_layouts(self) -> None:
        """Lay out what is in sight again, at the heights that are known: the colours changed."""
        self._layouts.clear()

    def remake(self, row: int) -> bool:
        """A card was opened or closed; says whether its height changed."""
        self._faces.pop(row, None)
        self._layouts.forget_row(row)
        face = self.face(row)
        return face is not None and self._set_height(row, face.height)

    def remake_all(self) -> None:
        """Every height may have changed, as with another width."""
        self._faces.clear()
        self._layouts.clear()
        for row, height in enumerate(self.estimates(self.cards)):
            self.rows.set_own(self.column, row, height)

    # measuring

    def measure(self, top: float, bottom: float) -> bool:
        """Measure the pieces between two heights; says whether any was not as estimated."""
        row = self.rows.at(max(top, 0.0))
        y = self.rows.top(row)
        changed = False
        while row < len(self.rows) and y < bottom:
            changed |= self.measure_row(row, top - y, bottom - y)
            y += self.rows.extent(row)
            row += 1
        return changed

    def measure_row(self, row: int, start: float, stop: float) -> bool:
        """Measure the pieces of one card from one of its heights to another."""
        face = self.face(row)
        if face is None:
            return False
        index = face.at(start)
        y = face.top(index)
        changed = False
        while index < len(face.pieces) and y < stop:
            piece = face.pieces[index]
            if not piece.exact:
                changed |= face.measured(index, self.laid(row, piece).height)
            y += piece.height
            index += 1
        return self._set_height(row, face.height) or changed

    def _set_height(self, row: int, height: float) -> bool:
        if self.rows.own(self.column, row) == height:
            return False
        self.rows.set_own(self.column, row, height)
        return True

    # what stays where it is while heights change

    def hold(self, top: float) -> Hold:
        """The first piece that begins below a height. What is cut by the edge is not measured yet
        when one scrolls upwards, so it may still change its height.
        """
        row = self.rows.at(max(top, 0.0)) if len(self.rows) else 0
        while row < len(self.rows):
            face = self.face(row)
            if face is not None:
                begins = self.rows.top(row)
                for index in range(face.at(top - begins), len(face.pieces)):
                    if begins + face.top(index) >= top:
                        return Hold(row, index, begins + face.top(index) - top)
            row += 1
        return Hold(-1, 0, 0.0)

    def held_top(self, held: Hold) -> float | None:
        """The height that brings what was held back to its place; None where nothing was."""
        face = self.face(held.row) if held.row >= 0 else None
        if face is None:
            return None
        index = min(held.number, len(face.pieces) - 1)
        return self.rows.top(held.row) + face.top(index) - held.below

    # between points and places

    def row_at(self, y: float) -> int:
        """The row at a height; -1 where there is none."""
        return self.rows.at(y) if len(self.rows) else -1

    def hit(self, point: QPointF) -> Hit:
        """What lies at a point."""
        row = self.row_at(point.y())
        face = self._faces.get(row)
        if face is None:
            return Hit(row, -1, None)
        y = point.y() - self.rows.top(row)
        index = face.at(y)
        if y < 0 or y > face.height or not 0 <= point.x() <= self.width:
            outside = 0 if y < 0 else len(face.pieces) - 1
            return Hit(row, max(0, min(index, outside)), None)
        index = min(max(0, index), len(face.pieces) - 1)
        return Hit(row, index, face.pieces[index])

    def place_at(self, point: QPointF, *, nearest: bool = False) -> Place | None:
        """The place in the text under a point.

        Args:
            nearest: take the nearest text of the card where there is none under the point.
        """
        row, index, piece = self.hit(point)
        face = self._faces.get(row)
        if face is None:
            return None
        if piece is None or piece.kind != "text":
            texts = [i for i, one in enumerate(face.pieces) if one.kind == "text"]
            if not nearest or not texts:
                return None
            index = min(texts, key=lambda i: abs(i - index))
            piece = face.pieces[index]
        y = point.y() - self.rows.top(row) - face.top(index)
        offset = self.laid(row, piece).source_at(point.x() - EDGE - PADDING, y)
        return Place(row, piece.section, offset)

    def target_at(self, point: QPointF) -> tuple[Hit, Target] | None:
        """What a click on a piece of text would act on; None where it only selects."""
        hit = self.hit(point)
        face = self._faces.get(hit.row)
        if face is None or hit.piece is None or hit.piece.kind != "text":
            return None
        y = point.y() - self.rows.top(hit.row) - face.top(hit.number)
        target = self.laid(hit.row, hit.piece).target_at(point.x() - EDGE - PADDING, y)
        return (hit, target) if target is not None else None

    def part_rect(self, row: int, part: Part) -> QRectF | None:
        """Where a part of a card lies, as the heights are known so far; None where it is not in
        sight.
        """
        face = self.face(row)
        if face is None or part.section >= len(face.card.sections):
            return None
        begins = self.rows.top(row)
        if part.kind == "line":
            return self._line_rect(row, face, begins, part)
        wanted = "text" if part.kind == "file" else part.kind
        for index, piece in enumerate(face.pieces):
            if piece.section == part.section and piece.kind == wanted:
                return QRectF(0.0, begins + face.top(index), self.width, piece.height)
        return None

    def _line_rect(self, row: int, face: Face, begins: float, part: Part) -> QRectF | None:
        section = face.card.sections[part.section]
        first = face.text_at.get(part.section)
        if first is None or section.folds is None:
            return None
        index = first + chunk_at(section.chunks, section.folds.span(part.line)[0])
        if index >= len(face.pieces) or face.pieces[index].chunk < 0:
            return None
        piece = face.pieces[index]
        lines = [item.line for item in section.chunks[piece.chunk].data or ()]
        if part.line not in lines:
            return None
        flow = self.laid(row, piece).flows[lines.index(part.line)]
        return QRectF(0.0, begins + face.top(index) + flow.y, self.width, flow.height)

    def offset_of(self, span: Span) -> tuple[float, bool]:
        """How far down a stretch of text lies, as the heights are known so far, and whether
        measuring it changed the height of its card.
        """
        face = self.face(span.row)
        if face is None:
            return self.rows.top(span.row), False
        first = face.text_at.get(span.section)
        if first is None:
            return self.rows.top(span.row), False
        index = first + chunk_at(face.card.sections[span.section].chunks, span.start)
        laid = self.laid(span.row, face.pieces[index])
        changed = face.measured(index, laid.height)
        if changed:
            self._set_height(span.row, face.height)
        return self.rows.top(span.row) + face.top(index) + laid.y_of(span.start), changed

    def between(self, top: float, bottom: float) -> Iterator[tuple[int, float, Face]]:
        """The cards between two heights: row, where it begins, and its pieces."""
        row = self.row_at(max(top, 0.0))
        y = self.rows.top(row) if row >= 0 else 0.0
        while 0 <= row < len(self.rows) and y < bottom:
            face = self.face(row)
            if face is not None:
                yield row, y, face
            y += self.rows.extent(row)
            row += 1
