"""How often the intervals hold the true value. Prints the tables of docs/statistics.md.

Run from the root of the project::

    python -m tests.benchmarks.interval_coverage
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np
from scipy import stats as scipy_stats

from evaldesk.stats.agreement import Measurement, bootstrap_alphas, krippendorff_alpha
from evaldesk.stats.paired_proportions import PairedTable, tango
from evaldesk.stats.ratings import UnitRatings, patterns_of
from evaldesk.stats.resampling import bca_mean

RESAMPLES = 2000


@dataclass(frozen=True)
class Design:
    """A population of units: a rater knows the true value with chance ``known``, or else draws
    from the shares. Two raters then differ, by any of alpha's distances, exactly ``1 - known²``
    times as far as two draws: alpha of the population is ``known²``, with nothing to estimate.
    """

    name: str
    measurement: Measurement
    units: int
    raters: int
    shares: tuple[float, ...]
    known: float


THIRDS = (1 / 3, 1 / 3, 1 / 3)
DESIGNS = (
    Design("20 units × 3 raters, 3 categories", "nominal", 20, 3, THIRDS, 0.775),
    Design("50 × 3", "nominal", 50, 3, THIRDS, 0.775),
    Design("150 × 3", "nominal", 150, 3, THIRDS, 0.775),
    Design("50 × 3, 90/10", "nominal", 50, 3, (0.9, 0.1), 0.775),
    Design("150 × 3, 90/10", "nominal", 150, 3, (0.9, 0.1), 0.775),
    Design("50 × 6", "nominal", 50, 6, THIRDS, 0.775),
    Design("50 × 3, ordinal of 5", "ordinal", 50, 3, (0.1, 0.15, 0.2, 0.3, 0.25), 0.775),
    Design("50 × 3, interval of 11", "interval", 50, 3, (1 / 11,) * 11, 0.775),
)


def ratings_of(design: Design, rng: np.random.Generator) -> UnitRatings:
    """One sample of the design; 15 % of the cells stay empty."""
    shape = (design.raters, design.units)
    truth = rng.choice(len(design.shares), size=design.units, p=design.shares)
    guess = rng.choice(len(design.shares), size=shape, p=design.shares)
    values = np.where(rng.random(shape) < design.known, truth, guess).astype(float)
    values[rng.random(shape) < 0.15] = np.nan
    return UnitRatings.from_matrix(values)


def alpha_coverage(repetitions: int, seed: int) -> None:
    """Unit-level BCa beside the percentile bootstrap of the same units."""
    print("| design | level | BCa | percentile | width BCa | width percentile | no interval |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    rng = np.random.default_rng(seed)
    for design in DESIGNS:
        true = design.known**2
        hits, widths, without = np.zeros(2), np.zeros(2), 0
        for _ in range(repetitions):
            ratings = ratings_of(design, rng)
            own = int(rng.integers(2**31))
            found = krippendorff_alpha(ratings, design.measurement, resamples=RESAMPLES, seed=own)
            if found.low is None or found.high is None:
                without += 1
                continue
            draws = bootstrap_alphas(
                patterns_of(ratings), design.measurement, RESAMPLES, np.random.default_rng(own)
            )
            low, high = np.nanquantile(draws, (0.025, 0.975))
            hits += (found.low <= true <= found.high, low <= true <= high)
            widths += (found.high - found.low, high - low)
        with_interval = repetitions - without
        shown = [*(f"{x:.3f}" for x in hits / with_interval)]
        shown += [*(f"{x:.2f}" for x in widths / with_interval)]
        print(
            f"| {design.name} | {design.measurement} | {' | '.join(shown)} "
            f"| {without / repetitions:.1%} |",
            flush=True,
        )


def cluster_coverage(repetitions: int, seed: int) -> None:
    """Chats of four turns, easy and hard ones: turns resampled beside chats resampled.

    In an easy chat a rater knows with chance 0.95, in a hard one 0.5: alpha is the mean of squares.
    """
    print("| design | units resampled | clusters resampled |")
    print("| --- | --- | --- |")
    rng = np.random.default_rng(seed)
    true = (0.95**2 + 0.5**2) / 2
    for chats in (15, 30, 60):
        hits = np.zeros(2)
        clusters = np.repeat(np.arange(chats), 4)
        for _ in range(repetitions):
            known = rng.choice((0.95, 0.5), size=chats)[clusters]
            truth = rng.integers(0, 3, chats * 4)
            guess = rng.integers(0, 3, (3, chats * 4))
            values = np.where(rng.random((3, chats * 4)) < known, truth, guess)
            ratings = UnitRatings.from_matrix(values)
            own = int(rng.integers(2**31))
            for index, groups in enumerate((None, clusters)):
                found = krippendorff_alpha(
                    ratings, "nominal", resamples=RESAMPLES, seed=own, clusters=groups
                )
                assert found.low is not None
                assert found.high is not None
                hits[index] += found.low <= true <= found.high
        shown = " | ".join(f"{x:.3f}" for x in hits / repetitions)
        print(f"| {chats} chats × 4 turns × 3 raters | {shown} |", flush=True)


def tango_coverage() -> None:
    """Exact: the chance of every table, summed over those whose interval holds the truth."""
    print("| pairs | A alone | B alone | difference | Tango | Wald |")
    print("| --- | --- | --- | --- | --- | --- |")
    z = scipy_stats.norm.ppf(0.975)
    cases = [(30, 0.08, 0.12), (60, 0.01, 0.03), (100, 0.1, 0.15), (100, 0.05, 0.05)]
    ends: dict[tuple[int, int, int], tuple[float, float]] = {}
    for n, only_a, only_b in [*cases, (200, 0.08, 0.12)]:
        true = only_b - only_a
        hold = np.zeros(2)
        for a in range(n + 1):
            for b in range(n + 1 - a):
                chance = scipy_stats.multinomial.pmf(
                    (a, b, n - a - b), n, (only_a, only_b, 1 - only_a - only_b)
                )
                if chance < 1e-12:
                    continue
                if (n, a, b) not in ends:
                    found = tango(PairedTable(0, a, b, n - a - b))
                    assert found.low is not None
                    assert found.high is not None
                    ends[n, a, b] = found.low, found.high
                low, high = ends[n, a, b]
                gap = (b - a) / n
                half = z * np.sqrt(a + b - (b - a) ** 2 / n) / n
                hold += chance * np.array((low <= true <= high, gap - half <= true <= gap + half))
        print(
            f"| {n} | {only_a} | {only_b} | {true:+.2f} | {hold[0]:.3f} | {hold[1]:.3f} |",
            flush=True,
        )


def mean_coverage(repetitions: int, seed: int) -> None:
    """Differences of scores: t interval beside BCa over pairs."""
    print("| pairs | differences | t | BCa |")
    print("| --- | --- | --- | --- |")
    rng = np.random.default_rng(seed)
    for n in (20, 50, 100, 300, 1000):
        for name in ("normal", "skewed", "nine in ten equal"):
            hits = np.zeros(2)
            made = 0
            for _ in range(repetitions):
                if name == "normal":
                    true, values = 0.1, rng.normal(0.1, 1.0, n)
                elif name == "skewed":
                    true, values = float(np.exp(0.5)), rng.lognormal(0.0, 1.0, n)
                else:
                    true, values = 0.025, (rng.random(n) < 0.1) * rng.normal(0.25, 1.0, n)
                if np.ptp(values) == 0.0:
                    continue
                found = bca_mean(
                    values, name="", over="", resamples=RESAMPLES, seed=int(rng.integers(2**31))
                )
                half = scipy_stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)
                if found.low is None or found.high is None:
                    continue
                made += 1
                hits += (
                    abs(values.mean() - true) <= half,
                    found.low <= true <= found.high,
                )
            print(f"| {n} | {name} | {hits[0] / made:.3f} | {hits[1] / made:.3f} |", flush=True)


def main(arguments: list[str]) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261)
    options = parser.parse_args(arguments)
    alpha_coverage(options.repetitions, options.seed)
    print()
    cluster_coverage(options.repetitions, options.seed)
    print()
    tango_coverage()
    print()
    mean_coverage(options.repetitions, options.seed)


if __name__ == "__main__":
    main(sys.argv[1:])
