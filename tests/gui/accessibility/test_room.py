"""Nothing that a person reads or presses is cut off in the smallest common window."""

from collections import Counter

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractButton, QLabel, QToolButton

from evaldesk.ui.screens.registry import SCREENS
from evaldesk.ui.widgets.label import ElidedLabel

SCREEN = pytest.mark.parametrize("screen_id", [spec.id for spec in SCREENS])
SLACK = 2


def cut(window):
    """Labels and buttons with less room than their words need; those that say so with an ellipsis
    and have the whole in a tooltip are made for that.
    """
    found = []
    for widget in window.findChildren(QLabel) + window.findChildren(QAbstractButton):
        if not widget.isVisible() or not widget.text() or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and widget.wordWrap():
            short = widget.heightForWidth(widget.width()) > widget.height() + SLACK
        else:
            need = widget.minimumSizeHint()
            lines = widget.text().split("\n")
            words = max(widget.fontMetrics().horizontalAdvance(line) for line in lines)
            wide = min(need.width(), words) if isinstance(widget, QLabel) else words
            pressed = isinstance(widget, QToolButton) and widget.toolTip()
            short = widget.width() + SLACK < wide and not pressed
            short = short or widget.height() + SLACK < widget.fontMetrics().height()
        if short:
            found.append((type(widget).__name__, widget.text()[:50], widget.size().toTuple()))
    return found


@SCREEN
def test_words_have_room_at_1280_by_720(shown, screen_id):
    assert cut(shown(screen_id)) == []


@pytest.mark.slow
def test_sizes_hold_at_once_and_go_back(shown):
    window = shown("review")
    page = window.host.current
    canvas = page.trace_pane.single.canvas
    rows = page.queue_pane.list
    before = (
        canvas.rows.total,
        rows.rowHeight(0),
        page.form.submit_button.height(),
        window.header.height(),
    )
    window.theme.resize(interface_size=20)
    shown("review")
    assert rows.rowHeight(0) > before[1]
    assert page.form.submit_button.height() > before[2]
    assert window.header.height() > before[3]
    window.theme.resize(interface_size=None, payload_size=20)
    shown("review")
    assert canvas.rows.total > before[0] * 1.15
    assert rows.rowHeight(0) == before[1]
    window.theme.resize(payload_size=None, density="compact")
    shown("review")
    assert rows.rowHeight(0) < before[1]
    window.theme.resize(density=None)
    shown("review")
    after = (
        canvas.rows.total,
        rows.rowHeight(0),
        page.form.submit_button.height(),
        window.header.height(),
    )
    assert after[1:] == before[1:]
    assert after[0] == pytest.approx(before[0], rel=0.02)


class StyleChanges(QObject):
    """Counts how often a widget is told to look otherwise."""

    def __init__(self):
        super().__init__()
        self.told = Counter()

    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.StyleChange:
            self.told[watched] += 1
        return False


def test_another_look_is_put_on_once_however_deep_a_widget_lies(shown, qapp):
    window = shown("review")
    deep = window.host.current.form.submit_button
    changes = StyleChanges()
    qapp.installEventFilter(changes)
    try:
        window.theme.toggle()
        assert 1 <= changes.told[deep] <= 2  # the old look off, the new one on
        changes.told.clear()
        window.theme.resize(payload_size=20)
        assert not changes.told[deep]
    finally:
        qapp.removeEventFilter(changes)
        window.theme.resize(payload_size=None)
        window.theme.toggle()


@pytest.mark.slow
@SCREEN
def test_words_have_room_at_20_pixels(shown, screen_id):
    window = shown(screen_id)
    window.theme.resize(interface_size=20, payload_size=20)
    try:
        assert cut(shown(screen_id)) == []
    finally:
        window.theme.resize(interface_size=None, payload_size=None)
