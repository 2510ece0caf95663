"""Only where two runs differ: ``differs("run a", "run b")``."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, or_, select, union_all

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import DIFFERENCES, Comparison
from evaldesk.storage import tables as t
from evaldesk.storage.filter_names import Names

_OUTCOME = ("status", "scores")


def differing(test: Comparison, names: Names) -> CompoundSelect[Any]:
    """The traces of two runs that answer one scenario in one trial and differ.

    Args:
        test: its values are the two runs, then what is compared (see `DIFFERENCES`); status and
            scores where nothing is named. What only one of the two has is not compared.

    Raises:
        NotFoundError: no such run, score or thing to compare.
        UsageError: not two runs.
    """
    values = [str(value) for value in test.values]
    if test.operator != "in" or len(values) < 2:
        raise UsageError("differs takes two runs.", 'Write differs("run a", "run b").')
    a, b = names.run(values[0]), names.run(values[1])
    one, other = t.trace.alias("one"), t.trace.alias("other")
    compared = or_(*(_compared(what, one, other, names) for what in values[2:] or _OUTCOME))

    def of(run: int, against: int) -> Any:
        same = and_(other.c.scenario_pk == one.c.scenario_pk, other.c.trial == one.c.trial)
        return (
            select(one.c.pk)
            .join(other, and_(other.c.run_pk == against, same))
            .where(one.c.run_pk == run, compared)
        )

    return union_all(of(a, b), of(b, a))


def _compared(what: str, one: Any, other: Any, names: Names) -> ColumnElement[bool]:
    if what == "status":
        return one.c.status != other.c.status  # type: ignore[no-any-return]
    if what == "answer":
        return one.c.preview != other.c.preview  # type: ignore[no-any-return]
    if what == "scores":
        return _scores(one, other, None)
    if what == "ratings":
        return _ratings(one, other, names)
    prefix, _, metric = what.partition(".")
    if prefix == "score" and metric:
        return _scores(one, other, names.metric(metric))
    known = [*DIFFERENCES, *(f"score.{name}" for name in names.metrics)]
    raise NotFoundError.among("comparison", what, known)


def _scores(one: Any, other: Any, metric: int | None) -> ColumnElement[bool]:
    mine, theirs = t.score.alias("mine"), t.score.alias("theirs")
    found = select(1).where(
        mine.c.trace_pk == one.c.pk,
        theirs.c.trace_pk == other.c.pk,
        theirs.c.metric_pk == mine.c.metric_pk,
        or_(
            mine.c.value.is_distinct_from(theirs.c.value),
            and_(mine.c.value.is_(None), mine.c.label.is_distinct_from(theirs.c.label)),
        ),
    )
    return exists(found if metric is None else found.where(mine.c.metric_pk == metric))


def _ratings(one: Any, other: Any, names: Names) -> ColumnElement[bool]:
    """Somebody's current answer to one question is another for the other trace."""
    standing = []
    for name in ("mine", "theirs"):
        newer = t.answer.alias(f"newer_{name}")
        answer = t.answer.alias(f"answer_{name}")
        standing.append(
            (
                answer,
                and_(
                    answer.c.value.is_not(None),
                    ~exists(select(1).where(newer.c.supersedes == answer.c.id)),
                ),
            )
        )
    (mine, mine_stands), (theirs, theirs_stands) = standing
    found = select(1).where(
        mine.c.trace_pk == one.c.pk,
        theirs.c.trace_pk == other.c.pk,
        theirs.c.rubric_pk == mine.c.rubric_pk,
        theirs.c.field == mine.c.field,
        theirs.c.rater_pk == mine.c.rater_pk,
        theirs.c.value != mine.c.value,
        mine.c.field.not_like("#%"),
        mine_stands,
        theirs_stands,
    )
    if names.tags_by:
        found = found.where(mine.c.rater_pk == names.people.get(names.tags_by, -1))
    return exists(found)
