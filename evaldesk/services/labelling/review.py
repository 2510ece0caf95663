"""Labelling: one rater's queue, answers and undo.

Blind by construction: nothing here takes or returns what anybody else answered. The queue is
narrowed only by what a rater may know, so neither tags (other people's failure modes) nor scores
can pick or order its items.
"""

import hashlib
import itertools
import statistics
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from evaldesk.domain.errors import NotAllowedError
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
from evaldesk.domain.rubric import Rubric
from evaldesk.services.labelling.answering import Incomplete as Incomplete
from evaldesk.services.labelling.answering import Sheet, check_complete, step_to
from evaldesk.services.labelling.answering import checked as checked
from evaldesk.services.labelling.answering import missing as missing
from evaldesk.services.labelling.review_queue import DONE as DONE
from evaldesk.services.labelling.review_queue import HANDED as HANDED
from evaldesk.services.labelling.review_queue import ReviewQueue as ReviewQueue
from evaldesk.services.labelling.review_queue import State as State
from evaldesk.services.labelling.review_queue import reading_of as reading_of
from evaldesk.services.labelling.review_queue import state_after as state_after
from evaldesk.services.labelling.review_queue import trace_of as trace_of
from evaldesk.services.labelling.undo import SUBMISSION, Step, Value
from evaldesk.services.rubrics import migration as rubric_migration

if TYPE_CHECKING:
    from evaldesk.storage.project import Project
    from evaldesk.storage.ratings import Handed

Order = Literal["own", "imported"]
_RATED = Comparison("status", "in", ("ok", "incomplete", "error"))
_TELLING = ("score", "annotation", "differs", "rated", "unrated")
"""Fields besides `BLIND_FIELDS` that tell how others or programs judged, or how far others are."""
_LONGEST_PAUSE_S = 600.0


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
    progress: dict[int, tuple[State, int]] = dict(project.ratings.progress(rubric.name, rater))
    if rubric.version > 1:
        # What a later version asks anew is open again.
        for pk, answered in rubric_migration.reopened(project, rubric, rater).items():
            progress[pk] = ("draft", answered)
    return ReviewQueue(rubric, rater, pks, progress)


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
        pks = [pk for pk in pks if trace_of(pk) in hits]
    if states is not None:
        pks = [pk for pk in pks if whole.state(pk) in states]
    return ReviewQueue(whole.rubric, whole.rater, array("q", pks), whole.progress, whole.round)


def items(project: "Project", whole: ReviewQueue, pks: Sequence[int]) -> list[QueueItem]:
    """What the list shows of these traces. Neither system nor scores are in it."""
    rows = {row.pk: row for row in project.traces.rows(list({trace_of(pk) for pk in pks}))}
    found = []
    for pk in pks:
        row = rows.get(trace_of(pk))
        if row is not None:
            found.append(
                QueueItem(
                    trace_pk=row.pk,
                    trace=row.id,
                    scenario=row.scenario,
                    title=row.title or row.preview,
                    tier=row.tier,
                    run="",
                    state=whole.state(pk),
                    answered=whole.answered(pk),
                )
            )
    return found


def answers(project: "Project", rubric: Rubric, trace_pk: int, rater: str) -> dict[str, Value]:
    """What this rater has answered for a trace: field → value. Nobody else's. Answers to what was
    another question in an earlier version are not among them; see `sheet`.
    """
    return sheet(project, rubric, trace_pk, rater).answers


def sheet(project: "Project", rubric: Rubric, item: int, rater: str, *, round: str = "") -> Sheet:
    """The same, with comments on answers and with what was answered to earlier versions.

    Args:
        round: only what was answered in this round; empty for everything.
    """
    return rubric_migration.sheet(
        project, rubric, trace_of(item), rater, round=round, reading=reading_of(item)
    )


def answer(
    project: "Project",
    rubric: Rubric,
    trace_pk: int,
    name: str,
    rater: str,
    value: Any,
    comment: str | None = None,
) -> Answer:
    """Append an answer; it is on the disk when this returns. None takes the answer back. Answers
    that are not asked for any more are taken back with it.

    Args:
        comment: on the answer; None for the one that stands.

    Raises:
        InputError: the scale does not have the value, or it is not asked; nothing was written.
        NotFoundError: the rubric has no such field.
    """
    fit = checked(rubric, name, value)
    stands = sheet(project, rubric, trace_pk, rater)
    step = step_to(rubric, trace_pk, stands.answers, stands.said, name, fit, comment)
    if step is None:
        step = Step(trace_pk, name, fit, fit, "", stands.said.get(name, ""))
    return _record(project, rubric, rater, step)


def submit(project: "Project", rubric: Rubric, trace_pk: int, rater: str) -> None:
    """Append that a rating is finished.

    Raises:
        Incomplete: a required answer, or a comment on one, is missing; names the criteria.
    """
    apply(project, rubric, rater, Step(trace_pk, SUBMISSION, "draft", "submitted"))


def apply(project: "Project", rubric: Rubric, rater: str, step: Step, *, round: str = "") -> None:
    """Write what a step says, all of it or nothing; for undo and redo too.

    Args:
        round: name of the round that it is done in; empty for none.

    Raises:
        Incomplete: a submission is done again, but something that it needs is gone.
        NotAllowedError: the round is closed, or the item's gold answer was told.
    """
    if round:
        _check_untold(project, rubric, rater, step.trace_pk, round)
    if any(part.name == SUBMISSION and part.after == "submitted" for part in step.parts):
        after = sheet(project, rubric, step.trace_pk, rater, round=round)
        for part in step.parts:
            after.answers.pop(part.name, None)
            if part.after is not None and part.name != SUBMISSION:
                after.answers[part.name] = part.after
                after.said[part.name] = part.said_after
        check_complete(rubric, after.answers, after.said)
    _record(project, rubric, rater, step, round)


def _record(project: "Project", rubric: Rubric, rater: str, step: Step, round: str = "") -> Answer:
    state: Handed | Literal[""] = ""
    note = ""
    given: list[tuple[str, Value | None, str]] = []
    sources: dict[str, str] = {}
    for part in step.parts:
        if part.name == SUBMISSION:
            state = cast("Handed", part.after) if part.after in HANDED else "reopened"
            note = part.said_after if state == "flagged" else ""
        else:
            fit = checked(rubric, part.name, part.after)
            given.append((part.name, fit, part.said_after if fit is not None else ""))
            sources[part.name] = part.source_after if fit is not None else ""
    found = project.ratings.record(
        trace_of(step.trace_pk),
        rubric.name,
        rater,
        given,
        state=state,
        note=note,
        version=rubric.version or None,
        round=round,
        reading=reading_of(step.trace_pk),
        sources=sources,
    )
    return found[0] if found else Answer("", step.trace_pk, step.name, rater, None, "")


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


def _check_untold(project: "Project", rubric: Rubric, rater: str, item: int, round: str) -> None:
    """What was submitted in a round that tells the gold answers stays: it says how well the rater
    did before being told.
    """
    if project.rounds.get(round).rules.feedback and project.ratings.was_submitted(
        trace_of(item), rubric.name, rater, round=round, reading=reading_of(item)
    ):
        raise NotAllowedError("This training item was submitted and stays as it is.")


def _check_blind(where: Filter | None) -> None:
    for name in names_in(where):
        kind = name.partition(".")[0]
        if kind in BLIND_FIELDS or kind in _TELLING:
            known = {"tag": "tags", "score": "scores", "highlight": "highlights"}
            what = known.get(kind, f"“{name}”")
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
