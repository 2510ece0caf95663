"""Bookmarks and notes beside the list of traces."""

import pytest


@pytest.fixture
def marked(page):
    project = page.workspace.project
    person = page.workspace.user
    pks = list(page.model.ids)
    project.notes.add(pks[2], person, "bookmark", message=0, part=-1)
    project.notes.add(pks[1], "Lee", "note", text="look\nhere")
    page.controller.read_known()
    return page


def test_they_are_listed_and_gone_to(marked):
    panel = marked.marks
    assert not panel.isHidden()
    assert panel.model.rowCount() in (1, 2)
    row = panel.model.rowCount() - 1
    assert panel.model.title(row).startswith("★ ")
    pk = panel.model.notes[row].trace_pk
    panel.list.picked.emit(panel.model.index(row))
    marked._open_current()
    assert marked.pane.pks == (pk,)
    assert marked.pane.single.reading.message == 0


def test_others_notes_stay_away_while_one_rates(marked):
    panel = marked.marks
    panel.show_author(marked.workspace.user)
    assert [note.kind for note in panel.model.notes] == ["bookmark"]
    panel.show_author("")
    assert [note.kind for note in panel.model.notes] == ["note", "bookmark"]
    assert panel.model.detail(0) == "Lee: look here"


def test_without_any_the_panel_is_hidden(page):
    page.marks.load()
    assert page.marks.isHidden()
