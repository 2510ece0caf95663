"""Sampling with known probabilities: what is promised holds, and estimates are unbiased."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.stats.overlap import expected_alpha_width, expected_rate_width, overlapping
from evaldesk.stats.proportions import proportion
from evaldesk.stats.sampling import Draw, allocate, draw, weighted_mean

sizes = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 50), max_size=6)


@given(sizes, st.integers(0, 200), st.sampled_from(["proportional", "equal"]))
def test_an_allocation_gives_what_there_is(sizes, total, rule) -> None:  # type: ignore[no-untyped-def]
    given_ = allocate(sizes, total, rule)
    assert given_.keys() == sizes.keys()
    assert sum(given_.values()) == min(total, sum(sizes.values()))
    assert all(0 <= given_[name] <= size for name, size in sizes.items())
    filled = [name for name, size in sizes.items() if size]
    if total >= len(filled):
        assert all(given_[name] > 0 for name in filled)


def test_shares_are_by_size_or_equal() -> None:
    assert allocate({"de": 100, "en": 300, "fr": 0}, 40) == {"de": 10, "en": 30, "fr": 0}
    assert allocate({"de": 100, "en": 300, "fr": 3}, 43, "equal") == {"de": 20, "en": 20, "fr": 3}


def test_a_raised_stratum_gives_more_and_never_more_than_it_has() -> None:
    raised = allocate({"failed": 100, "passed": 900}, 100, weights={"failed": 3.0})
    assert raised == {"failed": 25, "passed": 75}
    assert allocate({"failed": 5, "passed": 900}, 100, weights={"failed": 300.0}) == {
        "failed": 5,
        "passed": 95,
    }


def test_probabilities_sum_to_the_expected_size_and_are_met() -> None:
    items = 60
    draws = [
        Draw(np.arange(60), 12),
        Draw(np.arange(10), 5),
        Draw(np.arange(55, 60), 5),
    ]
    counts = np.zeros(items)
    sizes_ = []
    wanted = np.zeros(items)
    for seed in range(4000):
        sample = draw(draws, items, seed)
        counts[sample.items] += 1
        wanted[sample.items] = sample.probabilities
        sizes_.append(sample.items.size)
    assert wanted[57] == 1.0
    assert wanted[3] == pytest.approx(1 - 0.8 * 0.5)
    assert np.abs(counts / 4000 - wanted).max() < 0.04
    assert np.mean(sizes_) == pytest.approx(wanted.sum(), rel=0.01)


def test_the_same_seed_gives_the_same_sample() -> None:
    draws = [Draw(np.arange(100), 20)]
    assert (draw(draws, 100, 7).items == draw(draws, 100, 7).items).all()
    assert (draw(draws, 100, 7).items != draw(draws, 100, 8).items).any()


def test_oversampling_failures_does_not_bias_the_rate() -> None:
    """1,000 items of which 6 % fail, half of the suspicious ones taken: unweighted the rate is
    three times too high, weighted it is right, and the interval covers.
    """
    generator = np.random.default_rng(1)
    failed = np.zeros(2000)
    failed[:120] = 1
    suspicious = np.flatnonzero((failed == 1) | (generator.random(2000) < 0.06))
    estimates, naive, covered = [], [], 0
    for seed in range(600):
        sample = draw(
            [Draw(np.arange(2000), 120), Draw(suspicious, suspicious.size // 2)], 2000, seed
        )
        found = weighted_mean(failed[sample.items], sample.probabilities, rate=True)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        estimates.append(found.value)
        naive.append(failed[sample.items].mean())
        covered += found.low <= 0.06 <= found.high
    assert np.mean(naive) > 0.15
    assert np.mean(estimates) == pytest.approx(0.06, abs=0.002)
    assert covered / 600 > 0.93


def test_equal_probabilities_give_the_plain_rate() -> None:
    values = np.array([1.0] * 81 + [0.0] * 182)
    weighted = weighted_mean(values, np.full(263, 0.2), rate=True)
    plain = proportion(81, 263)
    assert weighted.value == pytest.approx(plain.value)
    assert weighted.low == pytest.approx(plain.low, abs=2e-3)
    assert weighted.high == pytest.approx(plain.high, abs=2e-3)


def test_a_mean_without_spread_has_no_interval() -> None:
    assert weighted_mean([], []).value is None
    one = weighted_mean([2.0], [0.5])
    assert (one.value, one.low) == (2.0, None)
    assert weighted_mean([3.0, 3.0], [0.5, 1.0]).undefined_reason is not None
    sure = weighted_mean([1.0] * 20, [0.5] * 20, rate=True)
    assert sure.low is not None
    assert sure.low < 0.9
    with pytest.raises(ValueError, match="probability"):
        weighted_mean([1.0], [0.0])


@settings(max_examples=60)
@given(st.integers(2, 9), st.data())
def test_loads_are_even_and_everybody_meets(raters: int, data: st.DataObject) -> None:
    each = data.draw(st.integers(1, raters))
    items = data.draw(st.integers(1, 120))
    blocks = overlapping([each] * items, raters, seed=items)
    assert all(len(set(block)) == each for block in blocks)
    loads = np.bincount(list(itertools.chain.from_iterable(blocks)), minlength=raters)
    assert loads.max() - loads.min() <= 1
    pairs = dict.fromkeys(itertools.combinations(range(raters), 2), 0)
    for block in blocks:
        for pair in itertools.combinations(block, 2):
            pairs[pair] += 1
    if each > 1:
        mean = sum(pairs.values()) / len(pairs)
        assert max(pairs.values()) <= mean * 1.35 + 2
        assert min(pairs.values()) >= mean * 0.65 - 2


def test_items_may_want_different_numbers() -> None:
    blocks = overlapping([3, 1, 1, 3, 2], 3, seed=0)
    assert [len(block) for block in blocks] == [3, 1, 1, 3, 2]
    with pytest.raises(ValueError, match="one to all"):
        overlapping([4], 3, seed=0)


@pytest.mark.parametrize(("units", "width"), [(20, 0.52), (50, 0.32), (150, 0.18)])
def test_the_expected_width_is_that_of_the_interval(units: int, width: float) -> None:
    # Mean widths of the unit bootstrap in simulations of three raters and three categories.
    found = expected_alpha_width(units, 3, (1, 1, 1), alpha=0.6, seed=3)
    assert found == pytest.approx(width, rel=0.15)


def test_the_expected_width_of_a_rate_is_wilsons() -> None:
    assert expected_rate_width(263, 81 / 263) == pytest.approx(0.3662 - 0.2553, abs=2e-4)
    assert expected_rate_width(0) is None
    assert expected_alpha_width(1, 3) is None


@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), st.floats(0.01, 1.0)), min_size=2
    )
)
def test_a_rates_interval_stays_from_nothing_to_all_also_of_raters_who_differ(
    items: list[tuple[float, float]],
) -> None:
    values, chances = zip(*items, strict=True)
    found = weighted_mean(values, chances, rate=True)
    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert -1e-9 <= found.low <= found.value + 1e-9 <= found.high + 2e-9 <= 1.0 + 3e-9
