"""Pairwise preferences: win rates, a liking for a side, strengths of several systems."""

from dataclasses import dataclass

import numpy as np
import scipy.stats as scipy_stats
from numpy.typing import ArrayLike
from scipy.sparse.csgraph import connected_components

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.paired_proportions import PairedTable, tango
from evaldesk.stats.proportions import proportion
from evaldesk.stats.ratings import Floats
from evaldesk.stats.resampling import DEFAULT_SEED, bca_mean
from evaldesk.stats.sampling import weighted_mean

PSEUDO_TIES = 0.5
"""Ties added to every two systems that were compared, so that one which always won has a finite
strength."""
_ROUNDS = 10_000


def win_rate(
    values: ArrayLike,
    probabilities: ArrayLike | None = None,
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> Estimate:
    """The share of scenarios that one system wins, half a win for a tie.

    Args:
        values: (scenarios,) the mean over the raters of a scenario: 1 where all prefer the system,
            0 where all prefer the other, ½ for a tie.
        probabilities: (scenarios,) of each to have been drawn; None where all are equal.
        level: of confidence; ``resamples`` and ``seed`` of the bootstrap, where there is one.

    Returns:
        With Wilson's interval where nothing is tied; with Tango's score interval of the paired
        difference, halved, where scenarios are won, tied or lost; with BCa over scenarios where
        raters of one differ; and Hájek's estimate where probabilities are unequal.

    Raises:
        ValueError: a value lies outside [0, 1], or shapes differ.

    A win rate p with ties as halves is (1 + d) / 2 for the difference d of the shares won and lost,
    so an interval for d is one for p.
    """
    data = np.asarray(values, dtype=np.float64)
    if data.size and not ((data >= 0.0) & (data <= 1.0)).all():
        raise ValueError("a scenario's value lies from 0 to 1")
    name = "win rate, ties as halves"
    if data.size == 0:
        return Estimate.undefined("undefined: no pair was compared", method=name)
    if probabilities is not None:
        chance = np.asarray(probabilities, dtype=np.float64)
        if chance.shape != data.shape:
            raise ValueError("values and probabilities must be of one length")
        if float(np.ptp(chance)) > 1e-12:
            found = weighted_mean(data, chance, level=level, rate=bool(np.isin(data, (0, 1)).all()))
            return _within(found)
    if np.isin(data, (0.0, 1.0)).all():
        found = proportion(int(data.sum()), int(data.size), level=level)
        return Estimate(found.value, found.low, found.high, level, found.n, f"{name}, Wilson")
    if np.isin(data, (0.0, 0.5, 1.0)).all():
        won, lost = int((data == 1.0).sum()), int((data == 0.0).sum())
        gap = tango(PairedTable(int(data.size) - won - lost, lost, won, 0), level=level)
        assert gap.value is not None
        assert gap.low is not None
        assert gap.high is not None
        half = [(1.0 + end) / 2.0 for end in (gap.value, gap.low, gap.high)]
        return Estimate(half[0], half[1], half[2], level, gap.n, f"{name}, Tango score interval")
    return bca_mean(data, name=name, over="scenarios", level=level, resamples=resamples, seed=seed)


def _within(found: Estimate) -> Estimate:
    """The same, its interval cut to what a rate can be."""
    if found.low is None or found.high is None:
        return found
    return Estimate(
        found.value,
        max(0.0, found.low),
        min(1.0, found.high),
        found.level,
        found.n,
        found.method,
        found.seed,
    )


@dataclass(frozen=True, slots=True)
class SideBias:
    """Whether a side is preferred, whatever stands there.

    Attributes:
        left: share that prefers the left, of all that prefer a side, with Wilson's interval.
        p_value: exact binomial test of one half; None where nobody preferred a side.
    """

    left: Estimate
    p_value: float | None


def side_bias(left: int, right: int, *, level: float = 0.95) -> SideBias:
    """Whether raters prefer a side.

    Args:
        left, right: preferences for what stood there. With each system as often on either side,
            one half is expected whichever system is better.
    """
    n = left + right
    found = proportion(left, n, level=level)
    if not n:
        return SideBias(found, None)
    return SideBias(found, float(scipy_stats.binomtest(left, n, 0.5).pvalue))


@dataclass(frozen=True, slots=True)
class Strength:
    """A system among several.

    Attributes:
        log_strength: log of its Bradley–Terry strength; those of all systems have mean 0. The
            difference of two is the log odds that one wins.
        share: chance to win against a random other of the systems.
    """

    log_strength: Estimate
    share: float | None


def bradley_terry(
    wins: ArrayLike,
    *,
    pseudo_ties: float = PSEUDO_TIES,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int = DEFAULT_SEED,
) -> list[Strength]:
    """Strengths of systems that were compared two by two.

    Args:
        wins: (scenarios, systems, systems) how often the row's system won over the column's in
            each scenario, a tie as half a win for both.
        pseudo_ties: added to every two systems that were compared at all.
        level: of confidence; the interval is the percentile interval over resampled scenarios,
            since votes on one scenario are not independent.

    Returns:
        One a system. Without value where not all systems are linked by comparisons; without
        interval below three scenarios.

    Raises:
        ValueError: not a (scenarios, systems, systems) table, or a count is negative.

    Source: Bradley and Terry 1952; minorisation–maximisation as in Hunter 2004, Annals of
    Statistics 32, 384–406.
    """
    table = np.asarray(wins, dtype=np.float64)
    if table.ndim != 3 or table.shape[1] != table.shape[2] or (table < 0.0).any():
        raise ValueError("wins must be a scenarios × systems × systems table of numbers from 0")
    scenarios, systems, _ = table.shape
    name = "Bradley–Terry log strength"
    total = table.sum(axis=0)
    met = (total + total.T) > 0.0
    linked = systems > 0 and connected_components(met, directed=False)[0] == 1
    if not linked:
        lone = Estimate.undefined(
            "undefined: not all systems are linked by comparisons", n=scenarios, method=name
        )
        return [Strength(lone, None)] * systems
    pseudo = np.where(met, pseudo_ties / 2.0, 0.0)
    np.fill_diagonal(pseudo, 0.0)
    found = _strengths((total + pseudo)[None])[0]
    if not np.isfinite(found).all():
        lone = Estimate.undefined(
            "undefined: a system always won or always lost", n=scenarios, method=name
        )
        return [Strength(lone, None)] * systems
    shares = 1.0 / (1.0 + np.exp(found[None, :] - found[:, None]))
    np.fill_diagonal(shares, 0.0)
    share = shares.sum(axis=1) / max(1, systems - 1)
    ends: Floats | None = None
    if scenarios >= 3 and resamples > 0:
        rng = np.random.default_rng(seed)
        drawn = rng.multinomial(scenarios, np.full(scenarios, 1.0 / scenarios), size=resamples)
        sums = np.tensordot(drawn.astype(np.float64), table, axes=1) + pseudo
        replicates = _strengths(sums)
        tail = (1.0 - level) / 2.0
        ends = np.nanquantile(replicates, (tail, 1.0 - tail), axis=0)
    made = []
    for place in range(systems):
        value = float(found[place])
        if ends is None:
            reason = "no interval: fewer than 3 scenarios"
            one = Estimate(value, level=None, n=scenarios, method=name, undefined_reason=reason)
        else:
            one = Estimate(
                value,
                float(ends[0, place]),
                float(ends[1, place]),
                level,
                scenarios,
                f"{name}, bootstrap over scenarios, {resamples} resamples",
                seed,
            )
        made.append(Strength(one, float(share[place])))
    return made


def _strengths(wins: Floats) -> Floats:
    """(tables, systems) log strengths with mean 0, for (tables, systems, systems) of wins; NaN
    where there are none.
    """
    games = wins + np.swapaxes(wins, 1, 2)
    won = wins.sum(axis=2)
    lost = wins.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.where((won > 0.0) & (lost > 0.0), won / (won + lost), np.nan)
        start = np.where(np.isnan(start).any(axis=1, keepdims=True), np.nan, start)
        strength = start / np.exp(np.log(start).mean(axis=1, keepdims=True))
        for _ in range(_ROUNDS):
            pair = strength[:, :, None] + strength[:, None, :]
            new = won / (games / pair).sum(axis=2)
            new /= np.exp(np.log(new).mean(axis=1, keepdims=True))
            change = np.nanmax(np.abs(np.log(new) - np.log(strength)), initial=0.0)
            strength = new
            if change < 1e-10:
                break
        logs: Floats = np.log(strength)
    return logs
