"""The models behind the Traces screen."""

from array import array

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from evaldesk.domain.trace import TraceRow
from evaldesk.ui.screens.traces.columns import columns
from evaldesk.ui.screens.traces.models import (
    BLOCK,
    CHIPS,
    SiblingModel,
    TraceTableModel,
)

# What it finds is a warning of Qt, and any warning fails a test.
REPORT = QAbstractItemModelTester.FailureReportingMode.Warning


def row(pk, **changes):
    given = {
        "id": f"{pk:064x}",
        "scenario": f"S-{pk}",
        "title": f"Title {pk}",
        "run": "alpha",
        "system": "m",
        "trial": 0,
        "status": "ok",
        "tier": "critical",
        "slices": {"language": "de"},
        "scores": {"pass": 1.0, "length": None},
        "latency_ms": 1234.0,
        "tokens_in": 10,
        "tokens_out": 5,
        "cost": None,
        "started_at": "",
        "error": "",
        "preview": "bye",
        **changes,
    }
    return TraceRow(pk=pk, **given)


@pytest.fixture
def model(qtbot):
    made = TraceTableModel()
    made.set_columns(columns(["pass", "length"]))
    return made


def test_it_is_a_model_that_qt_has_no_fault_with(model):
    # It walks every cell, so not for the million.
    tester = QAbstractItemModelTester(model, REPORT)
    model.set_ids(array("q", range(1, 200)))
    model.take_block(0, [row(pk) for pk in range(1, 129)])
    model.set_columns(columns([]))
    model.set_ids(array("q"))
    tester.deleteLater()


def shown(model, number, key):
    place = [column.key for column in model.columns].index(key)
    return model.index(number, place)


def test_a_million_rows_ask_only_for_what_is_in_sight(model, qtbot):
    asked = []
    model.block_wanted.connect(lambda first, pks: asked.append((first, len(pks))))
    model.set_ids(array("q", range(1, 1_000_001)))
    assert model.rowCount() == 1_000_000
    asked.clear()
    assert shown(model, 500_000, "title").data() is None
    assert shown(model, 999_999, "title").data() is None
    qtbot.waitUntil(lambda: len(asked) >= 2)
    first = 500_000 // BLOCK * BLOCK
    assert (first, BLOCK) in asked
    assert (999_936, 64) in asked


def test_blocks_fill_the_rows_they_belong_to(model):
    model.set_ids(array("q", [30, 10, 20]))
    model.take_block(0, [row(10), row(20), row(30)])
    assert [shown(model, n, "title").data() for n in range(3)] == [
        "Title 30",
        "Title 10",
        "Title 20",
    ]
    assert model.row_of(20) == 2
    assert model.pk(5) == -1


def test_rows_of_an_older_list_are_dropped(model):
    model.set_ids(array("q", [1, 2]))
    model.set_ids(array("q", [3, 4]))
    model.take_block(0, [row(1), row(2)])
    assert model.row(0) is None


def test_only_so_many_blocks_are_kept(model):
    ids = array("q", range(1, 100 * BLOCK + 1))
    model.set_ids(ids)
    for block in range(100):
        model.take_block(
            block * BLOCK, [row(pk) for pk in ids[block * BLOCK : (block + 1) * BLOCK]]
        )
    assert len(model._blocks) == 64
    assert model.row(100 * BLOCK - 1).pk == 100 * BLOCK


def test_cells_say_what_they_are(model):
    model.set_ids(array("q", [1]))
    model.take_block(0, [row(1)])
    assert shown(model, 0, "latency_ms").data() == "1.2 s"
    assert shown(model, 0, "tokens").data() == "15"
    assert shown(model, 0, "cost").data() == ""
    assert shown(model, 0, "tier").data(CHIPS) == (("critical", "bad"),)
    assert shown(model, 0, "score.pass").data(CHIPS) == (("pass", "ok"),)
    assert shown(model, 0, "score.length").data() == "—"
    spoken = shown(model, 0, "title").data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Title: Title 1"


def test_a_heading_asks_the_store_to_sort(model, qtbot):
    place = [column.key for column in model.columns].index("latency_ms")
    with qtbot.waitSignal(model.sort_wanted) as wanted:
        model.sort(place, Qt.SortOrder.DescendingOrder)
    assert wanted.args == ["-latency_ms"]
    with qtbot.waitSignal(model.sort_wanted) as wanted:
        model.sort(-1)  # clicked off
    assert wanted.args == [""]


def test_siblings_name_run_and_trial(qtbot):
    model = SiblingModel()
    tester = QAbstractItemModelTester(model, REPORT)
    model.set_rows([row(1, run="a"), row(2, run="b"), row(3, run="b", trial=1, scores={})])
    assert [model.index(n).data() for n in range(3)] == ["a", "b · trial 1", "b · trial 2"]
    assert [bool(model.index(n).data(CHIPS)) for n in range(3)] == [True, True, False]
    model.set_open((1, 2))
    assert model.index(1).data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    tester.deleteLater()


def test_tiers_and_usual_ids_fit_into_their_columns(qapp):
    from evaldesk.ui.screens.traces.columns import columns
    from evaldesk.ui.theme.style import chip_size

    widths = {column.key: column.width for column in columns(())}
    for tier in ("critical", "important", "nice-to-have"):
        assert chip_size(tier).width() + 2 * 10 <= widths["tier"], tier


def test_a_list_grows_behind_its_first_rows(model, qtbot):
    QAbstractItemModelTester(model, REPORT)
    model.set_ids(array("q", range(1, 151)))
    model.take_block(0, [row(pk) for pk in range(1, 129)])
    with qtbot.assertNotEmitted(model.modelReset):
        assert model.extend_ids(array("q", range(1, 400)))
    assert model.rowCount() == 399
    assert shown(model, 0, "scenario").data() == "S-1"
    assert model.row(128) is None  # its block has become longer
    assert not model.extend_ids(array("q", range(2, 500)))
    assert not model.extend_ids(array("q", [1, 2]))
    assert model.rowCount() == 399
    model.set_ids(array("q", [1, 2]))
    with qtbot.assertNotEmitted(model.dataChanged):  # of the longer list before
        model.take_block(128, [row(pk) for pk in range(129, 257)])
