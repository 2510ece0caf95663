"""Conditions, multi-select, "cannot judge": what a rubric asks, and what it takes for an answer."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import CannotJudge, Rubric

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "resources/schemas/rubric.schema.json").read_text("utf-8")
)
RUBRIC: dict[str, Any] = {
    "name": "Agent",
    "criteria": [
        {
            "name": "called",
            "scale": {"kind": "binary"},
            "group": "Action quality",
            "cannot_judge": True,
        },
        {
            "name": "arguments",
            "scale": {"kind": "ordinal", "points": ["wrong", "partly", "right"]},
            "shown_if": {"criterion": "called", "is": "yes"},
            "weight": 2,
        },
        {
            "name": "faults",
            "scale": {
                "kind": "multi",
                "points": [
                    {"value": "tone", "examples": ["Calm down."]},
                    {"value": "facts", "comment": True},
                    {"value": "none", "exclusive": True},
                ],
            },
        },
        {
            "name": "harm",
            "scale": {"kind": "ratio", "minimum": 0},
            "shown_if": {
                "any": [
                    {"criterion": "arguments", "below": "right"},
                    {"criterion": "faults", "in": ["facts", "tone"]},
                ]
            },
        },
        {
            "name": "why",
            "scale": {"kind": "text"},
            "required": False,
            "shown_if": {"all": [{"criterion": "harm", "above": 10}]},
        },
    ],
    "failure_modes": [{"name": "wrong_tool", "aliases": ["bad_tool"]}],
}


def asked(**answers: Any) -> list[str]:
    return [item.name for item in Rubric.from_json(RUBRIC).asked(answers)]


def test_what_is_asked_follows_from_what_was_answered() -> None:
    assert asked() == ["called", "faults"]
    assert asked(called="yes") == ["called", "arguments", "faults"]
    assert asked(called="yes", arguments="partly") == ["called", "arguments", "faults", "harm"]
    assert asked(called="yes", arguments="right") == ["called", "arguments", "faults"]
    assert asked(faults=["none"]) == ["called", "faults"]
    assert asked(faults=["tone", "facts"], harm=12) == ["called", "faults", "harm", "why"]
    assert asked(faults=["tone"], harm=10) == ["called", "faults", "harm"]


def test_an_answer_that_is_not_asked_any_more_opens_nothing() -> None:
    # The answer to “arguments” stays in the project; while “called” is no, it counts for nothing.
    assert asked(called="no", arguments="wrong", harm=20) == ["called", "faults"]
    assert asked(called=CannotJudge("no log"), arguments="wrong") == ["called", "faults"]


def test_a_rubric_comes_back_as_it_was_and_fits_the_schema() -> None:
    jsonschema.validate(RUBRIC, SCHEMA)
    rubric = Rubric.from_json(RUBRIC)
    again = Rubric.from_json(rubric.to_json())
    assert again == rubric
    assert again.hash == rubric.hash
    jsonschema.validate(rubric.to_json(), SCHEMA)


def test_a_rubric_that_says_none_of_it_keeps_its_hash() -> None:
    plain = Rubric.from_json(
        {"name": "Plain", "criteria": [{"name": "a", "scale": {"kind": "binary"}}]}
    )
    keys = plain.to_json()["criteria"][0]
    assert set(keys) == {"name", "title", "question", "scale", "direction", "required"}
    assert set(keys["scale"]["points"][0]) == {"value", "label", "anchor"}


def test_a_multi_select_takes_points_in_its_own_order_and_an_exclusive_one_alone() -> None:
    scale = Rubric.from_json(RUBRIC).criteria[2].scale
    assert scale.check(["facts", "tone"]) == ["tone", "facts"]
    assert scale.check(["tone", "tone"]) == ["tone"]
    assert scale.check("none") == ["none"]
    with pytest.raises(InputError, match="stands alone"):
        scale.check(["none", "tone"])
    with pytest.raises(InputError, match="not on the scale"):
        scale.check(["tone", "style"])
    with pytest.raises(InputError, match="Nothing is chosen"):
        scale.check([])


def test_some_answers_ask_for_a_comment() -> None:
    faults = Rubric.from_json(RUBRIC).criteria[2]
    assert faults.wants_comment(["tone", "facts"])
    assert not faults.wants_comment(["tone"])
    assert not faults.wants_comment(None)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"criterion": "faults", "is": "tone"}, "does not stand before"),
        ({"criterion": "arguments", "is": "right"}, "does not stand before"),
        ({"criterion": "called", "is": "maybe"}, "not on the scale"),
        ({"criterion": "called"}, "one test"),
        ({"criterion": "called", "is": "yes", "in": ["no"]}, "one test"),
        ({"criterion": "called", "in": []}, "compares with something"),
        ({"criterion": "called", "is": True}, "a text or a number"),
        ({"all": []}, "list of conditions"),
        ({"all": [{"criterion": "called", "is": "yes"}], "any": []}, "list of conditions"),
        ("called", "object"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_with_its_place(condition: Any, words: str) -> None:
    data = json.loads(json.dumps(RUBRIC))
    data["criteria"][1]["shown_if"] = condition
    with pytest.raises(InputError, match=words) as caught:
        Rubric.from_json(data)
    assert "criteria[1].shown_if" in caught.value.record


def test_points_without_an_order_are_not_above_one_another() -> None:
    data = json.loads(json.dumps(RUBRIC))
    data["criteria"][3]["shown_if"] = {"criterion": "faults", "above": "tone"}
    with pytest.raises(InputError, match="no order"):
        Rubric.from_json(data)


answer_sets = st.fixed_dictionaries(
    {},
    optional={
        "called": st.sampled_from(["yes", "no", CannotJudge("?")]),
        "arguments": st.sampled_from(["wrong", "partly", "right"]),
        "faults": st.sampled_from([["tone"], ["facts"], ["tone", "facts"], ["none"]]),
        "harm": st.floats(0, 100),
    },
)


@given(answer_sets)
def test_what_is_asked_depends_only_on_what_is_asked(answers: dict[str, Any]) -> None:
    rubric = Rubric.from_json(RUBRIC)
    first = rubric.asked(answers)
    kept = {item.name: answers[item.name] for item in first if item.name in answers}
    assert rubric.asked(kept) == first
