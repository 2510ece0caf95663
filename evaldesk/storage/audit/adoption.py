"""Bringing another file's chain in beside ours, as it was."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import InputError
from evaldesk.domain.identity import Card
from evaldesk.storage.audit import chain
from evaldesk.storage.audit.verification import Fits, LogCheck


def adopt(connection: Connection, events: Iterable[AuditEvent], fits: Fits) -> int:
    """Bring events of other files in, within a write transaction: all of them, or none. The
    transaction's own event names the heads of the chains that grew.

    Args:
        events: of any number of chains; each chain from its beginning, or from where this file
            knows it.
        fits: checks a signature.

    Returns:
        How many were new. What is here already brings nothing.

    Raises:
        InputError: a fork, a gap, a broken link, a signature that does not fit, or an entry that
            speaks of rows that are here and are others.
    """
    raw: Any = connection.connection.dbapi_connection
    by_chain: defaultdict[str, list[AuditEvent]] = defaultdict(list)
    for event in events:
        by_chain[event.chain].append(event)
    added = sum(
        _adopted(raw, name, sorted(found, key=lambda event: event.number), fits)
        for name, found in by_chain.items()
    )
    for name in by_chain:
        for fault in LogCheck(connection, fits).brought(name):
            # Kept, it would make this project's own log look tampered with from here on.
            if fault is not None:
                raise InputError(
                    f"It does not say what its own log says ({fault.where}: {fault.what}).", _AGAIN
                )
    return added


def _adopted(raw: Any, name: str, events: list[AuditEvent], fits: Fits) -> int:
    head = raw.execute(
        "SELECT number, hash, own FROM audit_head WHERE chain = ?", (name,)
    ).fetchone()
    number, before, own = head or (0, "", 0)
    keys = _keys(raw, name)
    added = 0
    for event in events:
        where = f"entry {event.number} of log {name[:8]}"
        digest = event.hash
        if event.number <= number:
            _refuse_fork(raw, event, digest)
            continue
        if own:
            raise InputError(
                f"It says more of this project's own log than the project does ({where}).",
                "It comes from a copy of this file that was worked on further. Open that one.",
            )
        if event.number != number + 1:
            raise InputError(f"Before {where}, entry {number + 1} is missing.", "Ask for it again.")
        if event.before != before:
            raise InputError(f"The {where} does not follow the one before it.", _AGAIN)
        _refuse_unsigned(event, digest, keys, where, fits)
        chain.insert(raw, event, digest, event.signature)
        number, before, added = event.number, digest, added + 1
    raw.execute(
        "INSERT INTO audit_head(chain, number, hash, own) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(chain) DO UPDATE SET number = excluded.number, hash = excluded.hash",
        (name, number, before, own),
    )
    return added


_AGAIN = "It was changed on its way, or by another program. Ask for it again."


def _refuse_fork(raw: Any, event: AuditEvent, digest: str) -> None:
    known = raw.execute(
        "SELECT hash FROM audit_event WHERE chain = ? AND number = ?", (event.chain, event.number)
    ).fetchone()
    if known is None or known[0] != digest:
        raise InputError(
            f"Two files went on from entry {event.number - 1} of log {event.chain[:8]}, each in "
            f"its own way (here is another entry {event.number} than “{event.kind}” by "
            f"{event.author or 'nobody named'}).",
            "One of them is a copy of the other. Bring in the one that was worked on, not both.",
        )


def _refuse_unsigned(
    event: AuditEvent, digest: str, keys: dict[str, str], where: str, fits: Fits
) -> None:
    if not event.key:
        return
    said = event.body.get("card")
    if isinstance(said, dict):
        try:
            card = Card(**said)
        except TypeError as error:
            raise InputError(f"The {where} carries a card that cannot be read.", _AGAIN) from error
        if card.fingerprint == event.key and card.name == event.author:
            keys[event.key] = card.sign_key
    public = keys.get(event.key)
    if public is None or not fits(public, event.signature, bytes.fromhex(digest)):
        raise InputError(f"The signature of {where} does not fit.", _AGAIN)


def _keys(raw: Any, name: str) -> dict[str, str]:
    """Fingerprint → public key, of those whose card stands in the chain already."""
    found = raw.execute(
        "SELECT key, json_extract(body, '$.card.sign_key') FROM audit_event"
        " WHERE chain = ? AND key <> '' AND json_extract(body, '$.card') IS NOT NULL",
        (name,),
    )
    return dict(found.fetchall())
