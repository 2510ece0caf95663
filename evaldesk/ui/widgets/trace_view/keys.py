"""The keys that scroll a column of cards and go from card to card."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from evaldesk.ui.widgets.trace_view.folding import is_open

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas

_OVERLAP = 80
"""What is still seen of a tall card after a step, in pixels."""


def press(canvas: "TraceCanvas", event: QKeyEvent) -> None:
    """Carry out a key; one that means nothing here is left to the owner."""
    key = event.key()
    bar = canvas.verticalScrollBar()
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers == Qt.KeyboardModifier.ControlModifier and key in _PARTS:
        _go_within(canvas, Qt.Key(key))
    elif modifiers:
        event.ignore()
    elif key in (Qt.Key.Key_J, Qt.Key.Key_Down):
        _walk(canvas, 1)
    elif key in (Qt.Key.Key_K, Qt.Key.Key_Up):
        _walk(canvas, -1)
    elif key == Qt.Key.Key_Home:
        bar.setValue(0)
        canvas.set_current(next((r for r, card in enumerate(canvas.cards) if card), -1))
    elif key == Qt.Key.Key_End:
        rows = reversed(range(len(canvas.cards)))
        canvas.set_current(next((row for row in rows if canvas.cards[row]), -1))
        bar.setValue(bar.maximum())
    elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        step = bar.pageStep() if key == Qt.Key.Key_PageDown else -bar.pageStep()
        bar.setValue(bar.value() + step)
        _take_first_in_sight(canvas)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        if canvas.part is not None:
            canvas.act_on(canvas.current, canvas.part)
        else:
            canvas.toggle(canvas.current)
    elif key == Qt.Key.Key_Escape and canvas.part is not None:
        canvas.set_part(None)
    else:
        event.ignore()


_PARTS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Right)


def _go_within(canvas: "TraceCanvas", key: Qt.Key) -> None:
    """Down and up through the parts of cards; left closes the part, or goes to the one that it
    lies in; right opens it.
    """
    if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
        canvas.step_part(1 if key == Qt.Key.Key_Down else -1)
        return
    card = canvas.cards[canvas.current] if canvas.current >= 0 else None
    part = canvas.part
    if card is None:
        return
    if part is None:
        if card.foldable and card.open is not (key == Qt.Key.Key_Right):
            canvas.toggle(canvas.current)
        return
    if is_open(card, part) is (key == Qt.Key.Key_Left):
        canvas.toggle_part(canvas.current, part)
    elif key == Qt.Key.Key_Left and part.kind == "line":
        folds = card.sections[part.section].folds
        above = folds.parent(part.line) if folds is not None else None
        if above is not None:
            canvas.set_part(part._replace(line=above))
            canvas.reveal_part()


def _walk(canvas: "TraceCanvas", step: int) -> None:
    """Within a card that is taller than the room scroll first, then go to the next."""
    if canvas.current >= 0:
        room = canvas.room
        bar = canvas.verticalScrollBar()
        top = canvas.rows.top(canvas.current) - bar.value()
        bottom = top + canvas.rows.own(canvas.plan.column, canvas.current)
        stride = max(60, room - _OVERLAP)
        more_below = bottom > room + canvas.margin and bar.value() < bar.maximum()
        if step > 0 and top < room and more_below:
            bar.setValue(bar.value() + min(stride, int(bottom - room)))
            return
        if step < 0 and top < 0 < bottom:
            bar.setValue(bar.value() - min(stride, int(-top) + 1))
            return
    canvas.move(step)


def _take_first_in_sight(canvas: "TraceCanvas") -> None:
    row = canvas.row_at(float(canvas.margin))
    while 0 <= row < len(canvas.cards) and canvas.cards[row] is None:
        row += 1
    canvas.set_current(row, reveal=False)
