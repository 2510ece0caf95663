"""Fields to type into that keys leave again."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy

from evaldesk.ui.widgets.snippet_typing import expand


class LeavableLine(QLineEdit):
    """A line that Esc, Return and Tab leave.

    Signals:
        focused(), blurred(): focus came in, went out. left(step): see `FieldCard.left`.
    """

    focused = Signal()
    blurred = Signal()
    left = Signal(int)

    def event(self, event: QEvent) -> bool:
        """Keys that leave are not shortcuts of anything else."""
        if event.type() == QEvent.Type.ShortcutOverride and _leaving(event) is not None:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            step = _leaving(event)
            if step == 1 and expand(self):
                return True
            if step is not None:
                self.left.emit(step)
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusOutEvent(event)
        self.blurred.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return goes on."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit(1)
            return
        super().keyPressEvent(event)


class GrowingText(QPlainTextEdit):
    """A text area of two to eight lines that Esc and Tab leave."""

    focused = Signal()
    blurred = Signal()
    left = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Keys that leave are not shortcuts of anything else."""
        if event.type() == QEvent.Type.ShortcutOverride and _leaving(event) is not None:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress:
            step = _leaving(event)
            if step == 1 and expand(self):
                return True
            if step is not None:
                self.left.emit(step)
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.focused.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusOutEvent(event)
        self.blurred.emit()

    def _fit(self) -> None:
        # A plain text document measures its height in lines.
        lines = min(8.0, max(2.0, self.document().size().height()))
        self.setFixedHeight(round(lines * self.fontMetrics().lineSpacing()) + 18)


def _leaving(event: QEvent) -> int | None:
    if not isinstance(event, QKeyEvent):
        return None
    if event.key() == Qt.Key.Key_Escape:
        return 0
    if event.key() == Qt.Key.Key_Backtab:
        return -1
    if event.key() == Qt.Key.Key_Tab and not event.modifiers():
        return 1
    return None
