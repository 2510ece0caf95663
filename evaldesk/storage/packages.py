"""Packages that left and came, and the merging of what came: a union of rows, each kept once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, select

from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import InputError
from evaldesk.domain.exchange import (
    Brought,
    CarriedRow,
    Conflict,
    Direction,
    MergeCount,
    PackageItem,
    PackageRecord,
)
from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import codec, portable_rows, standing
from evaldesk.storage import tables as t
from evaldesk.storage.audit import chain
from evaldesk.storage.audit.adoption import adopt
from evaldesk.storage.audit.verification import Fits
from evaldesk.storage.engine import Database
from evaldesk.storage.portable_insert import RowInserter

CARRIED: Mapping[str, str] = {
    "answer": "rater",
    "submission": "rater",
    "work_time": "rater",
    "note": "author",
    "highlight": "author",
    "ruling": "author",
}
"""Tables whose rows travel → the member of their portable form that names who made a row."""


QUOTING = ("note", "highlight")
"""Tables whose rows hold words of a trace, and go with its text when that is deleted: what comes
in again of a trace without a text counts as here already."""


class _DryRun(Exception):
    """Ends a transaction that was only tried."""


class PackageRepository:
    """The packages of a project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[PackageRecord]:
        """Everything that left and came, oldest first."""
        with self._database.read() as connection:
            return [_record(row) for row in connection.execute(select(t.package).order_by(_p.seq))]

    def find(self, package: str, direction: Direction) -> PackageRecord | None:
        """One of them, by the id that its manifest gives."""
        with self._database.read() as connection:
            row = connection.execute(
                select(t.package).where(_p.package == package, _p.direction == direction)
            ).first()
            return None if row is None else _record(row)

    def opened(self) -> PackageRecord | None:
        """The package that this project was made of; None where it was not."""
        with self._database.read() as connection:
            row = connection.execute(
                select(t.package).where(_p.direction == "opened").order_by(_p.seq).limit(1)
            ).first()
            return None if row is None else _record(row)

    def record(self, record: PackageRecord, items: Sequence[PackageItem] = ()) -> None:
        """Keep that a package left or came.

        Args:
            items: what those of a package that was sent stand for.
        """
        with self._database.write(
            event=f"package.{record.direction}",
            author=record.author,
            details={"package": record.package, "kind": record.kind, "sha256": record.sha256},
        ) as connection:
            keep(connection, record)
            if items:
                connection.execute(
                    t.package_item.insert(),
                    [
                        {
                            "package": record.package,
                            "item": one.item,
                            "trace_pk": one.trace_pk,
                            "reading": one.reading,
                        }
                        for one in items
                    ],
                )

    def items(self, package: str) -> dict[str, PackageItem]:
        """What the items of a package that was sent stand for."""
        with self._database.read() as connection:
            return _items(connection, package)

    def rows_of(self, person: str, tables: Sequence[str]) -> list[CarriedRow]:
        """Everything that a person appended to these tables, in the order they did."""
        found = []
        with self._database.read() as connection:
            for name in tables:
                found += [
                    CarriedRow(name, content)
                    for _, content in portable_rows.rows(connection, name)
                    if content[CARRIED[name]] == person
                ]
        return found

    def own_events(self) -> list[AuditEvent]:
        """This project's own log, from its beginning."""
        with self._database.read() as connection:
            own = chain.own_head(connection)[0]
            columns = [t.audit_event.c[name] for name in chain.COLUMNS]
            found = connection.execute(
                select(*columns)
                .where(t.audit_event.c.chain == own)
                .order_by(t.audit_event.c.number)
            )
            return [chain.event_of(row) for row in found]

    def merge(
        self, brought: Brought, author: str, fits: Fits, *, newer: bool = False, dry_run: bool
    ) -> MergeCount:
        """Take in what is not here yet: all of it in one transaction, or nothing.

        Args:
            author: whoever merges.
            newer: settle what differs: the later answer stands.
            dry_run: only say what would come; nothing is written.

        Raises:
            InputError: a row or an event is not what it says, or refers to what is not here.
        """
        details: dict[str, Any] = {"package": brought.record.package}
        counted: list[MergeCount] = []
        try:
            with self._database.write(
                event="package.merged", author=author, details=details
            ) as connection:
                count = _Merge(connection, brought).run(fits)
                if newer:
                    settled = _decided(connection, count.conflicts, author)
                    count = replace(count, conflicts=settled)
                counted.append(count)
                if dry_run:
                    raise _DryRun
                if count.added or count.events:
                    keep(connection, brought.record)
                    details["added"] = dict(count.added)
                    details["from"] = brought.record.sha256
        except _DryRun:
            pass
        return counted[0]

    def conflicts(self) -> list[Conflict]:
        """Everything that nobody has decided yet."""
        with self._database.read() as connection:
            return [
                _conflict(connection, fork)
                for table in standing.QUESTIONS
                for fork in standing.forks(connection, table)
            ]

    def decide(self, conflict: Conflict, row: str, author: str, reason: str) -> None:
        """Choose what stands of a conflict.

        Args:
            row: one of its rows.
        """
        with self._database.write(
            event="conflict.decided", author=author, reason=reason, details={"stands": row}
        ) as connection:
            for fork in standing.forks(connection, conflict.table):
                if set(fork.rows) == set(conflict.rows):
                    standing.decide(connection, fork, row, author, reason)


_p = t.package.c


@dataclass(slots=True)
class _Merge:
    """One file on its way in, within a transaction."""

    connection: Connection
    brought: Brought
    added: Counter[str] = field(default_factory=Counter)
    already: Counter[str] = field(default_factory=Counter)

    def run(self, fits: Fits) -> MergeCount:
        items = _items(self.connection, self.brought.assignment)
        traces = _trace_ids(self.connection, [one.trace_pk for one in items.values()])
        inserter = RowInserter(self.connection)
        here = self._here()
        emptied = _emptied(self.connection)
        touched: dict[str, dict[standing.Question, None]] = {}
        ratings: list[standing.Question] = []
        for row in self.brought.rows:
            local = self._local(row, items, traces)
            values = inserter.values(row.table, local)
            if row.table in standing.QUESTIONS:
                question = tuple(values[name] for name in standing.QUESTIONS[row.table])
                touched.setdefault(row.table, {})[question] = None
            known = here.get((row.table, str(row.content["id"])))
            if known is not None:
                if known != dict(row.content):
                    raise _another(row)
                self.already[row.table] += 1
                continue
            if row.table in QUOTING and values["trace_pk"] in emptied:
                self.already[row.table] += 1
                continue
            self._follow(row, values)
            inserter.insert(row.table, values)
            self._remember(row, values, local)
            self.added[row.table] += 1
            if row.table == "submission":
                ratings.append(tuple(values[name] for name in standing.RATING))
        standing.settle_states(
            self.connection, ratings, {str(row.content["id"]) for row in self.brought.rows}
        )
        forks = [
            fork
            for table, questions in touched.items()
            for fork in standing.settle(self.connection, table, questions)
        ]
        conflicts = tuple(_conflict(self.connection, fork) for fork in forks if not fork.decided)
        events = adopt(self.connection, self.brought.events, fits)
        return MergeCount(dict(self.added), dict(self.already), events, conflicts)

    def _local(
        self, row: CarriedRow, items: Mapping[str, PackageItem], traces: Mapping[int, str]
    ) -> dict[str, Any]:
        """The row as it reads here: an item of the package is a trace of this project."""
        local = dict(row.content)
        if not self.brought.assignment:
            return local
        item = items.get(str(local.get("trace")))
        if item is None:
            raise InputError(f"A row of {row.table} speaks of a trace that was not assigned.")
        local["trace"] = traces[item.trace_pk]
        if "reading" in local:
            local["reading"] = item.reading
        return local

    def _here(self) -> dict[tuple[str, str], portable_rows.Content]:
        """Those rows of the file that are here already, as they were signed."""
        ids: dict[str, list[str]] = {}
        for row in self.brought.rows:
            ids.setdefault(row.table, []).append(str(row.content["id"]))
        found = {}
        for table, wanted in ids.items():
            signed = signed_members(self.connection, table, wanted)
            for content in portable_rows.by_id(self.connection, table, wanted):
                identity = content["id"]
                found[table, identity] = {**content, **signed.get(identity, {})}
        return found

    def _follow(self, row: CarriedRow, values: dict[str, Any]) -> None:
        """Where what a row supersedes was superseded here meanwhile, it stands beside that."""
        before = values.get("supersedes")
        if before is None:
            return
        raw: Any = self.connection.connection.dbapi_connection
        name = t.METADATA.tables[row.table].name
        there, taken = raw.execute(
            f'SELECT EXISTS (SELECT 1 FROM "{name}" WHERE id = ?),'
            f' EXISTS (SELECT 1 FROM "{name}" WHERE supersedes = ?)',
            (before, before),
        ).fetchone()
        if not there:
            raise InputError(f"A row of {row.table} supersedes one that did not come with it.")
        if taken:
            values["supersedes"] = None

    def _remember(
        self, row: CarriedRow, values: Mapping[str, Any], local: Mapping[str, Any]
    ) -> None:
        here = {**local, **({"supersedes": values["supersedes"]} if "supersedes" in local else {})}
        signed = {name: value for name, value in row.content.items() if here.get(name) != value}
        self.connection.execute(
            t.package_row.insert().values(
                package=self.brought.record.package,
                name=row.table,
                row=row.content["id"],
                signed=codec.encode(signed),
            )
        )


def signed_members(
    connection: Connection, table: str, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Row → what it said differently when it was signed, for those that a package brought."""
    r = t.package_row.c
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), 500):
        rows = connection.execute(
            select(r.row, r.signed).where(r.name == table, r.row.in_(ids[start : start + 500]))
        )
        found.update((row, codec.decode(signed)) for row, signed in rows)
    return found


def _another(row: CarriedRow) -> InputError:
    what = row.table.replace("_", " ")
    return InputError(f"The {what} {row.content['id']} is here already, and says something else.")


def keep(connection: Connection, record: PackageRecord) -> None:
    """`PackageRepository.record` within a transaction that is open."""
    connection.execute(
        t.package.insert().values(
            id=new_id(),
            package=record.package,
            direction=record.direction,
            kind=record.kind,
            manifest=record.manifest,
            signature=record.signature,
            sha256=record.sha256,
            secret=record.secret,
            author=record.author,
            created_at=record.created_at or now(),
        )
    )


def _items(connection: Connection, package: str) -> dict[str, PackageItem]:
    i = t.package_item.c
    found = connection.execute(
        select(i.item, i.trace_pk, i.reading).where(i.package == package).order_by(i.seq)
    )
    return {row.item: PackageItem(*row) for row in found}


def _emptied(connection: Connection) -> set[int]:
    """Row numbers of the traces whose text was deleted."""
    return set(connection.execute(select(t.tombstone.c.trace_pk)).scalars())


def _trace_ids(connection: Connection, pks: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(pks), 500):
        some = pks[start : start + 500]
        rows = connection.execute(select(t.trace.c.pk, t.trace.c.id).where(t.trace.c.pk.in_(some)))
        found.update((pk, identity.hex()) for pk, identity in rows)
    return found


def _decided(
    connection: Connection, conflicts: Sequence[Conflict], author: str
) -> tuple[Conflict, ...]:
    open_ = {one.rows for one in conflicts}
    for table in {one.table for one in conflicts}:
        for fork in standing.forks(connection, table):
            if fork.rows in open_:
                standing.decide(connection, fork, fork.rows[0], author, "the later answer stands")
    return tuple(replace(one, decided=True) for one in conflicts)


def _conflict(connection: Connection, fork: standing.Fork) -> Conflict:
    found = [*portable_rows.by_id(connection, fork.table, fork.rows)]
    first = found[0]
    told = [(_told(one), str(one["created_at"])) for one in found]
    round_name = connection.execute(
        select(t.round_.c.name).where(t.round_.c.id == first.get("round"))
    ).scalar()
    return Conflict(
        table=fork.table,
        who=str(first[CARRIED.get(fork.table, "rater")]),
        trace=str(first.get("trace") or ""),
        field=str(first.get("field") or first.get("criterion") or ""),
        round=round_name or "",
        stands=told[0][0],
        at=told[0][1],
        others=tuple(told[1:]),
        rows=fork.rows,
        decided=fork.decided,
    )


def _told(content: portable_rows.Content) -> Any:
    if "choice" in content:
        return content["choice"]
    value = content.get("value")
    return None if value is None else codec.decode(value)


def _record(row: Any) -> PackageRecord:
    return PackageRecord(
        package=row.package,
        direction=row.direction,
        kind=row.kind,
        manifest=row.manifest,
        signature=row.signature,
        sha256=row.sha256,
        author=row.author,
        created_at=row.created_at,
        secret=row.secret,
    )
