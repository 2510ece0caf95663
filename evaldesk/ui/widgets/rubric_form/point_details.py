"""When to choose each point, and what deserved it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from evaldesk.domain.rubric import Point
from evaldesk.ui.widgets.card import text_label


class PointDetails(QWidget):
    """A line a point, and its examples below it where they are asked for."""

    def __init__(self, points: Sequence[Point]) -> None:
        super().__init__()
        self.with_examples = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self._examples: list[QLabel] = []
        for point in points:
            if point.anchor:
                layout.addWidget(text_label(f"{point.text} — {point.anchor}", "muted", wrap=True))
            if point.examples:
                words = self.tr("e.g. ")
                lines = [
                    f"{'' if point.anchor else point.text + ', '}{words}{example}"
                    for example in point.examples
                ]
                label = text_label("\n".join(lines), "small", wrap=True)
                label.setContentsMargins(12, 0, 0, 2)
                label.hide()
                layout.addWidget(label)
                self._examples.append(label)
        self.hide()

    def show_examples(self, shown: bool) -> bool:
        """Show or hide them; whether there are any."""
        self.with_examples = shown and bool(self._examples)
        for label in self._examples:
            label.setVisible(shown)
        return bool(self._examples)
