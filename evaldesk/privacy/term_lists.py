"""A project's own words found in a text: tens of thousands at once, in time that grows with the
text and not with the lists.

Words stand alone (``Ann`` is not in ``Annual``), in any case, with and without accents, with or
without spaces, hyphens or underscores between their parts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evaldesk.domain.privacy import Match, TermList
from evaldesk.privacy.folding import Mapped, fold

_PIECE = re.compile(r"[^\W_]+")
_BETWEEN = re.compile(r"[\s\-_.,'’/·&+()]{0,4}\Z")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")
_LEAST = 2


@dataclass(frozen=True, slots=True)
class _Term:
    pieces: tuple[str, ...]
    kind: str
    source: str
    subject: str


class TermFinder:
    """Finds the terms of some lists.

    Attributes:
        name: of the recognizer.
    """

    name = "list"

    def __init__(self, lists: Iterable[TermList]) -> None:
        self._first: dict[str, list[_Term]] = {}
        self._joined: dict[str, _Term] = {}
        self._unspaced: dict[str, _Term] = {}
        self._lengths: tuple[int, ...] = ()
        self._size = 0
        lengths: set[int] = set()
        for words in lists:
            for text in words.terms:
                whole = fold(text).strip()
                if len(whole) < _LEAST:
                    continue
                self._size += 1
                pieces = tuple(_PIECE.findall(whole))
                if not pieces:
                    continue
                term = _Term(pieces, words.kind, f"list:{words.name}", " ".join(pieces))
                if _UNSPACED.search(whole):
                    self._unspaced.setdefault(whole, term)
                    lengths.add(len(whole))
                self._first.setdefault(pieces[0], []).append(term)
                joined = "".join(pieces)
                # ``MaryAnn`` for ``Mary Ann``; of short ones too much else is made.
                if len(joined) >= 6:
                    self._joined.setdefault(joined, term)
        for found in self._first.values():
            found.sort(key=lambda one: -len(one.pieces))
        self._lengths = tuple(sorted(lengths, reverse=True))
        self._starts = frozenset(one[0] for one in self._unspaced)

    def __len__(self) -> int:
        return self._size

    def find(self, text: Mapped) -> Iterator[tuple[int, int, _Term]]:
        """Places in the folded text, the longest where several begin at one."""
        if not self._size:
            return
        pieces = [(at.start(), at.end(), at.group()) for at in _PIECE.finditer(text.text)]
        first, joined = self._first, self._joined
        skip = -1
        for index, (start, end, piece) in enumerate(pieces):
            if index <= skip:
                continue
            terms = first.get(piece)
            if terms is not None:
                for term in terms:
                    last = self._matched(text.text, pieces, index, term.pieces)
                    if last is not None:
                        yield start, pieces[last][1], term
                        skip = last
                        break
                else:
                    terms = None
            if terms is None and joined:
                one = joined.get(piece)
                if one is not None:
                    yield start, end, one
                elif index + 1 < len(pieces):
                    following = pieces[index + 1]
                    if following[0] - end <= 1:
                        one = joined.get(piece + following[2])
                        if one is not None:
                            yield start, following[1], one
                            skip = index + 1
        if self._unspaced:
            yield from self._in_unspaced(text.text)

    @staticmethod
    def _matched(
        text: str, pieces: Sequence[tuple[int, int, str]], index: int, wanted: tuple[str, ...]
    ) -> int | None:
        last = index + len(wanted) - 1
        if last >= len(pieces):
            return None
        for at in range(index + 1, last + 1):
            if pieces[at][2] != wanted[at - index]:
                return None
            if _BETWEEN.match(text, pieces[at - 1][1], pieces[at][0]) is None:
                return None
        return last

    def _in_unspaced(self, text: str) -> Iterator[tuple[int, int, _Term]]:
        at = 0
        while at < len(text):
            if text[at] in self._starts:
                for length in self._lengths:
                    term = self._unspaced.get(text[at : at + length])
                    if term is not None:
                        yield at, at + length, term
                        at += length - 1
                        break
            at += 1

    def matches(self, text: Mapped) -> Iterator[Match]:
        """The same as places of the text that was folded."""
        for start, end, term in self.find(text):
            begin, stop = text.back(start, end)
            yield Match(begin, stop, term.kind, term.source, 0.95, term.subject)
