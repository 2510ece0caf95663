"""The column of facets: ticks, what is left out, folding, finding values."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from evaldesk.domain.query import Comparison
from evaldesk.services.finding.facets import Facet, FacetLine
from evaldesk.services.finding.query import parse, write
from evaldesk.settings import Settings
from evaldesk.ui.screens.traces.facet_list import FacetColumn
from evaldesk.ui.screens.traces.facet_model import SHOWN, FacetModel
from evaldesk.ui.theme.tokens import DARK, LIGHT

REPORT = QAbstractItemModelTester.FailureReportingMode.Warning


def facet(name, *values):
    lines = (FacetLine(value, count, Comparison(name, "=", (value,))) for value, count in values)
    return Facet(name, tuple(lines))


def flags(**counts):
    lines = (FacetLine(name, count, Comparison(name, "exists")) for name, count in counts.items())
    return Facet("flags", tuple(lines))


def titles(model):
    return [model.index(row).data() for row in range(model.rowCount())]


def said(model):
    return {name: [write(line) for line in lines] for name, lines in model.chosen.items()}


@pytest.fixture
def model(qapp):
    made = FacetModel()
    tester = QAbstractItemModelTester(made, REPORT)
    made.set_facets(
        [
            facet("slice.language", ("de", 5), ("en", 3)),
            facet("run", ("alpha", 12), ("beta", 9)),
            facet("system", ("only one", 21)),
            flags(has_error=2, unrated=0),
        ]
    )
    yield made
    tester.deleteLater()


def row_of(model, title):
    return titles(model).index(title)


def test_only_what_narrows_is_shown_in_a_settled_order(model):
    assert titles(model) == [
        "Run",
        "alpha",
        "beta",
        "Marks",
        "Has an error",
        "language",
        "de",
        "en",
    ]


def test_a_value_is_ticked_left_out_and_neither(model, qtbot):
    with qtbot.waitSignal(model.chosen_changed):
        model.activate(model.index(row_of(model, "alpha")))
    assert said(model) == {"run": ['run = "alpha"']}
    state = Qt.ItemDataRole.CheckStateRole
    assert model.index(1).data(state) == Qt.CheckState.Checked
    model.exclude(model.index(row_of(model, "beta")))
    model.exclude(model.index(row_of(model, "de")))
    assert said(model) == {
        "run": ['run = "alpha"', 'not run = "beta"'],
        "slice.language": ['not slice.language = "de"'],
    }
    assert model.index(2).data(state) == Qt.CheckState.PartiallyChecked
    assert model.index(2).data(Qt.ItemDataRole.AccessibleTextRole) == "beta, 9 traces, left out"
    model.activate(model.index(2))
    model.clear_facet("slice.language")
    assert said(model) == {"run": ['run = "alpha"']}
    model.choose_only("run", "beta")
    assert said(model) == {"run": ['run = "beta"']}


def test_ticks_stay_where_nothing_has_the_value_any_more(model):
    model.set_state("run", "alpha", "ticked")
    model.set_facets([facet("run", ("beta", 9))])
    assert titles(model) == ["Run", "beta", "alpha"]
    assert said(model) == {"run": ['run = "alpha"']}
    model.clear_facet("run")
    assert titles(model) == ["Run", "beta"]  # it had two once, and keeps its place


def test_many_values_are_folded_away_and_ticked_ones_are_not(model):
    model.set_facets([facet("run", *((f"run {n}", 100 - n) for n in range(20)))])
    assert titles(model)[-1] == "13 more"
    assert model.rowCount() == 1 + SHOWN + 1
    model.set_state("run", "run 19", "ticked")
    assert titles(model)[-2:] == ["run 19", "12 more"]
    model.activate(model.index(model.rowCount() - 1))
    assert model.rowCount() == 1 + 20 + 1
    assert titles(model)[-1] == "Fewer"
    model.fold("run", True)
    assert titles(model) == ["Run", "run 19"]
    model.seek("RUN 1")
    assert titles(model)[1:] == ["run 1", *(f"run {n}" for n in range(10, 20))]


def test_new_counts_do_not_reset_the_lines(model, qtbot):
    with qtbot.assertNotEmitted(model.modelReset):
        model.set_facets(
            [
                facet("run", ("alpha", 1), ("beta", 0)),
                facet("slice.language", ("de", 5), ("en", 3)),
                flags(has_error=1),
            ]
        )
    assert model.count("run", parse('run = "beta"')) == 0


@pytest.fixture
def column(model, qtbot, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    made = FacetColumn(model, LIGHT, settings)
    qtbot.addWidget(made)
    made.resize(220, 400)
    made.show()
    return made


def test_the_keys_tick_leave_out_and_fold(column, model, tmp_path, qapp):
    column.focus_list()
    lines = column.list
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Minus):
        QTest.keyClick(lines, key)
    assert said(model) == {"run": ['run = "alpha"', 'not run = "beta"']}
    QTest.keyClick(lines, Qt.Key.Key_Left)
    assert lines.currentIndex().data() == "Run"
    assert titles(model)[:4] == ["Run", "alpha", "beta", "Marks"]  # ticked ones stay in sight
    model.clear_facet("run")
    assert titles(model)[:2] == ["Run", "Marks"]
    assert Settings(tmp_path / "settings.json").get("traces.facets.folded") == ["run"]
    again = FacetModel()
    FacetColumn(again, LIGHT, Settings(tmp_path / "settings.json"))
    assert again.folded == {"run"}
    QTest.keyClick(lines, Qt.Key.Key_Right)
    assert titles(model)[1] == "alpha"
    for tokens in (LIGHT, DARK):
        lines.set_tokens(tokens)
        assert not column.grab().isNull()


def test_a_click_ticks_and_with_alt_leaves_out(column, model):
    def click(title, modifiers=Qt.KeyboardModifier.NoModifier):
        box = column.list.visualRect(model.index(row_of(model, title)))
        at = box.center() - QPoint(20, 0)
        viewport = column.list.viewport()
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, modifiers, at)

    click("alpha")
    click("beta", Qt.KeyboardModifier.AltModifier)
    assert said(model) == {"run": ['run = "alpha"', 'not run = "beta"']}
    click("Run")
    assert model.folded == {"run"}


def test_a_field_finds_values_where_there_are_many(column, model):
    assert not column.finder.isVisible()
    model.set_facets([facet("model", *((f"m{n}", 1) for n in range(200)))])
    assert column.finder.isVisible()
    QTest.keyClicks(column.finder, "M17")
    assert titles(model) == ["Model", "m17", *(f"m{n}" for n in range(170, 180))]
    QTest.keyClick(column.finder, Qt.Key.Key_Escape)
    assert column.finder.text() == ""


def test_a_facet_that_nothing_of_the_list_has_is_not_shown(model):
    scores = facet("score.bleu", ("0 – 1", 0), ("1 – 2", 0))
    model.set_facets([facet("run", ("alpha", 12), ("beta", 9)), scores])
    assert titles(model) == ["Run", "alpha", "beta"]
    model.set_facets(
        [facet("run", ("alpha", 12), ("beta", 9)), facet("score.bleu", ("0 – 1", 3), ("1 – 2", 0))]
    )
    assert "0 – 1" in titles(model)
    assert "1 – 2" in titles(model)


def test_datasets_without_a_trace_of_the_list_are_not_shown(model):
    datasets = facet("dataset", ("cases", 12), ("others", 0))
    model.set_facets([datasets], named=True)
    assert "cases" in titles(model)
    assert "others" not in titles(model)
