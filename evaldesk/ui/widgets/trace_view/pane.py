"""One trace, or up to four side by side, with a line above for what can be done: ready to be put
into a screen.
"""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import Job, JobControl
from evaldesk.services.alignment import Formatting
from evaldesk.services.privacy.sight import sight_of
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.keyed_words import keyed_tooltip
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.trace_view.find_bar import FindBar
from evaldesk.ui.widgets.trace_view.hints import ClickableHint, HintBar, ToggleHint
from evaldesk.ui.widgets.trace_view.pins import open_pinned
from evaldesk.ui.widgets.trace_view.reading_desk import ReadingDesk
from evaldesk.ui.widgets.trace_view.reading_place import ReadingPlace
from evaldesk.ui.widgets.trace_view.revealing import RevealingDesk
from evaldesk.ui.widgets.trace_view.side_by_side import SideBySide
from evaldesk.ui.widgets.trace_view.view import TraceView
from evaldesk.ui.widgets.trace_view.woven import MOST, Woven, weave
from evaldesk.ui.workspace import Workspace

_KEY = "trace-pane"


class TracePane(QWidget):
    """Reads traces by a job and shows them.

    Attributes:
        hide_systems: show aliases instead of systems and runs, and no metadata.
        hide_scores: show nothing that a program or person decided.
        single, beside: the views of one trace and of several.
        ignored: formatting that counts as no difference between traces.

    Signals:
        shown(): what was asked for is in sight now. cleared(): nothing is.
        span_changed(): another stretch of text is selected, or none.
        left(): Escape was pressed with nothing left to close here.
        place_changed(): another card is the current one, or it is shown otherwise.
    """

    shown = Signal()
    cleared = Signal()
    place_changed = Signal()
    span_changed = Signal()
    left = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.hide_systems = False
        self.hide_scores = False
        self.pks: tuple[int, ...] = ()
        self._aliases: tuple[str, ...] = ()
        self._notes: tuple[str, ...] = ()
        self._reading: Job | None = None
        tokens = workspace.tokens
        self.single = TraceView(tokens)
        self.beside = SideBySide(tokens)
        self.ignored = Formatting()
        self._nothing = text_label("", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._stack = QStackedWidget()
        for widget in (self._nothing, self.single, self.beside):
            self._stack.addWidget(widget)
        self.desk = ReadingDesk(self)
        self.revealing = RevealingDesk(self)
        self.bar = self._make_bar()
        self.find_bar = FindBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(hairline())
        layout.addWidget(self.find_bar)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.desk.note_bar)
        layout.addWidget(self.revealing.bar)
        self._below = layout
        self.find_bar.text_changed.connect(self._find)
        self.find_bar.stepped.connect(self.step_hit)
        self.find_bar.closed.connect(self._end_find)
        self.beside.difference_changed.connect(self._say_differences)
        self.beside.place_changed.connect(self.place_changed)
        self.beside.line.formatting_wanted.connect(self.ignore)
        self.single.canvas.current_changed.connect(lambda _row: self.place_changed.emit())
        self._watched: set[TraceView] = set()
        self._watch()
        workspace.theme_changed.connect(self._retheme)
        workspace.project_closed.connect(self.clear)
        self.clear()

    def add_below(self, widget: QWidget) -> None:
        """Put something below the traces, such as a list of what is marked in them."""
        self._below.addWidget(widget)

    # what is shown

    def show(self, pk: int | None = None) -> None:
        """Show a trace; without one, show the widget as any other."""
        if pk is None:
            super().show()
        else:
            self.show_one(pk)

    def show_one(self, pk: int, alias: str = "") -> None:
        """Read and show a trace."""
        project = self.workspace.project
        if project is None:
            self.clear()
            return
        self.pks = (pk,)
        read = sight_of(project).read
        self._job(lambda control: read(pk), lambda trace: self.show_trace(trace, alias))

    def show_pair(self, pk_a: int, pk_b: int, alias_a: str = "", alias_b: str = "") -> None:
        """Read, align and show two traces of one scenario."""
        self.show_traces((pk_a, pk_b), (alias_a, alias_b))

    def show_traces(
        self,
        pks: Sequence[int],
        aliases: Sequence[str] = (),
        *,
        notes: Sequence[str] = (),
        place: ReadingPlace | None = None,
    ) -> None:
        """Read, align and show up to four traces side by side; one alone as one.

        Args:
            aliases: what their systems are called while raters may not know them.
            notes: a word above each, such as that it is the one being rated.
            place: where to begin and how to show them, if not as before.
        """
        project = self.workspace.project
        if project is None or not pks:
            self.clear()
            return
        if len(pks) == 1:
            self.show_one(pks[0], aliases[0] if aliases else "")
            return
        self.pks = tuple(pks[:MOST])
        wanted, read = self.pks, sight_of(project).read
        scores, systems = self.hide_scores, self.hide_systems
        if place is not None:
            self.ignored = place.ignored
            self.beside.only_differing = place.only_differing
            self.beside.pins = place.pins
        ignored = self.ignored

        def work(control: JobControl) -> Woven:
            traces = []
            for pk in wanted:
                traces.append(read(pk))
                control.check()
            return weave(traces, hide_scores=scores, hide_systems=systems, ignored=ignored)

        def done(woven: Woven) -> None:
            self._aliases, self._notes = tuple(aliases), tuple(notes)
            self._show_woven(woven)
            if place is not None:
                self.beside.go_to_step(place.side, place.step)

        self._job(work, done)

    def show_ready(self, woven: Woven, aliases: Sequence[str] = ()) -> None:
        """Show traces that were read and aligned already."""
        if self._reading is not None:
            self._reading.cancel()
        self.pks = tuple(trace.row.pk for trace in woven.traces)
        self._aliases, self._notes = tuple(aliases), ()
        self._show_woven(woven)

    def show_revealed(self, traces: Mapping[int, Trace]) -> None:
        """Show originals in place of what is in sight.

        Args:
            traces: row number → original.
        """
        woven = self.beside.woven
        if not self.is_pair or woven is None:
            for trace in traces.values():
                self.show_trace(trace, self._aliases[0] if self._aliases else "")
            return
        shown = [traces.get(one.row.pk, one) for one in woven.traces]
        scores, systems, ignored = self.hide_scores, self.hide_systems, self.ignored
        self._job(
            lambda _control: weave(
                shown, hide_scores=scores, hide_systems=systems, ignored=ignored
            ),
            self._show_woven,
        )

    def ignore(self, ignored: Formatting) -> None:
        """Count formatting as a difference, or not."""
        self.ignored = ignored
        woven = self.beside.woven
        if not self.is_pair or woven is None:
            return
        traces, scores, systems = woven.traces, self.hide_scores, self.hide_systems
        self._job(
            lambda _control: weave(
                traces, hide_scores=scores, hide_systems=systems, ignored=ignored
            ),
            self._show_woven,
        )
        self.place_changed.emit()

    def show_trace(self, trace: Trace, alias: str = "") -> None:
        """Show a trace that was read already."""
        self.pks = (trace.row.pk,)
        self.single.show_trace(
            trace, alias=alias, hide_systems=self.hide_systems, hide_scores=self.hide_scores
        )
        if self.beside.pins:
            open_pinned(self.single.canvas.cards, self.beside.pins)
            self.single.canvas.relay()
        self._stack.setCurrentWidget(self.single)
        self._say_differences(-1)
        self._arrived()

    def clear(self, text: str = "") -> None:
        """Show nothing, or why there is nothing."""
        self.pks = ()
        self._nothing.setText(text or self.tr("No trace chosen"))
        self._stack.setCurrentWidget(self._nothing)
        self.single.clear()
        self.beside.clear()
        self._say_differences(-1)
        self.cleared.emit()

    @property
    def is_pair(self) -> bool:
        """Whether two or more traces are shown."""
        return self._stack.currentWidget() is self.beside

    @property
    def views(self) -> tuple[TraceView, ...]:
        """The single view and the columns."""
        return (self.single, *self.beside.views)

    @property
    def place(self) -> ReadingPlace:
        """What is read, where, and how it is shown."""
        shown = self.shown_views() if self.pks else ()
        ids = tuple(view.trace.row.id for view in shown if view.trace is not None)
        if self.is_pair:
            side, step = self.beside.current
        else:
            side, step = 0, self.single.current_step
        return ReadingPlace(
            ids, side, step, self.beside.only_differing, self.ignored, self.beside.pins
        )

    @property
    def view(self) -> TraceView:
        """The view that has the focus, else the one that is shown or had it last."""
        return self.beside.view if self.is_pair else self.single

    def focus_trace(self) -> None:
        """Give the keys to the trace."""
        if self.pks:
            self.view.canvas.setFocus()

    # differences and finding

    def bind_beside(self, widget: QWidget, scope: str) -> None:
        """Carry out a screen's commands of traces side by side."""
        line = self.beside.line
        commands: dict[str, Callable[[], object]] = {
            "divergence": self.beside.go_to_divergence,
            "fold": self.beside.toggle_folding,
            "formatting": line.toggle_formatting,
            "formatting_choice": line.offer_formatting,
        }
        bind = self.workspace.actions.bind
        for name, run in commands.items():
            bind(widget, f"{scope}.beside_{name}", run, lambda: self.is_pair)
        bind(widget, f"{scope}.beside_pin", self.pin, lambda: bool(self.pks))

    def show_keys(self, scope: str) -> None:
        """Say which keys of a screen do what is offered above the traces."""
        line, actions = self.beside.line, self.workspace.actions
        known = {spec.id for spec in actions.specs}
        for hint, names in (
            (self.next_hint, ("difference",)),
            (self.find_hint, ("find", "search")),
            (self.timeline_hint, ("read_timeline",)),
            (self.raw_hint, ("read_raw",)),
            (self.reveal_hint, ("read_reveal",)),
            (line.divergence, ("beside_divergence",)),
            (line.folding, ("beside_fold",)),
            (line.formatting, ("beside_formatting",)),
        ):
            for name in names:
                if f"{scope}.{name}" in known:
                    hint.cap.show_keys(actions.keys(f"{scope}.{name}"))
        choice = f"{scope}.beside_formatting_choice"
        if choice in known:
            words = self.tr("A right click chooses what is ignored")
            keyed_tooltip(line.formatting, words, actions.keys(choice))

    def pin(self) -> None:
        """Keep what is current open, here and in what is shown next; let it go where it is kept."""
        before = self.beside.pins
        self.beside.pin(None if self.is_pair else self.single.current_card)
        for pin in self.beside.pins:
            if pin not in before:
                self.workspace.say(self.tr("Stays open: {what}").format(what=pin.label))
        for pin in before:
            if pin not in self.beside.pins:
                self.workspace.say(self.tr("No longer kept open: {what}").format(what=pin.label))
        if not self.is_pair:
            open_pinned(self.single.canvas.cards, self.beside.pins)
            self.single.canvas.relay()

    def next_difference(self, step: int = 1) -> None:
        """Go to the next or previous step that differs."""
        if self.is_pair:
            self.beside.next_difference(step)

    def open_find(self, text: str = "") -> None:
        """Find text in what is shown: what is selected there, else ``text``."""
        if not self.pks:
            return
        chosen = self.view.canvas.selected_text()
        self.find_bar.open_bar(chosen if chosen and "\n" not in chosen else text)

    def find(self, text: str) -> int:  # type: ignore[override]
        """Find a text in what is shown, without taking the focus; how many hits there are."""
        self.find_bar.field.setText(text)
        self.find_bar.setVisible(bool(text))
        self._find(text)
        return sum(len(view.hits) for view in self.shown_views())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes what is open here, then leaves."""
        if event.key() == Qt.Key.Key_Escape and not event.modifiers():
            if self.find_bar.isVisible():
                self.find_bar.close_bar()
            else:
                self.left.emit()
        else:
            event.ignore()

    def _find(self, text: str) -> None:
        views = self.shown_views()
        for view in views:
            view.find(text)
        if self.is_pair:
            with_hits = [view for view in views if view.hits]
            for view in with_hits[1:]:
                view.go_to_hit(-1)
            if with_hits:
                with_hits[0].go_to_hit(max(with_hits[0].hit, 0))
        self._say_hits()

    def step_hit(self, step: int) -> None:
        """Go through the hits of all columns in the order of the rows, A's first."""
        order = [
            (span.row, side, index)
            for side, view in enumerate(self.shown_views())
            for index, span in enumerate(view.hits)
        ]
        if not order:
            return
        order.sort()
        views = self.shown_views()
        here = next((i for i, (_, s, at) in enumerate(order) if views[s].hit == at), -1)
        _, side, index = order[(here + step) % len(order)]
        for number, view in enumerate(views):
            if number != side and view.hits:
                view.go_to_hit(-1)
        views[side].go_to_hit(index)
        self._say_hits()

    def _say_hits(self) -> None:
        views = self.shown_views()
        total = sum(len(view.hits) for view in views)
        order = sorted(
            (span.row, side, index)
            for side, view in enumerate(views)
            for index, span in enumerate(view.hits)
        )
        here = next((i for i, (_, s, at) in enumerate(order) if views[s].hit == at), -1)
        self.find_bar.show_count(here, total)

    def _end_find(self) -> None:
        for view in self.views:
            view.find("")
        self.focus_trace()

    def shown_views(self) -> tuple[TraceView, ...]:
        """The views in sight."""
        return tuple(self.beside.views) if self.is_pair else (self.single,)

    def _show_woven(self, woven: Woven) -> None:
        self._stack.setCurrentWidget(self.beside)
        self.beside.show_woven(
            woven,
            self._aliases,
            hide_systems=self.hide_systems,
            hide_scores=self.hide_scores,
            notes=self._notes,
        )
        self._watch()
        self._say_differences(-1)
        self._arrived()

    def _watch(self) -> None:
        """Columns are made when they are first needed."""
        for view in self.views:
            if view not in self._watched:
                self._watched.add(view)
                self.desk.watch(view)
                view.find_wanted.connect(lambda: self.open_find())
                view.span_changed.connect(self.span_changed)

    def _arrived(self) -> None:
        if self.find_bar.isVisible():
            self._find(self.find_bar.field.text())
        self.desk.arrived()
        self.reveal_hint.setVisible(bool(self.revealing.hidden()))
        self.shown.emit()

    def _job(self, work: Callable[[JobControl], object], done: Callable[..., None]) -> None:
        def failed(error: Exception) -> None:
            self.clear(str(error))
            self.workspace.report(error)

        self._reading = self.workspace.jobs.read(work, done, failed, key=f"{_KEY}-{id(self)}")

    # the line above

    def _make_bar(self) -> HintBar:
        bar = HintBar()
        bar.setProperty("surface", "pane")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(12)
        self.aligned = ElidedLabel(kind="muted")
        bar.keep_whole(self.aligned)
        self.difference_count = text_label("", "muted")
        self.next_hint = ClickableHint("N", self.tr("next difference"), self.next_difference)
        self.reveal_hint = ClickableHint("Alt O", self.tr("redacted"), self.revealing.ask)
        self.reveal_hint.hide()
        self.find_hint = ClickableHint("/", self.tr("find in trace"), lambda: self.open_find())
        self.timeline_hint = ToggleHint("Alt T", self.tr("timeline"), self.desk.toggle_timeline)
        self.raw_hint = ToggleHint("Alt R", self.tr("as it came"), self.desk.toggle_rendered)
        self.desk.state_changed.connect(self._say_state)
        self.extras = QHBoxLayout()
        self.extras.setSpacing(12)
        row.addWidget(self.aligned)
        row.addWidget(self.difference_count)
        row.addWidget(self.next_hint)
        row.addStretch(1)
        row.addWidget(self.reveal_hint)
        for hint in (self.raw_hint, self.timeline_hint, self.find_hint):  # the left goes first
            row.addWidget(hint)
        row.addLayout(self.extras)
        for hint in (self.raw_hint, self.timeline_hint, self.find_hint, self.next_hint):
            bar.add_yielding(hint)
        self._say_state()
        return bar

    def _say_state(self) -> None:
        self.timeline_hint.set_on(self.desk.timeline)
        self.raw_hint.set_on(not self.desk.rendered)

    def add_hint(self, hint: ClickableHint) -> None:
        """Put something at the right end of the line above, such as ``H highlight``."""
        self.extras.addWidget(hint)
        self.bar.add_yielding(hint)

    def _say_differences(self, index: int) -> None:
        pair = self.is_pair
        number = len(self.beside.differences)
        self.aligned.setText(
            "◧ " + self.tr("Aligned by step") if pair else "☰ " + self.tr("One trace")
        )
        self.aligned.setVisible(bool(self.pks))
        self.difference_count.setVisible(pair)
        self.next_hint.setVisible(pair and number > 0)
        for hint in (self.find_hint, self.raw_hint):
            hint.setVisible(bool(self.pks))
        self.timeline_hint.setVisible(bool(self.pks) and not pair)
        if not pair:
            self.bar.fit()
            return
        if not number:
            text = self.tr("No step differs")
        elif index >= 0:
            text = self.tr("Difference {number} of {total}").format(number=index + 1, total=number)
        elif number == 1:
            text = self.tr("1 step differs")
        else:
            text = self.tr("{count} steps differ").format(count=number)
        self.difference_count.setText(text)
        self.bar.fit()

    def _retheme(self) -> None:
        tokens: Tokens = self.workspace.tokens
        self.single.set_tokens(tokens)
        self.beside.set_tokens(tokens)
