"""Krippendorff's alpha: published values, the package, and what the interval must do."""

from typing import get_args

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evaldesk.stats.agreement import Measurement, alphas, bootstrap_alphas, krippendorff_alpha
from evaldesk.stats.ratings import UnitRatings, patterns_of

LEVELS: tuple[Measurement, ...] = get_args(Measurement)
N = np.nan
# Krippendorff 2011, section C: four observers, twelve units, the last of them rated once.
C = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
)
PUBLISHED: dict[Measurement, float] = {
    "nominal": 0.743421,
    "ordinal": 0.815388,
    "interval": 0.849107,
    "ratio": 0.797403,
}


def sample(seed: int, raters: int, units: int, values: int, missing: float = 0.15) -> np.ndarray:
    """Raters × units of values from 0 that agree in part."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, units)
    guess = rng.integers(0, values, (raters, units))
    table = np.where(rng.random((raters, units)) < 0.7, truth, guess).astype(float)
    table[rng.random((raters, units)) < missing] = N
    return table


@pytest.mark.parametrize("measurement", LEVELS)
def test_published_values_of_krippendorff_2011(measurement: Measurement) -> None:
    found = krippendorff_alpha(UnitRatings.from_matrix(C), measurement)
    assert found.value == pytest.approx(PUBLISHED[measurement], abs=5e-7)
    assert found.n == 11
    assert found.low is not None
    assert found.high is not None
    assert found.low < PUBLISHED[measurement] <= found.high <= 1.0
    assert found.method == f"Krippendorff's alpha ({measurement}), BCa over units, 2000 resamples"
    assert (found.level, found.seed, found.undefined_reason) == (0.95, 20261, None)


@pytest.mark.parametrize("measurement", LEVELS)
@pytest.mark.parametrize(
    ("raters", "units", "values"), [(2, 40, 2), (3, 60, 5), (25, 30, 4), (4, 80, 60)]
)
def test_our_formula_is_the_package(
    measurement: Measurement, raters: int, units: int, values: int
) -> None:
    table = sample(values, raters, units, values)
    found = patterns_of(UnitRatings.from_matrix(table))
    ours = alphas(found, measurement, found.frequency[None, :])[0]
    theirs = krippendorff.alpha(reliability_data=table, level_of_measurement=measurement)
    assert ours == pytest.approx(theirs, abs=1e-9)
    point = krippendorff_alpha(UnitRatings.from_matrix(table), measurement, resamples=0)
    assert point.value == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("measurement", LEVELS)
def test_a_resample_is_the_alpha_of_the_units_drawn(measurement: Measurement) -> None:
    table = sample(3, 3, 25, 4, missing=0.1)
    found = patterns_of(UnitRatings.from_matrix(table))
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(found.units, found.frequency / found.units, size=8)
    ours = alphas(found, measurement, drawn.astype(float))
    for times, value in zip(drawn, ours, strict=True):
        counts = np.repeat(found.counts.toarray(), times, axis=0).astype(int)
        theirs = krippendorff.alpha(
            value_counts=counts, value_domain=found.domain, level_of_measurement=measurement
        )
        assert value == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("measurement", ["ordinal", "interval", "ratio"])
def test_many_distinct_values(measurement: Measurement, monkeypatch: pytest.MonkeyPatch) -> None:
    """Continuous scores: above the package's reach our own formula gives the value."""
    rng = np.random.default_rng(5)
    table = np.abs(rng.normal(10, 1, 120)[None] + rng.normal(size=(3, 120)))
    ratings = UnitRatings.from_matrix(table)
    package = krippendorff_alpha(ratings, measurement, resamples=200)
    monkeypatch.setattr("evaldesk.stats.agreement.PACKAGE_CELLS", 0)
    monkeypatch.setattr("evaldesk.stats.agreement.BLOCK_CELLS", 1000)
    monkeypatch.setattr("evaldesk.stats.resampling.BLOCK_CELLS", 1000)
    own = krippendorff_alpha(ratings, measurement, resamples=200)
    assert own.value == pytest.approx(package.value, abs=1e-9)
    # in small blocks the same draws give the same ends
    assert own.low == pytest.approx(package.low, abs=1e-9)
    assert own.high == pytest.approx(package.high, abs=1e-9)


def test_interval_alpha_does_not_lose_digits_far_from_zero() -> None:
    table = sample(2, 3, 50, 7)
    near = krippendorff_alpha(UnitRatings.from_matrix(table), "interval")
    far = krippendorff_alpha(UnitRatings.from_matrix(table + 1e9), "interval")
    assert far.value == pytest.approx(near.value, abs=1e-9)
    assert far.low == pytest.approx(near.low, abs=1e-9)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[2, 2, 2], [2, 2, 2]], "undefined: every rating is the same"),
        ([[2, 2, 1], [2, 2, N]], "undefined: every rating that can be paired is the same"),
        ([[1, N, 2], [N, 1, N]], "undefined: no unit has two ratings"),
        ([[N, N], [N, N]], "undefined: no unit has two ratings"),
        ([[]], "undefined: no unit has two ratings"),
    ],
)
@pytest.mark.parametrize("measurement", LEVELS)
def test_undefined_in_words(
    measurement: Measurement, table: list[list[float]], reason: str
) -> None:
    found = krippendorff_alpha(UnitRatings.from_matrix(table), measurement)
    assert (found.value, found.low, found.high, found.level) == (None, None, None, None)
    assert found.undefined_reason == reason


@pytest.mark.parametrize(
    ("table", "value", "reason"),
    [
        ([[1, 2], [1, 2]], 1.0, "no interval: fewer than 3 units with two ratings"),
        ([[1, 2, 3, 1], [1, 2, 3, 1]], 1.0, "no interval: the raters agree on every unit"),
        (
            [[0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0]],
            0.0,
            "no interval: 34% of the resamples show no variation at all",
        ),
    ],
)
def test_a_value_without_an_interval_says_why(
    table: list[list[float]], value: float, reason: str
) -> None:
    found = krippendorff_alpha(UnitRatings.from_matrix(table), "nominal")
    assert found.value == pytest.approx(value)
    assert (found.low, found.high, found.level, found.seed) == (None, None, None, None)
    assert found.undefined_reason == reason


def test_negative_values_have_no_ratio() -> None:
    found = krippendorff_alpha(UnitRatings.from_matrix([[-1, 1, 2], [-1, 2, 2]]), "ratio")
    assert found.undefined_reason == "undefined: the ratio level has no negative values"


def test_the_seed_decides_and_is_recorded() -> None:
    ratings = UnitRatings.from_matrix(sample(1, 3, 30, 3))
    first = krippendorff_alpha(ratings, "nominal", seed=1)
    assert first == krippendorff_alpha(ratings, "nominal", seed=1)
    other = krippendorff_alpha(ratings, "nominal", seed=2)
    assert (first.low, first.high) != (other.low, other.high)
    assert (first.seed, other.seed) == (1, 2)


def test_a_wider_level_gives_a_wider_interval() -> None:
    ratings = UnitRatings.from_matrix(sample(1, 3, 30, 3))
    wide, narrow = (krippendorff_alpha(ratings, "nominal", level=x) for x in (0.99, 0.8))
    assert wide.low is not None
    assert narrow.low is not None
    assert wide.low < narrow.low


def test_copied_units_in_one_cluster_do_not_narrow_the_interval() -> None:
    """Ten copies of each unit are no new evidence; clusters know, units do not."""
    table = sample(8, 3, 40, 3)
    copied = UnitRatings.from_matrix(np.repeat(table, 10, axis=1))
    clusters = np.repeat(np.arange(40), 10)
    single = krippendorff_alpha(UnitRatings.from_matrix(table), "nominal")
    naive = krippendorff_alpha(copied, "nominal")
    clustered = krippendorff_alpha(copied, "nominal", clusters=clusters)

    def width(found: object) -> float:
        return found.high - found.low  # type: ignore[attr-defined, no-any-return]

    assert width(naive) < width(single) / 2
    assert width(clustered) == pytest.approx(width(single), rel=0.1)
    assert clustered.method is not None
    assert "BCa over clusters" in clustered.method


def test_every_unit_its_own_cluster_is_no_cluster() -> None:
    table = sample(8, 3, 60, 3, missing=0)
    ratings = UnitRatings.from_matrix(table)
    plain = krippendorff_alpha(ratings, "ordinal", resamples=8000)
    own = krippendorff_alpha(ratings, "ordinal", resamples=8000, clusters=np.arange(60))
    assert own.low == pytest.approx(plain.low, abs=0.02)
    assert own.high == pytest.approx(plain.high, abs=0.02)


def test_too_few_clusters() -> None:
    ratings = UnitRatings.from_matrix(sample(8, 3, 10, 3, missing=0))
    found = krippendorff_alpha(ratings, "nominal", clusters=["a"] * 5 + ["b"] * 5)
    assert found.undefined_reason == "no interval: fewer than 3 clusters with two ratings"
    with pytest.raises(ValueError, match="one label a unit"):
        krippendorff_alpha(ratings, "nominal", clusters=[1, 2])


def test_bundled_jackknife_hardly_moves_the_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    table = rng.normal(size=400)[None] + rng.normal(size=(3, 400))
    ratings = UnitRatings.from_matrix(table)
    full = krippendorff_alpha(ratings, "interval")
    monkeypatch.setattr("evaldesk.stats.agreement.JACKKNIFE_GROUPS", 100)
    monkeypatch.setattr("evaldesk.stats.agreement.JACKKNIFE_BUNDLES", 100)
    bundled = krippendorff_alpha(ratings, "interval")
    assert bundled.low == pytest.approx(full.low, abs=0.005)
    assert bundled.high == pytest.approx(full.high, abs=0.005)


def test_the_percentile_ends_are_those_of_drawing_units_one_by_one() -> None:
    table = sample(12, 3, 80, 3, missing=0)
    found = patterns_of(UnitRatings.from_matrix(table))
    rng = np.random.default_rng(0)
    ours = bootstrap_alphas(found, "nominal", 4000, rng)
    plain = [
        krippendorff.alpha(
            reliability_data=table[:, rng.integers(0, 80, 80)], level_of_measurement="nominal"
        )
        for _ in range(2000)
    ]
    for q in (0.025, 0.5, 0.975):
        assert np.quantile(ours, q) == pytest.approx(np.quantile(plain, q), abs=0.02)


tables = hnp.arrays(
    np.float64,
    st.tuples(st.integers(2, 5), st.integers(3, 12)),
    elements=st.one_of(st.integers(0, 4).map(float), st.just(N)),
)


@given(table=tables, measurement=st.sampled_from(LEVELS), order=st.randoms())
def test_neither_order_nor_unpaired_units_matter(table, measurement, order) -> None:
    def alpha(values: np.ndarray) -> tuple[object, ...]:
        found = krippendorff_alpha(UnitRatings.from_matrix(values), measurement, resamples=200)
        return found.value, found.low, found.high, found.n, found.undefined_reason

    expected = alpha(table)
    raters, units = list(range(table.shape[0])), list(range(table.shape[1]))
    order.shuffle(raters)
    order.shuffle(units)
    assert alpha(table[raters]) == pytest.approx(expected, nan_ok=True)
    assert alpha(table[:, units]) == pytest.approx(expected, nan_ok=True)
    if expected[0] is not None:
        lonely = np.full((table.shape[0], 2), N)
        lonely[0] = 3.0, 4.0
        assert alpha(np.hstack((table, lonely))) == pytest.approx(expected, nan_ok=True)


@given(table=tables, measurement=st.sampled_from(LEVELS))
def test_every_table_gives_a_value_with_its_interval_or_a_reason(table, measurement) -> None:
    found = krippendorff_alpha(UnitRatings.from_matrix(table), measurement, resamples=200)
    if found.low is None:
        assert found.high is None
        assert found.undefined_reason
    else:
        assert found.undefined_reason is None
        assert found.value is not None
        assert found.high is not None
        assert found.low <= found.high <= 1.0
    if found.value is not None:
        assert np.isfinite(found.value)
        assert found.value <= 1.0
        assert found.n == int((np.isfinite(table).sum(axis=0) >= 2).sum())


def test_the_three_ways_in_are_one() -> None:
    table = np.array([[0, 1, N], [1, 1, 2], [0, N, 2]])
    matrix = UnitRatings.from_matrix(table)
    counts = UnitRatings.from_counts([[2, 1, 0], [0, 2, 0], [0, 0, 2]])
    long = UnitRatings.from_long([0, 0, 0, 1, 1, 1, 2, 2], [0, 1, 0, 1, 1, N, 2, 2])
    assert matrix.pairable_units == counts.pairable_units == long.pairable_units == 3
    values = {krippendorff_alpha(x, "ordinal").value for x in (matrix, counts, long)}
    assert len(values) == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UnitRatings.from_long([0, 1], [1.0]), "one length"),
        (lambda: UnitRatings.from_long([0, -1], [1.0, 2.0]), "out of range"),
        (lambda: UnitRatings.from_long([0, 3], [1.0, 2.0], units=2), "out of range"),
        (lambda: UnitRatings.from_long([0], [np.inf]), "infinite"),
        (lambda: UnitRatings.from_matrix([1.0, 2.0]), "raters × units"),
        (lambda: UnitRatings.from_counts([[-1, 2]]), "from 0"),
        (lambda: UnitRatings.from_counts([[1, 2]], [1, 2, 3]), "one entry a category"),
    ],
)
def test_what_cannot_be_ratings_is_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
