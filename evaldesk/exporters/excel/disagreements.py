"""The sheets Disagreements and Ruling history."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evaldesk.domain.report import ReportContent, ReportedDisagreement, ReportedRuling
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.sheet import Column, SheetWriter, long_table, utc
from evaldesk.exporters.excel.traces import SHORT_ID

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

KINDS = {
    "adopt": "adopted a rater’s value",
    "other": "another value",
    "none_fits": "no value fits",
    "rubric_unsettled": "the rubric does not settle it",
}
MOST_RATER_COLUMNS = 30
"""With more raters than this a column each would be mostly empty: one column lists them."""


def write(book: "ScratchBook", content: ReportContent) -> list[SheetWriter]:
    """Write both sheets."""
    return [*_disagreements(book, content), *_history(book, content)]


def _disagreements(book: "ScratchBook", content: ReportContent) -> list[SheetWriter]:
    wide = len(content.raters) <= MOST_RATER_COLUMNS
    answers = (
        [Column(rater, max(11, min(len(rater) + 2, 20)), "value") for rater in content.raters]
        if wide
        else [Column("Answers", 60, "wrapped")]
    )
    columns = [
        Column("Trace", 10, "id"),
        Column("Scenario", 20),
        Column("Title", 38),
        Column("Tier", 12),
        Column("Run", 22),
        Column("Rubric", 20),
        Column("Criterion", 18, "strong"),
        Column("Spread", 9, "number"),
        Column("Severity", 9),
        *answers,
        Column("Gold value", 14, "value"),
        Column("Ruling", 26),
        Column("Reason", 50, "wrapped"),
        Column("Ruled by", 16),
        Column("Ruled, UTC", 19, "date"),
        Column("Full id", 58, "id"),
    ]
    ruling = next(i for i, item in enumerate(columns, 1) if item.title == "Ruling")

    def rules(sheet: SheetWriter, first: int, last: int) -> None:
        sheet.rule(8, first, last, style.bar("E8A87C", most=1))
        for word, fill in (("S1", style.BAD_FILL), ("S2", style.WARN_FILL)):
            sheet.rule(9, first, last, style.when_equal(word, fill, bold=True))
        sheet.rule(ruling, first, last, style.when_equal("open", style.WARN_FILL))

    def rows() -> Iterator[list[Any]]:
        for report in content.rubrics:
            for item in report.disagreements:
                yield _row(item, content.raters if wide else None)

    return long_table(
        book,
        "Disagreements",
        columns,
        rows(),
        freeze="B2",
        color=style.ORANGE,
        rules=rules,
        most_lines=6,
    )


def _row(item: ReportedDisagreement, raters: Any) -> list[Any]:
    found, place, standing = item.disagreement, item.place, item.ruling
    if raters is None:
        answers: list[Any] = [
            "; ".join(f"{rater}: {_cell(value)}" for rater, value in found.answers.items())
        ]
    else:
        answers = [_cell(found.answers.get(rater)) for rater in raters]
    return [
        found.trace[:SHORT_ID],
        found.scenario,
        found.title or None,
        found.tier or None,
        place.run,
        item.rubric,
        found.criterion,
        found.spread,
        found.severity or None,
        *answers,
        *(
            [None, "open", None, None, None]
            if standing is None
            else [
                standing.ruling.value,
                KINDS.get(standing.ruling.kind, standing.ruling.kind),
                standing.ruling.reason,
                standing.ruling.author,
                utc(standing.ruling.created_at),
            ]
        ),
        found.trace,
    ]


def _history(book: "ScratchBook", content: ReportContent) -> list[SheetWriter]:
    columns = (
        Column("Ruled, UTC", 19, "date"),
        Column("Ruled by", 16),
        Column("Trace", 10, "id"),
        Column("Scenario", 20),
        Column("Run", 22),
        Column("Rubric", 20),
        Column("Criterion", 18, "strong"),
        Column("Gold value", 14, "value"),
        Column("Label", 20),
        Column("Ruling", 26),
        Column("Reason", 60, "wrapped"),
        Column("Stands", 10),
        Column("Ruling’s id", 37, "id"),
        Column("Supersedes", 37, "id"),
        Column("Full id of the trace", 58, "id"),
    )

    def rules(sheet: SheetWriter, first: int, last: int) -> None:
        sheet.rule(12, first, last, style.when_equal("replaced", "EEF1F4"))

    rows = (_ruling(item) for report in content.rubrics for item in report.rulings)
    return long_table(
        book,
        "Ruling history",
        columns,
        rows,
        freeze="A2",
        color=style.ORANGE,
        rules=rules,
        most_lines=6,
    )


def _ruling(item: ReportedRuling) -> list[Any]:
    ruling, place = item.ruling, item.place
    return [
        utc(ruling.created_at),
        ruling.author,
        place.trace[:SHORT_ID],
        place.scenario,
        place.run,
        item.rubric,
        ruling.criterion,
        ruling.value,
        item.label or None,
        KINDS.get(ruling.kind, ruling.kind),
        ruling.reason,
        "stands" if item.standing else "replaced",
        ruling.id,
        ruling.supersedes or None,
        place.trace,
    ]


def _cell(value: Any) -> Any:
    """Several points in one cell, as in a file of ratings."""
    return ";".join(value) if isinstance(value, tuple) else value
