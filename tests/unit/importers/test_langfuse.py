"""Langfuse: traces, observations alone, pages and events; scores of people and of programs."""

import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Annotation, Score
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source
from tests.unit.importers.files import notes, read, skipped, traces, write_json, write_jsonl


def observation(ident, kind, start, end, given=None, answered=None, parent="root", **more):
    return {
        "id": ident,
        "traceId": "tr-1",
        "projectId": "p",
        "type": kind,
        "name": more.pop("name", ident),
        "startTime": f"2026-01-01T00:00:0{start}.000Z",
        "endTime": f"2026-01-01T00:00:0{end}.000Z",
        "parentObservationId": parent,
        "level": "DEFAULT",
        "statusMessage": None,
        "input": given,
        "output": answered,
        "metadata": more.pop("metadata", {}),
        **more,
    }


SYSTEM = {"role": "system", "content": "Be brief."}
ASKED = {"role": "user", "content": "Rain in Oslo?"}
CALL = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {
            "id": "c1",
            "type": "function",
            "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
        }
    ],
}
OBSERVATIONS = [
    observation("root", "AGENT", 0, 5, {"question": "Rain in Oslo?"}, "It rains.", parent=None),
    observation(
        "g1",
        "GENERATION",
        0,
        1,
        [SYSTEM, ASKED],
        CALL,
        model="m-1",
        modelParameters={"temperature": 0},
        completionStartTime="2026-01-01T00:00:00.250Z",
        promptName="rain",
        promptVersion=3,
        usageDetails={"input": 10, "output": 4, "total": 14, "cache_read": 6},
        costDetails={"input": 0.001, "output": 0.002, "total": 0.003},
    ),
    observation("t1", "TOOL", 1, 2, {"city": "Oslo"}, {"rain": True}, name="weather"),
    observation(
        "d1",
        "RETRIEVER",
        2,
        3,
        {"query": "oslo"},
        [{"page_content": "It rains.", "metadata": {"source": "a.txt"}}, {"text": "Always."}],
    ),
    observation(
        "g2",
        "GENERATION",
        3,
        4,
        [SYSTEM, ASKED, CALL],
        "It rains.",
        model="m-1",
        usageDetails={"input": 20, "output": 5},
        costDetails={"total": 0.004},
    ),
    observation("e1", "EVALUATOR", 4, 5, "x", "y"),
    observation(
        "j1", "GENERATION", 4, 5, "Is it good?", "Yes.", parent="e1", usageDetails={"input": 99}
    ),
    observation("w1", "EVENT", 4, 4, level="WARNING", statusMessage="slow"),
]
SCORES = [
    {
        "id": "s1",
        "traceId": "tr-1",
        "name": "helpful",
        "value": 0.5,
        "dataType": "NUMERIC",
        "source": "EVAL",
        "comment": "meh",
        "observationId": None,
    },
    {"id": "s2", "name": "ok", "value": 1, "stringValue": "True", "dataType": "BOOLEAN",
     "source": "API"},
    {"id": "s3", "name": "tone", "value": 0, "stringValue": "kind", "dataType": "CATEGORICAL",
     "source": "API"},
    {"id": "s4", "name": "helpful", "value": 1, "dataType": "NUMERIC", "source": "EVAL",
     "observationId": "g2"},
    {
        "id": "s5",
        "name": "correct",
        "value": 1,
        "dataType": "NUMERIC",
        "source": "ANNOTATION",
        "authorUserId": "u1",
        "comment": "right",
        "observationId": "g1",
        "timestamp": "2026-01-02T00:00:00Z",
        "queueId": "q1",
    },
    {"id": "s6", "name": "kind", "stringValue": "good", "value": 0, "dataType": "CATEGORICAL",
     "source": "ANNOTATION"},
]  # fmt: skip
TRACE = {
    "id": "tr-1",
    "name": "agent",
    "timestamp": "2026-01-01T00:00:00.000Z",
    "input": {"question": "Rain in Oslo?"},
    "output": "It rains.",
    "sessionId": "sess",
    "userId": "u9",
    "tags": ["prod"],
    "environment": "default",
    "release": "r1",
    "metadata": {"k": "v", "dataset_item_id": "item-4", "expected_output": "Rain."},
    "latency": 5.0,
    "scores": SCORES,
}
WHOLE = {"trace": TRACE, "observations": OBSERVATIONS}


@pytest.fixture(params=["pair", "inside", "lines", "array", "page", "text"])
def trace(request, tmp_path):
    inside = {**TRACE, "observations": OBSERVATIONS}
    if request.param == "pair":
        path = write_json(tmp_path / "t.json", WHOLE)
    elif request.param == "inside":
        path = write_json(tmp_path / "t.json", {**inside, "htmlPath": "/x", "totalCost": 0.007})
    elif request.param == "lines":
        path = write_jsonl(tmp_path / "t.jsonl", [WHOLE])
    elif request.param == "array":
        path = write_json(tmp_path / "t.json.gz", [WHOLE])
    elif request.param == "page":
        path = write_json(tmp_path / "t.json", {"data": [inside], "meta": {"page": 1}})
    else:  # inputs, outputs and metadata as JSON in strings
        texts = ("input", "output", "metadata")
        told = [
            {k: json.dumps(v) if k in texts and isinstance(v, dict | list) else v
             for k, v in each.items()}
            for each in OBSERVATIONS
        ]  # fmt: skip
        said = {**TRACE, "input": json.dumps(json.dumps(TRACE["input"]))}
        path = write_json(tmp_path / "t.json", {"trace": said, "observations": told})
    assert detect(Source(path)).name == "langfuse"
    (made,) = traces(read(path))
    return made


def test_the_messages_come_once(trace):
    messages = trace.body["messages"]
    roles = [message["role"] for message in messages]
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    assert messages[3]["parts"][0]["response"] == {"rain": True}
    assert messages[3]["latency_ms"] == 1000
    answer = messages[2]
    assert (answer["tokens_in"], answer["tokens_out"], answer["cost"]) == (10, 4, 0.003)
    assert (answer["model"], answer["latency_ms"]) == ("m-1", 1000)


def test_the_trace_as_a_whole(trace):
    assert (trace.scenario.key, trace.scenario.input) == ("item-4", "Rain in Oslo?")
    assert trace.scenario.expected == trace.body["expected"] == "Rain."
    assert (trace.tokens_in, trace.tokens_out) == (30, 9)
    assert trace.cost == pytest.approx(0.007)
    assert (trace.latency_ms, trace.system, trace.status) == (5000, "m-1", "ok")
    assert trace.started_at == "2026-01-01T00:00:00.000Z"
    metadata = trace.body["metadata"]
    assert metadata["prompt_version"] == "rain v3"
    assert (metadata["sessionId"], metadata["userId"]) == ("sess", "u9")
    assert metadata["tags"] == ["prod"]
    assert metadata["metadata"]["k"] == "v"


def test_spans_and_documents(trace):
    spans = {span["id"]: span for span in trace.body["spans"]}
    assert {ident: span["kind"] for ident, span in spans.items()} == {
        "root": "agent",
        "g1": "llm",
        "t1": "tool",
        "d1": "retriever",
        "g2": "llm",
        "e1": "evaluator",
        "j1": "llm",
        "w1": "chain",
    }
    assert "parent" not in spans["root"]
    assert spans["j1"]["parent"] == "e1"
    assert spans["g1"]["attributes"]["time_to_first_token_ms"] == 250
    assert spans["g1"]["attributes"]["usageDetails"]["cache_read"] == 6
    assert spans["g1"]["attributes"]["modelParameters"] == {"temperature": 0}
    assert spans["w1"]["attributes"]["statusMessage"] == "slow"
    assert spans["j1"]["attributes"]["input"] == "Is it good?"
    assert [spans[name]["message"] for name in ("g1", "t1", "g2")] == [2, 3, 4]
    one, two = trace.body["documents"]
    assert (one["content"], one["rank"], one["query"], one["span"]) == (
        "It rains.",
        1,
        "oslo",
        "d1",
    )
    assert (two["content"], two["rank"]) == ("Always.", 2)
    assert one["source"] == "a.txt"


def test_scores_of_programs_and_annotations_of_people(trace):
    assert trace.scores == {
        "helpful": Score(0.5, None, "meh"),
        "ok": Score(1.0),
        "tone": Score(None, "kind"),
        "helpful (g2)": Score(1.0),
    }
    first, second = trace.annotations
    assert first == Annotation(
        "correct",
        value=1.0,
        comment="right",
        annotator="u1",
        target="g1",
        created_at="2026-01-02T00:00:00Z",
        metadata={"id": "s5", "dataType": "NUMERIC", "queueId": "q1"},
    )
    assert (second.name, second.value, second.label) == ("kind", None, "good")


@pytest.mark.parametrize("spelling", ["camel", "snake"])
def test_observations_alone_are_gathered_by_trace(tmp_path, spelling):
    other = [{**each, "traceId": "tr-2"} for each in OBSERVATIONS]
    lines = [each for pair in zip(OBSERVATIONS, other, strict=True) for each in pair]
    if spelling == "snake":
        names = {
            name: "".join(f"_{mark.lower()}" if mark.isupper() else mark for mark in name)
            for each in lines
            for name in each
        }
        lines = [{names[name]: value for name, value in each.items()} for each in lines]
    path = write_jsonl(tmp_path / "observations.jsonl", lines)
    assert detect(Source(path)).name == "langfuse"
    items = read(path)
    first, second = traces(items)
    assert [trace.body["metadata"]["id"] for trace in (first, second)] == ["tr-1", "tr-2"]
    assert len(first.body["messages"]) == 5
    assert len(first.body["spans"]) == len(OBSERVATIONS)
    assert (first.trial, second.trial) == (0, 1)
    assert first.scenario.input == "Rain in Oslo?"


def test_events_of_the_ingestion_interface(tmp_path):
    trace = {name: value for name, value in TRACE.items() if name != "scores"}
    half = {name: value for name, value in OBSERVATIONS[1].items() if name != "output"}
    batch = [
        {"id": "1", "type": "trace-create", "body": trace},
        {"id": "2", "type": "generation-create", "body": half},
        {"id": "3", "type": "generation-update", "body": {"id": "g1", "output": CALL}},
        {"id": "4", "type": "span-create", "body": OBSERVATIONS[0]},
        {"id": "5", "type": "score-create", "body": SCORES[0]},
        {"id": "6", "type": "sdk-log", "body": {}},
    ]
    path = write_json(tmp_path / "events.json", {"batch": batch})
    assert detect(Source(path)).name == "langfuse"
    (made,) = traces(read(path))
    assert [message["role"] for message in made.body["messages"]] == ["system", "user", "assistant"]
    assert made.scores == {"helpful": Score(0.5, None, "meh")}
    assert len(made.body["spans"]) == 2


def test_a_table_of_traces(tmp_path):
    row = {name: value for name, value in TRACE.items() if name != "scores"}
    row["scores"] = {"helpful": [0.5], "tone": ["kind"], "none": []}
    path = write_jsonl(tmp_path / "table.jsonl", [row])
    assert detect(Source(path)).name == "langfuse"
    (made,) = traces(read(path))
    assert made.scores == {"helpful": Score(0.5), "tone": Score(None, "kind")}
    assert [message["role"] for message in made.body["messages"]] == ["user", "assistant"]


def test_a_failed_root_is_an_error_and_its_scores_are_none(tmp_path):
    failed = {**OBSERVATIONS[0], "level": "ERROR", "statusMessage": "boom"}
    whole = {"trace": TRACE, "observations": [failed, *OBSERVATIONS[1:]]}
    (trace,) = traces(read(write_json(tmp_path / "t.json", whole)))
    assert (trace.status, trace.error, trace.scores) == ("error", "boom", {})
    assert trace.body["metadata"]["scores_before_error"]["helpful"] == 0.5


def test_a_failed_step_is_no_failure_of_the_trace(tmp_path):
    failed = {**OBSERVATIONS[2], "level": "ERROR", "statusMessage": "no such city"}
    whole = {"trace": TRACE, "observations": [*OBSERVATIONS[:2], failed, *OBSERVATIONS[3:]]}
    (trace,) = traces(read(write_json(tmp_path / "t.json", whole)))
    assert trace.status == "ok"
    assert trace.body["messages"][3]["parts"][0]["error"] == "no such city"
    assert next(span for span in trace.body["spans"] if span["id"] == "t1")["status"] == "error"


def test_a_trace_without_calls_of_models(tmp_path):
    whole = {"trace": TRACE, "observations": []}
    (trace,) = traces(read(write_json(tmp_path / "t.json", whole)))
    said = [part["content"] for message in trace.body["messages"] for part in message["parts"]]
    assert said == ["Rain in Oslo?", "It rains."]


def test_an_output_that_no_message_says_is_kept(tmp_path):
    whole = {"trace": {**TRACE, "output": {"answer": "Umbrella."}}, "observations": OBSERVATIONS}
    (trace,) = traces(read(write_json(tmp_path / "t.json", whole)))
    assert trace.body["output"] == "Umbrella."


def test_attributes_that_say_input_and_output_again_are_left_out(tmp_path):
    attributes = {
        "llm.input_messages.0.message.content": "Be brief.",
        "output.value": json.dumps(CALL),
        "llm.novel": "kept",
    }
    whole = {
        "trace": TRACE,
        "observations": [
            {**each, "metadata": {"attributes": attributes}} if each["id"] == "g1" else each
            for each in OBSERVATIONS
        ],
    }
    (trace,) = traces(read(write_json(tmp_path / "t.json", whole)))
    span = next(span for span in trace.body["spans"] if span["id"] == "g1")
    assert span["attributes"]["metadata"] == {"attributes": {"llm.novel": "kept"}}


def test_two_observations_with_one_id_are_refused(tmp_path):
    twice = {**OBSERVATIONS[1], "output": "else"}
    whole = {"trace": TRACE, "observations": [*OBSERVATIONS, twice]}
    path = write_jsonl(tmp_path / "t.jsonl", [whole, {**WHOLE, "trace": {**TRACE, "id": "tr-9"}}])
    with pytest.raises(InputError, match="g1"):
        read(path)
    items = read(path, skip_bad=True)
    assert skipped(items)[0].record == "line 1"
    assert len(traces(items)) == 1


def test_the_same_trace_again_is_taken_once(tmp_path):
    items = read(write_jsonl(tmp_path / "t.jsonl", [WHOLE, WHOLE]))
    assert len(traces(items)) == 1
    assert "there twice" in notes(items)


@pytest.mark.parametrize(
    "bad",
    [7, {}, {"trace": {}, "observations": "no"}, {"trace": {}, "observations": [1]}],
    ids=["number", "empty", "text", "numbers"],
)
def test_bad_records_are_named(tmp_path, bad):
    path = write_jsonl(tmp_path / "t.jsonl", [WHOLE, bad])
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "line 2"
    assert skipped(read(path, skip_bad=True))[0].record == "line 2"
