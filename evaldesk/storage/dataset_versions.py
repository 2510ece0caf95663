"""Versions of datasets: immutable sets of scenarios, each as of one revision of its description,
named by their content.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select, update
from sqlalchemy import func as sql

from evaldesk.domain.errors import UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t
from evaldesk.storage.engine import row_number
from evaldesk.storage.identity import version_id

_v = t.dataset_version.c


def make(
    connection: Connection,
    dataset: str,
    members: Mapping[int, int],
    *,
    parent: int | None,
    author: str,
    note: str,
) -> int:
    """A version with these scenarios; the one that has them already, where there is one.

    Args:
        dataset: its name; made where there is none.
        members: scenario (row number) → number of its revision.
        parent: row number of the version it was made from; None for the dataset's latest.

    Returns:
        The version's row number.

    Raises:
        UsageError: no scenario.
    """
    if not members:
        raise UsageError("A version needs at least one scenario.", "Choose some first.")
    said = revisions.tokens(connection, members)
    identity = version_id(
        (scenario.hex(), said.get(pk, "")) for pk, scenario in _ids(connection, list(members))
    )
    dataset_pk = named(connection, dataset)
    known = connection.execute(
        select(_v.pk).where(_v.dataset_pk == dataset_pk, _v.id == identity)
    ).scalar()
    if known is not None:
        return int(known)
    if parent is None:
        parent = connection.execute(
            select(sql.max(_v.pk)).where(_v.dataset_pk == dataset_pk)
        ).scalar()
    inserted = connection.execute(
        t.dataset_version.insert().values(
            id=identity,
            dataset_pk=dataset_pk,
            parent_pk=parent,
            author=author,
            note=note,
            created_at=now(),
            scenarios=len(members),
        )
    )
    pk = row_number(inserted)
    connection.execute(
        t.dataset_member.insert(),
        [
            {"version_pk": pk, "scenario_pk": scenario, "revision": number}
            for scenario, number in sorted(members.items())
        ],
    )
    return pk


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
    with those it stood on before, as they are described now.
    """
    everything = {*_of_run(connection, run_pk), *scenarios.values()}
    pk = hold(connection, dataset, everything, author=author, note=note)
    connection.execute(update(t.run).where(t.run.c.pk == run_pk).values(dataset_version_pk=pk))


def hold(
    connection: Connection, dataset: str, scenarios: Iterable[int], *, author: str, note: str
) -> int:
    """A version with these scenarios as they are described now; its row number."""
    latest = revisions.latest_numbers(connection)
    members = {pk: latest.get(pk, 0) for pk in scenarios}
    return make(connection, dataset, members, parent=None, author=author, note=note)


def named(connection: Connection, name: str) -> int:
    """Row number of a dataset, made if new."""
    pk = connection.execute(select(t.dataset.c.pk).where(t.dataset.c.name == name)).scalar()
    if pk is None:
        inserted = connection.execute(
            t.dataset.insert().values(id=new_id(), name=name, created_at=now())
        )
        pk = row_number(inserted)
    return int(pk)


def members_of(connection: Connection, version_pk: int) -> dict[int, int]:
    """Scenario (row number) → number of its revision."""
    m = t.dataset_member.c
    found = connection.execute(select(m.scenario_pk, m.revision).where(m.version_pk == version_pk))
    return dict(found.all())


def _of_run(connection: Connection, run_pk: int) -> Sequence[int]:
    """A run that is continued keeps the scenarios of its earlier files."""
    return list(
        connection.execute(
            select(t.dataset_member.c.scenario_pk)
            .join(t.run, t.run.c.dataset_version_pk == t.dataset_member.c.version_pk)
            .where(t.run.c.pk == run_pk)
        ).scalars()
    )


def _ids(connection: Connection, pks: Sequence[int]) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    for some in revisions.chunks(pks):
        rows = connection.execute(
            select(t.scenario.c.pk, t.scenario.c.id).where(t.scenario.c.pk.in_(some))
        )
        found.extend((pk, identity) for pk, identity in rows)
    return found
