"""Ratings as rows of a long table, which CSV and Parquet share."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.report import ReportContent
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY

COLUMNS = (
    "trace", "run", "scenario", "rubric", "version", "kind", "criterion", "rater", "value",
    "label", "comment", "answered_at", "submitted",
)  # fmt: skip
_KINDS = {COMMENT: "comment", FAILURE_MODES: "failure mode", SEVERITY: "severity"}


def rating_rows(content: ReportContent) -> Iterator[list[Any]]:
    """One row an answer, a failure mode a row each, in the order of `COLUMNS`."""
    for item in content.ratings.rows():
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
