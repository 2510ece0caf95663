"""The sheet Agreement: how far raters agree on each criterion, and each pair of them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openpyxl.chart import Reference

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.report import (
    RELIABLE_ALPHA,
    TENTATIVE_ALPHA,
    ReportContent,
    RubricReport,
    reading,
)
from evaldesk.domain.wording import counted
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.charts import MOST_BARS, interval_points
from evaldesk.exporters.excel.sheet import Column, SheetWriter, distances, method

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

CRITERIA = (
    Column("Criterion", 26, "strong"),
    Column("Reading", 20),
    Column("Level", 20),
    Column("Alpha", 11, "number"),
    Column("low", 9, "number"),
    Column("high", 9, "number"),
    Column("Gwet’s AC", 9, "number"),
    Column("low", 9, "number"),
    Column("high", 9, "number"),
    Column("Percent", 10, "percent"),
    Column("low", 9, "percent"),
    Column("high", 9, "percent"),
    Column("Units", 8, "integer"),
    Column("Pairable units", 10, "integer"),
    Column("Raters", 8, "integer"),
    Column("Ratings", 9, "integer"),
    Column("Missing", 9, "integer"),
    Column("How", 90, "wrapped"),
    Column("Tentative from", 10, "helper"),
    Column("Reliable from", 10, "helper"),
    Column("to low", 9, "helper"),
    Column("to high", 9, "helper"),
)
PAIRS = (
    Column("Criterion", 26, "strong"),
    Column("Rater", 20),
    Column("and rater", 20),
    Column("Cohen’s kappa", 11, "number"),
    Column("low", 9, "number"),
    Column("high", 9, "number"),
    Column("Units", 9, "integer"),
    Column("How", 9),
)
SLICES = (
    Column("Criterion", 26, "strong"),
    Column("Slice", 20),
    Column("Value", 20),
    Column("Alpha", 11, "number"),
    Column("low", 9, "number"),
    Column("high", 9, "number"),
    Column("Units", 9, "integer"),
    Column("How", 9),
)
_CHART_ROWS = 21


def write(book: "ScratchBook", content: ReportContent) -> SheetWriter:
    """Write the sheet."""
    sheet = SheetWriter(book, "Agreement", [item.width for item in CRITERIA], color=style.GREEN)
    sheet.line("Agreement between raters", "title", 26)
    sheet.line(
        "Krippendorff’s alpha is 1 where raters always agree and 0 where they agree no more than "
        "by chance. "
        f"The lower end of its interval is held against {RELIABLE_ALPHA:.2f} (reliable) and "
        f"{TENTATIVE_ALPHA:.3f} (tentative conclusions). An alpha that is undefined is empty, and "
        "“How” says why.",
        "subtitle",
    )
    for report in content.rubrics:
        _rubric(sheet, report)
    if not content.rubrics:
        sheet.blank()
        sheet.line("The project has no rubric yet.", "reason")
    return sheet


def _rubric(sheet: SheetWriter, report: RubricReport) -> None:
    sheet.heading(f"{report.rubric.name}, version {report.rubric.version}")
    if not report.agreement:
        sheet.line("It asks nothing that agreement can be computed of.", "reason")
        return
    first, last = sheet.table(CRITERIA, _criteria(report))
    for item in report.agreement:
        if item.reworded:
            answers = counted(item.reworded, "%1 answer", "%1 answers")
            sheet.line(
                f"{item.criterion}: {answers} to an earlier wording of the question left out.",
                "reason",
            )
    for word, fill in (
        ("reliable", style.GOOD_FILL),
        ("tentative", style.WARN_FILL),
        ("not shown reliable", style.BAD_FILL),
    ):
        sheet.rule(2, first, last, style.when_equal(word, fill))
    shown = min(len(report.agreement), MOST_BARS)
    if any(item.alpha.value is not None for item in report.agreement[:shown]):
        end = first + shown - 1

        def cells(column: int) -> Reference:
            return Reference(
                sheet.sheet, min_col=column, max_col=column, min_row=first, max_row=end
            )

        sheet.blank()
        chart = interval_points(
            f"{report.rubric.name}: alpha and its interval",
            "Krippendorff’s alpha",
            cells(1),
            cells(4),
            cells(21),
            cells(22),
            min(item.alpha.low or 0.0 for item in report.agreement[:shown]),
            (
                (cells(19), f"tentative from {TENTATIVE_ALPHA}"),
                (cells(20), f"reliable from {RELIABLE_ALPHA:.2f}"),
            ),
        )
        sheet.chart(chart, sheet.row_number + 1)
        sheet.blank(_CHART_ROWS)
    if any(item.pairs for item in report.agreement):
        sheet.heading("Pairs of raters")
        sheet.table(PAIRS, _pairs(report))
    elif any(item.raters > 2 for item in report.agreement):
        sheet.blank()
        sheet.line("There are too many raters for a table of pairs that could be read.", "reason")
    if any(item.slices for item in report.agreement):
        sheet.heading("Within slices")
        sheet.table(SLICES, _slices(report))


def _criteria(report: RubricReport) -> Iterator[list[Any]]:
    for item in report.agreement:
        yield [
            item.criterion,
            reading(item.alpha),
            item.level,
            *numbers(item.alpha),
            *numbers(item.ac),
            *numbers(item.percent),
            item.units,
            item.pairable_units,
            item.raters,
            item.ratings,
            item.missing,
            "; ".join(
                f"{name}: {method(estimate)}"
                for name, estimate in (
                    ("alpha", item.alpha),
                    ("AC", item.ac),
                    ("percent", item.percent),
                )
                if method(estimate)
            ),
            TENTATIVE_ALPHA,
            RELIABLE_ALPHA,
            *distances(item.alpha),
        ]


def _pairs(report: RubricReport) -> Iterator[list[Any]]:
    for item in report.agreement:
        for pair in item.pairs:
            yield [
                item.criterion,
                pair.a,
                pair.b,
                *numbers(pair.kappa),
                pair.units,
                method(pair.kappa),
            ]


def _slices(report: RubricReport) -> Iterator[list[Any]]:
    for item in report.agreement:
        for part in item.slices:
            yield [
                item.criterion,
                part.name,
                part.value,
                *numbers(part.alpha),
                part.units,
                method(part.alpha),
            ]


def numbers(estimate: Estimate) -> list[float | None]:
    """Value, low and high, empty where there is none: a chart takes words for 0."""
    return [estimate.value, estimate.low, estimate.high]
