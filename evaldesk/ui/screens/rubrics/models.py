"""Rubrics, and the versions of one, as lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.style import (
    chip_size,
    paint_chip,
    paint_elided,
    paint_row_ground,
    two_lines,
    two_lines_height,
)

_Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Row:
    """One entry: two lines and perhaps a chip. ``key`` is what it stands for."""

    key: Any
    title: str
    detail: str
    chip: str = ""
    chip_kind: str = "neutral"


class RowsModel(QAbstractListModel):
    """A short list of rows."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Other rows; equal ones are left alone, so that the selection stays."""
        if list(rows) == list(self.rows):
            return
        if [row.key for row in rows] == [row.key for row in self.rows]:
            self.rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def place(self, key: Any) -> int:
        """Where it stands; -1 where it does not."""
        return next((i for i, row in enumerate(self.rows) if row.key == key), -1)

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The row, or its words."""
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return ", ".join(part for part in (row.title, row.detail, row.chip) if part)
        return None


class RowsDelegate(QStyledItemDelegate):
    """Title, detail below it, chip at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(160, two_lines_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One row."""
        tokens = current_tokens()
        row: Row = index.data(ROW_ROLE)
        box: QRect = option.rect
        paint_row_ground(painter, tokens, option)
        right = box.right() - 12
        upper, lower = two_lines(box, box.left() + 14, right)
        if row.chip:
            middle = upper.center().y()
            paint_chip(painter, tokens, right, middle, row.chip, row.chip_kind, from_right=True)
            upper.setRight(right - chip_size(row.chip).width() - 6)
        paint_elided(painter, upper, row.title, tokens.text, sans())
        paint_elided(painter, lower, row.detail, tokens.muted, sans("small"))
