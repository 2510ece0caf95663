"""Pairwise rounds on the rounds screen: planned in the form, found in cards."""

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
from evaldesk.ui.screens.rounds.page import RoundsPage
from evaldesk.ui.workspace import Workspace
from tests.unit.services.pairs import prefer, project_with_runs


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_with_runs(tmp_path / "p.evaldesk", 8) as made:
        yield made


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path, project: Project) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "Olga")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    made.set_project(project)
    yield made
    made.set_project(None)
    made.jobs.shutdown()


def test_planned_opened_compared_and_found(
    workspace: Workspace, project: Project, qtbot: QtBot, tmp_path: Path
) -> None:
    page = RoundsPage(workspace)
    qtbot.addWidget(page)
    page.resize(1280, 900)
    page.show()
    page.opened()
    page.new_round()
    form = page.form
    assert form.pairs.isHidden()
    form.kind.setCurrentIndex(form.kind.findData("pairwise"))
    assert not form.pairs.isHidden()
    assert form.pairs.chosen() == ("one", "two")
    form.name.setText("Duel")
    form.raters.setText("Ada, Bo")
    form.everything.setChecked(True)
    form.per_item.setValue(2)
    plan = form.plan()
    assert (plan.kind, plan.pairs) == ("pairwise", ("one", "two"))
    page.controller.open_round(plan)
    went: list[tuple[str, dict[str, object]]] = []
    workspace.navigated.connect(lambda screen, place: went.append((screen, place)))
    page._rate()
    assert went == [("prefer", {"round": "Duel"})]
    for rater in ("Ada", "Bo"):
        for number in range(1, 9):
            prefer(project, "Duel", rater, number, "a" if number > 2 else "tie", None)
    page.controller.load("Duel")
    cards = page.round_page.pair_cards.cards
    assert [card.accessibleName() for card in cards] == ["Which is better", "kind"]
    first = cards[0]
    assert first.forest is not None
    assert "87.5 %" in first.forest.accessibleDescription()
    assert first.table().splitlines()[1].startswith("one\ttwo\t\t\t0.875")
    first.copy_table()
    assert "win rate of a" in QApplication.clipboard().text()
    first.save_chart(tmp_path / "duel.png", "png")
    first.save_chart(tmp_path / "duel.svg", "svg")
    assert (tmp_path / "duel.png").stat().st_size > 2000
    assert "Duel" in (tmp_path / "duel.svg").read_text("utf-8")
    # Who compares in it is told nothing while it is open.
    workspace.set_user("Ada")
    assert page.round_page.pair_cards.cards == []
    assert page.controller.current is not None
    assert page.controller.current.round.plan == {}
