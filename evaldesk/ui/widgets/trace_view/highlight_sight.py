"""Which of one person's highlights stand in the trace in sight, and their way to the disk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.domain.anchoring import Passages
from evaldesk.domain.highlight import Highlight, HighlightLabel, Placed
from evaldesk.domain.project import Changes
from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import JobControl
from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import fingerprint, passages_of
from evaldesk.ui.widgets.trace_view.highlight_marks import PlacedMark, letter, place_of
from evaldesk.ui.widgets.trace_view.places import Span

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


class HighlightsInSight(QObject):
    """Reads what one person marked in the one trace that a pane shows, and shows what is kept or
    removed before the disk has it.

    Attributes:
        trace, passages: what they stand in; None before it was read.
        standing: id → highlight, found or not. placed: those found, in reading order; lost: the
            others.

    Signals:
        changed(): others are there. cleared(): another trace is in sight, nothing is known of it.
    """

    changed = Signal()
    cleared = Signal()

    def __init__(self, pane: "TracePane", rules: Callable[[], MarkingRules]) -> None:
        super().__init__(pane)
        self._pane = pane
        self._workspace = pane.workspace
        self._rules = rules
        self.trace: Trace | None = None
        self.passages: Passages | None = None
        self.standing: dict[str, Highlight] = {}
        self.placed: list[PlacedMark] = []
        self.lost: list[Highlight] = []
        # On its way to the disk, which a reading begun before may not have.
        self._under_way: dict[str, tuple[Highlight | None, Highlight]] = {}
        self._asked: object = None
        # Whoever goes from trace to trace waits for the cards, and not for the marks on them.
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_AFTER_MS)
        self._soon.timeout.connect(self.load)
        pane.shown.connect(self._arrived)
        pane.cleared.connect(self.clear)
        self._workspace.user_changed.connect(self._another_person)
        self._workspace.project_changed.connect(self._project_changed)

    def load(self) -> None:
        """Read them."""
        trace, project = self._pane.single.trace, self._workspace.project
        if trace is None or project is None or self._pane.is_pair or not self._pane.pks:
            self.clear()
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
            self.trace, self.passages = trace, found[0]
            self.standing = {one.id: one for one in found[1]}
            placed = found[2]
            if self._under_way:
                self._lay_over(trace.row.pk, author, reading)
                placed = highlights.place(self.standing.values(), found[0])
            self._show(placed)

        self._workspace.jobs.read(work, done, key=f"highlights-{id(self)}")

    def clear(self) -> None:
        """Nothing is in sight."""
        self._asked = None
        self.trace = self.passages = None
        self.standing = {}
        self.placed, self.lost = [], []
        self.cleared.emit()

    def show_changed(self, before: Highlight | None, after: Highlight | None) -> None:
        """Show what was kept, changed, removed or undone, before the disk has it."""
        one = after if after is not None else before
        if one is None:
            return
        self._under_way[one.id] = after, one
        if self.trace is None or self.passages is None or one.author != self._workspace.user:
            return
        if one.trace_pk != self.trace.row.pk and one.id not in self.standing:
            return
        if after is None:
            self.standing.pop(one.id, None)
        else:
            self.standing[one.id] = after
        self._show(highlights.place(self.standing.values(), self.passages))

    def write(self, before: Highlight | None, after: Highlight | None) -> None:
        """Bring a change to the disk; what the disk refuses is said, and what stands shown
        again.
        """
        workspace = self._workspace
        project = workspace.project
        one = after if after is not None else before
        if project is None or one is None:
            return

        def work(_control: JobControl) -> None:
            if after is not None:
                project.highlights.put(after)
            else:
                project.highlights.remove(one)

        def settled() -> None:
            if self._under_way.get(one.id, (one, one))[0] == after:
                self._under_way.pop(one.id, None)

        def done(_none: None) -> None:
            settled()
            changes = Changes.of("highlights", trace_pks=(one.trace_pk,))
            workspace.changed(changes, f"highlights-{id(self)}")

        def failed(error: Exception) -> None:
            settled()
            workspace.report(error)
            self.load()

        workspace.jobs.write(work, done, failed)

    def find(self, identity: str) -> PlacedMark | None:
        """One that was found; None for none of that id."""
        return next((one for one in self.placed if one.highlight.id == identity), None)

    def _lay_over(self, trace_pk: int, author: str, reading: int | None) -> None:
        for identity, (after, one) in self._under_way.items():
            if one.author != author or reading not in (None, one.reading):
                continue
            if after is None:
                self.standing.pop(identity, None)
            elif one.trace_pk == trace_pk or identity in self.standing:
                self.standing[identity] = after

    def _show(self, placed: Placed) -> None:
        texts = place_of(self._pane.single.canvas.cards)
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
        self.changed.emit()

    def _arrived(self) -> None:
        self.clear()
        self._soon.start()

    def _another_person(self) -> None:
        self.clear()
        self.load()

    def _project_changed(self, changes: Changes, origin: str) -> None:
        if "highlights" in changes.areas and origin != f"highlights-{id(self)}":
            self._soon.start()
