"""Describing scenarios, saving a version, and the checks on one."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from evaldesk.domain.dataset import DatasetVersion
from evaldesk.domain.trace import Scenario
from evaldesk.storage.project import Project
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.datasets.models import tree_rows
from evaldesk.ui.screens.datasets.page import DatasetsPage
from evaldesk.ui.workspace import Workspace


def _choose(page: DatasetsPage, qtbot: QtBot, *rows: int) -> None:
    table = page.scenarios.table
    table.clearSelection()
    for row in rows:
        table.selectionModel().select(
            page.scenarios.model.index(row, 0),
            table.selectionModel().SelectionFlag.Select | table.selectionModel().SelectionFlag.Rows,
        )
    pks = page.scenarios.pks
    qtbot.waitUntil(lambda: [row.pk for row in page.scenarios.rows] == pks)


def test_without_a_dataset_the_screen_offers_an_import(
    open_page: Callable[[], DatasetsPage], workspace: Workspace
) -> None:
    went: list[str] = []
    workspace.navigated.connect(lambda screen, place: went.append(screen))
    page = open_page()
    assert page.empty.isVisible()
    QTest.keyClick(page.empty.focusWidget() or page.empty._first, Qt.Key.Key_Return)
    assert went == ["import"]


def test_a_change_waits_and_becomes_one_version(
    page: DatasetsPage, project: Project, qtbot: QtBot
) -> None:
    first = project.datasets.versions()[0]
    _choose(page, qtbot, 0, 1)
    card = page.scenarios.description
    assert card.heading.text() == "2 scenarios"
    assert card.tier.lineEdit().placeholderText() == "several"
    card.tier.lineEdit().setText("critical")
    card.tier.lineEdit().editingFinished.emit()
    assert page.scenarios.foot.isVisible()
    assert project.datasets.versions() == [first]
    _choose(page, qtbot, 2)
    card.expected.setFocus()
    card.expected.setPlainText("Says no.")
    page.scenarios.note.setText("Twice in October")
    assert page.workspace.actions.trigger("datasets.save")
    made = project.datasets.versions()[-1]
    assert (made.note, made.author, made.parent) == ("Twice in October", "ada", first.id)
    rows = list(project.datasets.each(made.pk))
    assert [row.description.tier for row in rows[:2]] == ["critical", "critical"]
    assert rows[2].description.expected == "Says no."
    assert page.controller.version is not None
    assert page.controller.version.pk == made.pk
    assert not page.scenarios.foot.isVisible()
    # The version that it came from is what it was.
    assert [row.description.tier for row in project.datasets.each(first.pk)][1] == "important"


def test_changes_are_undone_and_discarded(page: DatasetsPage, qtbot: QtBot) -> None:
    _choose(page, qtbot, 0)
    card = page.scenarios.description
    card.title.setText("Otherwise")
    card.title.editingFinished.emit()
    page.scenarios.remove()
    assert page.scenarios.waiting.text() == "Waiting: 1 removed"
    page.scenarios.remove()
    assert page.scenarios.waiting.text() == "Waiting: 1 changed"
    card.restore_button.click()
    assert card.title.text() == "Question 0?"
    assert not page.scenarios.foot.isVisible()
    page.scenarios.remove()
    page.workspace.actions.trigger("datasets.discard")
    assert not page.controller.drafts


def test_a_further_slice(page: DatasetsPage, project: Project, prompts: ScriptedPrompts) -> None:
    prompts.answers.append("channel")
    card = page.scenarios.description
    card.slice_button.click()
    field = card._slices["channel"]
    field.setText("mail")
    field.editingFinished.emit()
    page.scenarios.save()
    made = project.datasets.versions()[-1]
    assert next(project.datasets.each(made.pk)).description.slices["channel"] == "mail"


def test_another_input_is_another_scenario(page: DatasetsPage, project: Project) -> None:
    card = page.scenarios.description
    card.copy_button.click()
    card.copied.emit("case-0", "Question 0?")
    assert "same scenario" in page.banner.message.text()
    card.copied.emit("case-0b", "And what then?")
    assert not page.banner.isVisible()
    page.scenarios.save()
    made = project.datasets.versions()[-1]
    assert (made.scenarios, made.note) == (10, "1 taken in")
    assert "case-0b" in {row.key for row in project.datasets.each(made.pk)}


def test_filtering(page: DatasetsPage, qtbot: QtBot) -> None:
    page.scenarios.show_filter("tier = critical")
    assert page.scenarios.count.text() == "3 / 9"
    page.scenarios.show_filter("teir = critical")
    assert "tier" in page.scenarios.filter_error.text()
    page.scenarios.show_filter("nowhere")
    assert page.scenarios.no_match.isVisible()
    page.scenarios.reset()
    assert page.scenarios.count.text() == "9"


def test_a_suite_and_a_split(
    page: DatasetsPage, project: Project, prompts: ScriptedPrompts
) -> None:
    prompts.answers.append("gate")
    page.workspace.actions.trigger("datasets.freeze")
    assert project.datasets.suite("gate").author == "ada"
    assert page.suite.text() == "gate"
    prompts.answers.append("dev=1, test=2 by topic seed 7")
    page.workspace.actions.trigger("datasets.split")
    assert {version.dataset for version in project.datasets.versions()} == {
        "cases",
        "cases · dev",
        "cases · test",
    }
    prompts.answers.append("nonsense")
    page.workspace.actions.trigger("datasets.split")
    assert "no part" in page.banner.message.text()


def test_a_version_from_failed_traces(
    page: DatasetsPage, project: Project, prompts: ScriptedPrompts
) -> None:
    prompts.answers.extend(["score.pass = 0", "failed"])
    page.workspace.actions.trigger("datasets.traces")
    made = project.datasets.find("failed")
    assert made.scenarios == 5
    assert "score.pass = 0" in made.note


def test_comparing_versions(page: DatasetsPage, project: Project, qtbot: QtBot) -> None:
    _choose(page, qtbot, 1)
    page.scenarios.description.edited.emit("tier", "critical")
    _choose(page, qtbot, 2)
    page.scenarios.remove()
    page.scenarios.save()
    page.workspace.actions.trigger("datasets.compare")
    tab = page.compare
    assert [tab.lists.tabText(place) for place in range(3)] == [
        "Changed 1",
        "Added 0",
        "Removed 1",
    ]
    assert tab.words.texts[0].toPlainText() == "important"
    assert tab.words.texts[1].toPlainText() == "critical"
    tab.lists.setCurrentIndex(2)
    assert tab.model.lines[0].cells[0] == "case-2"
    tab.lists.setCurrentIndex(3)
    assert ("tier", "critical", "3", "4", "+1") in {line.cells for line in tab.model.lines}


def test_dropping_a_duplicate(open_page: Callable[[], DatasetsPage], project: Project) -> None:
    text = "The parcel was said to be delivered, and there is nothing at my door at all."
    project.datasets.make(
        "texts",
        {},
        author="ada",
        new=[
            Scenario("a", text),
            Scenario("b", text + " Please help!"),
            Scenario("c", text.upper()),
            Scenario("d", "Quite another question about warranty of a lamp."),
        ],
    )
    page = open_page()
    page.workspace.actions.trigger("datasets.duplicates")
    tab = page.duplicates
    tab.begin()
    assert tab.found is not None
    assert [group.kind for group in tab.found.groups] == ["text", "near"]
    tab.table.select_row(1)
    assert page.workspace.actions.trigger("datasets.drop")
    tab.table.select_row(3)
    assert page.workspace.actions.trigger("datasets.distinct")
    assert len(tab.found.groups) == 1
    page._go(0)
    page.scenarios.save()
    made = project.datasets.versions()[-1]
    assert made.scenarios == 3
    assert made.note == "c has the same text as a"


def test_coverage_leads_to_the_scenarios_of_a_cell(page: DatasetsPage) -> None:
    page.workspace.actions.trigger("datasets.coverage")
    tab = page.coverage
    assert tab.found is not None
    assert tab.found.by == ("tier", "topic")
    assert "nice-to-have × a" in tab.empty_text.text()
    tab.table.chosen.emit(tab.model.index(0, 1))
    assert page.scenarios.filter.text() == 'tier = "critical" and slice.topic = "a"'
    assert page.scenarios.count.text() == "2 / 9"


def test_leakage_names_the_place(
    page: DatasetsPage, project: Project, prompts: ScriptedPrompts, tmp_path: Path
) -> None:
    question = "Where did my parcel go after the depot said it was on the way to me yesterday?"
    project.datasets.make(
        "leaky", {}, author="ada", new=[Scenario("x", question), Scenario("y", "Why?")]
    )
    page.controller.load(project.datasets.find("leaky").pk)
    file = tmp_path / "train.txt"
    file.write_text(f"One line.\n{question}\n")
    prompts.answers.append(file)
    page.workspace.actions.trigger("datasets.leakage")
    page.leakage.add_files()
    page.leakage.begin()
    assert page.leakage.found is not None
    assert page.leakage.model.lines[0].cells[4] == "train.txt, line 2"
    assert "fewer than 5 words" in page.leakage.limits.text()
    page.leakage.prompts.setChecked(False)
    page.leakage.files.clear()
    page.leakage._show_sources()
    assert not page.leakage.search.button.isEnabled()


def test_where_a_trace_is_from(
    page: DatasetsPage, project: Project, workspace: Workspace, qtbot: QtBot
) -> None:
    went: list[tuple[str, object]] = []
    workspace.navigated.connect(lambda screen, place: went.append((screen, place)))
    trace = project.traces.find("one/case-4")
    page.opened(trace=trace)
    qtbot.waitUntil(
        lambda: (
            page.scenarios.lineage.shown is not None
            and page.scenarios.lineage.shown.key == "case-4"
        )
    )
    assert page.scenarios.sides.currentIndex() == 1
    page.scenarios.lineage.trace_wanted.emit(trace)
    assert went == [("traces", {"trace": trace})]


def test_two_children_are_two_branches() -> None:
    def version(pk: int, parent: int) -> DatasetVersion:
        return DatasetVersion(pk, f"{pk:064x}", "d", "", parent, "a", "", "", 1)

    rows = tree_rows([version(1, 0), version(2, 1), version(3, 1), version(4, 3)])
    assert [(row.version.pk, row.lane) for row in rows if row.version is not None] == [
        (4, 1),
        (3, 1),
        (2, 0),
        (1, 0),
    ]
