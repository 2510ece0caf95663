"""What a person has selected with the mouse: from one place in the text to another."""

from collections.abc import Sequence

from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.places import Place, Span, between, text_between


class Selection:
    """A stretch over one or more cards.

    Attributes:
        anchor: where it was begun; None for none.
        head: where it is drawn to; may lie before the anchor.
    """

    def __init__(self) -> None:
        self.anchor: Place | None = None
        self.head: Place | None = None

    def set(self, anchor: Place | None, head: Place | None) -> None:
        """Select from one place to another."""
        self.anchor, self.head = anchor, head

    @property
    def ends(self) -> tuple[Place, Place] | None:
        """Where it begins and ends, in reading order; None where nothing is selected."""
        if self.anchor is None or self.head is None or self.anchor == self.head:
            return None
        return min(self.anchor, self.head), max(self.anchor, self.head)

    def touches(self, row: int) -> bool:
        """Whether any of a row is selected."""
        ends = self.ends
        return ends is not None and ends[0].row <= row <= ends[1].row

    def spans(self, cards: Sequence[Card | None]) -> list[Span]:
        """The stretches of text that are selected."""
        ends = self.ends
        return list(between(cards, *ends)) if ends is not None else []

    def text(self, cards: Sequence[Card | None]) -> str:
        """What is selected, as text."""
        ends = self.ends
        return text_between(cards, *ends) if ends is not None else ""
