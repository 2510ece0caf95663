"""Two traces laid out as one sequence of rows; no widgets here."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from evaldesk.domain.trace import Trace
from evaldesk.services.alignment import Alignment, align, changed_words
from evaldesk.services.steps import Step, steps_of
from evaldesk.ui.widgets.trace_view.cards import STEP_KINDS, Card, cards_of

Stretches = dict[tuple[int, int], list[tuple[int, int]]]

_MOSTLY = 0.85
"""Where more of both texts differs, marking it would mark everything."""


@dataclass(slots=True)
class Pair:
    """Two traces, row beside row.

    Attributes:
        a, b: the cards of each side; None where a side has nothing in a row.
        steps_a, steps_b: the steps they were made from.
        same: rows in which both say the same. differing: step rows that differ, in order.
        first: the row of the first divergence; -1 for none.
        changed_a, changed_b: (row, section) → words that the other side has not.
    """

    a: list[Card | None] = field(default_factory=list)
    b: list[Card | None] = field(default_factory=list)
    steps_a: Sequence[Step] = ()
    steps_b: Sequence[Step] = ()
    same: set[int] = field(default_factory=set)
    differing: list[int] = field(default_factory=list)
    first: int = -1
    changed_a: Stretches = field(default_factory=dict)
    changed_b: Stretches = field(default_factory=dict)


def pair_of(a: Trace, b: Trace, *, hide_scores: bool = False, hide_systems: bool = False) -> Pair:
    """Align two traces. Takes a while for long ones: call it in a job."""
    pair = Pair(steps_a=steps_of(a), steps_b=steps_of(b))
    cards_a = cards_of(a, pair.steps_a, hide_scores=hide_scores, hide_systems=hide_systems)
    cards_b = cards_of(b, pair.steps_b, hide_scores=hide_scores, hide_systems=hide_systems)
    alignment = align(pair.steps_a, pair.steps_b)
    _weave(pair, cards_a, cards_b, alignment)
    for row in pair.differing:
        _mark_words(pair, row)
    return pair


def _weave(pair: Pair, cards_a: list[Card], cards_b: list[Card], alignment: Alignment) -> None:
    """Rows of the alignment, with the frames around the steps between them."""
    left, right = _Side(cards_a), _Side(cards_b)
    for index, row in enumerate(alignment.rows):
        _add_extras(pair, left.frames(), right.frames())
        card_a = left.step(row.a) if row.a is not None else None
        card_b = right.step(row.b) if row.b is not None else None
        at = len(pair.a)
        pair.a.append(card_a)
        pair.b.append(card_b)
        if row.relation == "equal":
            pair.same.add(at)
        else:
            card = card_a or card_b
            if card is not None and card.kind in STEP_KINDS:
                pair.differing.append(at)
        if index == alignment.first_divergence:
            pair.first = at
            for card in (card_a, card_b):
                if card is not None and card.kind == "tool":
                    card.open = True
    _add_extras(pair, left.rest(), right.rest())


class _Side:
    """Hands out the cards of one side in order."""

    def __init__(self, cards: list[Card]) -> None:
        self._cards = cards
        self._at = 0

    def frames(self) -> list[Card]:
        """The frames before the next step."""
        found = []
        while self._at < len(self._cards) and self._cards[self._at].step < 0:
            found.append(self._cards[self._at])
            self._at += 1
        return found

    def step(self, step: int) -> Card:
        """The card of a step."""
        card = self._cards[self._at]
        assert card.step == step
        self._at += 1
        return card

    def rest(self) -> list[Card]:
        """The frames after the last step."""
        found = self._cards[self._at :]
        self._at = len(self._cards)
        return found


def _add_extras(pair: Pair, a: list[Card], b: list[Card]) -> None:
    waiting = list(b)
    for card in a:
        partner = next((other for other in waiting if other.kind == card.kind), None)
        if partner is not None:
            waiting.remove(partner)
            if _same_text(card, partner):
                pair.same.add(len(pair.a))
            card.open = partner.open = card.open and partner.open
        pair.a.append(card)
        pair.b.append(partner)
    for card in waiting:
        pair.a.append(None)
        pair.b.append(card)


def _same_text(a: Card, b: Card) -> bool:
    return a.summary == b.summary and [section.text for section in a.sections] == [
        section.text for section in b.sections
    ]


def _mark_words(pair: Pair, row: int) -> None:
    a, b = pair.a[row], pair.b[row]
    if a is None or b is None:
        return
    places = {section.key: index for index, section in enumerate(b.sections)}
    for index, section in enumerate(a.sections):
        other = places.get(section.key)
        if other is None or section.text == b.sections[other].text:
            continue
        text = b.sections[other].text
        words_a, words_b = changed_words(section.text, text)
        if _share(words_a, section.text) > _MOSTLY and _share(words_b, text) > _MOSTLY:
            continue
        pair.changed_a[row, index] = words_a
        pair.changed_b[row, other] = words_b


def _share(stretches: list[tuple[int, int]], text: str) -> float:
    return sum(length for _, length in stretches) / max(1, len(text))
