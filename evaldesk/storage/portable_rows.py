"""Rows as other files can read them: whatever is local to one file replaced by what it stands for.

The form of a row is made from its table's columns. A column that ends in ``_pk`` becomes the name
or id of what it refers to, without the ending: ``trace_pk`` becomes ``trace``, the trace's id;
``rater_pk`` becomes ``rater``, the person's name. The row's own number is left out. A new table has
a form without more said, as long as its columns follow those rules; where they do not, `form` says
so.
"""

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import BLOB, Column, Connection, Table

from evaldesk.domain.dataset import Description
from evaldesk.domain.identifiers import canonical_json
from evaldesk.storage import codec
from evaldesk.storage import tables as t

Content = dict[str, Any]
"""Column → value: text, number or null. Bytes are hexadecimal text."""

_REFERRED = {
    "trace": "lower(hex(id))",
    "scenario": "lower(hex(id))",
    "person": "name",
    "rubric": "name",
    "rubric_version": "id",
    "round": "id",
    "run": "name",
    "metric": "name",
    "dataset": "name",
    "dataset_version": "(SELECT name FROM dataset WHERE pk = dataset_pk) || '@' || id",
    "import_file": "id",
}
"""What stands for a row of these tables elsewhere."""

UNDECLARED = {"import_pk": "import_file", "round_pk": "round", "rubric_pk": "rubric"}
"""What columns refer to that were added to tables without saying so."""

_OWN = {
    # Where a round stood when it was revealed is kept as the number of the last answer then.
    ("round_event", "answers"): (
        "iif(r.answers = 0, '', coalesce((SELECT id FROM answer WHERE seq = r.answers),"
        " (SELECT id FROM audit_gone WHERE name = 'answer' AND pk = r.answers), '?' || r.answers))"
    ),
}
_LOCAL = {"score": ("batch",), "audit_gone": ("pk", "other", "cover_seq")}
_CONTENT_IDS = {"trace": ("id", "import_pk")}
"""Of these the id says everything; see `identity.trace_id`. The rest of the row is compared with
it when a project is verified, or made from it."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the rows of one table are read.

    Attributes:
        key: the columns of the row's number, which also order the rows.
        names: the members of the portable form, in the order of ``select``.
        select: up to the FROM, the table under the name ``r``; begins with the key.
        identified: whether the rows have an ``id`` of their own.
    """

    table: str
    key: tuple[str, ...]
    names: tuple[str, ...]
    select: str
    identified: bool


@functools.cache
def form(name: str) -> Form:
    """The form of a table's rows.

    Raises:
        LookupError: a column ends in ``_pk`` and nothing says what it refers to.
    """
    table = t.METADATA.tables[name]
    key = tuple(column.name for column in table.primary_key.columns)
    chosen = [
        column
        for column in table.columns
        if column.name not in _LOCAL.get(name, ())
        and column.name in _CONTENT_IDS.get(name, column.name)
        and not (column.primary_key and column.name in ("pk", "seq"))
    ]
    names = tuple(column.name.removesuffix("_pk") for column in chosen)
    said = [*(f"r.{part}" for part in key), *(_expression(table, column) for column in chosen)]
    return Form(name, key, names, f'SELECT {", ".join(said)} FROM "{name}" r', "id" in names)


def _expression(table: Table, column: Column[Any]) -> str:
    own = _OWN.get((table.name, column.name))
    if own is not None:
        return own
    if column.name.endswith("_pk"):
        targets = [key.column.table.name for key in column.foreign_keys]
        target = targets[0] if targets else UNDECLARED.get(column.name, "")
        if target not in _REFERRED:
            raise LookupError(f"{table.name}.{column.name}: nothing says what it stands for")
        found = f'(SELECT {_REFERRED[target]} FROM "{target}" WHERE pk = r.{column.name})'
        # What refers to nothing is told apart from what is empty.
        return f"iif(r.{column.name} IS NULL, NULL, coalesce({found}, '?' || r.{column.name}))"
    if isinstance(column.type, BLOB):
        return f"lower(hex(r.{column.name}))"
    return f'r."{column.name}"'


def rows(
    connection: Connection, name: str, *, after: int = -1, until: int | None = None
) -> Iterator[tuple[int, Content]]:
    """Rows with their numbers, in the order of these.

    Args:
        name: of the table.
        after: only rows with a number above this one.
        until: only rows with a number up to this one; None for all.
    """
    if name == "scenario":
        yield from _scenarios(connection, after, until)
        return
    said = form(name)
    first = said.key[0]
    limit = "" if until is None else f" AND r.{first} <= {until:d}"
    order = ", ".join(f"r.{part}" for part in said.key)
    statement = f"{said.select} WHERE r.{first} > {after:d}{limit} ORDER BY {order}"
    finish = _finisher(connection, said)
    for row in _fetched(connection, statement):
        yield row[0], finish(row)


def by_id(connection: Connection, name: str, ids: Sequence[str]) -> Iterator[Content]:
    """Rows by what they are called everywhere, in the order of ``ids``; what is not there is left
    out.

    Args:
        name: of a table whose rows have an ``id`` of text.
    """
    said = form(name)
    finish = _finisher(connection, said)
    statement = f"{said.select} WHERE r.id = ?"
    for identity in ids:
        for row in _fetched(connection, statement, (identity,)):
            yield finish(row)


def state(
    connection: Connection, name: str, column: str, keys: Sequence[str] | None = None
) -> Iterator[tuple[str, Content]]:
    """Rows of a table that changes, with their keys.

    Args:
        column: that names a row everywhere.
        keys: only these; None for all, in the order of their keys.
    """
    said = form(name)
    finish = _finisher(connection, said)
    place = len(said.key) + said.names.index(column)
    if keys is None:
        for row in _fetched(connection, f'{said.select} ORDER BY r."{column}"'):
            yield row[place], finish(row)
        return
    for key in keys:
        for row in _fetched(connection, f'{said.select} WHERE r."{column}" = ?', (key,)):
            yield key, finish(row)


def row_hash(content: Content) -> bytes:
    """SHA-256 of a row's canonical JSON, 32 bytes."""
    return hashlib.sha256(canonical_json(content)).digest()


def digest(hashes: Iterable[bytes]) -> tuple[int, str]:
    """How many rows, and SHA-256 over their `row_hash`es one after the other, in hexadecimal."""
    whole, count = hashlib.sha256(), 0
    for each in hashes:
        whole.update(each)
        count += 1
    return count, whole.hexdigest()


def _finisher(connection: Connection, said: Form) -> Any:
    skip = len(said.key)
    if said.table != "round":
        return lambda row: dict(zip(said.names, row[skip:], strict=True))

    def with_parts(row: Sequence[Any]) -> Content:
        content = dict(zip(said.names, row[skip:], strict=True))
        parts = {name: _part(connection, name, row[0]) for name in parts_of_rounds()}
        content["parts"] = {name: found for name, found in parts.items() if found}
        return content

    return with_parts


@functools.cache
def parts_of_rounds() -> tuple[str, ...]:
    """The tables whose rows are settled when their round begins, and belong to its form."""
    return tuple(
        name
        for name in t.APPEND_ONLY
        if t.METADATA.tables[name].primary_key.columns.keys()[0] == "round_pk"
    )


def _part(connection: Connection, name: str, round_pk: int) -> str:
    said = form(name)
    skip = len(said.key)
    # Sorted by what they say: the order of row numbers is this file's own.
    hashes = sorted(
        row_hash(dict(zip(said.names, row[skip:], strict=True)))
        for row in _fetched(connection, f"{said.select} WHERE r.round_pk = ?", (round_pk,))
    )
    return digest(hashes)[1] if hashes else ""


def _scenarios(
    connection: Connection, after: int, until: int | None
) -> Iterator[tuple[int, Content]]:
    """As they were imported: what became of their description are revisions. The body is hashed as
    it lies in the file, compressed: unpacking a million costs as much as all the rest.
    """
    limit = "" if until is None else f" AND r.pk <= {until:d}"
    statement = (
        "SELECT r.pk, lower(hex(r.id)), r.body, r.place,"
        " iif(r.import_pk IS NULL, NULL, coalesce((SELECT id FROM import_file"
        " WHERE pk = r.import_pk), '?' || r.import_pk)),"
        " (SELECT content FROM scenario_revision WHERE scenario_pk = r.pk AND number = 0),"
        " r.title, r.tier, r.expected, r.origin,"
        " (SELECT json_group_array(json_array(name, value)) FROM scenario_slice"
        " WHERE scenario_pk = r.pk)"
        f" FROM scenario r WHERE r.pk > {after:d}{limit} ORDER BY r.pk"
    )
    for row in _fetched(connection, statement):
        pk, identity, body, place, imported, first, title, tier, expected, origin, slices = row
        if first is None:
            described: Mapping[str, Any] = {
                "title": title,
                "tier": tier,
                "expected": expected,
                "origin": origin,
                "slices": dict(orjson.loads(slices)),
            }
        else:
            said = Description.from_json(codec.decode(first))
            described = {
                "title": said.title,
                "tier": said.tier,
                "expected": said.expected,
                "origin": said.origin,
                "slices": dict(said.slices),
            }
        yield (
            pk,
            {
                "id": identity,
                "body": hashlib.sha256(body).hexdigest(),
                "place": place,
                "import": imported,
                **described,
            },
        )


def _fetched(
    connection: Connection, statement: str, given: Sequence[Any] = ()
) -> Iterator[Sequence[Any]]:
    # The driver itself: millions of rows need no objects around them.
    raw: Any = connection.connection.dbapi_connection
    cursor = raw.execute(statement, given)
    try:
        while found := cursor.fetchmany(1000):
            yield from found
    finally:
        cursor.close()
