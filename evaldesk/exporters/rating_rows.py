"""Ratings as rows of a long table, which CSV and Parquet share."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.report import ReportContent
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge

COLUMNS = (
    "trace", "run", "scenario", "rubric", "version", "kind", "criterion", "rater", "value",
    "label", "comment", "answered_at", "submitted",
)  # fmt: skip
_CANNOT_JUDGE = "cannot judge"
_KINDS = {COMMENT: "comment", FAILURE_MODES: "failure mode", SEVERITY: "severity"}


def rating_rows(content: ReportContent) -> Iterator[list[Any]]:
    """One row an answer, a failure mode or a point of several a row each, in the order of
    `COLUMNS`. Who cannot judge gives no value; the reason is the comment.
    """
    for item in content.ratings.rows():
        answer, place = item.answer, item.place
        kind = _KINDS.get(answer.field, "answer")
        values: list[Any] = answer.value if isinstance(answer.value, list) else [answer.value]
        for given in values:
            value, comment, label = given, answer.comment, item.label
            if kind == "comment":
                value, comment = None, str(given)
            elif isinstance(given, CannotJudge):
                value, comment, label = None, given.reason, _CANNOT_JUDGE
            yield [
                place.trace,
                place.run,
                place.scenario,
                item.rubric,
                item.version,
                kind,
                answer.field if kind == "answer" else None,
                answer.rater,
                value,
                label,
                comment,
                answer.created_at,
                "yes" if item.submitted else "draft",
            ]
