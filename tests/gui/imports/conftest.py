"""The import screen over an empty project, with jobs that run at once."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.imports.page import ImportPage
from evaldesk.ui.workspace import Workspace


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        yield project


@pytest.fixture
def prompts() -> ScriptedPrompts:
    return ScriptedPrompts()


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path, prompts: ScriptedPrompts) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "ada")
    workspace = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), prompts)
    yield workspace
    workspace.set_project(None)
    workspace.jobs.shutdown()


@pytest.fixture
def page(workspace: Workspace, project: Project, qtbot: QtBot) -> ImportPage:
    page = ImportPage(workspace)
    qtbot.addWidget(page)
    workspace.set_project(project)
    workspace.project_changed.connect(lambda changes, _: page.refresh(changes))
    page.resize(1200, 700)
    page.show()
    qtbot.waitExposed(page)
    page.activateWindow()
    page.opened()
    return page


@pytest.fixture
def reported(workspace: Workspace) -> list[BaseException]:
    """What went to the window instead of staying on the screen."""
    seen: list[BaseException] = []
    workspace.reported.connect(seen.append)
    return seen


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What a slot raised, which Qt only prints."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
