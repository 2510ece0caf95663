"""Every format that can be written besides the workbook. A new one is a module and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.judged import JudgedTrace
from evaldesk.domain.report import ReportContent
from evaldesk.domain.trace import Trace
from evaldesk.exporters import csv, inspect_scores, jsonl, lm_eval, openinference, otlp, parquet

Counted = Callable[[int], None]
"""Called now and then with the rows written so far. Raises to cancel."""


@dataclass(frozen=True, slots=True)
class TraceWriterFormat:
    """A format that holds traces whole, or most of them.

    Attributes:
        name: what ``--format`` takes. title: for people.
        kind: what is written, ``traces`` or ``ratings``.
        extensions: usual endings, with the dot.
        write: traces, path, progress → traces written.
        annotations: whether it holds what people said.
    """

    name: str
    title: str
    kind: str
    extensions: tuple[str, ...]
    description: str
    write: Callable[[Iterable[Trace], Path, Counted], int]
    annotations: bool = True


@dataclass(frozen=True, slots=True)
class ListFormat:
    """A format that holds a list of traces or ratings; attributes as of `TraceWriterFormat`."""

    name: str
    title: str
    kind: str
    extensions: tuple[str, ...]
    description: str
    write: Callable[[ReportContent, Path, Counted], int]


@dataclass(frozen=True, slots=True)
class ValueFormat:
    """A format that holds one value a trace of one run, of one criterion or metric; attributes as
    of `TraceWriterFormat`.
    """

    name: str
    title: str
    kind: str
    extensions: tuple[str, ...]
    description: str
    write: Callable[[Iterable[JudgedTrace], Path, Counted], int]


Format = TraceWriterFormat | ListFormat | ValueFormat

FORMATS: tuple[Format, ...] = (
    TraceWriterFormat(
        "jsonl",
        "EvalDesk traces",
        "traces",
        (".jsonl",),
        "Canonical traces, one a line: messages, scores, annotations, scenario; reads back "
        "without loss.",
        jsonl.write_traces,
    ),
    TraceWriterFormat(
        "otlp",
        "OpenTelemetry, OTLP/JSON",
        "traces",
        (".jsonl", ".json"),
        "One TracesData a line, with the attributes of the conventions for generative AI; scores "
        "and annotations are events. Reads back without loss.",
        otlp.write_traces,
    ),
    TraceWriterFormat(
        "openinference",
        "OpenInference (Phoenix) spans",
        "traces",
        (".jsonl",),
        "One span a line; scores and what people said are annotations. Reads back without loss.",
        openinference.write_traces,
    ),
    TraceWriterFormat(
        "parquet",
        "Traces, Parquet",
        "traces",
        (".parquet",),
        "One row a trace, with nested messages, scores and annotations. Reads back without loss.",
        parquet.write_traces,
    ),
    TraceWriterFormat(
        "lm-eval",
        "lm-evaluation-harness samples",
        "traces",
        (".jsonl",),
        "One sample a trace: question, target, answer and metrics.",
        lm_eval.write_traces,
        annotations=False,
    ),
    ValueFormat(
        "inspect-scores",
        "Inspect, precomputed scores",
        "ratings",
        (".jsonl",),
        "One criterion's settled ratings, or one metric, for the log of one run: "
        "precomputed_scores() adds them to it.",
        inspect_scores.write_scores,
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
    ListFormat(
        "ratings-parquet",
        "Ratings, Parquet",
        "ratings",
        (".parquet",),
        "One row an answer: who, on what, which value, when.",
        parquet.write_ratings,
    ),
)


def by_name(name: str) -> Format:
    """The format of this name.

    Raises:
        NotFoundError: there is none; offers the nearest, or says how a workbook is written.
    """
    for item in FORMATS:
        if item.name == name:
            return item
    if name == "xlsx":
        raise NotFoundError("A workbook is no format.", "Write it with --xlsx FILE.")
    raise NotFoundError.among("format", name, (item.name for item in FORMATS))
