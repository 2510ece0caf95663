"""A point of a scale as a button."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QStyle, QStyleOptionButton, QStylePainter

from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.theme.style import paint_keycap
from evaldesk.ui.widgets.button import ActionButton

_BUTTON_PADDING = 10
_WRAPPED = int(Qt.TextFlag.TextWordWrap.value)


class ChoiceButton(ActionButton):
    """A point of a scale. Words that are wider than the pane go on in the next line."""

    def __init__(self, text: str, keys: str = "", tooltip: str = "") -> None:
        super().__init__(text, keys, kind="choice")
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        policy = self.sizePolicy()
        policy.setHeightForWidth(True)
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)
        self._pointed = False
        self._suggested = False

    def cap_text(self) -> str:
        """Short, as several stand in a line."""
        return self.keys.replace("Shift ", "⇧").replace("Num ", "")

    def set_pointed(self, pointed: bool) -> None:
        """Whether the arrows stand on it."""
        self._pointed = pointed
        self.update()

    def set_suggested(self, suggested: bool) -> None:
        """Whether it stands ready as an answer."""
        self._suggested = suggested
        self.update()

    def heightForWidth(self, width: int) -> int:
        """As high as its lines."""
        size = self.sizeHint()
        if size.width() <= width:
            return size.height()
        metrics = self.fontMetrics()
        room = QRect(0, 0, self._words_width(width), 10_000)
        words = metrics.boundingRect(room, _WRAPPED, self.text())
        return size.height() + words.height() - metrics.height()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As any button where its words fit in one line."""
        if self.sizeHint().width() <= self.width():
            super().paintEvent(event)
        else:
            self._paint_wrapped()
        if self._suggested:
            ink = QColor(current_tokens().accent)
            self._paint_ring(QPen(ink, 1.6, Qt.PenStyle.DashLine))
        if self._pointed:
            self._paint_ring(QPen(QColor(current_tokens().text), 2))

    def _paint_ring(self, pen: QPen) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.end()

    def _paint_wrapped(self) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        tokens = current_tokens()
        left = _BUTTON_PADDING
        if self.keys:
            paint_keycap(painter, tokens, left, self.height() // 2, self.cap_text())
        painter.setFont(self.font())
        painter.setPen(QColor(tokens.on_accent if self.isChecked() else tokens.text))
        width = self._words_width(self.width())
        room = QRect(left + self._keys_width(), 0, width, self.height())
        painter.drawText(room, _WRAPPED | int(Qt.AlignmentFlag.AlignVCenter.value), self.text())
        painter.end()

    def _words_width(self, width: int) -> int:
        return width - self._keys_width() - 2 * _BUTTON_PADDING
