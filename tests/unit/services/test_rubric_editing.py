"""Writing rubrics: problems by place, changes in order, templates and files."""

import json
from pathlib import Path
from typing import Any

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import Rubric
from evaldesk.services.rubrics import changes as rubric_changes
from evaldesk.services.rubrics import editing as rubric_editing

DRAFT: dict[str, Any] = {
    "name": "Support",
    "criteria": [
        {"name": "success", "title": "Task success", "scale": {"kind": "binary"}},
        {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3]}},
    ],
    "failure_modes": [{"name": "wrong_action", "title": "Wrong action"}],
    "guidance": "Read it all.",
}


def draft(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(DRAFT))
    made.update(changes)
    return made


def test_a_sound_draft_has_no_problem() -> None:
    assert rubric_editing.problems(draft()) == []


def test_every_criterion_says_its_own_problem_at_its_place() -> None:
    data = draft(name=" ")
    data["criteria"][0]["name"] = ""
    data["criteria"][1]["scale"]["points"] = [1, 1]
    data["criteria"].append({"name": "x", "scale": {"kind": "interval", "points": ["many"]}})
    data["failure_modes"] = [{"name": "a"}, {"name": ""}, {"name": "a"}]
    found = {item.place: item.message for item in rubric_editing.problems(data)}
    assert set(found) == {
        "name",
        "criteria[0].name",
        "criteria[1].scale.points",
        "criteria[2].scale.points[0].value",
        "failure_modes[1].name",
        "failure_modes[2].name",
    }
    assert "same value" in found["criteria[1].scale.points"]


def test_two_criteria_of_one_name_are_a_problem_of_the_second() -> None:
    data = draft()
    data["criteria"][1]["name"] = "success"
    (found,) = rubric_editing.problems(data)
    assert found.place == "criteria[1].name"


def test_a_draft_without_questions() -> None:
    assert [item.place for item in rubric_editing.problems(draft(criteria=[]))] == ["criteria"]


def test_differences_name_what_is_touched() -> None:
    old = Rubric.from_json(draft())
    data = draft(guidance="Read it twice.")
    data["criteria"][0]["question"] = "Was the task done?"
    data["criteria"][1]["scale"]["points"] = [
        {"value": 1, "anchor": "rude"},
        {"value": 2},
        {"value": 4},
    ]
    data["criteria"].insert(0, {"name": "new", "scale": {"kind": "text"}})
    data["failure_modes"] = [{"name": "false_report"}]
    new = Rubric.from_json(data)
    found = [
        (c.kind, c.criterion, c.detail, c.touches_answers)
        for c in rubric_changes.differences(old, new)
    ]
    assert found == [
        ("added", "new", "", False),
        ("question", "Task success", "", True),
        ("points", "tone", "+ 4, − 3", True),
        ("anchors", "tone", "1", True),
        ("guidance", "", "", False),
        ("failure_modes", "", "+ false_report, − Wrong action", True),
    ]
    assert rubric_changes.differences(old, old) == []


def test_moving_and_removing_questions() -> None:
    old = Rubric.from_json(draft())
    turned = Rubric.from_json(draft(criteria=draft()["criteria"][::-1]))
    assert [c.kind for c in rubric_changes.differences(old, turned)] == ["order"]
    fewer = Rubric.from_json(draft(criteria=draft()["criteria"][:1]))
    (change,) = rubric_changes.differences(old, fewer)
    assert (change.kind, change.criterion) == ("removed", "tone")


def test_templates_and_taxonomies_are_sound() -> None:
    templates = rubric_editing.templates()
    assert len(templates) >= 4
    for rubric in templates:
        assert rubric_editing.problems(rubric.to_json()) == []
    assert all(taxonomy.failure_modes for taxonomy in rubric_editing.taxonomies())


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    rubric = rubric_editing.templates()[0]
    rubric_editing.write_rubric(rubric, path)
    assert rubric_editing.read_rubric(path).hash == rubric.hash


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "r.json, line 1: This is not JSON"),
        (b'{"name": "x", "criteria": [{"name": "a"}]}', r"r.json, criteria\[0\].scale"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        rubric_editing.read_rubric(path)


def test_a_missing_or_locked_place_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        rubric_editing.read_rubric(tmp_path / "none.json")
    with pytest.raises(InputError, match="cannot be written"):
        rubric_editing.write_rubric(rubric_editing.templates()[0], tmp_path / "no" / "r.json")


def test_fresh_names() -> None:
    assert rubric_editing.fresh_name("A", []) == "A"
    assert rubric_editing.fresh_name("A", ["A", "A 2"]) == "A 3"
