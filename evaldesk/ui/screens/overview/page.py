"""The first page of a project: what is in it, and what to do next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.project import Changes, RunInfo
from evaldesk.ui.exporting.desk import ExportDesk
from evaldesk.ui.screens.overview.controller import OverviewController
from evaldesk.ui.screens.overview.models import SORT_ROLE, RunsModel
from evaldesk.ui.screens.overview.own_work import OwnWork
from evaldesk.ui.screens.overview.steps import StepsCard
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.theme.measure import fix_height, fix_width
from evaldesk.ui.widgets.card import Card, FigureCard, pane, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import counted, local_time, number
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.table import Table, row_height
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.projects.overview import Contents, ImportEvent

MOST_ROWS = 14
MOST_NOTES = 3
WIDTHS = {0: (140, 240), 1: (64, 170), 2: (64, 130), 3: (56, 90), 4: (56, 90)}
"""Column → least and greatest width in pixels."""


class OverviewPage(Screen):
    """Counts, runs with their scores, the parts of the work, and what came in lately."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._runs: Sequence[RunInfo] = ()
        self._size = ""
        self._stale = True
        self.controller = OverviewController(workspace, self)
        self.controller.contents_read.connect(self._show_contents)
        self.exports = ExportDesk(workspace, self)
        self.model = RunsModel(self)
        self._sorted = QSortFilterProxyModel(self)
        self._sorted.setSourceModel(self.model)
        self._sorted.setSortRole(SORT_ROLE)
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        self._stack.addWidget(pane("bg"))
        self.empty = self._empty_state()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._filled())
        self.own_work = OwnWork(workspace)
        self._stack.addWidget(self.own_work)
        self.setFocusProxy(self.table)
        self.controller.scores_read.connect(self._show_scores)
        self.controller.steps_read.connect(self.steps.show_steps)
        workspace.user_changed.connect(self._another_person)
        workspace.role_changed.connect(self._another_role)
        self.controller.own_read.connect(self.own_work.show_work)
        workspace.actions.bind(
            self.table, "overview.traces", self._open_run, self._run_is_chosen, focus=True
        )
        workspace.actions.bind(self, "overview.copy", self.table.copy, lambda: bool(self._runs))
        workspace.actions.bind(
            self, "overview.workbook", self.ask_workbook, lambda: self._stack.currentIndex() == 2
        )
        self.steps.workbook_button.clicked.connect(self.ask_workbook)
        workspace.actions.bind(
            self, "overview.export", self.ask_export, lambda: self._stack.currentIndex() == 2
        )
        self.steps.export_button.clicked.connect(self.ask_export)

    def opened(self, **place: Any) -> None:
        """Read at the first visit; afterwards the changes tell."""
        if self._reduced:
            self._stale = True
            self._stack.setCurrentWidget(self.own_work)
            self.setFocusProxy(self.own_work)
            self.controller.read_own()
        elif self._stale:
            self._stale = False
            self.setFocusProxy(self.table)
            self.controller.read()

    def refresh(self, changes: Changes) -> None:
        """Ratings and rulings move only the parts of the work and the counts."""
        if self._reduced:
            self.controller.read_own()
        else:
            self.controller.read()

    def project_replaced(self) -> None:
        """Nothing of the project before stays in sight."""
        self._stale = True
        self._runs = ()
        self._size = ""
        self.model.show_runs(())
        self._stack.setCurrentIndex(0)

    def ask_workbook(self) -> None:
        """Everything there is, in an Excel workbook."""
        self.controller.ask_workbook()

    def ask_export(self) -> None:
        """Traces and ratings, in a format of another tool."""
        self.exports.ask(self)

    def status_text(self) -> str:
        """The size of the file."""
        return self._size

    def showcase(self) -> None:
        """A run is chosen."""
        self.table.select_row(0)

    # ---------------------------------------------------------------------------------- layout

    def _empty_state(self) -> EmptyState:
        workspace = self.workspace
        empty = EmptyState(
            self.tr("This project is empty."),
            self.tr(
                "Import the traces that you want to judge: logs of evaluation runs, tables, or "
                "ratings that people made elsewhere. You can also drop files on this window."
            ),
        )
        empty.add_action(
            self.tr("Import files"),
            lambda: workspace.navigate("import"),
            keys=workspace.actions.keys("go.import"),
            primary=True,
        )
        empty.add_action(
            self.tr("Write a rubric"),
            lambda: workspace.navigate("rubrics"),
            keys=workspace.actions.keys("go.rubrics"),
        )
        return empty

    def _filled(self) -> QWidget:
        inner = pane("bg")
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.setSpacing(16)
        figures = QHBoxLayout()
        figures.setSpacing(12)
        self.figures = {
            "traces": FigureCard(self.tr("Traces")),
            "scenarios": FigureCard(self.tr("Scenarios")),
            "ratings": FigureCard(self.tr("Answers")),
            "rulings": FigureCard(self.tr("Rulings")),
        }
        for card in self.figures.values():
            fix_height(card, 96)
            figures.addWidget(card, 1)
        outer.addLayout(figures)
        grid = QGridLayout()
        grid.setSpacing(16)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(1, 380)
        left = QVBoxLayout()
        left.setSpacing(16)
        left.addWidget(self._runs_card())
        left.addWidget(self._imports_card())
        left.addStretch(1)
        grid.addLayout(left, 0, 0)
        self.steps = StepsCard(self.workspace)
        fix_width(self.steps, 380)
        grid.addWidget(self.steps, 0, 1, Qt.AlignmentFlag.AlignTop)
        outer.addLayout(grid)
        outer.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return scroll

    def _runs_card(self) -> QWidget:
        self.runs_card = Card(self.tr("Runs"), self.tr("mean or rate, 95 % interval"))
        self.runs_card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.table = Table(name=self.tr("Runs"))
        self.table.setModel(self._sorted)
        self.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.table.doubleClicked.connect(lambda _index: self._open_run())
        self.table.copied.connect(
            lambda rows: self.workspace.say(self.tr("Copied %1 rows").replace("%1", str(rows)))
        )
        self.runs_card.body.addWidget(self.table)
        return self.runs_card

    def _imports_card(self) -> QWidget:
        self.imports_card = Card(self.tr("Imported lately"))
        self._imports = QGridLayout()
        self._imports.setHorizontalSpacing(16)
        self._imports.setVerticalSpacing(6)
        self._imports.setColumnStretch(1, 1)
        self.imports_card.body.addLayout(self._imports)
        return self.imports_card

    # --------------------------------------------------------------------------------- content

    @property
    def _reduced(self) -> bool:
        """Whether the person only sees their own work."""
        return not self.workspace.may("adjudicator")

    def _another_role(self) -> None:
        self._stale = True
        self._stack.setCurrentIndex(0)
        if self.workspace.project is not None and self.isVisible():
            self.opened()

    def _show_contents(self, contents: "Contents") -> None:
        if self._reduced:
            return
        info = contents.info
        self._runs = contents.runs
        self._size = file_size(info.size_bytes)
        errors = sum(run.errors for run in contents.runs)
        in_runs = counted(info.runs, self.tr("in %1 run"), self.tr("in %1 runs"))
        if errors:
            in_runs += " · " + self.tr("%1 with an error").replace("%1", number(errors))
        self.figures["traces"].show_figure(number(info.traces), in_runs)
        self.figures["scenarios"].show_figure(
            number(info.scenarios),
            counted(info.datasets, self.tr("in %1 dataset"), self.tr("in %1 datasets")),
        )
        self.figures["ratings"].show_figure(
            number(info.ratings),
            counted(info.raters, self.tr("by %1 rater"), self.tr("by %1 raters")),
        )
        self.figures["rulings"].show_figure(
            number(info.rulings),
            counted(info.rubrics, self.tr("with %1 rubric"), self.tr("with %1 rubrics")),
        )
        self.model.show_runs(contents.runs)
        self._lay_out_table()
        self._show_imports(contents.imports)
        self.runs_card.setVisible(bool(contents.runs))
        self.imports_card.setVisible(bool(contents.imports))
        is_empty = not (info.traces or info.rubrics)
        self._stack.setCurrentIndex(1 if is_empty else 2)
        self.status_changed.emit()

    def _show_scores(self, scores: Any) -> None:
        self.model.show_scores(scores)
        self._lay_out_table()

    def _lay_out_table(self) -> None:
        rows = min(len(self._runs), MOST_ROWS)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(False)
        self.table.setColumnHidden(1, not any(run.system for run in self._runs))
        self.table.setColumnHidden(2, len({run.dataset for run in self._runs}) < 2)
        self.table.resizeColumnsToContents()
        for column in range(self.model.columnCount()):
            least, most = WIDTHS.get(column, (64, 240))
            width = max(least, min(self.table.columnWidth(column), most))
            self.table.setColumnWidth(column, width)
        bar = self.table.horizontalScrollBar()
        fits = header.length() <= self.table.viewport().width()
        header.setStretchLastSection(fits)
        room = 0 if fits else bar.sizeHint().height()
        self.table.setFixedHeight((rows + 1) * row_height() + 2 + room)

    def _show_imports(self, imports: "Sequence[ImportEvent]") -> None:
        while self._imports.count():
            item = self._imports.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        line = 0
        for event in imports:
            added = self.tr("%1 added").replace("%1", number(event.added))
            if event.already_there:
                added += " · " + self.tr("%1 already there").replace(
                    "%1", number(event.already_there)
                )
            self._imports.addWidget(text_label(local_time(event.when), "muted"), line, 0)
            self._imports.addWidget(ElidedLabel(event.name), line, 1)
            self._imports.addWidget(text_label(event.format, "muted"), line, 2)
            self._imports.addWidget(text_label(added, "muted"), line, 3)
            self._imports.addWidget(text_label(event.who, "muted"), line, 4)
            line += 1
            for note in self._shown_notes(event.notes):
                self._imports.addWidget(text_label(note, "warn", wrap=True), line, 1, 1, 4)
                line += 1

    def _shown_notes(self, notes: Sequence[str]) -> list[str]:
        if len(notes) <= MOST_NOTES:
            return list(notes)
        more = self.tr("and %1 more of this kind").replace(
            "%1", number(len(notes) - MOST_NOTES + 1)
        )
        return [*notes[: MOST_NOTES - 1], more]

    def _another_person(self) -> None:
        self.controller.read_steps(self._runs)

    def _run_is_chosen(self) -> bool:
        return self.table.currentIndex().isValid()

    def _open_run(self) -> None:
        index: QModelIndex = self.table.currentIndex()
        if index.isValid():
            run = self._runs[self._sorted.mapToSource(index).row()]
            self.workspace.navigate("traces", run=run.name)


def file_size(size: int) -> str:
    """Bytes as a person reads them."""
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit in ("B", "KB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""
