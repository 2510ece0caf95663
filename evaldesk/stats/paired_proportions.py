"""Two runs that passed or failed the same cases: the 2 × 2 table of pairs."""

import math
from dataclasses import dataclass

import scipy.optimize as optimize

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.distributions import (
    binomial_cdf,
    binomial_half,
    chi2_tail,
    normal_quantile,
    wilson_ends,
)

_EMPTY = "undefined: there is no pair"


@dataclass(frozen=True, slots=True)
class PairedTable:
    """How many pairs passed in both, in A alone, in B alone, in neither."""

    both: int
    only_a: int
    only_b: int
    neither: int

    def __post_init__(self) -> None:
        if min(self.both, self.only_a, self.only_b, self.neither) < 0:
            raise ValueError("a count of pairs is negative")

    @property
    def n(self) -> int:
        """All pairs."""
        return self.both + self.only_a + self.only_b + self.neither

    @property
    def discordant(self) -> int:
        """Pairs where one passed and the other did not."""
        return self.only_a + self.only_b

    @property
    def difference(self) -> float:
        """Rate of B minus rate of A."""
        return (self.only_b - self.only_a) / self.n


@dataclass(frozen=True, slots=True)
class McNemar:
    """McNemar's test in its four forms.

    Attributes:
        exact: two-sided binomial p over the discordant pairs; conservative.
        mid_p: the exact p less half of the chance of the table at hand: the one to read.
        chi2: statistic without, ``chi2_corrected`` with continuity correction; None without
            discordant pairs, as are their p values.
        discordant: pairs that the test stands on.
    """

    exact: float
    mid_p: float
    chi2: float | None
    chi2_p: float | None
    chi2_corrected: float | None
    chi2_corrected_p: float | None
    discordant: int


def mcnemar(only_a: int, only_b: int) -> McNemar:
    """Whether one run passes more of the same cases than the other.

    Args:
        only_a: pairs that A alone passed; ``only_b`` that B alone passed.

    Returns:
        Without a discordant pair both p values are 1: nothing speaks for a difference.

    Source: McNemar 1947; mid-p recommended by Fagerland, Lydersen and Laake 2013, BMC Medical
    Research Methodology 13:91.
    """
    n = only_a + only_b
    if n == 0:
        return McNemar(1.0, 1.0, None, None, None, None, 0)
    fewer = min(only_a, only_b)
    tail = 2.0 * binomial_cdf(fewer, n, 0.5)
    point = binomial_half(fewer, n)
    exact = min(1.0, tail)
    # with b = c the two tails share the table: 2 P(X <= b) - P(X = b) is 1 already
    mid = 1.0 - point / 2.0 if only_a == only_b else tail - point
    gap = abs(only_a - only_b)
    chi2 = gap**2 / n
    corrected = max(0, gap - 1) ** 2 / n
    return McNemar(
        exact,
        min(1.0, mid),
        chi2,
        chi2_tail(chi2),
        corrected,
        chi2_tail(corrected),
        n,
    )


def tango(table: PairedTable, *, level: float = 0.95) -> Estimate:
    """Difference of two paired rates, B minus A, with Tango's score interval.

    Args:
        table: counts of pairs.
        level: of confidence. For non-inferiority at one-sided alpha, ask for ``1 - 2 alpha``
            and hold the lower end against minus the margin.

    Source: Tango 1998, Statistics in Medicine 17, 891–908. The ends are the differences at which
    the score statistic is the normal quantile, found by bracketing.
    """
    name = "paired difference, Tango score interval"
    n = table.n
    if n == 0:
        return Estimate.undefined(_EMPTY, method=name)
    z = normal_quantile(level)
    b, c = table.only_b, table.only_a
    value = (b - c) / n

    def score(delta: float) -> float:
        # maximum-likelihood rate of the pairs that A alone passed, given the difference
        linear = -b - c + (2 * n - b + c) * delta
        constant = -c * delta * (1.0 - delta)
        root = math.sqrt(max(0.0, linear**2 - 8.0 * n * constant))
        rate = (root - linear) / (4.0 * n)
        variance = n * max(0.0, 2.0 * rate + delta * (1.0 - delta))
        gap = b - c - n * delta
        if variance <= 0.0:
            return 0.0 if gap == 0.0 else math.copysign(math.inf, gap)
        return gap / math.sqrt(variance)

    def end(quantile: float, outer: float) -> float:
        def excess(delta: float) -> float:
            return max(-1e6, min(1e6, score(delta) - quantile))

        low, high = sorted((value, math.nextafter(outer, 0.0)))
        if value == outer or excess(low) * excess(high) > 0.0:
            return outer
        return float(optimize.brentq(excess, low, high, xtol=1e-13))

    return Estimate(value, end(z, -1.0), end(-z, 1.0), level, n, name)


def newcombe(table: PairedTable, *, level: float = 0.95) -> Estimate:
    """Difference of two paired rates, B minus A, from two Wilson intervals.

    Source: Newcombe 1998, Statistics in Medicine 17, 2635–2650, method 10: the ends of the two
    intervals squared and added, less their correlation, the phi coefficient with a continuity
    correction where it is positive.
    """
    name = "paired difference, Newcombe's method 10"
    n = table.n
    if n == 0:
        return Estimate.undefined(_EMPTY, method=name)
    a, b, c, d = table.both, table.only_b, table.only_a, table.neither
    first, second = a + b, a + c
    low_b, high_b = wilson_ends(first, n, level)
    low_a, high_a = wilson_ends(second, n, level)
    p_b, p_a = first / n, second / n
    margins = first * (c + d) * second * (b + d)
    if margins == 0:
        phi = 0.0
    else:
        product = float(a * d - b * c)
        if product > 0.0:
            product = max(product - n / 2.0, 0.0)
        phi = product / math.sqrt(margins)
    down, up = p_b - low_b, high_b - p_b
    fall, rise = p_a - low_a, high_a - p_a
    value = (b - c) / n
    low = value - math.sqrt(max(0.0, down**2 - 2.0 * phi * down * rise + rise**2))
    high = value + math.sqrt(max(0.0, fall**2 - 2.0 * phi * fall * up + up**2))
    return Estimate(value, max(-1.0, low), min(1.0, high), level, n, name)
