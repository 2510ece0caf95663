"""Suggestions, as last time, snippets, the quiet mode and the rater's own time, by keyboard."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric import COMMENT
from evaldesk.domain.trace import Scenario, Score, TraceBody, TraceRecord
from evaldesk.settings.snippets import keep_snippets
from evaldesk.settings.working_day import WorkingDay, keep_working_day
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.models import PACE_ROLE
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.screens.review.work_clock import WorkClock
from evaldesk.ui.widgets.rubric_form.cards import TextCard
from evaldesk.ui.widgets.rubric_form.choices import ChoiceCard
from evaldesk.ui.widgets.snippet_typing import SnippetMenu
from evaldesk.ui.workspace import Workspace

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
Open = Callable[..., ReviewPage]


def press(page: ReviewPage, *keys: Any, modifier: Qt.KeyboardModifier = NONE) -> None:
    for key in keys:
        focused: QWidget | None = page.focusWidget()
        target = page if focused is None else focused
        if isinstance(key, str):
            QTest.keyClicks(target, key)
        else:
            QTest.keyClick(target, key, modifier)


@pytest.fixture
def judged(tmp_path: Path, make_project: Callable[..., Project]) -> Project:
    """A round that suggests what a judge said of success: yes, no, yes."""
    project = make_project(tmp_path / "judged.evaldesk", traces=0)
    with project.ingest("made") as writer:
        writer.run("r", system="s", dataset="", details={})
        body: TraceBody = {
            "messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
        }
        for number, score in enumerate((1.0, 0.0, 1.0)):
            scenario = Scenario(key=f"S{number}", input=str(number))
            writer.add(TraceRecord(scenario, body, scores={"verdict": Score(score)}), "r")
        writer.finish("")
    items = [RoundItem(pk, ("ada",)) for pk in project.traces.ids(TraceQuery())]
    rules = RoundRules(order="imported", suggest="judge verdict for success")
    project.rounds.start(RoundDraft("Main", "main", "Support", ("ada",), items, rules), "olga")
    return project


def test_a_suggestion_stands_ready_and_is_no_answer(open_page: Open, judged: Project) -> None:
    page = open_page(judged, round="Main")
    card = page.form.card("success")
    assert isinstance(card, ChoiceCard)
    assert card.value is None
    assert card.stands_ready
    assert [button.isChecked() for button in card.buttons] == [False, False]
    assert card._suggestion.label.text() == "Suggested: Yes · judge verdict"  # type: ignore[union-attr]
    assert "no answer yet; suggested is" in card.accessibleDescription()
    assert page.controller.answers == {}
    assert judged.ratings.own(1, "Support", "ada") == {}
    # It cannot be handed in as if it were one.
    press(page, Key.Key_Down)
    press(page, "1")
    press(page, Key.Key_Return, modifier=CTRL)
    assert "“Task success” has no answer yet" in page.form.problem.text()
    judged.close()


def test_taking_and_changing_are_recorded_and_undone(open_page: Open, judged: Project) -> None:
    page = open_page(judged, round="Main")
    assert not page.form.take_all.isHidden()
    press(page, "y")
    assert page.controller.answers == {"success": "yes"}
    assert page.form.take_all.isHidden()
    assert judged.ratings.own(1, "Support", "ada")["success"].source.endswith("verdict, kept")
    press(page, "1")
    page.form.activate("success")
    press(page, "1")
    assert judged.ratings.own(1, "Support", "ada")["success"].source.endswith("verdict, changed")
    # The key brings it back as it was suggested.
    page.form.activate("success")
    press(page, "y")
    assert page.controller.answers["success"] == "yes"
    for wanted in ("changed", "kept"):
        press(page, Key.Key_Z, modifier=CTRL)
        source = judged.ratings.own(1, "Support", "ada")["success"].source
        assert source.endswith(wanted)
    press(page, Key.Key_Z, modifier=CTRL)
    press(page, Key.Key_Z, modifier=CTRL)
    assert page.controller.answers == {}
    assert page.form.card("success").stands_ready  # type: ignore[union-attr]
    judged.close()


def test_all_suggestions_are_one_step(open_page: Open, judged: Project) -> None:
    page = open_page(judged, round="Main")
    press(page, Key.Key_Y, modifier=SHIFT)
    assert page.controller.answers == {"success": "yes"}
    press(page, Key.Key_Z, modifier=CTRL)
    assert page.controller.answers == {}
    judged.close()


def test_as_last_time_fills_what_is_open_as_a_draft(page: ReviewPage, workspace: Workspace) -> None:
    project = workspace.project
    assert project is not None
    press(page, "l")
    assert page.controller.answers == {}
    press(page, "2")
    press(page, "3")
    press(page, Key.Key_Return, modifier=CTRL)
    second = page.controller.pk
    assert second is not None
    press(page, "1")
    press(page, "l")
    assert page.controller.answers == {"success": "no", "tool": 2}
    assert page.controller.queue.state(second) == "draft"  # type: ignore[union-attr]
    kept = project.ratings.own(second, "Support", "ada")
    assert (kept["success"].source, kept["tool"].source) == ("", "as last time")
    press(page, Key.Key_Z, modifier=CTRL)
    assert page.controller.answers == {"success": "no"}


def test_a_snippet_is_typed_in_by_its_abbreviation(page: ReviewPage, workspace: Workspace) -> None:
    keep_snippets(workspace.settings, {"inv": "Invents an order\nthat is not there."})
    press(page, "m")
    card = page.form.card(COMMENT)
    assert isinstance(card, TextCard)
    press(page, "Yes, ;inv")
    press(page, Key.Key_Tab)
    assert card.field.toPlainText() == "Yes, Invents an order\nthat is not there."
    assert card.field.hasFocus()
    # What is no abbreviation is left as it is, and Tab goes on.
    press(page, " ;none")
    press(page, Key.Key_Tab)
    assert not card.field.hasFocus()
    assert page.controller.answers[COMMENT] == "Yes, Invents an order\nthat is not there. ;none"


def test_snippets_are_offered_from_a_menu(page: ReviewPage, workspace: Workspace) -> None:
    keep_snippets(workspace.settings, {"a": "First.", "b": "Second."})
    page.workspace.actions.trigger("review.snippets")
    menu = page.form.card(COMMENT).findChild(SnippetMenu)  # type: ignore[union-attr]
    assert isinstance(menu, SnippetMenu)
    assert [action.text() for action in menu.actions()] == [";a    First.", ";b    Second."]
    QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Return)
    page.form.flush()
    assert page.controller.answers[COMMENT] == "Second."


def test_the_quiet_mode_hides_what_is_round_the_item_and_keys_go_on(
    page: ReviewPage, workspace: Workspace
) -> None:
    wanted: list[bool] = []
    workspace.quiet_wanted.connect(wanted.append)
    press(page, Key.Key_F11)
    assert page.queue_pane.isHidden()
    before = page.controller.pk
    press(page, "2")
    press(page, "1")
    press(page, Key.Key_Return, modifier=CTRL)
    assert page.controller.pk != before
    press(page, Key.Key_F11)
    assert not page.queue_pane.isHidden()
    press(page, Key.Key_F11)
    # Another screen is never without its rail.
    page.left()
    assert wanted == [True, False, True, False]


def test_own_time_and_goal_are_told_and_a_break_is_no_dialog(
    page: ReviewPage, workspace: Workspace
) -> None:
    now = 1000.0
    clock = WorkClock(page, lambda: now)
    page.controller.clock = clock
    keep_working_day(workspace.settings, WorkingDay("items", 3, 10))
    clock.touch()
    for _ in range(20):
        now += 31.0
        clock.touch()
    assert page.controller.my_time.words() == "this item 10:20 · today 0 of 3 items"
    page.controller.my_time.tick()
    assert not page.break_line.isHidden()
    assert page.break_line.words.text() == "10 minutes without a break."
    assert page.form.isEnabled()
    page.break_line.button.click()
    assert page.break_line.isHidden()
    press(page, "2")
    press(page, "1")
    press(page, Key.Key_Return, modifier=CTRL)
    assert page.controller.my_time.words().endswith("today 1 of 3 items")
    now += 400.0
    clock.touch()
    assert clock.stretch_s == 0.0


def test_unusual_items_are_marked_in_the_own_queue(
    open_page: Open, tmp_path: Path, make_project: Callable[..., Project]
) -> None:
    with make_project(tmp_path / "many.evaldesk", traces=16) as project:
        pks = list(project.traces.ids(TraceQuery()))
        for place, pk in enumerate(pks):
            project.work_times.spent(pk, "Support", "ada", 400_000 if place == 3 else 60_000)
            project.work_times.spent(pk, "Support", "ben", 5_000)
            project.ratings.submit(pk, "Support", "ada", state="submitted")
        page = open_page(project)
        model = page.queue_pane.model
        marked = {
            model.index(row).data(PACE_ROLE): model.index(row).data(Qt.ItemDataRole.ToolTipRole)
            for row in range(model.rowCount())
        }
        assert set(marked) == {"", "slow"}
        assert "Took you 6:40" in marked["slow"]
        assert "much slower" in model.index(model.row_of(pks[3])).data()


def test_new_keys_are_nobody_elses(page: ReviewPage, workspace: Workspace) -> None:
    actions = workspace.actions
    for name in ("accept", "accept_all", "last_time", "snippets", "quiet"):
        for key in actions.shortcuts(f"review.{name}"):
            same = [
                spec.id
                for spec in actions.specs
                if spec.scope in ("review", "")
                and QKeySequence(key) in map(QKeySequence, actions.shortcuts(spec.id))
            ]
            assert same == [f"review.{name}"]
