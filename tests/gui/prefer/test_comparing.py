"""Comparing pairs: by keyboard alone, nothing lost, nothing told."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from evaldesk.domain.preference import OVERALL, as_shown
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.services.labelling.preferring import STRENGTH
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.actions.typing_guard import TypingGuard
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.prefer.page import PreferPage
from evaldesk.ui.screens.review.scope import Scope, look
from evaldesk.ui.workspace import Workspace
from tests.unit.services.pairs import project_with_runs


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_with_runs(tmp_path / "p.evaldesk", 6, ("one", "two")) as made:
        plan = RoundPlan("Duel", "R", ("Ada",), "pairwise", repeats=0.3, pairs=("one", "two"))
        start_round(made, plan, "Olga")
        yield made


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path, project: Project) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "Ada")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    made.set_project(project)
    yield made
    made.set_project(None)
    made.jobs.shutdown()


@pytest.fixture
def page(workspace: Workspace, qtbot: QtBot, qapp: QApplication) -> Iterator[PreferPage]:
    guard = TypingGuard(qapp)
    made = PreferPage(workspace)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    made.opened(round="Duel")
    yield made
    guard.deleteLater()


@pytest.fixture
def press(page: PreferPage) -> Callable[..., None]:
    def press(*keys: Qt.Key | str, control: bool = False) -> None:
        for key in keys:
            target: QWidget = QApplication.focusWidget() or page
            if isinstance(key, str):
                QTest.keyClicks(target, key)
            elif control:
                QTest.keyClick(target, key, Qt.KeyboardModifier.ControlModifier)
            else:
                QTest.keyClick(target, key)

    return press


def stands(project: Project, item: int) -> dict[str, tuple[str, int | None, str]]:
    own = project.preferences.own("Duel", "Ada", (abs(item), int(item < 0)))
    return {
        name: (as_shown(one.choice, one.left or "a"), one.strength, one.reason)
        for name, one in own.items()
        if one.choice is not None
    }


def item_of(page: PreferPage) -> int:
    assert page.controller.item is not None
    return page.controller.item


def test_a_whole_queue_by_keyboard(
    page: PreferPage, project: Project, press: Callable[..., None]
) -> None:
    seen = []
    wanted = []
    for place in range(8):
        item = item_of(page)
        seen.append(item)
        if place % 4 == 0:
            press(Qt.Key.Key_Left, Qt.Key.Key_2)
            wanted.append(("left", 2, ""))
        elif place % 4 == 1:
            press(Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_R)
            press("better told", Qt.Key.Key_Return)
            wanted.append(("right", 3, "better told"))
        elif place % 4 == 2:
            press(Qt.Key.Key_T)
            wanted.append(("tie", None, ""))
        else:
            press(Qt.Key.Key_B)
            wanted.append(("bad", None, ""))
        press(Qt.Key.Key_Return, control=True)
    assert len(set(seen)) == 8
    assert [stands(project, item)[OVERALL] for item in seen] == wanted
    assert page.centre.currentWidget() is page.finished
    assert {state for state, _ in project.preferences.progress("Duel", "Ada").values()} == {
        "submitted"
    }


def test_the_sides_are_the_assigned_ones_and_the_traces_of_one_scenario(
    page: PreferPage, project: Project
) -> None:
    assigned = {
        (one.number, one.reading): one for one in project.preferences.assigned("Duel", "Ada")
    }
    queue = page.controller.queue
    assert queue is not None
    for item in queue.pks:
        page.controller.go(item)
        assert page.trace_pane.pks == assigned[abs(item), int(item < 0)].sides


def test_nothing_says_which_system_is_which(page: PreferPage, project: Project) -> None:
    from tests.integration.test_blindness import said_by

    queue = page.controller.queue
    assert queue is not None
    ids = {row.id for row in project.traces.rows(list(range(1, 13)))}
    for item in queue.pks:
        page.controller.go(item)
        told = said_by(page) + page.breadcrumb() + str(page.chips()) + page.status_text()
        assert "Question" in told
        for word in ("system one", "system two", "'one'", "'two'", *ids):
            assert word not in told, word
        for copy in ("copy_trace", "copy_trace_json", "copy_json", "copy"):
            page.workspace.actions.trigger(f"prefer.read_{copy}")
            clipped = QApplication.clipboard().text()
            for word in ("system one", "system two", '"run"', *ids):
                assert word not in clipped, (copy, word)


def test_an_unfinished_pair_says_what_it_lacks_and_stays(
    page: PreferPage, project: Project, press: Callable[..., None]
) -> None:
    item = item_of(page)
    press(Qt.Key.Key_Return, control=True)
    assert "No choice" in page.verdict.problem.text()
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Return, control=True)
    assert "How much" in page.verdict.problem.text()
    assert item_of(page) == item
    assert project.preferences.progress("Duel", "Ada")[abs(item), int(item < 0)][0] == "draft"


def test_a_reason_may_come_first(
    page: PreferPage,
    workspace: Workspace,
    project: Project,
    press: Callable[..., None],
    qtbot: QtBot,
) -> None:
    item = item_of(page)
    press(Qt.Key.Key_R)
    press("shorter", Qt.Key.Key_Return)
    # It is on the disk before there is a choice: a crash here loses no word.
    again = PreferPage(workspace)
    qtbot.addWidget(again)
    again.opened(round="Duel")
    again.controller.go(item)
    assert again.controller.reason(OVERALL) == "shorter"
    assert project.preferences.current("Duel") == []
    press(Qt.Key.Key_Left, Qt.Key.Key_1)
    assert stands(project, item) == {OVERALL: ("left", 1, "shorter")}


def test_undo_goes_back_across_pairs(
    page: PreferPage, project: Project, press: Callable[..., None]
) -> None:
    first = item_of(page)
    press(Qt.Key.Key_Left, Qt.Key.Key_3)
    press(Qt.Key.Key_Return, control=True)
    second = item_of(page)
    press(Qt.Key.Key_T)
    for _ in range(2):
        press(Qt.Key.Key_Z, control=True)
    assert item_of(page) == first
    assert stands(project, second) == {}
    queue = page.controller.queue
    assert queue is not None
    assert queue.state(first) == "draft"
    press(Qt.Key.Key_Z, control=True)
    assert stands(project, first) == {OVERALL: ("left", None, "")}
    press(Qt.Key.Key_Z, control=True)
    assert stands(project, first) == {}
    for _ in range(2):
        press(Qt.Key.Key_Y, control=True)
    assert stands(project, first) == {OVERALL: ("left", 3, "")}


def test_skipping_flagging_and_criteria(
    page: PreferPage, project: Project, press: Callable[..., None]
) -> None:
    skipped = item_of(page)
    press(Qt.Key.Key_S)
    flagged = item_of(page)
    assert flagged != skipped
    QTest.keyClick(
        QApplication.focusWidget() or page, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier
    )
    press("cannot tell", Qt.Key.Key_Return)
    assert {one.note for one in project.preferences.flagged("Duel")} == {"cannot tell"}
    item = item_of(page)
    press(Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_1)
    assert stands(project, item) == {"kind": ("right", 1, "")}
    assert page.controller.sheet.answers == {"kind": "right", "kind" + STRENGTH: 1}
    press(Qt.Key.Key_Backspace)
    assert stands(project, item) == {}


def test_a_draft_is_found_again(
    page: PreferPage, workspace: Workspace, press: Callable[..., None], qtbot: QtBot
) -> None:
    press(Qt.Key.Key_J)
    item = item_of(page)
    press(Qt.Key.Key_Left)
    page.left()
    again = PreferPage(workspace)
    qtbot.addWidget(again)
    again.opened(round="Duel")
    assert again.controller.item == item
    assert again.controller.sheet.answers == {OVERALL: "left"}


def test_a_closed_round_is_only_looked_at(
    page: PreferPage, project: Project, press: Callable[..., None]
) -> None:
    project.rounds.move("Duel", "closed", "Olga")
    page.controller.load()
    press(Qt.Key.Key_Left)
    assert project.preferences.history("Duel") == []
    assert "closed" in page.verdict.problem.text()


def test_somebody_else_at_the_window_sees_nothing_of_it(
    page: PreferPage, workspace: Workspace, press: Callable[..., None]
) -> None:
    press(Qt.Key.Key_Left)
    workspace.set_user("Bo")
    assert page.controller.queue is None
    assert page.controller.ready is None
    assert not page.trace_pane.pks


def test_behind_the_pairs_stands_the_round_that_rates_one_trace_at_a_time(
    project: Project,
) -> None:
    start_round(project, RoundPlan("Solo", "R", ("Ada",), sample=3), "Olga")
    start_round(project, RoundPlan("Last", "R", ("Ada",), "pairwise", pairs=("one", "two")), "Olga")
    found = look(project, Scope(), "Ada")
    assert found.pairs == "Last"
    assert found.queue is not None
    assert found.queue.place[1] == "Solo"
