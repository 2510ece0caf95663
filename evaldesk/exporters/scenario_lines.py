"""Scenarios, one a line: a version of a dataset as a file that imports again."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Scenario

_EVERY = 100


def write_scenarios(
    scenarios: Iterable[tuple[str, Scenario]],
    dataset: str,
    path: Path,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Write every scenario, each with its id; returns how many."""
    count = 0
    with path.open("wb") as file:
        for identity, scenario in scenarios:
            file.write(canonical_json(scenario_line(identity, scenario, dataset)))
            file.write(b"\n")
            count += 1
            if count % _EVERY == 0:
                progress(count)
    return count


def scenario_line(identity: str, scenario: Scenario, dataset: str) -> dict[str, Any]:
    """The canonical scenario of ``docs/file-format.md``."""
    return {
        "id": identity,
        "dataset": dataset,
        "key": scenario.key,
        "title": scenario.title,
        "input": scenario.input,
        "tier": scenario.tier or None,
        "slices": dict(scenario.slices),
        "expected": scenario.expected or None,
        "origin": scenario.origin or None,
        "redactions": list(scenario.redactions),
        "metadata": dict(scenario.metadata),
    }
