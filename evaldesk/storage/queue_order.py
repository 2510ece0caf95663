"""The order of a rater's queue, and where what comes twice stands in it."""

import hashlib
from collections.abc import Collection, Sequence


def queue_order(
    items: Sequence[int], again: Sequence[int], salt: str, *, own: bool
) -> list[tuple[int, int]]:
    """(item, reading) in the order in which a rater gets them.

    Args:
        items: what the rater gets, in the order of the plan; ``again`` those that come twice.
        salt: of the rater and the round; their order is a shuffle by it.
        own: whether there is such a shuffle; else the order of the plan stays.
    """
    order = _shuffled(items, salt) if own else list(items)
    if own:
        order = _early(order, set(again))
    return _with_repeats(order, again)


def _shuffled(items: Sequence[int], salt: str) -> list[int]:
    def key(item: int) -> bytes:
        return hashlib.blake2b(f"{salt}\n{item}".encode(), digest_size=8).digest()

    return sorted(items, key=key)


def _early(order: Sequence[int], again: Collection[int]) -> list[int]:
    """The same items, those that come twice in the first half as far as there is room: the second
    time is then far behind the first.
    """
    made = list(order)
    half = (len(made) + 1) // 2
    free = [place for place in range(half) if made[place] not in again]
    for place in range(half, len(made)):
        if made[place] in again and free:
            other = free.pop()
            made[place], made[other] = made[other], made[place]
    return made


def _with_repeats(order: Sequence[int], again: Sequence[int]) -> list[tuple[int, int]]:
    """Repeats as far behind their first reading as there is room: half a queue at least."""
    queue = [(pk, 0) for pk in order]
    wanted = set(again)
    half = max(1, len(order) // 2)
    placed = [(place + half, pk) for place, pk in enumerate(order) if pk in wanted and place < half]
    late = [pk for place, pk in enumerate(order) if pk in wanted and place >= half]
    for shift, (place, pk) in enumerate(placed):
        queue.insert(min(place + shift + 1, len(queue)), (pk, 1))
    return [*queue, *((pk, 1) for pk in late)]
