"""What went into a trace and what came out of it."""

from collections.abc import Sequence
from typing import Any

from evaldesk.domain.trace import (
    Message,
)
from evaldesk.importers import chat, fields, payloads
from evaldesk.importers.record_loop import digest
from evaldesk.importers.span_reading import MODELS, SpanReading, messages_of

_ASKED = ("input", "question", "query", "prompt", "user_input", "message", "text", "request")


_ANSWERED = ("output", "answer", "response", "result", "text", "content", "completion")


def conversation_of_ends(root: SpanReading) -> list[Message]:
    """A conversation out of what went into the root and what came out."""
    made = payloads.given(root.given).messages
    known = [digest(item["parts"]) for item in made]
    answered = payloads.answered(root.answer).messages
    return [*made, *(item for item in answered if digest(item["parts"]) not in known)]


def asked_text(given: Any) -> str:
    """What was asked, as one text."""
    if isinstance(given, dict):
        named = [name for name in _ASKED if given.get(name) not in fields.EMPTY]
        if named:
            return asked_text(given[named[0]])
        if len(given) == 1:
            return asked_text(next(iter(given.values())))
    return "" if given in fields.EMPTY else chat.plain_text(given)


def answer_text(answer: Any) -> str:
    """The final answer, as one text; empty where it is only messages of which none is text."""
    if isinstance(answer, dict):
        if isinstance(answer.get("messages"), list):
            return chat.last_answer(messages_of(answer))
        if answer.get("choices"):
            return chat.last_answer(payloads.answered(answer).messages)
        named = [name for name in _ANSWERED if isinstance(answer.get(name), str) and answer[name]]
        if named:
            return str(answer[named[0]])
    if chat.is_conversation(answer):
        return chat.last_answer(messages_of(answer))
    return "" if answer in fields.EMPTY else chat.plain_text(answer)


def scenario_input(
    root: SpanReading,
    readings: Sequence[SpanReading],
    inner: set[int],
    judged: set[int],
    messages: Sequence[Message],
) -> Any:
    """What the system was asked, so that two runs over the same input have the same: what went
    into the root, else what the first model call was given, else the root's name.
    """
    if root.given not in fields.EMPTY and root.kind not in MODELS:
        asked = [item for item in messages_of(root.given) if item["role"] != "system"]
        if isinstance(root.given, dict | list) and asked:
            return _plain(asked)
        return payloads.plain_question(root.given)
    first = next(
        (readings[at].received for at in sorted(inner - judged) if readings[at].received), None
    )
    if first is None:
        first = [item for item in messages if item["role"] == "user"][:1]
    asked = [item for item in first if item["role"] != "system"]
    return _plain(asked) if asked else root.record.name


def _plain(asked: Sequence[Message]) -> Any:
    """One text where it is one, else the messages by role and parts alone."""
    if len(asked) == 1 and all(part["type"] == "text" for part in asked[0]["parts"]):
        return "\n\n".join(part["content"] for part in asked[0]["parts"])
    return [{"role": item["role"], "parts": item["parts"]} for item in asked]
