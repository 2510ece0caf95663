"""Agreement of a project's ratings, as the command line, the workbook and the window take it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaldesk.domain.agreement import reading
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.judging.agreement import agreement, groupings
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [
            {"name": "grade", "scale": {"kind": "ordinal", "points": [1, 2, 3, 4, 5]}},
            {"name": "honest", "scale": {"kind": "nominal", "points": ["no", "partly", "yes"]}},
            {"name": "notes", "required": False, "scale": {"kind": "text"}},
        ],
    }
)
# Four observers and twelve units with missing values: Krippendorff, Computing Krippendorff's
# Alpha-Reliability (2011), example C. His alphas: nominal .743, ordinal .815, interval .849,
# ratio .797.
OBSERVERS = {
    "a": "1 2 3 3 2 1 4 1 2 . . .",
    "b": "1 2 3 3 2 2 4 1 2 5 . 3",
    "c": ". 3 3 3 2 3 4 2 2 5 1 .",
    "d": "1 2 3 3 2 4 4 1 2 5 1 .",
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("run", system="", dataset="", details={})
            for number in range(12):
                slices = {"language": "de" if number % 2 else "en"}
                scenario = Scenario(f"S-{number:02}", f"q{number}", tier="critical", slices=slices)
                writer.add(TraceRecord(scenario, {"messages": []}), "run")
            writer.finish("")
        project.rubrics.save(RUBRIC, "ada")
        for rater, row in OBSERVERS.items():
            for number, value in enumerate(row.split()):
                if value != ".":
                    pk = project.traces.find(f"S-{number:02}")
                    project.ratings.answer(pk, "Support", "grade", rater, int(value))
        yield project


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_the_published_alphas_come_out_of_a_project(
    project: Project, level: Any, alpha: float
) -> None:
    (found,) = agreement(project, "Support", criterion="grade", level=level)
    assert found.alpha.value == pytest.approx(alpha, abs=0.0006)
    assert found.level == level
    assert (found.units, found.pairable_units, found.raters) == (12, 11, 4)
    assert (found.ratings, found.missing) == (41, 7)


def test_each_criterion_has_its_own_level_and_words_have_none(project: Project) -> None:
    found = agreement(project, "Support")
    assert [(one.criterion, one.level) for one in found] == [
        ("grade", "ordinal"),
        ("honest", "nominal"),
    ]


def test_pairs_say_on_how_many_units_they_stand(project: Project) -> None:
    (found,) = agreement(project, "Support", criterion="grade")
    units = {tuple(sorted((pair.a, pair.b))): pair.units for pair in found.pairs}
    assert units == {
        ("a", "b"): 9,
        ("a", "c"): 8,
        ("a", "d"): 9,
        ("b", "c"): 9,
        ("b", "d"): 10,
        ("c", "d"): 10,
    }


def test_where_nothing_can_be_said_the_reason_is(project: Project) -> None:
    (_, empty) = agreement(project, "Support")
    assert empty.alpha.value is None
    assert "undefined" in (empty.alpha.undefined_reason or "")
    for number in range(6):
        pk = project.traces.find(f"S-{number:02}")
        for rater in ("a", "b"):
            project.ratings.answer(pk, "Support", "honest", rater, "yes")
    (_, same) = agreement(project, "Support")
    assert same.alpha.value is None
    assert "the same" in (same.alpha.undefined_reason or "")
    assert reading(same.alpha) == "undefined"


def test_words_have_no_distance(project: Project) -> None:
    with pytest.raises(UsageError, match="needs numbers"):
        agreement(project, "Support", criterion="honest", level="interval")
    with pytest.raises(UsageError, match="answered in words"):
        agreement(project, "Support", criterion="notes")


def test_within_a_slice_only_its_units_count(project: Project) -> None:
    assert groupings(project) == ["tier", "run", "system", "language"]
    (found,) = agreement(project, "Support", criterion="grade", by="language")
    assert {item.value: item.units for item in found.slices} == {"de": 6, "en": 6}
    (tier,) = agreement(project, "Support", criterion="grade", by="tier")
    assert [item.alpha.value for item in tier.slices] == [tier.alpha.value]
    with pytest.raises(NotFoundError):
        agreement(project, "Support", by="langage")


def test_the_interval_comes_again_with_the_same_seed(project: Project) -> None:
    one, two = (agreement(project, "Support", criterion="grade")[0] for _ in range(2))
    assert one.alpha == two.alpha
    assert one.alpha.seed is not None


@pytest.mark.parametrize(
    ("value", "low", "word"),
    [
        (0.95, 0.80, "reliable"),
        (0.95, 0.799, "tentative"),
        (0.9, 0.667, "tentative"),
        (0.9, 0.666, "unreliable"),
        (0.9, None, "no interval"),
        (None, None, "undefined"),
    ],
)
def test_an_alpha_is_read_at_its_lower_end(
    value: float | None, low: float | None, word: str
) -> None:
    assert reading(Estimate(value, low, 1.0)) == word


def test_newsroom_has_the_figures_of_its_description(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "labels" / "newsroom" / "newsroom.judgebench.json.gz"
    with Project.create(tmp_path / "newsroom.evaldesk") as project:
        import_ratings(
            project, file, RatingImport("newsroom", create_units=True, create_rubric="ordinal")
        )
        found = {one.criterion: one for one in agreement(project, "newsroom")}
    figures = {"Informativeness": (0.284873, 0.223, 0.345), "Relevance": (0.115121, 0.056, 0.170)}
    for name, (alpha, low, high) in figures.items():
        one = found[name]
        assert (one.pairable_units, one.raters, one.missing) == (420, 3, 0)
        assert one.alpha.value == pytest.approx(alpha, abs=1e-6)
        # The description's interval is another bootstrap's.
        assert one.alpha.low == pytest.approx(low, abs=0.02)
        assert one.alpha.high == pytest.approx(high, abs=0.02)
