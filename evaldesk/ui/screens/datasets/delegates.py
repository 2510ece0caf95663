"""How the lists of the Datasets screen are drawn."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.ui.screens.datasets.models import CHIPS, MUTED, ROW, TreeRow
from evaldesk.ui.theme.apply import current_tokens, mono, sans
from evaldesk.ui.theme.measure import px, row_px
from evaldesk.ui.theme.style import (
    chip_size,
    paint_chip,
    paint_elided,
    paint_rule,
    two_lines,
    two_lines_height,
)

Index = QModelIndex | QPersistentModelIndex
_LANE = 12


class TreeDelegate(QStyledItemDelegate):
    """The name of a dataset, or a version: its note, and below it hash, size and person."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """A heading is one line, a version two."""
        row: TreeRow = index.data(ROW)
        return QSize(160, row_px(32) if row.version is None else two_lines_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One line."""
        tokens = current_tokens()
        row: TreeRow = index.data(ROW)
        box: QRect = option.rect
        version = row.version
        if version is None:
            inner = box.adjusted(14, 6, -10, 0)
            paint_elided(painter, inner, row.dataset, tokens.text, sans(bold=True))
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.accent_soft))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(tokens.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.soft))
        x = box.left() + 20 + row.lane * _LANE
        left, right = x + 14, box.right() - 10
        upper, lower = two_lines(box, left, right)
        middle = upper.center().y()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.line), 2))
        if row.joins:
            painter.drawLine(x, middle, x, box.bottom() + 1)
        if not row.newest:
            painter.drawLine(x, box.top(), x, middle)
        painter.setPen(QPen(QColor(tokens.accent if row.newest else tokens.muted), 1.6))
        painter.setBrush(QColor(tokens.accent if version.suites else tokens.pane))
        painter.drawEllipse(QRectF(x - 4, middle - 4, 8, 8))
        painter.restore()
        for text, kind in reversed(index.data(CHIPS)):
            width = chip_size(text).width()
            if right - width < left + 40:
                break
            paint_chip(painter, tokens, right, middle, text, kind, from_right=True)
            right -= width + 4
        upper.setRight(right)
        paint_elided(painter, upper, version.note or version.short, tokens.text, sans())
        code = QFontMetrics(mono("small")).horizontalAdvance(version.short) + 8
        paint_elided(painter, lower, version.short, tokens.muted, mono("small"))
        rest = f"{version.scenarios:,} · {version.author or '–'}"
        paint_elided(painter, lower.adjusted(code, 0, 0, 0), rest, tokens.muted, sans("small"))


class CellDelegate(QStyledItemDelegate):
    """A cell: chips where it has some, else its words."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """One cell."""
        tokens = current_tokens()
        box: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = tokens.accent_soft if selected else tokens.soft if hovered else tokens.pane
        painter.fillRect(box, QColor(ground))
        paint_rule(painter, tokens, box.left(), box.right(), box.bottom())
        inner = box.adjusted(10, 0, -8, -1)
        alignment = Qt.AlignmentFlag(int(index.data(Qt.ItemDataRole.TextAlignmentRole) or 0x81))
        chips = index.data(CHIPS)
        if chips:
            right = bool(alignment & Qt.AlignmentFlag.AlignRight)
            painter.save()
            painter.setClipRect(inner)
            x = inner.right() if right else inner.left()
            middle = inner.center().y() + 1
            for text, kind in reversed(chips) if right else chips:
                drawn = paint_chip(painter, tokens, x, middle, text, kind, from_right=right)
                x = drawn.left() - 5 if right else drawn.right() + 5
            painter.restore()
            return
        colour = tokens.muted if index.data(MUTED) else tokens.text
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        paint_elided(painter, inner, " ".join(text.split()), colour, sans(), alignment)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """For fitting a column to what is in sight."""
        chips = index.data(CHIPS)
        if chips:
            return QSize(sum(chip_size(text).width() + 5 for text, _ in chips) + 18, row_px(28))
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        return QSize(min(QFontMetrics(sans()).horizontalAdvance(text) + 20, px(420)), row_px(28))
