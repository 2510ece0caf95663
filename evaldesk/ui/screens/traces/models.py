"""Item models of the Traces screen."""

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from evaldesk.domain.trace import TraceRow
from evaldesk.ui.screens.traces.columns import Column
from evaldesk.ui.widgets.trace_view import figures
from evaldesk.ui.widgets.trace_view.comparing import SIDES

Index = QModelIndex | QPersistentModelIndex

CHIPS = Qt.ItemDataRole.UserRole
MUTED = Qt.ItemDataRole.UserRole + 1
SNIPPET = Qt.ItemDataRole.UserRole + 2
ROW = Qt.ItemDataRole.UserRole + 3
SIDE = Qt.ItemDataRole.UserRole + 4
"""The letter of the column that a trace has or would have side by side; empty for none."""

BLOCK = 128
_KEPT_BLOCKS = 64


class TraceTableModel(QAbstractTableModel):
    """A million rows as a list of numbers; what is in sight is fetched in blocks.

    Signals:
        block_wanted(first, pks): these rows are in sight and not here; answer with `take_block`.
        sort_wanted(key): the person clicked a heading; a leading ``-`` for descending,
            empty where it was clicked off.
    """

    block_wanted = Signal(int, object)
    sort_wanted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: list[Column] = []
        self._ids: array[int] = array("q")
        self._blocks: OrderedDict[int, list[TraceRow]] = OrderedDict()
        self._asked: set[int] = set()
        self._snippets: dict[int, str] = {}
        self._marked: tuple[int, ...] = ()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)
        self._pause.timeout.connect(self._ask)

    # what it holds

    @property
    def ids(self) -> "array[int]":
        """Row numbers of the traces, in order."""
        return self._ids

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, as when a new metric came."""
        self.beginResetModel()
        self.columns = list(columns)
        self.endResetModel()

    def set_ids(self, ids: "array[int]") -> None:
        """Another list. What is known of a trace that is still in sight is fetched again."""
        self.beginResetModel()
        self._ids = ids
        self._blocks.clear()
        self._asked.clear()
        self._snippets.clear()
        self.endResetModel()

    def extend_ids(self, ids: "array[int]") -> bool:
        """The whole of a list of which the first rows are here: rows are added behind them. False,
        and nothing happens, where it begins in another way.
        """
        had = len(self._ids)
        if not had or len(ids) < had or ids[:had] != self._ids:
            return False
        if len(ids) > had:
            last = had // BLOCK
            if had % BLOCK:  # it was not full, and will be
                self._blocks.pop(last, None)
                self._asked.discard(last)
            self.beginInsertRows(QModelIndex(), had, len(ids) - 1)
            self._ids = ids
            self.endInsertRows()
        return True

    def take_block(self, first: int, rows: Sequence[TraceRow]) -> None:
        """The rows that were wanted, from row ``first``. Rows of an older list are dropped."""
        block = first // BLOCK
        self._asked.discard(block)
        wanted = self._ids[first : first + BLOCK]
        by_pk = {row.pk: row for row in rows}
        if not wanted or any(pk not in by_pk for pk in wanted):
            return
        self._blocks[block] = [by_pk[pk] for pk in wanted]
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        last = min(first + BLOCK, len(self._ids)) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def take_snippets(self, snippets: Mapping[int, str]) -> None:
        """Where the words that are looked for were found, by trace."""
        self._snippets.update(snippets)
        if len(self._ids) and self.columns:
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [SNIPPET])

    def mark(self, pks: Sequence[int]) -> None:
        """Show which traces are marked, in the order of their columns."""
        self._marked = tuple(pks)
        if len(self._ids) and self.columns:
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last, [SIDE])

    def row(self, number: int) -> TraceRow | None:
        """What is known of a row; None while it is being fetched."""
        block = self._blocks.get(number // BLOCK)
        if block is None:
            if number // BLOCK not in self._asked:
                self._asked.add(number // BLOCK)
                self._pause.start()
            return None
        return block[number % BLOCK]

    def pk(self, number: int) -> int:
        """The trace of a row; -1 where there is none."""
        return self._ids[number] if 0 <= number < len(self._ids) else -1

    def row_of(self, pk: int) -> int:
        """Where a trace stands; -1 where the list has it not."""
        try:
            return self._ids.index(pk)
        except ValueError:
            return -1

    # for Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many traces."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns, hidden ones as well."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            return int(right | Qt.AlignmentFlag.AlignVCenter)
        if role == MUTED:
            return column.muted
        if role == SIDE:
            return _letter(self._marked, self._ids[index.row()])
        if role not in _OF_A_ROW:
            return None
        row = self.row(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == CHIPS:
            return column.chips(row) if column.chips is not None else ()
        if role == SNIPPET:
            return self._snippets.get(row.pk, "")
        if role == ROW:
            return row
        if role == Qt.ItemDataRole.ToolTipRole:
            text = column.text(row)
            return text if len(text) > 12 else None
        return f"{column.title}: {column.text(row)}"

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """The store sorts; this only asks for it. No column: as it comes by itself."""
        if column < 0:
            self.sort_wanted.emit("")
            return
        key = self.columns[column].sort if column < len(self.columns) else ""
        if key:
            self.sort_wanted.emit(f"-{key}" if order == Qt.SortOrder.DescendingOrder else key)

    def _ask(self) -> None:
        for block in sorted(self._asked - self._blocks.keys()):
            first = block * BLOCK
            self.block_wanted.emit(first, list(self._ids[first : first + BLOCK]))


_OF_A_ROW = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        CHIPS,
        SNIPPET,
        ROW,
    )
)


def _letter(pks: Sequence[int], pk: int) -> str:
    return SIDES[pks.index(pk)] if pk in pks else ""


class SiblingModel(QAbstractListModel):
    """The other runs and trials of the scenario that is being read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[TraceRow] = []
        self._open: tuple[int, ...] = ()

    @property
    def rows(self) -> Sequence[TraceRow]:
        """The traces."""
        return self._rows

    def set_rows(self, rows: Sequence[TraceRow]) -> None:
        """Those of another scenario."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def set_open(self, pks: Sequence[int]) -> None:
        """Which traces stand side by side, the first column's first; empty for none."""
        self._open = tuple(pks)
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_of(self, pk: int) -> int:
        """Where a trace stands; -1 for nowhere."""
        return next((i for i, row in enumerate(self._rows) if row.pk == pk), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A label with run, trial and result."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        text = self._name(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            scores = ", ".join(
                f"{name} {figures.figure(value)}" for name, value in row.scores.items()
            )
            return "\n".join(part for part in (row.run, row.system, scores) if part)
        if role == CHIPS:
            return self._result(row)
        if role == Qt.ItemDataRole.CheckStateRole:
            return Qt.CheckState.Checked if row.pk in self._open else Qt.CheckState.Unchecked
        if role == SIDE:
            return _letter(self._open, row.pk)
        if role == ROW:
            return row
        return None

    def words(self, number: int) -> str:
        """Run, trial, system and scores on one line."""
        row = self._rows[number]
        scores = [f"{name} {figures.figure(value)}" for name, value in row.scores.items()]
        system = row.system if row.system != row.run else ""
        return " · ".join(part for part in (self._name(row), system, *scores) if part)

    def _name(self, row: TraceRow) -> str:
        if any(other.run == row.run and other is not row for other in self._rows) or row.trial:
            return self.tr("{run} · trial {number}").format(run=row.run, number=row.trial + 1)
        return row.run

    def _result(self, row: TraceRow) -> tuple[tuple[str, str], ...]:
        if row.status in ("error", "incomplete"):
            return ((row.status, "bad" if row.status == "error" else "warn"),)
        passed = row.scores.get("pass")
        if passed is None:
            return ()
        return ((self.tr("pass"), "ok") if passed >= 1 else (self.tr("fail"), "bad"),)
