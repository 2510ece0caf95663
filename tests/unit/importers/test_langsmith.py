"""LangSmith's runs: flat, nested, out of order; feedback of people and of programs."""

import copy

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Annotation, Score
from evaldesk.importers.contract import RunHeader
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source
from tests.unit.importers.files import notes, read, skipped, traces, write_json, write_jsonl

ROOT = {
    "id": "r1",
    "trace_id": "r1",
    "name": "agent",
    "run_type": "chain",
    "start_time": "2026-01-01T00:00:00.000000",
    "end_time": "2026-01-01T00:00:05.000000",
    "inputs": {"question": "Rain in Oslo?"},
    "outputs": {"output": "It rains."},
    "error": None,
    "status": "success",
    "parent_run_id": None,
    "dotted_order": "20260101T000000000000Zr1",
    "session_id": "s1",
    "session_name": "baseline",
    "reference_example_id": "ex-7",
    "tags": ["prod"],
    "prompt_tokens": 30,
    "completion_tokens": 9,
    "total_cost": "0.003",
    "extra": {
        "metadata": {"revision_id": "abc123", "thread_id": "t9"},
        "runtime": {"library": "langsmith"},
    },
    "feedback_stats": {
        "helpful": {"n": 1, "avg": 0.5, "values": {}, "comments": ["so so"]},
        "tone": {"n": 1, "avg": None, "values": {"friendly": 1}},
    },
    "feedback": [
        {
            "id": "f1",
            "run_id": "r1",
            "key": "correct",
            "score": True,
            "value": None,
            "comment": "looks right",
            "feedback_source": {"type": "app", "user_id": "u1"},
            "created_at": "2026-01-02T00:00:00Z",
            "correction": {"output": "It pours."},
        },
        {"id": "f2", "key": "judge", "score": 0.25, "feedback_source": {"type": "model"}},
    ],
}
HUMAN = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "schema", "messages", "HumanMessage"],
    "kwargs": {"content": "Rain in Oslo?", "type": "human"},
}
AI_CALL = {
    "lc": 1,
    "type": "constructor",
    "id": ["langchain", "schema", "messages", "AIMessage"],
    "kwargs": {
        "content": "",
        "tool_calls": [{"name": "weather", "args": {"city": "Oslo"}, "id": "c1"}],
        "usage_metadata": {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14},
        "response_metadata": {"finish_reason": "tool_calls", "model_name": "m-1"},
    },
}


def run(ident, kind, start, end, inputs, outputs, parent="r1", **more):
    return {
        "id": ident,
        "trace_id": "r1",
        "name": more.pop("name", ident),
        "run_type": kind,
        "start_time": f"2026-01-01T00:00:0{start}.000000",
        "end_time": f"2026-01-01T00:00:0{end}.000000",
        "inputs": inputs,
        "outputs": outputs,
        "parent_run_id": parent,
        "session_id": "s1",
        "session_name": "baseline",
        **more,
    }


FIRST = run(
    "m1",
    "llm",
    0,
    1,
    {"messages": [[HUMAN]]},
    {
        "generations": [[{"text": "", "message": AI_CALL}]],
        "llm_output": {"system_fingerprint": "f"},
    },
    prompt_tokens=10,
    completion_tokens=4,
    total_cost=0.001,
    extra={
        "metadata": {
            "ls_model_name": "m-1",
            "lc_hub_owner": "acme",
            "lc_hub_repo": "rain",
            "lc_hub_commit_hash": "0123456789",
        },
        "invocation_params": {"model": "m-1", "tools": [{"name": "weather"}], "temperature": 0},
        "runtime": {"library": "langsmith"},
    },
    events=[{"name": "start", "time": "x"}, {"name": "retry", "time": "y"}],
)
TOOL = run("t1", "tool", 1, 2, {"input": "{'city': 'Oslo'}"}, {"output": "rain"}, name="weather")
FETCH = run(
    "d1",
    "retriever",
    2,
    3,
    {"query": "oslo rain"},
    {
        "documents": [
            {"page_content": "It rains.", "metadata": {"source": "a.txt", "score": 0.9}},
            {"page_content": "Always.", "metadata": {"source": "b.txt"}},
        ]
    },
)
SECOND = run(
    "m2",
    "llm",
    3,
    5,
    {
        "messages": [
            {"type": "human", "content": "Rain in Oslo?"},
            {
                "type": "ai",
                "content": "",
                "tool_calls": [{"name": "weather", "args": {"city": "Oslo"}, "id": "c1"}],
            },
            {"type": "tool", "content": "rain", "tool_call_id": "c1", "name": "weather"},
        ]
    },
    {
        "choices": [
            {"message": {"role": "assistant", "content": "It rains."}, "finish_reason": "stop"}
        ]
    },
    prompt_tokens=20,
    completion_tokens=5,
    total_cost=0.002,
    extra={"metadata": {"ls_model_name": "m-1"}},
)
FLAT = [SECOND, TOOL, ROOT, FETCH, FIRST]


@pytest.fixture(params=["flat", "nested", "page"])
def trace(request, tmp_path):
    if request.param == "flat":
        path = write_jsonl(tmp_path / "runs.jsonl", FLAT)
    elif request.param == "nested":
        whole = {**ROOT, "child_runs": [FIRST, {**TOOL, "parent_run_id": None}, FETCH, SECOND]}
        path = write_jsonl(tmp_path / "runs.jsonl", [whole])
    else:
        path = write_json(tmp_path / "runs.json", {"runs": FLAT, "cursors": {"next": None}})
    assert detect(Source(path)).name == "langsmith"
    (made,) = traces(read(path))
    return made


def test_the_messages_come_once(trace):
    roles = [message["role"] for message in trace.body["messages"]]
    assert roles == ["user", "assistant", "tool", "assistant"]
    call = trace.body["messages"][1]
    assert call["parts"] == [
        {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}}
    ]
    assert (call["tokens_in"], call["tokens_out"], call["cost"]) == (10, 4, 0.001)
    assert (call["latency_ms"], call["model"], call["finish_reason"]) == (1000, "m-1", "tool_calls")
    assert trace.body["messages"][3]["latency_ms"] == 2000


def test_the_trace_as_a_whole(trace):
    assert (trace.scenario.key, trace.scenario.input) == ("ex-7", "Rain in Oslo?")
    assert (trace.tokens_in, trace.tokens_out) == (30, 9)
    assert trace.cost == pytest.approx(0.003)
    assert (trace.latency_ms, trace.system, trace.status) == (5000, "m-1", "ok")
    metadata = trace.body["metadata"]
    assert metadata["prompt_version"] == "acme/rain:01234567"
    assert metadata["metadata"]["thread_id"] == "t9"
    assert metadata["tags"] == ["prod"]
    assert metadata["session"] == "baseline"
    assert metadata["runtime"] == {"library": "langsmith"}
    assert trace.body["tools"] == [{"name": "weather"}]


def test_spans_and_documents(trace):
    kinds = {span["id"]: span["kind"] for span in trace.body["spans"]}
    assert kinds == {"r1": "chain", "m1": "llm", "t1": "tool", "d1": "retriever", "m2": "llm"}
    assert all(span.get("parent") == "r1" for span in trace.body["spans"] if span["id"] != "r1")
    first = next(span for span in trace.body["spans"] if span["id"] == "m1")
    assert first["attributes"]["events"] == [{"name": "retry", "time": "y"}]
    assert first["attributes"]["output"] == {"llm_output": {"system_fingerprint": "f"}}
    assert "runtime" not in first["attributes"]["extra"]
    one, two = trace.body["documents"]
    assert (one["content"], one["rank"], one["score"], one["query"], one["span"]) == (
        "It rains.",
        1,
        0.9,
        "oslo rain",
        "d1",
    )
    assert (two["rank"], two["source"]) == (2, "b.txt")


def test_feedback_of_people_and_of_programs(trace):
    assert trace.annotations == (
        Annotation(
            "correct",
            value=1.0,
            comment="looks right",
            annotator="u1",
            created_at="2026-01-02T00:00:00Z",
            metadata={"id": "f1", "correction": {"output": "It pours."}},
        ),
    )
    assert trace.scores == {
        "judge": Score(0.25),
        "helpful": Score(0.5, None, "so so"),
        "tone": Score(None, "friendly"),
    }
    assert trace.body["metadata"]["feedback_stats"] == ROOT["feedback_stats"]


def test_each_experiment_is_a_run(tmp_path):
    other = {**ROOT, "id": "r2", "trace_id": "r2", "session_id": "s2", "session_name": "new"}
    items = read(write_jsonl(tmp_path / "runs.jsonl", [ROOT, other]))
    assert [each.part for each in items if isinstance(each, RunHeader)] == ["baseline", "new"]
    assert [trace.scenario.key for trace in traces(items)] == ["ex-7", "ex-7"]
    assert [trace.trial for trace in traces(items)] == [0, 0]


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        ("ValueError('no')", "error", "error"),
        ("GraphInterrupt(())", "error", "incomplete"),
        (None, "pending", "incomplete"),
    ],
)
def test_how_a_run_ended(tmp_path, error, status, expected):
    failed = {**ROOT, "error": error, "status": status, "outputs": None}
    (trace,) = traces(read(write_jsonl(tmp_path / "runs.jsonl", [failed])))
    assert trace.status == expected
    assert trace.error == (error or "")
    assert bool(trace.scores) == (expected != "error")


def test_runs_that_are_there_twice(tmp_path):
    items = read(write_jsonl(tmp_path / "runs.jsonl", [*FLAT, FIRST]))
    (trace,) = traces(items)
    assert len(trace.body["spans"]) == 5


def test_two_runs_with_one_id_are_refused(tmp_path):
    path = write_jsonl(tmp_path / "runs.jsonl", [*FLAT, {**FIRST, "name": "other"}])
    with pytest.raises(InputError, match="m1"):
        read(path)
    assert skipped(read(path, skip_bad=True))


def test_parents_in_a_circle_lose_nothing(tmp_path):
    one = {**copy.deepcopy(FIRST), "parent_run_id": "m2"}
    two = {**copy.deepcopy(SECOND), "parent_run_id": "m1"}
    (trace,) = traces(read(write_jsonl(tmp_path / "runs.jsonl", [one, two])))
    assert {span["id"] for span in trace.body["spans"]} == {"m1", "m2"}
    assert sum("parent" not in span for span in trace.body["spans"]) == 1


def test_a_bad_line_is_named(tmp_path):
    path = write_jsonl(tmp_path / "runs.jsonl", [*FLAT, 3])
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "line 6"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 1
    assert notes(items) == ""


def test_the_program_may_name_the_version_of_its_prompt(tmp_path):
    root = {**ROOT, "extra": {"metadata": {"revision_id": "abc123", "prompt_version": "p7"}}}
    (made,) = traces(read(write_jsonl(tmp_path / "runs.jsonl", [root])))
    assert made.body["metadata"]["prompt_version"] == "p7"
