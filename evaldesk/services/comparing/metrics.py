"""What two runs can be compared on: scores, gold values and numbers that were recorded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.rubric import Direction
from evaldesk.services.judging.adjudication import gold

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

LOWER_IS_BETTER = frozenset({"latency_ms", "tokens_in", "tokens_out", "cost"})


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
