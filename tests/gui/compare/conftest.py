"""Two runs of which one is better, with a scenario missing, an error on either side, and tiers."""

import shutil
import sys

import pytest

from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.compare.page import ComparePage
from evaldesk.ui.workspace import Workspace

COUNT = 40
ERROR_IN_OLD, ERROR_IN_NEW, ONLY_OLD = 3, 5, 39


def tier_of(number):
    return ("critical", "important", "nice-to-have", "important")[number % 4]


def passed(run, number):
    """The old run passes the even half. The new one fails 2 and 4 of those, and passes all odd
    numbers below 30."""
    if run == "old":
        return number % 2 == 0
    return number not in (2, 4) if number % 2 == 0 else number < 30


def record(run, number, *, trial=1, value=None, text="", status=None, scores=True):
    failed = {"old": ERROR_IN_OLD, "new": ERROR_IN_NEW}.get(run) == number
    score = float(passed(run, number)) if value is None else value
    return TraceRecord(
        scenario=Scenario(
            f"S-{number}",
            text or f"Question {number}",
            tier=tier_of(number),
            slices={"language": "de" if number % 5 == 0 else "en", "customer": f"C{number}"},
            title=f"Title {number}",
        ),
        run=run,
        trial=trial,
        system=f"system of {run}",
        status=status or ("error" if failed else "ok"),
        body={
            "messages": [
                {"role": "user", "parts": [{"type": "text", "content": f"Question {number}"}]},
                {"role": "assistant", "parts": [{"type": "text", "content": f"{run} {number}"}]},
            ]
        },
        scores={"pass": Score(score)} if scores else {},
        latency_ms=1000.0 + 10 * number + (250 + 20 * (number % 6) if run == "new" else 0),
    )


def write(project, run, records):
    with project.ingest(f"{run}.jsonl") as writer:
        writer.run(run, system=f"system of {run}", dataset="questions", details={})
        for one in records:
            writer.add(one, run)
        writer.finish("tester")


def fill(project):
    write(project, "old", [record("old", number) for number in range(COUNT)])
    write(project, "new", [record("new", n) for n in range(COUNT) if n != ONLY_OLD])


@pytest.fixture
def settings(tmp_path):
    return Settings(tmp_path / "settings.json")


@pytest.fixture
def workspace(qapp, settings):
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    yield made
    if made.project is not None:
        project = made.project
        made.set_project(None)
        project.close()
    made.jobs.shutdown()


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("compare") / "p.evaldesk"
    with Project.create(path, "P") as made:
        fill(made)
    return path


@pytest.fixture
def project(tmp_path, filled):
    return Project.open(shutil.copy(filled, tmp_path / "p.evaldesk"))


@pytest.fixture
def show(qtbot, workspace):
    """Opens a project on the screen: show(project, a=…, b=…)."""

    def shown(project, **place):
        page = ComparePage(workspace)
        qtbot.addWidget(page)
        page.resize(1300, 800)
        with qtbot.waitExposed(page):
            page.show()
        if workspace.project is not project:
            workspace.set_project(project)
        page.project_replaced()
        page.opened(**place)
        return page

    return shown


@pytest.fixture
def page(show, project):
    return show(project)


@pytest.fixture(autouse=True)
def faults(monkeypatch):
    """What a slot raised, which Qt only prints."""
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: seen.append(error))
    yield seen
    assert seen == []
