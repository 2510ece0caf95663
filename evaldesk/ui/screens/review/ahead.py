"""The next items, read before they are asked for, so that they paint at once."""

from PySide6.QtCore import QObject, QTimer

from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import Job
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review import ReviewQueue
from evaldesk.ui.screens.review.scope import read_item
from evaldesk.ui.workspace import Workspace


class ReadAhead:
    """Holds the items around the one in hand. What was read for one queue is none of another's."""

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        self._workspace = workspace
        # After the paint of what is in hand: while others compute, the paint waits for Python.
        self._soon = QTimer(parent)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._read)
        self._near: tuple[int, ...] = ()
        self._queue: ReviewQueue | None = None
        self._ready: dict[int, tuple[Trace, Sheet]] = {}
        self._jobs: dict[int, Job] = {}

    def clear(self) -> None:
        """Believe nothing of it any more, what is still being read included."""
        self._queue = None
        self._ready = {}
        self._jobs = {}
        self._soon.stop()

    def drop(self, pk: int) -> None:
        """It is not any more as it was read."""
        self._ready.pop(pk, None)

    def take(self, queue: ReviewQueue, pk: int) -> tuple[Trace, Sheet] | None:
        """An item if it is there, which it then no longer is."""
        return self._ready.pop(pk, None) if queue is self._queue else None

    def around(self, queue: ReviewQueue, view: ReviewQueue, pk: int | None) -> None:
        """What may be wanted next is read soon: the next open item, and the neighbours."""
        if queue is not self._queue:
            self.clear()
            self._queue = queue
        places = (view.next_pending(pk), view.neighbour(pk, 1), view.neighbour(pk, -1))
        self._near = tuple({one for one in places if one is not None and one != pk})
        self._ready = {one: found for one, found in self._ready.items() if one in self._near}
        self._soon.start()

    def _read(self) -> None:
        project, queue, jobs = self._workspace.project, self._queue, self._jobs
        if project is None or queue is None:
            return

        def read(one: int) -> None:
            def done(found: tuple[Trace, Sheet]) -> None:
                if self._jobs is jobs and jobs.pop(one, None) is not None:
                    self._ready[one] = found

            def failed(_: Exception) -> None:
                # It will be asked for again when the person comes to it, and reported then.
                jobs.pop(one, None)

            jobs[one] = self._workspace.jobs.read(
                lambda control: read_item(project, queue, one), done, failed
            )

        for one in self._near:
            if one not in self._ready and one not in jobs:
                read(one)
