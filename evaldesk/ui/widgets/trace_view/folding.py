"""What of a trace is open and what is closed; no widgets here."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.sections import FILES

Cards = Sequence[Card | None]


class Part(NamedTuple):
    """What keys can act on within a card.

    Attributes:
        section: its index in the card.
        kind: ``fold`` a section's header, ``line`` a line of JSON, ``more`` the rest of a long
            text, ``file`` an image or other file.
        line: of JSON; 0 otherwise.
    """

    section: int
    kind: str
    line: int = 0


def parts(card: Card) -> Iterator[Part]:
    """The parts of a card in sight, in reading order."""
    if not card.open:
        return
    for index, section in enumerate(card.sections):
        if section.covered:
            continue
        if section.foldable:
            yield Part(index, "fold")
            if not section.open:
                continue
        if section.as_tree and section.folds is not None:
            for chunk in section.chunks:
                for item in chunk.data:
                    if item.begins and not section.folds.ends(item.line):
                        yield Part(index, "line", item.line)
        elif section.form in FILES:
            yield Part(index, "file")
        if section.long:
            yield Part(index, "more")


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


def toggle_part(card: Card, part: Part) -> bool:
    """Open or close a part; says whether there was anything to do."""
    section = card.sections[part.section]
    if part.kind == "fold":
        section.open = not section.open
    elif part.kind == "more":
        section.whole = not section.whole
    elif part.kind == "line" and section.folds is not None:
        if not section.folds.toggle(part.line):
            return False
        section.forget()
    else:
        return False
    return True


def is_open(card: Card, part: Part) -> bool | None:
    """Whether a part is open; None where it cannot be opened or closed."""
    section = card.sections[part.section]
    if part.kind == "fold":
        return section.open
    if part.kind == "more":
        return section.whole
    if part.kind == "line" and section.folds is not None and section.folds.can_fold(part.line):
        return section.folds.is_open(part.line)
    return None


def uncover(card: Card, section: int, offset: int = 0) -> bool:
    """Open what hides a place in a section; says whether anything did."""
    hiding = card.sections[section]
    within = hiding.uncover(offset)
    if card.open and hiding.in_sight:
        return within
    card.open = hiding.open = True
    if hiding.within is not None:
        hiding.within.open = True
    return True


def set_all(cards: Cards, open: bool) -> None:
    """Open or close every card and section."""
    for card in cards:
        if card is None:
            continue
        if card.foldable:
            card.open = open
        for section in card.sections:
            if section.foldable:
                section.open = open


def set_json(card: Card, section: int, open: bool) -> None:
    """Open or close all of a section's JSON."""
    one = card.sections[section]
    if one.folds is not None:
        one.folds.set_all(open)
        one.forget()


def set_rendered(cards: Cards, rendered: bool) -> None:
    """Show Markdown and JSON as such, or as their source."""
    for card in cards:
        for section in card.sections if card is not None else ():
            section.rendered = rendered


def any_closed(cards: Cards) -> bool:
    """Whether anything is closed."""
    return any(
        (card.foldable and not card.open)
        or any(section.foldable and not section.open for section in card.sections)
        for card in cards
        if card is not None
    )
