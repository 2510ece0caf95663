"""Labelling as a use case: the queue, answers, submission, undo, and who sees what."""

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaldesk.domain.errors import InputError, NotAllowedError, NotFoundError
from evaldesk.domain.query import AnyOf, Comparison, Not
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, Rubric
from evaldesk.domain.trace import Scenario, Score, Status, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.services.labelling.undo import SUBMISSION, History, Step
from evaldesk.storage.project import Project
from evaldesk.storage.ratings import RatingRepository

RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [
            {"name": "success", "title": "Task success", "scale": {"kind": "binary"}},
            {
                "name": "tone",
                "scale": {"kind": "ordinal", "points": [1, 2, 3]},
                "required": False,
            },
            {"name": "minutes", "scale": {"kind": "ratio", "minimum": 0, "maximum": 60}},
        ],
        "failure_modes": [{"name": "wrong_action"}, {"name": "false_report"}],
    }
)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        states: list[Status] = [*["ok"] * 10, "error", "incomplete", "unit"]  # type: ignore[list-item]
        with project.ingest("made") as writer:
            writer.run("made", system="", dataset="", details={})
            for number, status in enumerate(states):
                scenario = Scenario(
                    key=f"RET-{number:03}", input=f"question {number}", title=f"Title {number}"
                )
                writer.add(
                    TraceRecord(
                        scenario,
                        {"messages": []},
                        status=status,
                        scores={"pass": Score(1.0)},
                    ),
                    "made",
                )
            writer.finish("")
        project.rubrics.save(RUBRIC, "ada")
        yield project


@pytest.fixture
def rubric(project: Project) -> Rubric:
    return project.rubrics.get("Support")


def test_queue_holds_every_trace_but_bare_items(project: Project, rubric: Rubric) -> None:
    queue = review.queue(project, rubric, "ada", order="imported")
    statuses = [row.status for row in project.traces.rows(queue.pks)]
    assert len(statuses) == 12
    assert set(statuses) == {"ok", "error", "incomplete"}
    assert list(queue.pks) == sorted(queue.pks)


def test_each_rater_has_an_order_of_their_own_that_stays(project: Project, rubric: Rubric) -> None:
    ada = review.queue(project, rubric, "ada")
    ben = review.queue(project, rubric, "ben")
    assert sorted(ada.pks) == sorted(ben.pks)
    assert ada.pks != ben.pks
    assert review.queue(project, rubric, "ada").pks == ada.pks
    with project.ingest("more") as writer:
        writer.run("more", system="", dataset="", details={})
        for number in range(5):
            writer.add(
                TraceRecord(Scenario(key=f"N{number}", input=number), {"messages": []}), "more"
            )
        writer.finish("")
    grown = review.queue(project, rubric, "ada")
    assert len(grown) == 17
    assert [pk for pk in grown.pks if pk in ada.places] == list(ada.pks)


def test_run_and_filter_narrow_the_queue(project: Project, rubric: Rubric) -> None:
    with project.ingest("other") as writer:
        writer.run("other", system="", dataset="", details={})
        writer.add(TraceRecord(Scenario(key="X", input="x"), {"messages": []}), "other")
        writer.finish("")
    assert len(review.queue(project, rubric, "ada", run="other")) == 1
    where = Comparison("scenario", "in", ("RET-001", "RET-012"))
    assert len(review.queue(project, rubric, "ada", where=where)) == 1  # RET-012 is a bare item
    with pytest.raises(NotFoundError):
        review.queue(project, rubric, "ada", run="none")


@pytest.mark.parametrize(
    "where",
    [
        Comparison("tag", "=", ("wrong_action",)),
        Not(Comparison("tag", "exists")),
        AnyOf((Comparison("run", "=", ("made",)), Comparison("score.pass", "=", (1.0,)))),
        Comparison("disagreement", "exists"),
        Comparison("annotation.thumbs", "exists"),
        Comparison("noted", "=", ("ann",)),
        Comparison("differs", "in", ("made", "other")),
    ],
)
def test_queue_cannot_be_picked_by_what_others_judged(
    project: Project, rubric: Rubric, where: Any
) -> None:
    with pytest.raises(NotAllowedError):
        review.queue(project, rubric, "ada", where=where)


def test_narrowing_by_text_keeps_the_order(project: Project, rubric: Rubric) -> None:
    queue = review.queue(project, rubric, "ada")
    found = review.narrow(project, queue, "ret-00")
    assert len(found) == 10
    assert list(found.pks) == [pk for pk in queue.pks if pk in set(found.pks)]
    assert queue.submitted == 0
    queue.note(found.pks[0], "submitted", 2)
    assert found.state(found.pks[0]) == "submitted"
    assert queue.submitted == 1
    queue.note(found.pks[0], "draft", 2)
    assert queue.submitted == 0
    assert len(review.narrow(project, queue, "title 3")) == 1
    assert len(review.narrow(project, queue, "100%_")) == 0


def test_narrowing_by_state(project: Project, rubric: Rubric) -> None:
    first = project.traces.rows([1])[0].pk
    review.answer(project, rubric, first, "success", "ada", "yes")
    queue = review.queue(project, rubric, "ada")
    assert list(review.narrow(project, queue, states=frozenset({"draft"})).pks) == [first]
    assert len(review.narrow(project, queue, states=frozenset({"pending"}))) == 11


def test_answers_are_stored_as_the_scale_has_them(project: Project, rubric: Rubric) -> None:
    review.answer(project, rubric, 1, "success", "ada", "Yes")
    review.answer(project, rubric, 1, "tone", "ada", "2")
    review.answer(project, rubric, 1, "minutes", "ada", "7.5")
    review.answer(project, rubric, 1, FAILURE_MODES, "ada", ["false_report", "wrong_action"])
    review.answer(project, rubric, 1, SEVERITY, "ada", "S2")
    review.answer(project, rubric, 1, COMMENT, "ada", "  said a thing ")
    assert review.answers(project, rubric, 1, "ada") == {
        "success": "yes",
        "tone": 2,
        "minutes": 7.5,
        FAILURE_MODES: ["wrong_action", "false_report"],
        SEVERITY: "S2",
        COMMENT: "said a thing",
    }


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("success", "maybe", InputError),
        ("tone", 4, InputError),
        ("minutes", 61, InputError),
        ("minutes", "long", InputError),
        (FAILURE_MODES, ["invented"], InputError),
        (SEVERITY, "S5", InputError),
        ("toen", 1, NotFoundError),
    ],
)
def test_what_the_rubric_does_not_have_is_refused_and_nothing_written(
    project: Project, rubric: Rubric, name: str, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error):
        review.answer(project, rubric, 1, name, "ada", value)
    assert review.answers(project, rubric, 1, "ada") == {}


@pytest.mark.parametrize(
    ("name", "value", "empty"),
    [("success", "yes", None), (COMMENT, "text", "  "), (FAILURE_MODES, ["wrong_action"], [])],
)
def test_an_empty_answer_takes_it_back_and_the_history_stays(
    project: Project, rubric: Rubric, name: str, value: Any, empty: Any
) -> None:
    review.answer(project, rubric, 1, name, "ada", value)
    review.answer(project, rubric, 1, name, "ada", empty)
    assert review.answers(project, rubric, 1, "ada") == {}
    assert [item.value for item in project.ratings.history(1, "Support", name)] == [value, None]


def test_an_answer_belongs_to_the_version_that_the_rater_saw(
    project: Project, rubric: Rubric
) -> None:
    data = rubric.to_json()
    data["guidance"] = "Read twice."
    newer = project.rubrics.save(Rubric.from_json(data), "ada")
    assert newer.version == 2
    review.answer(project, rubric, 1, "success", "ada", "yes")
    review.answer(project, newer, 2, "success", "ada", "yes")
    with project.database.read() as connection:
        versions = connection.exec_driver_sql(
            "SELECT v.version FROM answer a JOIN rubric_version v ON v.pk = a.version_pk "
            "ORDER BY a.trace_pk"
        )
        assert [row[0] for row in versions] == [1, 2]


def test_submitting_names_the_first_required_criterion_that_is_open(
    project: Project, rubric: Rubric
) -> None:
    with pytest.raises(review.Incomplete, match="Task success") as caught:
        review.submit(project, rubric, 1, "ada")
    assert caught.value.missing == ("success", "minutes")
    review.answer(project, rubric, 1, "success", "ada", "no")
    with pytest.raises(review.Incomplete, match="minutes"):
        review.submit(project, rubric, 1, "ada")
    review.answer(project, rubric, 1, "minutes", "ada", 3)
    review.submit(project, rubric, 1, "ada")
    assert review.queue(project, rubric, "ada").progress == {1: ("submitted", 2)}


def test_progress_counts_criteria_only(project: Project, rubric: Rubric) -> None:
    review.answer(project, rubric, 1, "tone", "ada", 1)
    review.answer(project, rubric, 1, COMMENT, "ada", "hm")
    review.answer(project, rubric, 2, COMMENT, "ada", "hm")
    queue = review.queue(project, rubric, "ada")
    assert queue.progress == {1: ("draft", 1), 2: ("draft", 0)}
    assert queue.submitted == 0


def test_next_pending_goes_round_and_ends(project: Project, rubric: Rubric) -> None:
    queue = review.queue(project, rubric, "ada", order="imported")
    first, second, last = queue.pks[0], queue.pks[1], queue.pks[-1]
    queue.note(second, "submitted", 2)
    assert queue.next_pending() == first
    assert queue.next_pending(first) == queue.pks[2]
    assert queue.next_pending(last) == first
    for pk in queue.pks:
        if pk != last:
            queue.note(pk, "submitted", 2)
    assert queue.next_pending(first) == last
    assert queue.next_pending(last) == last
    queue.note(last, "submitted", 2)
    assert queue.next_pending(last) is None
    assert queue.submitted == len(queue)


def test_neighbours_end_at_the_ends(project: Project, rubric: Rubric) -> None:
    queue = review.queue(project, rubric, "ada", order="imported")
    assert queue.neighbour(queue.pks[0], -1) is None
    assert queue.neighbour(queue.pks[0], 1) == queue.pks[1]
    assert queue.neighbour(queue.pks[-1], 1) is None
    assert queue.neighbour(None, 1) == queue.pks[0]


def test_undo_appends_what_stood_before_across_items(project: Project, rubric: Rubric) -> None:
    history = History()

    def give(pk: int, name: str, value: Any) -> None:
        before = review.answers(project, rubric, pk, "ada").get(name)
        review.answer(project, rubric, pk, name, "ada", value)
        history.record(Step(pk, name, before, value))

    give(1, "success", "no")
    give(1, "success", "yes")
    give(1, "minutes", 3.0)
    review.submit(project, rubric, 1, "ada")
    history.record(Step(1, SUBMISSION, "draft", "submitted"))
    give(2, "success", "no")

    def undo() -> None:
        step = history.undo()
        assert step is not None
        review.apply(project, rubric, "ada", step)

    undo()
    assert review.answers(project, rubric, 2, "ada") == {}
    undo()
    assert review.queue(project, rubric, "ada").state(1) == "draft"
    undo()
    undo()
    assert review.answers(project, rubric, 1, "ada") == {"success": "no"}
    for _ in range(3):
        step = history.redo()
        assert step is not None
        review.apply(project, rubric, "ada", step)
    assert review.answers(project, rubric, 1, "ada") == {"success": "yes", "minutes": 3.0}
    assert review.queue(project, rubric, "ada").state(1) == "submitted"
    assert len(project.ratings.history(1, "Support", "success")) == 4


def test_typing_is_one_step() -> None:
    history = History()
    history.record(Step(1, "success", None, "yes"))
    history.record(Step(1, COMMENT, None, "a"), typing=True)
    history.record(Step(1, COMMENT, "a", "a b"), typing=True)
    assert history.undo() == Step(1, COMMENT, "a b", None)
    assert history.undo() == Step(1, "success", "yes", None)
    assert history.undo() is None
    assert history.can_redo
    history.record(Step(2, "success", None, "no"))
    assert not history.can_redo


def test_two_raters_never_see_one_another(project: Project, rubric: Rubric) -> None:
    for pk in (1, 2):
        review.answer(project, rubric, pk, "success", "ben", "no")
        review.answer(project, rubric, pk, "minutes", "ben", 5)
        review.answer(project, rubric, pk, COMMENT, "ben", "ben's secret")
        review.submit(project, rubric, pk, "ben")
    review.answer(project, rubric, 1, "success", "ada", "yes")
    assert review.answers(project, rubric, 1, "ada") == {"success": "yes"}
    assert review.answers(project, rubric, 2, "ada") == {}
    queue = review.queue(project, rubric, "ada")
    assert queue.progress == {1: ("draft", 1)}
    assert "ben" not in repr(review.items(project, queue, queue.pks))
    with pytest.raises(review.Incomplete):
        review.submit(project, rubric, 2, "ada")
    # The first to finish does not finish it for all, and a second answer replaces nobody's.
    assert queue.submitted == 0
    assert review.answers(project, rubric, 1, "ben")["success"] == "no"


def test_the_service_never_calls_what_tells_of_others(
    project: Project, rubric: Rubric, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("reviewing asked for everybody's answers")

    for name in ("of_trace", "history", "table", "everything", "severities"):
        assert hasattr(RatingRepository, name)
        monkeypatch.setattr(RatingRepository, name, refuse)
    queue = review.queue(project, rubric, "ada")
    review.items(project, queue, queue.pks)
    review.narrow(project, queue, "ret")
    for name, value in (("success", "yes"), ("minutes", 1), (COMMENT, "x"), (SEVERITY, "S1")):
        review.answer(project, rubric, 1, name, "ada", value)
    review.submit(project, rubric, 1, "ada")
    review.apply(project, rubric, "ada", Step(1, SUBMISSION, "submitted", "draft"))
    source = inspect.getsource(review)
    for word in (".rulings", ".facets(", ".severities(", ".everything(", ".of_trace("):
        assert word not in source


def test_time_left_is_the_median_pace_without_pauses() -> None:
    assert review.time_left([0, 60, 120], 10) is None
    assert review.time_left([0, 60, 120, 180], 10) == 600
    assert review.time_left([0, 60, 120, 4000, 4060, 4150], 2) == 120
