"""What the Traces screen does; no widgets here."""

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.domain.errors import EvalDeskError, NotFoundError
from evaldesk.domain.query import BLIND_FIELDS, TraceQuery, names_in
from evaldesk.jobs.runner import Job, JobControl
from evaldesk.services.finding.completion import Suggestion, suggestions
from evaldesk.services.finding.facets import Facet, Vocabulary, facets, named_facets, vocabulary
from evaldesk.services.finding.query import mended, parse
from evaldesk.services.labelling.blinding import tags_for
from evaldesk.services.privacy.sight import sight_of
from evaldesk.ui.screens.traces.narrowing import Narrowing, Ticks
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

T = TypeVar("T")

_FAST_S = 0.005
"""Blocks that come faster than this are read at once: a list that never flickers."""
_LONG = 5_000
"""In a project of more traces the first rows of a list come before the whole of it."""
_MOST_ALIKE = 1_000
_FACETS_PAUSE_MS = 120
"""Facets are counted when nothing else was asked for so long."""
_Facets = dict[str, list[tuple[str, int]]]


class TracesController(QObject):
    """Keeps what is looked for and reads the list.

    Attributes:
        narrowing: what is looked for, and in what order.
        total: traces in the project. scores: names of the metrics.
        complete: whether the list is the whole of it; its first rows come before.
        tags_by: whose tags are shown and picked by; empty for everybody's.
        known: names and values that completion may offer.
        likeness: trace → how much it is like the one that others are likened to.

    Signals:
        narrowed_otherwise(before, after): something else is looked for; comes before the list.
        sized(facets, metrics): what columns need to know: values of run, status and tier without
            counts, and the names of the scores; comes before the list.
        listed(ids): another list; an ``array('q')``. Of a long one the first rows come at once
            and the whole when it was read; see ``complete``.
        rows_read(first, rows), snippets_read(mapping): parts of it.
        facets_read(facets), named_facets_read(facets): what the list can be narrowed by.
        known_read(): ``tags_by`` and ``known`` were read.
        siblings_read(rows): other runs and trials of the scenario that is open.
        filter_failed(message, mended): the filter cannot be used, and as it may be meant; empty
            where it can be, and where nobody knows.
        busy(bool): a list is being read and takes a while.
    """

    narrowed_otherwise = Signal(object, object)
    sized = Signal(object, object)
    listed = Signal(object)
    rows_read = Signal(int, object)
    snippets_read = Signal(object)
    facets_read = Signal(object)
    named_facets_read = Signal(object)
    known_read = Signal()
    siblings_read = Signal(object)
    filter_failed = Signal(str, str)
    busy = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.narrowing = Narrowing()
        self.total = 0
        self.complete = True
        self.scores: tuple[str, ...] = ()
        self.tags_by = workspace.user
        self.known = Vocabulary()
        self.likeness: Mapping[int, float] = {}
        self._slow = False
        self._lists = self._listed = 0
        self._loading: Job | None = None
        self._slow_to_list = self._timer(100, lambda: self.busy.emit(True))
        self._count_facets = self._timer(_FACETS_PAUSE_MS, self.read_facets)

    def _timer(self, milliseconds: int, run: Callable[[], object]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(milliseconds)
        made.timeout.connect(run)
        return made

    @property
    def text(self) -> str:
        """Full-text search."""
        return self.narrowing.text

    @property
    def sort(self) -> str:
        """Key that the list is sorted by."""
        return self.narrowing.order

    @property
    def narrowed(self) -> bool:
        """Whether anything keeps traces out of the list."""
        return self.narrowing.narrows

    @property
    def own_tags_only(self) -> bool:
        """Whether the list is picked by tags of which others' are left out."""
        return bool(self.tags_by) and self._asks_judgements

    @property
    def _asks_judgements(self) -> bool:
        """Whether the list depends on whose tags and notes may be seen."""
        return any(name in BLIND_FIELDS or name == "differs" for name in names_in(self.query.where))

    @property
    def query(self) -> TraceQuery:
        """What is listed."""
        return self.narrowing.query(tags_by=self.tags_by, me=self._workspace.user)

    # what is looked for

    def search(self, text: str) -> None:
        """Look for words."""
        self.become(replace(self.narrowing, text=text))

    def filter(self, text: str) -> bool:
        """Narrow the list by the filter language; False where the text makes no sense, and the
        list stays as it is.
        """
        try:
            parse(text)
        except EvalDeskError as error:
            self.filter_failed.emit(str(error), "")
            return False
        self.filter_failed.emit("", "")
        self.become(replace(self.narrowing, where=text))
        return True

    def choose(self, ticks: Ticks) -> None:
        """Narrow the list by facets."""
        self.become(replace(self.narrowing, ticks=ticks))

    def sort_by(self, key: str) -> None:
        """Sort; a leading ``-`` for descending, empty for what comes by itself."""
        key = "" if key == self.narrowing.own_order else key
        self.become(replace(self.narrowing, sort=key))

    def liken(self, reference: str) -> None:
        """Only traces like one; all where it is empty."""
        self.become(Narrowing(similar=reference))

    def become(self, narrowing: Narrowing) -> None:
        """Look for something else, in one go."""
        before = self.narrowing
        if narrowing != before:
            self.narrowing = narrowing
            self.complete = False
            self.narrowed_otherwise.emit(before, narrowing)
            self.relist()

    def forget(self) -> None:
        """Look for nothing; nobody is told and nothing is read."""
        self.narrowing = Narrowing()
        self.likeness = {}
        self.known = Vocabulary()

    def suggestions(self, text: str) -> list[Suggestion]:
        """What could stand where the filter ends."""
        known = self.known
        return suggestions(
            text, known.scores or self.scores, known.slices, known.annotations, known.values
        )

    # reading

    def load(self) -> None:
        """Read what the project's traces have, and the list."""
        project = self._workspace.project
        self._slow = False
        if project is None:
            self.total, self.scores = 0, ()
            self.sized.emit({}, ())
            self.facets_read.emit(())
            self.named_facets_read.emit(())
            self.listed.emit(array("q"))
            return

        def size() -> tuple[int, list[str], _Facets]:
            values = project.facets.values()
            named = {name: [(value, 0) for value in found] for name, found in values.items()}
            return project.traces.count(), project.traces.metrics(), named

        def done(result: tuple[int, list[str], _Facets]) -> None:
            self.total, metrics, values = result
            self.scores = tuple(metrics)
            self.sized.emit(values, self.scores)
            self.relist()
            self.read_known()

        self._loading = self._workspace.jobs.read(
            interruptible(project, size), done, key="traces-size"
        )

    def read_known(self) -> None:
        """Read whose tags may be seen, and what completion may offer: answers have changed it."""
        project = self._workspace.project
        if project is None:
            return
        if self._loading is not None and not self._loading.finished:
            return  # which reads it when it is done
        person, opened = self._workspace.user, frozenset(self._workspace.unblinded)

        def read() -> tuple[str, Vocabulary]:
            tags_by = tags_for(project, person, opened)
            return tags_by, vocabulary(project, TraceQuery(tags_by=tags_by, me=person))

        def done(result: tuple[str, Vocabulary]) -> None:
            before, (self.tags_by, self.known) = self.tags_by, result
            self.known_read.emit()
            if self.tags_by != before and self._asks_judgements:
                self.relist()
            else:
                self._count_facets.start()

        self._workspace.jobs.read(interruptible(project, read), done, key="traces-known")

    def read_facets(self) -> None:
        """Count what the list can be narrowed by; what was being counted is dropped."""
        project = self._workspace.project
        self._count_facets.stop()
        if project is None:
            return
        ticks = self.narrowing.ticks
        query = self.narrowing.untouched(tags_by=self.tags_by, me=self._workspace.user)

        def nothing(_error: Exception) -> None:
            """What is wrong with the query, the list says."""

        def count_named(found: list[Facet]) -> None:
            self.facets_read.emit(found)
            self._workspace.jobs.read(
                interruptible(project, lambda: named_facets(project, query, ticks)),
                self.named_facets_read.emit,
                nothing,
                key="traces-facets",
            )

        self._workspace.jobs.read(
            interruptible(project, lambda: facets(project, query, ticks)),
            count_named,
            nothing,
            key="traces-facets",
        )

    def another_person(self, person: str) -> None:
        """They may not see the tags that the one before could."""
        self.tags_by = person
        self.read_known()
        if self._asks_judgements:
            self.relist()

    def relist(self) -> None:
        """Read the list; a list that was being read for something older is dropped."""
        project = self._workspace.project
        if project is None:
            return
        query = self.query
        self.complete = False
        self._count_facets.start()
        self._slow_to_list.start()
        self._lists += 1
        this = self._lists

        def settled() -> None:
            self._slow_to_list.stop()
            self.busy.emit(False)

        sight = sight_of(project)

        def begun(ids: "array[int]") -> None:
            if self._listed != this and ids:
                settled()
                self._take(ids, complete=False)

        def whole() -> "tuple[array[int], Mapping[int, float]]":
            like: Mapping[int, float] = {}
            sight.check(query)
            if query.similar:
                like = dict(project.traces.similar(query.similar, _MOST_ALIKE))
            return project.traces.ids(query), like

        def done(found: "tuple[array[int], Mapping[int, float]]") -> None:
            settled()
            self._listed = this
            ids, self.likeness = found
            self._take(ids, complete=True)

        def failed(error: Exception) -> None:
            settled()
            self.complete = True
            if isinstance(error, EvalDeskError):
                self.filter_failed.emit(str(error), self._mended(error))
            else:
                self._workspace.report(error)

        jobs = self._workspace.jobs
        if self.total > _LONG and not sight.profile:
            # What is wrong with the query, the whole list says.
            first = interruptible(project, lambda: project.traces.first(query))
            jobs.read(first, begun, lambda _error: None, key="traces-first")
        jobs.read(
            interruptible(project, whole),
            done,
            failed,
            key="traces-list",
        )

    def _take(self, ids: "array[int]", *, complete: bool) -> None:
        self.complete = complete
        self.filter_failed.emit("", "")
        self.listed.emit(ids)

    def _mended(self, error: EvalDeskError) -> str:
        """The filter as it was probably meant; empty where nobody knows."""
        if not isinstance(error, NotFoundError) or not error.nearest:
            return ""
        where = self.narrowing.where
        better = mended(where, error.name, error.nearest)
        return better if better != where else ""

    def read_block(self, first: int, pks: Sequence[int]) -> None:
        """Read the rows in sight: at once while the store is fast, by a job where it is not."""
        project = self._workspace.project
        if project is None:
            return
        sight = sight_of(project)
        if self._slow or self._workspace.jobs.writing or sight.profile:
            # While something is imported each row that is fetched here waits for its turn; and
            # what is redacted is read whole.
            self._workspace.jobs.read(
                lambda _control: sight.rows(pks),
                lambda rows: self.rows_read.emit(first, rows),
            )
            return
        began = time.perf_counter()
        try:
            rows = project.traces.rows(pks)
        except EvalDeskError as error:
            self._workspace.report(error)
            return
        self._slow = time.perf_counter() - began > _FAST_S * 4
        self.rows_read.emit(first, rows)

    def read_snippets(self, pks: Sequence[int]) -> None:
        """Read where the words were found, for the rows in sight."""
        project, text = self._workspace.project, self.text.strip()
        if project is None or not text or not pks or sight_of(project).profile:
            return
        self._workspace.jobs.read(
            interruptible(project, lambda: project.traces.snippets(pks, text)),
            self.snippets_read.emit,
            key="traces-snippets",
        )

    def read_siblings(self, pk: int) -> None:
        """Read the other runs and trials of a trace's scenario."""
        project = self._workspace.project
        if project is None:
            return
        self._workspace.jobs.read(
            interruptible(project, lambda: project.traces.siblings(pk)),
            self.siblings_read.emit,
            key="traces-siblings",
        )

    def find(self, reference: str, then: Callable[[int], None]) -> None:
        """Find a trace by id or ``run/scenario``."""
        project = self._workspace.project
        if project is not None:
            self._workspace.jobs.read(
                lambda _control: project.traces.find(reference), then, self._workspace.report
            )


def interruptible(project: "Project", read: Callable[[], T]) -> Callable[[JobControl], T]:
    """Work whose queries end when its job is cancelled."""

    def work(control: JobControl) -> T:
        with project.interruptible(control.on_cancel):
            return read()

    return work
