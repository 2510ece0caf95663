"""From a filter tree to SQL."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, false, not_, or_, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import (
    NUMBER_FIELDS,
    SORT_KEYS,
    TEXT_FIELDS,
    AnyOf,
    Comparison,
    Every,
    Filter,
    Not,
)
from evaldesk.domain.rubric import FAILURE_MODES
from evaldesk.storage import tables as t

_TEXTS: dict[str, Any] = {
    "id": sql.lower(sql.hex(t.trace.c.id)),
    "scenario": t.scenario.c.key,
    "title": t.scenario.c.title,
    "run": t.run.c.name,
    "system": t.trace.c.system,
    "model": t.trace.c.model,
    "prompt_version": t.trace.c.prompt_version,
    "status": t.trace.c.status,
    "tier": t.scenario.c.tier,
    "error": t.trace.c.error,
}
_NUMBERS: dict[str, Any] = {
    "trial": t.trace.c.trial,
    "latency_ms": t.trace.c.latency_ms,
    "tokens_in": t.trace.c.tokens_in,
    "tokens_out": t.trace.c.tokens_out,
    "cost": t.trace.c.cost,
}
_SORTS: dict[str, Any] = {
    "imported": t.trace.c.pk,
    "scenario": t.scenario.c.key,
    "title": t.scenario.c.title,
    "run": t.run.c.name,
    "system": t.trace.c.system,
    "model": sql.nullif(t.trace.c.model, ""),
    "prompt_version": sql.nullif(t.trace.c.prompt_version, ""),
    "status": t.trace.c.status,
    "tier": sql.nullif(t.scenario.c.tier, ""),
    "started_at": sql.nullif(t.trace.c.started_at, ""),
    **_NUMBERS,
}
assert set(_SORTS) == set(SORT_KEYS)
assert set(_TEXTS) | {"tag"} == set(TEXT_FIELDS)


class Names:
    """The names that this project's traces have, read once a query; and whose tags count."""

    def __init__(self, connection: Connection, tags_by: str = "") -> None:
        self.tags_by = tags_by
        self.metrics: dict[str, int] = {
            name: pk for pk, name in connection.execute(select(t.metric.c.pk, t.metric.c.name))
        }
        self._connection = connection
        self._slices: list[str] | None = None

    @property
    def slices(self) -> list[str]:
        """Names of slices."""
        if self._slices is None:
            names = self._connection.execute(select(t.scenario_slice.c.name).distinct())
            self._slices = [name for (name,) in names]
        return self._slices

    def metric(self, name: str) -> int:
        """Row number of a metric; raises NotFoundError that offers the nearest."""
        if name not in self.metrics:
            raise NotFoundError.among("score", name, self.metrics)
        return self.metrics[name]


def condition(where: Filter, names: Names) -> ColumnElement[bool]:
    """SQL for a filter.

    Raises:
        NotFoundError: an unknown field, score or slice; offers the nearest.
        UsageError: an operator that the field does not have.
    """
    if isinstance(where, Every):
        return and_(*(condition(item, names) for item in where.items))
    if isinstance(where, AnyOf):
        return or_(*(condition(item, names) for item in where.items))
    if isinstance(where, Not):
        return not_(condition(where.item, names))
    return _comparison(where, names)


def _comparison(test: Comparison, names: Names) -> ColumnElement[bool]:
    kind, _, rest = test.name.partition(".")
    if kind == "score" and rest:
        metric_pk = names.metric(rest)
        return exists(
            select(1).where(
                t.score.c.trace_pk == t.trace.c.pk,
                t.score.c.metric_pk == metric_pk,
                _number_or_label(test),
            )
        )
    if kind == "slice" and rest:
        if rest not in names.slices:
            raise NotFoundError.among("slice", rest, names.slices)
        column = t.scenario_slice.c.value
        inner = select(1).where(
            t.scenario_slice.c.scenario_pk == t.trace.c.scenario_pk,
            t.scenario_slice.c.name == rest,
        )
        return _negatable(test, inner, lambda positive: _text(column, positive))
    if test.name == "tag":
        newer = t.answer.alias()
        each = sql.json_each(t.answer.c.value).table_valued("value")
        inner = (
            select(1)
            .select_from(t.answer)
            .join(each, and_(True))
            .where(
                t.answer.c.trace_pk == t.trace.c.pk,
                t.answer.c.field == FAILURE_MODES,
                t.answer.c.value.is_not(None),
                ~exists(select(1).where(newer.c.supersedes == t.answer.c.id)),
                *given_by(names.tags_by),
            )
        )
        return _negatable(test, inner, lambda positive: _text(each.c.value, positive))
    if test.name in _TEXTS:
        return _text(_TEXTS[test.name], test)
    if test.name in _NUMBERS:
        return _number(_NUMBERS[test.name], test)
    known = [
        *TEXT_FIELDS,
        *NUMBER_FIELDS,
        *(f"score.{name}" for name in names.metrics),
        *(f"slice.{name}" for name in names.slices),
    ]
    raise NotFoundError.among("field", test.name, known)


def given_by(rater: str) -> tuple[ColumnElement[bool], ...]:
    """That an answer is this rater's; nothing where it may be anybody's."""
    if not rater:
        return ()
    known = select(t.person.c.pk).where(t.person.c.name == rater)
    return (t.answer.c.rater_pk.in_(known),)


def _negatable(
    test: Comparison,
    inner: Any,
    matches: Callable[[Comparison], ColumnElement[bool]],
) -> ColumnElement[bool]:
    # “tag != x” means that no tag is x, not that some other tag exists.
    if test.operator == "exists":
        return exists(inner)
    if test.operator in ("!=", "not in"):
        positive = Comparison(test.name, "=" if test.operator == "!=" else "in", test.values)
        return ~exists(inner.where(matches(positive)))
    return exists(inner.where(matches(test)))


def _text(column: Any, test: Comparison) -> ColumnElement[bool]:
    values = [_as_text(value) for value in test.values]
    if test.operator == "exists":
        return column != ""  # type: ignore[no-any-return]
    if test.operator in ("in", "not in"):
        found = column.in_(values)
        return found if test.operator == "in" else not_(found)  # type: ignore[no-any-return]
    if test.operator == "contains":
        return column.contains(values[0], autoescape=True)  # type: ignore[no-any-return]
    return _compared(column, test.operator, values[0])


def _as_text(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _number(column: Any, test: Comparison) -> ColumnElement[bool]:
    if test.operator == "exists":
        return column.is_not(None)  # type: ignore[no-any-return]
    if test.operator == "contains":
        raise UsageError(f"{test.name} is a number; “contains” is for text.", "Use = < > in.")
    values = [_as_number(test.name, value) for value in test.values]
    if test.operator in ("in", "not in"):
        found = column.in_(values)
        return found if test.operator == "in" else not_(found)  # type: ignore[no-any-return]
    return _compared(column, test.operator, values[0])


def _number_or_label(test: Comparison) -> ColumnElement[bool]:
    texts = [value for value in test.values if isinstance(value, str)]
    if texts and not all(_is_number(value) for value in texts):
        return _text(sql.coalesce(t.score.c.label, ""), test)
    return _number(t.score.c.value, test)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True


def _as_number(name: str, value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        raise UsageError(f"{name} is a number; “{value}” is not.") from None


def _compared(column: Any, operator: str, value: Any) -> ColumnElement[bool]:
    if operator == "=":
        result = column == value
    elif operator == "!=":
        result = column != value
    elif operator == "<":
        result = column < value
    elif operator == "<=":
        result = column <= value
    elif operator == ">":
        result = column > value
    elif operator == ">=":
        result = column >= value
    else:  # pragma: no cover - the parser makes no other
        result = false()
    return result  # type: ignore[no-any-return]


def sort_column(key: str, names: Names) -> tuple[Any, bool]:
    """The column that a list is sorted by, and whether it descends.

    Raises:
        NotFoundError: an unknown key; offers the nearest.
    """
    descending = key.startswith("-")
    name = key.removeprefix("-")
    if name.startswith("score."):
        metric_pk = names.metric(name.removeprefix("score."))
        column = (
            select(t.score.c.value)
            .where(t.score.c.trace_pk == t.trace.c.pk, t.score.c.metric_pk == metric_pk)
            .scalar_subquery()
        )
        return column, descending
    if name not in _SORTS:
        raise NotFoundError.among(
            "sort key", name, [*SORT_KEYS, *(f"score.{metric}" for metric in names.metrics)]
        )
    return _SORTS[name], descending
