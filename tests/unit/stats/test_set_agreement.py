"""Agreement on sets: the distances, and alpha with them, against the package krippendorff."""

from itertools import combinations
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.stats.agreement import krippendorff_alpha
from evaldesk.stats.coefficients import gwet_ac, percent_agreement
from evaldesk.stats.ratings import UnitRatings
from evaldesk.stats.set_distances import Distances, jaccard, masi

SETS: list[tuple[str, ...]] = [
    tuple(part) for size in range(4) for part in combinations("abc", size)
]


@pytest.mark.parametrize(
    ("a", "b", "by_jaccard", "by_masi"),
    [
        ("", "", 0.0, 0.0),
        ("", "a", 1.0, 1.0),
        ("a", "b", 1.0, 1.0),
        ("ab", "ab", 0.0, 0.0),
        ("a", "ab", 1 / 2, 1 - 1 / 2 * 2 / 3),
        ("ab", "bc", 2 / 3, 1 - 1 / 3 * 1 / 3),
        ("abc", "a", 2 / 3, 1 - 1 / 3 * 2 / 3),
    ],
)
def test_distances_by_hand(a: str, b: str, by_jaccard: float, by_masi: float) -> None:
    assert jaccard([a, b]).table[0, 1] == pytest.approx(by_jaccard)
    assert masi([a, b]).table[0, 1] == pytest.approx(by_masi)


def test_distances_are_symmetric_zero_on_the_diagonal_and_masi_is_never_nearer() -> None:
    near, far = jaccard(SETS).table, masi(SETS).table
    for table in (near, far):
        assert (table == table.T).all()
        assert (np.diag(table) == 0).all()
        assert ((table >= 0) & (table <= 1)).all()
    assert (far >= near - 1e-12).all()


def oracle(codes: Any, distances: Distances) -> float:
    """The package's own alpha, told the distance of every two values."""

    def metric(v1: Any, v2: Any, **_: Any) -> Any:
        return distances.table[np.asarray(v1, dtype=int), np.asarray(v2, dtype=int)]

    return float(krippendorff.alpha(reliability_data=codes, level_of_measurement=metric))


def sample(seed: int, units: int = 60, raters: int = 4) -> Any:
    """Raters × units of codes; 15 % missing, and raters who mostly agree."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, len(SETS), units)
    codes = np.where(
        draw.random((raters, units)) < 0.6, truth, draw.integers(0, len(SETS), (raters, units))
    ).astype(float)
    codes[draw.random((raters, units)) < 0.15] = np.nan
    return codes


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), units=st.integers(3, 60), raters=st.integers(2, 5))
def test_alpha_of_sets_is_the_packages(seed: int, units: int, raters: int) -> None:
    codes = sample(seed, units, raters)
    ratings = UnitRatings.from_matrix(codes)
    for distances in (masi(SETS), jaccard(SETS)):
        found = krippendorff_alpha(ratings, distances, resamples=0)
        if found.value is None:
            continue
        assert found.value == pytest.approx(oracle(codes, distances), abs=1e-10)


def test_alpha_of_sixty_items_and_four_raters_with_its_interval() -> None:
    codes = sample(20261)
    ratings = UnitRatings.from_matrix(codes)
    by_masi = krippendorff_alpha(ratings, masi(SETS))
    by_jaccard = krippendorff_alpha(ratings, jaccard(SETS))
    assert by_masi.value == pytest.approx(oracle(codes, masi(SETS)))
    assert by_masi.value is not None
    assert by_masi.low is not None
    assert by_masi.high is not None
    assert by_masi.low < by_masi.value < by_masi.high
    assert "MASI" in by_masi.method
    assert by_jaccard.value == pytest.approx(oracle(codes, jaccard(SETS)))


def test_sets_that_are_all_equal_or_not_leave_the_nominal_level() -> None:
    """With a distance of one between any two sets, alpha is the nominal one, and AC2 is AC1."""
    codes = sample(7)
    ratings = UnitRatings.from_matrix(codes)
    apart = Distances("any", 1.0 - np.eye(len(SETS)))
    nominal = krippendorff_alpha(ratings, "nominal", resamples=200)
    same = krippendorff_alpha(ratings, apart, resamples=200)
    assert same.value == pytest.approx(nominal.value)
    assert same.low == pytest.approx(nominal.low)
    every = list(range(len(SETS)))
    ac = gwet_ac(ratings, categories=every, weights=apart)
    assert ac.value == pytest.approx(gwet_ac(ratings, categories=every).value)
    percent = percent_agreement(ratings, categories=every, weights=jaccard(SETS))
    assert percent.value is not None
    alone = percent_agreement(ratings, categories=every)
    assert alone.value is not None
    assert percent.value > alone.value
