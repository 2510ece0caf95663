"""Draws a round in the list: its name, its state, how far it is."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.style import paint_elided, paint_row_ground, two_lines, two_lines_height

_Index = QModelIndex | QPersistentModelIndex


class RoundDelegate(QStyledItemDelegate):
    """Two lines of the item's words."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(180, two_lines_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One round."""
        tokens = current_tokens()
        box: QRect = option.rect
        paint_row_ground(painter, tokens, option)
        name, _, rest = str(index.data(Qt.ItemDataRole.DisplayRole)).partition("\n")
        upper, lower = two_lines(box, box.left() + 14, box.right() - 14)
        paint_elided(painter, upper, name, tokens.text, sans())
        paint_elided(painter, lower, rest, tokens.muted, sans("small"))
