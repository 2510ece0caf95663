"""Where personal data stands in a trace: what the recognizers see, what fields give away, and the
same words wherever else they stand in that trace.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.privacy import Finding, Match, TermList
from evaldesk.domain.trace import Trace
from evaldesk.privacy import field_names
from evaldesk.privacy.encodings import base64_tokens, views
from evaldesk.privacy.folding import Mapped, fold, folded
from evaldesk.privacy.placeholders import blanked, digest
from evaldesk.privacy.recognizers import REGIONS, recognizers
from evaldesk.privacy.scan import Recognizer, Scan
from evaldesk.privacy.term_lists import TermFinder
from evaldesk.privacy.trace_texts import ROW, Place, canonical, places

VERSION = 1
"""Counts up when what is found changes, so that what was scanned before is scanned again."""

AGAIN = "seen-again"
_CACHED_CHARACTERS = 6_000_000
_NOTHING = re.compile(r"[^\W\d]{0,24}")
"""A word, which no recognizer would look at twice; most texts of a trace are one."""
_NOT_AGAIN = frozenset(("age", "place", "organization", "nationality", "geo"))
"""What is not looked for elsewhere in the trace: a home town is also where flights go."""
_LEAST_AGAIN = 3
_LEAST_DIGITS = 5
COMMON_NAMES = frozenset(
    "will may mark grace hope june april august rose bill jack art frank grant chase drew faith "
    "dean earl gene glen guy jay joy lane lee long miles pat penny ray rich rob sky sue summer "
    "dawn eve ivy iris violet lily daisy amber ruby pearl crystal angel christian king young brown "
    "white black green gray grey gold silver stone wood woods field fields hill rivers lake banks "
    "church bishop knight price page day week winter early best good little small short strong "
    "smart wise love moon star sun snow rain frost storm new old law case park street banker baker "
    "cook cooper carter mason miller smith taylor fisher hunter parker porter potter shepherd "
    "turner walker weaver wright fox wolf bird swan lamb bell ball book books cash major max "
    "mercy melody harmony destiny trinity charity an in on so do he li ma no to be us you can chan "
    "sung min long ho son ha".split()
)


class Pipeline(Protocol):
    """A model that an organisation has installed; see `spacy_pipeline`."""

    @property
    def name(self) -> str:
        """Which, with its version."""

    def find(self, text: str) -> Iterable[Match]:
        """What it takes for names in a text."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What is known of one text, whichever trace it stands in."""

    matches: tuple[Match, ...]
    readings: tuple[Mapped, ...]
    hidden: tuple[tuple[int, int, str], ...]
    """base64: start and end of the token, and the folded content."""
    fields: tuple[Match, ...]
    """Values in JSON that stands in the text."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Words to look for in the rest of the trace."""

    kind: str
    subject: str
    score: float = 0.9
    exact: str = ""
    """Only where it is written so: of words that are also other words."""


@dataclass(frozen=True, slots=True)
class DetectorPlan:
    """What a project looks for.

    Attributes:
        regions: whose telephone numbers are known without a country code.
        lists: the project's own words, with those of decisions.
        pipeline: name of an installed spaCy pipeline; empty for none.
    """

    regions: tuple[str, ...] = REGIONS
    lists: tuple[TermList, ...] = ()
    pipeline: str = ""

    @property
    def fingerprint(self) -> str:
        """Changes when something else would be found."""
        return content_id(
            [
                VERSION,
                list(self.regions),
                [[one.name, one.kind, sorted(one.terms)] for one in self.lists],
                self.pipeline,
            ]
        )[:32]


class Detector:
    """Finds personal data in traces and texts. Holds what it knows of texts that come again, such
    as the instructions that every trace of a run begins with.
    """

    def __init__(
        self, key: bytes, plan: DetectorPlan | None = None, pipeline: Pipeline | None = None
    ) -> None:
        """Args:
        key: the project's secret, for digests.
        """
        plan = plan or DetectorPlan()
        self.key = key
        self.plan = plan
        self._recognizers: tuple[Recognizer, ...] = recognizers(plan.regions)
        self._terms = TermFinder(plan.lists)
        self._pipeline = pipeline
        self._known: dict[str, _Read] = {}
        self._characters = 0

    def in_text(self, text: str) -> list[Match]:
        """What is in a text that stands alone, overlaps settled."""
        read = self._read(text)
        return settled([*read.matches, *read.fields])

    def in_trace(self, trace: Trace) -> list[Finding]:
        """What is in a trace, overlaps settled, in the order of the canonical trace."""
        return self.findings(canonical(trace))

    def findings(self, value: Mapping[str, Any]) -> list[Finding]:
        """What is in a canonical trace; see `trace_texts.canonical`."""
        stood = list(places(value))
        raw = self.raw(stood)
        result: list[Finding] = []
        for place in stood:
            result.extend(self._told(place, settled(raw.get(place.path, ()))))
        return result

    def raw(self, stood: Sequence[Place]) -> dict[str, list[Match]]:
        """Path → everything that was found there; matches may overlap."""
        found: dict[str, list[Match]] = {}
        again: dict[str, _Again] = {}
        names: dict[str, dict[str, str]] = {}
        for place in stood:
            matches = self._in_place(place, again, names)
            if matches:
                found[place.path] = matches
        _whole_names(names, again)
        if again:
            self._see_again(stood, again, found)
        return found

    def _see_again(
        self,
        stood: Sequence[Place],
        again: Mapping[str, _Again],
        found: dict[str, list[Match]],
    ) -> None:
        """Look for the words in all texts at once: a trace has hundreds, most of them short."""
        sources: list[tuple[Place, Mapped]] = []
        begins: list[int] = []
        pieces: list[str] = []
        at = 0
        for place in stood:
            read = self._read(place.text)
            for reading in read.readings:
                sources.append((place, reading))
                begins.append(at)
                pieces.append(reading.text)
                at += len(reading.text) + 1
            for start, end, content in read.hidden:
                if more := _hidden_again(start, end, content, again):
                    found.setdefault(place.path, []).append(more)
        haystack = "\0".join(pieces)
        for words, what in again.items():
            at = haystack.find(words)
            while at >= 0:
                end = at + len(words)
                if _alone(haystack, at, end):
                    source = bisect_right(begins, at) - 1
                    place, reading = sources[source]
                    start, stop = reading.back(at - begins[source], end - begins[source])
                    if not what.exact or place.text[start:stop] == what.exact:
                        match = Match(start, stop, what.kind, AGAIN, what.score, what.subject)
                        found.setdefault(place.path, []).append(match)
                at = haystack.find(words, at + 1)

    def _in_place(
        self, place: Place, again: dict[str, _Again], names: dict[str, dict[str, str]]
    ) -> list[Match]:
        text = place.text
        read = self._read(text)
        matches = list(read.matches) if not place.number or len(text) >= 7 else []
        kind = field_names.kind_of(place.name, place.parent) if place.name else None
        if kind is not None and field_names.is_value(text, kind):
            bare = text.strip()
            start = text.index(bare)
            matches.append(Match(start, start + len(bare), kind, f"field:{place.name}", 0.95))
            if kind == "person":
                above = place.path[: place.path.rfind("/")]
                names.setdefault(above, {})[place.name.lower()] = bare
        pieces: dict[str, str] = {}
        for match in read.fields:
            matches.append(match)
            if match.kind == "person":
                name = match.recognizer.removeprefix("field:")
                if name in pieces:
                    names[f"{place.path}#{match.start}"], pieces = pieces, {}
                pieces[name] = text[match.start : match.end]
        if pieces:
            names[f"{place.path}#"] = pieces
        for match in matches:
            _remember(again, match, text[match.start : match.end])
        return matches

    def _told(self, place: Place, matches: Iterable[Match]) -> Iterator[Finding]:
        for match in matches:
            text = place.text[match.start : match.end]
            yield Finding(
                place.path,
                match.start,
                match.end,
                match.kind,
                match.recognizer,
                round(match.score, 3),
                self.digest(match.kind, text),
                match.subject or text,
            )

    def digest(self, kind: str, text: str) -> str:
        """The keyed hash that stands for a text; the same for other spellings of it."""
        return digest(self.key, f"{kind}\0{' '.join(fold(text).split())}")

    def _read(self, text: str) -> _Read:
        known = self._known.get(text)
        if known is None:
            known = self._made(text)
            if self._characters > _CACHED_CHARACTERS:
                self._known.clear()
                self._characters = 0
            self._known[text] = known
            self._characters += len(text) + 40
        return known

    def _made(self, text: str) -> _Read:
        plain = blanked(text)
        readings = [folded(plain)]
        matches = list(self._recognized(plain))
        matches.extend(self._terms.matches(readings[0]))
        for view in views(plain):
            for match in (*self._recognized(view.text), *self._terms.matches(folded(view.text))):
                start, end = view.back(match.start, match.end)
                matches.append(Match(start, end, match.kind, match.recognizer, match.score))
            readings.append(view.over(folded(view.text)))
        hidden: list[tuple[int, int, str]] = []
        if len(plain) >= 12:
            for start, end, content in base64_tokens(plain):
                inner = [*self._recognized(content), *self._terms.matches(folded(content))]
                inner.extend(_in_fields(content))
                hidden.append((start, end, fold(content)))
                if inner:
                    best = max(inner, key=lambda one: one.score)
                    matches.append(
                        Match(start, end, best.kind, f"base64:{best.recognizer}", best.score)
                    )
        return _Read(tuple(matches), tuple(readings), tuple(hidden), tuple(_in_fields(plain)))

    def _recognized(self, text: str) -> Iterator[Match]:
        if len(text) < 3 or _NOTHING.fullmatch(text):
            return
        scan = Scan(text)
        for recognizer in self._recognizers:
            yield from recognizer.find(scan)
        if self._pipeline is not None:
            yield from self._pipeline.find(text)


def _in_fields(text: str) -> list[Match]:
    return [
        Match(start, end, kind, f"field:{name}", 0.92)
        for start, end, kind, name in field_names.in_text(text)
    ]


def _remember(again: dict[str, _Again], match: Match, text: str) -> None:
    if match.kind in _NOT_AGAIN or match.score < 0.6 or match.recognizer.startswith("base64:"):
        return
    words = fold(text).strip()
    if len(words) < (_LEAST_DIGITS if words.isdigit() else _LEAST_AGAIN) or len(words) > 400:
        return
    exact = text.strip() if match.kind == "person" and words in COMMON_NAMES else ""
    subject = match.subject or text.strip()
    again.setdefault(words, _Again(match.kind, subject, match.score, exact))


_FIRST = frozenset(("first_name", "firstname", "given_name", "givenname", "vorname", "prenom"))
_LAST = frozenset(
    ("last_name", "lastname", "family_name", "familyname", "surname", "nachname", "apellido")
)


def _whole_names(names: Mapping[str, Mapping[str, str]], again: dict[str, _Again]) -> None:
    """First and last name of one object: either of them, and both in either order, are the same
    person.
    """
    people: dict[str, set[str]] = {}
    for fields in names.values():
        first = next((text for name, text in fields.items() if name in _FIRST), "")
        last = next((text for name, text in fields.items() if name in _LAST), "")
        if first and last:
            whole = f"{first} {last}"
            for text in (whole, f"{last}, {first}", f"{last} {first}"):
                again[fold(text)] = _Again("person", whole, 0.9)
            people.setdefault(fold(first), set()).add(whole)
            people.setdefault(fold(last), set()).add(whole)
    for word, whose in people.items():
        # A family's name is not one person's.
        if word in again and len(whose) == 1:
            one = again[word]
            again[word] = _Again(one.kind, next(iter(whose)), one.score, one.exact)


def _hidden_again(start: int, end: int, content: str, again: Mapping[str, _Again]) -> Match | None:
    for words, what in again.items():
        at = content.find(words)
        if at >= 0 and not what.exact and _alone(content, at, at + len(words)):
            return Match(start, end, what.kind, f"base64:{AGAIN}", what.score)
    return None


def _alone(text: str, start: int, end: int) -> bool:
    """Whether neither end cuts through a word. ``_`` and a change from letters to digits do not
    make a word longer: ``mia_li_3668``.
    """
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (
        (before.isalnum() and text[start].isalnum() and before.isdigit() == text[start].isdigit())
        or (
            after.isalnum()
            and text[end - 1].isalnum()
            and after.isdigit() == text[end - 1].isdigit()
        )
    )


def settled(matches: Iterable[Match], least_score: float = 0.0) -> list[Match]:
    """Matches that do not overlap: what touches is one, as long as all of it, and of the kind of
    the surest, or of the longest among those.
    """
    ordered = sorted(
        (one for one in matches if one.score >= least_score and one.end > one.start),
        key=lambda one: (one.start, -one.end),
    )
    result: list[Match] = []
    group: list[Match] = []
    stop = -1
    for match in ordered:
        if group and match.start >= stop:
            result.append(_one_of(group))
            group = []
        group.append(match)
        stop = max(stop, match.end) if len(group) > 1 else match.end
    if group:
        result.append(_one_of(group))
    return result


def _one_of(group: Sequence[Match]) -> Match:
    if len(group) == 1:
        return group[0]
    start, end = min(one.start for one in group), max(one.end for one in group)
    best = max(
        group,
        key=lambda one: (
            int(one.score * 10),
            one.end - one.start,
            one.recognizer != AGAIN,
            one.kind,
        ),
    )
    # A subject of its own is the surer one: the whole name that a first name belongs to.
    same = (one.subject for one in group if one.kind == best.kind and one.subject)
    return Match(start, end, best.kind, best.recognizer, best.score, next(same, ""))


def without_row(findings: Iterable[Finding]) -> list[Finding]:
    """Only what stands in the canonical trace itself."""
    return [one for one in findings if not one.path.startswith(ROW)]
