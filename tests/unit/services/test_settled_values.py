"""What people settled on, as annotations and as one value a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaldesk.domain import interchange
from evaldesk.domain.rubric import COMMENT, CannotJudge, Criterion, Given, Point, Rubric, Scale
from evaldesk.services.exporting.files import whole_traces
from evaldesk.services.judging.judged import LeftOut, Question, judged
from evaldesk.services.labelling.own_ratings import OwnRatings
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = Rubric(
    name="Quality",
    criteria=(
        Criterion("right", scale=Scale("binary", (Point("no"), Point("yes")))),
        Criterion("where", scale=Scale("multi", (Point("greeting"), Point("close")))),
    ),
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        fill(made, [record(number) for number in range(1, 6)])
        made.rubrics.save(RUBRIC, "Ada")
        rate = made.ratings.answer
        given: dict[int, dict[str, Given]] = {
            1: {"Ada": "yes", "Bo": "yes"},
            2: {"Ada": "yes", "Bo": "no"},
            3: {"Ada": "no", "Bo": CannotJudge("It is in Welsh.")},
            4: {"Ada": "yes", "Bo": "no"},
        }
        for pk, answers in given.items():
            for rater, value in answers.items():
                rate(pk, "Quality", "right", rater, value)
                made.ratings.submit(pk, "Quality", rater)
        rate(1, "Quality", "where", "Ada", ["greeting", "close"])
        rate(1, "Quality", COMMENT, "Ada", "Fine.")
        # Begun, and not handed in.
        rate(5, "Quality", "right", "Ada", "yes")
        made.rulings.append(4, "Quality", "right", "adopt", "no", "It is not there.", "Cleo")
        yield made


def test_a_ruling_counts_then_what_all_say_and_the_rest_is_counted(project: Project) -> None:
    left_out = LeftOut()
    found = list(judged(project, [1, 2, 3, 4, 5], Question("right", RUBRIC), left_out))
    assert [(one.scenario, one.value, one.good, one.source) for one in found] == [
        ("case-1", "yes", True, "agreed"),
        ("case-3", "no", False, "single"),
        ("case-4", "no", False, "ruling"),
    ]
    assert found[2].explanation == "It is not there."
    assert (left_out.unsettled, left_out.undecided, left_out.unrated) == (1, 0, 1)


def test_ratings_that_were_handed_in_and_rulings_become_annotations(project: Project) -> None:
    traces = list(whole_traces(project, [1, 2, 3, 4, 5], OwnRatings(project)))
    said = {
        trace.row.pk: [
            (one.name, one.label, one.annotator, one.comment) for one in trace.annotations
        ]
        for trace in traces
    }
    assert said[1] == [
        ("right", "yes", "Ada", ""),
        ("where", "greeting", "Ada", ""),
        ("where", "close", "Ada", ""),
        ("comment", "", "Ada", "Fine."),
        ("right", "yes", "Bo", ""),
    ]
    assert said[3][1] == ("right", "cannot judge", "Bo", "It is in Welsh.")
    assert said[4][-1] == ("right", "no", "Cleo", "It is not there.")
    assert said[5] == []
    ruling = traces[3].annotations[-1]
    assert ruling.metadata[interchange.ORIGIN] == interchange.RULING
