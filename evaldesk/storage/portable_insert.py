"""The inverse of `portable_rows`: rows of other files become rows of this one.

What stands for something elsewhere is looked up here; what is not here is an error that names it.
Nothing of a row is taken on trust: its members, their kinds and what they refer to are checked.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Float, Integer, Table, select

from evaldesk.domain.errors import InputError
from evaldesk.storage import people
from evaldesk.storage import tables as t
from evaldesk.storage.portable_rows import UNDECLARED, Content, form

_LONGEST = 1_000_000
"""Characters of a text in a row."""


class RowInserter:
    """Writes rows within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], int] = {}

    def values(self, name: str, content: Content) -> dict[str, Any]:
        """The columns of a row of this file.

        Args:
            name: of the table.

        Raises:
            InputError: a member is missing, unknown or of another kind, or refers to what is not
                here.
        """
        table = t.METADATA.tables[name]
        wanted = set(form(name).names)
        if set(content) != wanted:
            odd = ", ".join(sorted(set(content) ^ wanted))
            raise InputError(f"A row of {name} has other members than this program knows: {odd}.")
        made: dict[str, Any] = {}
        for column in table.columns:
            plain = column.name.removesuffix("_pk")
            if plain not in wanted:
                continue
            value = content[plain]
            if column.name.endswith("_pk"):
                made[column.name] = self._number(table, column, value, content)
            else:
                made[column.name] = _checked(name, column, value)
        return made

    def insert(self, name: str, values: Mapping[str, Any]) -> None:
        """Append a row of `values`."""
        self._connection.execute(t.METADATA.tables[name].insert().values(**values))

    def _number(self, table: Table, column: Column[Any], value: Any, row: Content) -> int | None:
        if value is None:
            if column.nullable:
                return None
            raise InputError(f"A row of {table.name} names no {column.name.removesuffix('_pk')}.")
        if not isinstance(value, str):
            raise InputError(f"A row of {table.name} has a member of another kind.")
        targets = [key.column.table.name for key in column.foreign_keys]
        target = targets[0] if targets else UNDECLARED[column.name]
        scope = str(row.get("rubric", "")) if target == "rubric_version" else ""
        key = (target, f"{scope}\n{value}")
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._look_up(target, value, scope)
        return found

    def _look_up(self, target: str, value: str, scope: str) -> int:
        if target == "person":
            if not value.strip() or len(value) > 500:
                raise InputError("A row names nobody.")
            return people.ensure(self._connection, value)
        table = t.METADATA.tables[target]
        if target == "trace":
            statement = select(table.c.pk).where(table.c.id == _bytes(value))
        elif target == "rubric":
            statement = select(table.c.pk).where(table.c.name == value)
        elif target == "rubric_version":
            statement = (
                select(table.c.pk)
                .join(t.rubric, t.rubric.c.pk == table.c.rubric_pk)
                .where(table.c.id == value, t.rubric.c.name == scope)
            )
        elif target == "round":
            statement = select(table.c.pk).where(table.c.id == value)
        else:
            raise InputError(f"Rows that refer to a {target} are not brought in.")
        pk = self._connection.execute(statement).scalar()
        if pk is None:
            what = target.replace("_", " ")
            raise InputError(
                f"It speaks of a {what} that this project does not have ({value[:16]})."
            )
        return int(pk)


def _bytes(value: str) -> bytes:
    try:
        return bytes.fromhex(value)
    except ValueError as error:
        raise InputError("A row names no trace.") from error


def _is_text(value: str) -> bool:
    """JSON can hold half a character, which no file can."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _checked(name: str, column: Column[Any], value: Any) -> Any:
    where = f"“{column.name}” of a row of {name}"
    if value is None:
        if column.nullable:
            return None
        raise InputError(f"{where} is missing.")
    kind = column.type
    if isinstance(kind, Boolean):
        if value in (0, 1):
            return bool(value)
    elif isinstance(kind, Integer):
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 53:
            return value
    elif isinstance(kind, Float):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
    elif isinstance(value, str) and len(value) <= _LONGEST and _is_text(value):
        return value
    raise InputError(f"{where} is of another kind, or too long.")
