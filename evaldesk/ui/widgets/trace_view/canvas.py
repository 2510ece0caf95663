"""The cards of one trace, or of one of two that scroll in step: which of them keys act on, what is
open, selected and marked.
"""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget

from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.trace_view import folding, keys
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.caret import Caret
from evaldesk.ui.widgets.trace_view.column_painter import ColumnPainter
from evaldesk.ui.widgets.trace_view.folding import Part
from evaldesk.ui.widgets.trace_view.highlight_marks import SectionMarks
from evaldesk.ui.widgets.trace_view.mouse import CanvasMouse
from evaldesk.ui.widgets.trace_view.places import Place, Span, as_text, part_text
from evaldesk.ui.widgets.trace_view.rows import Rows
from evaldesk.ui.widgets.trace_view.sections import Section
from evaldesk.ui.widgets.trace_view.selection import Selection
from evaldesk.ui.widgets.trace_view.sight import SightOfColumn


class TraceCanvas(SightOfColumn):
    """Cards one below the other.

    Attributes:
        painter: draws the cards. caret: for selecting by keys, while it is in use.
        current: the row that keys act on; -1 for none.
        part: what of that row they act on; None for the card as a whole.
        rendered: whether Markdown and JSON are shown as such, and not as their source.

    Signals:
        current_changed(row).
        folded(row, section): a card (section -1) or section was opened or closed by the person.
        selection_changed().
        context_menu_wanted(row, global position).
        cards_shown(): other cards are in sight.
        pointed(): the mouse was let go, with something selected or not.
        file_wanted(row, section): the person acted on an image or another file.
    """

    current_changed = Signal(int)
    folded = Signal(int, int)
    selection_changed = Signal()
    context_menu_wanted = Signal(int, QPoint)
    file_wanted = Signal(int, int)
    cards_shown = Signal()
    pointed = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.painter = ColumnPainter(self.plan, tokens)
        self.plan.styles.wear(tokens)
        self.current = -1
        self.part: Part | None = None
        self.rendered = True
        self._came = False
        self._awaited: Span | None = None
        self._selection = Selection()
        self._mouse = CanvasMouse(self)
        self.caret = Caret(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(40)
        self.viewport().setMouseTracking(True)
        # All of it is filled here: what lies below, a dozen grounds one above the other, need not
        # be drawn first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
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
        self.painter.show(side, changed or {}, frozenset(dimmed), outlined, chips or {})
        self.caret.end()
        self._selection.set(None, None)
        self.current = -1
        self._came = False
        if not self.rendered:
            folding.set_rendered(cards, False)
        self.plan.changed = dict(changed or {})
        self.lay_out(cards, rows, column)
        first = next((row for row, card in enumerate(cards) if card is not None), -1)
        self.set_current(first, reveal=False)
        self.settle()
        self.cards_shown.emit()

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        resized = self.plan.styles.tokens.measure != tokens.measure
        self.painter.tokens = tokens
        self.plan.styles.wear(tokens)
        self.plan.forget_layouts()
        if resized and len(self.cards):
            self.relay()
        self.viewport().update()

    def set_found(self, spans: Sequence[Span], current: Span | None) -> None:
        """Colour the hits of a search."""
        self.painter.mark_found(spans, current)
        self.viewport().update()

    def set_labelled(self, marks: Mapping[tuple[int, int], SectionMarks]) -> None:
        """Underline the stretches that carry a label."""
        self.painter.mark_labelled(marks)
        self.viewport().update()

    def set_quoted(self, spans: Sequence[Span], current: Sequence[Span] = ()) -> None:
        """Colour what answer and documents share."""
        self.painter.mark_quoted(spans, current)
        self.viewport().update()

    # the current card

    def set_current(self, row: int, *, reveal: bool = True) -> None:
        """Make a row the one that keys act on."""
        if not 0 <= row < len(self.cards):
            row = -1
        if row != self.current:
            self.current = row
            self.part = None
            card = self.cards[row] if row >= 0 else None
            # Labels beside the card's own say how it stands to the other columns.
            labels = [text for text, _ in self.painter.chips.get(row, ())]
            spoken = [*labels, as_text(card)] if card is not None else []
            self.setAccessibleDescription(". ".join(spoken))
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

    # the parts of the current card

    def set_part(self, part: Part | None) -> None:
        """Make a part of the current card what keys act on."""
        self.part = part
        card = self.cards[self.current] if self.current >= 0 else None
        if part is not None and card is not None:
            self.setAccessibleDescription(part_text(card, part))
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)
        self.viewport().update()

    def step_part(self, step: int) -> None:
        """Go to the next (1) or previous (-1) part, into the next card where there is none."""
        row = self.current
        if row < 0 or (card := self.cards[row]) is None:
            return
        inside = list(folding.parts(card))
        at = inside.index(self.part) if self.part in inside else -1 if step > 0 else len(inside)
        at += step
        if self.part is not None and at < 0:
            self.set_part(None)
            self.reveal(row)
            return
        while not 0 <= at < len(inside):
            row += step
            if not 0 <= row < len(self.cards):
                return
            card = self.cards[row]
            inside = list(folding.parts(card)) if card is not None else []
            at = 0 if step > 0 else len(inside) - 1
        if row != self.current:
            self.set_current(row, reveal=False)
        self._came = True
        self.set_part(inside[at])
        self.reveal_part()

    def reveal_part(self) -> None:
        """Scroll to the part that keys act on."""
        if self.part is None:
            return
        self.settle()
        rect = self.plan.part_rect(self.current, self.part)
        if rect is None:
            return
        bar, height = self.verticalScrollBar(), self.viewport().height()
        top = rect.top() + self.margin
        if not bar.value() + 20 <= top <= bar.value() + height - 60:
            bar.setValue(int(top - height * 0.4))
            self.settle()

    def act_on(self, row: int, part: Part) -> None:
        """What Enter or a click does to a part."""
        if part.kind == "file":
            self.file_wanted.emit(row, part.section)
        else:
            self.toggle_part(row, part)

    def toggle_part(self, row: int, part: Part) -> None:
        """Open or close a part of a card."""
        card = self.cards[row]
        if card is not None and folding.toggle_part(card, part):
            self.refold(row)
            self.folded.emit(row, part.section)

    def open_json(self, open: bool) -> None:
        """Open or close all of the JSON that the part in hand is of."""
        card, part = self.cards[self.current] if self.current >= 0 else None, self.part
        if card is not None and part is not None:
            folding.set_json(card, part.section, open)
            self.set_part(part._replace(line=0))
            self.refold(self.current)

    def set_rendered(self, rendered: bool) -> None:
        """Show Markdown and JSON as such, or as their source."""
        self.part = None
        self.rendered = rendered
        folding.set_rendered(self.cards, rendered)
        self.clear_selection()
        self.relay()

    def reveal_span(self, span: Span) -> None:
        """Open what hides a stretch of text and scroll to it."""
        card = self.cards[span.row]
        if card is None:
            return
        if folding.uncover(card, span.section, span.start):
            self.refold(span.row)
            self.folded.emit(span.row, span.section)
        self.set_current(span.row, reveal=False)
        # A long text that is still being laid out is come to once it is there.
        self._awaited = span if card.sections[span.section].heavy else None
        self.bring_into_sight(span)

    def _prepared(self, row: int, section: Section) -> None:
        super()._prepared(row, section)
        awaited = self._awaited
        card = self.cards[row] if row < len(self.cards) else None
        if awaited is None or card is None or awaited.row != row:
            return
        if card.sections[awaited.section] is section:
            self._awaited = None
            self.bring_into_sight(awaited)

    # folding

    def toggle(self, row: int, section: int = -1) -> None:
        """Open or close a card, or a section of it."""
        card = self.cards[row] if 0 <= row < len(self.cards) else None
        if card is None:
            return
        came_to = folding.toggle(card, section)
        if came_to is None:
            return
        self.refold(row)
        self.folded.emit(row, came_to)

    def open_all(self, open: bool) -> None:
        """Open or close every card and section."""
        folding.set_all(self.cards, open)
        self.relay()

    def any_folded(self) -> bool:
        """Whether anything is closed."""
        return folding.any_closed(self.cards)

    def refold(self, row: int) -> None:
        """A card was opened or closed."""
        if self._selection.touches(row):
            self.clear_selection()
        super().refold(row)

    # selection

    @property
    def selection(self) -> tuple[Place, Place] | None:
        """Where the selection begins and ends; None for none."""
        return self._selection.ends

    @property
    def anchor(self) -> Place | None:
        """Where the selection was begun; None for none."""
        return self._selection.anchor

    def selected_spans(self) -> list[Span]:
        """The stretches of text that are selected."""
        return self._selection.spans(self.cards)

    def selected_text(self) -> str:
        """What is selected, as text."""
        return self._selection.text(self.cards)

    def select(self, anchor: Place | None, head: Place | None) -> None:
        """Select from one place to another."""
        self._selection.set(anchor, head)
        self.painter.mark_selected(self.selected_spans())
        self.viewport().update()
        self.selection_changed.emit()

    def select_all(self) -> None:
        """Select all the text in sight and out of sight, but not what is folded."""
        last = len(self.cards) - 1
        if last >= 0:
            self.select(Place(0, 0, 0), Place(last, 1_000_000, 0))

    def place_rect(self, place: Place) -> QRectF | None:
        """Where a place stands in the viewport; None where that is not laid out."""
        found = self.caret.at(place)
        return found.translated(self.origin) if found is not None else None

    def clear_selection(self) -> None:
        """Select nothing."""
        if self.anchor is not None:
            self.select(None, None)

    # events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cards in sight."""
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), QColor(self.painter.tokens.bg))
        self.painter.draw(
            painter,
            QRectF(self.viewport().rect()),
            self.origin,
            self.current,
            ring=self.hasFocus() or self._came,
            active=self.hasFocus(),
            part=self.part,
        )
        self.caret.paint(painter, self.painter.tokens.text)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select, or fold."""
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select on, or say by the cursor what a click would do."""
        self._mouse.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The selection stands."""
        self._mouse.release()
        if event.button() == Qt.MouseButton.LeftButton:
            self.pointed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select the word."""
        self._mouse.double_click(event)

    def contextMenuEvent(self, event: QEvent) -> None:
        """Ask the owner for the menu of the card under the mouse, or of the current one."""
        point = event.pos()  # type: ignore[attr-defined]
        row = self.row_at(point.y())
        if row >= 0 and self.cards[row] is not None:
            if not self._selection.touches(row):
                self.set_current(row, reveal=False)
            self._mouse.point_out(QPointF(point))
            self.context_menu_wanted.emit(row, event.globalPos())  # type: ignore[attr-defined]

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        super().focusOutEvent(event)
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Escape and Enter are the canvas's own while a part of a card is in hand."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if self.caret.active and self.caret.wants(event):
                event.accept()
                return True
            own = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if self.part is not None and not event.modifiers() and event.key() in own:
                event.accept()
                return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that scroll and go from card to card; the owner takes the others."""
        if not self.caret.press(event):
            keys.press(self, event)
