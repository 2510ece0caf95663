"""What must hold for any file at all: it is read, or refused in words; never anything else."""

import random
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from evaldesk.domain.errors import EvalDeskError, InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.rating import RatingRecord
from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.importers import archive, registry
from evaldesk.importers.contract import ImportOptions, RunHeader
from evaldesk.importers.preview import preview
from evaldesk.importers.source import Source

SPAN_KEYS = frozenset(
    (
        *("name", "id", "parent", "kind", "started_at", "latency_ms", "status", "error", "model"),
        *("tokens_in", "tokens_out", "cost", "message", "attributes"),
    )
)
STATUSES = ("ok", "error", "incomplete", "unit")


class Wrong(AssertionError):
    """Something that must hold does not."""


def must(holds: object, what: str) -> None:
    """Raises `Wrong` where it does not hold."""
    if not holds:
        raise Wrong(what)


def read_in_every_way(path: Path, rng: random.Random, outcome: Counter[str]) -> None:
    """Detect and read a file, strictly, leniently, now and then as what it is not.

    Args:
        outcome: counts what came of it.

    Raises:
        Exception: anything but an `EvalDeskError`, or `Wrong`: a fault of the program.
    """
    try:
        opened = archive.sources_of(path)
    except InputError as error:
        _in_words(error, str(path))
        outcome["refused archive"] += 1
        return
    for source in opened.sources[:3]:
        try:
            sure = {item.name: item.recognises(source) for item in registry.TRACE_FORMATS}
            must(all(0 <= value <= 1 for value in sure.values()), f"sureness {sure}")
            format = registry.detect(source)
        except InputError as error:
            _in_words(error, source.shown)
            outcome["not known"] += 1
            format = None
        if format is not None:
            strict = _read(source, format, outcome, skip_bad=False)
            lenient = _read(source, format, outcome, skip_bad=True)
            must(not strict or lenient >= strict, f"lenient {lenient} < strict {strict}")
            if rng.random() < 0.05:
                preview(source, format)
        if rng.random() < 0.1:
            other = rng.choice(registry.TRACE_FORMATS)
            try:
                registry.check_kind(source, other)
                _read(source, other, Counter(), skip_bad=rng.random() < 0.5)
            except EvalDeskError:
                pass
        if rng.random() < 0.1:
            _ratings(source, outcome)


def _read(source: Source, format: Any, outcome: Counter[str], *, skip_bad: bool) -> int:
    """How many traces there are; 0 where it was refused."""
    count = 0
    try:
        with closing(format.read(source, ImportOptions(skip_bad=skip_bad))) as items:
            for item in items:
                if isinstance(item, TraceRecord):
                    check_trace(item, canonical=format.name == "jsonl")
                else:
                    _check(item)
                must(skip_bad or not isinstance(item, Skipped), "skipped without being asked to")
                count += isinstance(item, TraceRecord)
    except InputError as error:
        _in_words(error, source.shown)
        outcome["refused" if not skip_bad else "refused leniently"] += 1
        return 0
    outcome["read" if not skip_bad else "read leniently"] += 1
    return count


def _ratings(source: Source, outcome: Counter[str]) -> None:
    try:
        found = registry.detect_ratings(source)
        with closing(found.read(source, None, ImportOptions(skip_bad=True))) as items:
            for item in items:
                if isinstance(item, RatingRecord):
                    repr(item).encode("utf-8")
        outcome["ratings read"] += 1
    except EvalDeskError:
        outcome["ratings refused"] += 1


def _in_words(error: EvalDeskError, path: str) -> None:
    """An error names the file and says something a person can read."""
    said = str(error)
    must(getattr(error, "path", path) in (path, ""), f"names another file: {said}")
    must(0 < len(said) < 3_000, "says nothing, or too much")
    said.encode("utf-8", "surrogateescape")
    must("Traceback" not in said and "object at 0x" not in said, f"no words: {said}")


def _check(item: Any) -> None:
    if isinstance(item, Scenario):
        check_scenario(item)
    elif isinstance(item, RunHeader):
        texts(item.run, item.system, item.dataset, item.created_at, item.part)
        plain(item.metadata)
    elif isinstance(item, ImportNote):
        texts(item.message, item.record)
    else:
        must(isinstance(item, Skipped), f"an item of type {type(item).__name__}")
        texts(item.record, item.reason)
        must(item.reason, "skipped without a reason")


def texts(*values: Any) -> None:
    """All are text that can be stored."""
    for value in values:
        must(isinstance(value, str), f"{type(value).__name__} where text belongs")
        value.encode("utf-8")


def plain(value: Any) -> None:
    """JSON data that can be written again."""
    canonical_json(value)


def number(value: Any, *, whole: bool = False) -> None:
    """Nothing, or a finite number that a database can hold."""
    if value is None:
        return
    must(not isinstance(value, bool), "true or false where a number belongs")
    must(isinstance(value, int if whole else int | float), f"{type(value).__name__} for a number")
    must(value - value == 0 and abs(value) < (1 << 63 if whole else 2e308), f"number {value!r}")


def check_scenario(scenario: Scenario) -> None:
    """Everything is of the type that it says, and can be stored."""
    texts(scenario.key, scenario.tier, scenario.expected, scenario.origin, scenario.title)
    texts(*scenario.slices, *scenario.slices.values())
    plain(scenario.input)
    plain(scenario.metadata)


def check_trace(trace: TraceRecord, *, canonical: bool = False) -> None:
    """Everything is of the type that it says, and can be stored."""
    check_scenario(trace.scenario)
    texts(trace.run, trace.system, trace.error, trace.started_at, trace.place)
    must(trace.status in STATUSES, f"status {trace.status!r}")
    must(type(trace.trial) is int and 0 <= trace.trial < 1 << 63, f"trial {trace.trial!r}")
    number(trace.tokens_in, whole=True)
    number(trace.tokens_out, whole=True)
    number(trace.latency_ms)
    number(trace.cost)
    for name, score in trace.scores.items():
        texts(name)
        must(isinstance(score, Score), "a score of another type")
        number(score.value)
        texts(
            *(said for said in (score.label, score.explanation, score.answer) if said is not None)
        )
    for said in trace.annotations:
        texts(said.name, said.label, said.comment, said.annotator, said.target, said.created_at)
        number(said.value)
        plain(said.metadata)
    plain(trace.body)
    for message in trace.body["messages"]:
        _check_message(message)
    for document in trace.body.get("documents", ()):
        texts(document["content"])
        texts(*(document.get(key, "") for key in ("id", "title", "source", "query", "span")))
        number(document.get("score"))
        number(document.get("rank"), whole=True)
        must(isinstance(document.get("metadata", {}), dict), "metadata of a document")
    for span in trace.body.get("spans", ()):
        if not canonical:  # which takes what older versions of EvalDesk wrote
            texts(span["name"])
            must(set(span) <= SPAN_KEYS, f"a span with {sorted(set(span) - SPAN_KEYS)}")
        keys = ("id", "parent", "kind", "started_at", "status", "error", "model")
        texts(*(span.get(key, "") for key in keys))
        for key in ("latency_ms", "cost"):
            number(span.get(key))
        for key in ("tokens_in", "tokens_out", "message"):
            number(span.get(key), whole=True)
        must(isinstance(span.get("attributes", {}), dict), "attributes of a span")
    texts(trace.body.get("output", ""), trace.body.get("expected", ""))
    must(all(isinstance(tool, dict) for tool in trace.body.get("tools", ())), "tools")
    must(isinstance(trace.body.get("metadata", {}), dict), "metadata")


def _check_message(message: Any) -> None:
    texts(message["role"], *(message.get(key, "") for key in ("name", "finish_reason", "model")))
    texts(message.get("started_at", ""))
    number(message.get("latency_ms"))
    number(message.get("cost"))
    number(message.get("tokens_in"), whole=True)
    number(message.get("tokens_out"), whole=True)
    must(isinstance(message.get("metadata", {}), dict), "metadata of a message")
    for part in message["parts"]:
        texts(part["type"])
        if part["type"] in ("text", "reasoning", "refusal", "blob"):
            texts(part["content"])
        if part["type"] == "tool_call":
            texts(part["name"])
        if part["type"] == "uri":
            texts(part["uri"])


def import_whole(path: Path, project: Any, rng: random.Random, outcome: Counter[str]) -> None:
    """Bring a file into a project: all of it, or nothing.

    Raises:
        Exception: anything but an `EvalDeskError`, or `Wrong`: a fault of the program.
    """
    from evaldesk.services.importing.traces import TraceImport, import_files

    before = _held(project)
    options = TraceImport(run=f"run {rng.randrange(1 << 40)}", skip_bad=rng.random() < 0.5)
    try:
        done = import_files(project, [path], options)
    except EvalDeskError as error:
        _in_words(error, getattr(error, "path", ""))
        must(_held(project) == before, "half an import")
        outcome["import refused"] += 1
        return
    added = sum(result.added for result in done)
    must(_held(project)[0] == before[0] + added, "says another number than it added")
    for result in done:
        plain(result.to_json())
    outcome["imported"] += 1


def _held(project: Any) -> tuple[int, ...]:
    info = project.info()
    return (info.traces, info.scenarios, len(project.runs.list()))
