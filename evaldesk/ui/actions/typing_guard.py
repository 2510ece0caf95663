"""Keeps plain keys for the text that is being typed."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)

TEXT_FIELDS = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox)


class TypingGuard(QObject):
    """Gives a key without Ctrl, Alt or Meta to the text field that has the focus, instead of to a
    command. Escape and the function keys stay commands.

    Qt's own fields keep printable keys already; this holds for every field and for Return, Tab
    and the arrows as well.
    """

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        # Only what has the focus is watched: a filter on the application would run Python for
        # every event of every widget.
        self._watched: QWidget | None = None
        app.focusChanged.connect(self._follow)
        self._follow(None, app.focusWidget())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Accepting a ShortcutOverride turns the shortcut into an ordinary key press."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and isinstance(watched, QWidget)
            and is_plain(event)
            and is_typing(watched)
        ):
            event.accept()
            return True
        return False

    def _follow(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self._watched is not None and isValid(self._watched):
            self._watched.removeEventFilter(self)
        self._watched = new if isinstance(new, TEXT_FIELDS) else None
        if self._watched is not None:
            self._watched.installEventFilter(self)


def is_plain(event: QKeyEvent) -> bool:
    """Whether the key is one that typing needs."""
    if event.modifiers() & _COMMANDS:
        return False
    key = event.key()
    return key != Qt.Key.Key_Escape and not Qt.Key.Key_F1 <= key <= Qt.Key.Key_F35


def is_typing(widget: QWidget | None) -> bool:
    """Whether a key press into this widget would write text."""
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit):
        return not widget.isReadOnly()
    if isinstance(widget, QAbstractSpinBox):
        return not widget.isReadOnly()
    return isinstance(widget, QComboBox) and widget.isEditable()
