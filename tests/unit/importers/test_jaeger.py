"""Jaeger's JSON: tags, references, microseconds."""

import pytest

from evaldesk.domain.errors import InputError
from tests.unit.importers.files import read, skipped, traces, write_json, write_jsonl

TRACE = "d497c9dd55717f2c5ecb79bda3028993"


def tags(**values):
    kinds = {bool: "bool", int: "int64", float: "float64"}
    return [
        {"key": name.replace("__", "."), "type": kinds.get(type(item), "string"), "value": item}
        for name, item in values.items()
    ]


def span(number, parent=None, **more):
    reference = (
        {"refType": "CHILD_OF", "traceID": TRACE, "spanID": f"{parent:016x}"} if parent else None
    )
    return {
        "traceID": TRACE,
        "spanID": f"{number:016x}",
        "operationName": f"op {number}",
        "references": [reference] if parent else [],
        "startTime": 1700000000000000 + number,
        "duration": 2500,
        "tags": [],
        "logs": [],
        "processID": "p1",
        "warnings": None,
        **more,
    }


def export(*spans, **more):
    process = {"serviceName": "svc", "tags": tags(region="eu")}
    trace = {"traceID": TRACE, "spans": list(spans), "processes": {"p1": process}}
    return {"data": [trace], "total": 0, "errors": None, **more}


def test_spans_of_jaeger(tmp_path):
    call = span(
        2,
        1,
        tags=tags(
            gen_ai__operation__name="chat",
            gen_ai__request__model="m",
            gen_ai__usage__input_tokens=4,
            error=True,
            otel__status_description="down",
            otel__scope__name="lib",
            span__kind="client",
        ),
        logs=[
            {
                "timestamp": 1700000000000005,
                "fields": tags(event="gen_ai.user.message", content="Q"),
            }
        ],
        warnings=["clock skew"],
    )
    items = read(write_json(tmp_path / "j.json", export(span(1), call)))
    (trace,) = traces(items)
    assert (trace.latency_ms, trace.started_at) == (2.5, "2023-11-14T22:13:20.000001Z")
    assert (trace.system, trace.tokens_in, trace.status) == ("m", 4, "ok")
    assert trace.body["messages"][0]["parts"][0]["content"] == "Q"
    made = trace.body["spans"][1]
    assert (made["parent"], made["status"], made["error"]) == (f"{1:016x}", "error", "down")
    attributes = made["attributes"]
    assert attributes["scope"] == {"name": "lib"}
    assert attributes["warnings"] == ["clock skew"]
    assert trace.body["metadata"]["resource"] == {"service.name": "svc", "region": "eu"}


def test_one_trace_alone_and_a_reference_to_another(tmp_path):
    follows = {"refType": "FOLLOWS_FROM", "traceID": "a" * 32, "spanID": "b" * 16}
    alone = export(span(1, references=[follows]))["data"][0]
    (trace,) = traces(read(write_json(tmp_path / "j.json", alone)))
    (made,) = trace.body["spans"]
    assert made["attributes"]["links"] == [{"trace_id": "a" * 32, "span_id": "b" * 16}]


def test_exports_on_lines(tmp_path):
    other = export(span(2, traceID="b" * 32))
    path = write_jsonl(tmp_path / "j.jsonl", [export(span(1)), other])
    assert len(traces(read(path))) == 2


@pytest.mark.parametrize(
    "broken",
    [
        {"tags": 5, "logs": {}, "references": "x", "processID": [], "duration": "long"},
        {"startTime": "yesterday", "duration": -1, "operationName": None, "tags": [None, {}]},
        {"duration": 1e308, "startTime": 1e308, "logs": [5, {"fields": 5}]},
        {"tags": [{"key": "error", "value": {"a": 1}}], "process": 5},
    ],
    ids=["kinds", "times", "large", "error"],
)
def test_wrong_kinds(tmp_path, broken):
    (trace,) = traces(read(write_json(tmp_path / "j.json", export(span(1), span(2, **broken)))))
    assert len(trace.body["spans"]) == 2


def test_bad_spans(tmp_path):
    path = write_json(tmp_path / "j.json", export(span(1), {"traceID": TRACE}, 7))
    with pytest.raises(InputError, match="no “spanID”") as error:
        read(path)
    assert error.value.record == "data[0].spans[1]"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 1
    assert [item.record for item in skipped(items)] == ["data[0].spans[1]", "data[0].spans[2]"]
