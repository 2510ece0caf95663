"""OTLP, OpenInference and Parquet: what other tools find in them, and that nothing is lost."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from evaldesk.domain import interchange
from evaldesk.domain.trace import Annotation, Scenario, Score, Trace, TraceRecord
from evaldesk.exporters import openinference, otlp, parquet
from evaldesk.exporters.span_tree import iso, nanoseconds, span_tree
from evaldesk.importers.carried import carried_trace, with_additions
from tests.strategies import as_trace, trace_records

HEX16 = re.compile(r"[0-9a-f]{16}\Z")
HEX32 = re.compile(r"[0-9a-f]{32}\Z")


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


CALL = {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"at": "#1"}}
ANSWERED = {"type": "tool_call_response", "id": "c1", "response": {"is": "there"}}


def a_record(**changed: Any) -> TraceRecord:
    body: Any = {
        "messages": [
            {"role": "system", "parts": [text("Be brief.")]},
            {"role": "user", "parts": [text("Where is it?")]},
            {"role": "assistant", "model": "m-1", "tokens_out": 7, "parts": [CALL]},
            {"role": "tool", "latency_ms": 20.0, "parts": [ANSWERED]},
            {"role": "assistant", "parts": [text("There.")]},
        ],
        "documents": [{"content": "It is there.", "id": "d1", "score": 0.5, "query": "where"}],
    }
    values: dict[str, Any] = {
        "scenario": Scenario("s-1", "Where is it?", slices={"language": "en"}, title="Where"),
        "body": body,
        "run": "v1",
        "system": "model",
        "started_at": "2026-11-12T14:34:05.000Z",
        "latency_ms": 1500.0,
        "scores": {"pass": Score(1.0, "yes", "as it says")},
        "annotations": (
            Annotation("tone", 2.0, comment="curt", annotator="Ada", metadata={"from": "phone"}),
        ),
    }
    return TraceRecord(**{**values, **changed})


def spans_in(data: dict[str, Any]) -> list[dict[str, Any]]:
    (resource,) = data["resourceSpans"]
    (scope,) = resource["scopeSpans"]
    return list(scope["spans"])


def value_of(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "arrayValue":
        return [value_of(item) for item in content["values"]]
    return int(content) if kind == "intValue" else content


def attributes_of(holder: dict[str, Any]) -> dict[str, Any]:
    names = [pair["key"] for pair in holder["attributes"]]
    assert len(names) == len(set(names))
    return {pair["key"]: value_of(pair["value"]) for pair in holder["attributes"]}


def same(found: TraceRecord | None, wanted: TraceRecord) -> None:
    assert found == replace(wanted, place=found.place if found else "")


@settings(max_examples=150)
@given(trace_records())
def test_otlp_carries_the_whole_trace_in_one_well_formed_tree(record: TraceRecord) -> None:
    trace = as_trace(record)
    spans = spans_in(json.loads(json.dumps(otlp.traces_data(trace))))
    check_tree(
        [(span["traceId"], span["spanId"], span.get("parentSpanId", "")) for span in spans], trace
    )
    for span in spans:
        assert int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"])
        attributes_of(span)
    same(carried_trace(attributes_of(spans[0])), record)
    events = [event for span in spans for event in span.get("events", ())]
    assert len(events) == len(record.scores) + len(record.annotations)


@settings(max_examples=150)
@given(trace_records())
def test_openinference_carries_the_whole_trace_in_one_well_formed_tree(
    record: TraceRecord,
) -> None:
    trace = as_trace(record)
    spans = [json.loads(json.dumps(span)) for span in openinference.spans_of(trace)]
    check_tree(
        [
            (span["context"]["trace_id"], span["context"]["span_id"], span["parent_id"] or "")
            for span in spans
        ],
        trace,
    )
    same(carried_trace(spans[0]["attributes"]), record)
    names = [
        value
        for span in spans
        for key, value in span["attributes"].items()
        if key.endswith(".annotation.name")
    ]
    assert sorted(names) == sorted([*record.scores, *(said.name for said in record.annotations)])


def check_tree(found: list[tuple[str, str, str]], trace: Trace) -> None:
    """One root, ids told apart, every span reached from the root."""
    assert {one for one, _, _ in found} == {trace.row.id[:32]}
    assert HEX32.match(found[0][0])
    parents = {span: parent for _, span, parent in found}
    assert len(parents) == len(found)
    assert all(HEX16.match(span) for span in parents)
    assert [span for span, parent in parents.items() if not parent] == [found[0][1]]
    for span in parents:
        steps = 0
        while parents[span]:
            span = parents[span]
            steps += 1
            assert steps <= len(parents)


@settings(max_examples=60)
@given(trace_records())
def test_parquet_carries_the_whole_trace(
    tmp_path_factory: pytest.TempPathFactory, record: TraceRecord
) -> None:
    import pyarrow.parquet as pq

    path = tmp_path_factory.mktemp("p") / "a.parquet"
    trace = as_trace(record)
    assert parquet.write_traces([trace, trace], path) == 2
    rows = pq.read_table(path).to_pylist()
    assert len(rows) == 2
    same(carried_trace({interchange.TRACE: rows[1][interchange.TRACE_COLUMN]}), record)
    assert dict(rows[0]["slices"]) == record.scenario.slices
    assert [one["name"] for one in rows[0]["scores"]] == list(record.scores)
    assert len(rows[0]["messages"]) == len(record.body["messages"])


def test_a_trace_without_spans_gets_one_a_model_call_a_tool_call_and_a_retrieval() -> None:
    spans = spans_in(otlp.traces_data(as_trace(a_record())))
    named = [(attributes_of(span)["gen_ai.operation.name"], span["name"]) for span in spans]
    assert named == [
        ("invoke_agent", "Where"),
        ("retrieval", "retrieval"),
        ("chat", "chat m-1"),
        ("execute_tool", "execute_tool look"),
        ("chat", "chat"),
    ]
    root, retrieval, first, tool, last = map(attributes_of, spans)
    assert json.loads(root["gen_ai.output.messages"])[0]["finish_reason"] == "stop"
    assert len(json.loads(root["gen_ai.input.messages"])) == 4
    assert retrieval["gen_ai.retrieval.query.text"] == "where"
    assert first["gen_ai.request.model"] == "m-1"
    assert first["gen_ai.usage.output_tokens"] == 7
    assert [one["role"] for one in json.loads(first["gen_ai.input.messages"])] == ["system", "user"]
    assert json.loads(tool["gen_ai.tool.call.arguments"]) == {"at": "#1"}
    assert json.loads(tool["gen_ai.tool.call.result"]) == {"is": "there"}
    # What a call was given is what came since the one before, not the whole conversation again.
    assert [one["role"] for one in json.loads(last["gen_ai.input.messages"])] == ["tool"]
    assert int(spans[0]["endTimeUnixNano"]) - int(spans[0]["startTimeUnixNano"]) == 1_500_000_000
    assert int(spans[3]["endTimeUnixNano"]) - int(spans[3]["startTimeUnixNano"]) == 20_000_000


def test_spans_that_the_source_has_are_kept_with_their_ids_and_parents() -> None:
    spans = [
        {"name": "run", "id": "00000000000000aa", "kind": "agent"},
        {"name": "ask", "id": "7", "parent": "00000000000000aa", "kind": "llm", "message": 4,
         "attributes": {"temperature": 0.5, "stop": ["a", "b"], "more": {"deep": [1]}}},
        {"name": "bad", "parent": "7", "kind": "guardrail", "status": "error", "error": "refused"},
    ]  # fmt: skip
    record = a_record()
    record.body["spans"] = spans  # type: ignore[typeddict-item]
    said = Annotation("relevance", 1.0, target="7")
    written = spans_in(otlp.traces_data(as_trace(replace(record, annotations=(said,)))))
    run, ask, bad = written
    assert run["spanId"] == "00000000000000aa"
    assert ask["parentSpanId"] == run["spanId"]
    assert bad["parentSpanId"] == ask["spanId"]
    assert bad["status"] == {"code": 2, "message": "refused"}
    attributes = attributes_of(ask)
    assert attributes["temperature"] == 0.5
    assert attributes["stop"] == ["a", "b"]
    assert json.loads(attributes["more"]) == {"deep": [1]}
    assert json.loads(attributes["gen_ai.output.messages"])[0]["parts"] == [text("There.")]
    # What was said of one span is said there.
    assert [attributes_of(one)["gen_ai.evaluation.name"] for one in ask["events"]] == ["relevance"]


def test_scores_and_what_people_said_have_their_places_in_openinference() -> None:
    root = next(openinference.spans_of(as_trace(a_record())))
    found = root["attributes"]
    assert found["openinference.span.kind"] == "AGENT"
    assert (found["input.value"], found["output.value"]) == ("Where is it?", "There.")
    score = {
        key.rpartition(".")[2]: value
        for key, value in found.items()
        if key.startswith("trace.annotations.0.")
    }
    assert {**score, "metadata": json.loads(score["metadata"])} == {
        "name": "pass",
        "score": 1.0,
        "label": "yes",
        "explanation": "as it says",
        "annotator_kind": "CODE",
        "metadata": {interchange.ORIGIN: interchange.SCORE},
    }
    assert found["trace.annotations.1.annotation.annotator_kind"] == "HUMAN"
    assert found["trace.annotations.1.annotation.identifier"] == "Ada"
    assert found["trace.annotations.1.annotation.explanation"] == "curt"


def test_what_another_tool_added_meanwhile_is_kept() -> None:
    carried = a_record()
    own = Annotation("tone", 2.0, metadata={interchange.ORIGIN: interchange.SAID})
    added = Annotation("tone", 1.0, annotator="Bo")
    read = replace(
        carried,
        scores={"pass": Score(0.0), "fresh": Score(0.5)},
        annotations=(own, added),
    )
    found = with_additions(carried, read)
    assert found.scores == {"pass": Score(1.0, "yes", "as it says"), "fresh": Score(0.5)}
    assert found.annotations == (*carried.annotations, added)


@pytest.mark.parametrize(
    "change",
    [
        lambda values: {**values, interchange.TRACE: values[interchange.TRACE][:-9]},
        lambda values: {**values, interchange.TRACE: "[]"},
        lambda values: {**values, interchange.TRACE: 7},
        lambda values: {**values, interchange.MESSAGES_OUT: "[1]"},
        lambda values: {**values, interchange.MESSAGES_OUT: "not json"},
        lambda values: {**values, interchange.MESSAGES_IN: "{}"},
        lambda values: {k: v for k, v in values.items() if k != interchange.TRACE},
    ],
    ids=["cut", "list", "number", "answer", "no-json", "no-list", "missing"],
)
def test_a_trace_that_was_cut_on_its_way_is_not_taken(change: Any) -> None:
    values = attributes_of(spans_in(otlp.traces_data(as_trace(a_record())))[0])
    assert carried_trace(values) is not None
    assert carried_trace(change(values)) is None


def test_the_same_trace_gives_the_same_bytes(tmp_path: Path) -> None:
    trace = as_trace(a_record())
    for name, write in (("a", otlp.write_traces), ("b", openinference.write_traces)):
        first, second = tmp_path / f"{name}1", tmp_path / f"{name}2"
        write([trace], first)
        write([trace], second)
        assert first.read_bytes() == second.read_bytes()


def test_a_long_list_of_roots_hangs_on_one_and_takes_no_square_of_time() -> None:
    record = a_record()
    record.body["spans"] = [{"name": f"n{number}"} for number in range(20_000)]
    tree = span_tree(as_trace(record))
    assert len(tree.operations) == 20_001
    assert {item.parent for item in tree.operations[1:]} == {tree.root.id}


def test_times_are_exact_to_the_microsecond_and_unknown_ones_stay_unknown() -> None:
    assert nanoseconds("2026-11-12T14:34:05.123456Z") == 1_794_494_045_123_456_000
    assert iso(1_794_494_045_123_456_000) == "2026-11-12T14:34:05.123456+00:00"
    assert nanoseconds("yesterday") == nanoseconds("") == nanoseconds("1234-01-01") == 0
    assert iso(0) is None
