"""The import screen: files in, traces out."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.project import ImportedFile


class ImportPage(Screen):
    """Choose or drop files, and bring them in."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        outer = QVBoxLayout(self)
        self.empty = EmptyState(
            self.tr("Bring traces in"),
            self.tr("Choose logs of evaluation runs or tables, or drop them on this window."),
        )
        self.empty.add_action(self.tr("Choose files …"), self._ask, primary=True)
        outer.addWidget(self.empty)

    def opened(self, **place: Any) -> None:
        """Come here; ``paths`` are files to bring in."""
        paths = [Path(str(path)) for path in place.get("paths", ())]
        if paths:
            self._import(paths)

    def _ask(self) -> None:
        self.workspace.prompts.ask_open_file(
            self.tr("Files to import"), "", self._import, many=True
        )

    def _import(self, paths: list[Path]) -> None:
        project, user = self.workspace.project, self.workspace.user
        if project is None:
            return

        def work(control: JobControl) -> "list[ImportedFile]":
            from evaldesk.services.importing import TraceImport, import_files

            def progress(fraction: float, text: str) -> None:
                control.check()
                control.progress(fraction, 1.0, text)

            return import_files(project, paths, TraceImport(author=user), progress)

        def done(results: "list[ImportedFile]") -> None:
            self.workspace.changed(Changes.of("traces"), "import")
            added = sum(result.added for result in results)
            self.workspace.say(self.tr("%1 traces added").replace("%1", str(added)))

        self.workspace.jobs.write(work, done, title=self.tr("Importing"))
