"""A table as every screen shows it."""

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from evaldesk.ui.theme.measure import px, row_px, sized


def row_height() -> int:
    """Of a row of a table, in pixels."""
    return row_px(28)


class Table(QTableView):
    """Rows of one height without a grid, sorted by a click on a heading, copied with Ctrl+C.

    Signals:
        chosen(index): Return or a double click on a row.
        copied(rows): so many rows lie in the clipboard, as tab-separated text with headings.
    """

    chosen = Signal(QModelIndex)
    copied = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, name: str = "") -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(True)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns = self.horizontalHeader()
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setHighlightSections(False)
        columns.setStretchLastSection(True)
        sized(self, _fit)
        columns.setMinimumSectionSize(40)
        self.doubleClicked.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+C copies, Return chooses."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def copy(self) -> int:
        """Put the selected rows (all, where none is) into the clipboard; returns how many."""
        text, count = self.as_tsv()
        if count:
            QGuiApplication.clipboard().setText(text)
            self.copied.emit(count)
        return count

    def as_tsv(self) -> tuple[str, int]:
        """The selected rows, or all, in the order and with the columns in sight."""
        model: QAbstractItemModel | None = self.model()
        if model is None:
            return "", 0
        header = self.horizontalHeader()
        columns = [
            header.logicalIndex(place)
            for place in range(header.count())
            if not header.isSectionHidden(header.logicalIndex(place))
        ]
        selected = sorted({index.row() for index in self.selectionModel().selectedRows()})
        rows = selected or range(model.rowCount())
        lines = [
            [str(_shown(model.headerData(column, Qt.Orientation.Horizontal))) for column in columns]
        ]
        lines.extend(
            [str(_shown(model.index(row, column).data())) for column in columns] for row in rows
        )
        clean = ("\t".join(" ".join(cell.split()) for cell in line) for line in lines)
        return "\n".join(clean) + "\n", len(lines) - 1

    def select_row(self, row: int) -> None:
        """Make a row the current one and bring it in sight."""
        model: QAbstractItemModel | None = self.model()
        if model is None or not 0 <= row < model.rowCount():
            return
        index = model.index(row, 0)
        self.selectionModel().setCurrentIndex(
            index,
            QItemSelectionModel.SelectionFlag.ClearAndSelect
            | QItemSelectionModel.SelectionFlag.Rows,
        )
        self.scrollTo(index)


def fit_rows(table: QTableView, pixels: int) -> None:
    """Give every row this height."""
    rows = table.verticalHeader()
    rows.setMinimumSectionSize(1)
    rows.setDefaultSectionSize(pixels)
    rows.setMinimumSectionSize(pixels)


def _fit(table: QTableView) -> None:
    fit_rows(table, row_height())
    table.horizontalHeader().setFixedHeight(px(28))


def _shown(value: object) -> object:
    return "" if value is None else value
