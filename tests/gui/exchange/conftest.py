"""Two people on one computer: an owner with a round that can be sent, and its rater."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from evaldesk.app.compose import build_window
from evaldesk.credentials import identities as kept_keys
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceBody, TraceRecord
from evaldesk.services.projects import identities
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.shell.own_key_panes import UnlockKeysPane
from evaldesk.ui.shell.window import MainWindow

P = TypeVar("P", bound=Overlay)
PASSPHRASE = "a long enough passphrase 17"
RUBRIC = Rubric.from_json(
    {"name": "Support", "criteria": [{"name": "success", "scale": {"kind": "binary"}}]}
)


@pytest.fixture(autouse=True)
def cheap_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Identities in files, as there is no keyring here; a try at a passphrase costs little."""
    cheap = Cost(64, 1)
    monkeypatch.setattr(
        identities,
        "identity_store",
        lambda: kept_keys.IdentityStore(identities.data_folder() / "identities", cheap),
    )
    for name in ("Olga", "Ada"):
        identities.identity_store().make(name, lambda _: PASSPHRASE, in_file=True)


@pytest.fixture
def support(tmp_path: Path) -> Path:
    """A project with a round of six items for Ada; her card is trusted, and Olga is its owner."""
    path = tmp_path / "support.evaldesk"
    with Project.create(path) as project:
        with project.ingest("made") as writer:
            for system in ("one", "two"):
                writer.run(system, system=f"secret-{system}", dataset="", details={})
                for number in range(3):
                    body: TraceBody = {
                        "messages": [
                            {"role": "user", "parts": [{"type": "text", "content": f"Q {number}"}]},
                            {
                                "role": "assistant",
                                "parts": [{"type": "text", "content": f"A of {system}"}],
                            },
                        ]
                    }
                    scenario = Scenario(f"q{number}", f"Q {number}")
                    writer.add(TraceRecord(scenario, body, system=f"secret-{system}"), system)
            writer.finish("Olga")
        project.rubrics.save(RUBRIC, "Olga")
        pks = list(project.traces.ids(TraceQuery()))
        items = [RoundItem(pk, ("Ada",)) for pk in pks]
        rules = RoundRules(hide_systems=True)
        project.rounds.start(RoundDraft("Pilot", "main", "Support", ("Ada",), items, rules), "Olga")
        ada, olga = (identities.kept_identity(name).signed_card for name in ("Ada", "Olga"))
        identities.trust(project, olga, "owner", "Olga", reason="me")
        identities.trust(project, ada, "reviewer", "Olga", reason="compared")
    return path


class Person:
    """One person's window: named, with answers to its questions."""

    def __init__(self, window: MainWindow, prompts: ScriptedPrompts, qtbot: QtBot) -> None:
        self.window, self.prompts, self._qtbot = window, prompts, qtbot

    def until(self, holds: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(holds()), timeout=20_000)

    def rest(self) -> None:
        """Until nothing is read or written any more."""
        QTest.qWait(30)
        self.until(lambda: not self.window.workspace.jobs.busy)
        QTest.qWait(30)

    def press(self, key: Qt.Key, how: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, where the focus is."""
        target = QApplication.focusWidget() or self.window
        QTest.keyClick(target, key, how)
        self.rest()

    def write(self, text: str) -> None:
        target = QApplication.focusWidget()
        assert target is not None
        QTest.keyClicks(target, text)
        self.rest()

    def pane(self, kind: type[P]) -> P:
        """The pane of this kind that is open."""

        def shown() -> list[P]:
            return [one for one in self.window.findChildren(kind) if one.isVisible()]

        self.until(shown)
        return shown()[-1]

    def unlock(self) -> None:
        """Type the passphrase of one's key where it is asked for."""
        pane = self.pane(UnlockKeysPane)
        pane.passphrase.setFocus()
        self.write(PASSPHRASE)
        self.press(Qt.Key.Key_Return)
        self.until(lambda: not self.window.findChildren(UnlockKeysPane))
        self.rest()

    def open(self, path: Path) -> None:
        self.window.open_path(path)
        self.until(lambda: self.window.workspace.project is not None)
        self.rest()


@pytest.fixture
def person(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Callable[..., Person]]:
    """Windows by the name of whoever sits at them."""
    made: list[Person] = []

    def sit(name: str) -> Person:
        settings = Settings(tmp_path / f"{name}.settings.json")
        settings.put("user", name)
        settings.put("theme", "light")
        prompts = ScriptedPrompts()
        window = build_window(qapp, settings=settings, prompts=prompts)
        window.resize(1280, 800)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        made.append(Person(window, prompts, qtbot))
        return made[-1]

    yield sit
    for one in made:
        one.window.workspace.jobs.shutdown()
        one.window.close()


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException]]:
    """What a slot raised, which Qt only prints."""
    seen: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
