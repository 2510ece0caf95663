"""Every file that platforms, providers and agents wrote comes in by detection, whole."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from evaldesk.domain.trace import Score, TraceRecord
from evaldesk.importers import fields
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import by_name, detect
from evaldesk.importers.source import Source


@pytest.fixture(scope="session")
def figures(shared_data: Path) -> Any:
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


def test_who_and_when(shared_data: Path, figures: dict[str, Any]) -> None:
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
        words = [
            message["parts"][0].get("content", message["parts"][0].get("response"))
            for message in record.body["messages"]
        ]
        assert words == [turn["content"] for turn in raw["history"]]


def test_atif(shared_data: Path, figures: dict[str, Any]) -> None:
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


def test_swe_agent(shared_data: Path, figures: dict[str, Any]) -> None:
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


LANGFUSE = (
    "anthropic-messages-api-2026-03-25",
    "google-adk-2025-08-28",
    "langgraph-python-2025-08-22",
    "openai-agents-2025-09-30",
    "pydantic-ai-with-gemini-2025-12-24",
    "vertex-ai-2025-08-01",
)
KINDS = {"GENERATION": "llm", "AGENT": "agent", "TOOL": "tool", "CHAIN": "chain", "SPAN": "chain"}


@pytest.mark.parametrize("name", LANGFUSE)
def test_langfuse(name: str, shared_data: Path, figures: dict[str, Any]) -> None:
    path = f"langfuse/{name}.trace.json"
    expected = figures["other_traces"][path]
    raw = json.loads((shared_data / "traces" / path).read_text(encoding="utf-8"))
    record = only(shared_data / "traces" / path, "langfuse")
    spans = record.body["spans"]
    assert len(spans) == expected["observations"]
    assert record.body["metadata"]["id"] == expected["trace_id"]
    assert sum("parent" not in span for span in spans) == expected["roots"]
    assert record.system == ", ".join(expected["models"])
    kinds = Counter(span["kind"] for span in spans)
    if "langgraph" in name:  # its tool was recorded as a span, its output is a tool's message
        kinds["chain"] += kinds.pop("tool")
    assert kinds == {KINDS[kind]: count for kind, count in expected["types"].items()}
    assert set(record.scores) == {score["name"] for score in raw["trace"]["scores"]}
    assert record.latency_ms == pytest.approx(1000 * raw["trace"]["latency"])
    usage = [each["usageDetails"] for each in raw["observations"] if each["usageDetails"]]
    assert record.tokens_in == sum(each["input"] for each in usage)
    assert record.tokens_out == sum(each["output"] for each in usage)
    costs = [each["totalCost"] for each in raw["observations"] if each["totalCost"]]
    assert (record.cost or 0) == pytest.approx(sum(costs))


@pytest.mark.parametrize(
    ("name", "roles", "calls", "asked"),
    [
        (
            LANGFUSE[0],
            ["user", "assistant", "tool", "assistant", "tool", "assistant"],
            ["Read", "Read", "Read", "Read"],
            "Can you help me with the code in this repository?",
        ),
        (LANGFUSE[1], ["system", "user", "assistant", "tool", "assistant"], ["say_hello"], "hi"),
        (
            LANGFUSE[2],
            ["user", "user", "assistant", "tool", "assistant"],
            ["Web-Search"],
            "Search the web for 'example' and summarize.",
        ),
        (
            LANGFUSE[3],
            ["system", "user", "assistant", "tool", "assistant"],
            ["get_weather"],
            "What's the weather in Tokyo?",
        ),
        (LANGFUSE[5], ["user", "assistant"], [], "What is Langfuse?"),
    ],
    ids=lambda value: value if isinstance(value, str) and "-20" in value else "",
)
def test_messages_of_several_calls_come_once(
    name: str, roles: list[str], calls: list[str], asked: str, shared_data: Path
) -> None:
    record = only(shared_data / f"traces/langfuse/{name}.trace.json", "langfuse")
    messages = record.body["messages"]
    assert [message["role"] for message in messages] == roles
    assert [part["name"] for part in parts(record, "tool_call")] == calls
    assert record.scenario.input == asked
    for span in record.body["spans"]:
        if span["kind"] == "llm":
            answer = messages[span["message"]]
            assert answer["role"] == "assistant"
            assert answer["latency_ms"] == span["latency_ms"]
            assert answer["tokens_out"] == span["tokens_out"]


FOLLOWS = (
    *("latency", "endTime", "type", "level", "createdAt", "step_id", "response"),
    *("total", "totalUsage", "total_tokens", "total_token_count", "totalCost"),
)
"""Members that follow from what is kept: sums, ends, kinds, and a thought with its action."""


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Texts and numbers, also of JSON in strings, with the name of the member they stand in."""
    plain = fields.unwrapped(value)
    if isinstance(plain, dict):
        for key, inner in plain.items():
            yield from leaves(inner, key)
    elif isinstance(plain, list):
        for inner in plain:
            yield from leaves(inner, name)
    elif len(plain) > 3 if isinstance(plain, str) else plain not in (None, 0, 1):
        yield name, plain


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *[(f"langfuse/{name}.trace.json", "langfuse") for name in LANGFUSE],
        ("atif/openhands_hello-world.trajectory.json", "atif"),
        ("sweagent/pydicom__pydicom-1458.traj", "swe-agent"),
    ],
    ids=lambda value: value if "/" in value else "",
)
def test_nothing_that_a_file_says_is_lost(path: str, expected: str, shared_data: Path) -> None:
    record = asdict(only(shared_data / "traces" / path, expected))
    kept = {value for _, value in leaves(record)}
    text = json.dumps(record, ensure_ascii=False)
    raw = json.loads((shared_data / "traces" / path).read_text(encoding="utf-8"))
    lost = {
        (name, value)
        for name, value in leaves(raw)
        if value not in kept
        and name not in FOLLOWS
        and not (isinstance(value, str) and json.dumps(value, ensure_ascii=False)[1:-1] in text)
    }
    if expected == "swe-agent":  # a turn's content is its thought and action in one
        lost = {(name, value) for name, value in lost if name != "content"}
    assert not lost


MINE = (
    *("langfuse", "langsmith", "openai-chat", "openai-evals", "openai-items"),
    *("anthropic-messages", "atif", "swe-agent", "mini-swe-agent", "openhands", "whowhen"),
)


def test_no_file_of_another_kind_is_taken_for_one_of_these(shared_data: Path) -> None:
    taken = [
        (path.name, item.name)
        for path in sorted(shared_data.rglob("*"))
        if path.is_file() and not {"langfuse", "atif", "sweagent", "whowhen"} & set(path.parts)
        for item in map(by_name, MINE)
        if item.recognises(Source(path)) > 0
    ]
    assert taken == []
