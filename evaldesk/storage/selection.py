"""Which traces a list shows, and in what order."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, or_, select
from sqlalchemy.sql import visitors

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.query import TraceQuery
from evaldesk.storage import search
from evaldesk.storage import tables as t
from evaldesk.storage.filters import Names, condition, sort_column

_pk = t.trace.c.pk


def selected(
    connection: Connection, query: TraceQuery, after: Sequence[Any] | None = None
) -> Select[Any]:
    """Row numbers and sort keys of the traces that match, in the order asked.

    Args:
        after: sort key and row number of the last trace already seen; only what follows it.

    Raises:
        NotFoundError: an unknown run, field, score or sort key.
    """
    names = Names(connection, query.tags_by)
    tests = _tests(connection, query, names)
    column, descending = sort_column(query.sort, names)
    if after is not None:
        tests.append(_beyond(column, descending, after))
    statement = select(_pk, column.label("key")).where(*tests)
    statement = statement.select_from(_joined([*tests, column]))
    if column is _pk:
        return statement.order_by(_pk.desc() if descending else _pk)
    direction = column.desc() if descending else column.asc()
    return statement.order_by(direction.nulls_last(), _pk)


def matching(connection: Connection, query: TraceQuery) -> Select[Any]:
    """Row numbers of the traces that match, in no order; for counting."""
    tests = _tests(connection, query, Names(connection, query.tags_by))
    return select(_pk).where(*tests).select_from(_joined(tests))


def _tests(connection: Connection, query: TraceQuery, names: Names) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = []
    if query.run:
        run_pk = connection.execute(select(t.run.c.pk).where(t.run.c.name == query.run)).scalar()
        if run_pk is None:
            known = connection.execute(select(t.run.c.name)).scalars()
            raise NotFoundError.among("run", query.run, list(known))
        tests.append(t.trace.c.run_pk == run_pk)
    if query.where is not None:
        tests.append(condition(query.where, names))
    if query.text.strip():
        hits = search.hits(query.text)
        if hits is not None:
            tests.append(hits)
    return tests


def _joined(parts: Sequence[ColumnElement[Any]]) -> Any:
    """``trace`` with only the tables that the parts speak of: SQLite looks up every joined row,
    also where nothing is asked of it.
    """
    used: set[Table] = set()
    for part in parts:
        for element in visitors.iterate(part):
            table = getattr(element, "table", None)
            if isinstance(table, Table):
                used.add(table)
    source: Any = t.trace
    if t.scenario in used:
        source = source.join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk)
    if t.run in used:
        source = source.join(t.run, t.run.c.pk == t.trace.c.run_pk)
    return source


def _beyond(column: Any, descending: bool, after: Sequence[Any]) -> ColumnElement[bool]:
    key, last = after
    if column is _pk:
        beyond: ColumnElement[bool] = _pk < last if descending else _pk > last
        return beyond
    if key is None:
        return and_(column.is_(None), _pk > last)
    further = column < key if descending else column > key
    return or_(further, and_(column == key, _pk > last), column.is_(None))
