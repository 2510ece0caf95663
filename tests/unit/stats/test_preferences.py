"""Win rates, a liking for a side, and Bradley–Terry against published figures and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.stats.preferences import bradley_terry, side_bias, win_rate
from evaldesk.stats.proportions import proportion

JOURNALS = ("Biometrika", "Comm Stat", "JASA", "JRSS-B")
CITED = np.array(
    [
        [0.0, 730.0, 498.0, 221.0],
        [33.0, 0.0, 68.0, 17.0],
        [320.0, 813.0, 0.0, 142.0],
        [284.0, 276.0, 325.0, 0.0],
    ]
)
"""How often each was cited by each other one (Stigler 1994, as in Agresti 2002)."""


def test_published_strengths_of_journals() -> None:
    found = [one.log_strength.value for one in bradley_terry(CITED[None], pseudo_ties=0.0)]
    against = [value - found[0] for value in found]  # type: ignore[operator]
    assert against == pytest.approx([0.0, -2.94907, -0.47957, 0.26895], abs=2e-5)


def test_strengths_are_those_of_a_logistic_regression() -> None:
    rng = np.random.default_rng(4)
    wins = rng.integers(1, 9, (1, 5, 5)).astype(float)
    for place in range(5):
        wins[0, place, place] = 0.0
    rows, outcomes = [], []
    for a in range(5):
        for b in range(a):
            row = np.zeros(5)
            row[a], row[b] = 1.0, -1.0
            rows.append(row[1:])
            outcomes.append((wins[0, a, b], wins[0, b, a]))
    oracle = sm.GLM(np.array(outcomes), np.array(rows), family=sm.families.Binomial()).fit()
    found = [one.log_strength.value for one in bradley_terry(wins, pseudo_ties=0.0)]
    against = [value - found[0] for value in found[1:]]  # type: ignore[operator]
    assert against == pytest.approx(oracle.params, abs=1e-6)


def test_ties_count_as_half_a_win_for_both() -> None:
    # 6 won, 2 tied, 2 lost: the ratio of strengths is 7 / 3.
    wins = np.array([[[0.0, 7.0], [3.0, 0.0]]])
    one, other = bradley_terry(wins, pseudo_ties=0.0)
    assert one.log_strength.value is not None
    assert other.log_strength.value is not None
    assert np.exp(one.log_strength.value - other.log_strength.value) == pytest.approx(7 / 3)
    assert one.share == pytest.approx(0.7)


def test_one_that_always_won_is_finite_or_said_to_be_undefined() -> None:
    wins = np.zeros((10, 2, 2))
    wins[:, 0, 1] = 1.0
    assert bradley_terry(wins)[0].log_strength.value == pytest.approx(np.log(10.25 / 0.25) / 2)
    lost = bradley_terry(wins, pseudo_ties=0.0)[0].log_strength
    assert lost.value is None
    assert "always won" in (lost.undefined_reason or "")


def test_systems_that_never_met_have_no_common_scale() -> None:
    wins = np.zeros((6, 4, 4))
    wins[:, 0, 1] = wins[:, 2, 3] = 0.5
    wins[:, 1, 0] = wins[:, 3, 2] = 0.5
    for one in bradley_terry(wins):
        assert one.log_strength.value is None
        assert "linked" in (one.log_strength.undefined_reason or "")


values = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=30)


@given(values, st.booleans(), st.integers(0, 5))
def test_what_a_wins_b_loses(data: list[float], weighted: bool, seed: int) -> None:
    chances = None
    if weighted:
        chances = np.random.default_rng(seed).uniform(0.1, 1.0, len(data))
    of_a = win_rate(data, chances, resamples=200)
    of_b = win_rate([1.0 - value for value in data], chances, resamples=200)
    assert of_a.value == pytest.approx(1.0 - (of_b.value or 0.0))
    assert of_a.method == of_b.method
    assert (of_a.low is None) == (of_b.low is None)
    if of_a.method is not None and "BCa" in of_a.method:
        return  # resampled, and so only nearly the other way round
    if of_a.low is not None:
        assert of_a.low == pytest.approx(1.0 - (of_b.high or 0.0), abs=1e-6)
        assert of_a.high == pytest.approx(1.0 - (of_b.low or 0.0), abs=1e-6)


def test_each_shape_has_its_interval() -> None:
    plain = win_rate([1.0] * 6 + [0.0] * 2)
    wilson = proportion(6, 8)
    assert (plain.low, plain.high) == (wilson.low, wilson.high)
    tied = win_rate([1.0] * 6 + [0.0] * 2 + [0.5] * 2)
    assert "Tango" in (tied.method or "")
    assert tied.value == pytest.approx(0.7)
    # Nothing but ties: not a certain half.
    even = win_rate([0.5] * 20)
    assert even.value == 0.5
    assert even.low is not None
    assert even.low < 0.45
    assert "BCa" in (win_rate([0.75, 0.5, 1.0, 0.25, 0.5, 1.0]).method or "")
    assert "Hájek" in (win_rate([1.0, 0.0, 1.0], [0.5, 0.5, 1.0]).method or "")
    assert win_rate([]).value is None
    with pytest.raises(ValueError, match="0 to 1"):
        win_rate([1.5])


@pytest.mark.parametrize(
    ("shares", "n"),
    [
        ((0.5, 0.0, 0.5), 30),
        ((0.5, 0.3, 0.2), 30),
        ((0.7, 0.25, 0.05), 60),
        ((0.1, 0.8, 0.1), 40),
    ],
    ids=["no ties", "some ties", "one sided", "mostly ties"],
)
def test_intervals_of_one_rater_cover(shares: tuple[float, float, float], n: int) -> None:
    rng = np.random.default_rng(11)
    true = shares[0] + shares[1] / 2.0
    inside = 0
    for _ in range(600):
        found = win_rate(rng.choice([1.0, 0.5, 0.0], n, p=shares))
        assert found.low is not None
        assert found.high is not None
        inside += found.low - 1e-9 <= true <= found.high + 1e-9
    assert 0.925 <= inside / 600 <= 0.995


def test_intervals_of_several_raters_cover() -> None:
    rng = np.random.default_rng(12)
    inside = 0
    for _ in range(200):
        # Scenarios differ in how clear they are: votes on one hang together.
        clear = rng.beta(2.0, 1.5, 60)
        votes = (rng.random((60, 3)) < clear[:, None]).mean(axis=1)
        found = win_rate(votes, resamples=600)
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 2.0 / 3.5 <= found.high
    assert inside / 200 >= 0.9


def test_intervals_of_strengths_cover() -> None:
    rng = np.random.default_rng(13)
    true = np.array([0.6, 0.0, -0.6])
    inside = np.zeros(3)
    for _ in range(150):
        wins = np.zeros((60, 3, 3))
        for a in range(3):
            for b in range(a):
                chance = 1.0 / (1.0 + np.exp(true[b] - true[a]))
                won = rng.random(60) < chance
                wins[won, a, b] = 1.0
                wins[~won, b, a] = 1.0
        for place, one in enumerate(bradley_terry(wins, resamples=300)):
            low, high = one.log_strength.low, one.log_strength.high
            assert low is not None
            assert high is not None
            inside[place] += low <= true[place] <= high
    assert (inside / 150 >= 0.89).all()


def test_a_liking_for_a_side_is_found_and_none_is_not_made_up() -> None:
    liked = side_bias(70, 30)
    assert liked.left.value == 0.7
    assert (liked.p_value or 1.0) < 0.001
    assert (side_bias(50, 50).p_value or 0.0) == 1.0
    assert side_bias(0, 0).p_value is None
    rng = np.random.default_rng(14)
    false_alarms = sum(
        (side_bias(int(left), 40 - int(left)).p_value or 1.0) < 0.05
        for left in rng.binomial(40, 0.5, 800)
    )
    assert false_alarms / 800 <= 0.05
