"""Deleting the text of traces for good: from the tables, the full-text index, the write-ahead log
and the free pages of the file. What stays is a tombstone, and hashes that keep the log right.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, select, update

from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import tables as t
from evaldesk.storage.audit import burial
from evaldesk.storage.engine import Database

_AT_ONCE = 500


def delete_texts(
    database: Database, pks: Sequence[int], *, rule: str, reason: str, author: str
) -> int:
    """Delete what traces say: their bodies, previews, errors, scores, annotations, notes and
    highlights, what was found in them, and what their scenario asks where no other trace is left
    that answers it. Ratings and rulings stay, with their comments.

    Args:
        pks: row numbers; those that have no text any more are passed over.

    Returns:
        How many traces were emptied.
    """
    with database.write(
        event="retention.deleted",
        author=author,
        reason=reason,
        details={"rule": rule, "traces": len(pks)},
    ) as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA secure_delete=ON").close()
        try:
            count = _emptied(connection, raw, pks, rule, reason, author)
        finally:
            raw.execute("PRAGMA secure_delete=OFF").close()
    # What was overwritten still stands in the log, until it is folded back and cut off.
    database.fold()
    return count


def _emptied(
    connection: Connection, raw: Any, pks: Sequence[int], rule: str, reason: str, author: str
) -> int:
    count = 0
    scenarios: set[int] = set()
    for start in range(0, len(pks), _AT_ONCE):
        block = [
            pk
            for (pk,) in connection.execute(
                select(t.trace_body.c.trace_pk).where(
                    t.trace_body.c.trace_pk.in_(pks[start : start + _AT_ONCE])
                )
            )
        ]
        if not block:
            continue
        scenarios.update(
            connection.execute(
                select(t.trace.c.scenario_pk).where(t.trace.c.pk.in_(block))
            ).scalars()
        )
        for table in (t.annotation, t.note, t.highlight):
            key = next(iter(table.primary_key.columns))
            found = select(key).where(table.c.trace_pk.in_(block))
            burial.bury(connection, table.name, list(connection.execute(found).scalars()))
        burial.bury(connection, "score", block)
        for table in (t.finding, t.privacy_scan):
            connection.execute(table.delete().where(table.c.trace_pk.in_(block)))
        burial.bury_text(connection, block)
        connection.execute(
            update(t.trace).where(t.trace.c.pk.in_(block)).values(preview="", error="")
        )
        raw.executemany("DELETE FROM trace_search WHERE rowid = ?", [(pk,) for pk in block])
        connection.execute(
            t.tombstone.insert(),
            [
                {
                    "id": new_id(),
                    "trace_pk": pk,
                    "rule": rule,
                    "reason": reason,
                    "author": author,
                    "created_at": now(),
                }
                for pk in block
            ],
        )
        count += len(block)
    if count:
        # The index keeps deleted words in its segments until they are merged.
        raw.execute("INSERT INTO trace_search(trace_search) VALUES('optimize')").close()
        burial.bury_scenario_text(connection, _unanswered(connection, scenarios))
    return count


def _unanswered(connection: Connection, scenarios: set[int]) -> list[int]:
    """Those of the scenarios that no trace with a text answers."""
    answered = exists().where(
        t.trace.c.scenario_pk == t.scenario.c.pk, t.trace_body.c.trace_pk == t.trace.c.pk
    )
    return [
        pk
        for pk in sorted(scenarios)
        if connection.execute(
            select(t.scenario.c.pk).where(t.scenario.c.pk == pk, ~answered)
        ).first()
    ]
