"""Jobs: results arrive on the main thread, stale ones never, writes in order, errors loudly."""

import threading
import time

import pytest

from evaldesk.domain.errors import Cancelled
from evaldesk.jobs.runner import InlineJobRunner, Job, JobControl, JobRunner


@pytest.fixture
def runner(qtbot):
    made = JobRunner()
    yield made
    made.shutdown()


def test_results_arrive_on_the_main_thread(qtbot, runner):
    seen = []

    def work(_control):
        return threading.current_thread()

    runner.read(work, lambda thread: seen.append((thread, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, receiver = seen[0]
    assert receiver is threading.main_thread()
    assert worker is not receiver


def test_a_newer_read_drops_the_older_result(qtbot, runner):
    gate = threading.Event()
    seen = []

    def slow(_control):
        gate.wait(10)
        return "older"

    older = runner.read(slow, seen.append, key="list")
    runner.read(lambda _: "newer", seen.append, key="list")
    qtbot.waitUntil(lambda: seen == ["newer"])
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert older.cancelled
    assert seen == ["newer"]


def test_a_result_that_is_on_its_way_is_dropped_too(qtbot, runner):
    done = threading.Event()
    seen = []

    def work(_control):
        done.set()
        return "older"

    runner.read(work, seen.append, key="list")
    assert done.wait(10)
    # The older result lies in the queue of the main thread, which has not run since.
    runner.read(lambda _: "newer", seen.append, key="list")
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == ["newer"]


def test_reads_with_other_keys_leave_each_other_alone(qtbot, runner):
    seen = []
    for key in ("a", "b", ""):
        runner.read(lambda _, key=key: key, seen.append, key=key)
    qtbot.waitUntil(lambda: len(seen) == 3)
    assert sorted(seen) == ["", "a", "b"]


def test_cancel_reaches_the_work_and_interrupts(qtbot, runner):
    interrupted = threading.Event()
    began = threading.Event()
    ended = []

    def work(control: JobControl):
        control.on_cancel(interrupted.set)
        began.set()
        while True:
            control.check()
            time.sleep(0.001)

    failures = []
    job = runner.read(work, ended.append, failures.append)
    assert began.wait(10)
    job.cancel()
    qtbot.waitUntil(lambda: not runner.busy)
    assert interrupted.is_set()
    assert ended == []
    assert failures == []


def test_writes_run_one_after_the_other_in_order(qtbot, runner):
    order = []
    inside = []

    def work(number):
        def run(_control):
            inside.append(number)
            assert len(inside) == 1
            time.sleep(0.002)
            order.append(number)
            inside.clear()
            return number

        return run

    seen = []
    for number in range(20):
        runner.write(work(number), seen.append)
    qtbot.waitUntil(lambda: len(seen) == 20)
    assert order == seen == list(range(20))


def test_a_write_that_was_done_before_the_cancel_is_told(qtbot, runner):
    ready, go = threading.Event(), threading.Event()

    def work(_control):
        ready.set()
        go.wait(10)
        return "kept"

    seen = []
    job = runner.write(work, seen.append)
    assert ready.wait(10)
    job.cancel()
    go.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == ["kept"]


def test_a_cancelled_write_says_so(qtbot, runner):
    began = threading.Event()

    def work(control: JobControl):
        began.set()
        while True:
            control.check()
            time.sleep(0.001)

    failures = []
    job = runner.write(work, None, failures.append, title="Import")
    assert began.wait(10)
    job.cancel()
    qtbot.waitUntil(lambda: bool(failures))
    assert isinstance(failures[0], Cancelled)


def test_errors_go_to_failed_or_to_the_reporter(qtbot, runner):
    reported, failures = [], []
    runner.faulted.connect(reported.append)

    def work(_control):
        raise ValueError("broken")

    runner.read(work, lambda _: None, failures.append)
    runner.write(work)
    qtbot.waitUntil(lambda: bool(failures) and bool(reported))
    assert isinstance(failures[0], ValueError)
    assert isinstance(reported[0], ValueError)


def test_progress_is_throttled_and_its_end_is_told(qtbot, runner):
    told = []
    runner.progressed.connect(lambda _job, done, total, _text: told.append((done, total)))

    def work(control: JobControl):
        for step in range(1, 5001):
            control.progress(step, 5000)

    finished = []
    runner.write(work, finished.append)
    qtbot.waitUntil(lambda: bool(finished))
    assert told[0] == (1, 5000)
    assert told[-1] == (5000, 5000)
    assert len(told) < 500


def test_signals_tell_of_a_job_from_its_start_to_its_end(qtbot, runner):
    log = []
    runner.started.connect(lambda job: log.append(("started", job)))
    runner.finished.connect(lambda job: log.append(("finished", job)))
    job = runner.read(lambda _: 1, lambda _: log.append(("done", None)))
    qtbot.waitUntil(lambda: len(log) == 3)
    assert log == [("started", job), ("done", None), ("finished", job)]


def test_closing_finishes_what_was_decided_and_cancels_the_rest(qtbot):
    runner = JobRunner()
    kept, failures = [], []
    began = threading.Event()

    def import_forever(control: JobControl):
        began.set()
        while True:
            control.check()
            time.sleep(0.001)

    runner.write(import_forever, None, failures.append, title="Import")
    for number in range(5):
        runner.write(lambda _, number=number: kept.append(number))
    assert began.wait(10)
    runner.shutdown()
    assert kept == [0, 1, 2, 3, 4]
    assert isinstance(failures[0], Cancelled)


def test_whoever_closes_can_wait_for_the_reads(qtbot, runner):
    began, ended = threading.Event(), []

    def work(control: JobControl):
        began.set()
        while not control.cancelled:
            time.sleep(0.001)
        time.sleep(0.05)  # what it reads is still in use after the cancel
        ended.append("read")

    runner.read(work, lambda _: None)
    assert began.wait(10)
    reads_ended = runner.cancel_reads()

    def close(_control):
        reads_ended()
        ended.append("close")

    runner.write(close)
    qtbot.waitUntil(lambda: len(ended) == 2)
    assert ended == ["read", "close"]


def test_after_closing_reads_are_ignored_and_writes_are_loud(qtbot):
    runner = JobRunner()
    runner.shutdown()
    job = runner.read(lambda _: 1, lambda _: pytest.fail("delivered"))
    assert job.cancelled
    with pytest.raises(RuntimeError):
        runner.write(lambda _: 1)


def test_inline_runs_at_once(qtbot):
    runner = InlineJobRunner()
    seen, failures, reported = [], [], []
    runner.faulted.connect(reported.append)
    job = runner.read(lambda _: 7, seen.append, key="x")
    assert isinstance(job, Job)
    assert seen == [7]

    def broken(_control):
        raise KeyError

    runner.write(broken, None, failures.append)
    runner.write(broken)
    assert len(failures) == len(reported) == 1
    assert not runner.busy
    runner.shutdown()
