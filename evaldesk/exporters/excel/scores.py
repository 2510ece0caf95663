"""The sheet Scores: every score of every run with its interval, and a chart a score."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from openpyxl.chart import Reference

from evaldesk.domain.report import MetricSummary, ReportContent, RunReport
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.charts import MOST_BARS, interval_bars
from evaldesk.exporters.excel.sheet import Column, SheetWriter, distances, ends, method
from evaldesk.exporters.excel.style import Kind

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

WIDTHS = (34, 26, 12, 10, 10, 11, 10, 11, 10, 70, 9, 9)
MOST_CHARTS = 12


def write(book: "ScratchBook", content: ReportContent) -> SheetWriter:
    """Write the sheet: a table and a chart for each score."""
    sheet = SheetWriter(book, "Scores", WIDTHS, color=style.GREEN)
    sheet.line("What each run scored", "title", 26)
    sheet.line(
        "Trials of one scenario are averaged first; n counts scenarios. Traces that ended in an "
        "infrastructure error are left out. Runs over different scenarios are not comparable by "
        "these figures: see the comparisons, which are paired.",
        "subtitle",
    )
    for number, metric in enumerate(content.metrics):
        rows = [
            (item, score)
            for item in content.runs
            for score in item.metrics
            if score.metric == metric
        ]
        if rows:
            _metric(sheet, metric, rows, metric in content.binary, number < MOST_CHARTS)
    return sheet


def _metric(
    sheet: SheetWriter,
    metric: str,
    rows: list[tuple[RunReport, MetricSummary]],
    binary: bool,
    with_chart: bool,
) -> None:
    kind: Kind = "percent" if binary else "number"
    sheet.heading(metric)
    columns = (
        Column("Run", 34, "strong"),
        Column("System", 26),
        Column("Rate" if binary else "Mean", 12, kind),
        Column("low", 10, kind),
        Column("high", 10, kind),
        Column("n, scenarios", 11, "integer"),
        Column("Traces", 10, "integer"),
        Column("Errors left out", 11, "integer"),
        Column("Without value", 10, "integer"),
        Column("How", 70),
        Column("to low", 9, "helper"),
        Column("to high", 9, "helper"),
    )

    def lines() -> Iterator[list[Any]]:
        for item, score in rows:
            estimate = score.estimate
            yield [
                item.run.name,
                item.run.system or None,
                estimate.value,
                estimate.low,
                estimate.high,
                score.scenarios,
                score.traces,
                score.errors,
                score.missing,
                method(estimate),
                *distances(estimate),
            ]

    first, _ = sheet.table(columns, lines())
    shown = min(len(rows), MOST_BARS)
    estimates = [score.estimate for _, score in rows[:shown]]
    if not with_chart or not ends(estimates):
        return

    def cells(column: int) -> Reference:
        return Reference(
            sheet.sheet,
            min_col=column,
            max_col=column,
            min_row=first,
            max_row=first + shown - 1,
        )

    chart = interval_bars(
        f"{metric} of each run"
        + (f" (the first {shown} of {len(rows)})" if shown < len(rows) else ""),
        "Rate, 95 % interval" if binary else "Mean, 95 % interval",
        cells(1),
        cells(3),
        cells(11),
        cells(12),
        ends(estimates),
        "0 %" if binary else "General",
    )
    sheet.blank()
    sheet.chart(chart, sheet.row_number + 1)
    sheet.blank(round(chart.height / 0.476) + 1)
