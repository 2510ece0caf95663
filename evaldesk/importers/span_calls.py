"""The calls of models and tools in a tree of spans, and the conversation that they make."""

from collections.abc import Sequence
from typing import Any

from evaldesk.importers.span_conversation import Conversation
from evaldesk.importers.span_reading import MODELS, SpanReading
from evaldesk.importers.span_records import iso
from evaldesk.importers.span_tree import SpanTree


def spans_under(tree: SpanTree, readings: Sequence[SpanReading], kind: str) -> set[int]:
    """Spans of a kind, and all below them; parents come before their children."""
    found: set[int] = set()
    for index, reading in enumerate(readings):
        if reading.kind == kind or tree.parents[index] in found:
            found.add(index)
    return found


def innermost_calls(tree: SpanTree, readings: Sequence[SpanReading]) -> set[int]:
    """Calls of models whose messages count: libraries nest a call in another that repeats it."""
    speaking = {
        index
        for index, reading in enumerate(readings)
        if reading.kind in MODELS and (reading.received or reading.made)
    }
    covered: set[int] = set()
    for index in sorted(speaking, reverse=True):
        if index in covered and not readings[index].made:
            continue
        for above in tree.ancestors(index):
            if above in speaking and (readings[index].made or not readings[above].made):
                covered.add(above)
    # One inside that has no answer is covered by the one around it that has.
    for index in speaking - covered:
        if not readings[index].made and any(
            above in speaking and readings[above].made for above in tree.ancestors(index)
        ):
            covered.add(index)
    return speaking - covered


def conversation_of(
    tree: SpanTree, readings: Sequence[SpanReading], judged: set[int], inner: set[int]
) -> tuple[Conversation, dict[int, Any]]:
    """The messages in order of time; and what each span has to do with them."""
    conversation = Conversation()
    spoken: dict[int, Any] = {}
    several = len({item.agent for item in readings if item.agent}) > 1
    starts, ends = _clock(tree)
    moments: list[tuple[int, int, int, str]] = []
    for index, reading in enumerate(readings):
        if index in judged:
            continue
        if index in inner:
            moments.append((starts[index], 1, index, "given"))
            moments.append((ends[index], 0, index, "made"))
        elif reading.tool is not None:
            moments.append((ends[index], 0, index, "ran"))
    opened: set[int] = set()
    for _, _, index, what in sorted(moments):
        reading = readings[index]
        if what == "ran":
            assert reading.tool is not None
            spoken[index] = conversation.ran(reading.tool, about_message(reading, costs=False))
            continue
        if index not in opened:
            opened.add(index)
            conversation.receive(reading.received)
        if what == "made":
            for number, message in enumerate(reading.made):
                if number == 0:
                    message.update(about_message(reading))  # type: ignore[typeddict-item]
                if several and "name" not in message:
                    name = _agent_of(index, tree, readings)
                    if name:
                        message["name"] = name
                at = conversation.made(message)
                spoken.setdefault(index, at)
    conversation.settle()
    return conversation, spoken


def _clock(tree: SpanTree) -> tuple[list[int], list[int]]:
    """Start and end of each span to order by; a span without times stands with its parent."""
    starts: list[int] = []
    ends: list[int] = []
    for index, span in enumerate(tree.spans):
        parent = tree.parents[index]
        start = span.start
        if start is None:
            start = starts[parent] if parent >= 0 else span.end or 0
        starts.append(start)
        ends.append(start if span.end is None else max(start, span.end))
    return starts, ends


def about_message(reading: SpanReading, *, costs: bool = True) -> dict[str, Any]:
    """What a span says of the message that it made: when, how long, at what cost."""
    record = reading.record
    made: dict[str, Any] = {}
    if record.start is not None:
        made["started_at"] = iso(record.start)
    if record.latency_ms is not None:
        made["latency_ms"] = record.latency_ms
    if costs:
        for name, value in (
            ("model", reading.answered_model or reading.model or None),
            ("tokens_in", reading.tokens_in),
            ("tokens_out", reading.tokens_out),
            ("cost", reading.cost),
        ):
            if value is not None:
                made[name] = value
    return made


def _agent_of(index: int, tree: SpanTree, readings: Sequence[SpanReading]) -> str:
    near = (index, *tree.ancestors(index))
    return next((readings[at].agent for at in near if readings[at].agent), "")
