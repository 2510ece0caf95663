"""Runs of words that texts share with a much larger one, which is read once from end to end.

As in the decontamination of GPT-3 (Brown and others 2020, appendix C: 13-grams of lower-cased
words without punctuation, those that occur more than ten times left out) and, with the share of
what overlaps, of PaLM (Chowdhery and others 2022, section 8).
"""

import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NGRAM = 13
SHORTEST = 5
"""A text of fewer words is not judged: they stand anywhere."""
COMMON = 10
"""A run of words that more texts than this share is taken for a template and left out."""

# A letter of Chinese, Japanese, Korean or Thai is taken for a word: nothing parts theirs.
_ALONE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
_SEED = 20261


@dataclass(slots=True)
class Overlap:
    """What one text shares with what was read.

    Attributes:
        index: of the text. words: how many it has.
        covered: how many of them stand in a run that was found.
        longest: words in the longest run; ``passage`` is that run in the text's own words.
        source, line: where the longest run ends; lines are counted from 1.
        places: how many runs were found.
    """

    index: int
    words: int
    covered: int
    longest: int
    passage: str
    source: str
    line: int
    places: int

    @property
    def share(self) -> float:
        """Of its words that are covered."""
        return self.covered / self.words if self.words else 0.0


@dataclass(slots=True)
class _Met:
    marks: set[int] = field(default_factory=set)
    last: dict[int, tuple[int, int]] = field(default_factory=dict)
    longest: int = 0
    begins: int = 0
    source: str = ""
    line: int = 0
    places: int = 0


def words(text: str) -> list[str]:
    """What is compared: NFKC, case-folded, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


class OverlapIndex:
    """The runs of words of many texts, to be met in another.

    Attributes:
        short: how many texts have fewer than `SHORTEST` words and are not judged.
        common: how many runs were left out because too many texts share them.
    """

    def __init__(self, texts: Iterable[str], ngram: int = NGRAM, most_shared: int = COMMON) -> None:
        import numpy as np

        self.ngram = ngram
        self.short = 0
        self.common = 0
        self.sources = 0
        self.words_read = 0
        self._known: dict[str, int] = {}
        self._met: dict[int, _Met] = {}
        self._lengths: list[int] = []
        self._numbers = array("q")
        self._starts = array("q", [0])
        by_length: dict[int, list[int]] = {}
        for index, text in enumerate(texts):
            found = words(text)
            self._numbers.extend(
                self._known.setdefault(word, len(self._known) + 1) for word in found
            )
            self._starts.append(len(self._numbers))
            self._lengths.append(len(found))
            if len(found) < min(SHORTEST, ngram):
                self.short += 1
            else:
                by_length.setdefault(min(len(found), ngram), []).append(index)
        self._values = np.random.default_rng(_SEED).integers(
            1, 2**63, len(self._known) + 1, dtype=np.uint64
        )
        self._values[0] = 0
        self._grams = {
            length: self._indexed(length, members, most_shared)
            for length, members in sorted(by_length.items())
        }

    def _indexed(
        self, length: int, members: Sequence[int], most_shared: int
    ) -> "tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]":
        """Sorted hashes of the runs of ``length`` words, and of each the text and place."""
        import numpy as np

        numbers = np.frombuffer(self._numbers, dtype=np.int64)
        hashes, owners, places = [], [], []
        for index in members:
            some = self._values[numbers[self._starts[index] : self._starts[index + 1]]]
            own = _rolled(some, length)
            hashes.append(own)
            owners.append(np.full(len(own), index, dtype=np.int64))
            places.append(np.arange(len(own), dtype=np.int64))
        joined, owner = np.concatenate(hashes), np.concatenate(owners)
        place = np.concatenate(places)
        order = np.lexsort((owner, joined))
        joined, owner, place = joined[order], owner[order], place[order]
        # Each text counts once for a run, however often it has it.
        fresh = np.ones(len(joined), dtype=bool)
        fresh[1:] = (joined[1:] != joined[:-1]) | (owner[1:] != owner[:-1])
        _, inverse = np.unique(joined, return_inverse=True)
        shared = np.bincount(inverse[fresh])
        kept = shared[inverse] <= most_shared
        self.common += int(np.count_nonzero(shared > most_shared))
        return joined[kept], owner[kept], place[kept]

    def read(
        self, source: str, pieces: Iterable[str], progress: Callable[[int], None] = lambda n: None
    ) -> None:
        """Meet a text, piece by piece.

        Args:
            source: what it is called.
            pieces: cut between words; lines are counted over all of them.
            progress: called with the characters read so far; raises to stop.
        """
        import numpy as np

        self.sources += 1
        longest = max(self._grams, default=1)
        tail = np.empty(0, dtype=np.uint64)
        line, begins, read = 1, self.words_read + longest, 0
        for met in self._met.values():
            met.last.clear()
        for piece in pieces:
            read += len(piece)
            progress(read)
            found = words(piece)
            known = np.fromiter(
                (self._known.get(word, 0) for word in found), dtype=np.int64, count=len(found)
            )
            values = np.concatenate((tail, self._values[known]))
            first = begins - len(tail)
            hits: list[tuple[int, int, int, int]] = []
            for length, (hashes, owner, place) in self._grams.items():
                own = _rolled(values, length)
                # Those that end in the tail were met with the piece before.
                skip = max(0, len(tail) - length + 1)
                hits.extend(_matches(own, skip, hashes, owner, place, length))
            if hits:
                lines = _Lines(piece, line)
                hits.sort()
                for at, index, place_of, length in hits:
                    end = at + length - 1 - len(tail)
                    self._meet(index, first + at, place_of, length, source, lines, end)
            line += piece.count("\n")
            begins += len(found)
            tail = values[max(0, len(values) - longest + 1) :]
        self.words_read = begins

    def _meet(
        self,
        index: int,
        at: int,
        place: int,
        length: int,
        source: str,
        lines: "_Lines",
        end: int,
    ) -> None:
        met = self._met.setdefault(index, _Met())
        met.marks.add(place)
        diagonal = at - place
        before, run = met.last.get(diagonal, (-2, 0))
        if before == at - 1:
            run += 1
        else:
            run = length
            met.places += 1
        if len(met.last) > 1000:
            met.last.clear()
        met.last[diagonal] = (at, run)
        if run > met.longest:
            met.longest = run
            met.begins = place + length - run
            met.source, met.line = source, lines.of(end)

    def overlaps(self, texts: Sequence[str]) -> list[Overlap]:
        """What was met so far, most covered first.

        Args:
            texts: the same as at the beginning.
        """
        found = []
        for index, met in self._met.items():
            size = self._lengths[index]
            length = min(size, self.ngram)
            covered: set[int] = set()
            for place in met.marks:
                covered.update(range(place, place + length))
            found.append(
                Overlap(
                    index,
                    size,
                    len(covered),
                    met.longest,
                    _passage(texts[index], met.begins, met.longest),
                    met.source,
                    met.line,
                    met.places,
                )
            )
        return sorted(found, key=lambda item: (-item.share, -item.longest, item.index))


class _Lines:
    """Which line a word of a piece stands in, found only where it is asked for."""

    def __init__(self, piece: str, first: int) -> None:
        self._piece = piece
        self._first = first
        self._lines: array[int] | None = None

    def of(self, word: int) -> int:
        if self._lines is None:
            self._lines = array("q")
            line = self._first
            for text in self._piece.split("\n"):
                self._lines.extend([line] * len(words(text)))
                line += 1
        return self._lines[word] if 0 <= word < len(self._lines) else self._first


def _rolled(values: "NDArray[np.uint64]", length: int) -> "NDArray[np.uint64]":
    """A hash of every run of ``length`` words; 0 where a word of it is in no text."""
    import numpy as np

    count = len(values) - length + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    hashes = np.zeros(count, dtype=np.uint64)
    missing = np.concatenate(([0], np.cumsum(values == 0)))
    for place in range(length):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + values[place : place + count]
        hashes ^= hashes >> np.uint64(29)
    hashes[missing[length:] != missing[:-length]] = 0
    return hashes


def _matches(
    own: "NDArray[np.uint64]",
    skip: int,
    hashes: "NDArray[np.uint64]",
    owner: "NDArray[np.int64]",
    place: "NDArray[np.int64]",
    length: int,
) -> Iterator[tuple[int, int, int, int]]:
    import numpy as np

    if not len(hashes):
        return
    own = own[skip:]
    left = np.searchsorted(hashes, own)
    there = (left < len(hashes)) & (own != 0)
    there[there] = hashes[left[there]] == own[there]
    for at in np.flatnonzero(there).tolist():
        number = int(left[at])
        while number < len(hashes) and hashes[number] == own[at]:
            yield at + skip, int(owner[number]), int(place[number]), length
            number += 1


def _passage(text: str, begins: int, count: int) -> str:
    shown = unicodedata.normalize("NFKC", text)
    found = [match.span() for match in _WORD.finditer(shown)]
    folded = words(text)
    if len(found) != len(folded):
        # Case-folding parts a few letters, such as a dotted capital I, and so counts otherwise.
        return " ".join(folded[begins : begins + count])
    if not count:
        return ""
    return " ".join(shown[found[begins][0] : found[begins + count - 1][1]].split())
