"""The list of traces with its search and its filter above it."""

from array import array
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.trace import TraceRow
from evaldesk.ui.screens.traces.column_chooser import ColumnChooser
from evaldesk.ui.screens.traces.controller import TracesController
from evaldesk.ui.screens.traces.delegates import TraceDelegate
from evaldesk.ui.screens.traces.filter_field import FilterField
from evaldesk.ui.screens.traces.filter_help import FilterHelp
from evaldesk.ui.screens.traces.models import TraceTableModel
from evaldesk.ui.screens.traces.narrowing import Narrowing
from evaldesk.ui.screens.traces.narrowing_line import NarrowingLine
from evaldesk.ui.screens.traces.panels import TraceTable
from evaldesk.ui.screens.traces.search_words import words_of
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.clearing import let_clear
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.table import fit_rows, row_height
from evaldesk.ui.workspace import Workspace

TYPING_PAUSE_MS = 150
"""A search begins when nothing was typed for so long."""
_SNIPPET_PAUSE_MS = 80
_WITH_SNIPPET = 44


class ListPane(QWidget):
    """Shows the rows that the controller reads, and tells it what to look for.

    Attributes:
        table, model: the list. columns: which ones it shows.
        search_field, filter_field: what narrows it. filter_error: why a filter cannot be used;
            filter_mended: puts it right. line: all that narrows it.
        no_match: in place of the table where nothing matches.

    Signals:
        current_changed(): another row, or none.
        read_on(): the person wants to read the current one.
        reset_wanted(): the person wants to see all traces again.
        current_read(): what the current row shows was read.
    """

    current_changed = Signal()
    read_on = Signal()
    reset_wanted = Signal()
    current_read = Signal()

    def __init__(
        self, workspace: Workspace, controller: TracesController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._workspace = workspace
        self._controller = controller
        self.model = TraceTableModel(self)
        self._pause = self._timer(TYPING_PAUSE_MS, self.search)
        self._glimpse = self._timer(_SNIPPET_PAUSE_MS, self._want_snippets)
        self._build_fields()
        self._build_table()
        self._lay_out()
        self._connect()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keys to the list."""
        super().focusInEvent(event)
        self.table.setFocus(event.reason())

    # what is shown

    def show_ids(self, ids: "array[int]") -> None:
        """Another list."""
        self._delegate.words = words_of(self._controller.text)
        self._fit_rows()
        self.model.set_ids(ids)
        self.no_match.show_text(self.tr("No trace matches"), self._why_none())
        self.stack.setCurrentWidget(self.table if len(ids) else self.no_match)

    def _fit_rows(self) -> None:
        fit_rows(self.table, row_px(_WITH_SNIPPET) if self._delegate.words else row_height())

    def select_row(self, row: int) -> None:
        """Make a row the current one, and read what was found in the rows in sight."""
        self.table.select_row(row)
        self._glimpse.start()

    def current_pk(self) -> int:
        """The trace of the current row; -1 for none."""
        return self.model.pk(self.table.currentIndex().row())

    def current_row(self) -> TraceRow | None:
        """What the current row shows; None for none, and until it is read."""
        row = self.table.currentIndex().row()
        return self.model.row(row) if 0 <= row < len(self.model.ids) else None

    def picked(self) -> list[int]:
        """The traces that are selected."""
        return [self.model.pk(row) for row in self.table.picked_rows()]

    # what narrows it

    def search(self) -> None:
        """Look for what stands in the field, at once."""
        self._pause.stop()
        self._controller.search(self.search_field.text())

    def show_narrowing(self, now: Narrowing) -> None:
        """Show in the fields and headings what is looked for; nothing is looked for because of
        it.
        """
        self._pause.stop()
        if self.search_field.text() != now.text:
            self.search_field.setText(now.text)
            self._pause.stop()
        self.filter_field.show_text(now.where)
        header = self.table.horizontalHeader()
        name = now.order.removeprefix("-")
        places = [place for place, one in enumerate(self.model.columns) if one.sort == name]
        down = now.order.startswith("-")
        header.blockSignals(True)
        header.setSortIndicator(
            places[0] if places else -1,
            Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder,
        )
        header.blockSignals(False)

    def say_error(self, message: str, mended: str) -> None:
        """Say why the filter cannot be used, and offer it as it may be meant; empty for nothing."""
        self.filter_error.setText(message)
        self.filter_mended.setText(self.tr("Use: {filter}").format(filter=mended))
        self.filter_mended.setToolTip(mended)
        self.filter_mended.setAccessibleName(self.filter_mended.text())
        self._mended = mended
        self.filter_mended.setVisible(bool(mended))
        self.error_line.setVisible(bool(message))
        self.filter_field.set_invalid(bool(message))
        self.filter_field.setAccessibleDescription(message)

    def explain_filter(self) -> FilterHelp:
        """Say how a filter is written."""
        made = FilterHelp(self._controller.known, self._take_example, self)
        made.open_below(self.filter_field)
        return made

    def retheme(self) -> None:
        """Another theme."""
        self._delegate.tokens = self._workspace.tokens
        self._fit_rows()
        self.table.viewport().update()

    # building

    def _build_fields(self) -> None:
        self.search_field = QLineEdit()
        self.search_field.setPlaceholderText(self.tr("Search in all traces"))
        self.search_field.setAccessibleName(self.tr("Search in all traces"))
        let_clear(self.search_field)
        self.filter_field = FilterField(self._controller.suggestions)
        self.filter_field.setPlaceholderText(self.tr("Filter, such as score.pass = 0; ? helps"))
        self.filter_field.setAccessibleName(self.tr("Filter"))
        self.filter_error = text_label("", "error", wrap=True)
        self.filter_mended = ActionButton("", kind="link")
        self.filter_mended.clicked.connect(self._take_mended)
        self._mended = ""
        self.error_line = QWidget()
        error_row = QHBoxLayout(self.error_line)
        error_row.setContentsMargins(16, 0, 16, 6)
        error_row.setSpacing(8)
        error_row.addWidget(self.filter_error, 1)
        error_row.addWidget(self.filter_mended)
        self.error_line.hide()
        self.line = NarrowingLine()
        self.more = QToolButton()
        self.more.setText("⋯")
        self.more.setProperty("kind", "flat")
        self.more.setToolTip(self.tr("Order, views, columns, copy, save"))
        self.more.setAccessibleName(self.tr("More for this list"))

    def _build_table(self) -> None:
        self.table = TraceTable(name=self.tr("Traces"))
        self.table.setSortingEnabled(False)
        self.table.setModel(self.model)
        header = self.table.horizontalHeader()
        header.setSectionsMovable(True)
        header.setSortIndicatorShown(True)
        header.setSectionsClickable(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.columns = ColumnChooser(self.table, self.model, self._workspace.settings, self)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.installEventFilter(self)
        self._delegate = TraceDelegate(self._workspace.tokens, self.table)
        self.table.setItemDelegate(self._delegate)
        self.no_match = EmptyState(self.tr("No trace matches"), self._why_none())
        self.no_match.add_action(
            self.tr("Show all traces"), self.reset_wanted.emit, keys="⇧ F", primary=True
        )

    def _why_none(self) -> str:
        if self._controller.own_tags_only:
            return self.tr(
                "While you have traces to rate, only failure modes that you gave are found."
            )
        return self.tr("Nothing in this project has all of that.")

    def _lay_out(self) -> None:
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self.search_field, 1)
        row.addWidget(self.filter_field, 1)
        row.addWidget(self.more)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.table)
        self.stack.addWidget(self.no_match)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (tools, self.error_line, self.line, hairline()):
            layout.addWidget(widget)
        layout.addWidget(self.stack, 1)

    def _connect(self) -> None:
        controller, header = self._controller, self.table.horizontalHeader()
        self.search_field.textChanged.connect(lambda _text: self._pause.start())
        self.search_field.returnPressed.connect(self._to_list)
        self.filter_field.settled.connect(controller.filter)
        self.filter_field.returnPressed.connect(self._to_list)
        self.filter_field.help_wanted.connect(self.explain_filter)
        self.model.block_wanted.connect(controller.read_block)
        self.model.sort_wanted.connect(controller.sort_by)
        header.sortIndicatorChanged.connect(self.model.sort)
        header.customContextMenuRequested.connect(
            lambda at: self.columns.offer(header.mapToGlobal(at))
        )
        self.table.customContextMenuRequested.connect(self._row_menu)
        self.table.selectionModel().currentRowChanged.connect(
            lambda _now, _before: self.current_changed.emit()
        )
        self.table.chosen.connect(self._chosen)
        self.table.verticalScrollBar().valueChanged.connect(lambda _value: self._glimpse.start())
        self.more.clicked.connect(self._more_menu)
        controller.rows_read.connect(self._rows_read)
        controller.snippets_read.connect(self.model.take_snippets)
        controller.filter_failed.connect(self.say_error)
        controller.busy.connect(self._busy)

    def _timer(self, milliseconds: int, run: Callable[[], object]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        made.timeout.connect(run)
        return made

    # what comes in

    def _rows_read(self, first: int, rows: Sequence[TraceRow]) -> None:
        self.model.take_block(first, rows)
        if first <= self.table.currentIndex().row() < first + len(rows):
            self.current_read.emit()

    def _busy(self, busy: bool) -> None:
        self.table.setEnabled(not busy)
        if busy:
            self._workspace.say(self.tr("Searching…"))

    def _want_snippets(self) -> None:
        if not self._delegate.words or not len(self.model.ids):
            return
        first = max(self.table.rowAt(0), 0)
        last = self.table.rowAt(self.table.viewport().height() - 1)
        last = len(self.model.ids) - 1 if last < 0 else last
        self._controller.read_snippets([self.model.pk(row) for row in range(first, last + 1)])

    # what the person does

    def _take_example(self, text: str) -> None:
        self.filter_field.setFocus()
        self.filter_field.set_text(text)

    def _take_mended(self) -> None:
        self.filter_field.setFocus()
        self.filter_field.set_text(self._mended)

    def _to_list(self) -> None:
        self.search()
        if len(self.model.ids):
            self.table.setFocus()

    def _chosen(self, _index: QModelIndex) -> None:
        self.read_on.emit()

    def _more_menu(self) -> None:
        self._offer(
            (
                *("traces.sort", "traces.differing", "traces.filter_help", ""),
                *("traces.save_view", "traces.copy_address", "traces.open_address", ""),
                *("traces.columns", "traces.copy", "traces.export", "traces.export_as", ""),
                *("traces.facets", "traces.layout"),
            ),
            self.more.mapToGlobal(QPoint(0, self.more.height())),
        )

    def _row_menu(self, at: QPoint) -> None:
        self._offer(
            (
                *("traces.compare", "traces.mark", "traces.like", "traces.origin", ""),
                *("traces.copy", "traces.copy_id", "traces.export", "traces.columns"),
            ),
            self.table.viewport().mapToGlobal(at),
        )

    def _offer(self, ids: tuple[str, ...], at: QPoint) -> None:
        actions = self._workspace.actions
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for action_id in ids:
            if not action_id:
                menu.addSeparator()
                continue
            keys = actions.keys(action_id)
            text = actions.text(action_id)
            entry = menu.addAction(f"{text}\t{keys}" if keys else text)
            entry.setEnabled(actions.is_enabled(action_id))
            entry.triggered.connect(lambda _on=False, name=action_id: actions.trigger(name))
        menu.popup(at)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Copy rows that are not in sight as well."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            copying = Qt.KeyboardModifier.ControlModifier
            if watched is self.table and key == Qt.Key.Key_C and event.modifiers() == copying:
                self._workspace.actions.trigger("traces.copy")
                return True
        return super().eventFilter(watched, event)
