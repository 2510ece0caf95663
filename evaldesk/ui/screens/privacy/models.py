"""What was found, by text, as a table."""

from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from evaldesk.domain.privacy import KINDS
from evaldesk.services.privacy.finding_review import ShownGroup

Index = QModelIndex | QPersistentModelIndex

BLOCK = 64
_KEPT_BLOCKS = 64
KIND, TEXT, PLACES, TRACES, SAID = range(5)


def kind_title(kind: str) -> str:
    """What a kind is called, in the person's language."""
    return QCoreApplication.translate("PrivacyKinds", KINDS.get(kind, kind))


class GroupTableModel(QAbstractTableModel):
    """A million texts as a list of numbers; what is in sight is fetched in blocks.

    Signals:
        block_wanted(first, numbers): these are in sight and not here; answer with `take_block`.
    """

    block_wanted = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._firsts: array[int] = array("q")
        self._blocks: OrderedDict[int, list[ShownGroup]] = OrderedDict()
        self._asked: set[int] = set()
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0)
        self._pause.timeout.connect(self._ask)

    def set_firsts(self, firsts: "array[int]") -> None:
        """Another list; see `PrivacyRepository.group_firsts`."""
        self.beginResetModel()
        self._firsts = firsts
        self._blocks.clear()
        self._asked.clear()
        self.endResetModel()

    def take_block(self, first: int, groups: Sequence[ShownGroup]) -> None:
        """The texts that were wanted; those of an older list are dropped."""
        block = first // BLOCK
        self._asked.discard(block)
        wanted = self._firsts[first : first + BLOCK]
        if [one.group.first for one in groups] != list(wanted):
            return
        self._blocks[block] = list(groups)
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        last = first + len(wanted) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, SAID))

    def forget(self, row: int) -> None:
        """Read a row again: somebody decided about it."""
        self._blocks.pop(row // BLOCK, None)
        self.dataChanged.emit(self.index(row, 0), self.index(row, SAID))

    def group(self, row: int) -> ShownGroup | None:
        """The text of a row, where it is here."""
        block = self._blocks.get(row // BLOCK)
        return block[row % BLOCK] if block is not None and 0 <= row < len(self._firsts) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many texts."""
        return 0 if parent.isValid() else len(self._firsts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Kind, text, places, traces, decision."""
        return 0 if parent.isValid() else 5

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Headings."""
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        names = (
            self.tr("Kind"),
            self.tr("Text"),
            self.tr("Places"),
            self.tr("Traces"),
            self.tr("Decision"),
        )
        return names[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """A cell."""
        right = index.column() in (PLACES, TRACES)
        if role == Qt.ItemDataRole.TextAlignmentRole and right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return None
        found = self.group(index.row())
        if found is None:
            self._want(index.row() // BLOCK)
            return "…" if index.column() == TEXT else None
        one = found.group
        said = {"always": self.tr("always"), "never": self.tr("never")}.get(one.verdict, "")
        return (
            kind_title(one.kind),
            found.text,
            f"{one.places:,}",
            f"{one.traces:,}",
            said,
        )[index.column()]

    def _want(self, block: int) -> None:
        if block not in self._asked:
            self._asked.add(block)
            self._pause.start()

    def _ask(self) -> None:
        for block in sorted(self._asked - self._blocks.keys()):
            first = block * BLOCK
            self.block_wanted.emit(first, list(self._firsts[first : first + BLOCK]))
