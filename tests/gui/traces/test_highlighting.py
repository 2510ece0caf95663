"""Highlighting while reading on the Traces screen."""

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rubric import Rubric
from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import passages_of
from evaldesk.ui.widgets.trace_view.places import Place

RUBRICS = (
    {
        "name": "Support",
        "criteria": [{"name": "success", "scale": {"kind": "binary"}}],
        "failure_modes": [{"name": "late", "title": "Too late"}],
    },
    {"name": "Tone", "criteria": [{"name": "kind", "scale": {"kind": "binary"}}]},
)


def ready(page, project):
    for rubric in RUBRICS:
        project.rubrics.save(Rubric.from_json(rubric), "Olga")
    page.workspace.set_user("ada")
    page.highlighting._read_labels()
    pk = project.traces.ids(TraceQuery())[0]
    page.pane.show_one(pk)
    page.highlighting.desk.load()
    return pk


def test_labels_of_all_rubrics_can_be_chosen(page, project):
    pk = ready(page, project)
    canvas = page.pane.single.canvas
    row = next(r for r, card in enumerate(canvas.cards) if card.kind == "assistant")
    canvas.select(Place(row, 0, 0), Place(row, 0, 5))
    canvas.pointed.emit()
    bar = page.highlighting.desk.bar
    assert [button.text() for button in bar._buttons] == ["Too late", "success", "kind"]
    bar._buttons[2].click()
    (one,) = project.highlights.of_trace(pk)
    assert (one.kind, one.label, one.rubric, one.author) == ("criterion", "kind", "Tone", "ada")
    assert page.highlighting.desk.list.isVisibleTo(page)
    page.highlighting.desk.walk(1)
    page.highlighting.desk.remove()
    assert project.highlights.of_trace(pk) == []


def test_nobody_elses_are_seen_here(page, project):
    pk = ready(page, project)
    trace = project.traces.read(pk)
    made = highlights.make(
        trace, passages_of(trace), 1, "text", 0, 5, author="bo", kind="label", label="theirs"
    )
    project.highlights.put(made)
    page.highlighting.desk.load()
    assert page.highlighting.desk.placed == []
    assert page.highlighting.desk.list.list.count() == 0


def test_several_side_by_side_take_none(page, project):
    ready(page, project)
    pks = list(project.traces.ids(TraceQuery()))
    page.pane.show_traces((pks[0], pks[12]))
    assert page.pane.is_pair
    page.highlighting.desk.begin()
    assert not page.highlighting.desk.bar.isVisibleTo(page)
    assert not page.pane.single.canvas.caret.active


def test_marks_are_undone_and_done_again(page, project):
    pk = ready(page, project)
    canvas = page.pane.single.canvas
    row = next(r for r, card in enumerate(canvas.cards) if card.kind == "assistant")
    canvas.select(Place(row, 0, 0), Place(row, 0, 5))
    canvas.pointed.emit()
    page.highlighting.desk.bar._buttons[2].click()
    (made,) = project.highlights.of_trace(pk)
    run = page.workspace.actions.trigger
    run("traces.highlight_undo")
    assert project.highlights.of_trace(pk) == []
    assert page.highlighting.desk.placed == []
    run("traces.highlight_redo")
    (again,) = project.highlights.of_trace(pk)
    assert (again.id, again.label) == (made.id, made.label)
    # Another person at the window takes back nothing of it.
    page.workspace.set_user("bo")
    run("traces.highlight_undo")
    assert [one.author for one in project.highlights.of_trace(pk)] == ["ada"]
