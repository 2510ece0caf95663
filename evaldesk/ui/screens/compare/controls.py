"""The row that says what is compared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.comparing.study import Choices, Question, Study

_WIDEST = 190


class Picker(QWidget):
    """A caption and a list to choose from.

    Signals:
        picked(value): the person chose.
    """

    picked = Signal(str)

    def __init__(self, caption: str, name: str, tooltip: str, *, least: int = 90) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.caption = text_label(caption, "muted")
        self.box = _Box(least)
        self.box.setAccessibleName(name)
        self.box.setToolTip(tooltip)
        self.box.activated.connect(lambda index: self.picked.emit(str(self.box.itemData(index))))
        row.addWidget(self.caption)
        row.addWidget(self.box, 1)

    def offer(self, values: Sequence[tuple[str, str]], current: str) -> None:
        """Offer (value, words); the current one stands in the box."""
        with QSignalBlocker(self.box):
            self.box.clear()
            for value, words in values:
                self.box.addItem(words, value)
            self.box.setCurrentIndex(next((i for i, v in enumerate(values) if v[0] == current), -1))
        self.box.show_whole()

    def open(self) -> None:
        """Show the list."""
        if self.isVisible():
            self.box.came_from = QApplication.focusWidget()
            self.box.setFocus()
            self.box.showPopup()


class _Box(QComboBox):
    """As narrow as the row needs; its list is as wide as its longest line."""

    def __init__(self, least: int) -> None:
        super().__init__()
        self._least = least
        self.came_from: QWidget | None = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_whole(self) -> None:
        """Be wide enough for what is chosen, within reason."""
        words = self.fontMetrics().horizontalAdvance(self.currentText())
        self.setMinimumWidth(max(self._least, min(words + 42, _WIDEST)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, super().minimumSizeHint().height())

    def showPopup(self) -> None:
        self.view().setMinimumWidth(min(self.view().sizeHintForColumn(0) + 28, 640))
        super().showPopup()

    def hidePopup(self) -> None:
        """Whoever opened the list by its key goes on where they were."""
        super().hidePopup()
        came_from, self.came_from = self.came_from, None
        if came_from is not None and came_from.isVisible():
            came_from.setFocus()


class Controls(QWidget):
    """Runs, metric, suite, tier, trials and errors, and what can be done with the result.

    Signals:
        asked(field, value): a field of `Question` is to change.
        swap(): A and B change places. more(): the menu is wanted.
    """

    asked = Signal(str, object)
    swap = Signal()
    more = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(12)
        tip = workspace.actions.tooltip
        self.run_a = Picker("A", self.tr("Run A"), tip("compare.run_a"), least=120)
        self.run_b = Picker("B", self.tr("Run B"), tip("compare.run_b"), least=120)
        self.what = Picker(self.tr("Metric"), self.tr("Metric"), tip("compare.metric"))
        self.tier = Picker(self.tr("Tier"), self.tr("Tier"), tip("compare.tier"), least=70)
        self.suite = Picker(self.tr("Suite"), self.tr("Suite"), tip("compare.suite"), least=80)
        self.trials = Picker(self.tr("Trials"), self.tr("Trials"), tip("compare.trials"), least=126)
        for run in (self.run_a, self.run_b):
            sized(run, lambda it: it.setMaximumWidth(px(360)))
        self.swap_button = QToolButton()
        self.swap_button.setText("⇄")
        self.swap_button.setProperty("kind", "flat")
        self.swap_button.setToolTip(tip("compare.swap"))
        self.swap_button.setAccessibleName(self.tr("Swap A and B"))
        self.swap_button.clicked.connect(self.swap)
        self.errors = QCheckBox(self.tr("Errors fail"))
        self.errors.setToolTip(
            self.tr(
                "Count a trace that ended in an infrastructure error as 0, instead of leaving it "
                "out ({key})"
            ).format(key=workspace.actions.keys("compare.errors"))
        )
        self.errors.clicked.connect(lambda on: self.asked.emit("errors_as_failures", on))
        self.more_button = QToolButton()
        self.more_button.setText("⋯")
        self.more_button.setProperty("kind", "flat")
        self.more_button.setToolTip(self.tr("Copy and save"))
        self.more_button.setAccessibleName(self.tr("Copy and save"))
        self.more_button.clicked.connect(self.more)
        row.addWidget(self.run_a, 3)
        row.addWidget(self.swap_button)
        row.addWidget(self.run_b, 3)
        for picker in (self.what, self.suite, self.tier, self.trials):
            row.addWidget(picker, 1)
        row.addWidget(self.errors)
        row.addStretch(1)
        row.addWidget(self.more_button)
        for name, picker in self.pickers.items():
            picker.picked.connect(lambda value, name=name: self.asked.emit(name, value))

    @property
    def pickers(self) -> dict[str, Picker]:
        """By the field of `Question` that they choose."""
        return {
            "run_a": self.run_a,
            "run_b": self.run_b,
            "metric": self.what,
            "suite": self.suite,
            "tier": self.tier,
            "trials": self.trials,
        }

    def showEvent(self, event: QShowEvent) -> None:
        """Colours of A and B."""
        super().showEvent(event)
        self.retheme()

    def retheme(self) -> None:
        """Another theme."""
        tokens = self._workspace.tokens
        for picker, ink in ((self.run_a, tokens.a), (self.run_b, tokens.b)):
            picker.caption.setStyleSheet(f"color: {ink}; font-weight: 600;")

    def show_runs(self, choices: "Choices", question: "Question") -> None:
        """Offer the runs, newest first, with how many traces each has."""
        for picker, current in ((self.run_a, question.run_a), (self.run_b, question.run_b)):
            picker.offer([(run.name, run.name) for run in choices.runs], current)
        for picker in (self.run_a, self.run_b):
            for index, run in enumerate(choices.runs):
                system = f" · {run.system}" if run.system else ""
                picker.box.setItemData(
                    index,
                    f"{run.name}{system} · {run.traces:,} · {run.dataset}",
                    Qt.ItemDataRole.ToolTipRole,
                )

    def show_study(self, study: "Study") -> None:
        """Say what was answered."""
        question = study.question
        self.what.offer([(name, name) for name in study.metrics], question.metric)
        self.tier.offer(
            [("", self.tr("all")), *((name, name) for name in study.tiers)], question.tier
        )
        self.tier.setVisible(bool(study.tiers))
        self.suite.offer(
            [("", self.tr("all")), *((name, name) for name in study.suites)], question.suite
        )
        self.suite.setVisible(bool(study.suites))
        self.trials.offer(
            [
                ("mean", self.tr("mean of trials")),
                ("first", self.tr("first trial")),
                ("all-pass", self.tr("worst trial")),
            ],
            question.trials,
        )
        self.trials.setVisible(study.trials)
        for picker, current in ((self.run_a, question.run_a), (self.run_b, question.run_b)):
            picker.box.setCurrentIndex(picker.box.findData(current))
        self.errors.setChecked(question.errors_as_failures)
