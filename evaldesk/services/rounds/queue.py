"""A rater's part of a round: what is theirs to answer, and what they may be told.

What others answered is told only by `discussed`, of a round that was revealed, and the gold value
only by `feedback`, of a training round, once the rater has submitted.
"""

import hashlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.round import Round, RoundKind, RoundState
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge, Rubric
from evaldesk.services.labelling.review import DONE, ReviewQueue, State, reading_of, trace_of
from evaldesk.services.labelling.undo import Value
from evaldesk.services.rubrics.present_wording import PresentWording

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class RoundChoice:
    """A round in which a rater has items.

    Attributes:
        left: items that are still open, or were skipped; 0 in a closed round.
    """

    name: str
    kind: RoundKind
    state: RoundState
    rubric: str
    items: int
    left: int


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody answered to a field, in words.

    Attributes:
        who: an alias; empty for the rater themselves.
        answers: field → words; only what was answered.
        comments: field → comment on the answer.
    """

    who: str
    answers: Mapping[str, str]
    comments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Feedback:
    """A gold value beside what a rater answered.

    Attributes:
        criterion: its words.
        gold, given: in words; ``given`` is empty where nothing was answered.
        reason: of the ruling.
        met: whether they are the same.
    """

    criterion: str
    gold: str
    given: str
    reason: str
    met: bool


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a rater did in a training round.

    Attributes:
        met: gold answers met; ``of`` how many were asked of what they submitted.
        pass_mark: share to be met; None for no mark.
    """

    met: int
    of: int
    pass_mark: float | None

    @property
    def passed(self) -> bool | None:
        """None without a mark, or before anything was submitted."""
        if self.pass_mark is None or not self.of:
            return None
        return self.met >= self.pass_mark * self.of - 1e-9


def round_queue(project: "Project", name: str, rater: str) -> ReviewQueue:
    """What a round gives this rater, in their order; hidden repeats are items like any other. In
    a revealed round what was submitted before is open again, its answers kept.

    Raises:
        NotFoundError: no such round; offers the nearest.
    """
    found = project.rounds.get(name)
    rubric = project.rubrics.get(found.rubric, found.version)
    assigned = project.rounds.assigned(name, rater)
    items = array("q", [-one.trace_pk if one.reading else one.trace_pk for one in assigned])
    return ReviewQueue(rubric, rater, items, _progress(project, found, rater), found)


def rounds_of(project: "Project", rater: str) -> list[RoundChoice]:
    """The rounds in which this person has items: open ones first, newest first."""
    choices = []
    for name in reversed(project.rounds.of_rater(rater)):
        found = project.rounds.get(name)
        left = 0
        states: list[State]
        if found.kind == "pairwise":
            items = len(project.preferences.assigned(name, rater))
            states = [state for state, _ in project.preferences.progress(name, rater).values()]
        else:
            items = len(project.rounds.assigned(name, rater))
            states = [state for state, _ in _progress(project, found, rater).values()]
        if found.state != "closed":
            left = items - sum(state in DONE for state in states)
        choices.append(RoundChoice(name, found.kind, found.state, found.rubric, items, left))
    return sorted(choices, key=lambda choice: (choice.state == "closed", not choice.left))


def pending_in(project: "Project", rubric: str, rater: str) -> set[int]:
    """The traces that a person still has to answer blind, in open rounds by this rubric."""
    found: set[int] = set()
    for name in project.rounds.of_rater(rater):
        one = project.rounds.get(name)
        if one.state == "open" and one.rubric == rubric:
            found |= {trace_of(item) for item in open_items(project, name, rater)}
    return found


def open_items(project: "Project", name: str, rater: str) -> list[int]:
    """What a rater still has to do in a round."""
    queue = round_queue(project, name, rater)
    return [item for item in queue.pks if queue.state(item) not in DONE]


def discussed(project: "Project", queue: ReviewQueue, item: int) -> list[Said]:
    """What everybody answered for an item when the round was revealed: the rater first, the
    others by an alias that is the same throughout the round.

    Raises:
        NotAllowedError: the round was not revealed.
    """
    found = queue.round
    # How it stands now, not when the queue was read.
    if found is None or not project.rounds.get(found.name).revealed_at:
        raise NotAllowedError("What others answered is shown once the round is revealed.")
    said: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    blind = project.ratings.of_round(trace_of(item), found.name, before_reveal=True)
    for answer in blind:
        if answer.value is None:
            continue
        answers, comments = said.setdefault(answer.rater, ({}, {}))
        answers[answer.field] = words_of(queue.rubric, answer.field, answer.value)
        if answer.comment:
            comments[answer.field] = answer.comment
    names = aliases(found)
    own = said.pop(queue.rater, ({}, {}))
    others = sorted(((names[rater], *what) for rater, what in said.items()), key=lambda one: one[0])
    return [Said("", *own), *(Said(*one) for one in others)]


def aliases(found: Round) -> Mapping[str, str]:
    """Rater → the letter they go by in discussions of a round; tells nothing of their order."""

    def key(rater: str) -> bytes:
        return hashlib.blake2b(f"{found.id}\n{rater}".encode(), digest_size=8).digest()

    return {rater: _letters(place) for place, rater in enumerate(sorted(found.raters, key=key))}


def feedback(project: "Project", queue: ReviewQueue, item: int) -> list[Feedback]:
    """The gold values of an item that was submitted; empty where the round tells none, or the item
    has none.

    Raises:
        NotAllowedError: the rater has not submitted it yet.
    """
    found = queue.round
    if found is None or not found.rules.feedback:
        return []
    state = _progress(project, found, queue.rater).get(item)
    if state is None or state[0] != "submitted":
        raise NotAllowedError("The gold answer is told once the item is submitted.")
    return _compared(project, queue, [item]).get(item, [])


def training_result(project: "Project", queue: ReviewQueue) -> TrainingResult | None:
    """How this rater met the gold answers so far; None where the round tells none."""
    found = queue.round
    if found is None or not found.rules.feedback:
        return None
    submitted = [item for item in queue.pks if queue.state(item) == "submitted"]
    told = [one for ones in _compared(project, queue, submitted).values() for one in ones]
    return TrainingResult(sum(one.met for one in told), len(told), found.rules.pass_mark)


def words_of(rubric: Rubric, name: str, value: Value) -> str:
    """An answer to a field, as the rubric words it."""
    if isinstance(value, CannotJudge):
        return f"cannot judge: {value.reason}"
    criterion = rubric.criterion(name)
    if criterion is not None:
        return criterion.scale.text_of(value)
    if name == FAILURE_MODES and isinstance(value, list):
        titles = {mode.name: mode.text for mode in rubric.failure_modes}
        return ", ".join(titles.get(str(one), str(one)) for one in value)
    return str(value)


def fields_of(rubric: Rubric) -> list[tuple[str, str]]:
    """(field, words) of everything that a rubric asks, in the order of the form."""
    found = [(item.name, item.text) for item in rubric.criteria]
    if rubric.failure_modes:
        found += [(FAILURE_MODES, "Failure modes"), (SEVERITY, "Severity")]
    return [*found, (COMMENT, "Comment")]


def _progress(project: "Project", found: Round, rater: str) -> dict[int, tuple[State, int]]:
    since = found.revealed_at if found.state == "revealed" else ""
    progress: dict[int, tuple[State, int]] = {}
    for reading, sign in ((0, 1), (1, -1)):
        done = project.ratings.progress(
            found.rubric, rater, round=found.name, reading=reading, since=since
        )
        progress.update((sign * pk, what) for pk, what in done.items())
    return progress


def _compared(
    project: "Project", queue: ReviewQueue, items: Sequence[int]
) -> dict[int, list[Feedback]]:
    found = queue.round
    assert found is not None
    gold = {one.trace_pk for one in project.rounds.items(found.name) if one.role == "gold"}
    rulings = PresentWording(project, queue.rubric).rulings()
    told: dict[int, list[Feedback]] = {}
    for item in items:
        if trace_of(item) not in gold:
            continue
        given = project.ratings.own(
            trace_of(item), found.rubric, queue.rater, reading=reading_of(item), round=found.name
        )
        for criterion in queue.rubric.criteria:
            ruling = rulings.get((trace_of(item), criterion.name))
            if ruling is None or ruling.value is None:
                continue
            answer = given.get(criterion.name)
            value = answer.value if answer is not None else None
            told.setdefault(item, []).append(
                Feedback(
                    criterion.text,
                    words_of(queue.rubric, criterion.name, ruling.value),
                    "" if value is None else words_of(queue.rubric, criterion.name, value),
                    ruling.reason,
                    value == ruling.value,
                )
            )
    return told


def _letters(place: int) -> str:
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
