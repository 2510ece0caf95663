"""The cards of the steps; no widgets here."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.domain.trace import Part
from evaldesk.services.reading.attachments import describe, kind_of_part
from evaldesk.services.reading.steps import Step, length, one_line, pretty
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.figures import duration, tr, words
from evaldesk.ui.widgets.trace_view.sections import Section

_CONTEXT = "TraceView"

ROLE_TITLES = {
    "user": QT_TRANSLATE_NOOP(_CONTEXT, "User"),
    "assistant": QT_TRANSLATE_NOOP(_CONTEXT, "Assistant"),
    "system": QT_TRANSLATE_NOOP(_CONTEXT, "System"),
    "tool": QT_TRANSLATE_NOOP(_CONTEXT, "Tool"),
}


def step_card(index: int, step: Step, *, hide_systems: bool) -> Card:
    """The card of a step; ``index`` is its place among the steps."""
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
    sections.extend(_attached(step.files))
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
        sections.extend(_tool_sections(place, tool))
    return Card(
        "setup",
        "",
        summary=f"{title} · {words(step.words)}",
        sections=sections,
        step=index,
        message=step.message,
        open=False,
    )


def _tool_sections(place: int, tool: Any) -> list[Section]:
    """What a tool is for, and the shape of its arguments."""
    inner = tool.get("function") if isinstance(tool.get("function"), dict) else tool
    name = str(inner.get("name") or "?")
    rest = {key: value for key, value in inner.items() if key not in ("name", "description")}
    head = Section(
        f"tool:{place}",
        str(inner.get("description") or tr("(no description)")),
        title=tr("Tool · {name}").format(name=name),
        foldable=True,
        open=False,
        form="markdown",
    )
    if not rest:
        return [head]
    schema = Section(
        f"tool:{place}:schema", lambda: pretty(rest), mono=True, form="payload", within=head
    )
    return [head, schema]


def _attached(files: Sequence[Part]) -> list[Section]:
    """Pictures and sounds to look at; of anything else what it is."""
    made = []
    for place, part in enumerate(files):
        kind = kind_of_part(part)
        made.append(
            Section(
                f"attachment:{place}",
                describe(part),
                title=tr("Attached, not fetched") if kind is None else "",
                mono=True,
                tone="muted",
                form=kind or "text",
                data=part,
            )
        )
    return made


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
    sections.extend(_attached(step.files))
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
    size = len(value) if isinstance(value, str) else partial(length, value)
    return Section(key, lambda: pretty(value), title=title, mono=True, size=size, form="payload")
