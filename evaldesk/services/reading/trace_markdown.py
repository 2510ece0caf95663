"""A trace, or one step of it, as Markdown for a note or an issue.

Prose stays as it was written, payloads are fenced, and nothing that a blind reader may not see is
let out.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step, pretty, steps_of

_SETUP = "System prompt"


def trace_markdown(trace: Trace, *, hide_systems: bool = False, hide_scores: bool = False) -> str:
    """The whole trace.

    Args:
        hide_systems: leave out what tells which system it was.
        hide_scores: leave out what a program or person decided about it.
    """
    row, scenario = trace.row, trace.scenario
    parts = [f"# {scenario.title or row.title or scenario.key}"]
    facts = [("Scenario", scenario.key)]
    if not hide_systems:
        # Who has a trace's id can look up its run.
        facts += [("Trace", row.id), ("System", row.system), ("Run", row.run)]
    facts.append(("Status", "" if row.status == "ok" else row.status))
    if not hide_scores:
        facts += [
            (name, f"{score.value:g}" if score.value is not None else score.label or "–")
            for name, score in trace.scores.items()
        ]
    parts.append("\n".join(f"- {name}: {value}" for name, value in facts if value))
    if scenario.expected:
        parts += ["## Expected", _prose_or_fence(scenario.expected)]
    if row.error:
        parts += ["## Error", fenced(row.error)]
    for step in steps_of(trace):
        parts.append(step_markdown(step, level=2, hide_systems=hide_systems))
    output = str(trace.body.get("output") or "")
    if output:
        parts += ["## Final answer", output]
    documents = trace.body.get("documents") or []
    if documents:
        parts.append("## Retrieved documents")
    for number, document in enumerate(documents, 1):
        score = document.get("score")
        named = [
            str(document.get("rank") or number),
            str(document.get("title") or document.get("id") or ""),
            f"{score:g}" if score is not None else "",
            str(document.get("source") or ""),
        ]
        parts.append("### " + " · ".join(part for part in named if part))
        parts.append(quoted(str(document.get("content") or "")))
    if not hide_scores:
        parts.extend(_annotations(trace))
    return "\n\n".join(part for part in parts if part) + "\n"


def step_markdown(step: Step, *, level: int = 0, hide_systems: bool = False) -> str:
    """One step.

    Args:
        level: of its heading; 0 for bold text.
    """
    said = list(_step(step))
    head = _head(step, hide_systems=hide_systems)
    said.insert(0, f"{'#' * level} {head}" if level else f"**{head}**")
    return "\n\n".join(part for part in said if part)


def trace_json(trace: Trace, *, hide_systems: bool = False, hide_scores: bool = False) -> str:
    """The whole trace as the canonical JSON of the file format, indented."""
    data = trace.to_json()
    if hide_systems:
        for name in ("id", "system", "run", "cost", "spans", "metadata"):
            data.pop(name, None)
        data["messages"] = [_plain(message) for message in data.get("messages") or ()]
    if hide_scores:
        for name in ("scores", "annotations", "metadata"):
            data.pop(name, None)
    return as_json(data)


def message_json(trace: Trace, message: int, *, hide_systems: bool = False) -> str:
    """One message of a trace as JSON, indented."""
    value: Any = trace.body["messages"][message]
    return as_json(_plain(value) if hide_systems else value)


def as_json(value: Any) -> str:
    """JSON data, indented."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):  # beyond 64 bits, or a lone surrogate
        return canonical_json(value).decode("ascii")


def fenced(text: str, language: str = "") -> str:
    """A text in a fence that nothing in it can close."""
    longest = run = 0
    for character in text:
        run = run + 1 if character == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    if not language and text.lstrip()[:1] in ("{", "["):
        language = "json"
    return f"{fence}{language}\n{text}\n{fence}"


def quoted(text: str) -> str:
    """A text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _head(step: Step, *, hide_systems: bool) -> str:
    if step.kind == "setup":
        return _SETUP
    if step.kind == "tool":
        return f"{step.number} · Tool · {step.name or 'result'}"
    name = step.name if step.name and not hide_systems else ""
    return " · ".join(part for part in (str(step.number), step.kind.capitalize(), name) if part)


def _step(step: Step) -> Iterator[str]:
    if step.reasoning:
        yield "*Reasoning*"
        yield quoted(step.reasoning)
    yield step.text
    if step.refusal:
        yield f"*Refusal*\n\n{quoted(step.refusal)}"
    if step.arguments is not None:
        yield fenced(pretty(step.arguments))
    if step.kind == "tool" and step.answered and step.result is not None:
        yield "*Result*"
        yield fenced(pretty(step.result))
    if step.error:
        yield "*Error*"
        yield fenced(step.error)
    if step.attachments:
        yield "\n".join(f"- {said}" for said in step.attachments)
    if step.tools:
        yield "*Tools*"
        yield fenced(as_json(list(step.tools)))


def _prose_or_fence(text: str) -> str:
    return fenced(pretty(text)) if text.lstrip()[:1] in ("{", "[") else text


def _annotations(trace: Trace) -> Iterator[str]:
    if trace.annotations:
        yield "## Annotations from other tools"
    for said in trace.annotations:
        value = f"{said.value:g}" if said.value is not None else said.label
        head = " · ".join(part for part in (said.name, value, said.annotator) if part)
        yield f"- {head}" + (f"\n\n{quoted(said.comment)}" if said.comment else "")


def _plain(message: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in message.items() if k not in ("model", "cost", "metadata")}
