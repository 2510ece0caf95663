"""Spans in the shape of the domain, without what the trace says elsewhere."""

from collections.abc import Sequence
from typing import Any

from evaldesk.domain.trace import (
    Span,
)
from evaldesk.importers import chat, fields
from evaldesk.importers.genai_attributes import as_json
from evaldesk.importers.span_conventions import error_of
from evaldesk.importers.span_conversation import Conversation
from evaldesk.importers.span_reading import SpanReading, messages_of
from evaldesk.importers.span_records import iso
from evaldesk.importers.span_tree import SpanTree


def span_of(reading: SpanReading, tree: SpanTree, index: int, spoken: dict[int, Any]) -> Span:
    """A span, with its remaining attributes.

    Args:
        spoken: index of a span → index of the message that it made, or the tool that ran.
    """
    record = reading.record
    made: Span = {"name": record.name or "span", "kind": reading.kind}
    if record.span_id:
        made["id"] = record.span_id
    parent = tree.parents[index]
    if parent >= 0 and tree.spans[parent].span_id:
        made["parent"] = tree.spans[parent].span_id
    if record.start is not None:
        made["started_at"] = iso(record.start)
    if record.latency_ms is not None:
        made["latency_ms"] = record.latency_ms
    if record.status:
        made["status"] = record.status
    if record.status == "error":
        made["error"] = error_of(record)
    if reading.model:
        made["model"] = reading.model
    if reading.tokens_in is not None:
        made["tokens_in"] = reading.tokens_in
    if reading.tokens_out is not None:
        made["tokens_out"] = reading.tokens_out
    if reading.cost is not None:
        made["cost"] = reading.cost
    said = spoken.get(index)
    at = said if isinstance(said, int) else getattr(said, "message", None)
    if at is not None:
        made["message"] = at
    attributes = dict(record.more) | reading.attributes
    attributes |= _unplaced(reading, parent, at)
    if reading.events:
        listed = [as_json(event, event.attributes) for event in reading.events]
        attributes["events"] = [*attributes.get("events", []), *listed]
    if record.links:
        attributes["links"] = [{"trace_id": trace, "span_id": span} for trace, span in record.links]
    if attributes:
        made["attributes"] = attributes
    return made


def _unplaced(reading: SpanReading, parent: int, at: int | None) -> dict[str, Any]:
    """What a span was given and answered, where the trace's messages do not say it."""
    made: dict[str, Any] = {}
    if reading.record.parent_id and parent < 0:
        made["parent_span_id"] = reading.record.parent_id
    for name, value in (
        ("input_messages", reading.received),
        ("output_messages", reading.made),
        ("input", reading.given),
        ("output", reading.answer),
    ):
        if value not in fields.EMPTY:
            made[name] = value
    if reading.answered_model and reading.answered_model != reading.model:
        made["gen_ai.response.model"] = reading.answered_model
    if reading.tool is not None:
        tool = reading.tool
        if tool.name and tool.name not in reading.record.name:
            made["tool"] = tool.name
        if tool.arguments not in fields.EMPTY:
            made["arguments"] = tool.arguments
        if at is None and tool.answered:
            made["result"] = tool.result
    if reading.query and not reading.documents:
        made["query"] = reading.query
    if reading.agent and reading.kind == "agent":
        made["gen_ai.agent.name"] = reading.agent
    return made


_SAID_AGAIN = ("messages", "prompt", "contents", "system", "tools", "functions")


_ANSWERED_AGAIN = ("choices", "content", "messages", "message", "text", "usage")


def drop_known(
    readings: Sequence[SpanReading],
    root: SpanReading,
    inner: set[int],
    judged: set[int],
    conversation: Conversation,
    asked: Any,
    answer: str,
) -> None:
    """Takes from the spans what the trace says already: each call repeats all that was said."""
    for index, reading in enumerate(readings):
        if index in inner - judged:
            reading.received, reading.made = [], []
            if isinstance(reading.given, dict):
                reading.given = fields.rest(reading.given, _SAID_AGAIN)
            elif messages_of(reading.given):
                reading.given = None
            if isinstance(reading.answer, dict):
                reading.answer = fields.rest(reading.answer, _ANSWERED_AGAIN)
            else:
                reading.answer = None
            continue
        reading.received = [item for item in reading.received if not conversation.knows(item)]
        reading.made = [item for item in reading.made if not conversation.knows(item)]
        reading.given = _without_known(reading.given, conversation)
        reading.answer = _without_known(reading.answer, conversation)
    if root.given == asked or messages_of(root.given):
        root.given = _without_known(root.given, conversation)
        root.given = None if root.given == asked else root.given
    if answer and (root.answer == answer or chat.plain_text(root.answer) == answer):
        root.answer = None


def _without_known(value: Any, conversation: Conversation) -> Any:
    """A list of messages, or an object with one, without those that the conversation has."""
    if isinstance(value, dict) and isinstance(value.get("messages"), list):
        left = _without_known(value["messages"], conversation)
        return {**value, "messages": left} if left else fields.rest(value, ("messages",))
    if not chat.is_conversation(value):
        return value
    known = [all(conversation.knows(one) for one in messages_of([item])) for item in value]
    return [item for item, there in zip(value, known, strict=True) if not there]
