"""A project's data key, spelled so that a person can copy it from paper.

Thirteen groups of five characters: four carry the key, the fifth checks its group and the place it
stands in, so that a slip of the pen is found where it was made. The code *is* the key: it opens the
project also where the key file is lost. Letters and digits are Crockford's (no I, L, O, U).
"""

import hashlib
import re

from evaldesk.domain.errors import WrongKeyError

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011")
_GROUPS = 13
_WEIGHTS = (1, 3, 5, 7)  # odd: one wrong character always changes the sum


def write(key: bytes) -> str:
    """The code of a 32-byte key, with hyphens between its groups."""
    # 256 bits of key, then 4 of its hash.
    number = int.from_bytes(key, "big") << 4 | hashlib.sha256(key).digest()[0] >> 4
    values = [number >> 5 * place & 31 for place in reversed(range(4 * _GROUPS))]
    groups = []
    for place in range(_GROUPS):
        group = values[4 * place : 4 * place + 4]
        groups.append("".join(_LETTERS[value] for value in (*group, _check(place, group))))
    return "-".join(groups)


def read(text: str) -> bytes:
    """The key that a code spells; capitals, spaces and hyphens do not matter.

    Raises:
        WrongKeyError: it is no such code; says which group was mistyped.
    """
    plain = re.sub(r"[\s\-‐–]+", "", text).upper().translate(_READ_AS)
    if len(plain) != 5 * _GROUPS:
        raise WrongKeyError(
            f"The recovery code has {len(plain)} letters and digits instead of {5 * _GROUPS}.",
            "Type all thirteen groups of five.",
        )
    values = [_LETTERS.find(letter) for letter in plain]
    number = 0
    for place in range(_GROUPS):
        *group, check = values[5 * place : 5 * place + 5]
        if min(*group, check) < 0 or _check(place, group) != check:
            raise WrongKeyError(
                f"Group {place + 1} of the recovery code was mistyped: "
                f"“{plain[5 * place : 5 * place + 5]}”.",
                "Compare it with the paper.",
            )
        for value in group:
            number = number << 5 | value
    key = (number >> 4).to_bytes(32, "big")
    if number & 15 != hashlib.sha256(key).digest()[0] >> 4:
        raise WrongKeyError("The recovery code was mistyped.", "Compare it with the paper.")
    return key


def looks_like_one(text: str) -> bool:
    """Whether a person means a recovery code rather than a passphrase."""
    return re.fullmatch(r"\s*(?:[0-9A-Za-z]{5}[\s\-‐–]*){13}", text) is not None


def _check(place: int, group: list[int]) -> int:
    return (
        sum((11 * place, *(weight * value for weight, value in zip(_WEIGHTS, group, strict=True))))
        % 32
    )
