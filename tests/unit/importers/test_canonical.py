"""EvalDesk's own traces come back without loss."""

import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Scenario, Score, Trace, TraceBody, TraceRow
from tests.unit.importers.files import read, skipped, traces, write_jsonl

SCENARIO = Scenario(
    key="s/1",
    input=[{"role": "user", "content": "hi"}],
    tier="critical",
    slices={"language": "de"},
    expected="hello",
    origin="SME",
    title="Greeting",
    metadata={"owner": "ops"},
)
BODY: TraceBody = {
    "messages": [
        {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
        {
            "role": "assistant",
            "parts": [
                {"type": "reasoning", "content": "greet"},
                {"type": "tool_call", "id": "c", "name": "look", "arguments": {"a": [1, None]}},
                {"type": "blob", "mime_type": "image/png", "content": "AAAA"},
            ],
            "finish_reason": "stop",
            "latency_ms": 3.5,
            "metadata": {"seed": 1},
        },
    ],
    "documents": [{"content": "doc", "title": "T"}],
    "spans": [{"type": "model", "duration_ms": 2.0}],
    "tools": [{"name": "look"}],
    "output": "hello",
    "expected": "hello",
    "metadata": {"run_seed": 7},
}
ROW = TraceRow(
    pk=1,
    id="f" * 64,
    scenario="s/1",
    title="Greeting",
    run="night",
    system="m-1",
    trial=2,
    status="incomplete",
    tier="critical",
    slices={"language": "de"},
    scores={"pass": 1.0},
    latency_ms=12.5,
    tokens_in=3,
    tokens_out=4,
    cost=0.01,
    started_at="2026-01-01T00:00:00Z",
    error="",
    preview="hi",
)
SCORES = {"pass": Score(1.0, "C", "right", "hello"), "odd": Score(None, "great")}
TRACE = Trace(ROW, SCENARIO, "e" * 64, BODY, SCORES).to_json()


@pytest.mark.parametrize("pretty", [False, True])
def test_nothing_is_lost(tmp_path, pretty):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(TRACE, indent=1 if pretty else None))
    (trace,) = traces(read(path))
    assert trace.scenario == SCENARIO
    assert trace.body == BODY
    assert trace.scores == SCORES
    for name in [
        "run",
        "system",
        "trial",
        "status",
        "latency_ms",
        "tokens_in",
        "tokens_out",
        "cost",
        "started_at",
        "error",
    ]:
        assert getattr(trace, name) == getattr(ROW, name), name


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"messages": None}, "no canonical trace"),
        ({"status": "great"}, "no status"),
        ({"latency_ms": "fast"}, "latency_ms"),
        ({"scores": {"pass": {"value": "yes"}}}, "“pass” is not a number"),
        ({"messages": [{"role": "user", "parts": [{"type": "text"}]}]}, "without content"),
        ({"messages": [{"role": "user", "parts": [1]}]}, "without a type"),
    ],
)
def test_what_is_no_trace_is_told(tmp_path, change, reason):
    path = write_jsonl(tmp_path / "a.jsonl", [TRACE, {**TRACE, **change}])
    with pytest.raises(InputError, match=reason) as caught:
        read(path)
    assert caught.value.record == "line 2"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 1
    assert skipped(items)[0].record == "line 2"
