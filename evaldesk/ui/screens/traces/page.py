"""The Traces screen: facets, the list, and the trace that is being read."""

from array import array
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, QSize, QTimer
from PySide6.QtGui import QFocusEvent, QGuiApplication
from PySide6.QtWidgets import (
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.project import Changes
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.screens.traces.beside import Beside
from evaldesk.ui.screens.traces.controller import TracesController
from evaldesk.ui.screens.traces.facet_model import FacetModel
from evaldesk.ui.screens.traces.finding_desk import FindingDesk
from evaldesk.ui.screens.traces.highlighting import TracesHighlighting
from evaldesk.ui.screens.traces.list_commands import ListCommands
from evaldesk.ui.screens.traces.list_pane import ListPane
from evaldesk.ui.screens.traces.marks import MarksPanel
from evaldesk.ui.screens.traces.models import SiblingModel
from evaldesk.ui.screens.traces.narrowing import Narrowing
from evaldesk.ui.screens.traces.panels import SiblingStrip
from evaldesk.ui.screens.traces.panes import Panes
from evaldesk.ui.screens.traces.search_marks import SearchMarks
from evaldesk.ui.screens.traces.views_panel import ViewsPanel
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.trace_view import TracePane
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser
from evaldesk.ui.widgets.trace_view.reading_place import ReadingPlace
from evaldesk.ui.widgets.trace_view.woven import MOST
from evaldesk.ui.workspace import Workspace


class TracesPage(Screen):
    """Lists traces, narrows the list, and shows the one that is current."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = TracesController(workspace, self)
        self.listing = ListPane(workspace, self.controller)
        self.commands = ListCommands(workspace, self.controller, self.listing, self)
        self.exports = self.commands.exports
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
            self.pane.open_find(self.marked_words.wanted)
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

    # building

    def _build(self) -> None:
        self.nothing = EmptyState(self.tr("No traces yet"))
        self.nothing.add_action(self.tr("Import files"), self._import, keys="Ctrl I", primary=True)
        self.pane = TracePane(self.workspace)
        self.highlighting = TracesHighlighting(self.pane)
        self.marks = MarksPanel(self.workspace)
        self.strip = SiblingStrip(self.siblings, self.workspace.tokens)
        self.sibling_list = self.strip.list
        self.whole = Panes(
            self.workspace,
            self.facets,
            self.views,
            self.marks,
            self.listing,
            self.strip,
            self.pane,
        )
        self.facet_panel, self.facet_column = self.whole.facet_panel, self.whole.facet_column
        self.facet_list = self.facet_column.list
        self.reading = self.whole.reading
        self.stack = QStackedWidget()
        self.stack.addWidget(self.nothing)
        self.stack.addWidget(self.whole)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the keys to the list; with a focus proxy Tab would pass over what is before it."""
        super().focusInEvent(event)
        self.table.setFocus(event.reason())

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
        self.marked_words = SearchMarks(controller, self.pane, self)
        controller.narrowed_otherwise.connect(self._narrowed_otherwise)
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
        bind(self, "traces.facets", self.whole.toggle_facets)
        bind(self, "traces.to_facets", self.whole.go_to_facets)
        bind(self, "traces.to_views", self.whole.go_to_views)
        self.finding.bind(self)
        self.commands.bind()
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
        self.highlighting.bind(self)
        bind(self, "traces.layout", self.whole.toggle_layout)
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

    def _narrowed_otherwise(self, before: Narrowing, after: Narrowing) -> None:
        if before.text != after.text or before.similar != after.similar:
            self._from_top = "new"

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
        self.whole.make_room(1)
        if self.pane.pks != (pk,):
            self.pane.show_one(pk)
            self.controller.read_siblings(pk)
        self.siblings.set_open(())

    def _open_set(self, pks: Sequence[int], place: ReadingPlace | None = None) -> None:
        self.beside.show(pks)
        self.pane.show_traces(pks, place=place)
        self.siblings.set_open(pks)
        self.whole.make_room(len(pks))

    def _next_mark(self, step: int) -> None:
        """The next difference of what stands side by side; in one trace the next hit."""
        if self.pane.is_pair:
            self.pane.next_difference(step)
        else:
            self.marked_words.step(step)

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
