"""What the Traces screen does; no widgets here."""

import time
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.query import BLIND_FIELDS, Comparison, Every, Filter, TraceQuery, names_in
from evaldesk.domain.trace import TraceRow
from evaldesk.exporters.listing import as_tsv, write_csv
from evaldesk.jobs.runner import Job, JobControl
from evaldesk.services.blinding import tags_for
from evaldesk.services.completion import complete
from evaldesk.services.query import parse
from evaldesk.ui.screens.traces.columns import Column
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

T = TypeVar("T")

_FAST_S = 0.005
"""Blocks that come faster than this are read at once: a list that never flickers."""
_ROWS_AT_ONCE = 2000
_LONG = 5_000
"""In a project of more traces the first rows of a list come before the whole of it."""
_Facets = dict[str, list[tuple[str, int]]]


class TracesController(QObject):
    """Keeps what is looked for and reads the list.

    Attributes:
        text: full-text search. where: filter as typed. chosen: facet → values. sort: key.
        similar: only traces like this one; empty for all.
        total: traces in the project. scores: names of the metrics.
        complete: whether the list is the whole of it; its first rows come before.
        tags_by: whose tags are shown and picked by; empty for everybody's.

    Signals:
        sized(facets, metrics): what columns need to know: values of run, status and tier without
            counts, and the names of the scores; comes before the list.
        listed(ids): another list; an ``array('q')``. Of a long one the first rows come at once
            and the whole when it was read; see ``complete``.
        rows_read(first, rows), snippets_read(mapping): parts of it.
        facets_read(mapping, metrics): what the project's traces have.
        siblings_read(rows): other runs and trials of the scenario that is open.
        filter_failed(message): the filter cannot be used; empty where it can.
        busy(bool): a list is being read and takes a while.
    """

    sized = Signal(object, object)
    listed = Signal(object)
    rows_read = Signal(int, object)
    snippets_read = Signal(object)
    facets_read = Signal(object, object)
    siblings_read = Signal(object)
    filter_failed = Signal(str)
    busy = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.text = ""
        self.where = ""
        self.chosen: Mapping[str, Sequence[str]] = {}
        self.sort = "imported"
        self.similar = ""
        self.total = 0
        self.complete = True
        self.scores: tuple[str, ...] = ()
        self.tags_by = workspace.user
        self._slices: tuple[str, ...] = ()
        self._filter: Filter | None = None
        self._slow = False
        self._lists = self._listed = 0
        self._loading: Job | None = None
        self._slow_to_list = QTimer(self)
        self._slow_to_list.setSingleShot(True)
        self._slow_to_list.setInterval(100)
        self._slow_to_list.timeout.connect(lambda: self.busy.emit(True))

    @property
    def narrowed(self) -> bool:
        """Whether anything keeps traces out of the list."""
        return bool(self.text.strip() or self.where.strip() or self.chosen or self.similar)

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
        parts: list[Filter] = [self._filter] if self._filter is not None else []
        parts.extend(
            Comparison(name, "in", tuple(values)) for name, values in self.chosen.items() if values
        )
        where = None if not parts else parts[0] if len(parts) == 1 else Every(tuple(parts))
        return TraceQuery(
            text=self.text.strip(" "),
            where=where,
            sort=self.sort,
            tags_by=self.tags_by,
            similar=self.similar,
            me=self._workspace.user,
        )

    # what is looked for

    def search(self, text: str) -> None:
        """Look for words."""
        if text != self.text:
            self.text = text
            self.relist()

    def filter(self, text: str) -> bool:
        """Narrow the list by the filter language; False where the text makes no sense."""
        self.where = text
        try:
            self._filter = parse(text)
        except EvalDeskError as error:
            self.filter_failed.emit(str(error))
            return False
        self.filter_failed.emit("")
        self.relist()
        return True

    def choose(self, chosen: Mapping[str, Sequence[str]]) -> None:
        """Narrow the list by facets."""
        self.chosen = chosen
        self.relist()

    def sort_by(self, key: str) -> None:
        """Sort; a leading ``-`` for descending."""
        if key != self.sort:
            self.sort = key
            self.relist()

    def completions(self, text: str) -> list[str]:
        """Names that could stand where the filter ends."""
        return complete(text, self.scores, self._slices)

    # reading

    def load(self) -> None:
        """Read what the project's traces have, and the list."""
        project = self._workspace.project
        self._slow = False
        if project is None:
            self.total, self.scores, self._slices = 0, (), ()
            self.facets_read.emit({}, ())
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
            self.load_facets()

        self._loading = self._workspace.jobs.read(
            _interruptible(project, size), done, key="traces-size"
        )

    def load_facets(self) -> None:
        """Only the facets: answers have changed the tags."""
        project = self._workspace.project
        if project is None:
            return
        if self._loading is not None and not self._loading.finished:
            return  # which reads them when it is done
        person, opened = self._workspace.user, frozenset(self._workspace.unblinded)

        def read() -> tuple[str, _Facets]:
            tags_by = tags_for(project, person, opened)
            return tags_by, project.traces.facets(tags_by)

        def done(result: tuple[str, _Facets]) -> None:
            before, (self.tags_by, facets) = self.tags_by, result
            self._slices = tuple(
                name.removeprefix("slice.") for name in facets if name.startswith("slice.")
            )
            self.facets_read.emit(facets, self.scores)
            if self.tags_by != before and self._asks_judgements:
                self.relist()

        self._workspace.jobs.read(_interruptible(project, read), done, key="traces-facets")

    def another_person(self, person: str) -> None:
        """They may not see the tags that the one before could."""
        self.tags_by = person
        self.load_facets()
        if self._asks_judgements:
            self.relist()

    def relist(self) -> None:
        """Read the list; a list that was being read for something older is dropped."""
        project = self._workspace.project
        if project is None:
            return
        query = self.query
        self._slow_to_list.start()
        self._lists += 1
        this = self._lists

        def settled() -> None:
            self._slow_to_list.stop()
            self.busy.emit(False)

        def begun(ids: "array[int]") -> None:
            if self._listed != this and ids:
                settled()
                self._take(ids, complete=False)

        def done(ids: "array[int]") -> None:
            settled()
            self._listed = this
            self._take(ids, complete=True)

        def failed(error: Exception) -> None:
            settled()
            if isinstance(error, EvalDeskError):
                self.filter_failed.emit(str(error))
            else:
                self._workspace.report(error)

        jobs = self._workspace.jobs
        if self.total > _LONG:
            # What is wrong with the query, the whole list says.
            first = _interruptible(project, lambda: project.traces.first(query))
            jobs.read(first, begun, lambda _error: None, key="traces-first")
        jobs.read(
            _interruptible(project, lambda: project.traces.ids(query)),
            done,
            failed,
            key="traces-list",
        )

    def _take(self, ids: "array[int]", *, complete: bool) -> None:
        self.complete = complete
        if self.where.strip() and self._filter is not None:
            self.filter_failed.emit("")
        self.listed.emit(ids)

    def read_block(self, first: int, pks: Sequence[int]) -> None:
        """Read the rows in sight: at once while the store is fast, by a job where it is not."""
        project = self._workspace.project
        if project is None:
            return
        if self._slow or self._workspace.jobs.writing:
            # While something is imported each row that is fetched here waits for its turn.
            self._workspace.jobs.read(
                lambda _control: project.traces.rows(pks),
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
        if project is None or not text or not pks:
            return
        self._workspace.jobs.read(
            _interruptible(project, lambda: project.traces.snippets(pks, text)),
            self.snippets_read.emit,
            key="traces-snippets",
        )

    def read_siblings(self, pk: int) -> None:
        """Read the other runs and trials of a trace's scenario."""
        project = self._workspace.project
        if project is None:
            return
        self._workspace.jobs.read(
            _interruptible(project, lambda: project.traces.siblings(pk)),
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

    # handing out

    def copy(
        self, pks: Sequence[int], columns: Sequence[Column], then: Callable[[str], None]
    ) -> None:
        """Make tab-separated text of traces."""
        project = self._workspace.project
        if project is None:
            return

        def work(control: JobControl) -> str:
            rows = _cells(project, pks, columns, control)
            return as_tsv([column.title for column in columns], rows)

        self._workspace.jobs.read(work, then, key="traces-copy")

    def export(self, path: Path, pks: Sequence[int], columns: Sequence[Column]) -> None:
        """Write traces into a CSV file that no spreadsheet takes for formulas."""
        project = self._workspace.project
        if project is None:
            return

        def work(control: JobControl) -> int:
            rows = _cells(project, pks, columns, control)
            return write_csv(path, [column.key for column in columns], rows)

        def done(count: int) -> None:
            self._workspace.say(
                self.tr("{count} traces saved in {name}").format(count=f"{count:,}", name=path.name)
            )

        self._workspace.jobs.read(work, done, key="traces-export")


def _interruptible(project: "Project", read: Callable[[], T]) -> Callable[[JobControl], T]:
    """Work whose queries end when its job is cancelled."""

    def work(control: JobControl) -> T:
        with project.interruptible(control.on_cancel):
            return read()

    return work


def _cells(
    project: "Project", pks: Sequence[int], columns: Sequence[Column], control: JobControl
) -> "list[list[str | float | int | None]]":
    cells: list[list[str | float | int | None]] = []
    for start in range(0, len(pks), _ROWS_AT_ONCE):
        control.check()
        rows: list[TraceRow] = project.traces.rows(list(pks[start : start + _ROWS_AT_ONCE]))
        cells.extend([column.value(row) for column in columns] for row in rows)
    return cells
