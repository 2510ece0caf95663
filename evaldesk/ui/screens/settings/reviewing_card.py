"""A person's own snippets, their goal for a day, and when a break is due."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError, InputError
from evaldesk.settings.snippets import keep_snippets, read_snippets, snippets, write_snippets
from evaldesk.settings.working_day import MOST, GoalUnit, keep_working_day, working_day
from evaldesk.ui.screens.imports.fields import PickList
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.spin_box import roomy
from evaldesk.ui.workspace import Workspace

_JSON = "JSON (*.json)"
_ROWS = 8


class ReviewingCard(Card):
    """Everything holds at once, and only for this person: none of it lies in a project."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Reviewing"))
        self.body.addWidget(text_label(self.tr("Reviewing"), "heading"))
        self._make_day()
        self._make_snippets()
        self.show_kept()

    def show_kept(self) -> None:
        """What holds now."""
        day = working_day(self._workspace.settings)
        for widget in (self.unit, self.goal, self.pause):
            widget.blockSignals(True)
        self.unit.setCurrentIndex(self.unit.findData(day.unit))
        self.goal.setValue(day.goal)
        self.pause.setValue(day.break_after)
        for widget in (self.unit, self.goal, self.pause):
            widget.blockSignals(False)
        self.goal.setEnabled(bool(day.unit))
        self._show_snippets()

    # -- the day

    def _make_day(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(2, 1)
        self.unit = PickList(self.tr("Goal for a day"))
        for unit, words in (
            ("", self.tr("none")),
            ("items", self.tr("items")),
            ("minutes", self.tr("minutes of work")),
        ):
            self.unit.addItem(words, unit)
        self.goal = roomy(QSpinBox())
        self.goal.setRange(1, MOST)
        self.goal.setAccessibleName(self.tr("How many a day"))
        self.pause = roomy(QSpinBox())
        self.pause.setRange(0, MOST)
        self.pause.setSingleStep(5)
        self.pause.setSuffix(self.tr(" min"))
        self.pause.setSpecialValueText(self.tr("never"))
        self.pause.setAccessibleName(self.tr("Say after so much work that a break is due"))
        grid.addWidget(text_label(self.tr("Goal for a day"), "muted"), 0, 0)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.goal)
        row.addWidget(self.unit)
        grid.addLayout(row, 0, 1)
        grid.addWidget(text_label(self.tr("A break is due after"), "muted"), 1, 0)
        grid.addWidget(self.pause, 1, 1)
        self.body.addLayout(grid)
        said = self.tr(
            "Shown to you alone, in the status bar and as one quiet line above the item."
        )
        self.body.addWidget(text_label(said, "muted", wrap=True))
        self.unit.currentIndexChanged.connect(lambda _: self._keep_day())
        self.goal.valueChanged.connect(lambda _: self._keep_day())
        self.pause.valueChanged.connect(lambda _: self._keep_day())

    def _keep_day(self) -> None:
        unit: GoalUnit = self.unit.currentData() or ""
        before = working_day(self._workspace.settings)
        chosen = replace(before, unit=unit, goal=self.goal.value(), break_after=self.pause.value())
        keep_working_day(self._workspace.settings, chosen)
        self.goal.setEnabled(bool(unit))

    # -- snippets

    def _make_snippets(self) -> None:
        self.body.addWidget(text_label(self.tr("Snippets"), "heading"))
        said = self.tr(
            "In a comment, type ; and the abbreviation, then Tab; or choose from the menu ({keys})."
        ).format(keys=self._workspace.actions.keys("review.snippets"))
        self.body.addWidget(text_label(said, "muted", wrap=True))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Snippets"))
        self.list.setProperty("kind", "framed")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.currentRowChanged.connect(lambda _: self._show_chosen())
        self.body.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.abbreviation = QLineEdit()
        self.abbreviation.setMaxLength(24)
        self.abbreviation.setPlaceholderText(self.tr("abbreviation"))
        self.abbreviation.setAccessibleName(self.tr("Abbreviation of the snippet"))
        self.abbreviation.setFixedWidth(self.abbreviation.fontMetrics().averageCharWidth() * 22)
        self.text = QPlainTextEdit()
        self.text.setTabChangesFocus(True)
        self.text.setPlaceholderText(self.tr("the text that is put in"))
        self.text.setAccessibleName(self.tr("Text of the snippet"))
        self.text.setFixedHeight(self.text.fontMetrics().lineSpacing() * 3 + 14)
        row.addWidget(self.abbreviation, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.body.addLayout(row)
        self.problem = text_label("", "error", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.keep = ActionButton(self.tr("Keep it"))
        self.drop = ActionButton(self.tr("Take it out"))
        self.take_in = ActionButton(self.tr("Import …"))
        self.hand_out = ActionButton(self.tr("Export …"))
        for button, run in (
            (self.keep, self._keep),
            (self.drop, self._drop),
            (self.take_in, self._import),
            (self.hand_out, self._export),
        ):
            button.clicked.connect(run)
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.body.addLayout(buttons)

    def _show_snippets(self, chosen: str = "") -> None:
        kept = snippets(self._workspace.settings)
        with QSignalBlocker(self.list):
            self.list.clear()
            for key, text in kept.items():
                item = QListWidgetItem(f";{key}    {' '.join(text.split())}")
                item.setData(Qt.ItemDataRole.UserRole, key)
                item.setToolTip(text)
                self.list.addItem(item)
            self.list.setCurrentRow([*kept].index(chosen) if chosen in kept else -1)
        rows = min(len(kept), _ROWS)
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(rows * max(1, self.list.sizeHintForRow(0)) + 6)
        self.drop.setEnabled(self.list.currentRow() >= 0)
        self.hand_out.setEnabled(bool(kept))

    def _show_chosen(self) -> None:
        item = self.list.currentItem()
        self.drop.setEnabled(item is not None)
        if item is not None:
            key = item.data(Qt.ItemDataRole.UserRole)
            self.abbreviation.setText(key)
            self.text.setPlainText(snippets(self._workspace.settings).get(key, ""))
            self._say_problem(None)

    def _keep(self) -> None:
        key = self.abbreviation.text().strip().removeprefix(";")
        text = self.text.toPlainText().strip()
        kept = {**snippets(self._workspace.settings), key: text}
        if self._try(kept):
            self._show_snippets(key)

    def _drop(self) -> None:
        item = self.list.currentItem()
        kept = snippets(self._workspace.settings)
        kept.pop(item.data(Qt.ItemDataRole.UserRole), None)
        if self._try(kept):
            self.abbreviation.clear()
            self.text.clear()
            self._show_snippets()

    def _try(self, kept: dict[str, str]) -> bool:
        try:
            keep_snippets(self._workspace.settings, kept)
        except InputError as error:
            self._say_problem(error)
            return False
        self._say_problem(None)
        return True

    def _say_problem(self, error: EvalDeskError | None) -> None:
        self.problem.setText("" if error is None else str(error))
        self.problem.setVisible(error is not None)

    def _import(self) -> None:
        def read(paths: list[Path]) -> None:
            try:
                found = read_snippets(paths[0])
            except InputError as error:
                self._say_problem(error)
                return
            except OSError as error:
                self._say_problem(InputError(f"{paths[0].name} cannot be read: {error.strerror}."))
                return
            if self._try({**snippets(self._workspace.settings), **found}):
                self._show_snippets()
                said = self.tr("{n} snippets were taken in").format(n=len(found))
                self._workspace.say(said)

        self._workspace.prompts.ask_open_file(self.tr("Import snippets"), _JSON, read)

    def _export(self) -> None:
        def write(path: Path) -> None:
            try:
                write_snippets(path, snippets(self._workspace.settings))
            except OSError as error:
                self._say_problem(InputError(f"{path.name} cannot be written: {error.strerror}."))
                return
            self._workspace.say(self.tr("Written to {name}").format(name=path.name))

        self._workspace.prompts.ask_save_file(
            self.tr("Export snippets"), "snippets.json", _JSON, write
        )
