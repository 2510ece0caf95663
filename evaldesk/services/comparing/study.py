"""What a person looks at when two runs are compared: the choices, the result, what stands around.

`evaldesk.services.comparing.comparison` computes; this gathers what a screen needs in one go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from evaldesk.domain.comparison import Comparison, PairedValue, TrialRule
from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.project import RunInfo
from evaldesk.domain.rubric import Direction
from evaldesk.services.comparing.comparison import DEFAULT_SEED, compare
from evaldesk.services.comparing.metrics import LOWER_IS_BETTER, metric, metrics
from evaldesk.services.datasets.versions import group_of
from evaldesk.stats.proportions import proportion
from evaldesk.storage import listings

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

MOST_VALUES = 12
"""A slice with more values than this is no slice that a person reads, such as a customer's id."""
_NEWEST = 12
"""So many of the newest runs are looked through for the first choice."""
_PREFERRED = "pass"
_CRITICAL = "critical"
_TIERS = {_CRITICAL: 0, "important": 1, "nice-to-have": 2}


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be compared; the fields are the arguments of `compare`."""

    run_a: str
    run_b: str
    metric: str = ""
    tier: str = ""
    trials: TrialRule = "mean"
    errors_as_failures: bool = False
    suite: str = ""

    def swapped(self) -> "Question":
        """The same, seen from the other side."""
        return replace(self, run_a=self.run_b, run_b=self.run_a)


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to compare.

    Attributes:
        project: the project's id.
        runs: newest first.
        suggested: (older run, newer run) of the pair that shares most scenarios; None where there
            are fewer than two runs.
    """

    project: str
    runs: tuple[RunInfo, ...]
    suggested: tuple[str, str] | None


@dataclass(frozen=True, slots=True)
class TierFailures:
    """How often B failed on one tier.

    Attributes:
        upper: the rate with the one-sided upper bound of Clopper and Pearson in ``high`` (no
            ``low``), at the level that it states.
    """

    tier: str
    failures: int
    n: int
    upper: Estimate


@dataclass(frozen=True, slots=True)
class Study:
    """A comparison and what is said around it.

    Attributes:
        question: as it was answered: a metric or tier that these runs lack was replaced.
        metrics: names to choose from; ``tiers`` likewise, most critical first.
        rate: whether every trial's value is 0 or 1, so that means are shares.
        groups: trace of A in a pair → slice (or ``tier``) → value.
        critical: failures on the critical tier; None where there is no such tier or no pass.
        trials: whether a scenario of either run has several trials.
        dataset: names of the datasets, and the start of the version's id where there is one.
        suites: names to choose from.
    """

    question: Question
    comparison: Comparison
    metrics: tuple[str, ...]
    tiers: tuple[str, ...]
    rate: bool
    groups: Mapping[int, Mapping[str, str]]
    critical: TierFailures | None
    trials: bool
    dataset: str
    seed: int = DEFAULT_SEED
    suites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """What can be asked of two runs: metrics, and tiers with the most critical first."""

    metrics: tuple[str, ...]
    tiers: tuple[str, ...]


@dataclass(slots=True)
class _Runs:
    pks: dict[str, set[int]] = field(default_factory=dict)
    scenarios: dict[int, str] = field(default_factory=dict)
    trials: bool = False


def choices(project: "Project") -> Choices:
    """The runs, and which two a person most likely wants to compare."""
    runs = tuple(reversed(project.runs.list()))
    scenarios = {
        run.name: {trace.scenario_id for trace in project.traces.of_run(run.name)}
        for run in runs[:_NEWEST]
    }
    best: tuple[int, str, str] | None = None
    names = list(scenarios)
    for index, newer in enumerate(names):
        for older in names[index + 1 :]:
            shared = len(scenarios[newer] & scenarios[older])
            if best is None or shared > best[0]:
                best = (shared, older, newer)
    return Choices(project.get("id"), runs, best[1:] if best is not None else None)


def suggested(project: "Project") -> list[Comparison]:
    """The comparison that a person most likely wants, on its first metric; none where no two runs
    share a scenario and a metric.
    """
    pair = choices(project).suggested
    if pair is None or not metrics(project, *pair):
        return []
    return [study(project, Question(*pair)).comparison]


def names(project: "Project", question: Question) -> Names:
    """The metrics and tiers of the two runs."""
    runs = _runs(project, question)
    known = {suite.name for suite in project.datasets.suites()}
    if question.suite not in known:
        question = replace(question, suite="")
    return Names(
        tuple(metrics(project, question.run_a, question.run_b)),
        _tiers(_labelled(project, question, runs), runs.pks),
    )


def study(project: "Project", question: Question, *, seed: int = DEFAULT_SEED) -> Study:
    """Compare, by tier and every slice that has a few values.

    Raises:
        NotFoundError: no such run. UsageError: both are the same run.
    """
    known = tuple(metrics(project, question.run_a, question.run_b))
    if question.metric not in known:
        question = replace(question, metric=_first_metric(known))
    suites = tuple(suite.name for suite in project.datasets.suites())
    if question.suite not in suites:
        question = replace(question, suite="")
    runs = _runs(project, question)
    labelled = _labelled(project, question, runs)
    tiers = _tiers(labelled, runs.pks)
    if question.tier not in tiers:
        question = replace(question, tier="")
    labels = _labels(project, labelled, runs.pks)
    found, question = _compared(project, question, list(labels), seed)
    groups = {
        pair.a_pk: {
            name: values[pair.a_pk] for name, values in labels.items() if pair.a_pk in values
        }
        for pair in found.pairs
    }
    rate = _is_rate(project, question, runs.pks)
    return Study(
        question=question,
        comparison=found,
        metrics=known,
        tiers=tiers,
        rate=rate,
        groups=groups,
        critical=(
            tier_failures(found.pairs, _CRITICAL, found.direction)
            if rate and _CRITICAL in tiers and question.tier in ("", _CRITICAL)
            else None
        ),
        trials=runs.trials,
        dataset=_dataset(project, question),
        seed=seed,
        suites=suites,
    )


def tier_failures(
    pairs: Sequence[PairedValue], tier: str, direction: Direction, *, level: float = 0.95
) -> TierFailures:
    """How often B failed on the pairs of a tier, and how often it may fail in truth.

    A scenario counts as failed where any of its trials did: its value is not the best one.

    Args:
        pairs: values from 0 to 1, of which 1 (0 where lower is better) is a pass.
        level: of the one-sided bound: METHODS' gate for few failures.
    """
    best = 0.0 if direction == "lower" else 1.0
    values = [pair.b for pair in pairs if pair.tier == tier]
    failures = sum(1 for value in values if value != best)
    method = "Clopper–Pearson, one-sided"
    if not values:
        return TierFailures(
            tier, 0, 0, Estimate.undefined(f"no pair is of the tier {tier}", method=method)
        )
    # A one-sided bound at 95 % is the upper end of the two-sided interval at 90 %.
    both = proportion(failures, len(values), level=2 * level - 1, method="clopper-pearson")
    upper = Estimate(both.value, None, both.high, level, len(values), method)
    return TierFailures(tier, failures, len(values), upper)


def _compared(
    project: "Project", question: Question, by: list[str], seed: int
) -> tuple[Comparison, Question]:
    def run(by: Sequence[str], question: Question) -> Comparison:
        return compare(
            project,
            question.run_a,
            question.run_b,
            question.metric,
            by=by,
            tier=question.tier,
            suite=f"suite:{question.suite}" if question.suite else "",
            trials=question.trials,
            errors_as_failures=question.errors_as_failures,
            seed=seed,
        )

    by = [name for name in by if not (question.tier and name == "tier")]
    try:
        return run(by, question), question
    except NotFoundError:
        if not question.tier:
            raise
    # The tier is one that only other runs have.
    question = replace(question, tier="")
    return run(by, question), question


def _first_metric(known: Sequence[str]) -> str:
    if _PREFERRED in known:
        return _PREFERRED
    scores = [name for name in known if name not in LOWER_IS_BETTER]
    return (scores or list(known))[0]


def _runs(project: "Project", question: Question) -> _Runs:
    found = _Runs()
    for name in (question.run_a, question.run_b):
        traces = project.traces.of_run(name)
        found.pks[name] = {trace.pk for trace in traces}
        found.scenarios.update((trace.pk, trace.scenario_id) for trace in traces)
        found.trials |= len({trace.scenario_id for trace in traces}) < len(traces)
    return found


_Labelled = Callable[[str], Mapping[int, str]]
"""A tier or slice by name → trace → its value."""


def _labelled(project: "Project", question: Question, runs: _Runs) -> _Labelled:
    """As scenarios are described now, or as the suite describes them."""
    if not question.suite:
        return project.traces.labels
    version = project.datasets.suite(question.suite).version_pk
    rows = {row.id: row for row in project.datasets.each(version)}

    def labelled(name: str) -> dict[int, str]:
        return {
            pk: value
            for pk, scenario in runs.scenarios.items()
            if scenario in rows and (value := group_of(rows[scenario], name))
        }

    return labelled


def _labels(
    project: "Project", labelled: _Labelled, pks: Mapping[str, set[int]]
) -> dict[str, Mapping[int, str]]:
    """Tier and slices that both runs have, each with at most a few values: name → trace → value."""
    names = [
        name.removeprefix("slice.")
        for name in project.traces.facets()
        if name == "tier" or name.startswith("slice.")
    ]
    found: dict[str, Mapping[int, str]] = {}
    for name in sorted(names, key=lambda item: (item != "tier", item)):
        values = labelled(name)
        both = [{values[pk] for pk in side if values.get(pk)} for side in pks.values()]
        shared = set.intersection(*both) if both else set()
        least = 1 if name == "tier" else 2
        if shared and least <= len(set.union(*both)) <= MOST_VALUES:
            found[name] = values
    return found


def _tiers(labelled: _Labelled, pks: Mapping[str, set[int]]) -> tuple[str, ...]:
    tiers = labelled("tier")
    there = {tiers[pk] for side in pks.values() for pk in side if pk in tiers}
    return tuple(sorted(there, key=lambda name: (_TIERS.get(name, len(_TIERS)), name)))


def _is_rate(project: "Project", question: Question, pks: Mapping[str, set[int]]) -> bool:
    chosen = metric(project, question.metric)
    values = {
        value for run, side in pks.items() for pk, value in chosen.values(run).items() if pk in side
    }
    return bool(values) and values <= {0.0, 1.0}


def _dataset(project: "Project", question: Question) -> str:
    wanted = {question.run_a, question.run_b}
    versions: dict[str, list[str]] = {}
    for version in listings.dataset_versions(project.database):
        if wanted & set(version.runs):
            short = f"{version.id[:4]}…{version.id[-2:]}"
            versions.setdefault(version.dataset, []).append(short)
    return " / ".join(f"{name} · {', '.join(ids)}" for name, ids in versions.items())
