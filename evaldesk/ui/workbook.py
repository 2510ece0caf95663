"""Handing the project over as an Excel workbook."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from evaldesk.domain.errors import Cancelled
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.blindness import unless_blind
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.comparison import Comparison
    from evaldesk.storage.project import Project

Compared = Callable[["Project"], "Sequence[Comparison]"]


class WorkbookDesk(QObject):
    """Asks where to, and writes beside the window with progress; all of the file or none of it.

    Who still has traces to rate is told first that the workbook holds what others answered.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace

    def ask(self, title: str, name: str, compared: Compared) -> None:
        """Ask where to, and write.

        Args:
            title: of the dialog. name: of the file, offered.
            compared: the comparisons to put in; called on the writer's thread.
        """
        workspace = self._workspace
        unless_blind(
            workspace,
            self.tr("The workbook holds what others answered."),
            lambda: self._ask_path(title, name, compared),
        )

    def _ask_path(self, title: str, name: str, compared: Compared) -> None:
        self._workspace.prompts.ask_save_file(
            title,
            f"{name}.xlsx",
            self.tr("Excel workbooks (*.xlsx)"),
            lambda path: self.write(path, compared),
        )

    def write(self, path: Path, compared: Compared) -> None:
        """Write it. A file that is there is replaced: the person has confirmed that."""
        workspace, project = self._workspace, self._workspace.project
        if project is None:
            return
        author = workspace.user

        def work(control: JobControl) -> int:
            from evaldesk.services.exporting.reporting import export_workbook

            def progress(fraction: float, text: str) -> None:
                control.check()
                control.progress(fraction, 1.0, text)

            control.progress(0.0, 1.0, path.name)
            result = export_workbook(
                project,
                path,
                author=author,
                compared=compared(project),
                overwrite=True,
                progress=progress,
            )
            return len(result.sheets)

        def done(sheets: int) -> None:
            said = self.tr("%1 saved, %2 sheets")
            workspace.say(said.replace("%1", path.name).replace("%2", str(sheets)))

        def failed(error: Exception) -> None:
            if isinstance(error, Cancelled):
                workspace.say(self.tr("Cancelled; no workbook was written"))
            else:
                workspace.report(error)

        workspace.jobs.write(
            work, done, failed, title=self.tr("Saving %1").replace("%1", path.name)
        )
