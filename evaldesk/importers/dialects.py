"""Messages as frameworks and providers write them → EvalDesk's messages.

Beside what `chat` reads: LangChain's objects, serialized and plain; Gemini's contents; items of
OpenAI's Responses interface; Anthropic's results of tools inside a user's turn; pydantic-ai's
requests and responses.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from evaldesk.domain.trace import Message, Part
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
_ITEM_CALLS = ("function_call", "custom_tool_call")
_ITEM_OUTPUTS = ("_call_output", "_call_result")
_RESULTS = ("tool_result", "tool_call_response")
_GEMINI = frozenset(
    [
        *("text", "thought", "function_call", "functionCall", "function_response"),
        *("functionResponse", "inline_data", "inlineData", "file_data", "fileData"),
        *("executable_code", "executableCode", "code_execution_result", "codeExecutionResult"),
    ]
)
_PYDANTIC = {
    "system-prompt": "system",
    "instructions": "system",
    "user-prompt": "user",
    "tool-return": "tool",
    "retry-prompt": "tool",
}


def messages(raw: Iterable[Any]) -> list[Message]:
    """A conversation of any of the dialects; what is no message becomes one of text."""
    made: list[Message] = []
    open_items = False
    for item in raw:
        if is_response_item(item):
            new = _response_item(item)
            if open_items and new["role"] == "assistant" and made[-1]["role"] == "assistant":
                _join(made[-1], new)  # one answer is written as several items
            else:
                made.append(new)
            open_items = new["role"] == "assistant"
            continue
        made.extend(_read(item))
        open_items = False
    return made


def is_message(value: Any) -> bool:
    """Whether something has the shape of a message in one of the dialects."""
    return isinstance(value, dict) and (
        chat.is_message(value)
        or is_response_item(value)
        or _is_langchain(value)
        or _is_gemini(value)
        or _is_pydantic(value)
    )


def is_conversation(value: Any) -> bool:
    """Whether something has the shape of a list of messages in one of the dialects."""
    return isinstance(value, list) and bool(value) and all(is_message(item) for item in value)


def is_tool_definition(value: Any) -> bool:
    """Whether a message is none: Langfuse's callback writes the tools as messages of a tool."""
    content = fields.mapping(value).get("content")
    inner = fields.mapping(content).get("function")
    return isinstance(inner, dict) and "name" in inner and "arguments" not in inner


def _read(item: Any) -> list[Message]:
    if not isinstance(item, dict):
        return [chat.text_message("assistant", chat.plain_text(item))]
    if _is_langchain(item):
        return [_langchain(item)]
    if _is_gemini(item):
        return _split(_gemini(item))
    if _is_pydantic(item):
        return _pydantic(item)
    extra = item.get("additional_kwargs")
    if isinstance(extra, dict):
        return [_langchain({**item, "type": item.get("role")})]
    return _split(chat.message(_with_plain_documents(item)))


# ------------------------------------------------------------------------------------ Anthropic


def _split(message: Message) -> list[Message]:
    """Results of tools come in the user's turn; they are the tool's."""
    if message["role"] != "user":
        return [message]
    results = [part for part in message["parts"] if part["type"] == "tool_call_response"]
    if not results:
        return [message]
    others = [part for part in message["parts"] if part["type"] != "tool_call_response"]
    made: list[Message] = [{**message, "role": "tool", "parts": results}]
    if others:
        made.append({"role": "user", "parts": others})
    return made


def _with_plain_documents(item: dict[str, Any]) -> dict[str, Any]:
    """Documents that are given as text are text, not base64."""
    content = item.get("content")
    if not isinstance(content, list):
        return item
    made = []
    for block in content:
        source = fields.mapping(fields.mapping(block).get("source"))
        if block.__class__ is dict and block.get("type") == "document":
            if source.get("type") == "text" and isinstance(source.get("data"), str):
                block = {**block, "type": "text", "text": source["data"], "source": None}
            elif source.get("type") == "content":
                block = {**block, "type": "text", "text": _texts(source.get("content"))}
        made.append(block)
    return {**item, "content": made}


def _texts(content: Any) -> str:
    parts = chat.content_parts(content)
    return "\n".join(part["content"] for part in parts if part["type"] == "text")


# ------------------------------------------------------------------------------------ LangChain


def _is_langchain(item: Mapping[str, Any]) -> bool:
    if "lc" in item and isinstance(item.get("kwargs"), dict):
        return True
    kind = str(item.get("type") or "").lower()
    if kind not in _LANGCHAIN or "role" in item:
        return False
    return "content" in item or isinstance(item.get("data"), dict)


def _langchain(raw: Mapping[str, Any]) -> Message:
    """A message of LangChain: serialized, as ``messages_to_dict`` writes it, or plain."""
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


# --------------------------------------------------------------------------------------- Gemini


def _is_gemini(item: Mapping[str, Any]) -> bool:
    parts = item.get("parts")
    return (
        isinstance(parts, list)
        and bool(parts)
        and all(
            isinstance(part, dict) and "type" not in part and bool(_GEMINI & set(part))
            for part in parts
        )
    )


def _gemini(raw: Mapping[str, Any]) -> Message:
    role = str(raw.get("role") or "user")
    role = "assistant" if role == "model" else role
    made: Message = chat.message({"role": role, **fields.rest(raw, ("role", "parts"))})
    signatures: list[Any] = []
    for part in fields.mappings(raw.get("parts")):
        made["parts"].extend(_gemini_part(part))
        signature = part.get("thought_signature", part.get("thoughtSignature"))
        if signature:
            signatures.append(signature)
    if signatures:
        made["metadata"] = {**made.get("metadata", {}), "thought_signatures": signatures}
    if made["parts"] and all(part["type"] == "tool_call_response" for part in made["parts"]):
        made["role"] = "tool"
    return made


def _gemini_part(part: Mapping[str, Any]) -> Iterator[Part]:
    def either(snake: str, camel: str) -> dict[str, Any]:
        return fields.mapping(part.get(snake, part.get(camel)))

    if isinstance(part.get("text"), str) and part["text"]:
        yield {
            "type": "reasoning" if part.get("thought") is True else "text",
            "content": part["text"],
        }
    if call := either("function_call", "functionCall"):
        made: Part = {
            "type": "tool_call",
            "name": chat.plain_text(call.get("name")),
            "arguments": chat.arguments(call.get("args", call.get("arguments"))),
        }
        if call.get("id") is not None:
            made["id"] = chat.plain_text(call["id"])
        yield made
    if answer := either("function_response", "functionResponse"):
        response: Part = {"type": "tool_call_response", "response": answer.get("response")}
        for key in ("id", "name"):
            if answer.get(key) is not None:
                response[key] = chat.plain_text(answer[key])
        yield response
    if data := either("inline_data", "inlineData"):
        mime = fields.first_text(data.get("mime_type"), data.get("mimeType"))
        yield {
            "type": "blob",
            "modality": mime.partition("/")[0],
            "mime_type": mime or "application/octet-stream",
            "content": fields.text(data.get("data")),
        }
    if file := either("file_data", "fileData"):
        mime = fields.first_text(file.get("mime_type"), file.get("mimeType"))
        where = fields.first_text(file.get("file_uri"), file.get("fileUri"))
        yield {"type": "uri", "modality": mime.partition("/")[0], "mime_type": mime, "uri": where}
    if code := either("executable_code", "executableCode"):
        yield {"type": "tool_call", "name": "code_execution", "arguments": code}
    if result := either("code_execution_result", "codeExecutionResult"):
        yield {"type": "tool_call_response", "name": "code_execution", "response": result}


# ------------------------------------------------------------------- OpenAI's Responses interface


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


def _response_item(item: Mapping[str, Any]) -> Message:
    kind = str(item["type"])
    if kind == "message":
        raw = {name: value for name, value in item.items() if name not in ("type", "status")}
        made = chat.message(_with_plain_documents(raw))
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
        if kept:
            made["metadata"] = {"tool_calls": [{"id": ident, **kept}]}
    return made


def _join(first: Message, more: Message) -> None:
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


# ------------------------------------------------------------------------------------ pydantic-ai


def _is_pydantic(item: Mapping[str, Any]) -> bool:
    parts = item.get("parts")
    return (
        item.get("kind") in ("request", "response")
        and isinstance(parts, list)
        and all(isinstance(part, dict) and "part_kind" in part for part in parts)
    )


def _pydantic(raw: Mapping[str, Any]) -> list[Message]:
    """A request is several messages, a response one."""
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
            made[-1]["parts"].extend(_pydantic_part(kind, part))
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
    if made and about:
        made[-1]["metadata"] = {**made[-1].get("metadata", {}), **about}
    return made


def _pydantic_part(kind: str, part: Mapping[str, Any]) -> list[Part]:
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
