"""Deleting rows lawfully: their hashes stay, and keep what the log said of them right."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from evaldesk.storage import codec, portable_rows
from evaldesk.storage import tables as t
from evaldesk.storage.audit import coverage, scores

_INSERT = "INSERT INTO audit_gone(name, pk, other, id, hash, cover_seq) VALUES (?, ?, ?, ?, ?, ?)"


def bury(connection: Connection, name: str, pks: Sequence[int]) -> int:
    """Delete rows, within a write transaction whose event says why.

    Args:
        name: a table that the log covers row by row, or ``score``.
        pks: the rows' numbers; for ``score``, the traces' numbers. What others refer to goes last.

    Returns:
        How many were deleted.
    """
    raw: Any = connection.connection.dbapi_connection
    if name == coverage.SCORES:
        return _bury_scores(connection, raw, pks)
    assert name in coverage.appended(), name
    said = portable_rows.form(name)
    rows = []
    for pk in sorted(pks):
        for _, content in portable_rows.rows(connection, name, after=pk - 1, until=pk):
            digest = portable_rows.row_hash(content).hex()
            rows.append((name, pk, 0, str(content.get("id", "")), digest, _cover(raw, name, pk)))
    with _unguarded(raw, name):
        raw.executemany(f'DELETE FROM "{name}" WHERE {said.key[0]} = ?', [(r[1],) for r in rows])
    raw.executemany(_INSERT, rows)
    return len(rows)


def bury_text(connection: Connection, trace_pks: Sequence[int]) -> int:
    """Delete the bodies of traces; their rows stay, as ratings refer to them. Whoever calls empties
    what else of the row is text of the trace.

    Returns:
        How many were deleted.
    """
    raw: Any = connection.connection.dbapi_connection
    rows = [
        (pk, identity)
        for pk in trace_pks
        for (identity,) in raw.execute(
            "SELECT lower(hex(id)) FROM trace WHERE pk = ?"
            " AND EXISTS (SELECT 1 FROM trace_body WHERE trace_pk = trace.pk)",
            (pk,),
        ).fetchall()
    ]
    raw.executemany("DELETE FROM trace_body WHERE trace_pk = ?", [(pk,) for pk, _ in rows])
    raw.executemany(
        _INSERT,
        [("trace_body", pk, 0, name, name, _cover(raw, "trace", pk)) for pk, name in rows],
    )
    return len(rows)


def bury_scenario_text(connection: Connection, pks: Sequence[int]) -> int:
    """Empty what scenarios ask and expect; their rows stay, as traces and dataset versions refer to
    them. Those that somebody described anew are left alone: their description is a decision.

    Returns:
        How many were emptied.
    """
    raw: Any = connection.connection.dbapi_connection
    rows = []
    for pk in sorted(pks):
        described = raw.execute(
            "SELECT 1 FROM scenario_revision WHERE scenario_pk = ? LIMIT 1", (pk,)
        ).fetchone()
        if described is not None:
            continue
        for _, content in portable_rows.rows(connection, "scenario", after=pk - 1, until=pk):
            digest = portable_rows.row_hash(content).hex()
            rows.append(
                ("scenario", pk, 0, str(content["id"]), digest, _cover(raw, "scenario", pk))
            )
    raw.executemany(
        "UPDATE scenario SET body = ?, title = '', expected = '' WHERE pk = ?",
        [(codec.pack(b"{}"), row[1]) for row in rows],
    )
    raw.executemany(_INSERT, rows)
    return len(rows)


def _bury_scores(connection: Connection, raw: Any, trace_pks: Sequence[int]) -> int:
    rows = [
        ("score", pk, metric, "", digest.hex(), batch)
        for trace_pk in trace_pks
        for pk, metric, batch, digest in scores.placed(
            connection, f"WHERE r.trace_pk = {trace_pk:d}"
        )
    ]
    raw.executemany("DELETE FROM score WHERE trace_pk = ?", [(pk,) for pk in trace_pks])
    raw.executemany(_INSERT, rows)
    return len(rows)


def _cover(raw: Any, name: str, pk: int) -> int:
    found = raw.execute(
        "SELECT event_seq FROM audit_cover WHERE name = ? AND first_pk <= ? AND last_pk >= ?"
        " ORDER BY seq DESC LIMIT 1",
        (name, pk, pk),
    ).fetchone()
    return 0 if found is None else int(found[0])


@contextmanager
def _unguarded(raw: Any, name: str) -> Iterator[None]:
    """Without the trigger that refuses to delete, in this transaction only."""
    if name not in t.APPEND_ONLY:
        yield
        return
    (guard,) = raw.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?", (f"{name}_no_delete",)
    ).fetchone()
    raw.execute(f"DROP TRIGGER {name}_no_delete")
    yield
    raw.execute(guard)
