"""Several files with one trace each that go into one run: attempts at a task are its trials."""

from pathlib import Path

import pytest

from evaldesk.domain.query import TraceQuery
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.storage.project import Project
from tests.unit.importers.files import write_json
from tests.unit.importers.test_trajectories import ATIF, WHO


def places(project: Project) -> list[tuple[str, str, int]]:
    rows = [project.traces.read(pk).row for pk in project.traces.ids(TraceQuery())]
    return sorted((row.run, row.scenario, row.trial) for row in rows)


@pytest.fixture
def attempts(tmp_path: Path) -> list[Path]:
    return [
        write_json(tmp_path / f"{name}.json", {**ATIF, "session_id": name}) for name in ("a", "b")
    ]


def test_attempts_in_one_run_are_trials(tmp_path: Path, attempts: list[Path]) -> None:
    with Project.create(tmp_path / "p.evaldesk") as project:
        import_files(project, attempts, TraceImport(run="R"))
        assert places(project) == [("R", "t-1", 0), ("R", "t-1", 1)]
        again = import_files(project, attempts, TraceImport(run="R"))
        assert [result.added for result in again] == [0, 0]
        assert len(places(project)) == 2


def test_a_file_that_is_named_twice_is_there_once(tmp_path: Path, attempts: list[Path]) -> None:
    with Project.create(tmp_path / "p.evaldesk") as project:
        import_files(project, [attempts[0], attempts[0]], TraceImport(run="R"))
        assert places(project) == [("R", "t-1", 0)]


def test_attempts_in_runs_of_their_own_are_no_trials(tmp_path: Path, attempts: list[Path]) -> None:
    with Project.create(tmp_path / "p.evaldesk") as project:
        import_files(project, attempts)
        assert places(project) == [("a", "t-1", 0), ("b", "t-1", 0)]


def test_logs_of_different_tasks_are_one_run(tmp_path: Path) -> None:
    files = [write_json(tmp_path / f"{name}.json", {**WHO, "question_ID": name}) for name in "abc"]
    with Project.create(tmp_path / "p.evaldesk") as project:
        import_files(project, files, TraceImport(run="W"))
        assert places(project) == [("W", "a", 0), ("W", "b", 0), ("W", "c", 0)]
