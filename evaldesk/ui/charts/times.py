"""How long ratings took, as a histogram on the scale of factors."""

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QSizePolicy, QWidget

from evaldesk.ui.charts.theme import NO_PEN, Chart, brush, colour, nice_step
from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.tokens import Tokens

_HEIGHT = 150
_TICKS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
_BARS = 24


class TimesChart(Chart):
    """Times stretch over factors, so each bar is as many times as long as the one before.

    Attributes:
        edges: (bars + 1,) seconds; ``counts`` (bars,).
    """

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        self.edges = np.zeros(0)
        self.counts = np.zeros(0, dtype=np.int64)
        self._median = 0.0
        self._caption = ""
        self._tick_text: Callable[[float], str] = str
        super().__init__(tokens, parent)
        self.getAxis("left").setWidth(28)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_times(
        self,
        seconds: Sequence[float],
        *,
        caption: str,
        tick_text: Callable[[float], str],
        description: str = "",
    ) -> None:
        """Show times; those of 0 are left out.

        Args:
            seconds: in any order, at least one above 0.
            caption: what the axis measures. tick_text: a time in words.
        """
        values = np.asarray(seconds, dtype=np.float64)
        self.edges, self.counts = histogram(values[values > 0])
        self._median = float(np.median(values[values > 0]))
        self._caption, self._tick_text = caption, tick_text
        self.redraw()
        self.setAccessibleDescription(description)

    def redraw(self) -> None:
        """Draw everything again."""
        plot = self.getPlotItem()
        plot.clear()
        if not self.counts.size:
            return
        for side in ("left", "bottom"):
            self.style_axis(self.getAxis(side))
        logs = np.log(self.edges)
        most = int(self.counts.max())
        self.getViewBox().setRange(
            xRange=(float(logs[0]), float(logs[-1])), yRange=(0, most * 1.1), padding=0.02
        )
        bottom = self.getAxis("bottom")
        inside = [tick for tick in _TICKS if self.edges[0] <= tick <= self.edges[-1]]
        bottom.setTicks([[(float(np.log(tick)), self._tick_text(tick)) for tick in inside]])
        bottom.setLabel(
            f"<span style='color:{self.tokens.muted}; font-size:{px(11)}px'>{self._caption}</span>"
        )
        bottom.setHeight(42)
        height = float(np.ceil(nice_step(most, 3)))
        heights = [height * i for i in range(int(most / height) + 1)]
        self.getAxis("left").setTicks([[(value, f"{value:,.0f}") for value in heights]])
        plot.addItem(
            pg.BarGraphItem(
                x=(logs[:-1] + logs[1:]) / 2,
                height=self.counts,
                width=float(logs[1] - logs[0]) * 0.9,
                pen=NO_PEN,
                brush=brush(colour(self.tokens, "neutral")),
            )
        )
        middle = float(np.log(self._median))
        plot.addItem(pg.InfiniteLine(middle, 90, self.pen(self.tokens.text, dashed=True)))


def histogram(seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bars of one factor each, by the rule of Freedman and Diaconis (1981) on logarithms; at least
    4 and at most 24.

    Args:
        seconds: (ratings,), above 0.

    Returns:
        edges (bars + 1,) in seconds, counts (bars,).
    """
    if not seconds.size:
        return np.zeros(0), np.zeros(0, dtype=np.int64)
    logs = np.log(seconds)
    low, high = float(logs.min()), float(logs.max())
    if high - low < 0.1:
        low, high = low - 0.5, high + 0.5
    spread = float(np.subtract(*np.percentile(logs, [75, 25])))
    step = 2 * spread / np.cbrt(logs.size) if spread > 0 else (high - low) / 8
    bars = int(np.clip(np.ceil((high - low) / step), 4, _BARS))
    counts, edges = np.histogram(logs, bins=bars, range=(low, high))
    return np.exp(edges), counts
