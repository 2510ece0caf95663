"""Traces and ratings as CSV, which a spreadsheet can open without running what is in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evaldesk.domain.report import ReportContent
from evaldesk.exporters.listing import write_csv
from evaldesk.exporters.rating_rows import COLUMNS, rating_rows

_EVERY = 250


def write_ratings(
    content: ReportContent, path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """One row an answer, a failure mode a row each; returns the rows written."""

    def rows() -> Iterator[list[Any]]:
        for number, row in enumerate(rating_rows(content), 1):
            if number % _EVERY == 0:
                progress(number)
            yield row

    return write_csv(path, COLUMNS, rows())


def write_traces(
    content: ReportContent, path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """One row a trace with its slices and scores, and the whole final answer; returns the rows
    written.
    """
    header = (
        "trace", "run", "system", "scenario", "trial", "title", "tier",
        *(f"slice.{name}" for name in content.slices),
        "status", "error",
        *(f"score.{name}" for name in content.metrics),
        "latency_ms", "tokens_in", "tokens_out", "cost", "started_at", "answer",
    )  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for number, item in enumerate(content.traces.rows(), 1):
            if number % _EVERY == 0:
                progress(number)
            row = item.row
            yield [
                row.id,
                row.run,
                row.system,
                row.scenario,
                row.trial,
                row.title,
                row.tier,
                *(row.slices.get(name) for name in content.slices),
                row.status,
                row.error,
                *(row.scores.get(name) for name in content.metrics),
                row.latency_ms,
                row.tokens_in,
                row.tokens_out,
                row.cost,
                row.started_at,
                item.answer,
            ]

    return write_csv(path, header, rows())
