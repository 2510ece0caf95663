"""Labelled stretches as they are drawn: their letters, their lanes, and which of them lie in a
block of text; no widgets here.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from evaldesk.domain.highlight import Found, Highlight
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.places import Span

LANES = 3
"""Lines that fit below a line of text; what overlaps more often shares the last."""
TONES = {"mode": "bad", "criterion": "accent", "label": "c"}
"""Kind of label → token of its colour."""


class Mark(NamedTuple):
    """A labelled stretch of one section.

    Attributes:
        start, stop: in the section's text. lane: which line below the text is its own.
        letter: by which it is told in the margin and in the list.
        tone: token of its colour. text: its label.
        current: whether it is the one in hand.
    """

    start: int
    stop: int
    lane: int
    letter: str
    tone: str
    text: str = ""
    current: bool = False


class PlacedMark(NamedTuple):
    """A highlight with its place in a trace view.

    Attributes:
        highlight, found: what and where. span: in the cards. letter: see `Mark`.
        text: the label as a person reads it. tone: see `Mark`; that of its kind where empty.
    """

    highlight: Highlight
    found: Found
    span: Span
    letter: str
    text: str
    tone: str = ""


class SectionMarks:
    """The labelled stretches of one section, in reading order."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.marks = sorted(marks)
        self._starts = [mark.start for mark in self.marks]
        self._reach: list[int] = []
        furthest = 0
        for mark in self.marks:
            furthest = max(furthest, mark.stop)
            self._reach.append(furthest)

    def within(self, start: int, stop: int) -> Sequence[Mark]:
        """Those that have a character from ``start`` to before ``stop``."""
        first = bisect_right(self._reach, start)
        last = bisect_left(self._starts, stop)
        return [mark for mark in self.marks[first:last] if mark.stop > start]


def letter(number: int) -> str:
    """A to Z, then figures from 27."""
    return chr(65 + number) if number < 26 else str(number + 1)


def place_of(
    cards: Sequence[Card | None],
) -> dict[tuple[int, str], tuple[int, int]]:
    """(step, key) of a passage → (row, section) of the text that shows it."""
    return {
        (card.step, section.key): (row, index)
        for row, card in enumerate(cards)
        if card is not None
        for index, section in enumerate(card.sections)
    }


def by_section(
    placed: Sequence[PlacedMark], current: str = ""
) -> dict[tuple[int, int], SectionMarks]:
    """(row, section) → its stretches, each in a lane that no overlapping one has where there are
    enough.

    Args:
        current: id of the highlight in hand.
    """
    found: dict[tuple[int, int], list[Mark]] = {}
    ends: dict[tuple[int, int], list[int]] = {}
    for one in sorted(placed, key=lambda item: item.span):
        row, section, start, length = one.span
        lanes = ends.setdefault((row, section), [])
        free = (lane for lane, end in enumerate(lanes) if end <= start)
        lane = next(free, len(lanes))
        if lane == len(lanes) and lane < LANES:
            lanes.append(0)
        lane = min(lane, LANES - 1)
        lanes[lane] = max(lanes[lane], start + length)
        found.setdefault((row, section), []).append(
            Mark(
                start,
                start + length,
                lane,
                one.letter,
                one.tone or TONES[one.highlight.kind],
                one.text,
                one.highlight.id == current,
            )
        )
    return {place: SectionMarks(marks) for place, marks in found.items()}
