"""Who rates what, so that loads are even and every two raters meet."""

import itertools
import math
from collections.abc import Sequence

import numpy as np

from evaldesk.stats.distributions import normal_quantile, wilson_ends


def overlapping(per_item: Sequence[int], raters: int, seed: int) -> list[tuple[int, ...]]:
    """Raters for each item: incomplete blocks, balanced as far as the numbers allow.

    Args:
        per_item: how many raters each item gets, 1 to ``raters``.
        raters: how many there are; they are numbered from 0.
        seed: decides between equals.

    Returns:
        One ascending tuple an item. Loads differ by at most one. Where all items get the same
        number, so many meetings as there are fall on the pairs of raters about evenly.

    Raises:
        ValueError: an item wants nobody, or more raters than there are.

    Source: the aim of balanced incomplete blocks (Yates 1936), reached greedily: the least
    loaded first, and among equals those who met least.
    """
    if any(not 1 <= wanted <= raters for wanted in per_item):
        raise ValueError("an item gets one to all of the raters")
    generator = np.random.default_rng(seed)
    loads = np.zeros(raters, dtype=np.int64)
    met = np.zeros((raters, raters), dtype=np.int64)
    blocks: list[tuple[int, ...]] = []
    for wanted in per_item:
        chance = generator.random(raters)
        chosen: list[int] = []
        for _ in range(wanted):
            meetings = met[:, chosen].sum(axis=1)
            order = np.lexsort((chance, meetings, loads))
            chosen.append(next(int(rater) for rater in order if rater not in chosen))
        for a, b in itertools.permutations(chosen, 2):
            met[a, b] += 1
        loads[chosen] += 1
        blocks.append(tuple(sorted(chosen)))
    return blocks


def expected_alpha_width(
    units: int,
    raters: int,
    prevalence: Sequence[float] = (0.5, 0.5),
    *,
    alpha: float = 0.6,
    level: float = 0.95,
    simulations: int = 400,
    seed: int = 0,
) -> float | None:
    """How wide the interval of a nominal alpha will be, before anybody has rated.

    Args:
        units: that several raters rate; ``raters`` on each, at least 2.
        prevalence: (categories,) how frequent each answer is expected; scaled to 1.
        alpha: the agreement expected, 0 to 1.
        level: of confidence.
        simulations: each rater keeps the item's true category with chance ``sqrt(alpha)`` and
            else draws one by prevalence, which gives that alpha in expectation.
        seed: of the simulation.

    Returns:
        Twice the normal quantile times the standard deviation over the simulations; None for
        fewer than two units or raters.
    """
    if units < 2 or raters < 2:
        return None
    generator = np.random.default_rng(seed)
    shares = np.asarray(prevalence, dtype=np.float64)
    edges = np.cumsum(shares / shares.sum())[:-1]
    keep = math.sqrt(min(max(alpha, 0.0), 1.0))
    found = []
    for _ in range(simulations):
        truth = np.searchsorted(edges, generator.random(units))
        other = np.searchsorted(edges, generator.random((units, raters)))
        given = np.where(generator.random((units, raters)) < keep, truth[:, None], other)
        counts = np.stack([(given == code).sum(axis=1) for code in range(shares.size)], axis=1)
        total = float(counts.sum())
        observed = float((counts * (counts - 1)).sum()) / (raters - 1)
        margins = counts.sum(axis=0)
        by_chance = float((margins * (margins - 1)).sum()) / (total - 1.0)
        if total > by_chance:
            found.append(1.0 - (total - observed) / (total - by_chance))
    if len(found) < 2:
        return None
    return 2.0 * normal_quantile(level) * float(np.std(found, ddof=1))


def expected_rate_width(n: float, rate: float = 0.8, *, level: float = 0.95) -> float | None:
    """How wide Wilson's interval of a pass rate will be at an (effective) n; None below 1."""
    if n < 1:
        return None
    low, high = wilson_ends(rate * n, n, level)
    return high - low
