"""Highlighting in a pane of traces: takes marks by mouse and by keys, goes through those there are,
and shows them in the text and in a list below it.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.highlight import Highlight
from evaldesk.services.reading import highlights
from evaldesk.ui.widgets.trace_view.highlight_bar import WIDTH, Chosen, HighlightBar
from evaldesk.ui.widgets.trace_view.highlight_list import HighlightList
from evaldesk.ui.widgets.trace_view.highlight_marks import PlacedMark, by_section
from evaldesk.ui.widgets.trace_view.highlight_sight import HighlightsInSight, MarkingRules
from evaldesk.ui.widgets.trace_view.places import Place

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.pane import TracePane

Keep = Callable[[Highlight | None, Highlight | None], object]
"""Given a highlight as it was and as it is to be, None for none: writes it, and may remember it for
undoing. `HighlightsInSight` shows and writes it."""


class HighlightDesk(QObject):
    """Highlights of the one trace that a pane shows; of several side by side none are made.

    Attributes:
        sight: what stands. bar: labels for the selection. list: below the trace.
        current: id of the highlight in hand; empty for none.
    """

    def __init__(
        self,
        pane: "TracePane",
        rules: Callable[[], MarkingRules],
        keep: Keep,
        as_somebody: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        """As above.

        Args:
            as_somebody: goes on once the person has said who they are; the workspace's where None.
        """
        super().__init__(pane)
        self._pane = pane
        self._workspace = pane.workspace
        self._rules = rules
        self._keep = keep
        self._as_somebody = as_somebody or pane.workspace.with_user
        self.sight = HighlightsInSight(pane, rules)
        self.current = ""
        self.bar = HighlightBar(pane)
        self.list = HighlightList()
        pane.add_below(self.list)
        canvas = pane.single.canvas
        canvas.caret.other = self._key
        canvas.caret.left.connect(self._caret_left)
        canvas.caret.moved.connect(self._offer_by_keys)
        canvas.pointed.connect(self._pointed)
        canvas.selection_changed.connect(self._selection_changed)
        canvas.verticalScrollBar().valueChanged.connect(lambda _value: self._put_bar())
        self.bar.kept.connect(self._kept)
        self.bar.left.connect(self.leave)
        self.bar.resized.connect(self._put_bar)
        self.list.chosen.connect(self.go_to)
        self.list.removed.connect(self.remove)
        self.list.changed.connect(self.change)
        self.list.left.connect(pane.focus_trace)
        canvas.current_changed.connect(self._another_card)
        self.sight.changed.connect(self._show)
        self.sight.cleared.connect(self._cleared)

    def load(self) -> None:
        """Read what stands in the trace in sight."""
        self.sight.load()

    @property
    def placed(self) -> list[PlacedMark]:
        """What is shown in the trace, in reading order."""
        return self.sight.placed

    def _show(self) -> None:
        if self.current not in self.sight.standing:
            self.current = ""
        self.list.show_highlights(self.sight.placed, self.sight.lost, self.current)
        self._draw()

    def _draw(self) -> None:
        canvas = self._pane.single.canvas
        canvas.set_labelled(by_section(self.sight.placed, self.current))

    def _cleared(self) -> None:
        self.current = ""
        self.bar.hide()
        self._show()

    def _another_card(self, row: int) -> None:
        """Who goes on has no highlight in hand any more."""
        found = self.sight.find(self.current)
        if found is not None and found.span.row != row:
            self.current = ""
            self.list.show_current("")
            self._draw()

    # going through them

    def walk(self, step: int) -> None:
        """Go to the next (1) or previous (-1) highlight, round the end, and say which it is."""
        if not self.placed:
            self._workspace.say(self._none_said())
            return
        known = [one.highlight.id for one in self.placed]
        if self.current in known:
            index = (known.index(self.current) + step) % len(known)
        else:
            row = self._pane.single.canvas.current
            after = [i for i, one in enumerate(self.placed) if one.span.row >= row]
            index = (after[0] if after else 0) if step > 0 else ((after[0] if after else 0) - 1)
        self.go_to(self.placed[index % len(known)].highlight.id)
        shown = self.placed[index % len(known)]
        said = self.tr("Highlight {n} of {all}: {label}")
        self._workspace.say(said.format(n=index % len(known) + 1, all=len(known), label=shown.text))

    def go_to(self, identity: str) -> None:
        """Show a highlight and take it in hand."""
        self.current = identity if identity in self.sight.standing else ""
        self.list.show_current(self.current)
        self._draw()
        found = self.sight.find(identity)
        if found is not None:
            self._pane.single.canvas.reveal_span(found.span)
        elif self.current:
            self._workspace.say(self.tr("Its words are no longer in this trace"))

    def remove(self, identity: str = "") -> None:
        """Take a highlight away; without a name the one in hand."""
        one = self.sight.standing.get(identity or self.current)
        if one is None:
            self._workspace.say(self.tr("No highlight is in hand"))
            return
        if not self._is_closed():
            self._keep(one, None)

    # marking

    def begin(self) -> None:
        """Take the keys for marking: what is selected, the highlight in hand, or with a caret."""
        if self._is_closed():
            return
        canvas = self._pane.single.canvas
        found = self.sight.find(self.current)
        if canvas.selection is None and found is not None:
            self.change(self.current)
            return
        if not canvas.caret.active and not canvas.caret.begin():
            self._workspace.say(self.tr("There is no text to mark here"))
            return
        canvas.setFocus()
        self._offer_by_keys()
        if canvas.selection is None:
            self._workspace.say(
                self.tr("Arrows move, Shift selects, a figure or letter labels, Enter keeps")
            )

    def change(self, identity: str) -> None:
        """Choose another label, severity or comment for a highlight."""
        one = self.sight.standing.get(identity)
        if one is None or self._is_closed():
            return
        self.go_to(identity)
        found = self.sight.find(identity)
        canvas = self._pane.single.canvas
        if found is not None:
            row, section, start, length = found.span
            canvas.select(Place(row, section, start), Place(row, section, start + length))
            canvas.caret.begin()
            canvas.setFocus()
        self.bar.offer(self._rules().labels, one, by_keys=found is not None)
        if found is None:
            self.bar.comment.setFocus()

    def leave(self) -> None:
        """Put the bar and the caret away; nothing is kept."""
        self.bar.hide()
        self.bar.editing = None
        canvas = self._pane.single.canvas
        canvas.caret.end()
        canvas.clear_selection()
        canvas.setFocus()

    def _key(self, event: QKeyEvent) -> bool:
        """A key that does not move the caret."""
        if self.bar.isVisible() and self.bar.press(event):
            return True
        # Anything else would answer a question while the person believes to be marking.
        return bool(event.text()) and event.text().isprintable()

    def _offer_by_keys(self) -> None:
        canvas = self._pane.single.canvas
        if not canvas.caret.active:
            return
        if canvas.selection is None:
            self.bar.hide()
            self.bar.editing = None
        elif not self.bar.isVisible():
            self.bar.offer(self._rules().labels, by_keys=True)
        elif not self.bar.by_keys:
            self.bar.show_keys(True)
        else:
            self._put_bar()

    def _pointed(self) -> None:
        """The mouse selected something, or was clicked into a highlight."""
        canvas = self._pane.single.canvas
        if self._pane.is_pair or self.sight.passages is None:
            return
        if canvas.selection is not None:
            if self._rules().closed:
                return
            if canvas.caret.active:
                canvas.caret.begin()
            self.bar.offer(self._rules().labels, by_keys=canvas.caret.active)
            return
        anchor = canvas.anchor
        if anchor is None:
            return
        inside = [
            one
            for one in self.placed
            if one.span[:2] == anchor[:2]
            and one.span.start <= anchor.offset < one.span.start + one.span.length
        ]
        if canvas.caret.active:
            canvas.caret.go(anchor)
        if inside:  # the shortest, where several lie over one another
            self.go_to(min(inside, key=lambda one: one.span.length).highlight.id)

    def _selection_changed(self) -> None:
        canvas = self._pane.single.canvas
        if canvas.selection is None and not canvas.caret.active:
            self.bar.hide()
            self.bar.editing = None

    def _caret_left(self) -> None:
        self.bar.hide()
        self.bar.editing = None
        self._pane.single.canvas.clear_selection()

    def _kept(self, chosen: Chosen) -> None:
        if self.bar.editing is not None:
            before = self.bar.editing
            self._finish(before, _with(before, chosen))
        else:
            self._as_somebody(lambda: self._keep_new(chosen))

    def _keep_new(self, chosen: Chosen) -> None:
        trace, passages, rules = self.sight.trace, self.sight.passages, self._rules()
        where = self._selected()
        if trace is None or passages is None or where is None:
            self.bar.say(self.tr("Select within one text, such as one message."))
            return
        try:
            made = highlights.make(
                trace,
                passages,
                *where,
                author=self._workspace.user,
                kind=chosen.label.kind,
                label=chosen.label.name,
                rubric=chosen.label.rubric,
                severity=chosen.severity,
                comment=chosen.comment,
                round=rules.round,
                reading=rules.reading,
            )
        except EvalDeskError as error:
            self.bar.say(str(error))
            return
        self._finish(None, made)

    def _finish(self, before: Highlight | None, after: Highlight) -> None:
        canvas = self._pane.single.canvas
        by_keys, within = canvas.caret.active, self.bar.has_focus
        self.bar.hide()
        self.bar.editing = None
        canvas.clear_selection()
        if by_keys or within:
            canvas.setFocus()
        if before != after:
            self._keep(before, after)
        if before is not None:
            canvas.caret.end()

    def _selected(self) -> tuple[int, str, int, int] | None:
        """Step, key, start and end of the selection; None where it is not within one text."""
        canvas = self._pane.single.canvas
        spans = canvas.selected_spans()
        if len(spans) != 1:
            return None
        span = spans[0]
        card = canvas.cards[span.row]
        assert card is not None
        return card.step, card.sections[span.section].key, span.start, span.start + span.length

    def _is_closed(self) -> bool:
        """Whether nothing can be marked now; says why."""
        if self._pane.is_pair:
            reason = self.tr("Highlights are made in one trace alone")
        elif self.sight.trace is None:
            reason = self.tr("There is no text to mark here")
        else:
            reason = self._rules().closed
        if reason:
            self._workspace.say(reason)
        return bool(reason)

    def _none_said(self) -> str:
        if self.sight.lost:
            return self.tr("No highlight of this trace was found again")
        return self.tr("You have no highlight in this trace")

    def _put_bar(self) -> None:
        """Below the selection where there is room, above it otherwise."""
        if not self.bar.isVisible():
            return
        pane: QWidget = self._pane
        canvas = self._pane.single.canvas
        area = QRect(canvas.viewport().mapTo(pane, QPoint(0, 0)), canvas.viewport().size())
        width = min(WIDTH, area.width() - 24)
        height = self.bar.height_at(width)
        top, bottom = self._selection_edges()
        y = area.top() + bottom + 8
        if y + height > area.bottom():
            y = area.top() + top - height - 8
        y = max(area.top() + 4, min(y, area.bottom() - height - 4))
        self.bar.setGeometry(area.left() + 12 + canvas.margin, y, width - canvas.margin, height)

    def _selection_edges(self) -> tuple[int, int]:
        canvas = self._pane.single.canvas
        ends = canvas.selection
        if ends is None:
            return 0, 0
        first = canvas.place_rect(ends[0])
        last = canvas.place_rect(ends[1])
        top = first.top() if first is not None else 0.0
        bottom = last.bottom() if last is not None else float(canvas.viewport().height() // 2)
        return int(top), int(bottom)


def _with(one: Highlight, chosen: Chosen) -> Highlight:
    label = chosen.label
    return replace(
        one,
        kind=label.kind,
        label=label.name,
        rubric=label.rubric,
        severity=chosen.severity,
        comment=chosen.comment,
    )
