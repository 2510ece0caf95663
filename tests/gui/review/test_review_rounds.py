"""Labelling what a round assigned: its order, skips, flags, reveals, training, closing."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.services.rounds import queue as round_queue
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.models import STATE_ROLE
from evaldesk.ui.screens.review.page import ReviewPage

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
Open = Callable[..., ReviewPage]


def press(
    page: ReviewPage, *keys: Any, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    for key in keys:
        focused: QWidget | None = page.focusWidget()
        target = page if focused is None else focused
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key, modifier)


def start(project: Project, *, kind: Any = "main", **rules: Any) -> list[int]:
    pks = list(project.traces.ids(TraceQuery()))[:4]
    items = [
        RoundItem(
            pk,
            ("ada", "ben"),
            role="gold" if kind == "training" and pk == pks[0] else "sample",
            repeats=("ada",) if kind == "main" and pk == pks[0] else (),
        )
        for pk in pks
    ]
    found = RoundRules(order="imported", **rules)
    draft = RoundDraft("Pilot", kind, "Support", ("ada", "ben"), items, found)
    project.rounds.start(draft, "olga")
    return pks


def submit(page: ReviewPage) -> None:
    press(page, "2", "3")
    press(page, Key.Key_Return, modifier=CTRL)


def texts(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_the_round_that_waits_is_what_one_begins_with_and_its_answers_are_its_own(
    open_page: Open, project: Project
) -> None:
    pks = start(project)
    page = open_page(project)
    assert page.controller.scope.round == "Pilot"
    assert page.queue_pane.count.text() == "0 / 5"
    assert list(page.controller.queue.pks).count(-pks[0]) == 1  # type: ignore[union-attr]
    words = texts(page) + str([page.queue_pane.model.index(row).data() for row in range(5)])
    assert "Pilot" in words
    assert not any(hint in words for hint in ("repeat", "gold", "secret-model", "ben"))
    for _ in range(5):
        submit(page)
    assert page.queue_pane.count.text() == "5 / 5"
    assert page.centre.currentWidget() is page.finished
    # The menu counts what was done since it was read, and nothing else waits.
    (only,) = page.controller.rounds
    assert page.controller.left_in(only) == 0
    assert not page.finished.go_on.isVisible()
    # Both readings are on the disk, each as what it is.
    for reading in (0, 1):
        own = project.ratings.own(pks[0], "Support", "ada", round="Pilot", reading=reading)
        assert own["success"].value == "yes"
    assert project.rounds.of_rater("ada") == ["Pilot"]


def test_skipping_and_flagging_by_key(open_page: Open, project: Project) -> None:
    pks = start(project)
    page = open_page(project)
    press(page, "s")
    assert page.controller.pk == pks[1]
    assert page.queue_pane.model.index(0).data(STATE_ROLE) == "skipped"
    press(page, Key.Key_F, modifier=SHIFT)
    assert page.flag_line.field.hasFocus()
    press(page, Key.Key_Return)
    assert page.controller.pk == pks[1]  # a flag needs a note
    press(page, "Which policy? 5s")
    assert page.flag_line.field.text() == "Which policy? 5s"
    press(page, Key.Key_Return)
    assert page.controller.pk == pks[2]
    assert page.flag_line.isHidden()
    assert [one.note for one in project.ratings.flagged("Support")] == ["Which policy? 5s"]
    assert page.queue_pane.aside.text() == "1 skipped · 1 flagged"
    assert page.queue_pane.count.text() == "1 / 5"
    submit(page)
    submit(page)
    submit(page)
    # What was skipped comes last, what was flagged does not.
    assert page.controller.pk == pks[0]
    press(page, "2")
    assert page.queue_pane.model.index(0).data(STATE_ROLE) == "draft"
    press(page, Key.Key_Z, modifier=CTRL)
    assert page.queue_pane.model.index(0).data(STATE_ROLE) == "skipped"
    submit(page)
    assert page.centre.currentWidget() is page.finished


def test_leaving_the_note_flags_nothing(open_page: Open, project: Project) -> None:
    start(project)
    page = open_page(project)
    press(page, Key.Key_F, modifier=SHIFT)
    press(page, "no")
    press(page, Key.Key_Escape)
    assert page.flag_line.isHidden()
    assert project.ratings.flagged("Support") == []
    press(page, "2")
    assert page.controller.answers == {"success": "yes"}


def test_flags_and_skips_are_undone(open_page: Open, project: Project) -> None:
    pks = start(project)
    page = open_page(project)
    press(page, Key.Key_F, modifier=SHIFT)
    press(page, "Unclear")
    press(page, Key.Key_Return)
    press(page, Key.Key_Z, modifier=CTRL)
    assert page.controller.pk == pks[0]
    assert page.queue_pane.model.index(0).data(STATE_ROLE) == "pending"
    assert project.ratings.flagged("Support") == []
    press(page, Key.Key_Z, modifier=CTRL | SHIFT)
    assert [one.note for one in project.ratings.flagged("Support")] == ["Unclear"]


def test_after_a_reveal_everybodys_answers_stand_beside_by_alias(
    open_page: Open, project: Project
) -> None:
    pks = start(project, kind="calibration")
    for rater, value in (("ada", "yes"), ("ben", "no")):
        project.ratings.answer(pks[0], "Support", "success", rater, value, round="Pilot")
        project.ratings.answer(pks[0], "Support", "tool", rater, 1, round="Pilot")
        project.ratings.submit(pks[0], "Support", rater, round="Pilot")
    page = open_page(project, round="Pilot", trace=pks[0])
    assert page.told_panel.isHidden()
    project.rounds.move("Pilot", "revealed", "olga")
    page.controller.load(pks[0])
    assert page.told_panel.isVisible()
    told = texts(page.told_panel)
    assert "Yes" in told
    assert "No" in told
    assert "differs" in told
    assert "ben" not in texts(page) + page.told_panel.accessibleName()
    page.form.activate("success")
    press(page, "1")
    press(page, Key.Key_Return, modifier=CTRL)
    assert project.ratings.own(pks[0], "Support", "ada", round="Pilot")["success"].value == "no"


def test_training_shows_the_gold_answer_and_the_mark(open_page: Open, project: Project) -> None:
    project.rulings.append(1, "Support", "success", "other", "no", "It was not asked.", "olga")
    pks = start(project, kind="training", feedback=True, pass_mark=0.8)
    assert pks[0] == 1
    page = open_page(project)
    submit(page)
    assert page.controller.pk == pks[0]
    assert page.told_panel.isVisible()
    assert "It was not asked." in texts(page.told_panel)
    page.form.activate("success")
    press(page, "1")
    assert "stays as you submitted it" in page.form.problem.text()
    assert page.controller.answers["success"] == "yes"
    press(page, Key.Key_Return, modifier=CTRL)
    assert page.controller.pk == pks[1]
    assert page.told_panel.isHidden()
    for _ in range(3):
        submit(page)
    assert "You met 0 of 1 gold answers (0%). The pass mark is 80%." in texts(page.finished)
    queue = round_queue.round_queue(project, "Pilot", "ada")
    assert round_queue.training_result(project, queue).passed is False  # type: ignore[union-attr]


def test_a_closed_round_refuses_in_words(open_page: Open, project: Project) -> None:
    pks = start(project)
    project.rounds.move("Pilot", "closed", "olga")
    page = open_page(project, round="Pilot", trace=pks[0])
    press(page, "2")
    assert "closed" in page.form.problem.text()
    assert page.controller.answers == {}
    assert project.ratings.count() == 0
    press(page, Key.Key_Return, modifier=CTRL)
    assert project.ratings.count() == 0


@pytest.mark.parametrize("shown", [True, False])
def test_systems_are_shown_where_the_round_says_so(
    open_page: Open, project: Project, shown: bool
) -> None:
    start(project, hide_systems=not shown)
    page = open_page(project)
    assert page.trace_pane.hide_systems is not shown


def test_another_rater_gets_their_own_round(open_page: Open, project: Project) -> None:
    start(project)
    page = open_page(project)
    submit(page)
    page.workspace.set_user("ben")
    assert page.controller.scope.round == "Pilot"
    assert page.queue_pane.count.text() == "0 / 4"
    assert page.controller.answers == {}
    page.workspace.set_user("cy")
    assert page.controller.scope.round == ""
    assert page.queue_pane.count.text() == "0 / 6"


def test_where_a_round_is_done_the_next_one_is_offered(open_page: Open, project: Project) -> None:
    pks = start(project)
    items = [RoundItem(pks[0], ("ada",))]
    draft = RoundDraft("Later", "main", "Support", ("ada",), items, RoundRules())
    project.rounds.start(draft, "olga")
    page = open_page(project)
    assert page.controller.scope.round == "Later"
    submit(page)
    assert page.finished.go_on.isVisible()
    assert page.finished.go_on.text() == "Go on with “Pilot”"
    page.finished.go_on.click()
    assert page.controller.scope.round == "Pilot"
