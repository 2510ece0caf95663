"""What was found, what people decided about it, and the rules of a project for it."""

import secrets
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select
from sqlalchemy import func as sql
from sqlalchemy.dialects.sqlite import insert

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.privacy import Decision, Finding, KindCount, Verdict
from evaldesk.storage import codec, packing
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database

_SECRET = "privacy.secret"
_FINDING = (
    'INSERT INTO finding(trace_pk, path, start, "end", kind, recognizer, score, digest)'
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_SCANNED = "INSERT OR REPLACE INTO privacy_scan(trace_pk, detector) VALUES (?, ?)"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class TextGroup:
    """All places where one text was found as one kind.

    Attributes:
        first: row number of one of the findings, to show it by.
        score: the highest.
        verdict: always or never, where somebody said so; else empty.
    """

    kind: str
    digest: str
    places: int
    traces: int
    first: int
    score: float
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding with its trace. ``pk`` is the project's own row number."""

    pk: int
    trace_pk: int
    finding: Finding


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That a trace's text was deleted, and why."""

    trace: str
    rule: str
    reason: str
    author: str
    created_at: str


class PrivacyRepository:
    """Findings, decisions, and versions of profiles, lists and retention rules."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def secret(self) -> bytes:
        """32 bytes that digests and pseudonyms are made with; made at the first use, and never
        handed out with the project's data.
        """
        with self._database.read() as connection:
            found = connection.execute(_setting(_SECRET)).scalar()
        if found is None:
            statement = insert(t.setting).values(key=_SECRET, value=secrets.token_hex(32))
            with self._database.write(event="privacy.secret_made") as connection:
                connection.execute(statement.on_conflict_do_nothing())
                found = connection.execute(_setting(_SECRET)).scalar_one()
        return bytes.fromhex(str(found))

    # Scans.

    def due(self, detector: str) -> "array[int]":
        """Traces that this detector has not looked through; those without text are left out."""
        seen = exists().where(
            t.privacy_scan.c.trace_pk == t.trace.c.pk, t.privacy_scan.c.detector == detector
        )
        buried = exists().where(t.tombstone.c.trace_pk == t.trace.c.pk)
        with self._database.read() as connection:
            statement = select(t.trace.c.pk).where(~seen, ~buried).order_by(t.trace.c.pk)
            return packing.numbers(connection, statement)

    def keep(self, detector: str, found: Mapping[int, Sequence[Finding]]) -> None:
        """Findings of traces, in place of those of an earlier scan.

        Args:
            detector: what looked.
            found: row number of a trace → what is in it.
        """
        with self._database.write(
            bulk=True,
            event="privacy.scanned",
            details={"traces": len(found), "findings": sum(map(len, found.values()))},
            always=True,
        ) as connection:
            raw: Any = connection.connection.dbapi_connection
            pks = [(pk,) for pk in found]
            raw.executemany("DELETE FROM finding WHERE trace_pk = ?", pks)
            raw.executemany(
                _FINDING,
                [
                    (
                        pk,
                        one.path,
                        one.start,
                        one.end,
                        one.kind,
                        one.recognizer,
                        one.score,
                        bytes.fromhex(one.digest),
                    )
                    for pk, findings in found.items()
                    for one in findings
                ],
            )
            raw.executemany(_SCANNED, [(pk, detector) for pk in found])

    def counts(self, pks: Sequence[int] | None = None) -> list[KindCount]:
        """How often each kind was found, most frequent first.

        Args:
            pks: only in these traces; None for all.
        """
        f = t.finding.c
        if pks is None:
            statement = (
                select(f.kind, sql.count(), sql.count(f.trace_pk.distinct()))
                .group_by(f.kind)
                .order_by(sql.count().desc())
            )
            with self._database.read() as connection:
                return [KindCount(*row) for row in connection.execute(statement)]
        totals: dict[str, list[int]] = {}
        with self._database.read() as connection:
            for start in range(0, len(pks), _AT_ONCE):
                block = list(pks[start : start + _AT_ONCE])
                statement = (
                    select(f.kind, sql.count(), sql.count(f.trace_pk.distinct()))
                    .where(f.trace_pk.in_(block))
                    .group_by(f.kind)
                )
                for kind, count, traces in connection.execute(statement):
                    total = totals.setdefault(kind, [0, 0])
                    total[0] += count
                    total[1] += traces
        ordered = sorted(totals.items(), key=lambda item: -item[1][0])
        return [KindCount(kind, count, traces) for kind, (count, traces) in ordered]

    def unscanned(self, pks: Sequence[int] | None = None) -> int:
        """How many traces nothing looked through yet.

        Args:
            pks: of these; None for all.
        """
        with self._database.read() as connection:
            if pks is None:
                all_, seen = (
                    connection.execute(select(sql.count()).select_from(table)).scalar_one()
                    for table in (t.trace, t.privacy_scan)
                )
                return int(all_) - int(seen)
            seen = 0
            for start in range(0, len(pks), _AT_ONCE):
                block = list(pks[start : start + _AT_ONCE])
                seen += connection.execute(
                    select(sql.count())
                    .select_from(t.privacy_scan)
                    .where(t.privacy_scan.c.trace_pk.in_(block))
                ).scalar_one()
            return len(pks) - int(seen)

    def group_firsts(self, kind: str = "") -> "array[int]":
        """What was found, by text: the row number of the first finding of each, the most frequent
        text first.

        Args:
            kind: only this one; empty for all.
        """
        f = t.finding.c
        statement = select(sql.min(f.pk)).group_by(f.kind, f.digest)
        if kind:
            statement = statement.where(f.kind == kind)
        with self._database.read() as connection:
            return packing.numbers(
                connection, statement.order_by(sql.count().desc(), sql.min(f.pk))
            )

    def firsts_within(self, kind: str, pks: Sequence[int], limit: int) -> list[int]:
        """Row numbers of findings of a kind in these traces, each of another text.

        Args:
            limit: how many at most.
        """
        f = t.finding.c
        found: dict[bytes, int] = {}
        with self._database.read() as connection:
            for start in range(0, len(pks), _AT_ONCE):
                block = list(pks[start : start + _AT_ONCE])
                statement = (
                    select(f.digest, sql.min(f.pk))
                    .where(f.kind == kind, f.trace_pk.in_(block))
                    .group_by(f.digest)
                    .limit(limit)
                )
                for digest, pk in connection.execute(statement):
                    found.setdefault(digest, pk)
                if len(found) >= limit:
                    break
        return list(found.values())[:limit]

    def groups(self, firsts: Sequence[int]) -> list[TextGroup]:
        """The texts whose first findings these are, in this order."""
        f = t.finding.c
        found = []
        with self._database.read() as connection:
            said = {
                (one.kind, one.digest): one.verdict
                for one in self._standing(connection)
                if one.verdict in ("always", "never")
            }
            for first in firsts:
                text = connection.execute(
                    select(f.kind, f.digest).where(f.pk == first)
                ).one_or_none()
                if text is None:
                    continue  # a scan replaced it meanwhile
                places, traces, score = connection.execute(
                    select(sql.count(), sql.count(f.trace_pk.distinct()), sql.max(f.score)).where(
                        f.kind == text.kind, f.digest == text.digest
                    )
                ).one()
                digest = text.digest.hex()
                verdict = said.get((text.kind, digest), "")
                found.append(TextGroup(text.kind, digest, places, traces, first, score, verdict))
        return found

    def places(self, kind: str, digest: str) -> "array[int]":
        """Row numbers of the findings of one text, in the order of their traces."""
        f = t.finding.c
        statement = select(f.pk).where(f.kind == kind, f.digest == bytes.fromhex(digest))
        with self._database.read() as connection:
            return packing.numbers(connection, statement.order_by(f.trace_pk, f.pk))

    def findings(self, pks: Sequence[int]) -> list[StoredFinding]:
        """Findings by row number, in this order; what a scan replaced meanwhile is left out."""
        with self._database.read() as connection:
            found = {
                row.pk: _stored(row)
                for start in range(0, len(pks), _AT_ONCE)
                for row in connection.execute(
                    select(t.finding).where(t.finding.c.pk.in_(pks[start : start + _AT_ONCE]))
                )
            }
        return [found[pk] for pk in pks if pk in found]

    # Decisions.

    def decide(
        self,
        verdict: Verdict,
        author: str,
        *,
        kind: str,
        digest: str,
        reason: str = "",
        finding: Finding | None = None,
        trace: str = "",
        text: str = "",
        supersedes: str = "",
    ) -> Decision:
        """Keep what a person said.

        Args:
            finding, trace: the place, for accept and reject.
            text: the words, for always.

        Raises:
            NotFoundError: what it supersedes was replaced meanwhile.
        """
        placed = finding is not None and verdict in ("accept", "reject")
        made = Decision(
            id=new_id(),
            verdict=verdict,
            kind=kind,
            digest=digest,
            author=author,
            created_at=now(),
            reason=reason,
            trace=trace if placed else "",
            path=finding.path if finding is not None and placed else "",
            start=finding.start if finding is not None and placed else 0,
            end=finding.end if finding is not None and placed else 0,
            text=text if verdict == "always" else "",
            supersedes=supersedes,
        )
        with self._database.write(
            event=f"privacy.{verdict}", author=author, reason=reason, details={"kind": kind}
        ) as connection:
            if supersedes and not any(one.id == supersedes for one in self._standing(connection)):
                raise NotFoundError("That decision was replaced meanwhile.")
            values = {name: getattr(made, name) for name in Decision.__dataclass_fields__}
            connection.execute(
                t.privacy_decision.insert().values({**values, "supersedes": supersedes or None})
            )
        return made

    def decisions(self) -> list[Decision]:
        """Those that stand, oldest first."""
        with self._database.read() as connection:
            return self._standing(connection)

    @staticmethod
    def _standing(connection: Connection) -> list[Decision]:
        d = t.privacy_decision
        newer = d.alias("newer")
        statement = (
            select(d)
            .where(~exists().where(newer.c.supersedes == d.c.id), d.c.verdict != "undone")
            .order_by(d.c.seq)
        )
        return [_decision(row) for row in connection.execute(statement)]

    # Versions of profiles, lists and retention rules.

    def save_rule(
        self, kind: str, name: str, content: Mapping[str, Any] | None, author: str, note: str = ""
    ) -> None:
        """A new version; None takes it away.

        Args:
            kind: ``profile``, ``list`` or ``retention``.
        """
        with self._database.write(
            event=f"privacy.{kind}_changed", author=author, reason=note, details={"name": name}
        ) as connection:
            connection.execute(
                t.privacy_rule.insert().values(
                    id=new_id(),
                    kind=kind,
                    name=name,
                    content="" if content is None else codec.encode(dict(content)),
                    author=author,
                    note=note,
                    created_at=now(),
                )
            )

    def rules(self, kind: str) -> dict[str, dict[str, Any]]:
        """Name → content as it stands, in the order of names."""
        r = t.privacy_rule.c
        latest = select(sql.max(r.seq)).where(r.kind == kind).group_by(r.name)
        statement = select(r.name, r.content).where(r.seq.in_(latest)).order_by(r.name)
        with self._database.read() as connection:
            return {
                name: codec.decode(content)
                for name, content in connection.execute(statement)
                if content
            }

    def record(self, event: str, author: str, reason: str, details: Mapping[str, Any]) -> None:
        """An entry of the log for what changes no row: a reveal, an export that was refused."""
        with self._database.write(
            event=event, author=author, reason=reason, details=details, always=True
        ):
            pass

    def buried(self) -> list[int]:
        """Row numbers of the traces whose text was deleted."""
        with self._database.read() as connection:
            return list(connection.execute(select(t.tombstone.c.trace_pk)).scalars())

    def imported_until(self, pks: Sequence[int], until: str, origin: str = "") -> dict[int, str]:
        """Of these traces those that were imported before a moment, and when.

        Args:
            until: ISO 8601.
            origin: only of scenarios of this origin; empty for all.
        """
        found: dict[int, str] = {}
        at = t.import_file.c.created_at
        with self._database.read() as connection:
            for start in range(0, len(pks), _AT_ONCE):
                statement = (
                    select(t.trace.c.pk, at)
                    .join(t.import_file, t.import_file.c.pk == t.trace.c.import_pk)
                    .join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk)
                    .where(t.trace.c.pk.in_(pks[start : start + _AT_ONCE]), at <= until)
                )
                if origin:
                    statement = statement.where(t.scenario.c.origin == origin)
                found.update((pk, moment) for pk, moment in connection.execute(statement))
        return found

    def tombstones(self) -> list[Tombstone]:
        """What was deleted, oldest first."""
        s = t.tombstone.c
        statement = (
            select(t.trace.c.id, s.rule, s.reason, s.author, s.created_at)
            .join(t.trace, t.trace.c.pk == s.trace_pk)
            .order_by(s.seq)
        )
        with self._database.read() as connection:
            return [Tombstone(row[0].hex(), *row[1:]) for row in connection.execute(statement)]


def _setting(key: str) -> Any:
    return select(t.setting.c.value).where(t.setting.c.key == key)


def _decision(row: Any) -> Decision:
    return Decision(
        id=row.id,
        verdict=row.verdict,
        kind=row.kind,
        digest=row.digest,
        author=row.author,
        created_at=row.created_at,
        reason=row.reason,
        trace=row.trace,
        path=row.path,
        start=row.start,
        end=row.end,
        text=row.text,
        supersedes=row.supersedes or "",
    )


def _stored(row: Any) -> StoredFinding:
    return StoredFinding(
        row.pk,
        row.trace_pk,
        Finding(
            row.path,
            row.start,
            row.end,
            row.kind,
            row.recognizer,
            row.score,
            row.digest.hex(),
        ),
    )
