"""What each run scored, with its interval."""

import math
from array import array
from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from evaldesk.domain.project import RunInfo
from evaldesk.domain.report import MetricSummary

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def run_scores(project: "Project", run: RunInfo) -> list[MetricSummary]:
    """Rate or mean of every score of a run.

    Several trials of a scenario are averaged within it first, because they are not independent:
    n is the number of scenarios. Traces that ended in an infrastructure error are left out and
    counted.
    """
    return [_score(project.traces.outcomes(run.name, metric), metric) for metric in run.metrics]


def _score(outcomes: Iterable[tuple[int, str, float | None]], metric: str) -> MetricSummary:
    """From outcomes in the order of their scenarios; a million of them are never held at once."""
    from evaldesk.stats.proportions import mean, proportion

    averages: array[float] = array("d")
    errors = missing = traces = 0
    binary = True
    for _, trials in groupby(outcomes, key=itemgetter(0)):
        values: list[float] = []
        for _, status, value in trials:
            if status == "error":
                errors += 1
            elif value is None or not math.isfinite(value):
                missing += 1
            else:
                binary = binary and value in (0.0, 1.0)
                values.append(value)
        if values:
            traces += len(values)
            averages.append(math.fsum(values) / len(values))
    binary = binary and traces > 0
    if traces > len(averages):
        estimate = mean(averages)
        estimate = replace(
            estimate,
            method=f"{estimate.method} over scenarios, each the mean of its trials",
        )
        if binary and estimate.low is not None and estimate.high is not None:
            # A t interval does not know that a rate stays between 0 and 1.
            estimate = replace(estimate, low=max(0.0, estimate.low), high=min(1.0, estimate.high))
    elif binary:
        estimate = proportion(sum(value == 1.0 for value in averages), len(averages))
    else:
        estimate = mean(averages)
    return MetricSummary(
        metric=metric,
        binary=binary,
        estimate=estimate,
        scenarios=len(averages),
        traces=traces,
        errors=errors,
        missing=missing,
    )
