"""The commands and their keys as a table."""

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from evaldesk.ui.actions import GLOBAL, ActionRegistry, ActionSpec
from evaldesk.ui.actions.key_text import key_text, spoken
from evaldesk.ui.actions.keymap import listed
from evaldesk.ui.screens.registry import screen_title

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class KeysModel(QAbstractTableModel):
    """One row a command: what it does, where it holds, its keys."""

    def __init__(self, actions: ActionRegistry, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._typed = ""
        self.shown: list[ActionSpec] = listed(actions, "", self.where)
        actions.keys_changed.connect(self._keys_changed)

    def filter(self, typed: str) -> None:
        """List only what holds these words."""
        self._typed = typed
        self.beginResetModel()
        self.shown = listed(self._actions, typed, self.where)
        self.endResetModel()

    def row_of(self, action_id: str) -> int:
        """Where a command stands; -1 where it is not listed."""
        return next((row for row, spec in enumerate(self.shown) if spec.id == action_id), -1)

    def where(self, scope: str) -> str:
        """The screen a command belongs to."""
        return self.tr("Everywhere") if scope == GLOBAL else screen_title(scope)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        """The commands."""
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        """Three."""
        return 0 if parent.isValid() else 3

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        """Headings."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Command"), self.tr("Where"), self.tr("Keys"))[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words and keys; a screen reader hears the keys in words."""
        spec = self.shown[index.row()]
        if index.column() < 2:
            if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                where = self.where(spec.scope)
                if index.column() == 0:
                    return self._actions.text(spec.id)
                group = QCoreApplication.translate("Actions", spec.group) if spec.group else ""
                return f"{where} · {group}" if group else where
            return None
        # Return and Enter read alike.
        keys = list(dict.fromkeys(map(key_text, self._actions.shortcuts(spec.id))))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(map(spoken, keys)) or self.tr("no key")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        own = "● " if self._actions.is_own(spec.id) else ""
        return own + (self.tr("  or  ").join(keys) or "–")

    def _keys_changed(self) -> None:
        if self.shown:
            self.dataChanged.emit(self.index(0, 2), self.index(len(self.shown) - 1, 2))
