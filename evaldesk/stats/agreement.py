"""Krippendorff's alpha with the interval that covers: units resampled, BCa."""

from typing import Literal

import krippendorff
import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.ratings import Floats, Patterns, UnitRatings, patterns_of
from evaldesk.stats.resampling import BLOCK_CELLS, DEFAULT_SEED, bca_ends, blocks
from evaldesk.stats.set_distances import Distances

Measurement = Literal["nominal", "ordinal", "interval", "ratio"]
Measure = Measurement | Distances

PACKAGE_CELLS = 5_000_000
"""The package builds a units × values × values table; above this size ours, equal, computes."""

FEWEST_UNITS = 3
JACKKNIFE_GROUPS = 2_000
JACKKNIFE_BUNDLES = 400


def krippendorff_alpha(
    ratings: UnitRatings,
    measurement: Measure,
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = DEFAULT_SEED,
    clusters: ArrayLike | None = None,
) -> Estimate:
    """Krippendorff's alpha over the units that have two ratings or more.

    Args:
        ratings: units and their values; any number of raters, any gaps.
        measurement: level of measurement; ``ordinal`` takes the order of the numeric codes. Or
            distances of one's own, such as those of sets, between codes from 0.
        level: of confidence.
        resamples: of the bootstrap; 0 gives the value alone.
        seed: of the bootstrap.
        clusters: (units,) labels, such as the conversation that a turn belongs to. Where given,
            clusters are resampled whole.

    Returns:
        ``n`` is the number of pairable units. Value and interval fail apart: a value can stand
        without an interval, and ``undefined_reason`` then says why there is none.

    Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability (value, as in the package
    ``krippendorff``); interval by resampling units, Zapf et al. 2016, BMC Medical Research
    Methodology 16:93, with Efron's BCa. Hayes and Krippendorff's own bootstrap, which resamples
    pairs, covers far less than it says (docs/statistics.md).
    """
    name = f"Krippendorff's alpha ({measurement})"
    found = patterns_of(ratings)
    if found.units == 0:
        return Estimate.undefined("undefined: no unit has two ratings", method=name)
    if found.domain.size < 2:
        same = np.unique(ratings.value).size < 2
        reason = (
            "every rating is the same" if same else "every rating that can be paired is the same"
        )
        return Estimate.undefined(f"undefined: {reason}", n=found.units, method=name)
    if measurement == "ratio" and found.domain[0] < 0:
        return Estimate.undefined(
            "undefined: the ratio level has no negative values", n=found.units, method=name
        )
    point = _point(found, measurement)

    def alone(reason: str | None) -> Estimate:
        return Estimate(point, level=None, n=found.units, method=name, undefined_reason=reason)

    if resamples <= 0:
        return alone("no interval: none was asked for")
    groups = None if clusters is None else _groups(found, clusters, ratings.units)
    drawn = "units" if groups is None else "clusters"
    number = found.units if groups is None else groups.shape[0]
    if number < FEWEST_UNITS:
        return alone(f"no interval: fewer than {FEWEST_UNITS} {drawn} with two ratings")
    rng = np.random.default_rng(seed)
    replicates = bootstrap_alphas(found, measurement, resamples, rng, groups)
    left_out, weights = _jackknife(found, measurement, groups, rng)
    ends = bca_ends(point, replicates, left_out, level=level, weights=weights)
    if ends.reason is not None:
        if point >= 1.0 - 1e-12:
            return alone("no interval: the raters agree on every unit")
        return alone(ends.reason)
    return Estimate(
        point,
        ends.low,
        ends.high,
        level,
        found.units,
        f"{name}, BCa over {drawn}, {resamples} resamples",
        seed,
    )


def _point(found: Patterns, measurement: Measure) -> float:
    width = found.domain.size
    if isinstance(measurement, Distances) or found.units * width * width > PACKAGE_CELLS:
        return float(alphas(found, measurement, found.frequency[None, :])[0])
    counts = found.counts.toarray()[found.of_unit].astype(np.int64)
    return float(
        krippendorff.alpha(
            value_counts=counts, value_domain=found.domain, level_of_measurement=measurement
        )
    )


def alphas(found: Patterns, measurement: Measure, weights: Floats) -> Floats:
    """Alpha of many reweighted copies of the data at once.

    Args:
        found: the distinct units.
        weights: (copies, patterns) how often each stands in a copy.

    Returns:
        (copies,) alpha; NaN where every rating of a copy is the same.

    Alpha is ``1 - (n - 1) sum_u d_u / e``. ``d_u``, the disagreement within unit u, is fixed at
    the nominal, interval and ratio levels, so that a copy's is one product. The ordinal distance
    depends on the copy's own margins: it is the squared difference of their mid-ranks, so it is
    the interval formula on ranks made anew for each copy.
    """
    counts = found.counts
    if measurement == "interval":
        return _interval_alphas(found, weights)
    margins = np.asarray(weights @ counts)
    total = margins.sum(axis=1)
    if measurement == "ordinal":
        ranks = np.cumsum(margins, axis=1) - margins / 2.0 - total[:, None] / 2.0
        sums = np.asarray(ranks @ counts.T)
        squares = np.asarray(ranks**2 @ counts.T)
        within = 2.0 * (found.sizes * squares - sums**2) / (found.sizes - 1.0)
        observed = (weights * within).sum(axis=1)
        expected = 2.0 * (
            total * (margins * ranks**2).sum(axis=1) - (margins * ranks).sum(axis=1) ** 2
        )
    else:
        observed = weights @ _within(found, measurement)
        expected = _expected(found, measurement, margins, total)
    varied = (margins > 0).sum(axis=1) > 1
    ratio = np.divide(observed, expected, out=np.full_like(total, np.nan), where=varied)
    return np.asarray(1.0 - (total - 1.0) * ratio)


def _interval_alphas(found: Patterns, weights: Floats) -> Floats:
    """Sums and sums of squares are all that squared differences need, however many values."""
    # centred and scaled, which alpha does not see and sums of squares do
    value = (found.domain - found.domain.mean()) / np.ptp(found.domain)
    sizes, sums, squares = found.sizes, found.counts @ value, found.counts @ value**2
    within = 2.0 * (sizes * squares - sums**2) / (sizes - 1.0)
    total = weights @ sizes
    expected = 2.0 * (total * (weights @ squares) - (weights @ sums) ** 2)
    varied = expected > 1e-12 * total**2
    ratio = np.divide(weights @ within, expected, out=np.full_like(total, np.nan), where=varied)
    return np.asarray(1.0 - (total - 1.0) * ratio)


def _within(found: Patterns, measurement: Measure) -> Floats:
    """(patterns,) disagreement inside each unit: ordered pairs' distances over size - 1."""
    counts, sizes = found.counts, found.sizes
    if measurement == "nominal":
        same = np.asarray(counts.power(2).sum(axis=1)).ravel()
        return np.asarray((sizes**2 - same) / (sizes - 1.0))
    # ratio and sets: every pair of distinct values of a unit, laid out long, a block at a time
    out = np.zeros(sizes.size)
    filled = np.diff(counts.indptr)
    start = 0
    while start < sizes.size:
        cells = np.cumsum(filled[start:].astype(np.int64) ** 2)
        stop = start + max(1, int(np.searchsorted(cells, BLOCK_CELLS)))
        part = counts[start:stop]
        each = np.diff(part.indptr)
        row = np.repeat(np.arange(each.size), each)
        first = np.repeat(np.arange(part.indices.size), each[row])
        offset = np.arange(first.size) - np.repeat(np.cumsum(each[row]) - each[row], each[row])
        second = part.indptr[row[first]] + offset
        distance = _distance(
            measurement, found.domain[part.indices[first]], found.domain[part.indices[second]]
        )
        out[start:stop] = np.bincount(
            row[first], part.data[first] * part.data[second] * distance, minlength=each.size
        )
        start = stop
    return np.asarray(out / (sizes - 1.0))


def _expected(found: Patterns, measurement: Measure, margins: Floats, total: Floats) -> Floats:
    """(copies,) distances summed over all ordered pairs of ratings, whatever their unit."""
    if measurement == "nominal":
        return np.asarray(total**2 - (margins**2).sum(axis=1))
    out = np.zeros_like(total)
    step = max(1, BLOCK_CELLS // found.domain.size)
    for start in range(0, found.domain.size, step):
        part = slice(start, start + step)
        distance = _distance(measurement, found.domain[:, None], found.domain[None, part])
        out += ((margins @ distance) * margins[:, part]).sum(axis=1)
    return out


def _distance(measurement: Measure, a: Floats, b: Floats) -> Floats:
    if isinstance(measurement, Distances):
        return measurement.between(a, b)
    total = a + b
    share = np.divide(a - b, total, out=np.zeros_like(total), where=total != 0)
    return np.asarray(share**2)


def _groups(found: Patterns, clusters: ArrayLike, units: int) -> sparse.csr_array:
    """(clusters, patterns) how many units of each pattern a cluster holds."""
    labels = np.asarray(clusters)
    if labels.shape != (units,):
        raise ValueError("clusters must have one label a unit")
    _, code = np.unique(labels[found.unit], return_inverse=True)
    return sparse.csr_array(
        (np.ones(code.size), (code, found.of_unit)),
        shape=(int(code.max()) + 1, found.frequency.size),
    )


def bootstrap_alphas(
    found: Patterns,
    measurement: Measure,
    resamples: int,
    rng: np.random.Generator,
    groups: sparse.csr_array | None = None,
) -> Floats:
    """Alpha of data sets drawn from the units, or from the clusters.

    Args:
        found: the distinct units.
        groups: (clusters, patterns) how many units of each pattern a cluster holds.

    Returns:
        (resamples,) alpha; NaN where every rating of a data set is the same.
    """
    if groups is None:
        number, chances = found.units, found.frequency / found.units
    else:
        number, chances = groups.shape[0], np.full(groups.shape[0], 1.0 / groups.shape[0])
    # drawing units with replacement is drawing how often each distinct unit comes
    width = max(_width(found, measurement), chances.size)
    out = []
    for size in blocks(resamples, width):
        drawn = rng.multinomial(number, chances, size=size).astype(np.float64)
        weights = drawn if groups is None else np.asarray(drawn @ groups)
        out.append(alphas(found, measurement, weights))
    return np.concatenate(out)


def _jackknife(
    found: Patterns,
    measurement: Measure,
    groups: sparse.csr_array | None,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Alpha without each unit (or cluster), and how many such units there are.

    Above ``JACKKNIFE_GROUPS`` distinct units random bundles are left out instead: the skewness
    that the acceleration measures is of order one over root n there, and the table stays small.
    """
    if groups is None and found.frequency.size <= JACKKNIFE_GROUPS:
        removed = sparse.csr_array(sparse.eye_array(found.frequency.size))
        times = found.frequency
    else:
        removed = groups if groups is not None else _single_units(found)
        if removed.shape[0] > JACKKNIFE_GROUPS:
            bundle = rng.permutation(removed.shape[0]) % JACKKNIFE_BUNDLES
            picks = sparse.csr_array(
                (np.ones(bundle.size), (bundle, np.arange(bundle.size))),
                shape=(JACKKNIFE_BUNDLES, bundle.size),
            )
            removed = sparse.csr_array(picks @ removed)
        times = np.ones(removed.shape[0])
    out = []
    start = 0
    for size in blocks(removed.shape[0], _width(found, measurement)):
        weights = found.frequency[None, :] - removed[start : start + size].toarray()
        out.append(alphas(found, measurement, weights))
        start += size
    return np.concatenate(out), times


def _width(found: Patterns, measurement: Measure) -> int:
    """Cells that one copy of the data takes up in :func:`alphas`."""
    return max(found.frequency.size, 3 if measurement == "interval" else found.domain.size)


def _single_units(found: Patterns) -> sparse.csr_array:
    pattern = np.repeat(np.arange(found.frequency.size), found.frequency.astype(np.int64))
    return sparse.csr_array(
        (np.ones(pattern.size), (np.arange(pattern.size), pattern)),
        shape=(pattern.size, found.frequency.size),
    )
