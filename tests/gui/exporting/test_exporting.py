"""Exporting from the window: every format is reachable, and the file is what was asked for."""

import json
import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.app.compose import build_window
from evaldesk.exporters import registry
from evaldesk.services.projects.demo import build_sample
from evaldesk.settings import Settings
from evaldesk.ui.prompts import ScriptedPrompts


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return build_sample(tmp_path_factory.mktemp("sample") / "sample.evaldesk")


@pytest.fixture
def window(qtbot, qapp, tmp_path, sample):
    settings = Settings(tmp_path / "settings.json")
    made = build_window(qapp, settings=settings, prompts=ScriptedPrompts())
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.open_path(sample)
    qtbot.waitUntil(lambda: made.workspace.project is not None, timeout=30_000)
    idle(qtbot, made)
    yield made
    made.workspace.jobs.shutdown()
    made.close()


def idle(qtbot, window):
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=60_000)


def opened(qtbot, window, command):
    """The pane, opened by a command of the screen that is shown."""
    page = window.host.current
    assert window.workspace.actions.trigger(command)
    qtbot.waitUntil(lambda: page.exports.pane is not None, timeout=30_000)
    return page.exports.pane


def traces_page(qtbot, window):
    window.workspace.navigate("traces")
    qtbot.waitUntil(lambda: hasattr(window.host.current, "listing"), timeout=30_000)
    idle(qtbot, window)
    return window.host.current


def test_every_format_of_the_registry_is_offered_with_what_it_holds(qtbot, window):
    pane = opened(qtbot, window, "overview.export")
    offered = [pane.formats.itemData(index) for index in range(pane.formats.count())]
    assert [item.name for item in offered] == [item.name for item in registry.FORMATS]
    for item in offered:
        pane.choose(item.name)
        assert pane.description.text() == item.description
        assert pane.runs.isVisible() == (item.name == "inspect-scores")
        assert pane.with_ratings.isVisible() == item.holds_annotations
        assert not pane.frame.geometry().isEmpty()
    QTest.keyClick(pane, Qt.Key.Key_Escape)
    assert window.host.current.exports.pane is None


@pytest.mark.parametrize("name", [item.name for item in registry.FORMATS])
def test_a_format_is_written_where_the_person_says(qtbot, window, tmp_path, name):
    prompts, path = window.workspace.prompts, tmp_path / "handed.over"
    pane = opened(qtbot, window, "overview.export")
    pane.choose(name)
    titles, said = [], []
    window.workspace.jobs.started.connect(lambda job: titles.append(job.title))
    window.workspace.said.connect(said.append)
    # Who has yet to rate is asked first, where answers are in the file.
    prompts.answers += [True, path] if registry.by_name(name).kind == "ratings" else [path]
    pane.accept_button.click()
    qtbot.waitUntil(lambda: path.exists(), timeout=30_000)
    idle(qtbot, window)
    assert "Exporting handed.over" in titles
    assert any("handed.over saved" in text for text in said)
    assert path.stat().st_size > 0


def test_the_list_that_is_narrowed_is_what_is_exported(qtbot, window, tmp_path):
    page = traces_page(qtbot, window)
    page.controller.filter('run = "prompt-v14"')
    idle(qtbot, window)
    narrowed = len(page.model.ids)
    assert 0 < narrowed < page.controller.total
    pane = opened(qtbot, window, "traces.export_as")
    assert pane.narrowed.isChecked()
    path = tmp_path / "some.jsonl"
    window.workspace.prompts.answers += [path]
    pane.accept_button.click()
    idle(qtbot, window)
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == narrowed
    assert {json.loads(line)["run"] for line in lines} == {"prompt-v14"}
    # Without ratings, unless they are asked for.
    assert not any(json.loads(line)["annotations"] for line in lines)

    pane = opened(qtbot, window, "traces.export_as")
    pane.everything.setChecked(True)
    pane.with_ratings.setChecked(True)
    assert pane.warning.isVisible()
    window.workspace.prompts.answers += [True, path]
    pane.accept_button.click()
    idle(qtbot, window)
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) == page.controller.total
    assert any(json.loads(line)["annotations"] for line in lines)


def test_who_still_has_to_rate_is_told_before_answers_go_out(qtbot, window, tmp_path):
    prompts, path = window.workspace.prompts, tmp_path / "ratings.csv"
    window.workspace.set_user("Nora New")
    idle(qtbot, window)
    pane = opened(qtbot, window, "overview.export")
    pane.choose("ratings-csv")
    pane.accept_button.click()
    qtbot.waitUntil(lambda: bool(prompts.asked), timeout=30_000)
    assert prompts.asked == [("confirm", "The file holds what others answered.")]
    idle(qtbot, window)
    assert not path.exists()
    pane = opened(qtbot, window, "overview.export")
    pane.choose("otlp")
    prompts.answers += [path]
    pane.accept_button.click()
    idle(qtbot, window)
    assert prompts.asked[1:] == [("save", "Export")]
    assert path.exists()


def test_an_export_that_is_cancelled_leaves_no_file(qtbot, window, tmp_path):
    path, cancelled = tmp_path / "all.jsonl", []

    def cancel(job):
        if job.title.startswith("Exporting"):
            cancelled.append(job)
            job.cancel()

    window.workspace.jobs.started.connect(cancel)
    pane = opened(qtbot, window, "overview.export")
    pane.choose("openinference")
    window.workspace.prompts.answers += [path]
    pane.accept_button.click()
    qtbot.waitUntil(lambda: bool(cancelled), timeout=30_000)
    idle(qtbot, window)
    assert list(tmp_path.glob("*.jsonl")) == list(tmp_path.glob(".*.part")) == []


def test_the_pane_says_what_would_leave_and_redacts(qtbot, window, tmp_path):
    from evaldesk.services.importing.traces import TraceImport, import_files
    from evaldesk.services.privacy import leaving, redaction
    from evaldesk.storage.project import Project

    source = tmp_path / "t.jsonl"
    source.write_text(
        "\n".join(
            json.dumps(
                {
                    "run": run,
                    "scenario": {"key": "c1", "input": "Hello"},
                    "messages": [
                        {"role": "user", "parts": [{"type": "text", "content": f"I am {mail}"}]}
                    ],
                }
            )
            for run, mail in (("r1", "jo@mail.example"), ("r2", "mia@mail.example"))
        )
    )
    with Project.create(tmp_path / "p.evaldesk") as made:
        import_files(made, [source], TraceImport())
        redaction.scan(made)
        leaving.set_policy(made, "refuse", "Ines")
    window.open_path(tmp_path / "p.evaldesk")
    name = str(tmp_path / "p.evaldesk")
    workspace = window.workspace
    qtbot.waitUntil(
        lambda: workspace.project is not None and str(workspace.project.path) == name,
        timeout=30_000,
    )
    idle(qtbot, window)
    page = traces_page(qtbot, window)
    page.controller.filter('run = "r1"')
    idle(qtbot, window)
    pane = opened(qtbot, window, "traces.export_as")
    idle(qtbot, window)
    if shots := os.environ.get("PANE_SHOTS"):
        QTest.qWait(300)
        window.grab().save(shots)
    assert "jo@mail.example" in pane.leaks.text()
    assert "mia@" not in pane.leaks.text()
    assert not pane.accept_button.isEnabled()
    pane.redact.setCurrentIndex(pane.redact.findData("strict"))
    assert pane.accept_button.isEnabled()
    out = tmp_path / "out.jsonl"
    workspace.prompts.answers += [out]
    pane.choose("jsonl")
    pane.accept_button.click()
    qtbot.waitUntil(out.exists, timeout=30_000)
    assert "mail.example" not in out.read_text()
    assert "[email]" in out.read_text()
