"""What is deleted is gone from the file, and the log stays whole."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evaldesk.domain.errors import UsageError
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.privacy import redaction, retention
from evaldesk.services.projects.opening import verify
from evaldesk.storage.project import Project

CANARY = "zyqxcanary"


def _record(number: int, origin: str) -> dict[str, object]:
    word = f"{CANARY}{origin}{number}"
    return {
        "run": "r1",
        "trial": 0,
        "scenario": {
            "key": f"{origin}-{number}",
            "input": f"{word}input asks",
            "expected": f"{word}expected",
            "origin": origin,
        },
        "error": f"{word}error",
        "status": "error",
        "scores": {"pass": {"value": 0.0, "explanation": f"{word}explained"}},
        "annotations": [{"name": "thumbs", "value": 1, "comment": f"{word}comment"}],
        "messages": [
            {"role": "user", "parts": [{"type": "text", "content": f"{word}input asks"}]},
            {"role": "assistant", "parts": [{"type": "text", "content": f"{word}answer"}]},
        ],
    }


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    path = tmp_path / "t.jsonl"
    lines = [_record(number, origin) for number in range(20) for origin in ("support", "sme")]
    path.write_text("\n".join(map(json.dumps, lines)))
    with Project.create(tmp_path / "p.evaldesk") as made:
        import_files(made, [path], TraceImport())
        pk = made.traces.find("support-3")
        made.notes.add(pk, "Ines", "note", text=f"{CANARY}support3note")
        redaction.scan(made)
        yield made


def _later(days: int) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def _seen(path: Path, word: str) -> int:
    files = [path, *path.parent.glob(f"{path.name}-*")]
    return sum(file.read_bytes().lower().count(word.encode()) for file in files)


def test_what_is_deleted_is_nowhere_in_the_file(project: Project) -> None:
    rule = retention.RetentionRule("old", 30, origin="support", reason="policy 7")
    retention.save_rule(project, rule, "Ines")
    assert [len(one.pks) for one in retention.due(project)] == [0]
    assert [len(one.pks) for one in retention.due(project, _later(31))] == [20]
    project.database.fold()
    assert _seen(project.path, f"{CANARY}support") > 0
    assert retention.apply(project, "Ines", _later(31)) == 20
    assert _seen(project.path, f"{CANARY}support") == 0
    assert _seen(project.path, f"{CANARY}sme") > 0
    assert retention.apply(project, "Ines", _later(31)) == 0
    graves = project.privacy.tombstones()
    assert len(graves) == 20
    assert {one.reason for one in graves} == {"policy 7"}


def test_the_file_is_whole_afterwards(project: Project) -> None:
    retention.save_rule(project, retention.RetentionRule("all", 0, reason="end"), "Ines")
    assert retention.apply(project, "Ines", _later(1)) == 40
    path = project.path
    project.close()
    found = verify(path)
    assert found.ok, found.faults


def test_what_is_left_is_still_read_and_found(project: Project) -> None:
    rule = retention.RetentionRule("old", 0, where='run = "r1"', origin="support", reason="x")
    retention.save_rule(project, rule, "Ines")
    retention.apply(project, "Ines", _later(1))
    from evaldesk.domain.query import TraceQuery

    assert project.traces.count(TraceQuery(text=f"{CANARY}sme3answer")) == 1
    assert project.traces.count(TraceQuery(text=f"{CANARY}support3answer")) == 0
    kept = project.traces.read(project.traces.find("sme-3"))
    assert CANARY in kept.row.preview
    assert redaction.scan(project).scanned == 0


@pytest.mark.parametrize(
    "rule",
    [
        retention.RetentionRule("", 1, reason="x"),
        retention.RetentionRule("a", 1),
        retention.RetentionRule("a", -1, reason="x"),
        retention.RetentionRule("a", 1, where="colour = 3", reason="x"),
    ],
    ids=["no name", "no reason", "negative", "unknown field"],
)
def test_a_rule_that_makes_no_sense_is_refused(
    project: Project, rule: retention.RetentionRule
) -> None:
    with pytest.raises(UsageError):
        retention.save_rule(project, rule, "Ines")
    assert retention.rules(project) == []


def test_a_rule_can_be_taken_away(project: Project) -> None:
    retention.save_rule(project, retention.RetentionRule("a", 1, reason="x"), "Ines")
    retention.remove_rule(project, "a", "Ines")
    assert retention.rules(project) == []
