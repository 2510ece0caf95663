"""The scrolling column of cards: one trace, or one of two that scroll in step.

Only what is in sight is measured and drawn. Everything else has an estimated height, so a trace
of thousands of messages, or one with a line of megabytes, opens at once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextLayout,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.chunks import character_at, chunk_at, units_before
from evaldesk.ui.widgets.trace_view.face import (
    EDGE,
    PADDING,
    Face,
    LayoutCache,
    Piece,
    TextStyles,
    estimate,
)
from evaldesk.ui.widgets.trace_view.paint import DIMMED, CardPainter, Marks
from evaldesk.ui.widgets.trace_view.places import (
    Place,
    Span,
    as_text,
    between,
    text_between,
    word_around,
)
from evaldesk.ui.widgets.trace_view.rows import Rows

MARGIN = 16
GAP = 8
WIDEST = 860
"""A card grows no wider: longer lines are hard to read."""


class TraceCanvas(QAbstractScrollArea):
    """Cards one below the other.

    Attributes:
        cards: one for each row; None where this side has nothing in a row.
        rows: where the rows lie; shared with the other side where there is one.
        column: which column of ``rows`` this is.
        current: the row that keys act on; -1 for none.

    Signals:
        current_changed(row).
        folded(row, section): a card (section -1) or section was opened or closed by the person.
        heights_changed(): of rows; the other side lays itself out again.
        selection_changed().
        context_menu_wanted(row, global position).
    """

    current_changed = Signal(int)
    folded = Signal(int, int)
    heights_changed = Signal()
    selection_changed = Signal()
    context_menu_wanted = Signal(int, QPoint)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: Sequence[Card | None] = ()
        self.rows = Rows()
        self.column = 0
        self.current = -1
        self._came = False
        self._styles = TextStyles()
        self._painter = CardPainter(tokens, self._styles)
        self._faces: dict[int, Face] = {}
        self._layouts = LayoutCache()
        self._marks = Marks()
        self._dimmed: frozenset[int] = frozenset()
        self._chips: Mapping[int, Sequence[tuple[str, str]]] = {}
        self._outlined = -1
        self._anchor: Place | None = None
        self._head: Place | None = None
        self._dragging = False
        self._settling = False
        self._auto_scroll = QTimer(self)
        self._auto_scroll.setInterval(40)
        self._auto_scroll.timeout.connect(self._drag_on)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(40)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Trace"))

    # what is shown

    def show_cards(
        self,
        cards: Sequence[Card | None],
        rows: Rows | None = None,
        column: int = 0,
        *,
        side: str = "",
        changed: Mapping[tuple[int, int], Sequence[tuple[int, int]]] | None = None,
        dimmed: Iterable[int] = (),
        outlined: int = -1,
        chips: Mapping[int, Sequence[tuple[str, str]]] | None = None,
    ) -> None:
        """Show other cards, from their beginning.

        Args:
            rows: shared with the other side; made here where there is none.
            side: ``a``, ``b`` or empty.
            changed: words that the other side has not, by (row, section).
            dimmed: rows that are the same on both sides.
            outlined: row of the first divergence; -1 for none.
            chips: labels in the head of a row, besides the card's own.
        """
        self.cards = cards
        self._faces.clear()
        self._layouts.clear()
        self._painter.side = side
        self._marks = Marks(changed=changed or {})
        self._dimmed = frozenset(dimmed)
        self._outlined = outlined
        self._chips = chips or {}
        self._anchor = self._head = None
        self.column = column
        self.rows = rows if rows is not None else Rows([self.estimates(cards)], GAP)
        self.current = -1
        self._came = False
        self._adjust_scroll_bar()
        self.verticalScrollBar().setValue(0)
        first = next((row for row, card in enumerate(cards) if card is not None), -1)
        self.set_current(first, reveal=False)
        self.settle()

    def estimates(self, cards: Sequence[Card | None]) -> list[float]:
        """Heights that cards will have at this width, more or less."""
        width = self.text_width
        return [0.0 if card is None else estimate(card, self._styles, width) for card in cards]

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._painter.tokens = tokens
        self.viewport().update()

    def set_found(self, spans: Sequence[Span], current: Span | None) -> None:
        """Colour the hits of a search."""
        found: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for span in spans:
            found[span.row, span.section].append((span.start, span.length))
        self._marks.found = found
        self._marks.current = current
        self.viewport().update()

    def set_labelled(self, spans: Sequence[Span]) -> None:
        """Colour the stretches that carry a label."""
        labelled: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for span in spans:
            labelled[span.row, span.section].append((span.start, span.length))
        self._marks.labelled = labelled
        self.viewport().update()

    # where things are

    @property
    def card_width(self) -> int:
        """Width of the cards."""
        return max(120, min(self.viewport().width() - 2 * MARGIN, WIDEST))

    @property
    def text_width(self) -> float:
        """Width of the text in them."""
        return float(self.card_width - EDGE - 2 * PADDING)

    def face(self, row: int) -> Face | None:
        """The pieces of a card; made when it is first seen."""
        face = self._faces.get(row)
        card = self.cards[row]
        if face is None and card is not None:
            face = self._faces[row] = Face(card, self._styles, self.text_width)
        return face

    def place_at(self, point: QPointF, *, nearest: bool = False) -> Place | None:
        """The place in the text under a point of the viewport.

        Args:
            nearest: take the nearest text where there is none under the point.
        """
        row, index, piece = self._piece_at(point)
        face = self._faces.get(row)
        if face is None:
            return None
        if piece is None or piece.kind != "text":
            if not nearest:
                return None
            texts = [i for i, one in enumerate(face.pieces) if one.kind == "text"]
            if not texts:
                return None
            index = min(texts, key=lambda i: abs(i - index))
            piece = face.pieces[index]
        layout, _ = self._layout(row, piece)
        y = point.y() + self._scrolled - MARGIN - self.rows.top(row) - face.tops[index]
        x = point.x() - MARGIN - EDGE - PADDING
        found = None
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            found = line
            if y < line.y() + line.height():
                break
        if found is None:
            return None
        section = face.card.sections[piece.section]
        chunk = section.chunks[piece.chunk]
        cursor = found.xToCursor(x)
        offset = chunk.start + character_at(chunk.text, cursor)
        return Place(row, piece.section, offset)

    def row_at(self, y: float) -> int:
        """The row at a height of the viewport; -1 where there is none."""
        return self.rows.at(y + self._scrolled - MARGIN) if len(self.rows) else -1

    # the current card

    def set_current(self, row: int, *, reveal: bool = True) -> None:
        """Make a row the one that keys act on."""
        if not 0 <= row < len(self.cards):
            row = -1
        if row != self.current:
            self.current = row
            card = self.cards[row] if row >= 0 else None
            self.setAccessibleDescription(as_text(card) if card is not None else "")
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)
            self.current_changed.emit(row)
            self.viewport().update()
        if reveal and row >= 0:
            self._came = True
            self.reveal(row)

    def move(self, step: int) -> bool:  # type: ignore[override]
        """Go to the next (1) or previous (-1) card of this side; False where there is none."""
        row = self.current + step
        while 0 <= row < len(self.cards):
            if self.cards[row] is not None:
                self.set_current(row)
                return True
            row += step
        return False

    def reveal(self, row: int) -> None:
        """Scroll so that a row is seen, its beginning in any case."""
        self._measure_row(row)
        bar = self.verticalScrollBar()
        top = self.rows.top(row)
        height = self.rows.extent(row)
        room = self.viewport().height() - 2 * MARGIN
        if top < bar.value() or height > room:
            bar.setValue(int(top))
        elif top + height > bar.value() + room:
            bar.setValue(int(top + height - room) + 1)
        self.settle()

    def reveal_span(self, span: Span) -> None:
        """Open what hides a stretch of text and scroll to it."""
        card = self.cards[span.row]
        if card is None:
            return
        section = card.sections[span.section]
        if not card.open or (section.foldable and not section.open):
            card.open = section.open = True
            self.refold(span.row)
            self.folded.emit(span.row, span.section)
        self.set_current(span.row, reveal=False)
        for _ in range(3):  # heights above it become exact while it comes into sight
            y = self._offset_of(span)
            bar = self.verticalScrollBar()
            room = self.viewport().height()
            if bar.value() + 40 <= y <= bar.value() + room - 80:
                break
            bar.setValue(int(y - room * 0.4))
            self.settle()

    # folding

    def toggle(self, row: int, section: int = -1) -> None:
        """Open or close a card, or a section of it."""
        card = self.cards[row] if 0 <= row < len(self.cards) else None
        if card is None:
            return
        if section >= 0 and card.sections[section].foldable:
            card.sections[section].open = not card.sections[section].open
        elif card.foldable:
            card.open = not card.open
            section = -1
        else:
            inner = [i for i, one in enumerate(card.sections) if one.foldable]
            if not inner:
                return
            section = inner[0]
            card.sections[section].open = not card.sections[section].open
        self.refold(row)
        self.folded.emit(row, section)

    def open_all(self, open: bool) -> None:
        """Open or close every card and section."""
        for card in self.cards:
            if card is None:
                continue
            if card.foldable:
                card.open = open
            for section in card.sections:
                if section.foldable:
                    section.open = open
        self.relay()

    def any_folded(self) -> bool:
        """Whether anything is closed."""
        return any(
            (card.foldable and not card.open)
            or any(section.foldable and not section.open for section in card.sections)
            for card in self.cards
            if card is not None
        )

    def refold(self, row: int) -> None:
        """A card was opened or closed."""
        self._faces.pop(row, None)
        self._layouts.forget_row(row)
        if self._selects(row):
            self.clear_selection()
        face = self.face(row)
        if face is not None and self._set_height(row, face.height):
            self._adjust_scroll_bar()
            self.heights_changed.emit()
        self.settle()

    def relay(self) -> None:
        """Every height may have changed, as with another width."""
        held = self._hold()
        self._faces.clear()
        self._layouts.clear()
        for row, height in enumerate(self.estimates(self.cards)):
            self.rows.set_own(self.column, row, height)
        self._adjust_scroll_bar()
        self._restore(held)
        self.heights_changed.emit()
        self.settle()

    # selection

    @property
    def selection(self) -> tuple[Place, Place] | None:
        """Where the selection begins and ends; None for none."""
        if self._anchor is None or self._head is None or self._anchor == self._head:
            return None
        return min(self._anchor, self._head), max(self._anchor, self._head)

    def selected_spans(self) -> list[Span]:
        """The stretches of text that are selected."""
        chosen = self.selection
        return list(between(self.cards, *chosen)) if chosen is not None else []

    def selected_text(self) -> str:
        """What is selected, as text."""
        chosen = self.selection
        return text_between(self.cards, *chosen) if chosen is not None else ""

    def select(self, anchor: Place | None, head: Place | None) -> None:
        """Select from one place to another."""
        self._anchor, self._head = anchor, head
        self._marks.selected = {
            (span.row, span.section): (span.start, span.length) for span in self.selected_spans()
        }
        self.viewport().update()
        self.selection_changed.emit()

    def select_all(self) -> None:
        """Select all the text in sight and out of sight, but not what is folded."""
        last = len(self.cards) - 1
        if last >= 0:
            self.select(Place(0, 0, 0), Place(last, 1_000_000, 0))

    def clear_selection(self) -> None:
        """Select nothing."""
        if self._anchor is not None:
            self.select(None, None)

    # laying out

    def settle(self) -> None:
        """Measure what is in sight and correct the scroll bar, until nothing moves any more."""
        if self._settling or not len(self.rows):
            self._adjust_scroll_bar()
            self.viewport().update()
            return
        self._settling = True
        try:
            for _ in range(6):
                held = self._hold()
                if not self._measure_sight():
                    break
                self._adjust_scroll_bar()
                self._restore(held)
                self.heights_changed.emit()
        finally:
            self._settling = False
        self.viewport().update()

    def follow(self) -> None:
        """The other side changed heights that both share."""
        self._adjust_scroll_bar()
        self.viewport().update()

    def _measure_sight(self) -> bool:
        """Measure the pieces in sight; says whether any height was not as estimated."""
        top = self._scrolled - MARGIN
        bottom = top + self.viewport().height()
        row = self.rows.at(max(top, 0.0))
        y = self.rows.top(row)
        changed = False
        while row < len(self.rows) and y < bottom:
            changed |= self._measure_row(row, top - y, bottom - y)
            y += self.rows.extent(row)
            row += 1
        return changed

    def _measure_row(self, row: int, start: float = 0.0, stop: float | None = None) -> bool:
        """Measure the pieces of one card from one of its heights to another."""
        face = self.face(row)
        if face is None:
            return False
        if stop is None:
            stop = start + self.viewport().height()
        index = max(0, _index_at(face.tops, start))
        y = face.tops[index]
        changed = False
        while index < len(face.pieces) and y < stop:
            piece = face.pieces[index]
            if not piece.exact:
                _, height = self._layout(row, piece)
                changed |= face.measured(index, height)
            y += piece.height
            index += 1
        return self._set_height(row, face.height) or changed

    def _set_height(self, row: int, height: float) -> bool:
        if self.rows.own(self.column, row) == height:
            return False
        self.rows.set_own(self.column, row, height)
        return True

    def _layout(self, row: int, piece: Piece) -> tuple[QTextLayout, float]:
        card = self.cards[row]
        assert card is not None
        return self._layouts.get(row, piece, card, self._styles, self.text_width)

    @property
    def _scrolled(self) -> int:
        return self.verticalScrollBar().value()

    def _hold(self) -> tuple[int, int, float]:
        """What should stay where it is on the screen: the first piece that begins in sight, as
        (row, piece, how far below the upper edge). What is cut by the edge is not measured yet
        when one scrolls upwards, so it may still change its height.
        """
        top = float(self._scrolled - MARGIN)
        row = self.rows.at(max(top, 0.0)) if len(self.rows) else 0
        while row < len(self.rows):
            face = self.face(row)
            if face is not None:
                begins = self.rows.top(row)
                for index in range(max(0, _index_at(face.tops, top - begins)), len(face.pieces)):
                    if begins + face.tops[index] >= top:
                        return row, index, begins + face.tops[index] - top
            row += 1
        return -1, 0, 0.0

    def _restore(self, held: tuple[int, int, float]) -> None:
        row, index, below = held
        face = self.face(row) if row >= 0 else None
        if face is not None:
            y = self.rows.top(row) + face.tops[min(index, len(face.pieces) - 1)]
            self.verticalScrollBar().setValue(round(y - below) + MARGIN)

    def _adjust_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        room = self.viewport().height()
        total = round(self.rows.total) + 2 * MARGIN - GAP if len(self.rows) else 0
        bar.setPageStep(max(room - 40, 40))
        bar.setRange(0, max(0, total - room))

    def _offset_of(self, span: Span) -> float:
        """How far down a stretch of text lies, as the heights are known so far."""
        face = self.face(span.row)
        if face is None:
            return self.rows.top(span.row)
        section = face.card.sections[span.section]
        wanted = chunk_at(section.chunks, span.start)
        for index, piece in enumerate(face.pieces):
            if (piece.kind, piece.section, piece.chunk) == ("text", span.section, wanted):
                layout, height = self._layout(span.row, piece)
                if face.measured(index, height):
                    self._set_height(span.row, face.height)
                    self._adjust_scroll_bar()
                    self.heights_changed.emit()
                chunk = section.chunks[wanted]
                units = units_before(chunk.text, span.start - chunk.start)
                line = layout.lineForTextPosition(units)
                inside = line.y() if line.isValid() else 0.0
                return self.rows.top(span.row) + MARGIN + face.tops[index] + inside
        return self.rows.top(span.row) + MARGIN

    def _piece_at(self, point: QPointF) -> tuple[int, int, Piece | None]:
        row = self.row_at(point.y())
        face = self._faces.get(row)
        if face is None:
            return row, -1, None
        y = point.y() + self._scrolled - MARGIN - self.rows.top(row)
        if y < 0 or y > face.height or not MARGIN <= point.x() <= MARGIN + self.card_width:
            outside = 0 if y < 0 else len(face.pieces) - 1
            return row, max(0, min(_index_at(face.tops, y), outside)), None
        index = min(max(0, _index_at(face.tops, y)), len(face.pieces) - 1)
        return row, index, face.pieces[index]

    def _selects(self, row: int) -> bool:
        chosen = self.selection
        return chosen is not None and chosen[0].row <= row <= chosen[1].row

    # events

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw anew; a shifted copy would leave the estimates' errors on the screen."""
        self.settle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width breaks every line anew."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.relay()
        else:
            self.settle()

    def changeEvent(self, event: QEvent) -> None:
        """Fonts were loaded or changed."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and len(self.cards):
            self.relay()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cards in sight."""
        painter = QPainter(self.viewport())
        tokens = self._painter.tokens
        painter.fillRect(self.viewport().rect(), QColor(tokens.bg))
        if not len(self.rows):
            return
        sight = QRectF(self.viewport().rect())
        row = self.rows.at(float(max(0, self._scrolled - MARGIN)))
        y = self.rows.top(row) + MARGIN - self._scrolled
        while row < len(self.rows) and y < sight.bottom():
            face = self.face(row)
            if face is not None:
                box = QRectF(MARGIN, y, self.card_width, face.height)
                self._paint_card(painter, row, face, box, sight)
            y += self.rows.extent(row)
            row += 1

    def _paint_card(
        self, painter: QPainter, row: int, face: Face, box: QRectF, sight: QRectF
    ) -> None:
        dimmed = row in self._dimmed and row != self.current
        outline = self._painter.tokens.bad if row == self._outlined else ""
        self._painter.frame(painter, face.card, box, sight, outline=outline, dimmed=dimmed)
        painter.setOpacity(DIMMED if dimmed else 1.0)
        x = box.left() + EDGE + PADDING
        index = max(0, _index_at(face.tops, sight.top() - box.top()))
        for number in range(index, len(face.pieces)):
            piece = face.pieces[number]
            y = box.top() + face.tops[number]
            if y > sight.bottom():
                break
            area = QRectF(x, y, self.text_width, piece.height)
            if piece.kind == "text":
                layout, _ = self._layout(row, piece)
                section = face.card.sections[piece.section]
                self._painter.text(
                    painter,
                    layout,
                    section,
                    section.chunks[piece.chunk],
                    area.topLeft(),
                    sight,
                    self._marks,
                    (row, piece.section),
                )
            else:
                chips = self._chips.get(row, ()) if number == 0 else ()
                self._painter.piece(painter, face, piece, area, chips)
        painter.setOpacity(1.0)
        if row == self.current and (self.hasFocus() or self._came):
            self._painter.focus(painter, box, sight, active=self.hasFocus())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select, or fold."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position()
        row, _, piece = self._piece_at(point)
        if piece is None:
            self.clear_selection()
            return
        self.set_current(row, reveal=False)
        if piece.kind != "text":
            card = self.cards[row]
            if piece.kind == "fold":
                self.toggle(row, piece.section)
            elif card is not None and card.foldable and piece.kind != "label":
                self.toggle(row)
            return
        place = self.place_at(point)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._anchor is not None:
            self.select(self._anchor, place)
        else:
            self.select(place, place)
        self._dragging = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select on, or say by the cursor what a click would do."""
        point = event.position()
        if not self._dragging:
            self._show_cursor(point)
            return
        place = self.place_at(point, nearest=True)
        if place is not None:
            self.select(self._anchor, place)
        if 0 <= point.y() <= self.viewport().height():
            self._auto_scroll.stop()
        elif not self._auto_scroll.isActive():
            self._auto_scroll.start()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The selection stands."""
        self._dragging = False
        self._auto_scroll.stop()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the word."""
        place = self.place_at(event.position())
        if place is None:
            self.mousePressEvent(event)
            return
        card = self.cards[place.row]
        assert card is not None
        start, end = word_around(card.sections[place.section].text, place.offset)
        self.select(place._replace(offset=start), place._replace(offset=end))

    def contextMenuEvent(self, event: QEvent) -> None:
        """Ask the owner for the menu of the card under the mouse, or of the current one."""
        point = event.pos()  # type: ignore[attr-defined]
        row = self.row_at(point.y())
        if row >= 0 and self.cards[row] is not None:
            if not self._selects(row):
                self.set_current(row, reveal=False)
            self.context_menu_wanted.emit(row, event.globalPos())  # type: ignore[attr-defined]

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that scroll and go from card to card; the owner takes the others."""
        key = event.key()
        bar = self.verticalScrollBar()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not plain:
            event.ignore()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_Down):
            self._walk(1)
        elif key in (Qt.Key.Key_K, Qt.Key.Key_Up):
            self._walk(-1)
        elif key == Qt.Key.Key_Home:
            bar.setValue(0)
            self.set_current(next((r for r, c in enumerate(self.cards) if c is not None), -1))
        elif key == Qt.Key.Key_End:
            last = next((r for r in reversed(range(len(self.cards))) if self.cards[r]), -1)
            self.set_current(last)
            bar.setValue(bar.maximum())
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            step = bar.pageStep() if key == Qt.Key.Key_PageDown else -bar.pageStep()
            bar.setValue(bar.value() + step)
            self._current_into_sight()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggle(self.current)
        else:
            event.ignore()

    def _walk(self, step: int) -> None:
        """Within a card that is taller than the room scroll first, then go to the next."""
        if self.current >= 0:
            room = self.viewport().height() - 2 * MARGIN
            top = self.rows.top(self.current) - self._scrolled
            bottom = top + self.rows.own(self.column, self.current)
            stride = max(60, room - 80)
            bar = self.verticalScrollBar()
            if step > 0 and top < room and bottom > room + MARGIN and bar.value() < bar.maximum():
                bar.setValue(bar.value() + min(stride, int(bottom - room)))
                return
            if step < 0 and top < 0 and bottom > 0:
                bar.setValue(bar.value() - min(stride, int(-top) + 1))
                return
        self.move(step)

    def _current_into_sight(self) -> None:
        row = self.row_at(float(MARGIN))
        while 0 <= row < len(self.cards) and self.cards[row] is None:
            row += 1
        self.set_current(row, reveal=False)

    def _drag_on(self) -> None:
        point = QPointF(self.viewport().mapFromGlobal(self.cursor().pos()))
        bar = self.verticalScrollBar()
        beyond = point.y() if point.y() < 0 else point.y() - self.viewport().height()
        bar.setValue(bar.value() + int(beyond))
        place = self.place_at(point, nearest=True)
        if place is not None:
            self.select(self._anchor, place)

    def _show_cursor(self, point: QPointF) -> None:
        row, _, piece = self._piece_at(point)
        card = self.cards[row] if row >= 0 else None
        shape = Qt.CursorShape.ArrowCursor
        if piece is not None and card is not None:
            if piece.kind == "text":
                shape = Qt.CursorShape.IBeamCursor
            elif piece.kind == "fold" or (card.foldable and piece.kind != "label"):
                shape = Qt.CursorShape.PointingHandCursor
        self.viewport().setCursor(shape)


def _index_at(tops: Sequence[float], y: float) -> int:
    """The piece at a height of its card."""
    low, high = 0, len(tops) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if tops[middle] <= y:
            low = middle
        else:
            high = middle - 1
    return min(low, len(tops) - 2) if len(tops) > 1 else 0
