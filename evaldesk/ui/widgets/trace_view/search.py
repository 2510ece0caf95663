"""Finding text in a trace; no widgets here."""

import re
from collections.abc import Sequence

from evaldesk.ui.widgets.trace_view.places import Cards, Span

MOST = 5000
"""Hits that are kept; nobody steps through more."""


EITHER = " | "
"""Stands between texts of which any is looked for."""


def hits(cards: Cards, text: str) -> list[Span]:
    """Where a text occurs, whatever its case, in reading order; folded text as well. Of several
    texts with `` | `` between them, where any of them does.
    """
    if not text.strip():
        return []
    # White space of any kind matches, so that a phrase is found across a line break, and in
    # Markdown the marks beside it, which are not in sight.
    texts = [part.split() for part in text.split(EITHER) if part.strip()]
    plain = _pattern(texts, r"\s+")
    marked = _pattern(texts, r"[*_`~]{0,3}\s+[*_`~]{0,3}")
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


def _pattern(texts: Sequence[Sequence[str]], between: str) -> re.Pattern[str]:
    each = [between.join(map(re.escape, words)) for words in texts]
    # The longest first, or a word would hide the phrase that begins with it.
    return re.compile("|".join(sorted(each, key=len, reverse=True)), re.IGNORECASE)
