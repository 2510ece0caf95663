"""Ratings as rows of a long table, which CSV and Parquet share."""

from collections.abc import Iterator
from typing import Any

import orjson

from evaldesk.domain.report import ReportContent
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge

COLUMNS = (
    "trace", "run", "scenario", "rubric", "version", "kind", "criterion", "rater", "value",
    "label", "comment", "answered_at", "submitted", "highlight",
)  # fmt: skip
HIGHLIGHT = "highlight"
_CANNOT_JUDGE = "cannot judge"
_KINDS = {COMMENT: "comment", FAILURE_MODES: "failure mode", SEVERITY: "severity"}


def rating_rows(content: ReportContent) -> Iterator[list[Any]]:
    """One row an answer, a failure mode or a point of several a row each, then one a highlight, in
    the order of `COLUMNS`. Who cannot judge gives no value; the reason is the comment. The value
    of a highlight is what was marked; its last column says all of it, as JSON.
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
                None,
            ]
    for one, place in content.highlights.rows():
        yield [
            place.trace,
            place.run,
            place.scenario,
            one.rubric or None,
            None,
            HIGHLIGHT,
            None,
            one.author,
            one.anchor.quote,
            one.label,
            one.comment,
            one.created_at,
            "yes",
            orjson.dumps(one.to_json()).decode(),
        ]
