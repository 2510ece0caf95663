"""Saving at once: what a person did, what the disk has confirmed, and what it refused."""

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import Rubric
from evaldesk.jobs.runner import JobControl
from evaldesk.services.labelling import review
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review import ReviewQueue
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_Place = tuple[tuple[str, str], str, int, str]
"""Rubric and round, rater, item, field."""


class Apply(Protocol):
    """Writes a step, all of it or nothing."""

    def __call__(
        self, project: "Project", rubric: Rubric, rater: str, step: Step, *, round: str
    ) -> None: ...


class Saving(QObject):
    """Hands every step to the writer, in order. Nothing is called saved before the disk said so,
    and what it refused is kept to be tried again.

    Attributes:
        error: why the last one failed; None while nothing is unsaved.
        announcing: true while it tells the other screens; what they hear is not news here.

    Signals:
        changed(): something failed, or nothing is unsaved any more.
    """

    changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        parent: QObject | None = None,
        *,
        apply: Apply = review.apply,
        origin: str = "review",
    ) -> None:
        """Nothing is on its way yet.

        Args:
            apply: writes a step. origin: who tells the other screens.
        """
        super().__init__(parent)
        self._workspace = workspace
        self._apply = apply
        self._origin = origin
        self.announcing = False
        self._failed: dict[_Place, tuple[Project, ReviewQueue, Step]] = {}
        self.error: Exception | None = None
        self.forget()

    def forget(self) -> None:
        """Another project. What is on its way to the disk goes on."""
        if self._failed and self.error is not None:
            self._workspace.report(self.error)
        self._parts: dict[_Place, Step] = {}
        self._failed = {}
        self._under_way: Counter[_Place] = Counter()
        self._era = object()
        self.error = None

    @property
    def unsaved(self) -> int:
        """How many steps the disk refused."""
        return len(self._failed)

    def over(self, queue: ReviewQueue, pk: int, read: Sheet) -> Sheet:
        """What was read for a trace, with what was answered here laid over it: the disk may not
        have had it yet.
        """
        result = Sheet(
            dict(read.answers),
            dict(read.said),
            read.earlier,
            dict(read.sources),
            read.suggested,
            read.note,
        )
        for (within, rater, other, _), part in self._parts.items():
            if (within, rater, other) == (queue.place, queue.rater, pk):
                result.take(part)
        return result

    def note_on(self, queue: ReviewQueue) -> None:
        """The same for a queue that was just read."""
        for (within, rater, pk, name), part in self._parts.items():
            if (within, rater) != (queue.place, queue.rater):
                continue
            if name == SUBMISSION:
                queue.note(pk, review.state_after(part.after), queue.answered(pk))
            elif queue.state(pk) == "pending" and part.after is not None:
                queue.note(pk, "draft", 1)

    def settle(self) -> None:
        """Somebody else wrote: believe the disk again, but for what it does not have yet."""
        failed = {
            (within, rater, part.trace_pk, part.name)
            for (within, rater, _, _), (_, _, step) in self._failed.items()
            for part in step.parts
        }
        for place in list(self._parts):
            if not self._under_way[place] and place not in failed:
                del self._parts[place]

    def save(self, project: "Project", queue: ReviewQueue, step: Step) -> None:
        """Write a step; the status bar hears of it when it is on the disk."""
        rubric, rater, era = queue.rubric, queue.rater, self._era
        within = queue.place
        place = (within, rater, step.trace_pk, step.name)
        places = [(within, rater, part.trace_pk, part.name) for part in step.parts]
        for part, its_place in zip(step.parts, places, strict=True):
            self._parts[its_place] = replace(part, also=())
            self._under_way[its_place] += 1

        def work(control: JobControl) -> None:
            self._apply(project, rubric, rater, step, round=within[1])

        def done(_: None) -> None:
            if era is self._era:
                self._under_way.subtract(places)
                if self._failed.pop(place, None) is not None and not self._failed:
                    self.error = None
                    self.changed.emit()
            if self._workspace.project is project:
                self.announcing = True
                try:
                    # An item of a pairwise round is no trace.
                    pks = (review.trace_of(step.trace_pk),) if self._origin == "review" else ()
                    self._workspace.changed(Changes.of("ratings", trace_pks=pks), self._origin)
                finally:
                    self.announcing = False

        def failed(error: Exception) -> None:
            if era is not self._era:
                self._workspace.report(error)
                return
            self._under_way.subtract(places)
            self._failed[place] = (project, queue, step)
            self.error = error
            self.changed.emit()

        self._workspace.jobs.write(work, done, failed)

    def retry(self) -> None:
        """Try again what the disk refused, in the order it was done."""
        for project, queue, step in list(self._failed.values()):
            self.save(project, queue, step)
