"""Messages of frameworks and providers: Gemini, pydantic-ai, Responses, LangChain."""

import pytest

from evaldesk.importers import dialects, payloads


def parts(raw):
    return [(message["role"], message["parts"]) for message in dialects.messages(raw)]


def test_contents_of_gemini_in_both_spellings():
    snake = [
        {
            "role": "user",
            "parts": [{"text": "Hi"}, {"inline_data": {"mime_type": "image/png", "data": "AA"}}],
        },
        {
            "role": "model",
            "parts": [
                {"text": "Hm", "thought": True},
                {"function_call": {"name": "f", "args": {"a": 1}}},
            ],
        },
        {"role": "user", "parts": [{"function_response": {"name": "f", "response": {"b": 2}}}]},
    ]
    camel = [
        {
            "role": "user",
            "parts": [{"text": "Hi"}, {"inlineData": {"mimeType": "image/png", "data": "AA"}}],
        },
        {
            "role": "model",
            "parts": [
                {"text": "Hm", "thought": True},
                {"functionCall": {"name": "f", "args": {"a": 1}}},
            ],
        },
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"b": 2}}}]},
    ]
    assert dialects.is_conversation(snake)
    assert parts(snake) == parts(camel)
    assert parts(snake) == [
        (
            "user",
            [
                {"type": "text", "content": "Hi"},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "AA"},
            ],
        ),
        (
            "assistant",
            [
                {"type": "reasoning", "content": "Hm"},
                {"type": "tool_call", "name": "f", "arguments": {"a": 1}},
            ],
        ),
        ("tool", [{"type": "tool_call_response", "response": {"b": 2}, "name": "f"}]),
    ]


def test_what_gemini_says_besides_is_kept():
    raw = {"role": "model", "parts": [{"text": "x", "thoughtSignature": "s"}]}
    (message,) = dialects.messages([raw])
    assert message["metadata"]["parts"] == [{"part": 0, "thoughtSignature": "s"}]


def test_requests_and_responses_of_pydantic_ai():
    raw = [
        {
            "kind": "request",
            "parts": [
                {"part_kind": "system-prompt", "content": "Be brief."},
                {"part_kind": "user-prompt", "content": "Rain?"},
            ],
        },
        {
            "kind": "response",
            "model_name": "m-1",
            "usage": {"input_tokens": 5, "output_tokens": 2},
            "parts": [
                {"part_kind": "thinking", "content": "Hm."},
                {
                    "part_kind": "tool-call",
                    "tool_name": "f",
                    "args": '{"a":1}',
                    "tool_call_id": "c",
                },
            ],
        },
        {
            "kind": "request",
            "parts": [
                {
                    "part_kind": "tool-return",
                    "tool_name": "f",
                    "content": "yes",
                    "tool_call_id": "c",
                },
                {"part_kind": "retry-prompt", "content": "Again."},
            ],
        },
    ]
    made = dialects.messages(raw)
    assert [message["role"] for message in made] == ["system", "user", "assistant", "tool", "user"]
    answer = made[2]
    assert (answer["model"], answer["tokens_in"], answer["tokens_out"]) == ("m-1", 5, 2)
    assert answer["parts"][1]["arguments"] == {"a": 1}
    assert made[3]["parts"][0]["id"] == "c"


def test_items_of_a_response_are_one_answer_until_somebody_else_speaks():
    raw = [
        {"role": "user", "content": "Rain?"},
        {"type": "reasoning", "summary": [{"text": "Hm."}], "encrypted_content": "z"},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "yes"},
        {"type": "web_search_call", "id": "w", "status": "completed", "action": {"query": "q"}},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Y"}]},
    ]
    made = dialects.messages(raw)
    assert [(m["role"], [part["type"] for part in m["parts"]]) for m in made] == [
        ("user", ["text"]),
        ("assistant", ["reasoning", "tool_call"]),
        ("tool", ["tool_call_response"]),
        ("assistant", ["tool_call", "text"]),
    ]
    assert made[1]["metadata"]["reasoning"] == {"encrypted_content": "z"}
    assert made[3]["parts"][0]["name"] == "web_search"


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "human", "content": "Hi"},
        {"type": "human", "data": {"content": "Hi", "type": "human"}},
        {"lc": 1, "type": "constructor", "id": ["x", "HumanMessage"], "kwargs": {"content": "Hi"}},
        {"role": "user", "content": "Hi"},
    ],
    ids=["plain", "data", "serialized", "openai"],
)
def test_spellings_of_one_message(raw):
    assert dialects.is_message(raw)
    assert parts([raw]) == [("user", [{"type": "text", "content": "Hi"}])]


def test_a_message_of_langchain_keeps_what_it_says_besides():
    raw = {
        "type": "tool",
        "content": "boom",
        "tool_call_id": "c",
        "name": "f",
        "status": "error",
        "artifact": {"rows": 3},
        "additional_kwargs": {"novel": 1},
    }
    (message,) = dialects.messages([raw])
    assert message["parts"][0]["error"] == "boom"
    assert message["metadata"]["artifact"] == {"rows": 3}
    assert message["metadata"]["additional_kwargs"] == {"novel": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Rain?", "Rain?"),
        ('"{\\"question\\": \\"Rain?\\"}"', "Rain?"),
        ({"question": "Rain?"}, "Rain?"),
        ({"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "Rain?"}]},
         "Rain?"),
        ({"contents": [{"role": "user", "parts": [{"text": "Rain?"}]}]}, "Rain?"),
        ({"question": "Rain?", "city": "Oslo"}, {"question": "Rain?", "city": "Oslo"}),
        ('"quoted"', '"quoted"'),
        (None, None),
    ],
    ids=["text", "json", "member", "messages", "contents", "several", "quotes", "nothing"],
)  # fmt: skip
def test_what_was_asked(value, expected):
    assert payloads.plain_question(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "Yes.",
        {"output": "Yes."},
        {"choices": [{"message": {"role": "assistant", "content": "Yes."}}]},
        {"candidates": [{"content": {"role": "model", "parts": [{"text": "Yes."}]}}]},
        {"generations": [[{"text": "Yes."}]]},
        {"object": "response", "output": [
            {"type": "message", "role": "assistant",
             "content": [{"type": "output_text", "text": "Yes."}]}]},
        {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Yes."}]},
        {"output": {"choices": [{"message": {"role": "assistant", "content": "Yes."}}]}},
    ],
    ids=["text", "member", "completion", "gemini", "langchain", "response", "anthropic", "nested"],
)  # fmt: skip
def test_what_was_answered(value):
    (message,) = payloads.answered(value).messages
    assert (message["role"], message["parts"]) == (
        "assistant",
        [{"type": "text", "content": "Yes."}],
    )
