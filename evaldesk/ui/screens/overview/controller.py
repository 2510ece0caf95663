"""Reads what the Overview shows, quickest first."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.project import RunInfo
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workbook import WorkbookDesk
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.comparison import Comparison
    from evaldesk.domain.report import MetricSummary
    from evaldesk.services.packages.outgoing import OwnWork
    from evaldesk.services.projects.overview import Contents, NextStep
    from evaldesk.storage.project import Project


class OverviewController(QObject):
    """Counts come first; scores and the state of the work follow, because they take longer.

    Signals:
        own_read(OwnWork): what the person has to rate.
        contents_read(Contents), steps_read(tuple of NextStep), scores_read(run → scores).
    """

    own_read = Signal(object)
    contents_read = Signal(object)
    steps_read = Signal(object)
    scores_read = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.workbook = WorkbookDesk(workspace, self)

    def read(self) -> None:
        """Read everything again."""
        project = self._workspace.project
        if project is None:
            return

        def read_contents(_control: JobControl) -> "Contents":
            from evaldesk.services.projects import overview

            return overview.contents(project)

        def contents_came(contents: "Contents") -> None:
            self.contents_read.emit(contents)
            self._read_rest(project, contents.runs)

        self._workspace.jobs.read(read_contents, contents_came, key="overview.contents")

    def read_own(self) -> None:
        """What this person has to rate, and what became of it."""
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return

        def read(_control: JobControl) -> "OwnWork":
            from evaldesk.services.packages.outgoing import own_work

            return own_work(project, user)

        self._workspace.jobs.read(read, self.own_read.emit, key="overview.own")

    def read_steps(self, runs: Sequence[RunInfo]) -> None:
        """Only how far the work is, as after a rating."""
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return

        def read(_control: JobControl) -> "tuple[NextStep, ...]":
            from evaldesk.services.projects import overview

            return overview.next_steps(project, runs, user)

        self._workspace.jobs.read(read, self.steps_read.emit, key="overview.steps")

    def ask_workbook(self) -> None:
        """Hand everything over, with the comparison that a person most likely wants."""
        project = self._workspace.project
        if project is None:
            return

        def compared(of: "Project") -> "list[Comparison]":
            from evaldesk.services.comparing.study import suggested

            return suggested(of)

        self.workbook.ask(self.tr("Export to Excel"), project.path.stem, compared)

    def _read_rest(self, project: "Project", runs: Sequence[RunInfo]) -> None:
        self.read_steps(runs)

        def read(_control: JobControl) -> "Mapping[str, Sequence[MetricSummary]]":
            from evaldesk.services.projects import overview

            return overview.scores(project, runs)

        self._workspace.jobs.read(read, self.scores_read.emit, key="overview.scores")
