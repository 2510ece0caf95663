"""Coefficients beside alpha against published values and other programs' results."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats as scipy_stats
from statsmodels.stats import inter_rater

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.agreement import krippendorff_alpha
from evaldesk.stats.coefficients import (
    Weights,
    agreement_weights,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac,
    per_category_agreement,
    percent_agreement,
)
from evaldesk.stats.ratings import UnitRatings

N = np.nan
# Gwet 2014, the four raters of irrCAC's cac.raw4raters: Krippendorff's matrix C again.
C = UnitRatings.from_matrix(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
        [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
    ]
)
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])


def pairs_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two raters' values from their cross table."""
    row, column = np.nonzero(table)
    times = table[row, column]
    return np.repeat(row, times).astype(float), np.repeat(column, times).astype(float)


def standard_error(found: Estimate, quantile: float) -> float:
    assert found.value is not None
    assert found.low is not None
    return (found.value - found.low) / quantile


@pytest.mark.parametrize(
    ("function", "weights", "value", "error", "low"),
    [
        (gwet_ac, "identity", 0.775444, 0.14295, 0.460813),
        (gwet_ac, "quadratic", 0.914001, 0.103962, 0.685181),
        (gwet_ac, "ordinal", 0.89894, 0.106904, 0.663647),
        (gwet_ac, "linear", 0.858739, 0.117329, 0.6005),
        (fleiss_kappa, "identity", 0.761169, 0.15302, None),
        (fleiss_kappa, "quadratic", 0.864935, None, None),
        (fleiss_kappa, "ordinal", 0.850206, None, None),
        (brennan_prediger, "identity", 0.772727, 0.14472, None),
        (brennan_prediger, "quadratic", 0.901515, None, None),
        (brennan_prediger, "ordinal", 0.886364, None, None),
        (percent_agreement, "identity", 0.818182, None, None),
        (percent_agreement, "quadratic", 0.975379, None, None),
        (percent_agreement, "ordinal", 0.968182, None, None),
        (percent_agreement, "linear", 0.939394, None, None),
    ],
)
def test_values_of_gwets_own_program(function, weights, value, error, low) -> None:
    found = function(C, weights=weights)
    assert found.value == pytest.approx(value, abs=1e-6)
    assert found.n == 11
    assert found.high is not None
    assert found.high <= 1.0
    if error is not None:
        quantile = scipy_stats.t.ppf(0.975, 11)
        assert standard_error(found, quantile) == pytest.approx(error, abs=5e-6)
    if low is not None:
        assert (found.low, found.high) == (pytest.approx(low, abs=1e-5), 1.0)


def test_cohen_of_the_abstractors() -> None:
    a, b = pairs_of(ABSTRACTORS)
    found = cohen_kappa(a, b)
    assert found.value == pytest.approx(0.7964094, abs=1e-7)
    assert standard_error(found, scipy_stats.norm.ppf(0.975)) == pytest.approx(0.0589107, abs=1e-7)
    assert found.n == 100
    linear, quadratic = (cohen_kappa(a, b, weights=w).value for w in ("linear", "quadratic"))
    assert linear == pytest.approx(0.842902, abs=1e-6)
    assert quadratic == pytest.approx(0.892157, abs=1e-6)
    both = UnitRatings.from_matrix([a, b])
    assert gwet_ac(both).value == pytest.approx(0.8493305, abs=1e-7)
    assert brennan_prediger(both).value == pytest.approx(0.835, abs=1e-9)
    assert fleiss_kappa(both).value == pytest.approx(0.7962397, abs=1e-7)  # Scott's pi
    assert krippendorff_alpha(both, "nominal").value == pytest.approx(0.7972585, abs=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_cohen_is_statsmodels(seed: int) -> None:
    table = np.random.default_rng(seed).integers(1, 20, (4, 4)) + np.diag([30] * 4)
    ours = cohen_kappa(*pairs_of(table))
    theirs = inter_rater.cohens_kappa(table)
    assert ours.value == pytest.approx(theirs.kappa, abs=1e-12)
    assert (ours.low, ours.high) == pytest.approx((theirs.kappa_low, theirs.kappa_upp), abs=1e-9)
    weighted = cohen_kappa(*pairs_of(table), weights="quadratic")
    theirs = inter_rater.cohens_kappa(table, wt="fc")
    assert weighted.value == pytest.approx(theirs.kappa, abs=1e-12)
    quantile = scipy_stats.norm.ppf(0.975)
    assert standard_error(weighted, quantile) == pytest.approx(theirs.std_kappa, abs=1e-9)


def test_fleiss_of_the_textbook_table() -> None:
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    found = fleiss_kappa(UnitRatings.from_counts(counts))
    assert found.value == pytest.approx(0.2099, abs=5e-5)
    assert found.value == pytest.approx(inter_rater.fleiss_kappa(np.array(counts)), abs=1e-12)


def test_weights() -> None:
    assert agreement_weights([1, 2, 3, 4], "ordinal")[0] == pytest.approx([1, 5 / 6, 0.5, 0])
    assert agreement_weights([0, 1, 10], "linear")[0] == pytest.approx([1, 0.9, 0])
    assert agreement_weights([0, 1, 10], "quadratic")[0] == pytest.approx([1, 0.99, 0])
    assert agreement_weights([7], "quadratic").tolist() == [[1.0]]


def test_ac1_has_a_value_where_alpha_has_none_once_the_scale_is_known() -> None:
    same = UnitRatings.from_matrix([[1, 1, 1, 1], [1, 1, 1, 1]])
    without = gwet_ac(same)
    assert (without.value, without.undefined_reason) == (
        None,
        "undefined: every rating is the same",
    )
    known = gwet_ac(same, categories=[0, 1])
    assert (known.value, known.n) == (1.0, 4)
    assert known.undefined_reason == "no interval: the raters agree on every unit"
    percent = percent_agreement(same)
    assert (percent.value, percent.low) == (1.0, None)
    assert fleiss_kappa(same, categories=[0, 1]).value is None


@pytest.mark.parametrize("function", [gwet_ac, fleiss_kappa, brennan_prediger, percent_agreement])
def test_reasons(function) -> None:
    lonely = function(UnitRatings.from_matrix([[1, N], [N, 2]]))
    assert lonely.undefined_reason == "undefined: no unit has two ratings"
    one = function(UnitRatings.from_matrix([[1], [2]]))
    assert one.value is not None
    assert one.undefined_reason == "no interval: one unit with two ratings has no spread"
    rng = np.random.default_rng(0)
    many = function(UnitRatings.from_matrix(rng.normal(size=(2, 600))), weights="quadratic")
    assert many.undefined_reason == "undefined: more than 1000 distinct values"
    with pytest.raises(ValueError, match="not among the categories"):
        function(C, categories=[1, 2, 3])


def test_reasons_of_a_pair() -> None:
    apart = cohen_kappa([1, N], [N, 2])
    assert apart.undefined_reason == "undefined: the two rated no unit in common"
    same = cohen_kappa([1, 1, N], [1, 1, 2])
    assert same.undefined_reason == "undefined: both raters gave one and the same value throughout"
    assert same.n == 2
    perfect = cohen_kappa([0, 1, 1], [0, 1, 1])
    assert (perfect.value, perfect.low) == (1.0, None)
    assert perfect.undefined_reason == "no interval: the raters agree on every unit"
    with pytest.raises(ValueError, match="one length"):
        cohen_kappa([1, 2], [1])
    with pytest.raises(ValueError, match="not among the categories"):
        cohen_kappa([1, 2], [1, 2], categories=[1])


def test_agreement_category_by_category() -> None:
    # positive agreement 2a / (2a + b + c) of two raters
    ratings = UnitRatings.from_matrix(pairs_of(np.array([[20, 3], [5, 12]])))
    found = dict(per_category_agreement(ratings, categories=[0, 1, 2]))
    assert found[0].value == pytest.approx(2 * 20 / (2 * 20 + 3 + 5))
    assert found[1].value == pytest.approx(2 * 12 / (2 * 12 + 3 + 5))
    assert (found[0].n, found[1].n) == (28, 20)
    assert found[0].low is not None
    assert found[2].undefined_reason == "undefined: no unit with two ratings has this category"


def test_the_interval_of_a_category_is_near_its_bootstrap() -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 150)
    table = np.where(rng.random((3, 150)) < 0.8, truth, 1 - truth).astype(float)
    found = dict(per_category_agreement(UnitRatings.from_matrix(table)))[1.0]
    draws = []
    for _ in range(600):
        drawn = UnitRatings.from_matrix(table[:, rng.integers(0, 150, 150)])
        value = dict(per_category_agreement(drawn))[1.0].value
        assert value is not None
        draws.append(value)
    assert found.low == pytest.approx(np.quantile(draws, 0.025), abs=0.02)
    assert found.high == pytest.approx(np.quantile(draws, 0.975), abs=0.02)


@given(
    table=hnp.arrays(
        np.float64,
        st.tuples(st.integers(2, 4), st.integers(2, 9)),
        elements=st.one_of(st.integers(1, 4).map(float), st.just(N)),
    ),
    weights=st.sampled_from(["identity", "linear", "quadratic", "ordinal"]),
)
def test_value_and_interval_or_reason(table: np.ndarray, weights: Weights) -> None:
    ratings = UnitRatings.from_matrix(table)
    scale = [1, 2, 3, 4]
    for function in (gwet_ac, fleiss_kappa, brennan_prediger, percent_agreement):
        found = function(ratings, categories=scale, weights=weights)
        if found.low is None or found.high is None:
            assert found.undefined_reason
        else:
            assert found.value is not None
            assert found.low - 1e-9 <= found.value <= found.high + 1e-9
            assert found.high <= 1.0
        if found.value is not None:
            assert found.value <= 1.0 + 1e-9
        mixed = UnitRatings.from_matrix(table[::-1, ::-1])
        again = function(mixed, categories=scale, weights=weights)
        assert again.value == pytest.approx(found.value)
        assert again.low == pytest.approx(found.low)
