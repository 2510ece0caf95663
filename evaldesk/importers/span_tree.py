"""Spans that arrive in any order, put in the order of their tree."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from evaldesk.importers.span_records import SpanRecord


@dataclass(slots=True)
class SpanTree:
    """The spans of one trace.

    Attributes:
        spans: each before its children, siblings by their start.
        parents: index in ``spans`` of each one's parent; -1 for a root.
        roots: indices of those without a parent here, real roots (that name none) first.
        depths: levels above each.
        repeated: spans that were there twice, word for word, and are once here.
        renamed: spans whose id another one had already.
        circular: spans that were their own ancestor, and are roots here.
    """

    spans: list[SpanRecord] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    roots: list[int] = field(default_factory=list)
    depths: list[int] = field(default_factory=list)
    repeated: int = 0
    renamed: int = 0
    circular: int = 0

    def ancestors(self, index: int) -> list[int]:
        """Indices of a span's ancestors, the nearest first."""
        made = []
        index = self.parents[index]
        while index >= 0:
            made.append(index)
            index = self.parents[index]
        return made


def span_tree(records: Sequence[SpanRecord]) -> SpanTree:
    """The tree of the spans of one trace.

    Args:
        records: in the file's order; events of logs become events of their spans, and where a
            span itself is not there, a span of their own. They are not changed.
    """
    tree = SpanTree()
    spans = _with_events(_single(records, tree))
    by_id = {span.span_id: index for index, span in reversed(list(enumerate(spans)))}
    above = [by_id.get(span.parent_id, -1) if span.parent_id else -1 for span in spans]
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(above):
        children.setdefault(-1 if parent == index else parent, []).append(index)

    def begin(index: int) -> tuple[int, int]:
        start = spans[index].start
        return (start if start is not None else _earliest(spans, children, index), index)

    placed: dict[int, int] = {}
    for start in (*sorted(children.get(-1, ()), key=begin), *range(len(spans))):
        if start in placed:
            continue
        if above[start] not in (-1, start):
            tree.circular += 1  # what no root leads to goes round in a circle
        _place(start, -1, spans, children, placed, tree, begin)
    tree.roots.sort(key=lambda at: (tree.spans[at].carries, bool(tree.spans[at].parent_id)))
    return tree


def _single(records: Sequence[SpanRecord], tree: SpanTree) -> list[SpanRecord]:
    """The records with one id each."""
    made: list[SpanRecord] = []
    seen: dict[str, SpanRecord] = {}
    for record in records:
        if record.event is not None:
            made.append(record)
            continue
        known = seen.get(record.span_id)
        if known is None or not record.span_id:
            seen[record.span_id] = record
            made.append(record)
        elif _content(known) == _content(record):
            tree.repeated += 1
        else:
            tree.renamed += 1
            number = 2
            while f"{record.span_id} ({number})" in seen:
                number += 1
            other = replace(record, events=list(record.events))
            other.span_id = f"{record.span_id} ({number})"
            seen[other.span_id] = other
            made.append(other)
    return made


def _with_events(records: Sequence[SpanRecord]) -> list[SpanRecord]:
    made = [record for record in records if record.event is None]
    logged = [record for record in records if record.event is not None]
    if not logged:
        return made
    at = {span.span_id: index for index, span in reversed(list(enumerate(made)))}
    copied: set[int] = set()
    for record in logged:
        assert record.event is not None
        index = at.get(record.span_id, -1)
        if index < 0:
            span = replace(record, events=list(record.events))
            span.event, span.events = None, [record.event]
            span.name = record.event.name or "log"
            at[record.span_id] = len(made)
            copied.add(len(made))
            made.append(span)
            continue
        if index not in copied:
            made[index] = replace(made[index], events=list(made[index].events))
            copied.add(index)
        made[index].events.append(record.event)
    return made


def _place(
    top: int,
    parent: int,
    spans: Sequence[SpanRecord],
    children: dict[int, list[int]],
    placed: dict[int, int],
    tree: SpanTree,
    begin: Callable[[int], tuple[int, int]],
) -> None:
    """A span and all below it, each before its children; without recursion, since spans nest
    deeper than Python does.
    """
    waiting: deque[tuple[int, int, int]] = deque([(top, parent, 0)])
    while waiting:
        index, above, depth = waiting.pop()
        if index in placed:
            continue
        placed[index] = at = len(tree.spans)
        tree.spans.append(spans[index])
        tree.parents.append(above)
        tree.depths.append(depth)
        if above < 0:
            tree.roots.append(at)
        for child in sorted(children.get(index, ()), key=begin, reverse=True):
            if child not in placed:
                waiting.append((child, at, depth + 1))


def _earliest(spans: Sequence[SpanRecord], children: dict[int, list[int]], index: int) -> int:
    """For a span without a start: that of the first of its children that has one, else 0."""
    starts = [spans[child].start for child in children.get(index, ())]
    return min((start for start in starts if start is not None), default=0)


def _content(record: SpanRecord) -> tuple[object, ...]:
    return (
        record.parent_id,
        record.name,
        record.start,
        record.end,
        record.status,
        record.error,
        record.attributes,
        record.events,
        record.links,
    )
