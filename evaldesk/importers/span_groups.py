"""Files of spans: those of one trace brought together, however far apart they stand.

A first reading counts the spans of each trace, a second one gives a trace as soon as its last span
was read, so that no more is held than the file mixes.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import orjson

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.wording import counted
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.source import Source
from evaldesk.importers.span_conventions import CONVENTIONS
from evaldesk.importers.span_reading import Convention
from evaldesk.importers.span_records import SpanRecord
from evaldesk.importers.span_trace import trace_of
from evaldesk.importers.trials import TrialNumbers

Found = SpanRecord | InputError
"""A span, or why one cannot be read."""

MAX_HELD_BYTES = 512 << 20
"""Of spans whose traces have not ended; an estimate by their texts."""

_FEEDBACK = re.compile(r"(trace\.|session\.)?(annotations|evaluations)(\.|\Z)")


def traces_in(
    source: Source,
    options: ImportOptions,
    spans: Callable[[bool], Iterator[Found]],
    conventions: Sequence[Convention] = CONVENTIONS,
    *,
    limit: int = MAX_HELD_BYTES,
) -> Iterator[Item]:
    """The traces of a file of spans, each when its last span was read, then notes.

    Args:
        spans: begins to read the file anew each time it is called, and yields its spans in order;
            given False, their ids are enough, and what `carries_feedback` looks at.
        limit: bytes that may be held.

    Raises:
        InputError: a span cannot be read, unless what is bad is skipped; there is none; or traces
            are so mixed that too much would have to be held.
    """
    yield RunHeader()
    left: Counter[str] = Counter()
    with closing(_iterated(spans(False))) as found:
        for item in found:
            if isinstance(item, SpanRecord):
                left[_trace_key(item)] += 1
            elif not options.skip_bad:
                raise item
    trials = options.trials or TrialNumbers()
    seen: Counter[str] = Counter()
    held: dict[str, list[SpanRecord]] = {}
    sizes: Counter[str] = Counter()
    total = 0
    any_there = False
    with closing(_iterated(spans(True))) as found:
        for item in found:
            any_there = True
            if not isinstance(item, SpanRecord):
                yield Skipped(item.record, f"{item.reason} {item.hint}".strip())
                continue
            key = _trace_key(item)
            held.setdefault(key, []).append(item)
            size = _size(item)
            sizes[key] += size
            total += size
            left[key] -= 1
            if left[key] <= 0:
                total -= sizes.pop(key)
                whole = held.pop(key)
                seen["alone"] += all(record.carries for record in whole)
                try:
                    trace = trace_of(whole, conventions, seen)
                except (orjson.JSONEncodeError, RecursionError) as error:
                    bad = source.error("It nests too deep.", record=item.place)
                    if not options.skip_bad:
                        raise bad from error
                    yield Skipped(item.place, bad.reason)
                    continue
                yield trials.number(trace)
            elif total > limit:
                raise _too_much(source, item, len(held), limit)
    if not any_there:
        raise source.error("It holds no spans.", "Check that it is the file you meant.")
    yield from _notes(seen)
    yield from trials.notes()


def _too_much(source: Source, item: SpanRecord, traces: int, limit: int) -> InputError:
    if traces == 1:
        return source.error(
            f"The spans of the trace {item.trace_id[:40]} take more than {limit >> 20} MB.",
            "A trace that long cannot be read.",
            record=item.place,
        )
    return source.error(
        f"The spans of {traces:,} traces are so mixed that more than {limit >> 20} MB of them "
        "would have to be held at once.",
        "Sort the file by trace id, or export fewer traces at a time.",
        record=item.place,
    )


def _notes(seen: Counter[str]) -> Iterator[ImportNote]:
    for name, one, many in (
        ("repeated", "%1 span is there", "%1 spans are there"),
        ("renamed", "%1 span has", "%1 spans have"),
        ("circular", "%1 span is", "%1 spans are"),
    ):
        number = seen[name]
        if number:
            said = {
                "repeated": " twice, word for word, and taken once.",
                "renamed": " the id of another span of the same trace; a number was added to it.",
                "circular": " said to be inside themselves; they are taken as roots.",
            }[name]
            yield ImportNote(counted(number, one, many) + said)

    if seen["alone"]:
        said = counted(
            seen["alone"],
            "Feedback on %1 trace that is not in this file",
            "Feedback on %1 traces that are not in this file",
        )
        yield ImportNote(f"{said} stands as a trace of its own.")


def carries_feedback(record: SpanRecord) -> bool:
    """Whether a span is there to say what was thought of the one that it points to."""
    return len(record.links) == 1 and any(_FEEDBACK.match(name) for name in record.attributes)


def _trace_key(record: SpanRecord) -> str:
    if carries_feedback(record):
        record.carries = True
        return record.links[0][0] or record.trace_id
    # Without an id of a trace a span is a trace.
    return record.trace_id or f"\0{record.place}"


def _size(record: SpanRecord) -> int:
    made = 1000
    for group in (record.attributes, record.more, *(event.attributes for event in record.events)):
        for value in group.values():
            made += _size_of(value)
    return made


def _size_of(value: Any) -> int:
    if isinstance(value, str):
        return len(value) + 50
    if isinstance(value, dict):
        return 100 + sum(50 + _size_of(item) for item in value.values())
    if isinstance(value, list):
        return 60 + sum(_size_of(item) for item in value)
    return 30


def _iterated(found: Iterator[Found]) -> Any:
    return found if hasattr(found, "close") else (item for item in found)
