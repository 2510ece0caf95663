"""Active time: what counts, what does not, and where it lands."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.screens.review.work_clock import IDLE_S, WorkClock


def test_pauses_and_other_windows_do_not_count() -> None:
    now = [0.0]
    clock = WorkClock(now=lambda: now[0])
    for moment in (0.0, 10.0, 10.0 + IDLE_S, 500.0, 505.0):
        now[0] = moment
        clock.touch()
    assert clock.take() == round((10.0 + IDLE_S + 5.0) * 1000)
    now[0] = 507.0
    clock.stop()
    now[0] = 520.0
    clock.touch()
    assert clock.take() == 2000
    assert clock.take() == 0


def test_the_time_of_each_item_is_kept_with_it(
    open_page: Callable[..., ReviewPage], project: Project
) -> None:
    page = open_page(project)
    now = [0.0]
    page.controller.clock._now = lambda: now[0]
    window = page.window().windowHandle()
    for place in range(6):
        for seconds in (0.0, 4.0 + place):
            now[0] += seconds
            QTest.keyClick(window, Qt.Key.Key_Down)
        QTest.keyClick(window, Qt.Key.Key_J)
    page.left()
    assert project.work_times.seconds_each("Support") == 6.5
