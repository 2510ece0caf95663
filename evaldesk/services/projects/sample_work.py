"""What people have begun in the sample project: highlights and two rounds."""

import json
from collections.abc import Sequence
from pathlib import Path

from evaldesk.storage.project import Project

RATERS = ("Lea", "Jonas")
"""Who rates in the rounds. Those who rated before have no part in them, and see everything."""
PAIRWISE = "v14 beside v15"


def begin_work(project: Project, source: Path, rubric: str, runs: Sequence[str]) -> None:
    """Do it, from the files of the sample."""
    _highlight(project, source, rubric)
    _start_rounds(project, rubric, tuple(runs))
    _prefer(project, source)


def _highlight(project: Project, source: Path, rubric: str) -> None:
    from evaldesk.services.reading.highlights import make
    from evaldesk.services.reading.passages import passages_of

    for item in json.loads((source / "highlights.json").read_text("utf-8")):
        (trace,) = project.traces.whole([project.traces.find(item["trace"])])
        passages = passages_of(trace)
        quote = item["quote"]
        passage = next(one for one in passages if quote in one.text)
        start = passage.text.index(quote)
        project.highlights.put(
            make(
                trace,
                passages,
                passage.step,
                passage.key,
                start,
                start + len(quote),
                author=item["author"],
                kind="mode",
                label=item["label"],
                rubric=rubric,
                severity=item["severity"],
                comment=item["comment"],
            )
        )


def _start_rounds(project: Project, rubric: str, runs: tuple[str, ...]) -> None:
    from evaldesk.services.rounds.planning import RoundPlan, start_round

    start_round(
        project,
        RoundPlan(
            name="Week 47",
            rubric=rubric,
            raters=RATERS,
            sample=24,
            stratify="tier",
            per_item=2,
            overlap=0.5,
            everyone="tier = critical",
            oversample=("score.pass = 0",),
            repeats=0.1,
            seed=47,
            note="What failed is drawn three times as readily",
        ),
        "Mara",
    )
    start_round(
        project,
        RoundPlan(
            name=PAIRWISE,
            rubric=rubric,
            raters=RATERS,
            kind="pairwise",
            where="tier = critical",
            per_item=2,
            seed=15,
            pairs=runs,
            note="Does the new prompt do better where it matters?",
        ),
        "Mara",
    )


def _prefer(project: Project, source: Path) -> None:
    from evaldesk.domain.preference import OVERALL, Choice
    from evaldesk.storage.preferences import Given

    for item in json.loads((source / "preferences.json").read_text("utf-8")):
        better = project.traces.find(f"{item['better']}/{item['scenario']}")
        for one in project.preferences.assigned(PAIRWISE, item["author"]):
            if better in (one.a, one.b):
                choice: Choice = "a" if better == one.a else "b"
                given = Given(OVERALL, choice, item["strength"], item["reason"])
                project.preferences.record(
                    PAIRWISE,
                    item["author"],
                    (one.number, one.reading),
                    [given],
                    state="submitted",
                    active_ms=75_000,
                )
