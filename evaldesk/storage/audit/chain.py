"""The chain itself: its head, its next entry."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, select

from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import DamagedError
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.domain.identity import Signer
from evaldesk.storage import tables as t

COLUMNS = ("id", "chain", "number", "at", "kind", "author", "key", "body", "before", "signature")
"""Of the table, in the order that `event_of` reads them."""

_e = t.audit_event.c


def own_head(connection: Connection) -> tuple[str, int, str]:
    """Chain, number and hash of the last entry of this file's own chain.

    Raises:
        DamagedError: the file has no log.
    """
    raw: Any = connection.connection.dbapi_connection
    found = raw.execute("SELECT chain, number, hash FROM audit_head WHERE own = 1").fetchone()
    if found is None:
        raise DamagedError(
            "The log of this project is missing; it was taken out by another program.",
            "Restore a backup: nothing is written to a project without its log.",
        )
    chain, number, digest = found
    return chain, number, digest


def next_number(connection: Connection) -> int:
    """The number that the present write transaction's event will have."""
    return own_head(connection)[1] + 1


def append(
    connection: Connection,
    kind: str,
    author: str,
    body: dict[str, Any],
    signer: Signer | None,
    *,
    first: bool = False,
) -> tuple[int, int]:
    """Append an event to this file's own chain.

    Args:
        body: gets the signer's card where the chain does not have it yet.
        first: begin the chain.

    Returns:
        Its ``seq`` and its number.
    """
    chain, number, before = (new_id(), 0, "") if first else own_head(connection)
    key = ""
    if signer is not None:
        card = signer.card
        key = card.fingerprint
        if author and author != card.name:
            body["said_by"] = author
        author = card.name
        if not _signed_before(connection, chain, key):
            body["card"] = card.to_json()
    event = AuditEvent(new_id(), chain, number + 1, now(), kind, author, body, before, key)
    digest = event.hash
    signature = "" if signer is None else signer.sign(bytes.fromhex(digest)).hex()
    raw: Any = connection.connection.dbapi_connection
    seq = insert(raw, event, digest, signature)
    raw.execute(
        "INSERT INTO audit_head(chain, number, hash, own) VALUES (?, ?, ?, 1)"
        " ON CONFLICT(chain) DO UPDATE SET number = excluded.number, hash = excluded.hash",
        (chain, event.number, digest),
    )
    return seq, event.number


def insert(raw: Any, event: AuditEvent, digest: str, signature: str) -> int:
    """Write one entry; its ``seq``."""
    cursor = raw.execute(
        "INSERT INTO audit_event(id, chain, number, at, kind, author, key, body, before,"
        " signature, hash) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            event.id,
            event.chain,
            event.number,
            event.at,
            event.kind,
            event.author,
            event.key,
            canonical_json(event.body).decode(),
            event.before,
            signature,
            digest,
        ),
    )
    return int(cursor.lastrowid)


def event_of(row: Sequence[Any]) -> AuditEvent:
    """The entry in a row of `COLUMNS`.

    Raises:
        ValueError: its body is no JSON.
    """
    identity, chain, number, at, kind, author, key, body, before, signature = row
    content: Mapping[str, Any] = orjson.loads(body)
    return AuditEvent(identity, chain, number, at, kind, author, content, before, key, signature)


def _signed_before(connection: Connection, chain: str, key: str) -> bool:
    found = connection.execute(
        select(_e.seq).where(_e.key == key, _e.chain == chain).limit(1)
    ).scalar()
    return found is not None
