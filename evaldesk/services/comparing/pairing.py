"""Which scenarios of two runs can be compared, and why the others cannot.

Two traces are of one scenario where key *and* input agree; an id alone says nothing, because test
cases are changed between runs. What cannot be paired is reported with its reason, never counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from evaldesk.domain.comparison import PairedValue, TrialRule, Unpaired
from evaldesk.domain.dataset import Description
from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import TraceRow
from evaldesk.services.comparing.metrics import Metric

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(slots=True)
class Side:
    """One run: its scenarios by their id.

    Attributes:
        values: scenario → the value of the metric.
        shown: scenario → the trace to look at, also where there is no value.
        errors: scenarios with a trace that ended in an infrastructure error.
        without: scenarios with a trace that has no value.
        trials: how many a scenario has at most.
    """

    values: dict[str, float] = field(default_factory=dict)
    shown: dict[str, int] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)
    trials: int = 1

    def rename(self, scenario: str, other: str) -> None:
        """What was noted of a scenario belongs to another one; what that has already stays."""
        if scenario in self.values:
            self.values.setdefault(other, self.values.pop(scenario))
        self.shown.setdefault(other, self.shown.pop(scenario))
        self.errors.discard(scenario)
        self.errors.add(other)

    def keep(self, scenarios: set[str]) -> None:
        """Forget every other scenario."""
        self.values = {key: value for key, value in self.values.items() if key in scenarios}
        self.shown = {key: pk for key, pk in self.shown.items() if key in scenarios}
        self.errors &= scenarios
        self.without &= scenarios


@dataclass(slots=True)
class PairedRuns:
    """Two runs, scenario by scenario.

    Attributes:
        rows: scenario → one of its traces, which tells its key, title, tier and slices.
        errors_as_failures: whether infrastructure errors have the value 0.
        never_run: how many scenarios of the dataset have a trace in neither run.
        lacking: how many scenarios of the suite have no trace in A, and in B; None without one.
    """

    a: Side
    b: Side
    rows: dict[str, TraceRow]
    errors_as_failures: bool
    never_run: int = 0
    lacking: tuple[int, int] | None = None

    @property
    def both(self) -> list[str]:
        """The scenarios with a value on either side."""
        return [key for key in self.rows if key in self.a.values and key in self.b.values]

    @property
    def only_a(self) -> int:
        """How many scenarios have a value in A alone."""
        return sum(1 for key in self.rows if key in self.a.values and key not in self.b.values)

    @property
    def only_b(self) -> int:
        """How many scenarios have a value in B alone."""
        return sum(1 for key in self.rows if key in self.b.values and key not in self.a.values)

    def pairs(self) -> list[PairedValue]:
        """What can be compared, in the order of `both`."""
        return [
            PairedValue(
                scenario=self.rows[key].scenario,
                title=self.rows[key].title,
                tier=self.rows[key].tier,
                a=self.a.values[key],
                b=self.b.values[key],
                a_pk=self.a.shown[key],
                b_pk=self.b.shown[key],
            )
            for key in self.both
        ]

    def unpaired(self) -> list[Unpaired]:
        """What cannot be compared, and why."""
        keys_a = {self.rows[key].scenario for key in self.a.shown}
        keys_b = {self.rows[key].scenario for key in self.b.shown}
        result = []
        side: Literal["a", "b", "both"]
        for key, row in self.rows.items():
            in_a, in_b = key in self.a.values, key in self.b.values
            if in_a and in_b:
                continue
            if key in self.a.shown and key in self.b.shown:
                side = "a" if in_a else "b" if in_b else "both"
                reason = self._why(key)
            else:
                side = "a" if key in self.a.shown else "b"
                if row.scenario in keys_a and row.scenario in keys_b:
                    reason = "same id in both runs, but another text"
                else:
                    reason = f"only in {side.upper()}"
            result.append(Unpaired(row.scenario, side, reason))
        return result

    def _why(self, key: str) -> str:
        reasons = []
        for name, side in (("A", self.a), ("B", self.b)):
            if key in side.values:
                continue
            if key in side.errors and not self.errors_as_failures:
                reasons.append(f"infrastructure error in {name}")
            else:
                reasons.append(f"no value of the metric in {name}")
        return "; ".join(reasons)


def pair_runs(
    project: "Project",
    run_a: str,
    run_b: str,
    chosen: Metric,
    *,
    tier: str,
    trials: TrialRule,
    errors_as_failures: bool,
    suite: Mapping[str, Description] | None = None,
) -> PairedRuns:
    """Gather two runs and pair them; see `evaldesk.services.comparing.comparison.compare`.

    Args:
        suite: only these scenarios, described like this: id → description; None for all, as
            they are described now.

    Raises:
        NotFoundError: no such tier; offers the nearest.
    """
    a = _side(project, run_a, chosen, trials, errors_as_failures)
    b = _side(project, run_b, chosen, trials, errors_as_failures)
    rows = _rows(project, a, b)
    nameless = _name_failures(rows, a, b) | _name_failures(rows, b, a)
    lacking = None
    if suite is not None:
        rows = _of_suite(suite, rows, a, b)
        lacking = (len(set(suite) - set(a.shown)), len(set(suite) - set(b.shown)))
    if tier:
        # Which scenarios of a plan that were never run belong to the tier is not known here.
        return PairedRuns(a, b, _of_tier(tier, rows, a, b), errors_as_failures, 0, lacking)
    if suite is not None:
        never = len(set(suite) - set(a.shown) - set(b.shown))
        return PairedRuns(a, b, rows, errors_as_failures, never, lacking)
    planned = project.runs.planned(run_a) | project.runs.planned(run_b)
    return PairedRuns(a, b, rows, errors_as_failures, len(planned - nameless - set(rows)))


def _side(
    project: "Project", run: str, chosen: Metric, trials: TrialRule, errors_as_failures: bool
) -> Side:
    values = chosen.values(run)
    side = Side()
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


def _rows(project: "Project", a: Side, b: Side) -> dict[str, TraceRow]:
    # One trace a scenario tells its key, title, tier and slices.
    wanted = {**b.shown, **a.shown}
    rows = project.traces.rows(sorted(wanted.values()))
    return {row.scenario_id: row for row in rows}


def _name_failures(rows: dict[str, TraceRow], side: Side, other: Side) -> set[str]:
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
        side.rename(key, named[0])
        taken.add(key)
        if key not in other.shown:
            del rows[key]
    return taken


def _of_suite(
    suite: Mapping[str, Description], rows: Mapping[str, TraceRow], a: Side, b: Side
) -> dict[str, TraceRow]:
    """Its scenarios, and what it says of them: not what was said since."""
    kept = {}
    for key, row in rows.items():
        said = suite.get(key)
        if said is not None:
            kept[key] = replace(
                row, tier=said.tier, slices=dict(said.slices), title=said.title or row.title
            )
    for side in (a, b):
        side.keep(set(kept))
    return kept


def _of_tier(tier: str, rows: Mapping[str, TraceRow], a: Side, b: Side) -> dict[str, TraceRow]:
    known = {row.tier for row in rows.values() if row.tier}
    if tier not in known:
        raise NotFoundError.among("tier", tier, known)
    kept = {key: row for key, row in rows.items() if row.tier == tier}
    for side in (a, b):
        side.keep(set(kept))
    return kept
