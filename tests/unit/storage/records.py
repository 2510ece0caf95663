"""Traces for tests, small and told apart by their numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.storage.project import Project


def record(
    number: int,
    *,
    trial: int = 0,
    answer: str = "",
    tier: str = "",
    slices: Mapping[str, str] | None = None,
    scores: Mapping[str, float] | None = None,
    **more: Any,
) -> TraceRecord:
    return TraceRecord(
        Scenario(f"case-{number}", f"Question {number}?", tier=tier, slices=slices or {}),
        {
            "messages": [
                {"role": "user", "parts": [{"type": "text", "content": f"Question {number}?"}]},
                {
                    "role": "assistant",
                    "parts": [{"type": "text", "content": answer or f"Answer {number}."}],
                },
            ]
        },
        trial=trial,
        scores={name: Score(value) for name, value in (scores or {}).items()},
        **more,
    )


def fill(project: Project, records: Sequence[TraceRecord], run: str = "run") -> None:
    with project.ingest("test.jsonl") as writer:
        writer.run(run, system="model", dataset="cases", details={})
        for item in records:
            writer.add(item, run)
        writer.finish("tester")
