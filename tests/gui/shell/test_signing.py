"""Whoever works in a project signs its log, where their keys can be had without a question."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from evaldesk.cli.main import main
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.services.projects import identities
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.shell.signing_desk import SigningDesk
from evaldesk.ui.workspace import Workspace
from tests.unit.storage.signing import TestSigner


def found(name: str) -> TestSigner | None:
    return TestSigner(name) if name in ("ann", "bob") else None


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        yield made


def test_the_log_is_signed_by_whoever_sits_there(
    qapp: QApplication, tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identities, "quiet_signer", found)
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "ann")
    workspace = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    desk = SigningDesk(workspace)
    workspace.set_project(project)
    names = []
    for user in ("ann", "bob", "cleo"):
        workspace.set_user(user)
        project.audit.record("test.done", {}, user)
        event = project.audit.some(project.audit.numbers()[:1])[0].event
        names.append((event.author, bool(event.key)))
    assert names == [("ann", True), ("bob", True), ("cleo", False)]
    workspace.set_project(None)
    workspace.jobs.shutdown()
    desk.deleteLater()


def test_the_command_line_asks_for_keys_only_where_it_writes(
    tmp_path: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def ask(name: str) -> TestSigner | None:
        asked.append(name)
        return found(name)

    monkeypatch.setattr(identities, "quiet_signer", ask)
    path = str(project.path)
    project.close()
    assert main(["info", path]) == 0
    assert asked == []
    out = str(tmp_path / "log.jsonl")
    assert main(["audit", "export", path, "--out", out, "--author", "bob"]) == 0
    assert asked == ["bob"]
    with Project.open(Path(path)) as again:
        event = again.audit.some(again.audit.numbers()[:1])[0].event
        assert (event.author, event.key) == ("bob", TestSigner("bob").card.fingerprint)


def test_sealed_keys_are_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert identities.quiet_signer("nobody") is None
    store = identities.identity_store()
    store.make("ann", lambda *_: "a long enough passphrase 17", in_file=True)
    assert identities.quiet_signer("ann") is None
