"""Painting that delegates share, in the tokens of the theme."""

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from evaldesk.ui.theme.apply import mono, sans
from evaldesk.ui.theme.measure import px, row_px
from evaldesk.ui.theme.stylesheet import CHIPS
from evaldesk.ui.theme.tokens import Tokens

_CHIP_HEIGHT = 18
_PADDING = 8


def chip_size(text: str, font: QFont | None = None) -> QSize:
    """How much room a chip takes."""
    metrics = QFontMetrics(font or sans("small"))
    return QSize(metrics.horizontalAdvance(text) + 2 * px(_PADDING), px(_CHIP_HEIGHT))


def paint_chip(
    painter: QPainter,
    tokens: Tokens,
    x: int,
    middle: int,
    text: str,
    kind: str = "neutral",
    *,
    from_right: bool = False,
) -> QRect:
    """Draw a rounded label and return where.

    Args:
        x: left edge, or the right one with ``from_right``.
        middle: y of its middle.
        kind: see `CHIPS`.
    """
    font = sans("small")
    size = chip_size(text, font)
    left = x - size.width() if from_right else x
    box = QRect(left, middle - size.height() // 2, size.width(), size.height())
    ground, ink = CHIPS[kind]
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(tokens, ground)))
    painter.drawRoundedRect(QRectF(box), box.height() / 2, box.height() / 2)
    painter.setFont(font)
    painter.setPen(QColor(getattr(tokens, ink)))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return box


def keycap_width(text: str) -> int:
    """How much room a key takes."""
    return max(QFontMetrics(mono("small")).horizontalAdvance(text) + 10, px(17))


def paint_keycap(painter: QPainter, tokens: Tokens, x: int, middle: int, text: str) -> QRect:
    """Draw a key as it looks on a keyboard and return where."""
    font = mono("small")
    box = QRect(x, middle - px(8), keycap_width(text), px(17))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.line), 1))
    painter.setBrush(QColor(tokens.pane))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.drawLine(box.left() + 3, box.bottom() - 1, box.right() - 3, box.bottom() - 1)
    painter.setFont(font)
    painter.setPen(QColor(tokens.muted))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return box


def paint_elided(
    painter: QPainter,
    box: QRect,
    text: str,
    colour: str,
    font: QFont | None = None,
    alignment: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
) -> None:
    """One line of text, cut with an ellipsis where the box ends."""
    painter.save()
    if font is not None:
        painter.setFont(font)
    painter.setPen(QColor(colour))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.drawText(box, alignment, shown)
    painter.restore()


def paint_rule(painter: QPainter, tokens: Tokens, left: int, right: int, y: int) -> None:
    """A horizontal hairline."""
    painter.save()
    painter.setPen(QPen(QColor(tokens.line), 1))
    painter.drawLine(left, y, right, y)
    painter.restore()


def paint_row_ground(painter: QPainter, tokens: Tokens, option: QStyleOptionViewItem) -> None:
    """What lies below a row of a list: chosen, under the mouse, or neither; a hairline below."""
    box: QRect = option.rect
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(box, QColor(tokens.accent_soft))
        painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(tokens.accent))
    elif option.state & QStyle.StateFlag.State_MouseOver:
        painter.fillRect(box, QColor(tokens.soft))
    paint_rule(painter, tokens, box.left(), box.right(), box.bottom())


def two_lines_height() -> int:
    """Of a row with a name and, below it, small type."""
    return row_px(48)


def two_lines(box: QRect, left: int, right: int) -> tuple[QRect, QRect]:
    """Where the two lines of a row stand.

    Args:
        left, right: edges of the text within the row, in pixels of the painter.
    """
    upper, lower = px(20), px(17)
    top = box.top() + max(0, (box.height() - upper - lower) // 2)
    return (
        QRect(left, top, right - left, upper),
        QRect(left, top + upper, right - left, lower),
    )
