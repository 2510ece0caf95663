"""Ruling by keyboard: what a person does, and what is on the disk then."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.domain.errors import ProjectError
from evaldesk.domain.project import Changes
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rating import Ruling
from evaldesk.storage.project import Project
from evaldesk.storage.rulings import RulingRepository
from evaldesk.ui.screens.adjudicate.board import CELL_ROLE, NAME_ROLE
from evaldesk.ui.screens.adjudicate.page import AdjudicatePage
from evaldesk.ui.workspace import Workspace

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Press = Callable[..., None]


def made(page: AdjudicatePage) -> list[Ruling]:
    """Every ruling on the disk but the one that was there."""
    project = page.workspace.project
    assert project is not None
    return project.rulings.everything("Support")[1:]


def scenario(page: AdjudicatePage) -> str:
    assert page.controller.trace is not None
    return page.controller.trace.row.scenario


def test_a_dozen_keys_rule_and_go_on(page: AdjudicatePage, press: Press) -> None:
    # The worst first: somebody said S1.
    assert scenario(page) == "RET-06"
    assert page.controller.open_count == 7
    press("1", "r", "The order was another.")
    press(Key.Key_Return, modifier=CTRL)
    (ruling,) = made(page)
    assert (ruling.criterion, ruling.kind, ruling.value) == ("success", "adopt", "no")
    assert ruling.reason == "The order was another."
    assert ruling.author == "Noor"
    assert scenario(page) != "RET-06"
    assert page.controller.open_count == 6
    assert "6 open of 8" in page.breadcrumb()


def test_all_of_them_can_be_ruled_on_without_a_mouse(page: AdjudicatePage, press: Press) -> None:
    for number in range(7):
        if page.controller.place is not None and page.controller.place[1] == "minutes":
            press("5")
        else:
            press("2")
        press(Key.Key_Escape, "r", f"Reason {number}.")
        press(Key.Key_Return, modifier=CTRL)
    assert len(made(page)) == 7
    assert page.controller.open_count == 0
    assert page.controller.view == []
    assert "Every disagreement" in page.list_pane.nothing.text()


def test_without_a_reason_it_is_said_in_place_and_nothing_is_kept(
    page: AdjudicatePage, press: Press
) -> None:
    press("1")
    press(Key.Key_Return, modifier=CTRL)
    card = page.board_pane.card
    assert "needs a reason" in card.problem.text()
    assert card.problem.isVisible()
    assert made(page) == []
    # The field has the focus already; what is typed mends it.
    press("Because.")
    assert not card.problem.isVisible()
    press(Key.Key_Return, modifier=CTRL)
    assert [one.reason for one in made(page)] == ["Because."]


def test_without_a_choice_it_is_said(page: AdjudicatePage, press: Press) -> None:
    press("r", "Because.")
    press(Key.Key_Return, modifier=CTRL)
    assert "Choose a value" in page.board_pane.card.problem.text()
    assert made(page) == []


@pytest.mark.parametrize(
    ("keys", "kind"),
    [("3", "none_fits"), ("4", "rubric_unsettled"), ("x", "none_fits"), ("u", "rubric_unsettled")],
)
def test_none_fits_and_not_settled_are_rulings_too(
    page: AdjudicatePage, press: Press, keys: str, kind: str
) -> None:
    press(keys, "r", "Neither.")
    press(Key.Key_Return, modifier=CTRL)
    (ruling,) = made(page)
    assert (ruling.kind, ruling.value) == (kind, None)


def test_digits_are_text_while_a_reason_is_written(page: AdjudicatePage, press: Press) -> None:
    press("2", "r", "Anchor 1 of 3, not x.")
    assert page.controller.draft.value == "yes"
    assert page.controller.draft.text == "Anchor 1 of 3, not x."


def test_where_the_disagreement_came_from_is_kept_with_the_reason(
    page: AdjudicatePage, press: Press
) -> None:
    press("1")
    page.board_pane.card.kind_buttons["Rubric gap"].click()
    press("r", "The anchor is silent.")
    press(Key.Key_Return, modifier=CTRL)
    assert made(page)[0].reason == "Rubric gap: The anchor is silent."


def test_what_is_begun_stays_when_one_looks_elsewhere(page: AdjudicatePage, press: Press) -> None:
    press("2", "r", "Half a thou", Key.Key_Escape, "j")
    assert page.controller.draft.text == ""
    assert page.board_pane.card.reason.toPlainText() == ""
    press("k")
    assert page.board_pane.card.reason.toPlainText() == "Half a thou"
    assert page.controller.draft.value == "yes"


def test_taking_up_again_deletes_nothing(page: AdjudicatePage, press: Press) -> None:
    press("1", "r", "Too fast.")
    press(Key.Key_Return, modifier=CTRL)
    press(Key.Key_Z, modifier=CTRL)
    assert scenario(page) == "RET-06"
    assert page.board_pane.card.reason.toPlainText() == "Too fast."
    assert page.controller.draft.value == "no"
    assert len(made(page)) == 1
    assert "supersedes" in page.board_pane.card.remark.text()
    press("2", "r", " Rather yes.")
    press(Key.Key_Return, modifier=CTRL)
    first, second = made(page)
    assert second.supersedes == first.id
    assert (second.value, second.reason) == ("yes", "Too fast. Rather yes.")


def test_the_history_shows_what_was_superseded(page: AdjudicatePage, press: Press) -> None:
    page.controller.choose(state="ruled")
    assert scenario(page) == "RET-05"
    assert "A ruling stands" in page.board_pane.card.remark.text()
    press("2", "r", "Read again.")
    press(Key.Key_Return, modifier=CTRL)
    row = page.controller.board_row
    assert row is not None
    assert [one.value for one in row.rulings] == ["no", "partly"]
    names = [card.accessibleName() for card in page.board_pane.history._cards]
    assert "stands: Read again." in names[0]
    assert "superseded: Anchor 0." in names[1]


def test_a_ruling_that_cannot_be_saved_is_loud_and_stays(
    page: AdjudicatePage, press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ProjectError("The disk is full.", "Make room.")

    with monkeypatch.context() as full:
        full.setattr(RulingRepository, "append", refuse)
        press("1", "r", "Because.")
        press(Key.Key_Return, modifier=CTRL)
    assert page.banner.isVisible()
    assert "not saved" in page.banner.message.text()
    assert "The disk is full." in page.banner.hint.text()
    assert scenario(page) == "RET-06"
    assert page.controller.open_count == 7
    assert page.board_pane.card.reason.toPlainText() == "Because."
    press(Key.Key_Return, modifier=CTRL)
    assert len(made(page)) == 1
    assert not page.banner.isVisible()


def test_a_click_on_an_answer_adopts_it(page: AdjudicatePage) -> None:
    page.controller.choose(criterion="honest")
    board = page.board_pane.board
    model = board.board
    row = next(r for r in range(model.rowCount()) if model.index(r, 0).data(NAME_ROLE) == "honest")
    column = next(c for c in range(1, 4) if model.index(row, c).data(CELL_ROLE).value == "no")
    box = board.visualRect(model.index(row, column))
    QTest.mouseClick(board.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert page.controller.draft.value == "no"
    assert page.board_pane.card.points[0][1].isChecked()


def test_points_say_who_many_gave_them_and_their_anchor(page: AdjudicatePage, press: Press) -> None:
    page.controller.choose(criterion="honest")
    card = page.board_pane.card
    assert [button.text() for _, button in card.points] == ["no  × 1", "partly  × 2", "yes"]
    press("3")
    assert card.anchor.text() == "yes — All of it matches."


def test_a_number_is_typed(page: AdjudicatePage, press: Press) -> None:
    page.controller.choose(criterion="minutes")
    press("1", "2")
    assert page.board_pane.card.number.text() == "12"
    assert page.controller.draft.value == 12.0
    press("0")
    assert "above 60" in page.board_pane.card.problem.text()
    press(Key.Key_Backspace, Key.Key_Escape, "r", "By the clock.")
    press(Key.Key_Return, modifier=CTRL)
    assert (made(page)[0].kind, made(page)[0].value) == ("other", 12.0)


def test_tab_goes_through_the_questions_of_a_trace(page: AdjudicatePage, press: Press) -> None:
    page.controller.choose(criterion="honest")
    seen = []
    for _ in range(3):
        press(Key.Key_Tab)
        assert page.controller.place is not None
        seen.append(page.controller.place[1])
    # Words have no value to rule on; what raters agree on can still be wrong.
    assert seen == ["minutes", "success", "honest"]
    press(Key.Key_Tab, Key.Key_Tab, "2", "r", "All three overlooked it.")
    press(Key.Key_Return, modifier=CTRL)
    assert (made(page)[0].criterion, made(page)[0].value) == ("success", "yes")


def test_words_are_shown_and_not_ruled_on(page: AdjudicatePage, project: Project) -> None:
    page.controller.go((project.traces.find("RET-08"), "notes"))
    card = page.board_pane.card
    assert "answered in words" in card.title.text()
    assert not card.choices.isVisible()
    assert not page.board_pane.rule_button.isVisible()


def test_earlier_reasons_are_offered_those_of_the_question_first(
    page: AdjudicatePage, press: Press
) -> None:
    press("1", "r", "About success.")
    press(Key.Key_Return, modifier=CTRL)
    page.controller.choose(criterion="honest")
    assert page.controller.reasons() == ["Anchor 0.", "About success."]
    page.board_pane.card._take("Slip: Looked at the wrong line.")
    assert page.controller.draft.text == "Looked at the wrong line."
    assert page.controller.draft.reason_kind == "Slip"


def test_what_others_write_comes_in_and_the_place_is_kept(
    page: AdjudicatePage, press: Press, project: Project
) -> None:
    press("j", "1", "r", "Begun.", Key.Key_Escape)
    place = page.controller.place
    pk = project.traces.find("RET-09")
    for rater, value in (("Ines", "yes"), ("Tomasz", "no")):
        project.ratings.answer(pk, "Support", "success", rater, value)
    page.workspace.changed(Changes.of("ratings", trace_pks=(pk,)), "elsewhere")
    assert page.controller.open_count == 8
    assert page.controller.place == place
    assert page.board_pane.card.reason.toPlainText() == "Begun."


def test_who_says_only_now_who_they_are_loses_nothing(
    open_page: Callable[..., AdjudicatePage], project: Project, workspace: Workspace
) -> None:
    workspace.settings.put("user", "")
    for pk in project.traces.ids(TraceQuery()):
        project.ratings.submit(pk, "Support", workspace.settings.user)
    asked: list[Callable[[], object]] = []
    workspace.user_wanted.connect(asked.append)
    page = open_page(project)
    page.controller.pick("no")
    page.controller.edit(text="Because.")
    page.controller.rule()
    assert made(page) == []
    workspace.set_user("Zoe")
    asked.pop()()
    (ruling,) = made(page)
    assert (ruling.author, ruling.value, ruling.reason) == ("Zoe", "no", "Because.")
    assert page.desk.isVisible()
    assert page.controller.open_count == 6
