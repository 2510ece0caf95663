"""Columns that scroll and fold together."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QObject

from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas

_ROUNDS = 3
"""What comes into sight may change heights that all share, and so the scroll bars."""


class InStep(QObject):
    """Has columns follow each other.

    Attributes:
        columns: those in sight; empty while nothing is shown.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: Sequence[TraceCanvas] = ()
        self._busy = False

    def join(self, column: TraceCanvas) -> None:
        """Look after another column, once it is among those in sight."""
        column.verticalScrollBar().valueChanged.connect(partial(self._scrolled, column))
        column.heights_changed.connect(partial(self._heights_changed, column))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While every column is laid out anew."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False

    @property
    def busy(self) -> bool:
        """Whether what moves now was moved by another column, or is laid out anew."""
        return self._busy

    def fold_too(self, column: TraceCanvas, row: int, section: int) -> None:
        """Open or close in the others what was opened or closed in one."""
        card = column.cards[row]
        for other in self._others(column):
            partner = other.cards[row]
            if card is None or partner is None:
                continue
            partner.open = card.open if partner.foldable else partner.open
            if section >= 0:
                key = card.sections[section].key
                for its in partner.sections:
                    if its.key == key and its.foldable:
                        its.open = card.sections[section].open
            other.refold(row)

    def _others(self, column: TraceCanvas) -> list[TraceCanvas]:
        return [other for other in self.columns if other is not column]

    def _scrolled(self, column: TraceCanvas, _value: int) -> None:
        if self._busy or column not in self.columns:
            return
        bar = column.verticalScrollBar()
        with self.paused():
            for _ in range(_ROUNDS):
                for other in self._others(column):
                    other.follow()
                    other.verticalScrollBar().setValue(bar.value())
                    other.settle()
                column.follow()
                values = {other.verticalScrollBar().value() for other in self._others(column)}
                if values <= {bar.value()}:
                    break
                bar.setValue(max(values))

    def _heights_changed(self, column: TraceCanvas) -> None:
        if self._busy or column not in self.columns:
            return
        for other in self._others(column):
            other.follow()
        self._scrolled(column, column.verticalScrollBar().value())
