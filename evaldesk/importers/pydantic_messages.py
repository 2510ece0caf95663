"""Requests and responses as pydantic-ai writes them; a request is several messages."""

from collections.abc import Mapping
from typing import Any

from evaldesk.domain.trace import Message, Part
from evaldesk.importers import chat, fields

_PYDANTIC = {
    "system-prompt": "system",
    "instructions": "system",
    "user-prompt": "user",
    "tool-return": "tool",
    "retry-prompt": "tool",
}
_PART = ("part_kind", "content", "tool_name", "tool_call_id", "args", "timestamp")


def is_pydantic(item: Mapping[str, Any]) -> bool:
    """Whether something has the shape of a request or a response."""
    parts = item.get("parts")
    return (
        item.get("kind") in ("request", "response")
        and isinstance(parts, list)
        and all(isinstance(part, dict) and "part_kind" in part for part in parts)
    )


def pydantic_messages(raw: Mapping[str, Any]) -> list[Message]:
    """The messages of a request, or the one of a response."""
    about = fields.rest(raw, ("kind", "parts", "model_name", "usage", "timestamp"))
    made: list[Message] = []
    for part in fields.mappings(raw.get("parts")):
        kind = fields.text(part.get("part_kind"))
        role = _PYDANTIC.get(kind, "assistant")
        if kind == "retry-prompt" and not part.get("tool_name"):
            role = "user"
        if role == "assistant":
            if not made:
                made.append({"role": "assistant", "parts": []})
            made[-1]["parts"].extend(_part(kind, part))
        elif role == "tool":
            answer: dict[str, Any] = {
                "role": "tool",
                "content": part.get("content"),
                "name": part.get("tool_name"),
                "tool_call_id": part.get("tool_call_id"),
            }
            if kind == "retry-prompt":
                answer["error"] = chat.plain_text(part.get("content")) or True
            made.append(chat.message(answer))
        else:
            made.append(chat.message({"role": role, "content": part.get("content")}))
    for message in made:
        if message["role"] == "assistant":
            usage = fields.mapping(raw.get("usage"))
            if model := fields.text(raw.get("model_name")):
                message["model"] = model
            for name, keys in (
                ("tokens_in", ("input_tokens", "request_tokens")),
                ("tokens_out", ("output_tokens", "response_tokens")),
            ):
                counts = [n for key in keys if (n := fields.count(usage.get(key))) is not None]
                if counts:
                    message[name] = counts[0]  # type: ignore[literal-required]
    told = [
        {"part": index, **kept}
        for index, part in enumerate(fields.mappings(raw.get("parts")))
        if (kept := fields.rest(part, _PART))
    ]
    if told:
        about["parts"] = told
    if made and about:
        made[-1]["metadata"] = {**made[-1].get("metadata", {}), **about}
    return made


def _part(kind: str, part: Mapping[str, Any]) -> list[Part]:
    if kind in ("tool-call", "builtin-tool-call"):
        return [
            {
                "type": "tool_call",
                "id": fields.text(part.get("tool_call_id")),
                "name": fields.text(part.get("tool_name")),
                "arguments": chat.arguments(part.get("args")),
            }
        ]
    if kind == "builtin-tool-return":
        return [
            {
                "type": "tool_call_response",
                "id": fields.text(part.get("tool_call_id")),
                "response": part.get("content"),
            }
        ]
    if kind == "thinking":
        return [{"type": "reasoning", "content": chat.plain_text(part.get("content"))}]
    return chat.content_parts(part.get("content"))
