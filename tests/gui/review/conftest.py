"""A project with a dozen traces and a rubric, and the review screen over it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, Score, TraceBody, TraceRecord
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.actions.typing_guard import TypingGuard
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.workspace import Workspace

RUBRIC = {
    "name": "Support",
    "guidance": "Read it all.",
    "criteria": [
        {"name": "success", "title": "Task success", "scale": {"kind": "binary"}},
        {"name": "tool", "scale": {"kind": "ordinal", "points": [0, 1, 2]}},
        {"name": "minutes", "required": False, "scale": {"kind": "ratio", "maximum": 60}},
        {"name": "notes", "required": False, "scale": {"kind": "text"}},
    ],
    "failure_modes": [
        {"name": "wrong_action", "title": "Wrong action", "definition": "Changed another thing."},
        {"name": "false_report", "title": "False report", "definition": "Said what is not so."},
    ],
}
ITEMS = 6


def _make(path: Path, *, traces: int = ITEMS, rubric: bool = True) -> Project:
    project = Project.create(path)
    if traces:
        with project.ingest("made") as writer:
            writer.run("secret-model-run", system="secret-model", dataset="", details={})
            for number in range(traces):
                body: TraceBody = {
                    "messages": [
                        {"role": "user", "parts": [{"type": "text", "content": f"Ask {number}"}]},
                        {"role": "assistant", "parts": [{"type": "text", "content": "Answer"}]},
                    ]
                }
                scenario = Scenario(
                    key=f"RET-{number:04}",
                    input=f"question {number}",
                    title=f"Refund number {number}",
                    tier="critical" if number == 0 else "",
                )
                record = TraceRecord(
                    scenario, body, system="secret-model", scores={"pass": Score(0.125)}
                )
                writer.add(record, "secret-model-run")
            writer.finish("")
    if rubric:
        project.rubrics.save(Rubric.from_json(RUBRIC), "ada")
    return project


@pytest.fixture
def make_project() -> Callable[..., Project]:
    return _make


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with _make(tmp_path / "p.evaldesk") as project:
        yield project


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "ada")
    guard = TypingGuard(qapp)
    workspace = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    yield workspace
    qapp.removeEventFilter(guard)
    workspace.set_project(None)
    workspace.jobs.shutdown()


@pytest.fixture
def open_page(workspace: Workspace, qtbot: QtBot) -> Callable[..., ReviewPage]:
    def open_page(project: Project, **place: Any) -> ReviewPage:
        page = ReviewPage(workspace)
        qtbot.addWidget(page)
        workspace.set_project(project)
        workspace.project_changed.connect(lambda changes, _: page.refresh(changes))
        page.resize(1300, 800)
        page.show()
        page.activateWindow()
        qtbot.waitUntil(page.isActiveWindow)
        page.opened(**place)
        return page

    return open_page


@pytest.fixture
def page(open_page: Callable[..., ReviewPage], project: Project) -> ReviewPage:
    return open_page(project)


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What a slot raised, which Qt only prints."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
