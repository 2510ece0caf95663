"""What the import screen holds: the files, and tables of what is in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import ImportedFile, ImportedRatings
from evaldesk.domain.rubric import Level
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.style import (
    chip_size,
    paint_chip,
    paint_elided,
    paint_row_ground,
    two_lines,
    two_lines_height,
)

if TYPE_CHECKING:
    from evaldesk.importers.mapping import RatingMapping, TraceMapping
    from evaldesk.importers.source import Source
    from evaldesk.services.importing.preview import Kind, Look

Index = QModelIndex | QPersistentModelIndex
FILE_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person has said of one file; empty is "as the file has it".

    Attributes:
        kind, format, mapping, sheet: None or empty to find out.
        run, system, dataset: names for traces.
        rubric: that the ratings answer; ``level`` makes the criteria it lacks, ``categories``
            gives their points an order.
    """

    kind: "Kind | None" = None
    format: str = ""
    mapping: "TraceMapping | RatingMapping | None" = None
    sheet: str = ""
    skip_bad: bool = False
    run: str = ""
    system: str = ""
    dataset: str = ""
    rubric: str = ""
    level: Level | None = None
    categories: tuple[str, ...] = ()
    create_units: bool = False


@dataclass(eq=False, slots=True)
class FileEntry:
    """One file on its way in.

    Attributes:
        size: bytes; -1 where it could not be told.
        look: its beginning, as it would be read; None until that was read.
        error: why nothing of it can be read, or why its import failed.
        source: kept between looks, for what was found out about the file.
    """

    path: Path
    size: int = -1
    choices: Choices = field(default_factory=Choices)
    look: "Look | None" = None
    error: EvalDeskError | None = None
    looking: bool = False
    source: "Source | None" = None
    stamp: tuple[int, int] = (0, 0)

    def choose(self, **changes: object) -> None:
        """Say something else about it."""
        self.choices = replace(self.choices, **changes)  # type: ignore[arg-type]

    @property
    def kind(self) -> "Kind":
        """What it is read as."""
        if self.choices.kind is not None:
            return self.choices.kind
        return self.look.kind if self.look is not None else "traces"

    @property
    def ready(self) -> bool:
        """Whether an import of it could succeed as far as its beginning tells."""
        look = self.look
        if look is None or self.error is not None or self.looking:
            return False
        if look.kind == "ratings":
            return bool(look.ratings) and bool(self.choices.rubric)
        if look.problems and not self.choices.skip_bad:
            return False
        return bool(look.traces) or not look.problems


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import did.

    Attributes:
        traces: of each file of traces. ratings: name of the file, its rubric and what came in.
        error: what ended it; None where everything came in.
        failed: the path that it failed at; None where that is not known.
    """

    traces: Sequence[ImportedFile] = ()
    ratings: Sequence[tuple[str, str, ImportedRatings]] = ()
    error: Exception | None = None
    failed: Path | None = None

    @property
    def wrote(self) -> bool:
        """Whether anything came in."""
        return bool(self.traces or self.ratings)


class FilesModel(QAbstractListModel):
    """The files on the list."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[FileEntry] = []

    def add(self, entry: FileEntry) -> None:
        """Put one at the end."""
        row = len(self.entries)
        self.beginInsertRows(QModelIndex(), row, row)
        self.entries.append(entry)
        self.endInsertRows()

    def remove(self, row: int) -> None:
        """Take one off."""
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.entries[row]
        self.endRemoveRows()

    def clear(self) -> None:
        """Take all off."""
        self.beginResetModel()
        self.entries.clear()
        self.endResetModel()

    def touch(self, entry: FileEntry) -> None:
        """What is shown of one has changed."""
        if entry in self.entries:
            index = self.index(self.entries.index(entry))
            self.dataChanged.emit(index, index)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Files."""
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The entry, and words for who listens."""
        entry = self.entries[index.row()]
        if role == FILE_ROLE:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.path.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(entry.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            text, _ = self.state(entry)
            return f"{entry.path.name}, {self.detail(entry)}, {text}"
        return None

    def detail(self, entry: FileEntry) -> str:
        """Size and format."""
        parts = [file_size(entry.size)] if entry.size >= 0 else []
        if entry.look is not None:
            parts.append(entry.look.title)
        return " · ".join(parts)

    def state(self, entry: FileEntry) -> tuple[str, str]:
        """A word and the kind of its chip."""
        if entry.error is not None:
            return self.tr("cannot be read") if entry.look is None else self.tr("failed"), "bad"
        if entry.look is None or entry.looking:
            return self.tr("reading …"), "neutral"
        if entry.look.problems and not (entry.choices.skip_bad and entry.ready):
            return self.tr("to mend"), "warn"
        if not entry.ready:
            return self.tr("needs a rubric"), "warn"
        return (self.tr("ratings"), "b") if entry.kind == "ratings" else (self.tr("traces"), "a")


class FilesDelegate(QStyledItemDelegate):
    """Name above, size and format below, and what it seems to be at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one file."""
        tokens = current_tokens()
        model = index.model()
        entry = index.data(FILE_ROLE)
        assert isinstance(model, FilesModel)
        assert isinstance(entry, FileEntry)
        box: QRect = option.rect
        paint_row_ground(painter, tokens, option)
        text, kind = model.state(entry)
        right = box.right() - 12
        upper, lower = two_lines(box, box.left() + 14, right)
        paint_chip(painter, tokens, right, upper.center().y(), text, kind, from_right=True)
        upper.setRight(right - chip_size(text).width() - 8)
        paint_elided(painter, upper, entry.path.name, tokens.text, sans())
        paint_elided(painter, lower, model.detail(entry), tokens.muted, sans("small"))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines."""
        return QSize(120, two_lines_height())


class TextTable(QAbstractTableModel):
    """Rows of text under headings, of which some may be marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.headings: Sequence[str] = ()
        self.rows: Sequence[Sequence[str]] = ()
        self._tips: Sequence[str] = ()

    def show_rows(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        tips: Sequence[str] = (),
    ) -> None:
        """Other rows. ``tips`` explain the headings."""
        self.beginResetModel()
        self.headings, self.rows, self._tips = headings, rows, tips
        self.endResetModel()

    def show_records(self, records: Sequence[Mapping[str, str]], fields: Mapping[str, str]) -> None:
        """Rows of a file; a column that a mapping names says so in its heading."""
        names = list(dict.fromkeys(name for record in records for name in record))
        headings = [f"{name} → {fields[name]}" if name in fields else name for name in names]
        self.show_rows(headings, [[record.get(name, "") for name in names] for record in records])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Rows."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Columns."""
        return 0 if parent.isValid() else len(self.headings)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Headings."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.headings[section]
        if role == Qt.ItemDataRole.ToolTipRole and section < len(self._tips):
            return self._tips[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """One cell, on one line; the tooltip has the whole."""
        text = self.rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return " ".join(text[:200].split())
        if role == Qt.ItemDataRole.ToolTipRole and len(text) > 30:
            return text
        return None


def file_size(size: int) -> str:
    """Bytes as a person reads them."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit in ("B", "kB") else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""
