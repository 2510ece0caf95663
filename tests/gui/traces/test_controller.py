"""What the list asks of the store while a person goes on typing."""

import threading
from array import array

import pytest
from sqlalchemy import text

from evaldesk.jobs.runner import JobRunner
from evaldesk.settings import Settings
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.traces.controller import TracesController
from evaldesk.ui.workspace import Workspace

ENDLESS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e12)"
    " SELECT sum(i) FROM n"
)


@pytest.fixture
def threaded(qapp, tmp_path, project):
    settings = Settings(tmp_path / "settings.json")
    made = Workspace(JobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    made.set_project(project)
    yield made
    made.set_project(None)
    made.jobs.shutdown()
    project.close()


def endless(project, began):
    with project.database.read() as connection:
        began.set()
        connection.execute(ENDLESS).scalar_one()


def test_a_newer_search_ends_the_query_of_the_older(qtbot, threaded, project, monkeypatch):
    controller = TracesController(threaded)
    began, real = threading.Event(), project.traces.ids
    said, listed = [], []
    controller.listed.connect(lambda ids: listed.append(len(ids)))
    controller.filter_failed.connect(lambda text, _mended: said.append(text) if text else None)
    threaded.jobs.faulted.connect(said.append)

    def ids(query):
        if query.text == "slow":
            endless(project, began)
        return real(query)

    monkeypatch.setattr(project.traces, "ids", ids)
    controller.search("slow")
    assert began.wait(10)
    controller.search("zebra")
    # Only an interrupted query lets the runner come to rest: the slow one would count for hours.
    qtbot.waitUntil(lambda: not threaded.jobs.busy, timeout=20_000)
    assert listed == [2]
    assert said == []


def test_closing_the_project_ends_what_is_being_counted(qtbot, threaded, project, monkeypatch):
    controller = TracesController(threaded)
    began, faults = threading.Event(), []
    threaded.jobs.faulted.connect(faults.append)
    monkeypatch.setattr(project.facets, "counts", lambda *_: endless(project, began))
    controller.load()
    qtbot.waitUntil(began.is_set, timeout=20_000)
    threaded.set_project(None)
    qtbot.waitUntil(lambda: not threaded.jobs.busy, timeout=20_000)
    assert faults == []


def test_new_tags_while_the_list_is_first_read_do_not_lose_the_list(qtbot, threaded):
    controller = TracesController(threaded)
    listed = []
    controller.listed.connect(lambda ids: listed.append(array("q", ids)))
    controller.load()
    controller.read_known()
    qtbot.waitUntil(lambda: bool(listed), timeout=20_000)
    assert len(listed[0]) == controller.total == 24


def test_the_first_rows_of_a_long_list_come_before_the_whole(qtbot, threaded, project, monkeypatch):
    monkeypatch.setattr("evaldesk.ui.screens.traces.controller._LONG", 0)
    go_on, real, first = threading.Event(), project.traces.ids, project.traces.first

    def ids(query):
        assert go_on.wait(20)
        return real(query)

    monkeypatch.setattr(project.traces, "ids", ids)
    monkeypatch.setattr(project.traces, "first", lambda query: first(query, 2))
    controller, listed = TracesController(threaded), []
    controller.listed.connect(lambda ids: listed.append((list(ids), controller.complete)))
    controller.load()
    qtbot.waitUntil(lambda: len(listed) == 1, timeout=20_000)
    go_on.set()
    qtbot.waitUntil(lambda: len(listed) == 2, timeout=20_000)
    (some, half), (everything, whole) = listed
    assert (half, whole) == (False, True)
    assert len(some) == 2
    assert everything[:2] == some
    assert len(everything) > 2
