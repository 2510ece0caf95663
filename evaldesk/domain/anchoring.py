"""Tying a highlight to words, and finding the words again after the text round them changed.

A highlight is never put onto other words: where its own are gone, or stand in several places that
nothing tells apart, it is not found.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property
from typing import NamedTuple

from evaldesk.domain.errors import UsageError
from evaldesk.domain.highlight import Anchor, Found, Passage, Standing

CONTEXT = 32
"""Characters kept on each side of a quote."""
_TELLING = 16
"""So many characters tell their place by themselves, if they occur only once."""
_ALIKE = 0.75
"""Share of equal characters above which a quote between its old neighbours is the same one."""
_SIDE = 12
"""Characters of each neighbour that must stand for that."""
_LONGEST_ALIKE = 2_000
_MOST_PLACES = 1_000
_FAR = 2 * CONTEXT + 2
_JOINERS = "\u200d\ufe0e\ufe0f"


def text_hash(text: str) -> str:
    """SHA-256 of a text, as 64 hexadecimal digits. Lone surrogates are kept."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def plain_newlines(text: str) -> str:
    """The text as it is read: line feeds only."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def whole_characters(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch widened so that it cuts no character in two that is made of several code points:
    a letter with its accents, an emoji with its tone or its family, a flag.
    """
    start, end = max(0, start), min(len(text), end)
    while 0 < start < len(text) and joined(text, start):
        start -= 1
    while 0 < end < len(text) and joined(text, end):
        end += 1
    return start, end


def joined(text: str, at: int) -> bool:
    """Whether a position lies within what a person takes for one character."""
    if not 0 < at < len(text):
        return False
    here, before = text[at], text[at - 1]
    if here < "\u0300" and before < "\u0300":
        return before == "\r" and here == "\n"
    if unicodedata.category(here) in ("Mn", "Mc", "Me") or here in _JOINERS:
        return True
    if before == "\u200d" or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if _is_flag(here) and _is_flag(before):
        first = at - 1
        while first > 0 and _is_flag(text[first - 1]):
            first -= 1
        return (at - first) % 2 == 1
    return False


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


class Passages(Sequence[Passage]):
    """The passages of one trace, ready to be looked through many times."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = tuple(passages)
        self._folded: dict[int, _Folded] = {}

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        return self._passages[index]

    def __len__(self) -> int:
        return len(self._passages)

    @cached_property
    def hashes(self) -> tuple[str, ...]:
        """Of each passage."""
        return tuple(text_hash(passage.text) for passage in self._passages)

    @cached_property
    def _by_hash(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for index, known in enumerate(self.hashes):
            found.setdefault(known, []).append(index)
        return found

    def equal(self, known: str) -> Sequence[int]:
        """The passages with this hash, in order."""
        return self._by_hash.get(known, ())

    def index(self, step: int, key: str) -> int:  # type: ignore[override]
        """The passage of a step; -1 where there is none."""
        for index, passage in enumerate(self._passages):
            if passage.step == step and passage.key == key:
                return index
        return -1

    def folded(self, index: int) -> "_Folded":
        """A passage without what is no difference: spaces, and how accents are put together."""
        if index not in self._folded:
            self._folded[index] = _Folded(self._passages[index].text)
        return self._folded[index]


def anchor_at(passages: Passages, index: int, start: int, end: int) -> Anchor:
    """An anchor for a stretch of a passage, widened to whole characters.

    Raises:
        UsageError: it holds nothing but spaces.
    """
    passage = passages[index]
    text = passage.text
    start, end = whole_characters(text, start, end)
    quote = text[start:end]
    if not quote.strip():
        raise UsageError("Nothing is marked.", "Select some text first.")
    known = passages.hashes[index]
    return Anchor(
        text_hash=known,
        kind=passage.kind,
        nth=list(passages.equal(known)).index(index),
        start=start,
        end=end,
        quote=quote,
        before=text[max(0, start - CONTEXT) : start],
        after=text[end : end + CONTEXT],
    )


def locate(anchor: Anchor, passages: Passages) -> Found | None:
    """Where an anchor's words stand now; None where they are gone or cannot be told apart."""
    same = passages.equal(anchor.text_hash)
    if same:
        kinds = [index for index in same if passages[index].kind == anchor.kind] or same
        # Equal texts say the same, so that none of them is a wrong one.
        index = same[anchor.nth] if anchor.nth < len(same) else kinds[-1]
        if passages[index].text[anchor.start : anchor.end] == anchor.quote:
            return _found(passages, index, anchor.start, anchor.end, "same")
    if not anchor.quote.strip():
        return None
    places = list(_exact(anchor, passages))
    if places:
        best = _choose(places, anchor)
        return None if best is None else _found(passages, *best, "moved")
    places = list(_by_folded(anchor, passages))
    if places:
        best = _choose(places, anchor)
        return None if best is None else _found(passages, *best, "changed")
    alike = list(_alike(anchor, passages))
    return _found(passages, *alike[0], "changed") if len(alike) == 1 else None


class _Place(NamedTuple):
    passage: int
    start: int
    end: int
    kept: int
    same_kind: bool


def _found(passages: Passages, index: int, start: int, end: int, standing: Standing) -> Found:
    passage = passages[index]
    return Found(passage.step, passage.key, start, end, standing)


def _choose(places: Sequence[_Place], anchor: Anchor) -> tuple[int, int, int] | None:
    """The place whose neighbours are those of the quote, if there is just one such."""
    # The end of a passage is a neighbour as well, worth one character.
    expected = _worth(anchor.before) + _worth(anchor.after)
    fitting = [place for place in places if place.kept * 2 >= expected]
    if not fitting and len(places) == 1 and len(anchor.quote.strip()) >= _TELLING:
        fitting = list(places)
    if not fitting:
        return None
    fitting.sort(key=lambda place: (place.same_kind, place.kept), reverse=True)
    first = fitting[0]
    if len(fitting) > 1 and fitting[1][3:] == first[3:]:
        return None
    return first[:3]


def _worth(context: str) -> int:
    return CONTEXT if len(context) >= CONTEXT else len(context) + 1


def _kept(text: str, start: int, end: int, before: str, after: str) -> int:
    """How many characters next to a place are the anchor's."""
    kept = 0
    for one, other in zip(
        reversed(before), reversed(text[max(0, start - CONTEXT) : start]), strict=False
    ):
        if one != other:
            break
        kept += 1
    else:
        kept += int(len(before) < CONTEXT and start == len(before))
    same = 0
    for one, other in zip(after, text[end : end + CONTEXT], strict=False):
        if one != other:
            break
        same += 1
    else:
        same += int(len(after) < CONTEXT and len(text) - end == len(after))
    return kept + same


def _exact(anchor: Anchor, passages: Passages) -> Iterator[_Place]:
    count = 0
    for index, passage in enumerate(passages):
        text = passage.text
        for start in _occurrences(text, anchor.quote):
            end = start + len(anchor.quote)
            if joined(text, start) or joined(text, end):
                continue
            kept = _kept(text, start, end, anchor.before, anchor.after)
            yield _Place(index, start, end, kept, passage.kind == anchor.kind)
            count += 1
            if count >= _MOST_PLACES:
                return


def _occurrences(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _by_folded(anchor: Anchor, passages: Passages) -> Iterator[_Place]:
    """The quote with other spaces between its words, or its accents put together otherwise."""
    quote = _Folded(anchor.quote).text.strip()
    if len(quote) < 2:
        return
    before, after = _Folded(anchor.before).text.rstrip(), _Folded(anchor.after).text.lstrip()
    count = 0
    for index, passage in enumerate(passages):
        folded = passages.folded(index)
        for at in _occurrences(folded.text, quote):
            stop = at + len(quote)
            if not folded.is_border(at) or not folded.is_border(stop):
                continue
            # Cut well beyond the context, so that an end of the passage is still told from a cut.
            left = folded.text[max(0, at - _FAR) : at].rstrip()
            right = folded.text[stop : stop + _FAR].lstrip()
            kept = _kept(left + right, len(left), len(left), before, after)
            start, end = folded.source(at, stop)
            yield _Place(index, start, end, kept, passage.kind == anchor.kind)
            count += 1
            if count >= _MOST_PLACES:
                return


def _alike(anchor: Anchor, passages: Passages) -> Iterator[tuple[int, int, int]]:
    """Stretches between the quote's old neighbours that differ from it only a little."""
    quote = _Folded(anchor.quote).text.strip()
    if len(quote) < 4 or len(quote) > _LONGEST_ALIKE:
        return
    before = _Folded(anchor.before).text.strip()[-_SIDE:]
    after = _Folded(anchor.after).text.strip()[:_SIDE]
    if len(before) + len(after) < _SIDE:
        return
    # Where a neighbour is shorter, the passage ended there, and has to end there still.
    head, tail = len(before) < _SIDE, len(after) < _SIDE
    count = 0
    for index in range(len(passages)):
        folded = passages.folded(index)
        text = folded.text.rstrip()
        reach = int(len(quote) / _ALIKE) + 2
        for at in [0] if not before else _occurrences(text, before):
            count += 1
            if count > _MOST_PLACES:
                return
            if head and text[:at].strip():
                continue
            first = at + len(before)
            for last in _ends(text, first, reach, after, tail):
                middle = text[first:last]
                stretch = middle.strip()
                if not stretch:
                    continue
                begin = first + len(middle) - len(middle.lstrip())
                stop = begin + len(stretch)
                if not folded.is_border(begin) or not folded.is_border(stop):
                    continue
                if SequenceMatcher(None, quote, stretch, autojunk=False).ratio() >= _ALIKE:
                    yield (index, *folded.source(begin, stop))


def _ends(text: str, first: int, reach: int, after: str, tail: bool) -> Iterator[int]:
    if not after:
        if len(text) - first <= reach:
            yield len(text)
        return
    at = text.find(after, first, first + reach + len(after))
    while at >= 0:
        if not tail or not text[at + len(after) :].strip():
            yield at
        at = text.find(after, at + 1, first + reach + len(after))


_SPACES = re.compile(r"\s+")


class _Folded:
    """A text with single spaces and its accents in one order, and where each part stands in it.

    Attributes:
        text: the folded text.
    """

    def __init__(self, text: str) -> None:
        parts: list[str] = []
        # Where pieces begin, in the folded text and in the source; they map as wholes where their
        # lengths differ.
        self._at: list[int] = []
        self._from: list[int] = []
        length = at = 0
        while at < len(text):
            space = _SPACES.match(text, at)
            if space is not None:
                piece, stop = " ", space.end()
            elif text[at] < "\u0300" and (at + 1 == len(text) or text[at + 1] < "\u0300"):
                piece, stop = unicodedata.normalize("NFD", text[at]), at + 1
            else:
                stop = at + 1
                while joined(text, stop):
                    stop += 1
                piece = unicodedata.normalize("NFD", text[at:stop])
            parts.append(piece)
            self._at.append(length)
            self._from.append(at)
            length += len(piece)
            at = stop
        self.text = "".join(parts)
        self._at.append(length)
        self._from.append(len(text))

    def is_border(self, at: int) -> bool:
        """Whether a place of the folded text is one of the source."""
        found = bisect_left(self._at, at)
        return found < len(self._at) and self._at[found] == at

    def source(self, start: int, stop: int) -> tuple[int, int]:
        """A stretch of the folded text, as it stands in the source."""
        first = bisect_right(self._at, start) - 1
        last = bisect_left(self._at, stop)
        return self._from[first], self._from[last]
