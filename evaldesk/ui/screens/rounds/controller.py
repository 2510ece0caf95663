"""What the rounds screen does: reads rounds, tries plans, opens, reveals, closes. No widgets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.domain.project import Changes
from evaldesk.domain.round import Round, RoundState
from evaldesk.domain.rubric import Rubric
from evaldesk.jobs.runner import JobControl
from evaldesk.services.finding.completion import Suggestion, suggestions
from evaldesk.services.finding.facets import Vocabulary, vocabulary
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.rounds.overview import RoundFindings, RoundOverview
    from evaldesk.services.rounds.planning import PlannedRound, RoundPlan
    from evaldesk.storage.project import Project

_PAUSE_MS = 300


class RoundsController(QObject):
    """The project's rounds and the plan that is being made.

    Attributes:
        rounds: newest first, as this person may see them; None before they were read.
        rubrics, people, runs, slices: what a plan may name.
        name: of the round in sight; empty for none. ``findings`` what it found, once read.

    Signals:
        listed(): the rounds were read. chosen(): another round is in sight. found(): findings.
        planned(planned): what the plan gives. unplannable(error): why it gives nothing.
        opened(name): a round was opened.
    """

    listed = Signal()
    chosen = Signal()
    found = Signal()
    planned = Signal(object)
    unplannable = Signal(object)
    opened = Signal(str)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._wanted: RoundPlan | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._try_out)
        self.forget()

    def forget(self) -> None:
        """Another project, or none."""
        self._pause.stop()
        self.rounds: Sequence[RoundOverview] | None = None
        self.rubrics: tuple[Rubric, ...] = ()
        self.people: tuple[str, ...] = ()
        self.runs: tuple[str, ...] = ()
        self.groupings: tuple[str, ...] = ()
        self.known = Vocabulary()
        self.name = ""
        self.findings: RoundFindings | None = None

    @property
    def current(self) -> "RoundOverview | None":
        """The round in sight."""
        return next((one for one in self.rounds or () if one.round.name == self.name), None)

    def load(self, name: str = "") -> None:
        """Read the rounds beside the window.

        Args:
            name: of the round to show; else the one in sight, or the newest.
        """
        project, person = self.workspace.project, self.workspace.user
        if project is None:
            return

        def done(result: tuple[object, ...]) -> None:
            rounds, self.rubrics, self.people, self.runs, self.groupings, self.known = result  # type: ignore[assignment]
            self.rounds = rounds  # type: ignore[assignment]
            wanted = name or self.name
            names = [one.round.name for one in self.rounds or ()]
            self.name = wanted if wanted in names else next(iter(names), "")
            self.listed.emit()
            self._show()

        self.workspace.jobs.read(
            lambda control: _look(project, person), done, self.workspace.report, key="rounds"
        )

    def choose(self, name: str) -> None:
        """Bring a round in sight."""
        if name != self.name:
            self.name = name
            self._show()

    def _show(self) -> None:
        self.findings = None
        self.chosen.emit()
        project, name, person = self.workspace.project, self.name, self.workspace.user
        if project is None or not name:
            return

        def work(control: JobControl) -> "RoundFindings":
            from evaldesk.services.rounds.overview import findings

            return findings(project, name, person)

        def done(result: "RoundFindings") -> None:
            if name == self.name:
                self.findings = result
                self.found.emit()

        self.workspace.jobs.read(work, done, self.workspace.report, key="round-findings")

    def suggestions(self, text: str) -> list[Suggestion]:
        """What could stand where a filter ends."""
        known = self.known
        return suggestions(text, known.scores, known.slices, known.annotations, known.values)

    def try_out(self, plan: "RoundPlan") -> None:
        """See what a plan gives, when nothing more was changed for a moment."""
        self._wanted = plan
        self._pause.start()

    def drop(self) -> None:
        """No plan is being made."""
        self._pause.stop()
        self._wanted = None

    def _try_out(self) -> None:
        project, plan = self.workspace.project, self._wanted
        if project is None or plan is None:
            return

        def work(control: JobControl) -> "PlannedRound":
            from evaldesk.services.rounds.planning import plan_round

            return plan_round(project, plan)

        def done(result: "PlannedRound") -> None:
            if plan is self._wanted:
                self.planned.emit(result)

        def failed(error: Exception) -> None:
            if plan is self._wanted:
                self.unplannable.emit(error)

        self.workspace.jobs.read(work, done, failed, key="round-plan")

    def open_round(self, plan: "RoundPlan") -> None:
        """Open the round that a plan gives."""
        workspace = self.workspace
        project = workspace.project
        if project is None:
            return

        def go() -> None:
            author = workspace.user

            def work(control: JobControl) -> Round:
                from evaldesk.services.rounds.planning import start_round

                return start_round(project, plan, author)[0]

            def done(made: Round) -> None:
                self.drop()
                workspace.changed(Changes.of("rounds", "people"), "rounds")
                self.opened.emit(made.name)
                self.load(made.name)

            workspace.jobs.write(work, done, self.unplannable.emit)

        workspace.with_user(go)

    def move(self, state: RoundState, reason: str) -> None:
        """Reveal or close the round in sight."""
        workspace, name = self.workspace, self.name
        project = workspace.project
        if project is None or not name:
            return

        def go() -> None:
            author = workspace.user

            def done(_: Round) -> None:
                workspace.changed(Changes.of("rounds", "ratings"), "rounds")
                self.load(name)

            workspace.jobs.write(
                lambda control: project.rounds.move(name, state, author, reason),
                done,
                workspace.report,
            )

        workspace.with_user(go)


def _look(project: "Project", person: str) -> tuple[object, ...]:
    from evaldesk.services.rounds.overview import overviews, strata

    return (
        overviews(project, person),
        tuple(project.rubrics.list()),
        tuple(project.people.names()),
        tuple(run.name for run in project.runs.list()),
        strata(project),
        vocabulary(project),
    )
