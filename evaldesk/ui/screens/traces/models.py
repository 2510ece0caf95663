"""Item models of the Traces screen."""

from array import array
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
        sort_wanted(key): the person clicked a heading; a leading ``-`` for descending.
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
        if not rows or any(pk not in by_pk for pk in wanted):
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
        """The store sorts; this only asks for it."""
        key = self.columns[column].sort if 0 <= column < len(self.columns) else ""
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


@dataclass(slots=True)
class FacetEntry:
    """A line of the facet panel.

    Attributes:
        name: of the field. value: one of its values; None for the heading and for ``more``.
        count: traces that have it. more: how many values are folded away here.
    """

    name: str
    title: str
    value: str | None = None
    count: int = 0
    more: int = 0


class FacetModel(QAbstractListModel):
    """What the list can be narrowed by, with counts; values are ticked.

    Signals:
        chosen_changed(): another set of values is ticked.
    """

    chosen_changed = Signal()
    SHOWN = 6

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own_tags = False
        self._facets: dict[str, list[tuple[str, int]]] = {}
        self._entries: list[FacetEntry] = []
        self._chosen: dict[str, set[str]] = {}
        self._unfolded: set[str] = set()

    @property
    def chosen(self) -> dict[str, tuple[str, ...]]:
        """Field → values that are ticked, without fields that have none."""
        return {name: tuple(sorted(values)) for name, values in self._chosen.items() if values}

    def set_facets(
        self, facets: Mapping[str, Sequence[tuple[str, int]]], *, own_tags: bool = False
    ) -> None:
        """Other values and counts; ticks on values that are still there stay."""
        before = self.chosen
        self._own_tags = own_tags
        self._facets = {name: list(values) for name, values in facets.items()}
        for name, values in self._chosen.items():
            values &= {value for value, _ in self._facets.get(name, ())}
        self._rebuild()
        if self.chosen != before:
            self.chosen_changed.emit()

    def clear_chosen(self) -> bool:
        """Tick nothing; says whether anything was ticked."""
        if not self.chosen:
            return False
        self._chosen.clear()
        self._rebuild()
        self.chosen_changed.emit()
        return True

    def choose(self, name: str, value: str, *, on: bool = True) -> None:
        """Tick a value or take the tick off."""
        values = self._chosen.setdefault(name, set())
        if (value in values) == on:
            return
        if on:
            values.add(value)
        else:
            values.discard(value)
        self._rebuild()
        self.chosen_changed.emit()

    def activate(self, index: Index) -> None:
        """A click or Space: tick a value, or show the values that are folded away."""
        entry = self.entry(index)
        if entry is None:
            return
        if entry.more:
            self._unfolded.add(entry.name)
            self._rebuild()
        elif entry.value is not None:
            on = entry.value not in self._chosen.get(entry.name, set())
            self.choose(entry.name, entry.value, on=on)

    def entry(self, index: Index) -> FacetEntry | None:
        """The line at an index."""
        return self._entries[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many lines."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A line."""
        entry = self.entry(index)
        if entry is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.ToolTipRole and entry.value is not None:
            return entry.value
        if role == Qt.ItemDataRole.CheckStateRole and entry.value is not None:
            on = entry.value in self._chosen.get(entry.name, set())
            return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole and entry.value is not None:
            return f"{entry.value}, {entry.count}"
        if role == ROW:
            return entry
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        entry = self.entry(index)
        if entry is None or (entry.value is None and not entry.more):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _rebuild(self) -> None:
        entries: list[FacetEntry] = []
        for name, values in self._facets.items():
            if len(values) < 2 and not self._chosen.get(name):
                continue  # nothing to narrow
            entries.append(FacetEntry(name, self._title(name)))
            shown = values if name in self._unfolded else values[: self.SHOWN]
            kept = [value for value, _ in shown]
            ticked = self._chosen.get(name, set())
            rest = [item for item in values[len(shown) :] if item[0] in ticked]
            for value, number in [*shown, *rest]:
                entries.append(FacetEntry(name, value, value, number))
            hidden = len(values) - len(kept) - len(rest)
            if hidden:
                text = self.tr("{count} more…").format(count=figures.count(hidden))
                entries.append(FacetEntry(name, text, more=hidden))
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def _title(self, name: str) -> str:
        known = {
            "run": self.tr("Run"),
            "system": self.tr("System"),
            "status": self.tr("Status"),
            "tier": self.tr("Tier"),
            # Others' are kept from somebody who still has traces to rate.
            "tag": self.tr("Failure mode (yours)") if self._own_tags else self.tr("Failure mode"),
        }
        return known.get(name, name.removeprefix("slice."))


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
