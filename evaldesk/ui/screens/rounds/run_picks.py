"""The runs that a pairwise round compares, as boxes to be ticked."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from evaldesk.ui.theme.measure import row_px, sized

_MOST_ROWS = 6


class RunPicks(QListWidget):
    """Every run, those that are compared ticked.

    Signals:
        edited(): another one is, or is no longer.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemChanged.connect(lambda _: self.edited.emit())
        sized(self, lambda it: it._fit())

    def offer(self, runs: Sequence[str]) -> None:
        """Show these; the first two are compared."""
        with QSignalBlocker(self):
            self.clear()
            for place, name in enumerate(runs):
                item = QListWidgetItem(name)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                state = Qt.CheckState.Checked if place < 2 else Qt.CheckState.Unchecked
                item.setCheckState(state)
                self.addItem(item)
        if self.count():
            self.setCurrentRow(0)
        self._fit()

    def chosen(self) -> tuple[str, ...]:
        """Those that are compared, in their order."""
        items = (self.item(row) for row in range(self.count()))
        return tuple(one.text() for one in items if one.checkState() == Qt.CheckState.Checked)

    def _fit(self) -> None:
        self.setFixedHeight(row_px(26) * min(max(self.count(), 1), _MOST_ROWS) + 4)
