"""Check digits: what makes a row of digits a number of its kind. All take the compact form, without
spaces and hyphens, in upper case.
"""

from datetime import date

_VERHOEFF_D = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_P = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def digits(number: str) -> list[int]:
    """The digits of a text that has only ASCII ones."""
    return [ord(one) - 48 for one in number]


def weighted(number: str, weights: tuple[int, ...]) -> int:
    """The sum of the digits, each times its weight."""
    return sum(digit * weight for digit, weight in zip(digits(number), weights, strict=False))


def luhn(number: str) -> bool:
    """Payment cards, Swedish and Canadian numbers (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits(number))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def verhoeff(number: str) -> bool:
    """Verhoeff's dihedral check digit (Aadhaar)."""
    check = 0
    for place, digit in enumerate(reversed(digits(number))):
        check = _VERHOEFF_D[check][_VERHOEFF_P[place % 8][digit]]
    return check == 0


def mod_97_10(text: str) -> bool:
    """ISO/IEC 7064, MOD 97-10, with the first four characters moved behind (ISO 13616: IBAN)."""
    moved = text[4:] + text[:4]
    return int("".join(str(int(one, 36)) for one in moved)) % 97 == 1


def mod_11_10(number: str) -> bool:
    """ISO/IEC 7064, MOD 11,10 (German tax number)."""
    product = 10
    for digit in digits(number[:-1]):
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[-1])


def mod_11_2(text: str) -> bool:
    """ISO/IEC 7064, MOD 11-2 (China's resident number), the last character a digit or X."""
    total = 0
    for one in text[:-1]:
        total = (total + int(one)) * 2 % 11
    check = (12 - total) % 11
    return ("X" if check == 10 else str(check)) == text[-1]


def day(year: int, month: int, at: int) -> bool:
    """Whether there is such a day."""
    try:
        date(year, month, at)
    except ValueError:
        return False
    return True


def short_day(number: str, order: str = "ymd") -> bool:
    """Whether six digits are a day of some century, in the order said."""
    pairs = dict(zip(order, (int(number[at : at + 2]) for at in (0, 2, 4)), strict=True))
    return day(2000 + pairs["y"], pairs["m"], pairs["d"]) or day(
        1900 + pairs["y"], pairs["m"], pairs["d"]
    )
