"""Every single changed value of what the log covers is found: each column of each covered table."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evaldesk.credentials.signatures import is_signed
from evaldesk.storage import integrity, portable_rows
from evaldesk.storage import tables as t
from evaldesk.storage.audit import coverage
from evaldesk.storage.engine import Database
from tests.unit.storage.signing import TestSigner
from tests.unit.storage.worked import worked_on

PLACES = 6
"""So many bytes of a value are flipped, spread over it, and two bits of each."""


class InTransaction:
    """A database as its own open write transaction sees it."""

    def __init__(self, database: Database, connection: Any) -> None:
        self.path = database.path
        self._connection = connection

    @contextmanager
    def read(self) -> Iterator[Any]:
        yield self._connection


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[InTransaction, Any]]:
    path: Path = tmp_path_factory.mktemp("flips") / "worked.evaldesk"
    worked_on(path, TestSigner("ann")).close()
    database = Database(path)
    raw = database._writer.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.close()
    try:
        with database.write() as connection:
            for name in t.APPEND_ONLY:
                connection.exec_driver_sql(f"DROP TRIGGER {name}_no_update")
            yield InTransaction(database, connection), connection.connection.dbapi_connection
            connection.rollback()
    finally:
        database.close()


def flipped(value: Any) -> Iterator[Any]:
    """The value with one bit other than it was, in several places."""
    if value is None:
        yield from (0, "")
    elif isinstance(value, int):
        yield from (value ^ 1, value ^ 64)
    elif isinstance(value, float):
        packed = struct.pack("<d", value)
        for place in (0, 3, 6):
            other = bytearray(packed)
            other[place] ^= 1
            yield struct.unpack("<d", bytes(other))[0]
    elif value == "":
        yield "x"
    else:
        data = value.encode() if isinstance(value, str) else bytes(value)
        for place in {round(n * (len(data) - 1) / max(PLACES - 1, 1)) for n in range(PLACES)}:
            for bit in (1, 32):
                other = bytearray(data)
                other[place] ^= bit
                yield bytes(other).decode() if isinstance(value, str) else bytes(other)


TABLES = sorted(coverage.covered())


@pytest.mark.parametrize("name", TABLES)
def test_every_changed_value_is_found(opened: tuple[InTransaction, Any], name: str) -> None:
    database, raw = opened
    table = t.METADATA.tables[name]
    key = [column.name for column in table.primary_key.columns]
    assert integrity.check(database, fits=is_signed).faults == []
    missed = []
    for column in [one.name for one in table.columns]:
        if f"{name}.{column}" in coverage.LOCAL:
            continue
        rows = raw.execute(f'SELECT "{column}", {", ".join(key)} FROM "{name}"').fetchall()
        for value, *place in [*rows[:1], *rows[-1:]]:
            for other in flipped(value):
                raw.execute("SAVEPOINT flip")
                where = " AND ".join(f'"{part}" = ?' for part in key)
                try:
                    raw.execute(
                        f'UPDATE "{name}" SET "{column}" = ? WHERE {where}', (other, *place)
                    )
                except Exception as refused:  # such as a number that another row has
                    if "UNIQUE" not in str(refused) and "NOT NULL" not in str(refused):
                        raise
                else:
                    if not integrity.check(database, fits=is_signed).faults:
                        missed.append((column, value, other))
                raw.execute("ROLLBACK TO flip")
                raw.execute("RELEASE flip")
    assert missed == []


def test_every_table_has_rows_to_be_flipped(opened: tuple[InTransaction, Any]) -> None:
    _, raw = opened
    empty = {
        name for name in TABLES if not raw.execute(f'SELECT 1 FROM "{name}" LIMIT 1').fetchone()
    }
    # Their forms are made by the same rules, and tested where they are written.
    later = {name for name in empty if name in t.SINCE_3 and name not in coverage.LOG}
    assert empty == later


def test_forms_stay_as_they_are() -> None:
    """What was hashed once must be hashed the same way ever after: a column that a later format
    adds is left out of the form where it holds its default.
    """
    assert portable_rows.form("answer").names == (
        "id",
        "trace",
        "rubric",
        "version",
        "field",
        "rater",
        "value",
        "comment",
        "created_at",
        "supersedes",
        "source",
        "round",
        "reading",
    )
