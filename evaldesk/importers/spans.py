"""Spans whose offsets cannot be believed: found by their text, the offsets only a hint."""

from dataclasses import dataclass
from typing import Literal

Convention = Literal[
    "one-based exclusive", "one-based inclusive", "zero-based", "elsewhere", "none"
]


@dataclass(frozen=True, slots=True)
class Located:
    """Where a span lies.

    Attributes:
        start: 0-based offset of its first character; -1 where it was not found.
        end: behind its last character.
        convention: how the source's offsets count where they fit; ``elsewhere`` where the text
            was found but not at the offsets; ``none`` where it was not found.
    """

    start: int
    end: int
    convention: Convention


def locate_span(text: str, span: str, start: int, end: int) -> Located:
    """Finds ``span`` in ``text``.

    Published annotations mix conventions within one file: most count from 1 with an exclusive
    end, some with an inclusive one, some from 0. A convention is matched where the cut that it
    gives is the span; they are tried in this order.

    Args:
        text: what was annotated.
        span: the text of the span.
        start: the source's offset, of unknown convention.
        end: the source's end, of unknown convention.

    Returns:
        The place; where several occurrences exist and no convention fits, the one nearest to the
        hint.
    """
    if not span.strip():
        return Located(-1, -1, "none")
    tries: tuple[tuple[int, int, Convention], ...] = (
        (start - 1, end - 1, "one-based exclusive"),
        (start - 1, end, "one-based inclusive"),
        (start, end, "zero-based"),
    )
    for first, last, convention in tries:
        if first >= 0 and text[first:last] == span:
            return Located(first, last, convention)
    wanted = span
    found = _nearest(text, wanted, start - 1)
    if found < 0:
        wanted = span.strip()
        found = _nearest(text, wanted, start - 1)
    lowered = text.lower()
    if found < 0 and len(lowered) == len(text):
        found = _nearest(lowered, wanted.lower(), start - 1)
    if found < 0:
        return Located(-1, -1, "none")
    return Located(found, found + len(wanted), "elsewhere")


def _nearest(text: str, wanted: str, hint: int) -> int:
    best = -1
    at = text.find(wanted)
    while at >= 0:
        if best < 0 or abs(at - hint) < abs(best - hint):
            best = at
        at = text.find(wanted, at + 1)
    return best
