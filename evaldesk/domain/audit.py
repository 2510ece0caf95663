"""What happened to a project, by whom: one event of the hash-chained log."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaldesk.domain.identifiers import canonical_json


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One entry. Never changed and never removed.

    A project has a chain of its own; a merge brings the chains of other files in beside it, each
    as it was. Within a chain, each event names the hash of the one before.

    Attributes:
        id: UUIDv7.
        chain: UUID of the chain it stands in; ``number`` in it counts from 1.
        at: ISO 8601.
        kind: ``area.what``, such as ``rating.submitted``, ``import.traces``, ``round.revealed``.
        author: the person's name; empty where nobody had said who they are.
        key: fingerprint of the key that signed; empty where nothing did.
        body: what happened: names, reasons and counts; for each kind of row that was appended,
            how many and the SHA-256 of their content. Never text of a trace.
        before: hash of the event before; empty for the first of its chain.
        signature: of `hash`, 128 hexadecimal digits; empty where ``key`` is.
    """

    id: str
    chain: str
    number: int
    at: str
    kind: str
    author: str
    body: Mapping[str, Any]
    before: str
    key: str = ""
    signature: str = ""

    @property
    def signed_bytes(self) -> bytes:
        """The canonical JSON of everything but the signature: what `hash` is of."""
        return canonical_json(
            {
                "id": self.id,
                "chain": self.chain,
                "number": self.number,
                "at": self.at,
                "kind": self.kind,
                "author": self.author,
                "key": self.key,
                "body": self.body,
                "before": self.before,
            }
        )

    @property
    def hash(self) -> str:
        """SHA-256 of `signed_bytes`, 64 hexadecimal digits."""
        return hashlib.sha256(self.signed_bytes).hexdigest()


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """An event as it stands in a project's log.

    Attributes:
        seq: its place in this file, by when it came in.
        own: whether it happened in this file; the others came with merges.
        stored_hash: what the file says its hash is.
    """

    seq: int
    event: AuditEvent
    own: bool
    stored_hash: str


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are listed.

    Attributes:
        kind: a kind, or the part before its dot; empty for all.
        author: a name; empty for all.
        since, until: ISO 8601, or the beginning of one; empty for no limit. ``until`` counts whole:
            ``2026-11-23`` is up to the end of that day.
        text: somewhere in kind, author or body, whatever the case.
    """

    kind: str = ""
    author: str = ""
    since: str = ""
    until: str = ""
    text: str = ""
