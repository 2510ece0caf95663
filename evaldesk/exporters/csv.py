"""Traces and ratings as CSV, which a spreadsheet can open without running what is in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evaldesk.domain.report import ReportContent
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY
from evaldesk.exporters.listing import write_csv

_EVERY = 250
_KINDS = {COMMENT: "comment", FAILURE_MODES: "failure mode", SEVERITY: "severity"}


def write_ratings(
    content: ReportContent, path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """One row an answer, a failure mode a row each; returns the rows written."""
    header = (
        "trace", "run", "scenario", "rubric", "version", "kind", "criterion", "rater", "value",
        "label", "comment", "answered_at", "submitted",
    )  # fmt: skip

    def rows() -> Iterator[list[Any]]:
        for number, item in enumerate(content.ratings.rows(), 1):
            if number % _EVERY == 0:
                progress(number)
            answer, place = item.answer, item.place
            kind = _KINDS.get(answer.field, "answer")
            values = answer.value if isinstance(answer.value, list) else [answer.value]
            for value in values:
                yield [
                    place.trace,
                    place.run,
                    place.scenario,
                    item.rubric,
                    item.version,
                    kind,
                    answer.field if kind == "answer" else None,
                    answer.rater,
                    None if kind == "comment" else value,
                    item.label,
                    value if kind == "comment" else answer.comment,
                    answer.created_at,
                    "yes" if item.submitted else "draft",
                ]

    return write_csv(path, header, rows())


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
