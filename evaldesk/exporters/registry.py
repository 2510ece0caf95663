"""Every format that can be written besides the workbook. A new one is a module and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.report import ReportContent
from evaldesk.domain.trace import Trace
from evaldesk.exporters import csv, jsonl

Counted = Callable[[int], None]
"""Called now and then with the rows written so far. Raises to cancel."""


@dataclass(frozen=True, slots=True)
class TraceWriterFormat:
    """A format that holds traces whole.

    Attributes:
        name: what ``--format`` takes. title: for people.
        kind: what is written, ``traces`` or ``ratings``.
        extensions: usual endings, with the dot.
        write: traces, path, progress → rows written.
    """

    name: str
    title: str
    kind: str
    extensions: tuple[str, ...]
    description: str
    write: Callable[[Iterable[Trace], Path, Counted], int]


@dataclass(frozen=True, slots=True)
class ListFormat:
    """A format that holds a list of traces or ratings; attributes as of `TraceWriterFormat`."""

    name: str
    title: str
    kind: str
    extensions: tuple[str, ...]
    description: str
    write: Callable[[ReportContent, Path, Counted], int]


Format = TraceWriterFormat | ListFormat

FORMATS: tuple[Format, ...] = (
    TraceWriterFormat(
        "jsonl",
        "EvalDesk traces",
        "traces",
        (".jsonl",),
        "Canonical traces, one a line: messages, scores, scenario; reads back without loss.",
        jsonl.write_traces,
    ),
    ListFormat(
        "traces-csv",
        "List of traces, CSV",
        "traces",
        (".csv",),
        "One row a trace with slices, scores, cost and the final answer.",
        csv.write_traces,
    ),
    ListFormat(
        "ratings-csv",
        "Ratings, CSV",
        "ratings",
        (".csv",),
        "One row an answer: who, on what, which value, when.",
        csv.write_ratings,
    ),
)


def by_name(name: str) -> Format:
    """The format of this name.

    Raises:
        NotFoundError: there is none; offers the nearest.
    """
    for item in FORMATS:
        if item.name == name:
            return item
    raise NotFoundError.among("format", name, (item.name for item in FORMATS))
