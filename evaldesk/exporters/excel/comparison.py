"""The sheets of comparisons: headline and slices a comparison, then pairs and what was left out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openpyxl.chart import Reference

from evaldesk.domain.comparison import Comparison
from evaldesk.domain.report import ReportContent
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.charts import MOST_BARS, interval_bars
from evaldesk.exporters.excel.sheet import (
    Column,
    SheetWriter,
    Undefined,
    distances,
    ends,
    interval,
    long_table,
    method,
)
from evaldesk.exporters.excel.style import Kind

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

WIDTHS = (34, 12, 11, 11, 11, 11, 12, 12, 9, 10, 12, 11, 9, 9, 9, 9, 9, 9)
_DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "none": "neither end"}
_OUTCOMES = {
    "worse": "B is worse",
    "better": "B is better",
    "tie": "equal",
    "differs": "differs",
}


def sheet_name(number: int) -> str:
    """Of the comparison with this number, from 1."""
    return "Comparison" if number == 1 else f"Comparison {number}"


def write(book: "ScratchBook", content: ReportContent) -> list[SheetWriter]:
    """Write a sheet for each comparison."""
    return [
        _comparison(book, sheet_name(number), item.comparison)
        for number, item in enumerate(content.comparisons, 1)
    ]


def _comparison(book: "ScratchBook", name: str, found: Comparison) -> SheetWriter:
    sheet = SheetWriter(book, name, WIDTHS, color=style.GREEN)
    kind: Kind = "percent" if found.binary else "number"
    difference: Kind = "points" if found.binary else "fraction"
    sheet.line(f"{found.metric}: {found.run_a} and {found.run_b}", "title", 26)
    sheet.line(
        f"Paired by scenario; {_DIRECTIONS[found.direction]}. The difference is B minus A"
        + (", in percentage points." if found.binary else "."),
        "subtitle",
    )
    sheet.blank()
    columns = (
        Column("", 34, "strong"),
        Column("Value", 12, kind),
        Column("low", 11, kind),
        Column("high", 11, kind),
        Column("Pairs", 11, "integer"),
        Column("How", 11),
    )
    sheet.table(
        columns,
        [
            [f"A: {found.run_a}", *interval(found.a, kind), found.a.n, method(found.a)],
            [f"B: {found.run_b}", *interval(found.b, kind), found.b.n, method(found.b)],
            [
                "Difference, B − A",
                *interval(found.difference, difference),
                found.difference.n,
                method(found.difference),
            ],
        ],
    )
    sheet.blank()
    p_value: Any = Undefined("undefined") if found.p_value is None else found.p_value
    facts: list[tuple[str, Any, Kind, str]] = [
        ("p-value", p_value, "p", found.test or ""),
        ("B is better", found.wins, "integer", "scenarios"),
        ("equal", found.ties, "integer", "scenarios"),
        ("B is worse", found.losses, "integer", "scenarios; the sheet Pairs lists them first"),
        ("Missing in A", found.missing_a, "integer", "scenarios that only B could be judged on"),
        ("Missing in B", found.missing_b, "integer", "scenarios that only A could be judged on"),
        (
            "Smallest difference that would show",
            Undefined("undefined")
            if found.minimum_detectable is None
            else found.minimum_detectable,
            kind,
            "with 80 % power at this number of pairs: a smaller one may well go unseen",
        ),
    ]
    for label, value, shape, words in facts:
        sheet.row((label, value, words or None), ("strong", shape, "text"))
        sheet.data_rows += 1
    if found.notes:
        sheet.heading("What to know")
        for note in found.notes:
            sheet.paragraph(note, 1, 12)
    if found.slices:
        _slices(sheet, found, kind, difference)
    return sheet


def _slices(sheet: SheetWriter, found: Comparison, kind: Kind, difference: Kind) -> None:
    sheet.heading("By slice")
    columns = (
        Column("Slice", 34, "strong"),
        Column("Difference, B − A", 12, difference),
        Column("low", 11, difference),
        Column("high", 11, difference),
        Column("Pairs", 11, "integer"),
        Column("p", 11, "p"),
        Column("p, adjusted (BH)", 12, "p"),
        Column("A", 12, kind),
        Column("low", 9, kind),
        Column("high", 10, kind),
        Column("B", 12, kind),
        Column("low", 11, kind),
        Column("high", 9, kind),
        Column("B better", 9, "integer"),
        Column("equal", 9, "integer"),
        Column("B worse", 9, "integer"),
        Column("to low", 9, "helper"),
        Column("to high", 9, "helper"),
    )

    def rows() -> Iterator[list[Any]]:
        for part in found.slices:
            yield [
                f"{part.name}: {part.value}",
                part.difference.value,
                part.difference.low,
                part.difference.high,
                part.pairs,
                part.p_value,
                part.p_adjusted,
                part.a.value,
                part.a.low,
                part.a.high,
                part.b.value,
                part.b.low,
                part.b.high,
                part.wins,
                part.ties,
                part.losses,
                *distances(part.difference),
            ]

    first, last = sheet.table(columns, rows())
    noticeable = style.when("AND(ISNUMBER({cell}),{cell}<0.05)", style.WARN_FILL, bold=True)
    sheet.rule(7, first, last, noticeable)
    sheet.line(
        "p is adjusted over all the slices shown (Benjamini–Hochberg). An interval that is empty "
        "is undefined: too few pairs, or no two of them differ.",
        "subtitle",
    )
    shown = min(len(found.slices), MOST_BARS)
    end = first + shown - 1

    def cells(column: int) -> Reference:
        return Reference(sheet.sheet, min_col=column, max_col=column, min_row=first, max_row=end)

    chart = interval_bars(
        f"{found.metric}: difference by slice"
        + (f" (the first {shown} of {len(found.slices)})" if shown < len(found.slices) else ""),
        "Difference, B − A",
        cells(1),
        cells(2),
        cells(17),
        cells(18),
        ends([part.difference for part in found.slices[:shown]]),
        "+0 %;-0 %;0 %" if found.binary else "0.00",
    )
    sheet.blank()
    sheet.chart(chart, sheet.row_number + 1)
    sheet.blank(round(chart.height / 0.476) + 2)


def write_pairs(book: "ScratchBook", content: ReportContent) -> list[SheetWriter]:
    """Write every pair of every comparison, what got worse first."""
    columns = (
        Column("Comparison", 12, "integer"),
        Column("Metric", 18),
        Column("Scenario", 24),
        Column("Title", 48),
        Column("Tier", 13),
        Column("A", 11, "number"),
        Column("B", 11, "number"),
        Column("B − A", 11, "fraction"),
        Column("Outcome", 13),
        Column("Run A", 24),
        Column("Run B", 24),
        Column("Trace in A", 58, "id"),
        Column("Trace in B", 58, "id"),
    )

    def rows() -> Iterator[list[Any]]:
        for number, item in enumerate(content.comparisons, 1):
            found = item.comparison
            for reported in item.pairs.rows():
                pair = reported.pair
                yield [
                    number,
                    found.metric,
                    pair.scenario,
                    pair.title or None,
                    pair.tier or None,
                    pair.a,
                    pair.b,
                    pair.difference,
                    _OUTCOMES[reported.outcome],
                    found.run_a,
                    found.run_b,
                    reported.trace_a,
                    reported.trace_b,
                ]

    def rules(sheet: SheetWriter, first: int, last: int) -> None:
        for word, fill in (("B is worse", style.BAD_FILL), ("B is better", style.GOOD_FILL)):
            sheet.rule(9, first, last, style.when_equal(word, fill))

    return long_table(book, "Pairs", columns, rows(), color=style.GREEN, rules=rules)


def write_left_out(book: "ScratchBook", content: ReportContent) -> list[SheetWriter]:
    """Write what could not be compared, and why."""
    columns = (
        Column("Comparison", 12, "integer"),
        Column("Metric", 18),
        Column("Scenario", 30),
        Column("Found in", 26),
        Column("Why it is left out", 60),
    )

    def rows() -> Iterator[list[Any]]:
        for number, item in enumerate(content.comparisons, 1):
            found = item.comparison
            sides = {"a": f"A: {found.run_a}", "b": f"B: {found.run_b}", "both": "A and B"}
            for entry in found.unpaired:
                yield [number, found.metric, entry.scenario, sides[entry.side], entry.reason]

    return long_table(book, "Left out", columns, rows(), color=style.GREEN)
