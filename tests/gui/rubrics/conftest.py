"""The rubrics screen over a project with one rubric."""

import sys
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from evaldesk.domain.rubric import Rubric
from evaldesk.storage.project import Project
from evaldesk.ui.screens.rubrics.page import RubricsPage
from evaldesk.ui.workspace import Workspace

RUBRIC = {
    "name": "Support",
    "guidance": "Read it all.",
    "criteria": [
        {"name": "success", "title": "Task success", "scale": {"kind": "binary"}},
        {"name": "tool", "title": "Right tool", "scale": {"kind": "ordinal", "points": [0, 1, 2]}},
    ],
    "failure_modes": [{"name": "wrong_action"}],
}


@pytest.fixture
def open_page(workspace: Workspace, project: Project, qtbot: QtBot) -> Callable[[], RubricsPage]:
    def open_page() -> RubricsPage:
        page = RubricsPage(workspace)
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
def page(open_page: Callable[[], RubricsPage], project: Project) -> RubricsPage:
    project.rubrics.save(Rubric.from_json(RUBRIC), "ada")
    return open_page()


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What a slot raised, which Qt only prints."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
