"""Whose tags somebody may see while answers of their own are still to come."""

from pathlib import Path

import pytest

from evaldesk.domain.query import Comparison, Not, TraceQuery
from evaldesk.domain.rubric import FAILURE_MODES, Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.services.labelling.blinding import at_stake, tags_for
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [{"name": "success", "scale": {"kind": "binary"}}],
        "failure_modes": [{"name": "wrong_action"}, {"name": "false_report"}],
    }
)


@pytest.fixture
def project(tmp_path: Path):
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("run", system="model", dataset="", details={})
            for number in range(3):
                body = {"messages": [{"role": "user", "parts": []}]}
                writer.add(TraceRecord(Scenario(f"S-{number}", f"question {number}"), body), "run")
            writer.finish("")
        project.rubrics.save(RUBRIC, "ada")
        yield project


def rate(project: Project, rater: str, pk: int, *tags: str) -> None:
    review.answer(project, RUBRIC, pk, "success", rater, "no")
    if tags:
        review.answer(project, RUBRIC, pk, FAILURE_MODES, rater, list(tags))
    review.submit(project, RUBRIC, pk, rater)


def tagged(project: Project, name: str, by: str = "") -> list[int]:
    where = Comparison("tag", "=", (name,))
    return list(project.traces.ids(TraceQuery(where=where, tags_by=by)))


def test_only_own_tags_count_while_items_are_pending(project: Project) -> None:
    one, two, three = project.traces.ids(TraceQuery())
    for pk in (one, two, three):
        rate(project, "ada", pk, "wrong_action")
    rate(project, "ben", one, "false_report")
    assert tags_for(project, "ben") == "ben"
    assert project.traces.facets("ben")["tag"] == [("false_report", 1)]
    assert tagged(project, "wrong_action", "ben") == []
    assert tagged(project, "false_report", "ben") == [one]
    none = Not(Comparison("tag", "=", ("wrong_action",)))
    assert list(project.traces.ids(TraceQuery(where=none, tags_by="ben"))) == [one, two, three]
    # Somebody whose name the project has never heard has no tags either.
    assert tagged(project, "wrong_action", "nobody") == []
    assert "tag" not in project.traces.facets("nobody")


def test_everybodys_tags_are_open_to_who_has_nothing_left_to_rate(project: Project) -> None:
    pks = list(project.traces.ids(TraceQuery()))
    rate(project, "ben", pks[1])
    assert tags_for(project, "ada") == "ada"
    for pk in pks:
        rate(project, "ada", pk)
    assert tags_for(project, "ada") == ""
    rate(project, "ben", pks[0], "false_report")
    assert project.traces.facets(tags_for(project, "ada"))["tag"] == [("false_report", 1)]


def test_who_opened_others_answers_on_purpose_sees_their_tags(project: Project) -> None:
    one, *_ = project.traces.ids(TraceQuery())
    rate(project, "ada", one)
    assert tags_for(project, "cleo") == "cleo"
    assert tags_for(project, "cleo", {("cleo", "Support")}) == ""
    assert tags_for(project, "ben", {("cleo", "Support")}) == "ben"


def test_a_rubric_without_tags_hides_none(tmp_path: Path) -> None:
    with Project.create(tmp_path / "bare.evaldesk") as project:
        assert tags_for(project, "ada") == ""


def test_what_an_export_would_cost_is_counted(project: Project) -> None:
    one, two, _ = project.traces.ids(TraceQuery())
    # Nobody has answered, so there is nothing to be swayed by.
    assert at_stake(project, "ben") == ("", 0)
    rate(project, "ada", one)
    assert at_stake(project, "ben") == ("Support", 1)
    # Answers to what one has rated oneself cannot sway it any more.
    rate(project, "ben", one)
    assert at_stake(project, "ben") == ("", 0)
    rate(project, "ada", two)
    assert at_stake(project, "ben") == ("Support", 1)
    assert at_stake(project, "ada") == ("", 0)
    assert at_stake(project, "ben", {("ben", "Support")}) == ("", 0)
