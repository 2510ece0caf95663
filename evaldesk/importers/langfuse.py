"""Langfuse: traces with their observations, and files of observations alone."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.importers.complete_groups import complete_groups
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.langfuse_trace import camel, trace_of
from evaldesk.importers.record_loop import Loop, documents, first_document
from evaldesk.importers.records import Row
from evaldesk.importers.source import Source

_OBSERVATION = frozenset(
    ("startTime", "endTime", "parentObservationId", "usageDetails", "level", "statusMessage")
)
_TRACE = frozenset(
    ("sessionId", "userId", "tags", "release", "htmlPath", "totalCost", "latency", "timestamp")
)
_TABLE = frozenset(
    ("tags", "release", "version", "public", "bookmarked", "environment", "projectId")
)


class Langfuse:
    """``{trace, observations}``, a trace with its observations, or observations by ``traceId``."""

    name = "langfuse"
    title = "Langfuse traces or observations"
    extensions = (".json", ".jsonl", ".json.gz", ".jsonl.gz")
    description = (
        "Observations as messages, spans, tools and retrieved documents, with model, tokens, cost "
        "and time; prompt name and version. Scores of programs are scores, scores of people "
        "annotations. The trace's input, or the dataset item, is the scenario. Session, user, "
        "tags, environment and metadata are kept."
    )
    mapped = False

    def recognises(self, source: Source) -> float:
        """A trace beside its observations, or what only Langfuse calls so."""
        seen = sketch(source)
        record = camel(_first(source))
        if isinstance(record.get("trace"), dict) and isinstance(record.get("observations"), list):
            return 0.97
        if isinstance(record.get("batch"), list) and record["batch"]:
            event = record["batch"][0]
            kind = event.get("type") if isinstance(event, dict) else None
            return 0.9 if isinstance(kind, str) and kind.endswith(("-create", "-update")) else 0.0
        if "traceId" in record and isinstance(record.get("type"), str):
            return 0.95 if len(_OBSERVATION & set(record)) >= 3 else 0.0
        observations = record.get("observations")
        if isinstance(observations, list) and "id" in record and len(_TRACE & set(record)) >= 3:
            return 0.95
        # A table of traces, as the window of Langfuse exports it.
        known = {"id", "timestamp", "sessionId", "userId"} <= set(record)
        return 0.6 if known and len(_TABLE & set(record)) >= 2 and seen.kind != "other" else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Observations of a trace may stand apart: the file is read twice where they do."""
        yield RunHeader()
        loop = Loop(source, options, once=True)
        empty = True
        with closing(complete_groups(lambda: _rows(source), _trace_id)) as groups:
            for group in groups:
                empty = False
                place, record, raw = group[0]
                if len(group) > 1:
                    record, raw = _together(group), b"".join(row[2] for row in group)
                yield from loop.one(trace_of, place, record, raw)
        if empty:
            raise source.error("It holds no traces.", "Check that it is the file you meant.")
        yield from loop.notes()


def _first(source: Source) -> dict[str, Any]:
    """The first record; of a page of the interface, the first of its data."""
    record = first_document(source)
    data = record.get("data")
    if isinstance(data, list) and data and isinstance(data[0], dict):
        return data[0]
    return record


def _trace_id(record: dict[str, Any]) -> str:
    """Of an observation; a trace is complete by itself."""
    found = record.get("traceId", record.get("trace_id"))
    whole = isinstance(record.get("observations"), list) or "trace" in record
    return found if isinstance(found, str) and not whole else ""


def _rows(source: Source) -> Iterator[Row]:
    """The records of a file: of pages, what they list; of events, what they made."""
    for place, record, raw in documents(source):
        if isinstance(record, InputError):
            yield place, record, raw
        elif isinstance(record.get("batch"), list):
            yield from _from_events(record["batch"], place)
        elif isinstance(record.get("data"), list) and "observations" not in record:
            for index, item in enumerate(record["data"]):
                yield _row(item, f"{place} data[{index}]", source)
        else:
            yield place, record, raw


def _row(item: Any, place: str, source: Source) -> Row:
    if isinstance(item, dict):
        return place, item, canonical_json(item)
    return place, source.error("It is not an object.", record=place), b""


def _from_events(events: list[Any], place: str) -> Iterator[Row]:
    """What events of the ingestion interface say of traces, observations and scores."""
    traces: dict[str, dict[str, Any]] = {}
    observations: dict[str, dict[str, Any]] = {}
    scores: list[dict[str, Any]] = []
    for event in events:
        body = event.get("body") if isinstance(event, dict) else None
        kind = str(event.get("type")) if isinstance(event, dict) else ""
        if not isinstance(body, dict):
            continue
        said = {name: value for name, value in body.items() if value is not None}
        if kind == "trace-create":
            traces.setdefault(str(body.get("id")), {}).update(said)
        elif kind == "score-create":
            scores.append(said)
        elif kind.endswith(("-create", "-update")):
            what = kind.rpartition("-")[0]
            known = observations.setdefault(str(body.get("id")), {})
            if what != "observation":
                known["type"] = what.upper()
            known.update(said)
    for each in observations.values():
        traces.setdefault(str(each.get("traceId")), {"id": each.get("traceId")})
    for ident, trace in traces.items():
        record = {
            "trace": trace,
            "observations": [
                each for each in observations.values() if str(each.get("traceId")) == ident
            ],
            "scores": [each for each in scores if str(each.get("traceId")) == ident],
        }
        yield f"{place} trace {ident}", record, canonical_json(record)


def _together(group: list[Row]) -> dict[str, Any]:
    """Observations of one trace, in the shape of a trace with its observations."""
    return {"trace": {}, "observations": [row[1] for row in group]}
