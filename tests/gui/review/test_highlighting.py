"""Highlighting an item by keys and by mouse: what is on the disk then, and what is seen."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from evaldesk.domain.highlight import Highlight
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.widgets.trace_view.places import Place

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def press(page: ReviewPage) -> Callable[..., None]:
    def press(*keys: Any, modifier: Qt.KeyboardModifier = NONE) -> None:
        for key in keys:
            target = page.focusWidget() or page
            if isinstance(key, str):
                QTest.keyClicks(target, key)
            else:
                QTest.keyClick(target, key, modifier)

    return press


@pytest.fixture
def ready(page: ReviewPage) -> ReviewPage:
    """The answer of the first item is the current card, and the highlights were read."""
    canvas = page.trace_pane.single.canvas
    canvas.set_current(row_of(page, "Answer"))
    page.highlighting.desk.load()
    return page


def row_of(page: ReviewPage, text: str) -> int:
    cards = page.trace_pane.single.canvas.cards
    return next(
        row
        for row, card in enumerate(cards)
        if card is not None and any(text in section.text for section in card.sections)
    )


def kept(page: ReviewPage) -> list[Highlight]:
    project, trace = page.workspace.project, page.controller.trace
    assert project is not None
    assert trace is not None
    return project.highlights.of_trace(trace.row.pk)


def test_by_keys_alone(ready: ReviewPage, press: Callable[..., None]) -> None:
    page = ready
    press("h")
    press(Key.Key_Right, Key.Key_Right, Key.Key_Right, modifier=SHIFT)
    assert page.trace_pane.single.canvas.selected_text() == "Ans"
    press("2")
    press(Key.Key_2, modifier=ALT)
    press("c")
    press("too short")
    press(Key.Key_Return)
    (one,) = kept(page)
    assert (one.anchor.quote, one.kind, one.label) == ("Ans", "mode", "false_report")
    assert (one.severity, one.comment, one.author) == ("S2", "too short", "ada")
    assert one.rubric == "Support"
    # Nothing was answered by the figures.
    assert page.controller.answers == {}
    assert page.highlighting.desk.list.isVisibleTo(page)


def test_the_caret_goes_by_word_line_and_message(
    ready: ReviewPage, press: Callable[..., None]
) -> None:
    canvas = ready.trace_pane.single.canvas
    press("h")
    press(Key.Key_End, modifier=SHIFT)
    assert canvas.selected_text() == "Answer"
    press(Key.Key_Home)
    press(Key.Key_Right, modifier=CTRL | SHIFT)
    assert canvas.selected_text() == "Answer"
    press(Key.Key_Up)
    assert canvas.caret.place is not None
    assert canvas.caret.place.row < canvas.cards.index(canvas.cards[row_of(ready, "Answer")])
    press(Key.Key_Escape)
    assert not canvas.caret.active
    assert not ready.highlighting.desk.bar.isVisibleTo(ready)


def test_what_is_folded_is_opened_only_for_who_came_there(
    ready: ReviewPage, press: Callable[..., None]
) -> None:
    canvas = ready.trace_pane.single.canvas
    row = row_of(ready, "Answer")
    card = canvas.cards[0]
    assert card is not None
    card.summary = "folded"
    canvas.toggle(0)
    canvas.set_current(0)
    ready._focus_form()
    press("h")
    assert canvas.caret.place is not None
    assert canvas.caret.place.row == row
    assert not card.open


def test_without_a_label_nothing_is_kept_and_it_says_so(
    ready: ReviewPage, press: Callable[..., None]
) -> None:
    press("h")
    press(Key.Key_End, modifier=SHIFT)
    press(Key.Key_Return)
    assert kept(ready) == []
    assert ready.highlighting.desk.bar.problem.isVisibleTo(ready)


def test_a_label_of_ones_own(ready: ReviewPage, press: Callable[..., None]) -> None:
    press("h")
    press(Key.Key_End, modifier=SHIFT)
    press("o")
    press("curt")
    press(Key.Key_Return)
    (one,) = kept(ready)
    assert (one.kind, one.label, one.rubric) == ("label", "curt", "")


def mark(page: ReviewPage, first: int, last: int, label: int = 0) -> None:
    """As the mouse does: select, then click on a label."""
    canvas = page.trace_pane.single.canvas
    row = row_of(page, "Answer")
    canvas.select(Place(row, 0, first), Place(row, 0, last))
    canvas.pointed.emit()
    bar = page.highlighting.desk.bar
    assert bar.isVisibleTo(page)
    bar._buttons[label].click()


def test_by_mouse_a_click_on_a_label_keeps(ready: ReviewPage, qtbot: QtBot) -> None:
    canvas = ready.trace_pane.single.canvas
    row = row_of(ready, "Answer")
    first, last = (canvas.place_rect(Place(row, 0, at)) for at in (0, 6))
    assert first is not None
    assert last is not None
    y = round(first.center().y())
    QTest.mousePress(
        canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(first.left()) + 1, y)
    )
    QTest.mouseMove(canvas.viewport(), QPoint(round(last.left()) + 2, y))
    QTest.mouseRelease(
        canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(round(last.left()) + 2, y)
    )
    bar = ready.highlighting.desk.bar
    assert bar.isVisibleTo(ready)
    bar._buttons[0].click()
    (one,) = kept(ready)
    assert one.label == "wrong_action"
    assert one.anchor.quote == "Answer"


def test_keys_are_shown_only_while_they_choose(
    ready: ReviewPage, press: Callable[..., None]
) -> None:
    """By mouse a figure still answers the rubric, so the bar must not show figures."""
    canvas = ready.trace_pane.single.canvas
    row = row_of(ready, "Answer")
    canvas.select(Place(row, 0, 0), Place(row, 0, 3))
    canvas.pointed.emit()
    bar = ready.highlighting.desk.bar
    assert bar.isVisibleTo(ready)
    assert {button.keys for button in bar._buttons} == {""}
    ready._focus_form()
    press("h")
    assert [button.keys for button in bar._buttons[:2]] == ["1", "2"]
    press("1")
    press(Key.Key_Return)
    assert [one.label for one in kept(ready)] == ["wrong_action"]
    assert ready.controller.answers == {}


def test_undo_and_redo_go_with_the_answers(ready: ReviewPage, press: Callable[..., None]) -> None:
    page = ready
    mark(page, 0, 3)
    page.form.setFocus()
    page._focus_form()
    press("1")
    assert page.controller.answers
    page._undo()
    assert not page.controller.answers
    assert len(kept(page)) == 1
    page._undo()
    assert kept(page) == []
    assert page.highlighting.desk.placed == []
    page._redo()
    assert [one.anchor.quote for one in kept(page)] == ["Ans"]


def test_walking_removing_and_changing(ready: ReviewPage, press: Callable[..., None]) -> None:
    page, desk = ready, ready.highlighting.desk
    mark(page, 0, 3)
    mark(page, 2, 6, label=1)
    assert [one.letter for one in desk.placed] == ["A", "B"]
    canvas = page.trace_pane.single.canvas
    marks = next(iter(canvas.painter.marks.labelled.values())).marks
    assert [mark.lane for mark in marks] == [0, 1]
    desk.current = ""
    page._focus_form()
    press("]")
    assert desk.current == desk.placed[0].highlight.id
    press("]")
    assert desk.current == desk.placed[1].highlight.id
    press("[")
    press("h")  # the one in hand is changed
    press("2")
    press(Key.Key_Return)
    assert [one.label for one in kept(page)] == ["false_report", "false_report"]
    desk.go_to(desk.placed[0].highlight.id)
    page._focus_form()
    press(Key.Key_Delete)
    assert [one.anchor.quote for one in kept(page)] == ["swer"]


def test_after_one_was_kept_the_next_is_begun(
    ready: ReviewPage, press: Callable[..., None]
) -> None:
    mark(ready, 0, 3)
    ready._focus_form()
    press("h")
    press(Key.Key_End, modifier=SHIFT)
    press("2")
    press(Key.Key_Return)
    assert [one.label for one in kept(ready)] == ["wrong_action", "false_report"]
    press(Key.Key_Escape)
    # Who goes to another card has none in hand: nothing is removed by mistake.
    desk = ready.highlighting.desk
    desk.walk(1)
    assert desk.current
    ready.trace_pane.single.canvas.set_current(0)
    assert not desk.current
    press(Key.Key_Delete)
    assert len(kept(ready)) == 2


def test_what_is_on_its_way_to_the_disk_is_not_shown_to_another(ready: ReviewPage) -> None:
    mark(ready, 0, 3)
    desk = ready.highlighting.desk
    (one,) = kept(ready)
    desk.sight._under_way[one.id] = one, one
    ready.workspace.set_user("bo")
    desk.load()
    assert desk.placed == []


def test_another_raters_marks_are_not_seen(ready: ReviewPage) -> None:
    mark(ready, 0, 3)
    ready.workspace.set_user("bo")
    desk = ready.highlighting.desk
    desk.load()
    assert desk.placed == []
    assert desk.list.list.count() == 0


def test_an_item_that_was_handed_in_takes_marks_until_it_is_settled(ready: ReviewPage) -> None:
    desk = ready.highlighting.desk
    mark(ready, 0, 3)
    ready.controller.next(1)
    ready.controller.next(-1)
    desk.load()
    assert [one.highlight.anchor.quote for one in desk.placed] == ["Ans"]
