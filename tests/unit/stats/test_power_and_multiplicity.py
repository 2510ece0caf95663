"""Sample sizes, adjusted p values, trials, and the bootstrap itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests

from evaldesk.stats.multiplicity import benjamini_hochberg, holm
from evaldesk.stats.paired_proportions import mcnemar
from evaldesk.stats.power import (
    cases_for_difference,
    detectable_mean_difference,
    detectable_paired_rate_difference,
)
from evaldesk.stats.resampling import acceleration, bca_ends, bca_mean
from evaldesk.stats.trials import pass_at_k, pass_hat_k

# Benjamini and Hochberg 1995, section 4: fifteen comparisons of two treatments
BH_1995 = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
    *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]


def test_the_paper_rejects_four_and_holm_three() -> None:
    assert (benjamini_hochberg(BH_1995) <= 0.05).sum() == 4
    assert (holm(BH_1995) <= 0.05).sum() == 3


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_adjusted_p_values_are_statsmodels(size: int) -> None:
    p = np.random.default_rng(size).beta(0.3, 1, size).round(2)
    for ours, name in ((benjamini_hochberg, "fdr_bh"), (holm, "holm")):
        assert ours(p) == pytest.approx(multipletests(p, method=name)[1])
    assert benjamini_hochberg(p) == pytest.approx(scipy_stats.false_discovery_control(p))


@given(st.lists(st.floats(0, 1), max_size=30))
def test_adjusting_never_helps_and_keeps_the_order(p: list[float]) -> None:
    raw = np.array(p, dtype=float)
    for adjust in (benjamini_hochberg, holm):
        found = adjust(p)
        assert (found >= raw - 1e-12).all()
        assert (found <= 1.0).all()
        assert (np.diff(found[np.argsort(raw, kind="stable")]) >= -1e-12).all()
    assert (benjamini_hochberg(p) <= holm(p) + 1e-12).all()


def test_a_test_that_was_not_possible_is_no_test() -> None:
    found = benjamini_hochberg([0.01, np.nan, 0.04])
    assert found == pytest.approx([0.02, np.nan, 0.04], nan_ok=True)
    assert holm([np.nan, 0.03]) == pytest.approx([np.nan, 0.03], nan_ok=True)
    assert benjamini_hochberg([]).size == 0
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="from 0 to 1"):
            adjust([1.5])


def test_cases_of_miller_2024() -> None:
    assert cases_for_difference(0.03, between=1 / 9) == 969
    assert cases_for_difference(0.03, between=1 / 9, within_a=1 / 6, within_b=1 / 6) == 3876
    with pytest.raises(ValueError, match="must not be 0"):
        cases_for_difference(0.0, between=1.0)


def test_the_detectable_difference_undoes_the_number_of_cases() -> None:
    found = detectable_mean_difference(np.sqrt((1 / 9) / 969))
    assert found == pytest.approx(0.03, abs=1e-5)


@pytest.mark.parametrize(("n", "psi"), [(80, 0.3), (300, 0.1)])
def test_the_detectable_rate_difference_is_found_four_times_in_five(n: int, psi: float) -> None:
    d = detectable_paired_rate_difference(n, round(n * psi))
    assert d is not None
    rng = np.random.default_rng(1)
    cells = rng.multinomial(n, [(psi + d) / 2, (psi - d) / 2, 1 - psi], size=1500)
    found = [mcnemar(int(a), int(b)).mid_p < 0.05 for a, b, _ in cells]
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)


def test_detectable_rate_differences() -> None:
    sizes = [detectable_paired_rate_difference(n, n // 5) for n in (10, 50, 200, 1000)]
    assert sizes == sorted(sizes, key=lambda x: -(x or 0))
    assert detectable_paired_rate_difference(100, 0) is not None
    assert detectable_paired_rate_difference(3, 1) is None
    assert detectable_paired_rate_difference(0, 0) is None


def test_pass_of_one_task() -> None:
    assert pass_at_k([6], [8], 4).value == 1.0
    assert pass_hat_k([6], [8], 4).value == pytest.approx(0.2143, abs=5e-5)
    assert pass_hat_k([6], [8], 8).value == 0.0


def test_pass_of_the_published_airline_runs() -> None:
    # gpt-4o over 50 tasks of four trials: how many tasks passed 0, 1, 2, 3, 4 of them
    passed = np.repeat([0, 1, 2, 3, 4], [14, 12, 10, 4, 10])
    trials = np.full(50, 4)
    found = [pass_hat_k(passed, trials, k) for k in (1, 2, 3, 4)]
    assert [x.value for x in found] == pytest.approx([0.42, 0.273333, 0.22, 0.2], abs=1e-6)
    for estimate in found:
        assert estimate.n == 50
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.value is not None
        assert 0.0 <= estimate.low < estimate.value < estimate.high <= 1.0
    assert found[3].method == "pass^4, BCa over tasks, 10000 resamples"
    # all four pass or not: a plain rate of tasks, so Wilson is near
    assert found[3].low == pytest.approx(0.1124, abs=0.025)
    assert found[3].high == pytest.approx(0.3304, abs=0.025)
    assert pass_at_k(passed, trials, 4).value == pytest.approx(36 / 50)


def test_tasks_with_too_few_trials_are_named() -> None:
    found = pass_hat_k([2, 1, 0, 1], [4, 4, 4, 1], 2, resamples=200)
    assert found.n == 3
    assert found.method is not None
    assert found.method.startswith("pass^2 over the 3 of 4 tasks with 2 trials")
    assert pass_hat_k([1], [1], 2).undefined_reason == "undefined: no task has 2 trials"
    assert pass_hat_k([], [], 1).undefined_reason == "undefined: there is no task"
    constant = pass_hat_k([4, 4], [4, 4], 2)
    assert (constant.value, constant.undefined_reason) == (
        1.0,
        "no interval: every value is the same",
    )
    with pytest.raises(ValueError, match="among"):
        pass_hat_k([5], [4], 1)


@pytest.mark.parametrize("n", [40, 300])
def test_our_bca_is_scipys(n: int) -> None:
    values = np.random.default_rng(n).lognormal(size=n)
    ours = bca_mean(values, name="mean", over="cases", resamples=20_000)
    theirs = scipy_stats.bootstrap(
        (values,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    spread = values.std() / np.sqrt(n)
    assert ours.low == pytest.approx(theirs.low, abs=0.08 * spread)
    assert ours.high == pytest.approx(theirs.high, abs=0.08 * spread)


def test_weighted_acceleration_is_that_of_the_copies() -> None:
    values = np.array([0.1, 0.5, 2.0])
    copies = np.repeat(values, [5, 3, 1])
    assert acceleration(values, np.array([5.0, 3.0, 1.0])) == pytest.approx(acceleration(copies))
    assert acceleration(np.array([np.nan, *copies])) == pytest.approx(acceleration(copies))
    assert acceleration(np.array([1.0, 1.0])) == 0.0
    assert acceleration(np.array([np.nan])) == 0.0


def test_a_symmetric_case_gives_the_percentile_ends() -> None:
    values = np.linspace(-1.0, 1.0, 10_001)
    found = bca_ends(0.0, values, np.array([-1.0, 0.0, 1.0]))
    assert (found.low, found.high) == pytest.approx((-0.95, 0.95), abs=1e-9)


@pytest.mark.parametrize(
    ("point", "replicates", "reason"),
    [
        (1.0, [np.nan, np.nan], "no interval: every resample is undefined"),
        (1.0, [np.nan, 1.0, 2.0], "no interval: 33% of the resamples show no variation at all"),
        (1.0, [1.0, 1.0, 1.0], "no interval: every resample gives the same value"),
        (5.0, [1.0, 2.0, 3.0], "no interval: the value lies outside all of its resamples"),
        (1.0, [], "no interval: every resample is undefined"),
    ],
)
def test_no_ends_without_a_reason(point: float, replicates: list[float], reason: str) -> None:
    found = bca_ends(point, np.array(replicates), np.array([1.0, 2.0, 3.0]))
    assert (found.low, found.high, found.reason) == (None, None, reason)
