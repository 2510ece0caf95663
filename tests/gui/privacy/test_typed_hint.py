"""What is typed is looked through: said, never held back, and off where somebody wants it off."""

from pathlib import Path

from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.widgets.typed_hint import SETTING, TypedHint
from evaldesk.ui.workspace import Workspace


def test_it_says_what_it_looks_like_and_goes_when_it_goes(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "settings.json")
    workspace = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    field = QLineEdit()
    hint = TypedHint(workspace, field)
    qtbot.addWidget(field)
    qtbot.addWidget(hint)
    with Project.create(tmp_path / "p.evaldesk") as project:
        workspace.set_project(project)
        field.setText("She said: call +1 212 555 2368")
        qtbot.waitUntil(lambda: "telephone number" in hint.text(), timeout=10_000)
        assert not hint.isHidden()
        assert "212" not in hint.text()
        field.setText("She was polite")
        qtbot.waitUntil(hint.isHidden, timeout=10_000)
        settings.put(SETTING, False)
        field.setText("jo@mail.example")
        qtbot.wait(600)
        assert hint.isHidden()
        workspace.set_project(None)
    workspace.jobs.shutdown()
