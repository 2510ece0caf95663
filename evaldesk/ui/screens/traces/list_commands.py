"""Commands that hand the list out: copy, save, export, and what a row leads to."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from evaldesk.domain.trace import TraceRow
from evaldesk.exporters.listing import as_tsv, write_csv
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.exporting.desk import ExportDesk
from evaldesk.ui.screens.traces.columns import Column
from evaldesk.ui.screens.traces.controller import TracesController
from evaldesk.ui.screens.traces.list_pane import ListPane
from evaldesk.ui.widgets.trace_view import figures
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_ROWS_AT_ONCE = 2000


class ListCommands(QObject):
    """Carries them out for the list of a screen.

    Attributes:
        exports: writes formats of other tools.
    """

    def __init__(
        self,
        workspace: Workspace,
        controller: TracesController,
        listing: ListPane,
        screen: QWidget,
    ) -> None:
        super().__init__(screen)
        self._workspace = workspace
        self._controller = controller
        self._listing = listing
        self._screen = screen
        self.exports = ExportDesk(workspace, screen)

    def bind(self) -> None:
        """Carry out the commands."""
        bind, screen, listing = self._workspace.actions.bind, self._screen, self._listing

        def some() -> bool:
            return len(listing.model.ids) > 0

        def reading() -> bool:
            return listing.current_row() is not None

        bind(screen, "traces.columns", self.choose_columns)
        bind(screen, "traces.copy", self.copy_list, some)
        bind(screen, "traces.export", self.export_list, some)
        bind(screen, "traces.export_as", self.export_as, lambda: self._controller.total > 0)
        bind(screen, "traces.copy_id", self.copy_id, reading)
        bind(screen, "traces.origin", self.show_origin, reading)

    def copy_list(self) -> None:
        """Copy the rows that are selected, or all, with the columns in sight."""
        pks = self._listing.picked() or list(self._listing.model.ids)
        if not pks:
            return

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self._workspace.say(
                self.tr("{count} rows copied").format(count=figures.count(len(pks)))
            )

        self._copy(pks, self._listing.columns.shown(), done)

    def export_list(self) -> None:
        """Save the list with the columns in sight."""
        pks = list(self._listing.model.ids)
        if pks:
            self._workspace.prompts.ask_save_file(
                self.tr("Save the list of traces"),
                "traces.csv",
                self.tr("CSV files (*.csv)"),
                lambda path: self._export(path, pks, self._listing.columns.shown()),
            )

    def export_as(self) -> None:
        """Export what is listed, or everything, in a format of another tool."""
        controller = self._controller
        query = controller.query if controller.narrowed else None
        self.exports.ask(self._screen, query, len(self._listing.model.ids))

    def show_origin(self) -> None:
        """The lineage of the scenario that the trace answers."""
        row = self._listing.current_row()
        if row is not None:
            self._workspace.navigate("datasets", trace=row.pk)

    def copy_id(self) -> None:
        """Copy the id of the trace that is being read."""
        row = self._listing.current_row()
        if row is not None:
            QGuiApplication.clipboard().setText(row.id)
            self._workspace.say(self.tr("Id copied"))

    def choose_columns(self) -> None:
        """Offer the columns."""
        header = self._listing.table.horizontalHeader()
        self._listing.columns.offer(header.mapToGlobal(QPoint(8, header.height())))

    def _copy(
        self, pks: Sequence[int], columns: Sequence[Column], then: Callable[[str], None]
    ) -> None:
        """Make tab-separated text of traces."""
        project = self._workspace.project
        if project is None:
            return

        def work(control: JobControl) -> str:
            rows = _cells(project, pks, columns, control)
            return as_tsv([column.title for column in columns], rows)

        self._workspace.jobs.read(work, then, key="traces-copy")

    def _export(self, path: Path, pks: Sequence[int], columns: Sequence[Column]) -> None:
        """Write traces into a CSV file that no spreadsheet takes for formulas."""
        project = self._workspace.project
        if project is None:
            return

        def work(control: JobControl) -> int:
            rows = _cells(project, pks, columns, control)
            return write_csv(path, [column.key for column in columns], rows)

        def done(count: int) -> None:
            self._workspace.say(
                self.tr("{count} traces saved in {name}").format(count=f"{count:,}", name=path.name)
            )

        self._workspace.jobs.read(work, done, key="traces-export")


def _cells(
    project: "Project", pks: Sequence[int], columns: Sequence[Column], control: JobControl
) -> "list[list[str | float | int | None]]":
    cells: list[list[str | float | int | None]] = []
    for start in range(0, len(pks), _ROWS_AT_ONCE):
        control.check()
        rows: list[TraceRow] = project.traces.rows(list(pks[start : start + _ROWS_AT_ONCE]))
        cells.extend([column.value(row) for column in columns] for row in rows)
    return cells
