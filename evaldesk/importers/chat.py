"""Chat messages of several dialects → EvalDesk's messages of parts.

Reads what OpenAI's and Anthropic's interfaces, tau-bench, tau2 and Inspect write. Nothing is
dropped: what has no place of its own goes into the message's ``metadata``.
"""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Message, Part
from evaldesk.importers.json_stream import loads_strictly

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "customer": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "agent": "assistant",
    "tool": "tool",
    "function": "tool",
    "ipython": "tool",
}
_TEXT_TYPES = frozenset(("text", "input_text", "output_text"))
_MEDIA = ("image", "audio", "video", "document")
_HANDLED = frozenset(
    [
        "role",
        "content",
        "parts",
        "name",
        "tool_calls",
        "function_call",
        "tool_call_id",
        "refusal",
        "reasoning",
        "reasoning_content",
        "thinking_blocks",
        "finish_reason",
        "error",
        "model",
        "tool_messages",
    ]
)


def is_message(value: Any) -> bool:
    """Whether something looks like a chat message."""
    return isinstance(value, dict) and (
        isinstance(value.get("role"), str) or isinstance(value.get("from"), str)
    )


def is_conversation(value: Any) -> bool:
    """Whether something looks like a list of chat messages."""
    return isinstance(value, list) and bool(value) and all(is_message(item) for item in value)


def text_message(role: str, text: str) -> Message:
    """A message of one text."""
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def message(raw: Mapping[str, Any]) -> Message:
    """One message of any of the dialects.

    Args:
        raw: the source's message; an unknown role is taken for an assistant of that name, as
            logs of several agents write it.
    """
    if "from" in raw and "role" not in raw:  # ShareGPT's spelling
        raw = {"role": raw["from"], "content": raw.get("value")} | {
            key: value for key, value in raw.items() if key not in ("from", "value")
        }
    said = str(raw.get("role") or "")
    role = _ROLES.get(said.lower(), "assistant")
    made: Message = {"role": role, "parts": []}
    metadata: dict[str, Any] = {}
    if said and role != said:
        metadata["source_role"] = said
        if said.lower() not in _ROLES:
            made["name"] = said
    name = raw.get("name")
    if isinstance(name, str) and name:
        made["name"] = name
    parts = made["parts"]
    parts.extend(_reasoning(raw))
    if role == "tool":
        parts.extend(_responses(raw, metadata))
    else:
        parts.extend(content_parts(raw.get("parts") or raw.get("content")))
        if raw.get("error") is not None:
            metadata["error"] = raw["error"]
    _keep_extras(raw.get("content"), metadata)
    refusal = raw.get("refusal")
    if isinstance(refusal, str) and refusal:
        parts.append({"type": "refusal", "content": refusal})
    parts.extend(_calls(raw, metadata))
    for key in ("finish_reason", "model"):
        value = raw.get(key)
        if isinstance(value, str) and value:
            made[key] = value
    for key, value in raw.items():
        if key not in _HANDLED and value is not None:
            metadata[key] = value
    if metadata:
        made["metadata"] = metadata
    return made


def messages(raw: Iterable[Any]) -> list[Message]:
    """A conversation; what is not a message becomes one of text, so that nothing is lost."""
    return [
        message(item) if isinstance(item, dict) else text_message("assistant", plain_text(item))
        for item in raw
    ]


def content_parts(content: Any) -> list[Part]:
    """The parts of a message's content: a string, a part, a list of parts, or nothing."""
    if content is None or content == "":
        return []
    if isinstance(content, str):
        return [{"type": "text", "content": content}]
    if isinstance(content, dict):
        return [_part(content)]
    if isinstance(content, list):
        made: list[Part] = []
        for item in content:
            if isinstance(item, dict):
                made.append(_part(item))
            elif item is not None:
                made.append({"type": "text", "content": plain_text(item)})
        return made
    return [{"type": "text", "content": plain_text(content)}]


def arguments(value: Any) -> Any:
    """Arguments of a tool call: parsed where they are JSON in a string, else as they are."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return loads_strictly(value)
        except (ValueError, RecursionError):
            return value
    return {} if value is None else value


def plain_text(value: Any) -> str:
    """A value as text: strings as they are, nothing as nothing, the rest as JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return canonical_json(value).decode("utf-8")


def last_answer(conversation: Iterable[Message]) -> str:
    """The text of the last assistant message that has one."""
    answer = ""
    for item in conversation:
        if item["role"] == "assistant":
            text = "\n".join(part["content"] for part in item["parts"] if part["type"] == "text")
            answer = text or answer
    return answer


def _part(raw: Mapping[str, Any]) -> Part:
    kind = str(raw.get("type") or "")
    if kind in _TEXT_TYPES or (not kind and isinstance(raw.get("text"), str)):
        text = raw.get("text", raw.get("content"))
        return {"type": "text", "content": plain_text(text)}
    if kind in ("reasoning", "thinking"):
        return {"type": "reasoning", "content": _thought(raw)}
    if kind == "redacted_thinking":
        return {"type": "reasoning", "content": ""}
    if kind == "refusal":
        return {"type": "refusal", "content": plain_text(raw.get("refusal", raw.get("content")))}
    if kind in ("tool_call", "tool_use", "function_call", "server_tool_use", "mcp_tool_use"):
        return _call(raw)
    if kind in ("tool_call_response", "function_call_output") or kind.endswith("tool_result"):
        return _response(raw)
    if kind in ("blob", "uri"):
        return cast(Part, dict(raw))
    media = _media(kind, raw)
    if media is not None:
        return media
    return {"type": "text", "content": plain_text(dict(raw))}


_PART_KEYS = frozenset(
    [
        "type",
        "text",
        "content",
        "reasoning",
        "thinking",
        "summary",
        "refusal",
        "id",
        "call_id",
        "tool_use_id",
        "tool_call_id",
        "name",
        "function",
        "arguments",
        "input",
        "output",
        "response",
        "result",
        "image",
        "image_url",
        "audio",
        "input_audio",
        "video",
        "document",
        "source",
        "mime_type",
        "modality",
        "uri",
        "error",
        "is_error",
    ]
)


def _keep_extras(content: Any, metadata: dict[str, Any]) -> None:
    """Keys of content parts that have no place in a part, such as signatures and citations."""
    for index, item in enumerate(content if isinstance(content, list) else []):
        if isinstance(item, dict) and isinstance(item.get("type"), str):
            extra = {
                key: value
                for key, value in item.items()
                if key not in _PART_KEYS and value not in (None, [], {}, False)
            }
            if extra:
                metadata.setdefault("parts", []).append({"part": index} | extra)


def _thought(raw: Mapping[str, Any]) -> str:
    for key in ("reasoning", "thinking", "summary", "content", "text"):
        value = raw.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def _media(kind: str, raw: Mapping[str, Any]) -> Part | None:
    if kind == "input_audio" and isinstance(raw.get("input_audio"), dict):
        audio = raw["input_audio"]
        return {
            "type": "blob",
            "modality": "audio",
            "mime_type": f"audio/{audio.get('format') or 'wav'}",
            "content": plain_text(audio.get("data")),
        }
    modality = next((word for word in _MEDIA if word in kind), None)
    if modality is None:
        return None
    where: Any = raw.get(kind, raw.get(modality, raw.get("source")))
    if isinstance(where, dict):
        if isinstance(where.get("data"), str):
            return {
                "type": "blob",
                "modality": modality,
                "mime_type": plain_text(where.get("media_type") or "application/octet-stream"),
                "content": where["data"],
            }
        where = where.get("url")
    if not isinstance(where, str):
        return None
    if where.startswith("data:"):
        head, _, data = where[5:].partition(",")
        mime = head.partition(";")[0] or "application/octet-stream"
        return {"type": "blob", "modality": modality, "mime_type": mime, "content": data}
    return {"type": "uri", "modality": modality, "uri": where}


def _reasoning(raw: Mapping[str, Any]) -> list[Part]:
    blocks = raw.get("thinking_blocks")
    if isinstance(blocks, list) and blocks:
        return [
            {"type": "reasoning", "content": _thought(block)}
            for block in blocks
            if isinstance(block, dict)
        ]
    for key in ("reasoning_content", "reasoning"):
        value = raw.get(key)
        if value:
            return [{"type": "reasoning", "content": plain_text(value)}]
    return []


def _calls(raw: Mapping[str, Any], metadata: dict[str, Any]) -> list[Part]:
    calls = raw.get("tool_calls")
    made: list[Part] = []
    for item in calls if isinstance(calls, list) else []:
        if isinstance(item, dict):
            made.append(_call(item))
            extra = {
                key: value
                for key, value in item.items()
                if key not in _CALL_KEYS and value not in (None, [], {})
            }
            if extra and extra != {"requestor": raw.get("role")}:
                metadata.setdefault("tool_calls", []).append({"id": item.get("id")} | extra)
        else:
            made.append({"type": "text", "content": plain_text(item)})
    legacy = raw.get("function_call")
    if isinstance(legacy, dict):
        made.append(_call(legacy))
    return made


_CALL_KEYS = frozenset(
    ("id", "call_id", "type", "function", "name", "arguments", "input", "custom")
)


def _call(raw: Mapping[str, Any]) -> Part:
    inner = raw.get("function", raw.get("custom"))
    name: Any = raw.get("name")
    given: Any = raw.get("arguments", raw.get("input"))
    if isinstance(inner, dict):
        name = inner.get("name", name)
        given = inner.get("arguments", inner.get("input", given))
    elif isinstance(inner, str):  # Inspect and lists of flat calls
        name = inner
    made: Part = {"type": "tool_call", "name": plain_text(name), "arguments": arguments(given)}
    ident = raw.get("id") or raw.get("call_id")
    if ident is not None:
        made["id"] = plain_text(ident)
    return made


def _responses(raw: Mapping[str, Any], metadata: dict[str, Any]) -> list[Part]:
    several = raw.get("tool_messages")
    if isinstance(several, list):  # tau2 writes the answers to parallel calls as one message
        metadata["tool_messages"] = [
            {key: value for key, value in item.items() if key not in ("content", "role")}
            for item in several
            if isinstance(item, dict)
        ]
        return [_response(item) for item in several if isinstance(item, dict)]
    content = raw.get("parts") or raw.get("content")
    if isinstance(content, list) and content and isinstance(content[0], dict):
        kinds = {str(item.get("type")) for item in content if isinstance(item, dict)}
        if kinds <= {"tool_call_response", "tool_result"}:
            return [_part(item) for item in content if isinstance(item, dict)]
        return (
            [_response(raw, None), *content_parts(content)]
            if kinds - _TEXT_TYPES
            else [_response(raw, "".join(part["content"] for part in content_parts(content)))]
        )
    return [_response(raw)]


_ABSENT = object()


def _response(raw: Mapping[str, Any], response: Any = _ABSENT) -> Part:
    if response is _ABSENT:
        response = raw.get("response", raw.get("result", raw.get("content", raw.get("output"))))
    made: Part = {"type": "tool_call_response", "response": response}
    ident = raw.get("tool_call_id") or raw.get("tool_use_id") or raw.get("call_id") or raw.get("id")
    if ident is not None:
        made["id"] = plain_text(ident)
    name = raw.get("name") or raw.get("function")
    if isinstance(name, str):
        made["name"] = name
    error = raw.get("error")
    if isinstance(error, dict):
        error = error.get("message") or plain_text(error)
    if error is True or raw.get("is_error") is True:
        error = plain_text(response) or "failed"
    if error:
        made["error"] = plain_text(error)
    return made
