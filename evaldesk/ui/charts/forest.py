"""The forest plot: one row a group, its difference as a point with its interval."""

from collections.abc import Callable, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QFontMetrics, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QGraphicsSimpleTextItem, QSizePolicy, QToolTip, QWidget

from evaldesk.ui.charts.forest_columns import (
    HEADS,
    DifferenceScale,
    ForestRow,
    NameColumn,
    ValueColumn,
)
from evaldesk.ui.charts.theme import NO_PEN, Chart, Tone, brush, colour, nice_step, outline
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.tokens import Tokens

__all__ = ["ForestPlot", "ForestRow"]

ROW = 25
HEADING = 22
_FEW = 5
"""Intervals of fewer pairs than this do not decide how far the axis goes."""
_AXIS = 24
_CAPTION = 20
_TOP = 6


class ForestPlot(Chart):
    """Rows of differences round a dashed line at zero.

    Attributes:
        rows: what is shown. chosen: the row that was clicked, -1 for none. hovered: likewise.

    Signals:
        row_chosen(index): a row was clicked, or Return was pressed on it.
    """

    row_chosen = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.rows: Sequence[ForestRow] = ()
        self.chosen = -1
        self.hovered = -1
        self.heads = ("", "", "")
        self._captions = ("", "", "")
        self._title = ""
        self._titles: list[QGraphicsSimpleTextItem] = []
        self._bands: list[Any] = []
        self._tick_text: Callable[[float], str] = str
        self._tops: list[float] = []
        names, values, scale = (
            NameColumn("left", self),
            ValueColumn("right", self),
            DifferenceScale(self),
        )
        super().__init__(tokens, parent, {"left": names, "right": values, "bottom": scale})
        self._names, self._values, self._scale = names, values, scale
        self.showAxis("right")
        self.getViewBox().invertY(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    # what is shown

    def show_rows(
        self,
        rows: Sequence[ForestRow],
        *,
        captions: tuple[str, str, str],
        tick_text: Callable[[float], str],
        heads: tuple[str, str, str] = ("", "", ""),
        names: int = 190,
        values: int = 230,
        title: str = "",
    ) -> None:
        """Show rows.

        Args:
            captions: what lies left of zero, what the axis measures, what lies right of zero.
            tick_text: a value of the axis in words.
            heads: what the counts, the texts and the asides are.
            names, values: widths of the columns of text, in pixels.
            title: above the plot, for a picture that stands alone; further lines are small.
        """
        self.rows = tuple(rows)
        self.chosen = self.hovered = -1
        self._captions = captions
        self.heads = heads
        self._tick_text = tick_text
        self._title = title
        self._names.setWidth(names)
        self._values.setWidth(values)
        self.redraw()
        self.setAccessibleDescription(
            "; ".join(f"{row.label}, n {row.n}: {row.text}" for row in rows if not row.heading)
        )

    def choose(self, index: int) -> None:
        """Mark a row; -1 for none."""
        self.chosen = index
        self._refresh()

    def tick_text(self, value: float) -> str:
        """A value of the axis in words."""
        return self._tick_text(0.0 if abs(value) < 1e-12 else value)

    def band(self, index: int) -> tuple[float, float]:
        """(top, height) of a row in pixels, from the top of the plot's area."""
        return self._tops[index], HEADING if self.rows[index].heading else ROW

    def band_colour(self, index: int) -> str:
        """The ground of a row that is chosen or under the mouse."""
        return self.tokens.accent_soft if index == self.chosen else self.tokens.soft

    def row_at(self, y: float) -> int:
        """The row at a height within the widget; -1 for none and for headings."""
        within = y - self._area().top()
        for index, row in enumerate(self.rows):
            top, height = self.band(index)
            if not row.heading and top <= within < top + height:
                return index
        return -1

    @property
    def reach(self) -> float:
        """How far the axis goes to either side of zero."""
        solid = [row for row in self.rows if (row.n or 0) >= _FEW] or list(self.rows)
        ends = [abs(end) for row in solid for end in (row.low, row.high) if end is not None]
        ends += [abs(row.value) for row in self.rows if row.value is not None]
        return max(ends, default=0.0) * 1.06 or 1.0

    def redraw(self) -> None:
        """Draw everything again."""
        plot = self.getPlotItem()
        plot.clear()
        self._tops = []
        height = float(HEADS if any(self.heads) else _TOP)
        for row in self.rows:
            self._tops.append(height)
            height += HEADING if row.heading else ROW
        height += _TOP
        reach = self.reach
        view = self.getViewBox()
        view.setRange(xRange=(-reach, reach), yRange=(0, height), padding=0)
        self.style_axis(self._scale)
        self._scale.setHeight(_AXIS + _CAPTION)
        step = nice_step(reach)
        count = int(reach / step + 1e-9)
        ticks = [step * i for i in range(-count, count + 1)]
        if len(ticks) > 7:
            ticks = [tick for tick in ticks if round(tick / step) % 2 == 0]
        self._scale.setTicks([[(tick, self.tick_text(tick)) for tick in ticks]])
        self._scale.setLabel(self._caption_html())
        zero = pg.InfiniteLine(0.0, 90, self.pen(self.tokens.muted, dashed=True))
        plot.addItem(zero)
        self._bands = [self._make_band(-20), self._make_band(-21)]
        self._draw_marks(reach)
        title = self._draw_title()
        self.setFixedHeight(int(height) + _AXIS + _CAPTION + title)
        self._refresh()

    def _make_band(self, depth: int) -> Any:
        band = pg.LinearRegionItem(orientation="horizontal", movable=False)
        for line in band.lines:
            line.setPen(NO_PEN)
        band.setZValue(depth)
        band.hide()
        self.getPlotItem().addItem(band)
        return band

    def _draw_title(self) -> int:
        """Write the title above the plot; how high it is."""
        for item in self._titles:
            self.scene().removeItem(item)
        self._titles = []
        top = 8
        for line, text in enumerate(self._title.splitlines()):
            font = sans(bold=True) if line == 0 else sans("small")
            shown = QFontMetrics(font).elidedText(
                text, Qt.TextElideMode.ElideRight, max(self.width() - 16, 100)
            )
            item = QGraphicsSimpleTextItem(shown)
            item.setFont(font)
            item.setBrush(brush(self.tokens.text if line == 0 else self.tokens.muted))
            item.setPos(8, top)
            self.scene().addItem(item)
            self._titles.append(item)
            top += 20
        height = top + 6 if self._titles else 0
        self.getPlotItem().layout.setContentsMargins(0, height, 0, 0)
        return height

    def _draw_marks(self, reach: float) -> None:
        """All intervals of a colour as one item and all marks as one: items are what costs."""
        lines: dict[Tone, list[tuple[float, float]]] = {}
        marks: list[dict[str, Any]] = []
        for index, row in enumerate(self.rows):
            if row.heading or row.value is None:
                continue
            top, height = self.band(index)
            y = top + height / 2
            ink = colour(self.tokens, row.tone)
            if row.low is not None and row.high is not None:
                low, high = max(row.low, -reach), min(row.high, reach)
                lines.setdefault(row.tone, []).extend(((low, y), (high, y)))
                # An interval that the axis cuts ends in an arrow, not as if it ended there.
                for cut, at, symbol in (
                    (row.low < -reach, low, "t3"),
                    (row.high > reach, high, "t2"),
                ):
                    if cut:
                        marks.append(_mark(at * 0.992, y, symbol, 9, NO_PEN, brush(ink)))
            symbol, size = ("d", 15) if row.whole else ("s", 9)
            if row.low is None:
                # Without an interval the mark is hollow: it is not known how sure it is.
                marks.append(
                    _mark(row.value, y, symbol, size, outline(ink), brush(self.tokens.pane))
                )
            else:
                marks.append(_mark(row.value, y, symbol, size, NO_PEN, brush(ink)))
        for tone, points in lines.items():
            self.getPlotItem().addItem(
                pg.PlotCurveItem(
                    [x for x, _ in points],
                    [y for _, y in points],
                    connect="pairs",
                    pen=self.pen(colour(self.tokens, tone), 2),
                )
            )
        if marks:
            self.getPlotItem().addItem(pg.ScatterPlotItem(marks))

    def _caption_html(self) -> str:
        left, middle, right = (_escaped(text) for text in self._captions)
        style = f"color:{self.tokens.muted}; font-size:{px(11)}px"
        gap = "&nbsp;" * 5
        parts = [f"← {left}" if left else "", middle, f"{right} →" if right else ""]
        return f"<span style='{style}'>{gap.join(part for part in parts if part)}</span>"

    # hands

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what is under the mouse."""
        index = self.row_at(event.position().y())
        self._hover(index)
        if index >= 0:
            QToolTip.showText(
                event.globalPosition().toPoint(),
                self.rows[index].detail,
                self,
                self._area_of(index),
            )
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The row is chosen when the button is released over it."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose a row."""
        if event.button() == Qt.MouseButton.LeftButton:
            index = self.row_at(event.position().y())
            if index >= 0:
                self.row_chosen.emit(index)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the mouse."""
        self._hover(-1)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go through the rows, Return or Space chooses one."""
        key = event.key()
        rows = [index for index, row in enumerate(self.rows) if not row.heading]
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and rows:
            step = 1 if key == Qt.Key.Key_Down else -1
            here = rows.index(self.hovered) if self.hovered in rows else -1 if step > 0 else 0
            self._hover(rows[(here + step) % len(rows)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.hovered >= 0:
            self.row_chosen.emit(self.hovered)
        else:
            event.ignore()

    def _hover(self, index: int) -> None:
        if index != self.hovered:
            self.hovered = index
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if index >= 0 else Qt.CursorShape.ArrowCursor
            )
            self._refresh()

    def _refresh(self) -> None:
        for band, index in zip(self._bands, (self.chosen, self.hovered), strict=False):
            if 0 <= index < len(self.rows):
                top, height = self.band(index)
                band.setRegion((top, top + height))
                band.setBrush(brush(self.band_colour(index)))
            band.setVisible(0 <= index < len(self.rows))
        self._names.update()
        self._values.update()

    def _area(self) -> QRectF:
        view = self.getViewBox()
        corner: QPointF = view.mapToScene(view.boundingRect().topLeft())
        top = self.mapFromScene(corner)
        return QRectF(top.x(), top.y(), view.width(), view.height())

    def _area_of(self, index: int) -> Any:
        top, height = self.band(index)
        area = self._area()
        return QRectF(0, area.top() + top, self.width(), height).toRect()


def _mark(x: float, y: float, symbol: str, size: int, pen: QPen, fill: QBrush) -> dict[str, Any]:
    return {"pos": (x, y), "symbol": symbol, "size": size, "pen": pen, "brush": fill}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
