"""Finding text in a trace; no widgets here."""

import re

from evaldesk.ui.widgets.trace_view.places import Cards, Span

MOST = 5000
"""Hits that are kept; nobody steps through more."""


def hits(cards: Cards, text: str) -> list[Span]:
    """Where a text occurs, whatever its case, in reading order; folded text as well."""
    if not text.strip():
        return []
    # White space of any kind matches, so that a phrase is found across a line break.
    pattern = re.compile(
        r"\s+".join(re.escape(word) for word in text.split()), re.IGNORECASE | re.UNICODE
    )
    found: list[Span] = []
    for row, card in enumerate(cards):
        if card is None:
            continue
        for index, section in enumerate(card.sections):
            for match in pattern.finditer(section.text):
                if match.end() > match.start():
                    found.append(Span(row, index, match.start(), match.end() - match.start()))
                    if len(found) >= MOST:
                        return found
    return found
