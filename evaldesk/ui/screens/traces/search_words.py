"""The words of a full-text search, for marking them in what was found; no widgets here."""

import re
from collections.abc import Iterable, Sequence

from evaldesk.ui.widgets.trace_view.search import EITHER

_WORD = re.compile(r'"([^"]*)"|(\S+)')


def words_of(typed: str) -> tuple[str, ...]:
    """Phrases and words that are looked for, without quotes and stars, each once."""
    found = ((phrase or word.strip('"').rstrip("*")) for phrase, word in _WORD.findall(typed))
    shown = (" ".join(word.split()) for word in found if any(map(str.isalnum, word)))
    return tuple(dict.fromkeys(shown))


def marks(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where words begin and end in a text, in order and without overlap. As search does, a word
    is found where a word begins, whatever its case.
    """
    patterns = [r"\s+".join(re.escape(part) for part in word.split()) for word in words]
    if not patterns:
        return []
    longest_first = sorted(patterns, key=len, reverse=True)
    found = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})", re.IGNORECASE)
    return [match.span() for match in found.finditer(text) if match.end() > match.start()]


def to_find(words: Sequence[str]) -> str:
    """Words as the bar that finds text in a trace takes them: any of them."""
    return EITHER.join(words)
