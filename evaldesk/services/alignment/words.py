"""The words in which two texts differ."""

from rapidfuzz.distance import Indel

from evaldesk.services.alignment.formatting import NO_FORMATTING, Formatting

_LONGEST_WORD = 2000
"""A longer run without white space, such as base64, is cut where it differs."""
_DIFF_CHARACTERS = 300_000
"""Above so many only the frame of equal words around the change is found."""

Stretch = tuple[int, int]
"""Start and length, in characters."""


def changed_words(
    a: str, b: str, ignored: Formatting = NO_FORMATTING
) -> tuple[list[Stretch], list[Stretch]]:
    """The stretches of two texts that the other does not have.

    Words are runs without white space; white space alone is never a difference. Text that stands
    elsewhere in the other counts as one that it does not have.

    Args:
        ignored: formatting that is no difference.
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
    stop_a, stop_b = len(a) - end, len(b) - end
    out_a: list[Stretch] = []
    out_b: list[Stretch] = []
    if max(stop_a, stop_b) - start > _DIFF_CHARACTERS:
        _whole(out_a, a[start:stop_a], start)
        _whole(out_b, b[start:stop_b], start)
        return out_a, out_b
    words_a = list(ignored.words(a, start, stop_a))
    words_b = list(ignored.words(b, start, stop_b))
    for step in Indel.opcodes([word for word, _, _ in words_a], [word for word, _, _ in words_b]):
        if step.tag != "equal":
            _stretch(out_a, words_a, step.src_start, step.src_end)
            _stretch(out_b, words_b, step.dest_start, step.dest_end)
    return out_a, out_b


def in_all(stretches: "list[list[Stretch]]") -> list[Stretch]:
    """What lies in a stretch of every list; the lists are in order and do not overlap."""
    if not stretches:
        return []
    common = stretches[0]
    for other in stretches[1:]:
        common = list(_both(common, other))
    return common


def _both(one: list[Stretch], other: list[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        end_one, end_other = sum(one[i]), sum(other[j])
        stop = min(end_one, end_other)
        if stop > start:
            found.append((start, stop - start))
        if end_one <= end_other:
            i += 1
        else:
            j += 1
    return found


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


def _whole(out: list[Stretch], text: str, start: int) -> None:
    stripped = text.strip()
    if stripped:
        out.append((start + text.index(stripped[0]), len(stripped)))


def _stretch(out: list[Stretch], words: list[tuple[str, int, int]], start: int, stop: int) -> None:
    if stop > start:
        first = words[start][1]
        out.append((first, words[stop - 1][2] - first))
