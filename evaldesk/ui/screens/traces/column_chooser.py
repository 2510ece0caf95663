"""Which columns the list of traces shows."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu

from evaldesk.settings import Settings
from evaldesk.ui.screens.traces.columns import DEFAULT, LIKENESS, Column, columns
from evaldesk.ui.screens.traces.models import TraceTableModel
from evaldesk.ui.widgets.table import Table

_FIRST_METRICS = 2
_KEY = "traces.columns"


class ColumnChooser(QObject):
    """Makes the columns from what the project has, and remembers which ones the person wants."""

    def __init__(
        self, table: Table, model: TraceTableModel, settings: Settings, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._table = table
        self._model = model
        self._settings = settings
        self._facets: Mapping[str, Sequence[tuple[str, int]]] = {}
        self._metrics: Sequence[str] = ()
        self._annotations: Sequence[str] = ()
        self._likeness: Callable[[int], float | None] | None = None

    def know(self, facets: Mapping[str, Sequence[tuple[str, int]]], metrics: Sequence[str]) -> None:
        """What the project's traces have."""
        self._facets, self._metrics = facets, metrics
        self._make()

    def know_annotations(self, names: Sequence[str]) -> None:
        """What was judged in other tools."""
        self._annotations = names
        self._make()

    def show_likeness(self, likeness: Callable[[int], float | None] | None) -> None:
        """A column that says how like each trace is; None for no such column."""
        if (likeness is None) != (self._likeness is None):
            self._likeness = likeness
            self._make()

    def _make(self) -> None:
        made = columns(self._metrics, self._annotations, self._likeness)
        if [column.key for column in made] != [column.key for column in self._model.columns]:
            self._model.set_columns(made)
            self._arrange()

    def shown(self) -> list[Column]:
        """The columns in sight, from left to right."""
        header = self._header
        order = (header.logicalIndex(place) for place in range(header.count()))
        return [self._model.columns[i] for i in order if not header.isSectionHidden(i)]

    def show(self, index: int, on: bool) -> None:
        """Show or hide a column; one always stays."""
        header = self._header
        header.setSectionHidden(index, not on)
        if on and header.sectionSize(index) < 40:
            header.resizeSection(index, self._model.columns[index].width)
        if not self.shown():
            header.setSectionHidden(index, False)
        kept = [column.key for column in self.shown() if column.key != LIKENESS]
        self._settings.put(_KEY, kept)

    def offer(self, at: QPoint) -> None:
        """A menu of all columns."""
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for index, column in enumerate(self._model.columns):
            action = QAction(column.title, menu)
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(index))
            action.toggled.connect(lambda on, index=index: self.show(index, on))
            menu.addAction(action)
        menu.popup(at)

    @property
    def _header(self) -> QHeaderView:
        return self._table.horizontalHeader()

    def _arrange(self) -> None:
        chosen = self._settings.get(_KEY)
        first = [f"score.{name}" for name in self._metrics[:_FIRST_METRICS]]
        wanted = set(chosen) if isinstance(chosen, list) else {*DEFAULT, *first} - self._idle()
        wanted.add(LIKENESS)
        for index, column in enumerate(self._model.columns):
            self._header.setSectionHidden(index, column.key not in wanted)
            self._header.resizeSection(index, column.width)
            self._header.setSectionResizeMode(index, QHeaderView.ResizeMode.Interactive)

    def _idle(self) -> set[str]:
        """Columns that would say the same in every row, or nothing."""
        least = {"tier": 1, "status": 2, "run": 2}
        return {name for name, count in least.items() if len(self._facets.get(name, ())) < count}
