"""Highlighting in a pane of traces: reads what one person marked, takes new marks by mouse and by
keys, and shows them in the text and in a list below it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from evaldesk.domain.anchoring import Passages
from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.highlight import Highlight, HighlightLabel, Placed
from evaldesk.domain.project import Changes
from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import JobControl
from evaldesk.services import highlights
from evaldesk.services.passages import fingerprint, passages_of
from evaldesk.ui.widgets.trace_view.highlight_bar import WIDTH, Chosen, HighlightBar
from evaldesk.ui.widgets.trace_view.highlight_list import HighlightList
from evaldesk.ui.widgets.trace_view.highlight_marks import (
    PlacedMark,
    by_section,
    letter,
    place_of,
)
from evaldesk.ui.widgets.trace_view.places import Place, Span

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.pane import TracePane

_AFTER_MS = 120


@dataclass(frozen=True, slots=True)
class MarkingRules:
    """What a screen's highlights are made with.

    Attributes:
        labels: that can be chosen. round, reading: as highlights keep them.
        only_reading: show only those of this reading.
        closed: why nothing can be marked; empty where it can.
    """

    labels: Sequence[HighlightLabel] = ()
    round: str = ""
    reading: int = 0
    only_reading: bool = False
    closed: str = ""


Keep = Callable[[Highlight | None, Highlight | None], object]
"""Given a highlight as it was and as it is to be, None for none: writes it, and may remember it for
undoing. `HighlightDesk.show_changed` shows it."""


class HighlightDesk(QObject):
    """Highlights of the one trace that a pane shows; of several side by side none are made.

    Attributes:
        bar: labels for the selection. list: below the trace.
        current: id of the highlight in hand; empty for none.
        placed, lost: what is shown.

    Signals:
        changed(): other highlights are shown.
    """

    changed = Signal()

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
        # On its way to the disk, which a reading begun before may not have.
        self._under_way: dict[str, tuple[Highlight | None, Highlight]] = {}
        self._passages: Passages | None = None
        self._standing: dict[str, Highlight] = {}
        self._trace: Trace | None = None
        self._asked: object = None
        self.placed: list[PlacedMark] = []
        self.lost: list[Highlight] = []
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
        # Whoever goes from trace to trace waits for the cards, and not for the marks on them.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_MS)
        self._soon.timeout.connect(self.load)
        pane.shown.connect(self._arrived)
        pane.cleared.connect(self._clear)
        self._workspace.user_changed.connect(self._another_person)
        self._workspace.project_changed.connect(self._project_changed)

    # what stands

    def _another_person(self) -> None:
        self.load()

    def load(self) -> None:
        """Read what this person marked in the trace in sight."""
        trace, project = self._pane.single.trace, self._workspace.project
        if trace is None or project is None or self._pane.is_pair or not self._pane.pks:
            self._clear()
            return
        author, rules = self._workspace.user, self._rules()
        reading = rules.reading if rules.only_reading else None

        def work(_control: JobControl) -> tuple[Passages, list[Highlight], Placed]:
            passages = passages_of(trace)
            said = fingerprint(passages)
            own = (
                project.highlights.of_trace(trace.row.pk, author, said=said, reading=reading)
                if author
                else []
            )
            return passages, own, highlights.place(own, passages)

        asked = self._asked = object()

        def done(found: tuple[Passages, list[Highlight], Placed]) -> None:
            if asked is not self._asked or trace is not self._pane.single.trace:
                return
            self._trace, self._passages = trace, found[0]
            self._standing = {one.id: one for one in found[1]}
            placed = found[2]
            if self._under_way:
                self._lay_over(trace.row.pk)
                placed = highlights.place(self._standing.values(), found[0])
            self._show(placed)

        self._workspace.jobs.read(work, done, key=f"highlights-{id(self)}")

    def show_changed(self, before: Highlight | None, after: Highlight | None) -> None:
        """Show what was kept, changed, removed or undone, before the disk has it."""
        one = after if after is not None else before
        if one is None:
            return
        self._under_way[one.id] = after, one
        if self._trace is None or self._passages is None:
            return
        if one.trace_pk != self._trace.row.pk and one.id not in self._standing:
            return
        if after is None:
            self._standing.pop(one.id, None)
            self.current = "" if self.current == one.id else self.current
        else:
            self._standing[one.id] = after
            self.current = one.id
        self._show(highlights.place(self._standing.values(), self._passages))

    def settled(self, one: Highlight, after: Highlight | None) -> None:
        """The disk has it, or refused it."""
        if one.id in self._under_way and self._under_way[one.id][0] == after:
            del self._under_way[one.id]

    def _lay_over(self, trace_pk: int) -> None:
        for identity, (after, one) in self._under_way.items():
            if after is None:
                self._standing.pop(identity, None)
            elif one.trace_pk == trace_pk or identity in self._standing:
                self._standing[identity] = after

    def _show(self, placed: Placed) -> None:
        view = self._pane.single
        texts = place_of(view.canvas.cards)
        names = {(one.kind, one.name): one.text for one in self._rules().labels}
        self.placed = []
        self.lost = list(placed.lost)
        for one, found in placed.found:
            place = texts.get((found.step, found.key))
            if place is None:
                self.lost.append(one)
                continue
            span = Span(*place, found.start, found.end - found.start)
            text = names.get((one.kind, one.label), one.label)
            self.placed.append(PlacedMark(one, found, span, "", text))
        self.placed.sort(key=lambda item: (item.span, item.highlight.id))
        self.placed = [
            item._replace(letter=letter(number)) for number, item in enumerate(self.placed)
        ]
        if self.current not in self._standing:
            self.current = ""
        self.list.show_highlights(self.placed, self.lost, self.current)
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        self._pane.single.canvas.set_labelled(by_section(self.placed, self.current))

    def _clear(self) -> None:
        self._asked = None
        self._trace = self._passages = None
        self._standing = {}
        self.placed, self.lost, self.current = [], [], ""
        self.bar.hide()
        self.list.show_highlights((), ())

    def _arrived(self) -> None:
        self._clear()
        self._soon.start()

    def _project_changed(self, changes: Changes, origin: str) -> None:
        if "highlights" in changes.areas and origin != f"highlights-{id(self)}":
            self._soon.start()

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
        self.current = identity if identity in self._standing else ""
        self.list.show_current(self.current)
        self._draw()
        found = self._placed(identity)
        if found is not None:
            self._pane.single.canvas.reveal_span(found.span)
        elif self.current:
            self._workspace.say(self.tr("Its words are no longer in this trace"))

    def remove(self, identity: str = "") -> None:
        """Take a highlight away; without a name the one in hand."""
        one = self._standing.get(identity or self.current)
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
        found = self._placed(self.current)
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
        one = self._standing.get(identity)
        if one is None or self._is_closed():
            return
        self.go_to(identity)
        found = self._placed(identity)
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
        if self._pane.is_pair or self._passages is None:
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
        trace, passages, rules = self._trace, self._passages, self._rules()
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
        by_keys = canvas.caret.active
        self.bar.hide()
        self.bar.editing = None
        canvas.clear_selection()
        if by_keys or self.bar.typing:
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

    def _placed(self, identity: str) -> PlacedMark | None:
        return next((one for one in self.placed if one.highlight.id == identity), None)

    def _is_closed(self) -> bool:
        """Whether nothing can be marked now; says why."""
        if self._pane.is_pair:
            reason = self.tr("Highlights are made in one trace alone")
        elif self._trace is None:
            reason = self.tr("There is no text to mark here")
        else:
            reason = self._rules().closed
        if reason:
            self._workspace.say(reason)
        return bool(reason)

    def _none_said(self) -> str:
        if self.lost:
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


def write(
    pane: "TracePane", before: Highlight | None, after: Highlight | None, desk: HighlightDesk
) -> None:
    """Bring a change to the disk; what the disk refuses is said, and what stands shown again."""
    workspace = pane.workspace
    project = workspace.project
    if project is None:
        return

    def work(_control: JobControl) -> None:
        if after is not None:
            project.highlights.put(after)
        elif before is not None:
            project.highlights.remove(before)

    one = after if after is not None else before
    assert one is not None

    def done(_none: None) -> None:
        desk.settled(one, after)
        changes = Changes.of("highlights", trace_pks=(one.trace_pk,))
        workspace.changed(changes, f"highlights-{id(desk)}")

    def failed(error: Exception) -> None:
        desk.settled(one, after)
        workspace.report(error)
        desk.load()

    workspace.jobs.write(work, done, failed)


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
