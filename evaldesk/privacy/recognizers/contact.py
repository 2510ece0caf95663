"""E-mail addresses and telephone numbers."""

import re
from collections.abc import Iterable, Sequence

from evaldesk.domain.privacy import Match
from evaldesk.privacy.scan import Scan

_AT = re.compile(r"@|\(at\)|\[at\]|%40", re.IGNORECASE)
_LOCAL = re.compile(r"[\w.!#$%'*+^~-]{1,64}\Z")
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_IN_URL = re.compile(r"://[^\s/@]{1,128}:\Z")  # a password, which is another kind
_QUOTED = re.compile(r"\"[^\"\r\n]{1,64}\"\Z")


class Emails:
    """What stands around an at sign, or around ``(at)`` where it is written so."""

    name = "email"
    kinds = ("email",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        text = scan.text
        for at in _AT.finditer(text):
            plain = at.group() == "@"
            begin, stop = at.start(), at.end()
            if not plain:  # may stand between spaces
                begin -= text[begin - 1 : begin].isspace()
                stop += text[stop : stop + 1].isspace()
            domain = _DOMAIN.match(text, stop)
            if domain is None:
                continue
            before = text[max(0, begin - 66) : begin]
            local = _LOCAL.search(before) or _QUOTED.search(before)
            if local is None:
                continue
            start = begin - len(local.group())
            # What an address may begin with by the letter, but in texts never does.
            while start < begin and text[start] in "'*.~":
                start += 1
            secret = text[start - 1 : start] == ":" and _IN_URL.search(
                text, max(0, start - 132), start
            )
            if start < begin and not secret:
                yield Match(start, domain.end(), "email", self.name, 0.98 if plain else 0.8)


_PHONE = re.compile(
    r"(?<![\w.@#$€£-])(?:\+|\(|00)?\d(?:[\d()]|[ \t\n.\-/–]{1,2}(?=[\d(])){5,28}"
    r"(?:[ ]{0,2}(?:x|ext\.?|extension|#)[ ]{0,2}\d{1,6})?(?!\w)"
)
_SOME_PHONE = re.compile(r"\d[\d()\s.\-/–]{5}")
"""What stands in every such row, found in a fraction of the time."""
_PHONE_WORDS = frozenset(
    "phone tel telephone mobile cell call fax office desk reach number text sms whatsapp telefon "
    "handy téléphone portable teléfono móvil telefono cellulare telefone contact dial ring home "
    "work".split()
)
_NEAR_PHONE = frozenset(
    "phone tel telephone mobile cell call fax office desk reach sms whatsapp telefon handy "
    "téléphone portable teléfono móvil telefono cellulare telefone dial".split()
)
_DATE_LIKE = re.compile(
    r"\(?(?:(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}(?!\d)|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d\d(?!\d)"
    r"|\d+\.\d+\Z|(?:19|20)\d\d-(?:19|20)\d\d\Z)"
)
_IP_LIKE = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


class Phones:
    """Rows of digits that are a number in one of the regions, or could be one and stand beside a
    word such as “call”.
    """

    name = "phone"
    kinds = ("phone",)

    def __init__(self, regions: Sequence[str] = ("US", "GB", "DE", "FR")) -> None:
        """Args:
        regions: ISO 3166 codes whose numbers are known without their country code.
        """
        self._regions = tuple(regions)
        self._known: dict[str, float] = {}

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits or _SOME_PHONE.search(scan.text) is None:
            return
        for found in _PHONE.finditer(scan.text):
            start, end = found.span()
            while end > start and not scan.text[end - 1].isdigit():
                end -= 1
            written = scan.text[start:end]
            count = sum(one.isdigit() for one in written)
            if not 7 <= count <= 21 or _DATE_LIKE.match(written) or _IP_LIKE.fullmatch(written):
                continue
            telling = bool(scan.words & _PHONE_WORDS) and bool(
                scan.around(start, end) & _NEAR_PHONE
            )
            # Short groups and a long row are also house numbers, orders and prices.
            grouped = len(written) > count and (count >= 9 or written[0] in "+(")
            score = self._score(written, grouped)
            if telling:
                score = max(score, 0.6) + 0.2 if 7 <= count <= 15 else score
            if score >= 0.5:
                yield Match(start, end, "phone", self.name, min(score, 0.98))

    def _score(self, written: str, grouped: bool) -> float:
        if written not in self._known:
            if len(self._known) > 50_000:
                self._known.clear()
            self._known[written] = self._asked(written, grouped)
        return self._known[written]

    def _asked(self, written: str, grouped: bool) -> float:
        import phonenumbers

        international = written.startswith("+")
        if not international and not grouped:
            return 0.0
        for region in (None,) if international else self._regions:
            try:
                number = phonenumbers.parse(written, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number):
                return 0.9 if international else 0.75
            if international and phonenumbers.is_possible_number(number):
                return 0.7
        return 0.0
