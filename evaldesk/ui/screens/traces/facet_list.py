"""The column of facets: what the list can be narrowed by, ticked by click and key."""

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QVBoxLayout, QWidget

from evaldesk.settings import Settings
from evaldesk.ui.screens.traces.facet_delegate import FacetDelegate
from evaldesk.ui.screens.traces.facet_model import FacetEntry, FacetModel
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.clearing import let_clear

MANY = 20
"""A facet of more values brings a field to find some of them."""
_FOLDED = "traces.facets.folded"
_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_EXCLUDE = (Qt.Key.Key_Minus, Qt.Key.Key_Delete)


class FacetList(QListView):
    """The lines. Space ticks, minus leaves out, left and right fold and unfold."""

    def __init__(self, model: FacetModel, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Facets"))
        self.setAccessibleDescription(
            self.tr("Space ticks, minus leaves out, left and right fold and unfold")
        )
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._facets = model
        self._delegate = FacetDelegate(tokens, self)
        self._place: tuple[FacetEntry | None, int] = (None, 0)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        model.modelAboutToBeReset.connect(self._keep_place)
        model.modelReset.connect(self._find_place)

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._delegate.tokens = tokens
        self.viewport().update()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: letters are commands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick, leave out, fold."""
        index, key = self.currentIndex(), event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if not index.isValid() or not plain:
            super().keyPressEvent(event)
        elif key in _CHOOSE:
            self._facets.activate(index)
        elif key in _EXCLUDE:
            self._facets.exclude(index)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._fold(index, key == Qt.Key.Key_Left)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click ticks, with Alt it leaves out."""
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self._facets.exclude(index)
        else:
            self._facets.activate(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with a value."""
        from_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if from_key else self.indexAt(event.pos())
        entry = self._facets.entry(index)
        if entry is None:
            return
        at = self.visualRect(index).bottomLeft() + QPoint(30, 0) if from_key else event.pos()
        self._menu(entry).popup(self.viewport().mapToGlobal(at))

    def _menu(self, entry: FacetEntry) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        model, where = self._facets, entry.where
        if where is not None:
            only = menu.addAction(self.tr("Only this"))
            only.triggered.connect(lambda: model.choose_only(entry.name, where))
            ticked = entry.state == "ticked"
            tick = menu.addAction(
                (self.tr("Take the tick off") if ticked else self.tr("Tick it")) + "\tSpace"
            )
            tick.triggered.connect(
                lambda: model.set_state(entry.name, where, "" if ticked else "ticked")
            )
            excluded = entry.state == "excluded"
            all_but = menu.addAction(
                (self.tr("No longer leave it out") if excluded else self.tr("All but this")) + "\t-"
            )
            all_but.triggered.connect(
                lambda: model.set_state(entry.name, where, "" if excluded else "excluded")
            )
            menu.addSeparator()
        clear = menu.addAction(self.tr("Take all ticks of this facet off"))
        clear.setEnabled(bool(model.chosen.get(entry.name)))
        clear.triggered.connect(lambda: model.clear_facet(entry.name))
        folded = entry.name in model.folded
        fold = menu.addAction(self.tr("Unfold") if folded else self.tr("Fold"))
        fold.triggered.connect(lambda: model.fold(entry.name, not folded))
        return menu

    def _fold(self, index: QModelIndex, folded: bool) -> None:
        entry = self._facets.entry(index)
        if entry is None:
            return
        self._facets.fold(entry.name, folded)
        row = self._facets.row_of(("heading", entry.name, None))
        if folded and row >= 0:
            self.setCurrentIndex(self._facets.index(row))

    def _keep_place(self) -> None:
        entry = self._facets.entry(self.currentIndex())
        self._place = (entry, self.verticalScrollBar().value())

    def _find_place(self) -> None:
        entry, scrolled = self._place
        if entry is not None:
            row = self._facets.row_of(entry.key)
            if row < 0:  # it was “more”, or its facet is gone
                row = self._facets.row_of(("heading", entry.name, None))
            if row >= 0:
                self.setCurrentIndex(self._facets.index(row))
        self.verticalScrollBar().setValue(scrolled)


class FacetColumn(QWidget):
    """The facets, and a field to find values where some facet has many.

    Attributes:
        list: the lines. finder: the field.

    Signals:
        left(): Escape was pressed.
    """

    left = Signal()

    def __init__(
        self,
        model: FacetModel,
        tokens: Tokens,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._facets = model
        self._settings = settings
        folded = settings.get(_FOLDED)
        model.folded = {str(name) for name in folded} if isinstance(folded, list) else set()
        self.list = FacetList(model, tokens)
        self.finder = QLineEdit()
        self.finder.setPlaceholderText(self.tr("Find a value"))
        self.finder.setAccessibleName(self.tr("Find a value of the facets"))
        let_clear(self.finder)
        self.finder.textChanged.connect(model.seek)
        self.finder.returnPressed.connect(self.list.setFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QVBoxLayout()
        row.setContentsMargins(12, 6, 12, 2)
        row.addWidget(self.finder)
        column.addLayout(row)
        column.addWidget(self.list, 1)
        self.finder.hide()
        self.setFocusProxy(self.list)
        model.modelReset.connect(self._fit)
        model.folded_changed.connect(self._remember)

    def focus_list(self) -> None:
        """Give the keys to the first line, or to the one that had them."""
        if not self.list.currentIndex().isValid() and self._facets.rowCount():
            self.list.setCurrentIndex(self._facets.index(0))
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape empties the field."""
        if event.key() == Qt.Key.Key_Escape and self.finder.text():
            self.finder.clear()
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        self.finder.setVisible(bool(self.finder.text()) or self._facets.longest > MANY)

    def _remember(self) -> None:
        self._settings.put(_FOLDED, sorted(self._facets.folded))
