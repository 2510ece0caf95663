"""The sheet Ratings: one row an answer, the raw data behind every figure of agreement."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from evaldesk.domain.report import ReportedAnswer
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.sheet import Column, SheetWriter, long_table, utc
from evaldesk.exporters.excel.traces import SHORT_ID

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

COLUMNS = (
    Column("Trace", 10, "id"),
    Column("Scenario", 20),
    Column("Run", 24),
    Column("Rubric", 22),
    Column("Version", 8, "integer"),
    Column("Kind", 13),
    Column("Criterion", 20),
    Column("Rater", 16),
    Column("Value", 16, "value"),
    Column("Label", 22),
    Column("Comment", 44, "wrapped"),
    Column("Answered, UTC", 19, "date"),
    Column("Submitted", 10),
    Column("Title", 40),
    Column("Full id", 58, "id"),
)

KINDS = {COMMENT: "comment", FAILURE_MODES: "failure mode", SEVERITY: "severity"}


def write(book: "ScratchBook", rows: Iterable[ReportedAnswer]) -> list[SheetWriter]:
    """Write the sheet; more than one where a million rows do not hold it."""
    return long_table(
        book, "Ratings", COLUMNS, _rows(rows), freeze="B2", color=style.BLUE, most_lines=3
    )


def lines(item: ReportedAnswer) -> Iterator[tuple[str, str, Any, str]]:
    """(kind, criterion, value, comment) of an answer; a failure mode makes a line each."""
    answer = item.answer
    kind = KINDS.get(answer.field, "answer")
    criterion = answer.field if kind == "answer" else ""
    if kind == "comment":
        # The words stand where comments stand, whatever they were said of.
        yield kind, "", None, str(answer.value)
        return
    if isinstance(answer.value, CannotJudge):
        yield kind, criterion, "cannot judge", answer.value.reason
        return
    values = answer.value if isinstance(answer.value, list) else [answer.value]
    for value in values:
        yield kind, criterion, value, answer.comment


def _rows(rows: Iterable[ReportedAnswer]) -> Iterator[list[Any]]:
    for item in rows:
        place, answer = item.place, item.answer
        for kind, criterion, value, comment in lines(item):
            yield [
                place.trace[:SHORT_ID],
                place.scenario,
                place.run,
                item.rubric,
                item.version,
                kind,
                criterion or None,
                answer.rater,
                value,
                item.label or None,
                comment or None,
                utc(answer.created_at),
                "yes" if item.submitted else "draft",
                place.title or None,
                place.trace,
            ]
