"""What the charts share: a quiet plot in the tokens of the theme."""

from typing import Any, Literal

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QWidget

from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.tokens import Tokens

Tone = Literal["neutral", "ok", "bad"]
"""What a mark means; a colour never says it alone."""

NO_PEN = QPen(Qt.PenStyle.NoPen)


def colour(tokens: Tokens, tone: Tone) -> QColor:
    """The colour of a mark."""
    return QColor({"ok": tokens.ok, "bad": tokens.bad}.get(tone, tokens.muted))


def outline(colour: QColor) -> QPen:
    """Of a mark, whose symbol is drawn as fine as the picture is."""
    made = QPen(colour, 1.5)
    made.setCosmetic(True)
    return made


def brush(colour: QColor | str, alpha: float = 1.0) -> QBrush:
    """A filling."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return QBrush(made)


class Chart(pg.PlotWidget):  # type: ignore[misc]
    """A plot that neither zooms nor moves: it shows what was computed and nothing else.

    Subclasses draw in `redraw`, which is called again for another theme.
    """

    def __init__(
        self, tokens: Tokens, parent: QWidget | None = None, axes: dict[str, Any] | None = None
    ) -> None:
        super().__init__(parent, axisItems=axes or {})
        self.tokens = tokens
        self.line_scale = 1.0
        self.setAntialiasing(True)
        self.setMouseEnabled(False, False)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.setFrameShape(self.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.getViewBox().setDefaultPadding(0.0)
        self.getPlotItem().layout.setContentsMargins(0, 0, 0, 0)
        self.plotItem.setContentsMargins(0, 0, 0, 0)
        self.setBackground(tokens.pane)

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        if tokens is not self.tokens:
            self.tokens = tokens
            self.setBackground(tokens.pane)
            self.redraw()

    def redraw(self) -> None:
        """Draw everything again."""

    def pen(self, colour: QColor | str, width: float = 1.0, *, dashed: bool = False) -> QPen:
        """A line that keeps its width whatever the scale of the plot."""
        made = QPen(QColor(colour), width * self.line_scale)
        made.setCosmetic(True)
        made.setCapStyle(Qt.PenCapStyle.FlatCap)
        if dashed:
            made.setDashPattern([3, 3])
        return made

    def wheelEvent(self, event: Any) -> None:
        """The page scrolls, the chart does not."""
        event.ignore()

    def viewportEvent(self, event: QEvent) -> bool:
        """Give wheel events to the page."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return False
        return bool(super().viewportEvent(event))

    def style_axis(self, axis: Any, *, line: bool = False) -> None:
        """Small muted figures, with or without a line."""
        # In the ground's colour rather than without: an SVG takes "no pen" for black.
        axis.setPen(self.pen(self.tokens.line if line else self.tokens.pane))
        axis.setTextPen(self.pen(self.tokens.muted))
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickFont=sans("small"), tickLength=0, tickTextOffset=6)


def nice_step(span: float, most: int = 5) -> float:
    """A step of 1, 2, 2.5 or 5 × 10^k that divides a span into at most ``most`` parts."""
    if span <= 0:
        return 1.0
    power = 10.0 ** int(f"{span / most:e}".split("e")[1])
    for factor in (1.0, 2.0, 2.5, 5.0, 10.0):
        if span / (factor * power) <= most + 1e-9:
            return factor * power
    return 10.0 * power
