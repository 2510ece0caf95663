"""What raters highlighted, side by side."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import passages_of
from evaldesk.storage.project import Project
from evaldesk.ui.screens.adjudicate.page import AdjudicatePage
from evaldesk.ui.widgets.trace_view.highlight_list import ITEM_ROLE


def mark(project: Project, pk: int, author: str, start: int, end: int, label: str) -> None:
    trace = project.traces.read(pk)
    project.highlights.put(
        highlights.make(
            trace,
            passages_of(trace),
            1,
            "text",
            start,
            end,
            author=author,
            kind="label",
            label=label,
        )
    )


def test_raters_marks_stand_side_by_side_under_aliases(page: AdjudicatePage) -> None:
    project, controller = page.workspace.project, page.controller
    assert project is not None
    assert controller.place is not None
    pk = controller.place[0]
    mark(project, pk, "Ines", 0, 4, "curt")
    mark(project, pk, "Tomasz", 2, 6, "curt")
    controller._ahead.clear()
    controller.load()
    card = page.board_pane.highlights
    assert card.isVisibleTo(page)
    assert len(card.lists) == 2
    said = card.agreement.text()
    assert "2 of 6 marked characters shared" in said
    assert "0.333" in said
    assert "0.5" in said
    told = said + "".join(label.text() for label in card.findChildren(QLabel))
    assert "Ines" not in told
    assert "Tomasz" not in told
    canvas = page.trace_pane.single.canvas
    (marks,) = canvas.painter.marks.labelled.values()
    assert [(one.start, one.stop, one.lane) for one in marks.marks] == [(0, 4, 0), (2, 6, 1)]
    assert len({one.letter for one in marks.marks}) == 2
    card.lists[0].setCurrentRow(0)
    QTest.keyClick(card.lists[0], Qt.Key.Key_Return)
    chosen = str(card.lists[0].item(0).data(ITEM_ROLE))
    current = [
        one for one in next(iter(canvas.painter.marks.labelled.values())).marks if one.current
    ]
    assert len(current) == 1
    assert chosen in {one.id for one in project.highlights.everything()}


def test_nothing_is_shown_where_nobody_marked(page: AdjudicatePage) -> None:
    assert not page.board_pane.highlights.isVisibleTo(page)
