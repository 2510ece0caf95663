"""What EvalDesk exports as a table of ratings, it reads again whole."""

from pathlib import Path
from typing import Any

import pytest

from evaldesk.cli.main import main
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = read_rubric(
    {
        "name": "R",
        "criteria": [
            {"name": "good", "scale": {"kind": "binary"}, "cannot_judge": True},
            {"name": "many", "scale": {"kind": "multi", "points": ["a", "b; c", "d"]}},
            {"name": "grade", "scale": {"kind": "ordinal", "points": [0, 1, 2]}},
            {"name": "why", "scale": {"kind": "text"}},
            {"name": "minutes", "scale": {"kind": "ratio"}},
        ],
        "failure_modes": [{"name": "late"}, {"name": "wrong"}],
    }
)
WORDS = ["=1+1", "-3", "'=x", "@you", "N/A", "null", "cannot judge", "two\nlines; a", '"', "жук"]
"""What spreadsheets and readers trip over."""


def made(path: Path) -> Project:
    project = Project.create(path)
    fill(project, [record(number) for number in range(3)])
    project.rubrics.save(RUBRIC, "Olga")
    return project


def rate_everything(project: Project) -> None:
    pairs = [(pk, who) for pk in project.traces.ids(TraceQuery()) for who in ("Ada", "Bo B.")]
    for place, (pk, rater) in enumerate(pairs):
        word, other = WORDS[place], WORDS[place + 4]
        answers: dict[str, Any] = {
            "good": CannotJudge(word) if place % 2 else "yes",
            "many": [["a"], ["b; c"], ["a", "b; c", "d"]][place % 3],
            "grade": place % 3,
            "why": other,
            "minutes": [0.0, 2.5, 1e6][place % 3],
            COMMENT: word,
            FAILURE_MODES: [["late"], ["late", "wrong"]][place % 2],
            SEVERITY: ("S1", "S4")[place % 2],
        }
        for field, value in answers.items():
            silent = isinstance(value, CannotJudge) or field == COMMENT
            project.ratings.answer(pk, "R", field, rater, value, "" if silent else other)
        if place != 3:
            project.ratings.submit(pk, "R", rater)


def told(project: Project) -> list[tuple[Any, ...]]:
    answers = sorted(
        (one.trace_pk, one.rater, one.field, repr(one.value), one.comment)
        for one in project.ratings.everything("R")
    )
    return [*answers, *(project.ratings.progress("R", rater) for rater in ("Ada", "Bo B."))]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_every_answer_comes_back_as_what_it_was_and_nothing_twice(
    tmp_path: Path, kind: str
) -> None:
    with made(tmp_path / "a.evaldesk") as project:
        rate_everything(project)
        before = told(project)
    assert len(before) == 6 * 8 + 2
    file = tmp_path / f"r.{kind}"
    export = ["export", str(tmp_path / "a.evaldesk"), "--format", f"ratings-{kind}"]
    assert main([*export, "--rubric", "R", "--out", str(file)]) == 0
    made(tmp_path / "b.evaldesk").close()
    for _ in range(2):
        bring = ["ratings", "import", str(tmp_path / "b.evaldesk"), str(file), "--rubric", "R"]
        assert main(bring) == 0
        with Project.open(tmp_path / "b.evaldesk") as project:
            assert told(project) == before
