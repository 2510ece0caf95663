"""A field that takes the next keys as they are, whatever they do elsewhere."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from evaldesk.ui.actions.key_text import pressed


class KeyField(QLineEdit):
    """Waits for one key with its modifiers; Escape leaves it.

    Signals:
        taken(keys): what was pressed, as Qt spells it.
        left(): Escape was, or the focus went elsewhere.
    """

    taken = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setPlaceholderText(self.tr("Press the keys; Esc leaves"))
        self.setAccessibleName(self.tr("Press the new keys; Escape leaves"))

    def event(self, event: QEvent) -> bool:
        """Keys come here before any command, and Tab before it moves the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            event.accept()
            if event.key() == Qt.Key.Key_Escape:
                self.left.emit()
                return True
            keys = pressed(event)
            if keys:
                self.taken.emit(keys)
            return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Nobody is pressing anything here any more."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.left.emit()
