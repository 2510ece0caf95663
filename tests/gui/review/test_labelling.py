"""Labelling by keyboard: what a person does, and what is on the disk then."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from evaldesk.domain.errors import ProjectError
from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, Rubric
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.services.labelling import review
from evaldesk.storage.project import Project
from evaldesk.storage.ratings import RatingRepository
from evaldesk.ui.screens.review.models import ITEM_ROLE, STATE_ROLE
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.widgets.rubric_form.cards import TextCard
from evaldesk.ui.widgets.rubric_form.modes import ModesCard
from evaldesk.ui.widgets.rubric_form.numbers import NumberCard
from evaldesk.ui.workspace import Workspace

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def press(page: ReviewPage) -> Callable[..., None]:
    """Press keys where the focus is, as a person does."""

    def press(*keys: Any, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            focused: QWidget | None = page.focusWidget()
            target = page if focused is None else focused
            if isinstance(key, str):
                QTest.keyClicks(target, key)
            else:
                QTest.keyClick(target, key, modifier)

    return press


def own(page: ReviewPage, pk: int | None, rater: str = "ada") -> dict[str, Any]:
    project, queue = page.workspace.project, page.controller.queue
    assert project is not None
    assert queue is not None
    assert pk is not None
    return review.answers(project, queue.rubric, pk, rater)


def texts(widget: QWidget) -> str:
    labels = [label.text() for label in widget.findChildren(QLabel)]
    buttons = [button.text() for button in widget.findChildren(QPushButton)]
    model = widget.queue_pane.model if isinstance(widget, ReviewPage) else None
    rows = (
        [str(model.index(row).data()) for row in range(model.rowCount())]
        if model is not None
        else []
    )
    return "\n".join(labels + buttons + rows)


def test_digits_answer_the_active_criterion_and_go_to_the_next_open_one(
    page: ReviewPage, press: Callable[..., None]
) -> None:
    pk = page.controller.pk
    assert page.form.active == "success"
    press("2")
    assert page.form.active == "tool"
    press("3")
    assert page.form.active == "minutes"
    assert own(page, pk) == {"success": "yes", "tool": 2}
    assert page.queue_pane.model.index(0).data(STATE_ROLE) == "draft"
    press(Key.Key_Up, Key.Key_Up)
    press("1")
    assert own(page, pk)["success"] == "no"


def test_moving_between_criteria(page: ReviewPage, press: Callable[..., None]) -> None:
    press(Key.Key_Down)
    assert page.form.active == "tool"
    press(Key.Key_Tab, Key.Key_Tab)
    assert page.form.active == "notes"
    # Tab goes into a text and out of it again.
    notes = page.form.card("notes")
    assert isinstance(notes, TextCard)
    assert notes.field.hasFocus()
    press(Key.Key_Tab)
    assert page.form.active == FAILURE_MODES
    press(Key.Key_Backtab, modifier=SHIFT)
    assert page.form.active == "notes"
    press(Key.Key_Escape)
    assert not notes.field.hasFocus()
    press(Key.Key_Down, Key.Key_Down, Key.Key_Down)
    assert page.form.active == COMMENT
    press(Key.Key_Down)
    assert page.form.active == "success"


def test_submitting_goes_to_the_next_and_refuses_in_words(
    page: ReviewPage, press: Callable[..., None], workspace: Workspace
) -> None:
    first = page.controller.pk
    press("2")
    press(Key.Key_Return, modifier=CTRL)
    assert page.controller.pk == first
    assert "“tool” has no answer yet" in page.form.problem.text()
    assert page.form.active == "tool"
    press("1")
    assert page.form.problem.isHidden()
    press(Key.Key_Return, modifier=CTRL)
    assert page.controller.pk == page.queue_pane.model._queue.pks[1]  # type: ignore[union-attr]
    assert page.form.active == "success"
    assert page.queue_pane.count.text() == "1 / 6"
    assert page.status_text() == "1 of 6 · this item 0:00"
    project = workspace.project
    assert project is not None
    assert project.ratings.progress("Support", "ada") == {first: ("submitted", 2)}


def test_clearing_an_answer(page: ReviewPage, press: Callable[..., None]) -> None:
    pk = page.controller.pk
    press("2", "1")
    press(Key.Key_Up, Key.Key_Up)
    press("0")
    assert own(page, pk) == {"tool": 0}
    press(Key.Key_Down)
    press(Key.Key_Backspace)
    assert own(page, pk) == {}
    assert page.queue_pane.model.index(0).data(STATE_ROLE) == "pending"


def test_taking_back_a_required_answer_opens_a_submitted_rating_again(
    page: ReviewPage, press: Callable[..., None], project: Project
) -> None:
    pk = page.controller.pk
    press("2", "1")
    press(Key.Key_Return, modifier=CTRL)
    press("k")
    assert page.controller.pk == pk
    assert page.form.state_chip.text() == "submitted"
    page.form.activate("success")
    press("0")
    assert project.ratings.progress("Support", "ada")[pk or 0] == ("draft", 1)
    press(Key.Key_Z, modifier=CTRL)
    assert project.ratings.progress("Support", "ada")[pk or 0] == ("submitted", 2)


def test_undo_and_redo_reach_across_items(
    page: ReviewPage, press: Callable[..., None], project: Project
) -> None:
    first = page.controller.pk
    assert first is not None
    press("2", "1")
    press(Key.Key_Return, modifier=CTRL)
    second = page.controller.pk
    press("1")
    press(Key.Key_Z, modifier=CTRL)
    assert page.controller.pk == second
    assert own(page, second) == {}
    press(Key.Key_Z, modifier=CTRL)
    assert page.controller.pk == first
    assert project.ratings.progress("Support", "ada")[first] == ("draft", 2)
    press(Key.Key_Z, modifier=CTRL)
    assert own(page, first) == {"success": "yes"}
    tool = page.form.card("tool")
    assert tool is not None
    assert not tool.answered
    press(Key.Key_Z, modifier=CTRL | SHIFT)
    press(Key.Key_Z, modifier=CTRL | SHIFT)
    assert project.ratings.progress("Support", "ada")[first] == ("submitted", 2)
    # Nothing was deleted on the way.
    assert [item.value for item in project.ratings.history(first, "Support", "tool")] == [
        0,
        None,
        0,
    ]


def test_keys_are_off_while_typing_and_text_is_saved_when_one_stops(
    page: ReviewPage, press: Callable[..., None], qtbot: QtBot
) -> None:
    pk = page.controller.pk
    press("m")
    press("1 tj 0?")
    assert "success" not in own(page, pk)
    qtbot.waitUntil(lambda: own(page, pk) == {COMMENT: "1 tj 0?"}, timeout=5000)
    press(" more")
    press(Key.Key_Escape)
    assert own(page, pk) == {COMMENT: "1 tj 0? more"}
    assert page.form.active == "success"
    press("2")
    assert own(page, pk)["success"] == "yes"
    # One undo takes back the answer, the next all that was typed.
    press(Key.Key_Z, modifier=CTRL)
    press(Key.Key_Z, modifier=CTRL)
    assert own(page, pk) == {}


def test_text_that_is_still_being_typed_is_saved_by_going_on(
    page: ReviewPage, press: Callable[..., None]
) -> None:
    pk = page.controller.pk
    press("2", "1")
    press("m")
    press("half a sentence")
    press(Key.Key_Return, modifier=CTRL)
    assert page.controller.pk != pk
    assert own(page, pk)[COMMENT] == "half a sentence"
    comment = page.form.card(COMMENT)
    assert isinstance(comment, TextCard)
    assert comment.field.toPlainText() == ""
    press("m")
    press("of the next")
    page.left()
    assert own(page, page.controller.pk) == {COMMENT: "of the next"}
    assert own(page, pk)[COMMENT] == "half a sentence"


def test_a_number_is_typed_and_what_is_none_is_said(
    page: ReviewPage, press: Callable[..., None]
) -> None:
    pk = page.controller.pk
    press("2", "1")
    card = page.form.card("minutes")
    assert isinstance(card, NumberCard)
    assert page.form.active == "minutes"
    press("7")
    assert card.field.hasFocus()
    press(",5")
    press(Key.Key_Return)
    assert own(page, pk)["minutes"] == 7.5
    assert page.form.active == "notes"
    page.form.activate("minutes")
    press("9")
    press("9")
    press(Key.Key_Escape)
    assert "99 is above 60" in texts(card)
    assert card.field.text() == "99"
    assert own(page, pk)["minutes"] == 7.5


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_failure_modes_and_severity(page: ReviewPage, press: Callable[..., None]) -> None:
    pk = page.controller.pk
    press("t")
    card = page.form.card(FAILURE_MODES)
    assert isinstance(card, ModesCard)
    popup = card.popup
    assert popup is not None
    assert popup.isVisible()
    popup.field.setText("false")
    QTest.keyClick(popup.field, Key.Key_Tab)
    popup.field.setText("")
    QTest.keyClick(popup.field, Key.Key_Return)
    assert popup.isHidden()
    assert own(page, pk) == {FAILURE_MODES: ["wrong_action", "false_report"]}
    assert list(card.chips) == ["false_report", "wrong_action"]
    assert page.form.active == "success"
    press(Key.Key_2, modifier=SHIFT)
    assert own(page, pk)[SEVERITY] == "S2"
    card.chips["false_report"].click()
    assert own(page, pk)[FAILURE_MODES] == ["wrong_action"]


def test_items_by_key_and_by_click(page: ReviewPage, press: Callable[..., None]) -> None:
    pks = list(page.controller.queue.pks)  # type: ignore[union-attr]
    press("j", "j", "k")
    assert page.controller.pk == pks[1]
    press(Key.Key_Up, modifier=Qt.KeyboardModifier.AltModifier)
    press("k")
    assert page.controller.pk == pks[0]
    page.queue_pane.chosen.emit(pks[4])
    assert page.controller.pk == pks[4]
    assert page.breadcrumb() == page.queue_pane.model.index(4).data(ITEM_ROLE).scenario


def test_all_done(page: ReviewPage, press: Callable[..., None]) -> None:
    for _ in range(6):
        press("2", "1")
        press(Key.Key_Return, modifier=CTRL)
    assert page.centre.currentWidget() is page.finished
    assert page.finished.title.text() == "All 6 done"
    assert page.controller.pk is None
    press("2")  # there is nothing to answer
    page.finished.again.click()
    assert page.controller.pk == page.controller.queue.pks[0]  # type: ignore[union-attr]
    assert page.form.state_chip.text() == "submitted"


def test_filter_narrows_the_list_and_not_the_count(page: ReviewPage, qtbot: QtBot) -> None:
    page.queue_pane.type_filter()
    page.queue_pane.field.setText("number 3")
    qtbot.waitUntil(lambda: page.queue_pane.model.rowCount() == 1, timeout=5000)
    assert page.queue_pane.count.text() == "0 / 6"
    page.queue_pane.field.setText("nothing like it")
    qtbot.waitUntil(lambda: page.queue_pane.model.rowCount() == 0, timeout=5000)
    assert page.queue_pane.nothing.isVisibleTo(page)
    QTest.keyClick(page.queue_pane.field, Key.Key_Escape)
    qtbot.waitUntil(lambda: page.queue_pane.model.rowCount() == 6, timeout=5000)


# -- blindness


def test_the_screen_shows_nothing_of_other_raters_systems_or_scores(
    page: ReviewPage, project: Project, press: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rubric = project.rubrics.get("Support")
    for pk in page.controller.queue.pks:  # type: ignore[union-attr]
        review.answer(project, rubric, pk, "success", "ben", "no")
        review.answer(project, rubric, pk, COMMENT, "ben", "what ben thinks")
        review.answer(project, rubric, pk, FAILURE_MODES, "ben", ["wrong_action"])

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the review screen asked for everybody's answers")

    for name in ("of_trace", "history", "table", "everything", "severities"):
        monkeypatch.setattr(RatingRepository, name, refuse)
    page.refresh(Changes.of("ratings"))
    for _ in range(6):
        shown = texts(page)
        assert "what ben thinks" not in shown
        assert "ben" not in shown.split()
        assert "secret-model" not in shown
        assert "0.125" not in shown
        assert all(not card.answered for card in page.form.cards)
        press("j")
    assert page.queue_pane.count.text() == "0 / 6"


def test_the_first_answer_asks_who_one_is(
    page: ReviewPage, workspace: Workspace, press: Callable[..., None], project: Project
) -> None:
    pk = page.controller.pk
    press("2")
    workspace.settings.put("user", None)
    asked: list[Callable[[], object]] = []
    workspace.user_wanted.connect(asked.append)
    press("1")
    assert len(asked) == 1
    assert page.form.active == "tool"
    assert own(page, pk) == {"success": "yes"}
    workspace.set_user("cleo")
    asked[0]()
    assert own(page, pk, "cleo") == {"tool": 0}
    assert own(page, pk, "ada") == {"success": "yes"}
    assert page.controller.pk == pk
    # What ada answered is out of sight.
    success = page.form.card("success")
    assert success is not None
    assert not success.answered
    press(Key.Key_Z, modifier=CTRL)
    press(Key.Key_Z, modifier=CTRL)
    assert own(page, pk, "ada") == {"success": "yes"}
    assert project.people.names() == ["ada", "cleo"]


# -- saving


class HeldWrites(InlineJobRunner):
    """Reads at once; writes when they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], None]] = []

    def _start(self, pool: Any, job: Any, *rest: Any) -> None:
        start = super()._start
        if job.kind == "write":
            self.held.append(lambda: start(pool, job, *rest))
        else:
            start(pool, job, *rest)

    def let_go(self) -> None:
        held, self.held = self.held, []
        for run in held:
            run()


def test_saved_is_said_when_the_disk_has_it(
    open_page: Callable[..., ReviewPage], project: Project, workspace: Workspace
) -> None:
    workspace.jobs = jobs = HeldWrites()
    page = open_page(project)
    said: list[None] = []
    workspace.saved.connect(lambda: said.append(None))
    pk = page.controller.pk
    page.form.digit(2)
    card = page.form.card("success")
    assert card is not None
    assert card.value == "yes"  # shown at once
    assert said == []
    assert own(page, pk) == {}
    # Going away and coming back shows it, although the disk does not have it yet.
    page.controller.next(1)
    page.controller.next(-1)
    assert page.controller.answers == {"success": "yes"}
    jobs.let_go()
    assert len(said) == 1
    assert own(page, pk) == {"success": "yes"}


def test_a_save_that_fails_is_loud_and_what_was_entered_stays(
    page: ReviewPage,
    press: Callable[..., None],
    project: Project,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pk = page.controller.pk
    said: list[None] = []
    workspace.saved.connect(lambda: said.append(None))

    def full(*_: object, **__: object) -> None:
        raise ProjectError("The disk is full; p.evaldesk was not changed.", "Free some space.")

    monkeypatch.setattr(project.ratings, "record", full)
    monkeypatch.setattr(project.ratings, "submit", full)
    press("2", "1")
    press("m")
    press("typed in vain?")
    press(Key.Key_Escape)
    assert page.banner.isVisible()
    assert page.banner.message.text() == "3 answers are not saved."
    assert "The disk is full" in page.banner.hint.text()
    press(Key.Key_Return, modifier=CTRL)
    press("k")
    assert said == []
    assert page.controller.answers == {"success": "yes", "tool": 0, COMMENT: "typed in vain?"}
    comment = page.form.card(COMMENT)
    assert isinstance(comment, TextCard)
    assert comment.field.toPlainText() == "typed in vain?"
    assert own(page, pk) == {}
    monkeypatch.undo()
    retry = next(b for b in page.banner.findChildren(QPushButton) if b.text() == "Try again")
    retry.click()
    assert page.banner.isHidden()
    assert own(page, pk) == {"success": "yes", "tool": 0, COMMENT: "typed in vain?"}
    assert project.ratings.progress("Support", "ada")[pk or 0] == ("submitted", 2)
    assert len(said) == 4


def test_what_is_not_saved_outlives_another_rater_and_is_reported_at_the_end(
    page: ReviewPage,
    press: Callable[..., None],
    project: Project,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pk = page.controller.pk

    def full(*_: object, **__: object) -> None:
        raise ProjectError("The disk is full.", "Free some space.")

    monkeypatch.setattr(project.ratings, "record", full)
    press("2")
    workspace.set_user("cleo")
    assert page.controller.answers == {}
    assert page.banner.isVisible()
    monkeypatch.undo()
    page.controller.saving.retry()
    assert page.banner.isHidden()
    assert own(page, pk) == {"success": "yes"}
    assert own(page, pk, "cleo") == {}
    monkeypatch.setattr(project.ratings, "record", full)
    reported: list[object] = []
    workspace.reported.connect(reported.append)
    press("1")
    workspace.set_project(None)
    page.project_replaced()
    assert len(reported) == 1
    assert page.banner.isHidden()


def test_a_new_version_of_the_rubric_changes_the_form(
    page: ReviewPage, press: Callable[..., None], project: Project, workspace: Workspace
) -> None:
    pk = page.controller.pk
    press("2")
    data = project.rubrics.get("Support").to_json()
    data["criteria"].append({"name": "extra", "scale": {"kind": "binary"}})
    project.rubrics.save(Rubric.from_json(data), "ada")
    workspace.changed(Changes.of("rubrics"), "rubrics")
    assert page.form.card("extra") is not None
    assert page.controller.pk == pk
    success = page.form.card("success")
    assert success is not None
    assert success.value == "yes"
