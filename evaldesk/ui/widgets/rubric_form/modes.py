"""Failure modes: the chosen ones as chips, and a list with definitions to choose from."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.rubric import FAILURE_MODES, FailureMode
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.style import chip_size, paint_chip
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.keycap import KeyHint
from evaldesk.ui.widgets.rubric_form.cards import FieldCard, KeysOf
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton

_Index = QModelIndex | QPersistentModelIndex
MODE_ROLE = Qt.ItemDataRole.UserRole
CHOSEN_ROLE = Qt.ItemDataRole.UserRole + 1
_WIDTH = 420
_HEIGHT = 320
_WORDS = _WIDTH - 2 * 9 - 11 - 34
"""Width of a definition: the popup without its margins, the scroll bar and the tick."""


class ModesCard(FieldCard):
    """Tags of the taxonomy; T adds.

    Signals:
        closed(): the list of modes was closed.
    """

    closed = Signal()

    def __init__(self, modes: Sequence[FailureMode]) -> None:
        super().__init__(FAILURE_MODES, "")
        self.title.setText(self.tr("Failure modes"))
        self.setAccessibleName(self.title.text())
        self._modes = tuple(modes)
        self._row = FlowLayout()
        self.add_button = ActionButton(self.tr("add"), "T", kind="choice")
        self.add_button.setCheckable(False)
        self.add_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add_button.setAccessibleName(self.tr("Add a failure mode"))
        self.add_button.clicked.connect(self.enter)
        self._row.addWidget(self.add_button)
        self.body.addLayout(self._row)
        self.chips: dict[str, ChoiceButton] = {}
        self.popup: ModesPopup | None = None

    def show_keys(self, keys: KeysOf) -> None:
        """On the button that adds."""
        super().show_keys(keys)
        self.add_button.follow_keys(keys("modes"))

    def show_value(self, value: Any) -> None:
        """One chip a tag."""
        names = list(value or ())
        super().show_value(names or None)
        for name in [name for name in self.chips if name not in names]:
            chip = self.chips.pop(name)
            self._row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        by_name = {mode.name: mode for mode in self._modes}
        for name in names:
            if name not in self.chips:
                mode = by_name.get(name, FailureMode(name))
                chip = ChoiceButton(mode.text, "", mode.definition)
                chip.setAccessibleName(self.tr("Remove %1").replace("%1", mode.text))
                chip.clicked.connect(lambda _=False, name=name: self._toggle(name))
                self.chips[name] = chip
                self._row.insert(self._row.count() - 1, chip)
            self.chips[name].setChecked(True)
        if self.popup is not None:
            self.popup.show_chosen(frozenset(names))

    def enter(self) -> None:
        """Open the list."""
        self.reached.emit(self.name)
        if self.popup is None:
            self.popup = ModesPopup(self._modes, self)
            self.popup.toggled.connect(self._toggle)
            self.popup.closed.connect(self.closed)
        self.popup.show_chosen(frozenset(self.value or ()))
        self.popup.open_at(self.add_button)

    def _toggle(self, name: str) -> None:
        names = list(self.value or ())
        names = [item for item in names if item != name] if name in names else [*names, name]
        self.show_value(self.value)
        self.chosen.emit(self.name, names or None)


class ModesPopup(QFrame):
    """A list to type into. Return toggles and closes, Tab toggles and stays, Esc closes.

    Signals:
        toggled(name): add the mode, or take it out. closed(): it is out of sight.
    """

    toggled = Signal(str)
    closed = Signal()

    def __init__(self, modes: Sequence[FailureMode], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("modes")
        self.setProperty("surface", "overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Failure mode …"))
        self.field.setAccessibleName(self.tr("Filter failure modes"))
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        layout.addWidget(self.field)
        self.model = ModesModel(modes, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(ModeDelegate(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Failure modes"))
        self.list.clicked.connect(lambda index: self.toggled.emit(index.data(MODE_ROLE).name))
        layout.addWidget(self.list, 1)
        hints = QHBoxLayout()
        hints.setSpacing(12)
        for keys, text in (
            ("⏎", self.tr("choose")),
            ("Tab", self.tr("choose several")),
            ("Esc", self.tr("close")),
        ):
            hints.addWidget(KeyHint(keys, text))
        hints.addStretch(1)
        layout.addLayout(hints)

    def open_at(self, button: QWidget) -> None:
        """Show it beside a button, within the screen."""
        self.field.clear()
        self._filter("")
        self.resize(_WIDTH, _HEIGHT)
        corner = button.mapToGlobal(QPoint(0, button.height() + 4))
        room = button.screen().availableGeometry()
        x = max(room.left() + 8, min(corner.x(), room.right() - _WIDTH - 8))
        y = corner.y()
        if y + _HEIGHT > room.bottom() - 8:
            y = min(button.mapToGlobal(QPoint(0, 0)).y() - 4, room.bottom() - 8) - _HEIGHT
        self.move(x, max(room.top() + 8, y))
        self.show()
        self.field.setFocus()

    def show_chosen(self, names: frozenset[str]) -> None:
        """Tick these."""
        self.model.show_chosen(names)

    def hideEvent(self, event: QHideEvent) -> None:
        """Say so."""
        super().hideEvent(event)
        self.closed.emit()

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the focus."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                size = 1 if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) else 5
                self._move(size if key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown) else -size)
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
                self._toggle_current()
                if key != Qt.Key.Key_Tab:
                    self.close()
                return True
        return bool(super().eventFilter(watched, event))

    def _filter(self, text: str) -> None:
        self.model.filter(text)
        self._move(0)

    def _move(self, step: int) -> None:
        rows = self.model.rowCount()
        if rows:
            row = max(0, min(rows - 1, self.list.currentIndex().row() + step))
            self.list.setCurrentIndex(self.model.index(row))
            self.list.scrollTo(self.model.index(row))

    def _toggle_current(self) -> None:
        index = self.list.currentIndex()
        if index.isValid():
            self.toggled.emit(index.data(MODE_ROLE).name)
            self.field.selectAll()


class ModesModel(QAbstractListModel):
    """The modes whose title, name or definition has the text; titles first."""

    def __init__(self, modes: Sequence[FailureMode], parent: Any = None) -> None:
        super().__init__(parent)
        self._all = tuple(modes)
        self._shown: Sequence[FailureMode] = self._all
        self._chosen: frozenset[str] = frozenset()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many are shown."""
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, mode, or whether it is chosen."""
        mode = self._shown[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return mode.text
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return mode.definition
        if role == MODE_ROLE:
            return mode
        if role == CHOSEN_ROLE:
            return mode.name in self._chosen
        return None

    def filter(self, text: str) -> None:
        """Show only these."""
        text = text.strip().casefold()

        def rank(mode: FailureMode) -> int | None:
            title = mode.text.casefold()
            if title.startswith(text):
                return 0
            if text in title or text in mode.name.casefold():
                return 1
            return 2 if text in mode.definition.casefold() else None

        ranked = [(rank(mode), place) for place, mode in enumerate(self._all)]
        self.beginResetModel()
        self._shown = [
            self._all[place] for _, place in sorted((r, p) for r, p in ranked if r is not None)
        ]
        self.endResetModel()

    def show_chosen(self, names: frozenset[str]) -> None:
        """Tick these."""
        self._chosen = names
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))


class ModeDelegate(QStyledItemDelegate):
    """A tick, the title, the severity it usually has, and the definition in full."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One mode."""
        tokens = current_tokens()
        mode: FailureMode = index.data(MODE_ROLE)
        box: QRect = option.rect
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.accent_soft))
        painter.setPen(QColor(tokens.accent))
        painter.setFont(sans(bold=True))
        if index.data(CHOSEN_ROLE):
            painter.drawText(box.adjusted(8, 6, 0, 0), Qt.AlignmentFlag.AlignTop, "✓")
        painter.setPen(QColor(tokens.text))
        line = QFontMetrics(sans(bold=True)).height()
        room = QRect(box.left() + 26, box.top() + 6, _WORDS, box.height() - 6)
        right = 0
        if mode.severity:
            kind = {"S1": "bad", "S2": "warn"}.get(mode.severity, "neutral")
            middle = room.top() + line // 2
            paint_chip(painter, tokens, room.right(), middle, mode.severity, kind, from_right=True)
            right = chip_size(mode.severity).width() + 8
        title = painter.fontMetrics().elidedText(
            mode.text, Qt.TextElideMode.ElideRight, room.width() - right
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignTop, title)
        painter.setPen(QColor(tokens.muted))
        painter.setFont(sans())
        painter.drawText(
            room.adjusted(0, line + 1, 0, 0),
            int(Qt.AlignmentFlag.AlignTop.value) | int(Qt.TextFlag.TextWordWrap.value),
            mode.definition,
        )

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As high as its definition."""
        mode: FailureMode = index.data(MODE_ROLE)
        height = QFontMetrics(sans(bold=True)).height() + 12
        if mode.definition:
            words = QFontMetrics(sans()).boundingRect(
                QRect(0, 0, _WORDS, 10_000),
                int(Qt.TextFlag.TextWordWrap.value),
                mode.definition,
            )
            height += words.height() + 1
        return QSize(_WORDS, height)
