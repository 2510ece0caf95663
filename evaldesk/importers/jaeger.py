"""Traces as Jaeger's page and its query interface give them."""

from collections.abc import Iterator
from typing import Any

from evaldesk.importers import fields
from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.source import Source
from evaldesk.importers.span_groups import Found, traces_in
from evaldesk.importers.span_records import SpanEvent, SpanRecord, identifier, nanoseconds

_HINT = "Expected: JSON as Jaeger exports it, with “data”, “spans” and “processes”."
_SCOPE = ("otel.scope.name", "otel.scope.version")


class Jaeger:
    """``{data: [{traceID, spans, processes}]}``."""

    name = "jaeger"
    title = "Jaeger traces (JSON)"
    extensions = (".json", ".json.gz")
    description = (
        "Traces as Jaeger saves them. Tags are read as the attributes of OpenTelemetry are, with "
        "the same result: conversation, tools, documents, spans, tokens, cost; logs become events, "
        "a process the resource."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """Spans with Jaeger's spelling of their ids."""
        seen = sketch(source)
        top = seen.members if seen.kind == "object" else fields.mapping(seen.first)
        if _is_trace(top):
            return 0.95
        first = next(iter(fields.mappings(top.get("data"))), {})
        return 0.95 if _is_trace(first) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice: a trace may stand in it in two pieces."""
        return traces_in(source, options, lambda whole: _spans(source))


def _is_trace(value: dict[str, Any]) -> bool:
    spans = fields.mappings(value.get("spans"))
    return (
        "traceID" in value
        and isinstance(value.get("spans"), list)
        and (not spans or "spanID" in spans[0])
    )


def _spans(source: Source) -> Iterator[Found]:
    with JsonReader(source) as reader:
        if reader.peek() == "[":
            for place, trace in reader.array():
                yield from _trace(trace, source, place)
        else:
            whole: dict[str, Any] = {}
            for name in reader.members():
                if name == "data" and reader.peek() == "[":
                    for place, trace in reader.array(name):
                        yield from _trace(trace, source, place)
                else:
                    whole[name] = reader.value(name)
            if "spans" in whole:
                yield from _trace(whole, source, "record 1")
        number = 1
        while reader.peek():
            number += 1
            place = f"record {number}"
            yield from _trace(reader.value(place), source, place)


def _trace(trace: Any, source: Source, place: str) -> Iterator[Found]:
    raw = fields.mapping(trace)
    if "spans" not in raw and isinstance(raw.get("data"), list):
        for index, inner in enumerate(raw["data"]):
            if "data" in fields.mapping(inner):
                yield source.error("It has no “spans”.", _HINT, record=place)
            else:
                yield from _trace(inner, source, f"{place}.data[{index}]")
        return
    if not isinstance(raw.get("spans"), list):
        yield source.error("It has no “spans”.", _HINT, record=place)
        return
    processes = {
        name: {
            "service.name": fields.text(fields.mapping(item).get("serviceName")),
            **_tags(fields.mapping(item).get("tags")),
        }
        for name, item in fields.mapping(raw.get("processes")).items()
    }
    for index, span in enumerate(raw["spans"]):
        where = f"{place}.spans[{index}]"
        if not isinstance(span, dict):
            yield source.error("The span is not an object.", _HINT, record=where)
            continue
        trace_id = identifier(span.get("traceID", raw.get("traceID")), 16)
        span_id = identifier(span.get("spanID"), 8)
        if not trace_id or not span_id:
            missing = "traceID" if not trace_id else "spanID"
            yield source.error(f"The span has no “{missing}”.", _HINT, record=where)
            continue
        yield _span(span, trace_id, span_id, processes, where)


def _span(
    raw: dict[str, Any],
    trace_id: str,
    span_id: str,
    processes: dict[str, dict[str, Any]],
    place: str,
) -> SpanRecord:
    attributes = _tags(raw.get("tags"))
    status = fields.text(attributes.pop("otel.status_code", None)).lower()
    error = fields.text(attributes.pop("otel.status_description", None))
    failed = attributes.pop("error", None)
    if failed not in (None, False, "false"):
        status = status or "error"
        if not isinstance(failed, bool) and failed != "true":
            error = error or fields.text(failed)
    start = nanoseconds(raw.get("startTime"))
    length = fields.amount(raw.get("duration"))
    scope = {name.rpartition(".")[2]: attributes.pop(name, None) for name in _SCOPE}
    kind = fields.text(attributes.pop("span.kind", None))
    more: dict[str, Any] = {
        "span_kind": "" if kind == "internal" else kind,
        "scope": {name: item for name, item in scope.items() if item},
        "warnings": raw.get("warnings"),
    }
    parent, links = _references(raw, trace_id)
    process = raw.get("process")
    resource = processes.get(fields.text(raw.get("processID")), {})
    if isinstance(process, dict):
        resource = {
            "service.name": fields.text(process.get("serviceName")),
            **_tags(process.get("tags")),
        }
    whole = length is not None and start is not None and length < 1e15
    return SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent,
        name=fields.text(raw.get("operationName")),
        start=start,
        end=start + round(length * 1000)
        if whole and start is not None and length is not None
        else None,
        status=status if status in ("ok", "error") else "",
        error=error,
        attributes=attributes,
        events=[_log(item) for item in fields.mappings(raw.get("logs"))],
        links=links,
        resource=resource,
        more={name: item for name, item in more.items() if item not in fields.EMPTY},
        place=place,
    )


def _references(raw: dict[str, Any], trace_id: str) -> tuple[str, list[tuple[str, str]]]:
    """The parent, and what else the span points to."""
    parent = identifier(raw.get("parentSpanID"), 8)
    links: list[tuple[str, str]] = []
    for item in fields.mappings(raw.get("references")):
        trace = identifier(item.get("traceID"), 16)
        span = identifier(item.get("spanID"), 8)
        if item.get("refType") == "CHILD_OF" and trace in ("", trace_id) and not parent:
            parent = span
        elif (trace, span) != (trace_id, parent):
            links.append((trace, span))
    return parent, links


def _log(raw: dict[str, Any]) -> SpanEvent:
    attributes = _tags(raw.get("fields"))
    name = fields.text(attributes.pop("event", None)) or fields.text(
        attributes.pop("message", None)
    )
    return SpanEvent(name or "log", nanoseconds(raw.get("timestamp")), attributes)


def _tags(given: Any) -> dict[str, Any]:
    return {
        fields.text(item.get("key")): item.get("value")
        for item in fields.mappings(given)
        if fields.text(item.get("key"))
    }
