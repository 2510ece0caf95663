"""The events of an Inspect sample → spans: what happened when, and for how long."""

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from evaldesk.domain.trace import Message, Span
from evaldesk.importers import cells, chat, fields

_KINDS = {
    "model": "llm",
    "tool": "tool",
    "score": "evaluator",
    "score_edit": "evaluator",
}
_BEGIN_KINDS = {
    "agent": "agent",
    "handoff": "agent",
    "tool": "tool",
    "scorer": "evaluator",
    "scorers": "evaluator",
}
_ERROR_CHARACTERS = 500


def compact_spans(
    events: Sequence[Mapping[str, Any]], conversation: Sequence[Message] = ()
) -> list[Span]:
    """Name, kind, time and duration of each event, under the span that it happened in.

    The events themselves repeat every message of every model call and are not kept.

    Args:
        conversation: to say which message a call of a model or a tool made.
    """
    said = {
        str(ident): index
        for index, message in enumerate(conversation)
        if isinstance(ident := message.get("metadata", {}).get("id"), str)
    }
    answers = {
        str(part["id"]): index
        for index, message in enumerate(conversation)
        for part in message["parts"]
        if part["type"] == "tool_call_response" and part.get("id")
    }
    spans: list[Span] = []
    begun: dict[str, tuple[Span, Any]] = {}
    steps: list[str] = []
    for number, event in enumerate(events):
        what = chat.plain_text(event.get("event"))
        action = event.get("action")
        if what == "span_end" or (what == "step" and action == "end"):
            ended = begun.pop(_key(event, what), None)
            if ended is not None:
                span, start = ended
                took = between(start, event.get("timestamp"))
                if took is not None:
                    span["latency_ms"] = took
                if what == "step" and span.get("id") in steps:
                    del steps[steps.index(span["id"]) :]
            continue
        span = _span(event, what, number)
        if "parent" not in span and steps:
            span["parent"] = steps[-1]
        made = _message(event, what, said, answers)
        if made is not None:
            span["message"] = made
        if what in ("span_begin", "step"):
            begun[_key(event, what)] = (span, event.get("timestamp"))
            if what == "step":
                steps.append(span["id"])
        spans.append(span)
    return spans


def _span(event: Mapping[str, Any], what: str, number: int) -> Span:
    is_span = what == "span_begin"
    names = (event.get(key) for key in ("name", "function", "model", "action"))
    name = next((value for value in names if isinstance(value, str) and value != ""), "")
    kind = _KINDS.get(what, "chain")
    if what in ("span_begin", "step", "subtask"):
        kind = _BEGIN_KINDS.get(fields.text(event.get("type")), "chain")
    # The ids of events are new in every conversion of a log, which is the same log.
    ident = fields.text(event.get("id")) if is_span else ""
    made: Span = {"name": name or what, "id": ident or f"event-{number}", "kind": kind}
    parent = fields.text(event.get("parent_id" if is_span else "span_id"))
    if parent and parent != made["id"]:
        made["parent"] = parent
    time = event.get("timestamp")
    if isinstance(time, str) and time:
        made["started_at"] = utc(time)
    took = milliseconds(event.get("working_time"))
    if took is None:
        took = between(time, event.get("completed"))
    if took is not None:
        made["latency_ms"] = took
    if what == "model":
        if name:
            made["model"] = name
        output = event.get("output")
        usage = output.get("usage") if isinstance(output, dict) else None
        if isinstance(usage, dict):
            made["tokens_in"] = cells.count(usage.get("input_tokens")) or 0
            made["tokens_out"] = cells.count(usage.get("output_tokens")) or 0
    if event.get("error"):
        made["status"] = "error"
        made["error"] = chat.plain_text(event["error"])[:_ERROR_CHARACTERS]
    attributes: dict[str, Any] = {"event": {"span_begin": "span"}.get(what, what)}
    for key in ("type", "role"):
        if isinstance(event.get(key), str) and event[key]:
            attributes[key] = event[key]
    if what == "tool" and isinstance(event.get("id"), str):
        attributes["tool_call_id"] = event["id"]
    made["attributes"] = attributes
    return made


def _message(
    event: Mapping[str, Any], what: str, said: Mapping[str, int], answers: Mapping[str, int]
) -> int | None:
    """Index of the message that an event made."""
    if what == "tool":
        return answers.get(fields.text(event.get("id")))
    if what != "model":
        return None
    choices = fields.mappings(fields.mapping(event.get("output")).get("choices"))
    message = fields.mapping(choices[0].get("message")) if choices else {}
    return said.get(fields.text(message.get("id")))


def _key(event: Mapping[str, Any], what: str) -> str:
    if what == "step":
        return f"step {event.get('type')} {event.get('name')}"
    return chat.plain_text(event.get("id"))


def utc(text: str) -> str:
    """A time in UTC with a Z: a log that is converted writes its times in another zone, and is
    the same log. What has no zone, or is no time, stays as it is.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    try:
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return text


def milliseconds(seconds: Any) -> float | None:
    """Seconds as milliseconds; None for what is no finite number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return round(float(seconds) * 1000, 3) if math.isfinite(seconds) else None
    except OverflowError:
        return None


def between(start: Any, end: Any) -> float | None:
    """Milliseconds from one ISO 8601 time to another; None where one is no time."""
    if not isinstance(start, str) or not isinstance(end, str):
        return None
    try:
        took = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    except (ValueError, TypeError, OverflowError):
        return None
    return round(took.total_seconds() * 1000, 3)
