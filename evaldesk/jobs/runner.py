"""Run work beside the window and bring its result back to the thread that draws.

Readers share a pool, so that a slow query does not hold up the next one. There is one writer,
because the store takes one at a time and because what a person decides is kept in order.
"""

import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Any, Literal, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from evaldesk.domain.errors import Cancelled

T = TypeVar("T")

READERS = 3
PROGRESS_INTERVAL_S = 0.1
_GIVE_WAY_S = 0.001


class JobControl:
    """What the work itself sees of its job. Every method may be called from the worker's thread."""

    def __init__(self, report: Callable[[float, float, str], None] | None = None) -> None:
        self._stop = threading.Event()
        self._report = report
        self._reported_at = float("-inf")
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the job should stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raises Cancelled once the job should stop; call it between records."""
        if self._stop.is_set():
            raise Cancelled

    def progress(self, done: float, total: float, text: str = "") -> None:
        """Tell how far the work is; at most ten times a second come through, and the last one.

        Args:
            done: in any unit. total: in the same unit; 0 where it is unknown.
            text: what is being done, such as the name of a file.
        """
        now = time.monotonic()
        last = total > 0 and done >= total
        if self._report is None or (not last and now - self._reported_at < PROGRESS_INTERVAL_S):
            return
        self._reported_at = now
        self._report(done, total, text)

    def on_cancel(self, interrupt: Callable[[], object]) -> None:
        """Call this as well when the job is cancelled, such as a connection's ``interrupt``."""
        with self._lock:
            self._interrupts.append(interrupt)
        if self.cancelled:
            interrupt()

    def stop(self) -> None:
        """Ask the work to stop."""
        with self._lock:
            if self._stop.is_set():
                return
            self._stop.set()
            interrupts = list(self._interrupts)
        for interrupt in interrupts:
            interrupt()


class Job:
    """One piece of work that was handed over.

    Attributes:
        kind: ``read`` or ``write``.
        title: what a person reads beside its progress; empty for quick work.
        key: a newer read with the same key makes this one stale.
    """

    def __init__(self, kind: Literal["read", "write"], *, title: str = "", key: str = "") -> None:
        self.kind = kind
        self.title = title
        self.key = key
        self.control = JobControl()
        self.finished = False
        self.future: Future[None] | None = None

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self.control.cancelled

    def cancel(self) -> None:
        """Ask it to stop. A read's result is dropped; a write that has not committed undoes."""
        self.control.stop()


class JobRunner(QObject):
    """Hands work to threads and delivers on the main thread.

    Signals:
        started(job), progressed(job, done, total, text), finished(job): for a status bar; all on
            the main thread. ``finished`` comes after the result was delivered, and for a
            cancelled job as well.
        faulted(error): a job failed and nobody said what to do about it.
    """

    started = Signal(object)
    progressed = Signal(object, float, float, str)
    finished = Signal(object)
    faulted = Signal(object)
    _arrived = Signal()

    def __init__(self, parent: QObject | None = None, *, readers: int = READERS) -> None:
        super().__init__(parent)
        # A thread that works gives way to the one that draws after a millisecond instead of five.
        sys.setswitchinterval(_GIVE_WAY_S)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="evaldesk-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="evaldesk-write")
        self._latest: dict[str, Job] = {}
        self._jobs: set[Job] = set()
        self._arrivals: deque[Callable[[], None]] = deque()
        self._closed = False
        # Results travel through a deque and the signal only wakes the main thread, so that no
        # Python object crosses the threads inside a Qt event that may outlive its receiver.
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether any job has not been delivered yet."""
        return bool(self._jobs)

    @property
    def writing(self) -> bool:
        """Whether long work is written, such as an import."""
        return any(job.kind == "write" and job.title for job in self._jobs)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that have not been delivered yet."""
        return tuple(self._jobs)

    def read(
        self,
        work: Callable[[JobControl], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
        title: str = "",
    ) -> Job:
        """Read something beside the window.

        Args:
            work: runs on a reader's thread; must not touch widgets.
            done: gets the result on the main thread, unless the job was cancelled meanwhile.
            failed: gets the error on the main thread; without it the error reporter does.
            key: a newer read with the same key cancels this one and its result is dropped.
            title: for long work, such as an export: it is shown with its progress.
        """
        job = Job("read", title=title, key=key)
        if key:
            older = self._latest.get(key)
            if older is not None:
                older.cancel()
            self._latest[key] = job
        self._start(self._readers, job, work, done, failed)
        return job

    def write(
        self,
        work: Callable[[JobControl], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[Exception], None] | None = None,
        *,
        title: str = "",
    ) -> Job:
        """Write something, after every write that was handed over before.

        Args:
            work: runs on the writer's thread.
            done: gets the result on the main thread, also where a cancel came too late.
            failed: gets the error on the main thread (`Cancelled` where it was stopped); without
                it the error reporter does.
            title: for long work that can be begun again, such as an import: it is shown with its
                progress, and closing the window cancels it. Work without a title is finished
                before the window closes.
        """
        job = Job("write", title=title)
        self._start(self._writer, job, work, done, failed)
        return job

    def cancel_reads(self) -> Callable[[], None]:
        """Drop every read under way, as when the project they read is closed.

        Returns:
            Waits until the last of them has really ended; to be called in the job that closes
            what they read, never on the main thread.
        """
        running: list[Future[None]] = []
        for job in tuple(self._jobs):
            if job.kind == "read":
                job.cancel()
                if job.future is not None:
                    running.append(job.future)
        self._latest.clear()

        def until_ended() -> None:
            wait(running)

        return until_ended

    def finish_writes(self) -> None:
        """Carry out everything that a person decided and deliver it, before a window closes; what
        can be begun again (a write with a title) is cancelled. Blocks.
        """
        while True:
            writes = [job for job in self._jobs if job.kind == "write"]
            if not writes:
                return
            for job in writes:
                if job.title:
                    job.cancel()
            wait([job.future for job in writes if job.future is not None])
            self._deliver()

    @property
    def is_shut(self) -> bool:
        """Whether nothing is started any more: the window is about to go."""
        return self._closed

    def shutdown(self) -> None:
        """Cancel what reads and what can be begun again, finish what a person decided."""
        if self._closed:
            return
        self._closed = True
        for job in tuple(self._jobs):
            if job.kind == "read" or job.title:
                job.cancel()
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._deliver()
        self._jobs.clear()

    def _start(
        self,
        pool: ThreadPoolExecutor,
        job: Job,
        work: Callable[[JobControl], T],
        done: Callable[[T], None] | None,
        failed: Callable[[Exception], None] | None,
    ) -> None:
        if self._closed:
            if job.kind == "write":
                raise RuntimeError("The job runner was shut down; nothing more is written.")
            job.cancel()
            job.finished = True
            return
        job.control = JobControl(
            lambda now, total, text: self._post(lambda: self._progress(job, now, total, text))
        )
        self._jobs.add(job)

        def run() -> None:
            try:
                job.control.check()
                result = work(job.control)
            except BaseException as error:  # everything must come back to the main thread
                # Bound and not named here: a frame that names an error whose traceback names the
                # frame would keep what the work had read, until a collector comes by.
                self._post(partial(self._fail, job, error, failed))
            else:
                self._post(lambda: self._succeed(job, result, done))

        self.started.emit(job)
        job.future = pool.submit(run)

    def _post(self, arrival: Callable[[], None]) -> None:
        self._arrivals.append(arrival)
        try:
            self._arrived.emit()
        except RuntimeError:  # the window is gone; nobody waits for this
            self._arrivals.clear()

    @Slot()
    def _deliver(self) -> None:
        while self._arrivals:
            self._arrivals.popleft()()

    def _progress(self, job: Job, done: float, total: float, text: str) -> None:
        if not job.finished and not job.cancelled:
            self.progressed.emit(job, done, total, text)

    def _succeed(self, job: Job, result: T, done: Callable[[T], None] | None) -> None:
        stale = job.kind == "read" and job.cancelled
        self._settle(job)
        try:
            if done is not None and not stale:
                done(result)
        finally:
            self.finished.emit(job)

    def _fail(
        self, job: Job, error: BaseException, failed: Callable[[Exception], None] | None
    ) -> None:
        stopped = job.cancelled or isinstance(error, Cancelled)
        self._settle(job)
        try:
            if stopped and job.kind == "read":
                return
            if stopped and not isinstance(error, Cancelled):
                # A cancel reaches the store as an error of its own; the person asked for it.
                error = Cancelled()
            if isinstance(error, Exception) and failed is not None:
                failed(error)
            elif not stopped:
                self.faulted.emit(error)
        finally:
            if stopped:
                _let_go(error)
            self.finished.emit(job)

    def _settle(self, job: Job) -> None:
        job.finished = True
        self._jobs.discard(job)
        if job.key and self._latest.get(job.key) is job:
            del self._latest[job.key]


def _let_go(error: BaseException) -> None:
    """Empty the frames that a dropped error came through: they name one another, and the statement
    that was interrupted in them keeps what it had sorted until they are gone.
    """
    met: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is not None and id(one) not in met:
            met.add(id(one))
            traceback.clear_frames(one.__traceback__)
            waiting += [one.__cause__, one.__context__]


class InlineJobRunner(JobRunner):
    """Runs everything at once on the thread that asks. For tests."""

    def _start(
        self,
        pool: ThreadPoolExecutor,
        job: Job,
        work: Callable[[JobControl], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[Exception], None] | None,
    ) -> None:
        job.control = JobControl(lambda now, total, text: self._progress(job, now, total, text))
        self._jobs.add(job)
        self.started.emit(job)
        try:
            result = work(job.control)
        except Exception as error:
            self._fail(job, error, failed)
        else:
            self._succeed(job, result, done)
