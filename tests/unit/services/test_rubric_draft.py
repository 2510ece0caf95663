"""Whatever is done to a draft, its conditions stay sound."""

import copy
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.rubric import Rubric
from evaldesk.services.rubrics import draft as rubric_draft

CRITERIA: list[dict[str, Any]] = [
    {"name": "a", "scale": {"kind": "binary"}},
    {"name": "b", "scale": {"kind": "ordinal", "points": [1, 2, 3]}},
    {"name": "c", "scale": {"kind": "multi", "points": ["x", "y", "z"]}},
    {"name": "d", "scale": {"kind": "ratio", "minimum": 0}},
    {"name": "e", "scale": {"kind": "text"}},
]


def with_conditions(chance: random.Random) -> list[dict[str, Any]]:
    criteria = copy.deepcopy(CRITERIA)
    chance.shuffle(criteria)
    for index, item in enumerate(criteria):
        offered = rubric_draft.testable(criteria, index)
        tests = []
        for _ in range(chance.randrange(3)):
            if not offered:
                break
            looked_at = chance.choice(offered)
            test = rubric_draft.first_test(looked_at)
            values = rubric_draft.values_of(looked_at)
            operators = rubric_draft.operators_for(looked_at)
            if values:
                operator = chance.choice(operators)
                value = chance.choice(values)[0]
                test = {
                    "criterion": looked_at["name"],
                    operator: [value] if operator == "in" else value,
                }
            tests.append(test)
        if len(tests) == 1:
            item["shown_if"] = tests[0]
        elif tests:
            item["shown_if"] = {chance.choice(["all", "any"]): tests}
    return criteria


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_draft_stays_a_rubric_whatever_is_moved_removed_or_renamed(seed: int) -> None:
    chance = random.Random(seed)
    criteria = with_conditions(chance)
    Rubric.from_json({"name": "R", "criteria": criteria})
    for _ in range(6):
        index = chance.randrange(len(criteria))
        act = chance.choice(["move", "remove", "rename", "value", "point"])
        item = criteria[index]
        if act == "move" and index + 1 < len(criteria):
            if not rubric_draft.held_by(criteria, index, 1):
                criteria[index], criteria[index + 1] = criteria[index + 1], item
        elif act == "remove" and len(criteria) > 2:
            del criteria[index]
        elif act == "rename":
            old, item["name"] = item["name"], item["name"] + "+"
            # As the editor does it: conditions follow before anything else looks.
            item["name"] = old
            rubric_draft.rename_criterion(criteria, old, old + "+")
            item["name"] = old + "+"
        elif act == "value" and item["scale"].get("points"):
            points = item["scale"]["points"]
            old = points[0]
            points[0] = old + 10 if isinstance(old, int) else old + "!"
            rubric_draft.rename_value(criteria, item["name"], old, points[0])
        elif act == "point" and len(item["scale"].get("points") or ()) > 2:
            item["scale"]["points"].pop(chance.randrange(3))
        rubric_draft.prune(criteria)
        Rubric.from_json({"name": "R", "criteria": criteria})


def test_what_did_not_have_to_go_stays() -> None:
    criteria = copy.deepcopy(CRITERIA)
    condition = {
        "any": [
            {"criterion": "a", "is": "yes"},
            {"all": [{"criterion": "b", "above": 1}, {"criterion": "c", "in": ["x", "y"]}]},
        ]
    }
    criteria[3]["shown_if"] = copy.deepcopy(condition)
    assert rubric_draft.prune(criteria) == []
    assert criteria[3]["shown_if"] == condition
    criteria[2]["scale"]["points"] = ["y", "z"]
    assert rubric_draft.prune(criteria) == ["d"]
    assert criteria[3]["shown_if"]["any"][1]["all"][1] == {"criterion": "c", "in": ["y"]}
    del criteria[0]
    rubric_draft.prune(criteria)
    assert criteria[2]["shown_if"] == {
        "all": [{"criterion": "b", "above": 1}, {"criterion": "c", "in": ["y"]}]
    }


def test_nothing_is_dropped_while_a_scale_is_half_written() -> None:
    criteria = copy.deepcopy(CRITERIA[:2])
    criteria[1]["shown_if"] = {"criterion": "a", "is": "yes"}
    criteria[0]["scale"] = {"kind": "binary", "points": [{"value": ""}]}
    assert rubric_draft.prune(criteria) == []
