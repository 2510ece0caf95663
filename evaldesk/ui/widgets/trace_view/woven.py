"""Two to four traces laid out as one sequence of rows; no widgets here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from evaldesk.domain.trace import Trace
from evaldesk.services.alignment import (
    ALL_FORMATTING,
    NO_FORMATTING,
    Alignment,
    Formatting,
    Row,
    align,
    changed_words,
)
from evaldesk.services.alignment.rows import plain_signature
from evaldesk.services.alignment.summary import Summary, summarise
from evaldesk.services.alignment.words import Stretch, in_all
from evaldesk.services.reading.steps import Step, steps_of
from evaldesk.ui.widgets.trace_view.cards import STEP_KINDS, Card, cards_of
from evaldesk.ui.widgets.trace_view.comparing import SIDES, add_calls, add_documents
from evaldesk.ui.widgets.trace_view.figures import tr

MOST = 4
"""Traces that stand side by side."""

Stretches = dict[tuple[int, int], list[Stretch]]
Chips = dict[int, tuple[tuple[str, str], ...]]

_SAID = (*STEP_KINDS, "setup", "scenario", "output", "error")
_MOSTLY = 0.85
"""Where more of all texts differs, marking it would mark everything."""


@dataclass(slots=True)
class Woven:
    """Traces, row beside row.

    Attributes:
        traces: two to four. steps: what each was made of.
        columns: the cards of each trace; None where it has nothing in a row.
        same: rows in which all say the same. differing: step rows that differ, in order.
        first: the row of the first divergence; -1 for none.
        outlined: the column whose card parts from the others there.
        changed: for each column, (row, section) → words that no other column has.
        chips: for each column, row → labels.
        summary: the alignment in figures.
        ignored: formatting that is no difference.
    """

    traces: tuple[Trace, ...] = ()
    steps: tuple[Sequence[Step], ...] = ()
    columns: list[list[Card | None]] = field(default_factory=list)
    same: set[int] = field(default_factory=set)
    differing: list[int] = field(default_factory=list)
    first: int = -1
    outlined: int = -1
    changed: list[Stretches] = field(default_factory=list)
    chips: list[Chips] = field(default_factory=list)
    summary: Summary | None = None
    ignored: Formatting = NO_FORMATTING

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def cards(self, row: int) -> list[Card | None]:
        """What stands in a row."""
        return [column[row] for column in self.columns]

    def row_of(self, side: int, step: int) -> int:
        """The row in which a step of a trace stands; -1 where there is no such step."""
        return next(
            (
                row
                for row, card in enumerate(self.columns[side])
                if card is not None and card.step == step
            ),
            -1,
        )


def weave(
    traces: Sequence[Trace],
    *,
    hide_scores: bool = False,
    hide_systems: bool = False,
    ignored: Formatting = NO_FORMATTING,
) -> Woven:
    """Align traces. Takes a while for long ones: call it in a job."""
    steps = tuple(steps_of(trace) for trace in traces)
    alignment = align(*steps, ignored=ignored)
    woven = Woven(
        traces=tuple(traces),
        steps=steps,
        columns=[[] for _ in traces],
        changed=[{} for _ in traces],
        chips=[{} for _ in traces],
        summary=summarise(alignment, steps),
        ignored=ignored,
    )
    cards = [
        cards_of(trace, its, hide_scores=hide_scores, hide_systems=hide_systems)
        for trace, its in zip(traces, steps, strict=True)
    ]
    _weave(woven, cards, alignment)
    _compare_frames(woven)
    for row in range(len(woven)):
        if row not in woven.same:
            _mark_words(woven, row)
    return woven


def keep_open(before: Woven, woven: Woven) -> None:
    """What of the same traces a person opened or closed stays so, as when formatting is ignored."""
    for old, new in zip(before.columns, woven.columns, strict=True):
        known = {_name(card): card for card in old if card is not None}
        for card in new:
            then = known.get(_name(card)) if card is not None else None
            if card is None or then is None:
                continue
            card.open = then.open
            sections = {section.key: section for section in then.sections}
            for section in card.sections:
                if section.key in sections:
                    section.open = sections[section.key].open


def _name(card: Card) -> tuple[str, int, str]:
    return card.kind, card.step, card.title


def _weave(woven: Woven, cards: Sequence[list[Card]], alignment: Alignment) -> None:
    """Rows of the alignment, with the frames around the steps between them."""
    sides = [_Side(its) for its in cards]
    places: list[int] = []
    for index, row in enumerate(alignment.rows):
        _add_extras(woven, [side.frames() for side in sides])
        there = [
            side.step(step) if step is not None else None
            for side, step in zip(sides, row.steps, strict=True)
        ]
        at = len(woven)
        places.append(at)
        for column, card in zip(woven.columns, there, strict=True):
            column.append(card)
        if row.relation == "equal":
            woven.same.add(at)
            continue
        steps = [
            its[step] if step is not None else None
            for its, step in zip(woven.steps, row.steps, strict=True)
        ]
        first = steps[row.present[0]]
        if first is not None and first.kind in STEP_KINDS:
            woven.differing.append(at)
        if first is not None and first.kind == "tool":
            add_calls(there, steps)
        _add_chip(woven, at, _formatting_only(row, steps))
        if index == alignment.first_divergence:
            _show_divergence(woven, at, row, there)
    _add_extras(woven, [side.rest() for side in sides])
    for row, at in zip(alignment.rows, places, strict=True):
        if row.relation == "only":
            _add_chip(woven, at, _only(woven, row, alignment))


def _show_divergence(woven: Woven, at: int, row: Row, cards: Sequence[Card | None]) -> None:
    woven.first = at
    # The last that parts from the first; what only some have stands there alone.
    apart = [side for side in row.present if row.groups[side] > 0] or list(row.present)
    woven.outlined = apart[-1]
    chips = woven.chips[woven.outlined]
    chips[at] = ((tr("first divergence"), "bad"), *chips.get(at, ()))
    for card in cards:
        if card is not None and card.kind == "tool":
            card.open = True


def _add_chip(woven: Woven, at: int, text: str) -> None:
    if not text:
        return
    for column, chips in zip(woven.columns, woven.chips, strict=True):
        if column[at] is not None:
            chips[at] = (*chips.get(at, ()), (text, "neutral"))


def _only(woven: Woven, row: Row, alignment: Alignment) -> str:
    """Who has it; where it stands in the others if they have it elsewhere."""
    if row.moved >= 0:
        other = alignment.rows[row.moved]
        side = other.present[0]
        index = other.steps[side]
        assert index is not None
        number = woven.steps[side][index].number
        return tr("in {side} at {number}").format(side=SIDES[side], number=number)
    names = ", ".join(SIDES[side] for side in row.present)
    return tr("only in {sides}").format(sides=names)


def _formatting_only(row: Row, steps: Sequence[Step | None]) -> str:
    there = [step for step in steps if step is not None]
    if row.relation != "differs":
        return ""
    alike = len({plain_signature(step, ALL_FORMATTING) for step in there}) == 1
    return tr("formatting only") if alike else ""


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


def _add_extras(woven: Woven, frames: Sequence[list[Card]]) -> None:
    """Frames of one kind beside each other, in the order of the first that has them."""
    waiting = [list(its) for its in frames]
    while any(waiting):
        kind = next(its[0].kind for its in waiting if its)
        there: list[Card | None] = []
        for its in waiting:
            card = next((one for one in its if one.kind == kind), None)
            if card is not None:
                its.remove(card)
            there.append(card)
        cards = [card for card in there if card is not None]
        if len(cards) == len(there) and all(_same_text(cards[0], card) for card in cards[1:]):
            woven.same.add(len(woven))
        is_open = all(card.open for card in cards)
        for card in cards:
            card.open = is_open
        for column, one in zip(woven.columns, there, strict=True):
            column.append(one)


def _same_text(a: Card, b: Card) -> bool:
    return a.summary == b.summary and [section.text for section in a.sections] == [
        section.text for section in b.sections
    ]


def _compare_frames(woven: Woven) -> None:
    """Say what of the retrieved documents differs, at the first card that shows some."""
    for row in range(len(woven)):
        cards = woven.cards(row)
        there = {side: card for side, card in enumerate(cards) if card is not None}
        side, card = next(iter(there.items()))
        if card.kind == "documents":
            if len(there) == 1:
                _add_chip(woven, row, tr("only in {sides}").format(sides=SIDES[side]))
                return
            found = [trace.body.get("documents") or () for trace in woven.traces]
            if not add_documents(cards, found):
                woven.same.discard(row)
            return


def _mark_words(woven: Woven, row: int) -> None:
    cards = woven.cards(row)
    if not any(card is not None and card.kind in _SAID for card in cards):
        return
    texts: dict[str, dict[int, int]] = {}
    for side, card in enumerate(cards):
        for index, section in enumerate(card.sections if card is not None else ()):
            texts.setdefault(section.key, {})[side] = index
    for places in texts.values():
        _mark_section(woven, row, cards, places)


def _mark_section(
    woven: Woven, row: int, cards: Sequence[Card | None], places: Mapping[int, int]
) -> None:
    said: dict[int, str] = {}
    for side, index in places.items():
        card = cards[side]
        if card is not None:
            said[side] = card.sections[index].text
    against: dict[int, list[list[Stretch]]] = {side: [] for side in said}
    known: dict[tuple[str, str], tuple[list[Stretch], list[Stretch]]] = {}
    for one, other in combinations(said, 2):
        pair = said[one], said[other]
        if pair not in known:
            known[pair] = changed_words(*pair, woven.ignored)
        mine, its = known[pair]
        against[one].append(mine)
        against[other].append(its)
    marks = {side: in_all(lists) for side, lists in against.items()}
    if all(_share(marks[side], text) > _MOSTLY for side, text in said.items()):
        return
    for side, stretches in marks.items():
        if stretches:
            woven.changed[side][row, places[side]] = stretches


def _share(stretches: Sequence[Stretch], text: str) -> float:
    return sum(length for _, length in stretches) / max(1, len(text))
