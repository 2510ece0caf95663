"""Two traces of one scenario side by side, scrolling in step."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from evaldesk.domain.trace import Trace
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import hairline
from evaldesk.ui.widgets.trace_view.pairing import Pair
from evaldesk.ui.widgets.trace_view.plan import GAP
from evaldesk.ui.widgets.trace_view.rows import Rows
from evaldesk.ui.widgets.trace_view.view import TraceView


class PairView(QWidget):
    """A | B. Both sides have the same rows, and a row begins at the same height on both.

    Attributes:
        a, b: the two sides.
        pair: what is shown; None for nothing.

    Signals:
        difference_changed(index): the difference that was come to; -1 for none.
    """

    difference_changed = Signal(int)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pair: Pair | None = None
        self.a = TraceView(tokens)
        self.b = TraceView(tokens)
        self.a.canvas.setAccessibleName(self.tr("Trace A"))
        self.b.canvas.setAccessibleName(self.tr("Trace B"))
        self.a.canvas.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.a, 1)
        layout.addWidget(hairline("v"))
        layout.addWidget(self.b, 1)
        self.setFocusProxy(self.a)
        self._syncing = False
        self._last = self.a
        for one, other in ((self.a, self.b), (self.b, self.a)):
            self._join(one, other)

    def show_pair(
        self,
        pair: Pair,
        trace_a: Trace,
        trace_b: Trace,
        *,
        alias_a: str = "",
        alias_b: str = "",
        hide_systems: bool = False,
        hide_scores: bool = False,
    ) -> None:
        """Show two aligned traces.

        Args:
            alias_a, alias_b: what the systems are called while raters may not know them.
        """
        self.pair = pair
        self.a.show_head(
            trace_a,
            pair.steps_a,
            "a",
            alias=alias_a,
            hide_systems=hide_systems,
            hide_scores=hide_scores,
        )
        self.b.show_head(
            trace_b,
            pair.steps_b,
            "b",
            alias=alias_b,
            hide_systems=hide_systems,
            hide_scores=hide_scores,
        )
        self._level_heads()
        left, right = self.a.canvas, self.b.canvas
        rows = Rows([left.estimates(pair.a), right.estimates(pair.b)], GAP)
        chip = ((self.tr("first divergence"), "bad"),)
        chips = {pair.first: chip} if pair.first >= 0 else {}
        # The chip stands on one side only where both have the row: on B, which came later.
        on_b = pair.first >= 0 and pair.b[pair.first] is not None
        self._syncing = True
        try:
            left.show_cards(
                pair.a,
                rows,
                0,
                side="a",
                changed=pair.changed_a,
                dimmed=pair.same,
                outlined=-1 if on_b else pair.first,
                chips={} if on_b else chips,
            )
            right.show_cards(
                pair.b,
                rows,
                1,
                side="b",
                changed=pair.changed_b,
                dimmed=pair.same,
                outlined=pair.first if on_b else -1,
                chips=chips if on_b else {},
            )
        finally:
            self._syncing = False
        left.settle()
        left.follow()
        self.difference_changed.emit(-1)

    def clear(self) -> None:
        """Show nothing."""
        self.pair = None
        self.a.clear()
        self.b.clear()

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self.a.set_tokens(tokens)
        self.b.set_tokens(tokens)

    @property
    def differences(self) -> Sequence[int]:
        """The rows whose steps differ."""
        return self.pair.differing if self.pair is not None else ()

    def next_difference(self, step: int = 1) -> int:
        """Go to the next (1) or previous (-1) differing step, round the end; its index."""
        rows = self.differences
        if not rows:
            return -1
        here = self._last.canvas.current
        if step > 0:
            at = next((i for i, row in enumerate(rows) if row > here), 0)
        else:
            at = next((i for i in reversed(range(len(rows))) if rows[i] < here), len(rows) - 1)
        self.go_to_row(rows[at])
        self.difference_changed.emit(at)
        return at

    def go_to_row(self, row: int) -> None:
        """Make a row the current one on the side that has it."""
        if self.pair is None:
            return
        side = self.b if self.pair.b[row] is not None else self.a
        if self._last is self.a and self.pair.a[row] is not None:
            side = self.a
        side.canvas.set_current(row)
        if self.a.canvas.hasFocus() or self.b.canvas.hasFocus():
            side.canvas.setFocus()
        self._last = side

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chips may take another line."""
        super().resizeEvent(event)
        self._level_heads()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right change the side, N goes on."""
        key = event.key()
        if event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        elif key == Qt.Key.Key_N:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.next_difference(-1 if back else 1)
        elif key == Qt.Key.Key_Left:
            self._cross(self.a, self.b)
        elif key == Qt.Key.Key_Right:
            self._cross(self.b, self.a)
        else:
            event.ignore()

    def _level_heads(self) -> None:
        """Both strips are as high as the higher one, or the rows would not stand level."""
        heads = (self.a.head, self.b.head)
        width = (self.width() - 1) // 2
        height = max(head.heightForWidth(width) for head in heads)
        for head in heads:
            head.setFixedHeight(height)

    def _cross(self, to: TraceView, origin: TraceView) -> None:
        row = origin.canvas.current
        if self.pair is not None and 0 <= row < len(to.canvas.cards):
            while row > 0 and to.canvas.cards[row] is None:
                row -= 1
            to.canvas.set_current(row, reveal=False)
        to.canvas.setFocus()
        self._last = to

    def _join(self, one: TraceView, other: TraceView) -> None:
        """Have the other side follow what happens on this one."""
        bar = one.canvas.verticalScrollBar()
        other_bar = other.canvas.verticalScrollBar()

        def scrolled(value: int) -> None:
            if self._syncing or self.pair is None:
                return
            self._syncing = True
            try:
                # What comes into sight there may change heights that both share.
                for _ in range(3):
                    other.canvas.follow()
                    other_bar.setValue(bar.value())
                    other.canvas.settle()
                    one.canvas.follow()
                    if other_bar.value() == bar.value():
                        break
                    bar.setValue(other_bar.value())
            finally:
                self._syncing = False

        def heights_changed() -> None:
            if self._syncing or self.pair is None:
                return
            other.canvas.follow()
            scrolled(bar.value())

        def folded(row: int, section: int) -> None:
            self._fold_too(one, other, row, section)

        def current_changed(row: int) -> None:
            self._last = one

        bar.valueChanged.connect(scrolled)
        one.canvas.heights_changed.connect(heights_changed)
        one.canvas.folded.connect(folded)
        one.canvas.current_changed.connect(current_changed)

    def _fold_too(self, one: TraceView, other: TraceView, row: int, section: int) -> None:
        card, partner = one.canvas.cards[row], other.canvas.cards[row]
        if card is None or partner is None:
            return
        partner.open = card.open if partner.foldable else partner.open
        if section >= 0:
            key = card.sections[section].key
            for its in partner.sections:
                if its.key == key and its.foldable:
                    its.open = card.sections[section].open
        other.canvas.refold(row)
