"""Writing rubrics: versions, the live preview, what changes in words, files."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QTableWidget
from pytestqt.qtbot import QtBot

from evaldesk.domain.rubric import Rubric
from evaldesk.services.rubrics import editing as rubric_editing
from evaldesk.storage.project import Project
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.rubrics.page import RubricsPage
from evaldesk.ui.workspace import Workspace


def put(table: QTableWidget, row: int, column: int, text: str) -> None:
    item = table.item(row, column)
    assert item is not None
    item.setText(text)


def replace_text(widget: object, text: str) -> None:
    widget.selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(widget, text)  # type: ignore[arg-type]


def test_showing_a_rubric_changes_nothing(page: RubricsPage) -> None:
    draft = page.controller.draft
    assert draft is not None
    assert not draft.changed
    for index in (1, 0):
        page.editor.list.setCurrentIndex(page.editor.model.index(index))
    assert not draft.changed
    assert page.save_button.isHidden()
    assert not page.review_button.isHidden()


def test_a_change_is_said_in_words_and_saved_as_the_next_version(
    page: RubricsPage, project: Project
) -> None:
    replace_text(page.editor.criterion.question, "Was it done?")
    assert page.save_button.text() == "Save as version 2"
    assert "“Task success” asks in other words" in page.words.text()
    assert "second look" in page.hint.text()
    assert page.rubrics.rows[0].chip == "changed"
    page.save_button.click()
    versions = project.rubrics.versions("Support")
    assert [(rubric.version, author) for rubric, author, _ in versions] == [(1, "ada"), (2, "ada")]
    assert versions[1][0].criteria[0].question == "Was it done?"
    assert versions[0][0].criteria[0].question == ""
    assert page.save_button.isHidden()
    assert [row.title for row in page.versions.rows] == ["Version 2", "Version 1"]


def test_typing_into_a_field_keeps_focus_and_cursor(page: RubricsPage) -> None:
    page.activateWindow()
    page.editor.criterion.title.setFocus()
    page.editor.criterion.title.setCursorPosition(4)
    QTest.keyClicks(page.editor.criterion.title, " well")
    assert page.editor.criterion.title.text() == "Task well success"
    assert page.editor.model.rows[0].title == "Task well success"
    assert page.rubrics.rows[0].title == "Support"


def test_the_preview_is_the_form_itself(page: RubricsPage, qtbot: QtBot) -> None:
    assert [card.name for card in page.preview.cards][:2] == ["success", "tool"]
    replace_text(page.editor.criterion.title, "Done at all")
    success = page.preview.card("success")
    assert success is not None
    qtbot.waitUntil(lambda: page.preview.cards[0].title.text() == "Done at all", timeout=5000)
    page.preview.activate("tool")
    page.preview.digit(3)
    tool = page.preview.card("tool")
    assert tool is not None
    assert tool.value == 2


def test_points_are_typed_and_numbers_stay_numbers(page: RubricsPage, project: Project) -> None:
    page.editor.list.setCurrentIndex(page.editor.model.index(1))
    grid = page.editor.criterion.points
    put(grid.table, 2, 2, "changes only what was asked")
    grid.table.setCurrentCell(2, 0)
    grid.add()
    put(grid.table, 3, 0, "3")
    page.controller.save()
    points = project.rubrics.get("Support").criteria[1].scale.points
    assert [point.value for point in points] == [0, 1, 2, 3]
    assert points[2].anchor == "changes only what was asked"


def test_saving_takes_the_cell_that_is_being_typed_into(
    page: RubricsPage, project: Project
) -> None:
    page.activateWindow()
    table = page.editor.criterion.points.table
    table.setFocus()
    table.setCurrentCell(1, 2)
    item = table.item(1, 2)
    assert item is not None
    table.editItem(item)
    field = table.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "all was done")
    page.workspace.actions.trigger("rubrics.save")
    assert project.rubrics.get("Support").criteria[0].scale.points[1].anchor == "all was done"


def test_a_problem_stands_where_it_belongs_and_bars_saving(page: RubricsPage) -> None:
    page.editor.list.setCurrentIndex(page.editor.model.index(1))
    put(page.editor.criterion.points.table, 1, 0, "2")
    assert "same value" in page.editor.criterion.problem.text()
    assert page.editor.model.rows[1].chip == "mend"
    assert not page.save_button.isEnabled()
    assert "One thing to mend" in page.hint.text()
    page.workspace.actions.trigger("rubrics.save")
    assert len(page.controller.versions) == 1
    # The problem is not said of another question.
    page.editor.list.setCurrentIndex(page.editor.model.index(0))
    assert page.editor.criterion.problem.isHidden()


def test_adding_moving_and_removing_questions(page: RubricsPage, project: Project) -> None:
    page.editor.list.setCurrentIndex(page.editor.model.index(1))
    page.editor.add()
    assert page.editor.index == 2
    replace_text(page.editor.criterion.title, "Tone")
    page.editor.criterion.kind.setCurrentIndex(page.editor.criterion.kind.findData("ordinal"))
    page.editor.criterion.kind.activated.emit(0)
    page.editor.shift(-1)
    page.editor.shift(-1)
    assert page.editor.index == 0
    page.editor.list.setCurrentIndex(page.editor.model.index(1))
    page.editor.remove()
    page.controller.save()
    stored = project.rubrics.get("Support")
    assert [(item.text, item.scale.kind) for item in stored.criteria] == [
        ("Tone", "ordinal"),
        ("Right tool", "ordinal"),
    ]
    assert [point.value for point in stored.criteria[0].scale.points] == [1, 2, 3, 4, 5]


def test_number_bounds(page: RubricsPage, project: Project) -> None:
    criterion = page.editor.criterion
    criterion.kind.setCurrentIndex(criterion.kind.findData("ratio"))
    criterion.kind.activated.emit(0)
    for key, text in (("minimum", "0"), ("maximum", "2,5"), ("unit", "s")):
        QTest.keyClicks(criterion._numbers[key], text)
    page.controller.save()
    scale = project.rubrics.get("Support").criteria[0].scale
    assert (scale.kind, scale.minimum, scale.maximum, scale.unit) == ("ratio", 0.0, 2.5, "s")
    assert scale.points == ()
    QTest.keyClicks(criterion._numbers["maximum"], "x")
    assert not page.controller.can_save
    assert "number" in criterion.problem.text()


def test_the_wheel_scrolls_and_does_not_change_the_scale(page: RubricsPage) -> None:
    box = page.editor.criterion.kind
    box.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(box.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(box, wheel)
    assert box.currentData() == "binary"
    assert not page.controller.can_save


def test_failure_modes_from_a_taxonomy(page: RubricsPage, project: Project) -> None:
    taxonomy = rubric_editing.taxonomies()[0]
    page.editor.take_over(taxonomy)
    page.editor.take_over(taxonomy)
    page.controller.save()
    names = [mode.name for mode in project.rubrics.get("Support").failure_modes]
    assert names[0] == "wrong_action"
    assert {mode.name for mode in taxonomy.failure_modes} <= set(names)
    assert len(names) == len(set(names))


def test_discarding_asks_first(page: RubricsPage, prompts: ScriptedPrompts) -> None:
    replace_text(page.editor.guidance, "Other words")
    could = []
    for answers in ([], [True]):
        prompts.answers.extend(answers)
        page.discard_button.click()
        could.append(page.controller.can_save)
    assert could == [True, False]
    assert page.editor.guidance.toPlainText() == "Read it all."


def test_an_older_version_can_become_the_next(page: RubricsPage, project: Project) -> None:
    replace_text(page.editor.guidance, "Other words")
    page.controller.save()
    page.version_list.clicked.emit(page.versions.index(1))
    assert page.editor.guidance.toPlainText() == "Read it all."
    page.controller.save()
    versions = project.rubrics.versions("Support")
    assert [rubric.guidance for rubric, _, _ in versions] == [
        "Read it all.",
        "Other words",
        "Read it all.",
    ]


def test_new_from_a_template_needs_a_name_of_its_own(page: RubricsPage, project: Project) -> None:
    template = rubric_editing.templates()[0]
    page.controller.new(template)
    assert page.controller.next_version == 1
    replace_text(page.editor.name, "Support")
    assert "already" in page.editor.head_problem.text()
    assert not page.controller.can_save
    replace_text(page.editor.name, "Mine")
    page.controller.save()
    assert [rubric.name for rubric in project.rubrics.list()] == ["Support", "Mine"]
    assert page.controller.name == "Mine"


def test_drafts_wait_while_another_rubric_is_looked_at(page: RubricsPage) -> None:
    replace_text(page.editor.guidance, "Half an idea")
    page.controller.new()
    page.controller.choose("Support")
    assert page.editor.guidance.toPlainText() == "Half an idea"


def test_files_out_and_in(
    page: RubricsPage, prompts: ScriptedPrompts, tmp_path: Path, project: Project
) -> None:
    path = tmp_path / "support.json"
    prompts.answers.append(path)
    page.workspace.actions.trigger("rubrics.export")
    data = rubric_editing.read_rubric(path).to_json()
    data["guidance"] = "From outside"
    rubric_editing.write_rubric(Rubric.from_json(data), path)
    prompts.answers.append(path)
    page.workspace.actions.trigger("rubrics.import")
    assert page.editor.guidance.toPlainText() == "From outside"
    assert page.save_button.text() == "Save as version 2"
    assert len(project.rubrics.versions("Support")) == 1  # saving is the person's
    path.write_text("{", "utf-8")
    prompts.answers.append(path)
    page.workspace.actions.trigger("rubrics.import")
    assert page.banner.isVisible()
    assert "support.json, line 1" in page.banner.message.text()


def test_without_rubrics_it_offers_to_begin(
    open_page: Callable[[], RubricsPage], workspace: Workspace
) -> None:
    page = open_page()
    assert page.empty.isVisible()
    workspace.actions.trigger("rubrics.new")
    assert page.desk.isVisible()
    assert page.controller.can_save
    page.controller.save()
    assert page.status_text() == "1 rubric"


def test_labelling_with_it_is_one_key_away(page: RubricsPage, workspace: Workspace) -> None:
    went: list[tuple[str, object]] = []
    workspace.navigated.connect(lambda screen, place: went.append((screen, place)))
    page.review_button.click()
    assert went == [("review", {"rubric": "Support"})]
    replace_text(page.editor.guidance, "x")
    assert not workspace.actions.is_enabled("rubrics.review")


def test_every_control_has_a_name(page: RubricsPage) -> None:
    for widget in page.editor.findChildren(QTableWidget):
        assert widget.accessibleName()
    assert page.editor.criterion.kind.accessibleName()
    assert page.editor.list.focusPolicy() != Qt.FocusPolicy.NoFocus


def test_the_empty_screen_offers_templates_and_nothing_else_in_the_menu(
    open_page: Callable[[], RubricsPage], qtbot: QtBot
) -> None:
    page = open_page()
    qtbot.waitUntil(page.template_button.isVisible)
    page.template_button.click()
    menu = next(menu for menu in page.findChildren(QMenu) if menu.isVisible())
    titles = [action.text() for action in menu.actions()]
    assert titles == [template.name for template in page.controller.templates()]
    # Return takes the first.
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert page.controller.draft is not None
    assert page.editor.name.text() == titles[0]
