"""Quantiles and tails of the distributions that the intervals and tests are made from.

``scipy.stats`` has them all and takes four times as long to import as ``scipy.special``, which a
person would wait for at the first figure of a session.
"""

import math

import scipy.special as special


def normal_quantile(level: float) -> float:
    """Z that a standard normal stays within, both ways, with chance ``level``."""
    return float(special.ndtri((1.0 + level) / 2.0))


def t_quantile(level: float, degrees: float) -> float:
    """T that Student's distribution stays within, both ways, with chance ``level``."""
    return float(special.stdtrit(degrees, (1.0 + level) / 2.0))


def binomial_cdf(most: int, n: int, rate: float) -> float:
    """Chance of ``most`` or fewer of ``n``, each with chance ``rate``."""
    return 1.0 if most >= n else float(special.betainc(n - most, most + 1, 1.0 - rate))


def binomial_half(k: int, n: int) -> float:
    """Chance of exactly ``k`` of ``n`` fair coins."""
    log = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return math.exp(log - n * math.log(2.0))


def chi2_tail(value: float) -> float:
    """Chance that a chi-squared variable on one degree of freedom exceeds ``value``."""
    return math.erfc(math.sqrt(value / 2.0))


def wilson_ends(successes: float, n: float, level: float) -> tuple[float, float]:
    """Wilson's score interval of a rate, without continuity correction; n above 0 and, where it
    is an effective one, not necessarily whole.
    """
    z = normal_quantile(level)
    centre = successes + z * z / 2.0
    half = z * math.sqrt(successes * (n - successes) / n + z * z / 4.0)
    total = n + z * z
    low = 0.0 if successes == 0 else (centre - half) / total
    high = 1.0 if successes == n else (centre + half) / total
    return low, high


def clopper_pearson_ends(successes: int, n: int, level: float) -> tuple[float, float]:
    """The exact interval of a rate from the binomial tails; n at least 1."""
    tail = (1.0 - level) / 2.0
    low, high = 0.0, 1.0
    if successes > 0:
        low = float(special.betaincinv(successes, n - successes + 1, tail))
    if successes < n:
        high = float(special.betaincinv(successes + 1, n - successes, 1.0 - tail))
    return low, high
