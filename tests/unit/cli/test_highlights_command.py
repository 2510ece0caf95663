"""``evaldesk highlights``: the owner's list."""

import json
from pathlib import Path

import pytest

from evaldesk.cli.main import main
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import passages_of
from evaldesk.storage.project import Project


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Two traces; two people marked one of them."""
    path = tmp_path / "p.evaldesk"
    with Project.create(path) as project:
        with project.ingest("made") as writer:
            writer.run("one", system="s", dataset="", details={})
            for number in range(2):
                said = {"role": "assistant", "parts": [{"type": "text", "content": "It is so."}]}
                record = TraceRecord(Scenario(f"RET-{number}", number), {"messages": [said]})  # type: ignore[typeddict-item]
                writer.add(record, "one")
            writer.finish("")
        pk = project.traces.ids(TraceQuery())[0]
        trace = project.traces.read(pk)
        for author, start, end in (("Ada", 0, 2), ("Bo", 3, 8)):
            project.highlights.put(
                highlights.make(
                    trace,
                    passages_of(trace),
                    0,
                    "text",
                    start,
                    end,
                    author=author,
                    kind="label",
                    label="vague",
                )
            )
    return path


def call(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main(list(argv))
    return code, capsys.readouterr().out


def test_all_are_listed_with_their_places(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = call(capsys, "highlights", str(path), "--json")
    found = json.loads(out)
    assert code == 0
    assert found["total"] == 2
    first = found["items"][0]
    assert (first["scenario"], first["author"], first["label"]) == ("RET-0", "Ada", "vague")
    assert (first["standing"], first["part"], first["start"], first["end"]) == (
        "same",
        "text",
        0,
        2,
    )
    assert first["anchor"]["quote"] == "It"
    code, out = call(capsys, "highlights", str(path))
    assert "Bo" in out
    assert "is so" in out


def test_of_one_trace(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(call(capsys, "highlights", str(path), "--trace", "RET-1", "--json")[1]) == {
        "total": 0,
        "items": [],
    }
    assert call(capsys, "highlights", str(path), "--trace", "RET-1")[1].startswith("Nobody")
    assert call(capsys, "highlights", str(path), "--trace", "RET-9")[0] != 0
