"""Saving at once: what a person did, what the disk has confirmed, and what it refused."""

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobControl
from evaldesk.services import review
from evaldesk.services.review import ReviewQueue, Step, Value
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


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

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.announcing = False
        self.forget()

    def forget(self) -> None:
        """Another rater, rubric or project. What is on its way to the disk goes on."""
        self._values: dict[tuple[int, str], Value | None] = {}
        self._failed: dict[tuple[int, str], tuple[Project, ReviewQueue, Step]] = {}
        self._under_way: Counter[tuple[int, str]] = Counter()
        self._era = object()
        self.error: Exception | None = None

    @property
    def unsaved(self) -> int:
        """How many steps the disk refused."""
        return len(self._failed)

    def over(self, pk: int, read: Mapping[str, Value]) -> dict[str, Value]:
        """What was read for a trace, with what was answered here laid over it: the disk may not
        have had it yet.
        """
        result = dict(read)
        for (other, name), value in self._values.items():
            if other == pk and name != review.SUBMISSION:
                if value is None:
                    result.pop(name, None)
                else:
                    result[name] = value
        return result

    def note_on(self, queue: ReviewQueue) -> None:
        """The same for a queue that was just read."""
        for (pk, name), value in self._values.items():
            if name == review.SUBMISSION:
                state: review.State = "submitted" if value == "submitted" else "draft"
                queue.note(pk, state, queue.answered(pk))
            elif queue.state(pk) == "pending" and value is not None:
                queue.note(pk, "draft", 1)

    def settle(self) -> None:
        """Somebody else wrote: believe the disk again, but for what it does not have yet."""
        for place in list(self._values):
            if not self._under_way[place] and place not in self._failed:
                del self._values[place]

    def save(self, project: "Project", queue: ReviewQueue, step: Step) -> None:
        """Write a step; the status bar hears of it when it is on the disk."""
        place = (step.trace_pk, step.name)
        self._values[place] = step.after
        self._under_way[place] += 1
        rubric, rater, era = queue.rubric, queue.rater, self._era

        def work(control: JobControl) -> None:
            review.apply(project, rubric, rater, step)

        def done(_: None) -> None:
            if era is self._era:
                self._under_way[place] -= 1
                if self._failed.pop(place, None) is not None and not self._failed:
                    self.error = None
                    self.changed.emit()
            if self._workspace.project is project:
                self.announcing = True
                try:
                    self._workspace.changed(
                        Changes.of("ratings", trace_pks=(step.trace_pk,)), "review"
                    )
                finally:
                    self.announcing = False

        def failed(error: Exception) -> None:
            if era is not self._era:
                self._workspace.report(error)
                return
            self._under_way[place] -= 1
            self._failed[place] = (project, queue, step)
            self.error = error
            self.changed.emit()

        self._workspace.jobs.write(work, done, failed)

    def retry(self) -> None:
        """Try again what the disk refused, in the order it was done."""
        for project, queue, step in list(self._failed.values()):
            self.save(project, queue, step)
