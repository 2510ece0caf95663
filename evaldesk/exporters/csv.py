"""CSV that a spreadsheet can open without running anything that is in it."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from evaldesk.domain.report import ReportContent
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY

_EVERY = 250
_BEGINNINGS = frozenset("=+-@\t\r")
_KINDS = {COMMENT: "comment", FAILURE_MODES: "failure mode", SEVERITY: "severity"}


def safe(value: Any) -> Any:
    """A value for a cell: text that a spreadsheet would take for a formula gets an apostrophe in
    front. Numbers stay numbers, minus sign and all; None is empty.
    """
    if isinstance(value, str) and value[:1] in _BEGINNINGS:
        return "'" + value
    return "" if value is None else value


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

    return _write(path, header, rows())


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

    return _write(path, header, rows())


def _write(path: Path, header: tuple[str, ...], rows: Iterator[list[Any]]) -> int:
    count = 0
    # The mark at the beginning is what makes Excel read the file as UTF-8. Lone surrogates,
    # which logs do hold, become question marks: UTF-8 cannot carry them.
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([safe(name) for name in header])
        for row in rows:
            writer.writerow([safe(value) for value in row])
            count += 1
    return count
