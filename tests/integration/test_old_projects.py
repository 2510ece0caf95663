"""Files of every format that EvalDesk ever wrote are opened, whole, and become as a new file is."""

import gzip
from pathlib import Path

import pytest
from sqlalchemy import Connection

from evaldesk.domain.query import TraceQuery
from evaldesk.services.finding.query import parse
from evaldesk.storage import migrations
from evaldesk.storage.integrity import check
from evaldesk.storage.project import Project

OLD = sorted((Path(__file__).parents[1] / "data" / "projects").glob("*.gz"))


def shape(connection: Connection) -> dict[str, object]:
    """Columns, indexes and triggers, however the statements that made them were written."""
    names = connection.exec_driver_sql(
        "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    ).all()
    tables = [name for kind, name in names if kind == "table"]
    columns = {
        table: {
            (row[1], row[2], row[3], str(row[4]), row[5])
            for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")
        }
        for table in tables
    }
    return {"names": [tuple(row) for row in names], "columns": columns}


@pytest.mark.parametrize("packed", OLD, ids=lambda path: path.name)
def test_an_old_project_is_brought_up_to_date(packed: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.evaldesk"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    with Project.create(tmp_path / "new.evaldesk") as new, new.database.read() as connection:
        wanted = shape(connection)
    with Project.open(path) as project:
        assert project.backup is not None
        assert project.backup.exists()
        assert migrations.version_of(project.database) == migrations.SCHEMA_VERSION
        with project.database.read() as connection:
            assert shape(connection) == wanted
        info = project.info()
        assert (info.traces, info.scenarios, info.runs) == (12, 6, 2)
        assert (info.ratings, info.rulings, info.raters) == (12, 1, 2)
        assert check(project.database).faults == []
        assert project.traces.count(TraceQuery(text="nine")) == 6
        slow = TraceQuery(where=parse("slice.language = de and score.pass = 1"))
        assert project.traces.count(slow) == 3
        trace = project.traces.read(project.traces.find("first/Q0"))
        assert trace.annotations == ()
        assert trace.scenario.expected == "eight"
