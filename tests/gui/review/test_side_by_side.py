"""C in Review: beside another trace of the scenario, and blind all the same."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser

SECRETS = ("secret", "other-model", "third-model", "run", "trial", "0.125", "$")


def add(project, run, count):
    """Another system on the first scenarios."""
    with project.ingest(run) as writer:
        writer.run(run, system=run, dataset="", details={})
        for number in range(count):
            texts = (("user", f"Ask {number}"), ("assistant", f"Another answer {len(run)}"))
            body = {
                "messages": [
                    {"role": role, "parts": [{"type": "text", "content": text}]}
                    for role, text in texts
                ]
            }
            scenario = Scenario(
                key=f"RET-{number:04}",
                input=f"question {number}",
                title=f"Refund number {number}",
                tier="critical" if number == 0 else "",
            )
            record = TraceRecord(
                scenario, body, system=run, scores={"pass": Score(0.5)}, cost=0.25, trial=1
            )
            writer.add(record, run)
        writer.finish("")


def wait_for(page, qtbot, key):
    qtbot.waitUntil(lambda: page.controller.trace is not None, timeout=5000)
    pk = next(pk for pk in page.controller.queue.pks if key in row_of(page, pk).scenario)
    page.controller.go(pk)
    return pk


def row_of(page, pk):
    return page.workspace.project.traces.rows([pk])[0]


def words(page):
    heads = [view.head.accessibleName() for view in page.trace_pane.beside.views]
    cards = [
        text
        for view in page.trace_pane.beside.views
        for card in view.canvas.cards
        if card is not None
        for text in (card.title, card.corner, card.summary)
    ]
    return " ".join([*heads, *cards, page.trace_pane.beside.line.counts.text()])


def test_c_shows_the_other_trace_under_a_name_that_tells_nothing(open_page, project, qtbot):
    add(project, "other-model", 2)
    page = open_page(project)
    pk = wait_for(page, qtbot, "RET-0001")
    QTest.keyClick(page, Qt.Key.Key_C)
    pane = page.trace_pane
    assert pane.is_pair
    assert pane.pks[0] == pk
    assert "being rated" in pane.beside.a.head.accessibleName()
    assert "being rated" not in pane.beside.b.head.accessibleName()
    assert not [word for word in SECRETS if word in words(page)]
    # What is answered is answered for the trace in hand.
    page.form.activate("success")
    QTest.keyClick(page.form, Qt.Key.Key_2)
    assert page.controller.pk == pk
    assert page.controller.answers["success"] == "yes"
    assert pane.is_pair
    before = pane.beside.view.canvas.current
    QTest.keyClick(page, Qt.Key.Key_D)
    assert pane.beside.view.canvas.current != before
    assert pane.next_hint.cap.text() == "D"
    QTest.keyClick(page, Qt.Key.Key_C)
    assert not pane.is_pair
    assert pane.pks == (pk,)


def test_the_next_item_is_shown_alone(open_page, project, qtbot):
    add(project, "other-model", 2)
    page = open_page(project)
    wait_for(page, qtbot, "RET-0000")
    page.compare()
    page.controller.next(1)
    assert not page.trace_pane.is_pair


def test_without_another_trace_it_says_so(page, qtbot):
    said = []
    page.workspace.said.connect(said.append)
    page.compare()
    assert not page.trace_pane.is_pair
    assert said[-1] == "No other trace has this scenario"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_of_several_the_person_chooses_by_their_blind_names(open_page, project, qtbot):
    add(project, "other-model", 1)
    add(project, "third-model", 1)
    page = open_page(project)
    wait_for(page, qtbot, "RET-0000")
    page.compare()
    chooser = page.findChild(TraceChooser)
    offered = [chooser.list.item(row).text() for row in range(chooser.list.count())]
    assert len(offered) == 2
    assert not [word for word in SECRETS if word in " ".join(offered)]
    for row in range(2):
        chooser.list.item(row).setCheckState(Qt.CheckState.Checked)
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    assert len(page.trace_pane.pks) == 3
    heads = [view.head.accessibleName() for view in page.trace_pane.beside.views]
    assert [head.split(",")[0].split(" · ")[1] for head in heads[1:]] == offered
    assert not [word for word in SECRETS if word in words(page)]
