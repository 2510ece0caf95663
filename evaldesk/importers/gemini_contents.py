"""Contents of Gemini's interface: messages whose parts say by their key what they are."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaldesk.domain.trace import Message, Part
from evaldesk.importers import chat, fields

_GEMINI = frozenset(
    [
        *("text", "thought", "function_call", "functionCall", "function_response"),
        *("functionResponse", "inline_data", "inlineData", "file_data", "fileData"),
        *("executable_code", "executableCode", "code_execution_result", "codeExecutionResult"),
    ]
)


def is_gemini(item: Mapping[str, Any]) -> bool:
    """Whether something has the shape of a content."""
    parts = item.get("parts")
    return (
        isinstance(parts, list)
        and bool(parts)
        and all(
            isinstance(part, dict) and "type" not in part and bool(_GEMINI & set(part))
            for part in parts
        )
    )


def gemini_message(raw: Mapping[str, Any]) -> Message:
    """A content as a message; one of results alone is the tool's."""
    role = str(raw.get("role") or "user")
    role = "assistant" if role == "model" else role
    made: Message = chat.message({"role": role, **fields.rest(raw, ("role", "parts"))})
    more: list[dict[str, Any]] = []
    for index, part in enumerate(fields.mappings(raw.get("parts"))):
        made["parts"].extend(_part(part))
        if kept := fields.rest(part, _GEMINI):  # such as signatures of thoughts
            more.append({"part": index, **kept})
    if more:
        made["metadata"] = {**made.get("metadata", {}), "parts": more}
    if made["parts"] and all(part["type"] == "tool_call_response" for part in made["parts"]):
        made["role"] = "tool"
    return made


def _part(part: Mapping[str, Any]) -> Iterator[Part]:
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
