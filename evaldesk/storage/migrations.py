"""Numbered steps from one shape of the file to the next, each in one transaction.

``PRAGMA user_version`` says how many have been taken. Before the first step on an existing file
a copy is laid beside it. A file from a newer program is refused in words.
"""

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from evaldesk.domain.errors import ProjectError
from evaldesk.storage import search, tables
from evaldesk.storage.engine import APPLICATION_ID, Database


def _first(connection: Connection) -> None:
    tables.METADATA.create_all(connection)
    search.create(connection)
    for name in tables.APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            )


STEPS: tuple[Callable[[Connection], None], ...] = (_first,)
SCHEMA_VERSION = len(STEPS)


def version_of(database: Database) -> int:
    """How many steps the file has taken."""
    with database.read() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def migrate(database: Database, *, fresh: bool) -> Path | None:
    """Bring the file to the present shape.

    Args:
        fresh: whether the file was just made, so that there is nothing to back up.

    Returns:
        The backup's path; None where none was needed.

    Raises:
        ProjectError: the file was written by a newer EvalDesk.
    """
    version = version_of(database)
    if version > SCHEMA_VERSION:
        raise ProjectError(
            f"{database.path.name} was written by a newer EvalDesk "
            f"(format {version}; this program knows {SCHEMA_VERSION}).",
            "Update EvalDesk, then open it again. The file was not changed.",
        )
    if version == SCHEMA_VERSION:
        return None
    copy = None if fresh else _backup(database, version)
    for number, step in enumerate(STEPS[version:], start=version + 1):
        with database.write() as connection:
            if number == 1:
                connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            step(connection)
            connection.exec_driver_sql(f"PRAGMA user_version={number}")
    return copy


def _backup(database: Database, version: int) -> Path:
    copy = database.path.with_name(f"{database.path.stem}.format-{version}.backup.evaldesk")
    count = 1
    while copy.exists():
        count += 1
        copy = database.path.with_name(
            f"{database.path.stem}.format-{version}.backup-{count}.evaldesk"
        )
    copy_to(database, copy)
    return copy


def copy_to(database: Database, copy: Path) -> None:
    """A whole copy of the file as it stands, safe while it is open. Refuses to overwrite."""
    if copy.exists():
        raise ProjectError(f"{copy.name} exists already.", "Choose another name.")
    if not copy.parent.is_dir() or not os.access(copy.parent, os.W_OK):
        raise ProjectError(f"The folder of {copy} cannot be written.", "Choose another one.")
    with database.read() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        cursor.execute("ROLLBACK" if raw.in_transaction else "SELECT 1")
        cursor.execute("PRAGMA query_only=OFF")
        try:
            cursor.execute("VACUUM INTO ?", (str(copy),))
        finally:
            cursor.execute("PRAGMA query_only=ON")
