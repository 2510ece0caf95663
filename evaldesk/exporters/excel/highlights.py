"""The sheet Highlights: one row a labelled span."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from evaldesk.domain.report import ReportedHighlight
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.sheet import Column, SheetWriter, long_table, utc
from evaldesk.exporters.excel.traces import SHORT_ID

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

COLUMNS = (
    Column("Trace", 10, "id"),
    Column("Scenario", 20),
    Column("Run", 24),
    Column("Rater", 16),
    Column("Label", 22),
    Column("Kind", 14),
    Column("Severity", 9),
    Column("Marked", 50, "wrapped"),
    Column("Comment", 44, "wrapped"),
    Column("In", 12),
    Column("From", 9, "integer"),
    Column("To", 9, "integer"),
    Column("Rubric", 22),
    Column("Round", 16),
    Column("Made, UTC", 19, "date"),
    Column("Title", 40),
    Column("Full id", 58, "id"),
)
_KINDS = {"mode": "failure mode", "criterion": "criterion", "label": "own label"}


def write(book: "ScratchBook", rows: Iterable[ReportedHighlight]) -> list[SheetWriter]:
    """Write the sheet; more than one where a million rows do not hold it. Characters are counted
    from 1, both ends among them, as people count.
    """
    return long_table(
        book, "Highlights", COLUMNS, _rows(rows), freeze="B2", color=style.BLUE, most_lines=3
    )


def _rows(rows: Iterable[ReportedHighlight]) -> Iterator[list[Any]]:
    for one, place in rows:
        anchor = one.anchor
        yield [
            place.trace[:SHORT_ID],
            place.scenario,
            place.run,
            one.author,
            one.label,
            _KINDS[one.kind],
            one.severity or None,
            anchor.quote,
            one.comment or None,
            anchor.kind,
            anchor.start + 1 if anchor.end else None,
            anchor.end or None,
            one.rubric or None,
            one.round or None,
            utc(one.created_at),
            place.title or None,
            place.trace,
        ]
