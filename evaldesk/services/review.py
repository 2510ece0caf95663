"""Labelling: one rater's queue, answers and undo.

Blind by construction: nothing here takes or returns what anybody else answered. The queue is
narrowed only by what a rater may know, so neither tags (other people's failure modes) nor scores
can pick or order its items.
"""

import hashlib
import itertools
import statistics
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from evaldesk.domain.errors import InputError, NotAllowedError, NotFoundError
from evaldesk.domain.query import (
    BLIND_FIELDS,
    AnyOf,
    Comparison,
    Every,
    Filter,
    TraceQuery,
    names_in,
)
from evaldesk.domain.rating import Answer, QueueItem
from evaldesk.domain.rubric import (
    COMMENT,
    FAILURE_MODES,
    SEVERITIES,
    SEVERITY,
    Criterion,
    Rubric,
)
from evaldesk.services.undo import SUBMISSION, Answers, Step, Value

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Order = Literal["own", "imported"]
State = Literal["pending", "draft", "submitted", "skipped", "flagged"]
_RATED = Comparison("status", "in", ("ok", "incomplete", "error"))
_LONGEST_PAUSE_S = 600.0


class Incomplete(InputError):
    """A rating cannot be submitted yet.

    Attributes:
        missing: names of the required criteria that have no answer, in the order of the form.
    """

    def __init__(self, missing: Sequence[Criterion]) -> None:
        others = len(missing) - 1
        more = f" and {others} more have no answer yet." if others else " has no answer yet."
        super().__init__(f"“{missing[0].text}”{more}", "Answer it, then submit.")
        self.missing = tuple(item.name for item in missing)


@dataclass(slots=True)
class ReviewQueue:
    """What one rater goes through with one rubric.

    Attributes:
        rubric: the version that is answered.
        rater: whose queue it is.
        pks: row numbers of its traces, in the order they are offered.
        progress: trace → (state, number of criteria answered); only those that this rater has
            touched, and only this rater's.
    """

    rubric: Rubric
    rater: str
    pks: "array[int]"
    progress: dict[int, tuple[State, int]] = field(default_factory=dict)
    _places: dict[int, int] = field(default_factory=dict)
    _submitted: int = -1

    def __len__(self) -> int:
        return len(self.pks)

    @property
    def submitted(self) -> int:
        """How many of its items are submitted."""
        if self._submitted < 0:
            places = self.places
            self._submitted = sum(
                state == "submitted" and pk in places for pk, (state, _) in self.progress.items()
            )
        return self._submitted

    @property
    def places(self) -> Mapping[int, int]:
        """Trace → its place in the queue."""
        if len(self._places) != len(self.pks):
            self._places = {pk: place for place, pk in enumerate(self.pks)}
        return self._places

    def state(self, pk: int) -> State:
        """How far the rating of a trace is."""
        found = self.progress.get(pk)
        return "pending" if found is None else found[0]

    def answered(self, pk: int) -> int:
        """How many criteria of a trace are answered."""
        found = self.progress.get(pk)
        return 0 if found is None else found[1]

    def note(self, pk: int, state: State, answered: int) -> None:
        """Keep up with what was just answered or submitted; on the whole queue, not a part."""
        if self._submitted >= 0 and pk in self.places:
            self._submitted += (state == "submitted") - (self.state(pk) == "submitted")
        if state == "pending":
            self.progress.pop(pk, None)
        else:
            self.progress[pk] = (state, answered)

    def next_pending(self, after: int | None = None) -> int | None:
        """The first trace that is not submitted behind this one, going round at the end; None
        where all are.
        """
        start = self.places.get(after, -1) + 1 if after is not None else 0
        for place in _round(start, len(self.pks)):
            pk = self.pks[place]
            if pk != after and self.state(pk) != "submitted":
                return pk
        if after is not None and after in self.places and self.state(after) != "submitted":
            return after
        return None

    def neighbour(self, pk: int | None, step: int) -> int | None:
        """The trace so many places further; None beyond either end."""
        if not self.pks:
            return None
        place = self.places.get(pk) if pk is not None else None
        if place is None:
            return self.pks[0 if step > 0 else -1]
        place += step
        return self.pks[place] if 0 <= place < len(self.pks) else None


def queue(
    project: "Project",
    rubric: Rubric,
    rater: str,
    *,
    run: str = "",
    where: Filter | None = None,
    order: Order = "own",
) -> ReviewQueue:
    """The queue of one rater.

    Args:
        run: only of this run's traces; empty for all.
        where: a filter; it may not ask for tags or scores.
        order: ``own`` is a shuffle of this rater's and this rubric's, so that fatigue and habit
            do not fall on the same items for all; it stays as it is when traces are added.
            ``imported`` is the order in the files.

    Raises:
        NotAllowedError: the filter asks for what a rater may not know.
        NotFoundError: an unknown run or field.
    """
    _check_blind(where)
    tests = (_RATED,) if where is None else (_RATED, where)
    pks = project.traces.ids(TraceQuery(where=Every(tests), run=run))
    if order == "own":
        pks = _shuffled(pks, f"{rater}\n{rubric.name}")
    return ReviewQueue(rubric, rater, pks, dict(project.ratings.progress(rubric.name, rater)))


def narrow(
    project: "Project", whole: ReviewQueue, text: str = "", states: frozenset[State] | None = None
) -> ReviewQueue:
    """The part of a queue whose scenario's key or title contains the text, in the same order. It
    shares the progress of the whole.

    Args:
        states: only of these states; None for all.
    """
    pks: Sequence[int] = whole.pks
    text = text.strip()
    if text:
        hits = set(
            project.traces.ids(
                TraceQuery(
                    where=AnyOf(
                        (
                            Comparison("scenario", "contains", (text,)),
                            Comparison("title", "contains", (text,)),
                        )
                    )
                )
            )
        )
        pks = [pk for pk in pks if pk in hits]
    if states is not None:
        pks = [pk for pk in pks if whole.state(pk) in states]
    return ReviewQueue(whole.rubric, whole.rater, array("q", pks), whole.progress)


def items(project: "Project", whole: ReviewQueue, pks: Sequence[int]) -> list[QueueItem]:
    """What the list shows of these traces. Neither system nor scores are in it."""
    found = []
    for row in project.traces.rows(pks):
        found.append(
            QueueItem(
                trace_pk=row.pk,
                trace=row.id,
                scenario=row.scenario,
                title=row.title or row.preview,
                tier=row.tier,
                run="",
                state=whole.state(row.pk),
                answered=whole.answered(row.pk),
            )
        )
    return found


def answers(project: "Project", rubric: Rubric, trace_pk: int, rater: str) -> dict[str, Value]:
    """What this rater has answered for a trace: field → value. Nobody else's."""
    own = project.ratings.own(trace_pk, rubric.name, rater)
    return {name: found.value for name, found in own.items() if found.value is not None}


def checked(rubric: Rubric, name: str, value: Any) -> Value | None:
    """The stored form of an answer to a field; None where it is empty, which takes it back.

    Raises:
        InputError: the scale, the taxonomy or the severities do not have it.
        NotFoundError: the rubric has no such field.
    """
    if value is None:
        return None
    if name == COMMENT:
        return str(value).strip() or None
    if name == FAILURE_MODES:
        return _checked_modes(rubric, value)
    if name == SEVERITY:
        if value not in SEVERITIES:
            raise InputError(f"“{value}” is not a severity.", f"There are {', '.join(SEVERITIES)}.")
        return str(value)
    criterion = rubric.criterion(name)
    if criterion is None:
        raise NotFoundError.among("criterion", name, [item.name for item in rubric.criteria])
    if isinstance(value, str) and not value.strip():
        return None
    return criterion.scale.check(value)


def answer(
    project: "Project", rubric: Rubric, trace_pk: int, name: str, rater: str, value: Any
) -> Answer:
    """Append an answer; it is on the disk when this returns. None takes the answer back.

    Raises:
        InputError: the scale does not have the value; nothing was written.
        NotFoundError: the rubric has no such field.
    """
    fit = checked(rubric, name, value)
    return project.ratings.answer(
        trace_pk, rubric.name, name, rater, fit, version=rubric.version or None
    )


def missing(rubric: Rubric, given: Answers) -> list[Criterion]:
    """The required criteria that have no answer."""
    return [item for item in rubric.criteria if item.required and item.name not in given]


def submit(project: "Project", rubric: Rubric, trace_pk: int, rater: str) -> None:
    """Append that a rating is finished.

    Raises:
        Incomplete: a required criterion has no answer; names it.
    """
    open_ones = missing(rubric, answers(project, rubric, trace_pk, rater))
    if open_ones:
        raise Incomplete(open_ones)
    project.ratings.submit(trace_pk, rubric.name, rater)


def apply(project: "Project", rubric: Rubric, rater: str, step: Step) -> None:
    """Write what a step says; for undo and redo.

    Raises:
        Incomplete: a submission is done again, but a required answer is gone.
    """
    if step.name != SUBMISSION:
        answer(project, rubric, step.trace_pk, step.name, rater, step.after)
    elif step.after == "submitted":
        submit(project, rubric, step.trace_pk, rater)
    else:
        project.ratings.submit(step.trace_pk, rubric.name, rater, reopen=True)


def time_left(submitted_at: Sequence[float], remaining: int) -> float | None:
    """Seconds until the queue is done at the pace so far: the median time between submissions,
    pauses of over ten minutes left out, times the items that remain.

    Args:
        submitted_at: when items were submitted, in seconds of any clock, in order.

    Returns:
        None before there are three intervals to judge by.
    """
    gaps = [later - sooner for sooner, later in itertools.pairwise(submitted_at)]
    gaps = [gap for gap in gaps if 0 < gap <= _LONGEST_PAUSE_S]
    if len(gaps) < 3:
        return None
    return statistics.median(gaps) * remaining


def _checked_modes(rubric: Rubric, value: Any) -> list[str] | None:
    names = [value] if isinstance(value, str) else list(value)
    known = [mode.name for mode in rubric.failure_modes]
    for name in names:
        if name not in known:
            offered = f"It has: {', '.join(known)}." if known else "It has none."
            raise InputError(f"The rubric has no failure mode “{name}”.", offered)
    # In the order of the taxonomy, so that the same choice is the same value.
    return [name for name in known if name in names] or None


def _check_blind(where: Filter | None) -> None:
    for name in names_in(where):
        kind = name.partition(".")[0]
        if kind in BLIND_FIELDS or kind in ("score", "annotation", "differs"):
            what = {"tag": "tags", "score": "scores"}.get(kind, f"“{name}”")
            raise NotAllowedError(
                f"A review queue cannot be picked by {what}: it would tell how others or "
                "programs judged.",
                "Pick by run, tier, slice, status or text.",
            )


def _shuffled(pks: "array[int]", seed: str) -> "array[int]":
    # Ordered by a keyed hash: unlike a shuffled list, it keeps its order when traces are added.
    start = hashlib.blake2b(seed.encode("utf-8"), digest_size=8)

    def place(pk: int) -> bytes:
        hashed = start.copy()
        hashed.update(pk.to_bytes(8, "big"))
        return hashed.digest()

    return array("q", sorted(pks, key=place))


def _round(start: int, length: int) -> Iterator[int]:
    yield from range(start, length)
    yield from range(min(start, length))
