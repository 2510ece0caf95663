"""The views that were saved under a name, above the facets."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.reading import SavedView
from evaldesk.ui.screens.traces.views_model import ViewsModel
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.measure import row_px, sized
from evaldesk.ui.theme.style import paint_elided
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.workspace import Workspace

LINE = 25
_MOST_LINES = 6
Index = QModelIndex | QPersistentModelIndex


class ViewDelegate(QStyledItemDelegate):
    """A name, and the number of traces at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """All lines are alike."""
        return QSize(120, row_px(LINE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line; the view that is shown has an edge."""
        model, tokens, box = index.model(), current_tokens(), option.rect
        assert isinstance(model, ViewsModel)
        item = model.items[index.row()]
        shown = item.view.address == model.shown
        keys = bool(option.widget.hasFocus()) and bool(
            option.state & QStyle.StateFlag.State_Selected
        )
        if keys or shown or option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.accent_soft if keys or shown else tokens.soft))
        if shown:
            painter.fillRect(box.left(), box.top(), 3, box.height(), QColor(tokens.accent))
        inner = box.adjusted(14, 0, -12, 0)
        count, small = model.count_words(item), sans("small")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_elided(painter, inner, count, tokens.muted, small, right)
        room = QFontMetrics(small).horizontalAdvance(count) + 8
        words = inner.adjusted(0, 0, -room, 0)
        paint_elided(painter, words, item.view.name, tokens.text, sans())


class ViewList(QListView):
    """The lines. Return opens, F2 renames, Delete removes.

    Signals:
        opened(row), rename_wanted(row), remove_wanted(row), menu_wanted(row, at).
    """

    opened = Signal(int)
    rename_wanted = Signal(int)
    remove_wanted = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.opened.emit(index.row()))

    def keyboardSearch(self, search: str) -> None:
        """Nothing: letters are commands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open, rename, remove."""
        row = self.currentIndex().row()
        signals = {
            Qt.Key.Key_Return: self.opened,
            Qt.Key.Key_Enter: self.opened,
            Qt.Key.Key_Space: self.opened,
            Qt.Key.Key_F2: self.rename_wanted,
            Qt.Key.Key_Delete: self.remove_wanted,
        }
        signal = signals.get(Qt.Key(event.key()))
        if row >= 0 and signal is not None and not event.modifiers():
            signal.emit(row)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a view."""
        from_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if from_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.visualRect(index).bottomLeft() if from_key else event.pos()
            self.menu_wanted.emit(index.row(), self.viewport().mapToGlobal(at))


class ViewsPanel(QWidget):
    """A heading with “Save”, and the views.

    Signals:
        save_wanted(). chosen(address): the person wants to see that view.
        update_wanted(name): what is shown now is to be kept under that name.
    """

    save_wanted = Signal()
    chosen = Signal(str)
    update_wanted = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.model = ViewsModel(workspace, self)
        self.save = ActionButton(self.tr("Save this view"), kind="link")
        sized(self.save, lambda it: it.setFont(sans("small")))
        workspace.theme_changed.connect(self._fit)
        self.save.setAccessibleName(self.tr("Save this view under a name"))
        self.save.setToolTip(workspace.actions.tooltip("traces.save_view"))
        self.save.clicked.connect(self.save_wanted)
        self.title = text_label(self.tr("Views"), "small")
        self.list = ViewList()
        self.list.setAccessibleName(self.tr("Saved views"))
        self.list.setModel(self.model)
        self._delegate = ViewDelegate(self)
        self.list.setItemDelegate(self._delegate)
        head = QHBoxLayout()
        head.setContentsMargins(14, 4, 8, 2)
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list)
        column.addSpacing(4)
        column.addWidget(hairline())
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.list.opened.connect(lambda row: self.chosen.emit(self._view(row).address))
        self.list.rename_wanted.connect(self._rename)
        self.list.remove_wanted.connect(self._remove)
        self.list.menu_wanted.connect(self._menu)
        self.model.modelReset.connect(self._fit)
        workspace.theme_changed.connect(self.list.viewport().update)
        self._fit()

    def focus_list(self) -> None:
        """Give the keys to the views; to “Save” where there is none."""
        if not self.model.items:
            self.save.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        if not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0))
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _view(self, row: int) -> SavedView:
        return self.model.items[row].view

    def _fit(self) -> None:
        count = len(self.model.items)
        self.list.setVisible(count > 0)
        self.list.setFixedHeight(min(count, _MOST_LINES) * row_px(LINE) + 2)

    def _menu(self, row: int, at: QPoint) -> None:
        view = self._view(row)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open")).triggered.connect(lambda: self.chosen.emit(view.address))
        update = menu.addAction(self.tr("Keep what is shown now under this name"))
        update.setEnabled(self.model.shown != view.address)
        update.triggered.connect(lambda: self.update_wanted.emit(view.name))
        menu.addAction(self.tr("Rename") + "\tF2").triggered.connect(lambda: self._rename(row))
        menu.addAction(self.tr("Delete") + "\tDel").triggered.connect(lambda: self._remove(row))
        menu.popup(at)

    def _rename(self, row: int) -> None:
        name = self._view(row).name

        def renamed(other: str) -> None:
            if other.strip() != name:
                self.model.rename(name, other)

        self._workspace.prompts.ask_text(
            self.tr("Rename the view"), self.tr("Name"), renamed, value=name
        )

    def _remove(self, row: int) -> None:
        name = self._view(row).name
        self._workspace.prompts.confirm(
            self.tr("Delete the view “{name}”?").format(name=name),
            self.tr("Only the name goes; its traces stay."),
            self.tr("Delete"),
            lambda: self.model.remove(name),
            danger=True,
        )
