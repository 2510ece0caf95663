"""Spans as OpenInference writes them and OpenTelemetry's SDKs print them: JSON, lines, exports."""

from collections.abc import Iterator
from typing import Any

from evaldesk.importers import fields
from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.json_stream import BadJson, JsonReader, loads, sketch
from evaldesk.importers.openinference_spans import (
    looks_like_attributes,
    looks_like_span,
    span_from,
)
from evaldesk.importers.records import table_kind
from evaldesk.importers.source import Source
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_conventions import CONVENTIONS
from evaldesk.importers.span_groups import Found, traces_in
from evaldesk.importers.span_reading import SpanReading

_LISTS = ("spans", "data", "traces")
_HINT = "Expected: spans as JSON objects, each with the ids of its trace and of itself."


class OpenInference:
    """Spans as JSON objects: Phoenix, OpenTelemetry's SDKs, any-agent, Vercel's AI SDK."""

    name = "openinference"
    title = "OpenInference and other spans (JSON)"
    extensions = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
    description = (
        "Spans as Phoenix, OpenTelemetry's SDKs, any-agent and the Vercel AI SDK write them, with "
        "nested or dotted attributes: conversation, tool calls and results, tool definitions, "
        "documents with rank, score and query, every span with its remaining attributes, tokens, "
        "cost, session, user, version of the prompt. Annotations of people are kept as such, those "
        "of models and code as scores, also where a span only carries them to another."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """Spans in an array, on lines, or in the list of an export; or attributes alone."""
        seen = sketch(source)
        if seen.kind in ("lines", "array"):
            return _sure(seen.first)
        if seen.kind == "object":
            return _sure(seen.members)
        return 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Reads the file twice, so that only traces that have not ended are held."""
        around: dict[str, Any] = {}

        def read_final_output(attributes: Attributes, into: SpanReading) -> None:
            """What any-agent writes beside the spans is the answer of the root."""
            if "final_output" in around and not into.record.parent_id and into.answer is None:
                into.answer = around["final_output"]

        return traces_in(
            source, options, lambda whole: _spans(source, around), (*CONVENTIONS, read_final_output)
        )


def _sure(value: Any) -> float:
    if looks_like_span(value):
        return 0.9
    if not isinstance(value, dict):
        return 0.0
    if looks_like_attributes(value):
        return 0.85
    for name in _LISTS:
        first = next(iter(fields.sequence(value.get(name))), None)
        if looks_like_span(first):
            return 0.9
        inner = next(iter(fields.sequence(fields.mapping(first).get("spans"))), None)
        if looks_like_span(inner):
            return 0.85
    return 0.0


def _spans(source: Source, around: dict[str, Any]) -> Iterator[Found]:
    kind = table_kind(source)
    if kind == "lines":
        for number, line in source.lines():
            place = f"line {number}"
            try:
                value = loads(line)
            except BadJson as reason:
                yield source.error(f"It is not JSON: {reason}.", _HINT, record=place)
                continue
            yield from _of(value, source, place)
        return
    with JsonReader(source) as reader:
        if reader.peek() == "[":
            for place, value in reader.array():
                yield from _of(value, source, place)
        else:
            alone: dict[str, Any] = {}
            listed = False
            for name in reader.members():
                if name in _LISTS and reader.peek() == "[":
                    listed = True
                    for place, value in reader.array(name):
                        yield from _of(value, source, place)
                else:
                    alone[name] = reader.value(name)
            if listed:
                around |= alone
            else:
                yield from _of(alone, source, "record 1")
        reader.end()


def _of(value: Any, source: Source, place: str) -> Iterator[Found]:
    """The span that a record is, or those that it lists."""
    if isinstance(value, dict) and not looks_like_span(value):
        inner = value.get("spans")
        if isinstance(inner, list):
            for index, item in enumerate(inner):
                yield from _of(item, source, f"{place}.spans[{index}]")
            return
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, dict):
                yield from _of(item, source, f"{place}[{index}]")
            else:
                yield source.error("The span is not an object.", _HINT, record=place)
        return
    if not isinstance(value, dict):
        yield source.error("The span is not an object.", _HINT, record=place)
        return
    try:
        yield span_from(value, place)
    except ValueError as error:
        yield source.error(str(error), _HINT, record=place)
