"""What is said of scenarios, revision by revision: appended, never changed.

The `scenario` row and its slices hold the latest description, so that filters see it; number 0
has a row of its own only where a later one exists, or where it has redactions.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select

from evaldesk.domain.dataset import Description
from evaldesk.domain.identifiers import now
from evaldesk.domain.trace import Scenario
from evaldesk.storage import codec
from evaldesk.storage import tables as t
from evaldesk.storage.identity import revision_id

AT_ONCE = 500
_INSERT = (
    "INSERT INTO scenario_revision(id, scenario_pk, number, content, author, note, created_at)"
    " VALUES (?,?,?,?,?,?,?)"
)
_UPDATE = "UPDATE scenario SET title=?, tier=?, expected=?, origin=? WHERE pk=?"

_r = t.scenario_revision.c
_s = t.scenario.c


@dataclass(frozen=True, slots=True)
class Current:
    """The latest description of a scenario.

    Attributes:
        number: of the revision; 0 is what was imported.
        stored: whether that revision has a row.
    """

    scenario: bytes
    number: int
    stored: bool
    description: Description


def current(connection: Connection, pks: Sequence[int]) -> dict[int, Current]:
    """The latest descriptions of these scenarios (row numbers)."""
    found: dict[int, Current] = {}
    for some in chunks(pks):
        latest: dict[int, tuple[int, str]] = {
            pk: (number, content)
            for pk, number, content in connection.execute(
                _LATEST.order_by(_r.scenario_pk, _r.number), {"pks": some}
            )
        }
        plain = as_imported(connection, [pk for pk in some if pk not in latest])
        ids: dict[int, bytes] = dict(connection.execute(_IDS, {"pks": some}).all())
        for pk in some:
            if pk in latest:
                number, content = latest[pk]
                described = Description.from_json(codec.decode(content))
                found[pk] = Current(ids[pk], number, True, described)
            elif pk in plain:
                found[pk] = Current(ids[pk], 0, False, plain[pk])
    return found


_IDS = select(_s.pk, _s.id).where(_s.pk.in_(bindparam("pks", expanding=True)))
_LATEST = select(_r.scenario_pk, _r.number, _r.content).where(
    _r.scenario_pk.in_(bindparam("pks", expanding=True))
)
_PLAIN = select(_s.pk, _s.title, _s.tier, _s.expected, _s.origin).where(
    _s.pk.in_(bindparam("pks", expanding=True))
)
_SLICES = select(
    t.scenario_slice.c.scenario_pk, t.scenario_slice.c.name, t.scenario_slice.c.value
).where(t.scenario_slice.c.scenario_pk.in_(bindparam("pks", expanding=True)))


def redactions(connection: Connection, pks: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Scenario → what its latest description says was redacted, where it says so."""
    found: dict[int, tuple[str, ...]] = {}
    for some in chunks(list(dict.fromkeys(pks))):
        latest = connection.execute(_LATEST.order_by(_r.scenario_pk, _r.number), {"pks": some})
        for pk, _, content in latest:
            found[pk] = Description.from_json(codec.decode(content)).redactions
    return {pk: said for pk, said in found.items() if said}


def as_imported(connection: Connection, pks: Sequence[int]) -> dict[int, Description]:
    """What the rows themselves say, for scenarios that were never revised."""
    found: dict[int, Description] = {}
    for some in chunks(pks):
        slices: dict[int, dict[str, str]] = {}
        for pk, name, value in connection.execute(_SLICES, {"pks": some}):
            slices.setdefault(pk, {})[name] = value
        for row in connection.execute(_PLAIN, {"pks": some}):
            found[row.pk] = Description(
                tier=row.tier,
                slices=slices.get(row.pk, {}),
                expected=row.expected,
                origin=row.origin,
                title=row.title,
            )
    return found


def append(
    connection: Connection, wanted: Mapping[int, Description], *, author: str, note: str
) -> dict[int, int]:
    """Say something else of scenarios.

    Args:
        wanted: scenario (row number) → what is to be said of it.

    Returns:
        Scenario → number of the revision that says it: a new one where it is not the latest.
    """
    before = current(connection, list(wanted))
    numbers: dict[int, int] = {}
    rows: list[tuple[Any, ...]] = []
    changed: dict[int, Description] = {}
    first: list[int] = []
    created = now()
    for pk, described in wanted.items():
        known = before[pk]
        if described == known.description:
            numbers[pk] = known.number
            continue
        if not known.stored:
            first.append(pk)
        numbers[pk] = known.number + 1
        content = described.to_json()
        rows.append(
            (
                revision_id(known.scenario, content),
                pk,
                known.number + 1,
                codec.encode(content),
                author,
                note,
                created,
            )
        )
        changed[pk] = described
    if changed:
        _keep_first(connection, {pk: before[pk] for pk in first})
        raw: Any = connection.connection.dbapi_connection
        raw.executemany(_INSERT, rows)
        _show_latest(raw, changed)
    return numbers


def complete(
    connection: Connection, found: Mapping[int, Scenario], *, author: str, note: str
) -> None:
    """A later file may know the tier or slices that the first one did not say: that is a revision.

    Args:
        found: scenario (row number) → what the file says of it. What is said already stays.
    """
    told = {
        pk: scenario
        for pk, scenario in found.items()
        if scenario.tier
        or scenario.expected
        or scenario.origin
        or scenario.slices
        or scenario.redactions
    }
    if not told:
        return
    known = current(connection, list(told))
    wanted = {}
    for pk, scenario in told.items():
        described = known[pk].description.completed(description_of(scenario))
        if described != known[pk].description:
            wanted[pk] = described
    if wanted:
        append(connection, wanted, author=author, note=note)


def redacted(connection: Connection, found: Mapping[int, Scenario]) -> None:
    """Keep the redactions of scenarios that were just imported: their rows have no place for
    them.
    """
    if not found:
        return
    known = current(connection, list(found))
    raw: Any = connection.connection.dbapi_connection
    created = now()
    rows = []
    for pk, scenario in found.items():
        content = {
            **known[pk].description.to_json(),
            "redactions": list(dict.fromkeys(scenario.redactions)),
        }
        rows.append(
            (
                revision_id(known[pk].scenario, content),
                pk,
                0,
                codec.encode(content),
                "",
                "",
                created,
            )
        )
    raw.executemany(_INSERT, rows)


def description_of(scenario: Scenario) -> Description:
    """What a scenario on its way in says of itself."""
    return Description(
        tier=scenario.tier,
        slices=dict(scenario.slices),
        expected=scenario.expected,
        origin=scenario.origin,
        title=scenario.title,
        redactions=tuple(dict.fromkeys(scenario.redactions)),
    )


def _keep_first(connection: Connection, scenarios: Mapping[int, Current]) -> None:
    """Number 0, as it was imported, before the first row is changed."""
    if not scenarios:
        return
    came: dict[int, tuple[str, str]] = {}
    for some in chunks(list(scenarios)):
        found = connection.execute(
            select(_s.pk, t.import_file.c.author, t.import_file.c.created_at)
            .join(t.import_file, t.import_file.c.pk == _s.import_pk)
            .where(_s.pk.in_(some))
        )
        came.update({pk: (author, created) for pk, author, created in found})
    raw: Any = connection.connection.dbapi_connection
    rows = []
    for pk, known in scenarios.items():
        content = known.description.to_json()
        author, created = came.get(pk, ("", ""))
        identity = revision_id(known.scenario, content)
        rows.append((identity, pk, 0, codec.encode(content), author, "", created))
    raw.executemany(_INSERT, rows)


def _show_latest(raw: Any, changed: Mapping[int, Description]) -> None:
    raw.executemany(
        _UPDATE,
        [(said.title, said.tier, said.expected, said.origin, pk) for pk, said in changed.items()],
    )
    raw.executemany("DELETE FROM scenario_slice WHERE scenario_pk=?", [(pk,) for pk in changed])
    raw.executemany(
        "INSERT INTO scenario_slice(scenario_pk, name, value) VALUES (?,?,?)",
        [(pk, name, value) for pk, said in changed.items() for name, value in said.slices.items()],
    )


def latest_numbers(connection: Connection) -> dict[int, int]:
    """Scenario → number of its latest revision, where it was revised."""
    statement = select(_r.scenario_pk, _r.number).where(_r.number > 0).order_by(_r.number)
    return dict(connection.execute(statement).all())


def chunks(pks: Sequence[int]) -> Iterator[list[int]]:
    """In pieces that one query takes."""
    for start in range(0, len(pks), AT_ONCE):
        yield list(pks[start : start + AT_ONCE])
