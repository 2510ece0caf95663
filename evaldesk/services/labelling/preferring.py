"""A rater's part of a pairwise round: their pairs, what they prefer, and undo.

Blind by construction: nothing here takes or returns what anybody else prefers, and what a rater
gets is told as left and right, never by which end of the pair it is. A queue is a `ReviewQueue`
whose items are numbers of pairs, negative where a pair comes a second time unawares; a sheet holds
the choice under the criterion's name, the reason as what is said of it, and the strength beside it.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast, get_args

from evaldesk.domain.errors import InputError, NotAllowedError, NotFoundError
from evaldesk.domain.preference import (
    OVERALL,
    STRENGTHS,
    AssignedPair,
    Shown,
    as_kept,
    as_shown,
)
from evaldesk.domain.rating import QueueItem
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Trace
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review_queue import (
    HANDED,
    ReviewQueue,
    State,
    reading_of,
    trace_of,
)
from evaldesk.services.labelling.undo import SUBMISSION, Step, Value
from evaldesk.services.privacy.sight import sight_of
from evaldesk.storage.preferences import Given, PairHanded

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

STRENGTH = "#strength"
"""Behind a criterion's name: the field of how much better."""
SHOWN: tuple[Shown, ...] = get_args(Shown)


class Unfinished(InputError):
    """A pair cannot be submitted yet.

    Attributes:
        field: the criterion that lacks a choice, or a strength.
    """

    def __init__(self, field: str, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.field = field


@dataclass(frozen=True, slots=True)
class Question:
    """What a pair is asked.

    Attributes:
        name: of the criterion, or `OVERALL`. title, question: for people; empty for `OVERALL`.
    """

    name: str
    title: str = ""
    question: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True)
class PairInHand:
    """What is put before a rater.

    Attributes:
        left, right: the traces on either side.
        sheet: what this rater prefers so far.
    """

    item: int
    left: Trace
    right: Trace
    sheet: Sheet


def questions(rubric: Rubric) -> tuple[Question, ...]:
    """What a rubric asks of a pair: overall, and every criterion that it asks of pairs too."""
    asked = (
        Question(one.name, one.text, one.question, one.required)
        for one in rubric.criteria
        if one.pairwise
    )
    return (Question(OVERALL), *asked)


def pair_queue(project: "Project", name: str, rater: str) -> ReviewQueue:
    """What a pairwise round gives this rater, in their order.

    Raises:
        NotFoundError: no such round; offers the nearest.
        NotAllowedError: the round compares no pairs.
    """
    found = project.rounds.get(name)
    if found.kind != "pairwise":
        raise NotAllowedError(f"The round “{name}” rates one trace at a time.")
    rubric = project.rubrics.get(found.rubric, found.version)
    assigned = project.preferences.assigned(name, rater)
    items = array("q", [_item(one.number, one.reading) for one in assigned])
    progress: dict[int, tuple[State, int]] = {
        _item(*place): what for place, what in project.preferences.progress(name, rater).items()
    }
    return ReviewQueue(rubric, rater, items, progress, found)


def listed_pairs(project: "Project", queue: ReviewQueue, items: Sequence[int]) -> list[QueueItem]:
    """What the list shows of these pairs: the scenario, and nothing of the traces."""
    pairs = _assigned(project, queue)
    wanted = [pairs[item] for item in items if item in pairs]
    rows = {row.pk: row for row in project.traces.rows(list({one.a for one in wanted}))}
    found = []
    for one in wanted:
        row = rows[one.a]
        item = _item(one.number, one.reading)
        found.append(
            QueueItem(
                trace_pk=0,
                trace="",
                scenario=row.scenario,
                title=row.title,
                tier=row.tier,
                run="",
                state=queue.state(item),
                answered=queue.answered(item),
            )
        )
    return found


def read_pair(project: "Project", queue: ReviewQueue, item: int) -> PairInHand:
    """The two traces as they stand before the rater, and what they prefer so far.

    Raises:
        NotFoundError: the rater has no such pair.
    """
    pair = _pair(project, queue.place[1], queue.rater, (trace_of(item), reading_of(item)))
    left, right = pair.sides
    sight = sight_of(project)
    return PairInHand(
        item,
        sight.read(left),
        sight.read(right),
        sheet(project, queue.place[1], queue.rater, item),
    )


def sheet(project: "Project", round: str, rater: str, item: int) -> Sheet:
    """What this rater prefers of a pair, as they see it."""
    found = Sheet()
    own = project.preferences.own(round, rater, (trace_of(item), reading_of(item)))
    for one in own.values():
        if one.reason:
            # Also before there is a choice: what was typed is kept for it.
            found.said[one.criterion] = one.reason
        if one.choice is None:
            continue
        found.answers[one.criterion] = as_shown(one.choice, one.left or "a")
        if one.strength is not None:
            found.answers[one.criterion + STRENGTH] = one.strength
    return found


def choose(item: int, stands: Sheet, name: str, shown: Shown | None) -> Step | None:
    """Prefer a side, or neither; None takes the choice back, with its reason. A strength goes with
    a side alone.

    Returns:
        None where nothing would change.
    """
    before, said = stands.answers.get(name), stands.said.get(name, "")
    strength = stands.answers.get(name + STRENGTH)
    if before == shown:
        return None
    also: list[Step] = []
    if strength is not None and shown not in ("left", "right"):
        also.append(Step(item, name + STRENGTH, strength, None))
    return Step(item, name, before, shown, said, said if shown else "", also=tuple(also))


def weigh(item: int, stands: Sheet, name: str, strength: int | None) -> Step | None:
    """Say how much better the chosen side is.

    Raises:
        InputError: no side is chosen, or there is no such strength.
    """
    if stands.answers.get(name) not in ("left", "right"):
        raise InputError("No side is preferred yet.", "Choose one, then say how much better it is.")
    if strength is not None and strength not in STRENGTHS:
        raise InputError(f"{strength} is no strength.", "It is 1, 2 or 3.")
    before = stands.answers.get(name + STRENGTH)
    return None if before == strength else Step(item, name + STRENGTH, before, strength)


def give_reason(item: int, stands: Sheet, name: str, reason: str) -> Step | None:
    """Say why; also before anything is chosen, when the words wait for the choice."""
    choice = stands.answers.get(name)
    before = stands.said.get(name, "")
    return None if before == reason else Step(item, name, choice, choice, before, reason)


def check_finished(rubric: Rubric, stands: Sheet) -> None:
    """Whether a pair can be submitted.

    Raises:
        Unfinished: names the first question that lacks something.
    """
    for one in questions(rubric):
        choice = stands.answers.get(one.name)
        where = f"“{one.title}”: " if one.title else ""
        if choice is None and one.required:
            raise Unfinished(
                one.name,
                f"{where}No choice yet.",
                "Prefer a side, or say that they are equal or both bad.",
            )
        if choice in ("left", "right") and (one.name + STRENGTH) not in stands.answers:
            raise Unfinished(
                one.name,
                f"{where}How much better is not said yet.",
                "1 slightly, 2 clearly, 3 much.",
            )


def apply(project: "Project", rubric: Rubric, rater: str, step: Step, *, round: str) -> None:
    """Write what a step says, all of it or nothing; for undo and redo too.

    Raises:
        Unfinished: a submission is done again, but something that it needs is gone.
        NotAllowedError: the round is closed.
        NotFoundError: the rater has no such pair.
    """
    item = step.trace_pk
    place = (trace_of(item), reading_of(item))
    pair = _pair(project, round, rater, place)
    after = sheet(project, round, rater, item)
    after.take(step)
    state: PairHanded | str = ""
    note = ""
    touched: dict[str, None] = {}
    for part in step.parts:
        if part.name == SUBMISSION:
            state = cast("PairHanded", part.after) if part.after in HANDED else "reopened"
            note = part.said_after if state == "flagged" else ""
        else:
            touched[part.name.removesuffix(STRENGTH)] = None
    if state == "submitted":
        check_finished(rubric, after)
    given = []
    for name in touched:
        shown = after.answers.get(name)
        strength = after.answers.get(name + STRENGTH)
        given.append(
            Given(
                name,
                None if shown is None else as_kept(_shown(shown), pair.left),
                strength if isinstance(strength, int) and shown is not None else None,
                after.said.get(name, ""),
            )
        )
    project.preferences.record(
        round, rater, place, given, state=cast("PairHanded", state), note=note
    )


def note_time(project: "Project", queue: ReviewQueue, item: int, active_ms: int) -> None:
    """Keep how long the rater worked on a pair in one stretch, pauses left out."""
    project.preferences.record(
        queue.place[1], queue.rater, (trace_of(item), reading_of(item)), active_ms=active_ms
    )


def _shown(value: Value) -> Shown:
    if value not in SHOWN:
        raise InputError(f"“{value}” is no choice.", "It can be: left, right, tie, bad.")
    return value


def _item(number: int, reading: int) -> int:
    return -number if reading else number


def _pair(project: "Project", round: str, rater: str, place: tuple[int, int]) -> AssignedPair:
    found = project.preferences.assigned(round, rater, place)
    if found:
        return found[0]
    raise NotFoundError("This pair is not among yours.")


def _assigned(project: "Project", queue: ReviewQueue) -> dict[int, AssignedPair]:
    found = project.preferences.assigned(queue.place[1], queue.rater)
    return {_item(one.number, one.reading): one for one in found}
