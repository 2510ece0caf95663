"""How the pairs are distributed: four outcomes for rates, a histogram for numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from evaldesk.ui.charts.theme import NO_PEN, Chart, Tone, brush, colour, nice_step
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.tokens import Tokens

_ROW = 26
_LABELS = 190
_HEIGHT = 170


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
        self.getAxis("left").setWidth(_LABELS)
        self.getViewBox().invertY(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_bars(self, bars: Sequence[OutcomeBar]) -> None:
        """Show outcomes, the first on top."""
        self.bars = tuple(bars)
        self.setFixedHeight(_ROW * max(1, len(bars)) + 8)
        self.redraw()
        self.setAccessibleDescription("; ".join(f"{bar.label}: {bar.text}" for bar in bars))

    def redraw(self) -> None:
        """Draw everything again."""
        plot = self.getPlotItem()
        plot.clear()
        axis = self.getAxis("left")
        self.style_axis(axis)
        axis.setStyle(tickFont=sans(), tickTextOffset=12)
        axis.setTextPen(self.pen(self.tokens.text))
        axis.setTicks([[(i, bar.label) for i, bar in enumerate(self.bars)]])
        most = max((bar.count for bar in self.bars), default=0) or 1
        # room for the words after the longest bar
        self.getViewBox().setRange(
            xRange=(0, most * 1.45), yRange=(-0.5, len(self.bars) - 0.5), padding=0
        )
        for index, bar in enumerate(self.bars):
            ink = colour(self.tokens, bar.tone)
            plot.addItem(
                pg.BarGraphItem(
                    x0=0,
                    y=[index],
                    width=[bar.count],
                    height=0.62,
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
        edges: (bins + 1,) of the histogram; ``counts`` (bins,). Zero is always an edge.
    """

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.edges = np.zeros(0)
        self.counts = np.zeros(0, dtype=np.int64)
        self.ties = 0
        self._lower_is_better = self._neutral = False
        self._mean: tuple[float | None, float | None, float | None] = (None, None, None)
        self._caption = ""
        self._tick_text: Callable[[float], str] = str
        super().__init__(tokens, parent)
        self.getAxis("left").setWidth(44)
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
        self.edges, self.counts = histogram(values)
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
        if not self.counts.size:
            return
        reach = max(abs(float(self.edges[0])), abs(float(self.edges[-1])))
        most = int(max(self.counts.max(), self.ties)) or 1
        self.getViewBox().setRange(xRange=(-reach, reach), yRange=(0, most * 1.2), padding=0)
        bottom = self.getAxis("bottom")
        step = nice_step(reach, 4)
        ticks = [step * i for i in range(-int(reach / step), int(reach / step) + 1)]
        bottom.setTicks([[(tick, self._tick_text(tick)) for tick in ticks]])
        bottom.setLabel(
            f"<span style='color:{self.tokens.muted}; font-size:11px'>{self._caption}</span>"
        )
        bottom.setHeight(42)
        height = max(1.0, nice_step(most, 3))
        heights = [height * i for i in range(int(most * 1.08 / height) + 1)]
        self.getAxis("left").setTicks([[(value, f"{value:,.0f}") for value in heights]])
        value, low, high = self._mean
        centres = (self.edges[:-1] + self.edges[1:]) / 2
        width = float(self.edges[1] - self.edges[0])
        better = centres < 0 if self._lower_is_better else centres > 0
        sides: tuple[tuple[np.ndarray, Tone], ...] = ((better, "ok"), (~better, "bad"))  # type: ignore[type-arg]
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
            # Equal pairs are on neither side: a narrow bar of their own on the line.
            plot.addItem(
                pg.BarGraphItem(
                    x=[0],
                    height=[self.ties],
                    width=width * 0.22,
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


def histogram(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    """Counts in bins of one width that never span zero; equal pairs are left out.

    Args:
        differences: (pairs,)

    Returns:
        edges (bins + 1,) symmetric about zero, counts (bins,); both empty without a pair.
    """
    if not differences.size:
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    moved = differences[differences != 0]
    reach = float(np.abs(moved).max(initial=0.0)) or 1.0
    half = int(np.clip(round(np.sqrt(max(moved.size, 1)) * 1.2), 4, 20))
    edges = np.linspace(-reach, reach, 2 * half + 1)
    edges[half] = 0.0
    counts, _ = np.histogram(moved, edges)
    return edges, counts
