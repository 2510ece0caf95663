"""A key as it looks on a keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget


class KeyCap(QLabel):
    """The name of a key, such as ``Ctrl K``."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("keycap", True)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


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
        self.setAccessibleName(f"{text}: {keys}")
