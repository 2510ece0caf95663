"""When everything in a trace happened: its spans as rows of a waterfall, or its steps where the
source tells no spans.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from evaldesk.domain.trace import Span, TraceBody
from evaldesk.services.reading.steps import Step

KINDS = (
    "agent",
    "llm",
    "tool",
    "retriever",
    "reranker",
    "embedding",
    "guardrail",
    "evaluator",
    "chain",
)
MOST = 50_000


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One operation.

    Attributes:
        name: what it is called. kind: a `SpanKind`, or ``user``.
        depth: how many others it lies in. parent: row that it lies in; -1 for none.
        start, duration: milliseconds from the beginning of the trace; the duration is None where
            the source does not tell it.
        error: what went wrong; empty for nothing.
        message: index of the message that it made; -1 for none.
        span: its place among the spans; -1 where it is a step.
        id: of the span. children: how many rows below lie in it.
        tokens_in, tokens_out, cost, model: as the source says.
    """

    name: str
    kind: str
    depth: int = 0
    parent: int = -1
    start: float = 0.0
    duration: float | None = None
    error: str = ""
    message: int = -1
    span: int = -1
    id: str = ""
    children: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    model: str = ""

    @property
    def end(self) -> float:
        """When it ended; its start where that is not known."""
        return self.start + (self.duration or 0.0)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rows, those that lie in another one right below it.

    Attributes:
        total: milliseconds from the first start to the last end.
        source: ``spans`` or ``steps``.
        dated: whether the source says when things began; else they follow one another.
        cut: how many spans are left out, beyond `MOST`.
    """

    rows: tuple[TimelineRow, ...] = ()
    total: float = 0.0
    source: str = "spans"
    dated: bool = True
    cut: int = 0


def timeline_of(body: TraceBody, steps: Sequence[Step] = ()) -> Timeline:
    """The timeline of a trace; without rows where nothing tells of time.

    Args:
        steps: of the same trace, for one that has no spans.
    """
    spans = body.get("spans") or []
    if spans:
        return _of_spans(spans)
    return _of_steps(steps)


def _of_spans(spans: Sequence[Span]) -> Timeline:
    cut = max(0, len(spans) - MOST)
    spans = spans[:MOST]
    starts = [_time(span.get("started_at")) for span in spans]
    known = [start for start in starts if start is not None]
    origin = min(known, default=0.0)
    places: dict[str, int] = {}
    for index, span in enumerate(spans):
        name = span.get("id")
        if name:
            places.setdefault(str(name), index)
    below: dict[int, list[int]] = {}
    roots: list[int] = []
    for index, span in enumerate(spans):
        parent = places.get(str(span.get("parent") or ""), -1)
        if parent < 0 or parent == index:
            roots.append(index)
        else:
            below.setdefault(parent, []).append(index)

    def by_time(indexes: Iterable[int]) -> list[int]:
        # Equal and missing times keep the source's order.
        return sorted(indexes, key=lambda index: (starts[index] is None, starts[index] or 0.0))

    rows: list[TimelineRow] = []
    ends: dict[int, float] = {}  # of what was placed last within each row, where times are missing
    seen = [False] * len(spans)
    # Spans that lie in one another in a circle hang on no root; the first of them becomes one.
    for first in (*by_time(roots), *range(len(spans))):
        if not seen[first]:
            _walk(first, spans, starts, origin, below, by_time, seen, rows, ends)
    counted = _with_children(rows)
    total = max((row.end for row in counted), default=0.0)
    return Timeline(tuple(counted), total, "spans", bool(known), cut)


def _walk(
    first: int,
    spans: Sequence[Span],
    starts: Sequence[float | None],
    origin: float,
    below: dict[int, list[int]],
    by_time: Any,
    seen: list[bool],
    rows: list[TimelineRow],
    ends: dict[int, float],
) -> None:
    """One root and all that lies in it, without recursion: spans may be nested very deep."""
    stack: list[tuple[int, int, int]] = [(first, 0, -1)]
    while stack:
        index, depth, parent = stack.pop()
        if seen[index]:
            continue
        seen[index] = True
        span = spans[index]
        start = starts[index]
        if start is not None:
            at = (start - origin) * 1000
        else:
            at = ends.get(parent, rows[parent].start if parent >= 0 else 0.0)
        duration = _number(span.get("latency_ms"))
        ends[parent] = at + (duration or 0.0)
        kind = str(span.get("kind") or "chain")
        failed = span.get("error") or ("error" if span.get("status") == "error" else "")
        message = span.get("message")
        row = len(rows)
        rows.append(
            TimelineRow(
                name=str(span.get("name") or kind),
                kind=kind if kind in KINDS else "chain",
                depth=depth,
                parent=parent,
                start=at,
                duration=duration,
                error=str(failed),
                message=message if isinstance(message, int) else -1,
                span=index,
                id=str(span.get("id") or ""),
                tokens_in=span.get("tokens_in"),
                tokens_out=span.get("tokens_out"),
                cost=span.get("cost"),
                model=str(span.get("model") or ""),
            )
        )
        for child in reversed(by_time(below.get(index, ()))):
            stack.append((child, depth + 1, row))


def _with_children(rows: Sequence[TimelineRow]) -> list[TimelineRow]:
    count = [0] * len(rows)
    for index in range(len(rows) - 1, -1, -1):
        parent = rows[index].parent
        if parent >= 0:
            count[parent] += count[index] + 1
    for row, children in zip(rows, count, strict=True):
        # `dataclasses.replace` takes ten times as long.
        object.__setattr__(row, "children", children)
    return list(rows)


def _of_steps(steps: Sequence[Step]) -> Timeline:
    if not any(step.latency_ms is not None for step in steps):
        return Timeline(source="steps")
    rows = []
    at = 0.0
    for step in steps:
        if step.kind == "setup":
            continue
        kind = {"tool": "tool", "assistant": "llm"}.get(step.kind, "user")
        rows.append(
            TimelineRow(
                name=step.name or step.kind,
                kind=kind,
                start=at,
                duration=step.latency_ms,
                error=step.error,
                message=step.message,
                tokens_in=step.tokens_in,
                tokens_out=step.tokens_out,
                cost=step.cost,
                model=step.model,
            )
        )
        at += step.latency_ms or 0.0
    return Timeline(tuple(rows), at, "steps", dated=False)


def _time(text: Any) -> float | None:
    """Seconds since 1970."""
    if not isinstance(text, str) or not text:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and value >= 0 else None
