"""One trace on the screen."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from evaldesk.ui.theme.tokens import DARK
from evaldesk.ui.widgets.trace_view.places import MessageSpan, Place


def key(view, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(view.canvas, key, modifier)


def titles(view):
    return [card.title or card.summary for card in view.canvas.cards]


def row_of(view, kind):
    return next(row for row, card in enumerate(view.canvas.cards) if card.kind == kind)


def test_figures_stand_above(view, support):
    view.show_trace(support)
    said = view.head.accessibleName()
    for part in ("model-x", "5 steps · 8.4 s · 3,112 tokens", "pass 1", "$0.120", "run-1"):
        assert part in said


def test_a_blind_head_names_nobody(view, support):
    view.show_trace(support, "a", alias="Birch", hide_systems=True, hide_scores=True)
    said = view.head.accessibleName()
    assert said.startswith("A · Birch")
    for part in ("model-x", "run-1", "pass", "$"):
        assert part not in said


def test_keys_go_from_message_to_message_and_say_what_is_there(view, support):
    view.show_trace(support)
    assert view.canvas.current == 0
    key(view, Qt.Key.Key_J)
    key(view, Qt.Key.Key_Down)
    assert view.canvas.current == 2
    assert "keep the chair" in view.canvas.accessibleDescription()
    key(view, Qt.Key.Key_K)
    assert view.canvas.current == 1
    key(view, Qt.Key.Key_End)
    assert view.canvas.current == len(view.canvas.cards) - 1
    key(view, Qt.Key.Key_Home)
    assert view.canvas.current == 0


def test_enter_opens_and_closes_a_call(view, support):
    view.show_trace(support)
    row = row_of(view, "tool")
    view.canvas.set_current(row)
    low = view.canvas.rows.own(0, row)
    key(view, Qt.Key.Key_Return)
    assert view.canvas.cards[row].open
    assert view.canvas.rows.own(0, row) > low
    key(view, Qt.Key.Key_Space)
    assert view.canvas.rows.own(0, row) == low


def test_e_opens_everything_and_closes_it_again(view, support):
    view.show_trace(support)
    key(view, Qt.Key.Key_E)
    assert not view.canvas.any_folded()
    key(view, Qt.Key.Key_E)
    assert not any(card.open for card in view.canvas.cards if card.foldable)


def test_a_click_on_a_head_folds(view, support):
    view.show_trace(support)
    row = row_of(view, "setup")
    y = view.canvas.rows.top(row) + 16 + 16
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, int(y)))
    assert view.canvas.cards[row].open


def test_text_is_selected_with_the_mouse_and_copied(view, support):
    view.show_trace(support)
    viewport = view.canvas.viewport()
    row = row_of(view, "user")
    y = int(view.canvas.rows.top(row)) + 16 + 7 + 20 + 10
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(viewport, left, pos=QPoint(31, y))
    QTest.mouseMove(viewport, QPoint(300, y))
    QTest.mouseRelease(viewport, left, pos=QPoint(300, y))
    chosen = view.canvas.selected_text()
    assert chosen.startswith("I want to cancel")
    key(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == chosen


def test_a_double_click_selects_a_word(view, support):
    view.show_trace(support)
    row = row_of(view, "user")
    y = int(view.canvas.rows.top(row)) + 16 + 7 + 20 + 10
    QTest.mouseDClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(45, y))
    assert view.canvas.selected_text() in ("want", "I")


def test_places_count_characters_beyond_the_basic_plane(view, make):
    view.show_trace(make.trace([make.message("user", make.text("🙂🙂 word 🙂"))]))
    view.canvas.select(Place(0, 0, 3), Place(0, 0, 7))
    assert view.canvas.selected_text() == "word"
    assert view.selected_span() == MessageSpan(0, "text", 3, 4, "word")


def test_without_a_selection_the_message_is_copied(view, support):
    view.show_trace(support)
    view.canvas.set_current(row_of(view, "user"))
    key(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().endswith("keep the chair.")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    key(view, Qt.Key.Key_C, both)
    assert QGuiApplication.clipboard().text().startswith("**1 · User**")


def test_finding_opens_what_hides_a_hit(view, support):
    view.show_trace(support)
    row = row_of(view, "tool")
    assert view.find("pending") == 1
    assert view.canvas.cards[row].open
    assert view.canvas.current == row
    assert view.find("no such words") == 0
    assert view.hit == -1


def test_hits_are_gone_through_round_the_end(view, support):
    view.show_trace(support)
    count = view.find("cancel")
    assert count > 2
    seen = {view.hit}
    for _ in range(count - 1):
        seen.add(view.next_hit())
    assert seen == set(range(count))
    first = view.hit
    assert view.next_hit(-1) == (first - 1) % count


def test_a_selection_across_messages_is_no_span(view, support):
    view.show_trace(support)
    row = row_of(view, "user")
    view.canvas.select(Place(row, 0, 0), Place(row + 3, 1, 5))
    assert view.selected_span() is None


def test_a_long_line_and_many_messages_can_be_scrolled_to_the_end(view, make):
    big = "x" * 1_000_000
    messages = [make.message("assistant", make.text(big))]
    messages += [make.message("user", make.text(f"message {n}")) for n in range(2000)]
    view.show_trace(make.trace(messages))
    assert view.canvas.plan.faces_made < 50
    key(view, Qt.Key.Key_End)
    assert view.canvas.current == 2000
    bar = view.canvas.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bottom = view.canvas.rows.top(2000) + view.canvas.rows.own(0, 2000) - bar.value()
    assert bottom <= view.canvas.viewport().height()


def test_scrolling_up_through_estimates_does_not_jump(view, make):
    words = "some words of a sentence "
    messages = [make.message("user", make.text(words * (5 + n % 40))) for n in range(300)]
    view.show_trace(make.trace(messages))
    canvas = view.canvas
    bar = canvas.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    for _ in range(60):
        middle = canvas.row_at(300)
        before = canvas.rows.top(middle) - bar.value()
        bar.setValue(bar.value() - 50)
        # What stood in the middle has moved down by the 50 pixels asked for.
        assert abs(canvas.rows.top(middle) - bar.value() - before - 50) <= 2


def test_another_width_keeps_the_row_in_sight(view, make):
    messages = [make.message("user", make.text("some words " * 60)) for _ in range(200)]
    view.show_trace(make.trace(messages))
    bar = view.canvas.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    row = view.canvas.row_at(20)
    view.resize(420, 600)
    QGuiApplication.processEvents()
    assert abs(view.canvas.row_at(20) - row) <= 1


def test_colours_follow_the_theme(view, support):
    view.show_trace(support)
    light = view.grab().toImage()
    view.set_tokens(DARK)
    dark = view.grab().toImage()
    at = QPoint(5, 300)
    assert light.pixelColor(at).lightness() > 200
    assert dark.pixelColor(at).lightness() < 60


def test_nothing_is_left_after_clearing(view, support):
    view.show_trace(support)
    view.clear()
    assert view.trace is None
    assert titles(view) == []
    key(view, Qt.Key.Key_J)
    key(view, Qt.Key.Key_Return)
    view.grab()
