"""OpenInference: nested and dotted attributes, Phoenix's exports, feedback inside and beside."""

import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Annotation
from tests.unit.importers.files import notes, read, traces, write_json, write_jsonl

TRACE = "80f198ee56343ba864fe8b2a57d3eff7"
A, B, C, D = (f"{n:016x}" for n in (10, 11, 12, 13))


def span(ident, parent=None, *, kind="CHAIN", at=0, attributes=None, **more):
    return {
        "name": f"{kind.lower()} {ident[-1]}",
        "context": {"trace_id": TRACE, "span_id": ident},
        "parent_id": parent,
        "span_kind": kind,
        "start_time": f"2026-01-01T00:00:{at:02d}.000000+00:00",
        "end_time": f"2026-01-01T00:00:{at + 1:02d}.500000+00:00",
        "status_code": "OK",
        "attributes": attributes or {},
        "events": [],
        **more,
    }


def one(path, **how):
    (trace,) = traces(read(path, format="openinference", **how))
    return trace


DOTTED = {
    "llm.model_name": "m-1",
    "llm.input_messages.0.message.role": "system",
    "llm.input_messages.0.message.content": "Be brief.",
    "llm.input_messages.1.message.role": "user",
    "llm.input_messages.1.message.contents.0.message_content.type": "text",
    "llm.input_messages.1.message.contents.0.message_content.text": "What is this?",
    "llm.input_messages.1.message.contents.1.message_content.type": "image",
    "llm.input_messages.1.message.contents.1.message_content.image.image.url": "https://x.test/a",
    "llm.output_messages.0.message.role": "assistant",
    "llm.output_messages.0.message.tool_calls.0.tool_call.id": "c1",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "look",
    "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": '{"n": 1}',
    "llm.token_count.prompt": 10,
    "llm.token_count.completion": 5,
    "llm.token_count.prompt_details.cache_read": 8,
    "llm.cost.total": 0.25,
    "llm.tools.0.tool.json_schema": '{"type": "function", "function": {"name": "look"}}',
    "llm.invocation_parameters": '{"temperature": 0}',
    "llm.prompt_template.version": "v3",
}
NESTED = {
    "llm": {
        "model_name": "m-1",
        "input_messages": [
            {"message": {"role": "system", "content": "Be brief."}},
            {
                "message": {
                    "role": "user",
                    "contents": [
                        {"message_content": {"type": "text", "text": "What is this?"}},
                        {
                            "message_content": {
                                "type": "image",
                                "image": {"image": {"url": "https://x.test/a"}},
                            }
                        },
                    ],
                }
            },
        ],
        "output_messages": [
            {
                "message": {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "tool_call": {
                                "id": "c1",
                                "function": {"name": "look", "arguments": '{"n": 1}'},
                            }
                        }
                    ],
                }
            }
        ],
        "token_count": {"prompt": 10, "completion": 5, "prompt_details": {"cache_read": 8}},
        "cost": {"total": 0.25},
        "tools": [{"tool": {"json_schema": '{"type": "function", "function": {"name": "look"}}'}}],
        "invocation_parameters": '{"temperature": 0}',
        "prompt_template": {"version": "v3"},
    }
}


@pytest.mark.parametrize("attributes", [DOTTED, NESTED], ids=["dotted", "nested"])
def test_a_call_of_a_model(tmp_path, attributes):
    path = write_jsonl(tmp_path / "s.jsonl", [span(A, kind="LLM", attributes=attributes)])
    trace = one(path)
    system, user, answer = trace.body["messages"]
    assert [system["role"], user["role"], answer["role"]] == ["system", "user", "assistant"]
    assert user["parts"][1] == {"type": "uri", "modality": "image", "uri": "https://x.test/a"}
    assert answer["parts"] == [
        {"type": "tool_call", "name": "look", "arguments": {"n": 1}, "id": "c1"}
    ]
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (10, 5, 0.25)
    assert (trace.system, trace.latency_ms) == ("m-1", 1500)
    assert trace.body["tools"] == [{"type": "function", "function": {"name": "look"}}]
    assert trace.body["metadata"]["prompt_version"] == "v3"
    rest = trace.body["spans"][0]["attributes"]
    assert rest["llm.invocation_parameters"] == '{"temperature": 0}'
    assert "cache_read" in json.dumps(rest)
    assert trace.body["spans"][0]["message"] == 2


def rag():
    return [
        span(
            A,
            at=0,
            attributes={
                "input.value": '{"question": "Capital?"}',
                "input.mime_type": "application/json",
                "output.value": "Bern",
                "session.id": "s1",
                "user.id": "u1",
                "tag.tags": ["a", "b"],
                "metadata": '{"example_id": "e-7", "flow": "x"}',
            },
        ),
        span(
            B,
            A,
            kind="RETRIEVER",
            at=1,
            attributes={
                "input.value": "Capital?",
                "retrieval.documents.0.document.id": "d1",
                "retrieval.documents.0.document.content": "Bern is",
                "retrieval.documents.0.document.score": 0.5,
                "retrieval.documents.0.document.metadata": '{"page": 3}',
                "retrieval.documents.1.document.content": "Zug is",
            },
        ),
        span(
            C,
            A,
            kind="LLM",
            at=2,
            attributes={
                "llm.model_name": "m",
                "input.value": json.dumps(
                    {"messages": [{"role": "user", "content": "Bern is… Capital?"}], "seed": 1}
                ),
                "input.mime_type": "application/json",
                "output.value": json.dumps({"choices": [{"message": {"content": "Bern"}}]}),
                "output.mime_type": "application/json",
            },
        ),
    ]


def test_a_chain_with_a_retriever(tmp_path):
    trace = one(write_json(tmp_path / "s.json", rag()))
    first, second = trace.body["documents"]
    assert first == {
        "content": "Bern is",
        "id": "d1",
        "score": 0.5,
        "metadata": {"page": 3},
        "rank": 1,
        "query": "Capital?",
        "span": B,
    }
    assert second["rank"] == 2
    assert (trace.scenario.key, trace.scenario.input) == ("e-7", "Capital?")
    assert trace.body["output"] == "Bern"
    metadata = trace.body["metadata"]
    assert (metadata["session_id"], metadata["user_id"]) == ("s1", "u1")
    assert metadata["tags"] == ["a", "b"]
    assert metadata["metadata"]["flow"] == "x"
    assert [m["role"] for m in trace.body["messages"]] == ["user", "assistant"]
    assert trace.body["spans"][2]["attributes"]["input"] == {"seed": 1}


def feedback(place, kind, name, **values):
    word = place.rpartition(".")[2].removesuffix("s")
    items = {"name": name, "annotator_kind": kind, **values}
    return {f"{place}.0.{word}.{key}": value for key, value in items.items()}


def test_feedback_on_the_span_itself(tmp_path):
    spans = rag()
    spans[0]["attributes"] |= feedback(
        "trace.annotations", "HUMAN", "helpful", score=1, identifier="ann", explanation="yes"
    )
    spans[2]["attributes"] |= feedback("annotations", "HUMAN", "tone", label="curt")
    spans[2]["attributes"] |= feedback(
        "evaluations",
        "LLM",
        "correct",
        score=0.5,
        label="partly",
        explanation="why",
        metadata='{"judge": "j"}',
    )
    spans[1]["attributes"] |= feedback("annotations", "CODE", "recall", score=0.25)
    trace = one(write_json(tmp_path / "s.json", spans))
    assert list(trace.annotations) == [
        Annotation("helpful", 1, comment="yes", annotator="ann"),
        Annotation("tone", label="curt", target=C),
    ]
    score = trace.scores["correct"]
    assert (score.value, score.label, score.explanation) == (0.5, "partly", "why")
    assert trace.scores["recall"].value == 0.25
    details = trace.body["metadata"]["score_details"]
    assert details["correct"] == {"judge": "j", "annotator_kind": "LLM"}


def carrier(kind, at=50, link=C, trace=TRACE, **values):
    made = span(D, kind="EVALUATOR", at=at, attributes=feedback("evaluations", kind, **values))
    made["context"] = {"trace_id": "5b8aa5a2d2c872e8321cf37308d69df2", "span_id": D}
    made["links"] = [{"context": {"trace_id": trace, "span_id": link}}]
    return made


def test_feedback_on_a_span_that_points_to_the_one_it_means(tmp_path):
    spans = [carrier("HUMAN", name="tone", score=2, explanation="kind"), *rag()]
    trace = one(write_jsonl(tmp_path / "s.jsonl", spans))
    (said,) = trace.annotations
    assert (said.name, said.value, said.comment, said.target) == ("tone", 2, "kind", C)
    # What was said later is no part of how long it took.
    assert (trace.latency_ms, trace.started_at) == (1500, "2026-01-01T00:00:00Z")
    assert trace.body["output"] == "Bern"
    assert len(trace.body["spans"]) == 4
    trace = one(write_jsonl(tmp_path / "t.jsonl", [*rag(), carrier("LLM", name="ok", score=0)]))
    assert trace.scores["ok"].value == 0


def test_feedback_on_a_trace_that_is_elsewhere(tmp_path):
    alone = carrier("HUMAN", name="tone", score=2, trace="a" * 32)
    items = read(write_jsonl(tmp_path / "s.jsonl", [*rag(), alone]))
    first, second = traces(items)
    assert (first.annotations, len(second.annotations)) == ((), 1)
    assert "Feedback on 1 trace that is not in this file" in notes(items)


def test_what_phoenix_lists_beside_a_span(tmp_path):
    listed = span(A, kind="LLM", attributes=DOTTED)
    listed["annotations"] = [
        {
            "name": "thumb",
            "annotator_kind": "HUMAN",
            "result": {"label": "up", "score": 1, "explanation": "good"},
            "created_at": "2026-02-01",
        },
        {"name": "toxic", "annotator_kind": "LLM", "result": {"score": 0}},
    ]
    trace = one(write_json(tmp_path / "s.json", {"data": [listed], "next_cursor": None}))
    (said,) = trace.annotations
    assert (said.name, said.label, said.comment, said.target) == ("thumb", "up", "good", A)
    assert trace.scores["toxic"].value == 0


def test_a_judge_inside_the_trace_is_no_part_of_the_conversation(tmp_path):
    judge = span(C, A, kind="EVALUATOR", at=3)
    inner = span(D, C, kind="LLM", at=4, attributes=DOTTED)
    called = span(
        B,
        A,
        kind="LLM",
        attributes={
            "llm.model_name": "mine",
            "llm.output_messages.0.message.content": "Hi",
            "llm.token_count.prompt": 1,
        },
    )
    trace = one(write_json(tmp_path / "s.json", [span(A), called, judge, inner]))
    assert [m["parts"][0].get("content") for m in trace.body["messages"]] == ["Hi"]
    assert (trace.tokens_in, trace.system) == (1, "mine")
    assert len(trace.body["spans"][3]["attributes"]["input_messages"]) == 2


def test_spans_of_the_sdks(tmp_path):
    python = {
        "name": "chat",
        "context": {"trace_id": "0x" + TRACE, "span_id": "0x" + A, "trace_state": "[]"},
        "kind": "SpanKind.CLIENT",
        "parent_id": None,
        "start_time": "2026-01-01T00:00:00.000000Z",
        "end_time": "2026-01-01T00:00:02.000000Z",
        "status": {"status_code": "ERROR", "description": "down"},
        "attributes": {"gen_ai.operation.name": "chat"},
        "events": [],
        "links": [],
        "resource": {"attributes": {"service.name": "svc"}, "schema_url": ""},
    }
    trace = one(write_json(tmp_path / "p.json", python))
    assert (trace.status, trace.error, trace.latency_ms) == ("error", "down", 2000)
    assert trace.body["spans"][0]["attributes"]["span_kind"] == "client"
    assert trace.body["metadata"]["resource"] == {"service.name": "svc"}
    script = {
        "name": "ai.toolCall",
        "spanContext": {"traceId": TRACE, "spanId": A},
        "parentSpanContext": {"traceId": TRACE, "spanId": B},
        "startTime": [1767225600, 500000000],
        "endTime": [1767225601, 0],
        "status": {"code": 0},
        "attributes": {
            "ai.operationId": "ai.toolCall",
            "ai.toolCall.name": "look",
            "ai.toolCall.id": "c1",
            "ai.toolCall.args": '{"n": 1}',
            "ai.toolCall.result": '"rainy"',
        },
        "events": [],
    }
    trace = one(write_json(tmp_path / "s.json", [script]))
    assert (trace.started_at, trace.latency_ms) == ("2026-01-01T00:00:00.500000Z", 500)
    (message,) = trace.body["messages"]
    assert message["role"] == "tool"
    assert message["parts"][0]["name"] == "look"
    assert message["metadata"] == {"arguments": {"n": 1}}
    assert trace.body["spans"][0]["attributes"]["parent_span_id"] == B


def test_messages_of_the_vercel_sdk(tmp_path):
    prompt = [
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "tool-call", "toolCallId": "c1", "toolName": "look", "input": {"n": 1}},
                {"type": "tool-call", "toolCallId": "c2", "toolName": "look", "input": {"n": 2}},
            ],
        },
        {
            "role": "tool",
            "content": [
                {
                    "type": "tool-result",
                    "toolCallId": ident,
                    "toolName": "look",
                    "output": {"type": "text", "value": said},
                }
                for ident, said in (("c1", "rainy"), ("c2", "dry"))
            ],
        },
    ]
    raw = {
        "name": "ai.generateText.doGenerate",
        "spanContext": {"traceId": TRACE, "spanId": A},
        "startTime": [1767225600, 0],
        "endTime": [1767225601, 0],
        "attributes": {
            "ai.operationId": "ai.generateText.doGenerate",
            "ai.prompt.messages": json.dumps(prompt),
            "ai.prompt.tools": ['{"type": "function", "name": "look"}'],
            "ai.response.text": "Mixed.",
            "ai.response.finishReason": "stop",
            "ai.usage.inputTokens": 3,
            "gen_ai.usage.input_tokens": 3,
            "ai.telemetry.metadata.promptVersion": "7",
        },
    }
    trace = one(write_json(tmp_path / "s.json", [raw]))
    _, call, result, _ = trace.body["messages"]
    assert [part["id"] for part in call["parts"]] == ["c1", "c2"]
    assert [(part["id"], part["response"]) for part in result["parts"]] == [
        ("c1", "rainy"),
        ("c2", "dry"),
    ]
    assert trace.tokens_in == 3
    assert trace.body["tools"] == [{"type": "function", "name": "look"}]
    assert trace.body["metadata"]["prompt_version"] == "7"


def test_attributes_alone(tmp_path):
    trace = one(write_json(tmp_path / "a.json", {**DOTTED, "openinference.span.kind": "LLM"}))
    assert len(trace.body["messages"]) == 3
    assert "id" not in trace.body["spans"][0]


def test_attributes_on_lines_are_a_trace_each(tmp_path):
    items = read(write_jsonl(tmp_path / "a.jsonl", [DOTTED, DOTTED]))
    assert len(traces(items)) == 2
    assert "taken as trials" in notes(items)


def test_a_span_without_an_id(tmp_path):
    bad = span(A)
    bad["context"] = {"trace_id": TRACE}
    path = write_jsonl(tmp_path / "a.jsonl", [span(B), bad])
    with pytest.raises(InputError, match="no id") as error:
        read(path, format="openinference")
    assert error.value.record == "line 2"


@pytest.mark.parametrize(
    "attributes",
    [
        {"llm.input_messages.99999999999999999999.message.role": "user"},
        {"llm.input_messages": {"a": 1}, "llm.input_messages.0": "x"},
        {"llm.input_messages.0.message": "text", "llm.input_messages.0.message.role": "user"},
        {"llm" + ".a" * 5000: 1},
        {"llm.output_messages": "[" * 400 + "]" * 400},
        {"retrieval.documents": [None, 5, {"document": None}, {"document": {"score": "x"}}]},
        {"annotations.0": 5, "annotations.x.annotation.name": "n", "evaluations": {"0": None}},
        {"metadata": "{", "tag.tags": {}, "session.id": ["a"]},
        {"llm.token_count.prompt": -5, "llm.token_count.completion": 1e300, "llm.cost.total": "x"},
        {"llm.tools.0.tool.json_schema": "[1]", "llm.tools.1": None},
    ],
    ids=[
        "index",
        "mixed",
        "both",
        "dots",
        "deep",
        "documents",
        "feedback",
        "whole",
        "counts",
        "tools",
    ],
)
@pytest.mark.parametrize("kind", ["LLM", "RETRIEVER", "TOOL"])
def test_strange_attributes_are_kept_and_do_no_harm(tmp_path, attributes, kind):
    trace = one(write_json(tmp_path / "a.json", [span(A, kind=kind, attributes=attributes)]))
    assert len(trace.body["spans"]) == 1
    assert trace.tokens_in is None
