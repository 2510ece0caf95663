"""Queries that are ended while they run."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from evaldesk.domain.errors import Cancelled
from evaldesk.storage.interruption import Interruption

# Counts for hours unless it is ended.
ENDLESS = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1e12)"
    " SELECT sum(i) FROM n"
)


class Asker:
    """Stands for a job that can be cancelled."""

    def __init__(self):
        self.calls = []

    def on_cancel(self, interrupt):
        self.calls.append(interrupt)

    def cancel(self):
        for call in self.calls:
            call()


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_a_query_that_runs_is_ended(project, threads):
    job, begun = Asker(), threading.Event()

    def work():
        with project.interruptible(job.on_cancel):
            with project.database.read() as connection:
                begun.set()
                return connection.execute(ENDLESS).scalar_one()

    running = threads.submit(work)
    assert begun.wait(10)
    job.cancel()
    assert isinstance(running.exception(30), Cancelled)
    assert project.traces.count() == 0


def test_a_request_that_comes_just_before_the_query_is_not_lost(project, threads, monkeypatch):
    job = Asker()
    # Asked after the last look and before the first step, where SQLite forgets an interrupt.
    monkeypatch.setattr(Interruption, "check", lambda _self: job.cancel())

    def work():
        with project.interruptible(job.on_cancel), project.database.read() as connection:
            return connection.execute(ENDLESS).scalar_one()

    assert isinstance(threads.submit(work).exception(30), Cancelled)


def test_another_thread_is_left_alone(project, threads):
    job, all_there = Asker(), threading.Barrier(3, timeout=10)

    def reads(register):
        def work():
            with project.interruptible(register), project.database.read() as connection:
                all_there.wait()
                all_there.wait()
                return connection.execute(text("SELECT 7")).scalar_one()

        return threads.submit(work)

    ended, other = reads(job.on_cancel), reads(lambda _interrupt: None)
    all_there.wait()
    job.cancel()
    all_there.wait()
    assert other.result(10) == 7
    assert isinstance(ended.exception(10), Cancelled)


def test_between_two_queries_the_second_is_refused(project):
    job = Asker()
    with project.interruptible(job.on_cancel):
        assert project.traces.count() == 0
        job.cancel()
        with pytest.raises(Cancelled):
            project.traces.count()
    assert project.traces.count() == 0


def test_a_request_that_comes_too_late_ends_nothing(project):
    job = Asker()
    with project.interruptible(job.on_cancel):
        assert project.traces.count() == 0
    job.cancel()
    with project.database.read() as connection:
        counted = connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
                " SELECT count(*) FROM n"
            )
        ).scalar_one()
    assert counted == 2000
