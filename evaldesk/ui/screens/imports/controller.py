"""Looks into files, keeps what the person says of each, and brings them in."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import Cancelled, EvalDeskError, InputError
from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import Rubric
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.jobs.runner import Job, JobControl
from evaldesk.ui.screens.imports.models import FileEntry, FilesModel, Outcome
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.project import ImportedFile, ImportedRatings
    from evaldesk.importers.source import Source
    from evaldesk.services.importing.preview import Kind, Look
    from evaldesk.storage.project import Project

_LEVELS_LIMIT = 11


class ImportController(QObject):
    """The files of the import screen.

    Attributes:
        files: the list.
        rubrics: those of the project. saved: kind → name → mapping, as the project keeps them.
        running: the import under way, or None.

    Signals:
        looked(entry): what is known of a file has changed.
        lists_read(): rubrics and saved mappings were read.
        progressed(fraction, text), ended(Outcome): of an import.
    """

    looked = Signal(object)
    lists_read = Signal()
    progressed = Signal(float, str)
    started = Signal()
    ended = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.files = FilesModel(self)
        self.rubrics: Sequence[Rubric] = ()
        self.saved: dict[str, dict[str, dict[str, object]]] = {"traces": {}, "ratings": {}}
        self.running: Job | None = None
        self._has_traces = True
        workspace.jobs.progressed.connect(self._progressed)

    # -- the list

    def add(self, paths: Sequence[Path]) -> FileEntry | None:
        """Put files on the list, each once, and look into them; the first of them."""
        first: FileEntry | None = None
        known = {entry.path: entry for entry in self.files.entries}
        for path in paths:
            entry = known.get(path)
            if entry is None:
                entry = FileEntry(path)
                self.files.add(entry)
                known[path] = entry
                self.look(entry)
            if entry not in self.files.entries:  # an archive, whose files took its place
                entry = next((one for one in self.files.entries if path in one.path.parents), None)
            first = first or entry
        return first

    def remove(self, entry: FileEntry) -> None:
        """Take one off."""
        if entry in self.files.entries:
            self.files.remove(self.files.entries.index(entry))

    def clear(self) -> None:
        """Begin anew."""
        self.files.clear()

    def project_replaced(self) -> None:
        """Forget what belonged to the project before."""
        self.running = None
        self.clear()
        self.rubrics = ()
        self.saved = {"traces": {}, "ratings": {}}

    @property
    def can_run(self) -> bool:
        """Whether every file on the list is ready."""
        entries = self.files.entries
        return (
            self.running is None
            and self._workspace.project is not None
            and bool(entries)
            and all(entry.ready for entry in entries)
        )

    # -- what is in a file

    def look(self, entry: FileEntry) -> None:
        """Read its beginning as the choices say; a newer look takes the place of an older."""
        choices = entry.choices
        entry.looking, entry.error = True, None
        self.files.touch(entry)

        def work(control: JobControl) -> "Look | list[Path]":
            from evaldesk.services.importing import preview as import_preview

            if members := _members(entry.path):
                return members
            return import_preview.look(
                _source(entry),
                choices.kind,
                choices.format,
                choices.mapping,
                choices.sheet,
                control.check,
            )

        def done(look: "Look | list[Path]") -> None:
            if isinstance(look, list):
                self._unfold(entry, look)
                return
            entry.look, entry.looking = look, False
            if look.kind == "ratings" and not entry.choices.rubric:
                self._suggest(entry, look)
            self._tell(entry)

        def failed(error: Exception) -> None:
            entry.looking = False
            entry.look = None
            if isinstance(error, EvalDeskError):
                entry.error = error
            else:
                entry.error = InputError(self.tr("It could not be read."), path=str(entry.path))
                self._workspace.report(error)
            self._tell(entry)

        self._workspace.jobs.read(work, done, failed, key=f"import.look.{id(entry)}")
        self.looked.emit(entry)

    def _unfold(self, entry: FileEntry, members: Sequence[Path]) -> None:
        """Put the files of an archive on the list in the archive's place."""
        if entry not in self.files.entries:
            return
        self.remove(entry)
        first = self.add(members)
        if first is not None:
            self.looked.emit(first)

    def say(self, entry: FileEntry, **changes: object) -> None:
        """Another choice; what touches how the file is read has it looked into again."""
        entry.choose(**changes)
        if changes.keys() & {"kind", "format", "mapping", "sheet"}:
            self.look(entry)
            return
        if entry.look is not None:
            entry.error = None  # what its import failed for may be mended by this
        self._tell(entry)

    def read_as(self, entry: FileEntry, kind: "Kind") -> None:
        """Read it as traces or as ratings, from the beginning of what is known of it."""
        if kind != entry.kind:
            self.say(entry, kind=kind, format="", mapping=None)

    def read_with(self, entry: FileEntry, format: str) -> None:
        """Another format; what was said of columns may not fit it."""
        self.say(entry, kind=entry.kind, format=format, mapping=None)

    def alike(self, entry: FileEntry) -> list[FileEntry]:
        """The other files with the same columns."""
        if entry.look is None or not entry.look.mapped:
            return []
        names = {column.name for column in entry.look.columns}
        return [
            other
            for other in self.files.entries
            if other is not entry
            and other.look is not None
            and other.look.mapped
            and {column.name for column in other.look.columns} == names
        ]

    def spread(self, entry: FileEntry) -> int:
        """Read the other files with the same columns in the same way; how many there are."""
        others = self.alike(entry)
        look = entry.look
        for other in others:
            if look is not None:
                self.say(
                    other,
                    kind=look.kind,
                    format=look.format,
                    mapping=look.mapping,
                    skip_bad=entry.choices.skip_bad,
                )
        return len(others)

    def _tell(self, entry: FileEntry) -> None:
        self.files.touch(entry)
        self.looked.emit(entry)

    def _suggest(self, entry: FileEntry, look: "Look") -> None:
        """The rubric that asks what the file answers; else a new one at a likely level."""
        fitting = next(
            (
                rubric
                for rubric in self.rubrics
                if look.criteria
                and all(
                    name.startswith("#") or rubric.criterion(name) is not None
                    for name in look.criteria
                )
            ),
            None,
        )
        if fitting is not None:
            entry.choose(rubric=fitting.name)
            return
        answers = [value for values in look.values.values() for value in values]
        level = "nominal"
        if answers and all(_is_number(value) for value in answers):
            level = "ordinal" if len(set(answers)) <= _LEVELS_LIMIT else "interval"
        entry.choose(rubric=look.default_run, level=level, create_units=not self._has_traces)

    # -- rubrics and saved mappings

    def read_lists(self) -> None:
        """Read what the project offers."""
        project = self._workspace.project
        if project is None:
            return

        def work(
            _: JobControl,
        ) -> tuple[list[Rubric], dict[str, dict[str, dict[str, object]]], bool]:
            saved = {kind: project.mappings(kind) for kind in ("traces", "ratings")}
            return project.rubrics.list(), saved, bool(project.info().traces)

        def done(
            read: tuple[list[Rubric], dict[str, dict[str, dict[str, object]]], bool],
        ) -> None:
            self.rubrics, self.saved, self._has_traces = read
            self.lists_read.emit()

        self._workspace.jobs.read(work, done, key="import.lists")

    def use_mapping(self, entry: FileEntry, name: str) -> None:
        """Read a file by a saved mapping."""
        kind = entry.kind
        content = self.saved[kind].get(name)
        if content is None:
            return
        try:
            if kind == "traces":
                self.say(entry, kind=kind, mapping=TraceMapping.from_json(content))
            else:
                mapping = RatingMapping.from_json(content)
                shape = "ratings-wide" if mapping.wide else "ratings-long"
                self.say(entry, kind=kind, format=shape, mapping=mapping)
        except InputError as error:
            self._workspace.report(error)

    def save_mapping(self, entry: FileEntry, name: str) -> None:
        """Keep the mapping of a file under a name, for the next one of its kind."""
        project, look = self._workspace.project, entry.look
        if project is None or look is None or look.mapping is None:
            return
        other = "ratings" if look.kind == "traces" else "traces"
        if name in self.saved[other]:
            self._workspace.report(
                InputError(
                    self.tr("“%1” is the name of saved columns of another kind.").replace(
                        "%1", name
                    ),
                    self.tr("Choose another name."),
                )
            )
            return
        content = cast(dict[str, object], look.mapping.to_json())

        def done(_: None) -> None:
            self._workspace.changed(Changes.of("settings"), "import")
            self._workspace.say(self.tr("Kept the columns as “%1”").replace("%1", name))
            self.read_lists()

        kind = look.kind
        self._workspace.jobs.write(lambda _: project.save_mapping(name, kind, content), done)

    # -- importing

    def run(self) -> None:
        """Bring every file in."""
        project = self._workspace.project
        if project is None or not self.can_run:
            return
        self._workspace.with_user(lambda: self._run(project))

    def cancel(self) -> None:
        """Stop the import; nothing of what is under way is kept."""
        if self.running is not None:
            self.running.cancel()

    def _run(self, project: "Project") -> None:
        entries, user = list(self.files.entries), self._workspace.user

        def done(outcome: Outcome) -> None:
            self.running = None
            if outcome.wrote:
                self._workspace.changed(_changes(outcome), "import")
            for entry in entries:
                if outcome.failed == entry.path and isinstance(outcome.error, EvalDeskError):
                    entry.error = outcome.error
                    self._tell(entry)
            self.ended.emit(outcome)

        def failed(error: Exception) -> None:
            done(Outcome(error=error))

        self.running = self._workspace.jobs.write(
            lambda control: _bring_in(project, entries, user, control),
            done,
            failed,
            title=self.tr("Import"),
        )
        if self.running.finished:  # a runner that runs at once
            self.running = None
        else:
            self.started.emit()

    def _progressed(self, job: Job, done: float, total: float, text: str) -> None:
        if job is self.running:
            self.progressed.emit(done / total if total else 0.0, text)


def _bring_in(
    project: "Project", entries: Sequence[FileEntry], author: str, control: JobControl
) -> Outcome:
    """All files of traces at once, then the ratings file by file: they may speak of those traces.

    What came in before something failed is told, not undone: ratings are their own transaction.
    """
    from evaldesk.services.importing.ratings import RatingImport, import_ratings
    from evaldesk.services.importing.traces import TraceImport, import_each

    traces = [entry for entry in entries if entry.kind == "traces"]
    ratings = [entry for entry in entries if entry.kind == "ratings"]
    parts = len(ratings) + bool(traces)
    finished = 0

    def progress(fraction: float, text: str) -> None:
        control.check()
        control.progress(min(finished + fraction, parts), parts, text)

    imported: list[ImportedFile] = []
    rated: list[tuple[str, str, ImportedRatings]] = []
    at: Path | None = None
    try:
        if traces:
            imported = import_each(
                project,
                [
                    (
                        entry.path,
                        TraceImport(
                            format=_format(entry),
                            run=entry.choices.run,
                            system=entry.choices.system,
                            dataset=entry.choices.dataset,
                            mapping=_trace_mapping(entry),
                            sheet=entry.choices.sheet,
                            skip_bad=entry.choices.skip_bad,
                            author=author,
                        ),
                    )
                    for entry in traces
                ],
                progress,
            )
            finished += 1
        for entry in ratings:
            at = entry.path
            choices = entry.choices
            mapping = entry.look.mapping if entry.look is not None else None
            made = import_ratings(
                project,
                entry.path,
                RatingImport(
                    rubric=choices.rubric,
                    mapping=mapping if isinstance(mapping, RatingMapping) else None,
                    sheet=choices.sheet,
                    create_units=choices.create_units,
                    create_rubric=choices.level,
                    categories=choices.categories,
                    skip_bad=choices.skip_bad,
                    author=author,
                ),
                progress,
            )
            rated.append((str(entry.path), choices.rubric, made))
            finished += 1
    except (EvalDeskError, Cancelled) as error:
        if isinstance(error, InputError) and error.path:
            at = Path(error.path)
        return Outcome(tuple(imported), tuple(rated), error, at)
    return Outcome(tuple(imported), tuple(rated))


def _format(entry: FileEntry) -> str:
    return entry.look.format if entry.look is not None else entry.choices.format


def _trace_mapping(entry: FileEntry) -> TraceMapping | None:
    """What is shown is what is read; EvalDesk's own traces are read without any."""
    look = entry.look
    if look is None or not look.mapped:
        return None
    return look.mapping if isinstance(look.mapping, TraceMapping) else None


def _changes(outcome: Outcome) -> Changes:
    changes = Changes.of()
    if outcome.traces:
        changes = Changes.of("traces")
    if outcome.ratings:
        # Items may have been made for what was rated, and criteria for what was asked.
        changes = Changes.of("traces", "ratings", "rubrics", "people")
    return changes


def _source(entry: FileEntry) -> "Source":
    """The file as it lies there now; what was found out about it is kept while it stays so."""
    from evaldesk.importers.archive import source_at

    source = source_at(entry.path)
    stat = source.on_disk.stat()
    stamp = (stat.st_mtime_ns, stat.st_size)
    if entry.source is not None and entry.stamp == stamp:
        return entry.source
    entry.source, entry.stamp, entry.size = source, stamp, source.size
    return source


def _members(path: Path) -> list[Path]:
    """The files in an archive, as paths below its own; none where it is no archive of files."""
    from evaldesk.importers.archive import sources_of

    opened = sources_of(path)
    return [Path(source.shown) for source in opened.sources] if opened.archive else []


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
