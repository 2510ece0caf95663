"""Scores for Inspect's ``precomputed_scores("FILE.jsonl")``, which adds them to an existing log.

One file holds one scorer's values for one log, so it is written for one run and one criterion or
metric. Source of the shape: inspect_ai 0.3.259 and later, ``inspect_ai.scorer.precomputed_scores``.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from evaldesk.domain.judged import JudgedTrace
from evaldesk.exporters.json_lines import one_each, write_lines


def write_scores(
    judged: Iterable[JudgedTrace],
    path: Path,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """One row a sample and epoch; returns how many."""
    return write_lines(one_each(map(row_of, judged)), path, progress)


def row_of(judged: JudgedTrace) -> dict[str, Any]:
    """The row. Inspect counts epochs from 1, and its accuracy knows C and I for right and wrong."""
    value: Any = judged.value
    if judged.good is not None:
        value = "C" if judged.good else "I"
    row: dict[str, Any] = {
        "id": judged.scenario,
        "epoch": judged.trial + 1,
        "value": value,
        "metadata": {
            **judged.details,
            "value": judged.value,
            "source": judged.source,
            "trace": judged.trace,
        },
    }
    if judged.answer:
        row["answer"] = judged.answer
    if judged.explanation:
        row["explanation"] = judged.explanation
    return row
