"""Bootstrap intervals that say why when there is none."""

from dataclasses import dataclass

import numpy as np
import scipy.special as special

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.ratings import Floats

DEFAULT_SEED = 20261
BLOCK_CELLS = 4_000_000
"""Cells of one block of a resampling table: 32 MB of doubles, whatever the data's size."""

MOST_DEGENERATE = 0.10
"""Share of resamples without a value above which an interval would describe the rest only."""


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of an interval, or the reason why there is none."""

    low: float | None
    high: float | None
    reason: str | None = None


def blocks(rows: int, width: int) -> list[int]:
    """Sizes of the blocks that ``rows`` rows of ``width`` cells are worked off in."""
    size = max(1, min(rows, BLOCK_CELLS // max(1, width)))
    return [min(size, rows - start) for start in range(0, rows, size)]


def acceleration(jackknife: Floats, weights: Floats | None = None) -> float:
    """Efron's acceleration from leave-one-out values; 0 where they do not vary.

    Args:
        jackknife: (k,) values without each of the resampled things; NaN is left out.
        weights: (k,) how many of the resampled things each value stands for.

    Source: Efron and Tibshirani 1993, An introduction to the bootstrap, equation 14.15.
    """
    weight = np.ones_like(jackknife) if weights is None else weights
    finite = np.isfinite(jackknife)
    value, weight = jackknife[finite], weight[finite]
    if value.size == 0:
        return 0.0
    away = float(np.average(value, weights=weight)) - value
    square = float((weight * away**2).sum())
    if square <= 1e-24:
        return 0.0
    return float((weight * away**3).sum() / (6.0 * square**1.5))


def bca_ends(
    point: float,
    replicates: Floats,
    jackknife: Floats,
    *,
    level: float = 0.95,
    weights: Floats | None = None,
) -> Ends:
    """Bias-corrected and accelerated bootstrap interval.

    Args:
        point: the value of the data at hand.
        replicates: (resamples,) its values in the resamples; NaN where undefined.
        jackknife: (k,) its leave-one-out values; ``weights`` as in :func:`acceleration`.
        level: of confidence.

    Returns:
        The ends, or why there are none: too many resamples undefined, or no variation.

    Source: Efron 1987, JASA 82, 171–185. Ties of a resample with the point count half.
    """
    finite = np.isfinite(replicates)
    if replicates.size == 0 or not finite.any():
        return Ends(None, None, "no interval: every resample is undefined")
    lost = 1.0 - float(finite.mean())
    if lost > MOST_DEGENERATE:
        return Ends(
            None,
            None,
            f"no interval: {lost:.0%} of the resamples show no variation at all",
        )
    values = replicates[finite]
    tolerance = 1e-12 * max(1.0, abs(point))
    if float(values.max() - values.min()) <= tolerance:
        return Ends(None, None, "no interval: every resample gives the same value")
    below = float((values < point - tolerance).mean())
    equal = float((np.abs(values - point) <= tolerance).mean())
    share = below + equal / 2.0
    if not 0.0 < share < 1.0:
        return Ends(None, None, "no interval: the value lies outside all of its resamples")
    bias = float(special.ndtri(share))
    accel = acceleration(jackknife, weights)
    tail = float(special.ndtri((1.0 + level) / 2.0))
    at = []
    for z in (-tail, tail):
        shifted = bias + z
        denominator = 1.0 - accel * shifted
        if denominator <= 0.0:
            return Ends(None, None, "no interval: too skewed for a corrected bootstrap")
        at.append(float(special.ndtr(bias + shifted / denominator)))
    low, high = np.quantile(values, at)
    return Ends(float(low), float(high))


def bca_mean(
    values: Floats,
    *,
    name: str,
    over: str,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> Estimate:
    """A mean with the BCa bootstrap interval over its values.

    Args:
        values: (n,) finite numbers, at least one.
        name: what the mean is of, for the method's words; ``over`` what is resampled.
        level: of confidence; ``resamples`` and ``seed`` of the bootstrap.
    """
    n = int(values.size)
    # the order of the cases must not reach the interval
    data = np.sort(values)
    point = float(data.mean())

    def alone(reason: str) -> Estimate:
        return Estimate(point, level=None, n=n, method=name, undefined_reason=reason)

    if n == 1:
        return alone("no interval: one value has no spread")
    if float(data[-1] - data[0]) == 0.0:
        return alone("no interval: every value is the same")
    distinct, counts = np.unique(data, return_counts=True)
    rng = np.random.default_rng(seed)
    # scores mostly repeat, and then counting how often each comes is quicker than drawing cases
    few = distinct.size * 4 < n
    replicates = []
    for size in blocks(resamples, distinct.size if few else n):
        if few:
            replicates.append(rng.multinomial(n, counts / n, size=size) @ distinct / n)
        else:
            drawn = rng.integers(0, n, size=(size, n), dtype=np.int32)
            replicates.append(data[drawn].mean(axis=1))
    left_out = (point * n - distinct) / (n - 1)
    ends = bca_ends(
        point,
        np.concatenate(replicates),
        left_out,
        level=level,
        weights=counts.astype(np.float64),
    )
    if ends.reason is not None:
        return alone(ends.reason)
    method = f"{name}, BCa over {over}, {resamples} resamples"
    return Estimate(point, ends.low, ends.high, level, n, method, seed)
