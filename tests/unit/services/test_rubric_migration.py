"""From version to version of a rubric: only what it touches is asked again; nothing is lost."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.rating import Answer
from evaldesk.domain.rubric import FAILURE_MODES, CannotJudge, Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.services.rubrics import migration as rubric_migration
from evaldesk.services.rubrics.changes import differences, touched
from evaldesk.services.rubrics.migration import Lineage
from evaldesk.storage.project import Project

FIRST: dict[str, Any] = {
    "name": "Agent",
    "criteria": [
        {"name": "success", "question": "Done?", "scale": {"kind": "binary"}},
        {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3]}, "required": False},
        {"name": "harm", "scale": {"kind": "ratio", "minimum": 0}, "cannot_judge": True},
    ],
    "failure_modes": [{"name": "rude"}, {"name": "loop"}],
}


def changed(**criteria: dict[str, Any] | None) -> dict[str, Any]:
    """The first version with some criteria in another form, gone (None) or new."""
    found = {item["name"]: item for item in FIRST["criteria"]}
    for name, change in criteria.items():
        if change is None:
            del found[name]
        else:
            found[name] = {**found.get(name, {"name": name}), **change}
    return {**FIRST, "criteria": list(found.values())}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("made", system="", dataset="", details={})
            for number in range(4):
                writer.add(
                    TraceRecord(Scenario(key=f"S{number}", input=number), {"messages": []}), "made"
                )
            writer.finish("")
        project.rubrics.save(Rubric.from_json(FIRST), "ada")
        yield project


def rate(project: Project, pk: int, rater: str = "ada", **answers: Any) -> None:
    rubric = project.rubrics.get("Agent")
    for name, value in answers.items():
        review.answer(project, rubric, pk, name, rater, value)
    review.submit(project, rubric, pk, rater)


def test_only_what_is_touched_is_asked_again_and_what_was_said_is_shown(project: Project) -> None:
    rate(project, 1, success="yes", tone=2, harm=1)
    rate(project, 2, success="no", harm=CannotJudge("no log"))
    before = project.ratings.everything("Agent")
    new = Rubric.from_json(changed(success={"question": "Is the whole task done?"}))
    assert touched(project.rubrics.get("Agent"), new) == {"success"}
    cost = rubric_migration.reopening(project, new)
    assert (cost.ratings, cost.submitted, cost.criteria) == (2, 2, {"success": 2})
    saved = project.rubrics.save(new, "ada")
    sheet = review.sheet(project, saved, 1, "ada")
    assert sheet.answers == {"tone": 2, "harm": 1.0}
    (earlier,) = sheet.earlier.values()
    assert (earlier.version, earlier.question, earlier.words) == (1, "Done?", "Yes")
    queue = review.queue(project, saved, "ada", order="imported")
    assert (queue.state(1), queue.answered(1)) == ("draft", 2)
    assert queue.state(2) == "draft"
    # Nothing was written for it, and the same answer to the new question is an answer to it.
    assert project.ratings.everything("Agent") == before
    review.answer(project, saved, 1, "success", "ada", "yes")
    review.submit(project, saved, 1, "ada")
    again = review.queue(project, saved, "ada", order="imported")
    assert (again.state(1), again.state(2)) == ("submitted", "draft")
    assert review.sheet(project, saved, 1, "ada").answers["success"] == "yes"


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({"success": {"title": "Success", "weight": 3, "group": "Content"}}, {}),
        ({"tone": {"required": False, "direction": "none"}}, {}),
        ({"tone": {"scale": {"kind": "ordinal", "points": [1, 2, 3, 4]}}}, {"tone": 1}),
        ({"tone": {"required": True}}, {"tone": 1}),
        ({"tone": None}, {}),
        ({"extra": {"scale": {"kind": "binary"}}}, {"extra": 2}),
        ({"extra": {"scale": {"kind": "binary"}, "required": False}}, {}),
        ({"harm": {"cannot_judge": False}}, {"harm": 1}),
        (
            {
                "extra": {
                    "scale": {"kind": "text"},
                    "shown_if": {"criterion": "success", "is": "no"},
                }
            },
            {"extra": 1},
        ),
    ],
    ids=[
        "words",
        "direction",
        "points",
        "required",
        "gone",
        "new",
        "new-optional",
        "judge",
        "condition",
    ],
)
def test_what_each_change_reopens(
    project: Project, change: dict[str, Any], asked: dict[str, int]
) -> None:
    rate(project, 1, success="yes", tone=2, harm=1)
    rate(project, 2, success="no", harm=CannotJudge("no log"))
    new = Rubric.from_json(changed(**change))
    cost = rubric_migration.reopening(project, new)
    assert cost.criteria == asked
    saved = project.rubrics.save(new, "ada")
    queue = review.queue(project, saved, "ada", order="imported")
    assert sum(queue.state(pk) == "draft" for pk in (1, 2)) == cost.ratings


def test_going_back_to_the_old_question_takes_the_old_answers_up_again(project: Project) -> None:
    rate(project, 1, success="yes", harm=0)
    project.rubrics.save(Rubric.from_json(changed(success={"question": "Well?"})), "ada")
    third = project.rubrics.save(Rubric.from_json(FIRST), "ada")
    assert third.version == 3
    assert review.queue(project, third, "ada").state(1) == "submitted"
    assert review.answers(project, third, 1, "ada")["success"] == "yes"


def test_a_rater_sees_only_their_own_earlier_answers(project: Project) -> None:
    rate(project, 1, "ben", success="no", harm=3)
    saved = project.rubrics.save(Rubric.from_json(changed(success={"question": "Well?"})), "ada")
    assert review.sheet(project, saved, 1, "ada") == review.sheet(project, saved, 2, "ada")
    assert review.queue(project, saved, "ada").progress == {}


def test_a_renamed_mode_keeps_what_was_tagged_with_it(project: Project) -> None:
    rubric = project.rubrics.get("Agent")
    review.answer(project, rubric, 1, FAILURE_MODES, "ada", ["rude", "loop"])
    renamed = {**FIRST, "failure_modes": [{"name": "unkind", "aliases": ["rude"]}, "loop"]}
    saved = project.rubrics.save(Rubric.from_json(renamed), "ada")
    assert review.answers(project, saved, 1, "ada")[FAILURE_MODES] == ["unkind", "loop"]
    (change,) = differences(rubric, saved)
    assert (change.kind, change.detail, change.touches_answers) == (
        "renamed_mode",
        "rude → unkind",
        False,
    )


POOL: list[dict[str, Any]] = [
    {"name": "a", "scale": {"kind": "binary"}},
    {"name": "a", "question": "Another?", "scale": {"kind": "binary"}},
    {"name": "a", "scale": {"kind": "ordinal", "points": ["no", "partly", "yes"]}},
    {"name": "b", "scale": {"kind": "multi", "points": ["x", "y"]}},
    {"name": "b", "scale": {"kind": "multi", "points": ["x", "y", "z"]}, "required": False},
    {"name": "c", "scale": {"kind": "ratio"}, "cannot_judge": True},
    {"name": "c", "scale": {"kind": "ratio"}, "shown_if": {"criterion": "a", "is": "yes"}},
    {"name": "d", "scale": {"kind": "text"}, "required": False},
]
GIVEN: dict[str, list[Any]] = {
    "a": ["yes", "no"],
    "b": [["x"], ["x", "y"]],
    "c": [1.0, CannotJudge("no")],
    "d": ["words"],
}


def arbitrary(chance: random.Random, version: int) -> Rubric:
    names = chance.sample("abcd", chance.randrange(1, 5))
    if "a" not in names:
        names.append("a")
    picked = [
        chance.choice([item for item in POOL if item["name"] == name]) for name in sorted(names)
    ]
    return Rubric.from_json({"name": "R", "criteria": picked}).numbered(version)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_migration_never_loses_or_invents_an_answer(seed: int) -> None:
    chance = random.Random(seed)
    versions = [arbitrary(chance, number + 1) for number in range(chance.randrange(1, 4))]
    said: dict[str, list[Answer]] = {}
    for old in versions:
        for item in old.criteria:
            if chance.random() < 0.7:
                fit = [
                    value
                    for value in GIVEN[item.name]
                    if item.cannot_judge or not isinstance(value, CannotJudge)
                ]
                value = chance.choice([*fit, None])
                said.setdefault(item.name, []).append(
                    Answer("", 1, item.name, "ada", value, "", version=old.version)
                )
    said = {name: answers for name, answers in said.items() if answers}
    new = versions[-1]
    lineage = Lineage(new, versions)
    sheet = lineage.sheet(said)
    by_version = {item.version: item for item in versions}
    # Not invented: every answer stands as it was said last, to the same question.
    for name, value in sheet.answers.items():
        last = said[name][-1]
        assert value == last.value
        assert name not in touched(by_version[last.version], new)
        assert new.criterion(name) in new.asked(sheet.answers)
    # Not lost: what stood and is still asked is there, or is shown as an answer to what it was.
    for name, answers in said.items():
        last = answers[-1]
        if last.value is None or new.criterion(name) is None or name in sheet.answers:
            continue
        if lineage.holds(last):
            assert new.criterion(name) not in new.asked(sheet.answers)
        else:
            assert sheet.earlier[name].value == last.value
    # The same version asks nothing again.
    for name, answers in said.items():
        if answers[-1].version == new.version and answers[-1].value is not None:
            assert sheet.answers.get(name) == answers[-1].value or new.criterion(
                name
            ) not in new.asked(sheet.answers)


def test_what_a_rating_lacked_already_is_not_asked_by_a_version(project: Project) -> None:
    """One that came in with a file may answer a single question of several."""
    project.ratings.answer(1, "Agent", "success", "ben", "yes")
    project.ratings.submit(1, "Agent", "ben")
    same = Rubric.from_json(changed(tone={"scale": {"kind": "ordinal", "points": [1, 2, 3, 4]}}))
    assert rubric_migration.reopening(project, same).criteria == {}
    saved = project.rubrics.save(same, "ada")
    assert review.queue(project, saved, "ben").state(1) == "submitted"
    more = Rubric.from_json(changed(extra={"scale": {"kind": "binary"}}))
    assert rubric_migration.reopening(project, more).criteria == {"extra": 1}
    assert rubric_migration.reopening(project, more, "ada").submitted == 0
    # Answering something else does not hand it in again.
    saved = project.rubrics.save(more, "ada")
    review.answer(project, saved, 1, "success", "ben", "no")
    assert review.queue(project, saved, "ben").state(1) == "draft"
