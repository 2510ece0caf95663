"""Answering the item in hand: every step saved at once, and taken back or done again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import EvalDeskError, NotAllowedError
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, Rubric
from evaldesk.domain.suggestion import AS_LAST_TIME
from evaldesk.services.labelling import answering, review
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review import ReviewQueue, State
from evaldesk.services.labelling.suggesting import as_last_time
from evaldesk.services.labelling.undo import SUBMISSION, History, Step, Value
from evaldesk.services.reading.highlights import STEP as HIGHLIGHT

if TYPE_CHECKING:
    from evaldesk.ui.screens.review.controller import ReviewController


class Answering:
    """The steps of a rater at their queue, and the history to undo them by.

    Attributes:
        history: since the queue was taken in hand.
    """

    def __init__(self, desk: "ReviewController") -> None:
        self._desk = desk
        self.history = History()
        self._named_for: int | None = None

    def forget(self) -> None:
        """What was done until now cannot be undone any more."""
        self.history = History()

    def answer(
        self, name: str, value: Any, *, comment: str | None = None, typing: bool = False
    ) -> None:
        """Answer a field of the trace in hand; None takes the answer back.

        Args:
            comment: on the answer; None for the one that stands.
            typing: it goes on with the text that was being written.
        """
        self.as_somebody(lambda pk: self._answer(pk, name, value, comment, typing))

    def say(self, name: str, comment: str) -> None:
        """Write the comment on an answer of the trace in hand."""
        if name in self._desk.answers:
            self.answer(name, self._desk.answers[name], comment=comment, typing=True)

    def _answer(self, pk: int, name: str, value: Any, comment: str | None, typing: bool) -> None:
        desk, queue = self._desk, self._desk.queue
        if queue is None or pk != desk.pk or self.refuse_settled(queue, pk):
            return
        try:
            step = answering.step_to(
                queue.rubric,
                pk,
                desk.answers,
                desk.said,
                name,
                review.checked(queue.rubric, name, value),
                comment,
                submitted=queue.state(pk) == "submitted",
            )
        except EvalDeskError as error:
            desk.refused.emit(error)
            return
        if step is None:
            desk.answer_changed.emit(name)
            return
        if queue.state(pk) == "skipped":
            step = replace(step, also=(*step.also, Step(pk, SUBMISSION, "skipped", "draft")))
        self.do(step, typing=typing)

    def accept(self, name: str = "") -> None:
        """Take over what is suggested, as the rater's answers.

        Args:
            name: only of this criterion; empty for all that have no answer yet.
        """

        def take(pk: int) -> None:
            ready = self._desk.sheet.suggested
            chosen = {one: ready[one] for one in ready if name in ("", one)}
            if name and name in self._desk.answers and chosen:
                self._answer(pk, name, chosen[name].value, None, False)
            else:
                self._fill(pk, {one: what.value for one, what in chosen.items()}, {})

        self.as_somebody(take)

    def fill_as_last_time(self) -> None:
        """Copy what was answered for the item submitted last, where there is no answer yet."""
        desk = self._desk
        project = desk.workspace.project

        def ask(pk: int) -> None:
            queue = desk.queue
            if project is None or queue is None or self.refuse_settled(queue, pk):
                return

            def done(found: Sheet) -> None:
                if queue is not desk.queue or pk != desk.pk:
                    return
                desk.hold(False)
                if not found.answers:
                    desk.workspace.say(desk.tr("Nothing was submitted here before"))
                elif not self._fill(pk, found.answers, found.said, AS_LAST_TIME):
                    desk.workspace.say(desk.tr("Nothing to copy: everything is answered"))
                desk.settled.emit()

            desk.hold()
            # After what is on its way to the disk: the last submission has to be there.
            desk.workspace.jobs.write(
                lambda control: as_last_time(project, queue, pk), done, desk.could_not_read
            )

        self.as_somebody(ask)

    def _fill(
        self, pk: int, values: Mapping[str, Value], said: Mapping[str, str], how: str = ""
    ) -> bool:
        """Take over answers where there is none yet; whether there was any to take."""
        desk, queue = self._desk, self._desk.queue
        if queue is None or pk != desk.pk or self.refuse_settled(queue, pk):
            return False
        state = queue.state(pk)
        step = answering.step_filling(
            queue.rubric, pk, desk.sheet, values, said, submitted=state == "submitted"
        )
        if step is None:
            return False
        if state == "skipped":
            step = replace(step, also=(*step.also, Step(pk, SUBMISSION, "skipped", "draft")))
        self.do(step, how=how)
        return True

    def refuse_settled(self, queue: ReviewQueue, pk: int) -> bool:
        """Whether the item stays as it is; says so."""
        if not queue.is_settled(pk):
            return False
        desk = self._desk
        reason = (
            desk.tr("This round is closed; nothing more is answered in it.")
            if queue.read_only
            else desk.tr("Its gold answer was shown, so this item stays as you submitted it.")
        )
        # The form shows what the person did; back to what stands.
        for name in (*(item.name for item in queue.rubric.criteria), COMMENT, FAILURE_MODES):
            desk.answer_changed.emit(name)
        desk.refused.emit(NotAllowedError(reason))
        return True

    def as_somebody(self, then: Callable[[int], object]) -> None:
        """Do something to the trace in hand, once the person has said who they are."""
        desk, pk = self._desk, self._desk.pk
        if pk is not None:
            self._named_for = None if desk.workspace.settings.user_was_chosen else pk
            desk.workspace.with_user(lambda: then(pk))

    def was_named_for(self, pk: int | None) -> bool:
        """Whether the person said who they are in order to answer this trace; asked once."""
        named, self._named_for = self._named_for, None
        return named is not None and named == pk

    def undo(self) -> None:
        """Take back what was done last, wherever it was."""
        self._travel(self.history.undo())

    def redo(self) -> None:
        """Do again what was undone last."""
        self._travel(self.history.redo())

    def _travel(self, step: Step | None) -> None:
        desk = self._desk
        if step is None or (
            desk.queue is not None and self.refuse_settled(desk.queue, step.trace_pk)
        ):
            return
        self._apply(step)
        if step.trace_pk != desk.pk:
            desk.go(step.trace_pk)
        else:
            desk.travelled.emit(step.name)

    def do(self, step: Step, *, typing: bool = False, how: str = "") -> None:
        """Do a step to the trace in hand that can be undone: shown at once, and on its way to the
        disk.

        Args:
            how: where its answers come from; empty for the rater.
        """
        if self._desk.queue is not None:
            step = answering.sourced(step, self._desk.sheet, how)
            self.history.record(step, typing=typing)
            self._apply(step)

    def _apply(self, step: Step) -> None:
        desk = self._desk
        project, queue = desk.workspace.project, desk.queue
        if project is None or queue is None:
            return
        if step.name.startswith(HIGHLIGHT):
            desk.marked.emit(step)
            return
        desk.ahead.drop(step.trace_pk)
        desk.saving.save(project, queue, step)
        here = step.trace_pk == desk.pk
        for part in step.parts:
            if part.name == SUBMISSION:
                state = review.state_after(part.after)
                queue.note(step.trace_pk, state, queue.answered(step.trace_pk))
        if here:
            desk.sheet.take(step)
            # Told once all of it is there: what is asked depends on the answers together.
            for part in step.parts:
                if part.name != SUBMISSION:
                    desk.answer_changed.emit(part.name)
            self.count(step.trace_pk)
        desk.state_changed.emit(step.trace_pk)

    def count(self, pk: int) -> None:
        """Note on the queue how much of the trace in hand is answered."""
        queue, answers = self._desk.queue, self._desk.answers
        if queue is None:
            return
        answered = sum(item.name in answers for item in queue.rubric.criteria)
        state: State = "draft" if answers else "pending"
        handed = queue.state(pk)
        queue.note(pk, handed if handed in review.HANDED else state, answered)


def is_text(rubric: Rubric, name: str) -> bool:
    """Whether a field is written rather than chosen."""
    criterion = rubric.criterion(name)
    return name == COMMENT or (criterion is not None and criterion.scale.kind == "text")
