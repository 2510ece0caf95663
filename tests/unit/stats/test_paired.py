"""Comparing two runs case by case."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from evaldesk.stats.clustered import clustered_mean, clustered_standard_error
from evaldesk.stats.paired import compare_paired

# Student 1908: hours of sleep gained with two drugs by the same ten patients
DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def outcomes(both: int, only_a: int, only_b: int, neither: int) -> tuple[list[int], list[int]]:
    a = [1] * both + [1] * only_a + [0] * only_b + [0] * neither
    b = [1] * both + [0] * only_a + [1] * only_b + [0] * neither
    return a, b


def test_rates() -> None:
    found = compare_paired(*outcomes(22, 6, 14, 8))
    assert found.binary
    assert (found.a.value, found.b.value, found.difference.value) == (0.56, 0.72, 0.16)
    assert (found.a.low, found.a.high) == pytest.approx((0.42306, 0.688378), abs=1e-6)
    assert (found.wins, found.ties, found.losses, found.n) == (14, 30, 6, 50)
    assert found.test == "McNemar, mid-p"
    assert found.p_value == pytest.approx(0.078354, abs=1e-6)
    assert found.exact_p == pytest.approx(0.115318, abs=1e-6)
    assert found.newcombe is not None
    assert (found.newcombe.low, found.newcombe.high) == pytest.approx(
        (-0.015885, 0.322374), abs=1e-6
    )
    assert found.difference.method == "paired difference, Tango score interval"
    assert found.minimum_detectable is not None
    assert 0.16 < found.minimum_detectable < 0.4


def test_the_direction_turns_wins_and_nothing_else() -> None:
    a, b = outcomes(22, 6, 14, 8)
    higher, lower = compare_paired(a, b), compare_paired(a, b, direction="lower")
    assert (lower.wins, lower.losses) == (higher.losses, higher.wins)
    assert lower.difference == higher.difference
    assert lower.p_value == higher.p_value


def test_same_outcomes_everywhere() -> None:
    found = compare_paired(*outcomes(10, 0, 0, 10))
    assert (found.difference.value, found.p_value) == (0.0, 1.0)
    # equal outcomes on twenty cases do not show equal systems
    assert found.difference.low is not None
    assert found.difference.low < -0.05


def test_students_sleep() -> None:
    found = compare_paired(DRUG_1, DRUG_2)
    assert not found.binary
    assert found.difference.value == pytest.approx(1.58)
    theirs = scipy_stats.ttest_rel(DRUG_2, DRUG_1).confidence_interval()
    assert (found.difference.low, found.difference.high) == pytest.approx((theirs.low, theirs.high))
    assert found.p_value == 2 / 2**9
    assert found.test == "sign-flip permutation over pairs, exact"
    assert (found.wins, found.ties, found.losses) == (9, 1, 0)
    assert found.minimum_detectable == pytest.approx(2.8016 * 1.229995 / np.sqrt(10), abs=1e-4)
    assert found.method == "mean paired difference, paired t interval"


@pytest.mark.parametrize("n", [8, 12])
def test_exact_sign_flips_are_scipys(n: int) -> None:
    rng = np.random.default_rng(n)
    a, b = rng.normal(size=n), rng.normal(0.4, 1, n)
    theirs = scipy_stats.permutation_test(
        (b - a,), np.mean, permutation_type="samples", n_resamples=100_000
    )
    assert compare_paired(a, b).p_value == pytest.approx(theirs.pvalue, abs=1e-12)


def test_random_sign_flips_are_near_the_exact_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=13), rng.normal(0.5, 1, 13)
    exact = compare_paired(a, b).p_value
    monkeypatch.setattr("evaldesk.stats.paired.EXACT_FLIPS", 0)
    found = compare_paired(a, b, resamples=40_000)
    assert found.p_value == pytest.approx(exact, abs=0.01)
    assert found.test == "sign-flip permutation over pairs, 40000 random"


def test_scores_of_many_cases_are_bootstrapped() -> None:
    rng = np.random.default_rng(6)
    a = rng.gamma(2, 1, 250)
    b = a + rng.gamma(2, 0.3, 250) - 0.5
    found = compare_paired(a, b, seed=4)
    assert found.method == "mean paired difference, BCa over pairs, 10000 resamples"
    assert found.difference.seed == 4
    theirs = scipy_stats.bootstrap(
        (b - a,), np.mean, n_resamples=9999, method="BCa", rng=np.random.default_rng(1)
    ).confidence_interval
    assert found.difference.low == pytest.approx(theirs.low, abs=0.005)
    assert found.difference.high == pytest.approx(theirs.high, abs=0.005)
    assert found.p_value is not None
    assert 0.0 < found.p_value < 0.05


def test_many_equal_pairs_keep_students_interval() -> None:
    a = np.zeros(400)
    b = np.concatenate((np.full(12, 0.5), np.zeros(388)))
    found = compare_paired(a, b)
    assert found.method == "mean paired difference, paired t interval"
    assert (found.wins, found.ties) == (12, 388)


def test_means_that_differ_in_the_last_bit_are_equal() -> None:
    found = compare_paired([0.1 + 0.2, 0.5], [0.3, 0.5])
    assert (found.ties, found.p_value) == (2, 1.0)
    assert found.difference.value == 0.0
    assert found.difference.undefined_reason == "no interval: A and B are equal on every pair"


def test_a_constant_difference() -> None:
    found = compare_paired([0.5, 1.5, 2.5], [1.0, 2.0, 3.0])
    assert found.difference.value == 0.5
    assert found.difference.undefined_reason == "no interval: every value is the same"
    assert found.p_value == 0.25
    assert found.minimum_detectable is None


def test_one_pair_and_none() -> None:
    one = compare_paired([0.2], [0.7])
    assert one.difference.value == pytest.approx(0.5)
    assert one.difference.undefined_reason == "no interval: one value has no spread"
    assert (one.p_value, one.test, one.minimum_detectable) == (None, None, None)
    none = compare_paired([], [])
    assert (none.n, none.difference.value, none.p_value) == (0, None, None)
    assert none.difference.undefined_reason == "undefined: there is no pair"
    assert not none.binary
    passed = compare_paired([1], [0])
    assert passed.p_value == pytest.approx(0.5)
    assert passed.losses == 1


def test_what_cannot_be_paired_is_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        compare_paired([1, 2], [1])
    with pytest.raises(ValueError, match="missing"):
        compare_paired([1, np.nan], [1, 2])
    with pytest.raises(ValueError, match="one label"):
        compare_paired([1, 2], [1, 2], clusters=["x"])


@pytest.mark.parametrize("seed", range(4))
def test_clustered_errors_are_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clusters = rng.integers(0, 12, 90)
    values = rng.normal(size=12)[clusters] + rng.normal(size=90)
    fit = sm.OLS(values, np.ones(90))
    for corrected in (False, True):
        theirs = fit.fit(
            cov_type="cluster",
            cov_kwds={"groups": clusters, "use_correction": False, "df_correction": False},
        ).bse[0]
        if corrected:
            theirs *= np.sqrt(12 / 11)
        ours = clustered_standard_error(values, clusters, corrected=corrected)
        assert ours == pytest.approx(theirs, abs=1e-12)
    found = clustered_mean(values, clusters)
    assert found.value is not None
    assert found.high is not None
    half = scipy_stats.t.ppf(0.975, 11) * clustered_standard_error(values, clusters)
    assert found.high - found.value == pytest.approx(half)
    assert found.method == "mean, t interval over 12 clusters"


def test_clusters_widen_what_they_should() -> None:
    rng = np.random.default_rng(1)
    gap = np.repeat(rng.normal(0.2, 1, 15), 8)
    a = rng.normal(size=120)
    b = a + gap + rng.normal(0, 0.1, 120)
    clusters = np.repeat(np.arange(15), 8)
    naive, found = compare_paired(a, b), compare_paired(a, b, clusters=clusters)
    for result in (naive, found):
        assert result.difference.low is not None
        assert result.difference.high is not None
    width = found.difference.high - found.difference.low  # type: ignore[operator]
    assert width > 2 * (naive.difference.high - naive.difference.low)  # type: ignore[operator]
    assert found.p_value is not None
    assert naive.p_value is not None
    assert found.p_value > naive.p_value
    assert found.test == "sign-flip permutation over clusters, 10000 random"
    assert found.method == "mean paired difference, t interval over 15 clusters"


def test_clustered_rates_do_not_pretend_to_be_independent() -> None:
    a, b = outcomes(20, 4, 16, 20)
    clusters = np.arange(60) // 10
    found = compare_paired(a, b, clusters=clusters)
    assert found.binary
    assert found.table is not None
    assert (found.exact_p, found.newcombe) == (None, None)
    assert found.test == "sign-flip permutation over clusters, exact"
    assert found.a.method == "mean, t interval over 6 clusters"


def test_one_cluster_says_so() -> None:
    found = compare_paired([0.1, 0.2, 0.4], [0.3, 0.5, 0.2], clusters=["x"] * 3)
    assert found.difference.undefined_reason == "no interval: one cluster has no spread"
    assert (found.p_value, found.minimum_detectable) == (None, None)


pairs = st.lists(st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 1.0])] * 2), min_size=2, max_size=24)


@given(values=pairs, clustered=st.booleans())
def test_swapping_the_runs_mirrors_everything(values, clustered) -> None:
    a, b = np.array(values).T
    clusters = np.arange(a.size) % 3 if clustered else None
    one = compare_paired(a, b, clusters=clusters, resamples=500)
    two = compare_paired(b, a, clusters=clusters, resamples=500)
    assert (one.wins, one.ties, one.losses) == (two.losses, two.ties, two.wins)
    assert one.wins + one.ties + one.losses == one.n
    assert one.p_value == pytest.approx(two.p_value)
    assert one.difference.value == pytest.approx(-two.difference.value)  # type: ignore[operator]
    if one.difference.low is None:
        assert one.difference.undefined_reason
    else:
        assert two.difference.high is not None
        assert one.difference.low == pytest.approx(-two.difference.high, abs=1e-9)


@given(values=pairs, order=st.randoms())
def test_the_order_of_pairs_does_not_matter(values, order) -> None:
    shuffled = list(values)
    order.shuffle(shuffled)
    one = compare_paired(*np.array(values).T, resamples=300)
    two = compare_paired(*np.array(shuffled).T, resamples=300)
    assert one.p_value == pytest.approx(two.p_value)
    assert one.difference.low == pytest.approx(two.difference.low)
