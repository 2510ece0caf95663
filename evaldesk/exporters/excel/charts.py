"""Native charts: points and bars with their intervals, never without."""

import math
from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import NumDataSource, NumRef
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from evaldesk.exporters.excel.style import BLUE, GREEN, GREY, INK, LINE, MUTED, ORANGE

MOST_BARS = 40
"""More cannot be read in one chart; the table has the rest."""


def interval_points(
    title: str,
    axis: str,
    names: Reference,
    values: Reference,
    below: Reference,
    above: Reference,
    lowest: float,
    thresholds: Sequence[tuple[Reference, str]] = (),
    *,
    width: float = 24.0,
) -> LineChart:
    """One point a category with its interval, and dashed lines for thresholds.

    Args:
        names: cells of the categories, without header; ``values`` of the points; ``below`` and
            ``above`` of the distances to the ends of the interval.
        lowest: that the axis has to reach; its top is 1.
        thresholds: cells of a constant a category, and what it is called.
    """
    chart = LineChart()
    points = Series(values, title=axis)
    points.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    points.marker = Marker("circle", size=9)
    points.marker.graphicalProperties = GraphicalProperties(solidFill=BLUE)
    points.marker.graphicalProperties.line.solidFill = BLUE
    points.errBars = _error_bars(below, above, "y")
    points.smooth = False
    chart.series.append(points)
    for (cells, name), color in zip(thresholds, (ORANGE, GREEN), strict=False):
        line = Series(cells, title=name)
        line.graphicalProperties = GraphicalProperties(
            ln=LineProperties(solidFill=color, prstDash="dash", w=15875)
        )
        line.marker = Marker("none")
        line.smooth = False
        chart.series.append(line)
    chart.set_categories(names)
    chart.varyColors = False
    _finish(chart, title, axis, width, 9.0, legend=bool(thresholds))
    chart.y_axis.scaling.max = 1.0
    chart.y_axis.scaling.min = min(0.0, math.floor(lowest * 5) / 5)
    return chart


def interval_bars(
    title: str,
    axis: str,
    names: Reference,
    values: Reference,
    below: Reference,
    above: Reference,
    reach: Sequence[float],
    number_format: str,
    *,
    width: float = 24.0,
) -> BarChart:
    """Horizontal bars with intervals, first category on top.

    Args:
        names: and the other cells as of `interval_points`.
        reach: the ends of every interval, which the axis has to show.
        number_format: of the axis.
    """
    rows = values.max_row - values.min_row + 1
    chart = BarChart()
    chart.type = "bar"
    bars = Series(values, title=axis)
    bars.graphicalProperties = GraphicalProperties(solidFill="9CC9E3")
    bars.graphicalProperties.line.solidFill = BLUE
    bars.errBars = _error_bars(below, above, None)
    bars.invertIfNegative = False
    chart.series.append(bars)
    chart.set_categories(names)
    chart.gapWidth = 60
    _finish(chart, title, axis, width, 3.2 + 0.75 * rows, legend=False)
    chart.y_axis.scaling.min, chart.y_axis.scaling.max = _range([0.0, *reach])
    chart.x_axis.scaling.orientation = "maxMin"
    # With the first category on top, the numbers' axis would move up with it.
    chart.y_axis.crosses = "max"
    chart.y_axis.number_format = number_format
    return chart


def _range(numbers: Sequence[float]) -> tuple[float, float]:
    """Round ends outside of all the numbers."""
    low, high = min(numbers), max(numbers)
    span = high - low or 1.0
    step = 10.0 ** math.floor(math.log10(span)) / 5
    return math.floor(low / step) * step, math.ceil(high / step) * step


def _error_bars(below: Reference, above: Reference, direction: str | None) -> ErrorBars:
    # References, not literal numbers: LibreOffice draws no interval from those.
    return ErrorBars(
        errDir=direction,  # type: ignore[arg-type]
        errBarType="both",
        errValType="cust",
        noEndCap=False,
        plus=NumDataSource(numRef=NumRef(f=str(above))),
        minus=NumDataSource(numRef=NumRef(f=str(below))),
        spPr=GraphicalProperties(ln=LineProperties(solidFill=INK, w=12700)),
    )


def _finish(chart: Any, title: str, axis: str, width: float, height: float, legend: bool) -> None:
    chart.title = _title(title, 1200, bold=True)
    chart.y_axis.title = _title(axis, 900)
    chart.width = width
    chart.height = min(height, 36.0)
    if legend:
        chart.legend.position = "b"
    else:
        chart.legend = None
    for item in (chart.x_axis, chart.y_axis):
        item.delete = False
        item.txPr = _text(900)
    chart.x_axis.tickLblPos = "low"
    chart.x_axis.graphicalProperties = GraphicalProperties(ln=LineProperties(solidFill=GREY))
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=LINE))
    chart.y_axis.number_format = "0.0"
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(solidFill=LINE))


def _text(size: int, bold: bool = False) -> RichText:
    shape = CharacterProperties(sz=size, b=bold, solidFill=INK if bold else MUTED)
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=shape), endParaRPr=shape)])


def _title(text: str, size: int, *, bold: bool = False) -> Title:
    title: Any = title_maker(text)
    shape = CharacterProperties(sz=size, b=bold, solidFill=INK if bold else MUTED)
    for paragraph in title.tx.rich.p:
        paragraph.pPr = ParagraphProperties(defRPr=shape)
        for run in paragraph.r or ():
            run.rPr = shape
    title.overlay = False
    assert isinstance(title, Title)
    return title
