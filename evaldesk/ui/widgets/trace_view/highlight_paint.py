"""Draws labelled stretches: a tint, a line below the text in a lane of its own, and a letter in
the margin. Lines differ in kind and not only in colour.
"""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QTextCharFormat

from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.contrast import mix
from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.rich_text.flow import Laid
from evaldesk.ui.widgets.trace_view.highlight_marks import Mark

_TAG = 14
"""Height of a letter's box, and its least width."""
_LANE = 3.0
_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


def tint(tokens: Tokens, mark: Mark) -> QColor:
    """The ground of a stretch; stronger for the one in hand."""
    return QColor(tint_ground(tokens, mark.tone, current=mark.current))


def type_on(tokens: Tokens) -> QTextCharFormat:
    """The type on it: coloured type, as that of JSON, would not hold its contrast there."""
    made = QTextCharFormat()
    made.setForeground(QColor(tokens.text))
    return made


def united(marks: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches, in order, as ones that do not overlap: a layout draws its text again for each."""
    found: list[tuple[int, int]] = []
    for start, stop in marks:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], stop)
        else:
            found.append((start, stop))
    return found


def tint_ground(tokens: Tokens, tone: str, *, current: bool) -> str:
    """The colour of that ground."""
    return mix(getattr(tokens, tone), tokens.pane, 0.30 if current else 0.12)


def paint_lines(
    painter: QPainter,
    laid: Laid,
    at: QPointF,
    sight: QRectF,
    tokens: Tokens,
    marks: Sequence[Mark],
    chunk: tuple[int, int],
) -> None:
    """Draw the lines below the stretches that lie in a block of text, with a tick at both ends.

    Args:
        chunk: where the block begins and ends in the section's text.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for mark in marks:
        pen = QPen(
            QColor(getattr(tokens, mark.tone)), 2.6 if mark.current else 1.7, _STYLES[mark.lane]
        )
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        tick = QPen(pen.color(), 1.6)
        boxes = [
            box.translated(at)
            for box in laid.boxes(max(mark.start, chunk[0]), min(mark.stop, chunk[1]))
        ]
        painter.setPen(pen)
        for box in boxes:
            if box.bottom() + 10 < sight.top() or box.top() > sight.bottom():
                continue
            y = _below(box, mark.lane)
            painter.drawLine(QLineF(box.left(), y, box.right(), y))
        painter.setPen(tick)
        if boxes and mark.start >= chunk[0]:
            _tick(painter, boxes[0].left() + 0.5, boxes[0], mark.lane)
        if boxes and mark.stop <= chunk[1]:
            _tick(painter, boxes[-1].right() - 0.5, boxes[-1], mark.lane)
    painter.restore()


def tag_height(laid: Laid, mark: Mark, chunk: tuple[int, int]) -> float | None:
    """How far down in a block the line stands in which a stretch begins; None where it does not
    show there.

    Args:
        chunk: where the block begins and ends in the section's text.
    """
    boxes = laid.boxes(max(mark.start, chunk[0]), min(mark.stop, chunk[1]))
    return boxes[0].top() if boxes else None


def paint_tags(
    painter: QPainter,
    tokens: Tokens,
    x: float,
    room: float,
    tags: Sequence[tuple[float, Mark]],
) -> None:
    """Draw letters in the margin, pushed down where they would lie on one another; with their
    labels where there is room for them.

    Args:
        x: where the margin begins. room: how wide it is, in pixels.
        tags: (height, stretch), by height.
    """
    font = QFont(sans("small", bold=True))
    font.setPixelSize(px(10))
    tag = px(_TAG)
    words = sans("small")
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    free = float("-inf")
    for height, mark in tags:
        painter.setFont(font)
        y = max(height + 1, free)
        width = max(tag, painter.fontMetrics().horizontalAdvance(mark.letter) + 6)
        box = QRectF(x, y, width, tag)
        colour = QColor(getattr(tokens, mark.tone))
        painter.setPen(QPen(colour, 1.2))
        painter.setBrush(colour if mark.current else QColor(tokens.pane))
        painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, -0.6), 3, 3)
        painter.setPen(QColor(tokens.pane) if mark.current else colour)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark.letter)
        if room > width + 40:
            painter.setFont(words)
            painter.setPen(QColor(tokens.text if mark.current else tokens.muted))
            space = room - width - 10
            shown = painter.fontMetrics().elidedText(
                mark.text, Qt.TextElideMode.ElideRight, int(space)
            )
            painter.drawText(
                QRectF(box.right() + 5, y - 1, space, tag + 2),
                Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
                shown,
            )
        free = y + tag + 2
    painter.restore()


def _below(box: QRectF, lane: int) -> float:
    return box.bottom() - 1.0 + lane * _LANE


def _tick(painter: QPainter, x: float, box: QRectF, lane: int) -> None:
    y = _below(box, lane)
    painter.drawLine(QLineF(x, y - 3.5, x, y + 0.8))
