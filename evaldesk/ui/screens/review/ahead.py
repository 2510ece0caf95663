"""The next items, read before they are asked for, so that they paint at once."""

from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import Job
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review import ReviewQueue
from evaldesk.ui.screens.review.scope import read_item
from evaldesk.ui.workspace import Workspace


class ReadAhead:
    """Holds the items around the one in hand. What was read for one queue is none of another's."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._queue: ReviewQueue | None = None
        self._ready: dict[int, tuple[Trace, Sheet]] = {}
        self._jobs: dict[int, Job] = {}

    def clear(self) -> None:
        """Believe nothing of it any more, what is still being read included."""
        self._queue = None
        self._ready = {}
        self._jobs = {}

    def drop(self, pk: int) -> None:
        """It is not any more as it was read."""
        self._ready.pop(pk, None)

    def take(self, queue: ReviewQueue, pk: int) -> tuple[Trace, Sheet] | None:
        """An item if it is there, which it then no longer is."""
        return self._ready.pop(pk, None) if queue is self._queue else None

    def around(self, queue: ReviewQueue, view: ReviewQueue, pk: int | None) -> None:
        """Read what may be wanted next: the next open item, and the neighbours."""
        project = self._workspace.project
        if project is None:
            return
        if queue is not self._queue:
            self.clear()
            self._queue = queue
        places = (view.next_pending(pk), view.neighbour(pk, 1), view.neighbour(pk, -1))
        near = {one for one in places if one is not None and one != pk}
        self._ready = {one: found for one, found in self._ready.items() if one in near}
        ready, jobs = self._ready, self._jobs

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

        for one in near:
            if one not in ready and one not in jobs:
                read(one)
