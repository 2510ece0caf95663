"""The log: every write is in it, and what is done behind its back is found."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.errors import DamagedError, InputError
from evaldesk.storage import integrity, portable_rows
from evaldesk.storage import tables as t
from evaldesk.storage.audit import chain, coverage
from evaldesk.storage.audit.adoption import adopt
from evaldesk.storage.audit.burial import bury, bury_text
from evaldesk.storage.engine import connect
from evaldesk.storage.project import Project
from tests.unit.storage.signing import TestSigner
from tests.unit.storage.worked import worked_on


def events(project: Project) -> list[AuditEvent]:
    """All, in the order they came."""
    with project.database.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT {', '.join(chain.COLUMNS)} FROM audit_event ORDER BY seq"
        )
        return [chain.event_of(row) for row in found]


def faults(project: Project) -> list[str]:
    """In words, as a person reads them."""
    found = integrity.check(project.database, fits=is_signed).faults
    return [f"{fault.where}: {fault.what}" for fault in found]


def behind_its_back(project: Project, *statements: str) -> None:
    """What another program does to the file."""
    connection = connect(project.path, None)
    try:
        for name in t.APPEND_ONLY:
            for verb in ("update", "delete"):
                connection.execute(f"DROP TRIGGER {name}_no_{verb}")
        for statement in statements:
            connection.execute(statement)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "worked.evaldesk"
    worked_on(path, TestSigner("ann")).close()
    return path


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Any:
    copy = tmp_path / made.name
    copy.write_bytes(made.read_bytes())
    with Project.open(copy) as found:
        found.signer = TestSigner("ann")
        yield found


def test_everything_is_in_the_log_and_the_log_is_whole(project: Project) -> None:
    assert faults(project) == []
    found = events(project)
    assert [event.number for event in found] == list(range(1, len(found) + 1))
    named = {name for event in found for name in event.body.get("rows", {})}
    assert named >= {
        "answer",
        "submission",
        "ruling",
        "rubric_version",
        "round",
        "round_event",
        "note",
        "scenario",
        "trace",
        "score",
        "scenario_revision",
        "dataset_version",
        "suite",
        "person",
        "metric",
        "work_time",
    }
    state = {name for event in found for name in event.body.get("state", {})}
    assert state == set(coverage.STATE)
    assert found[-1].body["settings"] == {"network": "loopback"}


def test_one_write_is_one_event(project: Project) -> None:
    before = len(events(project))
    project.ratings.answer(4, "quality", "tone", "bob", 3)
    (event,) = events(project)[before:]
    assert event.body["rows"]["answer"]["count"] == 1
    project.ratings.answer(4, "quality", "tone", "bob", 3)
    assert len(events(project)) == before + 1


def test_what_was_undone_is_in_no_event(project: Project) -> None:
    before = len(events(project))
    with suppress(ZeroDivisionError), project.database.write() as connection:
        connection.execute(t.person.insert().values(id="x", name="x", created_at=""))
        print(1 / 0)
    assert len(events(project)) == before


def test_every_table_is_covered_or_says_why_not() -> None:
    said = coverage.covered() | set(coverage.LOCAL)
    missing = [table.name for table in t.METADATA.sorted_tables if table.name not in said]
    assert missing == [], "add them to coverage, or to coverage.LOCAL with a reason"
    for name in (*coverage.appended(), *portable_rows.parts_of_rounds(), *coverage.STATE):
        assert portable_rows.form(name).names


def test_a_table_whose_columns_mean_nothing_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from sqlalchemy import Column, Integer, MetaData, Table

    strange = Table("strange", MetaData(), Column("seq", Integer, primary_key=True))
    strange.append_column(Column("thing_pk", Integer))
    monkeypatch.setattr(portable_rows.t, "METADATA", strange.metadata)
    portable_rows.form.cache_clear()
    with pytest.raises(LookupError, match=r"strange\.thing_pk"):
        portable_rows.form("strange")
    portable_rows.form.cache_clear()


def test_signed_by_whoever_did_it(project: Project) -> None:
    ann = TestSigner("ann")
    signed = [event for event in events(project) if event.key]
    assert {event.author for event in signed} == {"ann"}
    assert [event.body["card"] for event in signed if "card" in event.body] == [ann.card.to_json()]
    project.signer = TestSigner("bob")
    project.ratings.answer(4, "quality", "tone", "ann", 3)
    assert events(project)[-1].author == "bob"
    project.signer = None
    project.ratings.answer(4, "quality", "tone", "ann", 2)
    assert events(project)[-1].key == ""
    found = integrity.check(project.database, fits=is_signed)
    assert found.faults == []
    assert found.unsigned == 2
    assert found.signed == len(events(project)) - 2


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("DELETE FROM audit_event WHERE number = 5", "is missing"),
        ("DELETE FROM audit_event WHERE number > 16", "entries are missing"),
        ("UPDATE audit_event SET author = 'eve' WHERE number = 5", "was changed"),
        ("UPDATE audit_event SET signature = substr(signature, 2) || '0' WHERE number = 9", "fit"),
        ("DELETE FROM audit_head", "is missing"),
        ("UPDATE audit_head SET number = 9", "is not the one that the head names"),
        ("DELETE FROM audit_cover WHERE name = 'answer'", "has no numbers of"),
        ("UPDATE audit_cover SET first_pk = first_pk + 1 WHERE name = 'answer'", "rows"),
        ("DELETE FROM answer WHERE seq = 2", "1 of 2 rows are missing"),
        ("UPDATE answer SET value = '\"no\"' WHERE seq = 1", "changed"),
        ("UPDATE answer SET rater_pk = 3 WHERE seq = 1", "changed"),
        (
            "INSERT INTO answer(id, trace_pk, rubric_pk, version_pk, field, rater_pk, created_at,"
            " comment, source, reading) VALUES ('z', 1, 1, 1, 'tone', 1, '', '', '', 0)",
            "is in no entry of the log",
        ),
        ("UPDATE score SET value = 0.75 WHERE trace_pk = 2", "changed"),
        ("DELETE FROM score WHERE trace_pk = 2", "are missing"),
        ("INSERT INTO score(trace_pk, metric_pk, value, batch) VALUES (4, 3, 1, 2)", "speak"),
        ("INSERT INTO score(trace_pk, metric_pk, value, batch) VALUES (4, 3, 1, 9)", "it does not"),
        ("UPDATE setting SET value = 'allow:evil.example' WHERE key = 'network'", "was changed"),
        ("INSERT INTO setting VALUES ('other', '1')", "is in no entry"),
        ("DELETE FROM mapping", "is missing"),
        ("UPDATE round_item SET probability = 0.5 WHERE trace_pk = 1", "changed"),
        ("UPDATE scenario SET expected = 'other' WHERE pk = 3", "changed"),
        ("UPDATE person SET name = 'eve' WHERE name = 'bob'", "changed"),
    ],
)
def test_what_is_done_behind_its_back_is_found(
    project: Project, statement: str, first: str
) -> None:
    behind_its_back(project, statement)
    assert any(first in fault for fault in faults(project)), faults(project)


def test_a_trace_removed_whole_is_found(project: Project) -> None:
    behind_its_back(
        project,
        "DELETE FROM score WHERE trace_pk = 4",
        "DELETE FROM trace_body WHERE trace_pk = 4",
        "DELETE FROM trace WHERE pk = 4",
    )
    assert any("1 of 4 rows are missing" in fault for fault in faults(project))


def test_a_chain_that_was_computed_again_lacks_the_signatures(project: Project) -> None:
    project.database.watcher = None
    with project.database.write() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("DROP TRIGGER audit_event_no_update")
        before = ""
        for event in events(project):
            row = raw.execute("SELECT body FROM audit_event WHERE id = ?", (event.id,)).fetchone()
            body = row[0].replace('"reason":"all done"', '"reason":"never"')
            raw.execute(
                "UPDATE audit_event SET body = ?, before = ? WHERE id = ?", (body, before, event.id)
            )
            changed = chain.event_of(
                raw.execute(
                    f"SELECT {', '.join(chain.COLUMNS)} FROM audit_event WHERE id = ?", (event.id,)
                ).fetchone()
            )
            before = changed.hash
            raw.execute("UPDATE audit_event SET hash = ? WHERE id = ?", (before, event.id))
        raw.execute("UPDATE audit_head SET hash = ?", (before,))
    assert "its signature does not fit" in faults(project)[0]


def test_nothing_is_written_without_the_log(project: Project) -> None:
    behind_its_back(project, "DELETE FROM audit_head")
    with pytest.raises(DamagedError, match="log of this project is missing"):
        project.ratings.answer(4, "quality", "tone", "bob", 3)


def test_the_log_cannot_be_changed_by_mistake(project: Project) -> None:
    for name in ("audit_event", "audit_cover"):
        with pytest.raises(IntegrityError), project.database.write() as connection:
            connection.exec_driver_sql(f"DELETE FROM {name}")


def test_lawful_deletion_keeps_the_log_whole(project: Project) -> None:
    with project.database.write(
        event="retention.deleted", author="ann", reason="asked for"
    ) as connection:
        assert bury(connection, "answer", [5, 6]) == 2
        assert bury(connection, "score", [4]) == 2
        assert bury(connection, "note", [1]) == 1
        assert bury_text(connection, [4]) == 1
    assert faults(project) == []
    event = events(project)[-1]
    assert (event.kind, event.body["reason"]) == ("retention.deleted", "asked for")
    assert event.body["rows"]["audit_gone"]["count"] == 6
    # The numbers of the last rows are given again: these are other answers.
    project.ratings.answer(4, "quality", "tone", "bob", 3)
    project.notes.add(2, "ann", "note", text="other")
    assert faults(project) == []
    with pytest.raises(IntegrityError), project.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM answer")


def test_a_deletion_that_names_another_row_is_found(project: Project) -> None:
    with project.database.write(event="retention.deleted") as connection:
        bury(connection, "note", [1])
    behind_its_back(project, "UPDATE audit_gone SET hash = replace(hash, 'a', 'b')")
    assert any("changed" in fault for fault in faults(project))


def brought(project: Project, found: list[AuditEvent]) -> int:
    with project.database.write(event="package.merged", author="ann") as connection:
        return adopt(connection, found, is_signed)


def test_another_chain_goes_in_as_it_was(project: Project, tmp_path: Path) -> None:
    with worked_on(tmp_path / "other.evaldesk", TestSigner("bob")) as other:
        theirs = events(other)
        assert brought(project, theirs[:5]) == 5
        assert brought(project, theirs) == len(theirs) - 5
        assert brought(project, theirs) == 0
        assert events(project)[-1].body["chains"][theirs[0].chain]["hash"] == theirs[-1].hash
        assert faults(project) == []
        other.ratings.answer(4, "quality", "tone", "bob", 3)
        assert brought(project, events(other)) == 1
    assert faults(project) == []
    behind_its_back(
        project,
        f"DELETE FROM audit_event WHERE chain = '{theirs[0].chain}' AND number > 5",
        f"DELETE FROM audit_head WHERE chain = '{theirs[0].chain}'",
    )
    assert any("brought are missing" in fault for fault in faults(project))


def _unlinked(found: list[AuditEvent]) -> list[AuditEvent]:
    return [*found[:3], *found[4:]]


def _rewritten(found: list[AuditEvent]) -> list[AuditEvent]:
    from dataclasses import replace

    return [*found[:8], replace(found[8], author="eve"), *found[9:]]


@pytest.mark.parametrize(
    ("change", "words"), [(_unlinked, "is missing"), (_rewritten, "signature")]
)
def test_a_chain_that_was_changed_is_refused(
    project: Project,
    tmp_path: Path,
    change: Callable[[list[AuditEvent]], list[AuditEvent]],
    words: str,
) -> None:
    before = events(project)
    with worked_on(tmp_path / "other.evaldesk", TestSigner("bob")) as other:
        with pytest.raises(InputError, match=words):
            brought(project, change(events(other)))
    assert events(project) == before


def test_a_fork_is_refused_by_name(project: Project, tmp_path: Path) -> None:
    with worked_on(tmp_path / "other.evaldesk") as other:
        other.copy_to(tmp_path / "copy.evaldesk")
        other.ratings.answer(4, "quality", "tone", "bob", 3)
        brought(project, events(other))
    with Project.open(tmp_path / "copy.evaldesk") as copy:
        copy.ratings.answer(4, "quality", "tone", "bob", 1)
        with pytest.raises(InputError, match="Two files went on from entry"):
            brought(project, events(copy))


def test_old_log_of_our_own_brings_nothing(project: Project) -> None:
    assert brought(project, events(project)) == 0
    assert faults(project) == []
