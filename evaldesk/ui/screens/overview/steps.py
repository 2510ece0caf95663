"""What to do next."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.figures import counted, number
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.projects.overview import NextStep

ORDER = ("import", "rubrics", "review", "adjudicate", "compare")


class StepsCard(Card):
    """The five parts of the work, how far each is, and its key."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.header_text = text_label(self.tr("What to do next"), "heading")
        self.body.addWidget(self.header_text)
        self._workspace = workspace
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        self.body.addLayout(grid)
        self._remarks: dict[str, QLabel] = {}
        self._chips: dict[str, Chip] = {}
        self._bars: dict[str, QProgressBar] = {}
        self.buttons: dict[str, ActionButton] = {}
        titles = {
            "import": self.tr("Import traces"),
            "rubrics": self.tr("Write a rubric"),
            "review": self.tr("Review"),
            "adjudicate": self.tr("Settle disagreements"),
            "compare": self.tr("Compare runs"),
        }
        words = {
            "import": self.tr("Import"),
            "rubrics": self.tr("Rubrics"),
            "review": self.tr("Review"),
            "adjudicate": self.tr("Adjudicate"),
            "compare": self.tr("Compare"),
        }
        self._rubrics: dict[str, str] = {}
        for line, step in enumerate(ORDER):
            title = text_label(titles[step])
            remark = text_label("", "muted", wrap=True)
            chip = Chip("")
            bar = QProgressBar()
            bar.setTextVisible(False)
            bar.setRange(0, 1000)
            bar.setAccessibleName(titles[step])
            button = ActionButton(words[step], workspace.actions.keys(f"go.{step}"))
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _checked=False, where=step: self._go(where))
            row = line * 4
            if line:
                grid.setRowMinimumHeight(row, 10)
            grid.addWidget(title, row + 1, 0)
            grid.addWidget(chip, row + 1, 1, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(button, row + 1, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(remark, row + 2, 0, 1, 2)
            grid.addWidget(bar, row + 3, 0, 1, 2)
            chip.hide()
            bar.hide()
            self._remarks[step], self._chips[step], self._bars[step] = remark, chip, bar
            self.buttons[step] = button
        row = len(ORDER) * 4
        grid.setRowMinimumHeight(row, 10)
        grid.addWidget(text_label(self.tr("Hand it over")), row + 1, 0, 1, 2)
        grid.addWidget(
            text_label(self.tr("One workbook with all of it"), "muted", wrap=True), row + 2, 0, 1, 2
        )
        self.workbook_button = ActionButton(
            self.tr("Excel …"), workspace.actions.keys("overview.workbook")
        )
        self.workbook_button.setAccessibleName(self.tr("Export to Excel"))
        self.workbook_button.setToolTip(workspace.actions.tooltip("overview.workbook"))
        self.workbook_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid.addWidget(self.workbook_button, row + 1, 2, 2, 1, Qt.AlignmentFlag.AlignVCenter)
        grid.setRowMinimumHeight(row + 3, 6)
        grid.addWidget(
            text_label(self.tr("Traces and ratings, for another tool"), "muted", wrap=True),
            row + 4,
            0,
            1,
            2,
        )
        self.export_button = ActionButton(
            self.tr("Other …"), workspace.actions.keys("overview.export")
        )
        self.export_button.setAccessibleName(self.tr("Export in a format of another tool"))
        self.export_button.setToolTip(workspace.actions.tooltip("overview.export"))
        self.export_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        grid.addWidget(self.export_button, row + 4, 2, Qt.AlignmentFlag.AlignVCenter)

    def show_steps(self, steps: "tuple[NextStep, ...]") -> None:
        """How far each is. The first part that is ready and not done stands out."""
        stands_out = next((step.step for step in steps if step.ready and not step.done), "")
        for step in steps:
            self._rubrics[step.step] = step.rubric
            self._remarks[step.step].setText(self._remark(step))
            chip, bar = self._chips[step.step], self._bars[step.step]
            chip.setVisible(step.done or step.step == stands_out)
            if step.done:
                chip.show_text(self.tr("done"), "ok")
            else:
                chip.show_text(self.tr("next"), "accent")
            bar.setVisible(step.total > 0)
            bar.setValue(int(1000 * step.finished / step.total) if step.total else 0)
            self.buttons[step.step].setEnabled(step.ready or step.step != "compare")

    def _go(self, step: str) -> None:
        rubric = self._rubrics.get(step, "")
        if rubric and step in ("review", "adjudicate"):
            self._workspace.navigate(step, rubric=rubric)
        else:
            self._workspace.navigate(step)

    def _remark(self, step: "NextStep") -> str:
        amount, total = number(step.finished), number(step.total)
        if step.step == "import":
            return (
                self.tr("%1 traces").replace("%1", amount)
                if step.finished
                else self.tr("Logs, tables, or ratings made elsewhere")
            )
        if step.step == "rubrics":
            if not step.finished:
                return self.tr("The questions that reviewers answer")
            return counted(step.finished, self.tr("%1 rubric"), self.tr("%1 rubrics"))
        if step.step == "review":
            if not step.ready:
                return self.tr("Needs traces and a rubric")
            text = self.tr("%1 of %2 rated by you").replace("%1", amount).replace("%2", total)
            return f"{text} · {step.rubric}" if step.rubric else text
        if step.step == "adjudicate":
            if not step.ready:
                return self.tr("Nobody differs yet")
            return (
                self.tr("%1 of %2 disagreements ruled on")
                .replace("%1", amount)
                .replace("%2", total)
            )
        if not step.ready:
            return self.tr("Needs two runs over the same scenarios")
        return self.tr("%1 runs to choose from").replace("%1", amount)
