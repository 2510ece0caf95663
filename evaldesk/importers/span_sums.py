"""What the spans of a trace say together: sums, scores, annotations, metadata, documents."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evaldesk.domain.trace import (
    Annotation,
    Document,
    Score,
)
from evaldesk.importers import fields
from evaldesk.importers.record_loop import digest
from evaldesk.importers.span_reading import (
    KINDS,
    MODELS,
    SpanReading,
)
from evaldesk.importers.span_records import SpanRecord, elapsed
from evaldesk.importers.span_tree import SpanTree


def total(
    tree: SpanTree,
    readings: Sequence[SpanReading],
    judged: set[int],
    amount: Callable[[SpanReading], Any],
) -> Any:
    """A sum over the calls of models; over other spans only where no call says anything.

    Where a span and spans below it both say it, those below count.
    """
    called = any(reading.kind in MODELS for reading in readings)
    for kinds in (MODELS, KINDS):
        counted: set[int] = set()
        for index, reading in enumerate(readings):
            if index in judged or reading.kind not in kinds or amount(reading) is None:
                continue
            embeds = reading.kind == "embedding"
            if kinds is KINDS and (reading.kind == "evaluator" or (embeds and called)):
                continue
            counted.difference_update(tree.ancestors(index))
            counted.add(index)
        if counted:
            found = sum(amount(readings[index]) for index in counted)
            return fields.finite(found) if isinstance(found, float) else fields.count(found)
    return None


def system_of(readings: Sequence[SpanReading], judged: set[int]) -> str:
    """The model that was called most, else what the source calls the service."""
    named = next((item.system for item in readings if item.system), "")
    if named:
        return named
    models = Counter(
        item.model
        for index, item in enumerate(readings)
        if item.model and item.kind in MODELS and index not in judged
    )
    models = models or Counter(item.model for item in readings if item.model)
    if models:
        return models.most_common(1)[0][0]
    for item in readings:
        service = fields.text(item.record.resource.get("service.name"))
        if service and not service.startswith("unknown_service"):
            return service
    return ""


def times_of(tree: SpanTree) -> tuple[int | None, float | None]:
    """Start and duration of the trace: of its real roots, else of all spans."""
    own = [span for span in tree.spans if not span.carries]
    real = [tree.spans[at] for at in tree.roots if not tree.spans[at].parent_id]
    for spans in ([span for span in real if not span.carries], own, tree.spans):
        starts = [span.start for span in spans if span.start is not None]
        ends = [span.end for span in spans if span.end is not None]
        if starts:
            return min(starts), elapsed(min(starts), max(ends, default=None))
    return None, None


def is_failed(span: SpanRecord, tree: SpanTree) -> bool:
    """Whether a root failed; where there are real ones, those without a parent here do not tell."""
    orphan = bool(span.parent_id)
    return span.status == "error" and (not orphan or bool(tree.spans[tree.roots[0]].parent_id))


def about_trace(tree: SpanTree, readings: Sequence[SpanReading]) -> dict[str, Any]:
    """Metadata of the trace: its id, session, user, tags, what produced it."""
    made: dict[str, Any] = {}
    if tree.spans[0].trace_id:
        made["trace_id"] = tree.spans[0].trace_id
    for index in sorted(range(len(readings)), key=lambda at: tree.depths[at]):
        reading = readings[index]
        for name, value in reading.about.items():
            if name == "metadata" and isinstance(value, dict):
                held = made.setdefault("metadata", {})
                if isinstance(held, dict):
                    for key, item in value.items():
                        held.setdefault(key, item)
                    continue
            if name in made and made[name] != value:
                # Another value belongs to the span that says it.
                reading.attributes.setdefault(name, value)
            made.setdefault(name, value)
    resources: dict[bytes, dict[str, Any]] = {}
    for span in tree.spans:
        if span.resource:
            resources.setdefault(digest(span.resource), span.resource)
    if resources:
        listed = list(resources.values())
        made["resource"] = listed[0] if len(listed) == 1 else listed
    return made


def scores_of(readings: Sequence[SpanReading]) -> tuple[dict[str, Score], dict[str, Any]]:
    """Scores by name; where spans share a name, the later ones are called after their span."""
    made: dict[str, Score] = {}
    details: dict[str, Any] = {}
    for reading in readings:
        for said in reading.judgements:
            name = said.name
            if name in made and made[name] == said.score:
                continue
            if name in made:
                name = f"{said.name} ({reading.record.name or reading.record.span_id})"
            base, number = name, 1
            while name in made:
                number += 1
                name = f"{base} {number}"
            made[name] = said.score
            if said.details:
                details[name] = said.details
    return made, details


def annotations_of(readings: Sequence[SpanReading]) -> tuple[Annotation, ...]:
    """What people said, each once: a carrier repeats what the span itself may say."""
    made: dict[bytes, Annotation] = {}
    for reading in readings:
        for said in reading.annotations:
            key = digest(
                [said.name, said.value, said.label, said.comment, said.annotator, said.target]
            )
            made.setdefault(key, said)
    return tuple(made.values())


def documents_of(reading: SpanReading) -> Iterable[Document]:
    """The documents of one retrieval, with rank, query and span."""
    for rank, document in enumerate(reading.documents, start=1):
        made: Document = {**document, "rank": rank}
        if reading.query:
            made["query"] = reading.query
        if reading.record.span_id:
            made["span"] = reading.record.span_id
        yield made


def tools_of(readings: Sequence[SpanReading], inner: set[int]) -> list[dict[str, Any]]:
    """Definitions of the tools, each once, as the innermost call that names it has it."""
    made: dict[Any, dict[str, Any]] = {}
    for index in sorted(range(len(readings)), key=lambda at: at not in inner):
        for item in readings[index].definitions:
            function = fields.mapping(item.get("function"))
            name = fields.first_text(item.get("name"), function.get("name"))
            made.setdefault(name or digest(item), item)
    for reading in readings:
        said = fields.text(reading.attributes.get("gen_ai.tool.description"))
        if reading.tool is not None and reading.tool.name and said:
            definition = {"type": "function", "name": reading.tool.name, "description": said}
            made.setdefault(reading.tool.name, definition)
    return list(made.values())
