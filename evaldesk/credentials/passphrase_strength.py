"""How long a passphrase would hold somebody up, estimated without a network.

An honest estimate is a low one. What people choose is guessed in this order: lists of well-known
passwords and words, with the usual disguises; dates, runs of the keyboard, repeats; and only then
letter by letter. Each part of the passphrase is charged with the cheapest of these, which is the
idea of Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016; the lists
here are far shorter, so that a word that is not in them is charged as what a list of 20,000 holds.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal

Rating = Literal["too weak", "weak", "fair", "strong"]

LEAST_BITS = 40.0
"""Below this a passphrase is refused: at 0.5 s a try, years for a thousand machines."""
_FAIR = 55.0
_STRONG = 70.0

_ROWS = ("1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz"
_COMMON_WORDS = """
    password passwort passphrase letmein welcome admin administrator login secret monkey dragon
    master shadow sunshine princess football baseball iloveyou trustno superman batman michael
    jordan hunter ranger buster soccer hockey killer george charlie andrew thomas daniel jessica
    pepper joshua freedom whatever starwars computer internet samsung google summer winter spring
    autumn sommer geheim hallo schatz evaldesk project projekt changeme default test testing guest
    qazwsx abc
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_DISGUISED = str.maketrans("013457@$!8", "oleastasib")
_BETWEEN = (" ", "-", "_", ".", ",")
_LIKE_A_WORD = re.compile(r"(?=.*[aeiouyäöüáéíóú])(?!.*[bcdfghjklmnpqrstvwxz]{5})[^\W\d_]{4,8}")
_WORD_BITS = math.log2(20_000)
_COMMON_BITS = math.log2(len(_COMMON))


@dataclass(frozen=True, slots=True)
class Strength:
    """An estimate.

    Attributes:
        bits: log2 of the guesses that it would take.
        rating: in a word.
        enough: whether it is accepted.
        advice: what would help; empty where nothing need be said.
    """

    bits: float
    rating: Rating
    enough: bool
    advice: str


def estimate(passphrase: str, known: tuple[str, ...] = ()) -> Strength:
    """Estimate a passphrase.

    Args:
        known: what somebody would try first, such as the person's and the project's name.
    """
    bits = _bits(passphrase, known)
    rating: Rating = (
        "too weak"
        if bits < LEAST_BITS
        else "weak"
        if bits < _FAIR
        else "fair"
        if bits < _STRONG
        else "strong"
    )
    advice = "" if rating == "strong" else "Add a word or two that do not belong together."
    if passphrase and _repeats(passphrase):
        advice = "Repeating a part adds nothing; add other words."
    return Strength(bits, rating, bits >= LEAST_BITS, advice)


def _bits(text: str, known: tuple[str, ...]) -> float:
    best = [0.0] + [math.inf] * len(text)
    per_character = _character_bits(text)
    names = {word for name in known for word in (name, *name.split()) if len(word) > 2}
    names = {name.lower() for name in names}
    for end in range(1, len(text) + 1):
        best[end] = best[end - 1] + per_character
        for start in range(max(0, end - 40), end):
            cost = _part(text[start:end], names)
            if cost is not None:
                best[end] = min(best[end], best[start] + cost)
    half = _repeats(text)
    return best[-1] if half is None else min(best[-1], _bits(half, known) + 2)


def _part(part: str, known: set[str]) -> float | None:
    """What it costs to guess a part as a whole; None where nothing makes it a whole."""
    if len(part) < 3:
        return 1.0 if part in _BETWEEN else None
    plain = part.lower()
    capital = 0.0 if plain == part else 1.0 if part.istitle() or part.isupper() else 3.0
    undone = plain.translate(_DISGUISED)
    if plain in known or undone in known:
        return 2.0 + capital
    if plain in _COMMON:
        return _COMMON_BITS + capital
    if undone in _COMMON:
        return _COMMON_BITS + 2.0 + capital
    if len(set(plain)) == 1:
        return 5.0 + math.log2(len(part))
    if re.fullmatch(r"(19|20)\d\d", part):
        return math.log2(130)
    if re.fullmatch(r"\d{1,2}[./-]?\d{1,2}[./-]?(19|20)?\d\d", part):
        return math.log2(365 * 130)
    for row in (*_ROWS, _ALPHABET):
        if plain in row or plain in row[::-1]:
            return 6.0 + math.log2(len(part)) + capital
    # A run of letters may be a word of a list that is not here.
    if _LIKE_A_WORD.fullmatch(plain):
        return _WORD_BITS + capital
    return None


def _character_bits(text: str) -> float:
    size = 0
    for pattern, letters in (
        ("[a-z]", 26),
        ("[A-Z]", 26),
        ("[0-9]", 10),
        (r"[^\w\s]|_", 32),
        (r"\s", 1),
    ):
        if re.search(pattern, text):
            size += letters
    if re.search(r"[^\x00-\x7f]", text):
        size += 60
    return math.log2(max(2, size))


def _repeats(text: str) -> str | None:
    for length in range(1, len(text) // 2 + 1):
        if len(text) % length == 0 and text == text[:length] * (len(text) // length):
            return text[:length]
    return None
