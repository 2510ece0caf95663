"""OTLP's JSON: typed values, lists of attributes, spans and log records."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaldesk.importers import fields
from evaldesk.importers.cells import MAX_INTEGER
from evaldesk.importers.span_records import SpanEvent, SpanRecord, identifier, nanoseconds

_KINDS = {
    "2": "server",
    "3": "client",
    "4": "producer",
    "5": "consumer",
    "SPAN_KIND_SERVER": "server",
    "SPAN_KIND_CLIENT": "client",
    "SPAN_KIND_PRODUCER": "producer",
    "SPAN_KIND_CONSUMER": "consumer",
}
_OK = frozenset(("1", "STATUS_CODE_OK", "OK"))
_ERROR = frozenset(("2", "STATUS_CODE_ERROR", "ERROR"))


def value_of(value: Any) -> Any:
    """The plain JSON value of an ``AnyValue``; what is none as it is."""
    if not isinstance(value, dict):
        return value
    said = value.get("stringValue")
    if type(said) is str:
        return said
    for name, item in value.items():
        match name.replace("_", "").lower():
            case "stringvalue":
                return fields.text(item)
            case "boolvalue":
                return item is True or item == "true"
            case "intvalue":
                number = fields.finite(item) if isinstance(item, str) else item
                if isinstance(item, str) and number is not None:
                    # Through a float the last digits would go.
                    exact = item.strip().removeprefix("-")
                    whole = exact.isdecimal() and len(exact) < 20
                    number = int(item) if whole and abs(int(item)) <= MAX_INTEGER else item
                return number
            case "doublevalue":
                return fields.finite(item)
            case "bytesvalue":
                return fields.text(item)
            case "arrayvalue":
                return [
                    value_of(one) for one in fields.sequence(fields.mapping(item).get("values"))
                ]
            case "kvlistvalue":
                return attributes_of(fields.mapping(item).get("values"))
    return value if value else None


def attributes_of(given: Any) -> dict[str, Any]:
    """Attributes by name, from a list of ``KeyValue`` or from an object."""
    if isinstance(given, dict):
        return {str(name): item for name, item in given.items()}
    return {
        name: value_of(item.get("value"))
        for item in fields.mappings(given)
        if (name := fields.text(item.get("key")))
    }


def status_of(status: Any) -> tuple[str, str]:
    """``ok``, ``error`` or nothing, and the message, of a status in any spelling."""
    if isinstance(status, dict):
        code = status.get("code", status.get("status_code", status.get("statusCode")))
        message = status.get("message", status.get("description"))
    else:
        code, message = status, None
    said = fields.text(code).upper().rpartition(".")[2]
    return "ok" if said in _OK else "error" if said in _ERROR else "", fields.text(message)


def kind_of(kind: Any) -> str:
    """The span's kind where it says something: ``internal`` is what all are."""
    said = fields.text(kind)
    return _KINDS.get(said, _KINDS.get(f"SPAN_KIND_{said.upper().rpartition('.')[2]}", ""))


def get(raw: Mapping[str, Any], *names: str) -> Any:
    """The first of the members that is there."""
    return next((raw[name] for name in names if raw.get(name) is not None), None)


def span_of(
    raw: Mapping[str, Any],
    resource: dict[str, Any],
    scope: dict[str, Any],
    place: str,
    *,
    whole: bool = True,
) -> SpanRecord:
    """One span of OTLP.

    Args:
        whole: False for its ids alone, and what tells whether it only carries feedback.

    Raises:
        ValueError: it has no id of a trace or of a span; says so.
    """
    trace_id = identifier(get(raw, "traceId", "trace_id"), 16)
    span_id = identifier(get(raw, "spanId", "span_id"), 8)
    if not trace_id or not span_id:
        raise ValueError(f"The span has no “{'traceId' if not trace_id else 'spanId'}”.")
    links = list(links_of(raw["links"])) if raw.get("links") else []
    if not whole:
        said = attributes_of(raw.get("attributes")) if links else {}
        return SpanRecord(trace_id, span_id, attributes=said, links=links, place=place)
    status, error = status_of(raw.get("status"))
    more = {
        "trace_state": get(raw, "traceState", "trace_state"),
        "span_kind": kind_of(raw.get("kind")),
        "scope": scope,
    }
    for name in ("droppedAttributesCount", "droppedEventsCount", "droppedLinksCount"):
        more[name] = raw.get(name) or None
    return SpanRecord(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=identifier(get(raw, "parentSpanId", "parent_span_id"), 8),
        name=fields.text(raw.get("name")),
        start=nanoseconds(get(raw, "startTimeUnixNano", "start_time_unix_nano")),
        end=nanoseconds(get(raw, "endTimeUnixNano", "end_time_unix_nano")),
        status=status,
        error=error,
        attributes=attributes_of(raw.get("attributes")),
        events=list(_events(raw.get("events"))),
        links=links,
        resource=resource,
        more={name: item for name, item in more.items() if item not in fields.EMPTY},
        place=place,
    )


def _events(given: Any) -> Iterator[SpanEvent]:
    for item in fields.mappings(given):
        yield SpanEvent(
            fields.text(item.get("name")),
            nanoseconds(get(item, "timeUnixNano", "time_unix_nano", "timestamp", "time")),
            attributes_of(item.get("attributes")),
        )


def links_of(given: Any) -> Iterator[tuple[str, str]]:
    """Trace and span of each link, in any spelling."""
    for item in fields.mappings(given):
        context = fields.mapping(item.get("context")) or item
        trace = identifier(get(context, "traceId", "trace_id", "traceID"), 16)
        span = identifier(get(context, "spanId", "span_id", "spanID"), 8)
        if trace or span:
            yield trace, span


def log_of(
    raw: Mapping[str, Any], resource: dict[str, Any], scope: dict[str, Any], place: str
) -> SpanRecord:
    """One log record of OTLP, as an event of the span that it names."""
    attributes = attributes_of(raw.get("attributes"))
    said = attributes.pop("event.name", None)
    name = fields.first_text(get(raw, "eventName", "event_name"), said)
    time = nanoseconds(
        get(raw, "timeUnixNano", "time_unix_nano")
        or get(raw, "observedTimeUnixNano", "observed_time_unix_nano")
    )
    severity = fields.text(get(raw, "severityText", "severity_text"))
    more: dict[str, Any] = {"scope": scope} if scope else {}
    if severity and severity.upper() != "INFO":
        attributes["severity"] = severity
    return SpanRecord(
        trace_id=identifier(get(raw, "traceId", "trace_id"), 16),
        span_id=identifier(get(raw, "spanId", "span_id"), 8),
        start=time,
        resource=resource,
        more=more,
        place=place,
        event=SpanEvent(name or "log", time, attributes, value_of(raw.get("body"))),
    )
