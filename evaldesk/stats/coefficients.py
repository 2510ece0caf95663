"""Agreement beside alpha: percent, Gwet, Fleiss, Brennan–Prediger, Cohen, category by category."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.distributions import normal_quantile, t_quantile
from evaldesk.stats.ratings import Floats, UnitRatings
from evaldesk.stats.set_distances import Distances

Weights = Literal["identity", "linear", "quadratic", "ordinal"]
Weighting = Weights | Distances

MOST_CATEGORIES = 1_000
"""Above this many distinct values a coefficient for categories says nothing."""

_NO_PAIR = "undefined: no unit has two ratings"
_ONE_UNIT = "no interval: one unit with two ratings has no spread"


def agreement_weights(categories: ArrayLike, weights: Weighting) -> Floats:
    """(categories, categories) how nearly each two categories agree: 1 on the diagonal.

    Args:
        categories: (q,) ascending values; ``linear`` and ``quadratic`` use their distances,
            ``ordinal`` only their order.
        weights: as irrCAC names them; or distances between codes from 0, whose categories then
            are codes: near is one minus far.

    Source: Gwet 2014, Handbook of inter-rater reliability.
    """
    value = np.asarray(categories, dtype=np.float64)
    if isinstance(weights, Distances):
        return 1.0 - weights.between(value[:, None], value[None, :])
    if weights == "identity" or value.size < 2:
        return np.eye(value.size)
    gap = np.abs(value[:, None] - value[None, :]) / float(np.ptp(value))
    if weights == "linear":
        return np.asarray(1.0 - gap)
    if weights == "quadratic":
        return np.asarray(1.0 - gap**2)
    rank = np.arange(value.size)
    apart = special.comb(np.abs(rank[:, None] - rank[None, :]) + 1, 2)
    return np.asarray(1.0 - apart / apart.max())


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """What Gwet's formulas start from: units with at least one rating."""

    counts: Floats
    weights: Floats
    sizes: Floats
    observed: Floats
    """(units,) weighted agreement of a unit's pairs of ratings; 0 with fewer than two."""
    shares: Floats
    """(categories,) mean over units of the share of ratings in each category."""

    @property
    def pairable(self) -> int:
        return int((self.sizes >= 2).sum())

    @property
    def percent(self) -> float:
        return float(self.observed.sum()) / self.pairable


def _table(
    ratings: UnitRatings, categories: ArrayLike | None, weights: Weighting, name: str
) -> _Table | Estimate:
    """The table, or the estimate that says why there is none."""
    domain = np.unique(ratings.value if categories is None else np.asarray(categories, float))
    if domain.size > MOST_CATEGORIES:
        reason = f"undefined: more than {MOST_CATEGORIES} distinct values"
        return Estimate.undefined(reason, n=ratings.pairable_units, method=name)
    counts = ratings.counts(domain)
    counts = counts[counts.sum(axis=1) > 0]
    sizes = counts.sum(axis=1)
    if not (sizes >= 2).any():
        return Estimate.undefined(_NO_PAIR, method=name)
    matrix = agreement_weights(domain, weights)
    raw = (counts * (counts @ matrix - 1.0)).sum(axis=1)
    pairs = sizes * (sizes - 1.0)
    observed = np.divide(raw, pairs, out=np.zeros_like(raw), where=pairs > 0)
    shares = (counts / sizes[:, None]).mean(axis=0)
    return _Table(counts, matrix, sizes, observed, shares)


def _t_estimate(
    value: float,
    influence: Floats,
    *,
    n: int,
    name: str,
    level: float,
    floor: float = -np.inf,
) -> Estimate:
    """A value with the t interval of its units' contributions, cut at ``floor`` and 1."""
    units = int(influence.size)
    if units < 2:
        return _alone(value, n, name, _ONE_UNIT)
    error = float(np.sqrt(((influence - value) ** 2).sum() / (units * (units - 1.0))))
    if error <= 1e-12:
        same = "the raters agree on every unit" if value >= 1.0 - 1e-12 else "all units are alike"
        return _alone(value, n, name, f"no interval: {same}")
    half = t_quantile(level, units - 1) * error
    low, high = max(floor, value - half), min(1.0, value + half)
    return Estimate(value, low, high, level, n, f"{name}, t interval over units")


def _alone(value: float, n: int, name: str, reason: str) -> Estimate:
    return Estimate(value, level=None, n=n, method=name, undefined_reason=reason)


def percent_agreement(
    ratings: UnitRatings,
    *,
    categories: ArrayLike | None = None,
    weights: Weighting = "identity",
    level: float = 0.95,
) -> Estimate:
    """The chance that two ratings of one unit agree, averaged over pairable units.

    Args:
        ratings: units and their values.
        categories: (q,) the values of the scale; by default those that occur. They matter to the
            weights only.
        weights: above ``identity``, near values agree in part.
        level: of confidence.
    """
    name = "percent agreement" + _weighted(weights)
    table = _table(ratings, categories, weights, name)
    if isinstance(table, Estimate):
        return table
    units = table.observed[table.sizes >= 2]
    return _t_estimate(table.percent, units, n=table.pairable, name=name, level=level, floor=0.0)


def gwet_ac(
    ratings: UnitRatings,
    *,
    categories: ArrayLike | None = None,
    weights: Weighting = "identity",
    level: float = 0.95,
) -> Estimate:
    """Gwet's AC1 (identity weights) or AC2, which one frequent category does not pull down.

    Args:
        ratings: units and their values; units with one rating count towards the categories'
            shares and the standard error, as in Gwet's own software.
        categories: (q,) the values of the scale. By default those that occur; with the scale
            given, ratings that are all alike still have a value.
        weights: see :func:`agreement_weights`.
        level: of confidence.

    Returns:
        t interval over units, cut at 1. ``n`` is the number of pairable units.

    Source: Gwet 2008, British Journal of Mathematical and Statistical Psychology 61, 29–48, and
    Gwet 2014, Handbook of inter-rater reliability.
    """
    name = "Gwet's AC1" if weights == "identity" else f"Gwet's AC2 ({weights} weights)"
    table = _table(ratings, categories, weights, name)
    if isinstance(table, Estimate):
        return table
    q = table.shares.size
    if q < 2:
        return Estimate.undefined(
            "undefined: every rating is the same", n=table.pairable, method=name
        )
    factor = float(table.weights.sum()) / (q * (q - 1.0))
    chance = factor * float((table.shares * (1.0 - table.shares)).sum())
    unit_chance = factor * (table.counts @ (1.0 - table.shares)) / table.sizes
    return _chance_corrected(table, chance, unit_chance, name, level)


def fleiss_kappa(
    ratings: UnitRatings,
    *,
    categories: ArrayLike | None = None,
    weights: Weighting = "identity",
    level: float = 0.95,
) -> Estimate:
    """Fleiss' kappa, for any number of ratings a unit; arguments as of :func:`gwet_ac`.

    Source: Fleiss 1971, Psychological Bulletin 76, 378–382; with gaps and its standard error
    after Gwet 2014.
    """
    name = "Fleiss' kappa" + _weighted(weights)
    table = _table(ratings, categories, weights, name)
    if isinstance(table, Estimate):
        return table
    toward = table.weights @ table.shares
    chance = float(table.shares @ toward)
    unit_chance = (table.counts @ toward) / table.sizes
    return _chance_corrected(table, chance, unit_chance, name, level)


def brennan_prediger(
    ratings: UnitRatings,
    *,
    categories: ArrayLike | None = None,
    weights: Weighting = "identity",
    level: float = 0.95,
) -> Estimate:
    """Brennan–Prediger: chance agreement of raters who pick any category alike.

    Arguments as of :func:`gwet_ac`. Give ``categories``: an unused one counts.

    Source: Brennan and Prediger 1981, Educational and Psychological Measurement 41, 687–699.
    """
    name = "Brennan–Prediger" + _weighted(weights)
    table = _table(ratings, categories, weights, name)
    if isinstance(table, Estimate):
        return table
    chance = float(table.weights.sum()) / table.shares.size**2
    return _chance_corrected(table, chance, np.full(table.sizes.size, chance), name, level)


def _chance_corrected(
    table: _Table, chance: float, unit_chance: Floats, name: str, level: float
) -> Estimate:
    """``(pa - pe) / (1 - pe)`` with the linearised standard error of Gwet 2014."""
    if chance >= 1.0 - 1e-12:
        return Estimate.undefined(
            "undefined: every rating is the same", n=table.pairable, method=name
        )
    value = (table.percent - chance) / (1.0 - chance)
    if table.pairable < 2:
        return _alone(value, table.pairable, name, _ONE_UNIT)
    pairable = (table.sizes >= 2).astype(np.float64)
    scale = table.sizes.size / table.pairable
    direct = scale * (table.observed - chance * pairable) / (1.0 - chance)
    influence = direct - 2.0 * (1.0 - value) * (unit_chance - chance) / (1.0 - chance)
    return _t_estimate(value, influence, n=table.pairable, name=name, level=level)


def _weighted(weights: Weighting) -> str:
    return "" if weights == "identity" else f" ({weights} weights)"


def cohen_kappa(
    a: ArrayLike,
    b: ArrayLike,
    *,
    categories: ArrayLike | None = None,
    weights: Weighting = "identity",
    level: float = 0.95,
) -> Estimate:
    """Cohen's kappa of two raters over the units that both rated.

    Args:
        a: (units,) values of one rater, NaN where not rated; ``b`` of the other.
        categories: (q,) the scale's values; they matter to the weights only.
        weights: see :func:`agreement_weights`.
        level: of confidence.

    Returns:
        Normal interval, cut at -1 and 1. ``n`` is the number of units that both rated.

    Raises:
        ValueError: the two differ in length.

    Source: Cohen 1960 and 1968; large-sample standard error of Fleiss, Cohen and Everitt 1969,
    Psychological Bulletin 72, 323–327.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if first.shape != second.shape or first.ndim != 1:
        raise ValueError("a and b must be of one length")
    name = "Cohen's kappa" + _weighted(weights)
    shared = ~(np.isnan(first) | np.isnan(second))
    first, second = first[shared], second[shared]
    n = int(first.size)
    if n == 0:
        return Estimate.undefined("undefined: the two rated no unit in common", method=name)
    given = np.concatenate((first, second))
    domain = np.unique(given if categories is None else np.asarray(categories, dtype=np.float64))
    if not np.isin(given, domain).all():
        raise ValueError("a rating is not among the categories")
    if domain.size > MOST_CATEGORIES:
        return Estimate.undefined(
            f"undefined: more than {MOST_CATEGORIES} distinct values", n=n, method=name
        )
    joint = np.zeros((domain.size, domain.size))
    np.add.at(joint, (np.searchsorted(domain, first), np.searchsorted(domain, second)), 1.0 / n)
    weight = agreement_weights(domain, weights)
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    observed = float((joint * weight).sum())
    chance = float(rows @ weight @ columns)
    if chance >= 1.0 - 1e-12:
        reason = "undefined: both raters gave one and the same value throughout"
        return Estimate.undefined(reason, n=n, method=name)
    value = (observed - chance) / (1.0 - chance)
    # mean weight of a row's category against the other rater's answers, and the reverse
    margin = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    spread = float((joint * (weight - margin * (1.0 - value)) ** 2).sum())
    variance = (spread - (value - chance * (1.0 - value)) ** 2) / (n * (1.0 - chance) ** 2)
    if variance <= 1e-18:
        same = "the raters agree on every unit" if observed >= 1.0 else "the ratings do not vary"
        return _alone(value, n, name, f"no interval: {same}")
    half = normal_quantile(level) * float(np.sqrt(variance))
    return Estimate(
        value,
        max(-1.0, value - half),
        min(1.0, value + half),
        level,
        n,
        f"{name}, normal interval",
    )


def per_category_agreement(
    ratings: UnitRatings, *, categories: ArrayLike | None = None, level: float = 0.95
) -> Sequence[tuple[float, Estimate]]:
    """For each category: given that one rater chose it, how often another did too.

    Args:
        ratings: units and their values.
        categories: (q,) the scale's values; by default those that occur.
        level: of confidence.

    Returns:
        Category and estimate, ascending. ``n`` is the number of pairable units where somebody
        chose it.

    Source: specific agreement, Spitzer and Fleiss 1974 for two raters; a ratio of sums over
    units, its t interval from the linearised ratio.
    """
    domain = np.unique(ratings.value if categories is None else np.asarray(categories, float))
    counts = ratings.counts(domain)
    sizes = counts.sum(axis=1)
    counts, sizes = counts[sizes >= 2], sizes[sizes >= 2]
    name = "agreement on this category"
    out = []
    for index, category in enumerate(domain):
        own = counts[:, index]
        agreed = own * (own - 1.0) / np.maximum(sizes - 1.0, 1.0)
        used = int((own > 0).sum())
        total = float(own.sum())
        if total == 0.0:
            reason = "undefined: no unit with two ratings has this category"
            out.append((float(category), Estimate.undefined(reason, method=name)))
            continue
        value = float(agreed.sum()) / total
        influence = value + (agreed - value * own) * own.size / total
        estimate = _t_estimate(value, influence, n=used, name=name, level=level, floor=0.0)
        out.append((float(category), estimate))
    return tuple(out)
