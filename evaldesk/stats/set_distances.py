"""How far two answers of several points are apart."""

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.stats.ratings import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Distances:
    """Distances between the values of a scale, which are codes ``0 … values - 1``.

    Attributes:
        name: of the distance, for the method that an estimate names.
        table: (values, values) in [0, 1], symmetric, 0 on the diagonal.
    """

    name: str
    table: Floats

    def between(self, a: ArrayLike, b: ArrayLike) -> Floats:
        """Distances of codes, broadcast against each other."""
        first = np.asarray(a, dtype=np.int64)
        second = np.asarray(b, dtype=np.int64)
        return np.asarray(self.table[first, second])

    def __str__(self) -> str:
        return self.name


def jaccard(sets: Iterable[Iterable[object]]) -> Distances:
    """One minus the share of points in common among all that either chose.

    Args:
        sets: the distinct answers, in the order of their codes.

    Two empty sets are alike. Source: Jaccard 1912, New Phytologist 11, 37–50.
    """
    return _distances("Jaccard", sets, lambda a, b: 1.0)


def masi(sets: Iterable[Iterable[object]]) -> Distances:
    """One minus Jaccard's share, weighted by how the sets lie: 1 where they are equal, 2/3 where
    one holds the other, 1/3 where they overlap, 0 where they have nothing in common.

    Args:
        sets: the distinct answers, in the order of their codes.

    Source: Passonneau 2006, Measuring Agreement on Set-valued Items (MASI), LREC.
    """

    def weight(a: Set[object], b: Set[object]) -> float:
        if a == b:
            return 1.0
        if a <= b or b <= a:
            return 2.0 / 3.0
        return 1.0 / 3.0

    return _distances("MASI", sets, weight)


def _distances(
    name: str,
    sets: Iterable[Iterable[object]],
    weight: Callable[[Set[object], Set[object]], float],
) -> Distances:
    found: Sequence[frozenset[object]] = [frozenset(item) for item in sets]
    table = np.zeros((len(found), len(found)))
    for i, a in enumerate(found):
        for j in range(i):
            b = found[j]
            shared, either = len(a & b), len(a | b)
            share = shared / either * weight(a, b) if shared else float(not either)
            table[i, j] = table[j, i] = 1.0 - share
    return Distances(name, table)
