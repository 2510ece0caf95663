"""The pane that screens embed: one trace, or two in step."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.domain.errors import NotFoundError
from evaldesk.ui.theme.tokens import DARK
from evaldesk.ui.widgets.trace_view import TracePane
from evaldesk.ui.widgets.trace_view.woven import weave


@pytest.fixture
def pane(qtbot, workspace):
    made = TracePane(workspace)
    qtbot.addWidget(made)
    made.resize(1000, 600)
    made.show()
    return made


def test_a_pair_loses_no_card(support, other):
    woven = weave((support, other))
    assert len({len(column) for column in woven.columns}) == 1
    for column, steps in zip(woven.columns, woven.steps, strict=True):
        assert [c.step for c in column if c is not None and c.step >= 0] == list(range(len(steps)))
    for row in woven.same:
        assert len({card.kind for card in woven.cards(row)}) == 1


def test_the_first_thing_done_otherwise_is_named(support, other):
    woven = weave((support, other))
    card = woven.columns[1][woven.first]
    assert (card.kind, card.title) == ("tool", "Tool · cancel_order")
    assert card.open


def test_changed_words_are_words_of_their_text(support, other):
    woven = weave((support, other))
    assert woven.changed[0]
    for cards, changed in zip(woven.columns, woven.changed, strict=True):
        for (row, section), stretches in changed.items():
            text = cards[row].sections[section].text
            for start, length in stretches:
                assert text[start : start + length].strip() == text[start : start + length]


def test_one_trace_is_read_and_shown(pane, qtbot):
    with qtbot.waitSignal(pane.shown):
        pane.show(1)
    assert pane.pks == (1,)
    assert not pane.is_pair
    assert pane.view is pane.single
    assert not pane.next_hint.isVisible()


def test_two_scroll_in_step(pane):
    pane.show_pair(1, 2)
    a, b = pane.beside.a.canvas, pane.beside.b.canvas
    pane.resize(700, 260)
    for value in (50, 200, 10_000, 0):
        a.verticalScrollBar().setValue(value)
        assert a.verticalScrollBar().value() == b.verticalScrollBar().value()
        assert a.verticalScrollBar().maximum() == b.verticalScrollBar().maximum()
    b.verticalScrollBar().setValue(120)
    assert a.verticalScrollBar().value() == b.verticalScrollBar().value() > 0
    assert a.rows is b.rows


def test_folding_one_side_folds_the_other(pane):
    pane.show_pair(1, 2)
    a, b = pane.beside.a.canvas, pane.beside.b.canvas
    row = next(r for r, card in enumerate(a.cards) if card is not None and card.kind == "tool")
    a.toggle(row)
    assert a.cards[row].open
    assert b.cards[row].open
    a.toggle(row)
    assert not b.cards[row].open


def test_n_goes_through_the_differences(pane):
    pane.show_pair(1, 2)
    pane.focus_trace()
    rows = pane.beside.differences
    assert "steps differ" in pane.difference_count.text()
    QTest.keyClick(pane.view.canvas, Qt.Key.Key_N)
    assert pane.view.canvas.current == rows[0]
    assert pane.difference_count.text() == f"Difference 1 of {len(rows)}"
    for _ in rows:
        pane.next_difference()
    assert pane.difference_count.text() == f"Difference 1 of {len(rows)}"
    pane.next_difference(-1)
    assert pane.difference_count.text() == f"Difference {len(rows)} of {len(rows)}"


def test_left_and_right_change_sides(pane):
    pane.show_pair(1, 2)
    pane.beside.a.canvas.setFocus()
    QTest.keyClick(pane.beside.a.canvas, Qt.Key.Key_Right)
    assert pane.beside.b.canvas.hasFocus()
    QTest.keyClick(pane.beside.b.canvas, Qt.Key.Key_Left)
    assert pane.beside.a.canvas.hasFocus()


def test_aliases_stand_for_systems(pane):
    pane.hide_systems = pane.hide_scores = True
    pane.show_pair(1, 2, "Birch", "Cedar")
    heads = [view.head.accessibleName() for view in (pane.beside.a, pane.beside.b)]
    assert heads[0].startswith("A · Birch")
    assert heads[1].startswith("B · Cedar")
    assert not any(word in head for head in heads for word in ("model", "run", "pass", "$"))


def test_finding_in_both_sides_and_closing(pane, qtbot):
    pane.show_pair(1, 2)
    pane.focus_trace()
    QTest.keyClick(pane.view.canvas, Qt.Key.Key_Slash)
    assert pane.find_bar.isVisible()
    QTest.keyClicks(pane.find_bar.field, "cancel")
    total = sum(len(view.hits) for view in (pane.beside.a, pane.beside.b))
    qtbot.waitUntil(lambda: pane.find_bar.count.text().startswith("1 of"), timeout=5000)
    total = sum(len(view.hits) for view in (pane.beside.a, pane.beside.b))
    seen = [pane.find_bar.count.text()]
    for _ in range(total - 1):
        QTest.keyClick(pane.find_bar.field, Qt.Key.Key_Return)
        seen.append(pane.find_bar.count.text())
    assert seen == [f"{n} of {total}" for n in range(1, total + 1)]
    QTest.keyClick(pane.find_bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert pane.find_bar.count.text() == f"{total - 1} of {total}"
    QTest.keyClick(pane.find_bar.field, Qt.Key.Key_Escape)
    assert not pane.find_bar.isVisible()
    assert pane.beside.a.hits == []


def test_escape_leaves_once_nothing_is_open(pane, qtbot):
    pane.show(1)
    pane.focus_trace()
    pane.open_find()
    with qtbot.assertNotEmitted(pane.left):
        QTest.keyClick(pane.find_bar.field, Qt.Key.Key_Escape)
    with qtbot.waitSignal(pane.left):
        QTest.keyClick(pane.view.canvas, Qt.Key.Key_Escape)


def test_a_trace_that_is_gone_is_said(pane, workspace, qtbot, monkeypatch):
    def gone(pk):
        raise NotFoundError(f"There is no trace number {pk}.")

    monkeypatch.setattr(workspace.project.traces, "read", gone)
    with qtbot.waitSignal(workspace.reported):
        pane.show(9)
    assert pane._nothing.text() == "There is no trace number 9."


def test_theme_and_project_changes_reach_it(pane, workspace):
    pane.show(1)
    workspace.set_tokens(DARK)
    assert pane.single.canvas.painter.tokens is DARK
    workspace.set_project(None)
    assert pane.pks == ()
    assert pane.single.trace is None
