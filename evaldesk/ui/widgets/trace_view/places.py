"""Places in the text of a trace, and what lies between two of them; no widgets here."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.figures import more
from evaldesk.ui.widgets.trace_view.folding import Part

Cards = Sequence[Card | None]


class Place(NamedTuple):
    """A position between two characters.

    Attributes:
        row: of the card. section: its index in the card. offset: in the section's text.
    """

    row: int
    section: int
    offset: int


class Span(NamedTuple):
    """A stretch of one section's text. Sorts in reading order."""

    row: int
    section: int
    start: int
    length: int


class MessageSpan(NamedTuple):
    """A stretch of a message, independent of how it is shown.

    Attributes:
        message: index in the trace's messages. key: of the section, such as ``text``.
        start, length: characters. text: what stands there.
    """

    message: int
    key: str
    start: int
    length: int
    text: str


def between(cards: Cards, first: Place, last: Place) -> Iterator[Span]:
    """The stretches of text in sight from one place to another."""
    for row in range(first.row, last.row + 1):
        card = cards[row]
        if card is None or not card.open:
            continue
        for index, section in enumerate(card.sections):
            if not section.in_sight:
                continue
            start = first.offset if (row, index) == first[:2] else 0
            stop = last.offset if (row, index) == last[:2] else len(section.text)
            if (row, index) < first[:2] or (row, index) > last[:2] or stop <= start:
                continue
            yield Span(row, index, start, stop - start)


def text_between(cards: Cards, first: Place, last: Place) -> str:
    """The text in sight between two places; a blank line between cards."""
    texts: list[str] = []
    before = -1
    for span in between(cards, first, last):
        card = cards[span.row]
        assert card is not None
        if texts:
            texts.append("\n" if span.row == before else "\n\n")
        text = card.sections[span.section].text
        texts.append(text[span.start : span.start + span.length])
        before = span.row
    return "".join(texts)


def word_around(text: str, offset: int) -> tuple[int, int]:
    """Start and end of the word at an offset; of the single character where there is none."""
    if not text:
        return 0, 0
    at = min(offset, len(text) - 1)
    if not (text[at].isalnum() or text[at] == "_"):
        return at, at + 1
    start = end = at
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    return start, end


def as_markdown(card: Card) -> str:
    """A card for a note or an issue: prose quoted as it is, payloads fenced."""
    head = " · ".join(part for part in (card.title or card.summary, card.corner) if part)
    parts = [f"**{head}**"]
    for section in card.sections:
        if section.title:
            parts.append(f"*{section.title}*")
        if section.mono:
            text = section.text
            # A fence must be longer than any run of backticks inside.
            fence = "```"
            while fence in text:
                fence += "`"
            kind = "json" if text.lstrip()[:1] in ("{", "[") else ""
            parts.append(f"{fence}{kind}\n{text}\n{fence}")
        else:
            parts.append(section.text)
    return "\n\n".join(parts) + "\n"


def as_text(card: Card, limit: int = 2000) -> str:
    """What a screen reader says of a card."""
    parts = [part for part in (card.title, card.corner, *(text for text, _ in card.chips)) if part]
    if card.foldable and not card.open:
        parts.append(card.summary)
    for section in card.shown():
        if section.title:
            parts.append(section.title)
        parts.append(section.text[:limit])
    return ". ".join(parts)[: limit * 2]


def part_text(card: Card, part: Part) -> str:
    """What a screen reader says of a part of a card."""
    section = card.sections[part.section]
    if part.kind == "line" and section.folds is not None:
        start, stop = section.folds.span(part.line)
        return f"{section.folds.path(part.line)}. {section.text[start:stop].strip()[:400]}"
    return more(section) if part.kind == "more" else section.title or section.text[:400]
