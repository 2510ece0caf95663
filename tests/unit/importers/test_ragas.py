"""Ragas: samples with and without answers, conversations, results as pandas writes them."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.importers.python_literal import parse
from tests.unit.importers.files import read, scenarios, traces, write_json, write_jsonl

SAMPLE = {
    "user_input": "When was the first super bowl?",
    "retrieved_contexts": ["It was in 1967.", "A game."],
    "reference_contexts": ["1967"],
    "response": "1967",
    "reference": "On 15 January 1967",
    "rubrics": {"score1_description": "bad"},
    "language": "en",
}
TALK = {
    "user_input": [
        {"content": "Weather?", "type": "human"},
        {"content": "", "type": "ai", "tool_calls": [{"name": "weather", "args": {"at": "Bonn"}}]},
        {"content": "8 degrees", "type": "tool", "metadata": {"k": 1}},
        {"content": "Cold.", "type": "ai"},
    ],
    "reference_tool_calls": [{"name": "weather", "args": {"at": "Bonn"}}],
}


def test_single_turns(tmp_path):
    row = {**SAMPLE, "faithfulness": 0.5, "answer_relevancy": None}
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [row])))
    assert trace.scenario.input == SAMPLE["user_input"]
    assert trace.scenario.expected == SAMPLE["reference"]
    assert trace.scenario.slices == {"language": "en"}
    assert trace.scenario.metadata == {
        "reference_contexts": ["1967"],
        "rubrics": {"score1_description": "bad"},
    }
    assert [item["content"] for item in trace.body["documents"]] == SAMPLE["retrieved_contexts"]
    assert trace.body["output"] == "1967"
    assert {name: score.value for name, score in trace.scores.items()} == {"faithfulness": 0.5}


def test_conversations_with_tools(tmp_path):
    (trace,) = traces(read(write_json(tmp_path / "a.json", [TALK])))
    assert [message["role"] for message in trace.body["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert trace.body["messages"][1]["parts"][0]["arguments"] == {"at": "Bonn"}
    assert trace.scenario.input == "Weather?"
    assert "weather" in trace.scenario.expected


def test_samples_without_answers_are_test_cases(tmp_path):
    row = {"user_input": "q", "reference": "a", "synthesizer_name": "single_hop"}
    items = read(write_jsonl(tmp_path / "a.jsonl", [row]))
    (case,) = scenarios(items)
    assert (case.input, case.expected) == ("q", "a")
    assert case.metadata == {"synthesizer_name": "single_hop"}
    assert not traces(items)


def test_results_as_pandas_writes_them(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["", *SAMPLE, "faithfulness", "verdict"])
        values = [str(value) for value in SAMPLE.values()]
        writer.writerow([0, *values, "0.25", "good"])
        writer.writerow([1, *values, "", ""])
    first, second = traces(read(path))
    assert [item["content"] for item in first.body["documents"]] == SAMPLE["retrieved_contexts"]
    assert first.scores["faithfulness"].value == 0.25
    assert set(first.scores) == {"faithfulness"}
    assert first.body["metadata"]["verdict"] == "good"
    assert not second.scores
    assert second.trial == 1


def test_names_of_the_first_versions(tmp_path):
    row = {"question": "q", "answer": "a", "contexts": ["c"], "ground_truths": ["g"]}
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [{**row, "faithfulness": 1.0}])))
    assert trace.body["documents"][0]["content"] == "c"
    assert trace.scenario.expected == "g"


def test_a_sample_without_a_question_is_told(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [SAMPLE, {**SAMPLE, "user_input": None}])
    with pytest.raises(InputError, match="line 2"):
        read(path)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(PLAIN)
def test_what_python_prints_is_read_back(value):
    assert parse(repr(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("['a' 'b']", ["a", "b"]),
        ("(1, 2.5, nan)", [1, 2.5, None]),
        ("{'a': {1: 'x'}}", {"a": {"1": "x"}}),
        (r"['\x41é\n\'']", ["Aé\n'"]),
    ],
    ids=["numpy", "tuple", "names", "escapes"],
)
def test_other_spellings(text, value):
    assert parse(text) == value


@pytest.mark.parametrize(
    "text",
    ["[", "[1", "['a", "{1}", "f()", "[__import__('os')]", "[" * 100, "-" * 1000, "[1] 2", ""],
    ids=str.__len__,
)
def test_what_is_no_plain_value(text):
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


@given(st.text(alphabet="[](){}'\",:\\ x1nN.", max_size=60))
def test_any_text_ends(text):
    try:
        parse(text)
    except ValueError:
        pass


def test_repr_of_a_lone_half_is_mended():
    assert parse("['\\ud800']") == ["\ufffd"]


def test_input_errors_name_the_file(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"user_input": "q", "response": "a"}\n{broken\n')
    with pytest.raises(InputError, match=r"x\.jsonl, line 2"):
        read(path)
