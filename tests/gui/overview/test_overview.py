"""The Overview shows what the services say, and leads on from there."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from evaldesk.app.capture import capture
from evaldesk.app.compose import build_window
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.project import Changes
from evaldesk.services.projects import overview
from evaldesk.services.projects.demo import build_sample
from evaldesk.services.projects.opening import create_project, open_project
from evaldesk.settings import Settings
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.widgets.figures import estimate_text, number, percent


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return build_sample(tmp_path_factory.mktemp("sample") / "sample.evaldesk")


@pytest.fixture
def window(qtbot, qapp, tmp_path, sample):
    settings = Settings(tmp_path / "settings.json")
    made = build_window(qapp, settings=settings, prompts=ScriptedPrompts())
    made.resize(1440, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.open_path(sample)
    qtbot.waitUntil(lambda: made.workspace.project is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not made.workspace.jobs.busy, timeout=30_000)
    yield made
    made.workspace.jobs.shutdown()
    made.close()


def test_the_figures_are_the_projects(window):
    page, info = window.host.current, window.workspace.project.info()
    assert page.figures["traces"].figure.text() == number(info.traces)
    assert page.figures["ratings"].figure.text() == number(info.ratings)
    assert page.status_text().endswith("B")


def test_runs_stand_with_rate_interval_and_n(window):
    page, project = window.host.current, window.workspace.project
    runs = project.runs.list()
    scores = overview.scores(project, runs)
    column = 5 + page.model.metrics.index("pass")
    for row, run in enumerate(runs):
        (rate,) = (item for item in scores[run.name] if item.metric == "pass")
        cell = page.model.index(row, column)
        assert cell.data() == estimate_text(rate.estimate, as_percent=True)
        assert f"n = {rate.estimate.n}" in cell.data(Qt.ItemDataRole.ToolTipRole)


def test_return_leads_to_the_traces_of_the_run(window):
    page = window.host.current
    places = []
    window.workspace.navigated.disconnect()
    window.workspace.navigated.connect(lambda where, place: places.append((where, place)))
    page.table.setFocus()
    page.table.select_row(1)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert places == [("traces", {"run": page.table.currentIndex().data()})]


def test_the_table_is_copied_with_its_headings(window):
    QTest.keyClick(window, Qt.Key.Key_C, Qt.KeyboardModifier(0x06000000))
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t")[0] == "Run"
    assert len(lines) == 1 + len(window.workspace.project.runs.list())


def test_own_work_only_is_counted(qtbot, window):
    project = window.workspace.project
    runs = project.runs.list()
    rater = project.people.raters()[0]
    mine = {step.step: step for step in overview.next_steps(project, runs, rater)}
    nobody = {step.step: step for step in overview.next_steps(project, runs, "nobody")}
    assert mine["review"].finished > 0
    assert nobody["review"].finished == 0
    assert mine["adjudicate"] == nobody["adjudicate"]
    assert mine["adjudicate"].total > mine["adjudicate"].finished > 0


def test_a_change_is_read_again(qtbot, window):
    read = []
    window.host.current.controller.contents_read.connect(read.append)
    window.workspace.changed(Changes.of("ratings"), "test")
    qtbot.waitUntil(lambda: len(read) == 1)


def test_an_empty_project_says_what_belongs_there(tmp_path):
    project = create_project(tmp_path / "empty.evaldesk", "Empty")
    steps = overview.next_steps(project, [], "Ada")
    contents = overview.contents(project)
    project.close()
    assert [step.done for step in steps] == [False] * 5
    assert [step.ready for step in steps] == [True, True, False, False, False]
    assert contents.runs == contents.imports == ()


def test_notes_of_an_import_are_kept_for_the_screen(shared_data, tmp_path):
    from evaldesk.services.importing.traces import import_files

    file = shared_data / "traces" / "tau2" / "airline_ironshell-opus-4-6_44of50.json.gz"
    project = create_project(tmp_path / "tau.evaldesk", "Tau")
    import_files(project, [file])
    (event,) = overview.contents(project).imports
    project.close()
    assert any("44 of 50" in note for note in event.notes)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_screens_are_drawn_offscreen(qtbot, qapp, sample, tmp_path, theme):
    before = sample.read_bytes()
    pictures = capture(sample, tmp_path, theme, (1000, 700), ("overview", "settings"))
    assert [path.name for path in pictures] == [f"overview-{theme}.png", f"settings-{theme}.png"]
    for path in pictures:
        picture = QImage(str(path))
        assert (picture.width(), picture.height()) == (1000, 700)
    assert sample.read_bytes() == before
    open_project(sample).close()


def test_figures_read_as_a_person_writes_them():
    assert number(1460) == "1,460"
    assert number(-0.5) == "−0.50"
    assert percent(0.763) == "76.3 %"
    assert estimate_text(Estimate(0.5, 0.25, 0.75)) == "0.50 [0.25, 0.75]"
    assert estimate_text(Estimate(0.5, 0.25, 0.75), as_percent=True) == "50.0 % [25.0, 75.0]"
    assert estimate_text(Estimate.undefined("no value")) == "–"


def test_export_to_excel_from_the_window(qtbot, window, tmp_path):
    import openpyxl

    prompts = window.workspace.prompts
    path = tmp_path / "handed over.xlsx"
    window.workspace.set_user("Nora New")
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)
    # Somebody who still has traces to rate is told what they would see, and may leave it.
    assert window.workspace.actions.trigger("overview.workbook")
    qtbot.waitUntil(lambda: bool(prompts.asked), timeout=30_000)
    assert prompts.asked == [("confirm", "The workbook holds what others answered.")]
    assert not path.exists()
    prompts.answers += [True, path]
    said = []
    window.workspace.said.connect(said.append)
    titled = []
    window.workspace.jobs.started.connect(lambda job: titled.append(job.title))
    window.host.current.steps.workbook_button.click()
    qtbot.waitUntil(lambda: any("saved" in text for text in said), timeout=120_000)
    assert "Saving handed over.xlsx" in titled
    book = openpyxl.load_workbook(path, read_only=True)
    assert "Summary" in book.sheetnames
    assert any("ompar" in name for name in book.sheetnames)
    book.close()
