"""OpenAI's open Evals: events of samples, interleaved as threads write them."""

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Score
from evaldesk.importers.contract import RunHeader
from tests.unit.importers.files import notes, read, skipped, traces, write_jsonl

SPEC = {
    "spec": {
        "completion_fns": ["gpt-x"],
        "eval_name": "capitals.dev.v0",
        "base_eval": "capitals",
        "split": "dev",
        "run_config": {"seed": 20220722},
        "created_by": "",
        "run_id": "2401ABC",
        "created_at": "2026-01-02 03:04:05.678",
    }
}
REPORT = {"final_report": {"accuracy": 0.5}, "run_id": "2401ABC"}
PROMPT = [
    {"role": "system", "content": "One word."},
    {"role": "user", "content": "Capital of France?"},
]


def event(number, sample, kind, data):
    return {
        "run_id": "2401ABC",
        "event_id": number,
        "sample_id": sample,
        "type": kind,
        "data": data,
        "created_by": "",
        "created_at": "2026-01-02 03:04:06.000000+00:00",
    }


EVENTS = [
    SPEC,
    event(0, "capitals.dev.0", "sampling", {"prompt": PROMPT, "sampled": ["Paris"]}),
    event(1, "capitals.dev.1", "sampling", {"prompt": "Capital of Chad?", "sampled": "Accra"}),
    event(
        2,
        "capitals.dev.0",
        "match",
        {"correct": True, "expected": ["Paris"], "picked": "Paris", "sampled": "Paris"},
    ),
    event(3, "capitals.dev.1", "match", {"correct": False, "expected": "N'Djamena", "why": "x"}),
    event(4, "capitals.dev.1", "metrics", {"f1": 0.25, "choice": "D"}),
    event(5, "capitals.dev.1", "raw", {"note": 1}),
    REPORT,
]


def test_samples_are_gathered_from_their_events(tmp_path):
    items = read(write_jsonl(tmp_path / "log.jsonl", EVENTS))
    header = items[0]
    assert isinstance(header, RunHeader)
    assert (header.system, header.dataset) == ("gpt-x", "capitals.dev.v0")
    assert header.metadata["final_report"] == {"accuracy": 0.5}
    assert header.metadata["spec"]["split"] == "dev"
    first, second = traces(items)
    assert (first.scenario.key, first.scenario.input) == ("capitals.dev.0", "Capital of France?")
    assert first.scenario.expected == first.body["expected"] == "Paris"
    assert [m["role"] for m in first.body["messages"]] == ["system", "user", "assistant"]
    assert first.scores == {"correct": Score(1.0, answer="Paris")}
    assert first.started_at == "2026-01-02T03:04:06.000000+00:00"
    assert second.scores == {
        "correct": Score(0.0),
        "f1": Score(0.25),
        "choice": Score(None, "D"),
    }
    assert second.body["metadata"]["events"] == [
        {"type": "match", "data": {"why": "x"}},
        {"type": "raw", "data": {"note": 1}},
    ]


def test_a_grader_is_no_turn_of_the_conversation(tmp_path):
    graded = {"prompt": "Is Paris right? Answer Y or N.", "sampled": ["Y"], "model": "judge"}
    events = [*EVENTS[:2], event(9, "capitals.dev.0", "sampling", graded), EVENTS[3]]
    (trace,) = traces(read(write_jsonl(tmp_path / "log.jsonl", events)))
    assert len(trace.body["messages"]) == 3
    (span,) = trace.body["spans"]
    assert (span["kind"], span["model"]) == ("evaluator", "judge")
    assert span["attributes"]["sampled"] == ["Y"]


def test_several_turns_of_one_conversation_come_once(tmp_path):
    more = [
        *PROMPT,
        {"role": "assistant", "content": "Paris"},
        {"role": "user", "content": "Sure?"},
    ]
    events = [*EVENTS[:2], event(9, "capitals.dev.0", "sampling", {"prompt": more, "sampled": "Y"})]
    (trace,) = traces(read(write_jsonl(tmp_path / "log.jsonl", events)))
    roles = [message["role"] for message in trace.body["messages"]]
    assert roles == ["system", "user", "assistant", "user", "assistant"]


def test_a_sample_that_failed(tmp_path):
    events = [*EVENTS[:2], EVENTS[3], event(9, "capitals.dev.0", "error", {"message": "503"})]
    (trace,) = traces(read(write_jsonl(tmp_path / "log.jsonl", events)))
    assert (trace.status, trace.error, trace.scores) == ("error", "503", {})
    assert trace.body["metadata"]["scores_before_error"] == {"correct": 1.0}


def test_a_log_without_samples_says_so(tmp_path):
    items = read(write_jsonl(tmp_path / "log.jsonl", [SPEC, REPORT]))
    assert traces(items) == []
    assert "holds no events" in notes(items)


@pytest.mark.parametrize("bad", [3, {"novel": 1}], ids=["number", "stranger"])
def test_bad_lines_are_named(tmp_path, bad):
    path = write_jsonl(tmp_path / "log.jsonl", [*EVENTS[:3], bad, *EVENTS[3:]])
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "line 4"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 2
    assert skipped(items)[0].record == "line 4"
