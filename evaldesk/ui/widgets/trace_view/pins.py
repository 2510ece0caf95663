"""What stays open while one goes from scenario to scenario; no widgets here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from evaldesk.ui.widgets.trace_view.cards import STEP_KINDS, Card
from evaldesk.ui.widgets.trace_view.figures import tr

PinKind = Literal[
    "setup", "scenario", "documents", "metadata", "scores", "reasoning", "tool", "step"
]


@dataclass(frozen=True, slots=True)
class Pin:
    """Cards that stay open.

    Attributes:
        kind: ``tool`` for the calls of one tool, ``step`` for a step of a number, ``reasoning``
            for what models thought, else a kind of card.
        name: of the tool, or the step's number; empty for the others.
    """

    kind: PinKind
    name: str = ""

    @property
    def label(self) -> str:
        """What a person reads."""
        if self.kind == "tool":
            return tr("Tool · {name}").format(name=self.name)
        if self.kind == "step":
            return tr("Step {number}").format(number=self.name)
        return {
            "setup": tr("System prompt"),
            "scenario": tr("Expected"),
            "documents": tr("Documents"),
            "metadata": tr("Metadata"),
            "scores": tr("Explanations"),
            "reasoning": tr("Reasoning"),
        }[self.kind]


def pins_for(card: Card) -> tuple[Pin, ...]:
    """The pins that would keep a card open; what one most likely means first."""
    number = card.corner.partition(" · ")[0]
    step = (Pin("step", number),) if card.kind in STEP_KINDS and number.isdigit() else ()
    if card.kind == "tool":
        return (Pin("tool", card.title.partition(" · ")[2]), *step)
    if card.kind in STEP_KINDS:
        thought = any(section.key == "reasoning" for section in card.sections)
        return (*((Pin("reasoning"),) if thought else ()), *step)
    kinds: dict[str, PinKind] = {
        kind: kind for kind in ("setup", "scenario", "documents", "metadata", "scores")
    }
    return (Pin(kinds[card.kind]),) if card.kind in kinds else ()


def open_pinned(cards: Iterable[Card | None], pins: Sequence[Pin]) -> None:
    """Open what is pinned."""
    if not pins:
        return
    thoughts = Pin("reasoning") in pins
    for card in cards:
        if card is None:
            continue
        if thoughts:
            for section in card.sections:
                if section.key == "reasoning":
                    section.open = True
        if is_pinned(card, pins):
            card.open = True
            # The definitions of tools are many and long; the prompt is what is looked up.
            for section in card.sections if card.kind != "setup" else ():
                section.open = True


def is_pinned(card: Card | None, pins: Sequence[Pin]) -> bool:
    """Whether a pin keeps the card itself open."""
    if card is None:
        return False
    return any(pin in pins for pin in pins_for(card) if pin.kind != "reasoning")
