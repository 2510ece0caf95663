"""What of a trace is open and what is closed; no widgets here."""

from collections.abc import Sequence

from evaldesk.ui.widgets.trace_view.cards import Card


def toggle(card: Card, section: int = -1) -> int | None:
    """Open or close a card, or a section of it; a card that cannot be closed has its first
    section opened or closed instead.

    Returns:
        The section that it came to, -1 for the card itself; None where nothing can be folded.
    """
    if not (section >= 0 and card.sections[section].foldable):
        if card.foldable:
            card.open = not card.open
            return -1
        inner = [index for index, one in enumerate(card.sections) if one.foldable]
        if not inner:
            return None
        section = inner[0]
    card.sections[section].open = not card.sections[section].open
    return section


def uncover(card: Card, section: int) -> bool:
    """Open what hides a section; says whether anything did."""
    hiding = card.sections[section]
    if card.open and (hiding.open or not hiding.foldable):
        return False
    card.open = hiding.open = True
    return True


def set_all(cards: Sequence[Card | None], open: bool) -> None:
    """Open or close every card and section."""
    for card in cards:
        if card is None:
            continue
        if card.foldable:
            card.open = open
        for section in card.sections:
            if section.foldable:
                section.open = open


def any_closed(cards: Sequence[Card | None]) -> bool:
    """Whether anything is closed."""
    return any(
        (card.foldable and not card.open)
        or any(section.foldable and not section.open for section in card.sections)
        for card in cards
        if card is not None
    )
