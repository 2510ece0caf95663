"""OpenTelemetry's own JSON: three eras of conventions, in every way of writing them down."""

import base64
import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.importers import span_groups
from evaldesk.importers.contract import ImportOptions
from evaldesk.importers.otlp import spans_of
from evaldesk.importers.source import Source
from tests.unit.importers.files import notes, read, skipped, traces, write_json, write_jsonl
from tests.unit.importers.span_files import (
    TRACE,
    chat_span,
    event,
    keyed,
    otlp,
    said,
    span,
    span_id,
    text,
)

OTHER = "00000000000000000000000000000abc"
CALL = {"type": "tool_call", "id": "c1", "name": "look", "arguments": {"at": "Bern"}}
ANSWER = {"type": "tool_call_response", "id": "c1", "response": "rainy"}


def one(path):
    (trace,) = traces(read(path, format="otlp"))
    return trace


def roles(trace):
    return [message["role"] for message in trace.body["messages"]]


def agent(**more):
    """An agent that calls a model, a tool, and the model again, which repeats everything."""
    first = [said("system", "Be brief."), said("user", "Weather in Bern?")]
    made = {"role": "assistant", "parts": [CALL], "finish_reason": "tool_call"}
    again = [*first, made, {"role": "tool", "parts": [ANSWER]}]
    tokens = {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 2}
    definition = {"type": "function", "name": "look", "parameters": {"type": "object"}}
    return [
        span(
            1,
            name="invoke_agent helper",
            took=9,
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.usage.input_tokens": 20,
                "gen_ai.usage.output_tokens": 4,
                "gen_ai.conversation.id": "s-1",
            },
            **more,
        ),
        chat_span(
            2,
            1,
            first,
            [made],
            1,
            **tokens,
            **{"gen_ai.tool.definitions": json.dumps([definition])},
        ),
        span(
            3,
            1,
            at=3,
            name="execute_tool look",
            attributes={
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "look",
                "gen_ai.tool.call.id": "c1",
                "gen_ai.tool.call.arguments": '{"at":"Bern"}',
                "gen_ai.tool.call.result": "rainy",
            },
        ),
        chat_span(4, 1, again, [said("assistant", "It rains.")], 5, **tokens),
    ]


def test_an_agent_with_a_tool(tmp_path):
    trace = one(write_json(tmp_path / "a.json", otlp(*agent(), **{"service.name": "svc"})))
    assert roles(trace) == ["system", "user", "assistant", "tool", "assistant"]
    tool = trace.body["messages"][3]
    assert tool["parts"] == [
        {"type": "tool_call_response", "id": "c1", "response": "rainy", "name": "look"}
    ]
    assert (tool["latency_ms"], tool["started_at"]) == (1000, "2023-11-14T22:13:23Z")
    assert trace.scenario.input == "Weather in Bern?"
    assert (trace.system, trace.latency_ms, trace.status) == ("m-1", 9000, "ok")
    assert (trace.tokens_in, trace.tokens_out) == (20, 4)
    spans = trace.body["spans"]
    assert [item["kind"] for item in spans] == ["agent", "llm", "tool", "llm"]
    assert [item.get("message") for item in spans] == [None, 2, 3, 4]
    assert [item.get("parent") for item in spans] == [None, *[span_id(1)] * 3]
    assert "input_messages" not in spans[3].get("attributes", {})
    assert trace.body["tools"][0]["name"] == "look"
    metadata = trace.body["metadata"]
    assert metadata["session_id"] == "s-1"
    assert metadata["resource"] == {"service.name": "svc"}
    assert metadata["trace_id"] == TRACE


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_the_order_in_the_file_does_not_matter(tmp_path, order):
    spans = agent()
    path = write_jsonl(tmp_path / "a.jsonl", [otlp(spans[at]) for at in order])
    assert roles(one(path)) == ["system", "user", "assistant", "tool", "assistant"]


def test_messages_as_events_of_the_span(tmp_path):
    events = [
        event("gen_ai.system.message", content="Be brief."),
        event("gen_ai.user.message", content="Hello"),
        event("gen_ai.assistant.message", tool_calls=json.dumps([{"id": "c1", "function": CALL}])),
        event("gen_ai.tool.message", content="rainy", id="c1"),
        event(
            "gen_ai.choice",
            message='{"role": "assistant", "content": "Hi"}',
            index=0,
            finish_reason="stop",
        ),
        event("something.else", a=1),
    ]
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "m",
        "gen_ai.usage.prompt_tokens": 3,
        "gen_ai.usage.completion_tokens": 1,
    }
    trace = one(
        write_json(tmp_path / "a.json", otlp(span(1, attributes=attributes, events=events)))
    )
    assert roles(trace) == ["system", "user", "assistant", "tool", "assistant"]
    assert trace.body["messages"][4]["finish_reason"] == "stop"
    assert (trace.tokens_in, trace.tokens_out) == (3, 1)
    attributes = trace.body["spans"][0]["attributes"]
    assert attributes["gen_ai.system"] == "openai"
    assert [item["name"] for item in attributes["events"]] == ["something.else"]


def logs(*records):
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}


def log(name, body=None, at=0, **attributes):
    return {
        "timeUnixNano": str(1_700_000_000_000_000_000 + at),
        "eventName": name,
        "traceId": TRACE,
        "spanId": span_id(1),
        "attributes": keyed(attributes),
        "body": {"kvlistValue": {"values": keyed(body)}} if body else None,
    }


def test_events_in_a_file_of_their_own(tmp_path):
    path = write_jsonl(
        tmp_path / "events.jsonl",
        [
            logs(log("gen_ai.user.message", {"content": "Hello"})),
            logs(log("gen_ai.choice", {"index": 0, "message": {"content": "Hi"}}, 1)),
        ],
    )
    trace = one(path)
    assert roles(trace) == ["user", "assistant"]
    assert trace.body["spans"][0]["kind"] == "llm"


def test_one_event_with_all_messages_and_evaluations_beside_its_span(tmp_path):
    details = log(
        "gen_ai.client.inference.operation.details",
        **{
            "gen_ai.system_instructions": [text("Be brief.")],
            "gen_ai.input.messages": [said("user", "Hello")],
            "gen_ai.output.messages": [{**said("assistant", "Hi"), "finish_reason": "stop"}],
        },
    )
    judged = log(
        "gen_ai.evaluation.result",
        **{
            "gen_ai.evaluation.name": "relevance",
            "gen_ai.evaluation.score.value": 0.5,
            "gen_ai.evaluation.score.label": "partly",
            "gen_ai.evaluation.explanation": "brief",
        },
    )
    call = span(1, attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": "m"})
    trace = one(write_jsonl(tmp_path / "a.jsonl", [logs(judged), otlp(call), logs(details)]))
    assert roles(trace) == ["system", "user", "assistant"]
    score = trace.scores["relevance"]
    assert (score.value, score.label, score.explanation) == (0.5, "partly", "brief")
    assert len(trace.body["spans"]) == 1


def test_scores_of_several_spans_with_one_name(tmp_path):
    spans = [
        span(
            number,
            1 if number > 1 else 0,
            name=f"step {number}",
            events=[
                event(
                    "gen_ai.evaluation.result",
                    **{"gen_ai.evaluation.name": "ok", "gen_ai.evaluation.score.value": number},
                )
            ],
        )
        for number in (1, 2)
    ]
    trace = one(write_json(tmp_path / "a.json", otlp(*spans)))
    assert {name: score.value for name, score in trace.scores.items()} == {
        "ok": 1,
        "ok (step 2)": 2,
    }


def test_tempo_and_snake_case_and_base64_ids(tmp_path):
    raw = span(2, attributes={"n": 1})
    raw["traceId"] = base64.b64encode(bytes.fromhex(TRACE)).decode()
    raw["spanId"] = base64.b64encode(bytes.fromhex(span_id(2))).decode()
    raw["kind"] = "SPAN_KIND_CLIENT"
    raw["status"] = {"code": "STATUS_CODE_ERROR", "message": "down"}
    tempo = {
        "batches": [
            {
                "instrumentationLibrarySpans": [
                    {"instrumentationLibrary": {"name": "lib"}, "spans": [raw]}
                ],
                # The resource may come after its spans.
                "resource": {"attributes": keyed({"service.name": "late"})},
            }
        ]
    }
    trace = one(write_json(tmp_path / "tempo.json", tempo))
    assert trace.body["metadata"]["trace_id"] == TRACE
    assert trace.system == "late"
    (made,) = trace.body["spans"]
    assert made["id"] == span_id(2)
    assert made["attributes"]["span_kind"] == "client"
    assert (trace.status, trace.error, made["status"]) == ("error", "down", "error")
    snake = {
        "resource_spans": [
            {
                "scope_spans": [
                    {
                        "spans": [
                            {
                                "trace_id": TRACE,
                                "span_id": span_id(1),
                                "name": "x",
                                "start_time_unix_nano": 1700000000000000000,
                            }
                        ]
                    }
                ]
            }
        ]
    }
    assert one(write_json(tmp_path / "snake.json", snake)).started_at == "2023-11-14T22:13:20Z"


def test_numbered_prompts_inside_a_call_that_repeats_them(tmp_path):
    request = {
        "model": "m",
        "config": {"system_instruction": "Be brief.", "temperature": 0.5},
        "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
    }
    outer = span(
        1,
        name="call_llm",
        took=5,
        attributes={
            "gen_ai.system": "gcp.vertex.agent",
            "gcp.vertex.agent.llm_request": json.dumps(request),
            "gcp.vertex.agent.llm_response": json.dumps(
                {"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finish_reason": "STOP"}
            ),
            "gen_ai.usage.input_tokens": 7,
        },
    )
    inner = span(
        2,
        1,
        at=1,
        name="openai.chat",
        attributes={
            "llm.request.type": "chat",
            "gen_ai.request.model": "m",
            "gen_ai.prompt.0.role": "system",
            "gen_ai.prompt.0.content": "Be brief.",
            "gen_ai.prompt.1.role": "user",
            "gen_ai.prompt.1.content": "Hello",
            "gen_ai.completion.0.role": "assistant",
            "gen_ai.completion.0.content": "Hi",
            "gen_ai.completion.0.finish_reason": "stop",
            "gen_ai.usage.prompt_tokens": 7,
            "llm.request.functions.0.name": "look",
            "llm.request.functions.0.parameters": '{"type": "object"}',
        },
    )
    trace = one(write_json(tmp_path / "a.json", otlp(outer, inner)))
    assert roles(trace) == ["system", "user", "assistant"]
    assert trace.tokens_in == 7
    first, second = trace.body["spans"]
    assert ("message" in first, second["message"]) == (False, 2)
    config = first["attributes"]["gcp.vertex.agent.llm_request.config"]
    assert config == {"temperature": 0.5}
    assert "input_messages" not in first["attributes"]
    assert trace.body["tools"] == [{"name": "look", "parameters": {"type": "object"}}]


def test_the_outer_call_speaks_where_the_inner_does_not(tmp_path):
    outer = chat_span(1, 0, [said("user", "Hello")], [said("assistant", "Hi")], 0)
    inner = span(2, 1, attributes={"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 3})
    trace = one(write_json(tmp_path / "a.json", otlp(outer, inner)))
    assert roles(trace) == ["user", "assistant"]
    assert trace.tokens_in == 3


def test_retrieved_documents(tmp_path):
    found = [{"id": "d1", "content": "Bern is", "score": 0.9}, {"id": "d2", "score": 0.1}]
    retrieval = span(
        2,
        1,
        attributes={
            "gen_ai.operation.name": "retrieval",
            "gen_ai.retrieval.query.text": "capital",
            "gen_ai.retrieval.documents": json.dumps(found),
        },
    )
    trace = one(write_json(tmp_path / "a.json", otlp(span(1), retrieval)))
    first, second = trace.body["documents"]
    assert first == {
        "content": "Bern is",
        "id": "d1",
        "score": 0.9,
        "rank": 1,
        "query": "capital",
        "span": span_id(2),
    }
    assert (second["content"], second["rank"], second["id"]) == ("", 2, "d2")
    assert trace.body["spans"][1]["kind"] == "retriever"


def test_several_traces_mixed(tmp_path):
    lines = []
    for number in range(1, 4):
        for trace in (TRACE, OTHER):
            call = chat_span(
                number, 0, [said("user", f"Q{number}")], [said("assistant", trace)], number
            )
            lines.append(otlp({**call, "traceId": trace}))
    items = read(write_jsonl(tmp_path / "a.jsonl", lines))
    assert [len(trace.body["spans"]) for trace in traces(items)] == [3, 3]
    assert [trace.trial for trace in traces(items)] == [0, 1]
    assert "taken as trials" in notes(items)


def test_what_must_be_held_is_bounded(tmp_path):
    lines = [
        otlp(span(n, trace=f"{n % 50 + 1:032x}", attributes={"a": "x" * 5000}))
        for n in range(1, 200)
    ]
    path = write_jsonl(tmp_path / "a.jsonl", lines)
    source = Source(path)

    def reading(limit):
        return list(
            span_groups.traces_in(
                source, ImportOptions(), lambda whole: spans_of(source), limit=limit
            )
        )

    assert len(traces(reading(10 << 20))) == 50
    with pytest.raises(InputError, match="so mixed that"):
        reading(200_000)


def test_a_chain_200_deep_and_a_circle(tmp_path):
    deep = [span(n, n - 1, at=n / 1000) for n in range(1, 2001)]
    trace = one(write_json(tmp_path / "deep.json", otlp(*reversed(deep))))
    assert len(trace.body["spans"]) == 2000
    assert trace.body["spans"][-1]["parent"] == span_id(1999)
    circle = [span(1, 2), span(2, 1), span(3, 3), span(4, 2)]
    items = read(write_json(tmp_path / "circle.json", otlp(*circle)))
    (trace,) = traces(items)
    assert sorted(item["id"] for item in trace.body["spans"]) == [span_id(n) for n in (1, 2, 3, 4)]
    assert sum("parent" not in item for item in trace.body["spans"]) == 2
    assert "inside themselves" in notes(items)


def test_ids_that_are_there_twice(tmp_path):
    items = read(write_json(tmp_path / "a.json", otlp(span(1), span(1), span(1, name="else"))))
    (trace,) = traces(items)
    assert [item["id"] for item in trace.body["spans"]] == [span_id(1), f"{span_id(1)} (2)"]
    assert "1 span is there twice" in notes(items)
    assert "the id of another span" in notes(items)


@pytest.mark.parametrize(
    "time", ["", "soon", -5, "99999999999999999999999999", True, [], {}, 1e300, "NaN"], ids=repr
)
def test_times_that_are_none(tmp_path, time):
    raw = {**span(1), "startTimeUnixNano": time, "endTimeUnixNano": time}
    trace = one(write_json(tmp_path / "a.json", otlp(raw)))
    assert (trace.started_at, trace.latency_ms) == ("", None)
    assert "started_at" not in trace.body["spans"][0]


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"spanId": "1"}, "no “traceId”"),
        ({"traceId": TRACE}, "no “spanId”"),
        (5, "not an object"),
        ({"traceId": TRACE, "spanId": "0" * 16}, "no “spanId”"),
    ],
    ids=["trace", "span", "kind", "zeros"],
)
def test_a_bad_span(tmp_path, bad, word):
    path = write_json(tmp_path / "a.json", otlp(span(1), bad))
    with pytest.raises(InputError, match=word) as error:
        read(path)
    assert error.value.record == "resourceSpans[0].scopeSpans[0].spans[1]"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 1
    assert word in skipped(items)[0].reason


def test_a_file_without_spans(tmp_path):
    with pytest.raises(InputError, match="holds no spans"):
        read(write_json(tmp_path / "a.json", {"resourceSpans": []}))


def test_values_of_all_kinds(tmp_path):
    raw = span(1)
    raw["attributes"] = [
        {"key": "int", "value": {"intValue": "9007199254740993"}},
        {"key": "long", "value": {"intValue": "99999999999999999999999"}},
        {"key": "double", "value": {"doubleValue": "Infinity"}},
        {"key": "bytes", "value": {"bytesValue": "AAEC"}},
        {"key": "nested", "value": {"kvlistValue": {"values": keyed({"a": [1, {"b": True}]})}}},
        {"key": "empty", "value": {}},
        {"key": 5, "value": {"stringValue": "x"}},
        "nothing",
    ]
    attributes = one(write_json(tmp_path / "a.json", otlp(raw))).body["spans"][0]["attributes"]
    assert attributes["int"] == 9007199254740993
    assert attributes["long"] == "99999999999999999999999"
    assert attributes["nested"] == {"a": [1, {"b": True}]}
    assert "double" not in attributes
    assert attributes["bytes"] == "AAEC"


def test_only_the_real_root_tells_whether_the_trace_failed(tmp_path):
    failed = {"code": 2, "message": "not found"}
    spans = [span(1), span(2, 1, status=failed), span(3, 77, status=failed)]
    trace = one(write_json(tmp_path / "a.json", otlp(*spans)))
    assert trace.status == "ok"
    assert trace.body["spans"][1]["error"] == "not found"
    spans[0]["status"] = {"code": 2}
    spans[0]["events"] = [
        event("exception", **{"exception.type": "E", "exception.message": "no money"})
    ]
    trace = one(write_json(tmp_path / "b.json", otlp(*spans)))
    assert (trace.status, trace.error) == ("error", "E: no money")
    # What was scored all the same did answer: an error would take its scores.
    said = {"gen_ai.evaluation.name": "ok", "gen_ai.evaluation.score.value": 0}
    spans[0]["events"].append(event("gen_ai.evaluation.result", **said))
    trace = one(write_json(tmp_path / "c.json", otlp(*spans)))
    assert (trace.status, trace.error) == ("incomplete", "E: no money")
    assert trace.scores["ok"].value == 0


def test_prompt_version_user_and_cost(tmp_path):
    call = chat_span(
        1,
        0,
        [said("user", "Hello")],
        [said("assistant", "Hi")],
        0,
        **{
            "gen_ai.prompt.name": "greeting",
            "gen_ai.prompt.version": "3",
            "user.id": "u1",
            "gen_ai.usage.input_cost": 0.25,
            "gen_ai.usage.output_cost": 0.5,
            "gen_ai.response.model": "m-1-2026",
            "gen_ai.usage.cache_read.input_tokens": 5,
        },
    )
    trace = one(write_json(tmp_path / "a.json", otlp(call)))
    metadata = trace.body["metadata"]
    assert (metadata["prompt_name"], metadata["prompt_version"]) == ("greeting", "3")
    assert metadata["user_id"] == "u1"
    assert trace.cost == 0.75
    assert trace.body["messages"][1]["model"] == "m-1-2026"
    attributes = trace.body["spans"][0]["attributes"]
    assert attributes["gen_ai.response.model"] == "m-1-2026"
    assert attributes["gen_ai.usage.cache_read.input_tokens"] == 5
