"""The sample project in a real window of the smallest common size, on one screen after another."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from evaldesk.app.compose import build_window
from evaldesk.settings import Settings
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.shell.window import MainWindow


def settle(window: MainWindow) -> None:
    """Until no job is under way and timers have fired."""
    quiet = 0
    for _ in range(600):
        loop = QEventLoop()
        QTimer.singleShot(40, loop.quit)
        loop.exec()
        quiet = 0 if window.workspace.jobs.busy else quiet + 1
        if quiet >= 3:
            return
    raise AssertionError("The screens never came to rest.")


@pytest.fixture(scope="module")
def whole(
    qapp: QApplication, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[MainWindow, list[BaseException]]]:
    from evaldesk.services.projects.demo import build_sample

    folder = tmp_path_factory.mktemp("accessible")
    path: Path = build_sample(folder / "sample.evaldesk")
    settings = Settings(folder / "settings.json")
    settings.put("theme", "light")
    made = build_window(qapp, settings=settings, prompts=ScriptedPrompts())
    errors: list[BaseException] = []
    made.workspace.reported.connect(errors.append)
    made.resize(1280, 720)
    made.show()
    made.activateWindow()
    made.open_path(path)
    settle(made)
    assert made.workspace.project is not None
    made.workspace.set_user(made.workspace.project.people.raters()[0])
    settle(made)
    yield made, errors
    made.workspace.jobs.shutdown()
    made.close()


@pytest.fixture
def shown(whole: tuple[MainWindow, list[BaseException]]) -> Callable[[str], MainWindow]:
    """Goes to a screen and waits until it is drawn."""
    window, errors = whole

    def show(screen_id: str) -> MainWindow:
        errors.clear()
        window.workspace.navigate(screen_id)
        settle(window)
        screen = window.host.built(screen_id)
        assert errors == []
        assert screen is not None
        screen.showcase()
        settle(window)
        assert errors == []
        return window

    return show


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What a slot raised, which Qt only prints."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
