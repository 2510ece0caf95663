"""The designer: conditions that stay sound, a preview that answers, what a version reopens."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLabel

from evaldesk.domain.rubric import FAILURE_MODES, CannotJudge, Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.storage.project import Project
from evaldesk.ui.screens.rubrics.page import RubricsPage
from evaldesk.ui.workspace import Workspace

Key = Qt.Key


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("made", system="", dataset="", details={})
            for number in range(3):
                writer.add(
                    TraceRecord(Scenario(key=f"S{number}", input=number), {"messages": []}), "made"
                )
            writer.finish("")
        yield project


def data(page: RubricsPage) -> dict[str, Any]:
    assert page.controller.draft is not None
    return page.controller.draft.data


def add_condition(page: RubricsPage) -> None:
    page.editor._pick(1)
    condition = page.editor.criterion.condition
    condition.mode.setCurrentIndex(condition.mode.findData("all"))
    condition.mode.activated.emit(1)


def test_a_condition_is_built_and_the_preview_acts_on_it(page: RubricsPage) -> None:
    add_condition(page)
    assert data(page)["criteria"][1]["shown_if"] == {"criterion": "success", "is": "yes"}
    (row,) = page.editor.criterion.condition.rows
    assert [row.operator.itemData(i) for i in range(row.operator.count())] == ["is", "in"]
    row.value.setCurrentIndex(0)
    row.value.activated.emit(0)
    page.editor.criterion.condition.add()
    assert data(page)["criteria"][1]["shown_if"] == {
        "all": [{"criterion": "success", "is": "no"}, {"criterion": "success", "is": "yes"}]
    }
    page.editor.criterion.condition.rows[1].remove_button.click()
    assert page.controller.can_save
    page.editor._pick(0)
    page._show_preview()
    tool = page.preview.card("tool")
    assert tool is not None
    assert tool.isHidden()
    page.preview.activate("success")
    QTest.keyClicks(page.preview.card("success"), "1")
    assert tool.isVisible()
    assert page.preview.active == "tool"
    QTest.keyClicks(tool, "3")
    QTest.keyClick(page.preview, Key.Key_Up)
    page.preview.activate("success")
    QTest.keyClicks(page.preview.card("success"), "2")
    assert tool.isHidden()
    assert page.preview.sheet.answers == {"success": "yes"}


def test_conditions_follow_names_and_values_and_let_go_of_what_is_gone(page: RubricsPage) -> None:
    add_condition(page)
    page.editor.shift(-1)
    assert [item["name"] for item in data(page)["criteria"]] == ["success", "tool"]
    assert "stays below" in page.editor.notice.text()
    page.editor._pick(0)
    name = page.editor.criterion.name
    name.selectAll()
    QTest.keyClicks(name, "done")
    value = page.editor.criterion.points.table.item(1, 0)
    assert value is not None
    value.setText("fully")
    condition = data(page)["criteria"][1]["shown_if"]
    assert condition == {"criterion": "done", "is": "fully"}
    assert page.controller.can_save
    page.editor.remove()
    assert "shown_if" not in data(page)["criteria"][0]
    assert "Right tool" in page.editor.notice.text()
    assert page.controller.can_save


def test_all_of_a_question_can_be_written(page: RubricsPage, project: Project) -> None:
    editor = page.editor.criterion
    page.editor._pick(1)
    QTest.keyClicks(editor.group, "Action quality")
    editor.weight.selectAll()
    QTest.keyClicks(editor.weight, "2,5")
    editor.cannot_judge.click()
    editor.kind.setCurrentIndex(editor.kind.findData("multi"))
    editor.kind.activated.emit(0)
    grid = editor.points.table
    for row, column in ((2, 3), (0, 4)):
        box = grid.item(row, column)
        assert box is not None
        box.setCheckState(Qt.CheckState.Checked)
    grid.setCurrentCell(1, 0)
    editor.examples.setPlainText("the wrong order\n\nanother one ")
    page.controller.save()
    saved = project.rubrics.get("Support").criteria[1]
    assert (saved.group, saved.weight, saved.cannot_judge) == ("Action quality", 2.5, True)
    points = saved.scale.points
    assert [point.exclusive for point in points] == [False, False, True]
    assert [point.comment for point in points] == [True, False, False]
    assert points[1].examples == ("the wrong order", "another one")
    # Shown again, nothing differs.
    assert not page._is_changed()
    page.editor._pick(1)
    assert not page._is_changed()


def test_saving_says_what_it_opens_again_and_opens_no_more(
    page: RubricsPage, project: Project
) -> None:
    rubric = project.rubrics.get("Support")
    for pk in (1, 2):
        review.answer(project, rubric, pk, "success", "ben", "yes")
        review.answer(project, rubric, pk, "tool", "ben", 2)
        review.submit(project, rubric, pk, "ben")
    page.editor._pick(1)
    page.editor.criterion.question.setPlainText("Did every call use the right tool?")
    page.controller.weigh()
    assert "2 of 2 submitted ratings are open again, for “Right tool” only" in page.hint.text()
    page.controller.save()
    new = project.rubrics.get("Support")
    assert review.queue(project, new, "ben").submitted == 0
    assert review.answers(project, new, 1, "ben") == {"success": "yes"}
    page.editor.criterion.title.setText("Right tools")
    page.editor.criterion.title.textEdited.emit("Right tools")
    page.controller.weigh()
    assert "2 of 2" in page.hint.text()


def test_versions_stand_side_by_side(page: RubricsPage, project: Project) -> None:
    assert page.compare_button.isHidden()
    page.editor._pick(1)
    page.editor.criterion.question.setPlainText("Did every call use the right tool?")
    page.controller.save()
    page.compare_button.click()
    words = [label.text() for label in page.side_by_side.findChildren(QLabel)]
    assert "another question: asked again" in words
    assert "unchanged" in words
    assert "± Did every call use the right tool?" in words
    QTest.keyClick(page.side_by_side, Key.Key_Escape)
    assert page.editor.isVisible()


def test_a_renamed_mode_keeps_its_history(page: RubricsPage, project: Project) -> None:
    rubric = project.rubrics.get("Support")
    review.answer(project, rubric, 1, FAILURE_MODES, "ada", ["wrong_action"])
    cell = page.editor.modes.table.item(0, 0)
    assert cell is not None
    cell.setText("wrong_deed")
    assert data(page)["failure_modes"][0]["aliases"] == ["wrong_action"]
    page.controller.save()
    saved = project.rubrics.get("Support")
    assert saved.failure_modes[0].aliases == ("wrong_action",)
    assert review.answers(project, saved, 1, "ada")[FAILURE_MODES] == ["wrong_deed"]
    cell = page.editor.modes.table.item(0, 0)
    assert cell is not None
    cell.setText("wrong_action")
    assert data(page)["failure_modes"][0].get("aliases") == ["wrong_deed"]


def test_the_preview_takes_cannot_judge(page: RubricsPage, workspace: Workspace) -> None:
    box = page.editor.criterion.findChildren(QCheckBox)[1]
    box.click()
    page._show_preview()
    page.preview.activate("success")
    card = page.preview.card("success")
    QTest.keyClicks(card, "x")
    QTest.keyClicks(page.preview.window().focusWidget(), "2")
    assert page.preview.sheet.answers == {"success": CannotJudge("it is beyond what I know")}


def test_a_nested_condition_of_a_file_is_kept(page: RubricsPage, project: Project) -> None:
    found = project.rubrics.get("Support").to_json()
    nested = {"any": [{"all": [{"criterion": "success", "is": "no"}]}]}
    found["criteria"][1]["shown_if"] = nested
    project.rubrics.save(Rubric.from_json(found), "ada")
    page.controller.load()
    page.editor._pick(1)
    assert "nested condition" in page.editor.criterion.condition.remark.text()
    page.editor.criterion.title.textEdited.emit("x")
    assert data(page)["criteria"][1]["shown_if"] == nested


def test_a_definition_is_written_in_full(page: RubricsPage) -> None:
    modes = page.editor.modes
    modes.table.setCurrentCell(0, 0)
    assert "wrong_action" in page.editor.definition_label.text()
    QTest.keyClicks(page.editor.definition, "It changed  what it should not.")
    assert data(page)["failure_modes"][0]["definition"] == "It changed what it should not."
    # What is being typed is left alone.
    assert page.editor.definition.toPlainText() == "It changed  what it should not."


def test_the_preview_shows_the_question_in_hand_though_it_depends_on_answers(
    page: RubricsPage, project: Project
) -> None:
    found = project.rubrics.get("Support").to_json()
    found["criteria"] += [
        {
            "name": "harm",
            "scale": {"kind": "ratio", "maximum": 3},
            "shown_if": {
                "all": [{"criterion": "tool", "above": 0}, {"criterion": "success", "is": "no"}]
            },
        },
        {
            "name": "why",
            "scale": {"kind": "text"},
            "shown_if": {"any": [{"criterion": "harm", "above": 2.5}]},
        },
    ]
    project.rubrics.save(Rubric.from_json(found), "ada")
    page.controller.load()
    page.editor._pick(3)
    page._show_preview()
    assert page.preview.active == "why"
    assert page.preview.sheet.answers == {"tool": 2, "success": "no", "harm": 3.0}
