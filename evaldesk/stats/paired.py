"""Two runs over the same cases: how much better is B, and could it be chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Direction
from evaldesk.stats.clustered import cluster_sums, clustered_mean, clustered_standard_error
from evaldesk.stats.paired_proportions import PairedTable, mcnemar, newcombe, tango
from evaldesk.stats.power import detectable_mean_difference, detectable_paired_rate_difference
from evaldesk.stats.proportions import mean, proportion
from evaldesk.stats.ratings import Floats
from evaldesk.stats.resampling import DEFAULT_SEED, bca_mean, blocks

BOOTSTRAP_FROM = 100
"""Unequal pairs from which the BCa bootstrap of a mean covers as it says; with fewer, and with any
number of pairs that are mostly equal, Student's t does better (docs/statistics.md)."""

EXACT_FLIPS = 14
"""Up to this many unequal pairs every assignment of signs is counted: 16,384 of them."""

_EQUAL = "A and B are equal on every pair"


@dataclass(frozen=True, slots=True)
class PairedResult:
    """A paired comparison.

    Attributes:
        a: estimate of A over the pairs; ``b`` of B.
        difference: B minus A, whatever the direction.
        p_value: two-sided, of ``test``; None with the reason in ``difference``.
        wins: pairs where B is better by the direction; ``losses`` where A is. With direction
            ``none`` a greater value counts as a win.
        minimum_detectable: smallest true difference found with 80 % power at this n.
        binary: whether every value is 0 or 1.
        table: of pairs, where binary.
        exact_p: McNemar's exact p beside the mid-p, where that is the test.
        newcombe: the other interval of the difference, where binary and without clusters.
        seed: of the resampling.
    """

    n: int
    a: Estimate
    b: Estimate
    difference: Estimate
    p_value: float | None
    test: str | None
    wins: int
    ties: int
    losses: int
    minimum_detectable: float | None
    binary: bool
    table: PairedTable | None
    exact_p: float | None
    newcombe: Estimate | None
    seed: int

    @property
    def method(self) -> str | None:
        """How the difference was computed."""
        return self.difference.method


def compare_paired(
    a: ArrayLike,
    b: ArrayLike,
    *,
    direction: Direction = "higher",
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> PairedResult:
    """Compare two runs case by case.

    Rates (every value 0 or 1): Wilson for each, Tango's interval for the difference, McNemar's
    mid-p. Other values: t interval for each; for the difference the paired t interval below 100
    unequal pairs and the BCa bootstrap over pairs from there; p from flipping the differences'
    signs.
    With clusters: clustered t intervals, and signs flipped cluster by cluster.

    Args:
        a: (pairs,) values of A; ``b`` of B, in the same order.
        direction: which end is better; it decides wins and losses only.
        clusters: (pairs,) labels of cases that go together.
        level: of confidence.
        resamples: of the bootstrap and of the sign flips where they are too many to count.
        seed: of both.

    Raises:
        ValueError: lengths differ, or a value is missing or infinite.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("a and b must be of one length")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise ValueError("a value is missing or infinite")
    gaps = second - first
    # means over trials differ in their last bit; that is no difference
    scale = max(1.0, float(np.abs(np.concatenate((first, second))).max(initial=0.0)))
    gaps[np.abs(gaps) <= 1e-12 * scale] = 0.0
    n = int(gaps.size)
    better = -gaps if direction == "lower" else gaps
    binary = n > 0 and bool(np.isin(first, (0.0, 1.0)).all() and np.isin(second, (0.0, 1.0)).all())
    table = _table(first, second) if binary else None
    minimum: float | None
    exact: float | None = None
    other: Estimate | None = None
    if n == 0:
        nothing = Estimate.undefined("undefined: there is no pair", method="paired difference")
        left, right, difference, p, test, minimum = nothing, nothing, nothing, None, None, None
    elif clusters is not None:
        left = clustered_mean(first, clusters, level=level)
        right = clustered_mean(second, clusters, level=level)
        difference = clustered_mean(gaps, clusters, level=level, name="mean paired difference")
        sums = cluster_sums(gaps, clusters)
        p, test = _sign_flip(sums, "clusters", resamples, seed)
        minimum = (
            detectable_mean_difference(clustered_standard_error(gaps, clusters), level=level)
            if sums.size > 1 and np.ptp(gaps) > 0.0
            else None
        )
    elif table is not None:
        left = proportion(table.both + table.only_a, n, level=level)
        right = proportion(table.both + table.only_b, n, level=level)
        difference, other = tango(table, level=level), newcombe(table, level=level)
        found = mcnemar(table.only_a, table.only_b)
        p, exact, test = found.mid_p, found.exact, "McNemar, mid-p"
        minimum = detectable_paired_rate_difference(n, table.discordant, level=level)
    else:
        left, right = mean(first, level=level), mean(second, level=level)
        difference = _mean_difference(gaps, level, resamples, seed)
        p, test = _sign_flip(gaps, "pairs", resamples, seed)
        error = float(gaps.std(ddof=1)) / np.sqrt(n) if n > 1 else 0.0
        minimum = detectable_mean_difference(error, level=level) if error > 0.0 else None
    if n and not binary and not gaps.any():
        difference = Estimate(
            0.0,
            level=None,
            n=n,
            method=difference.method,
            undefined_reason=f"no interval: {_EQUAL}",
        )
    return PairedResult(
        n,
        left,
        right,
        difference,
        p,
        test,
        int((better > 0).sum()),
        int((better == 0).sum()),
        int((better < 0).sum()),
        minimum,
        binary,
        table,
        exact,
        other,
        seed,
    )


def _table(a: Floats, b: Floats) -> PairedTable:
    return PairedTable(
        both=int(((a == 1) & (b == 1)).sum()),
        only_a=int(((a == 1) & (b == 0)).sum()),
        only_b=int(((a == 0) & (b == 1)).sum()),
        neither=int(((a == 0) & (b == 0)).sum()),
    )


def _mean_difference(gaps: Floats, level: float, resamples: int, seed: int) -> Estimate:
    name = "mean paired difference"
    if np.count_nonzero(gaps) >= BOOTSTRAP_FROM and resamples > 0:
        return bca_mean(gaps, name=name, over="pairs", level=level, resamples=resamples, seed=seed)
    found = mean(gaps, level=level)
    method = f"{name}, paired t interval" if found.undefined_reason is None else name
    return Estimate(
        found.value,
        found.low,
        found.high,
        found.level,
        found.n,
        method,
        None,
        found.undefined_reason,
    )


def _sign_flip(
    gaps: Floats, over: str, resamples: int, seed: int
) -> tuple[float | None, str | None]:
    """Two-sided p: how often chance signs give a sum as far from 0, and the test's name.

    Equal pairs have no sign and drop out by themselves. Random signs count the data at hand as
    one of the draws, so p is never 0.

    Source: Fisher 1935; Phipson and Smyth 2010 for the added one.
    """
    size = np.abs(gaps[gaps != 0.0])
    if gaps.size < 2:
        return None, None
    if size.size == 0:
        return 1.0, f"sign-flip permutation over {over}, exact"
    seen = abs(float(gaps.sum())) * (1.0 - 1e-12) - 1e-15
    # the order of the cases must not reach p
    size = np.sort(size)
    if size.size <= EXACT_FLIPS:
        sums = np.zeros(1)
        for one in size:
            sums = np.concatenate((sums - one, sums + one))
        return float((np.abs(sums) >= seen).mean()), f"sign-flip permutation over {over}, exact"
    rng = np.random.default_rng(seed)
    hits = 0
    draws = max(resamples, 1)
    for rows in blocks(draws, size.size):
        signs = rng.integers(0, 2, size=(rows, size.size), dtype=np.int8)
        sums = 2.0 * (signs @ size) - size.sum()
        hits += int((np.abs(sums) >= seen).sum())
    return (hits + 1) / (draws + 1), f"sign-flip permutation over {over}, {draws} random"
