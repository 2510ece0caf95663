"""Answers and rulings are only ever appended."""

import pytest
from sqlalchemy.exc import IntegrityError

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.rubric import Criterion, Point, Rubric, Scale
from evaldesk.storage import integrity
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = Rubric(
    "quality",
    (
        Criterion("correct", Scale("binary", (Point("no"), Point("yes")))),
        Criterion("tone", Scale("ordinal", (Point(1), Point(2), Point(3)))),
    ),
)


@pytest.fixture
def labelled(project: Project) -> Project:
    fill(project, [record(number) for number in range(3)])
    project.rubrics.save(RUBRIC, "ann")
    return project


def test_a_new_answer_supersedes_and_the_old_one_stays(labelled: Project) -> None:
    first = labelled.ratings.answer(1, "quality", "correct", "ann", "no")
    second = labelled.ratings.answer(1, "quality", "correct", "ann", "yes")
    assert second.supersedes == first.id
    assert labelled.ratings.own(1, "quality", "ann")["correct"].value == "yes"
    assert [one.value for one in labelled.ratings.history(1, "quality", "correct")] == ["no", "yes"]
    assert labelled.ratings.count() == 1


def test_the_same_answer_again_writes_nothing(labelled: Project) -> None:
    first = labelled.ratings.answer(1, "quality", "tone", "ann", 2)
    assert labelled.ratings.answer(1, "quality", "tone", "ann", 2).id == first.id
    assert len(labelled.ratings.history(1, "quality", "tone")) == 1


def test_an_answer_taken_back_is_none_and_stays_in_the_history(labelled: Project) -> None:
    labelled.ratings.answer(1, "quality", "tone", "ann", 2)
    labelled.ratings.answer(1, "quality", "tone", "ann", None)
    assert labelled.ratings.own(1, "quality", "ann") == {}
    assert [one.value for one in labelled.ratings.history(1, "quality", "tone")] == [2, None]
    assert labelled.ratings.progress("quality", "ann") == {}


def test_raters_have_their_own_answers(labelled: Project) -> None:
    labelled.ratings.answer(1, "quality", "correct", "ann", "no")
    labelled.ratings.answer(1, "quality", "correct", "bob", "yes")
    assert labelled.ratings.own(1, "quality", "ann")["correct"].value == "no"
    table = labelled.ratings.table("quality", "correct")
    assert table.values == [{"ann": "no", "bob": "yes"}]
    assert labelled.people.raters("quality") == ["ann", "bob"]


def test_progress_follows_submissions(labelled: Project) -> None:
    labelled.ratings.answer(1, "quality", "correct", "ann", "no")
    assert labelled.ratings.progress("quality", "ann") == {1: ("draft", 1)}
    labelled.ratings.submit(1, "quality", "ann")
    assert labelled.ratings.progress("quality", "ann") == {1: ("submitted", 1)}
    labelled.ratings.submit(1, "quality", "ann", reopen=True)
    assert labelled.ratings.progress("quality", "ann") == {1: ("draft", 1)}
    assert labelled.ratings.progress("quality", "bob") == {}


def test_a_second_ruling_supersedes_and_the_first_stays(labelled: Project) -> None:
    first = labelled.rulings.append(1, "quality", "tone", "adopt", 2, "Plain.", "noor")
    second = labelled.rulings.append(1, "quality", "tone", "none_fits", None, "Odd.", "noor")
    assert second.supersedes == first.id
    assert labelled.rulings.current("quality")[1, "tone"].kind == "none_fits"
    assert len(labelled.rulings.history(1, "quality", "tone")) == 2


def test_a_ruling_needs_a_reason(labelled: Project) -> None:
    with pytest.raises(UsageError, match="reason"):
        labelled.rulings.append(1, "quality", "tone", "adopt", 2, "  ", "noor")


@pytest.mark.parametrize("table", ["answer", "ruling", "rubric_version", "submission"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET created_at='x'", "DELETE FROM {}"])
def test_the_file_itself_refuses_to_forget(labelled: Project, table: str, statement: str) -> None:
    labelled.ratings.answer(1, "quality", "tone", "ann", 2)
    labelled.ratings.submit(1, "quality", "ann")
    labelled.rulings.append(1, "quality", "tone", "adopt", 2, "Plain.", "noor")
    with (
        pytest.raises(IntegrityError, match="append-only"),
        labelled.database.write() as connection,
    ):
        connection.exec_driver_sql(statement.format(table))
    faults = integrity.check(labelled.database).faults
    assert faults == []


def test_a_changed_rubric_is_another_version(labelled: Project) -> None:
    assert labelled.rubrics.save(RUBRIC, "ann").version == 1
    changed = Rubric("quality", RUBRIC.criteria[:1])
    assert labelled.rubrics.save(changed, "bob").version == 2
    assert labelled.rubrics.save(RUBRIC, "bob").version == 3
    versions = labelled.rubrics.versions("quality")
    assert [(one.version, len(one.criteria), who) for one, who, _ in versions] == [
        (1, 2, "ann"),
        (2, 1, "bob"),
        (3, 2, "bob"),
    ]
    faults = integrity.check(labelled.database).faults
    assert faults == []


def test_an_unknown_rubric_offers_the_nearest(labelled: Project) -> None:
    with pytest.raises(NotFoundError, match="Did you mean “quality”"):
        labelled.rubrics.get("qualty")
