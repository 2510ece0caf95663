"""Reading, checking and handing over the log of a project."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.audit import AuditEvent, LoggedEvent
from evaldesk.services.exporting.reporting import written
from evaldesk.services.projects.audit_words import sentence
from evaldesk.storage.project import Project

Signature = Literal["trusted", "revoked", "unknown", "unsigned", "broken"]
"""trusted: by a key that the project trusts. revoked: by one that it trusted. unknown: by a key
that fits and that nobody here knows. broken: it does not fit, or the entry was changed."""

HOW_TO_CHECK = (
    "This file is the log of an EvalDesk project: one JSON object a line, this one first.",
    "Every other line is an entry: 'signed' is the text that was hashed and signed, 'hash' the"
    " SHA-256 of its UTF-8 bytes in hexadecimal, 'signature' an Ed25519 signature over the 32 bytes"
    " of the hash, in hexadecimal; it is empty where nobody signed.",
    "'signed' is JSON. Within a 'chain' the entries are numbered from 1, and 'before' is the hash"
    " of the one before. 'key' names who signed: the SHA-256 of the JSON list of sign_key and"
    " seal_key without spaces. The first entry that a key signs carries both in body.card.",
    "A chain ends at the head that stands here, and at no earlier number than a body.chains names.",
    "'rows' in a body says how many rows of a table an entry covers, and the SHA-256 over the"
    " SHA-256 of each row's canonical JSON; docs/file-format.md says how such a row is written.",
    "docs/check_audit.py checks all of this but the rows, with only Python and cryptography.",
)


@dataclass(frozen=True, slots=True)
class ExportedLog:
    """What was written.

    Attributes:
        head: number and hash of this project's own last entry then.
    """

    path: Path
    entries: int
    head: tuple[int, str]


def signature_of(project: Project, logged: LoggedEvent) -> Signature:
    """What the signature of one entry is worth."""
    event = logged.event
    if event.hash != logged.stored_hash:
        return "broken"
    if not event.key:
        return "broken" if event.signature else "unsigned"
    card = project.audit.card(event)
    if card is None or not is_signed(card.sign_key, event.signature, bytes.fromhex(event.hash)):
        return "broken"
    trusted = project.trust.of_key(event.key)
    if trusted is None:
        return "unknown"
    return "revoked" if trusted.objection(event.at) else "trusted"


def entry(logged: LoggedEvent) -> dict[str, Any]:
    """An entry for the command line and for copying."""
    event = logged.event
    return {
        "id": event.id,
        "chain": event.chain,
        "number": event.number,
        "own": logged.own,
        "at": event.at,
        "kind": event.kind,
        "author": event.author or None,
        "said": sentence(event),
        "body": event.body,
        "key": event.key or None,
        "before": event.before or None,
        "hash": logged.stored_hash,
        "signature": event.signature or None,
    }


def export_log(
    project: Project,
    path: Path,
    author: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    overwrite: bool = False,
) -> ExportedLog:
    """Write the whole log as JSON Lines, with how to check it in the first line.

    Args:
        progress: called with (written, total); what it raises ends the work, and no file is left.
        overwrite: whether a file that is there may be replaced.

    Raises:
        UsageError: the file exists, or cannot be written.
    """
    with written(path, overwrite) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        head, entries = _write(project, file.write, progress)
    project.audit.record("export.audit", {"path": path.name, "entries": entries}, author)
    return ExportedLog(path, entries, head)


def _write(
    project: Project, write: Callable[[str], Any], progress: Callable[[int, int], None]
) -> tuple[tuple[int, str], int]:
    heads = project.audit.heads()
    first = {"evaldesk_log": 1, "project": project.name, "heads": heads, "how": HOW_TO_CHECK}
    write(json.dumps(first, ensure_ascii=False) + "\n")
    total = sum(number for number, _ in heads.values())
    count = 0
    for event, digest in project.audit.everything():
        # What was added meanwhile by another program comes with the next export.
        if event.number > heads.get(event.chain, (0, ""))[0]:
            continue
        write(json.dumps(_line(event, digest), ensure_ascii=False) + "\n")
        count += 1
        if count % 1000 == 0:
            progress(count, total)
    progress(count, count)
    own = project.audit.head()[0]
    return heads[own], count


def _line(event: AuditEvent, digest: str) -> dict[str, str]:
    return {
        "signed": event.signed_bytes.decode("utf-8"),
        "hash": digest,
        "signature": event.signature,
    }
