"""Anthropic's lines: batches, answers with their requests, conversations in blocks."""

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

TURNS = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "What is on it?", "cache_control": {"type": "ephemeral"}},
            {
                "type": "image",
                "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="},
            },
        ],
    },
    {
        "role": "assistant",
        "content": [
            {"type": "thinking", "thinking": "Zoom first.", "signature": "sig"},
            {"type": "tool_use", "id": "tu_1", "name": "zoom", "input": {"x": 1}},
        ],
    },
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "tu_1", "content": "blurry", "is_error": True},
            {"type": "text", "text": "And?"},
        ],
    },
]
ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [
        {
            "type": "text",
            "text": "A cat.",
            "citations": [{"type": "char_location", "cited_text": "cat"}],
        }
    ],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 4},
}
REQUEST = {"model": "claude-x", "max_tokens": 50, "system": "Look.", "messages": TURNS}


def test_results_of_a_batch(tmp_path):
    lines = [
        {"custom_id": "a", "result": {"type": "succeeded", "message": ANSWER}},
        {
            "custom_id": "b",
            "result": {
                "type": "errored",
                "error": {"type": "error", "error": {"type": "overloaded", "message": "Later."}},
            },
        },
        {"custom_id": "c", "result": {"type": "canceled"}},
        {"custom_id": "d", "result": {"type": "expired"}},
    ]
    path = write_jsonl(tmp_path / "results.jsonl", lines)
    assert detect(Source(path)).name == "anthropic-messages"
    items = read(path)
    good, errored, canceled, expired = traces(items)
    assert [trace.scenario.key for trace in traces(items)] == ["a", "b", "c", "d"]
    assert (good.status, good.system, good.tokens_in, good.tokens_out) == ("ok", "claude-x", 100, 4)
    answer = good.body["messages"][0]
    assert answer["finish_reason"] == "end_turn"
    assert answer["metadata"]["parts"][0]["citations"][0]["cited_text"] == "cat"
    assert good.body["metadata"]["response"]["usage"] == {"cache_read_input_tokens": 90}
    assert (errored.status, errored.error) == ("error", "overloaded: Later.")
    assert (canceled.status, expired.status) == ("incomplete", "incomplete")
    assert expired.body["metadata"]["result_type"] == "expired"
    assert "For 4 answers" in notes(items)


def test_requests_of_a_batch_are_scenarios(tmp_path):
    lines = [{"custom_id": "a", "params": {**REQUEST, "messages": TURNS[:1]}}]
    (scenario,) = scenarios(read(write_jsonl(tmp_path / "in.jsonl", lines)))
    assert scenario.key == "a"
    assert scenario.input[0]["parts"][0]["content"] == "What is on it?"
    assert scenario.metadata["max_tokens"] == 50


@pytest.mark.parametrize("names", [("request", "response"), ("params", "message")], ids="-".join)
def test_a_request_with_its_answer(tmp_path, names):
    pair = {names[0]: REQUEST, names[1]: ANSWER}
    (trace,) = traces(read(write_json(tmp_path / "pair.json", pair)))
    roles = [message["role"] for message in trace.body["messages"]]
    assert roles == ["system", "user", "assistant", "tool", "user", "assistant"]
    image = trace.body["messages"][1]["parts"][1]
    assert image == {
        "type": "blob",
        "modality": "image",
        "mime_type": "image/png",
        "content": "iVBORw0=",
    }
    thinking, call = trace.body["messages"][2]["parts"]
    assert thinking == {"type": "reasoning", "content": "Zoom first."}
    assert call["arguments"] == {"x": 1}
    assert trace.body["messages"][2]["metadata"]["parts"] == [{"part": 0, "signature": "sig"}]
    assert trace.body["messages"][3]["parts"][0]["error"] == "blurry"
    assert trace.body["metadata"]["request"] == {"max_tokens": 50}


def test_a_conversation_in_blocks(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [{"messages": TURNS}])
    assert detect(Source(path)).name == "anthropic-messages"
    (trace,) = traces(read(path))
    assert [m["role"] for m in trace.body["messages"]] == ["user", "assistant", "tool", "user"]


def test_a_document_given_as_text_is_text(tmp_path):
    block = {
        "type": "document",
        "source": {"type": "text", "media_type": "text/plain", "data": "Once."},
        "title": "Tale",
    }
    pair = {"request": {"messages": [{"role": "user", "content": [block]}]}, "response": ANSWER}
    (trace,) = traces(read(write_json(tmp_path / "pair.json", pair)))
    message = trace.body["messages"][0]
    assert message["parts"] == [{"type": "text", "content": "Once."}]
    assert message["metadata"]["parts"] == [{"part": 0, "title": "Tale"}]


def test_what_the_provider_ran_itself_is_a_call_and_its_result(tmp_path):
    content = [
        {"type": "server_tool_use", "id": "st_1", "name": "web_search", "input": {"query": "q"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "st_1",
            "content": [{"type": "web_search_result", "url": "https://example.org"}],
        },
        {"type": "text", "text": "Found."},
    ]
    (trace,) = traces(read(write_json(tmp_path / "a.json", {**ANSWER, "content": content})))
    kinds = [part["type"] for part in trace.body["messages"][0]["parts"]]
    assert kinds == ["tool_call", "tool_call_response", "text"]


@pytest.mark.parametrize("bad", ["text", {"custom_id": None}, {"messages": 3}], ids=str)
def test_bad_lines_are_named(tmp_path, bad):
    good = {"custom_id": "a", "result": {"type": "succeeded", "message": ANSWER}}
    path = write_jsonl(tmp_path / "a.jsonl", [good, bad])
    if bad == {"custom_id": None}:
        assert len(scenarios(read(path))) == 1
        return
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.record == "line 2"
    assert skipped(read(path, skip_bad=True))[0].record == "line 2"
