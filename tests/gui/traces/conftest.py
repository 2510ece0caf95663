"""A project with two runs of a dozen scenarios, and the screen that lists them."""

import sys

import pytest

from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.traces.page import TracesPage
from evaldesk.ui.workspace import Workspace


def record(run, number, *, passed=True, said="All is well"):
    key = f"S-{number:02}"
    return TraceRecord(
        scenario=Scenario(
            key,
            f"Question {number}",
            tier="critical" if number % 4 == 0 else "important",
            slices={"language": "de" if number % 3 == 0 else "en"},
            title=f"=Title {number}",
        ),
        run=run,
        system=f"system of {run}",
        status="ok" if number != 5 else "error",
        body={
            "messages": [
                {"role": "user", "parts": [{"type": "text", "content": f"Question {number}"}]},
                {"role": "assistant", "parts": [{"type": "text", "content": said}]},
            ]
        },
        scores={"pass": Score(1.0 if passed else 0.0)},
        latency_ms=1000.0 * number,
        tokens_in=10,
        tokens_out=number,
    )


def fill(project, runs=("alpha", "beta"), count=12):
    for run in runs:
        with project.ingest(f"{run}.jsonl") as writer:
            writer.run(run, system=f"system of {run}", dataset="questions", details={})
            for number in range(count):
                said = "The zebra said so" if number == 7 else f"{run} says {number}"
                writer.add(record(run, number, passed=number % 2 == 0, said=said), run)
            writer.finish("tester")


@pytest.fixture
def workspace(qapp, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    yield made
    if made.project is not None:
        project = made.project
        made.set_project(None)
        project.close()
    made.jobs.shutdown()


@pytest.fixture
def project(tmp_path):
    made = Project.create(tmp_path / "p.evaldesk", "P")
    fill(made)
    return made


@pytest.fixture
def page(qtbot, workspace, project):
    made = TracesPage(workspace)
    qtbot.addWidget(made)
    made.resize(1300, 700)
    made.show()
    workspace.set_project(project)
    made.project_replaced()
    made.opened()
    qtbot.waitUntil(lambda: len(made.pane.pks) == 1 and made.facets.rowCount() > 0, timeout=5000)
    return made


@pytest.fixture(autouse=True)
def faults(monkeypatch):
    """What a slot raised, which Qt only prints."""
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
