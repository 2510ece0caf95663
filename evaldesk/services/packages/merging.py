"""Returns on their way in: who they come from, what they bring, what they may not bring.

A return is checked whole before anything is written, and written in one transaction. What is here
already brings nothing, so that the same files in any order, any number of times, give the same
project.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError
from evaldesk.domain.exchange import Brought, Conflict, MergeCount, PackageRecord
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identifiers import moment
from evaldesk.domain.identity import Role
from evaldesk.exchange import container
from evaldesk.exchange.container import Package
from evaldesk.exchange.manifest import Manifest, damaged, read_manifest
from evaldesk.services.packages.arriving_log import events_of
from evaldesk.services.packages.arriving_rows import rows_of
from evaldesk.services.packages.files import read_file
from evaldesk.services.packages.working import sha256_of

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class FileReport:
    """What one file brings, or why it brings nothing.

    Attributes:
        path: as it was named.
        sender: name here; ``words`` and ``fingerprint`` of the key that signed; empty where the
            file could not be opened.
        role: that the key is trusted with.
        comes: table → rows in the file. added: table → rows that are new. already_there: the rest.
        events: entries of the sender's log that are new.
        conflicts: see `Conflict`.
        rejected: why nothing of it is taken; empty where it is. ``exit_code`` of that.
    """

    path: str
    sender: str = ""
    words: str = ""
    fingerprint: str = ""
    role: str = ""
    round: str = ""
    created_at: str = ""
    comes: Mapping[str, int] = field(default_factory=dict)
    added: Mapping[str, int] = field(default_factory=dict)
    already_there: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    conflicts: tuple[Conflict, ...] = ()
    rejected: str = ""
    hint: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge of several files did, or would do.

    Attributes:
        dry_run: whether nothing was written.
    """

    files: tuple[FileReport, ...]
    dry_run: bool

    @property
    def added(self) -> int:
        """Rows that were new."""
        return sum(sum(one.added.values()) for one in self.files)

    @property
    def already_there(self) -> int:
        """Rows that were here."""
        return sum(sum(one.already_there.values()) for one in self.files)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Of all files, each once, as they stand after the last."""
        last = {(one.table, frozenset(one.rows)): one for f in self.files for one in f.conflicts}
        return tuple(last.values())

    @property
    def verified(self) -> int:
        """Files whose signature, sender and content were found right."""
        return sum(not one.rejected for one in self.files)

    @property
    def exit_code(self) -> int:
        """Of the command line's contract: 5 before 3 before 1."""
        codes = {one.exit_code for one in self.files}
        unresolved = any(not one.decided for one in self.conflicts)
        return next((code for code in (5, 4, 3, 2) if code in codes), int(unresolved))


def merge(
    project: "Project",
    paths: Sequence[Path],
    identity: "Identity",
    author: str,
    *,
    dry_run: bool = False,
    newer: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> MergeReport:
    """Take in what came back.

    Args:
        identity: that the files are addressed to.
        author: whoever merges.
        dry_run: only say what would come.
        newer: settle what differs: the later answer stands.
        progress: called with (files done, files).
    """
    reports = []
    for place, path in enumerate(paths):
        progress(place, len(paths))
        reports.append(_merge_one(project, path, identity, author, dry_run, newer))
    progress(len(paths), len(paths))
    return MergeReport(tuple(reports), dry_run)


def _merge_one(
    project: "Project", path: Path, identity: "Identity", author: str, dry_run: bool, newer: bool
) -> FileReport:
    known: dict[str, Any] = {"path": str(path)}
    try:
        package = container.unsealed(read_file(path), identity)
        known |= _about(package.manifest)
        brought = _checked(project, package, identity, known)
        count = project.packages.merge(brought, author, is_signed, newer=newer, dry_run=dry_run)
    except EvalDeskError as error:
        reason = getattr(error, "reason", error.message)
        return FileReport(**known, rejected=reason, hint=error.hint, exit_code=error.exit_code)
    return _report(known, brought, count)


def _about(manifest: Manifest) -> dict[str, Any]:
    card = manifest.sender.card
    return {
        "sender": card.name,
        "words": words_of(card.fingerprint),
        "fingerprint": card.fingerprint,
        "created_at": manifest.created_at,
    }


def _report(known: Mapping[str, Any], brought: Brought, count: MergeCount) -> FileReport:
    return FileReport(
        **known,
        comes=dict(Counter(row.table for row in brought.rows)),
        added=count.added,
        already_there=count.already_there,
        events=count.events,
        conflicts=count.conflicts,
    )


def _checked(
    project: "Project", package: Package, identity: "Identity", known: dict[str, Any]
) -> Brought:
    """What a return brings, once everything is found right that can be without writing.

    Raises:
        NotAllowedError: not addressed to this project's people, not trusted, or more than the
            role may bring.
        InputError: it does not fit what was sent, or is not whole.
    """
    manifest = package.manifest
    if moment(manifest.created_at) is None:
        raise damaged("it does not say when it was signed")
    if manifest.kind != "return":
        raise InputError(
            "It is an assignment, not what came back of one.", "`package open` makes it a project."
        )
    if manifest.reader["fingerprint"] != identity.card.fingerprint:
        raise NotAllowedError(f"It is addressed to {manifest.reader['name']}.")
    record = project.packages.find(str(manifest.content.get("assignment")), "sent")
    if record is None:
        raise InputError(
            f"It answers a package that this project did not send (project "
            f"“{manifest.project['name']}”).",
            "Merge it into the project that sent the assignment.",
        )
    if manifest.content.get("assignment_sha256") != sha256_of(record.manifest):
        raise InputError("It answers another version of the package than the one that was sent.")
    sent = read_manifest(record.manifest.encode("utf-8"))
    role = _role(project, manifest, sent)
    known |= {"role": role, "round": sent.content["round"]["name"]}
    rows = rows_of(project, package, sent, role)
    return Brought(
        record=PackageRecord(
            package=manifest.id,
            direction="merged",
            kind=manifest.kind,
            manifest=package.manifest_bytes.decode("utf-8"),
            signature=package.signature.hex(),
            sha256=package.sha256,
            author=manifest.sender.card.name,
        ),
        assignment=sent.id,
        rows=rows,
        events=events_of(project, package, sent),
    )


def _role(project: "Project", manifest: Manifest, sent: Manifest) -> Role:
    card = manifest.sender.card
    if card.fingerprint != sent.reader["fingerprint"]:
        raise NotAllowedError(
            f"It is signed by {card.name} ({words_of(card.fingerprint)}), and the assignment was "
            f"sent to {sent.reader['name']}.",
            "Only whom an assignment was sent to can answer it.",
        )
    trusted = project.trust.of_key(card.fingerprint)
    if trusted is None:
        raise NotAllowedError(
            f"The key of {card.name} is not trusted in this project.",
            "Compare the words of the fingerprint, then trust the card (`identity trust`).",
        )
    objection = trusted.objection(manifest.created_at)
    if objection:
        raise NotAllowedError(f"It is not accepted: {objection}.", "Trust a new card first.")
    if manifest.created_at < sent.created_at[:10]:
        # Days, as the clocks of two machines differ.
        raise NotAllowedError("It says that it was made before the assignment was sent.")
    return trusted.role
