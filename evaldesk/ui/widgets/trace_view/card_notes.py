"""Bookmarks and notes put onto the cards that they belong to; no widgets here."""

from collections.abc import Mapping, Sequence

from evaldesk.domain.reading import Note
from evaldesk.services.reading.steps import Step
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.figures import tr
from evaldesk.ui.widgets.trace_view.sections import Section

_KEY = "note:"


def place_of(card: Card | None, steps: Sequence[Step]) -> tuple[int, int]:
    """Message and part that a card stands for; -1, -1 for the trace as a whole."""
    if card is None or card.step < 0 or card.step >= len(steps):
        return -1, -1
    step = steps[card.step]
    return step.message, step.part


def row_of(note: Note, cards: Sequence[Card | None], steps: Sequence[Step]) -> int:
    """The row that a note stands at; the first for one on the trace as a whole; -1 for none."""
    first = -1
    near = -1
    for row, card in enumerate(cards):
        if card is None:
            continue
        first = row if first < 0 else first
        message, part = place_of(card, steps)
        if note.message >= 0 and message == note.message:
            if part == note.part:
                return row
            near = row if near < 0 else near
    return near if note.message >= 0 else first


def put(
    cards: Sequence[Card | None], steps: Sequence[Step], notes: Sequence[Note], person: str
) -> set[int]:
    """Show exactly these notes; the rows whose cards have changed.

    Args:
        person: whose bookmarks stand in the margin; others' notes carry their names.
    """
    at: dict[int, list[Note]] = {}
    for note in notes:
        row = row_of(note, cards, steps)
        if row >= 0:
            at.setdefault(row, []).append(note)
    changed: set[int] = set()
    for row, card in enumerate(cards):
        if card is None:
            continue
        here = at.get(row, [])
        if not here and not card.notes and not card.bookmarked:
            continue
        _show(card, here, person)
        changed.add(row)
    return changed


def _show(card: Card, notes: Sequence[Note], person: str) -> None:
    card.bookmarked = any(note.kind == "bookmark" for note in notes)
    card.notes = tuple(note for note in notes if note.kind == "note")
    kept = [section for section in card.sections if not section.key.startswith(_KEY)]
    for note in card.notes:
        who = tr("Your note") if note.author == person else note.author
        title = f"✎ {who} · {note.created_at[:10]}"
        kept.append(Section(f"{_KEY}{note.id}", note.text, title=title, form="markdown"))
    card.sections[:] = kept


def annotate(
    cards: Sequence[Card | None], targets: Mapping[int, int], said: str, many: str
) -> None:
    """Say on the cards of messages that others annotated them.

    Args:
        targets: message → how many annotations.
        said, many: ``1 annotation`` and ``{count} annotations``.
    """
    told: set[int] = set()
    for card in cards:
        if card is None or card.message not in targets or card.message in told:
            continue
        told.add(card.message)
        count = targets[card.message]
        chip = (said if count == 1 else many.format(count=count), "accent")
        if chip not in card.chips:
            card.chips.append(chip)
