"""Trajectories of agents: ATIF, SWE-agent, mini-SWE-agent, OpenHands; failures in Who&When."""

import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Annotation, Score
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source
from tests.unit.importers.files import read, skipped, traces, write_json, write_jsonl

ATIF = {
    "schema_version": "ATIF-v1.6",
    "session_id": "s",
    "agent": {
        "name": "hand",
        "version": "2",
        "model_name": "m-1",
        "tool_definitions": [{"type": "function", "function": {"name": "look"}}],
    },
    "steps": [
        {"step_id": 1, "source": "system", "message": "Work."},
        {
            "step_id": 2,
            "source": "user",
            "timestamp": "2026-01-01T00:00:00Z",
            "message": [
                {"type": "text", "text": "What is it?"},
                {"type": "image", "source": {"media_type": "image/png", "path": "i/1.png"}},
            ],
        },
        {
            "step_id": 3,
            "source": "agent",
            "timestamp": "2026-01-01T00:00:02Z",
            "model_name": "m-2",
            "message": "Let me look.",
            "reasoning_content": "Hm.",
            "tool_calls": [
                {"tool_call_id": "c1", "function_name": "look", "arguments": {"at": 1}},
                {"tool_call_id": "c2", "function_name": "look", "arguments": {"at": 2}},
            ],
            "observation": {
                "results": [
                    {"source_call_id": "c1", "content": "a cat"},
                    {
                        "source_call_id": "c2",
                        "subagent_trajectory_ref": [{"session_id": "x"}],
                    },
                ]
            },
            "metrics": {
                "prompt_tokens": 7,
                "completion_tokens": 3,
                "cached_tokens": 5,
                "cost_usd": 0.5,
            },
            "extra": {"note": 1},
        },
    ],
    "notes": "n",
    "final_metrics": {"total_prompt_tokens": 9, "total_cost_usd": 0.75, "total_steps": 3},
    "extra": {"task_id": "t-1"},
}


def test_atif(tmp_path):
    path = write_json(tmp_path / "a.json", ATIF)
    assert detect(Source(path)).name == "atif"
    (trace,) = traces(read(path))
    _, user, agent, tool = trace.body["messages"]
    assert user["parts"][1] == {
        "type": "uri",
        "modality": "image",
        "uri": "i/1.png",
        "mime_type": "image/png",
    }
    assert [part["type"] for part in agent["parts"]] == [
        "reasoning",
        "text",
        "tool_call",
        "tool_call",
    ]
    assert (agent["model"], agent["tokens_in"], agent["cost"]) == ("m-2", 7, 0.5)
    assert agent["metadata"] == {"extra": {"note": 1}, "metrics": {"cached_tokens": 5}}
    assert [part["id"] for part in tool["parts"]] == ["c1", "c2"]
    assert tool["metadata"]["results"][0]["subagent_trajectory_ref"] == [{"session_id": "x"}]
    assert trace.scenario.key == "t-1"
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (9, 3, 0.75)
    assert (trace.system, trace.latency_ms) == ("m-1 (hand)", 2000)
    assert trace.body["metadata"]["final_metrics"] == {"total_steps": 3}
    assert trace.body["metadata"]["notes"] == "n"
    assert trace.body["tools"] == ATIF["agent"]["tool_definitions"]


ISSUE = "It breaks."
SWE = {
    "environment": "swe_main",
    "trajectory": [
        {
            "action": "open a.py 3\n",
            "observation": "[File a.py]",
            "response": "I look.\n\n```\nopen a.py 3\n```",
            "thought": "I look.\n\n",
            "state": '{"open_file": "a.py"}',
            "execution_time": 0.25,
        },
        {
            "action": "submit\n",
            "observation": "diff --git",
            "response": "Done, and more.",
            "thought": "",
        },
    ],
    "history": [
        {"role": "system", "content": "Setting.", "agent": "primary"},
        {"role": "user", "content": "A demonstration.", "is_demo": True},
        {"role": "user", "content": f"Solve:\nISSUE:\n{ISSUE}\n\nINSTRUCTIONS:\nNow."},
        {
            "role": "assistant",
            "content": "I look.\n\n```\nopen a.py 3\n```",
            "thought": "I look.\n\n",
            "action": "open a.py 3\n",
            "agent": "primary",
        },
        {"role": "user", "content": "[File a.py]\n(Current directory)\nbash-$"},
        {"role": "assistant", "content": "Done, and more.", "thought": "", "action": "submit\n"},
    ],
    "info": {
        "exit_status": "submitted",
        "submission": "diff --git",
        "model_stats": {
            "instance_cost": 0.5,
            "total_cost": 9.0,
            "tokens_sent": 100,
            "tokens_received": 7,
            "api_calls": 2,
        },
    },
}


def test_swe_agent(tmp_path):
    path = write_json(tmp_path / "acme__thing-12.traj", SWE)
    assert detect(Source(path)).name == "swe-agent"
    (trace,) = traces(read(path))
    roles = [message["role"] for message in trace.body["messages"]]
    assert roles == ["system", "user", "user", "assistant", "tool", "assistant", "tool"]
    step, seen = trace.body["messages"][3:5]
    assert step["parts"] == [
        {"type": "text", "content": "I look.\n\n"},
        {
            "type": "tool_call",
            "id": "step-1",
            "name": "open",
            "arguments": {"command": "open a.py 3\n"},
        },
    ]
    assert step["metadata"] == {"state": {"open_file": "a.py"}}
    assert seen["parts"][0]["id"] == "step-1"
    assert seen["latency_ms"] == 250
    assert trace.body["messages"][5]["metadata"]["response"] == "Done, and more."
    assert (trace.scenario.key, trace.scenario.input) == ("acme__thing-12", ISSUE)
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (100, 7, 0.5)
    assert trace.body["output"] == "diff --git"
    assert trace.body["metadata"]["info"]["model_stats"] == {"api_calls": 2}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("submitted", "ok"),
        ("submitted (exit_cost)", "incomplete"),
        ("exit_context", "incomplete"),
        ("exit_environment_error", "error"),
        (None, "incomplete"),
    ],
)
def test_how_an_agent_ended(tmp_path, said, status):
    ended = {**SWE, "info": {**SWE["info"], "exit_status": said, "resolved": True}}
    (trace,) = traces(read(write_json(tmp_path / "a.traj", ended)))
    assert trace.status == status
    assert trace.error == ("" if status == "ok" else said or "")
    assert trace.scores == ({} if status == "error" else {"resolved": Score(1.0)})


def test_swe_agent_with_calls_of_functions(tmp_path):
    turn = {
        "role": "assistant",
        "content": "I look.",
        "thought": "I look.",
        "action": "cat a.py",
        "message_type": "action",
        "tool_calls": [
            {"id": "f1", "function": {"name": "bash", "arguments": '{"command": "cat a.py"}'}}
        ],
    }
    step = {
        "action": "cat a.py",
        "observation": "x = 1",
        "response": "I look.",
        "thought": "I look.",
        "query": [{"role": "user", "content": f"<pr_description>\n{ISSUE}\n</pr_description>"}],
    }
    replay = json.dumps({"agent": {"model": {"name": "m-1"}}, "problem_statement": {"id": "i-1"}})
    record = {
        "environment": "main",
        "trajectory": [step],
        "history": [*step["query"], turn, {"role": "tool", "content": "OBSERVATION:\nx = 1"}],
        "info": {"exit_status": "submitted"},
        "replay_config": replay,
    }
    (trace,) = traces(read(write_json(tmp_path / "a.traj", record)))
    assert [message["role"] for message in trace.body["messages"]] == ["user", "assistant", "tool"]
    call = trace.body["messages"][1]["parts"][1]
    assert (call["name"], call["id"]) == ("bash", "f1")
    assert trace.body["messages"][2]["parts"][0]["id"] == "f1"
    assert (trace.scenario.key, trace.scenario.input, trace.system) == ("i-1", ISSUE, "m-1")
    assert "query" not in json.dumps(trace.body["messages"])


MINI = {
    "trajectory_format": "mini-swe-agent-1",
    "instance_id": "acme__thing-12",
    "info": {
        "exit_status": "Submitted",
        "submission": "diff --git",
        "model_stats": {"instance_cost": 0.02, "api_calls": 1},
        "mini_version": "1.9",
        "config": {"model": {"model_name": "m-1"}},
    },
    "messages": [
        {"role": "system", "content": "You can act."},
        {"role": "user", "content": f"<pr_description>\n{ISSUE}\n</pr_description> Do."},
        {
            "role": "assistant",
            "content": "THOUGHT: look\n\n```bash\nls -l\n```",
            "extra": {
                "response": {
                    "id": "x",
                    "model": "m-1-0101",
                    "choices": [{"message": {"content": "again"}}],
                    "usage": {"prompt_tokens": 50, "completion_tokens": 6, "total_tokens": 56},
                },
                "timestamp": 1700000000.5,
            },
        },
        {"role": "user", "content": "<returncode>0</returncode>\n<output>\na.py\n</output>"},
    ],
}


def test_mini_swe_agent(tmp_path):
    path = write_json(tmp_path / "a.traj.json", MINI)
    assert detect(Source(path)).name == "mini-swe-agent"
    (trace,) = traces(read(path))
    assert [message["role"] for message in trace.body["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]
    answer, seen = trace.body["messages"][2:]
    assert answer["parts"][0]["content"] == "THOUGHT: look"
    assert answer["parts"][1]["arguments"] == {"command": "ls -l"}
    assert seen["parts"][0]["id"] == answer["parts"][1]["id"]
    assert (answer["tokens_in"], answer["model"]) == (50, "m-1-0101")
    assert answer["started_at"].startswith("2023-11-14T")
    assert (trace.tokens_in, trace.tokens_out, trace.cost) == (50, 6, 0.02)
    assert (trace.scenario.key, trace.scenario.input) == ("acme__thing-12", ISSUE)
    assert (trace.system, trace.status, trace.body["output"]) == ("m-1", "ok", "diff --git")


HANDS = {
    "instance_id": "acme__thing-12",
    "instance": {"problem_statement": ISSUE, "patch": "diff gold", "repo": "acme/thing"},
    "instruction": "Fix it.",
    "metadata": {"agent_class": "CodeAct", "llm_config": {"model": "m-1"}},
    "history": [
        {
            "id": 0,
            "timestamp": "2026-01-01T00:00:00",
            "source": "agent",
            "action": "system",
            "args": {"content": "You act.", "tools": [{"type": "function"}]},
        },
        {"id": 1, "source": "user", "action": "message", "args": {"content": "Fix it."}},
        {
            "id": 2,
            "timestamp": "2026-01-01T00:00:03",
            "source": "agent",
            "action": "run",
            "args": {"command": "ls", "thought": "I look."},
            "tool_call_metadata": {
                "function_name": "execute_bash",
                "tool_call_id": "c1",
                "model_response": {
                    "id": "r1",
                    "model": "m-1-0101",
                    "choices": [],
                    "usage": {"prompt_tokens": 5, "completion_tokens": 2},
                },
            },
        },
        {
            "id": 3,
            "cause": 2,
            "source": "agent",
            "observation": "run",
            "content": "a.py",
            "extras": {"metadata": {"exit_code": 0}},
        },
        {"id": 4, "cause": 2, "observation": "error", "content": "gone"},
    ],
    "metrics": {
        "accumulated_cost": 0.5,
        "accumulated_token_usage": {"prompt_tokens": 5, "completion_tokens": 2},
    },
    "test_result": {"git_patch": "diff mine", "report": {"resolved": True}},
    "error": None,
}


@pytest.mark.parametrize("history", ["flat", "pairs"])
def test_openhands(tmp_path, history):
    record = HANDS
    if history == "pairs":
        events = HANDS["history"]
        record = {**HANDS, "history": [[events[0], events[1]], [events[2], events[3]], [events[4]]]}
    path = write_jsonl(tmp_path / "output.jsonl", [record])
    assert detect(Source(path)).name == "openhands"
    (trace,) = traces(read(path))
    roles = [message["role"] for message in trace.body["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "tool"]
    step = trace.body["messages"][2]
    assert step["parts"][1]["arguments"] == {"command": "ls"}
    assert (step["parts"][1]["name"], step["parts"][1]["id"]) == ("execute_bash", "c1")
    assert (step["model"], step["tokens_in"]) == ("m-1-0101", 5)
    assert trace.body["messages"][3]["parts"][0]["id"] == "c1"
    assert trace.body["messages"][4]["parts"][0]["error"] == "gone"
    assert trace.body["tools"] == [{"type": "function"}]
    assert trace.scores == {"resolved": Score(1.0)}
    assert (trace.scenario.input, trace.scenario.expected) == (ISSUE, "diff gold")
    assert trace.scenario.metadata == {"repo": "acme/thing"}
    assert (trace.body["output"], trace.system) == ("diff mine", "m-1 (CodeAct)")
    assert (trace.cost, trace.tokens_in, trace.latency_ms) == (0.5, 5, 3000)


def test_three_agents_answer_the_same_scenario(tmp_path):
    found = [
        traces(read(write_json(tmp_path / name, value)))[0].scenario
        for name, value in (
            ("acme__thing-12.traj", SWE),
            ("b.json", MINI),
            ("c.json", HANDS),
        )
    ]
    assert {(scenario.key, scenario.input) for scenario in found} == {("acme__thing-12", ISSUE)}


WHO = {
    "is_correct": False,
    "question": "How many?",
    "question_ID": "q-1",
    "level": "2",
    "ground_truth": "8",
    "history": [
        {"content": "Plan.", "role": "assistant", "name": "Planner"},
        {"content": "Four.", "role": "user", "name": "Counter"},
        {"content": "exitcode: 1 (failed)\nTrace", "role": "user", "name": "Computer_terminal"},
    ],
    "mistake_agent": "Counter",
    "mistake_step": "1",
    "mistake_reason": "It counted half.",
    "system_prompt": {"Planner": "Plan!"},
}


def test_who_and_when(tmp_path):
    path = write_json(tmp_path / "1.json", WHO)
    assert detect(Source(path)).name == "whowhen"
    (trace,) = traces(read(path))
    assert [(m["role"], m["name"]) for m in trace.body["messages"]] == [
        ("assistant", "Planner"),
        ("assistant", "Counter"),
        ("tool", "Computer_terminal"),
    ]
    assert trace.body["messages"][2]["parts"][0]["error"] == "exitcode: 1 (failed)"
    assert trace.scores == {"is_correct": Score(0.0)}
    assert trace.annotations == (
        Annotation("mistake", label="Counter", comment="It counted half.", metadata={"step": 1}),
    )
    assert trace.scenario.slices == {"level": "2"}
    assert trace.body["metadata"]["system_prompt"] == {"Planner": "Plan!"}


def test_who_and_when_by_hand(tmp_path):
    record = {
        **{
            name: value for name, value in WHO.items() if name not in ("ground_truth", "is_correct")
        },
        "groundtruth": "8",
        "is_corrected": True,
        "history": [
            {"content": "How many?", "role": "human"},
            {"content": "Hm.", "role": "Orchestrator (thought)"},
        ],
        "system_prompt": None,
    }
    (trace,) = traces(read(write_json(tmp_path / "1.json", record)))
    assert [message["role"] for message in trace.body["messages"]] == ["user", "assistant"]
    assert trace.body["messages"][1]["name"] == "Orchestrator (thought)"
    assert trace.scenario.expected == "8"
    assert trace.scores == {"is_correct": Score(1.0)}


@pytest.mark.parametrize(
    ("name", "good", "key"),
    [
        ("atif", ATIF, "steps"),
        ("swe-agent", SWE, "trajectory"),
        ("mini-swe-agent", MINI, "messages"),
        ("openhands", HANDS, "history"),
        ("whowhen", WHO, "history"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_record_is_named(tmp_path, name, good, key):
    path = write_jsonl(tmp_path / "a.jsonl", [good, {**good, key: "no"}])
    with pytest.raises(InputError) as caught:
        read(path, format=name)
    assert caught.value.record == "line 2"
    items = read(path, format=name, skip_bad=True)
    assert len(traces(items)) == 1
    assert skipped(items)[0].record == "line 2"
