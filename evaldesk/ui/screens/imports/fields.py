"""Pick lists of a file's columns."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QHideEvent, QKeyEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from evaldesk.importers.mapping import Column, Const, OneHot
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.theme.icons import pixmap
from evaldesk.ui.widgets.card import text_label

Payload = str | OneHot
_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class PickList(QComboBox):
    """A combo box that a wheel scrolls past, and that does not grow with its longest entry."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMaxVisibleItems(16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scrolling through the fields must not change one that the pointer passes."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def offer(self, items: Sequence[tuple[str, object]], chosen: object) -> None:
        """Show these entries (words, value) and choose one of the values."""
        with QSignalBlocker(self):
            self.clear()
            for words, value in items:
                self.addItem(words, value)
            place = next((i for i, (_, value) in enumerate(items) if value == chosen), -1)
            self.setCurrentIndex(place)


class ColumnField(QWidget):
    """One column, or none; perhaps one value for all records instead, typed into ``text``, which
    whoever lays this out puts beside it.

    Signals:
        changed: a person chose another.
    """

    changed = Signal()

    def __init__(self, name: str, *, constant: bool = False) -> None:
        super().__init__()
        self._constant = constant
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.list = PickList(name)
        self.list.activated.connect(self._chosen)
        row.addWidget(self.list, 1)
        self.text = QLineEdit()
        self.text.setAccessibleName(self.tr("%1, the same for all").replace("%1", name))
        self.text.editingFinished.connect(self._typed)
        self.text.setPlaceholderText(self.tr("for every record"))
        self.text.hide()
        self._said = ""
        self.setFocusProxy(self.list)

    def show_value(self, columns: Sequence[str], value: Column) -> None:
        """Offer these columns; ``value`` is the one chosen."""
        items: list[tuple[str, object]] = [("–", "")]
        if self._constant:
            items.append((self.tr("the same for all"), None))
        items += [(column, column) for column in columns]
        if isinstance(value, str) and value and value not in columns:
            items.append((self.tr("%1 (not in this file)").replace("%1", value), value))
        constant = isinstance(value, Const)
        self.list.offer(items, None if constant else value)
        self.text.setVisible(constant)
        if isinstance(value, Const) and not self.text.hasFocus():
            self.text.setText(value.value)
        self._said = value.value if isinstance(value, Const) else ""

    @property
    def constant(self) -> bool:
        """Whether one value holds for all records."""
        return self._constant and self.list.currentData() is None and self.list.currentIndex() > 0

    def value(self) -> Column:
        """The column, a constant, or nothing."""
        chosen = self.list.currentData()
        if self.constant:
            text = self.text.text().strip()
            return Const(text) if text else ""
        return str(chosen or "")

    def _chosen(self) -> None:
        self.text.setVisible(self.constant)
        if self.constant:
            self.text.setFocus()
            if not self.text.text().strip():
                return
        self.changed.emit()

    def _typed(self) -> None:
        if self.text.text().strip() != self._said:
            self._said = self.text.text().strip()
            self.changed.emit()


class ColumnsField(QPushButton):
    """Several columns, ticked in a list that drops down; each may be called by a name of its own.

    Signals:
        changed: a person chose others.
    """

    changed = Signal()

    def __init__(self, name: str, *, named: bool = False, all_others: bool = False) -> None:
        """``all_others``: nothing chosen means every column that is not named elsewhere."""
        super().__init__()
        self._name = name
        self._named = named
        self._all_others = all_others
        self._offered: dict[str, Payload] = {}
        self._chosen: dict[str, str] | None = {}
        self._popup: ColumnsPopup | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.drop_down)

    def show_columns(self, columns: Sequence[str], chosen: Sequence[str] | None) -> None:
        """Offer columns; None with ``all_others`` for every other one."""
        self._offered = {column: column for column in columns}
        self._chosen = None if chosen is None else {column: column for column in chosen}
        for column in chosen or ():
            self._offered.setdefault(column, column)
        self._say()

    def show_named(self, columns: Sequence[str], chosen: Mapping[str, Payload]) -> None:
        """Offer columns; ``chosen`` is name → column, or name → several for one rater."""
        self._offered = {column: column for column in columns}
        self._chosen = {}
        for name, payload in chosen.items():
            label = payload if isinstance(payload, str) else _one_hot(name, payload)
            self._offered.setdefault(label, payload)
            self._chosen[label] = name
        self._say()

    def columns(self) -> tuple[str, ...] | None:
        """The columns that are ticked, in the file's order; None for every other one."""
        if self._chosen is None:
            return None
        return tuple(label for label in self._offered if label in self._chosen)

    def named(self) -> dict[str, Payload]:
        """Name → column of what is ticked."""
        chosen = self._chosen or {}
        return {
            chosen[label]: payload for label, payload in self._offered.items() if label in chosen
        }

    def drop_down(self) -> None:
        """Show the list."""
        popup = ColumnsPopup(self._name, list(self._offered), self._chosen or {}, self._named, self)
        popup.closed.connect(self._take)
        self._popup = popup
        popup.resize(max(self.width(), 320), min(120 + 24 * len(self._offered), 420))
        corner = self.mapToGlobal(QPoint(0, self.height() + 2))
        room = self.screen().availableGeometry()
        if corner.y() + popup.height() > room.bottom():
            corner = self.mapToGlobal(QPoint(0, -popup.height() - 2))
        corner.setX(max(room.left(), min(corner.x(), room.right() - popup.width())))
        popup.move(corner)
        popup.show()
        popup.filter.setFocus()

    @property
    def popup(self) -> "ColumnsPopup | None":
        """The list while it is down."""
        return self._popup

    def paintEvent(self, event: QPaintEvent) -> None:
        """Looks like a pick list: what does not fit is cut."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        text, option.text = option.text, ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        tokens = current_tokens()
        box = self.rect().adjusted(9, 0, -24, 0)
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.muted))
        painter.setFont(self.font())
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        arrow = pixmap(f"chevron-{tokens.name}", tokens.muted, 10)
        painter.drawPixmap(self.width() - 15, (self.height() - 10) // 2, arrow)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Down drop the list down, as on a combo box."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.drop_down()
            return
        super().keyPressEvent(event)

    def _take(self, ticked: dict[str, str]) -> None:
        self._popup = None
        self.setFocus()
        before = self._chosen or {}
        if ticked == before:
            return
        self._chosen = ticked if ticked or not self._all_others else None
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        if self._chosen is None:
            text = self.tr("every other column")
        elif not self._chosen:
            text = "–"
        else:
            names = [
                label if name == label or not self._named else name
                for label, name in self._chosen.items()
            ]
            text = ", ".join(names[:3])
            if len(names) > 3:
                text = self.tr("%1 and %2 more").replace("%1", ", ".join(names[:2]))
                text = text.replace("%2", str(len(names) - 2))
        self.setText(text)
        self.setToolTip("\n".join(self._chosen or ()))
        self.setAccessibleName(f"{self._name}: {text}")


class ColumnsPopup(QFrame):
    """The list that drops down: type to narrow it, Space ticks, F2 renames, Esc closes.

    Signals:
        closed(ticked): column → its name.
    """

    closed = Signal(object)

    def __init__(
        self,
        name: str,
        offered: Sequence[str],
        chosen: Mapping[str, str],
        named: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._named = named
        self._told = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Type to narrow the columns"))
        self.filter.setAccessibleName(self.tr("Narrow the columns"))
        self.filter.textChanged.connect(self._narrow)
        layout.addWidget(self.filter)
        self.list = QTreeWidget()
        self.filter.installEventFilter(self)
        self.list.setAccessibleName(name)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setStyleSheet("QTreeWidget::item { min-height: 24px; }")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Only the name is written into, never the column.
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.installEventFilter(self)
        if named:
            self.list.itemDoubleClicked.connect(lambda item, _: self.list.editItem(item, 1))
        self.list.setHeaderHidden(not named)
        self.list.setColumnCount(2 if named else 1)
        self.list.setHeaderLabels([self.tr("Column"), self.tr("Called")][: 2 if named else 1])
        if named:
            self.list.setColumnWidth(0, 170)
        for label in offered:
            item = QTreeWidgetItem([label, chosen.get(label, "")])
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            flags |= Qt.ItemFlag.ItemIsUserCheckable
            if named:
                flags |= Qt.ItemFlag.ItemIsEditable
            item.setFlags(flags)
            item.setCheckState(0, _CHECKED if label in chosen else _UNCHECKED)
            item.setData(0, Qt.ItemDataRole.UserRole, label)
            self.list.addTopLevelItem(item)
        self.list.itemChanged.connect(self._changed)
        layout.addWidget(self.list, 1)
        keys = self.tr("Space ticks · Esc closes")
        if named:
            keys = self.tr("Space ticks · F2 renames · Esc closes")
        layout.addWidget(text_label(keys, "small"))

    def ticked(self) -> dict[str, str]:
        """Column → its name, in the file's order."""
        found: dict[str, str] = {}
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and item.checkState(0) == _CHECKED:
                label = str(item.data(0, Qt.ItemDataRole.UserRole))
                name = item.text(1).strip() if self._named else label
                if name in found.values():
                    name = label  # two columns cannot go by one name
                found[label] = name or label
        return found

    def tick(self, label: str, on: bool = True, name: str = "") -> None:
        """Tick or untick a column, and call it something."""
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == label:
                item.setCheckState(0, _CHECKED if on else _UNCHECKED)
                if name:
                    item.setText(1, name)

    def hideEvent(self, event: QHideEvent) -> None:
        """However it was closed, what is ticked counts."""
        super().hideEvent(event)
        if not self._told:
            self._told = True
            self.closed.emit(self.ticked())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down goes from the field into the list; Return closes."""
        if watched is self.filter and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Tab):
                self.list.setFocus()
                first = next((item for item in self._items() if not item.isHidden()), None)
                if self.list.currentItem() is None and first is not None:
                    self.list.setCurrentItem(first)
                return True
            if pressed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.close()
                return True
        if watched is self.list and isinstance(event, QKeyEvent):
            item = self.list.currentItem()
            pressed = event.type() == QEvent.Type.KeyPress
            if pressed and event.key() == Qt.Key.Key_F2 and self._named and item is not None:
                self.list.editItem(item, 1)
                return True
        return False

    def _items(self) -> list[QTreeWidgetItem]:
        items = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _narrow(self, text: str) -> None:
        wanted = text.casefold().strip()
        for item in self._items():
            item.setHidden(wanted not in item.text(0).casefold())

    def _changed(self, item: QTreeWidgetItem, column: int) -> None:
        with QSignalBlocker(self.list):
            if column == 0 and self._named and item.checkState(0) == _CHECKED:
                if not item.text(1):
                    item.setText(1, item.text(0))
            elif column == 1 and item.text(1).strip():
                item.setCheckState(0, _CHECKED)


def _one_hot(name: str, payload: Payload) -> str:
    count = len(payload.columns) if isinstance(payload, OneHot) else 1
    return f"{name} ({count} columns)"
