"""Canonical traces, one a line: what ``docs/file-format.md`` defines, whole and lossless."""

from collections.abc import Callable, Iterable
from pathlib import Path

from evaldesk.domain.trace import Trace
from evaldesk.exporters.json_lines import one_each, write_lines


def write_traces(
    traces: Iterable[Trace], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write every trace; returns how many."""
    return write_lines(one_each(trace.to_json() for trace in traces), path, progress)
