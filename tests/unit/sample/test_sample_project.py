"""The sample project holds what the demo, the screenshots and the tutorials count on."""

import csv
import itertools
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from typing import Any

import krippendorff
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, Rubric
from evaldesk.importers.canonical import trace_from_json
from evaldesk.settings import resource, sample_project

FOLDER = sample_project("support-assistant")
RUNS = ("prompt-v14", "prompt-v15")
RATERS = ("Ines", "Tomasz", "Amara")

Traces = dict[str, dict[str, Any]]
Answers = dict[str, dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def runs() -> dict[str, Traces]:
    """Run → scenario key → trace."""
    found: dict[str, Traces] = {}
    for run in RUNS:
        lines = (FOLDER / f"{run}.jsonl").read_text("utf-8").splitlines()
        traces = [json.loads(line) for line in lines]
        found[run] = {trace["scenario"]["key"]: trace for trace in traces}
        assert len(found[run]) == len(traces)
    return found


@pytest.fixture(scope="module")
def traces(runs: dict[str, Traces]) -> Traces:
    """Run/key → trace, of both runs."""
    return {f"{run}/{key}": one for run, found in runs.items() for key, one in found.items()}


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    """The rubric that the ratings answer."""
    return Rubric.from_json(
        json.loads(resource("rubrics", "tool-using-agent.json").read_text("utf-8"))
    )


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    """The ratings table."""
    with (FOLDER / "ratings.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def answers(rows: list[dict[str, str]], rubric: Rubric) -> Answers:
    """Criterion → unit → rater → value; asserts that each is on its scale and given once."""
    found: Answers = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        criterion = rubric.criterion(row["criterion"])
        value: Any = criterion.scale.check(row["value"]) if criterion else row["value"]
        given = found[row["criterion"]][row["unit"]]
        assert row["rater"] not in given, row
        given[row["rater"]] = value
    return found


def test_the_files_are_what_the_sources_make() -> None:
    done = subprocess.run(
        [sys.executable, "-B", str(FOLDER / "source" / "build.py"), "--check"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"run build.py again: {done.stdout}{done.stderr}"


def test_every_trace_is_canonical(traces: Traces) -> None:
    schema = json.loads(resource("schemas", "trace.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    for unit, trace in traces.items():
        assert [error.message for error in validator.iter_errors(trace)] == [], unit
        record = trace_from_json(trace)
        assert record.run == unit.split("/")[0]


def test_there_is_enough_of_everything(runs: dict[str, Traces]) -> None:
    scenarios = [trace["scenario"] for trace in runs[RUNS[0]].values()]
    assert len(scenarios) >= 60
    tiers = Counter(one["tier"] for one in scenarios)
    assert tiers == {"critical": 15, "important": 30, "nice-to-have": 19}
    slices = [one["slices"] for one in scenarios]
    assert Counter(one["language"] for one in slices)["de"] >= 13
    assert Counter(one.get("attack") for one in slices)["injection"] == 8
    assert {one["topic"] for one in slices} == {
        "returns",
        "orders",
        "delivery",
        "warranty",
        "account",
        "privacy",
    }
    assert {one["origin"] for one in scenarios} == {
        "support",
        "SME",
        "synthetic",
        "incident",
        "red-team",
    }
    assert all(one["title"] and one["expected"] for one in scenarios)


def test_both_systems_were_asked_the_same(runs: dict[str, Traces]) -> None:
    old, new = (runs[run] for run in RUNS)
    assert set(new) < set(old)
    assert set(old) - set(new) == {"ACC-0407"}
    for key in new:
        assert old[key]["scenario"] == new[key]["scenario"]
        same = [
            content_id({name: run[key]["scenario"][name] for name in ("key", "input")})
            for run in (old, new)
        ]
        assert same[0] == same[1]
        assert old[key]["messages"][1] == new[key]["messages"][1]
    assert len({trace["scenario"]["input"] for trace in old.values()}) == len(old)


def test_the_new_prompt_is_better_and_has_regressions(runs: dict[str, Traces]) -> None:
    def passed(run: str) -> dict[str, float]:
        return {
            key: trace["scores"]["pass"]["value"]
            for key, trace in runs[run].items()
            if trace["scores"]
        }

    old, new = (passed(run) for run in RUNS)
    both = old.keys() & new.keys()
    lost = {key for key in both if new[key] < old[key]}
    won = {key for key in both if new[key] > old[key]}
    assert len(lost) == 6
    assert len(won) > 2 * len(lost)
    critical = {key for key in lost if runs[RUNS[1]][key]["scenario"]["tier"] == "critical"}
    assert critical == {"RET-0442"}


def test_infrastructure_errors_have_no_scores(traces: Traces) -> None:
    states = Counter(trace["status"] for trace in traces.values())
    assert states["error"] == 2
    assert states["incomplete"] == 1
    for trace in traces.values():
        assert bool(trace["error"]) is (trace["status"] != "ok")
        names = set(trace["scores"])
        assert names == (
            set() if trace["status"] == "error" else {"pass", "groundedness", "format_ok"}
        )


def test_every_call_has_its_response(traces: Traces) -> None:
    failed = 0
    for unit, trace in traces.items():
        offered = {tool["name"] for tool in trace["tools"]}
        open_calls: dict[str, str] = {}
        for message in trace["messages"]:
            for part in message["parts"]:
                if part["type"] == "tool_call":
                    assert part["name"] in offered, unit
                    assert part["id"] not in open_calls
                    open_calls[part["id"]] = part["name"]
                elif part["type"] == "tool_call_response":
                    assert message["role"] == "tool"
                    assert open_calls.pop(part["id"]) == message["name"], unit
                    failed += "error" in part
        assert open_calls == {}, unit
        steps = len(trace["messages"]) - 1
        assert 2 <= steps <= 15, unit
    assert failed >= 10


def test_what_is_retrieved_is_kept_once(traces: Traces) -> None:
    with_documents = 0
    for unit, trace in traces.items():
        documents = trace.get("documents", [])
        with_documents += bool(documents)
        identifiers = [document["id"] for document in documents]
        assert len(set(identifiers)) == len(identifiers), unit
        assert all(0 < document["score"] <= 1 for document in documents)
    assert with_documents > 80


def test_tokens_cost_and_time_add_up(traces: Traces) -> None:
    for trace in traces.values():
        said = [message for message in trace["messages"] if message["role"] == "assistant"]
        assert trace["tokens_in"] == sum(message["tokens_in"] for message in said)
        assert trace["tokens_out"] == sum(message["tokens_out"] for message in said)
        assert trace["latency_ms"] >= sum(m.get("latency_ms", 0) for m in trace["messages"])
        assert trace["metadata"]["prompt_version"] == trace["run"].removeprefix("prompt-")


def test_nothing_is_left_of_the_template(traces: Traces, rows: list[dict[str, str]]) -> None:
    marks = re.compile(r"\{[a-z_]+\}|=> |\bTODO\b|\bFIXME\b|lorem|XXX|^[AURQ]: |  ", re.I)
    for unit, text in itertools.chain(
        ((unit, text) for unit, trace in traces.items() for text in _texts(trace)),
        ((row["unit"], row["comment"]) for row in rows),
    ):
        assert not marks.search(text), (unit, text)
        assert text == text.strip(), unit
    answers = [trace["output"] for trace in traces.values() if "output" in trace]
    assert len(set(answers)) == len(answers)


def _texts(trace: dict[str, Any]) -> list[str]:
    scenario = trace["scenario"]
    said = [
        part["content"]
        for message in trace["messages"]
        for part in message["parts"]
        if part["type"] in ("text", "reasoning")
    ]
    return [scenario["title"], scenario["input"], scenario["expected"], *said]


def test_the_raters_rated_what_ran_and_left_some(answers: Answers, traces: Traces) -> None:
    rated = answers["task_success"]
    units = Counter(unit.split("/")[0] for unit in rated)
    assert units == {"prompt-v14": 42, "prompt-v15": 62}
    assert all(traces[unit]["status"] != "error" for unit in rated)
    by = Counter(rater for given in rated.values() for rater in given)
    assert by == {"Ines": 104, "Tomasz": 104, "Amara": 84}


def test_every_rating_is_whole(
    answers: Answers, rows: list[dict[str, str]], rubric: Rubric
) -> None:
    required = [item.name for item in rubric.criteria if item.required]
    for unit, given in answers["task_success"].items():
        for rater in given:
            assert all(rater in answers[name][unit] for name in required)
    known = {mode.name for mode in rubric.failure_modes}
    for row in rows:
        assert re.fullmatch(r"2026-11-1\dT\d\d:\d\d:\d\dZ", row["time"])
        if row["criterion"] == FAILURE_MODES:
            assert set(row["value"].split(";")) <= known
        elif row["criterion"] == SEVERITY:
            assert row["value"] in ("S1", "S2", "S3", "S4")
    assert COMMENT not in answers
    assert sum(bool(row["comment"]) for row in rows) > 80


def test_the_raters_differ_as_people_do(answers: Answers, rubric: Rubric) -> None:
    for item in rubric.criteria:
        level = item.scale.level
        if level is None:
            continue
        table = np.array(
            [
                [
                    item.scale.position(given[rater]) if rater in given else np.nan
                    for given in answers[item.name].values()
                ]
                for rater in RATERS
            ],
            dtype=float,
        )
        alpha = krippendorff.alpha(table, level_of_measurement=level)
        assert 0.45 < alpha < 0.85, (item.name, alpha)
    tone = answers["tone"].values()
    both = [given for given in tone if {"Ines", "Amara"} <= given.keys()]
    assert np.mean([given["Ines"] - given["Amara"] for given in both]) < -0.15
    read_as_no = [
        given
        for given in answers["honest_report"].values()
        if given["Tomasz"] == "no" and "partly" in given.values()
    ]
    assert len(read_as_no) >= 14


def test_rulings_settle_some_of_the_disagreements(answers: Answers, rubric: Rubric) -> None:
    rulings = json.loads((FOLDER / "rulings.json").read_text("utf-8"))
    kinds = Counter(ruling["kind"] for ruling in rulings)
    assert set(kinds) == {"adopt", "other", "none_fits", "rubric_unsettled"}
    for ruling in rulings:
        given = set(answers[ruling["criterion"]][ruling["trace"]].values())
        assert len(given) > 1, ruling
        assert ruling["reason"]
        assert ruling["author"] == "Noor"
        assert (ruling["kind"] == "adopt") is (ruling["value"] in given)
        criterion = rubric.criterion(ruling["criterion"])
        assert criterion is not None
        if ruling["kind"] in ("adopt", "other"):
            assert criterion.scale.check(ruling["value"]) == ruling["value"]
        else:
            assert ruling["value"] is None
    differing = sum(
        len(set(given.values())) > 1
        for item in rubric.criteria
        for given in answers.get(item.name, {}).values()
    )
    assert 10 <= len(rulings) < differing / 4


def test_it_stays_small() -> None:
    files = [path for kind in ("jsonl", "csv", "json", "txt") for path in FOLDER.rglob(f"*.{kind}")]
    assert sum(path.stat().st_size for path in files) < 1_500_000
