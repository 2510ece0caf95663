"""The audit screen: list, filters, entry, verify, export; and a million entries."""

import json
import re
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from evaldesk.domain.cards import SignedCard, signed_bytes
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.audit.controller import since
from evaldesk.ui.screens.audit.models import BLOCK, WHAT, EventTableModel
from evaldesk.ui.screens.audit.page import AuditPage
from evaldesk.ui.workspace import Workspace
from tests.unit.storage.signing import TestSigner
from tests.unit.storage.worked import worked_on

Open = Callable[..., AuditPage]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with worked_on(tmp_path / "p.evaldesk", TestSigner("ann")) as made:
        yield made


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "ann")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    yield made
    made.set_project(None)
    made.jobs.shutdown()


@pytest.fixture
def open_page(workspace: Workspace, qtbot: QtBot, project: Project) -> Open:
    def open_page(**place: object) -> AuditPage:
        page = AuditPage(workspace)
        qtbot.addWidget(page)
        workspace.set_project(project)
        page.resize(1280, 800)
        page.show()
        page.opened(**place)
        QTest.qWait(20)
        return page

    return open_page


def said(page: AuditPage) -> list[str]:
    """What the list says, from the top."""
    for _ in range(3):
        QTest.qWait(20)
        texts = [str(page.model.index(row, WHAT).data()) for row in range(page.model.rowCount())]
    return texts


def test_newest_first_with_the_entry_in_words(open_page: Open) -> None:
    page = open_page()
    texts = said(page)
    assert texts[0] == "ann changed “network” to “loopback”."
    assert texts[-1] == "Somebody made the project."
    assert page.entry.said.text() == texts[0]
    assert page.entry.signature.text() == "signed"
    assert "nobody has said here" in page.entry.signature_words.text()
    assert json.loads(page.entry.raw.toPlainText())["kind"] == "setting.changed"
    assert page.entry.covers.text() == "1 setting"


def test_the_arrows_go_through_the_entries(open_page: Open) -> None:
    page = open_page()
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    assert page.entry.said.text() == said(page)[1]
    QTest.keyClick(page.table, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert page.entry.said.text() == "Somebody made the project."
    assert page.entry.signature.text() == "not signed"


def test_filters_narrow_the_list(open_page: Open) -> None:
    page = open_page()
    everything = page.model.rowCount()
    page.kind.setCurrentIndex(page.kind.findData("rating"))
    page.kind.activated.emit(page.kind.currentIndex())
    assert 0 < page.model.rowCount() < everything
    assert page.kind.currentData() == "rating"
    page.kind.setCurrentIndex(page.kind.findData("rating.submitted"))
    page.kind.activated.emit(page.kind.currentIndex())
    bob, ann = said(page)
    assert re.fullmatch(r"ann submitted 2 answers of trace \w{12} in the round “r1”\.", ann)
    assert bob.endswith("in the round “r1”, in the name of bob.")
    QTest.keyClick(page, Qt.Key.Key_F, Qt.KeyboardModifier.ShiftModifier)
    page.reset()
    assert page.model.rowCount() == everything
    page.text.setText("ALL DONE")
    page._narrow()
    assert said(page) == ["ann revealed the round “r1”: all done."]
    page.text.setText("nowhere")
    page._narrow()
    assert page.model.rowCount() == 0
    page.text.clear()
    page.time.setCurrentIndex(4)
    page.time.activated.emit(4)
    assert page.begin.isVisible()
    page.begin.setText("2999")
    page._narrow()
    assert page.model.rowCount() == 0
    page.begin.setText("2001-01")
    page.end.setText("not a day")
    page._narrow()
    assert page.model.rowCount() == everything
    page.time.setCurrentIndex(1)
    page.time.activated.emit(1)
    assert page.model.rowCount() == everything


def test_verify_says_whole_or_names_the_first_fault(open_page: Open, project: Project) -> None:
    page = open_page()
    page.verify_button.click()
    assert page.banner.message.text().startswith("Whole: ")
    with project.database.write() as connection:
        connection.exec_driver_sql("UPDATE person SET name = 'eve' WHERE name = 'bob'")
    page.verify_button.click()
    assert "changed" in page.banner.message.text()
    assert page.banner.property("surface") == "bad"
    assert page.verify_button.isEnabled()


def test_export_is_an_entry_itself(open_page: Open, workspace: Workspace, tmp_path: Path) -> None:
    page = open_page()
    assert isinstance(workspace.prompts, ScriptedPrompts)
    workspace.prompts.answers.append(tmp_path / "log.jsonl")
    page.export_button.click()
    assert (tmp_path / "log.jsonl").read_text().count("\n") == page.model.rowCount()
    assert said(page)[0] == "ann exported the log to log.jsonl."


def test_a_known_key_is_said_to_be_trusted(open_page: Open, project: Project) -> None:
    ann = TestSigner("ann")
    card = SignedCard(ann.card, ann.sign(signed_bytes(ann.card)).hex())
    project.trust.trust(card, "owner", "ann")
    page = open_page()
    assert "this project trusts" in page.entry.signature_words.text()


def test_every_control_has_a_name(open_page: Open) -> None:
    page = open_page()
    for kind in (QComboBox, QLineEdit, QPushButton):
        for widget in page.findChildren(kind):
            named = widget.accessibleName() or getattr(widget, "text", str)()
            assert named, widget.objectName()


def test_a_million_entries_are_fetched_in_blocks(qapp: QApplication) -> None:
    model = EventTableModel()
    asked: list[tuple[int, list[int]]] = []
    model.block_wanted.connect(lambda first, numbers: asked.append((first, numbers)))
    model.set_numbers(array("q", range(1_000_000, 0, -1)))
    assert model.rowCount() == 1_000_000
    assert model.index(700_000, WHAT).data() == "…"
    qapp.processEvents()
    [(first, numbers)] = asked
    assert first <= 700_000 < first + BLOCK
    assert numbers[0] == 1_000_000 - first
    assert model.row_of(model.number(700_000)) == 700_000


def test_the_last_days_begin_at_midnight_here() -> None:
    from datetime import UTC, datetime

    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert since(1, now) <= "2026-11-23T12:00:00.000Z"
    assert since(8, now) < since(7, now) < since(1, now)
