"""What comparing pairs does: a rater's queue, choices saved at once, undo. No widgets."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import EvalDeskError, NotAllowedError
from evaldesk.domain.preference import OVERALL, Shown
from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import Job
from evaldesk.services.alignment import Formatting
from evaldesk.services.labelling import preferring, review
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.preferring import PairInHand, Question
from evaldesk.services.labelling.review_queue import HANDED, ReviewQueue, State, state_after
from evaldesk.services.labelling.undo import SUBMISSION, History, Step
from evaldesk.services.rounds.queue import RoundChoice, rounds_of
from evaldesk.ui.screens.review.saving import Saving
from evaldesk.ui.screens.review.work_clock import WorkClock
from evaldesk.ui.widgets.trace_view.woven import Woven, weave
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class Ready:
    """A pair that was read, its traces aligned."""

    pair: PairInHand
    woven: Woven


class PreferController(QObject):
    """One rater at their pairs.

    Attributes:
        rounds: in which this rater has items. name: of the round in hand; empty for none.
        queue: its pairs; None before they are read. item: the pair in hand, or None.
        ready: its traces, once they are there. sheet: what this rater prefers, what is being saved
            included.
        questions: what a pair is asked; ``active`` the one that keys answer.
        ignored: formatting that counts as no difference.

    Signals:
        loaded(): another queue, or it was read again. item_changed(): another pair, or none.
        answer_changed(): of the pair in hand. active_changed(): another question.
        state_changed(item): of a pair.
        refused(error): what the person asked for cannot be; nothing was written.
        saving_changed(): something could not be saved, or now it could.
        settled(): what was wanted is in hand. unreadable(): what was wanted could not be read.
    """

    loaded = Signal()
    item_changed = Signal()
    answer_changed = Signal()
    active_changed = Signal()
    state_changed = Signal(object)
    refused = Signal(object)
    saving_changed = Signal()
    settled = Signal()
    unreadable = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.saving = Saving(workspace, self, apply=preferring.apply, origin="prefer")
        self.saving.changed.connect(self.saving_changed)
        self.clock = WorkClock(self)
        self.ignored = Formatting()
        workspace.user_changed.connect(self._another_rater)
        self._clear()

    def _clear(self) -> None:
        self.rounds: tuple[RoundChoice, ...] = ()
        self.name = ""
        self.queue: ReviewQueue | None = None
        self._forget()

    def _forget(self) -> None:
        self.history = History()
        self.item: int | None = None
        self.ready: Ready | None = None
        self.sheet = Sheet()
        self.questions: tuple[Question, ...] = ()
        self.active = OVERALL
        self._wanted: int | None = None
        self._loading = self._reading = False
        self._ahead: dict[int, Ready] = {}
        self._ahead_jobs: dict[int, Job] = {}
        self._submitted_at: list[float] = []

    @property
    def unsettled(self) -> bool:
        """Whether a queue or a pair is on its way, so that what is in hand is not what the next
        key means.
        """
        return self._loading or self._reading

    # -- the queue

    def begin(self, name: str) -> None:
        """Go through the pairs of a round; empty for the newest that has some."""
        if name != self.name or not name:
            self.note_time()
            self._forget()
            self.queue = None
            self.name = name
        self.load()

    def load(self) -> None:
        """Read the rounds and the queue beside the window."""
        project = self.workspace.project
        if project is None:
            return
        name, rater = self.name, self.workspace.user
        self._loading = True

        def work(_: object) -> tuple[tuple[RoundChoice, ...], ReviewQueue | None]:
            rounds = tuple(rounds_of(project, rater))
            chosen = name or next((one.name for one in rounds if one.kind == "pairwise"), "")
            if not any(one.name == chosen and one.kind == "pairwise" for one in rounds):
                return rounds, None
            return rounds, preferring.pair_queue(project, chosen, rater)

        self.workspace.jobs.read(work, self._loaded, self._unreadable, key="prefer-queue")

    def _loaded(self, found: tuple[tuple[RoundChoice, ...], ReviewQueue | None]) -> None:
        self._loading = False
        self.rounds, self.queue = found
        queue = self.queue
        if queue is None:
            self._show_none()
            self.loaded.emit()
            return
        self.name = queue.place[1]
        self.questions = preferring.questions(queue.rubric)
        self.saving.note_on(queue)
        self.loaded.emit()
        keep = self._wanted if self._wanted is not None else self.item
        if keep is not None and keep in queue.places:
            self.go(keep)
        else:
            drafts = (item for item, (state, _) in queue.progress.items() if state == "draft")
            first = next((item for item in drafts if item in queue.places), None)
            self.go(first if first is not None else queue.next_pending())

    def project_replaced(self) -> None:
        """Another project, or none."""
        self._clear()
        self.unreadable.emit()
        self.saving.forget()
        self.item_changed.emit()
        self.loaded.emit()

    def project_changed(self, changes: Changes) -> None:
        """Somebody else wrote."""
        if not self.saving.announcing and changes.areas & {"traces", "rounds", "ratings"}:
            self.saving.settle()
            self._ahead.clear()
            self.load()

    def _another_rater(self, _: str) -> None:
        """Nothing of the rater before stays in sight."""
        self._forget()
        self.queue = None
        self.item_changed.emit()
        self.loaded.emit()
        self.load()

    # -- going from pair to pair

    def go(self, item: int | None) -> None:
        """Take a pair in hand; None for none."""
        project, queue = self.workspace.project, self.queue
        if item is None or project is None or queue is None:
            self._show_none()
            return
        self._wanted = item
        found = self._ahead.pop(item, None)
        if found is not None:
            self._show(found)
            return
        self._reading = True
        self.workspace.jobs.read(
            self._reader(project, queue, item), self._show, self._unreadable, key="prefer-item"
        )

    def next(self, step: int = 1) -> None:
        """The pair so many places further in the list."""
        if self.queue is not None:
            item = self.queue.neighbour(self._wanted, step)
            if item is not None:
                self.go(item)

    def next_pending(self) -> None:
        """The next pair that is open, skipped ones last; none where all are done."""
        if self.queue is not None:
            item = self.queue.next_pending(self._wanted)
            if item != self.item or item is None:
                self.go(item)

    def note_time(self) -> None:
        """Keep how long the person worked on what is in hand since this was last asked."""
        project, queue, item = self.workspace.project, self.queue, self.item
        spent = self.clock.take()
        if project is None or queue is None or item is None or not spent or queue.read_only:
            return
        self.workspace.jobs.write(
            lambda _control: preferring.note_time(project, queue, item, spent)
        )

    def _reader(
        self, project: "Project", queue: ReviewQueue, item: int
    ) -> Callable[[object], Ready]:
        rules, ignored = queue.round.rules if queue.round is not None else None, self.ignored
        scores = rules is None or rules.hide_scores
        systems = rules is None or rules.hide_systems

        def read(_: object) -> Ready:
            pair = preferring.read_pair(project, queue, item)
            woven = weave(
                (pair.left, pair.right),
                hide_scores=scores,
                hide_systems=systems,
                ignored=ignored,
            )
            return Ready(pair, woven)

        return read

    def _show(self, ready: Ready) -> None:
        item = ready.pair.item
        if item != self._wanted or self.queue is None:
            return
        another = item != self.item
        if another:
            self.note_time()
            self.active = OVERALL
        self.item, self.ready = item, ready
        self._reading = False
        # What was chosen since is on its way to the disk, or could not be saved.
        self.sheet = self.saving.over(self.queue, item, ready.pair.sheet)
        self._count(item)
        self.item_changed.emit()
        self._read_ahead()
        self.settled.emit()

    def _show_none(self) -> None:
        self.note_time()
        self._wanted = self.item = self.ready = None
        self._reading = False
        self.sheet = Sheet()
        self.item_changed.emit()
        self.settled.emit()

    def _unreadable(self, error: Exception) -> None:
        self._loading = self._reading = False
        self._wanted = self.item
        self.unreadable.emit()
        self.workspace.report(error)

    def _read_ahead(self) -> None:
        """The pairs around this one are read and aligned before they are asked for."""
        project, queue = self.workspace.project, self.queue
        if project is None or queue is None:
            return
        item = self.item
        places = (queue.next_pending(item), queue.neighbour(item, 1), queue.neighbour(item, -1))
        near = {one for one in places if one is not None and one != item}
        self._ahead = {one: found for one, found in self._ahead.items() if one in near}

        def read(one: int) -> None:
            def done(found: Ready) -> None:
                self._ahead_jobs.pop(one, None)
                if queue is self.queue and one != self.item:
                    self._ahead[one] = found

            def failed(_: Exception) -> None:
                # It will be asked for again when the person comes to it, and reported then.
                self._ahead_jobs.pop(one, None)

            self._ahead_jobs[one] = self.workspace.jobs.read(
                self._reader(project, queue, one), done, failed
            )

        for one in near:
            if one not in self._ahead and one not in self._ahead_jobs:
                read(one)

    # -- choosing

    def activate(self, name: str) -> None:
        """Keys answer this question from now on."""
        if name != self.active and any(one.name == name for one in self.questions):
            self.active = name
            self.active_changed.emit()

    def step(self, by: int) -> None:
        """The question so many places further, round the end."""
        names = [one.name for one in self.questions]
        if names:
            self.activate(names[(names.index(self.active) + by) % len(names)])

    def digit(self, number: int) -> None:
        """1 and 2 prefer a side while none is; then 1, 2 and 3 say how much better it is."""
        if self.sheet.answers.get(self.active) in ("left", "right"):
            self.weigh(self.active, number)
        elif number in (1, 2):
            self.choose(self.active, "left" if number == 1 else "right")

    def choose(self, name: str, shown: Shown | None) -> None:
        """Prefer a side, or neither; None takes the choice back."""
        self.activate(name)
        self._act(lambda item: preferring.choose(item, self.sheet, name, shown))

    def weigh(self, name: str, strength: int) -> None:
        """Say how much better the chosen side is."""
        self.activate(name)
        self._act(lambda item: preferring.weigh(item, self.sheet, name, strength))

    def give_reason(self, name: str, reason: str) -> None:
        """Say why, in words; before the choice they wait for it, and are kept all the same."""
        self._act(lambda item: preferring.give_reason(item, self.sheet, name, reason), typing=True)

    def reason(self, name: str) -> str:
        """Why, as it stands for the pair in hand."""
        return self.sheet.said.get(name, "")

    def _act(self, make: Callable[[int], Step | None], *, typing: bool = False) -> None:
        item = self.item
        if item is None:
            return

        def act() -> None:
            queue = self.queue
            if queue is None or item != self.item or self._refuse_closed(queue):
                return
            try:
                step = make(item)
            except EvalDeskError as error:
                self.refused.emit(error)
                return
            if step is None:
                self.answer_changed.emit()
                return
            state = queue.state(item)
            after = Sheet(dict(self.sheet.answers), dict(self.sheet.said))
            after.take(step)
            if state == "skipped" or (state == "submitted" and self._lacks(queue, after)):
                step = replace(step, also=(*step.also, Step(item, SUBMISSION, state, "draft")))
            self._do(step, remember=True, typing=typing)

        self.workspace.with_user(act)

    @staticmethod
    def _lacks(queue: ReviewQueue, after: Sheet) -> bool:
        try:
            preferring.check_finished(queue.rubric, after)
        except EvalDeskError:
            return True
        return False

    def _refuse_closed(self, queue: ReviewQueue) -> bool:
        if queue.read_only:
            reason = self.tr("This round is closed; nothing more is compared in it.")
            self.answer_changed.emit()
            self.refused.emit(NotAllowedError(reason))
        return queue.read_only

    # -- handing in

    def submit(self) -> None:
        """Submit what is in hand and go to the next open pair."""
        item, queue = self.item, self.queue
        if item is None or queue is None:
            return
        if queue.state(item) != "submitted" and not queue.read_only:
            try:
                preferring.check_finished(queue.rubric, self.sheet)
            except preferring.Unfinished as error:
                self.activate(error.field)
                self.refused.emit(error)
                return
            self._submitted_at.append(time.monotonic())
            self.note_time()
            self._do(Step(item, SUBMISSION, queue.state(item), "submitted"), remember=True)
        self.next_pending()

    def skip(self) -> None:
        """Leave what is in hand for the end of the queue, and go to the next."""
        self._hand_over("skipped")

    def flag(self, note: str) -> None:
        """Hand what is in hand to the adjudicator, and go to the next.

        Args:
            note: what the adjudicator should know.
        """
        self._hand_over("flagged", " ".join(note.split()))

    def _hand_over(self, state: State, note: str = "") -> None:
        item = self.item
        if item is None:
            return

        def hand() -> None:
            queue = self.queue
            if queue is None or item != self.item or self._refuse_closed(queue):
                return
            before = queue.state(item)
            if state == "flagged" or before not in HANDED:
                self._do(Step(item, SUBMISSION, before, state, "", note), remember=True)
            self.next_pending()

        self.workspace.with_user(hand)

    def undo(self) -> None:
        """Take back what was done last, wherever it was."""
        self._travel(self.history.undo)

    def redo(self) -> None:
        """Do again what was undone last."""
        self._travel(self.history.redo)

    def _travel(self, take: Callable[[], Step | None]) -> None:
        if self.queue is None or self._refuse_closed(self.queue):
            return
        step = take()
        if step is None:
            return
        self._do(step)
        if step.trace_pk != self.item:
            self.go(step.trace_pk)
        else:
            self.activate(step.name.removesuffix(preferring.STRENGTH))

    def _do(self, step: Step, *, remember: bool = False, typing: bool = False) -> None:
        project, queue = self.workspace.project, self.queue
        if project is None or queue is None:
            return
        if remember:
            self.history.record(step, typing=typing)
        item = step.trace_pk
        self._ahead.pop(item, None)
        self.saving.save(project, queue, step)
        for part in step.parts:
            if part.name == SUBMISSION:
                queue.note(item, state_after(part.after), queue.answered(item))
        if item == self.item:
            self.sheet.take(step)
            self._count(item)
            self.answer_changed.emit()
        self.state_changed.emit(item)

    def _count(self, item: int) -> None:
        queue = self.queue
        if queue is None:
            return
        answered = sum(one.name in self.sheet.answers for one in self.questions)
        state: State = "draft" if self.sheet.answers else "pending"
        handed = queue.state(item)
        queue.note(item, handed if handed in HANDED else state, answered)

    # -- what is said of it

    def seconds_left(self) -> float | None:
        """Until the queue is done at the pace so far; None while that is not known."""
        queue = self.queue
        return None if queue is None else review.time_left(self._submitted_at, queue.left)
