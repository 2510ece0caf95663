"""The form that a rubric is written with."""

import copy
from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
)

from evaldesk.domain.rubric import SEVERITIES, Taxonomy
from evaldesk.services.rubrics import draft as rubric_draft
from evaldesk.services.rubrics.editing import Problem
from evaldesk.ui.screens.rubrics.controller import Draft, RubricsController
from evaldesk.ui.screens.rubrics.criterion_editor import CriterionEditor
from evaldesk.ui.screens.rubrics.grid import EditableGrid
from evaldesk.ui.screens.rubrics.models import ROW_ROLE, Row, RowsDelegate, RowsModel
from evaldesk.ui.theme.measure import fix_height
from evaldesk.ui.theme.style import two_lines_height
from evaldesk.ui.widgets.card import Card, pane, text_label

_STORED = "#stored"
"""Member of a row: the name that the stored version knows the mode by."""
_MOST_ROWS = 8


class RubricEditor(QScrollArea):
    """Name and guidance, the questions, the question in hand, the failure modes.

    Signals:
        edited(): the draft was changed in place.
        picked(name): another question is in hand.
    """

    edited = Signal()
    picked = Signal(str)

    def __init__(self, controller: RubricsController) -> None:
        super().__init__()
        self._controller = controller
        self._draft: Draft | None = None
        self.index = 0
        self._faulty: set[int] = set()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = pane("bg")
        layout = QVBoxLayout(body)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self._head())
        layout.addWidget(self._questions())
        self.criterion = CriterionEditor()
        self.criterion.edited.connect(self._edited)
        self.criterion.released.connect(self._say_released)
        layout.addWidget(self.criterion)
        layout.addWidget(self._modes())
        layout.addStretch(1)
        self.setWidget(body)

    def _head(self) -> Card:
        card = Card()
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the rubric"))
        self.name.textEdited.connect(self._rename)
        self.guidance = QPlainTextEdit()
        fix_height(self.guidance, 76)
        self.guidance.setTabChangesFocus(True)
        self.guidance.setAccessibleName(self.tr("How to rate"))
        self.guidance.setPlaceholderText(self.tr("What raters should know before they begin"))
        self.guidance.textChanged.connect(self._guide)
        form.addRow(text_label(self.tr("Rubric"), "muted"), self.name)
        form.addRow(text_label(self.tr("How to rate"), "muted"), self.guidance)
        card.body.addLayout(form)
        self.head_problem = text_label("", "error", wrap=True)
        card.body.addWidget(self.head_problem)
        return card

    def _questions(self) -> Card:
        card = Card(self.tr("Questions"))
        self.model = RowsModel(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(RowsDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(self.tr("Questions"))
        self.list.selectionModel().currentChanged.connect(self._picked)
        card.body.addWidget(self.list)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.add_button = QPushButton(self.tr("Add a question"))
        self.add_button.clicked.connect(self.add)
        row.addWidget(self.add_button)
        for text, words, run in (
            ("✕", self.tr("Remove the question"), self.remove),
            ("↑", self.tr("Move the question up"), partial(self.shift, -1)),
            ("↓", self.tr("Move the question down"), partial(self.shift, 1)),
        ):
            button = QToolButton()
            button.setText(text)
            button.setProperty("kind", "flat")
            button.setToolTip(words)
            button.setAccessibleName(words)
            button.clicked.connect(lambda _=False, run=run: run())
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.notice = text_label("", "warn", wrap=True)
        self.notice.hide()
        card.body.addWidget(self.notice)
        return card

    def _modes(self) -> Card:
        card = Card(self.tr("Failure modes"))
        self.modes = EditableGrid(
            (
                ("name", self.tr("Name")),
                ("title", self.tr("Title")),
                ("severity", self.tr("Severity")),
                ("definition", self.tr("Definition")),
                ("aliases", self.tr("Formerly")),
            ),
            self.tr("Failure modes"),
            widths=(120, 130, 70, 150, 90),
            stretch="definition",
            choices={"severity": ("", *SEVERITIES)},
        )
        self.modes.edited.connect(self._change_modes)
        self.modes.picked.connect(lambda _: self._show_definition())
        card.body.addWidget(self.modes)
        self.definition_label = text_label("", "muted")
        self.definition = QPlainTextEdit()
        fix_height(self.definition, 58)
        self.definition.setTabChangesFocus(True)
        self.definition.textChanged.connect(self._define)
        card.body.addWidget(self.definition_label)
        card.body.addWidget(self.definition)
        self.take_button = QPushButton(self.tr("Take over ▾"))
        self.take_button.clicked.connect(self._offer_taxonomies)
        self.modes.buttons.addWidget(self.take_button)
        self.modes_problem = text_label("", "error", wrap=True)
        card.body.addWidget(self.modes_problem)
        return card

    # -- showing

    def show_draft(self, draft: Draft | None) -> None:
        """Edit this draft, in place."""
        same = draft is self._draft
        self._draft = draft
        self.setEnabled(draft is not None)
        if draft is None:
            return
        if not same:
            self.index = 0
        with QSignalBlocker(self.name), QSignalBlocker(self.guidance):
            self.name.setText(str(draft.data.get("name") or ""))
            self.guidance.setPlainText(str(draft.data.get("guidance") or ""))
        self.name.setReadOnly(draft.base is not None)
        self.name.setToolTip(
            self.tr("Versions of a rubric share its name") if draft.base is not None else ""
        )
        self._show_modes()
        self._show_questions()
        self._pick(self.index)

    def show_problems(self, problems: list[Problem]) -> None:
        """Say each where it belongs."""
        heads: list[str] = []
        modes: list[str] = []
        mine: list[str] = []
        self._faulty = set()
        for problem in problems:
            if problem.place.startswith("criteria["):
                number = int(problem.place.removeprefix("criteria[").split("]")[0])
                self._faulty.add(number)
                if number == self.index:
                    mine.append(_where(problem) + problem.message)
            elif problem.place.startswith("failure_modes["):
                row = int(problem.place.removeprefix("failure_modes[").split("]")[0]) + 1
                modes.append(self.tr("Row {n}: ").format(n=row) + problem.message)
            else:
                heads.append(problem.message)
        for label, texts in ((self.head_problem, heads), (self.modes_problem, modes)):
            label.setText("\n".join(texts))
            label.setVisible(bool(texts))
        self.criterion.show_problem("\n".join(mine))
        if self._criteria:
            self._show_questions()

    def finish_typing(self) -> None:
        """Take over the cell that is being typed into."""
        for grid in (self.criterion.points, self.modes):
            grid.finish_typing()

    # -- questions

    def add(self) -> None:
        """Add a question behind the one in hand."""
        if self._draft is None:
            return
        names = [str(item.get("name")) for item in self._criteria]
        place = min(self.index + 1, len(names))
        self._criteria.insert(place, self._controller.new_criterion(names))
        self._restructured(place)
        self.criterion.title.setFocus()
        self.criterion.title.selectAll()

    def remove(self) -> None:
        """Remove the question in hand. Conditions that looked at it let go."""
        if self._draft is not None and self._criteria:
            del self._criteria[self.index]
            released = rubric_draft.prune(self._criteria)
            self._restructured(min(self.index, len(self._criteria) - 1))
            self._say_released(released)

    def shift(self, step: int) -> None:
        """Move the question in hand, but not past one that it is asked by, or that is asked by
        it.
        """
        other = self.index + step
        if self._draft is not None and 0 <= other < len(self._criteria):
            items = self._criteria
            if rubric_draft.held_by(items, self.index, step):
                upper, lower = (items[place] for place in sorted((self.index, other)))
                words = self.tr("“{b}” stays below “{a}”: it is asked by its answer.")
                self.notice.setText(words.format(a=_title(upper), b=_title(lower)))
                self.notice.show()
                return
            items[self.index], items[other] = items[other], items[self.index]
            self._restructured(other)

    @property
    def _criteria(self) -> list[dict[str, Any]]:
        return [] if self._draft is None else self._draft.data["criteria"]

    def _say_released(self, titles: list[str]) -> None:
        words = self.tr("What this looked at is gone from its condition: {t}.")
        self.notice.setText(words.format(t=", ".join(f"“{title}”" for title in titles)))
        self.notice.setVisible(bool(titles))

    def _restructured(self, index: int) -> None:
        self.notice.hide()
        self.index = max(0, index)
        self._show_questions()
        self._pick(self.index)
        self.edited.emit()

    def _show_questions(self) -> None:
        rows = []
        for number, item in enumerate(self._criteria):
            points = item["scale"].get("points") or []
            kind = str(item["scale"].get("kind"))
            detail = self.tr("{kind}, {n} points").format(kind=kind, n=len(points))
            parts = [str(item.get("group") or ""), detail if points else kind]
            parts.append(self.tr("on a condition") if item.get("shown_if") else "")
            rows.append(
                Row(
                    number,
                    _title(item),
                    " · ".join(part for part in parts if part),
                    self.tr("mend") if number in self._faulty else "",
                    "bad",
                )
            )
        with QSignalBlocker(self.list.selectionModel()):
            self.model.show_rows(rows)
            self.list.setCurrentIndex(self.model.index(self.index))
        self.list.setFixedHeight(two_lines_height() * max(1, min(len(rows), _MOST_ROWS)))

    def _picked(self, index: QModelIndex) -> None:
        if index.isValid():
            self._pick(index.data(ROW_ROLE).key)

    def _pick(self, number: int) -> None:
        items = self._criteria
        self.criterion.setVisible(bool(items))
        if not items:
            return
        self.index = min(max(0, number), len(items) - 1)
        self.criterion.show_criterion(items, self.index)
        self.show_problems(list(self._controller.problems))
        self.picked.emit(str(items[self.index].get("name")))

    # -- what the person does

    def _edited(self) -> None:
        self._show_questions()
        self.edited.emit()

    def _rename(self, text: str) -> None:
        if self._draft is not None and self._draft.base is None:
            self._draft.data["name"] = text.strip()
            self.edited.emit()

    def _guide(self) -> None:
        if self._draft is not None:
            self._draft.data["guidance"] = self.guidance.toPlainText().strip()
            self.edited.emit()

    def _show_modes(self) -> None:
        """The taxonomy, each mode with the name that the stored version knows it by."""
        draft = self._draft
        if draft is None:
            return
        stored = {mode.name for mode in draft.base.failure_modes} if draft.base else set()
        rows = []
        for mode in draft.data.get("failure_modes") or []:
            record = dict(mode) if isinstance(mode, dict) else {"name": mode}
            aliases = record.get("aliases") or []
            known = next((name for name in (record["name"], *aliases) if name in stored), "")
            rows.append({**record, "aliases": ", ".join(aliases), _STORED: known})
        self.modes.show_records(rows)
        self._show_definition()

    def _show_definition(self) -> None:
        """The definition of the mode in hand, in full: a cell shows only its beginning."""
        grid, row = self.modes, max(0, self.modes.row)
        name = grid.cell(row, "title") or grid.cell(row, "name")
        words = self.tr("Definition of “%1”").replace("%1", name or "–")
        self.definition_label.setText(words)
        self.definition.setAccessibleName(words)
        if " ".join(self.definition.toPlainText().split()) != grid.cell(row, "definition"):
            with QSignalBlocker(self.definition):
                self.definition.setPlainText(grid.cell(row, "definition"))
        for widget in (self.definition_label, self.definition):
            widget.setVisible(bool(self.modes.records()))

    def _define(self) -> None:
        words = " ".join(self.definition.toPlainText().split())
        self.modes.set_cell(max(0, self.modes.row), "definition", words)

    def _change_modes(self) -> None:
        if self._draft is None:
            return
        self._show_definition()
        modes = []
        for row in self.modes.records():
            known = row.pop(_STORED, "")
            names = [name.strip() for name in str(row.pop("aliases", "")).split(",")]
            # A mode that is called otherwise keeps what was tagged with its name before.
            aliases = [*names, known]
            aliases = list(dict.fromkeys(a for a in aliases if a and a != row["name"]))
            modes.append({**row, **({"aliases": aliases} if aliases else {})})
        self._draft.data["failure_modes"] = modes
        self.edited.emit()

    def _offer_taxonomies(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for taxonomy in self._controller.taxonomies():
            words = self.tr("{name} ({n})").format(
                name=taxonomy.name, n=len(taxonomy.failure_modes)
            )
            menu.addAction(words).triggered.connect(
                lambda _=False, taxonomy=taxonomy: self.take_over(taxonomy)
            )
        menu.popup(self.take_button.mapToGlobal(self.take_button.rect().bottomLeft()))

    def take_over(self, taxonomy: Taxonomy) -> None:
        """Add the failure modes of a template that are not there yet."""
        if self._draft is None:
            return
        modes = copy.deepcopy(self._draft.data.get("failure_modes") or [])
        names = {mode["name"] for mode in modes}
        names |= {alias for mode in modes for alias in mode.get("aliases") or ()}
        modes += [
            {
                "name": mode.name,
                "title": mode.title,
                "definition": mode.definition,
                "severity": mode.severity,
                **({"aliases": list(mode.aliases)} if mode.aliases else {}),
            }
            for mode in taxonomy.failure_modes
            if mode.name not in names
        ]
        self._draft.data["failure_modes"] = modes
        self._show_modes()
        self._change_modes()


def _title(item: dict[str, Any]) -> str:
    return str(item.get("title") or item.get("name") or "–")


def _where(problem: Problem) -> str:
    """``points[2].value`` of a place, as a person counts; empty for the criterion as a whole."""
    _, _, rest = problem.place.partition("].")
    if ".points[" in f".{rest}":
        number = int(rest.split("points[")[1].split("]")[0]) + 1
        return f"{number}. "
    return ""
