"""The list itself, and the strip of other runs above the trace."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListView, QWidget

from evaldesk.ui.screens.traces.delegates import SiblingDelegate
from evaldesk.ui.screens.traces.models import SiblingModel
from evaldesk.ui.theme.measure import fix_height
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.widgets.trace_view import figures

_CHOOSE = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class KeyedList(QListView):
    """A list whose lines are chosen by a click, Return or Space.

    Signals:
        picked(index): a line was chosen.
    """

    picked = Signal(QModelIndex)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.clicked.connect(self.picked)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return and Space choose."""
        if event.key() in _CHOOSE and self.currentIndex().isValid():
            self.picked.emit(self.currentIndex())
        else:
            super().keyPressEvent(event)


class TraceTable(Table):
    """The list. J and K go down and up, as in the trace.

    Signals:
        mark_wanted(): Space was pressed.
    """

    mark_wanted = Signal()

    def keyboardSearch(self, search: str) -> None:
        """Nothing: looking for a letter would fetch every row there is."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """J, K and Space."""
        steps = {Qt.Key.Key_J: 1, Qt.Key.Key_K: -1}
        step = steps.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.mark_wanted.emit()
        elif step is not None and not event.modifiers():
            self.select_row(self.currentIndex().row() + step)
        else:
            super().keyPressEvent(event)

    def picked_rows(self) -> list[int]:
        """The rows that are selected; from ranges, since it may be all of a million."""
        rows: set[int] = set()
        chosen = self.selectionModel().selection()
        for stretch in (chosen.at(index) for index in range(chosen.count())):
            rows.update(range(stretch.top(), stretch.bottom() + 1))
        return sorted(rows)


class SiblingStrip(QWidget):
    """The other runs and trials of a scenario; hidden where there are none.

    Attributes:
        list: the labels.

    Signals:
        chosen(pk): the person wants that trace beside the one that is open, or away from there.
    """

    chosen = Signal(int)

    def __init__(self, model: SiblingModel, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._model = model
        self._delegate = SiblingDelegate(tokens, self)
        self.list = KeyedList(self.tr("Other runs and trials of this scenario"))
        self.list.setModel(model)
        self.list.setItemDelegate(self._delegate)
        self.list.setFlow(QListView.Flow.LeftToRight)
        self.list.setWrapping(False)
        fix_height(self.list, 34)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._label = text_label("", "small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 3, 8, 3)
        layout.setSpacing(10)
        layout.addWidget(self._label)
        layout.addWidget(self.list, 1)
        self.list.picked.connect(self._picked)
        model.modelReset.connect(self._count)
        self.hide()

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._delegate.tokens = tokens
        self.list.viewport().update()

    def _picked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._model.rows[index.row()].pk)

    def _count(self) -> None:
        count = self._model.rowCount()
        self._label.setText(
            self.tr("1 other run or trial")
            if count == 1
            else self.tr("{count} other runs and trials").format(count=figures.count(count))
        )
        self.setVisible(count > 0)
