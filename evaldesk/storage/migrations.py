"""Numbered steps from one shape of the file to the next, each in one transaction.

``PRAGMA user_version`` says which shape a file has. Before the first step on an existing file
a copy is laid beside it. A file from a newer program is refused in words.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sqlalchemy import Connection

from evaldesk.domain.encryption import key_file_of
from evaldesk.domain.errors import ProjectError
from evaldesk.storage import search, tables
from evaldesk.storage.audit.witness import found
from evaldesk.storage.engine import APPLICATION_ID, Database
from evaldesk.storage.model_names import name_models


def create(database: Database, facts: Mapping[str, str]) -> None:
    """Make a new file in the present shape at once; the steps are for older ones.

    Args:
        facts: the project's own, such as its name; its log begins with them.
    """
    with database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
        tables.METADATA.create_all(connection)
        search.create(connection)
        _guard(connection, tables.APPEND_ONLY)
        for key, value in facts.items():
            connection.execute(tables.setting.insert().values(key=key, value=value))
        found(connection, "project.created", {})
        connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")


def _guard(connection: Connection, names: Iterable[str]) -> None:
    for name in names:
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name} "
                f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            )


def _datasets_and_reading(connection: Connection) -> None:
    """Format 2: where a scenario came from and what was done to it; annotations of other tools;
    notes and saved views; model and prompt version of a trace; indexes that lists are sorted and
    counted by; rounds of labelling and the time that raters took; search
    in scripts that put no spaces between words.
    """
    for change in (
        "ALTER TABLE dataset_member ADD COLUMN revision INTEGER DEFAULT '0' NOT NULL",
        "ALTER TABLE scenario ADD COLUMN import_pk INTEGER",
        "ALTER TABLE scenario ADD COLUMN place VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE trace ADD COLUMN model VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE trace ADD COLUMN prompt_version VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE trace ADD COLUMN import_pk INTEGER",
        "ALTER TABLE answer ADD COLUMN round_pk INTEGER",
        "ALTER TABLE answer ADD COLUMN reading INTEGER DEFAULT '0' NOT NULL",
        "ALTER TABLE submission ADD COLUMN round_pk INTEGER",
        "ALTER TABLE submission ADD COLUMN reading INTEGER DEFAULT '0' NOT NULL",
        "ALTER TABLE submission ADD COLUMN note VARCHAR DEFAULT '' NOT NULL",
    ):
        connection.exec_driver_sql(change)
    guarded = (
        tables.scenario_revision,
        tables.suite,
        tables.note,
        tables.round_,
        tables.round_event,
        tables.round_item,
        tables.assignment,
        tables.work_time,
    )
    new = [*guarded, tables.annotation, tables.saved_view]
    tables.METADATA.create_all(connection, new, checkfirst=False)
    _guard(connection, (table.name for table in guarded))
    name_models(connection)
    search.index_again(connection)
    for table in (tables.trace, tables.scenario, tables.answer):
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _marks_and_trust(connection: Connection) -> None:
    """Format 3: highlights and preferences; the audit chain, the people trusted and what came from
    them; personal data that was found and what is done about it. The log begins with what is there.
    """
    connection.exec_driver_sql("ALTER TABLE score ADD COLUMN batch INTEGER DEFAULT '1' NOT NULL")
    # The step before this one makes the table as it is now.
    columns = connection.exec_driver_sql("SELECT name FROM pragma_table_info('work_time')")
    if "reading" not in columns.scalars():
        connection.exec_driver_sql(
            "ALTER TABLE work_time ADD COLUMN reading INTEGER DEFAULT '0' NOT NULL"
        )
    new = [table for table in tables.METADATA.sorted_tables if table.name in tables.SINCE_3]
    tables.METADATA.create_all(connection, new, checkfirst=False)
    _guard(connection, (name for name in tables.APPEND_ONLY if name in tables.SINCE_3))
    found(connection, "project.founded", {"brought_up_to_format": 3})


STEPS: tuple[Callable[[Connection], None], ...] = (_datasets_and_reading, _marks_and_trust)
"""From format 1 to 2, from 2 to 3, and so on."""
SCHEMA_VERSION = 1 + len(STEPS)


def version_of(database: Database) -> int:
    """Which shape the file has."""
    with database.read() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def migrate(database: Database) -> Path | None:
    """Bring the file to the present shape.

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
    copy = _backup(database, version)
    for number, step in enumerate(STEPS[version - 1 :], start=version + 1):
        with database.write() as connection:
            step(connection)
            connection.exec_driver_sql(f"PRAGMA user_version={number}")
    return copy


def _backup(database: Database, version: int) -> Path:
    copy = database.path.with_name(f"{database.path.stem}.format-{version}.backup.evaldesk")
    count = 1
    while copy.exists() or key_file_of(copy).exists():
        count += 1
        copy = database.path.with_name(
            f"{database.path.stem}.format-{version}.backup-{count}.evaldesk"
        )
    copy_to(database, copy)
    return copy


def copy_to(database: Database, copy: Path) -> None:
    """A whole copy of the file as it stands, safe while it is open; of an encrypted one with the
    same key and its key file. Refuses to overwrite, and leaves nothing where it fails.
    """
    keys = key_file_of(copy)
    for path in (copy, keys) if database.key is not None else (copy,):
        if path.exists():
            raise ProjectError(f"{path.name} exists already.", "Choose another name.")
    if not copy.parent.is_dir() or not os.access(copy.parent, os.W_OK):
        raise ProjectError(f"The folder of {copy} cannot be written.", "Choose another one.")
    # Under its name once it is whole: a program that was killed leaves no half copy that looks
    # like one.
    part = copy.with_name(f".{copy.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        with database.read() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None
            cursor = raw.cursor()
            cursor.execute("ROLLBACK" if raw.in_transaction else "SELECT 1")
            cursor.execute("PRAGMA query_only=OFF")
            try:
                cursor.execute("VACUUM INTO ?", (str(part),))
            finally:
                cursor.execute("PRAGMA query_only=ON")
        _confirmed(part)
        beside = key_file_of(database.path)
        if database.key is not None and beside.exists():
            shutil.copyfile(beside, keys)
            keys.chmod(0o600)
            _confirmed(keys)
        os.replace(part, copy)
    except BaseException as error:
        # The disk or the folder may refuse this as well; what went wrong first is what counts.
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
            if database.key is not None and not copy.exists():
                keys.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = (error.strerror or type(error).__name__).lower()
            raise ProjectError(
                f"{copy} cannot be written ({reason}).", "Choose another folder."
            ) from error
        raise


def _confirmed(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
