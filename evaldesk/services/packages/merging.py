"""Returns on their way in: who they come from, what they bring, what they may not bring.

A return is checked whole before anything is written, and written in one transaction. What is here
already brings nothing, so that the same files in any order, any number of times, give the same
project.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError, NotFoundError
from evaldesk.domain.exchange import Brought, CarriedRow, Conflict, MergeCount, PackageRecord
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identity import Role
from evaldesk.domain.rating import RulingKind
from evaldesk.domain.rubric import CannotJudge, Rubric
from evaldesk.exchange import container
from evaldesk.exchange.container import Package
from evaldesk.exchange.manifest import Manifest, damaged, read_manifest
from evaldesk.services.labelling.answering import checked
from evaldesk.services.packages.files import read_file
from evaldesk.services.packages.working import (
    EVENT_MEMBERS,
    EVENTS,
    RETURNED,
    ROWS,
    RULED,
    lines_of,
    sha256_of,
)
from evaldesk.storage import codec
from evaldesk.storage.packages import CARRIED

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.storage.project import Project

MAY_BRING: Mapping[Role, tuple[str, ...]] = {
    "reviewer": RETURNED,
    "adjudicator": (*RETURNED, RULED),
    "specialist": (*RETURNED, RULED),
    "owner": (*RETURNED, RULED),
}
"""Role → tables whose rows its packages may carry; always the person's own rows alone."""

_STATES = ("submitted", "skipped", "flagged", "reopened")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


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
    rows = _rows(project, package, sent, role)
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
        events=_events(package),
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


def _rows(project: "Project", package: Package, sent: Manifest, role: Role) -> list[CarriedRow]:
    content = sent.content
    rubric = project.rubrics.get(content["rubric"]["name"], content["rubric"]["version"])
    items = {one["trace"] for one in content["items"]}
    found: list[CarriedRow] = []
    questions: dict[str, tuple[Any, ...]] = {}
    for place, line in enumerate(lines_of(package, ROWS), 1):
        where = f"row {place}"
        if not isinstance(line, dict) or set(line) != {"table", "row"}:
            raise damaged(f"{where} cannot be read")
        table, row = line["table"], line["row"]
        if not isinstance(row, dict) or not isinstance(table, str):
            raise damaged(f"{where} cannot be read")
        if table not in MAY_BRING[role]:
            raise NotAllowedError(
                f"It brings {_many(table)}, which somebody trusted as {role} may not.",
                "Trust the person with another role first, if they may.",
            )
        if row.get(CARRIED[table]) != content["rater"]:
            raise NotAllowedError(
                f"It brings {_many(table)} in the name of {row.get(CARRIED[table])}; the "
                f"assignment was {content['rater']}'s."
            )
        if row.get("trace") not in items:
            raise NotAllowedError(f"It brings {_many(table)} of a trace that was not assigned.")
        _check_place(row, table, content)
        _check_form(row, where)
        if table == "answer":
            _check_answer(row, str(row.get("field")), rubric, where)
        if table == RULED:
            _check_ruling(row, rubric, where)
        if table == "submission" and row.get("state") not in _STATES:
            raise damaged(f"{where} has a state that there is not")
        _check_line(row, table, questions, where)
        found.append(CarriedRow(table, row))
    return found


def _check_place(row: Mapping[str, Any], table: str, content: Mapping[str, Any]) -> None:
    if row.get("reading") not in (None, 0):
        raise NotAllowedError(f"It brings {_many(table)} of a repeat that was not assigned.")
    if row.get("round") not in (None, content["round"]["id"]):
        raise NotAllowedError(f"It brings {_many(table)} of another round.")
    wanted = content["rubric"]
    if row.get("rubric") not in (None, wanted["name"]):
        raise NotAllowedError(f"It brings {_many(table)} by another rubric ({row['rubric']}).")
    if row.get("version") not in (None, wanted["id"]):
        raise InputError(
            f"It brings {_many(table)} by another version of the rubric than the one that was sent."
        )


def _check_form(row: Mapping[str, Any], where: str) -> None:
    identity, before, at = row.get("id"), row.get("supersedes"), row.get("created_at")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise damaged(f"{where} has no id")
    if before is not None and (not isinstance(before, str) or before == identity):
        raise damaged(f"{where} supersedes itself")
    if not isinstance(at, str) or not _TIME.fullmatch(at):
        raise damaged(f"{where} has no time")


def _check_ruling(row: Mapping[str, Any], rubric: Rubric, where: str) -> None:
    if row.get("kind") not in get_args(RulingKind) or not str(row.get("reason") or "").strip():
        raise damaged(f"{where} is no ruling")
    if (row["kind"] in ("adopt", "other")) != (row.get("value") is not None):
        raise damaged(f"{where} is no ruling")
    _check_answer(row, str(row.get("criterion")), rubric, where)


def _check_answer(row: Mapping[str, Any], name: str, rubric: Rubric, where: str) -> None:
    text = row.get("value")
    if text is None:
        return
    try:
        value = codec.decode(str(text))
        given = CannotJudge.from_json(value) or value
        fit = checked(rubric, name, given)
    except (InputError, NotFoundError) as error:
        raise InputError(f"{where} is no answer that the rubric has: {error.message}") from error
    except EvalDeskError as error:
        raise damaged(f"the answer of {where} cannot be read") from error
    stored = fit.to_json() if isinstance(fit, CannotJudge) else fit
    if codec.encode(stored) != text:
        raise InputError(f"{where} is no answer that the rubric has: {str(text)[:60]}")


def _check_line(
    row: Mapping[str, Any], table: str, questions: dict[str, tuple[Any, ...]], where: str
) -> None:
    """What a row supersedes came before it, and answers the same question."""
    named = ("trace", "rubric", "field", "criterion", "root", CARRIED[table])
    question = (table, *(row.get(name) for name in named))
    if row["id"] in questions:
        raise damaged(f"{where} is there twice")
    before = row.get("supersedes")
    if before is not None and questions.get(before) != question:
        raise damaged(f"{where} supersedes what did not come before it")
    questions[row["id"]] = question


def _events(package: Package) -> list[AuditEvent]:
    found = []
    for line in lines_of(package, EVENTS):
        if not isinstance(line, dict) or set(line) != set(EVENT_MEMBERS):
            raise damaged("an entry of its log cannot be read")
        texts = [line[name] for name in EVENT_MEMBERS if name not in ("number", "body")]
        if not all(isinstance(text, str) for text in texts) or not isinstance(line["body"], dict):
            raise damaged("an entry of its log cannot be read")
        if not isinstance(line["number"], int) or isinstance(line["number"], bool):
            raise damaged("an entry of its log cannot be read")
        found.append(AuditEvent(**line))
    return found


def _many(table: str) -> str:
    words = {"work_time": "working times", "submission": "submissions"}
    return words.get(table, f"{table}s")
