"""Keys that come faster than items can be read: none is lost, none lands on the wrong item."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from evaldesk.jobs.runner import InlineJobRunner, JobRunner
from evaldesk.services.labelling import review
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.theme.style import two_lines_height
from evaldesk.ui.workspace import Workspace

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
OpenPage = Callable[..., ReviewPage]


class HeldReads(InlineJobRunner):
    """Writes at once; reads when they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], None]] = []

    def _start(self, pool: Any, job: Any, *rest: Any) -> None:
        start = super()._start
        if job.kind == "read":
            self.held.append(lambda: start(pool, job, *rest))
        else:
            start(pool, job, *rest)

    def let_go(self) -> None:
        while self.held:
            self.held.pop(0)()


def press(page: ReviewPage, *keys: str) -> None:
    for key in keys:
        focused: QWidget | None = page.focusWidget()
        target = page if focused is None else focused
        if key == "submit":
            QTest.keyClick(target, Key.Key_Return, CTRL)
        else:
            QTest.keyClicks(target, key)


def own(page: ReviewPage, pk: int | None, rater: str = "ada") -> dict[str, Any]:
    project, queue = page.workspace.project, page.controller.queue
    assert project is not None
    assert queue is not None
    assert pk is not None
    return review.answers(project, queue.rubric, pk, rater)


def test_keys_wait_for_the_item_they_are_meant_for(
    open_page: OpenPage, project: Project, workspace: Workspace
) -> None:
    workspace.jobs = jobs = HeldReads()
    page = open_page(project)
    page.setFocus()  # as the window does that holds the screens
    # The queue is not there yet; what is typed is not lost.
    press(page, "2")
    jobs.let_go()
    queue = page.controller.queue
    assert queue is not None
    first, second, third = queue.pks[:3]
    assert page.controller.pk == first
    page.controller.ahead.clear()
    press(page, "3", "submit", "1", "1", "submit", "2")
    assert page.controller.pk == first
    assert own(page, first) == {"success": "yes", "tool": 2}
    jobs.let_go()
    assert page.controller.pk == third
    assert own(page, first) == {"success": "yes", "tool": 2}
    assert own(page, second) == {"success": "no", "tool": 0}
    assert own(page, third) == {"success": "yes"}
    assert page.queue_pane.count.text() == "2 / 6"


def test_digits_go_on_after_the_first_answer_asked_for_a_name(
    open_page: OpenPage, project: Project, workspace: Workspace
) -> None:
    workspace.settings.put("user", None)
    workspace.jobs = jobs = HeldReads()
    page = open_page(project)
    page.setFocus()
    jobs.let_go()
    assert page.form.isAncestorOf(page.focusWidget())
    pk = page.controller.pk
    asked: list[Callable[[], object]] = []
    workspace.user_wanted.connect(asked.append)
    press(page, "2")
    assert len(asked) == 1
    workspace.set_user("cleo")
    asked[0]()
    press(page, "3", "submit", "1")
    jobs.let_go()
    assert own(page, pk, "cleo") == {"success": "yes", "tool": 2}
    following = page.controller.pk
    assert following != pk
    assert own(page, following, "cleo") == {"success": "no"}


def test_an_item_that_cannot_be_read_takes_no_keys_meant_for_it(
    open_page: OpenPage,
    project: Project,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace.jobs = jobs = HeldReads()
    page = open_page(project)
    page.setFocus()
    jobs.let_go()
    first = page.controller.pk
    page.controller.ahead.clear()
    reported: list[object] = []
    workspace.reported.connect(reported.append)

    def broken(pk: int) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(project.traces, "read", broken)
        press(page, "2", "3", "submit", "1")
        jobs.let_go()
    assert [str(error) for error in reported] == ["the disk is gone"]
    assert own(page, first) == {"success": "yes", "tool": 2}
    assert page.controller.pk == first
    # And it goes on from there.
    press(page, "n")
    jobs.let_go()
    press(page, "1")
    assert page.controller.pk != first
    assert own(page, page.controller.pk) == {"success": "no"}


def test_a_burst_of_keys_with_real_threads(
    open_page: OpenPage,
    make_project: Callable[..., Project],
    workspace: Workspace,
    qtbot: QtBot,
    tmp_path: Any,
) -> None:
    items = 30
    jobs = JobRunner()
    workspace.jobs = jobs
    with make_project(tmp_path / "many.evaldesk", traces=items + 3) as project:
        page = open_page(project)
        qtbot.waitUntil(lambda: page.controller.trace is not None, timeout=30_000)
        queue = page.controller.queue
        assert queue is not None
        for number in range(items):
            press(page, str(1 + number % 2), str(1 + number % 3), "submit")
        qtbot.waitUntil(lambda: page.queue_pane.count.text() == "30 / 33", timeout=30_000)
        qtbot.waitUntil(lambda: not jobs.busy, timeout=30_000)
        for number, pk in enumerate(queue.pks[:items]):
            expected = {"success": ("no", "yes")[number % 2], "tool": number % 3}
            assert own(page, pk) == expected, number
        progress = project.ratings.progress("Support", "ada")
        assert {pk for pk, (state, _) in progress.items() if state == "submitted"} == set(
            queue.pks[:items]
        )
        workspace.set_project(None)
        jobs.shutdown()


def test_the_item_in_hand_stands_in_the_upper_part_of_the_list(
    open_page: OpenPage,
    make_project: Callable[..., Project],
    workspace: Workspace,
    qtbot: QtBot,
    tmp_path: Any,
) -> None:
    with make_project(tmp_path / "many.evaldesk", traces=120) as project:
        page = open_page(project)
        pane = page.queue_pane
        queue = page.controller.queue
        assert queue is not None
        for place in (60, 20, 90):
            page.controller.go(queue.pks[place])
            top = pane.list.rowViewportPosition(place)
            height = pane.list.viewport().height()
            assert 0 <= top <= height // 3
            assert top % two_lines_height() == 0
        # Another rater begins where their own queue begins.
        workspace.set_user("cleo")
        assert page.controller.queue is not None
        assert page.controller.pk == page.controller.queue.pks[0]
        assert pane.list.rowViewportPosition(0) == 0
        # A click does not move the list under the pointer.
        row = pane.list.rowAt(pane.list.viewport().height() - 30)
        before = pane.list.verticalScrollBar().value()
        QTest.mouseClick(
            pane.list.viewport(),
            Qt.MouseButton.LeftButton,
            pos=pane.list.visualRect(pane.model.index(row)).center(),
        )
        assert page.controller.pk == page.controller.queue.pks[row]
        assert pane.list.verticalScrollBar().value() == before
        workspace.set_project(None)


def test_a_digit_that_the_question_does_not_have_is_said(
    open_page: OpenPage, project: Project
) -> None:
    page = open_page(project)
    press(page, "7")
    assert "“Task success” has no answer 7." in page.form.problem.text()
    assert page.form.active == "success"
    press(page, "2")
    assert page.form.problem.isHidden()
    assert own(page, page.controller.pk) == {"success": "yes"}


def test_what_was_undone_is_the_question_in_hand_again(
    open_page: OpenPage, project: Project
) -> None:
    page = open_page(project)
    press(page, "2", "3")
    assert page.form.active == "minutes"
    QTest.keyClick(page.focusWidget(), Key.Key_Z, CTRL)
    assert page.form.active == "tool"
    QTest.keyClick(page.focusWidget(), Key.Key_Z, CTRL)
    assert page.form.active == "success"
    press(page, "1")
    assert own(page, page.controller.pk) == {"success": "no"}
