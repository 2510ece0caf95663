"""Spans for the tests of span formats, in the shape of OTLP."""

import json
from typing import Any

TRACE = "5b8efff798038103d269b633813fc60c"
START = 1_700_000_000 * 10**9


def value(item: Any) -> dict[str, Any]:
    if isinstance(item, bool):
        return {"boolValue": item}
    if isinstance(item, int):
        return {"intValue": str(item)}
    if isinstance(item, float):
        return {"doubleValue": item}
    if isinstance(item, list):
        return {"arrayValue": {"values": [value(one) for one in item]}}
    if isinstance(item, dict):
        return {"kvlistValue": {"values": keyed(item)}}
    return {"stringValue": item}


def keyed(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": name, "value": value(item)} for name, item in attributes.items()]


def span_id(number: int) -> str:
    return f"{number:016x}"


def span(
    number: int,
    parent: int = 0,
    *,
    trace: str = TRACE,
    name: str = "",
    at: float = 0,
    took: float = 1,
    **more: Any,
) -> dict[str, Any]:
    """A span of OTLP; times in seconds after a fixed moment."""
    made = {
        "traceId": trace,
        "spanId": span_id(number),
        "name": name or f"span {number}",
        "startTimeUnixNano": str(START + int(at * 10**9)),
        "endTimeUnixNano": str(START + int((at + took) * 10**9)),
        "attributes": keyed(more.pop("attributes", {})),
        **more,
    }
    if parent:
        made["parentSpanId"] = span_id(parent)
    return made


def event(name: str, at: float = 0, **attributes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "timeUnixNano": str(START + int(at * 10**9)),
        "attributes": keyed(attributes),
    }


def otlp(*spans: dict[str, Any], **resource: Any) -> dict[str, Any]:
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": keyed(resource)},
                "scopeSpans": [{"scope": {"name": "lib", "version": "1"}, "spans": list(spans)}],
            }
        ]
    }


def text(content: str) -> dict[str, Any]:
    return {"type": "text", "content": content}


def said(role: str, content: str) -> dict[str, Any]:
    return {"role": role, "parts": [text(content)]}


def chat_span(
    number: int, parent: int, received: list[Any], made: list[Any], at: float, **attributes: Any
) -> dict[str, Any]:
    """A call of a model by the conventions from 1.37 on."""
    return span(
        number,
        parent,
        at=at,
        name="chat m-1",
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "m-1",
            "gen_ai.input.messages": json.dumps(received),
            "gen_ai.output.messages": json.dumps(made),
            **attributes,
        },
    )
