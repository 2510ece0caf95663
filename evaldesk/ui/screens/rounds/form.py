"""The form of a new round."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.round import ROUND_KINDS, RoundKind, RoundRules
from evaldesk.services.finding.completion import Suggestion
from evaldesk.services.finding.query import parse
from evaldesk.services.rounds.planning import RoundPlan
from evaldesk.ui.screens.imports.fields import PickList
from evaldesk.ui.screens.rounds.run_picks import RunPicks
from evaldesk.ui.screens.traces.filter_field import FilterField
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.spin_box import roomy

_MOST = 1_000_000


class RoundForm(QScrollArea):
    """Everything that a plan says.

    Signals:
        edited(): something in it changed.
    """

    edited = Signal()

    def __init__(
        self, offer: Callable[[str], Sequence[Suggestion]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._offer = offer
        self._metrics: Sequence[str] = ()
        self._rounds: Mapping[str, str] = {}
        self._criteria: Mapping[str, Sequence[str]] = {}
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(24, 20, 24, 24)
        outer.setSpacing(14)
        for card in (self._who(), self._what(), self._shares(), self._rules()):
            outer.addWidget(card)
        outer.addStretch(1)
        self.setWidget(inner)
        self._follow()

    # -- what it says

    def plan(self) -> RoundPlan:
        """The plan as it stands."""
        training = self.kind.currentData() == "training"
        sample = self.sample.value()
        kind: RoundKind = self.kind.currentData() or "main"
        pairwise = kind == "pairwise"
        over = self.oversample.text().strip()
        mark = self.pass_mark.value()
        return RoundPlan(
            name=self.name.text().strip(),
            rubric=str(self.rubric.currentData() or ""),
            raters=self.rater_names(),
            kind=kind,
            where=self.where.text().strip(),
            run="" if pairwise else str(self.run.currentData() or ""),
            # A training round may be of gold items alone.
            sample=None if self.everything.isChecked() else sample,
            stratify=str(self.stratify.currentData() or ""),
            rule="equal" if self.rule.currentData() == "equal" else "proportional",
            oversample=(over,) if over else (),
            factor=self.factor.value(),
            certain=self.certain.text().strip(),
            per_item=self.per_item.value(),
            overlap=self.overlap.value() / 100.0,
            everyone=self.everyone.text().strip(),
            calibration=self.calibration.value(),
            gold=0 if pairwise else self.gold.value(),
            repeats=self.repeats.value() / 100.0,
            seed=self.seed.value(),
            rules=RoundRules(
                hide_systems=self.hide_systems.isChecked(),
                hide_scores=self.hide_scores.isChecked(),
                order="fresh" if self.fresh.isChecked() else "own",
                feedback=training and self.feedback.isChecked(),
                pass_mark=mark / 100.0 if training and mark else None,
                suggest=self._suggests(),
            ),
            note=self.note.text().strip(),
            pairs=self.pairs.chosen() if pairwise else (),
        )

    def _suggests(self) -> str:
        rule = str(self.suggest.currentData() or "") if self.suggest.isEnabled() else ""
        answered = str(self.suggest_for.currentData() or "")
        return f"{rule} for {answered}" if rule.startswith("judge ") and answered else rule

    def rater_names(self) -> tuple[str, ...]:
        """Those that are named, in order, each once."""
        names = (" ".join(name.split()) for name in self.raters.text().split(","))
        return tuple(dict.fromkeys(name for name in names if name))

    def begin(
        self,
        rubrics: Sequence[str],
        runs: Sequence[str],
        groupings: Sequence[str],
        raters: Sequence[str],
        taken: Sequence[str],
    ) -> None:
        """A new plan, with what the project offers."""
        number = 1
        while self.tr("Round {n}").format(n=number) in taken:
            number += 1
        blockers = [QSignalBlocker(one) for one in (self.rubric, self.run, self.stratify)]
        self.name.setText(self.tr("Round {n}").format(n=number))
        self.rubric.clear()
        for name in rubrics:
            self.rubric.addItem(name, name)
        self.run.clear()
        self.run.addItem(self.tr("Every run"), "")
        for name in runs:
            self.run.addItem(name, name)
        self.pairs.offer(runs)
        self.stratify.clear()
        self.stratify.addItem(self.tr("No strata"), "")
        for name in groupings:
            self.stratify.addItem(name, name)
        del blockers
        self.raters.setText(", ".join(raters))
        self._follow()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def offer_suggestions(
        self,
        metrics: Sequence[str],
        rounds: Mapping[str, str],
        criteria: Mapping[str, Sequence[str]],
    ) -> None:
        """What a round could suggest.

        Args:
            metrics: of judges and programs.
            rounds: name → rubric of the rounds there were.
            criteria: rubric → names of what it asks.
        """
        self._metrics, self._rounds, self._criteria = metrics, rounds, criteria
        self._fill_suggestions()

    def _fill_suggestions(self) -> None:
        rubric = str(self.rubric.currentData() or "")
        blockers = [QSignalBlocker(one) for one in (self.suggest, self.suggest_for)]
        chosen, answered = self.suggest.currentData(), self.suggest_for.currentData()
        self.suggest.clear()
        self.suggest.addItem(self.tr("None: everybody answers by themselves"), "")
        self.suggest.addItem(self.tr("The rater's own earlier answers"), "earlier")
        for name, its_rubric in self._rounds.items():
            if its_rubric == rubric:
                words = self.tr("The rater's own answers in {name}")
                self.suggest.addItem(words.format(name=name), f"round {name}")
        for name in self._metrics:
            self.suggest.addItem(self.tr("Judge: {name}").format(name=name), f"judge {name}")
        self.suggest_for.clear()
        for name in self._criteria.get(rubric, ()):
            self.suggest_for.addItem(name, name)
        self.suggest.setCurrentIndex(max(0, self.suggest.findData(chosen)))
        self.suggest_for.setCurrentIndex(max(0, self.suggest_for.findData(answered)))
        del blockers

    # -- its parts

    def _who(self) -> Card:
        card = Card(self.tr("Who rates what"))
        grid = self._grid(card)
        self.name = self._line(grid, self.tr("Name"))
        self.rubric = self._pick(grid, self.tr("Rubric"))
        self.raters = self._line(grid, self.tr("Raters"))
        self.raters.setPlaceholderText(self.tr("names, with commas between"))
        self.kind = self._pick(grid, self.tr("Kind"))
        words = {
            "training": self.tr("Training: learn against gold answers"),
            "calibration": self.tr("Calibration: all rate, then reveal and discuss"),
            "main": self.tr("Main: the work itself"),
            "re-review": self.tr("Re-review: once more what was rated"),
            "pairwise": self.tr("Pairwise: which of two traces is better"),
        }
        for kind in ROUND_KINDS:
            self.kind.addItem(words[kind], kind)
        self.kind.setCurrentIndex(self.kind.findData("main"))
        self.note = self._line(grid, self.tr("Note"))
        return card

    def _what(self) -> Card:
        card = Card(self.tr("What is drawn"))
        grid = self._grid(card)
        self.run = self._pick(grid, self.tr("Run"))
        self.pairs = RunPicks()
        self.pairs.edited.connect(self._changed)
        self.pairs_label = self._row(grid, self.tr("Runs compared"), self.pairs)
        self.where = self._filter(grid, self.tr("Only what fits"))
        self.everything = QCheckBox(self.tr("Everything that fits"))
        self._row(grid, "", self.everything)
        self.sample = self._number(grid, self.tr("Items to draw"), 60, 0, _MOST)
        self.stratify = self._pick(grid, self.tr("Strata"))
        self.rule = self._pick(grid, self.tr("Each stratum gives"))
        self.rule.addItem(self.tr("by its size"), "proportional")
        self.rule.addItem(self.tr("the same number"), "equal")
        self.oversample = self._filter(grid, self.tr("Drawn more readily"))
        self.oversample.setPlaceholderText("score.pass = 0")
        self.factor = roomy(QDoubleSpinBox())
        self.factor.setRange(1.0, 100.0)
        self.factor.setValue(3.0)
        self.factor.setDecimals(1)
        self.factor.setSuffix(self.tr(" times"))
        self.factor.valueChanged.connect(lambda _: self._changed())
        self._row(grid, self.tr("How much more"), self.factor)
        self.certain = self._filter(grid, self.tr("Always taken"))
        self.certain.setPlaceholderText("tier = critical")
        self.seed = self._number(grid, self.tr("Seed"), 0, 0, 2**31 - 1)
        self.everything.toggled.connect(lambda _: self._changed())
        return card

    def _shares(self) -> Card:
        card = Card(self.tr("Who gets how many"))
        grid = self._grid(card)
        self.per_item = self._number(grid, self.tr("Raters of an item"), 1, 1, 100)
        self.overlap = self._number(grid, self.tr("Items that get so many"), 100, 0, 100, " %")
        self.everyone = self._filter(grid, self.tr("Rated by all"))
        self.everyone.setPlaceholderText("tier = critical")
        self.calibration = self._number(grid, self.tr("Calibration items for all"), 0, 0, _MOST)
        self.gold = self._number(grid, self.tr("Hidden gold items"), 0, 0, _MOST)
        self.repeats = self._number(grid, self.tr("Hidden repeats"), 0, 0, 100, " %")
        return card

    def _rules(self) -> Card:
        card = Card(self.tr("What raters see"))
        grid = self._grid(card)
        self.hide_systems = self._check(grid, self.tr("Systems, runs and models are hidden"), True)
        self.hide_scores = self._check(grid, self.tr("Scores and judges are hidden"), True)
        self.suggest = self._pick(grid, self.tr("Suggested answers"))
        self.suggest_for = self._pick(grid, self.tr("The judge's score answers"))
        self.fresh = self._check(grid, self.tr("Newest scenarios first"), False)
        self.feedback = self._check(
            grid, self.tr("Training: the gold answer is told after each item"), True
        )
        self.pass_mark = self._number(grid, self.tr("Training: pass mark"), 80, 0, 100, " %")
        return card

    # -- helpers

    def _grid(self, card: Card) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 150)
        grid.setColumnStretch(1, 1)
        card.body.addLayout(grid)
        return grid

    def _row(self, grid: QGridLayout, words: str, widget: QWidget) -> QLabel | None:
        row = grid.rowCount()
        label = None
        if words:
            label = text_label(words, "muted")
            label.setBuddy(widget)
            grid.addWidget(label, row, 0)
            widget.setAccessibleName(words)
        grid.addWidget(widget, row, 1)
        return label

    def _line(self, grid: QGridLayout, words: str) -> QLineEdit:
        made = QLineEdit()
        made.textChanged.connect(lambda _: self._changed())
        self._row(grid, words, made)
        return made

    def _pick(self, grid: QGridLayout, words: str) -> PickList:
        made = PickList(words)
        made.currentIndexChanged.connect(lambda _: self._changed())
        self._row(grid, words, made)
        return made

    def _number(
        self, grid: QGridLayout, words: str, value: int, low: int, high: int, suffix: str = ""
    ) -> QSpinBox:
        made = roomy(QSpinBox())
        made.setRange(low, high)
        made.setValue(value)
        made.setSuffix(suffix)
        made.setGroupSeparatorShown(True)
        made.valueChanged.connect(lambda _: self._changed())
        self._row(grid, words, made)
        return made

    def _check(self, grid: QGridLayout, words: str, on: bool) -> QCheckBox:
        made = QCheckBox(words)
        made.setChecked(on)
        made.toggled.connect(lambda _: self._changed())
        self._row(grid, "", made)
        return made

    def _filter(self, grid: QGridLayout, words: str) -> FilterField:
        made = FilterField(self._offer)

        def settled(text: str) -> None:
            try:
                parse(text)
            except EvalDeskError:
                made.set_invalid(True)
            else:
                made.set_invalid(False)
            self._changed()

        made.settled.connect(settled)
        self._row(grid, words, made)
        return made

    def _changed(self) -> None:
        self._follow()
        self.edited.emit()

    def _follow(self) -> None:
        """What does not matter now is off."""
        if not hasattr(self, "pass_mark"):
            return
        self._fill_suggestions()
        training = self.kind.currentData() == "training"
        pairwise = self.kind.currentData() == "pairwise"
        self.pairs.setVisible(pairwise)
        if self.pairs_label is not None:
            self.pairs_label.setVisible(pairwise)
        self.run.setEnabled(not pairwise)
        self.gold.setEnabled(not pairwise)
        self.feedback.setEnabled(training)
        self.pass_mark.setEnabled(training)
        self.sample.setEnabled(not self.everything.isChecked())
        self.rule.setEnabled(bool(self.stratify.currentData()))
        self.factor.setEnabled(bool(self.oversample.text().strip()))
        # All rate what is calibrated.
        self.per_item.setEnabled(self.kind.currentData() != "calibration")
        several = self.per_item.value() > 1 and self.per_item.isEnabled()
        self.overlap.setEnabled(several)
        # Where raters are measured by themselves nothing is suggested.
        measures = self.kind.currentData() in ("training", "calibration", "pairwise")
        alone = bool(self.calibration.value() or self.repeats.value())
        self.suggest.setEnabled(not measures and not alone)
        judged = str(self.suggest.currentData() or "").startswith("judge ")
        self.suggest_for.setEnabled(judged and self.suggest.isEnabled())
