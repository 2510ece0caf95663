"""The spans of a trace as bars over time, painted row by row."""

from bisect import bisect_left

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from evaldesk.services.reading.timeline import Timeline
from evaldesk.ui.theme.measure import sized
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.timeline.row_painter import (
    DEEPEST,
    INDENT,
    LEFT,
    WaterfallPainter,
    axis_height,
    row_height,
)
from evaldesk.ui.widgets.timeline.words import described

_KEYS = frozenset(
    {
        Qt.Key.Key_Down,
        Qt.Key.Key_Up,
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_J,
        Qt.Key.Key_K,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_Return,
        Qt.Key.Key_Enter,
        Qt.Key.Key_Space,
        Qt.Key.Key_Escape,
    }
)


class Waterfall(QAbstractScrollArea):
    """One row a span: its kind, name, bar, tokens and duration.

    Attributes:
        timeline: what is shown.
        current: index of the row that keys act on; -1 for none.

    Signals:
        message_wanted(message): the person came to a row that made this message.
        left(): Escape was pressed.
    """

    message_wanted = Signal(int)
    left = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painter = WaterfallPainter(tokens)
        self.timeline = Timeline()
        self.current = -1
        self._closed: set[int] = set()
        self._visible: list[int] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sized(self, _fit)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Timeline"))

    def show_timeline(self, timeline: Timeline, *, hide_systems: bool = False) -> None:
        """Show another one, from its beginning."""
        self.timeline = self._painter.timeline = timeline
        self._painter.hide_systems = hide_systems
        self._closed.clear()
        self.current = -1
        self._collect()
        self.verticalScrollBar().setValue(0)

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._painter.tokens = tokens
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """As high as its rows, up to a dozen."""
        return QSize(400, axis_height() + min(12, max(2, len(self._visible))) * row_height() + 4)

    # rows

    def row_of_message(self, message: int) -> int:
        """The innermost row that made a message; -1 for none."""
        rows = self.timeline.rows
        found = [index for index, row in enumerate(rows) if row.message == message >= 0]
        return max(found, key=lambda index: rows[index].depth, default=-1)

    def go_to_message(self, message: int) -> None:
        """Make the row of a message the current one, without saying so."""
        row = self.row_of_message(message)
        if row >= 0 and row != self.current:
            self._uncover(row)
            self._set_current(row, tell=False)

    def toggle(self, row: int) -> None:
        """Close or open what lies in a row."""
        if not 0 <= row < len(self.timeline.rows) or not self.timeline.rows[row].children:
            return
        self._closed ^= {row}
        self._collect()

    def _collect(self) -> None:
        rows = self.timeline.rows
        visible = []
        index = 0
        while index < len(rows):
            visible.append(index)
            index += 1 + (rows[index].children if index in self._closed else 0)
        self._visible = visible
        self._adjust()
        self.updateGeometry()
        self.viewport().update()

    def _uncover(self, row: int) -> None:
        parent = self.timeline.rows[row].parent
        closed = False
        while parent >= 0:
            closed |= parent in self._closed
            self._closed.discard(parent)
            parent = self.timeline.rows[parent].parent
        if closed:
            self._collect()

    def _set_current(self, row: int, *, tell: bool = True) -> None:
        self.current = row
        place = self._place(row)
        bar = self.verticalScrollBar()
        room = self.viewport().height() - axis_height()
        if place * row_height() < bar.value():
            bar.setValue(place * row_height())
        elif (place + 1) * row_height() > bar.value() + room:
            bar.setValue((place + 1) * row_height() - room)
        one = self.timeline.rows[row]
        self.setAccessibleDescription(described(one, hide_systems=self._painter.hide_systems))
        QAccessible.updateAccessibility(
            QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
        )
        self.viewport().update()
        if tell and one.message >= 0:
            self.message_wanted.emit(one.message)

    def _place(self, row: int) -> int:
        return min(bisect_left(self._visible, row), max(0, len(self._visible) - 1))

    def _step(self, by: int) -> None:
        if not self._visible:
            return
        place = self._place(self.current) + by if self.current >= 0 else 0
        self._set_current(self._visible[max(0, min(place, len(self._visible) - 1))])

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows in sight and the axis above them."""
        painter = QPainter(self.viewport())
        whole = self.viewport().rect()
        painter.fillRect(whole, QColor(self._painter.tokens.pane))
        scrolled = self.verticalScrollBar().value()
        first = max(0, scrolled // row_height())
        last = min(len(self._visible), (scrolled + whole.height()) // row_height() + 1)
        lane = self._painter.lane(whole.width())
        self._painter.grid(painter, lane, whole)
        for place in range(first, last):
            index = self._visible[place]
            self._painter.row(
                painter,
                self.timeline.rows[index],
                QRect(
                    0, axis_height() + place * row_height() - scrolled, whole.width(), row_height()
                ),
                lane,
                current=index == self.current,
                focused=self.hasFocus(),
                closed=index in self._closed,
            )
        self._painter.axis(painter, lane, whole)

    # events

    def _row_at(self, point: QPoint) -> int:
        place = (point.y() - axis_height() + self.verticalScrollBar().value()) // row_height()
        inside = point.y() >= axis_height() and 0 <= place < len(self._visible)
        return self._visible[place] if inside else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a row, or close what lies in it."""
        row = self._row_at(event.position().toPoint())
        if row < 0:
            return
        one = self.timeline.rows[row]
        left = LEFT + min(one.depth, DEEPEST) * INDENT
        if one.children and left - 6 <= event.position().x() <= left + 11:
            self.toggle(row)
        self._set_current(row)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Close or open what lies in a row."""
        self.toggle(self._row_at(event.position().toPoint()))

    def event(self, event: QEvent) -> bool:
        """The keys of the timeline are its own while it has the focus, whatever the screen does
        with them.
        """
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            and event.key() in _KEYS
        ):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, left and right close and open, Escape leaves."""
        key = event.key()
        page = max(1, (self.viewport().height() - axis_height()) // row_height() - 1)
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_J: 1,
            Qt.Key.Key_K: -1,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_Home: -len(self._visible),
            Qt.Key.Key_End: len(self._visible),
        }
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            event.ignore()
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.current >= 0:
            self._fold(opening=key == Qt.Key.Key_Right)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggle(self.current)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            event.ignore()

    def _fold(self, *, opening: bool) -> None:
        row = self.timeline.rows[self.current]
        if row.children and (self.current in self._closed) is opening:
            self.toggle(self.current)
        elif not opening and row.parent >= 0:
            self._set_current(row.parent)
        elif opening:
            self._step(1)

    def viewportEvent(self, event: QEvent) -> bool:
        """Say all that is known of the row under the mouse."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._row_at(event.pos())
            if row >= 0:
                said = described(self.timeline.rows[row], hide_systems=self._painter.hide_systems)
                # Plain text: a name may hold what looks like HTML.
                QToolTip.showText(event.globalPos(), said.replace("<", "‹"), self.viewport())
            else:
                QToolTip.hideText()
            return True
        return bool(super().viewportEvent(event))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Begin at the first row."""
        super().focusInEvent(event)
        if self.current < 0 and self._visible:
            self._set_current(self._visible[0], tell=False)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The mark goes."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another height shows other rows."""
        super().resizeEvent(event)
        self._adjust()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw anew; there are few rows in sight."""
        self.viewport().update()

    def _adjust(self) -> None:
        room = self.viewport().height() - axis_height()
        bar = self.verticalScrollBar()
        bar.setPageStep(max(row_height(), room))
        bar.setRange(0, max(0, len(self._visible) * row_height() - room))


def _fit(view: QAbstractScrollArea) -> None:
    view.verticalScrollBar().setSingleStep(row_height())
    view.setMinimumHeight(axis_height() + 2 * row_height())
    view.updateGeometry()
