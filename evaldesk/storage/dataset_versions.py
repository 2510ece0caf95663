"""Versions of datasets: immutable sets of scenarios, each as of one revision of its description,
named by their content.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy import func as sql

from evaldesk.domain.errors import UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import packing
from evaldesk.storage import scenario_revisions as revisions
from evaldesk.storage import tables as t
from evaldesk.storage.engine import row_number
from evaldesk.storage.identity import sorted_version_id

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
    with _listed(connection, members.items()):
        return _made(connection, dataset, parent=parent, author=author, note=note)


# The members stand in a table for the while: a million of them are not for Python to hold.
_LIST = "CREATE TEMP TABLE listed (scenario_pk INTEGER PRIMARY KEY, revision INTEGER)"
_ADD = "INSERT OR IGNORE INTO listed VALUES (?, ?)"
# A revision that says what was imported is not named: the content names a version.
_SAID = """
    SELECT lower(hex(s.id)) || coalesce('@' || r.id, '') FROM listed
    JOIN scenario s ON s.pk = listed.scenario_pk
    LEFT JOIN scenario_revision r ON r.scenario_pk = s.pk AND r.number = listed.revision
      AND r.number > 0 AND NOT EXISTS (SELECT 1 FROM scenario_revision z
      WHERE z.scenario_pk = s.pk AND z.number = 0 AND z.id = r.id)
    ORDER BY s.id
"""


@contextmanager
def _listed(connection: Connection, members: Iterable[tuple[int, int]]) -> Iterator[None]:
    raw: Any = connection.connection.dbapi_connection
    raw.execute(_LIST)
    try:
        raw.executemany(_ADD, members)
        yield
    finally:
        raw.execute("DROP TABLE listed")


def _made(
    connection: Connection, dataset: str, *, parent: int | None, author: str, note: str
) -> int:
    raw: Any = connection.connection.dbapi_connection
    (count,) = raw.execute("SELECT count(*) FROM listed").fetchone()
    if not count:
        raise UsageError("A version needs at least one scenario.", "Choose some first.")
    identity = sorted_version_id(said for (said,) in raw.execute(_SAID))
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
            scenarios=count,
        )
    )
    pk = row_number(inserted)
    raw.execute(
        "INSERT INTO dataset_member(version_pk, scenario_pk, revision)"
        " SELECT ?, scenario_pk, revision FROM listed ORDER BY scenario_pk",
        (pk,),
    )
    return pk


def stand_on(
    connection: Connection,
    run_pk: int,
    dataset: str,
    scenarios: Iterable[int],
    *,
    author: str,
    note: str,
) -> None:
    """Have a run stand on a version of ``dataset`` with these scenarios (row numbers), and with
    those it stood on before, as they are described now.
    """
    everything = chain(_of_run(connection, run_pk), scenarios)
    pk = hold(connection, dataset, everything, author=author, note=note)
    connection.execute(update(t.run).where(t.run.c.pk == run_pk).values(dataset_version_pk=pk))


def hold(
    connection: Connection, dataset: str, scenarios: Iterable[int], *, author: str, note: str
) -> int:
    """A version with these scenarios as they are described now; its row number."""
    latest = revisions.latest_numbers(connection)
    with _listed(connection, ((pk, latest.get(pk, 0)) for pk in scenarios)):
        return _made(connection, dataset, parent=None, author=author, note=note)


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


def _of_run(connection: Connection, run_pk: int) -> "array[int]":
    """A run that is continued keeps the scenarios of its earlier files."""
    return packing.numbers(
        connection,
        select(t.dataset_member.c.scenario_pk)
        .join(t.run, t.run.c.dataset_version_pk == t.dataset_member.c.version_pk)
        .where(t.run.c.pk == run_pk),
    )
