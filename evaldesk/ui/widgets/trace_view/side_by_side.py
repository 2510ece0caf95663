"""Two to four traces of one scenario side by side, scrolling in step."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import hairline
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.column_head import column_heads
from evaldesk.ui.widgets.trace_view.columns import Columns
from evaldesk.ui.widgets.trace_view.comparing import SIDES
from evaldesk.ui.widgets.trace_view.in_step import InStep
from evaldesk.ui.widgets.trace_view.pins import Pin, open_pinned, pins_for
from evaldesk.ui.widgets.trace_view.plan import GAP
from evaldesk.ui.widgets.trace_view.rows import Rows
from evaldesk.ui.widgets.trace_view.stretches import InSight, in_sight
from evaldesk.ui.widgets.trace_view.summary_line import SummaryLine
from evaldesk.ui.widgets.trace_view.view import TraceView
from evaldesk.ui.widgets.trace_view.woven import Woven, keep_open

_ABOVE = 72
"""Of the row before, what is seen above one that was come to, in pixels."""


class SideBySide(QWidget):
    """A | B, up to A | B | C | D. All columns have the same rows, and a row begins at the same
    height in each.

    Attributes:
        woven: what is shown; None for nothing.
        only_differing: whether stretches of equal steps are folded.
        pins: what stays open; kept from scenario to scenario.
        line: the figures above.

    Signals:
        difference_changed(index): the difference that was come to; -1 for none.
        place_changed(): another card is the current one, or it is shown otherwise.
    """

    difference_changed = Signal(int)
    place_changed = Signal()

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.woven: Woven | None = None
        self.only_differing = False
        self.pins: tuple[Pin, ...] = ()
        self.line = SummaryLine()
        self._opened: set[int] = set()
        self._sight: InSight | None = None
        self._in_step = InStep(self)
        self._columns = Columns(tokens, self._join)
        self._columns.use(2)
        self._last = self.views[0]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.line)
        layout.addWidget(hairline())
        layout.addWidget(self._columns, 1)
        self.setFocusProxy(self.views[0])
        self.line.divergence_wanted.connect(self.go_to_divergence)
        self.line.folding_wanted.connect(self.toggle_folding)
        self.line.unpin_wanted.connect(self.unpin)

    # what is shown

    def show_woven(
        self,
        woven: Woven,
        aliases: Sequence[str] = (),
        *,
        hide_systems: bool = False,
        hide_scores: bool = False,
        notes: Sequence[str] = (),
    ) -> None:
        """Show aligned traces.

        Args:
            aliases: what the systems are called while raters may not know them.
            notes: a word above each column, such as that it is the one being rated.
        """
        again = self.woven is not None and self._ids(self.woven) == self._ids(woven)
        if again and self.woven is not None:
            keep_open(self.woven, woven)
        else:
            self._opened.clear()
        self.woven = woven
        self._use(len(woven.traces))
        heads = column_heads(
            woven.traces,
            woven.steps,
            aliases,
            hide_systems=hide_systems,
            hide_scores=hide_scores,
        )
        for side, (view, head) in enumerate(zip(self.views, heads, strict=True)):
            note = notes[side] if side < len(notes) else ""
            chips = ((note, "accent"), *head.chips) if note else head.chips
            view.show_column_head(woven.traces[side], SIDES[side].lower(), head.title, chips)
        if woven.summary is not None:
            self.line.show_summary(
                woven.summary,
                woven.ignored,
                folded=self.only_differing,
                scenarios=len({trace.scenario_id for trace in woven.traces}),
            )
        self.line.show_pins(self.pins)
        self._columns.level_heads()
        self._lay_out(keep=again)
        self.difference_changed.emit(-1)

    def clear(self) -> None:
        """Show nothing."""
        self.woven = self._sight = None
        self._in_step.columns = ()
        for view in self._columns.made:
            view.clear()

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._columns.set_tokens(tokens)

    @property
    def views(self) -> list[TraceView]:
        """The columns in sight, the first trace's first."""
        return self._columns.views

    @property
    def a(self) -> TraceView:
        """The first column."""
        return self.views[0]

    @property
    def b(self) -> TraceView:
        """The second."""
        return self.views[1]

    @property
    def view(self) -> TraceView:
        """The column that has the focus, else the one that had it last."""
        return next((view for view in self.views if view.canvas.hasFocus()), self._last)

    @property
    def current(self) -> tuple[int, int]:
        """Column and step index of the current card; -1 for a card that is no step, or none."""
        side = self.views.index(self._last)
        row = self._last.canvas.current
        card = self._last.canvas.cards[row] if 0 <= row < len(self._last.canvas.cards) else None
        return side, card.step if card is not None else -1

    # differences

    @property
    def differences(self) -> Sequence[int]:
        """The rows whose steps differ."""
        return self.woven.differing if self.woven is not None else ()

    def next_difference(self, step: int = 1) -> int:
        """Go to the next (1) or previous (-1) differing step, round the end; its index."""
        rows = self.differences
        if not rows or self._sight is None:
            return -1
        here = self._sight.woven_row(self._last.canvas.current)
        if step > 0:
            at = next((i for i, row in enumerate(rows) if row > here), 0)
        else:
            at = next((i for i in reversed(range(len(rows))) if rows[i] < here), len(rows) - 1)
        self.go_to_row(rows[at])
        self.difference_changed.emit(at)
        return at

    def go_to_divergence(self) -> None:
        """Go to where they first do something else."""
        if self.woven is None or self.woven.first < 0:
            return
        self.go_to_row(self.woven.first)
        differing = self.woven.differing
        first = self.woven.first
        self.difference_changed.emit(differing.index(first) if first in differing else -1)

    def go_to_row(self, row: int) -> None:
        """Make a row of the woven traces the current one, in a column that has it."""
        if self.woven is None or self._sight is None or not 0 <= row < len(self.woven):
            return
        cards = self.woven.cards(row)
        side = self.views.index(self._last)
        if cards[side] is None:
            side = next((place for place, card in enumerate(cards) if card is not None), side)
        self._go_to(side, self._sight.row_of(row))

    def go_to_step(self, side: int, step: int) -> None:
        """Make a step of a trace the current one."""
        if self.woven is not None and 0 <= side < len(self.views):
            row = self.woven.row_of(side, step)
            if row >= 0 and self._sight is not None:
                self._go_to(side, self._sight.row_of(row))

    def _go_to(self, side: int, row: int) -> None:
        view = self.views[side]
        view.canvas.set_current(row)
        self._bring_up(view, row)
        if any(one.canvas.hasFocus() for one in self.views):
            view.canvas.setFocus()
        self._last = view

    def _bring_up(self, view: TraceView, row: int) -> None:
        """See the beginning of a row: heights above it become exact while it comes into sight."""
        canvas = view.canvas
        bar = canvas.verticalScrollBar()
        for _ in range(4):
            top = round(canvas.rows.top(row))
            least = min(canvas.rows.extent(row), canvas.room * 0.6)
            above = min(_ABOVE, top)
            if bar.value() <= top - above and top + least <= bar.value() + canvas.room:
                return
            bar.setValue(top - _ABOVE)

    # how it is shown

    def toggle_folding(self) -> None:
        """Fold the stretches of equal steps, or show all."""
        self.fold_equal(not self.only_differing)

    def fold_equal(self, fold: bool) -> None:
        """Fold the stretches of equal steps, or show all."""
        self.only_differing = fold
        self._opened.clear()
        self.line.show_folding(fold)
        if self.woven is not None:
            self._lay_out(keep=True)
        self.place_changed.emit()

    def pin(self, card: Card | None = None) -> None:
        """Keep a card open, here and in what is shown next; let it go where it is kept.

        Args:
            card: the current one where none is given.
        """
        row = self._last.canvas.current
        cards = self._last.canvas.cards
        if card is None and 0 <= row < len(cards):
            card = cards[row]
        offered = pins_for(card) if card is not None else ()
        kept = [pin for pin in offered if pin in self.pins]
        if kept:
            self.set_pins(tuple(pin for pin in self.pins if pin not in kept))
        elif offered:
            self.set_pins((*self.pins, offered[0]))

    def unpin(self, pin: Pin) -> None:
        """Let go what was kept open."""
        self.set_pins(tuple(one for one in self.pins if one != pin))

    def set_pins(self, pins: tuple[Pin, ...]) -> None:
        """Keep these open from now on."""
        self.pins = pins
        self.line.show_pins(pins)
        if self.woven is not None:
            self._lay_out(keep=True)
        self.place_changed.emit()

    # events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right change the side; N, G, O, I as the hints say."""
        key = event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        side = self.views.index(self._last)
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        elif key == Qt.Key.Key_N:
            self.next_difference(-1 if shift else 1)
        elif key == Qt.Key.Key_I:
            self.line.offer_formatting() if shift else self.line.toggle_formatting()
        elif shift:
            event.ignore()
        elif key == Qt.Key.Key_G:
            self.go_to_divergence()
        elif key == Qt.Key.Key_O:
            self.toggle_folding()
        elif key == Qt.Key.Key_Left:
            self._cross(max(side - 1, 0))
        elif key == Qt.Key.Key_Right:
            self._cross(min(side + 1, len(self.views) - 1))
        else:
            event.ignore()

    # laying out

    def _use(self, count: int) -> None:
        self._columns.use(count)
        if self._last not in self.views:
            self._last = self.views[0]

    def _lay_out(self, *, keep: bool) -> None:
        """Put the cards into the columns.

        Args:
            keep: the current card stays current and where it is on the screen.
        """
        woven = self.woven
        if woven is None:
            return
        held = self._held() if keep else None
        for column in woven.columns:
            open_pinned(column, self.pins)
        sight = in_sight(
            woven,
            only_differing=self.only_differing,
            opened=self._opened,
            pins=self.pins,
        )
        self._sight = sight
        canvases = [view.canvas for view in self.views]
        rows = Rows(
            [
                canvas.estimates(column)
                for canvas, column in zip(canvases, sight.columns, strict=True)
            ],
            GAP,
        )
        self._in_step.columns = canvases
        with self._in_step.paused():
            for side, canvas in enumerate(canvases):
                canvas.show_cards(
                    sight.columns[side],
                    rows,
                    side,
                    side=SIDES[side].lower(),
                    changed=sight.changed[side],
                    dimmed=sight.dimmed,
                    outlined=sight.outlined if side == woven.outlined else -1,
                    chips=sight.chips[side],
                )
        canvases[0].settle()
        for canvas in canvases:
            canvas.follow()
        if held is not None:
            self._hold(*held)

    def _held(self) -> tuple[int, float]:
        """The current row of the woven traces and how far it is from the upper edge."""
        canvas = self._last.canvas
        if self._sight is None or canvas.current < 0:
            return -1, 0.0
        top = canvas.rows.top(canvas.current) - canvas.verticalScrollBar().value()
        return self._sight.woven_row(canvas.current), top

    def _hold(self, woven_row: int, below: float) -> None:
        if woven_row < 0 or self._sight is None:
            return
        row = self._sight.row_of(woven_row)
        canvas = self._last.canvas
        canvas.set_current(row, reveal=False)
        if 0 <= below <= canvas.viewport().height():
            canvas.verticalScrollBar().setValue(round(canvas.rows.top(row) - below))
        else:
            canvas.reveal(row)

    # the columns together

    def _cross(self, side: int) -> None:
        to = self.views[side]
        row = self._last.canvas.current
        if self.woven is not None and 0 <= row < len(to.canvas.cards):
            while row > 0 and to.canvas.cards[row] is None:
                row -= 1
            to.canvas.set_current(row, reveal=False)
        to.canvas.setFocus()
        self._last = to

    def _join(self, one: TraceView) -> None:
        """Have the other columns follow what happens in this one."""
        self._in_step.join(one.canvas)
        one.canvas.folded.connect(partial(self._folded, one))
        one.canvas.current_changed.connect(partial(self._current_changed, one))

    def _current_changed(self, one: TraceView, row: int) -> None:
        if one in self.views and not self._in_step.busy:
            self._last = one
            self.place_changed.emit()

    def _folded(self, one: TraceView, row: int, section: int) -> None:
        if self._sight is not None and self._sight.is_stretch(row):
            self._opened.add(self._sight.woven_row(row))
            self._last = one
            self._lay_out(keep=True)
            return
        self._in_step.fold_too(one.canvas, row, section)

    @staticmethod
    def _ids(woven: Woven) -> list[int]:
        return [trace.row.pk for trace in woven.traces]
