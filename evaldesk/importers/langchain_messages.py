"""Messages of LangChain: serialized, as ``messages_to_dict`` writes them, or plain."""

from collections.abc import Mapping
from typing import Any

from evaldesk.domain.trace import Message
from evaldesk.importers import chat, fields

_LANGCHAIN = {
    "human": "user",
    "humanmessage": "user",
    "humanmessagechunk": "user",
    "ai": "assistant",
    "aimessage": "assistant",
    "aimessagechunk": "assistant",
    "system": "system",
    "systemmessage": "system",
    "systemmessagechunk": "system",
    "tool": "tool",
    "toolmessage": "tool",
    "toolmessagechunk": "tool",
    "function": "tool",
    "functionmessage": "tool",
    "chat": "assistant",
    "chatmessage": "assistant",
}


def is_langchain(item: Mapping[str, Any]) -> bool:
    """Whether something has the shape of a message of LangChain."""
    if "lc" in item and isinstance(item.get("kwargs"), dict):
        return True
    kind = str(item.get("type") or "").lower()
    if kind not in _LANGCHAIN or "role" in item:
        return False
    return "content" in item or isinstance(item.get("data"), dict)


def langchain_message(raw: Mapping[str, Any]) -> Message:
    """A message, with tokens, model and finish reason where it names them."""
    kind = str(raw.get("type") or "")
    if isinstance(raw.get("kwargs"), dict):
        names = fields.sequence(raw.get("id"))
        kind = str(raw["kwargs"].get("type") or (names[-1] if names else ""))
        raw = raw["kwargs"]
    elif isinstance(raw.get("data"), dict) and "content" not in raw:
        raw = raw["data"]
    role = _LANGCHAIN.get(kind.lower(), kind or "assistant")
    if kind.lower() in ("chat", "chatmessage") and isinstance(raw.get("role"), str):
        role = raw["role"]
    extra = dict(fields.mapping(raw.get("additional_kwargs")))
    about = fields.mapping(raw.get("response_metadata"))
    calls = raw.get("tool_calls") or extra.get("tool_calls")
    extra.pop("tool_calls", None)
    openai: dict[str, Any] = {
        "role": role,
        "content": _without_calls(raw.get("content"), calls),
        "name": raw.get("name"),
        "tool_calls": [
            {**call, "arguments": call["args"], "args": None}
            if isinstance(call, dict) and "args" in call
            else call
            for call in fields.sequence(calls)
        ],
        "tool_call_id": raw.get("tool_call_id"),
        "finish_reason": about.get("finish_reason") or about.get("stop_reason"),
        "model": about.get("model_name") or about.get("model"),
    }
    for name in ("function_call", "refusal", "reasoning_content"):
        openai[name] = extra.pop(name, None)
    if raw.get("status") == "error":
        openai["error"] = chat.plain_text(raw.get("content")) or True
    made = chat.message({key: value for key, value in openai.items() if value not in (None, [])})
    usage = fields.mapping(raw.get("usage_metadata"))
    older = fields.mapping(about.get("token_usage") or about.get("usage"))
    counts = (
        ("tokens_in", usage.get("input_tokens"), ("prompt_tokens", "input_tokens")),
        ("tokens_out", usage.get("output_tokens"), ("completion_tokens", "output_tokens")),
    )
    for name, said, keys in counts:
        found = fields.count(said)
        if found is None:
            found = next(
                (n for key in keys if (n := fields.count(older.get(key))) is not None), None
            )
        if found is not None:
            made[name] = found  # type: ignore[literal-required]
    metadata = dict(made.get("metadata", {}))
    for name, kept in (
        ("additional_kwargs", fields.rest(extra, ())),
        ("response_metadata", fields.rest(about, _ABOUT)),
        ("usage_metadata", _details(usage)),
    ):
        if kept:
            metadata[name] = kept
    metadata |= {
        name: value for name, value in raw.items() if name not in _KNOWN and value not in _NOTHING
    }
    if metadata:
        made["metadata"] = metadata
    return made


_ABOUT = (
    *("finish_reason", "stop_reason", "model_name", "model", "token_usage", "usage", "logprobs"),
)
_KNOWN = frozenset(
    [
        *("role", "type", "content", "name", "tool_calls", "tool_call_id", "additional_kwargs"),
        *("response_metadata", "usage_metadata"),
    ]
)
_NOTHING: tuple[Any, ...] = (None, [], {}, "", False, "success")


def _details(usage: dict[str, Any]) -> dict[str, Any]:
    """What usage tells besides the counts, where it is not all zero."""
    made = {}
    for name, value in usage.items():
        if isinstance(value, dict):
            found = {key: number for key, number in value.items() if number}
            if found:
                made[name] = found
        elif name not in ("input_tokens", "output_tokens", "total_tokens") and value:
            made[name] = value
    return made


def _without_calls(content: Any, calls: Any) -> Any:
    """Content without the blocks that the list of calls says again."""
    if not isinstance(content, list) or not calls:
        return content
    return [
        block
        for block in content
        if not (isinstance(block, dict) and block.get("type") in ("tool_use", "function_call"))
    ]
