"""promptfoo's results: versions, columns as runs, people's grades, errors, YAML's traps."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.importers import yaml_document
from evaldesk.importers.contract import RunHeader
from evaldesk.importers.promptfoo_cell import cell_result
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source
from tests.unit.importers.files import notes, read, skipped, traces, write_json, write_jsonl

PROVIDERS = ("openai:chat:gpt-4o", "file://mine.py")


def result(test: int, column: int, **more):
    """One result of version 3."""
    return {
        "id": f"r{test}{column}",
        "promptIdx": column,
        "testIdx": test,
        "promptId": f"p{column}",
        "provider": {"id": PROVIDERS[column], "label": "mine" if column else ""},
        "prompt": {"raw": f"Say {test}", "label": "Say {{n}}"},
        "vars": {"n": test, "language": "de"},
        "response": {
            "output": f"It is {test}",
            "tokenUsage": {"prompt": 10, "completion": 2, "total": 12},
            "finishReason": "stop",
            "raw": {"kept": True},
        },
        "success": True,
        "score": 0.75,
        "namedScores": {"tone": 0.5, "score": 1},
        "latencyMs": 120,
        "cost": 0.001,
        "failureReason": 0,
        "gradingResult": {
            "pass": True,
            "score": 0.75,
            "reason": "good",
            "namedScores": {"tone": 0.5},
            "componentResults": [
                {"pass": True, "score": 0.5, "reason": "kind", "assertion": {"metric": "tone"}}
            ],
        },
        "testCase": {
            "vars": {"n": test, "language": "de"},
            "assert": [{"type": "contains", "value": str(test)}, {"type": "is-json"}],
            "description": "Row #1",
        },
        **more,
    }


def export(rows, **more):
    return {
        "evalId": "eval-1",
        "results": {
            "version": 3,
            "timestamp": "2026-01-02T03:04:05Z",
            "prompts": [
                {
                    "raw": "Say {{n}}",
                    "label": "Say {{n}}",
                    "provider": provider,
                    "metrics": {"a": 1},
                }
                for provider in ("openai:chat:gpt-4o", "mine")
            ],
            "results": rows,
            "stats": {"successes": len(rows)},
        },
        "config": {"description": "mine", "tests": []},
        "shareableUrl": None,
        **more,
    }


@pytest.fixture
def whole():
    return export([result(test, column) for test in (1, 2) for column in (0, 1)])


def headers(items):
    return [item for item in items if isinstance(item, RunHeader) and item.part]


def test_what_is_kept(tmp_path, whole):
    items = read(write_json(tmp_path / "a.json", whole))
    first = traces(items)[0]
    assert first.system == "openai:chat:gpt-4o"
    assert first.scenario.input == {"n": 1, "language": "de"}
    assert first.scenario.slices == {"language": "de"}
    assert first.scenario.expected == "contains: 1\nis-json"
    assert {name: score.value for name, score in first.scores.items()} == {
        "pass": 1.0,
        "score": 0.75,
        "tone": 0.5,
        "named.score": 1.0,
    }
    assert first.scores["pass"].explanation == "good"
    assert first.scores["tone"].explanation == "kind"
    assert (first.latency_ms, first.tokens_in, first.tokens_out, first.cost) == (120, 10, 2, 0.001)
    answer = first.body["messages"][-1]
    assert answer["model"] == "gpt-4o"
    assert answer["finish_reason"] == "stop"
    metadata = first.body["metadata"]
    assert metadata["prompt_version"] == "Say {{n}}"
    assert metadata["response"]["raw"] == {"kept": True}
    assert metadata["promptId"] == "p0"
    header = headers(items)[0]
    assert header.part == "openai:chat:gpt-4o"
    assert header.created_at == "2026-01-02T03:04:05Z"
    assert header.metadata["config"]["description"] == "mine"
    assert header.metadata["prompt"]["metrics"] == {"a": 1}
    assert "model" not in traces(items)[1].body["messages"][-1]
    assert traces(items)[1].system == "mine"


def test_one_column_is_the_files_own_run(tmp_path):
    items = read(write_json(tmp_path / "a.json", export([result(1, 0), result(2, 0)])))
    assert not headers(items)
    assert len(traces(items)) == 2


def test_prompts_are_told_apart(tmp_path):
    rows = [
        result(1, column, provider="p", prompt={"raw": "x", "label": label})
        for column, label in enumerate(("short", "long " * 40))
    ]
    document = export(rows)
    del document["results"]["prompts"]
    items = read(write_json(tmp_path / "a.json", document))
    assert [item.part for item in headers(items)] == ["short", "prompt 2"]
    assert [trace.system for trace in traces(items)] == ["p · short", "p · prompt 2"]


def test_json_lines_and_shared_evaluations_say_the_same(tmp_path, whole):
    rows = whole["results"]["results"]
    plain = traces(read(write_json(tmp_path / "a.json", whole)))
    lines = traces(read(write_jsonl(tmp_path / "b.jsonl", rows)))
    shared = {"data": {"version": 3, "createdAt": "x", "results": whole["results"], "config": {}}}
    (alone,) = traces(read(write_jsonl(tmp_path / "one.jsonl", rows[:1])))
    assert alone.scores == plain[0].scores
    third = traces(read(write_json(tmp_path / "c.json", shared)))
    fourth = {"id": "e", "createdAt": 1, "prompts": whole["results"]["prompts"], "results": rows}
    fourth["config"] = {}
    for others in (lines, third, traces(read(write_json(tmp_path / "d.json", fourth)))):
        assert [one.body for one in others] == [one.body for one in plain]
        assert [one.scores for one in others] == [one.scores for one in plain]


def test_an_error_is_a_status_and_no_score(tmp_path):
    row = result(1, 0, success=False, score=0, failureReason=2, error="no network", namedScores={})
    del row["gradingResult"]
    row["response"] = None
    old = {name: value for name, value in row.items() if name != "failureReason"}
    for given_row in (row, old):
        items = read(write_json(tmp_path / "a.json", export([given_row])))
        (trace,) = traces(items)
        assert (trace.status, trace.error, dict(trace.scores)) == ("error", "no network", {})
        assert trace.body["metadata"]["scores"] == {"pass": 0.0, "score": 0.0}
        assert "1 result is an error" in notes(items)


def test_a_failed_assertion_is_a_score(tmp_path):
    row = result(1, 0, success=False, score=0, failureReason=1, error="it should be 2")
    (trace,) = traces(read(write_json(tmp_path / "a.json", export([row]))))
    assert trace.status == "ok"
    assert trace.scores["pass"].value == 0
    assert trace.body["metadata"]["error"] == "it should be 2"


def test_what_people_said_becomes_annotations(tmp_path):
    row = result(1, 0)
    row["gradingResult"]["comment"] = "well put"
    row["gradingResult"]["componentResults"] = [
        {
            "pass": False,
            "score": 0,
            "reason": "Manual result (overrides all other grading results)",
            "assertion": {"type": "human"},
        }
    ]
    items = read(write_json(tmp_path / "a.json", export([row])))
    (said,) = traces(items)[0].annotations
    assert (said.name, said.value, said.label, said.comment) == ("human", 0.0, "fail", "well put")
    assert "graded by a person" in notes(items) or "by a person in promptfoo" in notes(items)


def test_repeated_tests_are_trials_and_other_asserts_are_other_scenarios(tmp_path):
    other = result(1, 0)
    other["testCase"] = {"assert": [{"type": "equals", "value": "2"}]}
    items = read(write_json(tmp_path / "a.json", export([result(1, 0), result(1, 0), other])))
    made = traces(items)
    assert [trace.trial for trace in made] == [0, 1, 0]
    assert made[2].scenario.key == f"{made[0].scenario.key} #2"
    assert made[2].scenario.expected == "2"
    assert "1 scenario occurs more than once" in notes(items)


def test_chat_prompts_tool_calls_and_documents(tmp_path):
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    row = result(
        1,
        0,
        prompt={"raw": json.dumps([{"role": "system", "content": "be kind"}]), "label": "chat"},
        vars={"context": ["one", "two"], "id": "case-7"},
        response={"output": [call]},
    )
    (trace,) = traces(read(write_json(tmp_path / "a.json", export([row]))))
    assert trace.scenario.key == "case-7"
    assert [message["role"] for message in trace.body["messages"]] == ["system", "assistant"]
    assert trace.body["messages"][1]["parts"][0]["arguments"] == {"x": 1}
    assert [document["content"] for document in trace.body["documents"]] == ["one", "two"]


def table(outputs, **more):
    return {
        "version": 2,
        "results": [],
        "stats": {},
        "table": {
            "head": {"prompts": [{"raw": "p", "label": "p", "provider": "m"}], "vars": ["q"]},
            "body": [{"vars": ["1"], "outputs": outputs, "test": {"vars": {"q": "1"}}, **more}],
        },
    }


def test_a_table_without_results(tmp_path):
    cell = {"pass": True, "score": 1, "text": "yes", "prompt": "p 1", "provider": "m"}
    (trace,) = traces(read(write_json(tmp_path / "a.json", table([cell]))))
    assert trace.body["output"] == "yes"
    assert trace.scores["pass"].value == 1
    (trace,) = traces(read(write_json(tmp_path / "b.json", table(["[FAIL] (0.20) no"]))))
    assert (trace.body["output"], trace.scores["score"].value) == ("no", 0.2)


def test_csv_with_columns_of_their_own(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Description,q,[m] Say {{q}},Status,Score,Named Scores,Metric: tone,Grader Reason,Comment,"
        "[n] Say {{q}},Status,Score,Named Scores,Grader Reason,Comment\n"
        'greets,hi,Hello,PASS,0.90,"{""tone"":0.5}",0.50,fine,nice,boom,ERROR,0.00,,,\n',
        encoding="utf-8",
    )
    items = read(path)
    assert [item.part for item in headers(items)] == ["m", "n"]
    first, second = traces(items)
    assert first.scenario.input == {"q": "hi"}
    assert first.scenario.title == "greets"
    assert first.body["messages"][0]["parts"][0]["content"] == "Say hi"
    assert {name: score.value for name, score in first.scores.items()} == {
        "pass": 1.0,
        "score": 0.9,
        "tone": 0.5,
    }
    assert first.annotations[0].comment == "nice"
    assert (second.status, second.error) == ("error", "boom")


def test_a_bad_result_is_told_with_its_place(tmp_path, whole):
    whole["results"]["results"].insert(1, "nothing")
    path = write_json(tmp_path / "a.json", whole)
    with pytest.raises(InputError, match=r"results\.results\[1\]"):
        read(path)
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 4
    assert len(skipped(items)) == 1


@given(st.text(max_size=40))
def test_any_cell_is_a_result(text):
    made = cell_result(text)
    assert "response" in made or made["failureReason"] == 2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no\nb: 2024-10-04\nc: 1:30\n", {"a": "no", "b": "2024-10-04", "c": "1:30"}),
        ("a: ~\nb: .nan\nc: .inf\nd: 0x1f\ne: 0o17\nf: -1.5e3\n",
         {"a": None, "b": None, "c": None, "d": 31, "e": 15, "f": -1500.0}),
        ("a: 123456789012345678901234567890\n", {"a": "123456789012345678901234567890"}),
        ("a: &x [1, {b: 2}]\nc: *x\n", {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}),
        ("a: \"1\"\nb: 'true'\nc: |\n  two\n  lines\n",
         {"a": "1", "b": "true", "c": "two\nlines\n"}),
        ("1: a\ntrue: b\n", {"1": "a", "true": "b"}),
    ],
    ids=["words", "numbers", "long", "alias", "quoted", "names"],
)  # fmt: skip
def test_yaml_values(tmp_path, text, value):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    assert yaml_document.load(Source(path)) == value


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB, "stands for more than"),
        ("a: &a [*a]\n", "inside of itself"),
        ("a: *b\n", "line 1"),
        ("a: !!python/object/apply:os.system [ls]\n", "no plain data"),
        ("a: 1\n---\nb: 2\n", "more than one"),
        ("a: [1\n", "not YAML"),
        ("a: \x00\n", "not YAML"),
        ("? [a]\n: b\n", "A name is a list"),
        ("a: " + "[" * 500 + "]" * 500, "too deep"),
        ("a: " + "[" * 20000, "too deep|not YAML"),
        ("", "no YAML document"),
    ],
    ids=[
        *("bomb", "itself", "nothing", "code", "two", "open"),
        *("nul", "key", "deep", "deeper", "empty"),
    ],
)  # fmt: skip
def test_yaml_that_is_refused(tmp_path, text, said):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        yaml_document.load(Source(path))


def test_yaml_is_bounded_in_length(tmp_path, monkeypatch):
    monkeypatch.setattr(yaml_document, "MAX_BYTES", 10)
    path = tmp_path / "a.yaml"
    path.write_text("a: 12345678901234", encoding="utf-8")
    with pytest.raises(InputError, match="read up to"):
        yaml_document.load(Source(path))


def test_long_documents_are_known_by_their_beginning(tmp_path, whole):
    whole["results"]["results"][0]["metadata"] = {"long": "x" * (5 << 20)}
    inner = whole["results"]
    shapes = {
        "v3": whole,
        "share": {"data": {"version": 3, "createdAt": "x", "results": inner, "config": {}}},
        "v4": {"id": "e", "prompts": inner["prompts"], "results": inner["results"], "config": {}},
    }
    for name, shape in shapes.items():
        assert len(traces(read(write_json(tmp_path / f"{name}.json", shape)))) == 4


def test_other_tables_with_a_status_and_a_score_are_not_taken(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("question,answer,Status,Score\nq,a,PASS,0.5\n", encoding="utf-8")
    assert detect(Source(path)).name == "csv"
