"""What stands on a project's first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evaldesk.domain.project import ProjectInfo, RunInfo
from evaldesk.domain.report import MetricSummary
from evaldesk.services.comparing.scores import run_scores
from evaldesk.services.judging import adjudication
from evaldesk.services.labelling import review

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Step = Literal["import", "rubrics", "review", "adjudicate", "compare"]


@dataclass(frozen=True, slots=True)
class NextStep:
    """One part of the work and how far it is.

    Attributes:
        step: which one; the name of its screen.
        finished: how much of it is done: traces imported, rubrics written, own ratings
            submitted, disagreements ruled on, pairs of runs that can be compared.
        total: what that is part of; 0 where it is part of nothing.
        ready: whether what it needs is there.
        rubric: the rubric it is about; empty for none.
    """

    step: Step
    finished: int
    total: int
    ready: bool
    rubric: str = ""

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to do. Comparing makes nothing that could be counted."""
        if self.step == "compare":
            return False
        return self.finished > 0 if self.total == 0 else self.finished >= self.total


@dataclass(frozen=True, slots=True)
class ImportEvent:
    """A file that was imported.

    Attributes:
        when: ISO 8601.
        added: traces or ratings that were new; ``already_there`` were not.
        notes: what a person should know of the file, in words.
    """

    when: str
    who: str
    name: str
    format: str
    added: int
    already_there: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """What is known at once: counts, runs, and the files that came in, newest first."""

    info: ProjectInfo
    runs: tuple[RunInfo, ...]
    imports: tuple[ImportEvent, ...]


def contents(project: "Project", *, latest: int = 8) -> Contents:
    """Counts and runs of a project, and its latest imports."""
    files = [
        ImportEvent(
            when=str(entry["created_at"]),
            who=str(entry["author"]),
            name=str(entry["name"]),
            format=str(entry["format"]),
            added=int(str(entry["added"])),
            already_there=int(str(entry["already_there"])),
            notes=_notes(entry["notes"]),
        )
        for entry in project.imports()[-latest:]
    ]
    return Contents(project.info(), tuple(project.runs.list()), tuple(reversed(files)))


def _notes(kept: object) -> tuple[str, ...]:
    """The messages, each with the record that it is about."""
    if not isinstance(kept, list):
        return ()
    return tuple(f"{record}: {message}" if record else str(message) for record, message in kept)


def scores(project: "Project", runs: Sequence[RunInfo]) -> dict[str, list[MetricSummary]]:
    """Run → what it scored. Takes time that grows with the traces."""
    return {run.name: run_scores(project, run) for run in runs}


def next_steps(project: "Project", runs: Sequence[RunInfo], user: str) -> tuple[NextStep, ...]:
    """How far each part of the work is. Of ratings only the person's own are counted.

    Args:
        user: whose review it is.
    """
    rated = sum(run.traces for run in runs)
    rubrics = project.rubrics.list()
    steps = [
        NextStep("import", rated, 0, True),
        NextStep("rubrics", len(rubrics), 0, True),
    ]
    if rubrics:
        queues = [review.queue(project, rubric, user, order="imported") for rubric in rubrics]
        # The rubric this person is at; before the first answer, the newest one.
        queue = max(reversed(queues), key=lambda found: len(found.progress))
        name = queue.rubric.name
        steps.append(NextStep("review", queue.submitted, len(queue), len(queue) > 0, name))
        differing = [
            (rubric.name, item.ruled)
            for rubric in rubrics
            for item in adjudication.disagreements(project, rubric.name)
        ]
        ruled = sum(ruled for _, ruled in differing)
        open_in = next((rubric for rubric, is_ruled in differing if not is_ruled), name)
        steps.append(NextStep("adjudicate", ruled, len(differing), bool(differing), open_in))
    else:
        steps.append(NextStep("review", 0, 0, False))
        steps.append(NextStep("adjudicate", 0, 0, False))
    comparable = [run for run in runs if run.metrics or rubrics]
    steps.append(NextStep("compare", len(comparable), 0, len(comparable) >= 2))
    return tuple(steps)
