"""Draws the part of a column that is in sight, with what is marked in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from evaldesk.ui.theme.contrast import quiet
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.trace_view.face import EDGE, PADDING, Face
from evaldesk.ui.widgets.trace_view.folding import Part
from evaldesk.ui.widgets.trace_view.highlight_marks import Mark, SectionMarks
from evaldesk.ui.widgets.trace_view.highlight_paint import paint_tags, tag_height
from evaldesk.ui.widgets.trace_view.paint import CardPainter, Marks
from evaldesk.ui.widgets.trace_view.places import Span
from evaldesk.ui.widgets.trace_view.plan import ColumnPlan


class ColumnPainter:
    """Draws cards where a plan puts them.

    Attributes:
        marks: what is coloured within the texts.
        dimmed: rows that are the same on both sides.
        outlined: row of the first divergence; -1 for none.
        chips: labels in the head of a row, besides the card's own.
    """

    def __init__(self, plan: ColumnPlan, tokens: Tokens) -> None:
        self._plan = plan
        self._cards = CardPainter(tokens, plan.styles)
        self.marks = Marks()
        self.dimmed: frozenset[int] = frozenset()
        self.outlined = -1
        self.chips: Mapping[int, Sequence[tuple[str, str]]] = {}

    @property
    def tokens(self) -> Tokens:
        """The theme."""
        return self._cards.tokens

    @tokens.setter
    def tokens(self, tokens: Tokens) -> None:
        self._cards.tokens = tokens

    def show(
        self,
        side: str,
        changed: Mapping[tuple[int, int], Sequence[tuple[int, int]]],
        dimmed: frozenset[int],
        outlined: int,
        chips: Mapping[int, Sequence[tuple[str, str]]],
    ) -> None:
        """Other cards, with nothing found, labelled or selected in them."""
        self._cards.side = side
        self.marks = Marks(changed=changed)
        self.dimmed = dimmed
        self.outlined = outlined
        self.chips = chips

    def mark_found(self, spans: Sequence[Span], current: Span | None) -> None:
        """Colour the hits of a search."""
        self.marks.found = _by_section(spans)
        self.marks.current = current

    def mark_labelled(self, marks: Mapping[tuple[int, int], SectionMarks]) -> None:
        """Underline the stretches that carry a label, with their letters in the margin."""
        self.marks.labelled = marks

    def mark_quoted(self, spans: Sequence[Span], current: Sequence[Span] = ()) -> None:
        """Colour what answer and documents share, and the stretches that were come to."""
        self.marks.quoted = _by_section(sorted(set(spans)))
        self.marks.quote = current

    def mark_selected(self, spans: Sequence[Span]) -> None:
        """Colour the selection."""
        self.marks.selected = {
            (span.row, span.section): (span.start, span.length) for span in spans
        }

    def draw(
        self,
        painter: QPainter,
        sight: QRectF,
        origin: QPointF,
        current: int,
        *,
        ring: bool,
        active: bool,
        part: Part | None = None,
    ) -> None:
        """Draw the cards in sight.

        Args:
            sight: what the person sees. origin: where the column begins, in the same coordinates.
            current: row that keys act on; -1 for none.
            ring: whether it has a ring. active: whether the keys go to it now.
            part: what of that row the keys act on.
        """
        top, bottom = sight.top() - origin.y(), sight.bottom() - origin.y()
        for row, y, face in self._plan.between(top, bottom):
            box = QRectF(origin.x(), y + origin.y(), self._plan.width, face.height)
            dimmed = row in self.dimmed and not (ring and row == current)
            if face.card.bookmarked or face.card.notes:
                self._cards.margin(painter, face.card, box)
            here = part if row == current else None
            self._card(painter, row, face, box, sight, dimmed=dimmed, part=here)
            self._tags(painter, row, face, box, sight)
            if ring and row == current:
                self._cards.focus(painter, box, sight, active=active)

    def _card(
        self,
        painter: QPainter,
        row: int,
        face: Face,
        box: QRectF,
        sight: QRectF,
        *,
        dimmed: bool,
        part: Part | None,
    ) -> None:
        outline = self.tokens.bad if row == self.outlined else ""
        self._cards.frame(painter, face.card, box, sight, outline=outline, dimmed=dimmed)
        tokens = self.tokens
        if dimmed:
            self.tokens = quiet(tokens)
        if part is not None:
            strip = self._plan.part_rect(row, part)
            if strip is not None:
                top = box.top() + strip.top() - self._plan.rows.top(row)
                self._cards.part(painter, QRectF(box.left(), top, box.width(), strip.height()))
        x = box.left() + EDGE + PADDING
        first = face.at(sight.top() - box.top())
        y = box.top() + face.top(first)
        for number in range(first, len(face.pieces)):
            piece = face.pieces[number]
            if y > sight.bottom():
                break
            area = QRectF(x, y, self._plan.text_width, piece.height)
            y += piece.height
            if piece.kind == "text":
                section = face.card.sections[piece.section]
                self._cards.text(
                    painter,
                    self._plan.laid(row, piece),
                    section,
                    section.chunks[piece.chunk],
                    area.topLeft(),
                    sight,
                    self.marks,
                    (row, piece.section),
                )
            else:
                chips = self.chips.get(row, ()) if number == 0 else ()
                self._cards.piece(painter, face, piece, area, chips)
        self.tokens = tokens

    def _tags(self, painter: QPainter, row: int, face: Face, box: QRectF, sight: QRectF) -> None:
        """The letters of the stretches that begin in sight, right of the card."""
        labelled = self.marks.labelled
        if not labelled or not any((row, i) in labelled for i in range(len(face.card.sections))):
            return
        tags: list[tuple[float, Mark]] = []
        first = face.at(sight.top() - box.top())
        y = box.top() + face.top(first)
        for number in range(first, len(face.pieces)):
            piece = face.pieces[number]
            if y > sight.bottom():
                break
            known = labelled.get((row, piece.section)) if piece.kind == "text" else None
            if known is not None:
                chunk = face.card.sections[piece.section].chunks[piece.chunk]
                laid = self._plan.laid(row, piece)
                for mark in known.within(chunk.start, chunk.end):
                    height = None
                    if mark.start >= chunk.start:
                        height = tag_height(laid, mark, (chunk.start, chunk.end))
                    if height is not None and sight.top() <= y + height <= sight.bottom():
                        tags.append((y + height, mark))
            y += piece.height
        tags.sort(key=lambda tag: (tag[0], tag[1].start))
        paint_tags(painter, self.tokens, box.right() + 1, sight.right() - box.right() - 2, tags)


def _by_section(spans: Sequence[Span]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for span in spans:
        found[span.row, span.section].append((span.start, span.length))
    return found
