"""A key as it looks on a keyboard."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from evaldesk.ui.actions.key_text import KeyText, spoken


class KeyCap(QLabel):
    """The name of a key, such as ``Ctrl K``; the key of a command changes with the command's.

    Signals:
        changed(): it names another key.
    """

    changed = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = ""
        self.setProperty("keycap", True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.show_keys(text)

    def show_keys(self, keys: str) -> None:
        """Another key does it, and whatever is chosen instead of that."""
        if isinstance(keys, KeyText) and not isinstance(self._keys, KeyText):
            keys.follow(self._keys_chosen)
        self._keys = keys
        self.setText(keys)
        self.changed.emit()

    def _keys_chosen(self) -> None:
        if isinstance(self._keys, KeyText):
            self.show_keys(self._keys.now())


class KeyHint(QWidget):
    """A key and what it does, for the edge of a screen: ``N`` next difference."""

    def __init__(self, keys: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        self.cap = KeyCap(keys)
        self.label = QLabel(text)
        self.label.setProperty("kind", "muted")
        layout.addWidget(self.cap)
        layout.addWidget(self.label)
        self.cap.changed.connect(self.name_it)
        self.name_it()

    def name_it(self) -> None:
        """Give it the name that a screen reader says."""
        keys, text = spoken(self.cap.text()), self.label.text()
        self.setAccessibleName(f"{text}: {keys}" if keys else text)
        self.cap.setVisible(bool(keys))
