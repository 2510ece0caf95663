"""One's own highlights on the Traces screen, by the labels of all rubrics."""

from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from evaldesk.domain.highlight import Highlight, HighlightLabel
from evaldesk.domain.project import Changes
from evaldesk.services.labelling.undo import History, Step
from evaldesk.services.reading.highlights import STEP, labels_of
from evaldesk.ui.widgets.trace_view.highlight_desk import HighlightDesk
from evaldesk.ui.widgets.trace_view.highlight_sight import MarkingRules
from evaldesk.ui.widgets.trace_view.hints import ClickableHint
from evaldesk.ui.widgets.trace_view.pane import TracePane


class TracesHighlighting(QObject):
    """Ties the highlights of the reading pane to the project's rubrics.

    Attributes:
        desk: takes and shows them.
    """

    def __init__(self, pane: TracePane) -> None:
        super().__init__(pane)
        self._pane = pane
        self._workspace = pane.workspace
        self._labels: list[HighlightLabel] = []
        self._history = History()
        self.desk = HighlightDesk(pane, self._rules, self._keep)
        self._workspace.project_opened.connect(self._read_labels)
        self._workspace.project_opened.connect(self._forget)
        self._workspace.user_changed.connect(self._forget)
        self._workspace.project_changed.connect(self._project_changed)
        self._read_labels()
        keys = self._workspace.actions.keys("traces.highlight_begin")
        pane.add_hint(ClickableHint(keys, self.tr("highlight"), self.desk.begin))

    def bind(self, widget: QWidget) -> None:
        """Carry out the screen's commands of highlighting."""
        bind, desk = self._workspace.actions.bind, self.desk

        def able() -> bool:
            return bool(self._pane.pks)

        bind(widget, "traces.highlight_begin", desk.begin, able)
        bind(widget, "traces.highlight_next", lambda: desk.walk(1), able)
        bind(widget, "traces.highlight_previous", lambda: desk.walk(-1), able)
        # Delete means something else in the lists beside the trace.
        bind(self._pane, "traces.highlight_remove", desk.remove, able, focus=True)
        bind(widget, "traces.highlight_undo", lambda: self._travel(self._history.undo))
        bind(widget, "traces.highlight_redo", lambda: self._travel(self._history.redo))

    def _rules(self) -> MarkingRules:
        return MarkingRules(self._labels)

    def _keep(self, before: Highlight | None, after: Highlight | None) -> None:
        one = after if after is not None else before
        if one is None:
            return
        # A history holds whatever is to be put back, as in Review.
        was, is_now = cast(Any, before), cast(Any, after)
        self._history.record(Step(one.trace_pk, STEP + one.id, was, is_now))
        self._apply(before, after)

    def _travel(self, take: Callable[[], Step | None]) -> None:
        step = take()
        if step is None:
            self._workspace.say(self.tr("Nothing of yours to undo or redo here"))
            return
        self._apply(cast(Any, step.before), cast(Any, step.after))
        if step.trace_pk not in self._pane.pks:
            self._workspace.say(self.tr("That highlight is in another trace"))

    def _forget(self, *_: object) -> None:
        self._history = History()

    def _apply(self, before: Highlight | None, after: Highlight | None) -> None:
        self.desk.sight.show_changed(before, after)
        self.desk.sight.write(before, after)
        if after is None:
            self._workspace.say(self.tr("Highlight removed"))

    def _project_changed(self, changes: Changes, _origin: str) -> None:
        if "rubrics" in changes.areas:
            self._read_labels()

    def _read_labels(self) -> None:
        project = self._workspace.project
        if project is None:
            self._labels = []
            return

        def done(found: list[HighlightLabel]) -> None:
            if project is self._workspace.project:
                self._labels = found

        self._workspace.jobs.read(
            lambda _control: labels_of(project.rubrics.list()), done, key="traces-labels"
        )
