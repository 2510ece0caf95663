"""Whether a project is whole: the file, the references, the content behind every id."""

from collections.abc import Callable, Iterator

from sqlalchemy import Connection, Table, and_, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Fault
from evaldesk.domain.rubric import Rubric
from evaldesk.storage import codec
from evaldesk.storage import tables as t
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


def check(
    database: Database, progress: Callable[[int, int], None] = lambda done, total: None
) -> tuple[int, list[Fault]]:
    """Read everything once and compare.

    Args:
        progress: called with (checked, total).

    Returns:
        How many things were checked, and what was found.
    """
    faults: list[Fault] = []
    with database.read() as connection:
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                faults.append(Fault("file", line))
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            faults.append(Fault(f"{row[0]} row {row[1]}", f"refers to a missing {row[2]}"))
        total = sum(
            int(connection.execute(select(sql.count()).select_from(table)).scalar_one())
            for table in (
                t.scenario,
                t.scenario_revision,
                t.trace,
                t.rubric_version,
                t.dataset_version,
                t.answer,
                t.ruling,
            )
        )
        checked = 0
        for part in (
            _scenarios,
            _revisions,
            _traces,
            _rubrics,
            _datasets,
            _answers,
            _rulings,
        ):
            try:
                with translated(database.path):
                    for fault in part(connection):
                        checked += 1
                        if fault is not None:
                            faults.append(fault)
                        if checked % 1000 == 0:
                            progress(checked, total)
            except (EvalDeskError, ValueError, LookupError, TypeError, AttributeError) as error:
                # Damage can make anything of a row; the other kinds of rows are still read.
                what = f"could not be read to the end ({error})"
                faults.append(Fault(part.__name__.removeprefix("_"), what))
        progress(checked, total)
    return checked, faults


def _scenarios(connection: Connection) -> Iterator[Fault | None]:
    for row in connection.execute(select(t.scenario.c.id, t.scenario.c.key, t.scenario.c.body)):
        where = f"scenario {row.key}"
        try:
            stored = codec.read(row.body)
        except (EvalDeskError, ValueError):
            yield Fault(where, "its text is damaged")
            continue
        same = scenario_id(row.key, stored.get("input")) == row.id
        yield None if same else Fault(where, "its content does not fit its id")


def _traces(connection: Connection) -> Iterator[Fault | None]:
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
            yield Fault(where, "its text is missing")
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
    # Each entry supersedes the one before it on the same question: no gap, no fork.
    last: dict[tuple[object, ...], str] = {}
    columns = [table.c.id, table.c.supersedes, *(table.c[name] for name in question)]
    for identity, supersedes, *place in connection.execute(select(*columns).order_by(table.c.seq)):
        key = tuple(place)
        same = last.get(key) == supersedes
        last[key] = identity
        yield None if same else Fault(f"{table.name} {identity}", "its history has a gap")
