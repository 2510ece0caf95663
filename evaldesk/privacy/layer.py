"""The redaction that lies over a trace: the original stays as it is, a reader gets another.

The same trace, profile and key give the same result, wherever and whenever. Redacting what was
redacted changes nothing. A text in which nothing is found comes through byte for byte.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaldesk.domain.privacy import Decision, Finding, Match, Profile
from evaldesk.domain.trace import Trace
from evaldesk.privacy.detection import Detector, settled
from evaldesk.privacy.placeholders import placeholder
from evaldesk.privacy.trace_texts import ROW, Place, canonical, changed, places, rebuilt

_BESIDE = "\x01beside"
"""Member of the canonical trace, while it is redacted, that holds the texts given along."""
_ROUNDS = 6
"""What was put in place of one thing may bring two others together; it never took three rounds."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in a text: what stood from ``start`` to ``end`` is ``text`` now."""

    start: int
    end: int
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """From places of the original to those of the redacted text and back, in code points."""

    rounds: tuple[tuple[Edit, ...], ...]

    def redacted(self, at: int) -> int:
        """Where a place of the original is now; inside a replacement: where that begins."""
        for edits in self.rounds:
            moved = 0
            for edit in edits:
                if at <= edit.start:
                    break
                if at < edit.end:
                    at = edit.start
                    break
                moved += len(edit.text) - (edit.end - edit.start)
            at += moved
        return at

    def original(self, at: int) -> int:
        """Where a place of the redacted text was; inside a replacement: where that began."""
        for edits in reversed(self.rounds):
            moved = 0
            for edit in edits:
                start = edit.start + moved
                if at <= start:
                    break
                if at < start + len(edit.text):
                    at = start
                    break
                moved += len(edit.text) - (edit.end - edit.start)
            at -= moved
        return at


_UNMOVED = OffsetMap(())


@dataclass(frozen=True, slots=True)
class Judged:
    """What people decided, ready to be asked.

    Attributes:
        never: digests of texts that are nobody's.
        rejected: content id of a trace → path → places that are nobody's.
    """

    never: frozenset[str] = frozenset()
    rejected: Mapping[str, Mapping[str, Sequence[tuple[int, int]]]] = field(default_factory=dict)

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> "Judged":
        """From the decisions that stand."""
        never: set[str] = set()
        rejected: dict[str, dict[str, list[tuple[int, int]]]] = {}
        for one in decisions:
            if one.verdict == "never":
                never.add(one.digest)
            elif one.verdict == "reject":
                at = rejected.setdefault(one.trace, {}).setdefault(one.path, [])
                at.append((one.start, one.end))
        return cls(frozenset(never), rejected)

    def counts(
        self,
        trace: str,
        path: str,
        match: Match | Finding,
        digest: str,
        moved: OffsetMap = _UNMOVED,
    ) -> bool:
        """Whether something that was found is still held to be personal data.

        Args:
            moved: how places of that text moved since it was the original.
        """
        if digest in self.never:
            return False
        at = self.rejected.get(trace, {}).get(path, ())
        return not any(
            moved.redacted(start) <= match.start and match.end <= moved.redacted(end)
            for start, end in at
        )


@dataclass(frozen=True, slots=True)
class Redaction:
    """A trace as a reader sees it.

    Attributes:
        maps: path → how places of its text moved; only where something was replaced.
        replaced: kind → how often.
        beside: the texts that were given along, redacted with what is known of the trace.
    """

    trace: Trace
    maps: Mapping[str, OffsetMap]
    replaced: Mapping[str, int]
    beside: tuple[str, ...] = ()


def redact(
    trace: Trace,
    profile: Profile,
    detector: Detector,
    judged: Judged | None = None,
    beside: Sequence[str] = (),
) -> Redaction:
    """Lay a profile over a trace.

    Args:
        beside: texts that speak of it, such as comments: its names are looked for in them too.
        judged: what people decided, by places of the original.
    """
    judged = judged or Judged()
    value = canonical(trace)
    value[_BESIDE] = list(beside)
    rounds: dict[str, list[tuple[Edit, ...]]] = {}
    replaced: Counter[str] = Counter()
    touched = False
    for _ in range(_ROUNDS):
        stood = list(places(value))
        moved = {path: OffsetMap(tuple(made)) for path, made in rounds.items()}
        edits = _edits(trace.row.id, stood, profile, detector, judged, moved)
        if not edits:
            break
        touched = True
        texts = {place.path: place.text for place in stood if place.path in edits}
        value = changed(value, {path: edited(texts[path], made) for path, made in edits.items()})
        for path, made in edits.items():
            if not path.startswith((ROW, f"/{_BESIDE}")):
                rounds.setdefault(path, []).append(made)
                replaced.update(edit.kind for edit in made)
    if not touched:
        return Redaction(trace, {}, {}, tuple(beside))
    maps = {path: OffsetMap(tuple(made)) for path, made in rounds.items()}
    return Redaction(rebuilt(trace, value), maps, dict(replaced), tuple(value[_BESIDE]))


def edited(text: str, edits: Sequence[Edit]) -> str:
    """The text with the replacements, which are in order and apart."""
    pieces: list[str] = []
    at = 0
    for edit in edits:
        pieces += (text[at : edit.start], edit.text)
        at = edit.end
    return "".join([*pieces, text[at:]])


def _edits(
    trace: str,
    stood: Sequence[Place],
    profile: Profile,
    detector: Detector,
    judged: Judged,
    moved: Mapping[str, OffsetMap],
) -> dict[str, tuple[Edit, ...]]:
    found = detector.raw(stood)
    result: dict[str, tuple[Edit, ...]] = {}
    for place in stood:
        matches = found.get(place.path)
        if not matches:
            continue
        wanted = [
            match
            for match in matches
            if match.score >= profile.least_score
            and profile.action(match.kind) != "keep"
            and (
                judged.counts(
                    trace,
                    place.path,
                    match,
                    detector.digest(match.kind, place.text[match.start : match.end]),
                    moved.get(place.path, _UNMOVED),
                )
            )
        ]
        made = text_edits(place.text, settled(wanted), profile, detector.key)
        if made:
            result[place.path] = made
    return result


def text_edits(
    text: str, matches: Iterable[Match], profile: Profile, key: bytes
) -> tuple[Edit, ...]:
    """What of a text is replaced by what.

    Args:
        matches: in order and apart.
    """
    return tuple(
        Edit(
            match.start,
            match.end,
            placeholder(
                profile.action(match.kind),
                match.kind,
                match.subject or text[match.start : match.end],
                key,
            ),
            match.kind,
        )
        for match in matches
        if profile.action(match.kind) != "keep"
    )


def redacted_text(
    text: str, profile: Profile, detector: Detector, judged: Judged | None = None
) -> str:
    """A text that stands alone, such as a comment or the name of a file."""
    judged = judged or Judged()
    for _ in range(_ROUNDS):
        wanted = [
            match
            for match in detector.in_text(text)
            if match.score >= profile.least_score
            and detector.digest(match.kind, text[match.start : match.end]) not in judged.never
        ]
        edits = text_edits(text, wanted, profile, detector.key)
        if not edits:
            break
        text = edited(text, edits)
    return text
