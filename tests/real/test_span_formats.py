"""Real traces of OTLP, Jaeger, OpenInference and any-agent come in by detection, with all spans."""

import json
from collections import Counter
from pathlib import Path

import pytest

from evaldesk.domain.trace import TraceRecord
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.registry import TRACE_FORMATS, detect
from evaldesk.importers.source import Source

pytestmark = pytest.mark.real

FORMATS = {
    "otlp/opentelemetry-proto_trace.json": "otlp",
    "otlp/tempo_export_with_batches.json": "otlp",
    "jaeger/k8s.json": "jaeger",
    "openinference/openinference_client_span_tool_calls.json": "openinference",
    "openinference/vercel-v6-all-spans.json": "openinference",
    "any-agent/LANGCHAIN_trace.json": "openinference",
    "any-agent/OPENAI_trace.json": "openinference",
    "any-agent/SMOLAGENTS_trace.json": "openinference",
}
SPAN_FORMATS = {"otlp", "jaeger", "openinference", "mlflow", "parquet"}


@pytest.fixture
def figures(shared_data: Path):
    return json.loads((shared_data / "figures.json").read_text())["other_traces"]


def read(path: Path) -> list[TraceRecord]:
    source = Source(path)
    items = detect(source).read(source, ImportOptions())
    return [item for item in items if isinstance(item, TraceRecord)]


def roles(trace: TraceRecord) -> list[str]:
    return [message["role"] for message in trace.body["messages"]]


@pytest.mark.parametrize("name", FORMATS)
def test_every_file_is_detected(shared_data: Path, name: str):
    assert detect(Source(shared_data / "traces" / name)).name == FORMATS[name]


@pytest.mark.parametrize("name", [name for name in FORMATS if "openinference/" not in name])
def test_all_spans_are_there(shared_data: Path, figures, name: str):
    (trace,) = read(shared_data / "traces" / name)
    assert len(trace.body["spans"]) == figures[name]["spans"]
    ids = {span["id"] for span in trace.body["spans"]}
    assert len(ids) == figures[name]["spans"]
    assert all(span["parent"] in ids for span in trace.body["spans"] if "parent" in span)


def test_no_other_file_is_taken(shared_data: Path):
    others = [item for item in TRACE_FORMATS if item.name in SPAN_FORMATS]
    ours = {shared_data / "traces" / name for name in FORMATS}
    taken = [
        (str(path.relative_to(shared_data)), item.name)
        for path in sorted(shared_data.rglob("*"))
        if path.is_file() and path not in ours and "sealed" not in path.parts
        for item in others
        if item.recognises(Source(path))
    ]
    assert taken == []


def test_tempo(shared_data: Path, figures):
    name = "otlp/tempo_export_with_batches.json"
    (trace,) = read(shared_data / "traces" / name)
    assert roles(trace) == ["system", "user", "assistant", "tool", "assistant"]
    call = trace.body["messages"][2]["parts"][0]
    answer = trace.body["messages"][3]["parts"][0]
    assert call["name"] == "helm_list_releases"
    assert call["id"] == answer["id"]
    assert "kagent" in answer["response"]
    # Three spans say the tokens of each of the two calls; they count once.
    assert (trace.tokens_in, trace.tokens_out) == (2256 + 2392, 13 + 116)
    assert trace.system == "gpt-4.1-mini"
    orphans = [
        span for span in trace.body["spans"] if "parent_span_id" in span.get("attributes", {})
    ]
    assert len(orphans) == figures[name]["spans_whose_parent_is_not_in_file"]
    assert trace.status == "ok"
    assert {item["service.name"] for item in trace.body["metadata"]["resource"]} == set(
        figures[name]["services"]
    )
    kinds = Counter(span["kind"] for span in trace.body["spans"])
    assert kinds["llm"] == 6
    assert kinds["tool"] == 1


def test_jaeger(shared_data: Path):
    (trace,) = read(shared_data / "traces/jaeger/k8s.json")
    assert roles(trace) == ["system", "user", "assistant"]
    assert (trace.tokens_in, trace.tokens_out) == (2203, 139)
    assert trace.scenario.input == "list all Helm releases"
    assert len(trace.body["tools"]) == 18
    assert sum("parent" not in span for span in trace.body["spans"]) == 1
    assert trace.latency_ms == pytest.approx(2145.579)
    # The messages are not kept again by each span around the call.
    assert len(json.dumps(trace.body)) < 194_000


def test_a_trace_of_no_model(shared_data: Path):
    (trace,) = read(shared_data / "traces/otlp/opentelemetry-proto_trace.json")
    assert trace.body["messages"] == []
    assert trace.system == "my.service"
    (span,) = trace.body["spans"]
    assert span["attributes"]["my.span.attr"] == "some value"
    assert span["attributes"]["parent_span_id"] == "eee19b7ec3c1b173"
    assert trace.latency_ms == 1000


@pytest.mark.parametrize("name", ["LANGCHAIN", "OPENAI", "SMOLAGENTS"])
def test_any_agent(shared_data: Path, figures, name: str):
    (trace,) = read(shared_data / f"traces/any-agent/{name}_trace.json")
    operations = figures[f"any-agent/{name}_trace.json"]["operations"]
    counts = Counter(roles(trace))
    assert counts["assistant"] == operations["call_llm"]
    assert counts["tool"] == operations["execute_tool"]
    calls = [
        part["id"]
        for message in trace.body["messages"]
        for part in message["parts"]
        if part["type"] == "tool_call"
    ]
    answers = [
        part["id"]
        for message in trace.body["messages"]
        for part in message["parts"]
        if part["type"] == "tool_call_response"
    ]
    assert calls == answers
    assert trace.body["output"].startswith('{"steps"')
    assert trace.cost
    spans = trace.body["spans"]
    assert trace.tokens_in == sum(span.get("tokens_in", 0) for span in spans)


def test_a_client_span(shared_data: Path):
    name = "traces/openinference/openinference_client_span_tool_calls.json"
    (trace,) = read(shared_data / name)
    assert roles(trace) == ["user", "assistant", "tool", "assistant"]
    assert (trace.tokens_in, trace.tokens_out, trace.system) == (97, 52, "gpt-4-0613")


def test_vercel(shared_data: Path):
    made = read(shared_data / "traces/openinference/vercel-v6-all-spans.json")
    assert len(made) == 10
    assert [trace.trial for trace in made] == [0, 1] * 5
    assert made[2].scenario == made[3].scenario
    assert roles(made[2]) == roles(made[3]) == ["system", "user", "assistant", "user", "assistant"]
    kinds = [trace.body["spans"][0]["kind"] for trace in made]
    assert kinds == ["llm", "chain"] * 4 + ["embedding", "chain"]
    assert [trace.tokens_in for trace in made] == [14, 14, 50, 50, 63, 63, 15, 15, 10, 10]
