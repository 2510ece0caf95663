"""Another key for a whole file: in place, or by way of a copy that is checked first."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver

from evaldesk.domain.errors import DamagedError
from evaldesk.storage import integrity
from evaldesk.storage.engine import CIPHER_DEFAULTS, PAGE_SIZE, Database, connect, translated

_BLOCK = 1 << 20
_UNLOCKED = "not a database"


def opens(path: Path, key: bytes) -> bool:
    """Whether a key is the one that a file is encrypted with.

    Raises:
        ProjectError: it is locked, or cannot be read.
    """
    with translated(path):
        connection = connect(path, key)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except driver.DatabaseError as error:
            if _UNLOCKED in str(error):
                return False
            raise
        finally:
            connection.close()
    return True


def rekey(path: Path, old: bytes, new: bytes) -> None:
    """Encrypt every page with another key, in one transaction of the write-ahead log: killed at any
    moment, the file has the old key or the new one, and all its content.

    Raises:
        ProjectError: somebody else has it open, or the disk is full; it has the old key then.
    """
    with _alone(path, old, "journal_mode=WAL") as connection:
        connection.execute(f"PRAGMA rekey = \"x'{new.hex()}'\"").close()
        # It answers nothing where it fails: what reads now reads with the new key.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def convert(path: Path, old: bytes | None, new: bytes | None, ready: Callable[[], None]) -> None:
    """Put a checked copy with another key, or none, in the place of a file. Killed at any moment,
    one of the two is there, whole.

    Args:
        ready: called when the copy is whole, right before it takes the place.

    Raises:
        ProjectError: somebody else has the file open, it cannot be written, or it is not whole; it
            is as it was then, and nothing lies beside it.
    """
    copy = aside(path)
    discard(copy)
    try:
        # With no write-ahead log: closing would remove, by its name, the one of the new file.
        with _alone(path, old, "journal_mode=DELETE") as connection:
            mode = stat.S_IMODE(path.stat().st_mode)
            os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode))
            _export(connection, copy, new)
            _check(path, copy, new, _counts(connection))
            if os.name != "nt":
                ready()
                _replace(path, copy)
                return
        ready()  # Windows replaces no file that is open
        os.replace(copy, path)
    except BaseException:
        discard(copy)
        raise


def aside(path: Path) -> Path:
    """The name of `convert`'s copy: one name, so that what a killed program left is found."""
    return path.with_name(f".{path.name}.converting")


def discard(copy: Path) -> None:
    """Remove a copy and what SQLite may have laid beside it."""
    for ending in ("", "-journal", "-wal", "-shm"):
        copy.with_name(copy.name + ending).unlink(missing_ok=True)


def _replace(path: Path, copy: Path) -> None:
    """At once and for good; then the blocks that the old file had are written over, which a disk
    of the old kind takes, and an SSD need not: docs/security.md.
    """
    old = os.open(path, os.O_RDWR)
    try:
        os.replace(copy, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        left = os.fstat(old).st_size
        while left > 0:
            left -= os.write(old, bytes(min(_BLOCK, left)))
        os.fsync(old)
    finally:
        os.close(old)


@contextmanager
def _alone(path: Path, key: bytes | None, journal: str) -> Iterator[Any]:
    """A connection that nobody else has a connection beside, with the log folded in."""
    with translated(path):
        connection = connect(path, key, "journal_mode=WAL", timeout=2.0)
        try:
            for statement in (
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "PRAGMA locking_mode=EXCLUSIVE",
                f"PRAGMA {journal}",
                "PRAGMA synchronous=FULL",
                "BEGIN EXCLUSIVE",
                "COMMIT",
            ):
                connection.execute(statement).close()
            yield connection
        finally:
            connection.close()


def _export(connection: Any, copy: Path, key: bytes | None) -> None:
    # What is attached takes the defaults of the process.
    for fact in CIPHER_DEFAULTS:
        connection.execute(f"PRAGMA {fact}").close()
    spelled = "''" if key is None else f"\"x'{key.hex()}'\""
    connection.execute(f"ATTACH DATABASE ? AS copy KEY {spelled}", (str(copy),)).close()
    try:
        if key is None:
            connection.execute(f"PRAGMA copy.page_size={PAGE_SIZE}").close()
        connection.execute("PRAGMA copy.synchronous=OFF").close()
        connection.execute("SELECT sqlcipher_export('copy')").fetchall()
        for name in ("user_version", "application_id"):
            (value,) = connection.execute(f"PRAGMA main.{name}").fetchone()
            connection.execute(f"PRAGMA copy.{name}={value:d}").close()
    finally:
        connection.execute("DETACH DATABASE copy").close()
    handle = os.open(copy, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _counts(connection: Any) -> dict[str, int]:
    names = [
        name
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    found = {}
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        (found[name],) = connection.execute(f"SELECT count(*) FROM {quoted}").fetchone()
    return found


def _check(path: Path, copy: Path, key: bytes | None, expected: dict[str, int]) -> None:
    connection = connect(copy, key, "journal_mode=WAL")
    try:
        with translated(copy):
            same = _counts(connection) == expected
    finally:
        connection.close()
    database = Database(copy, key)
    try:
        faults = integrity.check(database).faults
    finally:
        database.close()
    if faults or not same:
        what = f" ({faults[0].where}: {faults[0].what})" if faults else ""
        raise DamagedError(
            f"{path.name} is not whole{what}; it was left as it is.",
            "Restore a backup; `evaldesk verify` says what is affected.",
        )
