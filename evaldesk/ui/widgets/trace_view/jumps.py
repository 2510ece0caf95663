"""Where in a trace there is something to go to: errors, calls, annotations, notes; no widgets."""

from collections.abc import Callable, Sequence
from typing import Literal

from evaldesk.ui.widgets.trace_view.card import Card

Jump = Literal["error", "call", "annotation", "note"]

Cards = Sequence[Card | None]


def _failed(card: Card) -> bool:
    return card.kind == "error" or any(section.key == "error" for section in card.sections)


def _annotated(card: Card) -> bool:
    return card.kind == "annotations" or any(chip[1] == "accent" for chip in card.chips)


_WANTED: dict[str, Callable[[Card], bool]] = {
    "error": _failed,
    "call": lambda card: card.kind == "tool",
    "annotation": _annotated,
    "note": lambda card: card.bookmarked or bool(card.notes),
}


def places(cards: Cards, jump: Jump) -> list[int]:
    """The rows of what can be gone to."""
    wanted = _WANTED[jump]
    return [row for row, card in enumerate(cards) if card is not None and wanted(card)]


def following(rows: Sequence[int], current: int, step: int) -> int:
    """Index of the next (1) or previous (-1) of some rows, round the end; -1 where there are
    none.
    """
    if not rows:
        return -1
    if step > 0:
        return next((index for index, row in enumerate(rows) if row > current), 0)
    return next((i for i in reversed(range(len(rows))) if rows[i] < current), len(rows) - 1)
