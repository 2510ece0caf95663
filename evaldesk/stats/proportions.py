"""A rate and its interval."""

from typing import Literal

import numpy as np
import scipy.stats as scipy_stats
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate

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
    result = scipy_stats.binomtest(int(successes), int(n))
    ends = result.proportion_ci(level, method="wilson" if method == "wilson" else "exact")
    return Estimate(successes / n, float(ends.low), float(ends.high), level, n, name)


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
    half = float(scipy_stats.t.ppf((1 + level) / 2, n - 1) * data.std(ddof=1) / np.sqrt(n))
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
    while scipy_stats.binom.cdf(failures, high, rate) > 1.0 - level:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if scipy_stats.binom.cdf(failures, middle, rate) > 1.0 - level:
            low = middle
        else:
            high = middle
    return high
