"""One rating with conditions: what an answer brings along, undo and redo, and what is missing."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import FAILURE_MODES, CannotJudge, Rubric
from evaldesk.services.labelling import answering
from evaldesk.services.labelling.answering import Incomplete, Sheet
from evaldesk.services.labelling.undo import SUBMISSION, History, Step

RUBRIC = Rubric.from_json(
    {
        "name": "Agent",
        "criteria": [
            {"name": "called", "scale": {"kind": "binary"}, "cannot_judge": True},
            {
                "name": "arguments",
                "scale": {
                    "kind": "ordinal",
                    "points": [{"value": "wrong", "comment": True}, "partly", "right"],
                },
                "shown_if": {"criterion": "called", "is": "yes"},
            },
            {
                "name": "faults",
                "scale": {
                    "kind": "multi",
                    "points": ["tone", "facts", {"value": "none", "exclusive": True}],
                },
                "shown_if": {"criterion": "arguments", "below": "right"},
                "required": False,
            },
            {
                "name": "harm",
                "scale": {"kind": "ratio", "minimum": 0},
                "shown_if": {
                    "any": [
                        {"criterion": "faults", "is": "facts"},
                        {"criterion": "called", "is": "no"},
                    ]
                },
            },
        ],
        "failure_modes": [{"name": "rude", "aliases": ["tone"]}, {"name": "loop"}],
    }
)
VALUES: dict[str, list[Any]] = {
    "called": ["yes", "no", CannotJudge("no log"), None],
    "arguments": ["wrong", "partly", "right", None],
    "faults": [["tone"], ["facts"], ["tone", "facts"], ["none"], None],
    "harm": [0, 3.5, None],
}


def play(sheet: Sheet, state: str, step: Step) -> str:
    """What the screen does with a step."""
    for part in step.parts:
        if part.name == SUBMISSION:
            assert state == part.before
            state = str(part.after)
            continue
        assert sheet.answers.get(part.name) == part.before
        assert sheet.said.get(part.name, "") == part.said_before
        sheet.answers.pop(part.name, None)
        sheet.said.pop(part.name, None)
        if part.after is not None:
            sheet.answers[part.name] = part.after
            if part.said_after:
                sheet.said[part.name] = part.said_after
    return state


def snapshot(sheet: Sheet, state: str) -> Any:
    return dict(sheet.answers), dict(sheet.said), state


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(1, 30))
def test_no_answer_stands_that_is_not_asked_and_undo_restores_exactly(
    seed: int, length: int
) -> None:
    chance = random.Random(seed)
    sheet, state, history = Sheet(), "draft", History()
    passed = [snapshot(sheet, state)]
    for _ in range(length):
        asked = {item.name for item in RUBRIC.asked(sheet.answers)}
        if chance.random() < 0.15:
            try:
                answering.check_complete(RUBRIC, sheet.answers, sheet.said)
            except Incomplete:
                continue
            if state == "submitted":
                continue
            step: Step | None = Step(1, SUBMISSION, state, "submitted")
        else:
            name = chance.choice(sorted(asked))
            value = answering.checked(RUBRIC, name, chance.choice(VALUES[name]))
            comment = chance.choice([None, "why", ""])
            step = answering.step_to(
                RUBRIC,
                1,
                sheet.answers,
                sheet.said,
                name,
                value,
                comment,
                submitted=state == "submitted",
            )
        if step is None:
            continue
        history.record(step)
        state = play(sheet, state, step)
        passed.append(snapshot(sheet, state))
        assert answering.not_asked(RUBRIC, sheet.answers) == []
        assert sheet.said.keys() <= sheet.answers.keys()
        if state == "submitted":
            answering.check_complete(RUBRIC, sheet.answers, sheet.said)
    for expected in passed[-2::-1]:
        step = history.undo()
        assert step is not None
        state = play(sheet, state, step)
        assert snapshot(sheet, state) == expected
    assert history.undo() is None
    for expected in passed[1:]:
        step = history.redo()
        assert step is not None
        state = play(sheet, state, step)
        assert snapshot(sheet, state) == expected


def test_what_is_not_asked_is_not_missing_and_cannot_be_answered() -> None:
    given = {"called": CannotJudge("no log")}
    assert answering.missing(RUBRIC, given) == []
    with pytest.raises(InputError, match="not asked"):
        answering.step_to(RUBRIC, 1, given, {}, "arguments", "right")
    assert [item.name for item in answering.missing(RUBRIC, {"called": "no"})] == ["harm"]


def test_a_chosen_point_may_want_a_comment() -> None:
    given = {"called": "yes", "arguments": "wrong"}
    with pytest.raises(Incomplete, match="wants a comment") as caught:
        answering.check_complete(RUBRIC, given, {})
    assert caught.value.missing == caught.value.wanting == ("arguments",)
    answering.check_complete(RUBRIC, given, {"arguments": "the id is made up"})


def test_a_comment_stays_when_another_point_is_chosen_and_goes_with_the_answer() -> None:
    given, said = {"called": "yes", "arguments": "wrong"}, {"arguments": "why"}
    step = answering.step_to(RUBRIC, 1, given, said, "arguments", "partly")
    assert step is not None
    assert (step.said_before, step.said_after) == ("why", "why")
    step = answering.step_to(RUBRIC, 1, given, said, "arguments", None)
    assert step is not None
    assert (step.said_before, step.said_after) == ("why", "")
    step = answering.step_to(RUBRIC, 1, given, said, "called", "no")
    assert step is not None
    assert step.also == (Step(1, "arguments", "wrong", None, "why", ""),)


def test_undo_takes_a_typed_comment_apart_from_the_answer() -> None:
    history = History()
    history.record(Step(1, "arguments", None, "wrong"))
    history.record(Step(1, "arguments", "wrong", "wrong", "", "a"), typing=True)
    history.record(Step(1, "arguments", "wrong", "wrong", "a", "a b"), typing=True)
    assert history.undo() == Step(1, "arguments", "wrong", "wrong", "a b", "")
    assert history.undo() == Step(1, "arguments", "wrong", None)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("arguments", CannotJudge("x"), "wants a judgement"),
        ("called", CannotJudge(" "), "needs a reason"),
        ("faults", ["none", "tone"], "stands alone"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, value: Any, words: str) -> None:
    with pytest.raises(InputError, match=words):
        answering.checked(RUBRIC, name, value)


def test_a_mode_is_known_by_its_former_name() -> None:
    assert answering.checked(RUBRIC, FAILURE_MODES, ["loop", "tone"]) == ["rude", "loop"]
    assert answering.checked(RUBRIC, "faults", []) is None
