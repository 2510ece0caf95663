"""From a file on the list to traces and ratings in the project."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from evaldesk.domain.rubric import Rubric
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.storage.project import Project
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.imports.fields import ColumnField, ColumnsField
from evaldesk.ui.screens.imports.page import ImportPage
from evaldesk.ui.workspace import Workspace


def write_lines(path: Path, *records: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_lines(
        tmp_path / "answers.jsonl",
        {"nr": "a", "said_first": "Where is it?", "then": "Here.", "lang": "en", "ok": 1},
        {"nr": "b", "said_first": "Wo ist es?", "then": "Hier.", "lang": "de", "ok": 0},
    )


def choose(page: ImportPage, key: str, column: str) -> None:
    """As a person does in the pick list."""
    field = page.columns.fields[key]
    assert isinstance(field, ColumnField)
    field.list.setCurrentIndex(field.list.findData(column))
    field.list.activated.emit(field.list.currentIndex())


def tick(page: ImportPage, key: str, *columns: str, name: str = "") -> None:
    field = page.columns.fields[key]
    assert isinstance(field, ColumnsField)
    field.drop_down()
    assert field.popup is not None
    for column in columns:
        field.popup.tick(column, name=name)
    field.popup.close()


def words(page: ImportPage) -> str:
    return "\n".join(
        label.text() for card in page.results.cards for label in card.findChildren(QLabel)
    )


def test_an_empty_list_offers_to_choose_files(
    page: ImportPage, prompts: ScriptedPrompts, table: Path, workspace: Workspace
) -> None:
    assert page.empty.isVisible()
    prompts.answers = [[table]]
    assert workspace.actions.trigger("import.choose")
    assert page.current is not None
    assert page.current.path == table


def test_columns_that_do_not_speak_for_themselves_are_corrected(
    page: ImportPage, table: Path, project: Project, qtbot: QtBot
) -> None:
    page.add([table])
    assert not page.controller.can_run
    assert not page.import_button.isEnabled()
    assert page.columns.problem.isVisible()
    choose(page, "input", "said_first")
    choose(page, "output", "then")
    choose(page, "scenario", "nr")
    tick(page, "slices", "lang")
    tick(page, "scores", "ok", name="pass")
    assert not page.columns.problem.isVisible()
    shown = page.preview.trace.trace
    assert shown is not None
    assert shown.scenario.key == "a"
    assert shown.scenario.input == "Where is it?"
    assert shown.row.scores == {"pass": 1.0}
    page.preview.step(1)
    assert page.preview.trace.trace is not None
    assert page.preview.trace.trace.scenario.slices == {"lang": "de"}
    page.settings.run.setText("first run")
    page.settings.run.editingFinished.emit()
    qtbot.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [run.name for run in project.runs.list()] == ["first run"]
    assert page.results.isVisible()
    assert page.results.title.text() == "2 traces added"
    assert page.controller.files.entries == []


def test_a_column_that_was_cleared_is_said_beside_the_fields(
    page: ImportPage, tmp_path: Path
) -> None:
    page.add([write_lines(tmp_path / "a.jsonl", {"question": "x", "answer": "y"})])
    assert page.controller.can_run
    choose(page, "input", "")
    choose(page, "output", "")
    assert page.columns.problem.isVisible()
    assert not page.controller.can_run
    entry = page.current
    assert entry is not None
    page.controller.say(entry, mapping=None)
    assert page.controller.can_run


def test_importing_again_adds_nothing(page: ImportPage, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", {"question": "x", "answer": "y"})
    for _ in range(2):
        page.add([path])
        page.controller.run()
    assert page.results.title.text() == "0 traces added"
    assert "adds nothing" in page.results.detail.text()


def test_test_cases_without_answers_are_called_that(
    page: ImportPage, tmp_path: Path, project: Project
) -> None:
    page.add([write_lines(tmp_path / "a.jsonl", {"question": "x"}, {"question": "y"})])
    assert "test cases without traces" in page.preview.notes.text()
    page.controller.run()
    assert project.info().scenarios == 2
    assert page.results.title.text() == "2 test cases"
    assert "held no traces" in page.results.detail.text()


def test_a_bad_record_leaves_nothing_behind_and_is_named(
    page: ImportPage, tmp_path: Path, project: Project, reported: list[BaseException]
) -> None:
    good = write_lines(tmp_path / "good.jsonl", {"question": "x", "answer": "y"})
    bad = tmp_path / "bad.jsonl"
    # Beyond the records of the preview, so that only the import itself comes to it.
    lines = [json.dumps({"question": f"x{n}", "answer": "y"}) for n in range(400)]
    bad.write_text("\n".join([*lines, '{"question": ']) + "\n", "utf-8")
    page.add([good, bad])
    assert page.controller.can_run
    page.controller.run()
    assert page.banner.isVisible()
    assert "line 401" in page.banner.message.text()
    assert "Nothing was written" in page.banner.hint.text()
    assert project.info().traces == 0
    assert page.current is not None
    assert page.current.path == bad
    assert reported == []
    # Left out on request, and listed.
    assert not page.controller.can_run
    page.settings.skip.setChecked(True)
    assert page.controller.can_run
    page.controller.run()
    assert project.info().traces == 401
    assert "1 left out" in words(page)


def test_a_record_that_the_preview_cannot_read_stops_the_import_until_left_out(
    page: ImportPage, tmp_path: Path
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"question": "x", "answer": "y"}\n{"question": \n', "utf-8")
    page.add([path])
    assert not page.controller.can_run
    assert "line 2" in page.preview.problems.text()
    page.settings.skip.setChecked(True)
    assert page.controller.can_run


def test_a_file_that_is_nothing_known_says_so(page: ImportPage, tmp_path: Path) -> None:
    path = tmp_path / "notes.md"
    path.write_bytes(b"\x00\x01\x02 nothing that is known\n")
    page.add([path, tmp_path / "gone.csv"])
    assert "format is not known" in page.preview.nothing.text()
    assert "Formats that can be read" in page.preview.nothing.text()
    page._step(1)
    assert "could not be opened" in page.preview.nothing.text()
    assert not page.controller.can_run
    page.remove()
    page.remove()
    assert page.empty.isVisible()


def test_ratings_need_items_or_make_them(
    page: ImportPage, tmp_path: Path, project: Project
) -> None:
    project.rubrics.save(
        Rubric.from_json({"name": "Q", "criteria": [{"name": "ok", "scale": {"kind": "binary"}}]}),
        "ada",
    )
    page.controller.read_lists()
    path = tmp_path / "r.csv"
    path.write_text("item,rater,criterion,value\na,Ann,ok,yes\na,Bob,ok,no\n", "utf-8")
    page.add([path])
    entry = page.current
    assert entry is not None
    assert entry.kind == "ratings"
    assert entry.choices.rubric == "Q"
    page.controller.say(entry, create_units=False)
    page.controller.run()
    assert page.banner.isVisible()
    assert "--" not in page.banner.hint.text()
    assert page.settings.units.text() in page.banner.hint.text()
    page.settings.units.setChecked(True)
    assert page.controller.can_run
    page.controller.run()
    assert project.info().ratings == 2
    assert page.results.title.text() == "2 answers added"
    assert page.banner.isHidden()


def test_words_need_an_order_before_they_are_ordinal(
    page: ImportPage, tmp_path: Path, project: Project
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("item,rater,criterion,value\na,Ann,tone,warm\na,Bob,tone,cold\n", "utf-8")
    page.add([path])
    entry = page.current
    assert entry is not None
    assert entry.choices.level == "nominal"
    page.controller.say(entry, level="ordinal")
    page.controller.run()
    assert page.settings.categories.isVisible()
    assert "Order of answers" in page.banner.hint.text()
    page.controller.say(entry, categories=("cold", "warm"))
    page.controller.look(entry)
    page.controller.run()
    criterion = project.rubrics.list()[0].criterion("tone")
    assert criterion is not None
    assert [point.value for point in criterion.scale.points] == ["cold", "warm"]


def test_traces_come_in_before_the_ratings_that_speak_of_them(
    page: ImportPage, tmp_path: Path, project: Project
) -> None:
    rated = tmp_path / "r.csv"
    rated.write_text("item,rater,criterion,value\na,Ann,ok,1\na,Bob,ok,0\n", "utf-8")
    traces = write_lines(tmp_path / "t.jsonl", {"id": "a", "question": "x", "answer": "y"})
    page.add([rated, traces])
    assert page.current is not None
    page.controller.say(page.current, create_units=False)
    page.controller.run()
    assert project.info().traces == 1
    assert project.info().ratings == 2


def test_columns_are_kept_under_a_name_and_used_again(
    page: ImportPage, table: Path, project: Project, prompts: ScriptedPrompts, workspace: Workspace
) -> None:
    page.add([table])
    choose(page, "input", "said_first")
    choose(page, "output", "then")
    prompts.answers = ["our logs"]
    assert workspace.actions.trigger("import.save_mapping")
    assert list(project.mappings("traces")) == ["our logs"]
    page.remove()
    page.add([table])
    assert not page.controller.can_run
    assert page.current is not None
    page.controller.use_mapping(page.current, "our logs")
    assert page.controller.can_run
    assert isinstance(page.current.look and page.current.look.mapping, TraceMapping)


def test_files_with_the_same_columns_are_read_in_the_same_way(
    page: ImportPage, table: Path, tmp_path: Path
) -> None:
    other = tmp_path / "more.jsonl"
    other.write_bytes(table.read_bytes().replace(b'"a"', b'"c"'))
    page.add([table, other])
    choose(page, "input", "said_first")
    assert page.spread_button.isVisible()
    assert not page.controller.can_run
    page.spread_button.click()
    assert page.controller.can_run


def test_a_switch_reads_it_as_the_other_kind(
    page: ImportPage, tmp_path: Path, workspace: Workspace
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("item,rater,criterion,value,text\na,Ann,ok,1,Hi\nb,Bob,ok,0,Ho\n", "utf-8")
    page.add([path])
    assert page.current is not None
    assert page.current.kind == "ratings"
    assert workspace.actions.trigger("import.kind")
    assert page.current.kind == "traces"
    assert page.current.look is not None
    assert page.current.look.format == "csv"
    assert workspace.actions.trigger("import.kind")
    assert page.current.look.format == "ratings-long"


def test_wide_raters_are_ticked_and_named(
    page: ImportPage, tmp_path: Path, project: Project
) -> None:
    path = tmp_path / "w.csv"
    path.write_text("item,first,second,note\na,1,0,x\nb,1,1,y\n", "utf-8")
    page.add([path])
    assert page.current is not None
    page.controller.read_as(page.current, "ratings")
    page.controller.read_with(page.current, "ratings-wide")
    tick(page, "raters", "first", name="Ann")
    tick(page, "raters", "second", name="Bob")
    mapping = page.current.look and page.current.look.mapping
    assert isinstance(mapping, RatingMapping)
    assert dict(mapping.raters) == {"Ann": "first", "Bob": "second"}
    page.controller.say(page.current, create_units=True, rubric="R", level="nominal")
    page.controller.run()
    assert sorted(project.people.raters()) == ["Ann", "Bob"]


def test_the_sheets_of_a_workbook_can_be_chosen(
    page: ImportPage, tmp_path: Path, project: Project
) -> None:
    from openpyxl import Workbook

    book = Workbook()
    first = book.active
    assert first is not None
    first.append(["question", "answer"])
    first.append(["from one", "x"])
    second = book.create_sheet("second")
    second.append(["question", "answer"])
    second.append(["from two", "x"])
    path = tmp_path / "b.xlsx"
    book.save(path)
    page.add([path])
    assert page.current is not None
    assert page.settings.sheet.isVisible()
    page.controller.say(page.current, sheet="second", mapping=None)
    page.controller.run()
    assert [row.title for row in project.traces.rows([1])] == ["from two"]


def test_going_back_does_not_put_imported_files_on_the_list_again(
    page: ImportPage, tmp_path: Path
) -> None:
    paths = (write_lines(tmp_path / "a.jsonl", {"question": "x", "answer": "y"}),)
    page.opened(paths=paths)
    page.controller.run()
    page.opened(paths=paths)
    assert page.controller.files.entries == []
    assert page.results.isVisible()


def test_an_archive_gives_way_to_its_files(page: ImportPage, project: Project, tmp_path: Path):
    import zipfile

    path = tmp_path / "both.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("runs/a.jsonl", '{"question": "q", "answer": "a"}\n')
        made.writestr("b.csv", "question,answer\nq,b\n")
        made.writestr("README.md", "words")
    page.add([path])
    assert [entry.path for entry in page.controller.files.entries] == [
        path / "runs" / "a.jsonl",
        path / "b.csv",
    ]
    assert page.current is page.controller.files.entries[0]
    assert all(entry.ready for entry in page.controller.files.entries)
    page.controller.run()
    assert sorted(run.name for run in project.runs.list()) == ["a", "b"]


def test_an_archive_that_is_not_read_says_why(page: ImportPage, tmp_path: Path):
    import zipfile

    path = tmp_path / "climbs.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("../a.jsonl", '{"question": "q", "answer": "a"}\n')
    page.add([path])
    (entry,) = page.controller.files.entries
    assert "points out of the archive" in str(entry.error)
