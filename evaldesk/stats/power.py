"""How small a difference a comparison could have shown, and how many cases one needs."""

import math

import scipy.optimize as optimize

from evaldesk.stats.distributions import normal_quantile


def _quantiles(level: float, power: float) -> tuple[float, float]:
    return normal_quantile(level), normal_quantile(2.0 * power - 1.0)


def detectable_mean_difference(
    standard_error: float, *, level: float = 0.95, power: float = 0.8
) -> float:
    """The smallest true mean difference that is found with the given power.

    ``(z(1 - alpha / 2) + z(power)) × standard error``; the normal rule, so for fewer than about
    20 pairs it is a little too small.

    Args:
        standard_error: of the mean difference: ``sd / sqrt(n)``, or clustered.
        level: 1 - alpha, two-sided.
        power: chance to find it.
    """
    alpha_quantile, power_quantile = _quantiles(level, power)
    return float((alpha_quantile + power_quantile) * standard_error)


def detectable_paired_rate_difference(
    n: int, discordant: int, *, level: float = 0.95, power: float = 0.8
) -> float | None:
    """The smallest true difference of two paired rates that is found with the given power.

    The d that solves ``n = (z_a sqrt(psi) + z_b sqrt(psi - d²))² / d²``, psi being the share of
    discordant pairs, estimated as ``(discordant + 0.5) / (n + 1)`` so that a table without any
    does not promise the impossible, and never less than d.

    Args:
        n: pairs.
        discordant: pairs whose two outcomes differ.
        level: 1 - alpha, two-sided.
        power: chance to find it.

    Returns:
        A difference in (0, 1], or None where even a difference of 1 would not be found.

    Source: Connor 1987, Biometrics 43, 207–211 (sample size for McNemar's test).
    """
    if n <= 0:
        return None
    alpha_quantile, power_quantile = _quantiles(level, power)
    observed = (discordant + 0.5) / (n + 1)

    def excess(d: float) -> float:
        psi = max(observed, d)
        needed = (
            alpha_quantile * math.sqrt(psi) + power_quantile * math.sqrt(max(0.0, psi - d * d))
        ) ** 2 / (d * d)
        return needed - n

    if excess(1.0) > 0.0:
        return None
    return float(optimize.brentq(excess, 1e-9, 1.0))


def cases_for_difference(
    difference: float,
    *,
    between: float,
    within_a: float = 0.0,
    within_b: float = 0.0,
    trials: int = 1,
    level: float = 0.95,
    power: float = 0.8,
) -> int:
    """How many paired cases find a true mean difference with the given power.

    ``n = (z_a + z_b)² (w² + s_A²/K + s_B²/K) / d²``.

    Args:
        difference: d, the true difference that matters.
        between: w², variance over cases of the difference of the cases' expected scores.
        within_a: s_A², variance of A's score over trials of one case; ``within_b`` of B's.
        trials: K, trials a case in each run.
        level: 1 - alpha, two-sided.
        power: chance to find it.

    Raises:
        ValueError: the difference is 0, or there is no trial.

    Source: Miller 2024, Adding error bars to evals, arXiv:2411.00640.
    """
    if difference == 0.0 or trials < 1:
        raise ValueError("the difference must not be 0, and there must be a trial")
    alpha_quantile, power_quantile = _quantiles(level, power)
    variance = between + (within_a + within_b) / trials
    exact = (alpha_quantile + power_quantile) ** 2 * variance / difference**2
    # a rounding error must not cost a case
    return math.ceil(exact - 1e-9)
