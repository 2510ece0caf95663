"""Handing in what is in hand: submitted, skipped, or flagged for the adjudicator."""

import time
from typing import TYPE_CHECKING

from evaldesk.domain.errors import EvalDeskError
from evaldesk.services.labelling import answering, review
from evaldesk.services.labelling.review import State
from evaldesk.services.labelling.undo import SUBMISSION, Step

if TYPE_CHECKING:
    from evaldesk.ui.screens.review.controller import ReviewController


class HandingIn:
    """Each goes on to the next open item."""

    def __init__(self, desk: "ReviewController") -> None:
        self._desk = desk
        self._submitted_at: list[float] = []

    def forget(self) -> None:
        """Another queue has a pace of its own."""
        self._submitted_at = []

    def submit(self) -> None:
        """Submit what is in hand and go to the next pending item."""
        self._desk.answering.as_somebody(self._submit)

    def skip(self) -> None:
        """Leave what is in hand for the end of the queue, and go to the next."""
        self._desk.answering.as_somebody(lambda pk: self._hand_over(pk, "skipped"))

    def flag(self, note: str) -> None:
        """Hand what is in hand to the adjudicator, and go to the next.

        Args:
            note: what the adjudicator should know.
        """
        words = " ".join(note.split())
        self._desk.answering.as_somebody(lambda pk: self._hand_over(pk, "flagged", words))

    def seconds_left(self) -> float | None:
        """Until the queue is done at the pace so far; None while that is not known."""
        queue = self._desk.queue
        return None if queue is None else review.time_left(self._submitted_at, queue.left)

    def _submit(self, pk: int) -> None:
        desk, queue = self._desk, self._desk.queue
        if queue is None or pk != desk.pk:
            return
        if queue.state(pk) != "submitted" and not queue.read_only:
            try:
                answering.check_complete(queue.rubric, desk.answers, desk.said)
            except EvalDeskError as error:
                desk.refused.emit(error)
                return
            self._submitted_at.append(time.monotonic())
            desk.my_time.submitted()
            before = queue.state(pk)
            desk.answering.do(Step(pk, SUBMISSION, before, "submitted", desk.sheet.note))
            if queue.round is not None and queue.round.rules.feedback:
                # What was submitted before being told stays.
                desk.answering.forget()
                desk.telling.read(pk, go_on=True)
                return
        desk.next_pending()

    def _hand_over(self, pk: int, state: State, note: str = "") -> None:
        desk, queue = self._desk, self._desk.queue
        if queue is None or pk != desk.pk or desk.answering.refuse_settled(queue, pk):
            return
        before = queue.state(pk)
        if state == "flagged" or before not in review.HANDED:
            desk.answering.do(Step(pk, SUBMISSION, before, state, desk.sheet.note, note))
        desk.next_pending()
