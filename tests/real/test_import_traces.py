"""Every file of traces in the shared data comes in whole, with the figures its README gives."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.project import ImportNote
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source

TAU_BENCH = ("gpt-4o-airline", "qwen2.5-coder-32b-airline")
TAU2 = (
    "airline_claude-sonnet-4-5_aide",
    "airline_ft-gpt-4.1-sft",
    "airline_gpt-4.1",
    "airline_ironshell-opus-4-6_44of50",
    "airline_toolorchestra_gpt-4.1-user",
)
INSPECT = (
    "2025-02-11T15-18-04-05-00_popularity_mj7khqpMM4GBCfVQozKgzB.eval",
    "2025-05-12T20-28-13-04-00_no-samples.json",
    "2025-05-12T20-28-13-04-00_popularity.json",
    "2025-05-12T20-28-26-04-00_security-guide.json",
    "2025-09-15_popularity_claude-sonnet-4.eval",
    "2025-09-15_popularity_gpt-5.eval",
    "log_formats.eval",
    "log_formats.json",
    "log_message_deduplication.eval",
    "log_read_sample.eval",
    "log_read_sample.json",
    "log_streaming.eval",
    "log_tool_call_error.json",
    "mmlu-summary-choices.eval",
)


@pytest.fixture(scope="session")
def figures(shared_data: Path):
    return json.loads((shared_data / "figures.json").read_text(encoding="utf-8"))


def read(path: Path, expected_format: str) -> list[Item]:
    source = Source(path)
    found = detect(source)
    assert found.name == expected_format
    return list(found.read(source, ImportOptions()))


def traces(items: list[Item]) -> list[TraceRecord]:
    return [item for item in items if isinstance(item, TraceRecord)]


def notes(items: list[Item]) -> str:
    return "\n".join(item.message for item in items if isinstance(item, ImportNote))


def header(items: list[Item]) -> RunHeader:
    assert isinstance(items[0], RunHeader)
    return items[0]


def roles(records: list[TraceRecord]) -> dict[str, int]:
    return dict(Counter(m["role"] for record in records for m in record.body["messages"]))


def tool_calls(records: list[TraceRecord]) -> int:
    return sum(
        part["type"] == "tool_call"
        for record in records
        for message in record.body["messages"]
        for part in message["parts"]
    )


def passed(records: list[TraceRecord]) -> tuple[int, int]:
    values = [record.scores["pass"].value for record in records if "pass" in record.scores]
    return sum(value == 1 for value in values), len(values)


@pytest.mark.parametrize("name", TAU_BENCH)
def test_tau_bench(name: str, shared_data: Path, figures):
    expected = figures["taubench"][name]
    items = read(shared_data / "traces/taubench" / f"{name}.json.gz", "tau-bench")
    records = traces(items)
    assert len(records) == expected["records"]
    assert len({record.scenario.key for record in records}) == expected["tasks"]
    assert passed(records) == (expected["passed"]["passed"], expected["passed"]["n"])
    assert roles(records) == expected["roles"]
    assert tool_calls(records) == expected["tool_calls"]
    assert sum(len(record.body["messages"]) for record in records) == expected["messages"]
    assert Source(shared_data / "traces/taubench" / f"{name}.json.gz").name == name


def test_tau_bench_trials_are_as_written(shared_data: Path, figures):
    items = read(shared_data / "traces/taubench/gpt-4o-airline.json.gz", "tau-bench")
    by_trial = Counter[int]()
    for record in traces(items):
        by_trial[record.trial] += record.scores["pass"].value == 1
    expected = figures["taubench"]["gpt-4o-airline"]["pass_by_trial"]
    assert {str(trial): count for trial, count in by_trial.items()} == expected
    assert "trial" not in notes(items)


def test_tau_bench_row_numbers_in_trial_are_told_and_mended(shared_data: Path):
    items = read(shared_data / "traces/taubench/qwen2.5-coder-32b-airline.json.gz", "tau-bench")
    records = traces(items)
    assert {record.trial for record in records} == {0}
    assert [record.body["metadata"].get("source_trial", 0) for record in records] == list(range(50))
    assert "number of the row" in notes(items)


def test_tau_bench_files_that_share_ids_but_not_tasks(shared_data: Path, figures):
    folder = shared_data / "traces/taubench"
    first, second = (
        {
            record.scenario.key: content_id(record.scenario.input)
            for record in traces(read(folder / f"{name}.json.gz", "tau-bench"))
        }
        for name in TAU_BENCH
    )
    trap = figures["taubench"]["trap_same_ids_other_tasks"]
    shared = set(first) & set(second)
    assert len(shared) == trap["shared_task_ids"]
    same = sum(first[key] == second[key] for key in shared)
    assert same == trap["ids_with_the_same_instruction"]


@pytest.mark.parametrize("name", TAU2)
def test_tau2(name: str, shared_data: Path, figures):
    expected = figures["tau2"][name]
    items = read(shared_data / "traces/tau2" / f"{name}.json.gz", "tau2")
    records = traces(items)
    assert len(records) == expected["simulations"]
    assert passed(records) == (expected["passed"]["passed"], expected["passed"]["n"])
    assert roles(records) == expected["roles"]
    assert tool_calls(records) == expected["tool_calls"]
    assert header(items).system == expected["agent_llm"]
    assert header(items).dataset == f"tau2-{expected['domain']}"
    assert all((record.cost is not None) == expected["has_agent_cost"] for record in records)
    assert all(record.latency_ms and record.latency_ms > 0 for record in records)
    without = [item for item in items if isinstance(item, Scenario)]
    assert len(records) + len(without) == expected["tasks"]


def test_tau2_names_the_tasks_without_a_simulation(shared_data: Path):
    items = read(shared_data / "traces/tau2/airline_ironshell-opus-4-6_44of50.json.gz", "tau2")
    assert "44 of 50 tasks have a simulation; missing: 44, 45, 46, 47, 48, 49." in notes(items)
    assert [item.key for item in items if isinstance(item, Scenario)] == [
        str(number) for number in range(44, 50)
    ]


def test_tau2_runs_pair_by_id_and_input(shared_data: Path, figures):
    for pair in figures["tau2"]["paired"]:
        first, second = (
            {
                (record.scenario.key, content_id(record.scenario.input))
                for record in traces(
                    read(shared_data / "traces/tau2" / f"{pair[side]}.json.gz", "tau2")
                )
            }
            for side in ("A", "B")
        )
        assert len(first & second) == pair["paired_items"]


def test_tau2_keeps_reasoning_tokens_and_what_has_no_place(shared_data: Path):
    items = read(shared_data / "traces/tau2/airline_claude-sonnet-4-5_aide.json.gz", "tau2")
    first = traces(items)[0]
    parts = Counter(part["type"] for m in first.body["messages"] for part in m["parts"])
    assert parts["reasoning"] > 0
    raw = json.loads(
        gzip.decompress(
            (shared_data / "traces/tau2/airline_claude-sonnet-4-5_aide.json.gz").read_bytes()
        )
    )["simulations"][0]
    agents = [m["usage"] for m in raw["messages"] if m["role"] == "assistant" and m["usage"]]
    assert first.tokens_in == sum(usage["prompt_tokens"] for usage in agents)
    assert first.tokens_out == sum(usage["completion_tokens"] for usage in agents)
    assert first.cost == raw["agent_cost"]
    metadata = first.body["metadata"]
    assert metadata["user_cost"] == raw["user_cost"]
    assert metadata["seed"] == raw["seed"]
    assert metadata["reward_info"]["db_check"] == raw["reward_info"]["db_check"]


def test_the_judged_tau2_simulations(shared_data: Path):
    items = read(shared_data / "labels/tau2_judges/azure-airline-full.json.gz", "tau2")
    assert passed(traces(items)) == (23, 50)


@pytest.mark.parametrize("name", INSPECT)
def test_inspect(name: str, shared_data: Path, figures):
    expected = figures["inspect"][name]
    items = read(shared_data / "evallogs/inspect" / name, "inspect")
    records = traces(items)
    assert len(records) == expected["samples"]
    assert len({record.trial for record in records}) <= max(1, expected["epochs"])
    assert roles(records) == expected["message_roles"]
    assert tool_calls(records) == expected["tool_calls"]
    assert header(items).system == expected["model"]
    for scorer, figure in expected["recomputed"].items():
        scores = [record.scores[scorer] for record in records]
        assert len(scores) == figure["scored"]
        mean = sum(score.value or 0.0 for score in scores) / len(scores)
        assert mean == pytest.approx(figure["mean"], abs=1e-6)
    if expected["status"] != "success":
        assert f"“{expected['status']}”" in notes(items)
    text = json.dumps([record.body for record in records])
    assert "attachment://" not in text


def test_an_inspect_log_without_samples_says_so(shared_data: Path):
    items = read(
        shared_data / "evallogs/inspect/2025-05-12T20-28-13-04-00_no-samples.json", "inspect"
    )
    assert "holds no samples" in notes(items)
    assert "match accuracy 0.66" in notes(items)


@pytest.mark.parametrize(
    "name", ["2025-09-15_popularity_claude-sonnet-4", "log_message_deduplication"]
)
def test_a_repacked_inspect_log_equals_the_original(name: str, shared_data: Path):
    folder = shared_data / "evallogs"
    original = traces(read(folder / "inspect" / f"{name}.eval", "inspect"))
    repacked = traces(read(folder / "inspect-repacked" / f"{name}.zstd.eval", "inspect"))

    def essence(record: TraceRecord):
        return (
            record.scenario.key,
            record.scenario.input,
            record.scenario.expected,
            record.trial,
            record.status,
            record.scores,
            record.tokens_in,
            record.tokens_out,
            [(message["role"], message["parts"]) for message in record.body["messages"]],
            record.body.get("output"),
        )

    assert [essence(record) for record in original] == [essence(record) for record in repacked]


def test_inspect_messages_have_the_time_and_tokens_of_their_calls(shared_data: Path):
    items = read(shared_data / "evallogs/inspect/2025-09-15_popularity_gpt-5.eval", "inspect")
    first = traces(items)[0]
    answer = first.body["messages"][-1]
    assert answer["role"] == "assistant"
    assert {part["type"] for part in answer["parts"]} == {"reasoning", "text"}
    assert answer["started_at"]
    assert answer["latency_ms"] > 0
    assert answer["tokens_out"] == first.tokens_out
    assert {"chain", "llm", "evaluator"} <= {span["kind"] for span in first.body["spans"]}
    assert first.scenario.expected
    assert first.latency_ms is not None


def test_other_json_lines_come_in_by_a_guessed_mapping(shared_data: Path, figures):
    items = read(shared_data / "labels/halueval/general_data.json.gz", "jsonl")
    records = traces(items)
    assert len(records) == figures["halueval"]["lines"]
    marked = sum(record.scores["hallucination"].value or 0.0 for record in records)
    assert marked == figures["halueval"]["label"]["yes"]
    assert "were guessed" in notes(items)
