"""Postal addresses: a street with its number, a post office box, and the lines that follow."""

import re
from collections.abc import Iterable

from evaldesk.domain.privacy import Match
from evaldesk.privacy.scan import Scan

_SUFFIXES = (
    "street st avenue ave road rd boulevard blvd lane ln drive dr court courts ct circle cir place "
    "pl square sq terrace ter trail trl parkway pkwy way highway hwy crescent cres close grove "
    "gardens mews row walk rise hill quay wharf alley loop plaza point crossing str"
).split()
_PREFIXES = (
    "rue av avenue boulevard bd chemin allée impasse place quai route via viale vicolo piazza "
    "corso largo calle carrer avenida avda paseo plaza camino rua praça travessa estrada rodovia "
    "ul ulica aleja al plac os bulevardi ulitsa prospekt náměstí trg avinguda λεωφόρος οδός "
    "πλατεία улица "
    "проспект"
).split()
_COMPOUND = (
    "straße strasse str gasse weg platz allee damm ufer chaussee straat laan plein gracht kade "
    "gatan vägen gata väg gränd gade vej allé stræde veien gaten veg vei brekka katu kuja polku "
    "útja utca tér stræti braut gatve iela tänav brücke raeti markt steig"
).split()

_NUMBER_FIRST = re.compile(
    r"\d(?<![\w.,$€£/:-]\d)\d{0,5}[A-Za-z]?(?:-\d{1,5})?,?[ ](?:[^\W_][\w.'’\-]{0,30}[ ]){0,4}?"
    r"(?:" + "|".join(_SUFFIXES) + r")\b\.?(?![\w'’])",
    re.IGNORECASE,
)
_BOX = re.compile(
    r"(?<!\w)(?:p\.?[ ]?o\.?[ ]?box|postfach|apartado|casilla|boîte postale|postbus|psc)[ ]"
    r"\d{1,7}(?:[ ]box[ ]\d{1,6})?",
    re.IGNORECASE,
)
_PREFIX_FIRST = re.compile(
    r"(?<!\w)(?:\d{1,5}[a-z]?(?:[ ](?:bis|ter))?,?[ ])?(?:" + "|".join(_PREFIXES) + r")\.?[ ]"
    r"(?:[^\W\d_][\w.'’\-]{0,30}[ ,]{1,2}){0,5}?(?:(?:nº|n\.|no\.)[ ]?)?\d{1,5}[A-Za-z]?\b",
    re.IGNORECASE,
)
_SOME_PREFIX = re.compile(r"\d(?<= \d)")
_FRENCH = re.compile(
    r"(?<![\w.,])\d{1,4}(?:[ ](?:bis|ter))?,?[ ](?:rue|avenue|boulevard|chemin|allée|impasse|place"
    r"|quai|route|cours)[ ](?:(?:de|du|des|la|le|les|l['’])[ ]?){0,3}[^\W\d_][\w'’\-]{1,30}"
    r"(?:[ ][A-ZÀ-Ý][\w'’\-]{1,30}){0,3}",
    re.IGNORECASE,
)
_WORD_NUMBER = re.compile(
    r"(?<!\w)(?:\d{1,6}[ ](?:[^\W\d_][\w.'’\-]{0,30}[ ]){0,2}?|[^\W\d_][\w'’\-]{0,30}[ ])?"
    r"(?:[^\W\d_][\w'’\-]{0,30})?(?:" + "|".join(_COMPOUND) + r")\.?[ ]\d{1,4}[ ]?[a-z]?\b",
    re.IGNORECASE,
)
_NUMBER_AFTER_WORD = re.compile(r"\d(?<=[^\W\d_] \d|[.] \d)")
_CORNER = re.compile(
    r"(?<!\w)(?:the[ ])?corner of[ ](?:[^\W_][\w.'’\-]{0,30}[ ]){1,6}?and[ ]"
    r"(?:[^\W_][\w.'’\-]{0,30}[ ]?){1,4}",
    re.IGNORECASE,
)
_UNIT = (
    r"(?:[ \t]*[,\n]?[ \t>]*(?:apt|apartment|suite|ste|unit|flat|room|floor|lot|#|top|tür|whg)\.?"
    r"[ ]{0,2}[\w-]{1,6})?"
)
_AFTER_WORD = re.compile(
    r"(?<!\w)(?:address(?:[ ](?:is|of[ ][^\n]{1,40}?[ ]is|to))?|(?:live|lives|lived|living|located"
    r"|moved|is|are|was)[ ](?:at|in|on)|wohnt in|send[ ](?:it|this)[ ]to)"
    r"[ \t:]{1,12}\n{0,2}[ ]{0,6}"
    r"(\d{1,6}[a-z]?(?:[ ][^\W_][\w.'’\-]{0,30}){1,5}?[ ]\d{1,5}[a-z]?)\b",
    re.IGNORECASE,
)
_SOME_AFTER = re.compile(r"\d(?<=[ \t:\n]\d)\d{0,5}[a-zA-Z]?[ ][^\W_][^\n]{0,160}?[ ]\d")
_UNIT_ALONE = re.compile(r"(?<!\w)(?:apt|suite)\.?[ ]\d{1,5}[a-z]?\b", re.IGNORECASE)
_CITY_LINE = (
    r"(?:[ \t]*[,\n]{1,2}[ \t>?]{0,6}[^\W\d_][\w.'’ \-]{1,40}?)??"
    r"(?:[ \t]*[,\n]{1,2}[ \t>?]{0,6}(?:[A-Z]{2}|[^\W\d_][\w.'’() \-]{1,40}?))??"
    r"[ \t]*,?[ \t\n>?]{1,6}(?:[A-Z]{2}[ ])?"
    r"(?:\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]?[ ]\d[A-Z]{2}|[A-Z]\d[A-Z][ ]?\d[A-Z]\d"
    r"|\d{3}[ ]\d{2}|\d{4}[ ][A-Z]{2}|\d{2}-\d{3}|\d{4,6})(?!\w)(?!-\d)"
)
_TAIL = re.compile(rf"{_UNIT}(?:{_CITY_LINE})?")
_POSTAL_CITY = re.compile(
    r"[ ]*[,\n][ ]{0,3}(?:[A-Z]{1,2}-)?(?:\d{4,5}|\d{3}[ ]\d{2}|\d{2}-\d{3})[ ]"
    r"[A-ZÀ-Ý][^\W\d_]{1,30}(?:[ -][A-ZÀ-Ý][^\W\d_]{1,30}){0,2}"
)

_POST_WORDS = frozenset(
    "zip postcode postal plz postleitzahl cap código codigo postnummer postnumero kod".split()
)
_POSTCODE = re.compile(
    r"(?:\bzip(?:[ _-]?code)?|\bpost(?:al)?[ _-]?code|\bplz|\bpostleitzahl|\bcap|\bcódigo postal"
    r"|\bpostnummer)\"?(?:[ ]is)?[ ]{0,2}[:=]?[ ]{0,3}\"?"
    r"([A-Z]{1,2}\d[A-Z\d]?[ ]?\d[A-Z]{2}|[A-Z]\d[A-Z][ ]?\d[A-Z]\d|\d{4}[ ]?[A-Z]{2}"
    r"|\d{2,5}[- ]\d{2,4}|\d{3,6}(?:-\d{4})?)(?!\w)",
    re.IGNORECASE,
)
_SOME_UK_POSTCODE = re.compile(r"\d(?<= \d)[ABD-HJLNP-UW-Z]{2}(?!\w)")
_UK_POSTCODE = re.compile(
    r"(?<!\w)(?:GIR ?0AA|[A-PR-UWYZ]"
    r"(?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKS-UW]|[A-HK-Y]\d[ABEHMNPRVWXY])"
    r" \d[ABD-HJLNP-UW-Z]{2})(?!\w)"
)


class PostalAddresses:
    """Streets by the words that streets are called by, in a dozen languages, and post boxes; with
    flat, town and postcode where those follow.
    """

    name = "address"
    kinds = ("address",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        text = scan.text
        patterns: list[tuple[re.Pattern[str], float]] = []
        if not scan.words.isdisjoint(_SUFFIXES):
            patterns.append((_NUMBER_FIRST, 0.8))
        if not scan.words.isdisjoint(_PREFIXES):
            if _SOME_PREFIX.search(scan.lower) is not None:
                patterns.append((_PREFIX_FIRST, 0.75))
            patterns.append((_FRENCH, 0.75))
        if _after_compound(scan):
            patterns.append((_WORD_NUMBER, 0.8))
        if "corner" in scan.words:
            patterns.append((_CORNER, 0.6))
        if not scan.words.isdisjoint(_BOX_WORDS):
            patterns.append((_BOX, 0.9))
        if not scan.words.isdisjoint(_AFTER_WORDS) and _SOME_AFTER.search(text) is not None:
            patterns.append((_AFTER_WORD, 0.65))
        if not scan.words.isdisjoint(("apt", "suite")):
            patterns.append((_UNIT_ALONE, 0.7))
        for pattern, score in patterns:
            for found in pattern.finditer(text):
                start, end = found.span(pattern.groups and 1)
                if not _is_street(text[start:end]):
                    continue
                start += _small_words(text[start:end]) if pattern is _WORD_NUMBER else 0
                tail = _POSTAL_CITY.match(text, end) or _TAIL.match(text, end)
                end = tail.end() if tail is not None else end
                stop = start + len(text[start:end].rstrip(" ,\n\t"))
                yield Match(start, max(stop, found.end()), "address", self.name, score)


def _after_compound(scan: Scan) -> bool:
    """Whether a number follows a word that ends as streets do where they are written in one."""
    lower = scan.lower
    return any(
        lower.endswith(_COMPOUND_ENDS, 0, found.start() - 1)
        for found in _NUMBER_AFTER_WORD.finditer(lower)
    )


_COMPOUND_ENDS = tuple(end + dot for end in _COMPOUND for dot in ("", "."))
_AFTER_WORDS = frozenset("address at in on to".split())
_BOX_WORDS = frozenset("box postfach apartado casilla boîte postbus psc".split())
_NO_STREET = frozenset(
    "minutes hours days weeks months years minute hour day week month year am pm percent during "
    "january february march april may june july august september october november december jan "
    "feb mar apr jun jul aug sep oct nov dec flight flights passengers bags seats".split()
)
_AMBIGUOUS = frozenset(
    "st drive dr court courts ct circle cir place pl square sq trail way close walk row rise hill "
    "point crossing loop alley str grove gardens crescent terrace ter tr bring string spring "
    "offering ring".split()
)
_ALSO_WORDS = frozenset("via al os av place route quai plaza square largo via during".split())


def _small_words(text: str) -> int:
    """Length of the words before the first that has a capital letter: “wohnt Hauptstraße 5”."""
    first = text.split(" ", 1)[0]
    return len(first) + 1 if first.isalpha() and first.islower() and not text.islower() else 0


def _is_street(text: str) -> bool:
    """Not “2 hours way”, “during 1971” and the like."""
    words = re.findall(r"[^\W\d_]+", text)
    lower = [word.lower() for word in words]
    if not words or not _NO_STREET.isdisjoint(lower):
        return False
    last = words[-1]
    if last.lower() in _AMBIGUOUS and not (
        last[0].isupper() and words[-2:-1] and (words[-2][0].isupper())
    ):
        return False
    # “via Rome 12” is a way there, “Via Roma 12” an address.
    return words[0] not in _ALSO_WORDS


class Postcodes:
    """A postcode after its name, and British ones by their form."""

    name = "postcode"
    kinds = ("postcode",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits:
            return
        if not scan.words.isdisjoint(_POST_WORDS):
            for found in _POSTCODE.finditer(scan.text):
                yield Match(*found.span(1), "postcode", self.name, 0.8)
        if _SOME_UK_POSTCODE.search(scan.text) is None and "GIR" not in scan.text:
            return
        for found in _UK_POSTCODE.finditer(scan.text):
            yield Match(*found.span(), "postcode", "uk-postcode", 0.8)
