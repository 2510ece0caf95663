"""Scores in the order that the log hashes them: they have no row number to be found by."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from evaldesk.storage.portable_rows import form, row_hash

_ORDER = "ORDER BY r.trace_pk, r.metric_pk"


def written_now(connection: Connection, mark: int) -> Iterator[bytes]:
    """Hashes of those that the present transaction wrote.

    Args:
        mark: traces with a number above this one are new. New scores of older traces stand in the
            witness's ``audit_late``.
    """
    late = (
        f"WHERE (r.trace_pk, r.metric_pk) IN (SELECT trace_pk, metric_pk FROM audit_late) {_ORDER}"
    )
    new = f"WHERE r.trace_pk > {mark:d} {_ORDER}"
    for which in (late, new):
        for *_, found in placed(connection, which):
            yield found


def placed(connection: Connection, which: str = _ORDER) -> Iterator[tuple[int, int, int, bytes]]:
    """Trace's and metric's row number, number of the event in the file's own chain, hash.

    Args:
        which: the end of the query; all of them, in order, where it is left out.
    """
    said = form("score")
    raw: Any = connection.connection.dbapi_connection
    cursor = raw.execute(said.select.replace("SELECT ", "SELECT r.batch, ", 1) + " " + which)
    try:
        while some := cursor.fetchmany(1000):
            for batch, trace_pk, metric_pk, *values in some:
                content = dict(zip(said.names, values, strict=True))
                yield trace_pk, metric_pk, batch, row_hash(content)
    finally:
        cursor.close()
