"""A real window with scripted answers, and a project to open in it."""

import sys

import pytest

from evaldesk.app.compose import build_window
from evaldesk.settings import Settings
from evaldesk.ui.prompts import ScriptedPrompts


@pytest.fixture
def prompts():
    return ScriptedPrompts()


@pytest.fixture
def settings(tmp_path):
    made = Settings(tmp_path / "settings.json")
    made.put("theme", "light")
    return made


@pytest.fixture
def window(qtbot, qapp, settings, prompts):
    """Shown and active; closed at the end, whatever the test did."""
    made = build_window(qapp, settings=settings, prompts=prompts)
    made.resize(1280, 800)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    yield made
    made.workspace.jobs.shutdown()
    made.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A project with two small runs, made once and copied by who changes it."""
    from evaldesk.services.projects.demo import build_sample

    return build_sample(tmp_path_factory.mktemp("sample") / "sample.evaldesk")


@pytest.fixture
def opened(qtbot, window, sample):
    """The window with the project open and everything read."""
    window.open_path(sample)
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)
    return window


@pytest.fixture(autouse=True)
def faults(monkeypatch):
    """What a slot raised, which Qt only prints."""
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
