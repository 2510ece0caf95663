"""What of woven traces is in sight: all rows, or the differing ones with the equal stretches
between them as one line each; no widgets here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from evaldesk.ui.widgets.trace_view.cards import STEP_KINDS, Card
from evaldesk.ui.widgets.trace_view.figures import count, tr
from evaldesk.ui.widgets.trace_view.pins import Pin, is_pinned
from evaldesk.ui.widgets.trace_view.woven import Chips, Stretches, Woven


@dataclass(slots=True)
class InSight:
    """The rows as they are shown.

    Attributes:
        columns: the cards of each column.
        origin: for each row that of the woven traces; of a folded stretch its first, as
            ``-1 - row``.
        changed, chips, dimmed, outlined: as `TraceCanvas.show_cards` wants them.
    """

    columns: list[list[Card | None]]
    origin: list[int]
    changed: list[Stretches]
    chips: list[Chips]
    dimmed: list[int]
    outlined: int

    def row_of(self, woven_row: int) -> int:
        """Where a row is in sight; that of the stretch which holds it where it is folded."""
        found = 0
        for row, origin in enumerate(self.origin):
            first = origin if origin >= 0 else -1 - origin
            if first > woven_row:
                break
            found = row
        return found

    def woven_row(self, row: int) -> int:
        """The row of the woven traces that is shown there, or the first of the stretch."""
        if not 0 <= row < len(self.origin):
            return -1
        origin = self.origin[row]
        return origin if origin >= 0 else -1 - origin

    def is_stretch(self, row: int) -> bool:
        """Whether a folded stretch is shown there."""
        return 0 <= row < len(self.origin) and self.origin[row] < 0


def in_sight(
    woven: Woven,
    *,
    only_differing: bool = False,
    opened: Collection[int] = (),
    pins: Sequence[Pin] = (),
) -> InSight:
    """Lay out what is to be shown.

    Args:
        only_differing: fold stretches of equal steps.
        opened: first rows of the stretches that are shown all the same.
        pins: what stays in sight even so.
    """
    folded = _stretches(woven, opened, pins) if only_differing else {}
    shown = InSight(
        [[] for _ in woven.columns],
        [],
        [{} for _ in woven.columns],
        [{} for _ in woven.columns],
        [],
        -1,
    )
    row = 0
    while row < len(woven):
        at = len(shown.origin)
        stop = folded.get(row)
        if stop is not None:
            shown.origin.append(-1 - row)
            for column, its in zip(shown.columns, woven.columns, strict=True):
                column.append(_stretch(its[row:stop]))
            row = stop
            continue
        shown.origin.append(row)
        for side, column in enumerate(shown.columns):
            card = woven.columns[side][row]
            column.append(card)
            for index in range(len(card.sections) if card is not None else 0):
                if (row, index) in woven.changed[side]:
                    shown.changed[side][at, index] = woven.changed[side][row, index]
            if row in woven.chips[side]:
                shown.chips[side][at] = woven.chips[side][row]
        if row in woven.same:
            shown.dimmed.append(at)
        if row == woven.first:
            shown.outlined = at
        row += 1
    return shown


def _stretches(woven: Woven, opened: Collection[int], pins: Sequence[Pin]) -> dict[int, int]:
    """First row → the row after the last, of each stretch with a step in it."""
    found: dict[int, int] = {}
    start = -1
    for row in range(len(woven) + 1):
        equal = row in woven.same and not any(is_pinned(card, pins) for card in woven.cards(row))
        if equal and start < 0:
            start = row
        elif not equal and start >= 0:
            steps = sum(_is_step(woven.columns[0][one]) for one in range(start, row))
            if steps and start not in opened:
                found[start] = row
            start = -1
    return found


def _is_step(card: Card | None) -> bool:
    return card is not None and card.kind in STEP_KINDS


def _stretch(cards: Sequence[Card | None]) -> Card:
    steps = [card for card in cards if card is not None and _is_step(card)]
    numbers = [card.corner.partition(" · ")[0] for card in steps]
    if len(steps) == 1:
        text = tr("1 equal step") + f" · {numbers[0]}"
    else:
        text = tr("{count} equal steps").format(count=count(len(steps)))
        text += f" · {numbers[0]}–{numbers[-1]}"
    return Card("equal", "", summary=text, open=False)
