"""What reviewing does: one rater's queue, and going through it item by item. No widgets.

Answering and its undo are in `answering`, handing in in `handing_in`, what a round tells in
`telling`, the items that come next in `ahead`, saving in `saving`.
"""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Trace
from evaldesk.services.labelling import review
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review import ReviewQueue
from evaldesk.services.labelling.undo import Value
from evaldesk.services.rounds.queue import RoundChoice
from evaldesk.ui.screens.review.ahead import ReadAhead
from evaldesk.ui.screens.review.answering import Answering
from evaldesk.ui.screens.review.handing_in import HandingIn
from evaldesk.ui.screens.review.my_time import MyTime
from evaldesk.ui.screens.review.saving import Saving
from evaldesk.ui.screens.review.scope import (
    CHOICE,
    WAITING,
    Loaded,
    Scope,
    first,
    lasting,
    look,
    read_item,
    waiting,
)
from evaldesk.ui.screens.review.telling import Telling, Told
from evaldesk.ui.screens.review.work_clock import WorkClock
from evaldesk.ui.workspace import Workspace


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
        answering, handing, telling, ahead, saving, clock, my_time: the rooms that the work is done
            in.

    Signals:
        loaded(): another queue. listed(): another part of it is listed.
        item_changed(): another trace is in hand, or none.
        answer_changed(name): of the trace in hand.
        state_changed(pk): of an item.
        refused(error): what the person asked for cannot be; nothing was written.
        saving_changed(): something could not be saved, or now it could.
        travelled(name): an answer of the trace in hand was undone or done again.
        marked(step): a highlight is to be made, changed, removed, or brought back.
        told_changed(): more or less is told of the item in hand.
        pairs_wanted(round): a round was chosen that compares pairs, which another screen does.
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
    marked = Signal(object)
    told_changed = Signal()
    settled = Signal()
    unreadable = Signal()
    pairs_wanted = Signal(str)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.saving = Saving(workspace, self)
        self.saving.changed.connect(self.saving_changed)
        self.clock = WorkClock(self)
        self.my_time = MyTime(self)
        self.ahead = ReadAhead(workspace, self)
        self.answering = Answering(self)
        self.handing = HandingIn(self)
        self.telling = Telling(self)
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
        self.telling.forget()
        self._loading = self._reading = False
        self._forget()

    def _forget(self) -> None:
        self.answering.forget()
        self.handing.forget()
        self.ahead.clear()
        self.my_time.forget()
        self._wanted: int | None = None

    @property
    def answers(self) -> dict[str, Value]:
        """Field → what this rater answered for the trace in hand."""
        return self.sheet.answers

    @property
    def said(self) -> dict[str, str]:
        """Field → their comment on that answer."""
        return self.sheet.said

    @property
    def told(self) -> Told:
        """What the round tells of the item in hand, if anything."""
        return self.telling.told

    @property
    def unsettled(self) -> bool:
        """Whether a queue or an item is on its way, so that what is in hand is not what the next
        key means.
        """
        return self._loading or self._reading

    def hold(self, on: bool = True) -> None:
        """Keep keys back until what they are meant for is in hand, or no longer."""
        self._reading = on

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
            lambda control: look(project, scope, rater),
            lambda found: self._loaded(found, wanted),
            self.could_not_read,
            key="review-queue",
        )

    def choose(self, scope: Scope) -> None:
        """Go through something else. Round, rubric, run and order are remembered in the
        project.
        """
        before, self.scope = self.scope, scope
        if lasting(scope) != lasting(before):
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
            self.scope = replace(self.scope, rubric=rubric, round=WAITING)
        else:
            self.choose(replace(self.scope, rubric=rubric, round=waiting(self._alone, rubric)))

    @property
    def _alone(self) -> list[RoundChoice]:
        """The rounds that rate one trace at a time."""
        return [one for one in self.rounds if one.kind != "pairwise"]

    def left_in(self, one: RoundChoice) -> int:
        """What is open in a round: of that in hand as it is now, of others as they were read."""
        queue = self.queue
        in_hand = queue is not None and queue.round is not None and queue.round.name == one.name
        return queue.left if queue is not None and in_hand else one.left

    @property
    def waiting_next(self) -> RoundChoice | None:
        """The newest other round that has something for this rater."""
        return next((one for one in self.rounds if self.left_in(one)), None)

    def begin_round(self, name: str) -> None:
        """Go through what that round gives."""
        if any(one.name == name and one.kind == "pairwise" for one in self.rounds):
            self.pairs_wanted.emit(name)
            return
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
            self.ahead.clear()
            self.load()

    def _another_rater(self, rater: str) -> None:
        """Nothing of the rater before stays in sight, and what is answered from this moment on is
        the new one's, also before their queue is read. They begin where their own queue begins,
        unless they said who they are to answer what is in hand.
        """
        self._forget()
        self.sheet = Sheet()
        if not self.answering.was_named_for(self.pk):
            self.pk = self.trace = None
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
        self.rubrics, self.runs, self.traces = found.rubrics, found.runs, found.traces
        self.rounds = found.rounds
        self.queue, self.view, self.scope = found.queue, found.view, found.scope
        if self.queue is not None:
            self.saving.note_on(self.queue)
            self.my_time.read()
        self.loaded.emit()
        self.listed.emit()
        if found.pairs:
            self.pairs_wanted.emit(found.pairs)
        if self.view is None or self.queue is None:
            self._show_none()
            return
        if keep is not None and keep in self.queue.places:
            self.go(keep)
        else:
            self.go(first(self.view))

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
        key, value = f"{CHOICE}.{self.workspace.user}", "\n".join(lasting(scope))
        self.workspace.jobs.write(lambda control: project.set(key, value))

    # -- going from item to item

    def go(self, pk: int | None) -> None:
        """Take a trace in hand; None for none."""
        project, queue = self.workspace.project, self.queue
        if pk is None or project is None or queue is None:
            self._show_none()
            return
        self._wanted = pk
        ready = self.ahead.take(queue, pk)
        if ready is not None:
            self._show(pk, *ready)
            return
        self._reading = True
        self.workspace.jobs.read(
            lambda control: read_item(project, queue, pk),
            lambda found: self._show(pk, *found),
            self.could_not_read,
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
        self.my_time.add(pk, spent / 1000.0)
        rubric, within = queue.place
        self.workspace.jobs.write(
            lambda control: project.work_times.spent(
                review.trace_of(pk),
                rubric,
                queue.rater,
                spent,
                round=within,
                reading=review.reading_of(pk),
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
        self.telling.forget()
        self.answering.count(pk)
        self.item_changed.emit()
        self.telling.read(pk)
        if self.view is not None:
            self.ahead.around(self.queue, self.view, pk)
        self.settled.emit()

    def _show_none(self) -> None:
        self.note_time()
        self._wanted = self.pk = self.trace = None
        self._reading = False
        self.sheet = Sheet()
        self.telling.forget()
        self.item_changed.emit()
        self.settled.emit()

    def could_not_read(self, error: Exception) -> None:
        """A queue or an item that was wanted is not to be had; what is in hand stays."""
        self._loading = self._reading = False
        self._wanted = self.pk
        self.unreadable.emit()
        self.workspace.report(error)

    # -- what is said of it

    @property
    def done(self) -> bool:
        """Whether there is nothing more to do about anything listed."""
        view = self.view
        return view is not None and len(view) > 0 and view.next_pending() is None
