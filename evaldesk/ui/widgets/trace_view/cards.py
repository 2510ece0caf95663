"""What a trace view shows, as frames of text; no widgets here.

A card is one step, or one of the frames around the steps: scenario, documents, error, scores,
metadata. Text stays as it came: it is laid out as plain text and never read as HTML.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.domain.trace import Document, Score, Trace
from evaldesk.services.steps import Step, one_line, pretty, steps_of
from evaldesk.ui.widgets.trace_view.figures import duration, figure, tr, words
from evaldesk.ui.widgets.trace_view.sections import Section

__all__ = ["STEP_KINDS", "Card", "CardKind", "Section", "body_text", "cards_of", "tr"]

CardKind = Literal[
    "scenario",
    "setup",
    "user",
    "assistant",
    "system",
    "tool",
    "documents",
    "output",
    "error",
    "scores",
    "metadata",
]
STEP_KINDS = ("user", "assistant", "system", "tool")
_CONTEXT = "TraceView"


@dataclass(eq=False)
class Card:
    """One frame.

    Attributes:
        kind: decides its colour.
        title: at the left of its head. corner: at the right, number and time.
        summary: the one line that stands for a folded card; empty where it cannot be folded.
        sections: its text.
        step: index of the step it shows; -1 for the frames around the steps.
        message: index of the message it comes from; -1 for none.
        open: whether its text is shown.
        chips: labels beside the title, as (text, kind).
    """

    kind: CardKind
    title: str
    corner: str = ""
    summary: str = ""
    sections: list[Section] = field(default_factory=list)
    step: int = -1
    message: int = -1
    open: bool = True
    chips: list[tuple[str, str]] = field(default_factory=list)

    @property
    def foldable(self) -> bool:
        """Whether it can stand as one line."""
        return bool(self.summary)

    def shown(self) -> Iterable[Section]:
        """The sections whose text is in sight."""
        if not self.open:
            return ()
        return (section for section in self.sections if section.open or not section.foldable)


ROLE_TITLES = {
    "user": QT_TRANSLATE_NOOP(_CONTEXT, "User"),
    "assistant": QT_TRANSLATE_NOOP(_CONTEXT, "Assistant"),
    "system": QT_TRANSLATE_NOOP(_CONTEXT, "System"),
    "tool": QT_TRANSLATE_NOOP(_CONTEXT, "Tool"),
}


def cards_of(
    trace: Trace,
    steps: Sequence[Step] | None = None,
    *,
    hide_scores: bool = False,
    hide_systems: bool = False,
) -> list[Card]:
    """The cards of a trace, in the order they are read.

    Args:
        trace: what to show.
        steps: its steps, where the caller has them already.
        hide_scores: leave out what a program or person decided about it.
        hide_systems: leave out what tells which system it was.
    """
    if steps is None:
        steps = steps_of(trace)
    body = trace.body
    cards: list[Card] = []
    scenario = _scenario(trace)
    if scenario is not None:
        cards.append(scenario)
    if trace.row.error:
        cards.append(
            Card("error", tr("Error"), sections=[Section("error", trace.row.error, tone="bad")])
        )
    documents = list(body.get("documents") or ())
    for index, step in enumerate(steps):
        cards.append(_step(index, step, hide_systems=hide_systems))
        if documents and step.kind == "user":
            cards.append(_documents(documents))
            documents = []
    if documents:
        cards.append(_documents(documents))
    output = body.get("output") or ""
    if output and not any(output.strip() == step.text.strip() for step in steps[-3:]):
        cards.append(
            Card(
                "output", tr("Final answer"), sections=[Section("output", output, form="markdown")]
            )
        )
    if not (steps or output or trace.row.error or body.get("documents")):
        cards.append(_nothing(trace))
    if not hide_scores:
        explained = {
            name: score for name, score in trace.scores.items() if score.explanation or score.answer
        }
        if explained:
            cards.append(_scores(explained))
    # Sources keep their verdicts and the model's name in the metadata, so a blind view has none.
    if not (hide_scores or hide_systems):
        metadata = _metadata(trace)
        if metadata is not None:
            cards.append(metadata)
    return cards


def _nothing(trace: Trace) -> Card:
    said = (
        tr("Only ratings came with this item. Import the traces that were rated to read them.")
        if trace.row.status == "unit"
        else tr("This trace holds no messages.")
    )
    return Card("output", tr("Nothing to read"), sections=[Section("nothing", said, tone="muted")])


def _scenario(trace: Trace) -> Card | None:
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


def _step(index: int, step: Step, *, hide_systems: bool) -> Card:
    if step.kind == "setup":
        return _setup(index, step)
    corner = " · ".join(part for part in (str(step.number), duration(step.latency_ms)) if part)
    if step.kind == "tool":
        return _tool(index, step, corner)
    title = tr(str(ROLE_TITLES[step.kind]))
    if step.name and not hide_systems and step.name.casefold() != step.kind:
        title = f"{title} · {step.name}"
    sections: list[Section] = []
    if step.reasoning:
        sections.append(_reasoning(step.reasoning))
    if step.text or not (step.reasoning or step.refusal or step.attachments):
        empty = not step.text
        sections.append(
            Section(
                "text",
                tr("(no text)") if empty else step.text,
                tone="muted" if empty else "plain",
                form="text" if empty else "markdown",
            )
        )
    if step.refusal:
        sections.append(Section("refusal", step.refusal, title=tr("Refusal"), tone="bad"))
    if step.attachments:
        sections.append(
            Section(
                "attachments",
                "\n".join(step.attachments),
                title=tr("Attached, not shown"),
                mono=True,
                tone="muted",
            )
        )
    chips = []
    if step.finish_reason in ("length", "max_tokens", "content_filter"):
        chips.append((step.finish_reason, "warn"))
    return Card(
        step.kind,
        title,
        corner,
        sections=sections,
        step=index,
        message=step.message,
        chips=chips,
    )


def _reasoning(text: str) -> Section:
    return Section(
        "reasoning",
        text,
        title=f"{tr('Reasoning')} · {words(len(text.split()))}",
        tone="italic",
        foldable=True,
        open=False,
        form="markdown",
    )


def _setup(index: int, step: Step) -> Card:
    count = len(step.tools)
    tools = tr("1 tool") if count == 1 else tr("{count} tools").format(count=count)
    if not count:
        title = tr("System prompt")
    elif step.text:
        title = tr("System prompt and {tools}").format(tools=tools)
    else:
        title = tools
    sections = []
    if step.text:
        sections.append(Section("text", step.text, form="markdown"))
    for place, tool in enumerate(step.tools):
        name, described = _tool_definition(tool)
        sections.append(
            Section(
                f"tool:{place}",
                described,
                title=tr("Tool · {name}").format(name=name),
                mono=True,
                foldable=True,
                open=False,
            )
        )
    return Card(
        "setup",
        "",
        summary=f"{title} · {words(step.words)}",
        sections=sections,
        step=index,
        message=step.message,
        open=False,
    )


def _tool_definition(tool: Any) -> tuple[str, str]:
    inner = tool.get("function") if isinstance(tool.get("function"), dict) else tool
    name = str(inner.get("name") or "?")
    description = inner.get("description")
    rest = {key: value for key, value in inner.items() if key not in ("name", "description")}
    parts = [str(description)] if description else []
    if rest:
        parts.append(pretty(rest))
    return name, "\n\n".join(parts)


def _tool(index: int, step: Step, corner: str) -> Card:
    name = step.name or tr("result")
    sections: list[Section] = []
    if step.reasoning:
        sections.append(_reasoning(step.reasoning))
    if step.arguments is not None:
        sections.append(_payload("arguments", step.arguments))
    if step.answered and (step.result is not None or not step.error):
        sections.append(
            _payload("result", step.result, title="→ " + tr("Result"))
            if step.result not in (None, "")
            else Section("result", tr("(nothing)"), title="→ " + tr("Result"), tone="muted")
        )
    if step.error:
        sections.append(Section("error", step.error, title=tr("Error"), mono=True, tone="bad"))
    if step.attachments:
        sections.append(
            Section("attachments", "\n".join(step.attachments), mono=True, tone="muted")
        )
    call = one_line(step.arguments, 160) if step.arguments is not None else ""
    if step.error:
        came = one_line(step.error)
    elif step.answered:
        came = one_line(step.result) if step.result is not None else tr("(nothing)")
    else:
        came = tr("no result")
    chips = [(tr("error"), "bad")] if step.error else []
    if step.reasoning:
        chips.append((tr("reasoning"), "neutral"))
    if not step.answered and not step.error:
        chips.append((tr("no result"), "warn"))
    return Card(
        "tool",
        tr("Tool · {name}").format(name=name),
        corner,
        summary=f"{call} → {came}" if call else came or "→",
        sections=sections,
        step=index,
        message=step.message,
        open=False,
        chips=chips,
    )


def _payload(key: str, value: Any, title: str = "") -> Section:
    size = len(value) if isinstance(value, str) else None
    return Section(key, lambda: pretty(value), title=title, mono=True, size=size, form="payload")


def _documents(documents: Sequence[Document]) -> Card:
    sections = []
    for rank, document in enumerate(documents, 1):
        title = document.get("title") or document.get("id") or document.get("source") or ""
        named = " · ".join(
            part
            for part in (
                str(rank),
                str(title),
                figure(document.get("score")) if document.get("score") is not None else "",
            )
            if part
        )
        text = document.get("content") or ""
        source = document.get("source")
        if source and source != title:
            text = f"{text}\n\n{source}"
        sections.append(
            Section(
                f"document:{rank}",
                text,
                title=named,
                foldable=True,
                open=len(documents) == 1,
                form="markdown",
            )
        )
    count = len(documents)
    head = (
        tr("1 retrieved document")
        if count == 1
        else tr("{count} retrieved documents").format(count=count)
    )
    total = sum(len((document.get("content") or "").split()) for document in documents)
    return Card("documents", "", summary=f"{head} · {words(total)}", sections=sections, open=False)


def _scores(scores: dict[str, Score]) -> Card:
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


def _metadata(trace: Trace) -> Card | None:
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
