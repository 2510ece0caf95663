"""What a project is on the disk, and what is refused in words."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection

from evaldesk.domain.errors import ProjectError
from evaldesk.storage import migrations
from evaldesk.storage.engine import Database
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record


def test_one_plain_file_remains_when_it_is_closed(tmp_path: Path) -> None:
    with Project.create(tmp_path / "a.evaldesk") as project:
        fill(project, [record(1)])
    assert [path.name for path in tmp_path.iterdir()] == ["a.evaldesk"]


def test_an_existing_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.evaldesk"
    path.write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        Project.create(path)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00" + b"\0" * 10])
def test_what_is_no_project_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.evaldesk"
    path.write_bytes(content)
    with pytest.raises(ProjectError, match="not an EvalDesk project"):
        Project.open(path)
    assert path.read_bytes() == content


def test_another_program_s_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.evaldesk"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(ProjectError, match="not an EvalDesk project"):
        Project.open(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        Project.open(tmp_path / "none.evaldesk")
    with pytest.raises(ProjectError, match="folder"):
        Project.open(tmp_path)


def test_a_newer_file_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "a.evaldesk"
    Project.create(path).close()
    with sqlite3.connect(path) as raw:
        raw.execute(f"PRAGMA user_version={migrations.SCHEMA_VERSION + 1}")
    raw.close()
    before = path.read_bytes()
    with pytest.raises(ProjectError, match="newer EvalDesk"):
        Project.open(path)
    assert path.read_bytes() == before


def test_a_migration_backs_up_first_and_is_one_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.evaldesk"
    with Project.create(path) as project:
        fill(project, [record(1)])

    def second(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE extra (x INTEGER)")

    newer = migrations.SCHEMA_VERSION + 1
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, second))
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", migrations.SCHEMA_VERSION + 1)
    with Project.open(path) as project:
        assert project.backup is not None
        assert project.traces.count() == 1
        assert migrations.version_of(project.database) == newer
    monkeypatch.undo()
    with Project.open(tmp_path / project.backup.name) as old:
        assert old.traces.count() == 1
        assert migrations.version_of(old.database) == newer - 1


def test_a_migration_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.evaldesk"
    with Project.create(path) as project:
        fill(project, [record(1)])

    def broken(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE extra (x INTEGER)")
        raise RuntimeError("power cut")

    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, broken))
    monkeypatch.setattr(migrations, "SCHEMA_VERSION", migrations.SCHEMA_VERSION + 1)
    with pytest.raises(RuntimeError, match="power cut"):
        Project.open(path)
    monkeypatch.undo()
    with Project.open(path) as project:
        assert migrations.version_of(project.database) == migrations.SCHEMA_VERSION
        assert project.traces.count() == 1


def test_a_copy_is_whole_and_overwrites_nothing(project: Project, tmp_path: Path) -> None:
    fill(project, [record(number) for number in range(5)])
    copy = tmp_path / "copy.evaldesk"
    project.copy_to(copy)
    with Project.open(copy) as other:
        assert list(other.traces.facets()) == list(project.traces.facets())
        assert other.traces.count() == 5
    with pytest.raises(ProjectError, match="exists already"):
        project.copy_to(copy)
    assert project.traces.count() == 5


def test_readers_see_one_moment_while_another_writes(project: Project) -> None:
    fill(project, [record(1)])
    with project.ingest("more.jsonl") as writer:
        writer.run("run", system="", dataset="cases", details={})
        writer.add(record(2), "run")
        writer.flush()
        assert project.traces.count() == 1
        writer.finish("tester")
    assert project.traces.count() == 2


def test_readers_cannot_write(project: Project) -> None:
    with (
        pytest.raises(Exception, match=r"readonly|read-only|cannot be written"),
        project.database.read() as connection,
    ):
        connection.exec_driver_sql("DELETE FROM run")


def test_a_second_writer_is_told_that_the_file_is_in_use(project: Project) -> None:
    other = Database(project.path)
    with other.write() as connection:
        connection.exec_driver_sql("UPDATE setting SET value='x' WHERE key='name'")
        project.database.busy_timeout(50)
        with pytest.raises(ProjectError, match="in use by another program"):
            project.set("name", "y")
    other.close()
    assert project.name == "x"


def _as_if_killed(path: Path, to: Path) -> Path:
    """The files as they lie on the disk this moment, with the program still at work."""
    for ending in ("", "-wal"):
        source = path.with_name(path.name + ending)
        if source.exists():
            (to.parent / (to.name + ending)).write_bytes(source.read_bytes())
    return to


def test_a_new_project_opens_after_the_program_was_killed(tmp_path: Path) -> None:
    with Project.create(tmp_path / "new.evaldesk", "Fresh") as project:
        project.set("network", "loopback")
        killed = _as_if_killed(project.path, tmp_path / "killed.evaldesk")
        alone = tmp_path / "alone.evaldesk"
        alone.write_bytes(project.path.read_bytes())
    with Project.open(killed) as again:
        assert again.name == "Fresh"
        assert again.get("network") == "loopback"
    # What was there when it was made needs no log.
    with Project.open(alone) as again:
        assert again.name == "Fresh"


def test_a_project_whose_log_was_never_folded_is_known_as_one(tmp_path: Path) -> None:
    database = Database(tmp_path / "made.evaldesk")
    migrations.create(database, {})
    killed = _as_if_killed(database.path, tmp_path / "killed.evaldesk")
    database.close()
    assert int.from_bytes(killed.read_bytes()[68:72], "big") == 0
    with Project.open(killed) as again:
        assert again.info().traces == 0


def test_another_program_s_file_with_a_log_is_still_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    foreign = sqlite3.connect(path)
    foreign.execute("PRAGMA journal_mode=WAL")
    foreign.execute("CREATE TABLE t (x)")
    foreign.commit()
    copy = _as_if_killed(path, tmp_path / "foreign-copy.db")
    foreign.close()
    with pytest.raises(ProjectError, match="not an EvalDesk project"):
        Project.open(copy)
