"""Finding on the Traces screen: labels of what narrows, views, likeness, two runs that differ."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from evaldesk.domain.project import Changes
from evaldesk.services.finding.view_address import read
from evaldesk.ui.screens.traces.differs_pane import DiffersPane
from evaldesk.ui.screens.traces.filter_help import FilterHelp, examples
from evaldesk.ui.screens.traces.narrowing import Narrowing

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def rows(page):
    return page.workspace.project.traces.rows(list(page.model.ids))


def said(page):
    parts = page.listing.line.parts
    return [f"{part.caption}: {part.text}" if part.text else part.caption for part in parts]


def part(page, key):
    line = page.listing.line
    return next(button for button in line._parts if button.part.key == key)


def test_what_narrows_is_said_and_taken_away_by_click_and_key(page):
    page.facets.set_state("run", "alpha", "ticked")
    page.facets.set_state("tier", "critical", "excluded")
    page.filter_field.set_text("latency_ms > 2000")
    page.controller.search("says ")
    page.controller.sort_by("-latency_ms")
    assert said(page) == [
        "Text: “says”",
        "Filter: latency_ms > 2000",
        "Run: alpha",
        "Tier: not critical",
        "Sorted: Time, descending",
    ]
    assert page.listing.line.total.text() == f"{len(page.model.ids)} of 24"
    assert {row.run for row in rows(page)} == {"alpha"}
    assert "critical" not in {row.tier for row in rows(page)}
    QTest.mouseClick(part(page, "out:tier"), Qt.MouseButton.LeftButton)
    assert "critical" in {row.tier for row in rows(page)}
    page.listing.line.focus_parts(1)
    QTest.keyClick(part(page, "where"), Qt.Key.Key_Delete)
    assert page.filter_field.text() == ""
    assert part(page, "facet:run").hasFocus()
    QTest.keyClick(part(page, "facet:run"), Qt.Key.Key_Space)
    assert page.facets.chosen == {}
    QTest.keyClick(part(page, "sort"), Qt.Key.Key_Return)
    assert page.controller.sort == "relevance"
    page.listing.line.all.click()
    page.controller.search("")
    assert said(page) == []
    assert page.search_field.text() == ""
    assert len(page.model.ids) == 24


def test_back_and_forward_through_views_with_the_trace_that_was_current(page, qtbot):
    page.facets.set_state("run", "beta", "ticked")
    page.table.select_row(5)
    there = page.model.pk(5)
    for letters in ("z", "ze", "zeb"):  # typed in one go: one view
        page.controller.search(letters)
    assert len(page.model.ids) == 1
    assert page.go_back()
    assert page.controller.narrowing.text == ""
    assert page.listing.current_pk() == there
    assert page.go_back()
    assert not page.controller.narrowed
    assert not page.go_back()
    assert page.go_forward()
    assert said(page) == ["Run: beta"]
    assert page.listing.current_pk() == there
    page.left()  # whoever comes again goes back to where they came from
    assert not page.can_go_back


def test_an_address_shows_the_same_view_again(page, workspace):
    page.facets.set_state("run", "beta", "ticked")
    page.facets.set_state("slice.language", "de", "excluded")
    page.filter_field.set_text("latency_ms > 2000 or title contains 1")
    page.controller.search("bet")
    before, listed = page.controller.narrowing, list(page.model.ids)
    page.model.row(0)
    page.model._ask()
    page.finding.copy_address()
    address = QGuiApplication.clipboard().text()
    row = page.listing.current_row()
    assert read(address).trace == row.id
    assert read(address).text == "bet*"
    page.finding.reset()
    workspace.prompts.answers.append(address)
    page.finding.ask_address()
    assert list(page.model.ids) == listed
    assert said(page) == [line.replace("“bet”", "“bet*”") for line in said(page)]
    assert page.facets.chosen == dict(before.ticks)
    assert page.pane.pks == (row.pk,)
    page.opened(view="evaldesk:traces?run=alpha")
    assert said(page) == ["Run: alpha"]
    with_fault = []
    workspace.reported.connect(with_fault.append)
    page.finding.open_address("evaldesk:traces?colour=red")
    assert "colour" in str(with_fault[0])


def test_views_are_saved_opened_renamed_updated_and_deleted(page, workspace, qtbot):
    def changed(changes, _origin):
        page.refresh(changes)

    workspace.project_changed.connect(changed)
    model = page.views.model
    page.facets.set_state("run", "beta", "ticked")
    workspace.prompts.answers.append("Only beta")
    page.finding.save_view()
    assert [(one.view.name, one.count) for one in model.items] == [("Only beta", 12)]
    assert model.items[0].view.author == workspace.user
    page.finding.reset()
    page.views.focus_list()
    QTest.keyClick(page.views.list, Qt.Key.Key_Return)
    assert said(page) == ["Run: beta"]
    assert model.shown == model.items[0].view.address
    workspace.prompts.answers.append("Beta alone")
    QTest.keyClick(page.views.list, Qt.Key.Key_F2)
    assert model.names() == ["Beta alone"]
    page.facets.set_state("tier", "critical", "ticked")
    workspace.prompts.answers += ["Beta alone", True]  # the name is taken: replace it
    page.finding.save_view()
    assert [(one.view.name, one.count) for one in model.items] == [("Beta alone", 3)]
    page.views.grab()
    model.save("Gone", "evaldesk:traces?where=score.nothing%20%3D%201")
    assert [model.count_words(one) for one in model.items] == ["3", "cannot be read"]
    workspace.prompts.answers.append(True)
    page.views.list.setCurrentIndex(model.index(1))
    QTest.keyClick(page.views.list, Qt.Key.Key_Delete)
    assert workspace.project.views.all()[0].name == "Beta alone"
    assert model.rowCount() == 1


def test_traces_like_one_come_with_their_likeness_and_back_returns(page):
    page.table.select_row(7)
    row = page.listing.current_row()
    page.finding.liken()
    assert said(page) == [f"Like: {row.scenario} · {row.run}"]
    found = page.workspace.project.traces.similar(row.id)
    assert list(page.model.ids) == [pk for pk, _ in found]
    assert page.listing.columns.shown()[0].key == "likeness"
    page.model.row(0)
    page.model._ask()
    assert page.model.index(0, 0).data() == f"{found[0][1]:.0%}"
    assert page.listing.line.order.text().startswith("Most alike first")
    assert page.go_back()
    assert page.listing.columns.shown()[0].key == "scenario"
    assert page.listing.current_pk() == row.pk


def test_only_where_two_runs_differ_and_both_with_one_key(page, qtbot):
    page.filter_field.set_text("latency_ms > 1")
    page.finding.ask_difference()
    pane = page.listing.findChild(DiffersPane)
    assert (pane.a.currentText(), pane.b.currentText()) == ("alpha", "beta")
    pane.b.setCurrentText("alpha")
    assert not pane.show_them.isEnabled()
    pane.b.setCurrentText("beta")
    for name in ("status", "scores"):
        pane.compared[name].setChecked(False)
    assert not pane.show_them.isEnabled()
    pane.compared["answer"].setChecked(True)
    QTest.keyClick(pane, Qt.Key.Key_Return)
    assert said(page) == [
        'Filter: latency_ms > 1 and differs("alpha", "beta", "answer")',
        "Run: alpha",
    ]
    listed = [row.scenario for row in rows(page)]
    assert listed == [f"S-{n:02}" for n in range(1, 12) if n != 7]  # there both say the same
    qtbot.waitUntil(lambda: page.siblings.rowCount() == 1, timeout=5000)
    page._open_current()
    page.compare()
    assert [view.trace.row.run for view in page.pane.beside.views] == ["alpha", "beta"]
    page.compare()
    page.finding.show_difference(  # in place of the one before
        read('evaldesk:traces?where=differs("alpha","beta")').where, once=False
    )
    assert said(page) == ['Filter: latency_ms > 1 and differs("alpha", "beta")']


def test_a_wrong_name_is_mended_by_a_click(page):
    page.filter_field.set_text("score.pas = 0 and slice.langage = de")
    assert said(page)[0].startswith("Filter, cannot be used")
    page.listing.filter_mended.click()
    assert page.filter_field.text() == "score.pass = 0 and slice.langage = de"
    page.listing.filter_mended.click()
    assert not page.listing.error_line.isVisible()
    assert len(page.model.ids) == 4
    assert said(page) == ["Filter: score.pass = 0 and slice.language = de"]


def test_values_are_offered_with_their_counts(page, qtbot):
    QTest.keyClicks(page.filter_field, "run = ")
    field = page.filter_field
    assert [(one.text, one.count) for one in field.offered.items] == [("alpha", 12), ("beta", 12)]
    field.take("beta")
    assert field.text() == "run = beta "
    QTest.keyClicks(field, 'and title contains "x y')
    field.hide_offered()
    QTest.keyClick(field, Qt.Key.Key_Question)
    assert field.text().endswith("x y?")  # within quotes it is a letter
    assert page.listing.findChild(FilterHelp) is None


def test_the_grammar_is_one_key_away_and_its_examples_work(page):
    for text in examples(page.controller.known):
        assert page.controller.filter(text), text
        assert not page.listing.error_line.isVisible(), text
    page.finding.reset()
    page.filter_field.setFocus()
    QTest.keyClick(page.filter_field, Qt.Key.Key_F1)
    help_pane = page.listing.findChild(FilterHelp)
    help_pane.grab()
    help_pane.buttons[0].click()
    assert page.filter_field.text() == "score.pass = 0"
    assert len(page.model.ids) == 12


def test_the_words_of_the_search_are_marked_in_the_trace(page, qtbot):
    page.search_field.setText('"zebra said" alp')
    page.listing.search()
    assert len(page.model.ids) == 0
    page.controller.search('"zebra said" so ')
    assert len(page.model.ids) == 2
    page._open_current()
    assert page.pane.find_bar.isVisible()
    assert page.pane.find_bar.field.text() == "zebra said | so"
    assert len(page.pane.single.hits) == 2
    before = page.pane.single.hit
    page._next_mark(1)
    assert page.pane.single.hit != before
    page.pane.find_bar.close_bar()  # put away: not again for these words
    page.table.select_row(1)
    page._open_current()
    assert not page.pane.find_bar.isVisible()
    page.controller.search("zebra")
    page._open_current()
    page.table.select_row(0)
    page._open_current()
    assert page.pane.find_bar.isVisible()
    page.controller.search("")
    assert not page.pane.find_bar.isVisible()


def test_other_words_begin_at_the_first_hit(page):
    page.table.select_row(20)
    page.controller.search("says")
    assert page.table.currentIndex().row() == 0
    here = page.model.pk(6)
    page.table.select_row(6)
    page.facets.set_state("run", "alpha", "ticked")
    run = page.workspace.project.traces.rows([here])[0].run
    assert (page.listing.current_pk() == here) == (run == "alpha")


def test_columns_for_what_other_tools_and_the_import_say(page, project):
    titles = {column.key: column for column in page.model.columns}
    assert {"model", "prompt_version", "imported"} <= titles.keys()
    row = page.listing.current_row()
    assert "20" in titles["imported"].text(row) or not row.imported
    page.columns.know_annotations(["thumbs"])
    thumbs = next(one for one in page.model.columns if one.key == "annotation.thumbs")
    assert thumbs.text(row) == ""
    assert thumbs.sort == "annotation.thumbs"


def test_notes_of_others_count_only_for_who_may_see_them(page, project, workspace, qtbot):
    project.notes.add(page.model.pk(0), "somebody else", "bookmark")
    page.refresh(Changes.of("notes"))
    qtbot.waitUntil(
        lambda: "Bookmarked" in [page.facets.index(row).data() for row in range(60)], timeout=5000
    )
    assert page.controller.tags_by == ""


def test_an_order_is_chosen_from_the_menu(page):
    page.finding.offer_orders()
    menu = page.listing.line.order.findChild(QMenu)
    offered = {entry.text(): entry for entry in menu.actions()}
    assert offered["Order of import"].isChecked()
    offered["Scenario, ascending"].trigger()
    keys = [row.scenario for row in rows(page)]
    assert keys == sorted(keys)
    page.finding.remove("sort")
    assert page.controller.narrowing == Narrowing()
