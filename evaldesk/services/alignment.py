"""Two traces of one scenario, step beside step, and the words in which two texts differ.

The alignment is a global one (Needleman and Wunsch 1970): equal steps are matched first, then
steps of one kind by the words they share. Steps of different kinds, and calls of different tools,
never stand beside each other.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz.distance import Indel

from evaldesk.services.steps import Step, one_line

_WORD = re.compile(r"\S+")

Relation = Literal["equal", "differs", "only a", "only b"]

_CELLS = 60_000
"""Above so many cells a stretch is first cut at steps that are equal and occur once."""
_WORDS = 400
"""Words of a step that similarity looks at."""
_SAME_KIND = 0.25
"""What matching two steps of one kind is worth when they share no word."""
_LONGEST_WORD = 2000
"""A longer run without white space, such as base64, is cut where it differs."""
_DIFF_CHARACTERS = 300_000
"""Above so many only the frame of equal words around the change is found."""


@dataclass(frozen=True, slots=True)
class Row:
    """A step of A beside a step of B.

    Attributes:
        a: index into the steps of A; None where only B has this step.
        b: index into the steps of B; None where only A has it.
        relation: whether they say and do the same.
    """

    a: int | None
    b: int | None
    relation: Relation


@dataclass(frozen=True, slots=True)
class Alignment:
    """Rows in order: every step of either side is in exactly one.

    Attributes:
        first_divergence: the first row in which the two *do* different things (a tool that only
            one calls, or calls otherwise); where they only word things differently, the first
            such row; None where all is equal.
    """

    rows: tuple[Row, ...]
    first_divergence: int | None

    @property
    def differing(self) -> tuple[int, ...]:
        """The rows that are not equal."""
        return tuple(i for i, row in enumerate(self.rows) if row.relation != "equal")


def align(a: Sequence[Step], b: Sequence[Step]) -> Alignment:
    """Put the steps of two traces side by side.

    ``align(b, a)`` matches the same steps as ``align(a, b)``. Steps of the two sides that stand
    alone between two matches come A's first.
    """
    left = [step.signature for step in a]
    right = [step.signature for step in b]
    # Where several alignments are equally good the order of the arguments must not decide.
    if left > right:
        matched = [(i, j) for j, i in _match(b, right, a, left)]
    else:
        matched = _match(a, left, b, right)
    rows: list[Row] = []
    i = j = 0
    for next_i, next_j in [*matched, (len(a), len(b))]:
        rows.extend(Row(index, None, "only a") for index in range(i, next_i))
        rows.extend(Row(None, index, "only b") for index in range(j, next_j))
        if next_i < len(a):
            same = left[next_i] == right[next_j]
            rows.append(Row(next_i, next_j, "equal" if same else "differs"))
        i, j = next_i + 1, next_j + 1
    return Alignment(tuple(rows), _first_divergence(rows, a, b))


def changed_words(a: str, b: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The stretches of two texts that the other does not have, as (start, length) in characters.

    Words are runs without white space; white space alone is never a difference.
    """
    start = _common(a, b)
    for back in range(min(start, _LONGEST_WORD)):  # to the beginning of the word
        if a[start - 1 - back].isspace():
            start -= back
            break
    else:
        start = 0 if start <= _LONGEST_WORD else start
    end = _common_end(a, b, min(len(a), len(b)) - start)
    for on in range(min(end, _LONGEST_WORD)):
        if a[len(a) - end + on].isspace():
            end -= on
            break
    else:
        end = 0 if end <= _LONGEST_WORD else end
    middle_a, middle_b = a[start : len(a) - end], b[start : len(b) - end]
    out_a: list[tuple[int, int]] = []
    out_b: list[tuple[int, int]] = []
    if max(len(middle_a), len(middle_b)) > _DIFF_CHARACTERS:
        _whole(out_a, middle_a, start)
        _whole(out_b, middle_b, start)
        return out_a, out_b
    words_a, places_a = _words(middle_a, start)
    words_b, places_b = _words(middle_b, start)
    for step in Indel.opcodes(words_a, words_b):
        if step.tag != "equal":
            _stretch(out_a, places_a, step.src_start, step.src_end)
            _stretch(out_b, places_b, step.dest_start, step.dest_end)
    return out_a, out_b


def _common(a: str, b: str) -> int:
    """Length of the beginning that two texts share; halving it compares at the speed of memory."""
    low, high = 0, min(len(a), len(b))
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(a: str, b: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if a[len(a) - middle : len(a) - low] == b[len(b) - middle : len(b) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def _first_divergence(rows: list[Row], a: Sequence[Step], b: Sequence[Step]) -> int | None:
    first: int | None = None
    for index, row in enumerate(rows):
        if row.relation == "equal":
            continue
        step = a[row.a] if row.a is not None else b[row.b or 0]
        if step.kind == "tool":
            return index
        if first is None and step.kind != "setup":
            first = index
    if first is None:
        first = next((i for i, row in enumerate(rows) if row.relation != "equal"), None)
    return first


def _match(
    a: Sequence[Step], left: list[bytes], b: Sequence[Step], right: list[bytes]
) -> list[tuple[int, int]]:
    similarity = _Similarity(a, left, b, right)
    found: list[tuple[int, int]] = []
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        found.append((start, start))
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    anchors = [(start - 1, start - 1)]
    if (len(left) - start - end) * (len(right) - start - end) > _CELLS:
        anchors += _unique(left, right, start, end)
    anchors.append((len(left) - end, len(right) - end))
    for (i0, j0), (i1, j1) in pairwise(anchors):
        if i0 >= start:
            found.append((i0, j0))
        found.extend(_between(similarity, i0 + 1, i1, j0 + 1, j1))
    found.extend((len(left) - end + k, len(right) - end + k) for k in range(end))
    return found


def _unique(left: list[bytes], right: list[bytes], start: int, end: int) -> list[tuple[int, int]]:
    """Equal steps that occur once on either side, the longest run of them that is in order."""
    count_a = Counter(left[start : len(left) - end])
    count_b = Counter(right[start : len(right) - end])
    place_b = {right[j]: j for j in range(start, len(right) - end)}
    pairs = [
        (i, place_b[left[i]])
        for i in range(start, len(left) - end)
        if count_a[left[i]] == 1 and count_b.get(left[i]) == 1
    ]
    if not pairs:
        return []
    kept = Indel.opcodes([j for _, j in pairs], sorted(j for _, j in pairs))
    return [
        pairs[k]
        for step in kept
        if step.tag == "equal"
        for k in range(step.src_start, step.src_end)
    ]


def _between(
    similarity: "_Similarity", i0: int, i1: int, j0: int, j1: int
) -> list[tuple[int, int]]:
    height, width = i1 - i0, j1 - j0
    if height <= 0 or width <= 0:
        return []
    if height * width > _CELLS * 4:
        return similarity.by_kind(i0, i1, j0, j1)
    best = [[0.0] * (width + 1) for _ in range(height + 1)]
    for i in range(height - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(width - 1, -1, -1):
            score = similarity(i0 + i, j0 + j)
            here = below[j]
            if row[j + 1] > here:
                here = row[j + 1]
            if score and below[j + 1] + score > here:
                here = below[j + 1] + score
            row[j] = here
    found = []
    i = j = 0
    while i < height and j < width:
        score = similarity(i0 + i, j0 + j)
        if score and best[i][j] == best[i + 1][j + 1] + score:
            found.append((i0 + i, j0 + j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


class _Similarity:
    """How much two steps are one: 0 for never, 1 for equal."""

    def __init__(
        self, a: Sequence[Step], left: list[bytes], b: Sequence[Step], right: list[bytes]
    ) -> None:
        self._a, self._b = a, b
        self._left, self._right = left, right
        self._key_a = [_key(step) for step in a]
        self._key_b = [_key(step) for step in b]
        self._words_a: dict[int, frozenset[str]] = {}
        self._words_b: dict[int, frozenset[str]] = {}
        self._known: dict[tuple[int, int], float] = {}

    def __call__(self, i: int, j: int) -> float:
        if self._key_a[i] != self._key_b[j]:
            return 0.0
        known = self._known.get((i, j))
        if known is None:
            if self._left[i] == self._right[j]:
                known = 1.0
            else:
                one = _bag(self._a, i, self._words_a)
                other = _bag(self._b, j, self._words_b)
                total = len(one) + len(other)
                shared = 2 * len(one & other) / total if total else 0.0
                known = _SAME_KIND + (0.95 - _SAME_KIND) * shared
            self._known[i, j] = known
        return known

    def by_kind(self, i0: int, i1: int, j0: int, j1: int) -> list[tuple[int, int]]:
        """For very long stretches: equal kinds and tools in order, whatever they say."""
        found: list[tuple[int, int]] = []
        for step in Indel.opcodes(self._key_a[i0:i1], self._key_b[j0:j1]):
            if step.tag == "equal":
                length = step.src_end - step.src_start
                found.extend(
                    (i0 + step.src_start + k, j0 + step.dest_start + k) for k in range(length)
                )
        return found


def _key(step: Step) -> str:
    return f"{step.kind} {step.name}" if step.kind == "tool" else step.kind


def _bag(steps: Sequence[Step], index: int, known: dict[int, frozenset[str]]) -> frozenset[str]:
    words = known.get(index)
    if words is None:
        step = steps[index]
        text = step.text[: _WORDS * 8]
        if step.kind == "tool":
            # Arguments say more about which call this is than what came back.
            text = one_line(step.arguments, 2000).replace('"', " ").replace(",", " ")
        words = known[index] = frozenset(text.casefold().split()[:_WORDS])
    return words


def _words(text: str, start: int) -> tuple[list[str], list[tuple[int, int]]]:
    """The words of a stretch that begins at ``start``, and from where to where each one goes."""
    found = list(_WORD.finditer(text))
    return (
        [match.group() for match in found],
        [(start + match.start(), start + match.end()) for match in found],
    )


def _whole(out: list[tuple[int, int]], text: str, start: int) -> None:
    stripped = text.strip()
    if stripped:
        out.append((start + text.index(stripped[0]), len(stripped)))


def _stretch(
    out: list[tuple[int, int]], places: list[tuple[int, int]], start: int, stop: int
) -> None:
    if stop > start:
        first = places[start][0]
        out.append((first, places[stop - 1][1] - first))
