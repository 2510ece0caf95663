"""Bookmarks, notes and saved views."""

from dataclasses import replace

import pytest

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Annotation, TraceRecord
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record


def test_notes_stand_until_replaced_or_removed(project: Project) -> None:
    fill(project, [record(1), record(2)])
    first, second = project.traces.page(_every(), 2)[0]
    bookmark = project.notes.add(first.pk, "Ada", "bookmark", message=3)
    note = project.notes.add(first.pk, "Ada", "note", message=1, part=0, text="odd")
    project.notes.add(second.pk, "Bo", "note", text="mine")
    assert [item.id for item in project.notes.of_trace(first.pk)] == [note.id, bookmark.id]
    better = project.notes.replace(note, "very odd")
    project.notes.remove(bookmark)
    assert [(item.text, item.author) for item in project.notes.of_trace(first.pk)] == [
        ("very odd", "Ada")
    ]
    assert better.message == 1
    with pytest.raises(NotFoundError):
        project.notes.replace(note, "too late")
    with pytest.raises(NotFoundError):
        project.notes.remove(bookmark)


def test_one_person_sees_nobody_elses_notes(project: Project) -> None:
    fill(project, [record(1)])
    (row,) = project.traces.page(_every(), 1)[0]
    project.notes.add(row.pk, "Ada", "note", text="hers")
    project.notes.add(row.pk, "Bo", "note", text="his")
    assert [note.text for note in project.notes.of_trace(row.pk, "Bo")] == ["his"]
    assert [note.text for note in project.notes.all("Ada")] == ["hers"]
    assert len(project.notes.all()) == 2


def test_an_empty_note_and_a_nameless_author_are_refused(project: Project) -> None:
    fill(project, [record(1)])
    (row,) = project.traces.page(_every(), 1)[0]
    with pytest.raises(UsageError, match="empty"):
        project.notes.add(row.pk, "Ada", "note", text="  ")
    with pytest.raises(UsageError, match="Nobody"):
        project.notes.add(row.pk, "", "bookmark")


def test_views_are_kept_by_name(project: Project) -> None:
    project.views.save("Slow", "latency_ms > 2000", "Ada")
    project.views.save("Failed", "score.pass = 0", "Ada")
    project.views.save("Slow", "latency_ms > 3000", "Bo")
    assert [(view.name, view.address, view.author) for view in project.views.all()] == [
        ("Failed", "score.pass = 0", "Ada"),
        ("Slow", "latency_ms > 3000", "Bo"),
    ]
    project.views.remove("Slow")
    project.views.remove("Slow")
    assert [view.name for view in project.views.all()] == ["Failed"]
    project.views.save("Slow", "latency_ms > 1000", "Ada")
    for taken in ("Slow", " "):
        with pytest.raises(UsageError):
            project.views.rename("Failed", taken)
    with pytest.raises(NotFoundError, match="Did you mean “Failed”"):
        project.views.rename("Faild", "x")
    project.views.rename("Failed", " Not passed ")
    assert [view.name for view in project.views.all()] == ["Not passed", "Slow"]


def _every() -> TraceQuery:
    return TraceQuery()


def test_annotations_come_in_once_and_are_read_back(project: Project) -> None:
    said = (
        Annotation("helpful", 1.0, "yes", "good", "ana@example.org", created_at="2026-11-01"),
        Annotation("helpful", 0.0, "no", annotator="bo", metadata={"source": "queue"}),
    )
    for _ in range(2):
        fill(project, [replace(record(1), annotations=said)])
    (row,) = project.traces.page(_every(), 1)[0]
    assert project.traces.read(row.pk).annotations == said
    assert row.said == {"helpful": ("yes", "no")}


def test_a_list_is_sorted_by_what_was_annotated(project: Project) -> None:
    def graded(number: int, *given: Annotation) -> TraceRecord:
        return replace(record(number), annotations=given)

    fill(
        project,
        [
            graded(1, Annotation("grade", 2.0), Annotation("grade", 5.0)),
            graded(2),
            graded(3, Annotation("grade", 3.0), Annotation("word", label="b")),
            graded(4, Annotation("word", label="a"), Annotation("grade", comment="only words")),
        ],
    )

    def order(key: str) -> list[str]:
        query = TraceQuery(sort=key)
        listed = list(project.traces.ids(query))
        assert list(project.traces.first(query)) == listed
        return [row.scenario for row in project.traces.rows(listed)]

    one, two, three, four = (record(number).scenario.key for number in (1, 2, 3, 4))
    assert order("annotation.grade")[:2] == [three, one]
    assert order("-annotation.grade")[:2] == [one, three]
    assert order("annotation.word")[:2] == [four, three]
    assert set(order("annotation.word")[2:]) == {one, two}
    with pytest.raises(NotFoundError, match="Did you mean “grade”"):
        order("annotation.grad")
