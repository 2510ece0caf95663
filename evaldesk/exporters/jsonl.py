"""Canonical traces, one a line: what ``docs/file-format.md`` defines, whole and lossless."""

from collections.abc import Callable, Iterable
from pathlib import Path

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Trace

_EVERY = 100


def write_traces(
    traces: Iterable[Trace], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write every trace; returns how many."""
    count = 0
    with path.open("wb") as file:
        for trace in traces:
            file.write(canonical_json(trace.to_json()))
            file.write(b"\n")
            count += 1
            if count % _EVERY == 0:
                progress(count)
    return count
