"""The Privacy screen: what was found, decisions by key, profiles, lists, what is due; and a
million texts.
"""

import json
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from evaldesk.domain.privacy import TermList
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.privacy import leaving, redaction, retention
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.privacy.models import BLOCK, TEXT, GroupTableModel
from evaldesk.ui.screens.privacy.page import PrivacyPage
from evaldesk.ui.workspace import Workspace

Open = Callable[..., PrivacyPage]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    path = tmp_path / "t.jsonl"
    lines = [
        {
            "run": "r1",
            "scenario": {"key": f"c{number}", "input": f"I am case {number}, <b>x</b>"},
            "messages": [
                {
                    "role": "user",
                    "parts": [
                        {
                            "type": "text",
                            "content": "<b>Mail</b> jo@mail.example or call "
                            f"+1 212 555 23{number}8",
                        }
                    ],
                }
            ],
        }
        for number in range(6)
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    with Project.create(tmp_path / "p.evaldesk") as made:
        import_files(made, [path], TraceImport())
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
    def open_page(**place: object) -> PrivacyPage:
        page = PrivacyPage(workspace)
        qtbot.addWidget(page)
        workspace.set_project(project)
        page.resize(1280, 800)
        page.show()
        page.opened(**place)
        QTest.qWait(20)
        return page

    return open_page


def _texts(page: PrivacyPage) -> list[str]:
    rows = range(page.model.rowCount())
    shown = [page.model.index(row, TEXT).data() for row in rows]
    QTest.qWait(20)
    return [page.model.index(row, TEXT).data() or shown[row] for row in rows]


def test_it_says_what_was_not_looked_through_and_looks(open_page: Open, project: Project) -> None:
    page = open_page()
    assert page.model.rowCount() == 0
    assert "6" in page.status_text()
    page.scan_button.click()
    QTest.qWait(20)
    assert project.privacy.unscanned() == 0
    texts = _texts(page)
    assert texts[0] == "jo@mail.example"
    assert len(texts) == 7


def test_a_text_is_shown_in_its_surroundings_and_as_readers_get_it(open_page: Open) -> None:
    page = open_page()
    page.scan_button.click()
    _texts(page)
    page.table.selectRow(0)
    QTest.qWait(20)
    assert page.places.title.text() == "jo@mail.example"
    assert page.places.list.count() == 6
    assert "&lt;b&gt;Mail" in page.places.original.text()
    assert page.places.reader.text() == "<b>Mail</b> [email] or call [phone]"


def test_decisions_by_key_and_undo(open_page: Open, project: Project) -> None:
    page = open_page()
    page.scan_button.click()
    _texts(page)
    page.table.selectRow(0)
    QTest.qWait(20)
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_R)
    QTest.qWait(20)
    assert [one.verdict for one in project.privacy.decisions()] == ["reject"]
    assert page.places.list.currentRow() == 1
    QTest.keyClick(page.table, Qt.Key.Key_A)
    QTest.qWait(20)
    assert [one.verdict for one in project.privacy.decisions()] == ["reject", "accept"]
    QTest.keyClick(page.table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.qWait(20)
    assert [one.verdict for one in project.privacy.decisions()] == ["reject"]
    QTest.keyClick(page.table, Qt.Key.Key_N)
    QTest.qWait(20)
    assert {one.verdict for one in project.privacy.decisions()} == {"reject", "never"}
    assert page.table.currentIndex().row() == 1


def test_a_profile_is_changed_by_its_boxes(open_page: Open, project: Project) -> None:
    page = open_page()
    box = page.profile_card.boxes["email"]
    box.setCurrentIndex(box.findData("keep"))
    box.activated.emit(box.currentIndex())
    QTest.qWait(20)
    assert redaction.profile(project, "strict").action("email") == "keep"
    assert redaction.profile(project, "strict").action("phone") == "mask"


def test_a_list_is_pasted_and_kept(open_page: Open, project: Project) -> None:
    page = open_page()
    page.lists_card.name.setText("customers")
    page.lists_card.terms.setPlainText("Zelda Quorn\n\nTuva Kvist\n")
    page.lists_card.save.click()
    QTest.qWait(20)
    assert redaction.term_lists(project) == [
        TermList("customers", "person", ("Zelda Quorn", "Tuva Kvist"))
    ]


def test_the_policy_is_chosen_here(open_page: Open, project: Project) -> None:
    page = open_page()
    page.policy.setCurrentIndex(page.policy.findData("refuse"))
    page.policy.activated.emit(page.policy.currentIndex())
    QTest.qWait(20)
    assert leaving.policy(project) == "refuse"


def test_what_is_due_is_deleted_after_a_question(
    open_page: Open, project: Project, workspace: Workspace
) -> None:
    retention.save_rule(project, retention.RetentionRule("now", 0, reason="end"), "ann")
    page = open_page()
    assert "6" in page.retention_card.due.text()
    workspace.prompts.answers.append(True)  # type: ignore[attr-defined]
    page.retention_card.button.click()
    QTest.qWait(20)
    assert len(project.privacy.tombstones()) == 6


def test_everything_has_a_name(open_page: Open) -> None:
    page = open_page()
    for kind in (QPushButton, QComboBox):
        for widget in page.findChildren(kind):
            assert widget.accessibleName(), widget


def test_a_million_texts_are_a_list_of_numbers(qapp: QApplication) -> None:
    model = GroupTableModel()
    asked: list[int] = []
    model.block_wanted.connect(lambda first, _: asked.append(first))
    model.set_firsts(array("q", range(1_000_000)))
    assert model.rowCount() == 1_000_000
    assert model.index(999_999, TEXT).data() == "…"
    QTest.qWait(20)
    assert asked == [999_999 // BLOCK * BLOCK]
