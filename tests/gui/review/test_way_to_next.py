"""The way to the next item does no more than it has to before the item is in sight."""

from collections.abc import Callable

from PySide6.QtTest import QTest

from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.workspace import Workspace
from tests.gui.review.test_fast_keys import HeldReads


def test_what_comes_next_is_read_after_what_is_in_hand_was_drawn(
    project: Project, open_page: Callable[..., ReviewPage], workspace: Workspace
) -> None:
    workspace.jobs = jobs = HeldReads()
    page = open_page(project)
    jobs.let_go()
    QTest.qWait(50)
    jobs.let_go()
    for _ in range(2):
        before = page.controller.pk
        page.controller.next()
        assert page.controller.pk != before
        assert jobs.held == []
        QTest.qWait(50)
        assert jobs.held
        jobs.let_go()
