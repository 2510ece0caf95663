"""What a round tells of the item in hand: gold answers, and what everybody answered."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.jobs.runner import JobControl
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.queue import Feedback, Said

if TYPE_CHECKING:
    from evaldesk.ui.screens.review.controller import ReviewController


@dataclass(frozen=True, slots=True)
class Told:
    """What a round tells of an item: gold answers, and what everybody answered."""

    feedback: tuple[Feedback, ...] = ()
    said: tuple[Said, ...] = ()


class Telling:
    """Reads what is told, never before the round allows it.

    Attributes:
        told: of the item in hand.
    """

    def __init__(self, desk: "ReviewController") -> None:
        self._desk = desk
        self.told = Told()

    def forget(self) -> None:
        """Nothing is told of what is in hand now."""
        self.told = Told()

    def read(self, pk: int, *, go_on: bool = False) -> None:
        """Gold answers once an item is submitted, what others answered once the round is revealed.

        Args:
            go_on: go to the next item where nothing is told.
        """
        desk = self._desk
        project, queue = desk.workspace.project, desk.queue
        if project is None or queue is None or queue.round is None:
            return
        feeds = queue.round.rules.feedback and queue.state(pk) == "submitted"
        revealed = bool(queue.round.revealed_at)
        if not feeds and not revealed:
            return
        if go_on:
            desk.hold()

        def work(control: JobControl) -> Told:
            return Told(
                tuple(round_queue.feedback(project, queue, pk)) if feeds else (),
                tuple(round_queue.discussed(project, queue, pk)) if revealed else (),
            )

        def done(found: Told) -> None:
            if queue is not desk.queue or pk != desk.pk:
                return
            desk.hold(False)
            if go_on and not found.feedback:
                desk.next_pending()
                return
            self.told = found
            desk.told_changed.emit()
            desk.settled.emit()

        # After what is on its way to the disk: the submission has to be there.
        desk.workspace.jobs.write(work, done, desk.could_not_read)
