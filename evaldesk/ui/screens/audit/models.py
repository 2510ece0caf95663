"""Entries of the log, newest first, as a table."""

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QLocale,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from evaldesk.domain.audit import LoggedEvent

Index = QModelIndex | QPersistentModelIndex

BLOCK = 128
_KEPT_BLOCKS = 64
WHEN, WHO, WHAT, SIGNED = range(4)


class EventTableModel(QAbstractTableModel):
    """A million entries as a list of numbers; what is in sight is fetched in blocks.

    Signals:
        block_wanted(first, numbers): these are in sight and not here; answer with `take_block`.
    """

    block_wanted = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._numbers: array[int] = array("q")
        self._blocks: OrderedDict[int, list[tuple[LoggedEvent, str]]] = OrderedDict()
        self._asked: set[int] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)
        self._pause.timeout.connect(self._ask)

    def set_numbers(self, numbers: "array[int]") -> None:
        """Another list; see `AuditRepository.numbers`."""
        self.beginResetModel()
        self._numbers = numbers
        self._blocks.clear()
        self._asked.clear()
        self.endResetModel()

    def take_block(self, first: int, entries: Sequence[tuple[LoggedEvent, str]]) -> None:
        """The entries that were wanted, each with its sentence. Those of an older list are
        dropped.
        """
        block = first // BLOCK
        self._asked.discard(block)
        wanted = self._numbers[first : first + BLOCK]
        if [one.seq for one, _ in entries] != list(wanted):
            return
        self._blocks[block] = list(entries)
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        last = first + len(wanted) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, SIGNED))

    def number(self, row: int) -> int:
        """``seq`` of the entry in a row; 0 where there is none."""
        return self._numbers[row] if 0 <= row < len(self._numbers) else 0

    def row_of(self, number: int) -> int:
        """Where an entry stands; -1 where the list has it not."""
        try:
            return self._numbers.index(number)
        except ValueError:
            return -1

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many entries."""
        return 0 if parent.isValid() else len(self._numbers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """When, who, what, signed."""
        return 0 if parent.isValid() else 4

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return (self.tr("When"), self.tr("Who"), self.tr("What happened"), self.tr("Signed"))[
            section
        ]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        found = self._entry(index.row())
        if found is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and index.column() == WHAT else None
        one, said = found
        text = (
            shown_time(one.event.at),
            one.event.author or "–",
            said,
            self.tr("yes") if one.event.key else self.tr("no"),
        )[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return said if index.column() == WHAT else None
        return text

    def _entry(self, row: int) -> tuple[LoggedEvent, str] | None:
        block = self._blocks.get(row // BLOCK)
        if block is None:
            if row // BLOCK not in self._asked:
                self._asked.add(row // BLOCK)
                self._pause.start()
            return None
        return block[row % BLOCK]

    def _ask(self) -> None:
        for block in sorted(self._asked - self._blocks.keys()):
            first = block * BLOCK
            self.block_wanted.emit(first, list(self._numbers[first : first + BLOCK]))


def shown_time(at: str) -> str:
    """A time of the log on this person's clock, to the second."""
    moment = QDateTime.fromString(at, Qt.DateFormat.ISODateWithMs)
    if not moment.isValid():
        return at
    local = moment.toLocalTime()
    return f"{local.toString('yyyy-MM-dd')} {QLocale().toString(local.time(), 'HH:mm:ss')}"
