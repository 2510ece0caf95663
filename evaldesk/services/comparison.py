"""Two runs over the same scenarios: what can be paired, what cannot, and the difference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evaldesk.domain.comparison import (
    Comparison,
    PairedValue,
    SliceComparison,
    TrialRule,
    Unpaired,
)
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.rubric import Direction
from evaldesk.domain.trace import TraceRow
from evaldesk.services.adjudication import gold
from evaldesk.stats.multiplicity import benjamini_hochberg
from evaldesk.stats.paired import PairedResult, compare_paired

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

DEFAULT_SEED = 20261
LOWER_IS_BETTER = frozenset({"latency_ms", "tokens_in", "tokens_out", "cost"})
_TIERS = {"critical": 0, "important": 1, "nice-to-have": 2}


@dataclass(frozen=True, slots=True)
class Metric:
    """Something that two runs can be compared on.

    Attributes:
        name: as ``--metric`` takes it: a score, a number field, or ``gold.CRITERION``.
        values: run → (trace → value).
    """

    name: str
    direction: Direction
    values: Callable[[str], Mapping[int, float]]


@dataclass(slots=True)
class _Side:
    """One run: scenario id → its value, and why there is none."""

    values: dict[str, float] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)
    trials: int = 1

    @property
    def present(self) -> set[str]:
        return set(self.shown)


def metrics(project: "Project", run_a: str = "", run_b: str = "") -> list[str]:
    """Names that the two runs can be compared on: scores, then gold, then numbers."""
    runs = {run.name: run for run in project.runs.list()}
    wanted = [runs[name] for name in (run_a, run_b) if name in runs]
    names: dict[str, None] = {}
    for run in wanted or runs.values():
        names.update(dict.fromkeys(run.metrics))
    for rubric in project.rubrics.list():
        for criterion in rubric.criteria:
            scored = criterion.scale.level is not None and criterion.direction != "none"
            if scored and gold(project, rubric.name, criterion.name):
                names[f"gold.{criterion.name}"] = None
    names.update(dict.fromkeys(sorted(LOWER_IS_BETTER)))
    return list(names)


def metric(project: "Project", name: str) -> Metric:
    """Find a metric by name.

    Raises:
        NotFoundError: there is none; offers the nearest.
        UsageError: several rubrics have that criterion.
    """
    if name.startswith("gold."):
        return _gold_metric(project, name)
    if name not in LOWER_IS_BETTER and name not in project.traces.metrics():
        raise NotFoundError.among("metric", name, metrics(project))
    return Metric(
        name,
        "lower" if name in LOWER_IS_BETTER else "higher",
        lambda run: project.traces.numbers(run, name),
    )


def _gold_metric(project: "Project", name: str) -> Metric:
    wanted = name.removeprefix("gold.")
    found = [
        (rubric, criterion)
        for rubric in project.rubrics.list()
        for criterion in rubric.criteria
        if wanted in (criterion.name, f"{rubric.name}.{criterion.name}")
    ]
    if not found:
        known = [
            f"gold.{criterion.name}"
            for rubric in project.rubrics.list()
            for criterion in rubric.criteria
        ]
        raise NotFoundError.among("metric", name, known)
    if len(found) > 1:
        names = ", ".join(f"gold.{rubric.name}.{wanted}" for rubric, _ in found)
        raise UsageError(f"Several rubrics ask “{wanted}”.", f"Say which: {names}.")
    rubric, criterion = found[0]
    if criterion.scale.level is None:
        raise UsageError(f"“{wanted}” is answered in words; a comparison needs a scale.")
    cache: dict[int, float] = {}

    def values(_run: str) -> Mapping[int, float]:
        if not cache:
            for trace_pk, item in gold(project, rubric.name, criterion.name).items():
                if item.value is not None:
                    position = criterion.scale.position(item.value)
                    if position is not None:
                        cache[trace_pk] = position
        return cache

    return Metric(name, criterion.direction, values)


def compare(
    project: "Project",
    run_a: str,
    run_b: str,
    metric_name: str,
    *,
    by: Sequence[str] = (),
    tier: str = "",
    cluster: str = "",
    trials: TrialRule = "mean",
    errors_as_failures: bool = False,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> Comparison:
    """Compare two runs, scenario by scenario.

    Two traces are paired where key *and* input of their scenario agree. What shares an id but not
    its text, what only one run has, what ended in an infrastructure error: all of it is reported
    and none of it compared.

    Args:
        metric_name: a score, ``gold.CRITERION``, or a number field.
        by: slices (or ``tier``) to look within; p-values are adjusted over all of them.
        tier: only scenarios of this tier.
        cluster: a slice whose scenarios go together, such as a conversation.
        trials: how several trials of a scenario become one value.
        errors_as_failures: count an infrastructure error as 0 instead of leaving it out.

    Raises:
        NotFoundError: no such run, metric, slice or tier; offers the nearest.
        UsageError: the runs are the same.
    """
    for run in (run_a, run_b):
        project.runs.require(run)
    if run_a == run_b:
        raise UsageError("A run cannot be compared with itself.", "Choose two runs.")
    chosen = metric(project, metric_name)
    a = _side(project, run_a, chosen, trials, errors_as_failures)
    b = _side(project, run_b, chosen, trials, errors_as_failures)
    rows = _rows(project, a, b)
    nameless = _name_failures(rows, a, b) | _name_failures(rows, b, a)
    planned_a, planned_b = project.runs.planned(run_a), project.runs.planned(run_b)
    if tier:
        rows, planned_a, planned_b = _of_tier(tier, rows, a, b)
    paired = [key for key in rows if key in a.values and key in b.values]
    pairs = [_pair(rows[key], a, b, key) for key in paired]
    clusters = _clusters(cluster, [rows[key] for key in paired])
    direction = chosen.direction
    result = compare_paired(
        [pair.a for pair in pairs],
        [pair.b for pair in pairs],
        direction=direction,
        clusters=clusters,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    unpaired = _unpaired(rows, a, b, errors_as_failures)
    regressions = sorted(
        (pair for pair in pairs if _worse(pair, direction)),
        key=lambda pair: (_TIERS.get(pair.tier, 3), -abs(pair.difference), pair.scenario),
    )
    return Comparison(
        run_a=run_a,
        run_b=run_b,
        metric=chosen.name,
        direction=direction,
        a=result.a,
        b=result.b,
        difference=result.difference,
        p_value=result.p_value,
        exact_p=result.exact_p,
        newcombe=result.newcombe,
        test=result.test,
        wins=result.wins,
        ties=result.ties,
        losses=result.losses,
        missing_a=sum(1 for key in rows if key in b.values and key not in a.values),
        missing_b=sum(1 for key in rows if key in a.values and key not in b.values),
        minimum_detectable=result.minimum_detectable,
        binary=result.binary,
        pairs=pairs,
        regressions=regressions,
        slices=_slices(
            by, [rows[key] for key in paired], pairs, clusters, direction, level, resamples, seed
        ),
        unpaired=unpaired,
        notes=_notes(a, b, run_a, run_b, unpaired, trials, errors_as_failures)
        + _never_run((planned_a | planned_b) - nameless, rows),
    )


def _side(
    project: "Project", run: str, chosen: Metric, trials: TrialRule, errors_as_failures: bool
) -> _Side:
    values = chosen.values(run)
    side = _Side()
    gathered: dict[str, list[tuple[float, int]]] = {}
    counted: dict[str, int] = {}
    for trace in project.traces.of_run(run):
        key = trace.scenario_id
        side.shown.setdefault(key, trace.pk)
        counted[key] = counted.get(key, 0) + 1
        if trace.status == "error":
            side.errors.add(key)
            if errors_as_failures:
                gathered.setdefault(key, []).append((0.0, trace.pk))
            continue
        value = values.get(trace.pk)
        if value is None:
            side.without.add(key)
        else:
            gathered.setdefault(key, []).append((value, trace.pk))
    side.trials = max(counted.values(), default=1)
    for key, found in gathered.items():
        numbers = [value for value, _ in found]
        if trials == "first":
            number = numbers[0]
        elif trials == "all-pass":
            number = min(numbers) if chosen.direction != "lower" else max(numbers)
        else:
            number = sum(numbers) / len(numbers)
        side.values[key] = number
        # The trial nearest to the value is the one worth looking at.
        side.shown[key] = min(found, key=lambda item: abs(item[0] - number))[1]
    return side


def _rows(project: "Project", a: _Side, b: _Side) -> dict[str, TraceRow]:
    # One trace a scenario tells its key, title, tier and slices.
    wanted = {**b.shown, **a.shown}
    rows = project.traces.rows(sorted(wanted.values()))
    return {row.scenario_id: row for row in rows}


def _name_failures(rows: dict[str, TraceRow], side: _Side, other: _Side) -> set[str]:
    """Where a run failed before the task's text was recorded, its id alone says which scenario
    it was: the one that the other run has under that id, if there is just one.

    Returns:
        Ids of the scenarios without text that were taken for another one.
    """
    nameless = [
        key for key in side.errors if key == content_id({"key": rows[key].scenario, "input": None})
    ]
    taken: set[str] = set()
    by_key: dict[str, list[str]] = {}
    for key in other.shown:
        by_key.setdefault(rows[key].scenario, []).append(key)
    for key in nameless:
        named = by_key.get(rows[key].scenario, [])
        if len(named) != 1 or named[0] == key:
            continue
        if key in side.values:
            side.values.setdefault(named[0], side.values.pop(key))
        side.shown.setdefault(named[0], side.shown.pop(key))
        side.errors.discard(key)
        side.errors.add(named[0])
        taken.add(key)
        if key not in other.shown:
            del rows[key]
    return taken


def _of_tier(
    tier: str, rows: dict[str, TraceRow], a: _Side, b: _Side
) -> tuple[dict[str, TraceRow], set[str], set[str]]:
    known = {row.tier for row in rows.values() if row.tier}
    if tier not in known:
        raise NotFoundError.among("tier", tier, known)
    kept = {key: row for key, row in rows.items() if row.tier == tier}
    for side in (a, b):
        for part in (side.values, side.shown):
            for key in [key for key in part if key not in kept]:
                del part[key]
        side.errors &= set(kept)
        side.without &= set(kept)
    # Which scenarios of a plan that were never run belong to the tier is not known here.
    return kept, set(), set()


def _worse(pair: PairedValue, direction: Direction) -> bool:
    return pair.difference > 0 if direction == "lower" else pair.difference < 0


def _pair(row: TraceRow, a: _Side, b: _Side, key: str) -> PairedValue:
    return PairedValue(
        scenario=row.scenario,
        title=row.title,
        tier=row.tier,
        a=a.values[key],
        b=b.values[key],
        a_pk=a.shown[key],
        b_pk=b.shown[key],
    )


def _clusters(name: str, rows: Sequence[TraceRow]) -> list[str] | None:
    if not name:
        return None
    labels = [_label(row, name) for row in rows]
    if rows and not any(labels):
        known = {key for row in rows for key in row.slices}
        raise NotFoundError.among("slice", name, [*known, "tier"])
    # A scenario without the slice stands alone.
    return [label or f"\0{index}" for index, label in enumerate(labels)]


def _label(row: TraceRow, name: str) -> str:
    return row.tier if name == "tier" else row.slices.get(name.removeprefix("slice."), "")


def _slices(
    by: Sequence[str],
    rows: Sequence[TraceRow],
    pairs: Sequence[PairedValue],
    clusters: Sequence[str] | None,
    direction: Direction,
    level: float,
    resamples: int,
    seed: int,
) -> list[SliceComparison]:
    found: list[tuple[str, str, PairedResult]] = []
    for name in by:
        members: dict[str, list[int]] = {}
        for index, row in enumerate(rows):
            label = _label(row, name)
            if label:
                members.setdefault(label, []).append(index)
        if not members and rows:
            known = {key for row in rows for key in row.slices} | {"tier"}
            if name.removeprefix("slice.") not in known:
                raise NotFoundError.among("slice", name, known)
        for label in sorted(members, key=lambda item: (_TIERS.get(item, 3), item)):
            some = members[label]
            result = compare_paired(
                [pairs[index].a for index in some],
                [pairs[index].b for index in some],
                direction=direction,
                clusters=None if clusters is None else [clusters[index] for index in some],
                level=level,
                resamples=resamples,
                seed=seed,
            )
            found.append((name.removeprefix("slice."), label, result))
    tested = [result.p_value for _, _, result in found if result.p_value is not None]
    adjusted = iter(benjamini_hochberg(tested) if tested else ())
    return [
        SliceComparison(
            name=name,
            value=label,
            a=result.a,
            b=result.b,
            difference=result.difference,
            p_value=result.p_value,
            p_adjusted=None if result.p_value is None else float(next(adjusted)),
            pairs=result.n,
            wins=result.wins,
            ties=result.ties,
            losses=result.losses,
        )
        for name, label, result in found
    ]


def _unpaired(
    rows: Mapping[str, TraceRow], a: _Side, b: _Side, errors_as_failures: bool
) -> list[Unpaired]:
    keys_a = {rows[key].scenario for key in a.present}
    keys_b = {rows[key].scenario for key in b.present}
    result = []
    for key, row in rows.items():
        in_a, in_b = key in a.values, key in b.values
        if in_a and in_b:
            continue
        side: Any = "a" if in_a else "b" if in_b else "both"
        if key in a.present and key in b.present:
            reason = _why(key, a, b, errors_as_failures)
        elif row.scenario in keys_a and row.scenario in keys_b:
            reason = "same id in both runs, but another text"
            side = "a" if key in a.present else "b"
        else:
            there = "A" if key in a.present else "B"
            reason = f"only in {there}"
            side = there.lower()
        result.append(Unpaired(row.scenario, side, reason))
    return result


def _why(key: str, a: _Side, b: _Side, errors_as_failures: bool) -> str:
    reasons = []
    for name, side in (("A", a), ("B", b)):
        if key in side.values:
            continue
        if key in side.errors and not errors_as_failures:
            reasons.append(f"infrastructure error in {name}")
        else:
            reasons.append(f"no value of the metric in {name}")
    return "; ".join(reasons)


def _notes(
    a: _Side,
    b: _Side,
    run_a: str,
    run_b: str,
    unpaired: Sequence[Unpaired],
    trials: TrialRule,
    errors_as_failures: bool,
) -> list[str]:
    notes = []
    renamed = len({item.scenario for item in unpaired if "another text" in item.reason})
    if renamed:
        notes.append(
            f"{_counted(renamed, 'scenario id stands', 'scenario ids stand')} in both runs with "
            "different texts: the test cases were changed between the runs. They are not compared."
        )
    for name, there, other in (("A", run_a, run_b), ("B", run_b, run_a)):
        only = sum(1 for item in unpaired if item.reason == f"only in {name}")
        if only:
            which = _counted(only, "scenario is", "scenarios are")
            notes.append(f"{which} in {there} only; {other} has no trace of {_them(only)}.")
    for side, run in ((a, run_a), (b, run_b)):
        if side.errors:
            how = (
                "counted as failures (0)"
                if errors_as_failures
                else "left out, not counted as failures"
            )
            notes.append(
                f"{_counted(len(side.errors), 'scenario', 'scenarios')} of {run} ended in an "
                f"infrastructure error: {how}."
            )
        lacking = side.without - set(side.values)
        if lacking:
            which = _counted(len(lacking), f"scenario of {run} has", f"scenarios of {run} have")
            notes.append(f"{which} no value of this metric.")
        if side.trials > 1:
            rule = {
                "mean": "averaged within each scenario",
                "first": "the first one counts",
                "all-pass": "the worst one counts",
            }[trials]
            notes.append(f"{run} has up to {side.trials} trials a scenario: {rule}.")
    return notes


def _never_run(planned: set[str], rows: Mapping[str, TraceRow]) -> list[str]:
    never = planned - set(rows)
    if not never:
        return []
    which = _counted(len(never), "scenario of the dataset has", "scenarios of the dataset have")
    return [f"{which} a trace in neither run."]


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
