"""A project and a workspace for a screen by itself; a folder may have others of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
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
