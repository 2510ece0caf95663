"""tau-bench and tau2: failures, row numbers, repeats, tasks that are missing."""

import copy
import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Score
from evaldesk.importers.contract import RunHeader
from evaldesk.importers.trials import plan_trials
from tests.unit.importers.files import notes, read, scenarios, skipped, traces, write_json


def record(task: int, trial: int, reward: float = 1.0):
    return {
        "task_id": task,
        "trial": trial,
        "reward": reward,
        "info": {
            "task": {
                "user_id": f"u{task}",
                "instruction": f"Do {task}.",
                "actions": [{"name": "book", "kwargs": {"n": 1}}],
                "outputs": ["7"],
            },
            "source": "user",
            "user_cost": 0.25,
            "reward_info": {"reward": reward},
        },
        "traj": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": f"Hi {trial}"},
        ],
        "novel": {"kept": True},
    }


FAILED = {
    "task_id": 2,
    "trial": 0,
    "reward": 0.0,
    "info": {"error": "RateLimitError: slow down", "traceback": "Traceback …"},
    "traj": [],
}


def test_a_tau_bench_record(tmp_path):
    path = write_json(tmp_path / "run.json", [record(1, 0, 0.9999999), record(1, 1, 0.5)])
    first, second = traces(read(path))
    assert first.scenario.key == "1"
    assert first.scenario.input == "Do 1."
    assert json.loads(first.scenario.expected) == {
        "actions": [{"name": "book", "kwargs": {"n": 1}}],
        "outputs": ["7"],
    }
    assert first.scenario.metadata == {"user_id": "u1"}
    assert first.scores == {"reward": Score(0.9999999), "pass": Score(1.0)}
    assert second.scores["pass"] == Score(0.0)
    assert first.body["metadata"] == {
        "source": "user",
        "user_cost": 0.25,
        "reward_info": {"reward": 0.9999999},
        "novel": {"kept": True},
    }
    assert (second.trial, second.place) == (1, "record 2")


def test_a_failure_of_the_infrastructure_has_no_score(tmp_path):
    path = write_json(tmp_path / "run.json", [record(1, 0), FAILED])
    items = read(path)
    failed = traces(items)[1]
    assert (failed.status, failed.scores) == ("error", {})
    assert failed.error == "RateLimitError: slow down"
    assert failed.body["metadata"]["traceback"] == "Traceback …"
    assert failed.body["metadata"]["reward"] == 0.0
    assert failed.scenario.input is None
    assert "1 records are failures of the infrastructure" in notes(items)
    assert "not known for 1 failed" in notes(items)


def test_the_task_of_a_failed_record_is_known_from_another_trial(tmp_path):
    path = write_json(tmp_path / "run.json", [FAILED, record(2, 1)])
    failed = traces(read(path))[0]
    assert failed.scenario.input == "Do 2."


def test_identical_records_count_once(tmp_path):
    path = write_json(tmp_path / "run.json", [record(1, 0), record(1, 0), record(2, 0)])
    items = read(path)
    assert [(t.scenario.key, t.trial) for t in traces(items)] == [("1", 0), ("2", 0)]
    assert "1 record is word for word" in notes(items)


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        ([("a", 0), ("b", 0), ("a", 1)], [0, 0, 1], ""),
        ([("a", 0), ("b", 1), ("c", 2)], [0, 0, 0], "number of the row"),
        ([("a", 1), ("b", 2), ("c", 3)], [0, 0, 0], "number of the row"),
        ([("a", 0), ("b", 1), ("a", 2)], [0, 0, 1], "number of the row"),
        ([("a", 0), ("a", 1), ("a", 2)], [0, 1, 2], ""),
        ([("a", 2), ("b", 2)], [2, 2], ""),
        ([("a", 0), ("a", 0)], [0, 1], "same “trial”"),
        ([("a", None), ("a", None), ("b", None)], [0, 1, 0], ""),
        ([("a", 3), ("a", None)], [0, 1], "have no “trial”"),
        ([("a", 0)], [0], ""),
        ([], [], ""),
    ],
)
def test_trials(given, expected, said):
    trials, note = plan_trials(given)
    assert trials == expected
    assert said in note
    assert bool(said) == bool(note)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (7, "a number"),
        ({**record(9, 0), "traj": "no"}, "traj"),
        ({**record(9, 0), "task_id": None}, "task_id"),
        ({**record(9, 0), "reward": "high"}, "reward"),
    ],
)
def test_bad_tau_bench_records_are_named(tmp_path, bad, reason):
    path = write_json(tmp_path / "run.json", [record(1, 0), bad, record(2, 0)])
    with pytest.raises(InputError, match=reason) as caught:
        read(path)
    assert caught.value.record == "record 2"
    items = read(path, skip_bad=True)
    assert [t.scenario.key for t in traces(items)] == ["1", "2"]
    assert skipped(items)[0].record == "record 2"


@pytest.mark.parametrize("key", ["task_id", "traj"])
def test_a_broken_first_record_does_not_hide_what_the_file_is(tmp_path, key):
    first = record(1, 0)
    del first[key]
    path = write_json(tmp_path / "run.json", [first, record(2, 0)])
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "record 1"
    assert key in caught.value.message


def test_a_cut_off_tau_bench_file(tmp_path):
    path = tmp_path / "run.json"
    text = json.dumps([record(n, 0) for n in range(5)])
    path.write_text(text[: len(text) - 40])
    with pytest.raises(InputError, match="ends too early") as caught:
        read(path, skip_bad=True)
    assert caught.value.record == "record 5 (line 1)"


TASK = {
    "id": "t-1",
    "description": {"purpose": "See whether it refuses."},
    "user_scenario": {
        "persona": None,
        "instructions": {"reason_for_call": "cancel", "known_info": "You are A."},
    },
    "evaluation_criteria": {"actions": [], "reward_basis": ["DB"]},
}
SIMULATION = {
    "id": "sim-1",
    "task_id": "t-1",
    "start_time": "2026-01-01T00:00:00",
    "end_time": "2026-01-01T00:00:02",
    "duration": 2.0,
    "termination_reason": "user_stop",
    "agent_cost": 0.5,
    "user_cost": 0.1,
    "reward_info": {"reward": 1.0, "nl_assertions": ["refused"]},
    "trial": 0,
    "seed": 7,
    "messages": [
        {"role": "assistant", "content": "Hi", "tool_calls": None, "turn_idx": 0, "cost": 0.0},
        {
            "role": "user",
            "content": None,
            "tool_calls": [
                {"id": "u1", "name": "reboot", "arguments": {}, "requestor": "user"},
            ],
            "usage": {"prompt_tokens": 100, "completion_tokens": 100},
        },
        {
            "role": "tool",
            "tool_messages": [
                {"id": "u1", "role": "tool", "content": "done", "requestor": "user"},
                {"id": "u2", "role": "tool", "content": "boom", "error": True},
            ],
        },
        {
            "role": "assistant",
            "content": "Sure",
            "usage": {"prompt_tokens": 10, "completion_tokens": 3},
            "cost": 0.5,
            "timestamp": "2026-01-01T00:00:01",
            "raw_data": {
                "model": "m-1-0101",
                "stop_reason": "end_turn",
                "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "sig"}],
                "service_tier": "standard",
                "message": {"content": "Sure", "role": "assistant", "annotations": []},
            },
        },
    ],
}
RUN = {
    "timestamp": "2026-01-01T00:00:00",
    "info": {
        "agent_info": {"implementation": "llm_agent", "llm": "m-1"},
        "environment_info": {"domain_name": "retail", "policy": "Be kind.", "tool_defs": None},
    },
    "tasks": [TASK],
    "simulations": [SIMULATION],
}


def changed(**simulation):
    return {**RUN, "simulations": [{**SIMULATION, **simulation}]}


def test_a_tau2_simulation(tmp_path):
    items = read(write_json(tmp_path / "run.json", RUN))
    header = items[0]
    assert isinstance(header, RunHeader)
    assert (header.system, header.dataset) == ("m-1", "tau2-retail")
    assert header.metadata["environment_info"]["policy"] == "Be kind."
    (trace,) = traces(items)
    assert trace.scenario.key == "t-1"
    assert trace.scenario.input == {
        "instructions": {"reason_for_call": "cancel", "known_info": "You are A."}
    }
    assert trace.scenario.title == "See whether it refuses."
    assert trace.scenario.slices == {"domain": "retail"}
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (10, 3, 0.5)
    assert trace.latency_ms == 2000
    greeting, user, tools, answer = trace.body["messages"]
    assert "metadata" not in greeting
    assert user["parts"][0]["type"] == "tool_call"
    assert [part["id"] for part in tools["parts"]] == ["u1", "u2"]
    assert tools["parts"][1]["error"] == "boom"
    assert [part["type"] for part in answer["parts"]] == ["reasoning", "text"]
    assert (answer["model"], answer["finish_reason"]) == ("m-1-0101", "end_turn")
    assert answer["started_at"] == "2026-01-01T00:00:01"
    assert answer["metadata"]["raw_data"] == {
        "service_tier": "standard",
        "signatures": ["sig"],
    }
    metadata = trace.body["metadata"]
    assert metadata["reward_info"] == {"reward": 1.0, "nl_assertions": ["refused"]}
    assert (metadata["seed"], metadata["user_cost"], metadata["id"]) == (7, 0.1, "sim-1")


@pytest.mark.parametrize(
    ("reason", "status", "scored"),
    [
        ("agent_stop", "ok", True),
        ("max_steps", "incomplete", True),
        ("too_many_errors", "incomplete", True),
        ("infrastructure_error", "error", False),
        ("user_error", "error", False),
    ],
)
def test_how_a_simulation_ended(tmp_path, reason, status, scored):
    run = changed(termination_reason=reason, reward_info={"reward": 0.0}, info={"error": "503"})
    items = read(write_json(tmp_path / "run.json", run))
    (trace,) = traces(items)
    assert trace.status == status
    assert bool(trace.scores) == scored
    assert trace.error == ("" if scored else "503")
    assert ("failure of the infrastructure" in notes(items)) == (not scored)


def test_members_may_stand_in_any_order(tmp_path):
    turned = {name: RUN[name] for name in ("simulations", "tasks", "info", "timestamp")}
    (trace,) = traces(read(write_json(tmp_path / "run.json", turned)))
    assert trace.scenario.title == "See whether it refuses."


def test_tasks_without_a_simulation(tmp_path):
    run = copy.deepcopy(RUN)
    run["tasks"].append({**TASK, "id": "t-2"})
    items = read(write_json(tmp_path / "run.json", run))
    assert [scenario.key for scenario in scenarios(items)] == ["t-2"]
    assert "1 of 2 tasks have a simulation; missing: t-2." in notes(items)


def test_another_agent_is_part_of_the_system(tmp_path):
    run = copy.deepcopy(RUN)
    run["info"]["agent_info"]["implementation"] = "planner"
    assert read(write_json(tmp_path / "run.json", run))[0].system == "m-1 (planner)"


def test_bad_simulations_are_named(tmp_path):
    run = {**RUN, "simulations": [SIMULATION, 5, {**SIMULATION, "task_id": None}]}
    path = write_json(tmp_path / "run.json", run)
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "simulations[1]"
    assert [item.record for item in skipped(read(path, skip_bad=True))] == [
        "simulations[1]",
        "simulations[2]",
    ]
