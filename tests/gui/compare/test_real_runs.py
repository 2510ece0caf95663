"""The traps of the real files, met in words on the screen."""

import json

import pytest
from PySide6.QtGui import QGuiApplication

from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.projects.demo import build_sample
from evaldesk.storage.project import Project

pytestmark = pytest.mark.real


@pytest.fixture
def imported(tmp_path, shared_data):
    def make(*names):
        project = Project.create(tmp_path / "real.evaldesk", "Real")
        import_files(project, [shared_data / name for name in names], TraceImport(author="t"))
        return project

    return make


def test_same_ids_with_other_tasks_are_not_compared(show, imported):
    page = show(
        imported(
            "traces/taubench/gpt-4o-airline.json.gz",
            "traces/taubench/qwen2.5-coder-32b-airline.json.gz",
        )
    )
    assert page.breadcrumb() == "gpt-4o-airline → qwen2.5-coder-32b-airline"
    assert page.chips() == (("pass, 13 paired", "neutral"), ("37 same id, other text", "warn"))
    said = page.notes.text.text()
    assert "37 scenario ids stand in both runs with different texts" in said
    assert "the test cases were changed between the runs. They are not compared." in said
    assert "gpt-4o-airline has up to 4 trials a scenario: averaged" in said
    page.notes.chips[0].click()
    reasons = {item.reason for item in page.listing.unpaired.items}
    assert reasons == {"same id in both runs, but another text"}
    assert page.listing.unpaired.rowCount() == 2 * 37
    # A mean over four trials is no count of passes.
    assert page.figures.a.remark.text().startswith("mean of 13 [")
    assert "13 pairs" in page.status_text()


def test_a_run_that_was_cut_short_is_seen(show, imported, workspace):
    page = show(
        imported(
            "traces/tau2/airline_claude-sonnet-4-5_aide.json.gz",
            "traces/tau2/airline_ironshell-opus-4-6_44of50.json.gz",
        )
    )
    assert page.chips() == (("pass, 44 paired", "neutral"), ("6 only in A", "warn"))
    assert "6 scenarios are in airline_claude-sonnet-4-5_aide only" in page.notes.text.text()
    page.notes.chips[0].click()
    assert [item.scenario for item in page.listing.unpaired.items] == list(map(str, range(44, 50)))
    went = []
    workspace.navigated.connect(lambda screen, place: went.append((screen, place)))
    page.listing.unpaired_opened.emit(0)
    assert went == [("traces", {"trace": "airline_claude-sonnet-4-5_aide/44"})]
    page.workspace.actions.trigger("compare.copy_list")
    assert "only in A" in QGuiApplication.clipboard().text()


def test_published_figures_come_out(show, imported, shared_data):
    page = show(
        imported(
            "evallogs/inspect/2025-09-15_popularity_claude-sonnet-4.eval",
            "evallogs/inspect/2025-09-15_popularity_gpt-5.eval",
        )
    )
    assert json.loads((shared_data / "figures.json").read_text("utf-8"))
    assert page.figures.a.figure.text() == "57.0 %"
    assert page.figures.b.figure.text() == "52.0 %"
    assert page.figures.difference.figure.text() == "−5.0 pp"
    # 0 lies within the interval, so the colour claims nothing.
    assert page.workspace.tokens.text in page.figures.difference.figure.styleSheet()
    # Nothing was left out; it only says what both stand on.
    assert not page.notes.chips
    assert not page.notes.text.isVisible()
    assert "same version" in page.notes.ground.text()


def test_infrastructure_errors_of_the_sample_are_left_out(show, tmp_path):
    page = show(Project.open(build_sample(tmp_path / "sample.evaldesk")))
    said = page.notes.text.text()
    for run in ("prompt-v14", "prompt-v15"):
        assert f"scenario of {run} ended in an infrastructure error: left out, not counted" in said
    pairs = len(page.controller.study.comparison.pairs)
    page.workspace.actions.trigger("compare.errors")
    assert len(page.controller.study.comparison.pairs) == pairs + 2
    assert "counted as failures (0)" in page.notes.text.text()
