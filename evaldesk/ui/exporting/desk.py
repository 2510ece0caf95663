"""Asks what to export and where to, and writes beside the window."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from evaldesk.domain.query import TraceQuery
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.blindness import unless_blind
from evaldesk.ui.exporting.pane import ExportPane
from evaldesk.ui.widgets.figures import number
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.report import ExportResult
    from evaldesk.services.exporting.files import ExportChoices, FileExport
    from evaldesk.services.privacy.leaving import Leaks


class ExportDesk(QObject):
    """Exports in every format of the registry, with progress; all of the file or none of it.

    Who still has traces to rate is told first where the file holds what others answered.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.pane: ExportPane | None = None

    def ask(self, over: QWidget, query: TraceQuery | None = None, listed: int = 0) -> None:
        """Ask what and where to, in a pane above the window.

        Args:
            over: a widget of the window.
            query: what the screen lists, where that is not everything; ``listed`` how many.
        """
        project = self._workspace.project
        if project is None:
            return

        def work(_control: JobControl) -> "ExportChoices":
            from evaldesk.services.exporting.files import export_choices

            return export_choices(project)

        def done(choices: "ExportChoices") -> None:
            pane = ExportPane(over.window(), choices, query, listed)
            self.pane = pane
            pane.chosen.connect(self._chosen)
            pane.leaks_wanted.connect(self._look)
            pane.closed.connect(self._closed)
            pane.open()
            pane.ask_for_leaks()

        self._workspace.jobs.read(work, done, key="export.choices")

    def _look(self, query: TraceQuery) -> None:
        """Find out what would leak with these traces."""
        project = self._workspace.project
        if project is None:
            return

        def work(control: JobControl) -> "Leaks":
            from evaldesk.services.exporting.files import would_leak

            with project.interruptible(control.on_cancel):
                return would_leak(project, query)

        def done(found: "Leaks") -> None:
            if self.pane is not None:
                self.pane.show_leaks(query, found)

        self._workspace.jobs.read(work, done, self._workspace.report, key="export.leaks")

    def _closed(self) -> None:
        if self.pane is not None:
            self.pane.deleteLater()
            self.pane = None

    def _chosen(self, export: "FileExport", title: str, extension: str) -> None:
        workspace, project = self._workspace, self._workspace.project
        if project is None:
            return

        def ask() -> None:
            workspace.prompts.ask_save_file(
                self.tr("Export"),
                f"{project.path.stem}{extension}",
                f"{title} (*{extension})",
                lambda path: self.write(path, export),
            )

        if export.holds_ratings:
            unless_blind(workspace, self.tr("The file holds what others answered."), ask)
        else:
            ask()

    def write(self, path: Path, export: "FileExport") -> None:
        """Write it. A file that is there is replaced: the person has confirmed that."""
        workspace, project = self._workspace, self._workspace.project
        if project is None:
            return

        author = workspace.user

        def work(control: JobControl) -> "ExportResult":
            from evaldesk.services.exporting.files import export_file

            def progress(fraction: float, text: str) -> None:
                control.check()
                control.progress(fraction, 1.0, text)

            control.progress(0.0, 1.0, path.name)
            with project.interruptible(control.on_cancel):
                return export_file(
                    project, path, export, overwrite=True, author=author, progress=progress
                )

        def done(result: "ExportResult") -> None:
            said = self.tr("%1 saved, %2 rows")
            said = said.replace("%1", path.name).replace("%2", number(result.rows))
            workspace.say(" ".join([said, *(f"· {note}" for note in result.notes)]))

        workspace.jobs.read(
            work,
            done,
            workspace.report,
            title=self.tr("Exporting %1").replace("%1", path.name),
        )
