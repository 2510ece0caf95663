"""What reviewing does: loads the queue, answers, saves at once, undoes. No widgets."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import COMMENT, Rubric
from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import Job
from evaldesk.services import review
from evaldesk.services.review import ReviewQueue, State
from evaldesk.services.undo import SUBMISSION, History, Step, Value
from evaldesk.ui.screens.review.saving import Saving
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_CHOICE = "review"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person chose to go through.

    Attributes:
        rubric: name; empty for the first there is.
        run: name; empty for all.
        order: the rater's own, or as imported.
        states: which items are listed; None for all.
        text: part of a scenario's key or title.
    """

    rubric: str = ""
    run: str = ""
    order: review.Order = "own"
    states: frozenset[State] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a look at the project gave."""

    rubrics: tuple[Rubric, ...]
    runs: tuple[str, ...]
    traces: int
    queue: ReviewQueue | None
    view: ReviewQueue | None
    scope: Scope


class ReviewController(QObject):
    """One rater at their queue.

    Attributes:
        scope: what is gone through.
        rubrics, runs: what there is to choose from.
        queue: everything that counts; ``view`` the part that is listed. None before they are read
            and where there is nothing to review; ``traces`` says how many traces there are.
        pk: the trace in hand, or None. ``trace`` its content, once it is there.
        answers: what this rater answered for it, what is being saved included.

    Signals:
        loaded(): another queue. listed(): another part of it is listed.
        item_changed(): another trace is in hand, or none.
        answer_changed(name): of the trace in hand.
        state_changed(pk): of an item.
        refused(error): what the person asked for cannot be; nothing was written.
        saving_changed(): something could not be saved, or now it could.
        travelled(name): an answer of the trace in hand was undone or done again.
        settled(): what was wanted is in hand. unreadable(): what was wanted could not be read.
    """

    loaded = Signal()
    listed = Signal()
    item_changed = Signal()
    answer_changed = Signal(str)
    state_changed = Signal(object)
    refused = Signal(object)
    saving_changed = Signal()
    travelled = Signal(str)
    settled = Signal()
    unreadable = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.saving = Saving(workspace, self)
        self.saving.changed.connect(self.saving_changed)
        workspace.user_changed.connect(self._another_rater)
        self._clear()

    def _clear(self) -> None:
        self.scope = Scope()
        self.rubrics: tuple[Rubric, ...] = ()
        self.runs: tuple[str, ...] = ()
        self.traces = -1
        self.queue: ReviewQueue | None = None
        self.view: ReviewQueue | None = None
        self.pk: int | None = None
        self.trace: Trace | None = None
        self.answers: dict[str, Value] = {}
        self._loading = self._reading = False
        self._named_for: int | None = None
        self._forget()

    def _forget(self) -> None:
        self.history = History()
        self._ahead: dict[int, tuple[Trace, dict[str, Value]]] = {}
        self._ahead_jobs: dict[int, Job] = {}
        self._wanted: int | None = None
        self._submitted_at: list[float] = []

    @property
    def unsettled(self) -> bool:
        """Whether a queue or an item is on its way, so that what is in hand is not what the next
        key means.
        """
        return self._loading or self._reading

    # -- the queue

    def load(self, wanted: int | None = None) -> None:
        """Read the rubrics, the runs and the queue beside the window.

        Args:
            wanted: the trace to begin with; else the one in hand, a draft, the next pending.
        """
        project = self.workspace.project
        if project is None:
            return
        scope, rater = self.scope, self.workspace.user
        self._loading = True
        self.workspace.jobs.read(
            lambda control: _look(project, scope, rater),
            lambda found: self._loaded(found, wanted),
            self._unreadable,
            key="review-queue",
        )

    def choose(self, scope: Scope) -> None:
        """Go through something else. Rubric, run and order are remembered in the project."""
        before, self.scope = self.scope, scope
        lasting = (scope.rubric, scope.run, scope.order)
        if lasting != (before.rubric, before.run, before.order):
            if scope.rubric != before.rubric:
                self._forget()
                self.pk = None
            self._remember(scope)
            self.load()
        elif scope != before:
            self._narrow()

    def begin_with(self, rubric: str) -> None:
        """Go through the queue of that rubric."""
        if self.queue is None:
            self.scope = replace(self.scope, rubric=rubric)
        else:
            self.choose(replace(self.scope, rubric=rubric))

    def project_replaced(self) -> None:
        """Another project, or none."""
        self._clear()
        self.unreadable.emit()
        self.saving.forget()
        self.item_changed.emit()
        self.listed.emit()
        self.loaded.emit()

    def project_changed(self, changes: Changes) -> None:
        """Somebody else wrote."""
        if not self.saving.announcing and changes.areas & {"traces", "rubrics", "ratings"}:
            self.saving.settle()
            self._ahead.clear()
            self.load()

    def _another_rater(self, rater: str) -> None:
        """Nothing of the rater before stays in sight, and what is answered from this moment on is
        the new one's, also before their queue is read. They begin where their own queue begins,
        unless they said who they are to answer what is in hand.
        """
        self._forget()
        self.answers = {}
        if self._named_for is None or self._named_for != self.pk:
            self.pk = self.trace = None
        self._named_for = None
        if self.queue is not None and self.view is not None:
            progress: dict[int, Any] = {}
            rubric = self.queue.rubric
            self.queue = ReviewQueue(rubric, rater, self.queue.pks, progress)
            self.view = ReviewQueue(rubric, rater, self.view.pks, progress)
            self._loading = True
            self.listed.emit()
            self.item_changed.emit()
        self.scope = replace(self.scope, text="", states=None)
        self.load()

    def _loaded(self, found: Loaded, wanted: int | None) -> None:
        self._loading = False
        # Where one is by now, which may not be where one was when the queue was asked for.
        keep = next((pk for pk in (wanted, self._wanted, self.pk) if pk is not None), None)
        rubric = self.queue.rubric if self.queue is not None else None
        self.rubrics, self.runs, self.traces = found.rubrics, found.runs, found.traces
        self.queue, self.view, self.scope = found.queue, found.view, found.scope
        if self.queue is not None:
            self.saving.note_on(self.queue)
        self.loaded.emit()
        self.listed.emit()
        if self.view is None or self.queue is None:
            self._show_none()
            return
        if rubric is not None and rubric.hash != self.queue.rubric.hash:
            self._ahead.clear()
        if keep is not None and keep in self.queue.places:
            self.go(keep)
        else:
            self.go(_first(self.view))

    def _narrow(self) -> None:
        project, queue, scope = self.workspace.project, self.queue, self.scope
        if project is None or queue is None:
            return

        def done(view: ReviewQueue) -> None:
            # The queue may have been read again meanwhile; its own narrowing came with it.
            if queue is self.queue:
                self.view = view
                self.listed.emit()
                if self.pk is None and view.next_pending() is not None:
                    self.go(view.next_pending())

        self.workspace.jobs.read(
            lambda control: review.narrow(project, queue, scope.text, scope.states),
            done,
            key="review-narrow",
        )

    def _remember(self, scope: Scope) -> None:
        project = self.workspace.project
        if project is None:
            return
        key, value = (
            f"{_CHOICE}.{self.workspace.user}",
            "\n".join((scope.rubric, scope.run, scope.order)),
        )
        self.workspace.jobs.write(lambda control: project.set(key, value))

    # -- going from item to item

    def go(self, pk: int | None) -> None:
        """Take a trace in hand; None for none."""
        project, queue = self.workspace.project, self.queue
        if pk is None or project is None or queue is None:
            self._show_none()
            return
        self._wanted = pk
        ready = self._ahead.pop(pk, None)
        if ready is not None:
            self._show(pk, *ready)
            return
        rubric, rater = queue.rubric, queue.rater
        self._reading = True
        self.workspace.jobs.read(
            lambda control: _read(project, rubric, pk, rater),
            lambda found: self._show(pk, *found),
            self._unreadable,
            key="review-item",
        )

    def next(self, step: int = 1) -> None:
        """The item so many places further in the list."""
        if self.view is not None:
            pk = self.view.neighbour(self._wanted, step)
            if pk is not None:
                self.go(pk)

    def next_pending(self) -> None:
        """The next listed item that is not submitted; none where all are."""
        if self.view is not None:
            pk = self.view.next_pending(self._wanted)
            if pk != self.pk or pk is None:
                self.go(pk)

    def _show(self, pk: int, trace: Trace, answers: Mapping[str, Value]) -> None:
        if pk != self._wanted or self.queue is None:
            return
        self.pk, self.trace = pk, trace
        self._reading = False
        # What was answered since is on its way to the disk, or could not be saved.
        self.answers = self.saving.over(self.queue, pk, answers)
        self._count(pk)
        self.item_changed.emit()
        self._read_ahead()
        self.settled.emit()

    def _show_none(self) -> None:
        self._wanted = self.pk = self.trace = None
        self._reading = False
        self.answers = {}
        self.item_changed.emit()
        self.settled.emit()

    def _unreadable(self, error: Exception) -> None:
        self._loading = self._reading = False
        self._wanted = self.pk
        self.unreadable.emit()
        self.workspace.report(error)

    def _read_ahead(self) -> None:
        """The next item is read before it is asked for, so that it paints at once."""
        project, queue, view = self.workspace.project, self.queue, self.view
        if project is None or queue is None or view is None:
            return
        places = (
            view.next_pending(self.pk),
            view.neighbour(self.pk, 1),
            view.neighbour(self.pk, -1),
        )
        near = {pk for pk in places if pk is not None and pk != self.pk}
        for pk in [pk for pk in self._ahead if pk not in near]:
            del self._ahead[pk]
        rubric, rater = queue.rubric, queue.rater

        def read(pk: int) -> None:
            def done(found: tuple[Trace, dict[str, Value]]) -> None:
                self._ahead_jobs.pop(pk, None)
                if queue is self.queue and pk != self.pk:
                    self._ahead[pk] = found

            def failed(_: Exception) -> None:
                # It will be asked for again when the person comes to it, and reported then.
                self._ahead_jobs.pop(pk, None)

            self._ahead_jobs[pk] = self.workspace.jobs.read(
                lambda control: _read(project, rubric, pk, rater), done, failed
            )

        for pk in near:
            if pk not in self._ahead and pk not in self._ahead_jobs:
                read(pk)

    # -- answering

    def answer(self, name: str, value: Any, *, typing: bool = False) -> None:
        """Answer a field of the trace in hand; None takes the answer back."""
        pk = self.pk
        if pk is not None:
            self._with_user(pk, lambda: self._answer(pk, name, value, typing))

    def _answer(self, pk: int, name: str, value: Any, typing: bool) -> None:
        queue = self.queue
        if queue is None or pk != self.pk:
            return
        try:
            fit = review.checked(queue.rubric, name, value)
        except EvalDeskError as error:
            self.refused.emit(error)
            return
        before = self.answers.get(name)
        if fit == before:
            self.answer_changed.emit(name)
            return
        criterion = queue.rubric.criterion(name)
        if (
            fit is None
            and criterion is not None
            and criterion.required
            and queue.state(pk) == "submitted"
        ):
            self._do(Step(pk, SUBMISSION, "submitted", "draft"), remember=True)
        self._do(Step(pk, name, before, fit), remember=True, typing=typing)

    def submit(self) -> None:
        """Submit what is in hand and go to the next pending item."""
        pk = self.pk
        if pk is not None:
            self._with_user(pk, lambda: self._submit(pk))

    def _submit(self, pk: int) -> None:
        queue = self.queue
        if queue is None or pk != self.pk:
            return
        if queue.state(pk) != "submitted":
            open_ones = review.missing(queue.rubric, self.answers)
            if open_ones:
                self.refused.emit(review.Incomplete(open_ones))
                return
            self._submitted_at.append(time.monotonic())
            self._do(Step(pk, SUBMISSION, "draft", "submitted"), remember=True)
        self.next_pending()

    def _with_user(self, pk: int, then: Callable[[], object]) -> None:
        self._named_for = None if self.workspace.settings.user_was_chosen else pk
        self.workspace.with_user(then)

    def undo(self) -> None:
        """Take back what was done last, wherever it was."""
        self._travel(self.history.undo())

    def redo(self) -> None:
        """Do again what was undone last."""
        self._travel(self.history.redo())

    def _travel(self, step: Step | None) -> None:
        if step is not None:
            self._do(step)
            if step.trace_pk != self.pk:
                self.go(step.trace_pk)
            else:
                self.travelled.emit(step.name)

    def _do(self, step: Step, *, remember: bool = False, typing: bool = False) -> None:
        project, queue = self.workspace.project, self.queue
        if project is None or queue is None:
            return
        if remember:
            self.history.record(step, typing=typing)
        self._ahead.pop(step.trace_pk, None)
        self.saving.save(project, queue, step)
        here = step.trace_pk == self.pk
        if step.name == SUBMISSION:
            submitted = step.after == "submitted"
            queue.note(
                step.trace_pk, "submitted" if submitted else "draft", queue.answered(step.trace_pk)
            )
        elif here:
            if step.after is None:
                self.answers.pop(step.name, None)
            else:
                self.answers[step.name] = step.after
            self.answer_changed.emit(step.name)
        if here:
            self._count(step.trace_pk)
        self.state_changed.emit(step.trace_pk)

    def _count(self, pk: int) -> None:
        queue = self.queue
        if queue is None:
            return
        answered = sum(item.name in self.answers for item in queue.rubric.criteria)
        state: State = "draft" if self.answers else "pending"
        queue.note(pk, "submitted" if queue.state(pk) == "submitted" else state, answered)

    # -- what is said of it

    @property
    def done(self) -> bool:
        """Whether everything listed is submitted."""
        view = self.view
        return view is not None and len(view) > 0 and view.next_pending() is None

    def seconds_left(self) -> float | None:
        """Until the queue is done at the pace so far; None while that is not known."""
        queue = self.queue
        if queue is None:
            return None
        return review.time_left(self._submitted_at, len(queue) - queue.submitted)


def is_text(rubric: Rubric, name: str) -> bool:
    """Whether a field is written rather than chosen."""
    criterion = rubric.criterion(name)
    return name == COMMENT or (criterion is not None and criterion.scale.kind == "text")


def _look(project: "Project", scope: Scope, rater: str) -> Loaded:
    rubrics = tuple(project.rubrics.list())
    runs = tuple(item.name for item in project.runs.list())
    traces = project.traces.count()
    if not scope.rubric:
        kept = [*project.get(f"{_CHOICE}.{rater}").split("\n"), "", "", ""]
        order: review.Order = "imported" if kept[2] == "imported" else "own"
        scope = replace(scope, rubric=kept[0], run=kept[1], order=order)
    rubric = next((item for item in rubrics if item.name == scope.rubric), None)
    if rubric is None and rubrics:
        rubric = rubrics[0]
    if scope.run not in runs:
        scope = replace(scope, run="")
    if rubric is None or not traces:
        return Loaded(rubrics, runs, traces, None, None, scope)
    scope = replace(scope, rubric=rubric.name)
    queue = review.queue(project, rubric, rater, run=scope.run, order=scope.order)
    view = review.narrow(project, queue, scope.text, scope.states)
    return Loaded(rubrics, runs, traces, queue, view, scope)


def _read(
    project: "Project", rubric: Rubric, pk: int, rater: str
) -> tuple[Trace, dict[str, Value]]:
    return project.traces.read(pk), review.answers(project, rubric, pk, rater)


def _first(view: ReviewQueue) -> int | None:
    """What was begun and not submitted, else the first that is open."""
    for pk, (state, _) in view.progress.items():
        if state == "draft" and pk in view.places:
            return pk
    return view.next_pending()
