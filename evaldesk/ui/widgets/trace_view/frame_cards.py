"""The cards round the steps: what was expected, retrieved, said by others; no widgets here."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from evaldesk.domain.trace import Annotation, Document, Score, Trace
from evaldesk.services.reading.steps import one_line, pretty
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.figures import figure, tr, words
from evaldesk.ui.widgets.trace_view.sections import Section


def nothing_card(trace: Trace) -> Card:
    """Why there is nothing to read."""
    said = (
        tr("Only ratings came with this item. Import the traces that were rated to read them.")
        if trace.row.status == "unit"
        else tr("This trace holds no messages.")
    )
    return Card("output", tr("Nothing to read"), sections=[Section("nothing", said, tone="muted")])


def scenario_card(trace: Trace) -> Card | None:
    """What the scenario expects; None where it says nothing."""
    expected = trace.scenario.expected or body_text(trace.body.get("expected"))
    if not expected:
        return None
    payload = expected.lstrip()[:1] in ("{", "[")
    return Card(
        "scenario",
        tr("Expected"),
        summary=one_line(expected),
        sections=[
            Section(
                "expected",
                lambda: pretty(expected),
                mono=payload,
                size=len(expected),
                form="payload" if payload else "markdown",
            )
        ],
        open=not payload and len(expected) < 400 and expected.count("\n") < 6,
    )


def body_text(value: Any) -> str:
    """A value that should be text, as text."""
    if not value:
        return ""
    return value if isinstance(value, str) else pretty(value)


def documents_cards(trace: Trace) -> list[tuple[int, Card]]:
    """A card for each retrieval, with the message that it came before; -1 where that is unknown."""
    messages = {
        str(span.get("id")): span["message"]
        for span in trace.body.get("spans") or ()
        if "message" in span and span.get("id")
    }
    groups: dict[tuple[str, str], list[tuple[int, Document]]] = {}
    for number, document in enumerate(trace.body.get("documents") or ()):
        key = (str(document.get("span") or ""), str(document.get("query") or ""))
        groups.setdefault(key, []).append((number, document))
    return [
        (messages.get(span, -1), _documents(documents, query))
        for (span, query), documents in groups.items()
    ]


def _documents(documents: Sequence[tuple[int, Document]], query: str) -> Card:
    sections: list[Section] = []
    if query:
        sections.append(Section("query", query, title=tr("Query"), form="markdown"))
    for place, (number, document) in enumerate(documents, 1):
        sections.extend(_document(place, number, document, alone=len(documents) == 1))
    count = len(documents)
    head = (
        tr("1 retrieved document")
        if count == 1
        else tr("{count} retrieved documents").format(count=count)
    )
    asked = f" · “{one_line(query, 80)}”" if query else ""
    total = sum(len(str(document.get("content") or "").split()) for _, document in documents)
    return Card(
        "documents",
        "",
        summary=f"{head}{asked} · {words(total)}",
        sections=sections,
        open=False,
    )


def _document(place: int, number: int, document: Document, *, alone: bool) -> list[Section]:
    """Rank, title, score and source, with the text below; the metadata within it."""
    title = document.get("title") or document.get("id") or ""
    source = str(document.get("source") or "")
    score = document.get("score")
    named = " · ".join(
        part
        for part in (
            str(document.get("rank") or place),
            str(title),
            figure(score) if score is not None else "",
            source if source != title else "",
        )
        if part
    )
    head = Section(
        f"document:{number}",
        str(document.get("content") or tr("(no text)")),
        title=named,
        foldable=True,
        open=alone,
        form="markdown",
    )
    metadata = document.get("metadata")
    if not metadata:
        return [head]
    count = len(metadata)
    said = tr("1 key") if count == 1 else tr("{count} keys").format(count=count)
    more = Section(
        f"document:{number}:metadata",
        lambda: pretty(metadata),
        title=f"{tr('Metadata')} · {said}",
        mono=True,
        foldable=True,
        open=False,
        form="payload",
        within=head,
    )
    return [head, more]


def scores_card(scores: Mapping[str, Score]) -> Card:
    """Why programs gave the scores that they gave."""
    sections = []
    for name, score in scores.items():
        value = figure(score.value) if score.value is not None else score.label or "—"
        parts = []
        if score.answer:
            parts.append(tr("Answer: {answer}").format(answer=score.answer))
        if score.explanation:
            parts.append(body_text(score.explanation))
        sections.append(
            Section(
                f"score:{name}",
                "\n\n".join(parts),
                title=f"{name} = {value}",
                form="markdown",
            )
        )
    return Card(
        "scores",
        "",
        summary=tr("Explanations of the scores") + " · " + ", ".join(scores),
        sections=sections,
        open=False,
    )


def annotations_card(trace: Trace) -> Card:
    """What people said of the trace in other tools."""
    names = {str(span.get("id")): str(span.get("name")) for span in trace.body.get("spans") or ()}
    sections: list[Section] = []
    for number, said in enumerate(trace.annotations):
        sections.extend(_annotation(number, said, names))
    count = len(trace.annotations)
    head = (
        tr("1 annotation from another tool")
        if count == 1
        else tr("{count} annotations from other tools").format(count=count)
    )
    brief = ", ".join(dict.fromkeys(_brief(said) for said in trace.annotations[:6]))
    return Card("annotations", "", summary=f"{head} · {brief}", sections=sections, open=count <= 4)


def _brief(said: Annotation) -> str:
    value = figure(said.value) if said.value is not None else said.label
    return f"{said.name} = {value}" if value else said.name


def _annotation(number: int, said: Annotation, names: Mapping[str, str]) -> list[Section]:
    about = names.get(said.target, said.target)
    label = said.label if said.value is not None else ""
    title = " · ".join(
        part for part in (_brief(said), label, said.annotator, about, said.created_at[:10]) if part
    )
    head = Section(
        f"annotation:{number}",
        said.comment or tr("(no comment)"),
        title=title,
        tone="plain" if said.comment else "muted",
        form="markdown" if said.comment else "text",
    )
    if not said.metadata:
        return [head]
    more = Section(
        f"annotation:{number}:metadata",
        partial(pretty, dict(said.metadata)),
        title=tr("Metadata"),
        mono=True,
        foldable=True,
        open=False,
        form="payload",
    )
    return [head, more]


def metadata_card(trace: Trace) -> Card | None:
    """What the source says besides; None where there is nothing."""
    groups = {
        tr("Trace"): trace.body.get("metadata"),
        tr("Scenario"): dict(trace.scenario.metadata),
        tr("Spans"): trace.body.get("spans"),
    }
    sections = [
        Section(f"metadata:{name}", partial(pretty, value), title=name, mono=True, form="payload")
        for name, value in groups.items()
        if value
    ]
    if not sections:
        return None
    count = sum(len(value) for value in groups.values() if value)
    return Card(
        "metadata",
        "",
        summary=tr("Metadata · {count} entries").format(count=count),
        sections=sections,
        open=False,
    )
