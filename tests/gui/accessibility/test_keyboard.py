"""Every screen by keyboard alone: Tab reaches each control in reading order and is never stuck."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar, QWidget

from evaldesk.ui.screens.registry import SCREENS

OWN_TAB = {"review", "adjudicate"}
"""Here Tab goes through the questions; other commands lead to what lies beside them."""
SCREEN = pytest.mark.parametrize("screen_id", [spec.id for spec in SCREENS])
FREE = pytest.mark.parametrize("screen_id", [spec.id for spec in SCREENS if spec.id not in OWN_TAB])


def takes_tab(widget):
    return (
        widget.isVisible()
        and widget.isEnabled()
        and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        and widget.focusProxy() is None
        and not widget.visibleRegion().isEmpty()
    )


def named(widget):
    words = widget.text() if isinstance(widget, QAbstractButton | QLabel) else ""
    return f"{type(widget).__name__} “{widget.accessibleName() or words}”"


def chain(window):
    """Where Tab goes from the first control on, until it is back or 400 keys were pressed."""
    window.setFocus()
    window.focusNextChild()
    seen = []
    for _ in range(400):
        at = window.focusWidget()
        if at in seen:
            return seen
        seen.append(at)
        window.focusNextChild()
    raise AssertionError("Tab never comes back to where it began.")


@SCREEN
def test_tab_reaches_every_control(shown, screen_id):
    window = shown(screen_id)
    wanted = [widget for widget in window.findChildren(QWidget) if takes_tab(widget)]
    reached = chain(window)
    # Of an exclusive group Tab reaches the chosen one, and the arrows the others.
    groups = {it.group() for it in reached if isinstance(it, QAbstractButton) and it.group()}
    missed = [
        named(widget)
        for widget in wanted
        if widget not in reached
        and not (isinstance(widget, QAbstractButton) and widget.group() in groups)
    ]
    assert missed == []


@FREE
def test_the_key_itself_is_not_trapped(shown, screen_id):
    window = shown(screen_id)
    window.setFocus()
    window.focusNextChild()
    before, stuck = None, []
    for _ in range(len(chain(window))):
        at = window.focusWidget()
        QTest.keyClick(at, Qt.Key.Key_Tab)
        if window.focusWidget() is at:
            stuck.append(named(at))
            window.focusNextChild()
        before = at
    assert before is not None
    assert stuck == []


def place(widget, window):
    return widget.mapTo(window, QPoint(0, 0))


@SCREEN
def test_the_order_is_that_of_reading(shown, screen_id):
    """Within one container, what comes next lies further right or further down."""
    window = shown(screen_id)
    reached = [widget for widget in chain(window) if widget is not window]
    back = []
    for one, other in pairwise(reached):
        if one.parentWidget() is not other.parentWidget() or isinstance(other, QTabBar):
            continue
        a, b = place(one, window), place(other, window)
        above = b.y() + other.height() <= a.y() + 2
        left_of = b.x() + other.width() <= a.x() + 2 and b.y() < a.y() + one.height()
        if (above and b.x() <= a.x() + one.width()) or (
            left_of and not b.y() >= a.y() + one.height() // 2
        ):
            back.append(f"{named(one)} → {named(other)}")
    assert back == []


@pytest.mark.parametrize("key", [Qt.Key.Key_K, Qt.Key.Key_F1], ids=["palette", "keys"])
def test_escape_closes_what_lies_above_and_gives_the_focus_back(shown, key):
    window = shown("traces")
    before = window.focusWidget()
    ctrl = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(before, key, ctrl if key == Qt.Key.Key_K else Qt.KeyboardModifier.NoModifier)
    pane = window.palette_overlay if key == Qt.Key.Key_K else window.sheet
    assert pane.isVisible()
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
    assert not pane.isVisible()
    assert window.focusWidget() is before
