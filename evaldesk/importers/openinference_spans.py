"""Spans as JSON objects, in the spellings of OpenTelemetry's SDKs, Phoenix and data frames."""

from collections.abc import Iterator, Mapping
from typing import Any

from evaldesk.importers import fields
from evaldesk.importers.fields import unwrapped
from evaldesk.importers.openinference_attributes import ROOTS
from evaldesk.importers.otlp_values import attributes_of, get, kind_of, links_of, status_of
from evaldesk.importers.span_attributes import flat
from evaldesk.importers.span_records import SpanEvent, SpanRecord, identifier, nanoseconds

_TRACE = ("trace_id", "traceId", "context.trace_id")
_SPAN = ("span_id", "spanId", "context.span_id")
_PARENT = ("parent_id", "parentId", "parentSpanId", "parent_span_id")
_START = ("start_time", "startTime", "start_time_unix_nano", "startTimeUnixNano")
_END = ("end_time", "endTime", "end_time_unix_nano", "endTimeUnixNano")
_COLUMN = "attributes."
_FEEDBACK = ("annotations", "span_annotations", "spanAnnotations", "evaluations")
_TAKEN = frozenset(
    [
        *_TRACE,
        *_SPAN,
        *_PARENT,
        *_START,
        *_END,
        *_FEEDBACK,
        "context",
        "spanContext",
        "_spanContext",
        "parent",
        "parentSpanContext",
        "name",
        "status",
        "status_code",
        "statusCode",
        "status_message",
        "statusMessage",
        "attributes",
        "events",
        "links",
        "resource",
        "kind",
        "span_kind",
        "spanKind",
        "duration",
        "_duration",
        "ended",
    ]
)
_FORM = ("openinference.span.kind", "llm.input_messages", "llm.output_messages")


def looks_like_span(value: Any) -> bool:
    """Whether something is a span of its own: it has a context of a trace, or says its parent."""
    if not isinstance(value, dict):
        return False
    context = _context(value)
    ids = get(context, *_TRACE) is not None and get(context, *_SPAN) is not None
    timed = any(name in value for name in (*_START, "events", "status", "status_code"))
    said = any(name.startswith(_COLUMN) for name in value) or "attributes" in value
    return ids and (timed or said)


def looks_like_attributes(value: Any) -> bool:
    """Whether something is the attributes of a span alone, as OpenInference names them."""
    return isinstance(value, dict) and any(str(name).startswith(_FORM) for name in value)


def span_from(raw: Mapping[str, Any], place: str) -> SpanRecord:
    """A span from an object, or from a row of a data frame with columns ``attributes.*``.

    Raises:
        ValueError: it has no id of a span.
    """
    if looks_like_attributes(raw) and not looks_like_span(raw):
        return SpanRecord(
            "", "", name=fields.text(raw.get("name")), attributes=dict(raw), place=place
        )
    context = _context(raw)
    span_id = identifier(get(context, *_SPAN), 8)
    if not span_id:
        raise ValueError("The span has no id (“context.span_id”).")
    attributes = _attributes(raw)
    kind = fields.text(get(raw, "span_kind", "spanKind")).rpartition(".")[2]
    if kind and kind.upper() != "UNKNOWN":
        attributes.setdefault("openinference.span.kind", kind)
    status, error = status_of(raw.get("status"))
    if not status:
        status, _ = status_of(get(raw, "status_code", "statusCode"))
    error = error or fields.text(get(raw, "status_message", "statusMessage"))
    more: dict[str, Any] = {"span_kind": kind_of(raw.get("kind"))}
    more |= {
        name: value
        for name, value in raw.items()
        if name not in _TAKEN and not name.startswith(_COLUMN)
    }
    for number, item in enumerate(_feedback(raw)):
        attributes[f"annotations.{_first_free(attributes) + number}.annotation"] = item
    resource = raw.get("resource")
    if isinstance(resource, dict):
        resource = resource.get("attributes", resource)
    return SpanRecord(
        trace_id=identifier(get(context, *_TRACE), 16),
        span_id=span_id,
        parent_id=_parent(raw),
        name=fields.text(raw.get("name")),
        start=nanoseconds(get(raw, *_START)),
        end=nanoseconds(get(raw, *_END)),
        status=status,
        error=error,
        attributes=attributes,
        events=list(_events(raw.get("events"))),
        links=list(links_of(unwrapped(raw.get("links")))),
        resource=attributes_of(resource),
        more={name: value for name, value in more.items() if value not in fields.EMPTY},
        place=place,
    )


def _context(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in ("context", "spanContext", "_spanContext"):
        inner = raw.get(name)
        if isinstance(inner, dict):
            return inner
    return raw


def _parent(raw: Mapping[str, Any]) -> str:
    for name in ("parent", "parentSpanContext"):
        inner = raw.get(name)
        if isinstance(inner, dict):
            return identifier(get(inner, *_SPAN), 8)
    return identifier(get(raw, *_PARENT, "parent"), 8)


def _attributes(raw: Mapping[str, Any]) -> dict[str, Any]:
    given = unwrapped(raw.get("attributes"))
    made = flat(attributes_of(given), ROOTS)
    for name, value in raw.items():
        if name.startswith(_COLUMN) and value is not None:
            inner = name.removeprefix(_COLUMN)
            if isinstance(value, dict) and inner in ROOTS:
                made |= flat({inner: value}, ROOTS)
            else:
                made.setdefault(inner, value)
    return made


def _events(given: Any) -> Iterator[SpanEvent]:
    for item in fields.mappings(unwrapped(given)):
        attributes = attributes_of(item.get("attributes"))
        time = get(item, "timestamp", "time", "time_unix_nano", "timeUnixNano")
        for name, value in item.items():
            # As Phoenix lists exceptions.
            if name in ("message", "exception_message") and fields.text(value):
                attributes.setdefault("exception.message", value)
        yield SpanEvent(fields.text(item.get("name")), nanoseconds(time), attributes)


def _feedback(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What Phoenix lists beside a span, and the columns ``eval.NAME.score`` of its data frames."""
    for name in _FEEDBACK:
        for item in fields.mappings(unwrapped(raw.get(name))):
            result = fields.mapping(item.get("result"))
            made = {**fields.rest(item, ("result", "id", "span_id")), **result}
            kind = get(item, "annotator_kind", "annotatorKind")
            about = {
                key: made.pop(key)
                for key in list(made)
                if key not in ("name", "score", "label", "explanation", "metadata", "identifier")
                and key not in ("annotator_kind", "annotatorKind")
            }
            metadata = fields.mapping(unwrapped(made.get("metadata")))
            yield {**made, "annotator_kind": kind, "metadata": metadata | about}
    named: dict[str, dict[str, Any]] = {}
    for name, value in raw.items():
        prefix, _, rest = name.partition(".")
        if prefix == "eval" and "." in rest and value is not None:
            judged, _, member = rest.rpartition(".")
            named.setdefault(judged, {"name": judged, "annotator_kind": "LLM"})[member] = value
    yield from named.values()


def _first_free(attributes: Mapping[str, Any]) -> int:
    taken = [
        int(part)
        for name in attributes
        if name.startswith("annotations.")
        and (part := name.split(".", 2)[1]).isdecimal()
        and len(part) < 10
    ]
    return max(taken, default=-1) + 1
