"""Finds traces: keeps the fields, the facets and the line above the list in step with what is
looked for, and goes back and forward through views.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.query import RELEVANCE, Comparison, Not
from evaldesk.domain.trace import TraceRow
from evaldesk.services.finding.view_address import View, read, write
from evaldesk.ui.screens.traces.controller import TracesController, interruptible
from evaldesk.ui.screens.traces.differs_pane import DiffersPane
from evaldesk.ui.screens.traces.facet_model import FacetModel
from evaldesk.ui.screens.traces.list_pane import ListPane
from evaldesk.ui.screens.traces.narrowing import Narrowing
from evaldesk.ui.screens.traces.narrowing_words import order_words, parts, total_words
from evaldesk.ui.screens.traces.order_menu import offer_orders
from evaldesk.ui.screens.traces.view_history import ViewHistory, Visited
from evaldesk.ui.screens.traces.views_panel import ViewsPanel
from evaldesk.ui.workspace import Workspace


class FindingDesk(QObject):
    """What finding does besides reading the list.

    Attributes:
        history: views that the person came through.

    Signals:
        trace_wanted(pk): this trace is to be the current one once the list is there; -1 for the
            first. trace_named(reference): the same by id or ``run/scenario``.
    """

    trace_wanted = Signal(int)
    trace_named = Signal(str)

    def __init__(
        self,
        workspace: Workspace,
        controller: TracesController,
        listing: ListPane,
        facets: FacetModel,
        views: ViewsPanel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._controller = controller
        self._listing = listing
        self._facets = facets
        self._views = views
        self.history = ViewHistory()
        self._stepping = False
        self._like = ("", "")
        self._failed = False
        line = listing.line
        line.removed.connect(self.remove)
        line.cleared.connect(self.reset)
        line.order.clicked.connect(self.offer_orders)
        views.save_wanted.connect(self.save_view)
        views.chosen.connect(self.open_address)
        views.update_wanted.connect(lambda name: views.model.save(name, self.address()))
        facets.chosen_changed.connect(lambda: controller.choose(facets.chosen))
        controller.narrowed_otherwise.connect(self._became)
        controller.facets_read.connect(
            lambda found: facets.set_facets(found, own_only=bool(controller.tags_by))
        )
        controller.named_facets_read.connect(lambda found: facets.set_facets(found, named=True))
        controller.known_read.connect(self._known)
        controller.filter_failed.connect(self._filter_failed)

    def bind(self, screen: QWidget) -> None:
        """Carry out the commands of finding."""
        bind = self._workspace.actions.bind
        listing = self._listing

        def reading() -> bool:
            return listing.current_row() is not None

        bind(screen, "traces.sort", self.offer_orders)
        bind(screen, "traces.filter_help", listing.explain_filter)
        bind(screen, "traces.like", self.liken, reading)
        bind(screen, "traces.differing", self.ask_difference)
        bind(screen, "traces.to_narrowing", self._to_narrowing)
        bind(screen, "traces.save_view", self.save_view)
        bind(screen, "traces.copy_address", self.copy_address)
        bind(screen, "traces.open_address", self.ask_address)

    def _to_narrowing(self) -> None:
        line = self._listing.line
        if not line.focus_parts():
            line.order.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # what narrows the list

    @property
    def narrowing(self) -> Narrowing:
        """What is looked for."""
        return self._controller.narrowing

    def remove(self, key: str) -> None:
        """Take away one part of what narrows the list; see `Part`."""
        now = self.narrowing
        kind, _, name = key.partition(":")
        if kind == "text":
            now = replace(now, text="")
        elif kind == "where":
            now = replace(now, where="")
        elif kind == "similar":
            now = replace(now, similar="")
        elif kind == "sort":
            now = replace(now, sort="")
        else:
            kept = tuple(
                line
                for line in now.ticks.get(name, ())
                if isinstance(line, Not) is (kind == "facet")
            )
            ticks = {facet: lines for facet, lines in now.ticks.items() if facet != name}
            now = replace(now, ticks={**ticks, name: kept} if kept else ticks)
        self._become(now)

    def reset(self) -> None:
        """Show all traces again, in the order that comes by itself."""
        self._listing.say_error("", "")
        self._become(Narrowing())
        self._sync(Narrowing())  # what was typed and makes no sense goes as well

    def forget(self) -> None:
        """Another project: nothing is looked for, nobody is told."""
        self._controller.forget()
        self.history.forget()
        self._facets.forget()
        self._views.model.clear()
        self._sync(Narrowing())

    def offer_orders(self) -> None:
        """Offer what the list can be sorted by."""
        button = self._listing.line.order
        offer_orders(
            button,
            self.narrowing,
            self._listing.model.columns,
            self._controller.sort_by,
            button.mapToGlobal(QPoint(0, button.height())),
        )

    # views

    def come_to(self, place: Mapping[str, Any]) -> None:
        """Look for what a place names: ``run`` alone, or ``search`` and ``where`` besides what is
        looked for already.
        """
        wanted = self.narrowing
        if "run" in place:
            wanted = Narrowing(ticks={"run": (Comparison("run", "=", (str(place["run"]),)),)})
        if "search" in place:
            wanted = replace(wanted, text=str(place["search"]))
        if wanted != self.narrowing:
            self._become(wanted)
        if "where" in place:
            self._listing.filter_field.set_text(str(place["where"]))

    def back(self) -> bool:
        """The view before; False where there was none."""
        return self._step(self.history.back)

    def forward(self) -> bool:
        """The view that was left by going back; False where there is none."""
        return self._step(self.history.forward)

    def save_view(self) -> None:
        """Ask for a name, and keep the view under it."""
        model, address = self._views.model, self.address()

        def named(name: str) -> None:
            name = name.strip()
            if name in model.names() and name != model.name_of(address):
                self._workspace.prompts.confirm(
                    self.tr("There is a view “{name}” already.").format(name=name),
                    self.tr("It will show what the list shows now."),
                    self.tr("Replace it"),
                    lambda: model.save(name, address),
                )
            else:
                model.save(name, address)

        self._workspace.prompts.ask_text(
            self.tr("Save this view"),
            self.tr("Name"),
            named,
            value=model.name_of(address),
            detail=self.tr("Everybody who opens the project finds it above the facets."),
        )

    def load_views(self) -> None:
        """Read the saved views, and count their traces."""
        self._views.model.load(self._controller.tags_by)

    def copy_address(self) -> None:
        """Put the address of the view into the clipboard."""
        row = self._listing.current_row()
        QGuiApplication.clipboard().setText(self.address(row.id if row is not None else ""))
        self._workspace.say(self.tr("Address of the view copied; a colleague opens it with Ctrl+L"))

    def address(self, trace: str = "") -> str:
        """The view as one line, with the trace that is open."""
        return write(self.narrowing.view(trace))

    def ask_address(self) -> None:
        """Ask for an address, and open it."""
        offered = QGuiApplication.clipboard().text().strip()
        self._workspace.prompts.ask_text(
            self.tr("Open an address"),
            self.tr("Address of a view"),
            self.open_address,
            value=offered if is_address(offered) else "",
            detail=self.tr("One line that begins with evaldesk:traces, as a colleague sent it."),
        )

    def open_address(self, address: str) -> None:
        """Show the view that an address names, and its trace."""
        try:
            view = read(address)
        except EvalDeskError as error:
            self._workspace.report(error)
            return
        self.show_view(view)

    def show_view(self, view: View) -> None:
        """Show a view, and its trace."""
        self._become(Narrowing.of(view))
        if view.trace:
            self.trace_named.emit(view.trace)

    # likeness

    def liken(self) -> None:
        """Only the traces like the current one, the most alike first."""
        row = self._listing.current_row()
        if row is not None:
            self._like = (row.id, _short(row))
            self._controller.liken(row.id)

    def ask_difference(self) -> None:
        """Ask which two runs are to differ, and list where they do."""
        project = self._workspace.project
        if project is None:
            return

        def asked(shared: Sequence[tuple[str, str, int]]) -> None:
            runs = list(dict.fromkeys(name for pair in shared for name in pair[:2]))
            if not runs:
                self._workspace.say(self.tr("No two runs have a scenario in common"))
                return
            field = self._listing.filter_field
            pane = DiffersPane(runs, shared, self.show_difference, self._listing)
            pane.open_at(field.mapToGlobal(QPoint(0, field.height() + 4)))

        self._workspace.jobs.read(
            interruptible(project, project.runs.shared), asked, key="traces-shared"
        )

    def show_difference(self, test: Comparison, once: bool) -> None:
        """List where two runs differ.

        Args:
            once: only the traces of the first run, so that each scenario stands there once.
        """
        wanted = self.narrowing.with_difference(test)
        ticks = {name: lines for name, lines in wanted.ticks.items() if name != "run"}
        if once:
            ticks["run"] = (Comparison("run", "=", (test.values[0],)),)
        self._become(replace(wanted, ticks=ticks))
        keys = self._workspace.actions.keys("traces.compare")
        self._workspace.say(self.tr("{keys} puts the two side by side").format(keys=keys))

    # in step

    def say(self) -> None:
        """Say what narrows the list and how many are left."""
        self._views.model.show_current(self.address())
        controller, columns = self._controller, self._listing.model.columns
        now, line = self.narrowing, self._listing.line
        reference, words = self._like
        like = words if reference == now.similar else now.similar[:16]
        own = bool(controller.tags_by)
        line.show_parts(parts(now, columns, like=like, own_only=own, failed=self._failed))
        line.show_total(self.total())
        if now.similar:
            self._listing.table.viewport().update()  # how like they are comes after the rows
        ranked = controller.complete or now.order != RELEVANCE
        line.show_order(
            order_words(now, columns, ranked=ranked),
            self._workspace.actions.tooltip("traces.sort"),
        )

    def total(self) -> str:
        """``1,204 of 1,000,000``."""
        controller = self._controller
        return total_words(
            len(self._listing.model.ids),
            controller.total,
            complete=controller.complete,
            narrowed=controller.narrowed,
        )

    def _become(self, narrowing: Narrowing) -> None:
        self._controller.become(narrowing)

    def _step(self, step: Callable[[Visited], Visited | None]) -> bool:
        visited = step(Visited(self.narrowing, self._listing.current_pk()))
        if visited is None:
            return False
        self._stepping = True
        try:
            self.trace_wanted.emit(visited.pk)
            self._become(visited.narrowing)
        finally:
            self._stepping = False
        return True

    def _became(self, before: Narrowing, after: Narrowing) -> None:
        if not self._stepping:
            self.history.leave(Visited(before, self._listing.current_pk()), after)
        if bool(before.similar) != bool(after.similar):
            self._listing.columns.show_likeness(self._likeness if after.similar else None)
        self._sync(after)
        self.say()

    def _likeness(self, pk: int) -> float | None:
        return self._controller.likeness.get(pk)

    def _known(self) -> None:
        self._listing.columns.know_annotations(self._controller.known.annotations)
        self.say()
        self.load_views()

    def _filter_failed(self, message: str, _mended: str) -> None:
        asked = self._listing.filter_field.text()
        self._failed = bool(message) and asked == self.narrowing.where
        self.say()

    def _sync(self, now: Narrowing) -> None:
        self._listing.show_narrowing(now)
        if self._facets.chosen != dict(now.ticks):
            self._facets.set_chosen(now.ticks)


def is_address(text: str) -> bool:
    """Whether a text is the address of a view."""
    try:
        read(text)
    except EvalDeskError:
        return False
    return True


def _short(row: TraceRow) -> str:
    return f"{row.scenario} · {row.run}"
