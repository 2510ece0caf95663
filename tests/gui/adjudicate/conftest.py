"""A project that three raters differ on, and the adjudicate screen over it."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from evaldesk.domain.rubric import SEVERITY, Rubric
from evaldesk.domain.trace import Scenario, Score, TraceBody, TraceRecord
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.actions.typing_guard import TypingGuard
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.adjudicate.page import AdjudicatePage
from evaldesk.ui.workspace import Workspace

RUBRIC = {
    "name": "Support",
    "criteria": [
        {"name": "success", "title": "Task success", "scale": {"kind": "binary"}},
        {
            "name": "honest",
            "title": "Honest",
            "scale": {
                "kind": "ordinal",
                "points": [
                    {"value": "no", "anchor": "It hides a failure."},
                    {"value": "partly", "anchor": "Something is left out."},
                    {"value": "yes", "anchor": "All of it matches."},
                ],
            },
        },
        {"name": "minutes", "required": False, "scale": {"kind": "ratio", "maximum": 60}},
        {"name": "notes", "required": False, "scale": {"kind": "text"}},
    ],
}
RATERS = ("Ines", "Tomasz", "Amara")
ITEMS = 10


def _make(path: Path) -> Project:
    project = Project.create(path)
    with project.ingest("made") as writer:
        writer.run("secret-run", system="secret-model", dataset="", details={})
        for number in range(ITEMS):
            body: TraceBody = {
                "messages": [
                    {"role": "user", "parts": [{"type": "text", "content": f"Ask {number}"}]},
                    {"role": "assistant", "parts": [{"type": "text", "content": "Answer"}]},
                ]
            }
            scenario = Scenario(
                key=f"RET-{number:02}",
                input=f"question {number}",
                title=f"Refund number {number}",
                tier="critical" if number == 0 else "",
                slices={"language": "de" if number % 2 else "en"},
            )
            writer.add(
                TraceRecord(scenario, body, system="secret-model", scores={"pass": Score(0.125)}),
                "secret-run",
            )
        writer.finish("")
    project.rubrics.save(Rubric.from_json(RUBRIC), "Mara")
    pks = [project.traces.find(f"RET-{number:02}") for number in range(ITEMS)]

    def rate(pk: int, field: str, *values: Any) -> None:
        for rater, value in zip(RATERS, values, strict=False):
            if value is not None:
                project.ratings.answer(pk, "Support", field, rater, value)

    # Amara alone says “no” where the others say “partly”, six times.
    for pk in pks[:6]:
        rate(pk, "honest", "partly", "partly", "no")
        rate(pk, "success", "no", "no", "no")
    rate(pks[6], "success", "yes", "no", None)
    rate(pks[6], SEVERITY, "S1", "S3")
    rate(pks[7], "minutes", 5.0, 20.0, 5.0)
    rate(pks[8], "honest", "yes", "yes", "yes")
    rate(pks[8], "notes", "Fine.", "Good enough.")
    for pk in pks[:9]:
        for rater in RATERS:
            project.ratings.submit(pk, "Support", rater)
    # Who has ruled and never rated only adjudicates.
    project.rulings.append(pks[5], "Support", "honest", "adopt", "no", "Anchor 0.", "Noor")
    return project


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("adjudicate") / "p.evaldesk"
    _make(path).close()
    return path


@pytest.fixture
def project(made_once: Path, tmp_path: Path) -> Iterator[Project]:
    with Project.open(Path(shutil.copy(made_once, tmp_path))) as project:
        yield project


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "Noor")
    guard = TypingGuard(qapp)
    workspace = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    yield workspace
    qapp.removeEventFilter(guard)
    workspace.set_project(None)
    workspace.jobs.shutdown()


@pytest.fixture
def open_page(workspace: Workspace, qtbot: QtBot) -> Callable[..., AdjudicatePage]:
    def open_page(project: Project, **place: Any) -> AdjudicatePage:
        page = AdjudicatePage(workspace)
        qtbot.addWidget(page)
        workspace.set_project(project)
        workspace.project_changed.connect(lambda changes, _: page.refresh(changes))
        page.resize(1400, 850)
        page.show()
        page.activateWindow()
        qtbot.waitExposed(page)
        page.opened(**place)
        return page

    return open_page


@pytest.fixture
def page(open_page: Callable[..., AdjudicatePage], project: Project) -> AdjudicatePage:
    return open_page(project)


@pytest.fixture
def press(page: AdjudicatePage) -> Callable[..., None]:
    """Press keys where the focus is, as a person does."""

    def press(*keys: Any, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        for key in keys:
            focused: QWidget | None = page.focusWidget()
            target = page if focused is None else focused
            if isinstance(key, str):
                QTest.keyClicks(target, key)
            else:
                QTest.keyClick(target, key, modifier)

    return press


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """What a slot raised, which Qt only prints."""
    seen: list[object] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
