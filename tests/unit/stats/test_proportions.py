"""Rates, one and paired: published intervals, and what must hold for all tables."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats import contingency_tables

from evaldesk.stats.distributions import (
    binomial_cdf,
    binomial_half,
    chi2_tail,
    clopper_pearson_ends,
    normal_quantile,
    t_quantile,
    wilson_ends,
)
from evaldesk.stats.paired_proportions import PairedTable, mcnemar, newcombe, tango
from evaldesk.stats.proportions import cases_for_upper_bound, mean, proportion

small = st.integers(0, 40)
tables = st.builds(PairedTable, small, small, small, small).filter(lambda t: t.n > 0)


@pytest.mark.parametrize(
    ("successes", "n", "wilson", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), None),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        (84, 200, (0.353736, 0.489279), None),
        (31, 44, (0.557798, 0.818445), None),
    ],
)
def test_newcombe_1998_and_real_pass_rates(successes, n, wilson, exact) -> None:
    found = proportion(successes, n)
    assert (found.low, found.high) == pytest.approx(wilson, abs=6e-5)
    assert (found.value, found.n, found.method) == (successes / n, n, "Wilson")
    if exact is not None:
        found = proportion(successes, n, method="clopper-pearson")
        assert (found.low, found.high) == pytest.approx(exact, abs=6e-5)
        assert found.method == "Clopper–Pearson"


@given(n=st.integers(1, 500), share=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_holds_its_rate_and_mirrors(n: int, share: float, level: float) -> None:
    k = round(n * share)
    found, mirror = proportion(k, n, level=level), proportion(n - k, n, level=level)
    assert found.low is not None
    assert found.high is not None
    assert 0.0 <= found.low <= k / n + 1e-12
    assert k / n - 1e-12 <= found.high <= 1.0
    assert mirror.low == pytest.approx(1.0 - found.high, abs=1e-9)


def test_no_case_no_rate() -> None:
    found = proportion(0, 0)
    assert (found.value, found.n) == (None, 0)
    assert found.undefined_reason == "undefined: there is no case"
    with pytest.raises(ValueError, match="among"):
        proportion(3, 2)


def test_means() -> None:
    found = mean([1.0, 2.0, 4.0])
    theirs = scipy_stats.ttest_1samp([1.0, 2.0, 4.0], 0).confidence_interval()
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))
    assert mean([]).undefined_reason == "undefined: there is no case"
    assert mean([3.0]).undefined_reason == "no interval: one value has no spread"
    assert mean([0.1] * 3).undefined_reason == "no interval: every value is the same"
    assert mean([0.1] * 3).value == 0.1


@pytest.mark.parametrize(
    ("rate", "cases"),
    [
        (0.05, [59, 93, 124, 153]),
        (0.01, [299, 473, 628, 773]),
        (0.005, [598, 947, 1258, 1549]),
        (0.001, [2995, 4742, 6294, 7752]),
    ],
)
def test_cases_that_a_gate_needs(rate: float, cases: list[int]) -> None:
    assert [cases_for_upper_bound(rate, failures=f) for f in range(4)] == cases


def test_cases_of_a_two_sided_gate() -> None:
    assert cases_for_upper_bound(0.005, level=0.975) == 736
    with pytest.raises(ValueError, match="between 0 and 1"):
        cases_for_upper_bound(0.0)


@pytest.mark.parametrize(
    ("only_a", "only_b", "exact", "mid", "chi2", "corrected"),
    [
        (6, 16, 0.0525, 0.0347, 4.545, 3.682),
        (121, 59, None, None, 21.3556, None),
        (150, 86, 3.71594e-05, None, 17.355932, 16.817797),
        (3, 6, 0.507812, 0.34375, None, 0.444444),
        (1, 1, 1.0, 0.75, None, 0.0),
        (17, 106, 6.64591e-17, 3.84438e-17, None, 62.95935),
        (20, 83, 2.65534e-10, 1.63805e-10, None, 37.320388),
        (2, 17, 0.000728607, 0.000402451, None, 10.315789),
    ],
)
def test_mcnemar(only_a, only_b, exact, mid, chi2, corrected) -> None:
    found = mcnemar(only_a, only_b)
    if exact is not None:
        assert found.exact == pytest.approx(exact, rel=2e-3)
    if mid is not None:
        assert found.mid_p == pytest.approx(mid, rel=2e-3)
    if chi2 is not None:
        assert found.chi2 == pytest.approx(chi2, rel=2e-4)
    if corrected is not None:
        assert found.chi2_corrected == pytest.approx(corrected, rel=2e-4, abs=1e-12)
    assert mcnemar(only_b, only_a) == found


@given(table=tables)
def test_mcnemar_is_statsmodels(table: PairedTable) -> None:
    found = mcnemar(table.only_a, table.only_b)
    cells = [[table.both, table.only_a], [table.only_b, table.neither]]
    if table.discordant == 0:
        assert (found.exact, found.mid_p, found.chi2) == (1.0, 1.0, None)
        return
    assert found.exact == pytest.approx(contingency_tables.mcnemar(cells, exact=True).pvalue)
    chi2 = contingency_tables.mcnemar(cells, exact=False, correction=False)
    assert (found.chi2, found.chi2_p) == pytest.approx((chi2.statistic, chi2.pvalue))
    assert 0.0 < found.mid_p <= found.exact


def test_tango_of_the_airway_table() -> None:
    # Fagerland, Lydersen and Laake 2014: 1, 1, 7, 12 of 21
    found = tango(PairedTable(1, 7, 1, 12))
    assert found.value == pytest.approx(-6 / 21)
    assert (found.low, found.high) == pytest.approx((-0.5172, -0.0260), abs=5e-5)
    other = newcombe(PairedTable(1, 7, 1, 12))
    assert (other.low, other.high) == pytest.approx((-0.5069, -0.0256), abs=5e-5)
    assert found.method == "paired difference, Tango score interval"


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((7, 3, 6, 4), -0.145692, 0.412255),
        ((22, 6, 14, 8), -0.015885, 0.322374),
        ((30, 1, 1, 12), -0.080955, 0.080955),
        ((50, 2, 7, 41), -0.01069, 0.109614),
        ((9, 19, 24, 205), -0.031773, 0.071026),
        ((5, 16, 28, 208), -0.004688, 0.098887),
        ((2, 26, 17, 212), -0.086255, 0.015549),
        ((20, 17, 106, 54), 0.355634, 0.535565),
        ((43, 20, 83, 51), 0.225259, 0.405922),
        ((77, 2, 15, 6), 0.050871, 0.214629),
        ((10, 0, 0, 10), -0.089757, 0.089757),
    ],
)
def test_newcombe_of_real_comparisons(table, low, high) -> None:
    found = newcombe(PairedTable(*table))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-6)
    near = tango(PairedTable(*table))
    # two methods for one thing: never far apart at these sizes
    assert (near.low, near.high) == pytest.approx((low, high), abs=0.09)


@given(table=tables, level=st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_swapping_the_runs_mirrors_the_interval(table: PairedTable, level: float) -> None:
    swapped = PairedTable(table.both, table.only_b, table.only_a, table.neither)
    for method in (tango, newcombe):
        found, mirror = method(table, level=level), method(swapped, level=level)
        assert found.low is not None
        assert found.high is not None
        assert found.low == pytest.approx(-mirror.high, abs=1e-9)  # type: ignore[operator]
        assert found.high == pytest.approx(-mirror.low, abs=1e-9)  # type: ignore[operator]
        assert -1.0 <= found.low <= table.difference + 1e-12
        assert table.difference - 1e-12 <= found.high <= 1.0


@given(table=tables)
def test_tango_at_zero_is_mcnemar(table: PairedTable) -> None:
    """The score test of no difference is McNemar's chi2: the two must agree on 0."""
    found, test = tango(table), mcnemar(table.only_a, table.only_b)
    assert found.low is not None
    assert found.high is not None
    if test.chi2_p is None:
        assert found.low < 0.0 < found.high
    elif abs(test.chi2_p - 0.05) > 1e-6:
        assert (found.low > 0.0 or found.high < 0.0) == (test.chi2_p < 0.05)


@pytest.mark.parametrize(("table", "level"), [((4, 9, 3, 14), 0.95), ((1, 0, 3, 2), 0.9)])
def test_tango_ends_are_where_the_score_test_turns(table, level) -> None:
    """The restricted likelihood maximised by brute force gives the same ends."""
    found = tango(PairedTable(*table), level=level)
    both, c, b, neither = table
    n = both + c + b + neither
    for end in (found.low, found.high):
        assert end is not None
        floor = max(0.0, -end)
        grid = np.linspace(floor + 1e-9, (1 - end) / 2 - 1e-9, 400_001)
        with np.errstate(divide="ignore"):
            rest = both + neither
            likelihood = c * np.log(grid) + rest * np.log1p(-2 * grid - end)
            likelihood += b * np.log(grid + end) if b else 0.0
        q = grid[np.argmax(likelihood)]
        z = (b - c - n * end) / np.sqrt(n * (2 * q + end - end**2))
        assert abs(z) == pytest.approx(scipy_stats.norm.ppf((1 + level) / 2), abs=1e-3)


def test_no_pair_no_difference() -> None:
    assert tango(PairedTable(0, 0, 0, 0)).undefined_reason == "undefined: there is no pair"
    assert newcombe(PairedTable(0, 0, 0, 0)).value is None
    with pytest.raises(ValueError, match="negative"):
        PairedTable(1, -1, 0, 0)


@given(n=st.integers(1, 3000), data=st.data(), level=st.sampled_from([0.8, 0.95, 0.999]))
def test_distributions_are_scipys(n: int, data: st.DataObject, level: float) -> None:
    k = data.draw(st.integers(0, n))
    theirs = scipy_stats.binomtest(k, n)
    ends = theirs.proportion_ci(level, method="wilson")
    assert wilson_ends(k, n, level) == pytest.approx((ends.low, ends.high), abs=1e-12)
    ends = theirs.proportion_ci(level, method="exact")
    assert clopper_pearson_ends(k, n, level) == pytest.approx((ends.low, ends.high), abs=1e-12)
    assert binomial_half(k, n) == pytest.approx(scipy_stats.binom.pmf(k, n, 0.5), rel=1e-9)
    for rate in (0.001, 0.5, 0.93):
        assert binomial_cdf(k, n, rate) == pytest.approx(scipy_stats.binom.cdf(k, n, rate))
    assert chi2_tail(k / 10) == pytest.approx(scipy_stats.chi2.sf(k / 10, 1))
    assert t_quantile(level, n) == pytest.approx(scipy_stats.t.ppf((1 + level) / 2, n))
    assert normal_quantile(level) == pytest.approx(scipy_stats.norm.ppf((1 + level) / 2))
