"""Traces of one scenario side by side: which step stands beside which, and what differs in it.

``rows`` puts the steps beside each other, by the matching of ``matching``; ``arguments`` compares
JSON key by key, ``documents`` what was retrieved, ``words`` two texts; ``summary`` says it in
figures. ``formatting`` says what is not to count as a difference.
"""

from evaldesk.services.alignment.formatting import ALL_FORMATTING, NO_FORMATTING, Formatting
from evaldesk.services.alignment.rows import Alignment, Relation, Row, align
from evaldesk.services.alignment.words import changed_words

__all__ = [
    "ALL_FORMATTING",
    "NO_FORMATTING",
    "Alignment",
    "Formatting",
    "Relation",
    "Row",
    "align",
    "changed_words",
]
