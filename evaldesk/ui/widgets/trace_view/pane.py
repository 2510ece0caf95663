"""One trace or two, with a line above for what can be done: ready to be put into a screen."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.keycap import KeyHint
from evaldesk.ui.widgets.trace_view.find_bar import FindBar
from evaldesk.ui.widgets.trace_view.pair_view import PairView
from evaldesk.ui.widgets.trace_view.pairing import Pair, pair_of
from evaldesk.ui.widgets.trace_view.view import TraceView
from evaldesk.ui.workspace import Workspace

_KEY = "trace-pane"


class ClickableHint(KeyHint):
    """A key and what it does, that the mouse does as well."""

    def __init__(
        self, keys: str, text: str, run: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(keys, text, parent)
        self._run = run
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._run()


class TracePane(QWidget):
    """Reads traces by a job and shows them.

    Attributes:
        hide_systems: show aliases instead of systems and runs, and no metadata.
        hide_scores: show nothing that a program or person decided.
        single, double: the views of one trace and of two.

    Signals:
        shown(): what was asked for is in sight now.
        span_changed(): another stretch of text is selected, or none.
        left(): Escape was pressed with nothing left to close here.
    """

    shown = Signal()
    span_changed = Signal()
    left = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.hide_systems = False
        self.hide_scores = False
        self.pks: tuple[int, ...] = ()
        tokens = workspace.tokens
        self.single = TraceView(tokens)
        self.double = PairView(tokens)
        self._nothing = text_label("", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._stack = QStackedWidget()
        for widget in (self._nothing, self.single, self.double):
            self._stack.addWidget(widget)
        self.bar = self._make_bar()
        self.find_bar = FindBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(hairline())
        layout.addWidget(self.find_bar)
        layout.addWidget(self._stack, 1)
        self.find_bar.text_changed.connect(self._find)
        self.find_bar.stepped.connect(self._step_hit)
        self.find_bar.closed.connect(self._end_find)
        self.double.difference_changed.connect(self._say_differences)
        for view in self.views:
            view.find_wanted.connect(lambda: self.open_find())
            view.span_changed.connect(self.span_changed)
        workspace.theme_changed.connect(self._retheme)
        workspace.project_closed.connect(self.clear)
        self.clear()

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
        read = project.traces.read
        self._job(lambda control: read(pk), lambda trace: self.show_trace(trace, alias))

    def show_pair(self, pk_a: int, pk_b: int, alias_a: str = "", alias_b: str = "") -> None:
        """Read, align and show two traces of one scenario."""
        project = self.workspace.project
        if project is None:
            self.clear()
            return
        self.pks = (pk_a, pk_b)
        read = project.traces.read
        scores, systems = self.hide_scores, self.hide_systems

        def work(control: JobControl) -> tuple[Trace, Trace, Pair]:
            a = read(pk_a)
            control.check()
            b = read(pk_b)
            control.check()
            return a, b, pair_of(a, b, hide_scores=scores, hide_systems=systems)

        def done(result: tuple[Trace, Trace, Pair]) -> None:
            a, b, pair = result
            self._show_pair(a, b, pair, alias_a, alias_b)

        self._job(work, done)

    def show_trace(self, trace: Trace, alias: str = "") -> None:
        """Show a trace that was read already."""
        self.pks = (trace.row.pk,)
        self.single.show_trace(
            trace, alias=alias, hide_systems=self.hide_systems, hide_scores=self.hide_scores
        )
        self._stack.setCurrentWidget(self.single)
        self._say_differences(-1)
        self._arrived()

    def clear(self, text: str = "") -> None:
        """Show nothing, or why there is nothing."""
        self.pks = ()
        self._nothing.setText(text or self.tr("No trace chosen"))
        self._stack.setCurrentWidget(self._nothing)
        self.single.clear()
        self.double.clear()
        self._say_differences(-1)

    @property
    def is_pair(self) -> bool:
        """Whether two traces are shown."""
        return self._stack.currentWidget() is self.double

    @property
    def views(self) -> tuple[TraceView, TraceView, TraceView]:
        """The single view and both sides of the pair."""
        return self.single, self.double.a, self.double.b

    @property
    def view(self) -> TraceView:
        """The view that has the focus, else the one that is shown, else side A."""
        if not self.is_pair:
            return self.single
        return self.double.b if self.double.b.canvas.hasFocus() else self.double.a

    def focus_trace(self) -> None:
        """Give the keys to the trace."""
        if self.pks:
            self.view.canvas.setFocus()

    # differences and finding

    def next_difference(self, step: int = 1) -> None:
        """Go to the next or previous step that differs."""
        if self.is_pair:
            self.double.next_difference(step)

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
        return sum(len(view.hits) for view in self._shown_views())

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
        views = self._shown_views()
        for view in views:
            view.find(text)
        if self.is_pair:
            with_hits = [view for view in views if view.hits]
            for view in with_hits[1:]:
                view.go_to_hit(-1)
            if with_hits:
                with_hits[0].go_to_hit(max(with_hits[0].hit, 0))
        self._say_hits()

    def _step_hit(self, step: int) -> None:
        """Through the hits of A and B in the order of the rows, A's first."""
        order = [
            (span.row, side, index)
            for side, view in enumerate(self._shown_views())
            for index, span in enumerate(view.hits)
        ]
        if not order:
            return
        order.sort()
        views = self._shown_views()
        here = next((i for i, (_, s, at) in enumerate(order) if views[s].hit == at), -1)
        _, side, index = order[(here + step) % len(order)]
        for number, view in enumerate(views):
            if number != side and view.hits:
                view.go_to_hit(-1)
        views[side].go_to_hit(index)
        self._say_hits()

    def _say_hits(self) -> None:
        views = self._shown_views()
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

    def _shown_views(self) -> tuple[TraceView, ...]:
        return (self.double.a, self.double.b) if self.is_pair else (self.single,)

    def _show_pair(self, a: Trace, b: Trace, pair: Pair, alias_a: str, alias_b: str) -> None:
        self._stack.setCurrentWidget(self.double)
        self.double.show_pair(
            pair,
            a,
            b,
            alias_a=alias_a,
            alias_b=alias_b,
            hide_systems=self.hide_systems,
            hide_scores=self.hide_scores,
        )
        self._say_differences(-1)
        self._arrived()

    def _arrived(self) -> None:
        if self.find_bar.isVisible():
            self._find(self.find_bar.field.text())
        self.shown.emit()

    def _job(self, work: Callable[[JobControl], object], done: Callable[..., None]) -> None:
        def failed(error: Exception) -> None:
            self.clear(str(error))
            self.workspace.report(error)

        self.workspace.jobs.read(work, done, failed, key=f"{_KEY}-{id(self)}")

    # the line above

    def _make_bar(self) -> QWidget:
        bar = QWidget()
        bar.setProperty("surface", "pane")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(12)
        self.aligned = text_label("", "muted")
        self.difference_count = text_label("", "muted")
        self.next_hint = ClickableHint("N", self.tr("next difference"), self.next_difference)
        self.find_hint = ClickableHint("/", self.tr("find in trace"), lambda: self.open_find())
        self.extras = QHBoxLayout()
        self.extras.setSpacing(12)
        row.addWidget(self.aligned)
        row.addWidget(self.difference_count)
        row.addWidget(self.next_hint)
        row.addStretch(1)
        row.addWidget(self.find_hint)
        row.addLayout(self.extras)
        return bar

    def add_hint(self, hint: QWidget) -> None:
        """Put something at the right end of the line above, such as ``H highlight``."""
        self.extras.addWidget(hint)

    def _say_differences(self, index: int) -> None:
        pair = self.is_pair
        number = len(self.double.differences)
        self.aligned.setText(
            "◧ " + self.tr("Aligned by step") if pair else "☰ " + self.tr("One trace")
        )
        self.aligned.setVisible(bool(self.pks))
        self.difference_count.setVisible(pair)
        self.next_hint.setVisible(pair and number > 0)
        self.find_hint.setVisible(bool(self.pks))
        if not pair:
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

    def _retheme(self) -> None:
        tokens: Tokens = self.workspace.tokens
        self.single.set_tokens(tokens)
        self.double.set_tokens(tokens)
