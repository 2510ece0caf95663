"""Which step of one trace belongs to which of another.

Two traces: the global alignment of Needleman and Wunsch (J Mol Biol 48, 1970) with gaps that cost
nothing. More: a progressive one (Feng and Doolittle, J Mol Evol 25, 1987): each trace is aligned
to the columns of those before, then taken out and aligned to the others once more while that is
worth more (Barton and Sternberg, J Mol Biol 198, 1987). A column is worth the sum over its pairs
(Carrillo and Lipman, SIAM J Appl Math 48, 1988). Steps of different kinds, and calls of different
tools, never stand beside each other.
"""

import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from rapidfuzz.distance import Indel

from evaldesk.services.reading.steps import Step, one_line

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

_CELLS = 4_000_000
"""Above so many a stretch is first cut at steps that are equal and occur once."""
_MOST_CELLS = 6_000_000
"""Above so many a stretch is aligned by kinds and tools alone."""
_WORDS = 400
"""Words of a step that similarity looks at."""
_SAME_KIND = 0.25
"""What matching two steps of one kind is worth when they share no word."""
_UNEQUAL = 0.95
"""What it is worth when they share all words and yet are not equal."""
_WORK = 1_000_000_000
"""Above so many products words are counted in `_BUCKETS`."""
_REFINED_STEPS = 1000
"""Of more steps in all, each trace is added once and not taken out again."""
_ROUNDS = 3
_BUCKETS = 512
_COARSE_WORDS = 100

Column = tuple[int | None, ...]
"""The step of each trace that stands in a column; None where it has none."""


class _Form:
    """What is common to all steps that say and do the same.

    Attributes:
        key: steps of another key never stand beside it.
        words: of what was said, or of a call's arguments.
    """

    __slots__ = ("key", "words")

    def __init__(self, step: Step) -> None:
        self.key = f"{step.kind} {step.name}" if step.kind == "tool" else step.kind
        text = step.text[: _WORDS * 8]
        if step.kind == "tool":
            # Arguments say more about which call this is than what came back.
            text = one_line(step.arguments, 2000).replace('"', " ").replace(",", " ")
        self.words = tuple(dict.fromkeys(text.casefold().split()[:_WORDS]))


def similarity(a: Step, b: Step) -> float:
    """What it is worth that two steps stand beside each other: 0 for never, 1 for equal; between
    them the share of their words that both have (Dice 1945).
    """
    one, other = _Form(a), _Form(b)
    if one.key != other.key:
        return 0.0
    if a.signature == b.signature:
        return 1.0
    return _alike(one, other)


def columns(
    traces: Sequence[Sequence[Step]], signatures: Sequence[Sequence[bytes]]
) -> list[Column]:
    """The steps of all traces in columns, every step in exactly one, the order of each trace kept.

    The same steps stand together in whatever order the traces are given, and traces that are equal
    have all their steps together. Of columns that may stand in either order those of the first
    trace come first.

    Args:
        signatures: of the steps, as `Step.signature`.
    """
    # Equally good alignments must not be decided between by the order of the arguments.
    texts = sorted({tuple(signature) for signature in signatures})
    forms: dict[bytes, _Form] = {}
    for steps, signature in zip(traces, signatures, strict=True):
        for step, one in zip(steps, signature, strict=True):
            if one not in forms:
                forms[one] = _Form(step)
    order = _order(texts, forms)
    profile: list[Column] = [(i,) for i in range(len(texts[order[0]]))] if order else []
    for count in range(1, len(order)):
        before = [texts[place] for place in order[:count]]
        profile = _add(profile, before, texts[order[count]], forms)
    if len(order) > 2 and sum(map(len, texts)) <= _REFINED_STEPS:
        profile = _refined(profile, [texts[place] for place in order], forms)
    # Back to the traces as they were given; equal ones share a place.
    place_of = {texts[place]: number for number, place in enumerate(order)}
    places = [place_of[tuple(signature)] for signature in signatures]
    return _in_line([tuple(column[place] for place in places) for column in profile])


def _order(texts: Sequence[tuple[bytes, ...]], forms: dict[bytes, _Form]) -> list[int]:
    """In which order the traces are aligned: the two that share most, then always the one that
    shares most with those before.
    """
    if len(texts) < 3:
        return list(range(len(texts)))
    counts = [Counter(text) for text in texts]
    keys = [Counter(forms[one].key for one in text) for text in texts]

    def shared(i: int, j: int) -> float:
        same = (counts[i] & counts[j]).total() + _SAME_KIND * (keys[i] & keys[j]).total()
        return same / max(len(texts[i]), len(texts[j]), 1)

    pairs = [(i, j) for i in range(len(texts)) for j in range(i + 1, len(texts))]
    first = max(pairs, key=lambda pair: (shared(*pair), -pair[0], -pair[1]))
    order = list(first)
    while len(order) < len(texts):
        rest = [i for i in range(len(texts)) if i not in order]
        order.append(max(rest, key=lambda i: (sum(shared(i, j) for j in order), -i)))
    return order


def _add(
    profile: list[Column],
    before: Sequence[tuple[bytes, ...]],
    text: tuple[bytes, ...],
    forms: dict[bytes, _Form],
) -> list[Column]:
    """The columns with another trace in them."""
    left = [
        tuple(trace[i] for trace, i in zip(before, column, strict=True) if i is not None)
        for column in profile
    ]
    made: list[Column] = []
    nothing = (None,) * len(before)
    i = j = 0
    for next_i, next_j in [*_match(left, text, len(before), forms), (len(left), len(text))]:
        made.extend((*column, None) for column in profile[i:next_i])
        made.extend((*nothing, index) for index in range(j, next_j))
        if next_i < len(left):
            made.append((*profile[next_i], next_j))
        i, j = next_i + 1, next_j + 1
    return made


def _refined(
    profile: list[Column], traces: Sequence[tuple[bytes, ...]], forms: dict[bytes, _Form]
) -> list[Column]:
    """Each trace is taken out and aligned to the others once more, while that is worth more."""
    worth = _total(profile, traces, forms)
    for _ in range(_ROUNDS):
        before = worth
        for place in range(len(traces)):
            rest = [(*column[:place], *column[place + 1 :]) for column in profile]
            others = [*traces[:place], *traces[place + 1 :]]
            rest = _add(
                [column for column in rest if any(index is not None for index in column)],
                others,
                traces[place],
                forms,
            )
            again = [(*column[:place], column[-1], *column[place:-1]) for column in rest]
            value = _total(again, traces, forms)
            if value > worth + 1e-9:
                profile, worth = again, value
        if worth == before:
            break
    return profile


def _total(
    profile: Sequence[Column], traces: Sequence[tuple[bytes, ...]], forms: dict[bytes, _Form]
) -> float:
    """What all pairs in all columns are worth."""
    total = 0.0
    for column in profile:
        there = [trace[i] for trace, i in zip(traces, column, strict=True) if i is not None]
        for one, other in combinations(there, 2):
            total += 1.0 if one == other else _alike(forms[one], forms[other])
    return total


def _alike(one: _Form, other: _Form) -> float:
    """Of two steps of one kind that are not equal."""
    total = len(one.words) + len(other.words)
    shared = 2 * len(set(one.words) & set(other.words)) / total if total else 0.0
    return _SAME_KIND + (_UNEQUAL - _SAME_KIND) * shared


def _in_line(columns: list[Column]) -> list[Column]:
    """One after the other: always the column that can come next whose first trace is the first."""
    if not columns:
        return []
    waiting: list[list[Column]] = [
        [column for column in columns if column[side] is not None]
        for side in range(len(columns[0]))
    ]
    at = [0] * len(waiting)
    line: list[Column] = []
    while len(line) < len(columns):
        for side, queue in enumerate(waiting):
            if at[side] >= len(queue):
                continue
            column = queue[at[side]]
            members = [other for other, index in enumerate(column) if index is not None]
            if members[0] == side and all(waiting[m][at[m]] is column for m in members):
                for member in members:
                    at[member] += 1
                line.append(column)
                break
    return line


def _match(
    left: list[tuple[bytes, ...]],
    right: tuple[bytes, ...],
    most: int,
    forms: dict[bytes, _Form],
) -> list[tuple[int, int]]:
    """The pairs (column, step), in order; ``most`` traces can stand in a column."""

    def equal(i: int, j: int) -> bool:
        column = left[i]
        return len(column) == most and all(one == right[j] for one in column)

    found: list[tuple[int, int]] = []
    shortest = min(len(left), len(right))
    start = 0
    while start < shortest and equal(start, start):
        found.append((start, start))
        start += 1
    end = 0
    while end < shortest - start and equal(len(left) - 1 - end, len(right) - 1 - end):
        end += 1
    anchors = [(start - 1, start - 1)]
    if (len(left) - start - end) * (len(right) - start - end) > _CELLS:
        anchors += _unique(left, right, start, end, most)
    anchors.append((len(left) - end, len(right) - end))
    for (i0, j0), (i1, j1) in pairwise(anchors):
        if i0 >= start:
            found.append((i0, j0))
        inner = _between(left[i0 + 1 : i1], right[j0 + 1 : j1], forms)
        found.extend((i0 + 1 + i, j0 + 1 + j) for i, j in inner)
    found.extend((len(left) - end + k, len(right) - end + k) for k in range(end))
    return found


def _unique(
    left: list[tuple[bytes, ...]], right: tuple[bytes, ...], start: int, end: int, most: int
) -> list[tuple[int, int]]:
    """Equal steps that occur once on either side, the longest run of them that is in order."""
    count_a = Counter(one for column in left[start : len(left) - end] for one in set(column))
    count_b = Counter(right[start : len(right) - end])
    place_b = {right[j]: j for j in range(start, len(right) - end)}
    pairs = [
        (i, place_b[left[i][0]])
        for i in range(start, len(left) - end)
        if len(left[i]) == most
        and len(set(left[i])) == 1
        and count_a[left[i][0]] == 1
        and count_b.get(left[i][0]) == 1
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
    left: list[tuple[bytes, ...]], right: tuple[bytes, ...], forms: dict[bytes, _Form]
) -> list[tuple[int, int]]:
    height, width = len(left), len(right)
    if not height or not width:
        return []
    if height * width > _MOST_CELLS:
        return _by_kind(left, right, forms)
    import numpy as np

    worth = _worth(left, right, forms)
    best = np.zeros((height + 1, width + 1))
    for i in range(height - 1, -1, -1):
        below = best[i + 1]
        # What a cell is worth if nothing to its right is worth more, then the most from the right.
        here = np.maximum(below[:-1], below[1:] + worth[i])
        best[i, :-1] = np.maximum.accumulate(here[::-1])[::-1]
    found = []
    i = j = 0
    while i < height and j < width:
        if worth[i, j] and best[i, j] == best[i + 1, j + 1] + worth[i, j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i, j] == best[i + 1, j]:
            i += 1
        else:
            j += 1
    return found


def _worth(
    left: list[tuple[bytes, ...]], right: tuple[bytes, ...], forms: dict[bytes, _Form]
) -> "Floats":
    """What each match is worth, as `similarity` says, summed over the steps of a column."""
    import numpy as np

    worth = np.zeros((len(left), len(right)))
    places: dict[str, list[int]] = {}
    for j, one in enumerate(right):
        places.setdefault(forms[one].key, []).append(j)
    members: dict[str, list[tuple[int, bytes]]] = {}
    for i, column in enumerate(left):
        for one in column:
            key = forms[one].key
            if key in places:
                members.setdefault(key, []).append((i, one))
    for key, rows in members.items():
        at = places[key]
        ours = {one: number for number, one in enumerate(dict.fromkeys(one for _, one in rows))}
        theirs = {one: number for number, one in enumerate(dict.fromkeys(right[j] for j in at))}
        shared = _dice([forms[one].words for one in ours], [forms[one].words for one in theirs])
        value = _SAME_KIND + (_UNEQUAL - _SAME_KIND) * shared
        for one, number in ours.items():
            if one in theirs:
                value[number, theirs[one]] = 1.0
        across = np.array([theirs[right[j]] for j in at])
        columns_at = np.array(at)
        for i, one in rows:
            worth[i, columns_at] += value[ours[one], across]
    return worth


def _dice(ours: Sequence[tuple[str, ...]], theirs: Sequence[tuple[str, ...]]) -> "Floats":
    """Shared words of each with each, twice, as a share of the words of both."""
    import numpy as np

    common = sorted({w for words in ours for w in words} & {w for words in theirs for w in words})
    places = {word: number for number, word in enumerate(common)}
    size = len(places)
    if len(ours) * len(theirs) * size > _WORK:
        # A 2,000-step trace of long texts: the beginnings, counted in buckets, tell enough.
        ours = [words[:_COARSE_WORDS] for words in ours]
        theirs = [words[:_COARSE_WORDS] for words in theirs]
        size = _BUCKETS
        places = {
            word: zlib.crc32(word.encode("utf-8", "surrogatepass")) % size
            for words in (*ours, *theirs)
            for word in words
        }

    def table(bags: Sequence[tuple[str, ...]]) -> Any:
        made = np.zeros((len(bags), max(size, 1)), dtype=np.float32)
        for row, words in enumerate(bags):
            made[row, [places[word] for word in words if word in places]] = 1.0
        return made

    shared = (table(ours) @ table(theirs).T).astype(np.float64)
    sizes = np.add.outer([len(words) for words in ours], [len(words) for words in theirs])
    found: Floats = np.minimum(2 * shared / np.maximum(sizes, 1), 1.0)
    return found


def _by_kind(
    left: list[tuple[bytes, ...]], right: tuple[bytes, ...], forms: dict[bytes, _Form]
) -> list[tuple[int, int]]:
    """For very long stretches: equal kinds and tools in order, whatever they say."""
    keys_a = [forms[column[0]].key for column in left]
    keys_b = [forms[one].key for one in right]
    return [
        (step.src_start + k, step.dest_start + k)
        for step in Indel.opcodes(keys_a, keys_b)
        if step.tag == "equal"
        for k in range(step.src_end - step.src_start)
    ]
