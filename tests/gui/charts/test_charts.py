"""The charts: what is drawn where, and that pictures of them can be kept."""

import sys
from xml.dom import minidom

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest

from evaldesk.domain.errors import UsageError
from evaldesk.ui.charts import export
from evaldesk.ui.charts.check import draw
from evaldesk.ui.charts.distribution import (
    DifferenceHistogram,
    OutcomeBar,
    OutcomeChart,
    histogram,
)
from evaldesk.ui.charts.forest import ForestPlot, ForestRow
from evaldesk.ui.charts.theme import nice_step
from evaldesk.ui.theme.tokens import DARK, LIGHT

ROWS = (
    ForestRow("All", 61, 0.23, 0.07, 0.38, "+23.0 pp", "0.006", tone="ok", whole=True),
    ForestRow("Tier"),
    ForestRow("critical", 15, -0.2, -0.4, -0.05, "−20.0 pp", "0.01", tone="bad", indent=True),
    ForestRow("nice", 2, 0.1, -0.9, 0.95, "+10.0 pp", "0.8", indent=True),
    ForestRow("single", 1, 0.3, None, None, "+30.0 pp · one value has no spread", indent=True),
)


@pytest.fixture
def forest(qtbot):
    chart = ForestPlot(LIGHT)
    qtbot.addWidget(chart)
    chart.resize(900, 300)
    chart.show_rows(
        ROWS,
        captions=("A better", "difference", "B better"),
        tick_text=lambda value: f"{value:+.1f}",
        heads=("pairs", "B minus A", "p"),
    )
    with qtbot.waitExposed(chart):
        chart.show()
    chart.grab()
    return chart


def middle(chart, index):
    top, height = chart.band(index)
    return int(chart._area().top() + top + height / 2)


def test_the_axis_is_symmetric_and_few_pairs_do_not_stretch_it(forest):
    low, high = forest.getViewBox().viewRange()[0]
    assert low == pytest.approx(-high)
    assert 0.4 < high < 0.5


def test_each_mark_has_its_colour_at_its_place(forest):
    picture = forest.grab().toImage()
    area = forest._area()
    reach = forest.reach
    for index, token in ((0, LIGHT.ok), (2, LIGHT.bad), (3, LIGHT.muted)):
        x = int(area.left() + area.width() * (ROWS[index].value / reach + 1) / 2)
        assert picture.pixelColor(x, middle(forest, index)) == QColor(token), ROWS[index].label
    # A value without an interval is a hollow square.
    x = int(area.left() + area.width() * (0.3 / reach + 1) / 2)
    assert picture.pixelColor(x, middle(forest, 4)) == QColor(LIGHT.pane)


def test_rows_are_found_where_they_are_drawn_and_headings_are_no_rows(forest):
    assert [forest.row_at(middle(forest, index)) for index in range(5)] == [0, -1, 2, 3, 4]
    assert forest.row_at(2) == -1


def test_mouse_and_keys_choose_rows(qtbot, forest):
    chosen = []
    forest.row_chosen.connect(chosen.append)
    at = QPoint(30, middle(forest, 2))
    qtbot.mouseClick(forest.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseClick(
        forest.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, middle(forest, 1))
    )
    assert chosen == [2]
    forest._hover(-1)
    for _ in range(2):
        QTest.keyClick(forest, Qt.Key.Key_Down)
    QTest.keyClick(forest, Qt.Key.Key_Space)
    assert chosen == [2, 2]


def test_the_whole_plot_can_be_read_aloud(forest):
    said = forest.accessibleDescription()
    assert "All, n 61: +23.0 pp" in said
    assert "single, n 1: +30.0 pp · one value has no spread" in said
    assert "Tier" not in said


def test_another_theme_is_drawn(forest):
    forest.set_tokens(DARK)
    picture = forest.grab().toImage()
    assert picture.pixelColor(3, 3) == QColor(DARK.pane)


@pytest.mark.filterwarnings("error")
def test_a_png_is_twice_as_fine(forest, tmp_path):
    path = tmp_path / "chart.png"
    export.save_png(forest, path)
    picture = QImage(str(path))
    assert picture.width() == 2 * forest.width()
    assert picture.pixelColor(5, 5) == QColor(LIGHT.pane)
    assert forest.line_scale == 1.0


def test_an_svg_holds_every_word_and_draws_the_marks(forest, tmp_path):
    path = tmp_path / "chart.svg"
    forest.setAccessibleName("A & B <differ>")
    export.save_svg(forest, path)
    text = path.read_text("utf-8")
    document = minidom.parseString(text)
    words = "".join(
        node.firstChild.data for node in document.getElementsByTagName("text") if node.firstChild
    )
    for row in ROWS:
        assert row.label in words
    assert not document.getElementsByTagName("clipPath")
    assert document.getElementsByTagName("title")[0].firstChild.data == "A & B <differ>"
    reader = QSvgRenderer(str(path))
    assert reader.defaultSize() == forest.size()
    picture = QImage(forest.size(), QImage.Format.Format_ARGB32)
    painter = QPainter(picture)
    reader.render(painter)
    painter.end()
    area = forest._area()
    x = int(area.left() + area.width() * (0.23 / forest.reach + 1) / 2)
    assert picture.pixelColor(x, middle(forest, 0)) == QColor(LIGHT.ok)


def test_a_picture_that_cannot_be_written_is_said(forest, tmp_path):
    for save in (export.save_png, export.save_svg):
        with pytest.raises(UsageError, match="could not be written"):
            save(forest, tmp_path / "nowhere" / "chart.x")


def test_pyqtgraph_is_as_it_was_after_an_export(forest):
    module = sys.modules["pyqtgraph.exporters.SVGExporter"]
    before = module.correctCoordinates
    export.svg(forest)
    assert module.correctCoordinates is before


def test_self_test_draws():
    fine, detail = draw()
    assert fine
    assert "PNG and SVG" in detail


def test_outcomes_and_histogram_draw(qtbot):
    outcomes = OutcomeChart(LIGHT)
    qtbot.addWidget(outcomes)
    outcomes.resize(400, 100)
    outcomes.show_bars([OutcomeBar("Both", 30, "30"), OutcomeBar("Only A", 0, "0", "bad")])
    assert outcomes.accessibleDescription() == "Both: 30; Only A: 0"
    chart = DifferenceHistogram(LIGHT)
    qtbot.addWidget(chart)
    for values in ([], [0.0, 0.0], [1.0, 2.0, -1.0, 0.0], list(np.linspace(-5, 9, 50))):
        chart.resize(400, 150)
        chart.show_differences(
            values,
            lower_is_better=False,
            mean=(1.0, 0.5, 1.5) if values else (None, None, None),
            caption="B minus A",
            tick_text=str,
        )
        assert not export.image(chart).isNull()
        assert not export.image(outcomes).isNull()


@given(st.lists(st.floats(-1e6, 1e6).map(lambda value: round(value, 3)), max_size=80))
def test_a_histogram_counts_every_pair_once_and_no_bar_spans_zero(differences):
    values = np.asarray(differences, dtype=np.float64)
    centres, counts, width = histogram(values)
    assert int(counts.sum()) + int((values == 0).sum()) == values.size
    assert width > 0
    if centres.size > 9:
        assert (np.abs(centres) >= 0.49 * width).all()
    for value in values[values != 0]:
        nearest = centres[np.abs(centres - value).argmin()]
        assert np.sign(nearest) == np.sign(value)


@given(st.floats(1e-6, 1e9))
def test_a_step_is_round_and_gives_few_ticks(span):
    step = nice_step(span)
    assert span / step <= 5 + 1e-6
    assert float(f"{step:e}".split("e")[0]) in (1.0, 2.0, 2.5, 5.0)
