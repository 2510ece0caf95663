"""From a filter tree to SQL.

A test can be asked in two ways. Row by row, the store walks through the traces in the order of the
list and stops at the first few that fit: right for the first rows of what many traces have. As a
set, it looks up in an index which traces have it: right for all of them, and for what few have.
"""

from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import (
    DATE_FIELDS,
    FLAG_FIELDS,
    NUMBER_FIELDS,
    RELEVANCE,
    SORT_KEYS,
    TEXT_FIELDS,
    AnyOf,
    Comparison,
    Every,
    Filter,
    Not,
)
from evaldesk.storage import difference_filter as differences
from evaldesk.storage import judgement_filters as judged
from evaldesk.storage import tables as t
from evaldesk.storage import version_filters as versions
from evaldesk.storage.filter_names import Names

Way = Literal["row", "set"]
_TEXTS: dict[str, Any] = {
    "id": sql.lower(sql.hex(t.trace.c.id)),
    "system": t.trace.c.system,
    "model": t.trace.c.model,
    "prompt_version": t.trace.c.prompt_version,
    "status": t.trace.c.status,
    "error": t.trace.c.error,
}
# Under a name of its own: the list itself may be sorted by a column of the scenario.
_scenario = t.scenario.alias("tested")
_OF_SCENARIO: dict[str, Any] = {
    "scenario": _scenario.c.key,
    "title": _scenario.c.title,
    "tier": _scenario.c.tier,
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
_VERSIONS = ("dataset", "suite")
assert {*_SORTS, RELEVANCE} == set(SORT_KEYS)
assert {*_TEXTS, *_OF_SCENARIO, *_VERSIONS, "run", "tag", "highlight"} == set(TEXT_FIELDS)
assert {*_NUMBERS, "age"} == set(NUMBER_FIELDS)
# As it stands in the index of the few that have one: a bound value would not be seen to fit it.
_failed = t.trace.alias("failed")
_ERRORS = union_all(
    select(_failed.c.pk).where(literal_column("failed.status = 'error'")),
    select(_failed.c.pk).where(literal_column("failed.error <> ''")),
)


def condition(where: Filter, names: Names, way: Way = "set") -> ColumnElement[bool]:
    """SQL for a filter.

    Args:
        way: see the head of this module; the answer is the same.

    Raises:
        NotFoundError: an unknown field, score, slice, or value of a closed field; offers the
            nearest.
        UsageError: an operator that the field does not have.
    """
    if isinstance(where, Every):
        return and_(true(), *(condition(item, names, way) for item in where.items))
    if isinstance(where, AnyOf):
        return or_(false(), *(condition(item, names, way) for item in where.items))
    if isinstance(where, Not):
        return not_(sql.coalesce(condition(where.item, names, way), false()))
    return _comparison(where, names, way)


def _comparison(test: Comparison, names: Names, way: Way) -> ColumnElement[bool]:
    kind, _, rest = test.name.partition(".")
    if kind == "score" and rest:
        return _score(test, names.metric(rest), way)
    if kind == "slice" and rest:
        return _slice(test, rest, names, way)
    if kind == "annotation" and rest:
        return _negatable(test, _among_traces, lambda one: _annotation(one, rest, names))
    if test.name == "tag":
        return _negatable(test, _among_traces, lambda one: _tag(one, names))
    if test.name == "highlight":
        return _negatable(test, _among_traces, lambda one: _highlight(one, names))
    if test.name == "run":
        return _run(test, names)
    if test.name in _VERSIONS:
        return _negatable(test, _among_scenarios, lambda one: versions.members(one, names))
    if test.name in _OF_SCENARIO:
        return _of_scenario(test, names, way)
    if test.name in _TEXTS:
        _check(test, names)
        return _text(_TEXTS[test.name], test)
    if test.name in _NUMBERS:
        return _number(_NUMBERS[test.name], test)
    if test.name in DATE_FIELDS or test.name == "age":
        return _date(test)
    if test.name in FLAG_FIELDS:
        return _flag(test, names, way)
    if test.name == "differs":
        return _among_traces(differences.differing(test, names))
    if test.name == "similar":
        return _similar(test, names)
    raise names.unknown(test.name)


# ------------------------------------------------------------------------------------ each field


def _among_traces(found: Any) -> ColumnElement[bool]:
    return t.trace.c.pk.in_(found)


def _among_scenarios(found: Any) -> ColumnElement[bool]:
    return t.trace.c.scenario_pk.in_(found)


def _score(test: Comparison, metric_pk: int, way: Way) -> ColumnElement[bool]:
    found = select(t.score.c.trace_pk).where(
        t.score.c.metric_pk == metric_pk, _number_or_label(test, t.score.c.value, t.score.c.label)
    )
    if way == "set":
        return _among_traces(found)
    return _row_by_row(found.where(t.score.c.trace_pk == t.trace.c.pk))


def _slice(test: Comparison, name: str, names: Names, way: Way) -> ColumnElement[bool]:
    if name not in names.slices:
        raise NotFoundError.among("slice", name, names.slices)

    def having(positive: Comparison) -> Select[Any]:
        found = select(t.scenario_slice.c.scenario_pk).where(t.scenario_slice.c.name == name)
        if positive.operator == "exists":
            return found
        return found.where(_text(t.scenario_slice.c.value, positive))

    def holds(found: Select[Any]) -> ColumnElement[bool]:
        if way == "set":
            return _among_scenarios(found)
        return _row_by_row(found.where(t.scenario_slice.c.scenario_pk == t.trace.c.scenario_pk))

    return _negatable(test, holds, having)


def _row_by_row(found: Select[Any]) -> ColumnElement[bool]:
    # “IS TRUE” keeps SQLite from turning it round into a join that begins with the index.
    return exists(found).is_(true())


def _annotation(test: Comparison, name: str, names: Names) -> Select[Any]:
    if name not in names.annotations:
        raise NotFoundError.among("annotation", name, names.annotations)
    said = t.annotation.c
    found = select(said.trace_pk).where(said.name == name)
    if test.operator == "exists":
        return found
    if test.operator == "contains":
        return found.where(or_(_text(said.label, test), _text(said.comment, test)))
    return found.where(_number_or_label(test, said.value, said.label))


def _tag(test: Comparison, names: Names) -> Select[Any]:
    found, value = judged.tags(names)
    return found if test.operator == "exists" else found.where(_text(value, test))


def _highlight(test: Comparison, names: Names) -> Select[Any]:
    found, label = judged.highlights(names)
    return found if test.operator == "exists" else found.where(_text(label, test))


def _run(test: Comparison, names: Names) -> ColumnElement[bool]:
    _check(test, names)
    fitting = [pk for name, pk in names.runs.items() if versions.fits(name, test)]
    return t.trace.c.run_pk.in_(fitting)


def _of_scenario(test: Comparison, names: Names, way: Way) -> ColumnElement[bool]:
    _check(test, names)
    column = _OF_SCENARIO[test.name]
    if way == "set":
        return _among_scenarios(select(_scenario.c.pk).where(_text(column, test)))
    of_row = select(column).where(_scenario.c.pk == t.trace.c.scenario_pk).scalar_subquery()
    return _text(of_row, test)


def _check(test: Comparison, names: Names) -> None:
    if test.operator in ("=", "!=", "in", "not in"):
        for value in test.values:
            names.check(test.name, as_text(value))


def _date(test: Comparison) -> ColumnElement[bool]:
    if test.name == "started_at":
        column = t.trace.c.started_at
        return _date_compared(column, test) if test.operator != "exists" else column != ""
    files, created = t.import_file.c.pk, t.import_file.c.created_at
    if test.operator == "exists":
        fits: ColumnElement[bool] = true()
    elif test.name == "age":
        fits = _number(sql.julianday("now") - sql.julianday(created), test)
    else:
        fits = _date_compared(created, test)
    return t.trace.c.import_pk.in_(select(files).where(fits))


def _date_compared(column: Any, test: Comparison) -> ColumnElement[bool]:
    values = [as_text(value) for value in test.values]
    if test.operator == "contains":
        return column.contains(values[0], autoescape=True)  # type: ignore[no-any-return]

    def as_far(operator: str, value: str) -> ColumnElement[bool]:
        return _compared(sql.substr(column, 1, max(1, len(value))), operator, value)

    if test.operator in ("in", "not in"):
        found = or_(false(), *(as_far("=", value) for value in values))
        return and_(column != "", not_(found)) if test.operator == "not in" else found
    return and_(column != "", as_far(test.operator, values[0]))


def _flag(test: Comparison, names: Names, way: Way) -> ColumnElement[bool]:
    """Whether it holds, or whether it does for some people or some criterion."""
    asked: tuple[str, ...] = ()
    wanted = True
    if test.operator in ("in", "not in", "=", "!="):
        wanted = test.operator in ("in", "=")
        if len(test.values) == 1 and test.values[0] in (0.0, 1.0):
            wanted = wanted == bool(test.values[0])
        else:
            asked = tuple(as_text(value) for value in test.values)
    elif test.operator != "exists" and not (test.name == "noted" and test.operator == "contains"):
        raise UsageError(
            f"{test.name} holds or does not; “{test.operator}” is not for it.",
            f"Write {test.name}, or not {test.name}.",
        )
    holds = _holding(test, asked, names, way)
    return holds if wanted else not_(holds)


def _holding(
    test: Comparison, asked: tuple[str, ...], names: Names, way: Way
) -> ColumnElement[bool]:
    if test.name == "has_error":
        if asked:
            raise UsageError(f"has_error is true or false; “{asked[0]}” is neither.")
        if way == "row":
            return or_(t.trace.c.status == "error", t.trace.c.error != "")
        return _among_traces(_ERRORS)
    if test.name == "disagreement":
        return _among_traces(judged.disagreeing(asked, names))
    if test.name == "rated":
        return _among_traces(judged.rated(asked, names))
    if test.name == "unrated":
        return not_(_among_traces(judged.rated(asked, names)))
    containing = as_text(test.values[0]) if test.operator == "contains" else ""
    kind = "bookmark" if test.name == "bookmarked" else "note"
    return _among_traces(judged.noted(kind, asked, containing, names))


def _similar(test: Comparison, names: Names) -> ColumnElement[bool]:
    if test.operator not in ("in", "=") or not test.values:
        raise UsageError("similar takes a trace.", 'Write similar("run/scenario").')
    found: set[int] = set()
    for value in test.values:
        found.update(names.like(as_text(value)))
    return _among_traces(sorted(found))


# ------------------------------------------------------------------------------------ comparisons


def _negatable(
    test: Comparison,
    holds: Callable[[Any], ColumnElement[bool]],
    having: Callable[[Comparison], Any],
) -> ColumnElement[bool]:
    # “tag != x” means that no tag is x, not that some other tag exists.
    if test.operator in ("!=", "not in"):
        positive = Comparison(test.name, "=" if test.operator == "!=" else "in", test.values)
        return not_(holds(having(positive)))
    return holds(having(test))


def _text(column: Any, test: Comparison) -> ColumnElement[bool]:
    values = [as_text(value) for value in test.values]
    if test.operator == "exists":
        return column != ""  # type: ignore[no-any-return]
    if test.operator in ("in", "not in"):
        found = column.in_(values)
        return found if test.operator == "in" else not_(found)  # type: ignore[no-any-return]
    if test.operator == "contains":
        return column.contains(values[0], autoescape=True)  # type: ignore[no-any-return]
    return _compared(column, test.operator, values[0])


def as_text(value: str | float) -> str:
    """A value as a text; a number as a person would write it."""
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


def _number_or_label(test: Comparison, number: Any, label: Any) -> ColumnElement[bool]:
    if test.operator == "exists":
        return or_(number.is_not(None), sql.coalesce(label, "") != "")
    texts = [value for value in test.values if isinstance(value, str)]
    if test.operator == "contains" or not all(_is_number(value) for value in texts):
        return _text(sql.coalesce(label, ""), test)
    return _number(number, test)


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
    if name.startswith("annotation.") and name not in _SORTS:
        judged_name = name.removeprefix("annotation.")
        if judged_name not in names.annotations:
            raise NotFoundError.among("annotation", judged_name, names.annotations)
        said = t.annotation.c
        # Numbers come before words, as SQLite has them.
        given = sql.coalesce(sql.max(said.value), sql.max(sql.nullif(said.label, "")))
        column = (
            select(given)
            .where(said.trace_pk == t.trace.c.pk, said.name == judged_name)
            .scalar_subquery()
        )
        return column, descending
    if name not in _SORTS:
        raise NotFoundError.among(
            "sort key", name, [*SORT_KEYS, *(f"score.{metric}" for metric in names.metrics)]
        )
    return _SORTS[name], descending
