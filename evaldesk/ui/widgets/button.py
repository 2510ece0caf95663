"""Buttons."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QStyle, QStyleOptionButton, QStylePainter, QWidget

from evaldesk.ui.actions.key_text import KeyText, spoken
from evaldesk.ui.theme.apply import current_tokens, mono


class ActionButton(QPushButton):
    """A button that shows its key beside its words.

    Kinds: empty, primary, danger, flat, link, choice (checkable, for the points of a scale).
    """

    def __init__(
        self, text: str, keys: str = "", parent: QWidget | None = None, *, kind: str = ""
    ) -> None:
        super().__init__(text, parent)
        self.keys = keys
        if isinstance(keys, KeyText):
            keys.follow(self._keys_chosen)
        if kind:
            self.setProperty("kind", kind)
        self.setCheckable(kind == "choice")
        self._named_by_words = f"{text}, {spoken(keys)}" if keys else text
        self.setAccessibleName(self._named_by_words)

    def follow_keys(self, keys: str) -> None:
        """Another key does it, and whatever is chosen instead of that."""
        if isinstance(keys, KeyText) and not isinstance(self.keys, KeyText):
            keys.follow(self._keys_chosen)
        self.keys = keys
        named = self.accessibleName()
        words = self.text()
        if named == self._named_by_words:
            self._named_by_words = f"{words}, {spoken(keys)}" if keys else words
            self.setAccessibleName(self._named_by_words)
        self.updateGeometry()
        self.update()

    def _keys_chosen(self) -> None:
        if isinstance(self.keys, KeyText):
            self.follow_keys(self.keys.now())

    def sizeHint(self) -> QSize:
        """Room for the key as well."""
        size = super().sizeHint()
        return QSize(size.width() + self._keys_width(), size.height())

    def minimumSizeHint(self) -> QSize:
        """As wide as its words."""
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses it as Space does; Qt does that only inside its own dialogs."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words, and the key after them: a cap on plain buttons, faint type on a primary one. A
        choice has its cap first, where the eye looks for the digit.
        """
        if not self.keys:
            super().paintEvent(event)
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        text, option.text = option.text, ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        tokens = current_tokens()
        kind = self.property("kind")
        filled = (kind == "primary" and self.isEnabled()) or (kind == "choice" and self.isChecked())
        ink = QColor(tokens.on_accent) if filled else QColor(tokens.text)
        if kind in ("danger", "link"):
            ink = QColor(tokens.bad if kind == "danger" else tokens.accent)
        if not self.isEnabled():
            ink = QColor(tokens.muted)
        painter.setFont(self.font())
        metrics = self.fontMetrics()
        words, cap = metrics.horizontalAdvance(text), self._keys_width() - 7
        left = (self.width() - words - cap - 7) // 2
        cap_first = kind == "choice"
        text_left = left + (cap + 7 if cap_first else 0)
        cap_left = left if cap_first else left + words + 7
        box = self.rect()
        painter.setPen(ink)
        painter.drawText(
            box.adjusted(text_left, 0, 0, 0),
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        self._paint_keys(painter, cap_left, cap, filled and not cap_first, ink)
        painter.end()

    def _paint_keys(
        self, painter: QPainter, left: int, width: int, faint: bool, ink: QColor
    ) -> None:
        tokens = current_tokens()
        box = self.rect()
        cap = box.adjusted(left, (box.height() - 17) // 2, 0, 0)
        cap.setWidth(width)
        cap.setHeight(17)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not faint:
            painter.setPen(QColor(tokens.line))
            painter.setBrush(QColor(tokens.pane))
            painter.drawRoundedRect(cap.adjusted(0, 0, -1, -1), 4, 4)
            painter.drawLine(cap.left() + 3, cap.bottom() - 1, cap.right() - 3, cap.bottom() - 1)
            painter.setPen(QColor(tokens.muted))
        else:
            painter.setPen(ink)
            painter.setOpacity(0.8)
        painter.setFont(mono("small"))
        painter.drawText(cap, Qt.AlignmentFlag.AlignCenter, self.cap_text())

    def cap_text(self) -> str:
        """What is written on the key."""
        return self.keys

    def _keys_width(self) -> int:
        if not self.keys:
            return 0
        return max(QFontMetrics(mono("small")).horizontalAdvance(self.cap_text()) + 10, 17) + 7
