"""A fingerprint in words that can be read out over a telephone.

Each word stands for 16 bits: consonant, vowel, consonant, vowel, consonant, with 4, 2, 4, 2 and 4
bits. Letters that are easily taken for one another by ear or eye (c and k, u and v) are not both
there.
"""

_CONSONANTS = "bdfghjklmnprstwz"
_VOWELS = "aeio"
WORDS = 8
"""128 bits: more than anybody can make another key for that reads the same."""


def words_of(fingerprint: str, count: int = WORDS) -> str:
    """The beginning of a hexadecimal fingerprint as words with spaces between.

    Args:
        count: of words; each takes four digits.
    """
    raw = bytes.fromhex(fingerprint[: 4 * count])
    return " ".join(
        _word(int.from_bytes(raw[at : at + 2], "big")) for at in range(0, len(raw) - 1, 2)
    )


def _word(number: int) -> str:
    return (
        _CONSONANTS[number >> 12]
        + _VOWELS[number >> 10 & 3]
        + _CONSONANTS[number >> 6 & 15]
        + _VOWELS[number >> 4 & 3]
        + _CONSONANTS[number & 15]
    )
