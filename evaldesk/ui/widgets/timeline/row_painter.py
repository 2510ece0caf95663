"""Draws the axis and the rows of a waterfall."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from evaldesk.services.reading.timeline import Timeline, TimelineRow
from evaldesk.ui.theme.apply import mono, sans
from evaldesk.ui.theme.measure import px, row_px
from evaldesk.ui.theme.style import paint_elided
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.timeline.words import KINDS, name_of, tokens_of, tr
from evaldesk.ui.widgets.trace_view.figures import duration


def row_height() -> int:
    """Of a span, in pixels."""
    return row_px(22)


def axis_height() -> int:
    """Of the strip above the rows, in pixels."""
    return px(22)


LEFT = 12
INDENT = 10
DEEPEST = 14
"""Rows that lie deeper are not indented further; a number says how deep they lie."""
_FIGURES = 150
"""Room for tokens and duration at the right."""


class WaterfallPainter:
    """Draws one timeline.

    Attributes:
        tokens: the theme. timeline: what is drawn.
        hide_systems: name what may tell the system by its kind only.
    """

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.timeline = Timeline()
        self.hide_systems = False

    def lane(self, width: int) -> QRect:
        """Where the bars are, of no height."""
        left = max(140, min(360, int(width * 0.38)))
        return QRect(left, 0, max(40, width - left - px(_FIGURES) - LEFT), 0)

    def _ticks(self, lane: QRect) -> Sequence[tuple[float, int]]:
        total = self.timeline.total
        if total <= 0:
            return ()
        wanted = max(1, lane.width() // 90)
        step = 10.0 ** len(str(int(total / wanted)))
        for smaller in (0.02, 0.05, 0.1, 0.2, 0.5):
            if total / (step * smaller) <= wanted:
                step *= smaller
                break
        count = int(total / step) + 1
        return [
            (at * step, lane.left() + round(at * step / total * lane.width()))
            for at in range(count)
        ]

    def grid(self, painter: QPainter, lane: QRect, whole: QRect) -> None:
        """The lines of the axis, below everything."""
        painter.setPen(QPen(QColor(self.tokens.line), 1))
        for _, x in self._ticks(lane):
            painter.drawLine(x, axis_height(), x, whole.height())

    def axis(self, painter: QPainter, lane: QRect, whole: QRect) -> None:
        """The strip above the rows."""
        tokens = self.tokens
        strip = QRect(0, 0, whole.width(), axis_height())
        painter.fillRect(strip, QColor(tokens.pane))
        painter.setPen(QPen(QColor(tokens.line), 1))
        painter.drawLine(0, axis_height() - 1, whole.width(), axis_height() - 1)
        timeline = self.timeline
        title = tr("{count} spans") if timeline.source == "spans" else tr("{count} steps")
        said = title.format(count=f"{len(timeline.rows):,}")
        if not timeline.dated:
            said += " · " + tr("one after the other")
        small = sans("small")
        room = QRect(LEFT, 0, lane.left() - LEFT - 8, axis_height())
        paint_elided(painter, room, said, tokens.muted, small)
        painter.setFont(small)
        painter.setPen(QColor(tokens.muted))
        metrics = QFontMetrics(small)
        over = lane.left()
        for time, x in self._ticks(lane):
            text = duration(time) if time else "0"
            width = metrics.horizontalAdvance(text)
            if x < over or x + width > whole.width() - px(_FIGURES):
                continue
            place = QRect(x + 3, 0, width + 2, axis_height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)
            over = x + width + 10
        right = QRect(whole.width() - px(_FIGURES), 0, px(_FIGURES) - LEFT, axis_height())
        at_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(right, at_right, tr("tokens · time"))

    def row(
        self,
        painter: QPainter,
        row: TimelineRow,
        box: QRect,
        lane: QRect,
        *,
        current: bool,
        focused: bool,
        closed: bool,
    ) -> None:
        """One span: its letter, name, bar and figures."""
        tokens = self.tokens
        letter, colour, _ = KINDS[row.kind]
        ink = QColor(getattr(tokens, colour))
        if current:
            painter.fillRect(box, QColor(tokens.accent_soft))
            if focused:
                painter.fillRect(QRect(0, box.top(), 3, box.height()), QColor(tokens.accent))
        x = LEFT + min(row.depth, DEEPEST) * INDENT
        if row.children:
            sign = "▸" if closed else "▾"
            fold = QRect(x - 2, box.top(), 12, row_height())
            paint_elided(painter, fold, sign, tokens.muted, sans("small"))
        x += 11
        self._letter(painter, QRect(x, box.center().y() - px(7) + 1, px(14), px(14)), letter, ink)
        x += px(14) + 5
        said = name_of(row, hide_systems=self.hide_systems)
        if row.depth > DEEPEST:
            said = f"{row.depth} · {said}"
        if row.error:
            said = f"✕ {said}"
        text = tokens.bad if row.error else tokens.text
        room = QRect(x, box.top(), lane.left() - x - 8, row_height())
        paint_elided(painter, room, said, text, sans())
        self._bar(painter, row, box, lane, ink)
        figures = QRect(box.right() - px(_FIGURES), box.top(), px(_FIGURES) - LEFT, row_height())
        said = "  ".join(part for part in (tokens_of(row), duration(row.duration)) if part)
        at_right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_elided(painter, figures, said, tokens.muted, mono("small"), at_right)

    def _letter(self, painter: QPainter, box: QRect, letter: str, ink: QColor) -> None:
        painter.setPen(QPen(ink, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(box.adjusted(0, 0, -1, -1))
        font = sans("small", bold=True)
        painter.setFont(font)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, letter)

    def _bar(
        self, painter: QPainter, row: TimelineRow, box: QRect, lane: QRect, ink: QColor
    ) -> None:
        total = self.timeline.total
        if total <= 0:
            return
        scale = lane.width() / total
        left = lane.left() + row.start * scale
        width = max(2.0, (row.duration or 0.0) * scale)
        left = min(left, lane.left() + lane.width() - 2)
        place = QRectF(left, box.top() + 6, width, row_height() - 12)
        if row.duration is None:  # a moment
            painter.fillRect(QRectF(left, box.top() + 4, 1, row_height() - 8), ink)
            return
        ground = QColor(ink)
        ground.setAlpha(110 if row.children else 220)
        painter.fillRect(place, ground)
        if row.error:
            painter.setPen(QPen(QColor(self.tokens.bad), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(-1, -2, 1, 2))
