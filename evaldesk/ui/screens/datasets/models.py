"""Item models of the Datasets screen."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
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

from evaldesk.domain.dataset import DatasetVersion, Description, ScenarioRow
from evaldesk.services.datasets.draft import VersionDraft

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
CHIPS = Qt.ItemDataRole.UserRole + 1
MUTED = Qt.ItemDataRole.UserRole + 2
BLOCK = 128
_KEPT_BLOCKS = 64
TIER_CHIPS = {"critical": "bad", "important": "warn"}


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A line of the tree.

    Attributes:
        version: None for the heading of a dataset.
        lane: how far a branch stands to the right. joins: whether the line goes on below.
    """

    dataset: str
    version: DatasetVersion | None = None
    lane: int = 0
    joins: bool = False
    newest: bool = False


def tree_rows(versions: Sequence[DatasetVersion]) -> list[TreeRow]:
    """Datasets by what was made last, the newest version of each first; a second child of a
    version begins a branch of its own.
    """
    lanes: dict[int, int] = {}
    children: dict[int, int] = {}
    for version in versions:
        same = version.parent_pk in lanes
        before = children.get(version.parent_pk, 0)
        lanes[version.pk] = (lanes[version.parent_pk] + min(before, 1)) if same else 0
        children[version.parent_pk] = before + 1
    newest: dict[str, int] = {}
    for version in versions:
        newest[version.dataset] = version.pk
    rows: list[TreeRow] = []
    for dataset in sorted(newest, key=lambda name: -newest[name]):
        own = [version for version in versions if version.dataset == dataset]
        rows.append(TreeRow(dataset))
        for place, version in enumerate(reversed(own)):
            rows.append(
                TreeRow(dataset, version, lanes[version.pk], place < len(own) - 1, place == 0)
            )
    return rows


class TreeModel(QAbstractListModel):
    """Datasets and their versions, one line each."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[TreeRow] = []
        self.drafted: set[int] = set()

    def show_rows(self, rows: Sequence[TreeRow], drafted: set[int]) -> None:
        """Other versions, or other pending changes."""
        self.beginResetModel()
        self.rows, self.drafted = list(rows), set(drafted)
        self.endResetModel()

    def mark(self, drafted: set[int]) -> None:
        """Which versions have changes that wait."""
        if drafted != self.drafted and self.rows:
            self.drafted = set(drafted)
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def place(self, version_pk: int) -> int:
        """Where a version stands; -1 where it does not."""
        for place, row in enumerate(self.rows):
            if row.version is not None and row.version.pk == version_pk:
                return place
        return -1

    def rowCount(self, parent: Index | None = None) -> int:
        """How many lines."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Headings cannot be chosen."""
        row = self.rows[index.row()] if index.isValid() else None
        if row is None or row.version is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A line."""
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == CHIPS:
            if row.version is None:
                return ()
            chips = [(name, "accent") for name in row.version.suites]
            if row.version.pk in self.drafted:
                chips.append((self.tr("pending"), "warn"))
            return tuple(chips)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if row.version is None:
                return row.dataset
            return f"{row.dataset} {row.version.short}, {row.version.note}"
        if role == Qt.ItemDataRole.ToolTipRole and row.version is not None:
            return version_tooltip(row.version)
        return None


def version_tooltip(version: DatasetVersion) -> str:
    """Everything that is known of a version, a line each."""
    lines = [version.note, f"{version.dataset} · {version.id}"]
    if version.runs:
        lines.append(", ".join(version.runs))
    return "\n".join(line for line in lines if line)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the scenarios.

    Attributes:
        key: to sort by. text: of a row, given what is said of it.
        chips: shown instead.
    """

    key: str
    title: str
    width: int
    text: Callable[[ScenarioRow, Description], str]
    chips: Callable[[ScenarioRow, Description], tuple[tuple[str, str], ...]] | None = None
    muted: bool = False


class ScenarioTableModel(QAbstractTableModel):
    """A million scenarios as a list of numbers; what is in sight is fetched in blocks.

    Signals:
        block_wanted(first, pks): these rows are in sight and not here; answer with `take_block`.
        sort_wanted(key): the person clicked a heading; a leading ``-`` for descending.
    """

    block_wanted = Signal(int, object)
    sort_wanted = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.draft: VersionDraft | None = None
        self.columns: list[Column] = []
        self._ids: array[int] = array("q")
        self._places: dict[int, int] = {}
        self._blocks: OrderedDict[int, list[ScenarioRow]] = OrderedDict()
        self._asked: set[int] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)
        self._pause.timeout.connect(self._ask)

    @property
    def ids(self) -> "array[int]":
        """Row numbers of the scenarios, in order."""
        return self._ids

    def set_columns(self, slices: Sequence[str]) -> None:
        """Columns for what scenarios have; each slice has its own, up to a few."""
        self.beginResetModel()
        self.columns = [
            Column("scenario", self.tr("Scenario"), 96, lambda row, said: row.key),
            Column("title", self.tr("Title"), 270, lambda row, said: said.title),
            Column("tier", self.tr("Tier"), 106, lambda row, said: said.tier, _tier_chips),
            Column(
                "revision",
                self.tr("State"),
                92,
                lambda row, said: "",
                lambda row, said: self._state(row),
            ),
            *(
                Column(f"slice.{name}", name, 84, partial(_slice_value, name), muted=True)
                for name in slices
            ),
            Column("origin", self.tr("Origin"), 86, lambda row, said: said.origin, muted=True),
        ]
        self.endResetModel()

    def set_ids(self, ids: "array[int]") -> None:
        """Another list."""
        self.beginResetModel()
        self._ids = ids
        self._places.clear()
        self._blocks.clear()
        self._asked.clear()
        self.endResetModel()

    def take_block(self, first: int, rows: Sequence[ScenarioRow]) -> None:
        """The rows that were wanted, from row ``first``; those of an older list are dropped."""
        block = first // BLOCK
        self._asked.discard(block)
        wanted = self._ids[first : first + BLOCK]
        if len(rows) != len(wanted) or any(
            row.pk != pk for row, pk in zip(rows, wanted, strict=True)
        ):
            return
        self._blocks[block] = list(rows)
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        last = min(first + BLOCK, len(self._ids)) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))

    def draft_changed(self) -> None:
        """What waits to be saved is another; rows are drawn anew."""
        if len(self._ids) and self.columns:
            last = self.index(len(self._ids) - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def row(self, number: int) -> ScenarioRow | None:
        """What is known of a row; None while it is being fetched."""
        block = self._blocks.get(number // BLOCK)
        if block is None:
            if number // BLOCK not in self._asked:
                self._asked.add(number // BLOCK)
                self._pause.start()
            return None
        return block[number % BLOCK]

    def row_of(self, pk: int) -> int:
        """Where a scenario stands; -1 where the list has it not."""
        try:
            return self._ids.index(pk)
        except ValueError:
            return -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many scenarios."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title if section < len(self.columns) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == MUTED:
            return column.muted
        if role not in _OF_A_ROW:
            return None
        row = self.row(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == 0 else None
        said = self.draft.described(row) if self.draft is not None else row.description
        if role == ROW:
            return row
        chips = column.chips(row, said) if column.chips is not None else ()
        if role == CHIPS:
            return chips
        text = column.text(row, said) or ", ".join(word for word, _ in chips)
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            return text if len(text) > 12 else None
        return f"{column.title}: {text}"

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """The store sorts; this only asks for it."""
        if 0 <= column < len(self.columns):
            key = self.columns[column].key
            self.sort_wanted.emit(f"-{key}" if order == Qt.SortOrder.DescendingOrder else key)

    def _state(self, row: ScenarioRow) -> tuple[tuple[str, str], ...]:
        if self.draft is not None and row.pk in self.draft.removed:
            return ((self.tr("removed"), "bad"),)
        if self.draft is not None and row.pk in self.draft.edits:
            return ((self.tr("changed"), "warn"),)
        if row.latest > row.revision:
            return ((self.tr("newer words"), "neutral"),)
        if row.revision:
            return ((self.tr("revision {n}").format(n=row.revision), "neutral"),)
        return ()

    def _ask(self) -> None:
        for block in sorted(self._asked - self._blocks.keys()):
            first = block * BLOCK
            self.block_wanted.emit(first, list(self._ids[first : first + BLOCK]))


def _slice_value(name: str, _row: ScenarioRow, said: Description) -> str:
    return said.slices.get(name, "")


def _tier_chips(row: ScenarioRow, said: Description) -> tuple[tuple[str, str], ...]:
    return ((said.tier, TIER_CHIPS.get(said.tier, "neutral")),) if said.tier else ()


_OF_A_ROW = frozenset(
    (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.AccessibleTextRole,
        CHIPS,
        ROW,
    )
)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a short table: its cells, what it stands for, and chips by column."""

    cells: tuple[str, ...]
    key: Any
    chips: Mapping[int, tuple[tuple[str, str], ...]] | None = None
    tooltip: str = ""
    order: tuple[Any, ...] = ()


class LinesModel(QAbstractTableModel):
    """A table that is there as a whole, sorted here.

    Attributes:
        lines: in the order shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self.titles: tuple[str, ...] = ()
        self.figures: frozenset[int] = frozenset()

    def show_lines(
        self, titles: Sequence[str], lines: Sequence[Line], figures: Sequence[int] = ()
    ) -> None:
        """Another table.

        Args:
            figures: columns that stand at the right.
        """
        self.beginResetModel()
        self.titles, self.lines = tuple(titles), list(lines)
        self.figures = frozenset(figures)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many lines."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many columns."""
        return 0 if parent.isValid() else len(self.titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.titles):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in self.figures:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == ROW:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.cells[index.column()]
        if role == CHIPS:
            return (line.chips or {}).get(index.column(), ())
        if role == Qt.ItemDataRole.ToolTipRole:
            text = line.tooltip or line.cells[index.column()]
            return text if len(text) > 12 else None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = index.column() in self.figures
            side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By a column; by what it stands for where that is more than its words."""
        if not 0 <= column < len(self.titles):
            return

        def key(line: Line) -> tuple[bool, Any]:
            value = line.order[column] if column < len(line.order) else line.cells[column]
            return (value is None, value.casefold() if isinstance(value, str) else value)

        self.layoutAboutToBeChanged.emit()
        self.lines.sort(key=key, reverse=order == Qt.SortOrder.DescendingOrder)
        self.layoutChanged.emit()
