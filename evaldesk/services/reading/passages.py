"""A trace as the passages that can be highlighted, and the fingerprint of what it says."""

import hashlib
from collections.abc import Iterator, Sequence

from evaldesk.domain.anchoring import Passages, plain_newlines
from evaldesk.domain.highlight import Passage, PassageKind
from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step, pretty, steps_of

_SPOKEN: tuple[tuple[PassageKind, ...], ...] = (("assistant", "output"), ("call",), ("user",))
"""By what a trace is known again: what the system said, else what it called, else was asked."""


def passages_of(trace: Trace, steps: Sequence[Step] | None = None) -> Passages:
    """The passages of a trace in reading order, named as the trace view names its texts."""
    if steps is None:
        steps = steps_of(trace)
    return Passages(
        [
            Passage(kind, step, key, plain_newlines(text))
            for kind, step, key, text in _texts(trace, steps)
            if text
        ]
    )


def fingerprint(passages: Sequence[Passage]) -> str:
    """Equal for traces that say the same, however it is cut into messages; empty for none."""
    for kinds in _SPOKEN:
        said = "".join("".join(one.text.split()) for one in passages if one.kind in kinds)
        if said:
            return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    return ""


def _texts(trace: Trace, steps: Sequence[Step]) -> Iterator[tuple[PassageKind, int, str, str]]:
    if trace.row.error:
        yield "error", -1, "error", trace.row.error
    for index, step in enumerate(steps):
        if step.kind == "tool":
            yield from _tool(index, step)
            continue
        yield "reasoning", index, "reasoning", step.reasoning
        kind: PassageKind = "system" if step.kind == "setup" else step.kind
        yield kind, index, "text", step.text
        yield "refusal", index, "refusal", step.refusal
    for number, document in enumerate(trace.body.get("documents") or ()):
        yield "document", -1, f"document:{number}", str(document.get("content") or "")
    output = trace.body.get("output") or ""
    if output and not any(output.strip() == step.text.strip() for step in steps[-3:]):
        yield "output", -1, "output", output


def _tool(index: int, step: Step) -> Iterator[tuple[PassageKind, int, str, str]]:
    yield "reasoning", index, "reasoning", step.reasoning
    if step.arguments is not None:
        yield "call", index, "arguments", pretty(step.arguments)
    if step.result not in (None, ""):
        yield "result", index, "result", pretty(step.result)
    yield "error", index, "error", step.error
