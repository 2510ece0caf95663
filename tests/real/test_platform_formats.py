"""Every file that platforms, providers and agents wrote comes in by detection, whole."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evaldesk.domain.trace import Score, TraceRecord
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source


@pytest.fixture(scope="session")
def figures(shared_data: Path):
    return json.loads((shared_data / "figures.json").read_text(encoding="utf-8"))


def read(path: Path, expected_format: str) -> list[TraceRecord]:
    source = Source(path)
    found = detect(source)
    assert found.name == expected_format
    items = found.read(source, ImportOptions())
    return [item for item in items if isinstance(item, TraceRecord)]


def only(path: Path, expected_format: str) -> TraceRecord:
    (record,) = read(path, expected_format)
    return record


def parts(record: TraceRecord, kind: str) -> list[Any]:
    return [
        part
        for message in record.body["messages"]
        for part in message["parts"]
        if part["type"] == kind
    ]


def test_who_and_when(shared_data: Path, figures):
    expected = figures["whowhen"]
    files = sorted((shared_data / "traces/whowhen/Algorithm-Generated").glob("*.json"))
    assert len(files) == expected["files"]
    records = [only(path, "whowhen") for path in files]
    assert len({record.scenario.key for record in records}) == expected["files"]
    assert all(record.trial == 0 for record in records)
    assert sum(len(record.body["messages"]) for record in records) == expected["history_messages"]
    assert {record.scores["is_correct"] for record in records} == {Score(0.0)}
    mistakes = [record.annotations[0] for record in records]
    assert {said.name for said in mistakes} == {"mistake"}
    assert dict(Counter(said.label for said in mistakes)) == expected["mistake_agent"]
    assert all(said.comment for said in mistakes)
    inside = authored = 0
    for record, said in zip(records, mistakes, strict=True):
        messages = record.body["messages"]
        inside += said.metadata["step"] < len(messages)
        authored += messages[said.metadata["step"]].get("name") == said.label
    assert inside == expected["mistake_step_inside_history"]
    assert authored == expected["named_agent_is_author_of_that_step"]
    for path, record in zip(files, records, strict=True):
        raw = json.loads(path.read_text(encoding="utf-8"))
        assert record.scenario.input == raw["question"]
        assert record.scenario.expected == record.body["expected"] == raw["ground_truth"]
        assert record.body["metadata"]["system_prompt"] == raw["system_prompt"]
        said = [
            message["parts"][0].get("content", message["parts"][0].get("response"))
            for message in record.body["messages"]
        ]
        assert said == [turn["content"] for turn in raw["history"]]


def test_atif(shared_data: Path, figures):
    name = "atif/openhands_hello-world.trajectory.json"
    expected = figures["other_traces"][name]
    record = only(shared_data / "traces" / name, "atif")
    roles = Counter(message["role"] for message in record.body["messages"])
    sources = expected["sources"]
    assert roles["system"] == sources["system"]
    assert roles["user"] == sources["user"]
    assert roles["assistant"] == sources["agent"]
    assert sum(roles.values()) - roles["tool"] == expected["steps"]
    assert len(parts(record, "tool_call")) == expected["tool_calls"]
    assert (record.tokens_in, record.tokens_out, record.cost) == (220, 80, 0.00135)
    assert len(record.body["tools"]) == 6
    assert record.scenario.input.startswith("Create a file called hello.txt")


def test_swe_agent(shared_data: Path, figures):
    name = "sweagent/pydicom__pydicom-1458.traj"
    expected = figures["other_traces"][name]
    record = only(shared_data / "traces" / name, "swe-agent")
    assert len(parts(record, "tool_call")) == expected["steps"]
    assert len(parts(record, "tool_call_response")) == expected["steps"]
    assert record.body["metadata"]["info"]["exit_status"] == expected["exit_status"]
    assert record.status == "ok"
    assert record.scenario.key == "pydicom__pydicom-1458"
    assert record.scenario.input.startswith("Pixel Representation attribute should be optional")
    assert (record.tokens_in, record.tokens_out, record.cost) == (122612, 1369, 1.26719)
    assert "diff --git" in record.body["output"]
    raw = json.loads((shared_data / "traces" / name).read_text(encoding="utf-8"))
    said = json.dumps(record.body, ensure_ascii=False)
    for step in raw["trajectory"]:
        for key in ("thought", "action", "observation"):
            assert json.dumps(step[key], ensure_ascii=False)[1:-1] in said
