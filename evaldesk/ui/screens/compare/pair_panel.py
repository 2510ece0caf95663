"""Two traces of one scenario over the whole screen, with up to two more beside them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.domain.comparison import PairedValue
from evaldesk.domain.trace import TraceRow
from evaldesk.ui.screens.compare.wording import Wording
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.trace_view import TracePane, figures
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser
from evaldesk.ui.widgets.trace_view.hints import ClickableHint
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.reading.companions import Companion


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
        more = ClickableHint(
            keys("compare.choose_beside"), self.tr("choose columns"), self.choose_beside
        )
        self.traces.add_hint(more)
        self._shown: PairedValue | None = None
        self._wanted: tuple[Companion, ...] = ()
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
        before, self._shown = self._shown, pair
        same = before is not None and (before.a_pk, before.b_pk) == (pair.a_pk, pair.b_pk)
        if not (same and self.traces.pks):
            self._show()

    def choose_beside(self) -> None:
        """Offer the other runs and trials of the scenario, to stand beside A."""
        project, pair = self._workspace.project, self._shown
        if project is None or pair is None:
            return

        def offer(rows: Sequence[TraceRow]) -> None:
            if not rows:
                self._workspace.say(self.tr("No other run or trial has this scenario"))
                return
            by_pk = {row.pk: (row.run, row.trial) for row in rows}
            chooser = TraceChooser(self)
            chooser.chosen.connect(lambda pks: self._choose([by_pk[pk] for pk in pks]))
            named = [(row.pk, self._words(row)) for row in rows]
            at = self.traces.mapToGlobal(QPoint(16, 40))
            chooser.offer(named, self.traces.pks[1:], at)

        self._workspace.jobs.read(
            lambda _control: project.traces.siblings(pair.a_pk), offer, self._workspace.report
        )

    def _choose(self, wanted: "Sequence[Companion]") -> None:
        self._wanted = tuple(wanted)
        self._show()

    def _show(self) -> None:
        """The pair; once others were chosen, those of this scenario instead of B."""
        project, pair, wanted = self._workspace.project, self._shown, self._wanted
        if project is None or pair is None:
            return
        if not wanted:
            self.traces.show_pair(pair.a_pk, pair.b_pk)
            return

        def show(rows: Sequence[TraceRow]) -> None:
            if pair is self._shown:
                there = {(row.run, row.trial): row.pk for row in rows}
                beside = [there[one] for one in wanted if one in there] or [pair.b_pk]
                self.traces.show_traces((pair.a_pk, *beside))

        self._workspace.jobs.read(
            lambda _control: project.traces.siblings(pair.a_pk), show, self._workspace.report
        )

    def _words(self, row: TraceRow) -> str:
        trial = self.tr("trial {number}").format(number=row.trial + 1)
        scores = [f"{name} {figures.figure(value)}" for name, value in row.scores.items()]
        return " · ".join([row.run, trial, *scores])

    def forget(self) -> None:
        """Another comparison: what was chosen beside A was of the one before."""
        self._shown = None
        self._wanted = ()
        self.traces.clear()
