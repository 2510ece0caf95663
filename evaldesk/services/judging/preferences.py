"""What a pairwise round found, for its owner: win rates, sides, agreement, strengths.

A rater's vote on a pair is their submitted choice. Where they had it twice and did not choose the
same, it counts as a tie. A tie and "both bad" are half a win for either; both are told apart beside
it. What is resampled and counted as n is the scenario, never the vote.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evaldesk.domain.errors import NotAllowedError, NotFoundError, UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.preference import Choice, PairItem, Preference, as_shown
from evaldesk.domain.rubric import Rubric
from evaldesk.services.labelling.preferring import questions

if TYPE_CHECKING:
    from evaldesk.domain.trace import TraceRow
    from evaldesk.storage.project import Project

RESAMPLES = 10_000
SEED = 20261
_MOST_GROUPS = 12
"""A slice of more values than this is no grouping that one looks at by itself."""


@dataclass(frozen=True, slots=True)
class PairResult:
    """How one run does against another.

    Attributes:
        by, group: a slice (or ``tier``) and its value; empty for all scenarios.
        win: of A, ties as halves; its n are scenarios.
        wins, losses, ties, bad: votes, one a rater and scenario, repeats settled.
        tied, both_bad: shares of the scenarios' votes.
        strengths: strength → votes for A of it, then for B; only of those that said one.
    """

    run_a: str
    run_b: str
    win: Estimate
    wins: int
    losses: int
    ties: int
    bad: int
    tied: Estimate
    both_bad: Estimate
    strengths: Mapping[int, tuple[int, int]]
    by: str = ""
    group: str = ""

    @property
    def votes(self) -> int:
        """All of them."""
        return self.wins + self.losses + self.ties + self.bad


@dataclass(frozen=True, slots=True)
class Position:
    """Whether raters like a side, and whether they choose the same twice.

    Attributes:
        left: share of the choices of a side that chose the left; ``p_value`` against one half.
        consistent: share of the pairs that a rater had twice, sides swapped, and chose the same.
        to_left, to_right: of those that were not the same, how many chose one side both times.
        unknown: choices of which nobody knows what stood where.
    """

    left: Estimate
    p_value: float | None
    consistent: Estimate
    to_left: int
    to_right: int
    unknown: int


@dataclass(frozen=True, slots=True)
class PreferenceAgreement:
    """Whether raters prefer the same; over pairs that two or more compared.

    Attributes:
        nominal: alpha of A, B, tie and both bad. ordinal: alpha from much better A to much better
            B, ties and both bad in the middle. percent: agreement of two raters.
    """

    nominal: Estimate
    ordinal: Estimate
    percent: Estimate


@dataclass(frozen=True, slots=True)
class RunStrength:
    """A run among three or more.

    Attributes:
        strength: log of its Bradley–Terry strength. share: chance to win against another.
    """

    run: str
    strength: Estimate
    share: float | None


@dataclass(frozen=True, slots=True)
class CriterionPreferences:
    """What is preferred by one criterion.

    Attributes:
        criterion: name, or `OVERALL`; ``title`` its words, empty for `OVERALL`.
        pairs, compared: that the round has, and that somebody compared.
        results: run against run; ``groups`` the same by slice.
        strengths: of the runs, strongest first; empty below three runs.
    """

    criterion: str
    title: str
    pairs: int
    compared: int
    results: Sequence[PairResult]
    groups: Sequence[PairResult]
    position: Position
    agreement: PreferenceAgreement
    strengths: Sequence[RunStrength]


@dataclass(frozen=True, slots=True)
class _Vote:
    pair: int
    rater: str
    choice: Choice
    strength: int | None


def findings(
    project: "Project",
    name: str,
    *,
    criterion: str = "",
    by: Sequence[str] | None = (),
    resamples: int = RESAMPLES,
    seed: int = SEED,
    person: str = "",
) -> list[CriterionPreferences]:
    """What a pairwise round found so far.

    Args:
        criterion: only this one; empty for all that the rubric asks of pairs.
        by: slices, or ``tier``, to break it down by; None for all that have few values.
        person: who looks; empty where nobody is to be kept blind.

    Raises:
        NotFoundError: no such round, criterion or slice; offers the nearest.
        UsageError: the round compares no pairs.
        NotAllowedError: the person compares in it, and it is open.
    """
    found = project.rounds.get(name)
    if found.kind != "pairwise":
        raise UsageError(f"The round “{name}” rates one trace at a time.", "Name a pairwise round.")
    if person and found.state == "open" and person in found.raters:
        raise NotAllowedError(
            "What others prefer is shown once the round is closed, since you compare in it."
        )
    rubric = project.rubrics.get(found.rubric, found.version)
    wanted = _asked(rubric, criterion)
    pairs = {pair.number: pair for pair in project.preferences.pairs(name)}
    rows = _rows(project, pairs.values())
    order = list(found.plan.get("pairs", ()))
    groupings = _groupings(project, pairs.values(), by)
    given: dict[str, list[Preference]] = {}
    for one in project.preferences.current(name):
        if one.submitted:
            given.setdefault(one.criterion, []).append(one)
    return [
        _criterion(
            title,
            key,
            pairs,
            given.get(key, []),
            _Study(rows, order, groupings, resamples, seed),
        )
        for key, title in wanted
    ]


@dataclass(frozen=True, slots=True)
class _Study:
    rows: Mapping[int, "TraceRow"]
    order: Sequence[str]
    groupings: Mapping[str, Mapping[int, str]]
    resamples: int
    seed: int


def _asked(rubric: Rubric, criterion: str) -> list[tuple[str, str]]:
    asked = [(one.name, one.title) for one in questions(rubric)]
    if not criterion or criterion == "overall":
        return asked if not criterion else asked[:1]
    chosen = [one for one in asked if one[0] == criterion]
    if not chosen:
        raise NotFoundError.among(
            "criterion", criterion, ["overall", *(name for name, _ in asked[1:])]
        )
    return chosen


def _rows(project: "Project", pairs: Collection[PairItem]) -> dict[int, "TraceRow"]:
    wanted = sorted({pk for pair in pairs for pk in (pair.a, pair.b)})
    return {row.pk: row for row in project.traces.rows(wanted)}


def _groupings(
    project: "Project", pairs: Collection[PairItem], by: Sequence[str] | None
) -> dict[str, dict[int, str]]:
    from evaldesk.storage.listings import slice_names

    few = by is None
    names = ("tier", *slice_names(project.database)) if by is None else tuple(by)
    found: dict[str, dict[int, str]] = {}
    for name in names:
        labels = project.traces.labels(name)
        values = {pair.number: labels.get(pair.a, "") for pair in pairs}
        groups = len({value for value in values.values() if value})
        if groups and not (few and not 2 <= groups <= _MOST_GROUPS):
            found[name] = values
    return found


def _criterion(
    title: str,
    name: str,
    pairs: Mapping[int, PairItem],
    given: Sequence[Preference],
    study: _Study,
) -> CriterionPreferences:
    votes = _votes(given)
    by_runs: dict[tuple[str, str], list[_Vote]] = {}
    for vote in votes:
        pair = pairs[vote.pair]
        ends = (study.rows[pair.a].run, study.rows[pair.b].run)
        by_runs.setdefault(ends, []).append(vote)
    results, groups = [], []
    for ends in sorted(by_runs, key=lambda one: _place(one, study.order)):
        own = by_runs[ends]
        results.append(_result(ends, own, pairs, study))
        for by, labels in study.groupings.items():
            for group in sorted({labels[vote.pair] for vote in own} - {""}):
                part = [vote for vote in own if labels[vote.pair] == group]
                groups.append(_result(ends, part, pairs, study, by, group))
    return CriterionPreferences(
        criterion=name,
        title=title,
        pairs=len(pairs),
        compared=len({vote.pair for vote in votes}),
        results=results,
        groups=groups,
        position=_position(given),
        agreement=_agreement(given, study),
        strengths=_strengths(votes, pairs, study),
    )


def _place(ends: tuple[str, str], order: Sequence[str]) -> tuple[int, int, tuple[str, str]]:
    places = {run: place for place, run in enumerate(order)}
    last = len(places)
    return places.get(ends[0], last), places.get(ends[1], last), ends


def _votes(given: Sequence[Preference]) -> list[_Vote]:
    """One a rater and pair: two readings that differ are a tie."""
    readings: dict[tuple[int, str], list[Preference]] = {}
    for one in given:
        readings.setdefault((one.pair, one.rater), []).append(one)
    votes = []
    for (pair, rater), ones in readings.items():
        choices = {one.choice for one in ones if one.choice is not None}
        choice: Choice = choices.pop() if len(choices) == 1 else "tie"
        strength = ones[0].strength if choice in ("a", "b") else None
        votes.append(_Vote(pair, rater, choice, strength))
    return votes


def _worth(choice: Choice) -> float:
    return {"a": 1.0, "b": 0.0}.get(choice, 0.5)


def _result(
    ends: tuple[str, str],
    votes: Sequence[_Vote],
    pairs: Mapping[int, PairItem],
    study: _Study,
    by: str = "",
    group: str = "",
) -> PairResult:
    from evaldesk.stats.preferences import win_rate

    def each(value: Callable[[Choice], float]) -> tuple[list[float], list[float] | None]:
        """The mean of a scenario's votes, and the scenarios' probabilities."""
        values: dict[int, list[float]] = {}
        for vote in votes:
            values.setdefault(vote.pair, []).append(value(vote.choice))
        chances = [pairs[number].probability for number in values]
        known = [chance for chance in chances if chance is not None]
        means = [sum(one) / len(one) for one in values.values()]
        return means, known if len(known) == len(chances) else None

    means, chances = each(_worth)
    counts = {
        choice: sum(vote.choice == choice for vote in votes) for choice in ("a", "b", "tie", "bad")
    }
    said: dict[int, tuple[int, int]] = {}
    for vote in votes:
        if vote.strength is not None:
            a, b = said.get(vote.strength, (0, 0))
            said[vote.strength] = (a + (vote.choice == "a"), b + (vote.choice == "b"))
    return PairResult(
        run_a=ends[0],
        run_b=ends[1],
        win=win_rate(means, chances, resamples=study.resamples, seed=study.seed),
        wins=counts["a"],
        losses=counts["b"],
        ties=counts["tie"],
        bad=counts["bad"],
        tied=_share(*each(lambda choice: float(choice == "tie")), study),
        both_bad=_share(*each(lambda choice: float(choice == "bad")), study),
        strengths=dict(sorted(said.items())),
        by=by,
        group=group,
    )


def _share(means: list[float], chances: list[float] | None, study: _Study) -> Estimate:
    from evaldesk.stats.preferences import win_rate

    found = win_rate(means, chances, resamples=study.resamples, seed=study.seed)
    if found.method is None:
        return found
    return replace(found, method=found.method.replace("win rate, ties as halves", "share"))


def _position(given: Sequence[Preference]) -> Position:
    from evaldesk.stats.preferences import side_bias
    from evaldesk.stats.proportions import proportion

    sides = {"left": 0, "right": 0}
    unknown = 0
    readings: dict[tuple[int, str], list[Preference]] = {}
    for one in given:
        readings.setdefault((one.pair, one.rater), []).append(one)
        if one.choice not in ("a", "b"):
            continue
        if not one.left:
            unknown += 1
            continue
        sides[as_shown(one.choice, one.left)] += 1
    same = twice = to_left = to_right = 0
    for ones in readings.values():
        if len(ones) < 2:
            continue
        twice += 1
        if len({one.choice for one in ones}) == 1:
            same += 1
            continue
        shown = {
            as_shown(one.choice, one.left) for one in ones if one.choice is not None and one.left
        }
        to_left += shown == {"left"}
        to_right += shown == {"right"}
    bias = side_bias(sides["left"], sides["right"])
    return Position(bias.left, bias.p_value, proportion(same, twice), to_left, to_right, unknown)


def _agreement(given: Sequence[Preference], study: _Study) -> PreferenceAgreement:
    from evaldesk.stats.agreement import krippendorff_alpha
    from evaldesk.stats.coefficients import percent_agreement
    from evaldesk.stats.ratings import UnitRatings

    first = [one for one in given if not one.reading and one.choice is not None]
    units = {number: place for place, number in enumerate(sorted({one.pair for one in first}))}
    unit = [units[one.pair] for one in first]
    codes: dict[Choice, int] = {"a": 0, "b": 1, "tie": 2, "bad": 3}
    nominal = UnitRatings.from_long(
        unit, [codes[one.choice] for one in first if one.choice is not None], units=len(units)
    )
    ordinal = UnitRatings.from_long(unit, [_signed(one) for one in first], units=len(units))
    resamples = min(study.resamples, 2000)
    return PreferenceAgreement(
        krippendorff_alpha(nominal, "nominal", resamples=resamples, seed=study.seed),
        krippendorff_alpha(ordinal, "ordinal", resamples=resamples, seed=study.seed),
        percent_agreement(nominal),
    )


def _signed(one: Preference) -> int:
    """From much better B (−3) to much better A (3); a side without a strength counts as slight."""
    worth = {"a": 1, "b": -1}.get(one.choice or "tie", 0)
    return worth * (one.strength or 1)


def _strengths(
    votes: Sequence[_Vote], pairs: Mapping[int, PairItem], study: _Study
) -> list[RunStrength]:
    from evaldesk.stats.preferences import bradley_terry

    rows = study.rows
    runs = sorted(
        {rows[end].run for vote in votes for end in (pairs[vote.pair].a, pairs[vote.pair].b)},
        key=lambda run: (list(study.order).index(run) if run in study.order else 99, run),
    )
    if len(runs) < 3:
        return []
    import numpy as np

    places = {run: place for place, run in enumerate(runs)}
    scenarios: dict[str, int] = {}
    for vote in votes:
        scenarios.setdefault(rows[pairs[vote.pair].a].scenario_id, len(scenarios))
    wins = np.zeros((len(scenarios), len(runs), len(runs)))
    for vote in votes:
        pair = pairs[vote.pair]
        a, b = places[rows[pair.a].run], places[rows[pair.b].run]
        scenario = scenarios[rows[pair.a].scenario_id]
        wins[scenario, a, b] += _worth(vote.choice)
        wins[scenario, b, a] += 1.0 - _worth(vote.choice)
    found = bradley_terry(wins, resamples=min(study.resamples, 2000), seed=study.seed)
    made = [
        RunStrength(run, one.log_strength, one.share) for run, one in zip(runs, found, strict=True)
    ]
    return sorted(made, key=lambda one: -(one.strength.value or 0.0))
