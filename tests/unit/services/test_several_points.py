"""Answers of several points, and of those who cannot judge: agreement, adjudication, gold."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaldesk.domain.errors import InputError, UsageError
from evaldesk.domain.query import Comparison, TraceQuery
from evaldesk.domain.rubric import FAILURE_MODES, CannotJudge, Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.judging import adjudication, patterns
from evaldesk.services.judging.agreement import agreement
from evaldesk.services.labelling import review
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "R",
        "criteria": [
            {
                "name": "faults",
                "scale": {
                    "kind": "multi",
                    "points": ["tone", "facts", {"value": "none", "exclusive": True}],
                },
                "cannot_judge": True,
            }
        ],
    }
)
GIVEN: dict[str, list[list[str] | CannotJudge | None]] = {
    "ada": [["tone"], ["tone", "facts"], ["none"], ["facts"], CannotJudge("no log")],
    "ben": [["tone"], ["facts"], ["none"], ["tone"], ["facts"]],
    "cleo": [["tone"], ["facts"], CannotJudge("no log"), None, ["facts"]],
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("made", system="", dataset="", details={})
            for number in range(5):
                writer.add(
                    TraceRecord(Scenario(key=f"S{number}", input=number), {"messages": []}), "made"
                )
            writer.finish("")
        rubric = project.rubrics.save(RUBRIC, "ada")
        for rater, values in GIVEN.items():
            for pk, value in enumerate(values, 1):
                if value is not None:
                    review.answer(project, rubric, pk, "faults", rater, value)
        yield project


def test_agreement_on_sets_and_point_by_point(project: Project) -> None:
    (found,) = agreement(project, "R", resamples=200)
    assert (found.level, found.units, found.pairable_units) == ("multi", 5, 5)
    assert (found.ratings, found.missing) == (12, 3)
    assert found.alpha.value is not None
    assert "MASI" in found.alpha.method
    assert found.jaccard is not None
    assert found.jaccard.value is not None
    assert [(point.value, point.chosen) for point in found.points] == [
        ("tone", 5),
        ("facts", 6),
        ("none", 2),
    ]
    assert found.points[2].alpha.value == 1.0
    (whole,) = agreement(project, "R", level="nominal", resamples=0)
    assert whole.level == "nominal"
    assert whole.jaccard is None
    assert whole.alpha.value is not None
    with pytest.raises(UsageError, match="several points"):
        agreement(project, "R", criterion="faults", level="ordinal")


def test_sets_differ_and_who_cannot_judge_does_not(project: Project) -> None:
    found = {item.trace_pk: item for item in adjudication.disagreements(project, "R")}
    assert found.keys() == {2, 4}
    assert found[4].spread == 1.0
    assert found[2].spread == pytest.approx((0.5 + 0.5) / 3)
    assert found[2].answers["ada"] == ("tone", "facts")
    (row,) = adjudication.board(project, "R", 5).rows
    assert row.state == "agree"
    assert sum(isinstance(value, CannotJudge) for value in row.values.values()) == 1
    (row,) = adjudication.board(project, "R", 4).rows
    assert row.state == "differ"
    patterns.find_patterns(found.values())


def test_rulings_on_sets_and_gold(project: Project) -> None:
    ruling = adjudication.rule(project, "R", 2, "faults", "adopt", ["facts", "tone"], "both", "ada")
    assert (ruling.kind, ruling.value) == ("adopt", ["tone", "facts"])
    other = adjudication.rule(project, "R", 4, "faults", "adopt", "none", "neither", "ada")
    assert (other.kind, other.value) == ("other", ["none"])
    with pytest.raises(InputError, match="stands alone"):
        adjudication.rule(project, "R", 4, "faults", "adopt", ["none", "tone"], "x", "ada")
    gold = adjudication.gold(project, "R", "faults")
    assert {pk: item.value for pk, item in gold.items()} == {
        1: ["tone"],
        2: ["tone", "facts"],
        3: ["none"],
        4: ["none"],
        5: ["facts"],
    }
    assert gold[5].source == "agreed"


def test_ratings_of_several_points_come_in_from_a_file(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_text(
        "unit,rater,criterion,value\n"
        "S0,dan,faults,facts; tone\n"
        "S1,dan,faults,cannot judge: it was cut off\n",
        "utf-8",
    )
    import_ratings(project, path, RatingImport("R"))
    own = [project.ratings.own(pk, "R", "dan")["faults"].value for pk in (1, 2)]
    assert own == [["tone", "facts"], CannotJudge("it was cut off")]
    # Once more adds nothing.
    before = project.ratings.count()
    import_ratings(project, path, RatingImport("R"))
    assert project.ratings.count() == before


def test_a_renamed_mode_is_found_and_counted_under_its_present_name(project: Project) -> None:
    tagged = {**RUBRIC.to_json(), "failure_modes": [{"name": "rude"}]}
    rubric = project.rubrics.save(Rubric.from_json(tagged), "ada")
    review.answer(project, rubric, 1, FAILURE_MODES, "ada", ["rude"])
    tagged["failure_modes"] = [{"name": "unkind", "aliases": ["rude"]}]
    rubric = project.rubrics.save(Rubric.from_json(tagged), "ada")
    review.answer(project, rubric, 2, FAILURE_MODES, "ada", ["unkind"])
    query = TraceQuery(where=Comparison("tag", "=", ("unkind",)))
    assert list(project.traces.ids(query)) == [1, 2]
    assert project.traces.facets()["tag"] == [("unkind", 2)]
    assert dict(adjudication.board(project, "R", 1).tags).popitem()[1] == ["unkind"]
