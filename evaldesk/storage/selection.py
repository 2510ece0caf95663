"""Which traces a list shows, and in what order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select
from sqlalchemy import func as sql
from sqlalchemy.sql import visitors

from evaldesk.domain.query import RELEVANCE, TraceQuery
from evaldesk.storage import search
from evaldesk.storage import tables as t
from evaldesk.storage.filter_names import Names
from evaldesk.storage.filters import Way, condition, sort_column

_pk = t.trace.c.pk


def selected(query: TraceQuery, names: Names, after: Sequence[Any] | None = None) -> Select[Any]:
    """Row numbers and sort keys of the traces that match, in the order asked; quick to the first
    rows. Not for `RELEVANCE`, which has no key.

    Args:
        after: sort key and row number of the last trace already seen; only what follows it.

    Raises:
        NotFoundError: an unknown run, field, score or sort key.
    """
    tests = _tests(query, names, "row")
    column, descending = sort_column(query.sort, names)
    if after is not None:
        tests.append(_beyond(column, descending, after))
    statement = select(_pk, column.label("key")).where(*tests)
    return _ordered(statement.select_from(_joined(column)), column, descending)


def beginning(query: TraceQuery, names: Names) -> Select[Any]:
    """Row numbers in the order asked, quick to the first rows where many match. What is ordered by
    relevance comes newest first: ranking has to look at every hit.
    """
    name, descending = query.sort.removeprefix("-"), query.sort.startswith("-")
    by_pk = name in ("imported", RELEVANCE)
    newest = descending if name == "imported" else True
    hits = _hits(query)
    if by_pk and hits is not None:
        # Search hands out its hits in the order of import, either way round.
        tests = _other_tests(query, names, "row")
        statement = select(search.PK).select_from(search.INDEX).where(hits)
        if tests:
            joined = search.INDEX.join(t.trace, _pk == search.ROW_OF_HIT)
            statement = select(search.PK).select_from(joined).where(hits, *tests)
        return statement.order_by(search.PK.desc() if newest else search.PK)
    tests = _tests(query, names, "row")
    if by_pk:
        statement = select(_pk).select_from(t.trace).where(*tests)
        return statement.order_by(_pk.desc() if newest else _pk)
    column, descending = sort_column(query.sort, names)
    statement = select(_pk).where(*tests).select_from(_joined(column))
    return _ordered(statement, column, descending)


def by_score(query: TraceQuery, names: Names) -> Select[Any] | None:
    """As `beginning`, by a score and only the traces that have it: those come first and are in an
    index. None where the list is sorted by something else.
    """
    name, descending = query.sort.removeprefix("-"), query.sort.startswith("-")
    if not name.startswith("score."):
        return None
    tests = _tests(query, names, "row")
    score = t.score.alias("sorted")
    value, pk = score.c.value, score.c.trace_pk
    statement = (
        select(pk)
        .select_from(score.join(t.trace, _pk == pk) if tests else score)
        .where(
            score.c.metric_pk == names.metric(name.removeprefix("score.")),
            value.is_not(None),
            *tests,
        )
    )
    if descending:
        return statement.order_by(value.desc(), pk.desc())
    return statement.order_by(value, pk)


def everything(query: TraceQuery, names: Names) -> Select[Any]:
    """Row numbers of all the traces that match, in the order asked; quick to the last row."""
    name, descending = query.sort.removeprefix("-"), query.sort.startswith("-")
    hits = _hits(query)
    if name == RELEVANCE and hits is not None:
        others = _other_tests(query, names, "set")
        statement = select(search.PK).select_from(search.INDEX).where(hits)
        if others:
            statement = statement.where(search.PK.in_(select(_pk).where(*others)))
        if descending:
            return statement.order_by(search.RANK.desc(), search.PK)
        return statement.order_by(search.RANK, search.PK.desc())
    if name == RELEVANCE and query.similar:
        return _by_likeness(query, names, descending)
    if name in ("imported", RELEVANCE):
        newest = descending if name == "imported" else True
        tests = _other_tests(query, names, "set")
        if hits is not None and not tests:
            statement = search.found(hits)
            return statement.order_by(search.PK.desc() if newest else search.PK)
        statement = select(_pk).where(*_tests(query, names, "set")).select_from(t.trace)
        return statement.order_by(_pk.desc() if newest else _pk)
    tests = _tests(query, names, "set")
    column, descending = sort_column(query.sort, names)
    statement = select(_pk).where(*tests).select_from(_joined(column))
    return _ordered(statement, column, descending)


def matching(query: TraceQuery, names: Names) -> Select[Any]:
    """Row numbers of the traces that match, in no order; for counting."""
    hits = _hits(query)
    tests = _other_tests(query, names, "set")
    if hits is not None and not tests:
        return search.found(hits)
    return select(_pk).where(*tests, *_set_of(hits)).select_from(t.trace)


def tests_of(query: TraceQuery, names: Names) -> list[ColumnElement[bool]]:
    """What a trace must have to match, as sets; for counts over ``trace``."""
    return _tests(query, names, "set")


def _by_likeness(query: TraceQuery, names: Names, descending: bool) -> Select[Any]:
    liked = names.like(query.similar)
    tests = _other_tests(query, names, "set") + _set_of(_hits(query))
    each = sql.json_each(sql.json_array(*liked)).table_valued("key", "value")
    statement = select(_pk).select_from(each.join(t.trace, _pk == each.c.value)).where(*tests)
    return statement.order_by(each.c.key.desc() if descending else each.c.key)


def _hits(query: TraceQuery) -> ColumnElement[bool] | None:
    return search.matching(query.text) if query.text.strip() else None


def _tests(query: TraceQuery, names: Names, way: Way) -> list[ColumnElement[bool]]:
    hits = _hits(query)
    if hits is None:
        return _other_tests(query, names, way)
    found = [search.row_by_row(hits, _pk)] if way == "row" else _set_of(hits)
    return [*_other_tests(query, names, way), *found]


def _set_of(hits: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    return [] if hits is None else [_pk.in_(search.found(hits))]


def _other_tests(query: TraceQuery, names: Names, way: Way) -> list[ColumnElement[bool]]:
    """All but the words."""
    tests: list[ColumnElement[bool]] = []
    if query.run:
        tests.append(t.trace.c.run_pk == names.run(query.run))
    if query.where is not None:
        tests.append(condition(query.where, names, way))
    if query.similar:
        tests.append(_pk.in_(names.like(query.similar)))
    return tests


def _joined(column: ColumnElement[Any]) -> Any:
    """``trace`` with only the tables that the order speaks of: SQLite looks up every joined row,
    also where nothing is asked of it.
    """
    used: set[Table] = set()
    for element in visitors.iterate(column):
        table = getattr(element, "table", None)
        if isinstance(table, Table):
            used.add(table)
    source: Any = t.trace
    if t.scenario in used:
        source = source.join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk)
    if t.run in used:
        source = source.join(t.run, t.run.c.pk == t.trace.c.run_pk)
    return source


def _ordered(statement: Select[Any], column: Any, descending: bool) -> Select[Any]:
    # Ties turn round with the order, as they do in an index that is read backwards.
    last = _pk.desc() if descending else _pk
    if column is _pk:
        return statement.order_by(last)
    direction = column.desc() if descending else column.asc()
    return statement.order_by(direction.nulls_last(), last)


def _beyond(column: Any, descending: bool, after: Sequence[Any]) -> ColumnElement[bool]:
    key, last = after
    behind: ColumnElement[bool] = _pk < last if descending else _pk > last
    if column is _pk:
        return behind
    if key is None:
        return and_(column.is_(None), behind)
    further = column < key if descending else column > key
    return or_(further, and_(column == key, behind), column.is_(None))
