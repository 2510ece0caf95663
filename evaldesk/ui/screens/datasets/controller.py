"""Datasets, the version in sight and what is to become of it. No widgets."""

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.dataset import DatasetVersion, ScenarioQuery, ScenarioRow, Suite
from evaldesk.domain.errors import EvalDeskError, UsageError
from evaldesk.domain.project import Changes, RunInfo
from evaldesk.jobs.runner import Job, JobControl
from evaldesk.services.datasets.draft import VersionDraft
from evaldesk.services.datasets.versions import Progress
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.lineage import ScenarioLineage
    from evaldesk.storage.project import Project

T = TypeVar("T")
_IS_FILTER = re.compile(r"[=<>]|\bin\s*\(|\bcontains\b|\bexists\b")
_SAMPLE = 200
_MOST_SLICES = 4
MOST_EDITED = 5000
"""So many scenarios can be edited at once; the command line has no such bound."""
INPUT_SHOWN = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What is shown of the scenarios that are chosen.

    Attributes:
        rows: all of them, as the version describes them. text: the input of the only one.
        content: the same as data. lineage: of the only one.
    """

    rows: Sequence[ScenarioRow]
    text: str = ""
    content: Any = None
    lineage: "ScenarioLineage | None" = None


class DatasetsController(QObject):
    """Knows the versions, and keeps a draft for each that was touched, until it is saved or
    discarded.

    Attributes:
        versions: of all datasets, oldest first. suites: names of versions.
        version: in sight; None where there is none.
        runs: of the project, for coverage.
        drafts: by row number of their base.

    Signals:
        listed(): versions or suites changed. chosen(): another version is in sight.
        ids_read(ids): the scenarios that the list shows. rows_read(first, rows).
        filter_failed(text): why a filter cannot be used; empty where it can.
        reading_read(reading): what is shown of the scenarios that were chosen.
        draft_changed(): what waits to be saved. saved(made). failed(error).
        worked(kind, fraction, text): how far a search is; 1.0 where it ended.
        found(kind, result): a search ended well.
    """

    listed = Signal()
    chosen = Signal()
    ids_read = Signal(object)
    rows_read = Signal(int, object)
    filter_failed = Signal(str)
    reading_read = Signal(object)
    draft_changed = Signal()
    saved = Signal(object)
    failed = Signal(object)
    worked = Signal(str, float, str)
    found = Signal(str, object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._searches: dict[str, Job] = {}
        workspace.jobs.progressed.connect(self._progressed)
        self._clear()

    def _clear(self) -> None:
        self.loaded = False
        self.versions: Sequence[DatasetVersion] = ()
        self.suites: Sequence[Suite] = ()
        self.runs: Sequence[RunInfo] = ()
        self.version: DatasetVersion | None = None
        self.slices: Sequence[str] = ()
        self.drafts: dict[int, VersionDraft] = {}
        self.filter = ""
        self.sort = "scenario"

    def project_replaced(self) -> None:
        """Another project, or none."""
        for kind in tuple(self._searches):
            self.cancel(kind)
        self._clear()
        self.listed.emit()
        self.chosen.emit()

    # -- what there is

    def load(self, version_pk: int = 0) -> None:
        """Read the versions, then choose one: this one, the one in sight, or the newest."""
        project = self.workspace.project
        if project is None:
            return
        wanted = version_pk or (self.version.pk if self.version is not None else 0)

        def work(
            control: JobControl,
        ) -> tuple[list[DatasetVersion], list[Suite], list[RunInfo]]:
            with project.interruptible(control.on_cancel):
                return (
                    project.datasets.versions(),
                    project.datasets.suites(),
                    project.runs.list(),
                )

        def done(found: tuple[list[DatasetVersion], list[Suite], list[RunInfo]]) -> None:
            self.loaded = True
            self.versions, self.suites, self.runs = found
            by_pk = {version.pk: version for version in self.versions}
            self.drafts = {pk: draft for pk, draft in self.drafts.items() if pk in by_pk}
            newest = self.versions[-1] if self.versions else None
            version = by_pk.get(wanted, newest)
            before = self.version
            self.version = version
            self.listed.emit()
            if version is None or before is None or version.pk != before.pk:
                self._begin()
            else:
                self.relist()

        self.workspace.jobs.read(work, done, key="datasets")

    def by_pk(self, pk: int) -> DatasetVersion | None:
        """A version by its row number."""
        return next((version for version in self.versions if version.pk == pk), None)

    def choose(self, version_pk: int) -> None:
        """Bring a version in sight."""
        version = self.by_pk(version_pk)
        if version is not None and (self.version is None or version.pk != self.version.pk):
            self.version = version
            self._begin()

    def _begin(self) -> None:
        self.filter, self.sort = "", "scenario"
        self.slices = ()
        self.chosen.emit()
        self.relist()

    def narrow(self, text: str) -> None:
        """Show only the scenarios with these words, or that fit this filter."""
        if text.strip() != self.filter.strip():
            self.filter = text
            self.relist()

    def sort_by(self, key: str) -> None:
        """Another order."""
        if key != self.sort:
            self.sort = key
            self.relist()

    def query(self) -> ScenarioQuery:
        """What the list shows.

        Raises:
            UsageError: the filter makes no sense.
        """
        from evaldesk.services.finding.query import parse

        text = self.filter.strip()
        if _IS_FILTER.search(text):
            return ScenarioQuery(where=parse(text), sort=self.sort)
        return ScenarioQuery(words=text, sort=self.sort)

    def relist(self) -> None:
        """Read the list again."""
        project, version = self.workspace.project, self.version
        if project is None or version is None:
            self.ids_read.emit(array("q"))
            return
        try:
            query = self.query()
        except EvalDeskError as error:
            self.filter_failed.emit(str(error))
            return

        def work(control: JobControl) -> "tuple[array[int], list[str]]":
            with project.interruptible(control.on_cancel):
                ids = project.datasets.ids(version.pk, query)
                names: dict[str, None] = {}
                for row in project.datasets.rows(version.pk, list(ids[:_SAMPLE])):
                    names.update(dict.fromkeys(row.description.slices))
                return ids, list(names)[:_MOST_SLICES]

        def done(result: "tuple[array[int], list[str]]") -> None:
            ids, names = result
            self.filter_failed.emit("")
            self.slices = list(dict.fromkeys([*self.slices, *names]))[:_MOST_SLICES]
            self.ids_read.emit(ids)

        def failed(error: Exception) -> None:
            if isinstance(error, EvalDeskError):
                self.filter_failed.emit(str(error))
            else:
                self.workspace.report(error)

        self.workspace.jobs.read(work, done, failed, key="datasets-list")

    def read_block(self, first: int, pks: Sequence[int]) -> None:
        """Read the rows in sight."""
        project, version = self.workspace.project, self.version
        if project is not None and version is not None:
            self.workspace.jobs.read(
                lambda control: project.datasets.rows(version.pk, pks),
                lambda rows: self.rows_read.emit(first, rows),
            )

    def read(self, pks: Sequence[int]) -> None:
        """Read the scenarios that are chosen; of a single one its input and its lineage, too."""
        from evaldesk.services.datasets.lineage import lineage_of_scenario
        from evaldesk.services.datasets.scenario_text import input_text

        project, version = self.workspace.project, self.version
        if project is None or version is None or not pks:
            self.reading_read.emit(Reading(()))
            return
        wanted = list(pks[: MOST_EDITED + 1])

        def work(control: JobControl) -> Reading:
            with project.interruptible(control.on_cancel):
                rows = project.datasets.rows(version.pk, wanted)
                if len(rows) != 1:
                    return Reading(rows)
                content = next((item[2] for item in project.datasets.inputs(wanted)), None)
                lineage = lineage_of_scenario(project, wanted[0])
                return Reading(rows, input_text(content), content, lineage)

        self.workspace.jobs.read(work, self.reading_read.emit, key="datasets-reading")

    def find_trace(self, trace_pk: int, then: Callable[[int, int], None]) -> None:
        """The version that a trace's run stands on, and the scenario that it answers."""
        project = self.workspace.project
        if project is None:
            return

        def work(control: JobControl) -> tuple[int, int]:
            scenario = project.origins.scenario_of(trace_pk)
            run = project.traces.rows([trace_pk])[0].run
            version = project.origins.version_of_run(run)
            held = [item.version_pk for item in project.origins.holding(scenario)]
            return (version if version in held else (held or [0])[-1]), scenario

        self.workspace.jobs.read(work, lambda found: then(*found), self.failed.emit)

    def versions_of_runs(self, runs: Sequence[str]) -> list[DatasetVersion]:
        """The versions that these runs stand on, each once, in the runs' order."""
        found = {}
        for run in runs:
            for version in self.versions:
                if run in version.runs:
                    found[version.pk] = version
        return list(found.values())

    # -- the draft

    @property
    def draft(self) -> VersionDraft | None:
        """Of the version in sight; begun where there was none."""
        if self.version is None:
            return None
        draft = self.drafts.get(self.version.pk)
        return draft if draft is not None else VersionDraft(self.version)

    @property
    def drafted(self) -> set[int]:
        """Versions with changes that wait."""
        return set(self.drafts)

    def change(self, act: Callable[[VersionDraft], None]) -> None:
        """Change what is to be saved."""
        draft = self.draft
        if draft is None:
            return
        act(draft)
        if draft:
            self.drafts[draft.base.pk] = draft
        else:
            self.drafts.pop(draft.base.pk, None)
        self.draft_changed.emit()

    def discard(self) -> None:
        """Forget what was to be saved."""
        if self.version is not None and self.drafts.pop(self.version.pk, None) is not None:
            self.draft_changed.emit()

    def save(self, note: str) -> None:
        """One new version with everything that waits."""
        draft = self.draft
        if draft:
            self._write(lambda project, user: draft.save(project, author=user, note=note))

    # -- making versions

    def keep_only(self, pks: Sequence[int], dataset: str, note: str) -> None:
        """A version with just these of the version in sight, in a dataset of that name."""
        from evaldesk.services.datasets.versions import version_from

        version = self.version
        if version is not None:
            self._write(
                lambda project, user: version_from(
                    project, version, author=user, note=note, dataset=dataset, only=pks
                )
            )

    def from_run(self, run: str, where: str, dataset: str) -> None:
        """A version with the scenarios of a run's traces that fit a filter."""
        from evaldesk.domain.query import TraceQuery
        from evaldesk.services.datasets.versions import version_from_traces
        from evaldesk.services.finding.query import parse

        try:
            query = TraceQuery(where=parse(where), run=run)
        except EvalDeskError as error:
            self.failed.emit(error)
            return
        note = self.tr("From the traces of {run}").format(run=run) if run else ""
        note = f"{note}: {where}" if where.strip() else note
        self._write(
            lambda project, user: version_from_traces(
                project, dataset, query, author=user, note=note
            )
        )

    def merge(self, other: DatasetVersion) -> None:
        """The version in sight with another one; its own words count."""
        from evaldesk.services.datasets.versions import merge

        version = self.version
        if version is not None:
            self._write(lambda project, user: merge(project, version, other, author=user).made)

    def split(self, shares: Mapping[str, float], by: Sequence[str], seed: int) -> None:
        """Part the version in sight at random."""
        from evaldesk.services.datasets.versions import split

        version = self.version
        if version is not None:
            self._write(
                lambda project, user: (
                    split(project, version, shares, by=by, seed=seed, author=user)[0].made
                )
            )

    def freeze(self, name: str) -> None:
        """Give the version in sight a name."""
        version, project = self.version, self.workspace.project
        if version is None or project is None:
            return

        def write() -> None:
            user = self.workspace.user

            def done(suite: Suite) -> None:
                self.workspace.changed(Changes.of("datasets"), "datasets")
                self.workspace.say(
                    self.tr("{name} is {version} from now on").format(
                        name=suite.name, version=suite.version[:8]
                    )
                )

            self.workspace.jobs.write(
                lambda control: project.datasets.freeze(name, version.pk, author=user),
                done,
                self.failed.emit,
            )

        self.workspace.with_user(write)

    def export(self, path: Path) -> None:
        """Write the version in sight as a file of scenarios."""
        from evaldesk.services.datasets.files import export_version

        project, version = self.workspace.project, self.version
        if project is None or version is None:
            return

        def done(result: Any) -> None:
            self.workspace.say(
                self.tr("Wrote {n} scenarios to {name}").format(
                    n=f"{result.rows:,}", name=path.name
                )
            )

        self.workspace.jobs.read(
            lambda control: export_version(
                project, version, path, overwrite=True, progress=_told(control)
            ),
            done,
            self.failed.emit,
            key="datasets-export",
        )

    def keep_distinct(self, group: Any) -> None:
        """Say that scenarios which look alike are different."""
        from evaldesk.services.datasets.duplicates import keep_distinct

        project = self.workspace.project
        if project is None:
            return

        def write() -> None:
            user = self.workspace.user
            self.workspace.jobs.write(
                lambda control: keep_distinct(project, group, author=user),
                lambda _: self.workspace.changed(Changes.of("datasets"), "datasets"),
                self.failed.emit,
            )

        self.workspace.with_user(write)

    def _write(self, work: Callable[["Project", str], Any]) -> None:
        project = self.workspace.project
        if project is None:
            return

        def write() -> None:
            user = self.workspace.user

            def done(made: Any) -> None:
                # What waited is saved, whichever version it makes; a version that was there
                # already is one as well.
                self.drafts.pop(self.version.pk if self.version is not None else 0, None)
                self.draft_changed.emit()
                self.version = made.version
                self._begin()
                self.workspace.changed(Changes.of("datasets", "traces"), "datasets")
                self.load(made.version.pk)
                self.saved.emit(made)

            self.workspace.jobs.write(lambda control: work(project, user), done, self.failed.emit)

        self.workspace.with_user(write)

    # -- searches that take their time

    def search(self, kind: str, work: Callable[["Project", DatasetVersion, Progress], T]) -> None:
        """Begin a search over the version in sight; a newer one of its kind ends it."""
        project, version = self.workspace.project, self.version
        if project is None or version is None:
            self.failed.emit(UsageError(self.tr("There is no version to look through.")))
            return
        self.worked.emit(kind, 0.0, "")

        def run(control: JobControl) -> T:
            with project.interruptible(control.on_cancel):
                return work(project, version, _told(control))

        def done(result: T) -> None:
            self._searches.pop(kind, None)
            self.worked.emit(kind, 1.0, "")
            self.found.emit(kind, result)

        def failed(error: Exception) -> None:
            self._searches.pop(kind, None)
            self.worked.emit(kind, 1.0, "")
            self.failed.emit(error)

        job = self.workspace.jobs.read(run, done, failed, key=f"datasets-{kind}")
        if not job.finished:
            self._searches[kind] = job

    def cancel(self, kind: str) -> None:
        """End a search."""
        job = self._searches.pop(kind, None)
        if job is not None:
            job.cancel()
            self.worked.emit(kind, 1.0, "")

    def _progressed(self, job: Job, done: float, total: float, text: str) -> None:
        for kind, search in self._searches.items():
            if search is job and total:
                self.worked.emit(kind, done / total, text)


def _told(control: JobControl) -> Progress:
    def progress(fraction: float, text: str) -> None:
        control.check()
        control.progress(fraction, 1.0, text)

    return progress
