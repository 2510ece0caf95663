"""Messages as frameworks and providers write them → EvalDesk's messages.

Beside what `chat` reads: LangChain's objects, serialized and plain; Gemini's contents; items of
OpenAI's Responses interface; Anthropic's results of tools inside a user's turn; pydantic-ai's
requests and responses.
"""

from collections.abc import Iterable
from typing import Any

from evaldesk.domain.trace import Message
from evaldesk.importers import chat, fields
from evaldesk.importers.gemini_contents import gemini_message, is_gemini
from evaldesk.importers.langchain_messages import is_langchain, langchain_message
from evaldesk.importers.pydantic_messages import is_pydantic, pydantic_messages
from evaldesk.importers.response_items import is_response_item, join, response_item


def messages(raw: Iterable[Any]) -> list[Message]:
    """A conversation of any of the dialects; what is no message becomes one of text."""
    made: list[Message] = []
    open_items = False
    for item in raw:
        if is_response_item(item):
            new = response_item(item)
            if open_items and new["role"] == "assistant" and made[-1]["role"] == "assistant":
                join(made[-1], new)  # one answer is written as several items
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
        or is_langchain(value)
        or is_gemini(value)
        or is_pydantic(value)
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
    if is_langchain(item):
        return [langchain_message(item)]
    if is_gemini(item):
        return _split(gemini_message(item))
    if is_pydantic(item):
        return pydantic_messages(item)
    extra = item.get("additional_kwargs")
    if isinstance(extra, dict):
        return [langchain_message({**item, "type": item.get("role")})]
    return _split(chat.message(_with_plain_documents(item)))


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
