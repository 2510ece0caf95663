"""Draws labelled stretches: a tint, a line below the text in a lane of its own, and a letter in
the margin. Lines differ in kind and not only in colour.
"""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QTextCharFormat

from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.contrast import mix
from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.rich_text.flow import Flow, Laid
from evaldesk.ui.widgets.trace_view.highlight_marks import Mark

_TAG = 14
"""Height of a letter's box, and its least width."""
_LANE = 3.0
_STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


def tint(tokens: Tokens, mark: Mark) -> QTextCharFormat:
    """The ground of a stretch; stronger for the one in hand."""
    made = QTextCharFormat()
    made.setBackground(QColor(tint_ground(tokens, mark.tone, current=mark.current)))
    made.setForeground(QColor(tokens.text))
    return made


def tint_ground(tokens: Tokens, tone: str, *, current: bool) -> str:
    """The colour of that ground."""
    return mix(getattr(tokens, tone), tokens.pane, 0.30 if current else 0.12)


def lines_of(flow: Flow, start: int, stop: int) -> Iterator[QRectF]:
    """Where a stretch of the source stands, a box a line, in the coordinates of what the text is
    part of.
    """
    layout = flow.layout
    for first, last in flow.shown.ranges(start, stop):
        begin, end = flow.units(first), flow.units(last)
        number = layout.lineForTextPosition(begin).lineNumber()
        while 0 <= number < layout.lineCount():
            line = layout.lineAt(number)
            if line.textStart() >= end:
                break
            left = _x(line.cursorToX(max(begin, line.textStart())))
            right = _x(line.cursorToX(min(end, line.textStart() + line.textLength())))
            yield QRectF(
                flow.x + min(left, right),
                flow.y + line.y(),
                abs(right - left),
                line.height(),
            )
            number += 1


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
    top, bottom = sight.top() - at.y(), sight.bottom() - at.y()
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
            for flow in laid.flows
            if flow.y + flow.height >= top and flow.y <= bottom
            for box in lines_of(flow, max(mark.start, chunk[0]), min(mark.stop, chunk[1]))
        ]
        painter.setPen(pen)
        for box in boxes:
            y = _below(box, mark.lane)
            painter.drawLine(QLineF(box.left(), y, box.right(), y))
        painter.setPen(tick)
        if boxes and mark.start >= chunk[0]:
            _tick(painter, boxes[0].left() + 0.5, boxes[0], mark.lane)
        if boxes and mark.stop <= chunk[1]:
            _tick(painter, boxes[-1].right() - 0.5, boxes[-1], mark.lane)
    painter.restore()


def tag_height(laid: Laid, mark: Mark) -> float | None:
    """How far down in a block the line stands in which a stretch begins; None where it does not
    show there.
    """
    for flow in laid.flows:
        runs = flow.shown.runs
        if runs and runs[-1].source + runs[-1].source_length > mark.start:
            for box in lines_of(flow, mark.start, mark.stop):
                return box.top()
    return None


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


def _x(found: object) -> float:
    """PySide gives the place together with the cursor that it was moved to."""
    return float(found[0]) if isinstance(found, tuple) else float(found)  # type: ignore[arg-type]
