"""Output items of hosted evaluations."""

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Score
from evaldesk.importers.contract import RunHeader
from tests.unit.importers.files import notes, read, skipped, traces, write_json, write_jsonl


def item(number, run="evalrun_1", **sample):
    return {
        "object": "eval.run.output_item",
        "id": f"item_{number}",
        "created_at": 1743092076,
        "run_id": run,
        "eval_id": "eval_1",
        "status": "pass",
        "datasource_item_id": number,
        "datasource_item": {"ticket": f"Printer {number} is broken", "correct_label": "Hardware"},
        "results": [
            {
                "name": "match",
                "type": "string-check-grader",
                "score": 1.0,
                "passed": True,
                "sample": None,
            },
            {"name": "style", "passed": False, "score": 0.5, "reason": "too long"},
        ],
        "sample": {
            "input": [
                {"role": "developer", "content": "Sort."},
                {"role": "user", "content": f"Printer {number} is broken"},
            ],
            "output": [{"role": "assistant", "content": "Hardware", "tool_calls": None}],
            "finish_reason": "stop",
            "model": "gpt-x",
            "usage": {"prompt_tokens": 8, "completion_tokens": 2, "total_tokens": 10},
            "error": None,
            "temperature": 1.0,
            "seed": 42,
            **sample,
        },
    }


def test_an_item(tmp_path):
    page = {"object": "list", "data": [item(1), item(2)], "has_more": False}
    items = read(write_json(tmp_path / "items.json", page))
    header = items[0]
    assert isinstance(header, RunHeader)
    assert header.dataset == "eval_1"
    first, second = traces(items)
    assert (first.scenario.key, first.scenario.input) == ("1", "Printer 1 is broken")
    assert first.scenario.expected == "Hardware"
    assert first.scores == {
        "match": Score(1.0, "passed"),
        "style": Score(0.5, "failed", "too long"),
    }
    assert (first.system, first.tokens_in, first.tokens_out) == ("gpt-x", 8, 2)
    answer = first.body["messages"][-1]
    assert (answer["finish_reason"], answer["model"]) == ("stop", "gpt-x")
    assert first.body["metadata"]["sample"] == {"temperature": 1.0, "seed": 42}
    assert first.body["metadata"]["status"] == "pass"
    assert first.body["metadata"]["results"][0]["type"] == "string-check-grader"
    assert second.scenario.key == "2"
    assert first.started_at.startswith("2025-03-27T")


def test_lines_of_several_runs_are_several_runs(tmp_path):
    lines = [item(1), item(1, run="evalrun_2", model="gpt-y"), item(1)]
    items = read(write_jsonl(tmp_path / "items.jsonl", lines))
    headers = [each for each in items if isinstance(each, RunHeader)]
    assert [header.part for header in headers] == ["evalrun_1", "evalrun_2"]
    assert [trace.system for trace in traces(items)] == ["gpt-x", "gpt-y"]
    assert [trace.trial for trace in traces(items)] == [0, 0]
    assert "there twice" in notes(items)


def test_a_failed_sample_has_no_scores(tmp_path):
    failed = item(1, error={"code": "server_error", "message": "oops"}, output=[])
    (trace,) = traces(read(write_jsonl(tmp_path / "items.jsonl", [failed])))
    assert (trace.status, trace.error, trace.scores) == ("error", "oops", {})
    assert trace.body["metadata"]["scores_before_error"] == {"match": 1.0, "style": 0.5}


def test_an_answer_that_the_data_source_brought(tmp_path):
    made = item(1)
    made["datasource_item"] = {"query": "Rain?", "sample.output_text": "No."}
    made["sample"] = {"input": [], "output": []}
    (trace,) = traces(read(write_jsonl(tmp_path / "items.jsonl", [made])))
    assert trace.scenario.input == "Rain?"
    assert trace.body["messages"][-1]["parts"][0]["content"] == "No."


@pytest.mark.parametrize(
    "bad",
    ["text", {"results": []}, {**item(3), "results": "no"}, {**item(3), "results": [1]}],
    ids=["text", "empty", "results", "result"],
)
def test_bad_items_are_named(tmp_path, bad):
    path = write_json(tmp_path / "items.json", {"object": "list", "data": [item(1), bad]})
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "data[1]"
    assert skipped(read(path, skip_bad=True))[0].record == "data[1]"
