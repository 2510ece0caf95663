"""A rounded label."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


class Chip(QLabel):
    """A short word on a rounded ground. Its text carries the meaning, its colour only helps.

    Kinds: neutral, ok, bad, warn, a, b, accent.
    """

    def __init__(
        self, text: str = "", kind: str = "neutral", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self.setProperty("chip", kind)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, kind: str = "neutral") -> None:
        """Another word, perhaps of another kind."""
        self.setText(text)
        if self.property("chip") != kind:
            self.setProperty("chip", kind)
            restyle(self)


def restyle(widget: QWidget) -> None:
    """Have the stylesheet look at a widget's properties again."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
