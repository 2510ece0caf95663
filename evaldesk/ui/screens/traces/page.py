"""The Traces screen: facets, the list, and the trace that is being read."""

from array import array
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.project import Changes
from evaldesk.ui.exporting.desk import ExportDesk
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.screens.traces.beside import Beside
from evaldesk.ui.screens.traces.controller import TracesController
from evaldesk.ui.screens.traces.facet_list import FacetColumn
from evaldesk.ui.screens.traces.facet_model import FacetModel
from evaldesk.ui.screens.traces.finding_desk import FindingDesk
from evaldesk.ui.screens.traces.list_pane import ListPane
from evaldesk.ui.screens.traces.marks import MarksPanel
from evaldesk.ui.screens.traces.models import SiblingModel
from evaldesk.ui.screens.traces.narrowing import Narrowing
from evaldesk.ui.screens.traces.panels import SiblingStrip
from evaldesk.ui.screens.traces.search_words import to_find, words_of
from evaldesk.ui.screens.traces.views_panel import ViewsPanel
from evaldesk.ui.widgets.card import hairline, pane
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.trace_view import TracePane, figures
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser
from evaldesk.ui.widgets.trace_view.reading_place import ReadingPlace
from evaldesk.ui.widgets.trace_view.woven import MOST
from evaldesk.ui.workspace import Workspace

_COLUMN = 210
"""Of a trace that stands beside others, at least so many pixels are wanted."""


class TracesPage(Screen):
    """Lists traces, narrows the list, and shows the one that is current."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = TracesController(workspace, self)
        self.exports = ExportDesk(workspace, self)
        self.listing = ListPane(workspace, self.controller)
        self.model = self.listing.model
        self.table = self.listing.table
        self.columns = self.listing.columns
        self.search_field = self.listing.search_field
        self.filter_field = self.listing.filter_field
        self.facets = FacetModel(self)
        self.views = ViewsPanel(workspace)
        self.finding = FindingDesk(
            workspace, self.controller, self.listing, self.facets, self.views, self
        )
        self.siblings = SiblingModel(self)
        self._wanted: int | None = None
        self._carried = self._put_away = ""
        self._from_top = ""
        self._growing = False
        self._focus_list = False
        self.beside = Beside(workspace, self)
        self._wanted_set: tuple[int, ...] = ()
        self._wanted_place: ReadingPlace | None = None
        self._build()
        self._connect()
        self._bind()
        if workspace.project is not None:
            self.stack.setCurrentWidget(self.whole)
            self.controller.load()

    # Screen

    def opened(self, **place: Any) -> None:
        """Come to a place: ``trace`` (number, id or ``run/scenario``), ``pair`` (two to
        four numbers) and ``place`` (a `ReadingPlace`, where to begin in them),
        ``search``, ``where``, ``run``, ``view`` (an address).
        """
        if self.controller.tags_by and self.controller.total:
            self.controller.read_known()  # others' tags may be open by now
        if "view" in place:
            self.finding.open_address(str(place["view"]))
        else:
            self.finding.come_to(place)
        if "pair" in place:
            self._wanted_set = tuple(int(pk) for pk in place["pair"])
            self._wanted_place = place.get("place")
            self._select_trace(self._wanted_set[0])
        elif isinstance(place.get("trace"), str):
            self.controller.find(place["trace"], self._select_trace)
        elif "trace" in place:
            self._select_trace(int(place["trace"]))
        if self.table.isVisible():
            self.table.setFocus()
        else:
            self._focus_list = True  # once it is read

    def left(self) -> None:
        """The person goes to another screen."""
        self.finding.history.go_elsewhere()

    def refresh(self, changes: Changes) -> None:
        """New traces change the list, answers the tags."""
        if "traces" in changes.areas:
            self.controller.load()
        elif changes.areas & {"ratings", "notes"}:
            self.controller.read_known()
        elif "views" in changes.areas:
            self.finding.load_views()

    def project_replaced(self) -> None:
        """Another project, or none."""
        self.finding.forget()
        self._wanted = None
        self._wanted_set = ()
        self.beside.clear_marks()
        self.pane.clear()
        self.siblings.set_rows(())
        self.controller.load()

    def breadcrumb(self) -> str:
        """The scenario that is being read."""
        row = self.listing.current_row()
        return row.scenario if row is not None else ""

    def chips(self) -> tuple[tuple[str, str], ...]:
        """Its tier and slices."""
        row = self.listing.current_row()
        if row is None:
            return ()
        tier = ((row.tier, "bad" if row.tier == "critical" else "neutral"),) if row.tier else ()
        return (*tier, *((value, "neutral") for value in list(row.slices.values())[:3]))

    def status_text(self) -> str:
        """``1,204 of 5,310 traces``."""
        shown = self.finding.total()
        if not self.controller.narrowed or not shown:
            return shown
        return self.tr("{total} traces").format(total=shown)

    @property
    def can_go_back(self) -> bool:
        """Whether another view was seen before."""
        return self.finding.history.can_go_back

    @property
    def can_go_forward(self) -> bool:
        """Whether the person went back from a view."""
        return self.finding.history.can_go_forward

    def go_back(self) -> bool:
        """The view before."""
        return self.finding.back()

    def go_forward(self) -> bool:
        """The view that was left by going back."""
        return self.finding.forward()

    def showcase(self) -> None:
        """A trace beside another run of its scenario."""
        if len(self.model.ids):
            self.table.select_row(0)
            self._open_current()
            self.compare()

    # what commands do

    def focus_search(self) -> None:
        """Search: in the trace while it is being read, else in all of them."""
        if self.pane.isAncestorOf(QGuiApplication.focusObject()) and self.pane.pks:  # type: ignore[arg-type]
            self.pane.open_find(to_find(words_of(self.controller.text)))
        else:
            self.search_field.setFocus()
            self.search_field.selectAll()

    def focus_filter(self) -> None:
        """Filter the list."""
        self.filter_field.setFocus()
        self.filter_field.selectAll()

    def compare(self) -> None:
        """Side by side: the traces that are marked, else the rows that are selected, else this one
        with another of its scenario; back to one trace where several are shown.
        """
        marked = self.beside.marked
        if self.pane.is_pair and (len(marked) < 2 or self.pane.pks == marked):
            self._open_current()
            return
        picked = tuple(self.model.pk(row) for row in self.table.picked_rows()[: MOST + 1])
        across = self._across() if not marked and len(picked) < 2 else ()
        if across:
            self._open_set(across)
        elif len(marked) > 1:
            self._open_set(marked)
        elif 2 <= len(picked) <= MOST:
            self._open_set(picked)
        elif len(picked) > MOST:
            self.workspace.say(self.tr("Four traces at most stand side by side"))
        elif self.pane.pks and self.siblings.rowCount() == 1:
            self._open_set((self.pane.pks[0], self.siblings.rows[0].pk))
        elif self.pane.pks:
            self.choose_beside()

    def _across(self) -> tuple[int, ...]:
        """The current trace and what it differs from, where only what differs is listed."""
        runs, row = self.finding.narrowing.differing_runs, self.listing.current_row()
        if runs is None or row is None or row.run not in runs or self.pane.pks[:1] != (row.pk,):
            return ()
        wanted = runs[1] if row.run == runs[0] else runs[0]
        for other in self.siblings.rows:
            if other.run == wanted and other.trial == row.trial:
                return (row.pk, other.pk) if row.run == runs[0] else (other.pk, row.pk)
        return ()

    def choose_beside(self) -> None:
        """Offer the other runs and trials of the scenario."""
        if not self.pane.pks:
            return
        if not self.siblings.rowCount():
            self.workspace.say(self.tr("No other run or trial has this scenario"))
            return
        offered = [
            (self.siblings.rows[row].pk, self.siblings.words(row))
            for row in range(self.siblings.rowCount())
            if self.siblings.rows[row].pk != self.pane.pks[0]
        ]
        chooser = TraceChooser(self)
        first = self.pane.pks[0]
        chooser.chosen.connect(lambda pks: self._open_set((first, *pks)))
        chooser.offer(offered, self.pane.pks[1:], self.pane.mapToGlobal(QPoint(16, 40)))

    def toggle_mark(self) -> None:
        """Mark the current row for side by side, or take the mark off."""
        pk = self.listing.current_pk()
        if pk >= 0:
            self.beside.toggle_mark(pk)

    def step(self, by: int) -> None:
        """Go to another row of the list, wherever the focus is; while traces stand side by side,
        to the same runs of another scenario.
        """
        if self.pane.is_pair:
            self._step_set(by)
            return
        row = self.table.currentIndex().row() + by
        if 0 <= row < len(self.model.ids):
            self.table.select_row(row)

    def step_differing(self, by: int) -> None:
        """Go to the same runs of another scenario in which they differ."""
        self._step_set(by, differing=True)

    def _step_set(self, by: int, *, differing: bool = False) -> None:
        at = self.table.currentIndex().row()
        self.beside.step(self.model.ids, at, by, self.pane.ignored, differing=differing)

    def _moved(self, row: int, pks: tuple[int, ...]) -> None:
        self._wanted_set = pks
        self.table.select_row(row)
        self._open_current()

    def back(self) -> None:
        """Close what is open in the trace, then give the keys back to the list."""
        if self.pane.find_bar.isVisible():
            self.pane.find_bar.close_bar()
            return
        if self.pane.is_pair:
            self._open_current()
        self.table.setFocus()

    def copy_list(self) -> None:
        """Copy the rows that are selected, or all, with the columns in sight."""
        pks = self.listing.picked() or list(self.model.ids)
        if not pks:
            return

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self.workspace.say(self.tr("{count} rows copied").format(count=figures.count(len(pks))))

        self.controller.copy(pks, self.columns.shown(), done)

    def export_list(self) -> None:
        """Save the list with the columns in sight."""
        pks = list(self.model.ids)
        if pks:
            self.workspace.prompts.ask_save_file(
                self.tr("Save the list of traces"),
                "traces.csv",
                self.tr("CSV files (*.csv)"),
                lambda path: self.controller.export(path, pks, self.columns.shown()),
            )

    def export_as(self) -> None:
        """Export what is listed, or everything, in a format of another tool."""
        controller = self.controller
        query = controller.query if controller.narrowed else None
        self.exports.ask(self, query, len(self.model.ids))

    def show_origin(self) -> None:
        """The lineage of the scenario that the trace answers."""
        row = self.listing.current_row()
        if row is not None:
            self.workspace.navigate("datasets", trace=row.pk)

    def copy_id(self) -> None:
        """Copy the id of the trace that is being read."""
        row = self.listing.current_row()
        if row is not None:
            QGuiApplication.clipboard().setText(row.id)
            self.workspace.say(self.tr("Id copied"))

    def choose_columns(self) -> None:
        """Offer the columns."""
        header = self.table.horizontalHeader()
        self.columns.offer(header.mapToGlobal(QPoint(8, header.height())))

    def go_to_facets(self) -> None:
        """Give the keys to the facets."""
        if self.facet_panel.isHidden():
            self.toggle_facets()
        self.facet_column.focus_list()

    def go_to_views(self) -> None:
        """Give the keys to the saved views."""
        if self.facet_panel.isHidden():
            self.toggle_facets()
        self.views.focus_list()

    def toggle_facets(self) -> None:
        """Show or hide the facets."""
        self.facet_panel.setVisible(self.facet_panel.isHidden())
        self.workspace.settings.put("traces.facets", not self.facet_panel.isHidden())

    def toggle_layout(self) -> None:
        """The trace beside the list, or below it."""
        beside = self.reading.orientation() == Qt.Orientation.Horizontal
        self._set_beside(not beside)
        self.workspace.settings.put("traces.beside", not beside)

    # building

    def _build(self) -> None:
        self.nothing = EmptyState(self.tr("No traces yet"))
        self.nothing.add_action(self.tr("Import files"), self._import, keys="Ctrl I", primary=True)
        self.pane = TracePane(self.workspace)
        self.facet_column = FacetColumn(self.facets, self.workspace.tokens, self.workspace.settings)
        self.facet_list = self.facet_column.list
        self.facet_panel = pane()
        facet_layout = QVBoxLayout(self.facet_panel)
        facet_layout.setContentsMargins(0, 4, 0, 0)
        facet_layout.setSpacing(0)
        facet_layout.addWidget(self.views)
        facet_layout.addWidget(self.facet_column, 1)
        self.marks = MarksPanel(self.workspace)
        facet_layout.addWidget(self.marks)
        self.strip = SiblingStrip(self.siblings, self.workspace.tokens)
        self.sibling_list = self.strip.list
        right = QWidget()
        right_layout = QVBoxLayout(right)
        right_layout.setContentsMargins(0, 0, 0, 0)
        right_layout.setSpacing(0)
        right_layout.addWidget(self.strip)
        right_layout.addWidget(hairline())
        right_layout.addWidget(self.pane, 1)

        self.reading = QSplitter(Qt.Orientation.Horizontal)
        self.reading.setChildrenCollapsible(False)
        self.reading.addWidget(self.listing)
        self.reading.addWidget(right)
        self.listing.setMinimumWidth(280)
        right.setMinimumWidth(320)
        self._set_beside(bool(self.workspace.settings.get("traces.beside", True)))
        self.whole = QSplitter(Qt.Orientation.Horizontal)
        self.whole.setChildrenCollapsible(False)
        self.whole.addWidget(self.facet_panel)
        # Once it has a parent, or it is a window of its own for a moment.
        self.facet_panel.setVisible(bool(self.workspace.settings.get("traces.facets", True)))
        self.whole.addWidget(self.reading)
        self.facet_panel.setMinimumWidth(150)
        self.whole.setSizes([208, 1100])
        self.whole.setStretchFactor(1, 1)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.whole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)
        self.setFocusProxy(self.table)

    def _set_beside(self, beside: bool) -> None:
        self.reading.setOrientation(
            Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        )
        self.reading.setSizes([560, 640] if beside else [260, 540])

    def _connect(self) -> None:
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(60)
        self._follow.timeout.connect(self._open_current)
        controller = self.controller
        self.listing.current_changed.connect(self._current_changed)
        self.listing.current_read.connect(self.status_changed)
        self.listing.read_on.connect(self._read_on)
        self.listing.reset_wanted.connect(self.finding.reset)
        self.finding.trace_wanted.connect(self._want)
        self.finding.trace_named.connect(
            lambda reference: controller.find(reference, self._select_trace)
        )
        self.strip.chosen.connect(self._sibling_chosen)
        self.marks.chosen.connect(self._go_to_mark)
        self.table.mark_wanted.connect(self.toggle_mark)
        self.beside.marks_changed.connect(self._marks_changed)
        self.beside.moved.connect(self._moved)
        self.pane.left.connect(self.back)
        self.pane.shown.connect(self._mark_words)
        self.pane.find_bar.closed.connect(self._words_put_away)
        controller.narrowed_otherwise.connect(self._words_changed)
        controller.sized.connect(self.columns.know)
        controller.listed.connect(self._listed)
        controller.known_read.connect(self._known_read)
        controller.siblings_read.connect(self._siblings_read)
        self.workspace.theme_changed.connect(self._retheme)
        self.workspace.user_changed.connect(controller.another_person)

    def _bind(self) -> None:
        bind = self.workspace.actions.bind
        bind(self, "traces.search", self.focus_search)
        bind(self, "traces.filter", self.focus_filter)
        bind(self, "traces.reset", self.finding.reset, lambda: self.controller.narrowed)
        bind(self, "traces.facets", self.toggle_facets)
        bind(self, "traces.to_facets", self.go_to_facets)
        bind(self, "traces.to_views", self.go_to_views)
        self.finding.bind(self)
        bind(self, "traces.columns", self.choose_columns)
        bind(self, "traces.copy", self.copy_list, lambda: len(self.model.ids) > 0)
        bind(self, "traces.export", self.export_list, lambda: len(self.model.ids) > 0)
        bind(self, "traces.export_as", self.export_as, lambda: self.controller.total > 0)
        bind(self, "traces.next", lambda: self.step(1))
        bind(self, "traces.previous", lambda: self.step(-1))
        bind(self, "traces.next_differing", lambda: self.step_differing(1), self._side_by_side)
        bind(self, "traces.previous_differing", lambda: self.step_differing(-1), self._side_by_side)
        bind(self, "traces.mark", self.toggle_mark, lambda: self.listing.current_pk() >= 0)
        bind(self, "traces.unmark", self.beside.clear_marks, lambda: bool(self.beside.marked))
        bind(self, "traces.compare", self.compare, lambda: bool(self.pane.pks))
        bind(self, "traces.choose_beside", self.choose_beside, lambda: bool(self.pane.pks))
        self.pane.bind_beside(self, "traces")
        bind(self, "traces.difference", lambda: self._next_mark(1), lambda: bool(self.pane.pks))
        bind(
            self, "traces.difference_back", lambda: self._next_mark(-1), lambda: bool(self.pane.pks)
        )
        self.pane.desk.bind(self, "traces")
        bind(self, "traces.copy_id", self.copy_id, lambda: self.listing.current_row() is not None)
        bind(self, "traces.origin", self.show_origin, lambda: bool(self.listing.current_row()))
        bind(self, "traces.layout", self.toggle_layout)
        bind(self, "traces.back", self.back, focus=True)

    # what comes in

    def _listed(self, ids: "array[int]") -> None:
        if self._growing and self._wanted is None and self.model.extend_ids(ids):
            self._growing = not self.controller.complete
            self.finding.say()
            self.status_changed.emit()
            return
        self._growing = not self.controller.complete
        keep = self._wanted if self._wanted is not None else self._kept_trace()
        self.listing.show_ids(ids)
        self.finding.say()
        empty = self.controller.total == 0
        self.stack.setCurrentWidget(self.nothing if empty else self.whole)
        if len(ids):
            row = self.model.row_of(keep) if keep >= 0 else -1
            self.listing.select_row(max(row, 0))
            if row >= 0 and self._wanted is not None:
                self._wanted = None
                self._open_current()
            elif self.controller.complete:
                self._wanted = None
            if self._focus_list:
                self._focus_list = False
                self.table.setFocus()
        elif not empty:
            self.pane.clear(self.tr("No trace matches"))
            self.siblings.set_rows(())
            self.status_changed.emit()

    def _kept_trace(self) -> int:
        """What stays current in another list: the same trace, but the first one (-1) where other
        words are looked for, as long as the person has not gone on to another row.
        """
        row = self.table.currentIndex().row()
        first = self._from_top == "new" or (self._from_top == "begun" and row <= 0)
        self._from_top = "" if self.controller.complete else "begun" if self._from_top else ""
        return -1 if first else self.listing.current_pk()

    def _known_read(self) -> None:
        # While others' answers may still sway a person, so may their notes.
        self.pane.desk.set_own_only(bool(self.controller.tags_by))
        self.marks.show_author(self.controller.tags_by)

    def _siblings_read(self, rows: Any) -> None:
        self.siblings.set_rows(rows)
        self.siblings.set_open(self.pane.pks if len(self.pane.pks) > 1 else ())

    # the trace that is being read

    def _current_changed(self) -> None:
        if self.table.currentIndex().isValid():
            self._follow.start()
        self.status_changed.emit()

    def _want(self, pk: int) -> None:
        """Make this trace the current one once the list is there."""
        self._wanted = pk if pk >= 0 else None

    def _select_trace(self, pk: int) -> None:
        """Make a trace the current one; where the list hides it, show all traces first."""
        self._wanted = pk
        row = self.model.row_of(pk)
        if row >= 0:
            self._wanted = None
            self.table.select_row(row)
            self._follow.stop()
            self._open_current()
        elif self.controller.narrowed:
            self.finding.reset()

    def _open_current(self) -> None:
        self._follow.stop()
        pk = self.listing.current_pk()
        if pk < 0:
            return
        wanted, self._wanted_set = self._wanted_set, ()
        if len(wanted) > 1 and pk in wanted:
            place, self._wanted_place = self._wanted_place, None
            self._open_set(wanted, place)
            self.controller.read_siblings(wanted[0])
            return
        self._make_room(1)
        if self.pane.pks != (pk,):
            self.pane.show_one(pk)
            self.controller.read_siblings(pk)
        self.siblings.set_open(())

    def _open_set(self, pks: Sequence[int], place: ReadingPlace | None = None) -> None:
        self.beside.show(pks)
        self.pane.show_traces(pks, place=place)
        self.siblings.set_open(pks)
        self._make_room(len(pks))

    def _make_room(self, columns: int) -> None:
        """Several traces need the room more than facets and list do; alone, one has those back."""
        kept = bool(self.workspace.settings.get("traces.facets", True))
        beside = self.reading.orientation() == Qt.Orientation.Horizontal
        wanted = columns * _COLUMN if columns > 1 else 0
        list_room = self.listing.minimumWidth() if beside else 0
        facet_room = self.facet_panel.minimumWidth()
        self.listing.setVisible(not beside or wanted + list_room <= self.whole.width())
        self.facet_panel.setVisible(
            kept and (not wanted or wanted + list_room + facet_room <= self.whole.width())
        )
        if wanted and beside:
            width = sum(self.reading.sizes())
            share = 0.66 if columns == 2 else 0.78
            if self.reading.sizes()[1] < width * (share - 0.06):
                self.reading.setSizes([int(width * (1 - share)), int(width * share)])

    # the words of the search, in the trace

    def _mark_words(self) -> None:
        """Mark in the trace what the list was searched for, unless the person looks for something
        of their own there, or has closed the bar.
        """
        wanted, bar = to_find(words_of(self.controller.text)), self.pane.find_bar
        said = bar.field.text() if bar.isVisible() else ""
        own = said not in ("", self._carried)
        if wanted and not own and wanted not in (said, self._put_away):
            self._carried = wanted
            self.pane.find(wanted)

    def _words_changed(self, before: Narrowing, after: Narrowing) -> None:
        if before.text != after.text or before.similar != after.similar:
            self._from_top = "new"
        if before.text != after.text:
            self._put_away = ""
            bar = self.pane.find_bar
            if not words_of(after.text) and self._carried and bar.field.text() == self._carried:
                self._carried = ""
                self.pane.find("")

    def _words_put_away(self) -> None:
        self._put_away = self._carried

    def _next_mark(self, step: int) -> None:
        """The next difference of what stands side by side; in one trace the next hit."""
        if self.pane.is_pair:
            self.pane.next_difference(step)
        else:
            self.pane.step_hit(step)

    def _side_by_side(self) -> bool:
        return self.pane.is_pair

    def _marks_changed(self) -> None:
        self.model.mark(self.beside.marked)
        count = len(self.beside.marked)
        if count == 1:
            self.workspace.say(self.tr("Marked as A: mark another and press C"))
        elif count:
            self.workspace.say(self.tr("{count} marked: C shows them").format(count=count))
        self.status_changed.emit()

    def _go_to_mark(self, pk: int, message: int, part: int) -> None:
        """Show the trace of a bookmark or note, at its step."""
        if self.pane.pks == (pk,):
            self.pane.single.reading.go_to_message(message, part)
            self.pane.focus_trace()
            return
        self.pane.desk.go_once_shown(pk, message, part)
        self._select_trace(pk)

    def _read_on(self) -> None:
        """Give the keys to the trace of the current row."""
        if self._follow.isActive() or not self.pane.pks:
            self._open_current()
        self.pane.focus_trace()

    def _sibling_chosen(self, pk: int) -> None:
        """Beside the others, or away from there."""
        shown = self.pane.pks
        if not shown:
            return
        if pk in shown[1:]:
            rest = tuple(one for one in shown if one != pk)
            if len(rest) > 1:
                self._open_set(rest)
            else:
                self._open_current()
        elif len(shown) >= MOST:
            self.workspace.say(self.tr("Four traces at most stand side by side"))
        elif pk not in shown:
            self._open_set((*shown, pk))

    def _import(self) -> None:
        self.workspace.navigate("import")

    def sizeHint(self) -> QSize:
        """Room for all three parts."""
        return QSize(1280, 800)

    def _retheme(self) -> None:
        tokens = self.workspace.tokens
        self.listing.retheme()
        self.facet_list.set_tokens(tokens)
        self.strip.set_tokens(tokens)
