"""What a pane does with the trace in hand: notes, timeline, the source, files."""

import base64

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.widgets.trace_view import TracePane
from evaldesk.ui.workspace import Workspace

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def project(tmp_path, make):
    blob = {
        "type": "blob",
        "mime_type": "text/plain",
        "content": base64.b64encode(b"hello").decode(),
    }
    messages = [
        make.message("user", make.text("one"), blob),
        make.message("assistant", make.call("find", {}), make.call("look", {}, "2")),
        make.message("tool", make.response("a"), make.response("b", "2")),
        make.message("assistant", make.text("four"), latency_ms=20.0),
    ]
    made = Project.create(tmp_path / "p.evaldesk")
    with made.ingest("me") as writer:
        writer.run("r", system="m", dataset="", details={})
        writer.add(TraceRecord(Scenario("s", "x"), {"messages": messages}), "r")
        writer.finish("")
    yield made
    made.close()


@pytest.fixture
def desk_workspace(qapp, tmp_path, project):
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "Kim")
    made = Workspace(
        InlineJobRunner(),
        settings,
        ActionRegistry(settings),
        ScriptedPrompts([tmp_path / "out.bin"]),
    )
    made.set_project(project)
    yield made
    made.jobs.shutdown()


@pytest.fixture
def said(desk_workspace):
    heard = []
    desk_workspace.said.connect(heard.append)
    return heard


@pytest.fixture
def pane(qtbot, desk_workspace):
    made = TracePane(desk_workspace)
    qtbot.addWidget(made)
    made.resize(700, 600)
    QTest.qWait(0)
    super(TracePane, made).show()
    made.show_one(1)
    made.focus_trace()
    return made


def show_again(pane, qtbot):
    pane.show_one(1)
    qtbot.waitUntil(lambda: not pane.desk._notes_soon.isActive())


def cards(pane):
    return pane.single.canvas.cards


def test_a_bookmark_is_set_and_taken_away(pane, project, said):
    pane.single.canvas.set_current(2)
    pane.desk.toggle_bookmark()
    (note,) = project.notes.of_trace(1)
    assert (note.kind, note.author, note.message, note.part) == ("bookmark", "Kim", 1, 1)
    assert [card.bookmarked for card in cards(pane)] == [False, False, True, False]
    pane.single.canvas.set_current(0)
    pane.desk.jump("note", 1)
    assert pane.single.canvas.current == 2
    pane.desk.toggle_bookmark()
    assert project.notes.of_trace(1) == []
    assert not any(card.bookmarked for card in cards(pane))
    assert said == ["Bookmark set", "Mark 1 of 1", "Bookmark taken away"]


def test_a_note_is_written_changed_and_emptied(pane, project):
    canvas = pane.single.canvas
    canvas.set_current(3)
    low = canvas.rows.own(0, 3)
    pane.desk.write_note()
    bar = pane.desk.note_bar
    assert bar.title.text() == "Note on step 4"
    QTest.keyClicks(bar.field, "why **four**?")
    QTest.keyClick(bar.field, Qt.Key.Key_Return, CONTROL)
    assert not bar.isVisible()
    assert [note.text for note in cards(pane)[3].notes] == ["why **four**?"]
    assert cards(pane)[3].sections[-1].title.startswith("✎ Your note · ")
    assert canvas.rows.own(0, 3) > low
    pane.desk.write_note()
    assert bar.field.toPlainText() == "why **four**?"
    bar.field.setPlainText("because")
    bar.keep()
    assert [note.text for note in project.notes.of_trace(1)] == ["because"]
    pane.desk.write_note()
    QTest.keyClick(bar.field, Qt.Key.Key_Escape)
    pane.desk.write_note()
    bar.field.setPlainText(" ")
    bar.keep()
    assert project.notes.of_trace(1) == []
    assert canvas.rows.own(0, 3) == low


def test_while_rating_only_ones_own_notes_are_shown(pane, project, desk_workspace, qtbot):
    project.notes.add(1, "Lee", "note", message=3, part=-1, text="I say no")
    project.notes.add(1, "Kim", "note", message=3, part=-1, text="I say yes")
    show_again(pane, qtbot)
    assert [note.author for note in cards(pane)[3].notes] == ["Lee", "Kim"]
    pane.hide_scores = pane.hide_systems = True
    show_again(pane, qtbot)
    assert [note.author for note in cards(pane)[3].notes] == ["Kim"]
    desk_workspace.set_user("Ann")
    assert cards(pane)[3].notes == ()


def test_a_note_on_a_result_or_the_trace_finds_a_card(pane, project, qtbot):
    project.notes.add(1, "Kim", "note", text="of all")
    project.notes.add(1, "Kim", "bookmark", message=1, part=5)
    show_again(pane, qtbot)
    assert [note.text for note in cards(pane)[0].notes] == ["of all"]
    assert cards(pane)[1].bookmarked


def test_the_source_stays_chosen(pane, desk_workspace):
    pane.desk.toggle_rendered()
    assert not pane.single.canvas.rendered
    assert desk_workspace.settings.get("reading.rendered", True) is False
    another = TracePane(desk_workspace)
    assert not another.single.canvas.rendered
    another.deleteLater()


def test_the_timeline_stays_for_the_next_trace(pane, desk_workspace):
    pane.desk.toggle_timeline()
    line = pane.single.timeline
    assert line.isVisible()
    assert desk_workspace.settings.get("reading.timeline", False) is True
    pane.show_one(1)
    assert line.isVisible()


def test_a_file_is_saved(pane, tmp_path, said):
    pane.single.canvas.set_current(0)
    pane.single.canvas.file_wanted.emit(0, 1)
    assert (tmp_path / "out.bin").read_bytes() == b"hello"
    assert said == ["Saved as out.bin"]


def test_jumps_say_where_one_is(pane, said):
    pane.desk.jump("call", 1)
    pane.desk.jump("call", 1)
    pane.desk.jump("error", 1)
    pane.desk.next_quote(1)
    pane.desk.cross_quote()
    assert said == [
        "Tool call 1 of 2",
        "Tool call 2 of 2",
        "No error in this trace",
        "The answer quotes no document",
        "The answer quotes no document",
    ]
