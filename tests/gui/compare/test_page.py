"""The Compare screen: what it says, and what keys do."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobRunner
from evaldesk.storage.project import Project
from evaldesk.ui.theme.tokens import DARK
from evaldesk.ui.widgets.button import ActionButton
from tests.gui.compare.conftest import COUNT, record, write

# 40 scenarios, of which 3 and 5 ended in an error and 39 is in the old run only.
PAIRS = COUNT - 3


def forest_index(page, label):
    return next(i for i, row in enumerate(page.plots.forest.rows) if row.label == label)


def test_it_begins_with_the_two_newest_runs_that_share_most(page):
    assert page.controls.run_a.box.currentText() == "old"
    assert page.controls.run_b.box.currentText() == "new"
    assert page.breadcrumb() == "old → new"
    assert page.chips()[0] == (f"pass, {PAIRS} paired", "neutral")
    assert f"{PAIRS} pairs · seed 20261" in page.status_text()


def test_every_figure_has_its_n_and_interval(page):
    found = page.controller.study.comparison
    a, gap = found.a, found.difference
    figures = page.figures
    assert figures.a.figure.text() == f"{100 * a.value:.1f} %"
    assert figures.a.remark.text() == (
        f"20 of {PAIRS} [{100 * a.low:.1f}, {100 * a.high:.1f}] Wilson"
    )
    assert figures.difference.figure.text() == f"+{100 * gap.value:.1f} pp"
    remark = figures.difference.remark.text()
    assert f"[{100 * gap.low:.1f}, {100 * gap.high:.1f}] Tango" in remark
    assert "McNemar, mid-p" in remark
    assert f"n\u00a0{PAIRS}" in remark


def test_a_difference_is_coloured_only_where_its_interval_excludes_zero(page):
    tokens = page.workspace.tokens
    assert page.controller.study.comparison.difference.low > 0
    assert tokens.ok in page.figures.difference.figure.styleSheet()
    page.controller.swap()
    assert tokens.bad in page.figures.difference.figure.styleSheet()
    assert page.figures.difference.figure.text().startswith("−")


def test_failures_on_the_critical_tier_have_an_upper_bound(page):
    # 0, 4, 8 … 36 are critical, and the new run fails 4 of them.
    assert page.figures.last.caption.text() == "Critical failures in B"
    assert page.figures.last.figure.text() == "1 of 10"
    # 1 of 10: the one-sided 95 % bound of Clopper and Pearson is 0.3942.
    assert "upper bound 39.4 % (95 % one-sided" in page.figures.last.remark.text()


def test_what_is_missing_is_said_in_words(page):
    said = page.notes.text.text()
    assert "1 scenario is in old only; new has no trace of it." in said
    assert "1 scenario of old ended in an infrastructure error: left out, not counted" in said
    assert "1 scenario of new ended in an infrastructure error: left out, not counted" in said
    assert [chip.text() for chip in page.notes.chips] == [
        "1 only in A",
        "1 with an error in A",
        "1 with an error in B",
    ]


def test_a_chip_lists_what_it_counts(page):
    page.notes.chips[2].click()
    index = page.listing.unpaired_table.currentIndex()
    item = page.listing.unpaired.items[index.row()]
    assert (item.scenario, item.reason) == ("S-5", "infrastructure error in B")
    assert page.listing.header.title.text() == "Left out"


def test_what_was_left_out_leads_to_the_trace_that_says_why(page):
    went = []
    page.workspace.navigated.connect(lambda screen, place: went.append(place["trace"]))
    page.workspace.actions.trigger("compare.left_out")
    for row in range(3):
        page.listing.unpaired_opened.emit(row)
    assert sorted(went) == ["new/S-5", "old/S-3", "old/S-39"]


def test_errors_count_as_failures_only_on_request(page):
    before = page.controller.study.comparison
    page.workspace.actions.trigger("compare.errors")
    after = page.controller.study.comparison
    assert page.controls.errors.isChecked()
    assert len(after.pairs) == len(before.pairs) + 2
    assert "counted as failures (0)" in page.notes.text.text()
    page.workspace.actions.trigger("compare.errors")
    assert len(page.controller.study.comparison.pairs) == len(before.pairs)


def test_regressions_come_worst_tier_first(page):
    assert page.listing.header.title.text() == "Regressions"
    assert [pair.scenario for pair in page.listing.model.pairs] == ["S-4", "S-2"]
    cells = [page.listing.model.index(0, column).data() for column in range(4)]
    assert cells == ["S-4", "critical", "Title 4", "1 → 0"]


@pytest.mark.parametrize(
    ("kind", "size"),
    [("regressions", 2), ("improvements", 13), ("ties", 22), ("all", 37), ("left_out", 3)],
)
def test_each_list_has_what_its_button_counts(page, kind, size):
    page.workspace.actions.trigger(f"compare.{kind}")
    model = page.listing.unpaired if kind == "left_out" else page.listing.model
    assert model.rowCount() == size
    assert page.listing.buttons[kind].isChecked()
    assert page.listing.buttons[kind].text().endswith(f" {size}")


def test_the_bar_adds_up(page):
    found = page.controller.study.comparison
    assert page.outcomes.better.text() == f"▲ {found.wins} better in B"
    assert found.wins + found.ties + found.losses == len(found.pairs) == PAIRS


def test_the_forest_has_all_the_tiers_and_slices_that_a_person_reads(page):
    labels = [row.label for row in page.plots.forest.rows]
    assert labels == [
        "All",
        "Tier",
        "critical",
        "important",
        "nice-to-have",
        "Language",
        "de",
        "en",
    ]
    assert page.plots.forest.rows[0].whole
    whole = page.plots.forest.rows[0]
    assert whole.n == PAIRS
    assert whole.text.startswith("+")
    assert "[" in whole.text
    assert "Benjamini–Hochberg" in page.plots.forest_card.header.detail.text()
    assert f"smallest detectable at n={PAIRS}" in page.plots.forest_card.header.detail.text()


def test_slices_are_coloured_by_the_adjusted_p(page):
    parts = {part.value: part for part in page.controller.study.comparison.slices}
    for row in page.plots.forest.rows:
        if row.label in parts:
            sure = (parts[row.label].p_adjusted or 1) < 0.05
            assert (row.tone != "neutral") == sure, row.label


def test_a_click_on_a_row_lists_only_that_slice(qtbot, page):
    page.workspace.actions.trigger("compare.improvements")
    forest = page.plots.forest
    index = forest_index(page, "de")
    top, height = forest.band(index)
    at = QPoint(40, int(forest._area().top() + top + height / 2))
    qtbot.mouseClick(forest.viewport(), Qt.MouseButton.LeftButton, pos=at)
    listed = [pair.scenario for pair in page.listing.model.pairs]
    assert listed == ["S-15", "S-25"]
    assert page.listing.group_button.text().startswith("Only de")
    assert forest.chosen == index
    page.listing.group_button.click()
    assert len(page.listing.model.pairs) == 13
    assert forest.chosen == -1


def test_a_row_can_be_chosen_by_keys(page):
    forest = page.plots.forest
    forest.setFocus()
    for _ in range(2):
        QTest.keyClick(forest, Qt.Key.Key_Down)
    QTest.keyClick(forest, Qt.Key.Key_Return)
    assert page.listing.group_button.text().startswith("Only critical")
    assert [pair.scenario for pair in page.listing.model.pairs] == ["S-4"]


def test_return_opens_the_two_traces_and_escape_comes_back(qtbot, page):
    page.activateWindow()
    page.listing.table.setFocus()
    QTest.keyClick(page.listing.table, Qt.Key.Key_Return)
    assert page.stack.currentWidget() is page.pair
    assert page.pair.scenario.text() == "S-4"
    assert page.breadcrumb() == "old → new / S-4"
    assert page.pair.change.text() == "pass  1 → 0"
    assert page.pair.place.text() == "Regressions: 1 of 2"
    assert page.pair.traces.is_pair
    pair = page.listing.current()
    assert page.pair.traces.pks == (pair.a_pk, pair.b_pk)
    page.workspace.actions.trigger("compare.next")
    assert page.pair.scenario.text() == "S-2"
    assert not page.pair.next_button.isEnabled()
    page.workspace.actions.trigger("compare.next")
    assert page.pair.scenario.text() == "S-2"
    page.pair.traces.left.emit()
    assert page.stack.currentWidget() is page.content
    assert page.listing.table.currentIndex().row() == 1


def test_more_columns_are_chosen_and_stay_for_the_next_scenario(qtbot, show, project):
    write(project, "third", [record("third", number, value=0.0) for number in range(6)])
    page = show(project, a="old", b="new")
    page.open_pair(0)
    panel, pane = page.pair, page.pair.traces
    assert panel.scenario.text() == "S-4"
    siblings = project.traces.siblings(pane.pks[0])
    assert [row.run for row in siblings] == ["new", "third"]
    panel._choose([(row.run, row.trial) for row in siblings])
    assert [view.trace.row.run for view in pane.beside.views] == ["old", "new", "third"]
    page.step(1)
    assert [view.trace.row.scenario for view in pane.beside.views] == ["S-2"] * 3
    page.list_kind("all")
    page.open_pair(next(i for i, p in enumerate(page.listing.model.pairs) if p.scenario == "S-20"))
    assert [view.trace.row.run for view in pane.beside.views] == ["old", "new"]


def test_the_next_pair_that_differs(page, monkeypatch):
    from evaldesk.services.reading import companions

    page.list_kind("all")
    page.open_pair(0)
    pairs = page.listing.model.pairs
    monkeypatch.setattr(companions, "differ", lambda project, pks, ignored: pks[0] == pairs[5].a_pk)
    page.workspace.actions.trigger("compare.next_differing")
    assert page.listing.table.currentIndex().row() == 5
    assert page.pair.scenario.text() == pairs[5].scenario
    page.workspace.actions.trigger("compare.next_differing")
    assert page.listing.table.currentIndex().row() == 5


def test_letters_of_the_comparison_are_those_of_the_traces_while_they_are_read(page):
    page.activateWindow()
    page.open_pair(0)
    before = page.controller.question
    card = next(c for c in page.pair.traces.beside.a.canvas.cards if c is not None)
    QTest.keyClick(page.pair.traces.view.canvas, Qt.Key.Key_X)
    QTest.keyClick(page.pair.traces.view.canvas, Qt.Key.Key_E)
    assert page.controller.question == before
    assert card is not None
    QTest.keyClick(page.pair.traces.view.canvas, Qt.Key.Key_O)
    assert page.pair.traces.beside.only_differing


def test_swapping_keeps_the_pairs_and_turns_the_sign(page):
    before = page.controller.study.comparison
    page.workspace.actions.trigger("compare.swap")
    after = page.controller.study.comparison
    assert (after.run_a, after.run_b) == ("new", "old")
    assert after.difference.value == pytest.approx(-before.difference.value)
    assert (after.wins, after.losses) == (before.losses, before.wins)
    assert page.controls.run_a.box.currentText() == "new"


def test_choosing_the_other_run_on_one_side_swaps(page):
    page.controls.run_a.picked.emit("new")
    question = page.controller.question
    assert (question.run_a, question.run_b) == ("new", "old")


def test_lower_is_better_turns_the_captions_and_the_colours(show, project):
    page = show(project, metric="latency_ms")
    found = page.controller.study.comparison
    assert found.difference.low > 250
    assert page.figures.difference.figure.text() == f"+{found.difference.value:.0f} ms"
    assert page.workspace.tokens.bad in page.figures.difference.figure.styleSheet()
    assert page.plots.forest._captions[0] == "B better"
    assert page.figures.last.caption.text() == "Smallest detectable"
    assert page.plots.histogram.isVisibleTo(page.plots.spread)
    assert not page.plots.outcomes.isVisibleTo(page.plots.spread)


def test_outcomes_count_every_pair_once(page):
    bars = page.plots.outcomes.bars
    assert {bar.label: bar.count for bar in bars} == {
        "Both": 18,
        "Only B": 13,
        "Only A": 2,
        "Neither": 4,
    }


def test_the_tier_can_be_chosen(page):
    page.controller.ask(tier="critical")
    assert {pair.tier for pair in page.controller.study.comparison.pairs} == {"critical"}
    assert "Only the tier “critical” is compared." in page.notes.text.text()
    page.controller.ask(tier="")
    assert len(page.controller.study.comparison.pairs) == PAIRS


def test_trials_are_offered_where_there_are_several(show, project):
    assert not show(project).controls.trials.isVisible()
    trials = [(n, trial) for trial in (1, 2) for n in range(COUNT)]
    rows = [record("twice", n, trial=trial, value=float(trial == 1)) for n, trial in trials]
    write(project, "twice", rows)
    page = show(project, a="old", b="twice")
    assert page.controls.trials.isVisible()
    assert page.controller.study.comparison.b.value == pytest.approx(0.5)
    assert page.figures.b.figure.text() == "50.0 %"
    page.controls.trials.picked.emit("all-pass")
    assert page.controller.study.comparison.b.value == 0


def test_runs_without_a_common_scenario_say_why(show, project):
    write(project, "other", [record("other", n, text=f"Another {n}") for n in range(5)])
    page = show(project, a="old", b="other")
    assert page.figures.difference.figure.text() == "–"
    assert "there is no pair" in page.figures.difference.remark.text()
    assert "there is no pair" in page.plots.undefined.text()
    assert page.notes.chips[0].text() == "5 same id, other text"
    assert "the test cases were changed between the runs" in page.notes.text.text()
    assert page.listing.nothing.text() == "Nothing could be compared. “Left out” says why."
    assert page.figures.last.remark.text() == "no pair is of the tier critical"


def test_a_metric_that_one_run_lacks_is_said(show, project):
    write(project, "bare", [record("bare", n, scores=False) for n in range(10)])
    page = show(project, a="old", b="bare")
    assert "10 scenarios of bare have no value of this metric." in page.notes.text.text()
    assert any("without a value in B" in chip.text() for chip in page.notes.chips)


def test_one_run_is_not_enough(show, workspace, tmp_path):
    project = Project.create(tmp_path / "one.evaldesk", "One")
    write(project, "old", [record("old", n) for n in range(3)])
    page = show(project)
    assert page.stack.currentWidget() is page.empty
    went = []
    workspace.navigated.connect(lambda screen, place: went.append(screen))
    page.empty.findChildren(ActionButton)[0].click()
    assert went == ["import"]
    write(project, "new", [record("new", n) for n in range(3)])
    page.refresh(Changes.of("traces"))
    assert page.stack.currentWidget() is page.content


def test_the_choice_is_kept_for_the_project_without_its_words(show, project, settings):
    first = show(project)
    first.controller.ask(metric="latency_ms", tier="important")
    first.controller.swap()
    again = show(project)
    question = again.controller.question
    assert (question.run_a, question.run_b) == ("new", "old")
    assert (question.metric, question.tier) == ("latency_ms", "important")
    kept = json.dumps(json.loads(settings.path.read_text("utf-8")))
    for word in ("latency", "important", '"old"', '"new"'):
        assert word not in kept


def test_the_table_is_copied_as_numbers(page):
    page.workspace.actions.trigger("compare.copy")
    text = QGuiApplication.clipboard().text()
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    found = page.controller.study.comparison
    assert len(rows) == 1 + len(found.slices)
    assert float(rows[0]["difference"]) == pytest.approx(found.difference.value, rel=1e-5)
    assert int(rows[0]["pairs"]) == PAIRS
    assert {row["slice"] for row in rows} == {"all", "tier", "language"}


def test_the_list_is_copied(page):
    page.workspace.actions.trigger("compare.copy_list")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == ["Scenario", "Tier", "Title", "A → B"]
    assert len(lines) == 3


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_chart_is_saved_with_what_it_shows(page, tmp_path, kind):
    path = tmp_path / f"chart.{kind}"
    page.workspace.prompts.answers.append(path)
    page.workspace.actions.trigger(f"compare.save_{kind}")
    data = path.read_bytes()
    if kind == "png":
        assert data.startswith(b"\x89PNG")
    else:
        text = data.decode("utf-8")
        assert "A old · B new · pass" in text
        assert "nice-to-have" in text
    # the screen's own chart has no title
    assert page.plots.forest._title == ""


def test_the_chart_is_copied_as_a_picture(page):
    page.workspace.actions.trigger("compare.copy_chart")
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert data.hasFormat("image/svg+xml")


def test_the_workbook_says_what_the_screen_says(page, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    page.controller.ask(tier="important")
    path = tmp_path / "comparison.xlsx"
    page.workspace.prompts.answers.append(path)
    page.workspace.actions.trigger("compare.workbook")
    book = openpyxl.load_workbook(path, read_only=True)
    said = [
        str(cell)
        for sheet in book.worksheets
        if "ompar" in sheet.title
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    ]
    book.close()
    pairs = len(page.controller.study.comparison.pairs)
    assert any("old" in cell for cell in said)
    assert str(pairs) in said


def test_another_theme_is_taken_at_once(page):
    page.workspace.set_tokens(DARK)
    assert page.plots.forest.tokens is DARK
    assert page.plots.outcomes.tokens is DARK
    assert DARK.a in page.figures.a.caption.styleSheet()
    assert DARK.warn in page.notes.chips[0].styleSheet()


def test_everything_that_takes_keys_has_a_name(page):
    for picker in page.controls.pickers.values():
        assert picker.box.accessibleName()
    for widget in (
        page.controls.swap_button,
        page.controls.more_button,
        page.listing.table,
        page.listing.unpaired_table,
        page.plots.forest,
        *page.listing.buttons.values(),
        *page.notes.chips,
    ):
        assert widget.accessibleName(), widget
        assert widget.focusPolicy() != Qt.FocusPolicy.NoFocus, widget
    assert "critical" in page.plots.forest.accessibleDescription()


def test_a_newer_question_drops_the_older(qtbot, workspace, show, project, monkeypatch):
    jobs = JobRunner()
    monkeypatch.setattr(workspace, "jobs", jobs)
    try:
        page = show(project)
        qtbot.waitUntil(lambda: page.controller.study is not None, timeout=30_000)
        seen = []
        page.controller.studied.connect(lambda: seen.append(page.controller.study.question.metric))
        for metric in ("latency_ms", "pass", "latency_ms"):
            page.controller.ask(metric=metric)
        qtbot.waitUntil(lambda: not jobs.busy, timeout=30_000)
        assert seen == ["latency_ms"]
        assert page.plots.forest is not None
    finally:
        jobs.shutdown()


def test_a_project_that_closes_leaves_nothing(page, workspace):
    project = workspace.project
    workspace.set_project(None)
    page.project_replaced()
    assert page.controller.study is None
    assert page.chips() == ()
    assert page.status_text() == ""
    workspace.set_project(project)


def test_a_gone_run_is_refused_in_words(page):
    page.controller.question = replace(page.controller.question, run_b="never")
    page.controller.compare()
    assert not page.trouble.isHidden()
    assert "never" in page.trouble.message.text()
    page.controller.question = replace(page.controller.question, run_b="new")
    page.controller.compare()
    assert page.trouble.isHidden()
    assert page.body.isVisible()


def test_the_screen_does_not_import_what_is_slow():
    code = (
        "import sys, evaldesk.ui.screens.compare.page\n"
        "slow = {'pyqtgraph', 'scipy', 'numpy', 'pandas', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(f'imported: {slow}' if slow else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_the_menu_offers_what_can_be_handed_out(qtbot, page):
    page.controls.more_button.click()
    menu = page.controls.more_button.findChild(QMenu)
    assert [entry.isEnabled() for entry in menu.actions()] == [True] * 6
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text().startswith("slice\tvalue\tpairs")
    menu.close()


def test_the_keys_go_back_to_the_list_after_choosing_a_metric(qtbot, page):
    page.activateWindow()
    page.listing.table.setFocus()
    page.workspace.actions.trigger("compare.metric")
    box = page.controls.what.box
    assert box.view().isVisible()
    box.hidePopup()
    assert page.listing.table.hasFocus()
