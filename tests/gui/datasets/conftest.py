"""The Datasets screen over two runs that share their scenarios."""

import sys
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from evaldesk.storage.project import Project
from evaldesk.ui.screens.datasets.page import DatasetsPage
from evaldesk.ui.workspace import Workspace
from tests.unit.storage.records import fill, record


@pytest.fixture
def filled(project: Project) -> Project:
    tiers = ("critical", "important", "")
    fill(
        project,
        [
            record(n, tier=tiers[n % 3], slices={"topic": "ab"[n % 2]}, scores={"pass": n % 2})
            for n in range(9)
        ],
        "one",
    )
    return project


@pytest.fixture
def open_page(workspace: Workspace, project: Project, qtbot: QtBot) -> Callable[[], DatasetsPage]:
    def open_page() -> DatasetsPage:
        page = DatasetsPage(workspace)
        qtbot.addWidget(page)
        workspace.set_project(project)
        workspace.project_changed.connect(lambda changes, _: page.refresh(changes))
        page.resize(1300, 800)
        page.show()
        qtbot.waitExposed(page)
        page.opened()
        return page

    return open_page


@pytest.fixture
def page(filled: Project, open_page: Callable[[], DatasetsPage], qtbot: QtBot) -> DatasetsPage:
    page = open_page()
    qtbot.waitUntil(lambda: len(page.scenarios.rows) == 1)
    return page


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What a slot raised, which Qt only prints."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
