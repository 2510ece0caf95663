"""Generic records become traces by a mapping, given or guessed."""

import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Score
from tests.unit.importers.files import (
    notes,
    read,
    scenarios,
    skipped,
    traces,
    write_json,
    write_jsonl,
)

QA = {"scenario": "id", "input": "question", "output": "answer"}


def test_every_field_of_a_mapping(tmp_path):
    path = write_jsonl(
        tmp_path / "a.jsonl",
        [
            {
                "id": 7,
                "q": "How tall?",
                "a": "8,849 m",
                "ref": "8849 m",
                "meta": {"model": "m-1", "lang": "en"},
                "tier": "critical",
                "ms": 12.5,
                "in": 10,
                "out": "20",
                "usd": 0.5,
                "ctx": [{"text": "doc one", "id": 3, "url": "u", "score": 0.9, "page": 2}, "two"],
                "s1": True,
                "s2": {"value": 0.25, "reason": "because"},
                "when": "2026-01-02T03:04:05Z",
                "left": "over",
            }
        ],
    )
    (trace,) = traces(
        read(
            path,
            {
                "scenario": "id",
                "input": "q",
                "output": "a",
                "expected": "ref",
                "system": "meta.model",
                "run": {"const": "night"},
                "tier": "tier",
                "slices": ["meta.lang"],
                "scores": {"pass": "s1", "quality": "s2"},
                "latency_ms": "ms",
                "tokens_in": "in",
                "tokens_out": "out",
                "cost": "usd",
                "context": "ctx",
                "started_at": "when",
            },
        )
    )
    assert trace.scenario.key == "7"
    assert trace.scenario.input == "How tall?"
    assert trace.scenario.expected == trace.body["expected"] == "8849 m"
    assert trace.scenario.tier == "critical"
    assert trace.scenario.slices == {"meta.lang": "en"}
    assert (trace.system, trace.run) == ("m-1", "night")
    assert (trace.latency_ms, trace.tokens_in, trace.tokens_out, trace.cost) == (12.5, 10, 20, 0.5)
    assert trace.scores == {"pass": Score(1.0), "quality": Score(0.25, None, "because")}
    assert trace.body["documents"] == [
        {
            "content": "doc one",
            "id": "3",
            "source": "u",
            "score": 0.9,
            "metadata": {"page": 2},
        },
        {"content": "two"},
    ]
    assert trace.body["output"] == "8,849 m"
    assert [message["role"] for message in trace.body["messages"]] == ["user", "assistant"]
    assert trace.body["metadata"] == {
        "left": "over",
        "meta": {"model": "m-1", "lang": "en"},
    }
    assert trace.started_at == "2026-01-02T03:04:05Z"
    assert trace.place == "line 1"


def test_names_are_guessed_and_said(tmp_path):
    path = write_jsonl(
        tmp_path / "a.jsonl",
        [
            {"prompt_id": i, "prompt": f"q{i}", "response": f"r{i}", "model": "m", "is_correct": 1}
            for i in range(3)
        ],
    )
    items = read(path)
    assert [trace.scenario.key for trace in traces(items)] == ["0", "1", "2"]
    assert traces(items)[0].scores == {"is_correct": Score(1.0)}
    assert "input from “prompt”" in notes(items)


def test_columns_that_cannot_be_guessed(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"foo": 1, "bar": 2}])
    with pytest.raises(InputError, match="The columns are: foo, bar"):
        read(path)


def test_a_column_that_is_not_there_offers_the_nearest(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "question": "q", "answer": "a"}])
    with pytest.raises(InputError) as caught:
        read(path, {**QA, "output": "answr"})
    assert "“answr”" in caught.value.message
    assert caught.value.hint == "Did you mean “answer”?"


def test_a_column_that_may_come_later_is_only_noted(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "question": "q", "answer": "a"}])
    assert "“err”" in notes(read(path, {**QA, "error": "err"}))


def test_bad_json_is_named_by_its_line(tmp_path):
    path = tmp_path / "a.jsonl"
    good = json.dumps({"id": 1, "question": "q", "answer": "a"})
    path.write_text(f"{good}\n\n{{oops\n{good.replace('1', '2')}\n[1]\n")
    with pytest.raises(InputError) as caught:
        read(path, QA)
    assert caught.value.record == "line 3"
    assert caught.value.path == str(path)
    items = read(path, QA, skip_bad=True)
    assert [trace.scenario.key for trace in traces(items)] == ["1", "2"]
    assert [item.record for item in skipped(items)] == ["line 3", "line 5"]
    assert "a list" in skipped(items)[1].reason


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("ms", "fast", "“fast” in the column “ms”"), ("n", 1.5, "“1.5” in the column “n”")],
)
def test_a_cell_that_is_no_number(tmp_path, column, value, said):
    record = {"id": 1, "question": "q", "answer": "a", column: value}
    path = write_jsonl(tmp_path / "a.jsonl", [record])
    mapping = {**QA, ("latency_ms" if column == "ms" else "tokens_in"): column}
    with pytest.raises(InputError) as caught:
        read(path, mapping)
    assert caught.value.record == "line 1"
    assert said in caught.value.message


def test_repeated_scenarios_are_trials_even_where_the_answer_is_the_same(tmp_path):
    one = {"id": 1, "question": "q", "answer": "a"}
    path = write_jsonl(
        tmp_path / "a.jsonl", [one, one, {**one, "answer": "b"}, {**one, "question": "other"}]
    )
    items = read(path, QA)
    assert [(t.body["output"], t.trial) for t in traces(items)] == [
        ("a", 0),
        ("a", 1),
        ("b", 2),
        ("a", 0),
    ]
    assert "1 scenarios occur more than once" in notes(items)


def test_the_same_record_of_the_same_trial_counts_once(tmp_path):
    one = {"id": 1, "question": "q", "answer": "a", "trial": 0}
    path = write_jsonl(tmp_path / "a.jsonl", [one, one, {**one, "trial": 1}])
    items = read(path, {**QA, "trial": "trial"})
    assert [t.trial for t in traces(items)] == [0, 1]
    assert "1 record is word for word" in notes(items)


def test_records_with_scores_are_results_though_no_answer_was_kept(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "question": "q", "pass": 1}])
    for mapping in (
        None,
        {"scenario": "id", "input": "question", "scores": {"pass": "pass"}},
        {"scenario": "id", "scores": {"pass": "pass"}},
    ):
        [trace] = traces(read(path, mapping))
        assert (trace.scenario.key, trace.scores["pass"].value) == ("1", 1.0)
    assert not traces(read(path, {"scenario": "id", "input": "question"}))


def test_a_trial_column_is_believed(tmp_path):
    one = {"id": 1, "question": "q", "answer": "a"}
    path = write_jsonl(tmp_path / "a.jsonl", [{**one, "trial": 3}, {**one, "trial": 1}])
    assert [t.trial for t in traces(read(path, {**QA, "trial": "trial"}))] == [3, 1]


def test_without_an_id_the_input_names_the_scenario(tmp_path):
    first = write_jsonl(tmp_path / "a.jsonl", [{"q": "x", "a": "1"}, {"q": "y", "a": "2"}])
    second = write_jsonl(tmp_path / "b.jsonl", [{"q": "y", "a": "3"}, {"q": "x", "a": "4"}])
    mapping = {"input": "q", "output": "a"}
    keys = [[t.scenario.key for t in traces(read(path, mapping))] for path in (first, second)]
    assert keys[0] == keys[1][::-1]


def test_an_infrastructure_error_is_a_status_and_not_a_score(tmp_path):
    path = write_jsonl(
        tmp_path / "a.jsonl",
        [
            {"id": 1, "question": "q", "answer": None, "err": "HTTP 503", "score": 0},
            {"id": 2, "question": "q", "answer": "a", "err": None, "score": 1},
            {"id": 3, "question": "q", "answer": "a", "err": False, "score": 0},
        ],
    )
    items = read(path, {**QA, "error": "err", "scores": {"score": "score"}})
    failed, fine, also_fine = traces(items)
    assert (failed.status, failed.error, failed.scores) == ("error", "HTTP 503", {})
    assert failed.body["metadata"]["scores"] == {"score": 0.0}
    assert (fine.status, fine.scores) == ("ok", {"score": Score(1.0)})
    assert (also_fine.status, also_fine.scores) == ("ok", {"score": Score(0.0)})
    assert "1 records carry an error" in notes(items)


def test_scores_as_files_write_them(tmp_path):
    words = {"a": "PASS", "b": "fail", "c": "0.5", "d": "great", "e": None, "f": float("nan")}
    record = {"id": 1, "question": "q", "answer": "a", **words}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record))
    (trace,) = traces(read(path, {**QA, "scores": {name: name for name in words}}))
    assert trace.scores == {
        "a": Score(1.0, "PASS"),
        "b": Score(0.0, "fail"),
        "c": Score(0.5),
        "d": Score(None, "great"),
    }


def test_without_answers_the_records_are_test_cases(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "question": "q", "gold": "g", "x": 1}])
    items = read(path, {"scenario": "id", "input": "question", "expected": "gold"})
    (scenario,) = scenarios(items)
    assert (scenario.key, scenario.input, scenario.expected) == ("1", "q", "g")
    assert scenario.metadata == {"x": 1}


def test_whole_conversations(tmp_path):
    talk = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Weather?"}]},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}},
                {"id": "c2", "function": {"name": "broken", "arguments": "{not json"}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        {"role": "assistant", "content": "Sunny.", "reasoning_content": "Look it up."},
    ]
    path = write_json(tmp_path / "a.json", [{"id": "t", "messages": talk}])
    (trace,) = traces(read(path))
    system, user, call, answer, final = trace.body["messages"]
    assert system["role"] == "system"
    assert user["parts"] == [{"type": "text", "content": "Weather?"}]
    assert call["parts"] == [
        {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Bern"}},
        {"type": "tool_call", "id": "c2", "name": "broken", "arguments": "{not json"},
    ]
    assert answer["parts"] == [{"type": "tool_call_response", "id": "c1", "response": "sunny"}]
    assert [part["type"] for part in final["parts"]] == ["reasoning", "text"]
    assert [message["role"] for message in trace.scenario.input] == ["system", "user"]
    assert trace.place == "record 1"


def test_an_array_inside_an_object(tmp_path):
    rows = [{"id": n, "question": f"q{n}", "answer": "a"} for n in range(3)]
    path = write_json(tmp_path / "a.json.gz", {"version": 1, "data": rows})
    assert [trace.place for trace in traces(read(path))] == ["data[0]", "data[1]", "data[2]"]


def test_an_empty_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("")
    with pytest.raises(InputError, match="format is not known"):
        read(path)
    with pytest.raises(InputError, match="no records"):
        read(path, format="jsonl")


@pytest.mark.parametrize(
    ("said", "tier"),
    [("Critical", "critical"), ("Nice to have", "nice-to-have"), ("P1", "P1"), ("", "")],
)
def test_tiers_have_one_spelling(tmp_path, said, tier):
    path = write_jsonl(tmp_path / "a.jsonl", [{"q": "x", "a": "1", "t": said}])
    [trace] = traces(read(path, {"input": "q", "output": "a", "tier": "t"}))
    assert trace.scenario.tier == tier
