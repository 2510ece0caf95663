"""The lists of the Compare screen: pairs, and what could not be paired."""

import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.domain.comparison import PairedValue, Unpaired
from evaldesk.domain.rubric import Direction
from evaldesk.ui.screens.compare.wording import Wording
from evaldesk.ui.theme.style import paint_chip
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.figures import NONE

Kind = Literal["regressions", "improvements", "ties", "all", "left_out"]
TIER_COLUMN = 1
TIERS = {"critical": 0, "important": 1, "nice-to-have": 2}

_Index = QModelIndex | QPersistentModelIndex


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``T-9`` before ``T-10``."""
    parts = re.findall(r"\d{1,15}|\D+", text)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def outcome(pair: PairedValue, direction: Direction) -> Kind:
    """What became of a pair. Where no end is better, more counts as an improvement."""
    # Means over trials differ in their last bit; that is no difference.
    if abs(pair.difference) <= 1e-12 * max(1.0, abs(pair.a), abs(pair.b)):
        return "ties"
    return "improvements" if (pair.difference > 0) != (direction == "lower") else "regressions"


class PairModel(QAbstractTableModel):
    """Scenario, tier, title, and the two values."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pairs: Sequence[PairedValue] = ()
        self._words = Wording("", False, False, 1.0)
        self.titles = (self.tr("Scenario"), self.tr("Tier"), self.tr("Title"), "A → B")

    def show_pairs(self, pairs: Sequence[PairedValue], words: Wording) -> None:
        """Show other pairs."""
        self.beginResetModel()
        self.pairs = tuple(pairs)
        self._words = words
        self.endResetModel()

    def row_of(self, a_pk: int) -> int:
        """The row of the pair with that trace of A, -1 where it is not listed."""
        return next((row for row, pair in enumerate(self.pairs) if pair.a_pk == a_pk), -1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Pairs."""
        return 0 if parent.isValid() else len(self.pairs)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Four."""
        return len(self.titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell."""
        if not index.isValid():
            return None
        pair = self.pairs[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(pair, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{pair.scenario}: {pair.title}\n{self._cell(pair, 3)}"
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; -1 leaves the order: worst first."""
        keys: dict[int, Callable[[PairedValue], Any]] = {
            0: lambda pair: natural(pair.scenario),
            1: lambda pair: (TIERS.get(pair.tier, len(TIERS)), pair.tier),
            2: lambda pair: pair.title.casefold(),
            3: lambda pair: pair.difference,
        }
        if column in keys:
            self.layoutAboutToBeChanged.emit()
            descending = order == Qt.SortOrder.DescendingOrder
            self.pairs = tuple(sorted(self.pairs, key=keys[column], reverse=descending))
            self.layoutChanged.emit()

    def _cell(self, pair: PairedValue, column: int) -> str:
        if column == 3:
            return self._words.pair(pair.a, pair.b)
        return (pair.scenario, pair.tier, pair.title)[column]


class UnpairedModel(QAbstractTableModel):
    """Scenario, which run has a value of it, and why it could not be compared."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: Sequence[Unpaired] = ()
        self.titles = (self.tr("Scenario"), self.tr("Value in"), self.tr("Why it is left out"))
        self._sides = {"a": "A", "b": "B", "both": NONE}

    def show_items(self, items: Sequence[Unpaired]) -> None:
        """Show others."""
        self.beginResetModel()
        self.items = sorted(items, key=lambda item: (item.reason, natural(item.scenario)))
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """What is left out."""
        return 0 if parent.isValid() else len(self.items)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Three."""
        return len(self.titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Titles."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell."""
        if not index.isValid():
            return None
        item = self.items[index.row()]
        words = (item.scenario, self._sides[item.side], item.reason)
        if role == Qt.ItemDataRole.DisplayRole:
            return words[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{item.scenario}: {item.reason}"
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column."""
        keys: dict[int, Callable[[Unpaired], Any]] = {
            0: lambda item: natural(item.scenario),
            1: lambda item: item.side,
            2: lambda item: item.reason,
        }
        if column in keys:
            self.layoutAboutToBeChanged.emit()
            descending = order == Qt.SortOrder.DescendingOrder
            self.items = sorted(self.items, key=keys[column], reverse=descending)
            self.layoutChanged.emit()


class TierDelegate(QStyledItemDelegate):
    """A tier as a chip."""

    def __init__(self, tokens: Tokens, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tokens = tokens

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """The row's ground, then the chip."""
        text = str(index.data() or "").removesuffix("-to-have")
        plain = QStyleOptionViewItem(option)
        self.initStyleOption(plain, index)
        plain.text = ""
        widget = option.widget
        widget.style().drawControl(
            widget.style().ControlElement.CE_ItemViewItem, plain, painter, widget
        )
        if text:
            box = option.rect
            kind = "bad" if text == "critical" else "neutral"
            painter.save()
            painter.setClipRect(box)
            paint_chip(painter, self.tokens, box.left() + 8, box.center().y(), text, kind)
            painter.restore()
