"""Choosing some of many with known probabilities, and estimating the whole from them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.distributions import t_quantile, wilson_ends
from evaldesk.stats.ratings import Floats, Ints

Allocation = Literal["proportional", "equal"]


@dataclass(frozen=True, slots=True, eq=False)
class Draw:
    """A simple random sample without replacement from some of the items.

    Attributes:
        members: (m,) distinct indices of the items that it may take.
        size: how many it takes, at most m.
    """

    members: Ints
    size: int

    def __post_init__(self) -> None:
        if not 0 <= self.size <= self.members.size:
            raise ValueError("a draw takes none to all of its members")

    @property
    def probability(self) -> float:
        """Of each member to be taken."""
        return self.size / self.members.size if self.members.size else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """What independent draws took together.

    Attributes:
        items: (n,) indices, ascending, each once.
        probabilities: (n,) probability of each to be in the sample, above 0.
    """

    items: Ints
    probabilities: Floats


def allocate(
    sizes: Mapping[str, int],
    total: int,
    rule: Allocation = "proportional",
    weights: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """How many items each stratum gives.

    Args:
        sizes: stratum → how many items it has.
        total: how many are wanted in all.
        rule: by the strata's sizes, or the same number from each. What a small stratum cannot
            give is shared among the others.
        weights: stratum → by how much its share is raised, above 0; 1 where left out.

    Returns:
        Stratum → count: never more than it has, ``min(total, all)`` in sum. No stratum with
        items goes empty while there are as many places as strata.

    Source: largest remainder (Hamilton), full strata taken out and the rest shared again.
    """
    left = min(max(total, 0), sum(sizes.values()))
    given = dict.fromkeys(sizes, 0)
    # The order of the names, not of the mapping, decides between equals.
    filled = sorted(name for name, size in sizes.items() if size > 0)
    nobody_empty = left >= len(filled)
    raised = weights or {}
    size_of = {name: sizes[name] if rule == "proportional" else 1 for name in filled}
    share = {name: size_of[name] * raised.get(name, 1.0) for name in filled}
    while left:
        room = {name: sizes[name] - given[name] for name in filled if sizes[name] > given[name]}
        whole = sum(share[name] for name in room)
        wanted = {name: left * share[name] / whole for name in room}
        full = [name for name in room if wanted[name] >= room[name]]
        for name in full:
            given[name] += room[name]
            left -= room[name]
        if full:
            continue
        for name in room:
            given[name] += math.floor(wanted[name])
            left -= math.floor(wanted[name])
        by_remainder = sorted(
            room, key=lambda name: (math.floor(wanted[name]) - wanted[name], name)
        )
        for name in by_remainder[:left]:
            given[name] += 1
        left = 0
    for name in filled if nobody_empty else ():
        if not given[name]:
            given[max(filled, key=lambda other: given[other])] -= 1
            given[name] = 1
    return given


def draw(draws: Sequence[Draw], items: int, seed: int) -> Sample:
    """Carry out independent draws; what several took is in the sample once.

    Args:
        draws: see `Draw`.
        items: how many items there are; indices are ``0 … items - 1``.
        seed: the same seed gives the same sample.

    Returns:
        The probability of an item is ``1 - product over draws of (1 - probability there)``,
        exact because the draws are independent.
    """
    generator = np.random.default_rng(seed)
    missed = np.ones(items)
    taken = np.zeros(items, dtype=bool)
    for one in draws:
        if one.size:
            missed[one.members] *= 1.0 - one.probability
            taken[generator.choice(one.members, one.size, replace=False)] = True
    chosen = np.flatnonzero(taken)
    return Sample(chosen, 1.0 - missed[chosen])


def weighted_mean(
    values: ArrayLike,
    probabilities: ArrayLike,
    *,
    level: float = 0.95,
    rate: bool = False,
) -> Estimate:
    """What the mean over all items would be, from a sample with unequal probabilities.

    Args:
        values: (n,) finite numbers; with ``rate``, from 0 to 1.
        probabilities: (n,) of each item to have been sampled, above 0, at most 1.
        level: of confidence.
        rate: the values are yes, no or shares between, such as half a yes where two raters
            differ: the interval is Wilson's at the effective n, which stays from 0 to 1; else it is
            Student's t on the linearised standard error.

    Returns:
        Hájek's estimate, sum of ``value / probability`` over sum of ``1 / probability``. The
        interval speaks of the process that made the items, not only of those at hand.

    Raises:
        ValueError: shapes differ, or a probability is not in (0, 1].

    Source: Hájek 1971; linearisation as in Särndal, Swensson and Wretman 1992, 5.7; effective n
    as in Korn and Graubard 1998, Survey Methodology 24, 193–201.
    """
    data = np.asarray(values, dtype=np.float64)
    chance = np.asarray(probabilities, dtype=np.float64)
    if data.ndim != 1 or data.shape != chance.shape:
        raise ValueError("values and probabilities must be one-dimensional and of one length")
    if data.size and not ((chance > 0.0) & (chance <= 1.0)).all():
        raise ValueError("a probability lies above 0 and is at most 1")
    name = "weighted rate (Hájek)" if rate else "weighted mean (Hájek)"
    n = int(data.size)
    if n == 0:
        return Estimate.undefined("undefined: there is no case", method=name)
    weights = 1.0 / chance
    value = float((weights * data).sum() / weights.sum())
    if n == 1:
        reason = "no interval: one value has no spread"
        return Estimate(value, level=None, n=1, method=name, undefined_reason=reason)
    share = weights / weights.sum()
    error = float(np.sqrt(n / (n - 1.0) * ((share * (data - value)) ** 2).sum()))
    # Rounding leaves an error above 0 where there is nothing to err in.
    spread = float(np.ptp(data)) > 0.0
    if rate:
        kish = float(1.0 / (share**2).sum())
        # Where all are equal there is no spread to take an effective n from, so Kish's stands in.
        effective = value * (1.0 - value) / error**2 if spread else kish
        # Weighting rarely gains; an effective n beyond n is chance, and would be too sure.
        effective = min(effective, float(n))
        low, high = wilson_ends(value * effective, effective, level)
        method = f"{name}, Wilson at effective n {effective:,.0f}"
        return Estimate(value, low, high, level, n, method)
    if not spread:
        reason = "no interval: every value is the same"
        return Estimate(value, level=None, n=n, method=name, undefined_reason=reason)
    half = t_quantile(level, n - 1) * error
    return Estimate(value, value - half, value + half, level, n, f"{name}, t interval")
