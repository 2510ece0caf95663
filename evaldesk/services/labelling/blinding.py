"""Who would lose their blindness by looking at what others answered."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.services.labelling import review
from evaldesk.services.rounds.queue import pending_in

if TYPE_CHECKING:
    from evaldesk.domain.rubric import Rubric
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class Blindness:
    """How a person stands to a rubric's answers.

    Attributes:
        pending: traces of their queue that they have not submitted.
        rated: traces that they have begun or submitted.
        ruled: whether they ever ruled on this rubric, and no round waits for them.
    """

    pending: int
    rated: int
    ruled: bool

    @property
    def at_stake(self) -> bool:
        """Whether answers of their own are still to come that others' answers could sway. One who
        only ever ruled has none to give.
        """
        return self.pending > 0 and (self.rated > 0 or not self.ruled)


def blindness(project: "Project", rubric: "Rubric", person: str) -> Blindness:
    """How this person stands to the answers of a rubric."""
    queue = review.queue(project, rubric, person, order="imported")
    ruled = project.rulings.has_ruled(rubric.name, person)
    # A round may ask again what was answered before.
    assigned = pending_in(project, rubric.name, person)
    again = sum(queue.state(pk) in review.DONE for pk in assigned)
    rated = len(queue.progress)
    return Blindness(queue.left + again, rated, ruled and not assigned)


def tags_for(project: "Project", person: str, opened: Collection[tuple[str, str]] = ()) -> str:
    """Whose tags this person may see and pick traces by: their own name while answers of theirs
    are still to come to a rubric that gives tags, else empty for everybody's.

    Args:
        opened: (person, rubric) for whom others' answers were opened on purpose.
    """
    asked = [rubric for rubric in project.rubrics.list() if rubric.failure_modes]
    kept = [rubric for rubric in asked if (person, rubric.name) not in opened]
    return person if any(blindness(project, rubric, person).at_stake for rubric in kept) else ""


def veiled_by(project: "Project", person: str, opened: Collection[tuple[str, str]] = ()) -> str:
    """The round that systems and scores are kept from this person for, since they still have items
    of it to rate; empty where there is none.

    Args:
        opened: (person, round) for whom they were shown on purpose.
    """
    return project.rounds.waiting(person, {name for who, name in opened if who == person})


def at_stake(
    project: "Project", person: str, opened: Collection[tuple[str, str]] = ()
) -> tuple[str, int]:
    """The first rubric that others have answered for traces that this person still has to rate,
    and how many those are; ``("", 0)`` where there is none. Answers to other items, such as those
    that came with imported ratings, are not counted.

    Args:
        opened: (person, rubric) for whom others' answers were opened on purpose.
    """
    for rubric in project.rubrics.list():
        if (person, rubric.name) in opened:
            continue
        if not blindness(project, rubric, person).at_stake:
            continue
        queue = review.queue(project, rubric, person, order="imported")
        pending = {pk for pk in queue.pks if queue.state(pk) not in review.DONE}
        pending |= pending_in(project, rubric.name, person)
        answered: set[int] = set()
        for other in project.people.raters(rubric.name):
            if other != person:
                answered |= pending & project.ratings.progress(rubric.name, other).keys()
        if answered:
            return rubric.name, len(answered)
    return "", 0
