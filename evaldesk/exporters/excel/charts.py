"""Native charts: points and bars with their intervals, never without."""

from collections.abc import Sequence
from typing import Any

from openpyxl.chart import BarChart, LineChart, Reference, Series
from openpyxl.chart.data_source import NumData, NumDataSource, NumVal
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.marker import Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.chart.title import Title, title_maker
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties

from evaldesk.domain.estimate import Estimate
from evaldesk.exporters.excel.style import BLUE, GREEN, GREY, INK, LINE, MUTED, ORANGE

MOST_BARS = 40
"""More cannot be read in one chart; the table has the rest."""


def interval_points(
    title: str,
    axis: str,
    names: Reference,
    values: Reference,
    estimates: Sequence[Estimate],
    thresholds: Sequence[tuple[Reference, str]] = (),
    *,
    width: float = 24.0,
) -> LineChart:
    """One point a category with its interval, and dashed lines for thresholds.

    Args:
        names: cells of the categories; ``values`` of the points, without header.
        estimates: the same values, for the intervals.
        thresholds: cells of a constant a category, and what it is called.
    """
    chart = LineChart()
    points = Series(values, title=axis)
    points.graphicalProperties = GraphicalProperties(ln=LineProperties(noFill=True))
    points.marker = Marker("circle", size=9)
    points.marker.graphicalProperties = GraphicalProperties(solidFill=BLUE)
    points.marker.graphicalProperties.line.solidFill = BLUE
    points.errBars = _error_bars(estimates, "y")
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
    _finish(chart, title, axis, width, 9.0, legend=bool(thresholds))
    return chart


def interval_bars(
    title: str,
    axis: str,
    names: Reference,
    values: Reference,
    estimates: Sequence[Estimate],
    number_format: str,
    *,
    width: float = 24.0,
) -> BarChart:
    """Horizontal bars with intervals, first category on top.

    Args:
        number_format: of the axis.
    """
    chart = BarChart()
    chart.type = "bar"
    bars = Series(values, title=axis)
    bars.graphicalProperties = GraphicalProperties(solidFill="9CC9E3")
    bars.graphicalProperties.line.solidFill = BLUE
    bars.errBars = _error_bars(estimates, None)
    bars.invertIfNegative = False
    chart.series.append(bars)
    chart.set_categories(names)
    chart.gapWidth = 60
    _finish(chart, title, axis, width, 3.2 + 0.75 * len(estimates), legend=False)
    chart.x_axis.scaling.orientation = "maxMin"
    # With the first category on top, the numbers' axis would move up with it.
    chart.y_axis.crosses = "max"
    chart.y_axis.number_format = number_format
    return chart


def _error_bars(estimates: Sequence[Estimate], direction: str | None) -> ErrorBars:
    above, below = [], []
    for estimate in estimates:
        value = estimate.value
        known = value is not None and estimate.low is not None and estimate.high is not None
        above.append(estimate.high - value if known else 0.0)  # type: ignore[operator]
        below.append(value - estimate.low if known else 0.0)  # type: ignore[operator]
    return ErrorBars(
        errDir=direction,  # type: ignore[arg-type]
        errBarType="both",
        errValType="cust",
        noEndCap=False,
        plus=_literal(above),
        minus=_literal(below),
        spPr=GraphicalProperties(ln=LineProperties(solidFill=INK, w=12700)),
    )


def _literal(values: Sequence[float]) -> NumDataSource:
    points = [NumVal(idx=index, v=max(0.0, value)) for index, value in enumerate(values)]
    return NumDataSource(numLit=NumData(formatCode="General", ptCount=len(points), pt=points))


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
