"""OpenTelemetry's own JSON: traces and events, on lines or in one document, also Tempo's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers import fields
from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.genai_attributes import is_genai_event
from evaldesk.importers.json_stream import BadJson, JsonReader, loads, sketch
from evaldesk.importers.otlp_values import attributes_of, get, log_of, span_of
from evaldesk.importers.records import table_kind
from evaldesk.importers.source import Source
from evaldesk.importers.span_groups import Found, traces_in

_BLOCKS = frozenset(("resourceSpans", "resource_spans", "batches", "resourceLogs", "resource_logs"))
_SCOPES = frozenset(
    [
        "scopeSpans",
        "scope_spans",
        "instrumentationLibrarySpans",
        "instrumentation_library_spans",
        "ilSpans",
        "scopeLogs",
        "scope_logs",
        "instrumentationLibraryLogs",
    ]
)
_SCOPE = frozenset(("scope", "instrumentationLibrary", "instrumentation_library"))
_ITEMS = frozenset(("spans", "logRecords", "log_records", "logs"))
_WRAPPINGS = frozenset(("result", "trace", "data"))
_HINT = "Expected: OTLP as JSON, with “resourceSpans”, “resourceLogs” or “batches”."


_Late = dict[str, dict[str, Any]]
"""Place → resource or scope that stands behind its spans: known in the second reading."""


class Otlp:
    """``TracesData`` and ``LogsData`` of OpenTelemetry as JSON."""

    name = "otlp"
    title = "OpenTelemetry traces (OTLP/JSON)"
    extensions = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
    description = (
        "Spans of all eras of the GenAI conventions (messages as events or as attributes), of "
        "OpenInference, OpenLLMetry, Google ADK and the Vercel AI SDK: the conversation with each "
        "message once, tool calls and results, tool definitions, retrieved documents, every span "
        "with its time, tokens, cost and remaining attributes, evaluation results as scores, "
        "session, user and version of the prompt. One trace for each trace id."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """The names of OTLP's own messages at the top, or one level below."""
        seen = sketch(source)
        top = seen.members if seen.kind == "object" else seen.first
        if not isinstance(top, dict):
            return 0.0
        if _BLOCKS & set(top):
            return 0.95
        inner = (fields.mapping(top.get(name)) for name in _WRAPPINGS)
        return 0.95 if any(_BLOCKS & set(item) for item in inner) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice, so that only traces that have not ended are held."""
        late: _Late = {}
        return traces_in(source, options, lambda whole: spans_of(source, late, whole=whole))


@dataclass(slots=True)
class _Reading:
    """One reading of a file.

    Attributes:
        late: filled with what stands behind its spans, and used where a first reading filled it.
        whole: whether spans are wanted with all that they say.
    """

    source: Source
    late: _Late
    whole: bool

    def bad(self, reason: str, place: str) -> InputError:
        """Why something is no span."""
        return self.source.error(reason, _HINT, record=place)


def spans_of(source: Source, late: _Late | None = None, *, whole: bool = True) -> Iterator[Found]:
    """The spans and log records of a file in its order.

    Args:
        late: place → resource or scope that stands behind its spans: filled by one reading, used
            by the next.
        whole: False for ids alone.
    """
    reading = _Reading(source, {} if late is None else late, whole)
    kind = table_kind(source)
    if kind == "lines":
        for number, line in source.lines():
            place = f"line {number}"
            try:
                document = loads(line)
            except BadJson as reason:
                yield reading.bad(f"It is not JSON: {reason}.", place)
                continue
            yield from _document(document, reading, place)
        return
    with JsonReader(source) as reader:
        if reader.peek() == "[":
            for place, document in reader.array():
                yield from _document(document, reading, place)
        else:
            for name in reader.members():
                if name in _BLOCKS and reader.peek() == "[":
                    for place in reader.elements(name):
                        yield from _block(reader, reading, place)
                else:
                    value = reader.value(name)
                    if name in _WRAPPINGS and isinstance(value, dict):
                        yield from _document(value, reading, name)
        reader.end()


def _block(reader: JsonReader, reading: _Reading, place: str) -> Iterator[Found]:
    """The spans of one resource, piece by piece: all of a file may be in one."""
    if reader.peek() != "{":
        reader.value(place)
        yield reading.bad("It is not an object.", place)
        return
    resource: dict[str, Any] = dict(reading.late.get(place, {}))
    begun = False
    for name in reader.members():
        if name in _SCOPES and reader.peek() == "[":
            begun = True
            for inner in reader.elements(f"{place}.{name}"):
                yield from _scope(reader, reading, resource, inner)
        else:
            value = reader.value(f"{place}.{name}")
            if name == "resource":
                resource |= attributes_of(fields.mapping(value).get("attributes"))
                if begun:
                    reading.late[place] = resource


def _scope(
    reader: JsonReader, reading: _Reading, resource: dict[str, Any], place: str
) -> Iterator[Found]:
    if reader.peek() != "{":
        reader.value(place)
        yield reading.bad("It is not an object.", place)
        return
    scope: dict[str, Any] = dict(reading.late.get(place, {}))
    begun = False
    for name in reader.members():
        if name in _ITEMS and reader.peek() == "[":
            begun = True
            for inner, raw in reader.array(f"{place}.{name}"):
                yield from _item(raw, resource, scope, reading, inner)
        else:
            value = reader.value(f"{place}.{name}")
            if name in _SCOPE:
                scope |= _scope_of(value)
                if begun:
                    reading.late[place] = scope


def _document(document: Any, reading: _Reading, place: str) -> Iterator[Found]:
    """The spans of a document that is in memory."""
    if not isinstance(document, dict):
        yield reading.bad("It is not an object.", place)
        return
    blocks = [item for name in _BLOCKS & set(document) for item in fields.sequence(document[name])]
    if not blocks:
        inner = [fields.mapping(document.get(name)) for name in sorted(_WRAPPINGS)]
        for item in inner:
            if _BLOCKS & set(item):
                yield from _document(item, reading, place)
                return
        if not _BLOCKS & set(document):
            yield reading.bad("It holds no spans.", place)
        return
    for block in blocks:
        raw = fields.mapping(block)
        resource = attributes_of(fields.mapping(raw.get("resource")).get("attributes"))
        for name in _SCOPES & set(raw):
            for item in fields.mappings(raw[name]):
                scope = _scope_of(get(item, *sorted(_SCOPE)))
                for member in _ITEMS & set(item):
                    for one in fields.sequence(item[member]):
                        yield from _item(one, resource, scope, reading, place)


def _item(
    raw: Any, resource: dict[str, Any], scope: dict[str, Any], reading: _Reading, place: str
) -> Iterator[Found]:
    if not isinstance(raw, dict):
        yield reading.bad("The span is not an object.", place)
        return
    is_log = any(name in raw for name in ("body", "severityNumber", "eventName", "logRecordId"))
    is_log = is_log or ("timeUnixNano" in raw and "startTimeUnixNano" not in raw)
    if is_log or "observedTimeUnixNano" in raw:
        record = log_of(raw, resource, scope, place)
        # A log record of no trace says nothing of one, unless it holds a model's answer itself.
        assert record.event is not None
        if record.trace_id or is_genai_event(record.event.name):
            yield record
        return
    try:
        yield span_of(raw, resource, scope, place, whole=reading.whole)
    except ValueError as error:
        yield reading.bad(str(error), place)


def _scope_of(value: Any) -> dict[str, Any]:
    given = fields.mapping(value)
    made = {name: fields.text(given.get(name)) for name in ("name", "version")}
    more = attributes_of(given.get("attributes"))
    return {name: item for name, item in {**made, "attributes": more}.items() if item}
