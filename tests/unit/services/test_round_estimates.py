"""Estimates from rounds: unbiased whatever was oversampled, and agreement before and after."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import fmean, stdev

import pytest

from evaldesk.cli.main import main
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.domain.trace import Score
from evaldesk.services.judging.agreement import agreement
from evaldesk.services.rounds.estimates import estimates
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = read_rubric(
    {
        "name": "R",
        "criteria": [
            {"name": "good", "scale": {"kind": "binary"}},
            {"name": "kind", "required": False, "scale": {"kind": "nominal", "points": ["a", "b"]}},
            {"name": "minutes", "required": False, "scale": {"kind": "ratio"}},
            {"name": "why", "required": False, "scale": {"kind": "text"}},
        ],
    }
)
TRACES = 200


def truth(number: int) -> bool:
    """Mostly what the program's score says, which is what the plan oversamples by."""
    return number % 5 != 0 if number % 4 else number % 8 == 0


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        fill(
            made,
            [
                replace(record(number), scores={"pass": Score(float(number % 4 != 0))})
                for number in range(TRACES)
            ],
        )
        made.rubrics.save(RUBRIC, "Olga")
        yield made


def answer_all(project: Project, name: str, rater: str = "Ada") -> None:
    keys = {row.pk: int(row.scenario.removeprefix("case-")) for row in rows(project)}
    for one in project.rounds.assigned(name, rater):
        value = "yes" if truth(keys[one.trace_pk]) else "no"
        project.ratings.answer(one.trace_pk, "R", "good", rater, value, round=name)


def rows(project: Project) -> list:  # type: ignore[type-arg]
    return list(project.traces.rows(list(project.traces.ids(TraceQuery()))))


def test_an_oversampled_round_estimates_the_whole_without_bias(project: Project) -> None:
    really = fmean(truth(number) for number in range(TRACES))
    weighted, plain = [], []
    for seed in range(16):
        plan = RoundPlan(
            f"Round {seed}",
            "R",
            ("Ada",),
            sample=30,
            oversample=("score.pass = 0",),
            factor=6.0,
            seed=seed,
        )
        start_round(project, plan, "Olga")
        answer_all(project, plan.name)
        (found,) = estimates(project, plan.name, "good")
        (share,) = found.shares
        assert (found.items, found.answered) == (30, 30)
        assert share.estimate.value is not None
        assert share.plain is not None
        weighted.append(share.estimate.value)
        plain.append(share.plain)
    error = stdev(weighted) / len(weighted) ** 0.5
    assert abs(fmean(weighted) - really) < 4 * error
    # The same answers without their weights are far off.
    assert abs(fmean(plain) - really) > 4 * stdev(plain) / len(plain) ** 0.5


def started(project: Project, probability: float | None = 0.5) -> list[int]:
    pks = list(project.traces.ids(TraceQuery()))[:6]
    items = [RoundItem(pk, ("Ada", "Bo"), probability=probability) for pk in pks]
    items[5] = replace(items[5], role="gold", probability=None)
    draft = RoundDraft("First", "calibration", "R", ("Ada", "Bo"), items)
    project.rounds.start(draft, "Olga")
    return pks


def test_an_items_value_is_its_ruling_else_the_mean_of_its_raters(project: Project) -> None:
    pks = started(project)
    for pk, ada, bo in ((pks[0], "yes", "yes"), (pks[1], "yes", "no"), (pks[2], "no", "yes")):
        project.ratings.answer(pk, "R", "good", "Ada", ada, round="First")
        project.ratings.answer(pk, "R", "good", "Bo", bo, round="First")
        project.ratings.answer(pk, "R", "minutes", "Ada", 3.0, round="First")
    project.ratings.answer(pks[0], "R", "kind", "Bo", "b", round="First")
    project.ratings.answer(pks[5], "R", "good", "Ada", "no", round="First")
    project.rulings.append(pks[2], "R", "good", "adopt", "yes", "By the policy.", "Olga")
    good, kind, minutes = estimates(project, "First")
    assert (good.items, good.answered) == (5, 3)  # the gold item was not drawn
    assert good.shares[0].estimate.value == pytest.approx((1 + 0.5 + 1) / 3)
    assert [(share.point, share.estimate.value) for share in kind.shares] == [("a", 0), ("b", 1)]
    assert minutes.shares[0].estimate.value == pytest.approx(3.0)
    with pytest.raises(UsageError, match="in words"):
        estimates(project, "First", "why")
    with pytest.raises(NotFoundError):
        estimates(project, "First", "better")


def test_agreement_of_a_round_before_and_after_its_reveal(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    pks = started(project)
    for place, pk in enumerate(pks):
        project.ratings.answer(pk, "R", "good", "Ada", ("yes", "no")[place % 2], round="First")
        project.ratings.answer(pk, "R", "good", "Bo", ("yes", "no")[place % 3 == 0], round="First")
    with pytest.raises(UsageError, match="not revealed"):
        agreement(project, "R", criterion="good", round="First", before_reveal=True)
    project.rounds.move("First", "revealed", "Olga")
    for place, pk in enumerate(pks):
        project.ratings.answer(pk, "R", "good", "Bo", ("yes", "no")[place % 2], round="First")
    path = str(project.path)
    command = ["agreement", path, "--rubric", "R", "--criterion", "good", "--round", "First"]
    project.close()
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (one,) = told["criteria"]
    assert told["round"] == "First"
    assert one["percent"]["value"] == 1.0
    assert one["before_reveal"]["percent"]["value"] == pytest.approx(0.5)
    assert one["before_reveal"]["ratings"] == 12
    assert main(["round", "estimate", path, "--round", "First", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["criteria"][0]["shares"][0]["method"].startswith("weighted")
    assert main(["round", "estimate", path, "--round", "First"]) == 0
    assert "weighted" in capsys.readouterr().out
