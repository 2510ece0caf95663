"""What an answer takes word for word from the documents that were retrieved.

A quote is a run of at least five words that both have, whatever their case and the marks between
them. The answer is walked once: each run of five words is looked up among those of the documents,
and grows as far as both agree. So the time is that of reading both.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

LEAST = 5
"""Words of a quote at least: four in a row are often just how people speak."""
_MOST_PLACES = 8
"""A run of words that stands in more places than this is looked at in the first few only."""
_MOST_WORDS = 400_000
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f"
"""Japanese, Chinese and Thai put no space between words: each of their signs counts as one."""
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’]\w+)*")
_LEAST_UNSPACED = 12


class Quote(NamedTuple):
    """A stretch that an answer and a document share.

    Attributes:
        start, length: in the answer, in characters.
        document: index of the document.
        there, there_length: in the document.
    """

    start: int
    length: int
    document: int
    there: int
    there_length: int


def quotes(answer: str, documents: Sequence[str], least: int = LEAST) -> list[Quote]:
    """The quotes in an answer, in its order; each as long as it can be, from the document that has
    most of it.

    Args:
        least: words of a quote at least.
    """
    known: dict[str, int] = {}
    said, said_at = _words(answer, known)
    if len(said) < least:
        return []
    texts: list[list[int]] = []
    places: list[list[tuple[int, int]]] = []
    runs: dict[tuple[int, ...], list[tuple[int, int]]] = {}
    wanted = {tuple(said[i : i + least]) for i in range(len(said) - least + 1)}
    read = 0
    for document in documents:
        words, at = _words(document, known) if read < _MOST_WORDS else ([], [])
        read += len(words)
        number = len(texts)
        texts.append(words)
        places.append(at)
        for i in range(len(words) - least + 1):
            run = tuple(words[i : i + least])
            if run in wanted:
                found = runs.setdefault(run, [])
                if len(found) < _MOST_PLACES:
                    found.append((number, i))
    return _walk(said, said_at, texts, places, runs, least)


def _walk(
    said: Sequence[int],
    said_at: Sequence[tuple[int, int]],
    texts: Sequence[Sequence[int]],
    places: Sequence[Sequence[tuple[int, int]]],
    runs: dict[tuple[int, ...], list[tuple[int, int]]],
    least: int,
) -> list[Quote]:
    made: list[Quote] = []
    i = 0
    while i <= len(said) - least:
        best = (0, -1, 0)
        for number, j in runs.get(tuple(said[i : i + least]), ()):
            words = texts[number]
            length = least
            while (
                i + length < len(said)
                and j + length < len(words)
                and said[i + length] == words[j + length]
            ):
                length += 1
            if length > best[0]:
                best = (length, number, j)
        length, number, j = best
        if not length:
            i += 1
            continue
        start, stop = said_at[i][0], said_at[i + length - 1][1]
        if stop - start < _LEAST_UNSPACED and stop - start == length:
            i += 1  # five signs in a row are not yet a quote
            continue
        there, there_stop = places[number][j][0], places[number][j + length - 1][1]
        made.append(Quote(start, stop - start, number, there, there_stop - there))
        i += length
    return made


def _words(text: str, known: dict[str, int]) -> tuple[list[int], list[tuple[int, int]]]:
    """The words of a text as numbers, and where each one stands."""
    numbers: list[int] = []
    places: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        numbers.append(known.setdefault(match[0].casefold(), len(known)))
        places.append(match.span())
    return numbers, places
