"""How the pairs are distributed: four outcomes for rates, a histogram for numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from evaldesk.ui.charts.theme import NO_PEN, Chart, Tone, brush, colour, nice_step
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.tokens import Tokens

_ROW = 22
_LABELS = 64
_HEIGHT = 150
_DISTINCT = 9


@dataclass(frozen=True, slots=True)
class OutcomeBar:
    """One kind of pair: its name, how many, what is written after the bar."""

    label: str
    count: int
    text: str
    tone: Tone = "neutral"


class OutcomeChart(Chart):
    """The four cells of the paired table as bars of one scale."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.bars: Sequence[OutcomeBar] = ()
        super().__init__(tokens, parent)
        self.hideAxis("bottom")
        self.getViewBox().invertY(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[OutcomeBar]) -> None:
        """Show outcomes, the first on top."""
        self.bars = tuple(bars)
        self.redraw()
        self.setAccessibleDescription("; ".join(f"{bar.label}: {bar.text}" for bar in bars))

    def redraw(self) -> None:
        """Draw everything again."""
        self.setFixedHeight(px(_ROW * max(1, len(self.bars)) + 8))
        plot = self.getPlotItem()
        plot.clear()
        axis = self.getAxis("left")
        axis.setWidth(px(_LABELS))
        self.style_axis(axis)
        axis.setStyle(tickFont=sans(), tickTextOffset=8)
        axis.setTextPen(self.pen(self.tokens.text))
        axis.setTicks([[(i, bar.label) for i, bar in enumerate(self.bars)]])
        most = max((bar.count for bar in self.bars), default=0) or 1
        # room for the words after the longest bar
        self.getViewBox().setRange(
            xRange=(0, most * 1.5), yRange=(-0.5, len(self.bars) - 0.5), padding=0
        )
        for index, bar in enumerate(self.bars):
            ink = colour(self.tokens, bar.tone)
            plot.addItem(
                pg.BarGraphItem(
                    x0=0,
                    y=[index],
                    width=[bar.count],
                    height=0.56,
                    pen=NO_PEN,
                    brush=brush(ink, 0.45 if bar.tone == "neutral" else 1.0),
                )
            )
            words = pg.TextItem(bar.text, color=self.tokens.text, anchor=(0, 0.5))
            words.setFont(sans())
            words.setPos(bar.count + most * 0.008, index)
            plot.addItem(words)


class DifferenceHistogram(Chart):
    """Paired differences: how many scenarios moved how far, on which side of zero.

    Attributes:
        centres: (bars,) of the histogram; ``counts`` (bars,) and the ``width_of_bar`` of a bar.
        ties: equal pairs, which are on neither side.
    """

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.centres = np.zeros(0)
        self.width_of_bar = 1.0
        self.counts = np.zeros(0, dtype=np.int64)
        self.ties = 0
        self._lower_is_better = self._neutral = False
        self._mean: tuple[float | None, float | None, float | None] = (None, None, None)
        self._caption = ""
        self._tick_text: Callable[[float], str] = str
        super().__init__(tokens, parent)
        self.getAxis("left").setWidth(28)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_differences(
        self,
        differences: Sequence[float],
        *,
        lower_is_better: bool,
        neutral: bool = False,
        mean: tuple[float | None, float | None, float | None],
        caption: str,
        tick_text: Callable[[float], str],
        description: str = "",
    ) -> None:
        """Show differences, B minus A.

        Args:
            neutral: neither side is better.
            mean: (value, low, high) of the mean difference; drawn with its interval on top.
            caption: what the axis measures.
            tick_text: a value of the axis in words.
        """
        values = np.asarray(differences, dtype=np.float64)
        self.ties = int((values == 0).sum())
        self.centres, self.counts, self.width_of_bar = histogram(values)
        self._lower_is_better = lower_is_better
        self._neutral = neutral
        self._mean = mean
        self._caption = caption
        self._tick_text = tick_text
        self.redraw()
        self.setAccessibleDescription(description)

    def redraw(self) -> None:
        """Draw everything again."""
        plot = self.getPlotItem()
        plot.clear()
        for side in ("left", "bottom"):
            self.style_axis(self.getAxis(side))
        value, low, high = self._mean
        width = self.width_of_bar
        ends = [abs(end) for end in (low, high) if end is not None]
        reach = max([*(np.abs(self.centres) + width / 2), *ends], default=1.0)
        most = int(max(self.counts.max(initial=0), self.ties)) or 1
        self.getViewBox().setRange(xRange=(-reach, reach), yRange=(0, most * 1.2), padding=0)
        bottom = self.getAxis("bottom")
        step = nice_step(reach, 4)
        ticks = [step * i for i in range(-int(reach / step), int(reach / step) + 1)]
        bottom.setTicks([[(tick, self._tick_text(tick)) for tick in ticks]])
        bottom.setLabel(
            f"<span style='color:{self.tokens.muted}; font-size:{px(11)}px'>{self._caption}</span>"
        )
        bottom.setHeight(42)
        height = float(np.ceil(nice_step(most, 3)))
        heights = [height * i for i in range(int(most * 1.08 / height) + 1)]
        self.getAxis("left").setTicks([[(value, f"{value:,.0f}") for value in heights]])
        centres = self.centres
        better = centres < 0 if self._lower_is_better else centres > 0
        sides: tuple[tuple[np.ndarray, Tone], ...] = ((better, "ok"), (~better, "bad"))
        for mask, tone in sides:
            if mask.any():
                plot.addItem(
                    pg.BarGraphItem(
                        x=centres[mask],
                        height=self.counts[mask],
                        width=width * 0.9,
                        pen=NO_PEN,
                        brush=brush(colour(self.tokens, "neutral" if self._neutral else tone)),
                    )
                )
        if self.ties:
            # Equal pairs are on neither side: a bar of their own on the line.
            plot.addItem(
                pg.BarGraphItem(
                    x=[0],
                    height=[self.ties],
                    width=self._width_of_ties(),
                    pen=NO_PEN,
                    brush=brush(self.tokens.muted),
                )
            )
        plot.addItem(pg.InfiniteLine(0.0, 90, self.pen(self.tokens.muted, dashed=True)))
        if value is not None:
            # As in the forest plot: the mean as a diamond, its interval as a line.
            ink, y = QColor(self.tokens.text), most * 1.1
            if low is not None and high is not None:
                plot.plot([low, high], [y, y], pen=self.pen(ink, 2))
            plot.addItem(
                pg.ScatterPlotItem([value], [y], symbol="d", size=13, pen=NO_PEN, brush=brush(ink))
            )

    def _width_of_ties(self) -> float:
        """As wide as the others where there is room between them, else narrow."""
        nearest = float(np.abs(self.centres).min(initial=np.inf))
        return self.width_of_bar * (0.9 if nearest >= 0.99 * self.width_of_bar else 0.3)


def histogram(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Bars that never span zero; equal pairs are left out.

    A few distinct values, as of an ordinal scale, have a bar each. Else bins of one width by the
    rule of Freedman and Diaconis (1981), at most 24 to a side.

    Args:
        differences: (pairs,)

    Returns:
        centres (bars,), counts (bars,), width of a bar; empty where no pair differs.
    """
    moved = differences[differences != 0]
    if not moved.size:
        return np.zeros(0), np.zeros(0, dtype=np.int64), 1.0
    values, counts = np.unique(np.round(moved, 9), return_counts=True)
    if values.size <= _DISTINCT:
        gaps = np.diff(np.sort(np.concatenate((values, [0.0]))))
        least = float(np.abs(values).max()) / 20
        return values, counts, max(float(gaps.min()), least)
    reach = float(np.abs(moved).max())
    spread = float(np.subtract(*np.percentile(moved, [75, 25])))
    step = 2 * spread / np.cbrt(moved.size) if spread > 0 else reach / 8
    half = int(np.clip(np.ceil(reach / step), 4, 24))
    edges = np.linspace(-reach, reach, 2 * half + 1)
    edges[half] = 0.0
    counts, _ = np.histogram(moved, edges)
    return (edges[:-1] + edges[1:]) / 2, counts, reach / half
