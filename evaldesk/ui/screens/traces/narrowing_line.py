"""The line above the list: what narrows it, as labels that can be taken away, and how many traces
are left.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from evaldesk.ui.screens.traces.narrowing_words import Part
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.flow import FlowLayout

_MOST_WIDE = 300
_HEIGHT = 24
_MIDDLE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_REMOVE = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Space,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
)


class PartButton(QPushButton):
    """A label with a cross: a click, Return, Space or Delete takes away what it says.

    Signals:
        removed().
    """

    removed = Signal()

    def __init__(self, part: Part, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = part
        self.setProperty("kind", "part")
        sized(self, _small)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.removed)
        self.show_part(part)

    def show_part(self, part: Part) -> None:
        """Say something else."""
        self.part = part
        whole = f"{part.caption}: {part.text}" if part.text else part.caption
        self.setText(whole)
        self.setToolTip(self.tr("{part}\nClick takes it away").format(part=whole))
        self.setAccessibleName(self.tr("Take away: {part}").format(part=whole))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as what it says, within reason."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 36
        return QSize(min(width, _MOST_WIDE), px(_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """As wide as it wants to be."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Take away, or go to the neighbour."""
        key = event.key()
        if key in _REMOVE:
            self.removed.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.focusNextPrevChild(key == Qt.Key.Key_Right)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A rounded ground, the caption faint, what it says, a cross."""
        tokens, part = current_tokens(), self.part
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(0, 0, -1, -1)
        lit = self.hasFocus() or self.underMouse()
        painter.setPen(QColor(tokens.accent if lit else tokens.line))
        painter.setBrush(QColor(tokens.bad_soft if part.out else tokens.accent_soft))
        painter.drawRoundedRect(box, 6, 6)
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        ink = tokens.bad if part.out else tokens.accent
        left = 9
        caption = f"{part.caption}: " if part.text else part.caption
        painter.setPen(QColor(tokens.muted if part.text else ink))
        wide = metrics.horizontalAdvance(caption)
        painter.drawText(QRect(left, 0, wide + 2, self.height()), _MIDDLE, caption)
        left += wide
        room = self.width() - left - 24
        painter.setPen(QColor(ink))
        shown = metrics.elidedText(part.text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, 0, room, self.height()), _MIDDLE, shown)
        pen = QPen(QColor(ink if lit else tokens.muted), 1.3)
        painter.setPen(pen)
        x, y = self.width() - 15, self.height() // 2 - 3
        painter.drawLine(x, y, x + 6, y + 6)
        painter.drawLine(x + 6, y, x, y + 6)
        painter.end()


class NarrowingLine(QWidget):
    """What narrows the list, and the number of traces that are left.

    Attributes:
        order: opens the choice of orders.

    Signals:
        removed(key): a part is to go. cleared(): all of them.
    """

    removed = Signal(str)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("What narrows the list"))
        self._flow_host = QWidget()
        self._flow = FlowLayout(self._flow_host, spacing=5)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self._flow_host.setSizePolicy(policy)
        self._parts: list[PartButton] = []
        self.all = ActionButton(self.tr("Clear all"), kind="link")
        sized(self.all, lambda it: it.setFont(sans("small")))
        self.all.clicked.connect(self.cleared)
        self._flow.addWidget(self.all)
        self.total = text_label("", "small")
        self.total.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.order = QToolButton()
        self.order.setProperty("kind", "part")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._flow_host, 1)
        top = Qt.AlignmentFlag.AlignTop
        row.addWidget(self.total, 0, top)
        row.addWidget(self.order, 0, top)
        sized(self.total, lambda it: it.setFixedHeight(px(_HEIGHT)))
        sized(self.order, _small)
        self.show_parts(())

    @property
    def parts(self) -> tuple[Part, ...]:
        """What is shown."""
        return tuple(button.part for button in self._parts)

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show these. What has the keys keeps them, or gives them to its neighbour."""
        here = next((i for i, one in enumerate(self._parts) if one.hasFocus()), -1)
        while len(self._parts) > len(parts):
            button = self._parts.pop()
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        for button, part in zip(self._parts, parts, strict=False):
            if button.part != part:
                button.show_part(part)
        for part in parts[len(self._parts) :]:
            button = PartButton(part, self._flow_host)
            button.removed.connect(self._remove)
            self._flow.insert(len(self._parts), button)
            button.show()
            self._parts.append(button)
        if self.isVisible():  # before they are in the window, Qt would make a ring of their own
            before: QWidget = self.order
            for after in (*self._parts, self.all):
                QWidget.setTabOrder(before, after)
                before = after
        self.all.setVisible(len(parts) > 1)
        if here >= 0 and not self.focus_parts(min(here, len(parts) - 1)):
            self.order.setFocus()
        self._flow.invalidate()
        self._flow_host.updateGeometry()

    def focus_parts(self, place: int = 0) -> bool:
        """Give the keys to a part; False where there is none."""
        if not 0 <= place < len(self._parts):
            return False
        self._parts[place].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def show_total(self, text: str) -> None:
        """How many traces are left."""
        self.total.setText(text)

    def show_order(self, text: str, tip: str) -> None:
        """What the list is sorted by."""
        self.order.setText(f"{text}  ▾")
        self.order.setToolTip(tip)
        self.order.setAccessibleName(self.tr("Order: {order}").format(order=text))

    def _remove(self) -> None:
        button = self.sender()
        if isinstance(button, PartButton):
            self.removed.emit(button.part.key)


def _small(button: QWidget) -> None:
    button.setFont(sans("small"))
    button.setFixedHeight(px(_HEIGHT))
