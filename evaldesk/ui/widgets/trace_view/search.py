"""Finding text in a trace; no widgets here."""

import re

from evaldesk.ui.widgets.trace_view.places import Cards, Span

MOST = 5000
"""Hits that are kept; nobody steps through more."""


def hits(cards: Cards, text: str) -> list[Span]:
    """Where a text occurs, whatever its case, in reading order; folded text as well."""
    if not text.strip():
        return []
    # White space of any kind matches, so that a phrase is found across a line break, and in
    # Markdown the marks beside it, which are not in sight.
    words = [re.escape(word) for word in text.split()]
    plain = re.compile(r"\s+".join(words), re.IGNORECASE)
    marked = re.compile(r"[*_`~]{0,3}\s+[*_`~]{0,3}".join(words), re.IGNORECASE)
    found: list[Span] = []
    for row, card in enumerate(cards):
        if card is None:
            continue
        for index, section in enumerate(card.sections):
            pattern = marked if section.form == "markdown" else plain
            for match in pattern.finditer(section.text):
                if match.end() > match.start():
                    found.append(Span(row, index, match.start(), match.end() - match.start()))
                    if len(found) >= MOST:
                        return found
    return found
