"""Conditions, several points, "cannot judge" and comments, by keyboard on the review screen."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import CannotJudge, Rubric
from evaldesk.services.labelling import review
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.widgets.rubric_form.choices import SeveralCard
from evaldesk.ui.workspace import Workspace

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
RUBRIC: dict[str, Any] = {
    "name": "Agent",
    "criteria": [
        {
            "name": "called",
            "title": "Called a tool",
            "scale": {"kind": "binary"},
            "group": "Action quality",
            "cannot_judge": True,
        },
        {
            "name": "arguments",
            "title": "Arguments",
            "scale": {
                "kind": "ordinal",
                "points": [
                    {"value": "wrong", "comment": True, "examples": ["order 12 for order 21"]},
                    {"value": "right"},
                ],
            },
            "group": "Action quality",
            "shown_if": {"criterion": "called", "is": "yes"},
        },
        {
            "name": "faults",
            "title": "Faults",
            "scale": {
                "kind": "multi",
                "points": ["tone", "facts", {"value": "none", "exclusive": True}],
            },
            "group": "Content",
        },
        {
            "name": "minutes",
            "title": "Minutes",
            "scale": {"kind": "ratio", "minimum": 0, "maximum": 10, "step": 2.5, "unit": "min"},
            "required": False,
        },
    ],
}


@pytest.fixture
def agent(tmp_path: Path, make_project: Callable[..., Project]) -> Iterator[Project]:
    with make_project(tmp_path / "agent.evaldesk", rubric=False) as project:
        project.rubrics.save(Rubric.from_json(RUBRIC), "ada")
        yield project


@pytest.fixture
def page(open_page: Callable[..., ReviewPage], agent: Project) -> ReviewPage:
    return open_page(agent)


@pytest.fixture
def press(page: ReviewPage) -> Callable[..., None]:
    def press(*keys: Any, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            focused: QWidget | None = page.focusWidget()
            target = page if focused is None else focused
            if isinstance(key, str):
                QTest.keyClicks(target, key)
            else:
                QTest.keyClick(target, key, modifier)

    return press


def own(page: ReviewPage, pk: int | None) -> dict[str, Any]:
    project, queue = page.workspace.project, page.controller.queue
    assert project is not None
    assert queue is not None
    assert pk is not None
    assert review.answers(project, queue.rubric, pk, "ada") == page.controller.answers
    return review.answers(project, queue.rubric, pk, "ada")


def test_criteria_come_and_go_in_place_and_undo_brings_their_answers_back(
    page: ReviewPage, press: Callable[..., None]
) -> None:
    pk, form = page.controller.pk, page.form
    arguments = form.card("arguments")
    assert arguments is not None
    assert arguments.isHidden()
    assert form.active == "called"
    press("2")
    assert arguments.isVisible()
    assert form.active == "arguments"
    press("2")
    assert form.active == "faults"
    press(Key.Key_Up, Key.Key_Up)
    focus = page.focusWidget()
    press("1")
    assert own(page, pk) == {"called": "no"}
    assert arguments.isHidden()
    # The next that is open comes, as after any answer; none that is gone.
    assert form.active == "faults"
    assert page.focusWidget() is not focus
    press(Key.Key_Z, modifier=CTRL)
    assert own(page, pk) == {"called": "yes", "arguments": "right"}
    assert arguments.isVisible()
    assert arguments.value == "right"
    press(Key.Key_Z, modifier=CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert own(page, pk) == {"called": "no"}


def test_a_card_that_goes_while_it_has_the_focus_hands_it_to_a_neighbour(
    page: ReviewPage, press: Callable[..., None]
) -> None:
    press("2")
    assert page.form.active == "arguments"
    press(Key.Key_Z, modifier=CTRL)
    assert page.form.active == "called"
    assert page.form.isAncestorOf(page.focusWidget())
    assert page.focusWidget() is page.form.card("called")


def test_several_points_by_digits_and_an_exclusive_one_alone(
    page: ReviewPage, press: Callable[..., None]
) -> None:
    pk, form = page.controller.pk, page.form
    form.activate("faults")
    press("2", "1")
    assert own(page, pk) == {"faults": ["tone", "facts"]}
    assert form.active == "faults"
    card = form.card("faults")
    assert isinstance(card, SeveralCard)
    assert [button.isChecked() for button in card.buttons] == [True, True, False]
    assert card.accessibleDescription() == "tone, facts"
    press("3")
    assert own(page, pk) == {"faults": ["none"]}
    press("2")
    assert own(page, pk) == {"faults": ["facts"]}
    press("2")
    assert own(page, pk) == {}
    press("7")
    assert "no answer 7" in form.problem.text()
    press(Key.Key_Right, Key.Key_Right, Key.Key_Return)
    assert own(page, pk) == {"faults": ["facts"]}
    press(Key.Key_Z, modifier=CTRL)
    assert own(page, pk) == {}


def test_an_answer_that_wants_a_comment(
    page: ReviewPage, press: Callable[..., None], agent: Project
) -> None:
    pk, form = page.controller.pk, page.form
    press("2", "1")
    arguments = form.card("arguments")
    assert arguments is not None
    assert form.active == "arguments"
    assert arguments.wants_comment
    press(Key.Key_Escape)
    form.activate("faults")
    press("3")
    press(Key.Key_Return, modifier=CTRL)
    assert "“Arguments” wants a comment" in form.problem.text()
    press("made up")
    press(Key.Key_Return)
    assert page.controller.said == {"arguments": "made up"}
    assert agent.ratings.own(pk or 0, "Agent", "ada")["arguments"].comment == "made up"
    press(Key.Key_Return, modifier=CTRL)
    assert agent.ratings.progress("Agent", "ada")[pk or 0][0] == "submitted"
    assert page.controller.pk != pk
    press("k")
    assert page.controller.pk == pk
    # Taking the answer back takes its comment along, and undo brings both.
    form.activate("arguments")
    press("0")
    assert page.controller.said == {}
    press(Key.Key_Z, modifier=CTRL)
    assert page.controller.said == {"arguments": "made up"}
    assert agent.ratings.progress("Agent", "ada")[pk or 0][0] == "submitted"


def test_cannot_judge_with_a_reason(page: ReviewPage, press: Callable[..., None]) -> None:
    pk, form = page.controller.pk, page.form
    press("x", "1")
    assert own(page, pk) == {"called": CannotJudge("the trace does not show it")}
    assert form.active == "faults"
    press("x")
    assert "“Faults” has no “cannot judge”" in form.problem.text()
    press(Key.Key_Up)
    press("x")
    press("the log ends")
    press(Key.Key_Return)
    assert own(page, pk) == {"called": CannotJudge("the log ends")}
    called = form.card("called")
    assert called is not None
    assert called.accessibleDescription() == "cannot judge: the log ends"
    form.activate("called")
    press("1")
    assert own(page, pk) == {"called": "no"}
    form.activate("called")
    press("x", Key.Key_Escape)
    assert own(page, pk) == {"called": "no"}
    assert page.focusWidget() is called


def test_arrows_choose_a_point_and_a_number(page: ReviewPage, press: Callable[..., None]) -> None:
    pk, form = page.controller.pk, page.form
    press(Key.Key_Left, Key.Key_Return)
    assert own(page, pk) == {"called": "yes"}
    assert form.active == "arguments"
    form.activate("minutes")
    press(Key.Key_Return)
    press(Key.Key_Up, Key.Key_Up, Key.Key_Up)
    press(Key.Key_Escape)
    assert own(page, pk) == {"called": "yes", "minutes": 5.0}
    press(Key.Key_Return)
    press(*[Key.Key_Up] * 9)
    press(Key.Key_Escape)
    assert own(page, pk)["minutes"] == 10.0


def test_examples_are_shown_by_key(page: ReviewPage, press: Callable[..., None]) -> None:
    press("e")
    assert "has no examples" in page.form.problem.text()
    press("2", "e")
    arguments: Any = page.form.card("arguments")
    assert arguments.details.isVisible()
    press("e")
    assert arguments.details.isHidden()


def test_a_new_version_asks_only_what_it_touches_and_shows_what_was_said(
    page: ReviewPage, press: Callable[..., None], agent: Project, workspace: Workspace
) -> None:
    pk, form = page.controller.pk, page.form
    press("1", "3")
    press(Key.Key_Return, modifier=CTRL)
    data = agent.rubrics.get("Agent").to_json()
    data["criteria"][0]["question"] = "Did it call a tool at all?"
    agent.rubrics.save(Rubric.from_json(data), "ada")
    workspace.changed(Changes.of("rubrics"), "rubrics")
    page.controller.go(pk)
    assert page.controller.queue is not None
    assert page.controller.queue.state(pk or 0) == "draft"
    assert own(page, pk) == {"faults": ["none"]}
    called: Any = form.card("called")
    assert called._earlier.label.text() == "Version 1 asked “Called a tool”; you said “No”."
    form.activate("called")
    press("1")
    press(Key.Key_Return, modifier=CTRL)
    assert page.controller.queue.state(pk or 0) == "submitted"
