"""Highlights of the item in hand: made by the queue's rubric, and undone with the answers."""

from collections.abc import Callable
from typing import Any, cast

from PySide6.QtCore import QObject

from evaldesk.domain.highlight import Highlight
from evaldesk.services.labelling import review
from evaldesk.services.labelling.undo import Step
from evaldesk.services.reading import highlights
from evaldesk.ui.screens.review.controller import ReviewController
from evaldesk.ui.widgets.trace_view.highlight_desk import HighlightDesk
from evaldesk.ui.widgets.trace_view.highlight_sight import MarkingRules
from evaldesk.ui.widgets.trace_view.pane import TracePane


class Highlighting(QObject):
    """Ties the highlights of a pane to the rater's queue.

    Attributes:
        desk: takes and shows them.
    """

    def __init__(self, controller: ReviewController, pane: TracePane) -> None:
        super().__init__(pane)
        self._controller = controller
        self._pane = pane
        self.desk = HighlightDesk(pane, self._rules, self._keep, self._as_somebody)
        controller.marked.connect(self._apply)

    def _rules(self) -> MarkingRules:
        controller = self._controller
        queue, pk = controller.queue, controller.pk
        if queue is None or pk is None:
            return MarkingRules(only_reading=True, closed=self.tr("No item is in hand"))
        closed = ""
        if queue.is_settled(pk):
            closed = self.tr("This item stays as it was submitted")
        return MarkingRules(
            labels=highlights.labels_of((queue.rubric,)),
            round=queue.place[1],
            reading=review.reading_of(pk),
            only_reading=True,
            closed=closed,
        )

    def _as_somebody(self, then: Callable[[], object]) -> None:
        self._controller.answering.as_somebody(lambda _pk: then())

    def _keep(self, before: Highlight | None, after: Highlight | None) -> None:
        one = after if after is not None else before
        pk = self._controller.pk
        if one is None or pk is None:
            return
        # A history holds whatever is to be put back; its steps are told apart by their names.
        was, is_now = cast(Any, before), cast(Any, after)
        self._controller.answering.do(Step(pk, highlights.STEP + one.id, was, is_now))

    def _apply(self, step: Step) -> None:
        before, after = cast(Any, step.before), cast(Any, step.after)
        self.desk.sight.show_changed(before, after)
        self.desk.sight.write(before, after)
        if after is None:
            self._controller.workspace.say(self.tr("Highlight removed"))
