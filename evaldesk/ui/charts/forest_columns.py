"""The rows of a forest plot, and the columns of text beside it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from evaldesk.ui.charts.theme import Tone
from evaldesk.ui.theme.apply import sans

if TYPE_CHECKING:
    from evaldesk.ui.charts.forest import ForestPlot

HEADS = 20
"""Height of the line that names the columns."""


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One line of the plot.

    Attributes:
        label: its name; a heading has only this.
        n: how many pairs. value, low, high: in the units of the axis; None where undefined.
        text: value and interval in words, or why there is none; ``aside`` right of it, muted.
        detail: what hovering shows.
        whole: the row of all pairs, drawn as a diamond in bold.
        indent: whether it stands under a heading.
    """

    label: str
    n: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    aside: str = ""
    detail: str = ""
    tone: Tone = "neutral"
    whole: bool = False
    indent: bool = False

    @property
    def heading(self) -> bool:
        """Whether it only names the rows below."""
        return self.n is None


class _Column(pg.AxisItem):  # type: ignore[misc]
    """Text beside the plot, level with its rows: so that an exported picture has it."""

    def __init__(self, side: str, chart: "ForestPlot") -> None:
        super().__init__(side)
        self.chart = chart
        self.setStyle(showValues=False, tickLength=0)

    def paint(self, p: QPainter, opt: Any, widget: Any) -> None:
        """Draw the rows' texts."""
        rect = self.mapRectFromParent(self.geometry())
        chart = self.chart
        p.setFont(sans("small"))
        p.setPen(QColor(chart.tokens.muted))
        self.paint_heads(p, QRectF(rect.left(), rect.top(), rect.width(), HEADS))
        for index, row in enumerate(chart.rows):
            top, height = chart.band(index)
            box = QRectF(rect.left(), rect.top() + top, rect.width(), height)
            marked = index in (chart.chosen, chart.hovered) and not row.heading
            # A picture of the chart shows the data, not where the mouse was.
            if marked and not self._exportOpts:
                p.fillRect(box, QColor(chart.band_colour(index)))
            self.paint_row(p, box, row)

    def paint_heads(self, p: QPainter, box: QRectF) -> None:
        """Draw what the column is."""

    def paint_row(self, p: QPainter, box: QRectF, row: ForestRow) -> None:
        """Draw one row's text."""


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class NameColumn(_Column):
    """Names, and how many pairs."""

    def paint_heads(self, p: QPainter, box: QRectF) -> None:
        p.drawText(box.adjusted(0, 0, -12, 0), _RIGHT, self.chart.heads[0])

    def paint_row(self, p: QPainter, box: QRectF, row: ForestRow) -> None:
        tokens = self.chart.tokens
        if row.heading:
            p.setFont(sans("small"))
            p.setPen(QColor(tokens.muted))
            p.drawText(box.adjusted(8, 4, 0, 0), _LEFT, row.label)
            return
        font = sans(bold=row.whole)
        p.setFont(font)
        p.setPen(QColor(tokens.text))
        start = 8 + (12 if row.indent else 0)
        number = f"{row.n:,}"
        room = box.width() - start - 20 - QFontMetrics(sans()).horizontalAdvance(number)
        name = QFontMetrics(font).elidedText(row.label, Qt.TextElideMode.ElideRight, int(room))
        p.drawText(box.adjusted(start, 0, 0, 0), _LEFT, name)
        p.setFont(sans())
        p.setPen(QColor(tokens.muted))
        p.drawText(box.adjusted(0, 0, -12, 0), _RIGHT, number)


class ValueColumn(_Column):
    """Values with their intervals, and what stands aside."""

    def paint_heads(self, p: QPainter, box: QRectF) -> None:
        p.drawText(box.adjusted(16, 0, 0, 0), _LEFT, self.chart.heads[1])
        p.drawText(box.adjusted(0, 0, -8, 0), _RIGHT, self.chart.heads[2])

    def paint_row(self, p: QPainter, box: QRectF, row: ForestRow) -> None:
        if row.heading:
            return
        tokens = self.chart.tokens
        font = sans(bold=row.whole)
        p.setFont(sans())
        p.setPen(QColor(tokens.muted))
        p.drawText(box.adjusted(0, 0, -8, 0), _RIGHT, row.aside)
        taken = p.fontMetrics().horizontalAdvance(row.aside) + 36
        p.setFont(font)
        p.setPen(QColor(tokens.text if row.low is not None else tokens.muted))
        text = QFontMetrics(font).elidedText(
            row.text, Qt.TextElideMode.ElideRight, int(box.width()) - taken
        )
        p.drawText(box.adjusted(16, 0, 0, 0), _LEFT, text)


class DifferenceScale(pg.AxisItem):  # type: ignore[misc]
    """The axis below."""

    def __init__(self, chart: "ForestPlot") -> None:
        super().__init__("bottom")
        self.chart = chart

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        """As the screen writes numbers."""
        return [self.chart.tick_text(value) for value in values]
