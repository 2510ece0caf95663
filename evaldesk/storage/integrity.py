"""Whether a project is whole: the file, the references, the content behind every id."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Connection, Table, and_, select

from evaldesk.domain.dataset import Description
from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Fault
from evaldesk.domain.rubric import Rubric
from evaldesk.storage import codec
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t
from evaldesk.storage.audit import coverage
from evaldesk.storage.audit.verification import Fits, LogCheck, Part
from evaldesk.storage.engine import Database, translated
from evaldesk.storage.identity import (
    header_of,
    revision_id,
    scenario_id,
    trace_id,
    version_id,
)


def quick(database: Database) -> list[str]:
    """What SQLite's own quick check finds; empty where the file is whole."""
    with database.read() as connection:
        lines = connection.exec_driver_sql("PRAGMA quick_check").scalars()
        return [line for line in lines if line != "ok"]


@dataclass(slots=True)
class Checked:
    """What `check` found.

    Attributes:
        things: how many were checked.
        signed, unsigned: entries of the log.
    """

    things: int = 0
    signed: int = 0
    unsigned: int = 0
    faults: list[Fault] = field(default_factory=list)


def check(
    database: Database,
    progress: Callable[[int, int], None] = lambda done, total: None,
    fits: Fits = lambda key, signature, message: True,
) -> Checked:
    """Read everything once and compare.

    Args:
        progress: called with (checked, total); what it raises ends the reading.
        fits: checks a signature; signatures are not checked where it is left out.
    """
    found = Checked()
    faults = found.faults
    with database.read() as connection:
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                faults.append(Fault("file", line))
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            faults.append(Fault(f"{row[0]} row {row[1]}", f"refers to a missing {row[2]}"))
        log = LogCheck(connection, fits)
        names = ("audit_event", *coverage.appended(), "score", *coverage.STATE)
        # What has an id of its content is read a second time.
        again = ("scenario", "scenario_revision", "trace", "rubric_version", "dataset_version")
        total = sum(
            connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()
            for name in (*names, *again, "answer", "ruling")
        )
        parts: list[tuple[str, Part]] = [
            *log.parts(),
            ("scenarios", partial(_scenarios, connection)),
            ("descriptions", partial(_revisions, connection)),
            ("traces", partial(_traces, connection)),
            ("rubrics", partial(_rubrics, connection)),
            ("datasets", partial(_datasets, connection)),
            ("answers", partial(_answers, connection)),
            ("rulings", partial(_rulings, connection)),
        ]
        for name, part in parts:
            try:
                with translated(database.path):
                    for fault in part():
                        found.things += 1
                        if fault is not None:
                            faults.append(fault)
                        if found.things % 1000 == 0:
                            progress(found.things, total)
            except (EvalDeskError, ValueError, LookupError, TypeError, AttributeError) as error:
                # Damage can make anything of a row; the other kinds of rows are still read.
                faults.append(Fault(name, f"could not be read to the end ({error})"))
        progress(found.things, found.things)
    found.signed, found.unsigned = log.signed, log.unsigned
    return found


def _scenarios(connection: Connection) -> Iterator[Fault | None]:
    s = t.scenario.c
    columns = (s.pk, s.id, s.key, s.body, s.title, s.tier, s.expected, s.origin)
    revised = _latest_revisions(connection)
    gone = t.audit_gone.c
    emptied = set(connection.execute(select(gone.pk).where(gone.name == "scenario")).scalars())
    for row in connection.execute(select(*columns)):
        where = f"scenario {row.key}"
        try:
            stored = codec.read(row.body)
        except (EvalDeskError, ValueError):
            yield Fault(where, "its text is damaged")
            continue
        if row.pk in emptied and not stored:
            yield None
        elif scenario_id(row.key, stored.get("input")) != row.id:
            yield Fault(where, "its content does not fit its id")
        elif row.pk in revised and not _is_shown(connection, row.pk, revised[row.pk]):
            yield Fault(where, "it is not shown as its latest revision describes it")
        else:
            yield None


def _latest_revisions(connection: Connection) -> dict[int, str]:
    revision = t.scenario_revision.c
    found = select(revision.scenario_pk, revision.content).order_by(revision.number)
    return dict(connection.execute(found).all())


def _is_shown(connection: Connection, pk: int, content: str) -> bool:
    said = Description.from_json(codec.decode(content))
    shown = revisions.as_imported(connection, [pk])[pk]
    return replace(said, redactions=()) == shown


def _traces(connection: Connection) -> Iterator[Fault | None]:
    gone = t.audit_gone.c
    deleted = set(connection.execute(select(gone.id).where(gone.name == "trace_body")).scalars())
    found = connection.execute(
        select(
            t.trace,
            t.trace_body.c.body,
            t.scenario.c.id.label("scenario_id"),
            t.run.c.name.label("run"),
        )
        .outerjoin(t.trace_body, t.trace_body.c.trace_pk == t.trace.c.pk)
        .join(t.scenario, t.scenario.c.pk == t.trace.c.scenario_pk)
        .join(t.run, t.run.c.pk == t.trace.c.run_pk)
        .execution_options(yield_per=500)
    )
    for row in found:
        where = f"trace {row.id.hex()}"
        if row.body is None:
            lawful = row.id.hex() in deleted
            yield None if lawful else Fault(where, "its text is missing")
            continue
        try:
            body = codec.unpack(row.body)
        except EvalDeskError:
            yield Fault(where, "its text is damaged")
            continue
        header = header_of(
            row.run,
            row.scenario_id,
            system=row.system,
            trial=row.trial,
            status=row.status,
            error=row.error,
            started_at=row.started_at,
            latency_ms=row.latency_ms,
            tokens_in=row.tokens_in,
            tokens_out=row.tokens_out,
            cost=row.cost,
        )
        same = trace_id(header, body) == row.id
        yield None if same else Fault(where, "its content does not fit its id")


def _rubrics(connection: Connection) -> Iterator[Fault | None]:
    for row in connection.execute(
        select(
            t.rubric_version.c.id,
            t.rubric_version.c.content,
            t.rubric_version.c.version,
            t.rubric.c.name,
        ).join(t.rubric, t.rubric.c.pk == t.rubric_version.c.rubric_pk)
    ):
        same = Rubric.from_json(codec.decode(row.content)).hash == row.id.split("@")[0]
        where = f"rubric {row.name} version {row.version}"
        yield None if same else Fault(where, "its content does not fit its id")


def _revisions(connection: Connection) -> Iterator[Fault | None]:
    revision, scenario = t.scenario_revision.c, t.scenario.c
    found = connection.execute(
        select(
            revision.id,
            revision.number,
            revision.content,
            revision.scenario_pk,
            scenario.id.label("scenario"),
            scenario.key,
        )
        .join(t.scenario, scenario.pk == revision.scenario_pk)
        .order_by(revision.scenario_pk, revision.number)
        .execution_options(yield_per=500)
    )
    last = (-1, -1)
    for row in found:
        where = f"scenario {row.key} revision {row.number}"
        expected = last[1] + 1 if last[0] == row.scenario_pk else 0
        last = (row.scenario_pk, row.number)
        if revision_id(row.scenario, codec.decode(row.content)) != row.id:
            yield Fault(where, "its content does not fit its id")
        else:
            yield None if row.number == expected else Fault(where, "its history has a gap")


def _datasets(connection: Connection) -> Iterator[Fault | None]:
    for pk, identity, name, size in connection.execute(
        select(
            t.dataset_version.c.pk,
            t.dataset_version.c.id,
            t.dataset.c.name,
            t.dataset_version.c.scenarios,
        ).join(t.dataset, t.dataset.c.pk == t.dataset_version.c.dataset_pk)
    ):
        first, revision = t.scenario_revision.alias("first"), t.scenario_revision.c
        member = t.dataset_member.c
        members = connection.execute(
            select(t.scenario.c.id, member.revision, revision.id, first.c.id)
            .join(t.dataset_member, member.scenario_pk == t.scenario.c.pk)
            .outerjoin(
                t.scenario_revision,
                and_(revision.scenario_pk == t.scenario.c.pk, revision.number == member.revision),
            )
            .outerjoin(first, and_(first.c.scenario_pk == t.scenario.c.pk, first.c.number == 0))
            .where(member.version_pk == pk)
        ).all()
        where = f"dataset {name} version {identity[:12]}"
        if any(number and revised is None for _, number, revised, _ in members):
            yield Fault(where, "it holds a description that is missing")
            continue
        same = (
            version_id(
                (found.hex(), revised if number and revised != imported else "")
                for found, number, revised, imported in members
            )
            == identity
        )
        yield (
            None
            if same and size == len(members)
            else Fault(where, "its scenarios do not fit its id")
        )


def _answers(connection: Connection) -> Iterator[Fault | None]:
    yield from _chains(
        connection, t.answer, ("trace_pk", "rubric_pk", "field", "rater_pk", "reading")
    )


def _rulings(connection: Connection) -> Iterator[Fault | None]:
    yield from _chains(connection, t.ruling, ("trace_pk", "rubric_pk", "criterion"))


def _chains(
    connection: Connection, table: Table, question: tuple[str, ...]
) -> Iterator[Fault | None]:
    # Each entry supersedes the one before it on the same question: no gap, no fork. Only what a
    # package brought may begin a line of its own; see `standing`.
    last: dict[tuple[object, ...], str] = {}
    brought = set(
        connection.execute(
            select(t.package_row.c.row).where(t.package_row.c.name == table.name)
        ).scalars()
    )
    seen: dict[str, tuple[object, ...]] = {}
    columns = [table.c.id, table.c.supersedes, *(table.c[name] for name in question)]
    for identity, supersedes, *place in connection.execute(select(*columns).order_by(table.c.seq)):
        key = tuple(place)
        same = last.get(key) == supersedes
        if brought:
            same = same or (
                identity in brought if supersedes is None else seen.get(supersedes) == key
            )
            seen[identity] = key
        last[key] = identity
        yield None if same else Fault(f"{table.name} {identity}", "its history has a gap")
