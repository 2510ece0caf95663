"""What a version covers: how many scenarios of each kind there are, and how they did in a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from evaldesk.domain.dataset import TIERS, DatasetVersion, ScenarioRow
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.services.datasets.versions import Progress, group_of, silent

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

AGE = "age"
"""The group by when a scenario came into the project: by month, or by day where all came within
one."""
NONE = ""
"""The value of a scenario that has none; shown as a dash."""
MOST_VALUES = 200
_AT_ONCE = 2000
_MONTH = 31


@dataclass(frozen=True, slots=True)
class Cell:
    """The scenarios that share a value, or two.

    Attributes:
        row, column: the values; ``column`` is empty where only one group was asked for.
        scenarios: how many there are.
        run: how many have a trace in the chosen run. rated: how many have a trace that a person
            rated, in that run or, without one, in any.
        failing: how many of ``judged`` failed: a value of the metric below the best in any trial.
        judged: scenarios of the run with a value of the metric, infrastructure errors left out.
        rate: failing of judged, with Wilson's interval.
    """

    row: str
    column: str
    scenarios: int
    run: int
    rated: int
    failing: int
    judged: int
    rate: Estimate


@dataclass(frozen=True, slots=True)
class Coverage:
    """Scenarios by one group or two.

    Attributes:
        by: the groups: ``tier``, ``origin``, ``age`` or slices.
        rows, columns: their values, in order; ``columns`` is ``("",)`` for one group.
        cells: (row, column) → cell, for every pair of values.
        empty: the pairs that no scenario has, values that are missing left aside.
        run, metric: what was asked; empty for none.
    """

    version: DatasetVersion
    by: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Mapping[tuple[str, str], Cell]
    empty: Sequence[tuple[str, str]]
    run: str = ""
    metric: str = ""


def groups(project: "Project", version: DatasetVersion) -> list[str]:
    """What a version can be covered by: tier and origin, age, then its slices."""
    names = {name for name, _ in project.datasets.counts(version.pk) if name != "tier"}
    return ["tier", "origin", AGE, *sorted(names)]


def coverage(
    project: "Project",
    version: DatasetVersion,
    by: Sequence[str],
    *,
    run: str = "",
    metric: str = "",
    progress: Progress = silent,
) -> Coverage:
    """Count the scenarios of a version by one group or two.

    Args:
        by: ``tier``, ``origin``, ``age`` (when it came into the project) or a slice.
        run: whose traces count as run, rated and failing; empty for none.
        metric: a score whose best value is 1; empty for none.

    Raises:
        NotFoundError: no such slice, run or metric. UsageError: not one or two groups.
    """
    if not 1 <= len(by) <= 2 or len(set(by)) < len(by):
        raise UsageError("Coverage is by one group or by two different ones.")
    by = tuple(name.removeprefix("slice.") for name in by)
    ages = _ages(project, version) if AGE in by else {}
    state = _state(project, run, metric)
    counted: dict[tuple[str, str], list[int]] = {}
    known: set[str] = {"tier", "origin", AGE}
    for number, row in enumerate(project.datasets.each(version.pk)):
        if number % _AT_ONCE == 0:
            progress(number / max(1, version.scenarios), "")
        known.update(row.description.slices)
        values = [_value(row, name, ages) for name in by]
        place = (values[0], values[1] if len(values) > 1 else "")
        cell = counted.setdefault(place, [0, 0, 0, 0, 0])
        cell[0] += 1
        for index, members in enumerate((state.run, state.rated, state.failing, state.judged)):
            cell[index + 1] += row.pk in members
    for name in by:
        if name not in known:
            raise NotFoundError.among("slice", name, known)
    first = _ordered(by[0], {place[0] for place in counted})
    second = _ordered(by[1], {place[1] for place in counted}) if len(by) > 1 else ("",)
    if len(first) * len(second) > MOST_VALUES**2:
        raise UsageError(
            f"{len(first):,} by {len(second):,} values are too many to read.",
            "Choose a slice with fewer values.",
        )
    cells = {
        (one, other): _cell(one, other, counted.get((one, other), [0] * 5), bool(metric))
        for one in first
        for other in second
    }
    named = [
        place
        for place, cell in cells.items()
        if not cell.scenarios and place[0] != NONE and (len(by) < 2 or place[1] != NONE)
    ]
    progress(1.0, "")
    return Coverage(version, tuple(by), first, second, cells, named, run, metric)


@dataclass(slots=True)
class _State:
    run: set[int]
    rated: set[int]
    failing: set[int]
    judged: set[int]


def _state(project: "Project", run: str, metric: str) -> _State:
    if run:
        project.runs.require(run)
    if metric and not run:
        raise UsageError("A metric is of a run.", "Choose the run, too.")
    rated = project.origins.rated(run)
    state = _State(project.origins.answered(run) if run else set(), rated, set(), set())
    if metric:
        if metric not in project.traces.metrics():
            raise NotFoundError.among("metric", metric, project.traces.metrics())
        for scenario, status, value in project.traces.outcomes(run, metric):
            if status != "error" and value is not None:
                if not 0 <= value <= 1:
                    raise UsageError(
                        f"“{metric}” is no score from 0 to 1, so nothing fails by it.",
                        "Choose another metric.",
                    )
                state.judged.add(scenario)
                if value < 1:
                    state.failing.add(scenario)
    return state


def _cell(row: str, column: str, counted: Sequence[int], judged: bool) -> Cell:
    from evaldesk.stats.proportions import proportion

    rate = (
        proportion(counted[3], counted[4]) if judged else Estimate.undefined("no metric was chosen")
    )
    scenarios, run, rated, failing, of = counted
    return Cell(row, column, scenarios, run, rated, failing, of, rate)


def _value(row: ScenarioRow, name: str, ages: Mapping[int, str]) -> str:
    return ages.get(row.pk, NONE) if name == AGE else group_of(row, name)


def _ages(project: "Project", version: DatasetVersion) -> dict[int, str]:
    """When each came into the project: the day where all came within a month, else the month."""
    times = project.origins.first_seen(list(project.datasets.members(version.pk)))
    days = sorted({time[:10] for time in times.values()})
    if not days:
        return {}
    span = (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days
    return {pk: time[: 10 if span <= _MONTH else 7] for pk, time in times.items()}


def _ordered(name: str, values: set[str]) -> tuple[str, ...]:
    if name == "tier":
        # A tier that nobody used is an empty cell, not one that does not exist.
        known = [*TIERS, *sorted(values - {*TIERS, NONE})]
        return (*known, *([NONE] if NONE in values else []))
    return tuple(sorted(values, key=lambda value: (value == NONE, value)))
