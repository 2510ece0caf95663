"""OpenAI's lines: fine-tuning, batches, completions and responses, alone or in pairs."""

import json

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.importers.registry import detect
from evaldesk.importers.source import Source
from tests.unit.importers.files import (
    notes,
    read,
    scenarios,
    skipped,
    traces,
    write_json,
    write_jsonl,
)

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
}
LINE = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Rain in Oslo?"},
        {"role": "assistant", "content": None, "tool_calls": [CALL], "weight": 0},
        {"role": "tool", "tool_call_id": "call_1", "content": "yes"},
        {"role": "assistant", "content": "Yes.", "weight": 1},
    ],
    "tools": [TOOL],
    "parallel_tool_calls": False,
}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1700000000,
    "model": "gpt-x-1",
    "system_fingerprint": "fp_1",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Yes.", "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": {
        "prompt_tokens": 11,
        "completion_tokens": 3,
        "total_tokens": 14,
        "prompt_tokens_details": {"cached_tokens": 8},
    },
}
RESPONSE = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1700000000,
    "status": "completed",
    "model": "gpt-x-1",
    "instructions": "Be brief.",
    "prompt": {"id": "pmpt_7", "version": "3"},
    "tools": [{"type": "function", "name": "weather", "parameters": {}}],
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "weather",
            "arguments": '{"city": "Oslo"}',
        },
        {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Looking.", "annotations": []}],
        },
    ],
    "usage": {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25},
}


def test_a_fine_tuning_line(tmp_path):
    path = write_jsonl(tmp_path / "train.jsonl", [LINE])
    assert detect(Source(path)).name == "openai-chat"
    (trace,) = traces(read(path))
    roles = [message["role"] for message in trace.body["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "assistant"]
    assert trace.scenario.input == "Rain in Oslo?"
    assert trace.body["tools"] == [TOOL]
    assert trace.body["messages"][2]["parts"] == [
        {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Oslo"}}
    ]
    weights = [message.get("metadata", {}).get("weight") for message in trace.body["messages"]]
    assert weights == [None, None, 0, None, 1]
    assert trace.body["metadata"]["request"] == {"parallel_tool_calls": False}


def test_the_same_question_is_the_same_scenario_whatever_the_system_prompt(tmp_path):
    other = {"messages": [{"role": "system", "content": "Be long."}, *LINE["messages"][1:]]}
    path = write_jsonl(tmp_path / "train.jsonl", [LINE, other])
    items = read(path)
    first, second = traces(items)
    assert first.scenario == second.scenario
    assert (first.trial, second.trial) == (0, 1)
    assert "taken as trials" in notes(items)


def test_a_preference_keeps_the_answer_that_was_not_preferred(tmp_path):
    line = {
        "input": {"messages": [{"role": "user", "content": "Hi"}], "tools": []},
        "preferred_output": [{"role": "assistant", "content": "Hello!"}],
        "non_preferred_output": [{"role": "assistant", "content": "What."}],
    }
    (trace,) = traces(read(write_jsonl(tmp_path / "dpo.jsonl", [line])))
    assert [part["content"] for m in trace.body["messages"] for part in m["parts"]] == [
        "Hi",
        "Hello!",
    ]
    assert trace.body["metadata"]["non_preferred_output"] == line["non_preferred_output"]


def test_a_batch_before_it_ran_is_scenarios(tmp_path):
    line = {
        "custom_id": "case-1",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "gpt-x", "temperature": 0, "messages": LINE["messages"][:2]},
    }
    (scenario,) = scenarios(read(write_jsonl(tmp_path / "in.jsonl", [line])))
    assert (scenario.key, scenario.input) == ("case-1", "Rain in Oslo?")
    assert scenario.metadata["model"] == "gpt-x"
    assert scenario.metadata["url"] == "/v1/chat/completions"


def test_a_batch_that_ran(tmp_path):
    lines = [
        {
            "id": "batch_req_1",
            "custom_id": "case-1",
            "response": {"status_code": 200, "request_id": "r1", "body": COMPLETION},
            "error": None,
        },
        {
            "id": "batch_req_2",
            "custom_id": "case-2",
            "response": None,
            "error": {"code": "batch_expired", "message": "Too late."},
        },
        {
            "id": "batch_req_3",
            "custom_id": "case-3",
            "response": {"status_code": 400, "body": {"error": {"message": "Bad.", "type": "x"}}},
            "error": None,
        },
    ]
    items = read(write_jsonl(tmp_path / "out.jsonl", lines))
    good, late, bad = traces(items)
    assert [trace.scenario.key for trace in (good, late, bad)] == ["case-1", "case-2", "case-3"]
    assert (good.system, good.tokens_in, good.tokens_out) == ("gpt-x-1", 11, 3)
    assert good.started_at == "2023-11-14T22:13:20.000Z"
    answer = good.body["messages"][0]
    assert answer["finish_reason"] == "stop"
    assert good.body["metadata"]["response"]["usage"] == {
        "prompt_tokens_details": {"cached_tokens": 8}
    }
    assert good.body["metadata"]["request_id"] == "r1"
    assert (late.status, late.error) == ("error", "Too late.")
    assert (bad.status, bad.error) == ("error", "Bad.")
    assert bad.body["metadata"]["status_code"] == 400
    assert "does not say what was asked" in notes(items)


def test_requests_with_their_answers(tmp_path):
    pair = {
        "id": "log-1",
        "request": {"model": "gpt-x", "seed": 7, "messages": LINE["messages"][:2]},
        "response": COMPLETION,
        "latency_ms": 420,
        "timestamp": "2026-01-01T00:00:00Z",
        "user": "u1",
    }
    (trace,) = traces(read(write_jsonl(tmp_path / "log.jsonl", [pair])))
    assert [m["role"] for m in trace.body["messages"]] == ["system", "user", "assistant"]
    assert (trace.latency_ms, trace.started_at) == (420, "2026-01-01T00:00:00Z")
    assert trace.body["messages"][-1]["latency_ms"] == 420
    assert trace.body["metadata"]["request"] == {"seed": 7}
    assert trace.body["metadata"]["user"] == "u1"


def test_other_choices_and_refusals_are_kept(tmp_path):
    choices = [
        {"index": 0, "message": {"role": "assistant", "content": None, "refusal": "No."}},
        {"index": 1, "message": {"role": "assistant", "content": "Fine."}},
    ]
    (trace,) = traces(read(write_json(tmp_path / "one.json", {**COMPLETION, "choices": choices})))
    assert trace.body["messages"][0]["parts"] == [{"type": "refusal", "content": "No."}]
    assert trace.body["metadata"]["response"]["choices"] == [choices[1]]


def test_a_response_is_one_message(tmp_path):
    (trace,) = traces(read(write_json(tmp_path / "response.json", RESPONSE)))
    system, answer = trace.body["messages"]
    assert system["parts"][0]["content"] == "Be brief."
    assert [part["type"] for part in answer["parts"]] == ["reasoning", "tool_call", "text"]
    assert answer["parts"][1]["id"] == "call_1"
    assert (trace.tokens_in, trace.tokens_out) == (20, 5)
    assert trace.body["metadata"]["prompt_version"] == "pmpt_7 v3"


def test_a_response_with_its_input(tmp_path):
    asked = [{"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]}]
    (trace,) = traces(read(write_jsonl(tmp_path / "r.jsonl", [{**RESPONSE, "input": asked}])))
    assert [m["role"] for m in trace.body["messages"]] == ["system", "user", "assistant"]
    assert trace.scenario.input == "Rain?"


def test_an_incomplete_answer_is_said_to_be(tmp_path):
    cut = {**COMPLETION, "choices": [{**COMPLETION["choices"][0], "finish_reason": "length"}]}
    (trace,) = traces(read(write_jsonl(tmp_path / "cut.jsonl", [cut])))
    assert trace.status == "incomplete"


def test_a_page_of_completions(tmp_path):
    page = {"object": "list", "data": [COMPLETION, RESPONSE], "has_more": False}
    assert len(traces(read(write_json(tmp_path / "page.json", page)))) == 2
    assert len(traces(read(write_jsonl(tmp_path / "page.jsonl", [page, page])))) == 4


def test_a_conversation_with_columns_of_its_own_is_left_to_mappings(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"id": 1, "score": 1, **LINE}])
    assert detect(Source(path)).name == "jsonl"


@pytest.mark.parametrize(
    "bad",
    [7, {"messages": "no"}, {"messages": ["no"]}, {}],
    ids=["number", "text", "texts", "empty"],
)
def test_bad_lines_are_named(tmp_path, bad):
    path = write_jsonl(tmp_path / "a.jsonl", [LINE, bad, LINE])
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "line 2"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 2
    assert skipped(items)[0].record == "line 2"


def test_nothing_is_dropped(tmp_path):
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [{**COMPLETION, "novel": [1]}])))
    text = json.dumps(trace.body)
    assert "fp_1" in text
    assert trace.body["metadata"]["response"]["novel"] == [1]
