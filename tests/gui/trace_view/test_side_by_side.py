"""Up to four traces side by side: what is said of their differences, folded, kept open."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.domain.trace import Score
from evaldesk.services.alignment import ALL_FORMATTING, Formatting
from evaldesk.ui.theme.tokens import DARK
from evaldesk.ui.widgets.trace_view import TracePane
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser
from evaldesk.ui.widgets.trace_view.column_head import column_heads
from evaldesk.ui.widgets.trace_view.pins import Pin
from evaldesk.ui.widgets.trace_view.reading_place import ReadingPlace
from evaldesk.ui.widgets.trace_view.summary_words import counted, parted
from evaldesk.ui.widgets.trace_view.woven import weave
from tests.only_traces import only_traces


@pytest.fixture
def trials(make):
    """Four trials of one task: one retries, one parts early, one only formats otherwise."""
    text, message, call, response = make.text, make.message, make.call, make.response

    def booked(cabin, id, **more):
        return [
            message("assistant", call("book", {"cabin": cabin, "user": "mia", **more}, id)),
            message("tool", response({"total": 100, "cabin": cabin}, id)),
        ]

    start = [
        message("system", text("Be brief.")),
        message("user", text("Book me a flight to Oslo, please.")),
        message("assistant", call("find", {"to": "Oslo"}, "x1")),
        message("tool", response({"flights": [1, 2, 3]}, "x1")),
        message("assistant", text("There are three flights.\n\n- **one**\n- two\n- three")),
        message("user", text("Take the first.")),
    ]
    ended = [message("assistant", text("Booked. Have a good flight."))]
    plain = message("assistant", text("There are three flights.\n* one\n* two\n* three"))
    found = [
        [*start, *booked("economy", "b1"), *ended],
        [*start, *booked("business", "b2", bags=2), *ended],
        [*start[:4], plain, *start[5:], *booked("economy", "b3"), *ended],
        [*start[:2], message("assistant", text("Oslo has no airport."))],
    ]
    return [
        make.trace(messages, pk=number, system="model-x", scores={"pass": Score(float(number < 3))})
        for number, messages in enumerate(found, 1)
    ]


@pytest.fixture
def pane(qtbot, workspace, trials):
    by_pk = {trace.row.pk: trace for trace in trials}
    workspace.set_project(only_traces(by_pk.__getitem__))
    made = TracePane(workspace)
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.show()
    return made


def beside(pane, *pks, **how):
    pane.show_traces(pks, **how)
    pane.focus_trace()
    return pane.beside


def sections(card):
    return {section.key: section.text.splitlines() for section in card.sections}


def call_row(woven):
    rows = range(len(woven))
    return next(r for r in rows if any(c and c.title == "Tool · book" for c in woven.cards(r)))


def test_calls_are_compared_key_by_key_and_what_stands_opposite_belongs_together(trials):
    woven = weave(trials[:2])
    one, other = woven.cards(call_row(woven))
    assert sections(one)["compared:arguments"] == ['≠ cabin: "economy"', "− bags: not given"]
    assert sections(other)["compared:arguments"] == ['≠ cabin: "business"', "+ bags: 2"]
    assert sections(other)["compared:result"] == ['≠ cabin: "business"']
    titles = [section.title for section in other.sections]
    assert "Arguments: 2 values differ, 1 the same" in titles
    # A closed card says the same on its one line.
    assert other.summary.startswith('≠ cabin: "business" · + bags: 2 → ')


def test_four_columns_stand_level_and_lose_nothing(pane, trials):
    view = beside(pane, 1, 2, 3, 4)
    assert len(view.views) == 4
    assert all(one.isVisible() for one in view.views)
    for side, trace in enumerate(trials):
        cards = view.views[side].canvas.cards
        steps = [card.step for card in cards if card is not None and card.step >= 0]
        assert steps == list(range(len(view.woven.steps[side])))
        assert view.views[side].trace is trace
    bars = [one.canvas.verticalScrollBar() for one in view.views]
    pane.resize(1200, 320)
    for value in (40, 300, 10_000, 0):
        bars[2].setValue(value)
        assert len({bar.value() for bar in bars}) == 1
    assert len({id(one.canvas.rows) for one in view.views}) == 1
    beside(pane, 1, 2)
    assert [one.isVisible() for one in view._columns.made] == [True, True, False, False]


def test_the_summary_says_how_many_and_where_they_part(trials):
    told = weave(trials[:2]).summary
    assert counted(told) == "5 steps equal · 1 differs"
    assert parted(told.divergence) == (
        "First divergence at step 5: book is called with other arguments"
    )
    told = weave([trials[0], trials[3]]).summary
    assert parted(told.divergence) == "First divergence at step 2: A calls find, B answers"
    assert parted(weave([trials[0], trials[0]]).summary.divergence) == ""
    assert "4 in some" in counted(weave(trials).summary)


def test_heads_say_what_is_more_and_what_is_less(pane):
    view = beside(pane, 1, 4)
    first, second = (one.head.accessibleName() for one in view.views)
    assert first.startswith("A · model-x, 6 steps")
    assert "2 steps (−4)" in second
    assert "pass 0 (−1)" in second
    assert "(" not in first


def test_aliases_hide_run_trial_cost_and_scores(pane):
    pane.hide_systems = pane.hide_scores = True
    view = beside(pane, 1, 2, 3, aliases=("Oak", "Elm", "Fir"), notes=("being rated",))
    heads = [one.head.accessibleName() for one in view.views]
    assert [head.split(",")[0] for head in heads] == ["A · Oak", "B · Elm", "C · Fir"]
    assert "being rated" in heads[0]
    assert not any(word in " ".join(heads) for word in ("model", "run-1", "trial", "pass", "$"))


def test_equal_stretches_fold_and_open(pane):
    view = beside(pane, 1, 2)
    rows = len(view.a.canvas.cards)
    QTest.keyClick(view.a.canvas, Qt.Key.Key_O)
    assert view.only_differing
    shown = [card for card in view.a.canvas.cards if card is not None]
    stretches = [card for card in shown if card.kind == "equal"]
    assert [card.summary for card in stretches] == ["4 equal steps · 1–4", "1 equal step · 6"]
    assert len({len(one.canvas.cards) for one in view.views}) == 1
    # A stretch opens where it lies, on every side.
    place = view.b.canvas.cards.index(
        next(card for card in view.b.canvas.cards if card is not None and card.kind == "equal")
    )
    view.b.canvas.set_current(place)
    QTest.keyClick(view.b.canvas, Qt.Key.Key_Return)
    assert [card.kind for card in view.a.canvas.cards if card].count("equal") == 1
    assert view.a.canvas.cards[place + 1].kind in ("user", "setup")
    QTest.keyClick(view.b.canvas, Qt.Key.Key_O)
    assert len(view.a.canvas.cards) == rows


def test_the_current_card_stays_current_when_equal_ones_are_folded(pane):
    view = beside(pane, 1, 2)
    view.go_to_divergence()
    assert view.current == (0, view.woven.columns[0][view.woven.first].step)
    before = view.current
    for _ in range(2):
        view.toggle_folding()
        assert view.current == before


def test_differences_are_walked_through_while_folded(pane):
    view = beside(pane, 1, 4)
    view.fold_equal(True)
    seen = []
    for _ in view.differences:
        view.next_difference()
        seen.append(view._sight.woven_row(view._last.canvas.current))
    assert seen == list(view.differences)


def test_g_goes_to_where_they_part(pane):
    view = beside(pane, 1, 2)
    pane.resize(900, 260)
    QTest.keyClick(view.a.canvas, Qt.Key.Key_G)
    canvas = view.view.canvas
    card = canvas.cards[canvas.current]
    assert (card.kind, card.open) == ("tool", True)
    top = canvas.rows.top(canvas.current)
    assert 0 <= top - canvas.verticalScrollBar().value() < canvas.viewport().height()
    assert pane.difference_count.text() == "Difference 1 of 1"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_formatting_can_be_ignored(pane):
    view = beside(pane, 1, 3)
    assert len(view.differences) == 1
    row = view.woven.differing[0]
    assert view.woven.chips[1][row][-1] == ("formatting only", "neutral")
    QTest.keyClick(view.a.canvas, Qt.Key.Key_I)
    assert view.differences == []
    assert view.line.formatting.on
    assert pane.ignored == ALL_FORMATTING
    assert pane.difference_count.text() == "No step differs"
    menu = view.line.offer_formatting()
    menu.actions()[2].trigger()
    assert pane.ignored == Formatting(True, True, False)
    assert "white space, marks" in view.line.formatting.label.text()
    QTest.keyClick(view.a.canvas, Qt.Key.Key_I)
    assert not pane.ignored
    assert len(view.differences) == 1


def test_what_only_some_have_is_marked_with_who(pane):
    view = beside(pane, 1, 2, 4)
    chips = [text for its in view.woven.chips for labels in its.values() for text, _ in labels]
    assert "only in C" in chips or "only in A, B" in chips
    assert chips.count("first divergence") == 1


def test_what_is_marked_is_spoken_too(pane):
    view = beside(pane, 1, 4)
    view.go_to_divergence()
    said = view.view.canvas.accessibleDescription()
    assert said.startswith("first divergence. only in A. Tool · find")


def test_what_a_person_opened_stays_open_when_formatting_is_ignored(pane):
    view = beside(pane, 1, 3)
    row = next(r for r, c in enumerate(view.a.canvas.cards) if c and c.title == "Tool · find")
    view.a.canvas.toggle(row)
    pane.ignore(ALL_FORMATTING)
    assert view.a.canvas.cards[row].open
    assert view.b.canvas.cards[row].open


def test_traces_of_several_scenarios_are_said_to_be(pane, trials, make):
    from dataclasses import replace

    stranger = replace(
        trials[1], scenario_id="other", scenario=replace(trials[1].scenario, key="X-9")
    )
    by_pk = {1: trials[0], 2: stranger}
    pane.workspace.set_project(only_traces(by_pk.__getitem__))
    view = beside(pane, 1, 2)
    assert view.line.counts.text().startswith("Of 2 scenarios · ")
    assert "X-9" in view.b.head.accessibleName()


def test_words_that_all_others_lack_are_marked(trials):
    woven = weave([trials[0], trials[0], trials[2]])
    row = woven.differing[0]
    assert not any(at[0] == row for at in woven.changed[0])
    assert any(at[0] == row for at in woven.changed[2])


def test_words_of_the_system_prompt_are_marked(make):
    def prompted(pk, text):
        return make.trace([make.message("system", make.text(text)), *make.support[1:]], pk=pk)

    woven = weave((prompted(1, "Be kind and brief."), prompted(2, "Be kind and thorough.")))
    assert woven.changed[0][0, 0] == [(12, 6)]
    assert 0 not in woven.differing
    assert "system prompt or tools differ" in counted(woven.summary)


def test_pins_keep_open_what_comes_next(pane, workspace):
    view = beside(pane, 1, 2)
    assert not view.woven.columns[0][0].open
    view.a.canvas.set_current(0)
    pane.pin()
    assert view.pins == (Pin("setup"),)
    assert view.a.canvas.cards[0].open
    assert view.b.canvas.cards[0].open
    beside(pane, 3, 4)
    assert view.a.canvas.cards[0].open
    view.fold_equal(True)
    assert view.a.canvas.cards[0].kind == "setup"  # not folded away
    view.fold_equal(False)
    call = next(r for r, c in enumerate(view.a.canvas.cards) if c and c.kind == "tool")
    view.a.canvas.set_current(call)
    view.pin()
    assert view.pins[-1] == Pin("tool", "find")
    pane.show_one(1)
    assert pane.single.canvas.cards[0].open
    assert next(card for card in pane.single.canvas.cards if card.kind == "tool").open
    beside(pane, 1, 2)
    view.unpin(Pin("setup"))
    view.unpin(Pin("tool", "find"))
    assert not view.line._pins.isVisible()
    beside(pane, 1, 3)
    assert not view.a.canvas.cards[0].open


def test_left_and_right_go_through_all_columns(pane):
    view = beside(pane, 1, 2, 3)
    view.a.canvas.setFocus()
    for side in (1, 2, 2):
        QTest.keyClick(view._last.canvas, Qt.Key.Key_Right)
        assert view.views[side].canvas.hasFocus()
    QTest.keyClick(view._last.canvas, Qt.Key.Key_Left)
    assert view.views[1].canvas.hasFocus()


def test_a_place_says_what_is_shown_and_leads_back(pane):
    view = beside(pane, 1, 2)
    view.fold_equal(True)
    view.set_pins((Pin("documents"),))
    view.go_to_divergence()
    place = pane.place
    assert place.traces == tuple(trace.row.id for trace in view.woven.traces)
    assert (place.only_differing, place.pins) == (True, (Pin("documents"),))
    view.fold_equal(False)
    view.set_pins(())
    beside(pane, 3, 4)
    pane.show_traces((1, 2), place=place)
    assert pane.place == place
    pane.show_one(1)
    assert pane.place.traces == place.traces[:1]
    assert ReadingPlace() == ReadingPlace()


def test_documents_are_compared_with_rank_and_score(make):
    def document(id, score, text=""):
        return {"id": id, "title": f"Title {id}", "score": score, "content": text or id}

    a, b = (
        make.trace(make.support, pk=pk, documents=documents)
        for pk, documents in (
            (1, [document("d1", 0.9), document("d2", 0.8)]),
            (2, [document("d3", 0.95), document("d1", 0.7, "changed")]),
        )
    )
    woven = weave((a, b))
    cards = next(
        woven.cards(r) for r in range(len(woven)) if woven.columns[0][r].kind == "documents"
    )
    said = [sections(card)["compared:documents:0"] for card in cards]
    assert said == [
        [
            "= 1. Title d1 · 0.9 · another text",
            "+ 2. Title d2 · 0.8 · only here",
            "− Title d3: not retrieved",
        ],
        [
            "= 2. Title d1 · 0.7 · ▼ 1 · −0.2 · another text",
            "− Title d2: not retrieved",
            "+ 1. Title d3 · 0.95 · only here",
        ],
    ]
    assert cards[0].sections[0].title == "Retrieved: 1 in all, 1 only here"
    same = weave((a, a))
    row = next(r for r in range(len(same)) if same.columns[0][r].kind == "documents")
    assert row in same.same


def test_it_can_be_drawn_in_both_themes(pane, workspace):
    beside(pane, 1, 2, 3, 4)
    light = pane.grab().toImage()
    workspace.set_tokens(DARK)
    dark = pane.grab().toImage()
    assert light.pixelColor(4, 300).lightness() > 200 > 60 > dark.pixelColor(4, 300).lightness()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_chooser_takes_what_is_ticked_or_the_current_one(qtbot):
    def offered():
        chooser = TraceChooser()
        qtbot.addWidget(chooser)
        chosen = []
        chooser.chosen.connect(chosen.append)
        chooser.offer([(n, f"run {n}") for n in range(2, 8)], (3,), chooser.pos())
        return chooser, chosen

    chooser, chosen = offered()
    QTest.keyClick(chooser.list, Qt.Key.Key_Space)
    assert chooser.ticked == [2, 3]
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    assert chosen == [[2, 3]]
    chooser, chosen = offered()
    for row in range(6):
        chooser.list.item(row).setCheckState(Qt.CheckState.Checked)
    assert chooser._said.isVisible()
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    assert chosen == [[2, 3, 4]]
    chooser, chosen = offered()
    chooser.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    QTest.keyClick(chooser.list, Qt.Key.Key_Down)
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    assert chosen == [[3]]


def test_hints_go_whole_where_room_ends(pane):
    view = beside(pane, 1, 2)
    pane.resize(1200, 400)
    assert pane.find_hint.label.isVisible()
    assert pane.find_hint.cap.isVisible()
    assert view.line.folding.label.isVisible()
    pane.resize(330, 400)
    assert not pane.find_hint.label.isVisible()
    assert not pane.find_hint.cap.isVisible()
    pane.resize(1200, 400)
    assert pane.find_hint.label.isVisible()
    assert pane.find_hint.cap.isVisible()


def test_tokens_do_not_tell_systems_apart_where_these_are_hidden(qapp, trials):
    one = trials[0]
    counted_too = replace(one, row=replace(one.row, tokens_in=40_000, tokens_out=6_171))
    said = {
        hidden: str(column_heads((one, counted_too), ((), ()), hide_systems=hidden))
        for hidden in (True, False)
    }
    assert "tokens" not in said[True]
    assert "tokens" in said[False]
