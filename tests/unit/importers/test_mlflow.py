"""MLflow's traces in the shapes of versions 3 and 2."""

import base64
import json

import pytest

from evaldesk.domain.errors import InputError
from tests.unit.importers.files import read, skipped, traces, write_json, write_jsonl

START = 1_700_000_000 * 10**9


def ident(number):
    return base64.b64encode(number.to_bytes(8, "big")).decode()


def span(number, parent=None, kind="CHAIN", *, name="", inputs=None, outputs=None, **attributes):
    """As version 3 writes it: attributes are JSON in strings."""
    said = {
        "mlflow.traceRequestId": "tr-1",
        "mlflow.spanType": kind,
        "mlflow.spanInputs": inputs,
        "mlflow.spanOutputs": outputs,
        **attributes,
    }
    return {
        "trace_id": base64.b64encode(bytes(15) + b"\1").decode(),
        "span_id": ident(number),
        "parent_span_id": ident(parent) if parent else None,
        "name": name or kind.lower(),
        "start_time_unix_nano": START + number * 10**6,
        "end_time_unix_nano": START + number * 10**6 + 5 * 10**6,
        "events": [],
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {key: json.dumps(item) for key, item in said.items() if item is not None},
    }


FEEDBACK = [
    {
        "assessment_name": "helpful",
        "source": {"source_type": "HUMAN", "source_id": "ann"},
        "feedback": {"value": True},
        "rationale": "yes",
        "create_time": "2026-01-02T00:00:00Z",
        "assessment_id": "a-1",
    },
    {
        "assessment_name": "correct",
        "source": {"source_type": "LLM_JUDGE", "source_id": "judge"},
        "feedback": {"value": "no"},
        "rationale": "wrong",
        "span_id": ident(2),
    },
    {"assessment_name": "old", "feedback": {"value": 1}, "valid": False},
    {
        "assessment_name": "expected_response",
        "source": {"source_type": "HUMAN"},
        "expectation": {"value": "Bern"},
    },
]


def trace(spans=None, **info):
    call = {
        "mlflow.chat.tokenUsage": {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9},
        "mlflow.llm.model": "m-1",
        "mlflow.llm.cost": {"input_cost": 0.5, "output_cost": 0.25, "total_cost": 0.75},
        "mlflow.chat.tools": [{"type": "function", "function": {"name": "look"}}],
    }
    found = [{"page_content": "Bern is", "metadata": {"doc_uri": "u", "chunk": 1}, "id": "d1"}]
    asked = {"messages": [{"role": "user", "content": "Capital?"}], "temperature": 0}
    given = {"choices": [{"message": {"role": "assistant", "content": "Zug"}}]}
    return {
        "info": {
            "trace_id": "tr-1",
            "request_time": "2023-11-14T22:13:20Z",
            "execution_duration": "0.012s",
            "state": "OK",
            "trace_metadata": {
                "mlflow.trace.session": "s1",
                "mlflow.trace.user": "u1",
                "mlflow.sourceRun": "run-9",
                "mlflow.traceInputs": "{…",
                "mlflow.source.name": "app.py",
            },
            "tags": {
                "mlflow.traceName": "chain",
                "mlflow.linkedPrompts": '[{"name": "p", "version": "4"}]',
                "team": "x",
            },
            "assessments": FEEDBACK,
            **info,
        },
        "data": {
            "spans": [
                span(1, inputs={"question": "Capital?"}, outputs="Zug"),
                span(2, 1, "RETRIEVER", inputs={"query": "capital"}, outputs=found),
                span(3, 1, "CHAT_MODEL", inputs=asked, outputs=given, **call),
            ]
            if spans is None
            else spans
        },
    }


def test_version_3(tmp_path):
    (made,) = traces(read(write_json(tmp_path / "m.json", trace())))
    assert [m["role"] for m in made.body["messages"]] == ["user", "assistant"]
    assert (made.tokens_in, made.tokens_out, made.cost, made.system) == (7, 2, 0.75, "m-1")
    assert (made.run, made.scenario.input, made.scenario.expected) == ("run-9", "Capital?", "Bern")
    assert made.body["expected"] == "Bern"
    (document,) = made.body["documents"]
    assert (document["content"], document["source"], document["query"]) == (
        "Bern is",
        "u",
        "capital",
    )
    (said,) = made.annotations
    assert (said.name, said.value, said.comment, said.annotator) == ("helpful", 1, "yes", "ann")
    assert (said.created_at, said.metadata["assessment_id"]) == ("2026-01-02T00:00:00Z", "a-1")
    score = made.scores["correct"]
    assert (score.value, score.label, score.explanation) == (0, "no", "wrong")
    assert set(made.scores) == {"correct"}
    metadata = made.body["metadata"]
    assert metadata["session_id"] == "s1"
    assert metadata["user_id"] == "u1"
    assert (metadata["prompt_name"], metadata["prompt_version"]) == ("p", "4")
    assert metadata["tags"] == {"team": "x"}
    assert metadata["mlflow"]["mlflow.source.name"] == "app.py"
    assert "mlflow.traceInputs" not in metadata["mlflow"]
    assert metadata["trace_id"] == "tr-1"
    root, retriever, llm = made.body["spans"]
    assert retriever["parent"] == root["id"] == f"{1:016x}"
    assert llm["attributes"]["input"] == {"temperature": 0}
    assert made.body["tools"][0]["function"]["name"] == "look"


def test_version_2(tmp_path):
    old = {
        "info": {
            "request_id": "r1",
            "experiment_id": "0",
            "timestamp_ms": 1700000000000,
            "execution_time_ms": 12,
            "status": "ERROR",
            "request_metadata": {},
            "tags": {},
        },
        "data": {
            "spans": [
                {
                    "name": "f",
                    "context": {"span_id": "0x1", "trace_id": "0x2"},
                    "parent_id": None,
                    "start_time": START,
                    "end_time": START + 10**9,
                    "status_code": "ERROR",
                    "status_message": "boom",
                    "attributes": {
                        "mlflow.spanType": '"TOOL"',
                        "mlflow.spanInputs": '{"a": 1}',
                        "mlflow.spanOutputs": '"ok"',
                    },
                    "events": [],
                }
            ],
            "request": '{"a": 1}',
            "response": "",
        },
    }
    (made,) = traces(read(write_json(tmp_path / "m.json", old)))
    assert (made.status, made.error, made.latency_ms) == ("error", "boom", 1000)
    (message,) = made.body["messages"]
    assert message["parts"][0]["error"] == "boom"
    assert message["metadata"] == {"arguments": {"a": 1}}


@pytest.mark.parametrize("shape", ["lines", "array", "search"])
def test_several(tmp_path, shape):
    two = [trace(), trace(trace_id="tr-2", state="IN_PROGRESS")]
    if shape == "lines":
        path = write_jsonl(tmp_path / "m.jsonl", two)
    else:
        path = write_json(tmp_path / "m.json", {"traces": two} if shape == "search" else two)
    made = traces(read(path))
    assert [item.status for item in made] == ["ok", "incomplete"]
    assert [item.trial for item in made] == [0, 1]


def test_a_trace_without_spans(tmp_path):
    path = write_jsonl(tmp_path / "m.jsonl", [trace(), trace([])])
    with pytest.raises(InputError, match="no spans"):
        read(path, format="mlflow")
    items = read(path, format="mlflow", skip_bad=True)
    assert (len(traces(items)), len(skipped(items))) == (1, 1)


@pytest.mark.parametrize(
    "info",
    [
        {"tags": 5, "trace_metadata": [], "assessments": {"a": 1}},
        {"assessments": [None, {"feedback": 5}, {"feedback": {"value": {"a": [1]}}}]},
        {"assessments": [{"expectation": {"serialized_value": {"value": "{"}}}]},
        {"execution_duration": "long", "request_time": [], "state": 7},
        {"trace_metadata": {"mlflow.trace.session": [], "mlflow.trace.tokenUsage": "x"}},
    ],
    ids=["kinds", "feedback", "expected", "times", "usage"],
)
def test_wrong_kinds(tmp_path, info):
    (made,) = traces(read(write_json(tmp_path / "m.json", trace(**info))))
    assert len(made.body["spans"]) == 3
