"""The Traces screen, by clicks and keys."""

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from evaldesk.domain.project import Changes
from evaldesk.services.finding.query import parse
from evaldesk.ui.screens.traces.models import SIDE
from evaldesk.ui.screens.traces.page import TracesPage
from evaldesk.ui.theme.tokens import DARK
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser
from evaldesk.ui.widgets.trace_view.reading_place import ReadingPlace


def runs(page):
    page.model.row(0)  # asks for the first block
    page.model._ask()
    return {page.model.row(n).run for n in range(len(page.model.ids))}


def test_everything_is_listed_and_the_first_is_open(page):
    assert len(page.model.ids) == 24
    assert page.status_text() == "24 traces"
    assert page.table.currentIndex().row() == 0
    assert page.pane.pks == (page.model.pk(0),)
    assert page.breadcrumb() == "S-00"
    assert page.chips()[0] == ("critical", "bad")


def test_the_trace_follows_the_row(page, qtbot):
    page.table.setFocus()
    for _ in range(3):
        QTest.keyClick(page.table, Qt.Key.Key_Down)
    assert page.table.currentIndex().row() == 3
    qtbot.waitUntil(lambda: page.pane.pks == (page.model.pk(3),), timeout=5000)
    assert page.pane.single.trace.row.pk == page.model.pk(3)


def test_letters_walk_and_do_not_search_through_every_row(page, monkeypatch):
    page.table.setFocus()
    asked = []
    monkeypatch.setattr(page.model, "row", lambda number: asked.append(number))
    QTest.keyClick(page.table, Qt.Key.Key_J)
    QTest.keyClick(page.table, Qt.Key.Key_J)
    QTest.keyClick(page.table, Qt.Key.Key_K)
    QTest.keyClick(page.table, Qt.Key.Key_Z)
    assert page.table.currentIndex().row() == 1
    page.table.selectAll()
    assert page.table.picked_rows() == list(range(24))


def test_enter_gives_the_keys_to_the_trace_and_escape_takes_them_back(page):
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert page.pane.single.canvas.hasFocus()
    QTest.keyClick(page.pane.single.canvas, Qt.Key.Key_Escape)
    assert page.table.hasFocus()


def test_words_are_looked_for_while_typing(page, qtbot):
    QTest.keyClicks(page.search_field, "zebr")
    qtbot.waitUntil(lambda: len(page.model.ids) == 2, timeout=5000)
    assert page.status_text() == "2 of 24 traces"
    qtbot.waitUntil(lambda: bool(page.model._snippets), timeout=5000)
    assert all("zebra" in text for text in page.model._snippets.values())
    page.grab()
    page.search_field.clear()
    qtbot.waitUntil(lambda: len(page.model.ids) == 24, timeout=5000)


def test_the_filter_language_narrows_and_says_what_it_does_not_know(page):
    page.filter_field.set_text('run = "alpha" and score.pass = 0')
    assert len(page.model.ids) == 6
    assert not page.listing.filter_error.isVisible()
    page.filter_field.set_text("score.pas = 0")
    assert page.listing.filter_error.isVisible()
    assert "Did you mean “pass”?" in page.listing.filter_error.text()
    assert page.filter_field.property("invalid") == "true"
    page.filter_field.set_text("score.pass =")
    assert page.listing.filter_error.isVisible()
    page.filter_field.set_text("")
    assert not page.listing.filter_error.isVisible()
    assert len(page.model.ids) == 24


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_names_are_offered_while_a_filter_is_typed(page):
    QTest.keyClicks(page.filter_field, "lat")
    assert [one.text for one in page.filter_field.offered.items] == ["latency_ms"]
    page.filter_field.take("latency_ms")
    assert page.filter_field.text() == "latency_ms "
    page.filter_field._completer.popup().hide()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_tab_takes_what_is_offered_first(page, qtbot):
    page.filter_field.setFocus()
    QTest.keyClicks(page.filter_field, "run = al")
    popup = page.filter_field._completer.popup()
    qtbot.waitUntil(popup.isVisible, timeout=5000)
    QTest.keyClick(popup, Qt.Key.Key_Tab)
    assert page.filter_field.text() == "run = alpha "
    assert page.filter_field.hasFocus()
    popup.hide()
    QTest.keyClick(page.filter_field, Qt.Key.Key_Tab)
    assert not page.filter_field.hasFocus()


def test_facets_narrow_together_and_reset_takes_all_off(page):
    page.facets.set_state("run", "beta", "ticked")
    assert len(page.model.ids) == 12
    assert runs(page) == {"beta"}
    page.facets.set_state("tier", "critical", "ticked")
    assert len(page.model.ids) == 3
    page.facets.set_state("run", "alpha", "ticked")
    assert len(page.model.ids) == 6
    page.filter_field.set_text("trial = 9")
    assert page.listing.stack.currentWidget() is page.listing.no_match
    page.finding.reset()
    assert len(page.model.ids) == 24
    assert page.facets.chosen == {}
    assert page.filter_field.text() == ""


def test_a_click_on_a_facet_ticks_it(page):
    model = page.facets
    place = next(row for row in range(model.rowCount()) if model.index(row).data() == "beta")
    box = page.facet_list.visualRect(model.index(place))
    QTest.mouseClick(page.facet_list.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert model.chosen == {"run": (parse('run = "beta"'),)}


def test_a_heading_sorts_the_whole_list(page):
    header = page.table.horizontalHeader()
    place = [column.key for column in page.model.columns].index("latency_ms")
    header.setSortIndicator(place, Qt.SortOrder.DescendingOrder)
    assert page.controller.sort == "-latency_ms"
    page.model.row(0)
    page.model._ask()
    assert page.model.row(0).latency_ms == 11_000.0


def test_side_by_side_with_the_other_run_and_back(page, qtbot):
    qtbot.waitUntil(lambda: page.siblings.rowCount() == 1, timeout=5000)
    page.compare()
    assert page.pane.is_pair
    pair = [view.trace.row.run for view in (page.pane.beside.a, page.pane.beside.b)]
    assert pair == ["alpha", "beta"]
    assert page.strip.isVisible()
    page.back()
    assert not page.pane.is_pair
    assert page.table.hasFocus()


def test_a_sibling_is_opened_by_click_and_by_enter(page, qtbot):
    qtbot.waitUntil(lambda: page.siblings.rowCount() == 1, timeout=5000)
    box = page.sibling_list.visualRect(page.siblings.index(0))
    at = QPoint(box.left() + 10, box.center().y())
    QTest.mouseClick(page.sibling_list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert page.pane.is_pair
    QTest.keyClick(page.sibling_list, Qt.Key.Key_Return)
    assert not page.pane.is_pair


def test_two_rows_that_are_selected_are_compared(page):
    page.table.select_row(0)
    selection = page.table.selectionModel()
    selection.select(
        page.model.index(1, 0),
        selection.SelectionFlag.Select | selection.SelectionFlag.Rows,
    )
    page.compare()
    assert page.pane.pks == (page.model.pk(0), page.model.pk(1))


def test_search_goes_into_the_trace_while_it_is_read(page):
    page.table.setFocus()
    page.focus_search()
    assert page.search_field.hasFocus()
    page.pane.focus_trace()
    page.focus_search()
    assert page.pane.find_bar.isVisible()
    page.back()
    assert not page.pane.find_bar.isVisible()


def test_rows_are_copied_as_a_table(page):
    page.table.select_row(2)
    QTest.keyClick(page.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    heading, line = QGuiApplication.clipboard().text().splitlines()
    assert heading.startswith("Scenario\tTitle\tpass")
    assert line.startswith("S-02\t'=Title 2\t1.0")


def test_the_list_is_saved_without_formulas(page, workspace, tmp_path):
    path: Path = tmp_path / "list.csv"
    workspace.prompts.answers.append(path)
    page.facets.set_state("run", "alpha", "ticked")
    page.commands.export_list()
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 12
    assert rows[3]["title"] == "'=Title 3"
    assert rows[3]["latency_ms"] == "3000.0"


def test_columns_are_chosen_and_remembered(page, workspace, qtbot):
    place = [column.key for column in page.model.columns].index("preview")
    assert page.table.isColumnHidden(place)
    page.columns.show(place, True)
    assert "preview" in workspace.settings.get("traces.columns")
    again = TracesPage(workspace)
    qtbot.addWidget(again)
    again.project_replaced()
    assert not again.table.isColumnHidden(place)


def test_a_place_is_come_to(page, project):
    beta = project.traces.find("beta/S-03")
    page.opened(trace=beta)
    assert page.pane.pks == (beta,)
    page.opened(trace="alpha/S-04")
    assert page.pane.single.trace.row.scenario == "S-04"
    page.opened(where="trial = 0 and score.pass = 0")
    assert len(page.model.ids) == 12
    page.opened(run="beta")
    assert runs(page) == {"beta"}
    alpha = project.traces.find("alpha/S-03")
    page.opened(pair=(alpha, beta))
    assert page.pane.is_pair
    assert page.pane.pks == (alpha, beta)


def test_a_place_that_the_list_hides_is_come_to_all_the_same(page, project):
    page.facets.set_state("run", "alpha", "ticked")
    beta = project.traces.find("beta/S-03")
    page.opened(trace=beta)
    assert page.facets.chosen == {}
    page._open_current()
    assert page.pane.pks == (beta,)


def test_an_empty_project_offers_an_import(qtbot, workspace, tmp_path):
    from evaldesk.storage.project import Project

    page = TracesPage(workspace)
    qtbot.addWidget(page)
    page.show()
    workspace.set_project(Project.create(tmp_path / "empty.evaldesk"))
    page.project_replaced()
    assert page.stack.currentWidget() is page.nothing
    with qtbot.waitSignal(workspace.navigated) as went:
        page._import()
    assert went.args[0] == "import"
    assert page.status_text() == ""


def test_new_traces_come_into_the_list(page, project):
    from tests.gui.traces.conftest import fill

    fill(project, runs=("gamma",))
    page.refresh(Changes.of("traces"))
    assert len(page.model.ids) == 36
    assert page.controller.total == 36


def test_a_page_that_is_built_later_reads_the_project_by_itself(page, workspace, qtbot):
    later = TracesPage(workspace)
    qtbot.addWidget(later)
    assert len(later.model.ids) == 24


def test_closing_the_project_leaves_nothing(page, workspace, project):
    workspace.set_project(None)
    page.project_replaced()
    assert len(page.model.ids) == 0
    assert page.pane.pks == ()
    page.grab()
    project.close()


@pytest.mark.parametrize("beside", [True, False])
def test_it_can_be_drawn_in_both_themes_and_layouts(page, workspace, beside):
    page.whole.set_beside(beside)
    light = page.grab().toImage()
    workspace.set_tokens(DARK)
    dark = page.grab().toImage()
    at = page.pane.mapTo(page, QPoint(6, 300))
    assert light.pixelColor(at).lightness() > 200 > 60 > dark.pixelColor(at).lightness()


def test_tags_of_others_are_kept_from_who_still_has_traces_to_rate(page, workspace, project, qtbot):
    from evaldesk.domain.project import Changes
    from evaldesk.domain.rubric import FAILURE_MODES, Rubric

    rubric = Rubric.from_json(
        {
            "name": "Support",
            "criteria": [{"name": "success", "scale": {"kind": "binary"}}],
            "failure_modes": [{"name": "wrong_action"}, {"name": "false_report"}],
        }
    )
    project.rubrics.save(rubric, "ada")
    pks = list(page.model.ids)
    project.ratings.answer(pks[0], "Support", FAILURE_MODES, "ada", ["wrong_action"])
    project.ratings.answer(pks[1], "Support", FAILURE_MODES, "ada", ["false_report"])
    project.ratings.answer(pks[2], "Support", FAILURE_MODES, "ben", ["false_report"])

    def shown():
        model = page.facets
        return [model.index(row).data() for row in range(model.rowCount())]

    workspace.set_user("ada")
    page.refresh(Changes.of("ratings"))
    qtbot.waitUntil(lambda: "Failure mode (yours)" in shown())
    page.facets.set_state("tag", "false_report", "ticked")
    assert list(page.model.ids) == [pks[1]]
    # Another person gave no such tag; the line above says what is looked for.
    workspace.set_user("cleo")
    assert list(page.model.ids) == []
    assert [part.caption for part in page.listing.line.parts] == ["Failure mode (yours)"]
    assert "only failure modes that you gave" in page.listing.no_match.text.text()
    page.finding.reset()
    qtbot.waitUntil(lambda: not [one for one in shown() if one.startswith("Failure mode")])
    assert list(page.model.ids) == pks
    page.controller.filter('tag = "wrong_action"')
    assert list(page.model.ids) == []
    assert "only failure modes that you gave" in page.listing.no_match.text.text()
    # Who opened the others' answers on the Adjudicate screen has them here too.
    workspace.unblinded.add(("cleo", "Support"))
    page.opened()
    qtbot.waitUntil(lambda: "Failure mode" in shown())
    assert list(page.model.ids) == [pks[0]]


def test_marked_rows_are_put_side_by_side(page):
    page.table.setFocus()
    for row in (2, 14, 5, 7, 9):
        page.table.select_row(row)
        QTest.keyClick(page.table, Qt.Key.Key_X if row % 2 else Qt.Key.Key_Space)
    wanted = tuple(page.model.pk(row) for row in (2, 14, 5, 7))  # four at most
    assert page.beside.marked == wanted
    assert [page.model.index(row, 0).data(SIDE) for row in (2, 14, 5, 7, 9)] == [*"ABCD", ""]
    page.table.grab()
    page.compare()
    assert page.pane.pks == wanted
    page.compare()
    assert not page.pane.is_pair
    QTest.keyClick(page.table, Qt.Key.Key_X, Qt.KeyboardModifier.ShiftModifier)
    assert page.beside.marked == ()


def test_the_same_runs_of_the_next_scenario(page, qtbot, project):
    qtbot.waitUntil(lambda: page.siblings.rowCount() == 1, timeout=5000)
    page.compare()

    def shown():
        return [view.trace.row.scenario for view in page.pane.beside.views]

    page.step(1)
    assert shown() == ["S-01", "S-01"]
    assert [view.trace.row.run for view in page.pane.beside.views] == ["alpha", "beta"]
    assert page.table.currentIndex().row() == 1
    page.step(-1)
    assert shown() == ["S-00", "S-00"]
    for _ in range(6):
        page.step(1)
    page.step_differing(1)  # on S-07 both say the same
    assert shown() == ["S-08", "S-08"]
    for _ in range(5):
        page.step(1)
    assert shown() == ["S-11", "S-11"]
    qtbot.wait(100)  # the row that was come to does not open alone after a while
    assert page.pane.is_pair


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_siblings_come_and_go_as_columns(page, qtbot, project):
    from tests.gui.traces.conftest import fill

    fill(project, runs=("gamma",))
    page.refresh(Changes.of("traces"))
    page._open_current()
    page.controller.read_siblings(page.pane.pks[0])
    qtbot.waitUntil(lambda: page.siblings.rowCount() == 2, timeout=5000)
    first = page.pane.pks[0]
    beta, gamma = (row.pk for row in page.siblings.rows)
    page._sibling_chosen(beta)
    page._sibling_chosen(gamma)
    assert page.pane.pks == (first, beta, gamma)
    assert [page.siblings.index(row).data(SIDE) for row in (0, 1)] == ["B", "C"]
    page.sibling_list.grab()
    page._sibling_chosen(beta)
    assert page.pane.pks == (first, gamma)
    page._sibling_chosen(gamma)
    assert page.pane.pks == (first,)
    page.compare()  # more than one: the person chooses
    chooser = page.findChild(TraceChooser)
    assert [chooser.list.item(row).text().split(" · ")[0] for row in (0, 1)] == ["beta", "gamma"]
    QTest.keyClick(chooser.list, Qt.Key.Key_Down)
    QTest.keyClick(chooser.list, Qt.Key.Key_Return)
    assert page.pane.pks == (first, gamma)


def test_a_place_in_several_traces_is_come_to(page, project):
    alpha, beta = (project.traces.find(f"{run}/S-03") for run in ("alpha", "beta"))
    place = ReadingPlace(side=1, step=1, only_differing=True)
    page.opened(pair=(alpha, beta), place=place)
    assert page.pane.pks == (alpha, beta)
    assert page.pane.beside.current == (1, 1)
    assert page.pane.beside.only_differing


def test_columns_take_the_room_of_the_list_and_give_it_back(page, qtbot):
    page.resize(960, 600)
    page.table.select_row(0)
    assert page.listing.isVisible()
    assert page.facet_panel.isVisible()
    for row in (0, 1, 2, 3):
        page.beside.toggle_mark(page.model.pk(row))
    page.compare()
    assert not page.listing.isVisible()
    assert not page.facet_panel.isVisible()
    views = page.pane.beside.views
    qtbot.waitUntil(lambda: all(view.width() >= 200 for view in views), timeout=5000)
    page.back()
    assert page.listing.isVisible()
    assert page.facet_panel.isVisible()
    assert page.table.hasFocus()


def test_the_list_is_as_wide_as_before_once_one_trace_is_left(page, qtbot):
    page.resize(1440, 900)
    qtbot.waitUntil(lambda: page.whole.width() > 1300, timeout=5000)
    page.whole.reading.setSizes([600, 600])
    before = page.whole.reading.sizes()
    for row in (0, 1, 2):
        page.beside.toggle_mark(page.model.pk(row))
    page.compare()
    assert page.whole.reading.sizes()[0] < before[0]
    page.back()
    assert page.whole.reading.sizes() == before
