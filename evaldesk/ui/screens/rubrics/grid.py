"""A small table that is typed into, with its rows added, removed and moved."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.table import fit_rows

_ROW = 28


class EditableGrid(QWidget):
    """Records of text fields. What a cell held before it was typed into comes back as it was, so
    that a number stays a number; members of a record that have no column come back untouched.

    Signals:
        edited(): a person changed something. picked(row): another row is the current one, -1 for
            none.
    """

    edited = Signal()
    picked = Signal(int)

    def __init__(
        self,
        columns: Sequence[tuple[str, str]],
        name: str,
        *,
        widths: Sequence[int] = (),
        choices: Mapping[str, Sequence[str]] | None = None,
        checks: Sequence[str] = (),
        stretch: str = "",
    ) -> None:
        """Columns are (key, heading).

        Args:
            stretch: key of the column that takes the room that is left; the last one where empty.
            choices: for columns that offer a list.
            checks: keys of columns with a box to tick; True where it is, and left out else.
        """
        super().__init__()
        self._checks = frozenset(checks)
        self._keys = [key for key, _ in columns]
        self._members: list[dict[str, Any]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.table = QTableWidget(0, len(columns))
        # Tab leaves the table; arrows go from cell to cell.
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(name)
        self.table.setHorizontalHeaderLabels([heading for _, heading in columns])
        self.table.verticalHeader().hide()
        sized(self.table, lambda table: fit_rows(table, px(_ROW)))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        triggers = QAbstractItemView.EditTrigger
        self.table.setEditTriggers(
            triggers.DoubleClicked
            | triggers.SelectedClicked
            | triggers.EditKeyPressed
            | triggers.AnyKeyPressed
        )
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        if stretch:
            header.setStretchLastSection(False)
            header.setSectionResizeMode(self._keys.index(stretch), QHeaderView.ResizeMode.Stretch)
        for column, width in enumerate(widths):
            self.table.setColumnWidth(column, width)
        for key, offered in (choices or {}).items():
            self.table.setItemDelegateForColumn(
                self._keys.index(key), ChoiceDelegate(offered, self.table)
            )
        self.table.itemChanged.connect(lambda _: self._changed())
        self.table.currentCellChanged.connect(lambda row, *_: self.picked.emit(row))
        layout.addWidget(self.table)
        self.buttons = QHBoxLayout()
        self.buttons.setSpacing(4)
        for text, words, run in (
            ("＋", self.tr("Add a row"), self.add),
            ("✕", self.tr("Remove the row"), self.remove),
            ("↑", self.tr("Move the row up"), lambda: self.move_row(-1)),
            ("↓", self.tr("Move the row down"), lambda: self.move_row(1)),
        ):
            button = QToolButton()
            button.setText(text)
            button.setProperty("kind", "flat")
            button.setToolTip(words)
            button.setAccessibleName(f"{words}: {name}")
            button.clicked.connect(run)
            self.buttons.addWidget(button)
        self.buttons.addStretch(1)
        layout.addLayout(self.buttons)

    def show_records(self, records: Sequence[Mapping[str, Any]]) -> None:
        """Show these."""
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(records))
            self._members = [{} for _ in records]
            for row, record in enumerate(records):
                self._fill(row, record)
        self._fit()

    def records(self) -> list[dict[str, Any]]:
        """What stands in the rows."""
        found = []
        for row in range(self.table.rowCount()):
            record: dict[str, Any] = dict(self._members[row])
            for column, key in enumerate(self._keys):
                item = self.table.item(row, column)
                if key in self._checks:
                    record.pop(key, None)
                    if item is not None and item.checkState() == Qt.CheckState.Checked:
                        record[key] = True
                    continue
                text = "" if item is None else item.text().strip()
                before = None if item is None else item.data(Qt.ItemDataRole.UserRole)
                record[key] = before if before is not None and str(before) == text else text
            found.append(record)
        return found

    def show_column(self, key: str, shown: bool) -> None:
        """Show or hide a column."""
        self.table.setColumnHidden(self._keys.index(key), not shown)

    def cell(self, row: int, key: str) -> str:
        """What stands in a cell; empty where there is no such row."""
        item = self.table.item(row, self._keys.index(key))
        return "" if item is None else item.text()

    def set_cell(self, row: int, key: str, text: str) -> None:
        """Write into a cell."""
        item = self.table.item(row, self._keys.index(key))
        if item is not None and item.text() != text:
            item.setText(text)
            item.setToolTip(text)

    @property
    def row(self) -> int:
        """The current row; -1 for none."""
        return self.table.currentRow()

    def member(self, row: int, key: str) -> Any:
        """A member of a record that has no column; None where there is none."""
        return self._members[row].get(key) if 0 <= row < len(self._members) else None

    def set_member(self, row: int, key: str, value: Any) -> None:
        """Change a member that has no column; an empty one is left out."""
        if 0 <= row < len(self._members) and (self.member(row, key) or None) != (value or None):
            self._members[row].pop(key, None)
            if value:
                self._members[row][key] = value
            self.edited.emit()

    def add(self) -> None:
        """Add an empty row below the current one, and begin to type."""
        row = self.table.currentRow() + 1 or self.table.rowCount()
        with QSignalBlocker(self.table):
            self.table.insertRow(row)
            self._members.insert(row, {})
            self._fill(row, {})
        self._fit()
        self.edited.emit()
        self.table.setCurrentCell(row, 0)
        self.table.setFocus()
        item = self.table.item(row, 0)
        if item is not None:
            self.table.editItem(item)

    def remove(self) -> None:
        """Remove the current row, the last one where none is."""
        row = self.table.currentRow()
        row = self.table.rowCount() - 1 if row < 0 else row
        if row >= 0:
            del self._members[row]
            self.table.removeRow(row)
            self._fit()
            self.edited.emit()

    def move_row(self, step: int) -> None:
        """Move the current row."""
        row = self.table.currentRow()
        other = row + step
        if row < 0 or not 0 <= other < self.table.rowCount():
            return
        records = self.records()
        records[row], records[other] = records[other], records[row]
        column = self.table.currentColumn()
        self.show_records(records)
        self.table.setCurrentCell(other, column)
        self.edited.emit()

    def finish_typing(self) -> None:
        """Take over the cell that is being typed into: a cell is told of when focus leaves it."""
        focused: QWidget | None = self.window().focusWidget()
        if focused is not None and focused is not self.table and self.table.isAncestorOf(focused):
            self.table.setFocus()

    def _fill(self, row: int, record: Mapping[str, Any]) -> None:
        self._members[row] = {key: value for key, value in record.items() if key not in self._keys}
        for column, key in enumerate(self._keys):
            value = record.get(key, "")
            if key in self._checks:
                item = QTableWidgetItem()
                flags = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled
                item.setFlags(flags | Qt.ItemFlag.ItemIsSelectable)
                checked = Qt.CheckState.Checked if value else Qt.CheckState.Unchecked
                item.setCheckState(checked)
                self.table.setItem(row, column, item)
                continue
            item = QTableWidgetItem("" if value is None else str(value))
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setToolTip(str(value or ""))
            self.table.setItem(row, column, item)

    def _changed(self) -> None:
        self.edited.emit()

    def _fit(self) -> None:
        rows = max(1, self.table.rowCount())
        header = max(self.table.horizontalHeader().sizeHint().height(), px(_ROW))
        self.table.setFixedHeight(header + rows * px(_ROW) + 4)


class ChoiceDelegate(QStyledItemDelegate):
    """A cell that offers a list."""

    def __init__(self, offered: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._offered = list(offered)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Any) -> QWidget:
        """The list."""
        box = QComboBox(parent)
        box.addItems(self._offered)
        box.activated.connect(lambda _: self.commitData.emit(box))
        return box

    def setEditorData(self, editor: QWidget, index: Any) -> None:
        """What is chosen."""
        if isinstance(editor, QComboBox):
            editor.setCurrentText(str(index.data() or ""))

    def setModelData(self, editor: QWidget, model: Any, index: Any) -> None:
        """What was chosen."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())
