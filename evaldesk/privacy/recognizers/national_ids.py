"""National and tax numbers, as a table: form, check digits, and the words that must stand nearby
where form and check alone would take too many other numbers for one.

Sources: the issuing offices' published descriptions of form and check digit, as collected by the
OECD ("Tax Identification Numbers") and in each country's law; a number is never looked up.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from evaldesk.domain.privacy import Match
from evaldesk.privacy import checksums as check
from evaldesk.privacy.scan import Scan

_CANDIDATE = re.compile(
    r"(?<![^\W_])(?<![\d.,]-)"
    r"(?=[A-Za-z]{0,6}[ -]?\d)[A-Za-z0-9]{1,24}+(?:[ .\-/+][A-Za-z0-9]{1,24}+){0,6}"
)
_SOME_NUMBER = re.compile(r"\d(?:[ .\-/+A-Za-z]?\d){3}")
"""What stands in every form but one of passports, found in a fraction of the time."""
_FIVE_DIGITS = re.compile(r"(?:[^0-9]*+[0-9]){5}")
_PIECE = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class IdForm:
    """A number of one country.

    Attributes:
        name: of the recognizer.
        written: how it stands in a text, whole; separators included.
        valid: of the compact form in upper case.
        words: of which one must stand nearby; empty where the form speaks for itself.
    """

    name: str
    written: re.Pattern[str]
    valid: Callable[[str], bool]
    words: frozenset[str] = frozenset()
    kind: str = "national_id"


def _ssn(number: str) -> bool:
    area = number[:3]
    return area not in ("000", "666") and number[3:5] != "00" and number[5:] != "0000"


def _nino(text: str) -> bool:
    return text[:2] not in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ")


def _nhs(number: str) -> bool:
    rest = 11 - check.weighted(number[:9], (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return rest != 10 and rest % 11 == int(number[9]) and len(set(number)) > 1


def _german_tax(number: str) -> bool:
    counts = [number[:10].count(one) for one in set(number[:10])]
    # Exactly one digit comes two or three times among the first ten.
    return sorted(counts)[-1] in (2, 3) and counts.count(1) >= 7 and check.mod_11_10(number)


def _german_pension(text: str) -> bool:
    letter = f"{ord(text[8]) - 64:02d}"
    number = text[:8] + letter + text[9:11]
    total = 0
    for digit, weight in zip(
        check.digits(number), (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True
    ):
        product = digit * weight
        total += product // 10 + product % 10
    return total % 10 == int(text[11])


def _french(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number) % 97 == int(text[13:])


def _spanish(text: str) -> bool:
    number = text[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            *(1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21),
            *(2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        ),
        strict=True,
    )
)


def _italian(text: str) -> bool:
    total = sum(_ODD[one] for one in text[0:15:2])
    total += sum(int(one) if one.isdigit() else ord(one) - 65 for one in text[1:15:2])
    return chr(65 + total % 26) == text[15]


def _dutch(number: str) -> bool:
    return check.weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and len(set(number)) > 1


def _belgian(number: str) -> bool:
    if not (number[2:6] == "0000" or check.short_day(number[:6])):
        return False
    rest = int(number[9:])
    return rest in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def _polish(number: str) -> bool:
    month = int(number[2:4]) % 20
    sum_ = check.weighted(number[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3))
    return 1 <= month <= 12 and (10 - sum_ % 10) % 10 == int(number[10])


def _portuguese(number: str) -> bool:
    rest = 11 - check.weighted(number[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest >= 10 else rest) == int(number[8])


def _swedish(number: str) -> bool:
    short = number[-10:]
    return check.short_day(short[:6]) and check.luhn(short)


def _norwegian(number: str) -> bool:
    first = check.weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    second = check.weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11
    return first == 0 and second == 0 and check.short_day(number[:6], "dmy")


def _finnish(text: str) -> bool:
    number = int(text[:6] + text[7:10])
    return check.short_day(text[:6], "dmy") and (
        "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == text[10]
    )


def _swiss(number: str) -> bool:
    total = check.weighted(number[:12], (1, 3) * 6)
    return (10 - total % 10) % 10 == int(number[12])


def _austrian(number: str) -> bool:
    total = check.weighted(number, (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)) % 11
    return total == int(number[3]) and check.short_day(number[4:10], "dmy")


def _irish(text: str) -> bool:
    total = check.weighted(text[:7], (8, 7, 6, 5, 4, 3, 2))
    if len(text) == 9 and text[8] != "W":
        total += (ord(text[8]) - 64) * 9
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == text[7]


def _australian_tax(number: str) -> bool:
    return check.weighted(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def _brazilian(number: str) -> bool:
    first = check.weighted(number, (10, 9, 8, 7, 6, 5, 4, 3, 2)) * 10 % 11 % 10
    second = check.weighted(number, (11, 10, 9, 8, 7, 6, 5, 4, 3, 2)) * 10 % 11 % 10
    return first == int(number[9]) and second == int(number[10]) and len(set(number)) > 1


def _chinese(text: str) -> bool:
    born = int(text[6:10]), int(text[10:12]), int(text[12:14])
    return 1880 < born[0] < 2100 and check.day(*born) and check.mod_11_2(text)


def _korean(number: str) -> bool:
    total = check.weighted(number[:12], (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5))
    return check.short_day(number[:6]) and (11 - total % 11) % 10 == int(number[12])


def _japanese(number: str) -> bool:
    rest = check.weighted(number[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest <= 1 else 11 - rest) == int(number[11])


def _south_african(number: str) -> bool:
    return check.short_day(number[:6]) and check.luhn(number)


def _mexican(text: str) -> bool:
    letters = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
    total = sum(letters.index(one) * (18 - place) for place, one in enumerate(text[:17]))
    return (10 - total % 10) % 10 == int(text[17]) and check.short_day(text[4:10])


def _turkish(number: str) -> bool:
    given = check.digits(number)
    odd, even = sum(given[0:9:2]), sum(given[1:8:2])
    return (odd * 7 - even) % 10 == given[9] and sum(given[:10]) % 10 == given[10]


def _singaporean(text: str) -> bool:
    total = check.weighted(text[1:8], (2, 7, 6, 5, 4, 3, 2)) + (4 if text[0] in "TG" else 0)
    letters = "JZIHGFEDCBA" if text[0] in "ST" else "XWUTRQPNMLK"
    return letters[total % 11] == text[8]


def _czech(number: str) -> bool:
    month = int(number[2:4]) % 50 % 20
    return int(number) % 11 == 0 and check.short_day(f"{number[:2]}{month:02d}{number[4:6]}")


def _itin(number: str) -> bool:
    return number[3] in "56789"


def _plain(text: str) -> bool:
    return True


def _form(
    name: str, written: str, valid: Callable[[str], bool], words: str = "", kind: str = ""
) -> IdForm:
    return IdForm(
        name,
        re.compile(written, re.IGNORECASE),
        valid,
        frozenset(words.split()),
        kind or "national_id",
    )


_SSN_WORDS = "ssn social security sozialversicherung"
FORMS: tuple[IdForm, ...] = (
    _form("us-ssn", r"(?!9)(?:\d{3}-\d{2}-\d{4}|\d{3} \d{2} \d{4})", _ssn),
    _form("us-ssn", r"(?!9)\d{9}", _ssn, _SSN_WORDS),
    _form("us-itin", r"9\d\d(?:-\d{2}-| \d{2} |\d{2})\d{4}", _itin, "itin taxpayer tax"),
    _form(
        "uk-nino",
        r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]",
        _nino,
    ),
    _form("uk-nhs", r"\d{3}[- ]?\d{3}[- ]?\d{4}", _nhs, "nhs health patient hospital"),
    _form(
        "de-tax",
        r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}",
        _german_tax,
        "steuer steuernummer steuerid idnr identifikationsnummer tin tax id",
    ),
    _form("de-pension", r"\d{2} ?[0-3]\d[01]\d\d\d ?[A-Z] ?\d{3}", _german_pension),
    _form("fr-nir", r"[12] ?\d\d ?\d\d ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", _french),
    _form("es-dni", r"(?:\d{8}|[XYZ][- ]?\d{7})[- ]?[A-Z]", _spanish),
    _form(
        "it-fiscal",
        r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",
        _italian,
    ),
    _form("nl-bsn", r"\d{4}[. ]?\d{2}[. ]?\d{3}", _dutch, "bsn burgerservicenummer sofinummer"),
    _form("be-national", r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}\.?\d{2}", _belgian),
    _form("pl-pesel", r"\d{11}", _polish, "pesel"),
    _form("pt-nif", r"[1-35689]\d{2} ?\d{3} ?\d{3}", _portuguese, "nif contribuinte fiscal"),
    _form("se-personal", r"(?:\d\d)?\d{6}[-+]\d{4}", _swedish),
    _form("se-personal", r"(?:\d\d)?\d{10}", _swedish, "personnummer"),
    _form("dk-cpr", r"[0-3]\d[01]\d{3}-?\d{4}", _plain, "cpr personnummer"),
    _form("no-birth", r"\d{6} ?\d{5}", _norwegian),
    _form("fi-personal", r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-Y]", _finnish),
    _form("ch-ahv", r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}", _swiss),
    _form(
        "at-social", r"[1-9]\d{3} ?[0-3]\d[01]\d{3}", _austrian, "sozialversicherungsnummer svnr"
    ),
    _form("ie-pps", r"\d{7}[A-W][A-IW]?", _irish, "pps ppsn"),
    _form("ca-sin", r"\d{3}[- ]?\d{3}[- ]?\d{3}", check.luhn, "sin insurance nas"),
    _form("au-tax", r"\d{3} ?\d{3} ?\d{3}", _australian_tax, "tfn tax"),
    _form("br-cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}", _brazilian),
    _form("br-cpf", r"\d{11}", _brazilian, "cpf"),
    _form("in-aadhaar", r"[2-9]\d{3}[- ]?\d{4}[- ]?\d{4}", check.verhoeff, "aadhaar aadhar uid"),
    _form("in-pan", r"[A-Z]{3}[ABCFGHLJPT][A-Z]\d{4}[A-Z]", _plain, "pan permanent tax"),
    _form("cn-resident", r"[1-9]\d{16}[\dX]", _chinese),
    _form("kr-resident", r"\d{6}-[1-8]\d{6}", _korean),
    _form("jp-number", r"\d{4}[- ]?\d{4}[- ]?\d{4}", _japanese, "mynumber マイナンバー"),
    _form("za-identity", r"\d{13}", _south_african, "identity id"),
    _form("mx-curp", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[A-Z0-9]\d", _mexican),
    _form("tr-identity", r"[1-9]\d{10}", _turkish, "kimlik tckn tc"),
    _form("sg-nric", r"[STFG]\d{7}[A-Z]", _singaporean),
    _form("cz-birth", r"\d{6}/\d{4}", _czech),
    _form("cz-birth", r"\d{10}", _czech, "rodné číslo rodne cislo"),
    _form(
        "passport",
        r"[A-Z]{0,2}\d{6,9}[A-Z]?|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}",
        _plain,
        "passport reisepass passeport pasaporte passaporto paszport passnummer",
        "passport",
    ),
    _form(
        "driving-licence",
        r"[A-Z]{5}\d{6}[A-Z0-9]{2}\d[A-Z]{2}|[A-Z]{0,2}-?\d{5,12}[A-Z]?"
        r"|\d{2,4}-\d{2,4}-\d{3,6}|[A-Z]\d{3}-?\d{4}-?\d{4,5}|[A-Z]\d{3}-\d{3}-\d{2}-\d{3}-?\d?",
        _plain,
        "driver drivers driving licence license führerschein permis conducir patente prawo",
        "driving_licence",
    ),
)
_LICENCE_NEEDS = frozenset(("licence", "license", "führerschein", "permis", "patente", "prawo"))


_PASSPORT_WORDS = frozenset().union(*(one.words for one in FORMS if one.kind == "passport"))
_PLAIN_FORMS = tuple(one for one in FORMS if not one.words)
_CONTEXT = frozenset().union(*(one.words for one in FORMS))


class NationalIds:
    """Every form of the table at every row of digits."""

    name = "national-ids"
    kinds = ("national_id", "passport", "driving_licence")

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        forms, some = _PLAIN_FORMS, _SOME_PLAIN
        if not _CONTEXT.isdisjoint(scan.words):
            forms = tuple(one for one in FORMS if not one.words or one.words & scan.words)
            some = _some_form("|".join(f"(?:{one.written.pattern})" for one in forms))
        passport = not _PASSPORT_WORDS.isdisjoint(scan.words)
        if not passport and _SOME_NUMBER.search(scan.text) is None:
            return
        for found in _CANDIDATE.finditer(scan.text):
            written = found.group()
            if not passport and _SOME_NUMBER.search(written) is None:
                continue
            if _FIVE_DIGITS.match(written) is None:
                continue
            yield from _in_candidate(scan, found.start(), found.end(), forms, some)


@lru_cache(maxsize=64)
def _some_form(patterns: str) -> re.Pattern[str]:
    """Whether any of the forms fits: asked once instead of once for each."""
    return re.compile(patterns, re.IGNORECASE)


_SOME_PLAIN = _some_form("|".join(f"(?:{one.written.pattern})" for one in _PLAIN_FORMS))


def _in_candidate(
    scan: Scan, start: int, end: int, forms: tuple[IdForm, ...], some: re.Pattern[str]
) -> Iterable[Match]:
    pieces = [(at.start(), at.end()) for at in _PIECE.finditer(scan.text, start, end)]
    for first, (begin, _) in enumerate(pieces):
        # Numbers have at most seven groups; the longest that fits counts.
        for last in range(min(len(pieces), first + 7) - 1, first - 1, -1):
            stop = pieces[last][1]
            if 5 <= stop - begin <= 24 and some.fullmatch(scan.text, begin, stop):
                yield from _as_number(scan, begin, stop, forms)


def _as_number(scan: Scan, begin: int, stop: int, forms: tuple[IdForm, ...]) -> Iterable[Match]:
    written = scan.text[begin:stop]
    near: frozenset[str] | None = None
    for form in forms:
        if form.written.fullmatch(written) is None:
            continue
        if form.words:
            near = scan.around(begin, stop) if near is None else near
            if not form.words & near:
                continue
            if form.kind == "driving_licence" and not _LICENCE_NEEDS & near:
                continue
        compact = re.sub(r"[ .\-/+]", "", written).upper()
        if form.name == "fi-personal":
            compact = written.upper()
        if form.valid(compact):
            yield Match(begin, stop, form.kind, form.name, 0.95 if form.words else 0.85)
