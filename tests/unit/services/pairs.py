"""A project whose runs answer the same scenarios, for tests of pairwise rounds."""

from dataclasses import replace
from pathlib import Path

from evaldesk.domain.preference import OVERALL, Choice
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.storage.preferences import Given
from evaldesk.storage.project import Project
from tests.unit.storage.records import record

RUBRIC = read_rubric(
    {
        "name": "R",
        "criteria": [
            {"name": "kind", "scale": {"kind": "binary"}, "pairwise": True, "required": False},
            {"name": "alone", "scale": {"kind": "binary"}},
        ],
    }
)
RUNS = ("one", "two", "three")


def project_with_runs(path: Path, scenarios: int = 20, runs: tuple[str, ...] = RUNS) -> Project:
    """Every run answers every scenario, but for the last of the last run; some are tiered."""
    made = Project.create(path)
    with made.ingest("made") as writer:
        for run in runs:
            writer.run(run, system=f"system {run}", dataset="cases", details={})
            for number in range(scenarios):
                if run == runs[-1] and len(runs) > 2 and number == scenarios - 1:
                    continue
                one = record(
                    number,
                    answer=f"Answer of {run} to {number}.",
                    tier="critical" if number % 4 == 0 else "",
                    slices={"language": "de" if number % 2 else "en"},
                )
                writer.add(replace(one, system=f"system {run}"), run)
        writer.finish("tester")
    made.rubrics.save(RUBRIC, "Olga")
    return made


def prefer(
    project: Project,
    round: str,
    rater: str,
    pair: int,
    choice: Choice,
    strength: int | None = None,
    *,
    reading: int = 0,
    criterion: str = OVERALL,
    submit: bool = True,
) -> None:
    """One choice, handed in."""
    project.preferences.record(
        round,
        rater,
        (pair, reading),
        [Given(criterion, choice, strength)],
        state="submitted" if submit else "",
    )
