"""A scroll area over a column of cards, of which only what is in sight is measured.

Everything else has an estimated height. While one scrolls, estimates become exact and the scroll
bar moves under the person's hand; so after each measuring the first piece in sight is put back to
where it was.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from evaldesk.ui.widgets.rich_text.fonts import TextStyles
from evaldesk.ui.widgets.rich_text.pictures import Pictures
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.places import Place, Span
from evaldesk.ui.widgets.trace_view.plan import ColumnPlan, Hold
from evaldesk.ui.widgets.trace_view.preparing import Preparing
from evaldesk.ui.widgets.trace_view.rows import Rows
from evaldesk.ui.widgets.trace_view.sections import Section

MARGIN = 16
WIDEST = 860
"""A card grows no wider: longer lines are hard to read."""
_PASSES = 6
"""Measuring brings other pieces into sight, which are to be measured in turn."""


class SightOfColumn(QAbstractScrollArea):
    """Keeps the plan of a column and its scroll bar in agreement.

    Attributes:
        plan: where the cards lie; shares its rows with the other side where there is one.
        margin: round the cards, in pixels.

    Signals:
        heights_changed(): of rows; the other side lays itself out again.
    """

    margin = MARGIN
    heights_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        pictures = Pictures(self)
        self.plan = ColumnPlan(TextStyles(pictures=pictures))
        pictures.ready.connect(self.viewport().update)
        self._settling = False
        self._preparing = Preparing(self)
        self._preparing.prepared.connect(self._prepared)
        self.setFrameShape(QFrame.Shape.NoFrame)

    # where things are

    @property
    def cards(self) -> Sequence[Card | None]:
        """One for each row; None where this side has nothing in a row."""
        return self.plan.cards

    @property
    def rows(self) -> Rows:
        """Where the rows lie; shared with the other side where there is one."""
        return self.plan.rows

    @property
    def card_width(self) -> int:
        """Width of the cards."""
        return max(120, min(self.viewport().width() - 2 * MARGIN, WIDEST))

    @property
    def room(self) -> int:
        """Height for cards, without the margins."""
        return self.viewport().height() - 2 * MARGIN

    @property
    def origin(self) -> QPointF:
        """Where the column begins, in the coordinates of the viewport."""
        return QPointF(MARGIN, MARGIN - self._scrolled)

    def place_at(self, point: QPointF, *, nearest: bool = False) -> Place | None:
        """The place in the text under a point of the viewport.

        Args:
            nearest: take the nearest text where there is none under the point.
        """
        return self.plan.place_at(point - self.origin, nearest=nearest)

    def row_at(self, y: float) -> int:
        """The row at a height of the viewport; -1 where there is none."""
        return self.plan.row_at(y - self.origin.y())

    def estimates(self, cards: Sequence[Card | None]) -> list[float]:
        """Heights that cards will have at this width, more or less."""
        self.plan.width = self.card_width
        return self.plan.estimates(cards)

    # laying out

    def lay_out(
        self, cards: Sequence[Card | None], rows: Rows | None = None, column: int = 0
    ) -> None:
        """Other cards, from their beginning."""
        self.plan.width = self.card_width
        if self.plan.styles.pictures is not None:
            self.plan.styles.pictures.clear()
        self.plan.show(cards, rows, column)
        self._adjust_scroll_bar()
        self.verticalScrollBar().setValue(0)

    def relay(self) -> None:
        """Every height may have changed, as with another width."""
        held = self._hold()
        self.plan.width = self.card_width
        self.plan.remake_all()
        self._adjust_scroll_bar()
        self._restore(held)
        self.heights_changed.emit()
        self.settle()

    def refold(self, row: int) -> None:
        """A card was opened or closed."""
        if self.plan.remake(row):
            self._adjust_scroll_bar()
            self.heights_changed.emit()
        self.settle()

    def settle(self) -> None:
        """Measure what is in sight and correct the scroll bar, until nothing moves any more."""
        if self._settling or not len(self.rows):
            self.follow()
            return
        self._settling = True
        try:
            for _ in range(_PASSES):
                held = self._hold()
                top = self._scrolled - MARGIN
                if not self.plan.measure(top, top + self.viewport().height()):
                    break
                self._adjust_scroll_bar()
                self._restore(held)
                self.heights_changed.emit()
        finally:
            self._settling = False
        if self.plan.waiting:
            self._preparing.begin(self.plan.waiting)
            self.plan.waiting.clear()
        self.viewport().update()

    @property
    def preparing(self) -> bool:
        """Whether a long text is being laid out beside the window."""
        return self._preparing.busy

    def _prepared(self, row: int, section: Section) -> None:
        """A text was laid out beside the window."""
        card = self.cards[row] if row < len(self.cards) else None
        if card is not None and any(one is section for one in card.sections):
            self.refold(row)

    def follow(self) -> None:
        """The other side changed heights that both share."""
        self._adjust_scroll_bar()
        self.viewport().update()

    # coming to a place

    def reveal(self, row: int) -> None:
        """Scroll so that a row is seen, its beginning in any case."""
        self.plan.measure_row(row, 0.0, self.viewport().height())
        bar = self.verticalScrollBar()
        top = self.rows.top(row)
        height = self.rows.extent(row)
        if top < bar.value() or height > self.room:
            bar.setValue(int(top))
        elif top + height > bar.value() + self.room:
            bar.setValue(int(top + height - self.room) + 1)
        self.settle()

    def bring_into_sight(self, span: Span) -> None:
        """Scroll to a stretch of text, unless it is well in sight."""
        for _ in range(3):  # heights above it become exact while it comes into sight
            y, changed = self.plan.offset_of(span)
            y += MARGIN
            if changed:
                self._adjust_scroll_bar()
                self.heights_changed.emit()
            bar = self.verticalScrollBar()
            height = self.viewport().height()
            if bar.value() + 40 <= y <= bar.value() + height - 80:
                break
            bar.setValue(int(y - height * 0.4))
            self.settle()

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

    @property
    def _scrolled(self) -> int:
        return self.verticalScrollBar().value()

    def _hold(self) -> Hold:
        return self.plan.hold(float(self._scrolled - MARGIN))

    def _restore(self, held: Hold) -> None:
        top = self.plan.held_top(held)
        if top is not None:
            self.verticalScrollBar().setValue(round(top) + MARGIN)

    def _adjust_scroll_bar(self) -> None:
        bar = self.verticalScrollBar()
        height = self.viewport().height()
        total = round(self.plan.total) + 2 * MARGIN if len(self.rows) else 0
        bar.setPageStep(max(height - 40, 40))
        bar.setRange(0, max(0, total - height))
