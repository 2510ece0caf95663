"""A rate and its interval."""

import math
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.distributions import (
    binomial_cdf,
    clopper_pearson_ends,
    t_quantile,
    wilson_ends,
)

_EMPTY = "undefined: there is no case"


def proportion(
    successes: int,
    n: int,
    *,
    level: float = 0.95,
    method: Literal["wilson", "clopper-pearson"] = "wilson",
) -> Estimate:
    """A rate with Wilson's score interval (no continuity correction) or Clopper–Pearson's.

    Args:
        successes: how many of ``n``.
        n: cases.
        level: of confidence, two-sided.
        method: Wilson covers close to its level on average; Clopper–Pearson never less, so it
            is wider, and is for gates.

    Raises:
        ValueError: ``successes`` is not among ``0 … n``.

    Source: Wilson 1927; Clopper and Pearson 1934; compared in Newcombe 1998, Statistics in
    Medicine 17, 857–872.
    """
    name = "Wilson" if method == "wilson" else "Clopper–Pearson"
    if not 0 <= successes <= n:
        raise ValueError("successes must be among 0 … n")
    if n == 0:
        return Estimate.undefined(_EMPTY, method=name)
    interval = wilson_ends if method == "wilson" else clopper_pearson_ends
    low, high = interval(successes, n, level)
    return Estimate(successes / n, low, high, level, n, name)


def mean(values: ArrayLike, *, level: float = 0.95) -> Estimate:
    """An arithmetic mean with Student's t interval.

    Args:
        values: (n,) finite numbers.
        level: of confidence.

    Returns:
        Without an interval for one value, or where all are equal.
    """
    data = np.asarray(values, dtype=np.float64)
    name = "mean"
    n = int(data.size)
    if n == 0:
        return Estimate.undefined(_EMPTY, method=name)
    value = float(data.mean())
    if n == 1:
        return Estimate(
            value,
            level=None,
            n=1,
            method=name,
            undefined_reason="no interval: one value has no spread",
        )
    if np.ptp(data) == 0.0:
        return Estimate(
            float(data[0]),
            level=None,
            n=n,
            method=name,
            undefined_reason="no interval: every value is the same",
        )
    half = t_quantile(level, n - 1) * float(data.std(ddof=1)) / math.sqrt(n)
    return Estimate(value, value - half, value + half, level, n, "mean, t interval")


def cases_for_upper_bound(rate: float, *, level: float = 0.95, failures: int = 0) -> int:
    """How many cases a gate needs so that ``failures`` failures still show a rate below ``rate``.

    Args:
        rate: the failure rate that must be excluded, above 0 and below 1.
        level: one-sided confidence of the exact (Clopper–Pearson) upper bound.
        failures: seen among the cases.

    Returns:
        The smallest n with ``P(X <= failures | n, rate) <= 1 - level``.

    Raises:
        ValueError: ``rate`` or ``failures`` out of range.
    """
    if not 0.0 < rate < 1.0 or failures < 0:
        raise ValueError("rate must lie between 0 and 1, failures must not be negative")
    low, high = failures, failures + 1
    while binomial_cdf(failures, high, rate) > 1.0 - level:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if binomial_cdf(failures, middle, rate) > 1.0 - level:
            low = middle
        else:
            high = middle
    return high
