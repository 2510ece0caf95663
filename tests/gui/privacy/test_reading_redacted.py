"""Who sees traces redacted: panes, lists, search, and the original for a reason."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.query import Comparison, TraceQuery
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.services.exporting.files import FileExport, export_file
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.privacy import leaving, redaction
from evaldesk.services.privacy.sight import sight_of
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.traces.page import TracesPage
from evaldesk.ui.shell.trace_search import find_traces
from evaldesk.ui.widgets.trace_view.pane import TracePane
from evaldesk.ui.workspace import Workspace

MAIL = "odalys.quist@mail.example"


class _Control:
    def check(self) -> None:
        """Never cancelled."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    path = tmp_path / "t.jsonl"
    lines = [
        {
            "run": run,
            "scenario": {"key": "c1", "input": f"Write to {MAIL}"},
            "messages": [{"role": "user", "parts": [{"type": "text", "content": f"I am {MAIL}"}]}],
        }
        for run in ("r1", "r2")
    ]
    path.write_text("\n".join(map(json.dumps, lines)))
    with Project.create(tmp_path / "p.evaldesk") as made:
        import_files(made, [path], TraceImport())
        redaction.set_reading_rules(made, {"owner": "strict"}, "ann")
        yield made


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path, project: Project) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "ann")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    made.set_project(project)
    yield made
    made.set_project(None)
    made.jobs.shutdown()


def _shown(pane: TracePane) -> str:
    return "".join(
        json.dumps(view.trace.to_json()) for view in pane.shown_views() if view.trace is not None
    )


def test_a_pane_shows_placeholders_until_a_reason_is_given(
    workspace: Workspace, project: Project, qtbot: QtBot
) -> None:
    pane = TracePane(workspace)
    qtbot.addWidget(pane)
    pane.resize(900, 600)
    pane.show()
    pane.show_one(1)
    assert MAIL not in _shown(pane)
    assert "[email]" in _shown(pane)
    assert pane.reveal_hint.isVisible()
    pane.revealing.ask()
    bar = pane.revealing.bar
    bar.field.setText("  ")
    assert not bar.button.isEnabled()
    bar.field.setText("The customer complained")
    bar.button.click()
    assert MAIL in _shown(pane)
    assert not pane.reveal_hint.isVisible()
    with project.database.read() as connection:
        (body,) = connection.exec_driver_sql(
            "SELECT body FROM audit_event WHERE kind = 'privacy.revealed'"
        ).scalars()
    assert "The customer complained" in body
    assert MAIL not in body
    pane.show_one(2)
    assert MAIL not in _shown(pane), "another trace needs a reason of its own"
    pane.show_pair(1, 2)
    assert MAIL in _shown(pane)
    assert "[email]" in _shown(pane)
    assert pane.revealing.hidden() == (2,)


def test_a_list_and_a_search_give_nothing_away(
    workspace: Workspace, project: Project, qtbot: QtBot
) -> None:
    page = TracesPage(workspace)
    qtbot.addWidget(page)
    page.show()
    page.opened()
    QTest.qWait(50)
    rows = sight_of(project).rows([1, 2])
    assert all(MAIL not in repr(row) and "[email]" in repr(row) for row in rows)
    assert find_traces(project, "quist", 5, _Control()) == ()  # type: ignore[arg-type]
    for asked in (
        TraceQuery(text="quist"),
        TraceQuery(similar="r1/c1"),
        TraceQuery(where=Comparison("title", "contains", ("quist",))),
    ):
        with pytest.raises(NotAllowedError):
            sight_of(project).check(asked)
    sight_of(project).check(TraceQuery(where=Comparison("run", "=", ("r1",))))


def test_nothing_leaves_that_the_person_does_not_see(
    workspace: Workspace, project: Project, tmp_path: Path
) -> None:
    redaction.scan(project)
    assert leaving.ways(project).by_policy == "strict"
    found = leaving.leaks(project, examples=True)
    assert found.total
    assert not found.examples
    export_file(project, tmp_path / "out.jsonl", FileExport("jsonl"))
    assert MAIL not in (tmp_path / "out.jsonl").read_text()
    with pytest.raises(NotAllowedError):
        export_file(project, tmp_path / "b.jsonl", FileExport("jsonl", redact="ids-only"))


def test_the_rule_holds_from_the_moment_it_is_changed(
    workspace: Workspace, project: Project
) -> None:
    from evaldesk.domain.project import Changes

    assert MAIL not in json.dumps(sight_of(project).read(1).to_json())
    redaction.set_reading_rules(project, {"owner": ""}, "ann")
    workspace.changed(Changes.of("privacy"))
    assert MAIL in json.dumps(sight_of(project).read(1).to_json())
