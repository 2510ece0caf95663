"""The import screen over an empty project, with jobs that run at once."""

import sys
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from evaldesk.storage.project import Project
from evaldesk.ui.screens.imports.page import ImportPage
from evaldesk.ui.workspace import Workspace


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
