"""Snippets, goal and breaks in Settings: kept at once, refused in words, taken along in a file."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from evaldesk.settings.snippets import read_snippets, snippets
from evaldesk.settings.working_day import WorkingDay, working_day
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.settings.reviewing_card import ReviewingCard
from evaldesk.ui.workspace import Workspace


def test_what_is_written_holds_at_once_and_goes_through_a_file(
    workspace: Workspace, qtbot: QtBot, tmp_path: Path
) -> None:
    card = ReviewingCard(workspace)
    qtbot.addWidget(card)
    card.show()
    card.abbreviation.setText(";inv")
    card.text.setPlainText("Invents an order.")
    card.keep.click()
    assert snippets(workspace.settings) == {"inv": "Invents an order."}
    card.abbreviation.setText("two words")
    card.keep.click()
    assert "cannot be kept" in card.problem.text()
    assert list(snippets(workspace.settings)) == ["inv"]
    path = tmp_path / "mine.json"
    prompts = workspace.prompts
    assert isinstance(prompts, ScriptedPrompts)
    prompts.answers += [path, [path]]
    card.hand_out.click()
    assert read_snippets(path) == {"inv": "Invents an order."}
    card.list.setCurrentRow(0)
    card.drop.click()
    assert snippets(workspace.settings) == {}
    assert card.list.isHidden()
    card.take_in.click()
    assert snippets(workspace.settings) == {"inv": "Invents an order."}


def test_a_goal_and_breaks_are_off_until_somebody_sets_them(
    workspace: Workspace, qtbot: QtBot
) -> None:
    card = ReviewingCard(workspace)
    qtbot.addWidget(card)
    assert not card.goal.isEnabled()
    card.unit.setCurrentIndex(card.unit.findData("minutes"))
    card.goal.setValue(240)
    card.pause.setValue(50)
    assert working_day(workspace.settings) == WorkingDay("minutes", 240, 50)
