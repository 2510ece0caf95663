"""What a sentence says of a person: a name after “my name is”, an age, a date of birth, a user name
in the path of a file. Names that nothing announces are not seen here.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable

from evaldesk.domain.privacy import Match
from evaldesk.privacy.scan import Scan

_NAME = r"[^\W\d_][\w'’.\-]{0,30}"
_NAMES = rf"({_NAME}(?:[ \t]{{1,2}}{_NAME}){{0,4}})"
_TITLE = re.compile(
    r"(?<!\w)(?:mr|mrs|ms|mx|dr|prof|sir|madam|miss|herr|frau|señor|señora|monsieur|madame|mme"
    r"|signor|signora|sr|sra|dott)\b\.?[ \t]{1,2}" + _NAMES,
    re.IGNORECASE,
)
_SAID = re.compile(
    r"(?:\bname(?:['’]s|[ ]is)|\bnamens|\bheiße|\bje m['’]appelle|\bme llamo|\bmi chiamo"
    r"|\bthis is|\bi am|\bi['’]m|\bich bin|\bsigned by|\bsincerely,?|\bregards,?|\bgrüßen,?"
    r"|\bdear|\bhello|\bhi|\bnamed|\bcalled|\bcontact|\bpassengers?|\bcustomers?)[ \t:,\n]{1,3}"
    + _NAMES,
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:^|[\n>;,|])[ \t>]{0,4}(?:(?:full|first|last|given|family|sur|maiden|middle|contact"
    r"|customer|patient|passenger|account holder)[ _]?)?(?:name|user|nachname"
    r"|vorname|nom|nombre|patient|passenger|applicant|insured|employee|attn|attention)"
    r"[ \t]{0,2}[:=][ \t]{0,4}" + _NAMES,
    re.IGNORECASE,
)
_SAID_BEGIN = tuple(
    "name's|name’s|name is|namens|heiße|je m'appelle|je m’appelle|me llamo|mi chiamo|this is|i am"
    "|i'm|i’m|ich bin|signed by|sincerely|regards|grüßen|dear|hello|hi|named|called|contact"
    "|passenger|customer".split("|")
)
"""What `_SAID` may begin with."""
_SOME_LABEL = re.compile(
    r"(?:name|user|nom|nombre|patient|passenger|applicant|insured|employee|attn|attention)"
    r"[ \t]{0,2}[:=]"
)
_SURE = ("name", "namens", "heiße", "appelle", "llamo", "chiamo", "signed", "sincerely", "regards")
_SAID_WORDS = frozenset(
    "name namens heiße appelle llamo chiamo this am i ich signed sincerely regards grüßen dear "
    "hello hi named called contact passenger passengers customer customers".split()
)
_TITLE_WORDS = frozenset(
    "mr mrs ms mx dr prof sir madam miss herr frau señor señora monsieur madame mme signor signora "
    "sr sra dott".split()
)
_LABEL_WORDS = frozenset(
    "name user nachname vorname nom nombre patient passenger applicant insured employee attn "
    "attention firstname lastname surname".split()
)
_PARTICLES = frozenset("de da di du del della van von der den la le el al bin ibn of st".split())
_NO_NAME = frozenset(
    "i a an the and or but not is are was so to for from in on at with by as it you your yours my "
    "we our he she they his her their this that these those there here who what when where why how "
    "all please thanks thank yes no ok okay sorry sure just very also only now then today "
    "sir madam team support customer service agent assistant user client guest everyone everybody "
    "hello dear mr mrs ms dr january february march april may june july august september october "
    "november december monday tuesday wednesday thursday friday saturday sunday none null unknown "
    "nan n/a true false string first last name if can could would will do does did have has had "
    "looking trying calling writing interested happy glad afraid going unable able ready reaching "
    "having getting using traveling travelling flying hoping wondering planning required optional "
    "english german french spanish american british".split()
)


class NamesInContext:
    """Names that a title or a phrase announces, written with a capital letter."""

    name = "name-in-context"
    kinds = ("person",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        text = scan.text
        if titles := _TITLE_WORDS & scan.words:
            yield from self._announced(text, _TITLE, scan.beginning(titles), 0.9)
        if not _LABEL_WORDS.isdisjoint(scan.words) and _SOME_LABEL.search(scan.lower):
            yield from self._announced(text, _LABEL, None, 0.85)
        if not _SAID_WORDS.isdisjoint(scan.words):
            yield from self._announced(text, _SAID, scan.beginning(_SAID_BEGIN), 0.0)

    def _announced(
        self, text: str, pattern: re.Pattern[str], begin: list[int] | None, score: float
    ) -> Iterable[Match]:
        """Names behind what the pattern announces them with.

        Args:
            begin: where alone it may begin; None for anywhere.
        """
        at = 0
        while (found := _next(text, pattern, begin, at)) is not None:
            at = found.start(1)
            end = _end_of_name(text, *found.span(1))
            if end <= at:
                continue
            name = text[at:end]
            sure = score
            if not sure:
                telling = found.group()[: at - found.start()].lower()
                certain = any(word in telling for word in _SURE)
                sure = 0.85 if certain else 0.7
                if not certain and " " not in name.strip():
                    continue  # “I'm Tired”, “Dear Customer”
            yield Match(at, end, "person", self.name, sure)
            at = end


def _next(
    text: str, pattern: re.Pattern[str], begin: list[int] | None, at: int
) -> re.Match[str] | None:
    if begin is None:
        return pattern.search(text, at)
    for index in range(bisect_left(begin, at), len(begin)):
        found = pattern.match(text, begin[index])
        if found is not None:
            return found
    return None


def _end_of_name(text: str, start: int, stop: int) -> int:
    """Where the words end that are written like a name; ``start`` where none is."""
    end = start
    words = 0
    for piece in re.finditer(r"\S+", text[start:stop]):
        word = piece.group().rstrip(".,'’-")
        bare = word.casefold()
        initial = len(word) == 1 and word.isupper()
        if words and bare in _PARTICLES:
            continue
        if bare in _NO_NAME and not (words and initial):
            break
        if not word[:1].isupper() or (len(word) > 3 and word.isupper() and not words):
            break
        words += 1
        # The dot of “R.” belongs to the name, that of a sentence does not.
        dot = initial and piece.group()[1:2] == "."
        end = start + piece.start() + len(word) + dot
        if not initial and piece.group().endswith((".", ",")):
            break
    return end


_AGE = re.compile(
    r"(?<![\w.,$€£-])(1[01]\d|\d{1,2})(?:[ -]{1,2}(?:year|yr)s?[ -]{1,2}old|[ ]?(?:y/o|yo)\b"
    r"|[ ](?:jahre|jährig|ans\b(?! d)|años|anni)[ ]?(?:alt)?)|"
    r"\b(?:aged?|turn(?:ed|s|ing)?|alter|i['’]?m|am|age is|age of|edad|âge)[ :]{1,3}"
    r"(?:just[ ])?(1[01]\d|\d{1,2})(?![\w%$€£:/-]|[.,]\d|[ ](?:minutes|hours|days|weeks|months|"
    r"percent|%|dollars|usd|euros|people|passengers|bags|am|pm))",
    re.IGNORECASE,
)
_AGE_WORDS = frozenset(
    "old y yo aged age turn turned turns turning m am jahre jährig alter ans âge años edad "
    "anni".split()
)


class Ages:
    """How old somebody is said to be."""

    name = "age"
    kinds = ("age",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits or _AGE_WORDS.isdisjoint(scan.words):
            return
        for found in _AGE.finditer(scan.text):
            group = 1 if found.group(1) else 2
            yield Match(*found.span(group), "age", self.name, 0.75 if group == 1 else 0.6)


_MONTH = (
    r"(?:jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|ma[yi]|june?|juni|july?|juli"
    r"|aug(?:ust)?|sep(?:t|tember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
_DAY = re.compile(
    r"(?<![\w/.-])(?:(?:18|19|20)\d\d([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d\d)"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)?[ ](?:of[ ])?{_MONTH}\.?,?[ ]\d{{4}}"
    rf"|{_MONTH}\.?[ ]\d{{1,2}}(?:st|nd|rd|th)?,?[ ]\d{{4}})(?![\w/-])",
    re.IGNORECASE,
)
_BIRTH_WORDS = frozenset(
    "born birth birthday birthdate dob geboren geburtsdatum geburtstag geb né née naissance "
    "nacido nacida nacimiento nato nata nascita urodzony urodzona".split()
)


_BORN_AFTER = frozenset("birth birthday dob geboren geburtsdatum naissance nacimiento".split())
_WORD = re.compile(r"[^\W\d_]+")


class BirthDates:
    """A day beside a word such as “born”."""

    name = "birth-date"
    kinds = ("birth_date",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        if not scan.has_digits or _BIRTH_WORDS.isdisjoint(scan.words):
            return
        days = list(_DAY.finditer(scan.text))
        for at, found in enumerate(days):
            # The word belongs to the first day after it: “born 3/4/1980, travels 5/6/2026”.
            since = max(found.start() - 45, days[at - 1].end() if at else 0)
            before = frozenset(_WORD.findall(scan.lower[since : found.start()]))
            after = frozenset(_WORD.findall(scan.lower[found.end() : found.end() + 20]))
            if before & _BIRTH_WORDS or (
                after & _BORN_AFTER and "," not in scan.lower[found.end() : found.end() + 20]
            ):
                yield Match(*found.span(), "birth_date", self.name, 0.9)


_HOME = re.compile(
    r"(?:/home/|/Users/|/var/mail/|\\Users\\|\\\\Users\\\\|/Documents and Settings/"
    r"|\\Documents and Settings\\)([^/\\\s\"'<>:|?*,;()\[\]{}]{1,64})"
)
_SHARED = frozenset(
    "user users username public shared default root admin ubuntu runner app node jovyan all "
    "vscode ec2-user you me".split()
)
_HANDLE = re.compile(
    r"(?:user[ _-]?(?:name|id)|login|handle|benutzername)[\"']?(?:[ ]is|[:=])\s{0,3}[\"'`]?"
    r"([A-Za-z][\w.-]{2,40})",
    re.IGNORECASE,
)
_HANDLE_WORDS = ("user", "login", "handle", "benutzer")


class UserNames:
    """The owner of a home folder, and what is called a user name or id."""

    name = "user-name"
    kinds = ("username",)

    def find(self, scan: Scan) -> Iterable[Match]:
        """See `Recognizer`."""
        text = scan.text
        if "sers" in text or "/home/" in text or "ettings" in text or "/mail/" in text:
            for found in _HOME.finditer(text):
                if found.group(1).lower() not in _SHARED and not found.group(1).startswith("$"):
                    yield Match(*found.span(1), "username", "home-folder", 0.9)
        stop = 0
        for at in scan.beginning(_HANDLE_WORDS):
            handle = _HANDLE.match(text, at) if at >= stop else None
            if handle is not None:
                stop = handle.end()
                value = handle.group(1).rstrip(".-_")
                # A word alone is a word; a name for a machine has digits, a dot or a line in it.
                if any(one.isdigit() or one in "._-" for one in value):
                    yield Match(
                        handle.start(1), handle.start(1) + len(value), "username", self.name, 0.75
                    )
