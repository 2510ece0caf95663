"""Which of many texts are nearly the same, without comparing each with each.

Candidates come from MinHash signatures of overlapping runs of characters, put into buckets by
bands (Broder 1997; Leskovec, Rajaraman and Ullman, *Mining of Massive Datasets*, 3.3–3.4). Each
candidate is then compared letter by letter, so that every pair that is returned is as similar as
it says; a pair may be missed where its texts share few runs. docs/decisions/0016-near-duplicates.md
has the figures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHINGLE = 5
BANDS, ROWS = 24, 4
_SEED = 20261
_BLOCK = 400_000
_WINDOW = 6
_LARGE = 24
_MOST = 1_000_000
_LEAST_SHARED = 0.2
_AT_ONCE = 4000

Step = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class NearPairs:
    """Pairs of texts that are nearly the same.

    Attributes:
        pairs: (index, index, similarity from 0 to 1), the lower index first.
        compared: candidates that were compared letter by letter.
        crowded: how many texts lay in a bucket too large to compare all with all, where only
            neighbours in alphabetical order were compared.
    """

    pairs: list[tuple[int, int, float]]
    compared: int
    crowded: int


def near_pairs(
    texts: Sequence[str], similarity: float, progress: Step = lambda fraction, text: None
) -> NearPairs:
    """Pairs of distinct texts whose normalised Indel similarity reaches ``similarity``.

    Args:
        texts: normalised; equal ones should be one.
        similarity: from 0 to 1: twice the letters in common, in order, over all the letters.
        progress: called with the fraction done; raises to cancel.
    """
    import numpy as np
    from rapidfuzz import fuzz, process

    full = [index for index, text in enumerate(texts) if text]
    if len(full) < 2:
        return NearPairs([], 0, 0)
    signatures = _signatures([texts[index] for index in full], progress)
    candidates, crowded = _candidates(signatures, [texts[index] for index in full], progress)
    found: list[tuple[int, int, float]] = []
    cutoff = similarity * 100
    for start in range(0, len(candidates), _AT_ONCE):
        progress(0.6 + 0.4 * start / max(1, len(candidates)), "")
        some = candidates[start : start + _AT_ONCE]
        shared = (signatures[some[:, 0]] == signatures[some[:, 1]]).mean(axis=1)
        some = some[shared >= _LEAST_SHARED]
        scored = process.cpdist(
            [texts[full[index]] for index in some[:, 0]],
            [texts[full[index]] for index in some[:, 1]],
            scorer=fuzz.ratio,
            score_cutoff=cutoff,
            dtype=np.float64,
        )
        for place in np.flatnonzero(scored >= cutoff):
            one, other = (full[int(index)] for index in some[place])
            found.append((min(one, other), max(one, other), float(scored[place]) / 100))
    progress(1.0, "")
    return NearPairs(sorted(found), len(candidates), crowded)


def _signatures(texts: Sequence[str], progress: Step) -> "NDArray[np.uint32]":
    import numpy as np

    random = np.random.default_rng(_SEED)
    count = BANDS * ROWS
    factors = random.integers(1, 2**31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    offsets = random.integers(0, 2**32, count, dtype=np.uint32)
    made = np.empty((len(texts), count), dtype=np.uint32)
    done = 0
    while done < len(texts):
        progress(0.5 * done / len(texts), "")
        size = 0
        last = done
        while last < len(texts) and size < _BLOCK:
            size += len(texts[last]) + SHINGLE
            last += 1
        some = texts[done:last]
        # Each text is filled up, so that the shortest one has a run of characters, too.
        padded = [text + "\0" * (SHINGLE - 1) for text in some]
        codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), np.uint32)
        ends = np.cumsum([len(text) for text in padded])
        starts = np.concatenate(([0], ends[:-1]))
        hashes = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint32)
        for place in range(SHINGLE):
            hashes *= np.uint32(0x01000193)
            hashes ^= codes[place : place + len(hashes)]
        hashes = _mixed(hashes)
        # Runs that reach into the next text belong to none.
        crossing = (ends[:-1, None] - np.arange(1, SHINGLE)[None, :]).ravel()
        hashes = np.append(hashes, np.full(SHINGLE - 1, 2**32 - 1, dtype=np.uint32))
        valid = np.ones(len(hashes), dtype=bool)
        valid[crossing] = False
        valid[len(codes) - SHINGLE + 1 :] = False
        kept = hashes[valid]
        first = np.concatenate(([0], np.cumsum(valid)))[starts]
        for number in range(count):
            made[done:last, number] = np.minimum.reduceat(
                _mixed(kept * factors[number] + offsets[number]), first
            )
        done = last
    return made


def _mixed(values: "NDArray[np.uint32]") -> "NDArray[np.uint32]":
    import numpy as np

    values = values ^ (values >> np.uint32(16))
    values = values * np.uint32(0x7FEB352D)
    return values ^ (values >> np.uint32(15))


def _candidates(
    signatures: "NDArray[np.uint32]", texts: Sequence[str], progress: Step
) -> "tuple[NDArray[np.int64], int]":
    import numpy as np

    codes: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    crowded: set[int] = set()
    count = np.int64(len(texts))
    for band in range(BANDS):
        progress(0.5 + 0.1 * band / BANDS, "")
        part = np.ascontiguousarray(signatures[:, band * ROWS : (band + 1) * ROWS])
        keys = part.view([("", part.dtype)] * ROWS).ravel()
        order = np.argsort(keys, kind="stable")
        differs = np.flatnonzero(keys[order][1:] != keys[order][:-1]) + 1
        begins = np.concatenate(([0], differs))
        ends = np.concatenate((differs, [len(order)]))
        full = len(codes) >= _MOST
        gathered = [codes]
        for start, end in zip(
            begins[ends - begins > 1].tolist(), ends[ends - begins > 1].tolist(), strict=True
        ):
            bucket = order[start:end]
            if full:
                # So many candidates come of one template: enough to say so, and no more.
                crowded.update(bucket.tolist())
                continue
            if len(bucket) <= _LARGE:
                one, other = np.triu_indices(len(bucket), 1)
                one, other = bucket[one], bucket[other]
            else:
                crowded.update(bucket.tolist())
                near = np.array(sorted(bucket.tolist(), key=lambda index: texts[index]))
                steps = range(1, min(_WINDOW, len(near)))
                one = np.concatenate([near[:-step] for step in steps])
                other = np.concatenate([near[step:] for step in steps])
            gathered.append(np.minimum(one, other) * count + np.maximum(one, other))
        # numpy's own `unique` hashes whole numbers, and these collide: ten times as slow.
        codes = np.sort(np.concatenate(gathered))
        codes = codes[np.concatenate(([True], codes[1:] != codes[:-1]))] if len(codes) else codes
    return np.stack((codes // count, codes % count), axis=1), len(crowded)
