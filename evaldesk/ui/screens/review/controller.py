"""What reviewing does: loads the queue, answers, saves at once, undoes. No widgets."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import EvalDeskError, NotAllowedError
from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, Rubric
from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import Job, JobControl
from evaldesk.services import answering, review, round_queue
from evaldesk.services.answering import Sheet
from evaldesk.services.review import ReviewQueue, State
from evaldesk.services.round_queue import Feedback, RoundChoice, Said
from evaldesk.services.undo import SUBMISSION, History, Step, Value
from evaldesk.ui.screens.review.saving import Saving
from evaldesk.ui.screens.review.work_clock import WorkClock
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_CHOICE = "review"
_NO_ROUND = "-"
"""Kept where a person chose to go through everything, not through a round."""
_WAITING = "*"
"""Stands for whatever round has something to do, until the rounds are read."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person chose to go through.

    Attributes:
        rubric: name; empty for the first there is.
        run: name; empty for all.
        order: the rater's own, or as imported.
        round: name; empty for everything there is. It settles rubric, run and order.
        states: which items are listed; None for all.
        text: part of a scenario's key or title.
    """

    rubric: str = ""
    run: str = ""
    order: review.Order = "own"
    round: str = ""
    states: frozenset[State] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a round tells of an item: gold answers, and what everybody answered."""

    feedback: tuple[Feedback, ...] = ()
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a look at the project gave."""

    rubrics: tuple[Rubric, ...]
    runs: tuple[str, ...]
    rounds: tuple[RoundChoice, ...]
    traces: int
    queue: ReviewQueue | None
    view: ReviewQueue | None
    scope: Scope


class ReviewController(QObject):
    """One rater at their queue.

    Attributes:
        scope: what is gone through.
        rubrics, runs, rounds: what there is to choose from; rounds in which this rater has items.
        queue: everything that counts; ``view`` the part that is listed. None before they are read
            and where there is nothing to review; ``traces`` says how many traces there are.
        pk: the trace in hand, or None. ``trace`` its content, once it is there.
        sheet: what this rater answered for it, what is being saved included; ``answers`` and
            ``said`` are its answers and the comments on them.
        told: what the round tells of the item in hand, if anything.

    Signals:
        loaded(): another queue. listed(): another part of it is listed.
        item_changed(): another trace is in hand, or none.
        answer_changed(name): of the trace in hand.
        state_changed(pk): of an item.
        refused(error): what the person asked for cannot be; nothing was written.
        saving_changed(): something could not be saved, or now it could.
        travelled(name): an answer of the trace in hand was undone or done again.
        told_changed(): more or less is told of the item in hand.
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
    told_changed = Signal()
    settled = Signal()
    unreadable = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.saving = Saving(workspace, self)
        self.saving.changed.connect(self.saving_changed)
        self.clock = WorkClock(self)
        workspace.user_changed.connect(self._another_rater)
        self._clear()

    def _clear(self) -> None:
        self.scope = Scope()
        self.rubrics: tuple[Rubric, ...] = ()
        self.runs: tuple[str, ...] = ()
        self.rounds: tuple[RoundChoice, ...] = ()
        self.traces = -1
        self.queue: ReviewQueue | None = None
        self.view: ReviewQueue | None = None
        self.pk: int | None = None
        self.trace: Trace | None = None
        self.sheet = Sheet()
        self.told = Told()
        self._loading = self._reading = False
        self._named_for: int | None = None
        self._forget()

    def _forget(self) -> None:
        self.history = History()
        self._ahead: dict[int, tuple[Trace, Sheet]] = {}
        self._ahead_jobs: dict[int, Job] = {}
        self._wanted: int | None = None
        self._submitted_at: list[float] = []

    @property
    def answers(self) -> dict[str, Value]:
        """Field → what this rater answered for the trace in hand."""
        return self.sheet.answers

    @property
    def said(self) -> dict[str, str]:
        """Field → their comment on that answer."""
        return self.sheet.said

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
        """Go through something else. Round, rubric, run and order are remembered in the
        project.
        """
        before, self.scope = self.scope, scope
        if _lasting(scope) != _lasting(before):
            if (scope.rubric, scope.round) != (before.rubric, before.round):
                self._forget()
                self.pk = None
            self._remember(scope)
            self.load()
        elif scope != before:
            self._narrow()

    def begin_with(self, rubric: str) -> None:
        """Go through the queue of that rubric: what a round gives, if one does."""
        if self.queue is None:
            self.scope = replace(self.scope, rubric=rubric, round=_WAITING)
        else:
            self.choose(replace(self.scope, rubric=rubric, round=_waiting(self.rounds, rubric)))

    def begin_round(self, name: str) -> None:
        """Go through what that round gives."""
        scope = replace(self.scope, round=name, run="", text="", states=None)
        if self.queue is None:
            self.scope = scope
        else:
            self.choose(scope)

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
        if not self.saving.announcing and changes.areas & {
            "traces",
            "rubrics",
            "ratings",
            "rounds",
        }:
            self.saving.settle()
            self._ahead.clear()
            self.load()

    def _another_rater(self, rater: str) -> None:
        """Nothing of the rater before stays in sight, and what is answered from this moment on is
        the new one's, also before their queue is read. They begin where their own queue begins,
        unless they said who they are to answer what is in hand.
        """
        self._forget()
        self.sheet = Sheet()
        if self._named_for is None or self._named_for != self.pk:
            self.pk = self.trace = None
        self._named_for = None
        if self.queue is not None and self.view is not None:
            progress: dict[int, Any] = {}
            rubric = self.queue.rubric
            # What a round gave the rater before is not this one's.
            pks, listed = self.queue.pks, self.view.pks
            if self.queue.round is not None:
                pks = listed = pks[:0]
                self.pk = self.trace = None
            self.queue = ReviewQueue(rubric, rater, pks, progress)
            self.view = ReviewQueue(rubric, rater, listed, progress)
            self._loading = True
            self.listed.emit()
            self.item_changed.emit()
        self.scope = Scope() if self.scope.round else replace(self.scope, text="", states=None)
        self.load()

    def _loaded(self, found: Loaded, wanted: int | None) -> None:
        self._loading = False
        # Where one is by now, which may not be where one was when the queue was asked for.
        keep = next((pk for pk in (wanted, self._wanted, self.pk) if pk is not None), None)
        rubric = self.queue.rubric if self.queue is not None else None
        self.rubrics, self.runs, self.traces = found.rubrics, found.runs, found.traces
        self.rounds = found.rounds
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
        key, value = f"{_CHOICE}.{self.workspace.user}", "\n".join(_lasting(scope))
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
        self._reading = True
        self.workspace.jobs.read(
            lambda control: _read(project, queue, pk),
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
        """The next listed item that is open, skipped ones last; none where all are done."""
        if self.view is not None:
            pk = self.view.next_pending(self._wanted)
            if pk != self.pk or pk is None:
                self.go(pk)

    def note_time(self) -> None:
        """Keep how long the person worked on what is in hand since this was last asked."""
        project, queue, pk = self.workspace.project, self.queue, self.pk
        spent = self.clock.take()
        if project is None or queue is None or pk is None or not spent or queue.read_only:
            return
        rubric, within = queue.place
        self.workspace.jobs.write(
            lambda control: project.ratings.spent(
                review.trace_of(pk), rubric, queue.rater, spent, round=within
            )
        )

    def _show(self, pk: int, trace: Trace, sheet: Sheet) -> None:
        if pk != self._wanted or self.queue is None:
            return
        if pk != self.pk:
            self.note_time()
        self.pk, self.trace = pk, trace
        self._reading = False
        # What was answered since is on its way to the disk, or could not be saved.
        self.sheet = self.saving.over(self.queue, pk, sheet)
        self.told = Told()
        self._count(pk)
        self.item_changed.emit()
        self._read_told(pk)
        self._read_ahead()
        self.settled.emit()

    def _show_none(self) -> None:
        self.note_time()
        self._wanted = self.pk = self.trace = None
        self._reading = False
        self.sheet = Sheet()
        self.told = Told()
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

        def read(pk: int) -> None:
            def done(found: tuple[Trace, Sheet]) -> None:
                self._ahead_jobs.pop(pk, None)
                if queue is self.queue and pk != self.pk:
                    self._ahead[pk] = found

            def failed(_: Exception) -> None:
                # It will be asked for again when the person comes to it, and reported then.
                self._ahead_jobs.pop(pk, None)

            self._ahead_jobs[pk] = self.workspace.jobs.read(
                lambda control: _read(project, queue, pk), done, failed
            )

        for pk in near:
            if pk not in self._ahead and pk not in self._ahead_jobs:
                read(pk)

    # -- answering

    def answer(
        self, name: str, value: Any, *, comment: str | None = None, typing: bool = False
    ) -> None:
        """Answer a field of the trace in hand; None takes the answer back.

        Args:
            comment: on the answer; None for the one that stands.
            typing: it goes on with the text that was being written.
        """
        pk = self.pk
        if pk is not None:
            self._with_user(pk, lambda: self._answer(pk, name, value, comment, typing))

    def say(self, name: str, comment: str) -> None:
        """Write the comment on an answer of the trace in hand."""
        if name in self.answers:
            self.answer(name, self.answers[name], comment=comment, typing=True)

    def _answer(self, pk: int, name: str, value: Any, comment: str | None, typing: bool) -> None:
        queue = self.queue
        if queue is None or pk != self.pk or self._refuse_settled(queue, pk):
            return
        try:
            step = answering.step_to(
                queue.rubric,
                pk,
                self.answers,
                self.said,
                name,
                review.checked(queue.rubric, name, value),
                comment,
                submitted=queue.state(pk) == "submitted",
            )
        except EvalDeskError as error:
            self.refused.emit(error)
            return
        if step is None:
            self.answer_changed.emit(name)
            return
        if queue.state(pk) == "skipped":
            step = replace(step, also=(*step.also, Step(pk, SUBMISSION, "skipped", "draft")))
        self._do(step, remember=True, typing=typing)

    def submit(self) -> None:
        """Submit what is in hand and go to the next pending item."""
        pk = self.pk
        if pk is not None:
            self._with_user(pk, lambda: self._submit(pk))

    def _submit(self, pk: int) -> None:
        queue = self.queue
        if queue is None or pk != self.pk:
            return
        if queue.state(pk) != "submitted" and not queue.read_only:
            try:
                answering.check_complete(queue.rubric, self.answers, self.said)
            except EvalDeskError as error:
                self.refused.emit(error)
                return
            self._submitted_at.append(time.monotonic())
            self._do(Step(pk, SUBMISSION, queue.state(pk), "submitted"), remember=True)
            if queue.round is not None and queue.round.rules.feedback:
                # What was submitted before being told stays.
                self.history = History()
                self._read_told(pk, go_on=True)
                return
        self.next_pending()

    def skip(self) -> None:
        """Leave what is in hand for the end of the queue, and go to the next."""
        pk = self.pk
        if pk is not None:
            self._with_user(pk, lambda: self._hand_over(pk, "skipped"))

    def flag(self, note: str) -> None:
        """Hand what is in hand to the adjudicator, and go to the next.

        Args:
            note: what the adjudicator should know.
        """
        pk = self.pk
        if pk is not None:
            self._with_user(pk, lambda: self._hand_over(pk, "flagged", " ".join(note.split())))

    def _hand_over(self, pk: int, state: State, note: str = "") -> None:
        queue = self.queue
        if queue is None or pk != self.pk or self._refuse_settled(queue, pk):
            return
        before = queue.state(pk)
        if state == "flagged" or before not in review.HANDED:
            self._do(Step(pk, SUBMISSION, before, state, "", note), remember=True)
        self.next_pending()

    def _refuse_settled(self, queue: ReviewQueue, pk: int) -> bool:
        """Whether the item stays as it is; says so."""
        if not queue.is_settled(pk):
            return False
        reason = (
            self.tr("This round is closed; nothing more is answered in it.")
            if queue.read_only
            else self.tr("Its gold answer was shown, so this item stays as you submitted it.")
        )
        # The form shows what the person did; back to what stands.
        for name in (*(item.name for item in queue.rubric.criteria), COMMENT, FAILURE_MODES):
            self.answer_changed.emit(name)
        self.refused.emit(NotAllowedError(reason))
        return True

    def _read_told(self, pk: int, *, go_on: bool = False) -> None:
        """What the round tells of an item: gold answers once it is submitted, and what others
        answered once the round is revealed.

        Args:
            go_on: go to the next item where nothing is told.
        """
        project, queue = self.workspace.project, self.queue
        if project is None or queue is None or queue.round is None:
            return
        feeds = queue.round.rules.feedback and queue.state(pk) == "submitted"
        if not feeds and not queue.round.revealed_at:
            return
        self._reading = go_on

        def work(control: JobControl) -> Told:
            return Told(
                tuple(round_queue.feedback(project, queue, pk)) if feeds else (),
                tuple(round_queue.discussed(project, queue, pk)) if queue_revealed else (),
            )

        def done(found: Told) -> None:
            if queue is not self.queue or pk != self.pk:
                return
            self._reading = False
            if go_on and not found.feedback:
                self.next_pending()
                return
            self.told = found
            self.told_changed.emit()
            self.settled.emit()

        def failed(error: Exception) -> None:
            self._unreadable(error)

        queue_revealed = bool(queue.round.revealed_at)
        # After what is on its way to the disk: the submission has to be there.
        self.workspace.jobs.write(work, done, failed)

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
            if self.queue is not None and self._refuse_settled(self.queue, step.trace_pk):
                return
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
        for part in step.parts:
            if part.name == SUBMISSION:
                state = review.state_after(part.after)
                queue.note(step.trace_pk, state, queue.answered(step.trace_pk))
            elif here:
                self.sheet.answers.pop(part.name, None)
                self.sheet.said.pop(part.name, None)
                if part.after is not None:
                    self.sheet.answers[part.name] = part.after
                    if part.said_after:
                        self.sheet.said[part.name] = part.said_after
        if here:
            # Told once all of it is there: what is asked depends on the answers together.
            for part in step.parts:
                if part.name != SUBMISSION:
                    self.answer_changed.emit(part.name)
            self._count(step.trace_pk)
        self.state_changed.emit(step.trace_pk)

    def _count(self, pk: int) -> None:
        queue = self.queue
        if queue is None:
            return
        answered = sum(item.name in self.answers for item in queue.rubric.criteria)
        state: State = "draft" if self.answers else "pending"
        handed = queue.state(pk)
        queue.note(pk, handed if handed in review.HANDED else state, answered)

    # -- what is said of it

    @property
    def done(self) -> bool:
        """Whether there is nothing more to do about anything listed."""
        view = self.view
        return view is not None and len(view) > 0 and view.next_pending() is None

    def seconds_left(self) -> float | None:
        """Until the queue is done at the pace so far; None while that is not known."""
        queue = self.queue
        if queue is None:
            return None
        return review.time_left(self._submitted_at, queue.left)


def is_text(rubric: Rubric, name: str) -> bool:
    """Whether a field is written rather than chosen."""
    criterion = rubric.criterion(name)
    return name == COMMENT or (criterion is not None and criterion.scale.kind == "text")


def _look(project: "Project", scope: Scope, rater: str) -> Loaded:
    rubrics = tuple(project.rubrics.list())
    runs = tuple(item.name for item in project.runs.list())
    traces = project.traces.count()
    rounds = tuple(round_queue.rounds_of(project, rater)) if traces else ()
    if not scope.rubric and not scope.round:
        scope = _chosen_before(project.get(f"{_CHOICE}.{rater}"), scope, rounds)
    if scope.round == _WAITING:
        scope = replace(scope, round=_waiting(rounds, scope.rubric))
    if scope.round and all(one.name != scope.round for one in rounds):
        scope = replace(scope, round="")
    if scope.round:
        queue = round_queue.round_queue(project, scope.round, rater)
        scope = replace(scope, rubric=queue.rubric.name, run="")
        view = review.narrow(project, queue, scope.text, scope.states)
        return Loaded(rubrics, runs, rounds, traces, queue, view, scope)
    rubric = next((item for item in rubrics if item.name == scope.rubric), None)
    if rubric is None and rubrics:
        rubric = rubrics[0]
    if scope.run not in runs:
        scope = replace(scope, run="")
    if rubric is None or not traces:
        return Loaded(rubrics, runs, rounds, traces, None, None, scope)
    scope = replace(scope, rubric=rubric.name)
    queue = review.queue(project, rubric, rater, run=scope.run, order=scope.order)
    view = review.narrow(project, queue, scope.text, scope.states)
    return Loaded(rubrics, runs, rounds, traces, queue, view, scope)


def _chosen_before(kept: str, scope: Scope, rounds: Sequence[RoundChoice]) -> Scope:
    """What this person went through last; at first, or when that round is done, the newest round
    that has something for them.
    """
    rubric, run, order, name = [*kept.split("\n"), "", "", "", ""][:4]
    if name != _NO_ROUND and not any(one.name == name and one.left for one in rounds):
        name = _waiting(rounds) or name
    return replace(
        scope,
        rubric=rubric,
        run=run,
        order="imported" if order == "imported" else "own",
        round="" if name == _NO_ROUND else name,
    )


def _waiting(rounds: Sequence[RoundChoice], rubric: str = "") -> str:
    """The newest round that has something to do, by this rubric if one is named."""
    fitting = (one for one in rounds if one.left and rubric in ("", one.rubric))
    return next((one.name for one in fitting), "")


def _lasting(scope: Scope) -> tuple[str, str, str, str]:
    return scope.rubric, scope.run, scope.order, scope.round or _NO_ROUND


def _read(project: "Project", queue: ReviewQueue, item: int) -> tuple[Trace, Sheet]:
    trace = project.traces.read(review.trace_of(item))
    within = queue.place[1]
    return trace, review.sheet(project, queue.rubric, item, queue.rater, round=within)


def _first(view: ReviewQueue) -> int | None:
    """What was begun and not submitted, else the first that is open."""
    for pk, (state, _) in view.progress.items():
        if state == "draft" and pk in view.places:
            return pk
    return view.next_pending()
