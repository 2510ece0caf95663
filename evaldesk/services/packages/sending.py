"""The assignment of one rater in one round, as a file for them and nobody else.

What leaves is written down here and nowhere else: the traces of the assignment as the reader may
see them, the rubric's version, the rules that concern a rater. Nothing says why an item is there,
which items are repeats, who else rates, what anybody answered, or what is right.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaldesk import __version__
from evaldesk.domain.errors import NotAllowedError, UsageError
from evaldesk.domain.exchange import PackageItem, PackageRecord
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.domain.round import Assigned, Round, RoundRules
from evaldesk.domain.trace import Trace
from evaldesk.domain.trust import Trusted
from evaldesk.exchange import container
from evaldesk.exchange.manifest import Manifest
from evaldesk.exchange.veiling import names_told, veiled
from evaldesk.importers.canonical import trace_from_json
from evaldesk.services.packages.files import Written, write_file
from evaldesk.services.privacy import leaving
from evaldesk.storage.identity import scenario_id, trace_id_of

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.storage.project import Project

TRACES, RUBRIC = "traces.jsonl", "rubric.json"
RULES = ("hide_systems", "hide_scores", "order")
"""What a rater's copy says of the round's rules. The others need what the package does not hold:
gold answers, and what judges said."""
_SEEDS = 32


@dataclass(frozen=True, slots=True)
class _Redaction:
    """How traces are redacted for their reader: a profile's name, what it makes of a trace, and of
    a name.
    """

    profile: str
    apply: Callable[[Trace], Trace]
    text: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Mention:
    """A trace whose own text tells which system it was, though the round hides systems."""

    trace_pk: int
    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendingPlan:
    """What a package would hold.

    Attributes:
        reader: whom it is for, ``words`` their fingerprint to compare.
        items: in it, ``repeats`` of them hidden ones.
        rules: that the reader gets to know of.
        left_out: rules of the round that do not hold in the package.
        profile: of the redaction; ``none`` where traces leave as they are.
        leaks: what personal data would then leave, in a sentence; empty for none that is known.
        mentions: see `Mention`.
        bytes_about: of the file, roughly.
        sent_before: times (ISO 8601) that this assignment was sent already.
    """

    round: str
    rubric: str
    version: int
    rater: str
    reader: str
    words: str
    items: int
    repeats: int
    rules: Mapping[str, Any]
    left_out: tuple[str, ...]
    profile: str
    leaks: str
    mentions: tuple[Mention, ...]
    bytes_about: int
    sent_before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    assigned: Assigned
    item: str
    record: Mapping[str, Any]
    original: str


def plan_sending(
    project: "Project",
    round: str,
    rater: str,
    reader: Trusted,
    redact: str = "",
    author: str = "",
) -> SendingPlan:
    """What `send` would do; nothing is written.

    Args:
        redact: name of the profile that is laid over the traces; empty for what the project's
            policy says.

    Raises:
        NotFoundError: no such round. UsageError: nothing is assigned, or the round is closed.
        NotAllowedError: the reader's key is not trusted any more, or the policy for what leaves
            refuses.
    """
    found = _round(project, round, rater)
    _check_reader(reader)
    redaction = _redaction(project, redact, author)
    mentions: list[Mention] = []
    size = 0
    assigned = project.rounds.assigned(round, rater)
    for item, trace in _prepared(project, found, assigned, bytes(_SEEDS), redaction):
        size += len(canonical_json(item.record))
        names = names_told(trace, item.record) if found.rules.hide_systems else []
        if names:
            mentions.append(Mention(trace.row.pk, trace.row.title, tuple(names)))
    sent = [
        one.created_at
        for one in project.packages.all()
        if one.direction == "sent" and _is_of(one, found, rater)
    ]
    return SendingPlan(
        round=round,
        rubric=found.rubric,
        version=found.version,
        rater=rater,
        reader=reader.name,
        words=words_of(reader.fingerprint),
        items=len(assigned),
        repeats=sum(one.reading for one in assigned),
        rules=_rules(found),
        left_out=_left_out(found.rules),
        profile=redaction.profile,
        leaks=_leaks(project, assigned, redaction),
        mentions=tuple(mentions),
        bytes_about=size // 4,
        sent_before=tuple(sent),
    )


def send(
    project: "Project",
    round: str,
    rater: str,
    reader: Trusted,
    out: Path,
    identity: "Identity",
    redact: str = "",
) -> Written:
    """Write the package, and keep in the project that it was sent.

    Args:
        reader: whose key it is sealed to, besides the sender's own.

    Raises:
        as `plan_sending`; InputError: the file exists, or cannot be written.
    """
    found = _round(project, round, rater)
    _check_reader(reader)
    redaction = _redaction(project, redact, identity.card.name)
    assigned = project.rounds.assigned(round, rater)
    secret = secrets.token_bytes(_SEEDS)
    prepared = [item for item, _ in _prepared(project, found, assigned, secret, redaction)]
    rubric = project.rubrics.get(found.rubric, found.version)
    manifest = Manifest(
        id=new_id(),
        kind="assignment",
        created_at=now(),
        program=__version__,
        sender=identity.signed_card,
        reader={"fingerprint": reader.fingerprint, "name": reader.name},
        project={"id": project.get("id"), "name": redaction.text(project.name)},
        nonce=secrets.token_hex(32),
        content={
            "round": {"id": found.id, "name": redaction.text(found.name), "kind": found.kind},
            "rules": _rules(found),
            "rater": rater,
            "role": reader.role,
            "rubric": {
                "name": rubric.name,
                "version": rubric.version,
                "id": project.rubrics.version_id(rubric.name, rubric.version),
            },
            "items": [{"trace": one.item, "original": one.original} for one in prepared],
            "redaction": {"profile": redaction.profile},
        },
    )
    members = {
        RUBRIC: canonical_json(rubric.to_json()),
        TRACES: b"".join(canonical_json(one.record) + b"\n" for one in prepared),
    }
    keys = [reader.card.seal_key, identity.card.seal_key]
    sealed = container.seal(manifest, members, identity, keys)
    package = container.unsealed(sealed, identity)
    record = PackageRecord(
        package=manifest.id,
        direction="sent",
        kind=manifest.kind,
        manifest=package.manifest_bytes.decode("utf-8"),
        signature=package.signature.hex(),
        sha256=package.sha256,
        author=identity.card.name,
        secret=secret.hex(),
    )
    items = [PackageItem(one.item, one.assigned.trace_pk, one.assigned.reading) for one in prepared]
    # Kept first: a file that the project knows nothing of could never come back.
    project.packages.record(record, items)
    write_file(out, sealed)
    return Written(str(out), len(prepared), package.sha256, reader.name)


def _prepared(
    project: "Project",
    found: Round,
    assigned: Sequence[Assigned],
    secret: bytes,
    redaction: _Redaction,
) -> Iterator[tuple[_Item, Trace]]:
    """The items in the order of the queue, with the traces that they were made of."""
    trials = _Trials()
    # Trials are given in an order that tells nothing of systems or repeats.
    shuffled = sorted(
        assigned, key=lambda one: _keyed(secret, f"{one.trace_pk} {one.reading}".encode())
    )
    made: dict[int, tuple[_Item, Trace]] = {}
    for one in shuffled:
        trace = project.traces.read(one.trace_pk)
        seen = redaction.apply(trace)
        scenario = scenario_id(seen.scenario.key, seen.scenario.input).hex()
        hidden = found.rules.hide_systems
        run = redaction.text(found.name) if hidden else seen.row.run
        trial = trials.take(run, scenario, 0 if hidden else trace.row.trial)
        record = veiled(seen, found.rules, run=run, trial=trial)
        item = _Item(
            one,
            trace_id_of(trace_from_json(record), run).hex(),
            record,
            _keyed(secret, trace.row.id.encode()).hex(),
        )
        made[one.position] = item, trace
    for position in sorted(made):
        yield made[position]


class _Trials:
    """Numbers for the traces of one scenario, each once."""

    def __init__(self) -> None:
        self._taken: set[tuple[str, str, int]] = set()

    def take(self, run: str, scenario: str, wanted: int) -> int:
        while (run, scenario, wanted) in self._taken:
            wanted += 1
        self._taken.add((run, scenario, wanted))
        return wanted


def _keyed(secret: bytes, message: bytes) -> bytes:
    """HMAC-SHA256. A plain hash of what was redacted could be guessed at by who has the rest."""
    return hmac.new(secret, message, hashlib.sha256).digest()


def _redaction(project: "Project", asked: str, author: str) -> _Redaction:
    over = leaving.gate(project, "package.export", asked, author)
    if over is None:
        return _Redaction("none", lambda trace: trace)
    return _Redaction(over.profile.name, over, over.text)


def _leaks(project: "Project", assigned: Sequence[Assigned], redaction: _Redaction) -> str:
    if redaction.profile != "none":
        return ""
    return leaving.leaks(project, sorted({one.trace_pk for one in assigned})).sentence()


def _round(project: "Project", round: str, rater: str) -> Round:
    found = project.rounds.get(round)
    if found.kind == "pairwise":
        raise UsageError(
            f"The round “{round}” compares pairs; packages carry rounds that rate one trace at a "
            "time.",
            "Have it rated in this project.",
        )
    if found.state != "open":
        raise UsageError(f"The round “{round}” is {found.state}; nothing is sent out for it.")
    if rater not in found.raters or not project.rounds.assigned(round, rater):
        raise UsageError(
            f"{rater} has no items in the round “{round}”.",
            f"There are: {', '.join(found.raters)}.",
        )
    return found


def _check_reader(reader: Trusted) -> None:
    objection = reader.objection(now())
    if objection:
        raise NotAllowedError(
            f"Nothing is sealed to {reader.name}: {objection}.", "Trust a new card."
        )


def _rules(found: Round) -> dict[str, Any]:
    return {key: value for key, value in asdict(found.rules).items() if key in RULES}


def _left_out(rules: RoundRules) -> tuple[str, ...]:
    plain = asdict(RoundRules())
    return tuple(
        key for key, value in asdict(rules).items() if key not in RULES and value != plain[key]
    )


def _is_of(one: PackageRecord, found: Round, rater: str) -> bool:
    from evaldesk.exchange.manifest import read_manifest

    content = read_manifest(one.manifest.encode()).content
    return bool(content["round"]["id"] == found.id and content["rater"] == rater)
