"""Which scenarios a run stands on: a version of its dataset, named by their ids."""

from collections.abc import Mapping

from sqlalchemy import Connection, select, update
from sqlalchemy import func as sql

from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import tables as t
from evaldesk.storage.engine import row_number
from evaldesk.storage.identity import version_id


def stand_on(
    connection: Connection,
    run_pk: int,
    dataset: str,
    scenarios: Mapping[bytes, int],
    *,
    author: str,
    note: str,
) -> None:
    """Have a run stand on a version of ``dataset`` with these scenarios (id → row number), and
    with those it stood on before.
    """
    everything = {**_of_run(connection, run_pk), **scenarios}
    revisions = _latest_revisions(connection)
    version = version_id(
        (identity.hex(), revisions[pk][1] if pk in revisions else "")
        for identity, pk in everything.items()
    )
    dataset_pk = _dataset(connection, dataset)
    pk = connection.execute(
        select(t.dataset_version.c.pk).where(
            t.dataset_version.c.dataset_pk == dataset_pk, t.dataset_version.c.id == version
        )
    ).scalar()
    if pk is None:
        parent = connection.execute(
            select(sql.max(t.dataset_version.c.pk)).where(
                t.dataset_version.c.dataset_pk == dataset_pk
            )
        ).scalar()
        inserted = connection.execute(
            t.dataset_version.insert().values(
                id=version,
                dataset_pk=dataset_pk,
                parent_pk=parent,
                author=author,
                note=note,
                created_at=now(),
                scenarios=len(everything),
            )
        )
        pk = row_number(inserted)
        connection.execute(
            t.dataset_member.insert(),
            [
                {
                    "version_pk": pk,
                    "scenario_pk": number,
                    "revision": revisions[number][0] if number in revisions else 0,
                }
                for number in everything.values()
            ],
        )
    connection.execute(update(t.run).where(t.run.c.pk == run_pk).values(dataset_version_pk=pk))


def _latest_revisions(connection: Connection) -> dict[int, tuple[int, str]]:
    """Scenario → number and id of its description's latest revision, where it has one."""
    r = t.scenario_revision.c
    found = connection.execute(select(r.scenario_pk, r.number, r.id).order_by(r.number))
    return {scenario: (number, identity) for scenario, number, identity in found if number}


def _of_run(connection: Connection, run_pk: int) -> dict[bytes, int]:
    """A run that is continued keeps the scenarios of its earlier files."""
    found = connection.execute(
        select(t.scenario.c.id, t.scenario.c.pk)
        .join(t.dataset_member, t.dataset_member.c.scenario_pk == t.scenario.c.pk)
        .join(t.run, t.run.c.dataset_version_pk == t.dataset_member.c.version_pk)
        .where(t.run.c.pk == run_pk)
    )
    return dict(found.all())


def _dataset(connection: Connection, name: str) -> int:
    pk = connection.execute(select(t.dataset.c.pk).where(t.dataset.c.name == name)).scalar()
    if pk is None:
        inserted = connection.execute(
            t.dataset.insert().values(id=new_id(), name=name, created_at=now())
        )
        pk = row_number(inserted)
    return int(pk)
