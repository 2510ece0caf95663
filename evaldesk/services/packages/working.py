"""The reader's side: a package becomes a project of its own, and what was done in it goes back."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from evaldesk import __version__
from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.encryption import key_file_of
from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError, UsageError
from evaldesk.domain.exchange import CarriedRow, PackageRecord
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.domain.round import ROUND_KINDS, RoundRules
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import TraceRecord
from evaldesk.exchange import container
from evaldesk.exchange.container import Package
from evaldesk.exchange.manifest import Manifest, damaged, read_manifest
from evaldesk.importers.canonical import trace_from_json
from evaldesk.services.packages.files import Written, read_file, write_file
from evaldesk.services.packages.sending import RUBRIC, RULES, TRACES
from evaldesk.services.projects.encryption import Lock
from evaldesk.services.projects.opening import create_project
from evaldesk.storage.identity import trace_id_of
from evaldesk.storage.package_rounds import lay_out

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.storage.project import Project

ROWS, EVENTS = "rows.jsonl", "events.jsonl"
RETURNED = ("answer", "submission", "work_time", "note", "highlight")
"""What a reviewer brings back: what they did themselves, and nothing else."""
RULED = "ruling"
"""What whoever was sent the package in another role brings back besides."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a package holds, before a project is made of it.

    Attributes:
        sender: whom it says it comes from; they signed it. ``words`` of their fingerprint, to
            compare.
        rater: that the answers will be kept under.
        items: to rate.
        profile: of the redaction.
    """

    package: str
    sender: str
    words: str
    fingerprint: str
    created_at: str
    project: str
    round: str
    kind: str
    rubric: str
    version: int
    rater: str
    items: int
    rules: Mapping[str, Any]
    profile: str


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """What would go back.

    Attributes:
        to: whoever sent the package.
        counts: table → rows.
        submitted: items handed in, ``items`` of the package.
        returned_before: times (ISO 8601).
    """

    to: str
    words: str
    round: str
    rater: str
    counts: Mapping[str, int]
    submitted: int
    items: int
    returned_before: tuple[str, ...]


def look_into(path: Path, identity: "Identity") -> tuple[Package, Offer]:
    """Open a package and check it; no project is made.

    Raises:
        NotAllowedError: it is addressed to somebody else, or forged.
        InputError: it is damaged, no assignment, or of a newer program.
    """
    package = container.unsealed(read_file(path), identity)
    manifest = package.manifest
    if manifest.kind != "assignment":
        raise InputError(
            f"This package brings answers back, from {manifest.sender.card.name}.",
            "`package merge` takes it into the project that sent the assignment.",
            path=str(path),
        )
    return package, _offer(manifest, identity)


def open_package(
    path: Path, place: Path, identity: "Identity", *, encrypted: bool = True, sender: str = ""
) -> Offer:
    """Make a project of a package. It is encrypted to the reader's own key, unless they say not.

    Args:
        place: of the project.
        sender: fingerprint, or the beginning of one, that the package must come from; empty for
            anybody.

    Raises:
        as `look_into`; NotAllowedError: it comes from somebody else; ProjectError: the project
        exists already, or cannot be written.
    """
    package, offer = look_into(path, identity)
    if sender and not offer.fingerprint.startswith(sender.lower()):
        raise NotAllowedError(
            f"The package comes from another key than {sender[:16]}: {offer.words}.",
            "Ask the sender for their card, and compare.",
        )
    records = _records(package)
    rubric = _rubric(package)
    lock = Lock(identity.card.name, "card", recipient=identity.card.seal_key) if encrypted else None
    title = f"{offer.round} · {offer.project}"
    project = create_project(place, title, "none", lock)
    try:
        with project:
            project.signer = identity
            _fill(project, package, records, rubric, offer)
    except BaseException:
        place.unlink(missing_ok=True)
        key_file_of(place).unlink(missing_ok=True)
        raise
    return offer


def reader_of(project: "Project") -> str:
    """Fingerprint of the key that a package project was sealed to.

    Raises:
        UsageError: the project was not made of a package.
    """
    _, manifest = _origin(project)
    return str(manifest.reader["fingerprint"])


def plan_return(project: "Project") -> ReturnPlan:
    """What `give_back` would send.

    Raises:
        UsageError: the project was not made of a package.
    """
    _, manifest = _origin(project)
    rows = _rows(project, manifest)
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.table] = counts.get(row.table, 0) + 1
    content = manifest.content
    progress = project.ratings.progress(
        content["rubric"]["name"], content["rater"], round=content["round"]["name"]
    )
    return ReturnPlan(
        to=manifest.sender.card.name,
        words=words_of(manifest.sender.card.fingerprint),
        round=content["round"]["name"],
        rater=content["rater"],
        counts=counts,
        submitted=sum(state in ("submitted", "flagged") for state, _ in progress.values()),
        items=len(content["items"]),
        returned_before=tuple(
            one.created_at for one in project.packages.all() if one.direction == "returned"
        ),
    )


def give_back(project: "Project", out: Path, identity: "Identity") -> Written:
    """Write everything that the reader did so far, sealed to the sender. May be done as often as
    one likes: each holds all of it.

    Raises:
        UsageError: the project was not made of a package, or nothing was answered.
        NotAllowedError: the package was addressed to another key.
        InputError: the file exists, or cannot be written.
    """
    opened, manifest = _origin(project)
    if identity.card.fingerprint != manifest.reader["fingerprint"]:
        raise NotAllowedError(
            f"The package was addressed to other keys than those of {identity.card.name}.",
            "Return it with the identity that opened it.",
        )
    rows = _rows(project, manifest)
    if not rows:
        raise UsageError("There is nothing to return yet.", "Answer something first.")
    content = manifest.content
    answer = Manifest(
        id=new_id(),
        kind="return",
        created_at=now(),
        program=__version__,
        sender=identity.signed_card,
        reader={
            "fingerprint": manifest.sender.card.fingerprint,
            "name": manifest.sender.card.name,
        },
        project=dict(manifest.project),
        nonce=secrets.token_hex(32),
        content={
            "assignment": manifest.id,
            "assignment_sha256": sha256_of(opened.manifest),
            "round": dict(content["round"]),
            "rater": content["rater"],
            "rubric": dict(content["rubric"]),
        },
    )
    members = {
        ROWS: b"".join(
            canonical_json({"table": row.table, "row": dict(row.content)}) + b"\n" for row in rows
        ),
        EVENTS: b"".join(
            canonical_json(event_json(event)) + b"\n" for event in project.packages.own_events()
        ),
    }
    keys = [manifest.sender.card.seal_key, identity.card.seal_key]
    sealed = container.seal(answer, members, identity, keys)
    package = container.unsealed(sealed, identity)
    write_file(out, sealed)
    project.packages.record(
        PackageRecord(
            package=answer.id,
            direction="returned",
            kind=answer.kind,
            manifest=package.manifest_bytes.decode("utf-8"),
            signature=package.signature.hex(),
            sha256=package.sha256,
            author=content["rater"],
        )
    )
    answers = sum(row.table == "answer" for row in rows)
    return Written(str(out), answers, package.sha256, manifest.sender.card.name)


def sha256_of(manifest: str) -> str:
    """Of a manifest's bytes."""
    return hashlib.sha256(manifest.encode("utf-8")).hexdigest()


def event_json(event: AuditEvent) -> dict[str, Any]:
    """An event with its signature, as it travels."""
    return {name: getattr(event, name) for name in EVENT_MEMBERS}


EVENT_MEMBERS = (
    *("id", "chain", "number", "at", "kind", "author", "body", "before", "key", "signature"),
)


def _offer(manifest: Manifest, identity: "Identity") -> Offer:
    content = manifest.content
    if manifest.reader["fingerprint"] != identity.card.fingerprint:
        raise NotAllowedError(
            f"The package is addressed to {manifest.reader['name']}.",
            "Its sender can check it, and only its reader can work in it.",
        )
    try:
        round_, rubric = content["round"], content["rubric"]
        texts = (
            *(round_[name] for name in ("id", "name", "kind")),
            *(rubric[name] for name in ("name", "id")),
            content["rater"],
            content["redaction"]["profile"],
        )
        if not all(isinstance(text, str) and text for text in texts):
            raise ValueError("a name is missing")
        if round_["kind"] not in ROUND_KINDS or not isinstance(rubric["version"], int):
            raise ValueError("the round")
        known = {name: content["rules"][name] for name in RULES if name in content["rules"]}
        rules = asdict(RoundRules(**known))
        items = [one["trace"] for one in content["items"]]
        for one in items:
            if len(bytes.fromhex(one)) != 32:
                raise ValueError("an item")
        if not items:
            raise ValueError("no item")
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(f"what it says of the round cannot be read ({error})") from error
    sender = manifest.sender.card
    return Offer(
        package=manifest.id,
        sender=sender.name,
        words=words_of(sender.fingerprint),
        fingerprint=sender.fingerprint,
        created_at=manifest.created_at,
        project=manifest.project["name"],
        round=round_["name"],
        kind=round_["kind"],
        rubric=rubric["name"],
        version=rubric["version"],
        rater=content["rater"],
        items=len(items),
        rules=rules,
        profile=content["redaction"]["profile"],
    )


def _records(package: Package) -> list[TraceRecord]:
    """The traces, each compared with the id that the manifest gives it."""
    wanted = [one["trace"] for one in package.manifest.content["items"]]
    lines = lines_of(package, TRACES)
    if len(lines) != len(wanted):
        raise damaged("it has other traces than its manifest says")
    records = []
    for place, (line, identity) in enumerate(zip(lines, wanted, strict=True), 1):
        try:
            record = trace_from_json(line, f"line {place}")
        except (ValueError, InputError) as error:
            raise damaged(f"trace {place} cannot be read ({error})") from error
        if trace_id_of(record, record.run).hex() != identity:
            raise damaged(f"trace {place} is not the one that its manifest names")
        records.append(record)
    return records


def _rubric(package: Package) -> Rubric:
    said = package.manifest.content["rubric"]
    try:
        rubric = Rubric.from_json(orjson.loads(package.members[RUBRIC])).numbered(said["version"])
    except (KeyError, orjson.JSONDecodeError, EvalDeskError) as error:
        raise damaged(f"its rubric cannot be read ({error})") from error
    if rubric.name != said["name"] or rubric.hash != said["id"].split("@")[0]:
        raise damaged("its rubric is not the one that its manifest names")
    return rubric


def lines_of(package: Package, name: str) -> list[Any]:
    """The JSON lines of a member.

    Raises:
        InputError: the package has none of that name, or a line cannot be read.
    """
    if name not in package.members:
        raise damaged(f"{name} is missing")
    try:
        # Not orjson, which would turn integers beyond 64 bits into floats.
        return [json.loads(line) for line in package.members[name].split(b"\n") if line]
    except (ValueError, RecursionError) as error:
        raise damaged(f"{name} cannot be read") from error


def _fill(
    project: "Project",
    package: Package,
    records: Sequence[TraceRecord],
    rubric: Rubric,
    offer: Offer,
) -> None:
    manifest = package.manifest
    with project.ingest(f"package of {offer.sender}") as writer:
        for record in records:
            writer.run(record.run, system=record.system, dataset=offer.round, details={})
            writer.add(record, record.run)
        writer.finish(offer.sender)
    content = manifest.content
    lay_out(
        project.database,
        round=content["round"],
        rules=offer.rules,
        rubric=rubric,
        rubric_id=content["rubric"]["id"],
        rater=offer.rater,
        sender=offer.sender,
        traces=[one["trace"] for one in content["items"]],
        record=PackageRecord(
            package=manifest.id,
            direction="opened",
            kind=manifest.kind,
            manifest=package.manifest_bytes.decode("utf-8"),
            signature=package.signature.hex(),
            sha256=package.sha256,
            author=offer.rater,
        ),
    )


def _origin(project: "Project") -> tuple[PackageRecord, Manifest]:
    opened = project.packages.opened()
    if opened is None:
        raise UsageError(
            "This project was not made of a package; it has nobody to return to.",
            "`package open` makes such a project.",
        )
    return opened, read_manifest(opened.manifest.encode("utf-8"))


def _rows(project: "Project", manifest: Manifest) -> list[CarriedRow]:
    """What the rater did for the items of the package. Whatever else they did here stays here."""
    items = {one["trace"] for one in manifest.content["items"]}
    rules = manifest.content.get("role", "reviewer") != "reviewer"
    tables = (*RETURNED, RULED) if rules else RETURNED
    rows = project.packages.rows_of(manifest.content["rater"], tables)
    return [row for row in rows if row.content.get("trace") in items]
