"""One text on its way past the recognizers: what several of them ask is found out once."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Protocol

from evaldesk.domain.privacy import Match

_WORD = re.compile(r"[^\W\d_]+")
_DIGIT = re.compile(r"\d")

AROUND_BEFORE = 60
"""Characters before a number in which a word may say what it is."""
AROUND_AFTER = 24


class Scan:
    """A text, its words and what surrounds a place in it."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def lower(self) -> str:
        """The text in lower case, of the same length, so that places agree."""
        lowered = self.text.lower()
        if len(lowered) == len(self.text):
            return lowered
        return "".join(low if len(low := one.lower()) == 1 else one for one in self.text)

    @cached_property
    def words(self) -> frozenset[str]:
        """The different words, in lower case."""
        return frozenset(_WORD.findall(self.lower))

    @cached_property
    def has_digits(self) -> bool:
        """Whether there is a digit at all."""
        return _DIGIT.search(self.text) is not None

    def beginning(self, phrases: Iterable[str]) -> list[int]:
        """Where one of these stands, in order; each place once. Far faster than a pattern of
        alternatives, which tries all of them at each character.

        Args:
            phrases: in lower case.
        """
        lower = self.lower
        places: set[int] = set()
        for phrase in phrases:
            at = lower.find(phrase)
            while at >= 0:
                places.add(at)
                at = lower.find(phrase, at + 1)
        return sorted(places)

    def around(self, start: int, end: int) -> frozenset[str]:
        """The words shortly before and after a place, in lower case."""
        before = self.lower[max(0, start - AROUND_BEFORE) : start]
        after = self.lower[end : end + AROUND_AFTER]
        return frozenset(_WORD.findall(before)) | frozenset(_WORD.findall(after))


class Recognizer(Protocol):
    """Finds some kinds in a text."""

    @property
    def name(self) -> str:
        """Unique."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """What it finds."""

    def find(self, scan: Scan) -> Iterable[Match]:
        """What is in the text; in no order, and matches may overlap."""
