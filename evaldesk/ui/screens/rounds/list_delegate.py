"""Draws a round in the list: its name, its state, how far it is."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.style import paint_elided, paint_rule

_Index = QModelIndex | QPersistentModelIndex
_HEIGHT = 52


class RoundDelegate(QStyledItemDelegate):
    """Two lines of the item's words."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(180, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One round."""
        tokens = current_tokens()
        box: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.accent_soft))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(tokens.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.soft))
        paint_rule(painter, tokens, box.left(), box.right(), box.bottom())
        name, _, rest = str(index.data(Qt.ItemDataRole.DisplayRole)).partition("\n")
        width = box.width() - 28
        upper = QRect(box.left() + 14, box.top() + 7, width, 20)
        lower = QRect(box.left() + 14, box.top() + 27, width, 18)
        paint_elided(painter, upper, name, tokens.text, sans())
        paint_elided(painter, lower, rest, tokens.muted, sans("small"))
