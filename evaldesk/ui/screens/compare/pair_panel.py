"""Two traces of one scenario over the whole screen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.domain.comparison import PairedValue
from evaldesk.ui.screens.compare.wording import Wording
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.trace_view import TracePane
from evaldesk.ui.workspace import Workspace


class PairPanel(QWidget):
    """A strip that says which scenario this is, and its traces A | B.

    Signals:
        left(): back to the comparison. stepped(by): another scenario of the list.
    """

    left = Signal()
    stepped = Signal(int)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        strip = pane()
        row = QHBoxLayout(strip)
        row.setContentsMargins(12, 6, 12, 6)
        row.setSpacing(10)
        keys = workspace.actions.keys
        self.back_button = ActionButton(self.tr("Back"), "Esc", kind="flat")
        self.back_button.clicked.connect(self.left)
        self.scenario = text_label("", "heading")
        self.tier = Chip()
        self.title = ElidedLabel(kind="muted")
        self.change = text_label("")
        self.place = text_label("", "muted")
        self.previous_button = ActionButton(
            self.tr("Previous"), keys("compare.previous"), kind="flat"
        )
        self.previous_button.clicked.connect(lambda: self.stepped.emit(-1))
        self.next_button = ActionButton(self.tr("Next"), keys("compare.next"), kind="flat")
        self.next_button.clicked.connect(lambda: self.stepped.emit(1))
        row.addWidget(self.back_button)
        row.addWidget(self.scenario)
        row.addWidget(self.tier)
        row.addWidget(self.title, 1)
        row.addWidget(self.change)
        row.addWidget(self.place)
        row.addWidget(self.previous_button)
        row.addWidget(self.next_button)
        self.traces = TracePane(workspace)
        self.traces.left.connect(self.left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(strip)
        layout.addWidget(hairline())
        layout.addWidget(self.traces, 1)

    def show_pair(
        self, pair: PairedValue, metric: str, words: Wording, row: int, count: int, title: str
    ) -> None:
        """Show a pair.

        Args:
            row: its place in the list of ``count`` pairs, from 0; ``title`` of that list.
        """
        self.scenario.setText(pair.scenario)
        self.tier.show_text(pair.tier, "bad" if pair.tier == "critical" else "neutral")
        self.tier.setVisible(bool(pair.tier))
        self.title.setText(pair.title)
        self.change.setText(
            f"{metric}  {words.pair(pair.a, pair.b)}{'' if words.binary else words.unit}"
        )
        self.place.setText(
            self.tr("{title}: {number} of {count}").format(
                title=title, number=row + 1, count=f"{count:,}"
            )
        )
        self.previous_button.setEnabled(row > 0)
        self.next_button.setEnabled(row + 1 < count)
        if self.traces.pks != (pair.a_pk, pair.b_pk):
            self.traces.show_pair(pair.a_pk, pair.b_pk)
