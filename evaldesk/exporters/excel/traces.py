"""The sheet Traces: one row a trace."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from evaldesk.domain.report import ReportContent, ReportedTrace
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.sheet import Column, SheetWriter, Styled, long_table, utc
from evaldesk.exporters.excel.text import shortened

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

ANSWER_CHARACTERS = 2000
SHORT_ID = 8


def write(
    book: "ScratchBook", content: ReportContent, rows: Iterable[ReportedTrace]
) -> list[SheetWriter]:
    """Write the sheet; more than one where a million rows do not hold it."""
    columns = [
        Column("Trace", 10, "id"),
        Column("Run", 24),
        Column("System", 22),
        Column("Scenario", 20),
        Column("Trial", 7, "integer"),
        Column("Title", 44),
        Column("Tier", 13),
        *(Column(f"slice: {name}", 14) for name in content.slices),
        Column("Status", 11),
        Column("Error", 24),
        *(Column(name, max(11, min(len(name) + 3, 22)), "number") for name in content.metrics),
        Column("Latency, ms", 12, "integer"),
        Column("Tokens in", 11, "integer"),
        Column("Tokens out", 11, "integer"),
        Column("Cost, $", 11, "money"),
        Column("Started, UTC", 19, "date"),
        Column("Answer", 90, "wrapped"),
        Column("Full id", 58, "id"),
    ]
    status = next(i for i, item in enumerate(columns, 1) if item.title == "Status")
    latency = next(i for i, item in enumerate(columns, 1) if item.title == "Latency, ms")

    def rules(sheet: SheetWriter, first: int, last: int) -> None:
        for word, fill in (("error", style.BAD_FILL), ("incomplete", style.WARN_FILL)):
            sheet.rule(status, first, last, style.when_equal(word, fill, bold=word == "error"))
        for number, name in enumerate(content.metrics, status + 2):
            if name not in content.binary:
                continue
            for value, fill in ((1, style.GOOD_FILL), (0, style.BAD_FILL)):
                # An empty cell counts as 0 in Excel: it must not be coloured as a failure.
                test = f"AND(ISNUMBER({{cell}}),{{cell}}={value})"
                sheet.rule(number, first, last, style.when(test, fill))
        sheet.rule(latency, first, last, style.bar("B9D7EA"))

    return long_table(
        book, "Traces", columns, _rows(content, rows), freeze="B2", color=style.BLUE, rules=rules
    )


def _rows(content: ReportContent, rows: Iterable[ReportedTrace]) -> Iterator[list[Any]]:
    for item in rows:
        row = item.row
        yield [
            row.id[:SHORT_ID],
            row.run,
            row.system or None,
            row.scenario,
            row.trial + 1,  # a reader counts from 1
            row.title or None,
            row.tier or None,
            *(row.slices.get(name) for name in content.slices),
            row.status,
            row.error or None,
            *(_score(row.scores.get(name), name in content.binary) for name in content.metrics),
            row.latency_ms,
            row.tokens_in,
            row.tokens_out,
            row.cost,
            utc(row.started_at),
            shortened(item.answer, ANSWER_CHARACTERS) or None,
            row.id,
        ]


def _score(value: float | None, binary: bool) -> Any:
    return Styled(value, "integer") if binary and value in (0, 1) else value
