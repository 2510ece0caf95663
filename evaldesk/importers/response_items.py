"""Items of OpenAI's Responses interface: one answer is written as several."""

from collections.abc import Mapping
from typing import Any

from evaldesk.domain.trace import Message, Part
from evaldesk.importers import chat, fields

_ITEM_CALLS = ("function_call", "custom_tool_call")
_ITEM_OUTPUTS = ("_call_output", "_call_result")


def is_response_item(item: Any) -> bool:
    """Whether something is an item of a response or of its input, but for plain messages."""
    if not isinstance(item, dict):
        return False
    kind = item.get("type")
    if not isinstance(kind, str):
        return False
    if kind == "message":
        return isinstance(item.get("role"), str) and "stop_reason" not in item
    if "role" in item or ("content" in item and kind != "reasoning"):
        return False
    return kind == "reasoning" or kind.endswith(("_call", "_call_output", "_call_result"))


def response_item(item: Mapping[str, Any]) -> Message:
    """An item as a message of its own."""
    kind = str(item["type"])
    if kind == "message":
        raw = {name: value for name, value in item.items() if name not in ("type", "status")}
        made = chat.message(raw)
        metadata = {k: v for k, v in made.get("metadata", {}).items() if v not in fields.EMPTY}
        made.pop("metadata", None)
        if metadata:
            made["metadata"] = metadata
        return made
    if kind == "reasoning":
        thoughts = [
            fields.text(part.get("text"))
            for name in ("summary", "content")
            for part in fields.mappings(item.get(name))
        ]
        made = {
            "role": "assistant",
            "parts": [{"type": "reasoning", "content": "\n\n".join(filter(None, thoughts))}],
        }
        kept = fields.rest(item, ("type", "summary", "content", "status", "id"))
        if kept:
            made["metadata"] = {"reasoning": kept}
        return made
    if kind.endswith(_ITEM_OUTPUTS):
        return chat.message(
            {
                "role": "tool",
                "tool_call_id": item.get("call_id"),
                "content": item.get("output", item.get("result")),
                **fields.rest(item, ("type", "call_id", "output", "result", "status", "id")),
            }
        )
    call: Part = {"type": "tool_call", "name": "", "arguments": {}}
    known = ["type", "status", "id", "call_id"]
    if kind in _ITEM_CALLS or kind == "mcp_call":
        call["name"] = chat.plain_text(item.get("name"))
        call["arguments"] = chat.arguments(item.get("arguments", item.get("input")))
        known += ["name", "arguments", "input"]
    else:  # what the provider runs itself: searches, code, images
        call["name"] = kind.removesuffix("_call")
        call["arguments"] = fields.rest(item, (*known, "results", "output", "outputs", "result"))
    ident = fields.first_text(item.get("call_id"), item.get("id"))
    if ident:
        call["id"] = ident
    made = {"role": "assistant", "parts": [call]}
    answer = next(
        (item[k] for k in ("results", "outputs", "output", "result") if item.get(k)), None
    )
    if answer is not None:
        response: Part = {"type": "tool_call_response", "response": answer}
        if ident:
            response["id"] = ident
        if item.get("error"):
            response["error"] = chat.plain_text(item["error"])
        made["parts"].append(response)
    if kind in (*_ITEM_CALLS, "mcp_call"):
        kept = fields.rest(item, (*known, "results", "output", "outputs", "result", "error"))
        if item.get("call_id") and item.get("id"):
            kept["item_id"] = item["id"]
        if kept:
            made["metadata"] = {"tool_calls": [{"id": ident, **kept}]}
    return made


def join(first: Message, more: Message) -> None:
    """Puts the parts and metadata of an item behind those of the same answer."""
    first["parts"].extend(more["parts"])
    for key, value in more.items():
        if key == "metadata":
            held = dict(first.get("metadata", {}))
            for name, kept in more["metadata"].items():
                if name == "tool_calls" and isinstance(held.get(name), list):
                    held[name] = [*held[name], *kept]
                else:
                    held.setdefault(name, kept)
            first["metadata"] = held
        elif key not in ("role", "parts"):
            first.setdefault(key, value)  # type: ignore[misc]
