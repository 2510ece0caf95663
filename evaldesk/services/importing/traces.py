"""Bringing traces in: every file whole, or none of them."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.errors import InputError, RunTakenError, UsageError
from evaldesk.domain.project import ImportedFile, ImportNote, Skipped
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers import archive, registry
from evaldesk.importers.contract import ImportOptions, RunHeader, TraceFormat
from evaldesk.importers.mapping import TraceMapping
from evaldesk.importers.scenario_lines import ScenarioLines
from evaldesk.importers.source import Source
from evaldesk.importers.trials import TrialNumbers

if TYPE_CHECKING:
    from evaldesk.storage.ingest import TraceWriter
    from evaldesk.storage.project import Project

Progress = Callable[[float, str], None]
"""Called with the fraction done, from 0 to 1, and what is being read. Raises to cancel."""


@dataclass(frozen=True, slots=True)
class TraceImport:
    """How files are to be read.

    Attributes:
        format: name of a format; empty to find out.
        run: name of the run; empty for the file's name.
        system: name of the system, where the file does not say it.
        dataset: name of the dataset; empty for the file's own, or the run's name.
        mapping: which column is what; None to guess.
        sheet: of a workbook; empty for the first that has rows.
        skip_bad: leave out records that cannot be read, and list them.
        author: who imports.
    """

    format: str = ""
    run: str = ""
    system: str = ""
    dataset: str = ""
    mapping: TraceMapping | None = None
    sheet: str = ""
    skip_bad: bool = False
    author: str = ""


@dataclass(slots=True)
class _Reading:
    source: Source
    format: str
    runs: dict[str, None] = field(default_factory=dict)
    scenarios: "array[int]" = field(default_factory=lambda: array("q"))
    scores: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[ImportNote] = field(default_factory=list)


_Found = tuple[Source, TraceFormat, TraceImport, list[ImportNote | Skipped]]
"""A file, its format, how it is read, and what is to be said of the archive that it lies in."""


def import_files(
    project: "Project",
    paths: Sequence[Path | str],
    options: TraceImport | None = None,
    progress: Progress = lambda fraction, text: None,
) -> list[ImportedFile]:
    """Import traces, scenarios and scores, every file read in the same way.

    See `import_each`.
    """
    same = options or TraceImport()
    return import_each(project, [(path, same) for path in paths], progress)


def import_each(
    project: "Project",
    files: Sequence[tuple[Path | str, TraceImport]],
    progress: Progress = lambda fraction, text: None,
) -> list[ImportedFile]:
    """Import traces, scenarios and scores, each file read in its own way.

    All files go in within one transaction: where one record of one file cannot be read, nothing
    of any file is written. What the project has already is not written again.

    Args:
        progress: called now and then; whatever it raises ends the import and undoes it.

    Returns:
        What happened, one entry a file; an archive's members are files.

    Raises:
        InputError: names file and record, and what was expected.
        NotFoundError: no such format.
    """
    if not files:
        raise UsageError("No file to import.", "Name at least one.")
    results: list[ImportedFile] = []
    # Detection reads only the beginning of each file: a wrong one is found before work begins.
    readings = [found for path, options in files for found in _found(path, options)]
    names = ", ".join(source.path.name for source, *_ in readings)
    called: set[str] = set()
    together: dict[str, TrialNumbers] = {}
    with project.ingest(names[:200], author=files[0][1].author) as writer:
        for number, (source, chosen, options, before) in enumerate(readings):
            writer.source, writer.place = source.path.name, source.shown
            writer.begin_file(source.path.name, chosen.name, options.author)
            begun = _settled(writer)

            def read(
                options: TraceImport,
                source: Source = source,
                chosen: TraceFormat = chosen,
                number: int = number,
            ) -> _Reading:
                reading = _Reading(source, chosen.name)
                trials = together.setdefault(options.run, TrialNumbers()) if options.run else None
                _read(reading, chosen, writer, options, trials, progress, number, len(readings))
                return reading

            try:
                if source.name in called and not options.run:
                    reading = _read_apart(read, writer, source.name, options)
                else:
                    reading = read(options)
            except InputError as error:
                if error.path:
                    raise
                raise InputError(
                    error.reason, error.hint, path=source.shown, record=error.record
                ) from error
            called.add(source.name)
            reading.notes[:0] = [item for item in before if isinstance(item, ImportNote)]
            reading.skipped[:0] = [item for item in before if isinstance(item, Skipped)]
            differing = writer.counts.differing - begun[3]
            if differing:
                reading.notes.append(
                    ImportNote(
                        "Scores of traces that are there already have other values in this file "
                        f"({differing} of them); those in the project stay."
                    )
                )
            added, already_there = writer.counts.added, writer.counts.already_there
            results.append(
                ImportedFile(
                    path=source.shown,
                    format=chosen.name,
                    sha256=source.sha256(),
                    runs=tuple(reading.runs),
                    traces=writer.counts.traces - begun[0],
                    scenarios=_distinct(reading.scenarios),
                    scores=reading.scores,
                    added=added - begun[1],
                    already_there=already_there - begun[2],
                    skipped=tuple(reading.skipped),
                    notes=tuple(reading.notes),
                )
            )
            writer.end_file(
                sha256=results[-1].sha256,
                added=results[-1].added,
                already_there=results[-1].already_there,
                notes=results[-1].notes,
            )
        writer.finish(files[0][1].author)
        if not any(result.traces or result.scenarios for result in results):
            _nothing_found(results)
    return results


def _found(path: Path | str, options: TraceImport) -> list[_Found]:
    """What a path stands for, one entry a file: an archive's members are files."""
    opened = archive.sources_of(path)
    made: list[_Found] = []
    before: list[ImportNote | Skipped] = [ImportNote(opened.note)] if opened.note else []
    for source in opened.sources:
        try:
            if options.format:
                chosen = registry.by_name(options.format)
                registry.check_kind(source, chosen)
            else:
                chosen = registry.detect(source, options.mapping)
        except InputError as error:
            if not (options.skip_bad and opened.archive):
                raise
            before.append(Skipped(source.shown, f"{error.reason} {error.hint}".strip()))
            continue
        made.append((source, chosen, options, before if not made else []))
    if not made:
        raise InputError(
            "No file in the archive has a format that is known.",
            "Check that it is the archive you meant.",
            path=opened.archive,
        )
    return made


def _read_apart(
    read: Callable[[TraceImport], _Reading],
    writer: "TraceWriter",
    name: str,
    options: TraceImport,
) -> _Reading:
    """Read a file that is called as another one of the same import: the same traces again, or a
    run of its own. (Across imports such a run is refused: a script that compares by name would
    go on comparing the old one.)
    """
    number = 1
    while True:
        try:
            with writer.attempt():
                reading = read(options)
        except RunTakenError:
            number += 1
            options = replace(options, run=f"{name} ({number})")
            continue
        if number > 1:
            said = f"Another file of this import is called the same; this run is “{options.run}”."
            reading.notes.append(ImportNote(said))
        return reading


def _settled(writer: "TraceWriter") -> tuple[int, int, int, int]:
    """Traces, added, already there and scores that differ so far, with nothing waiting."""
    writer.flush()
    counts = writer.counts
    return counts.traces, counts.added, counts.already_there, counts.differing


def _read(
    reading: _Reading,
    chosen: TraceFormat,
    writer: "TraceWriter",
    options: TraceImport,
    trials: TrialNumbers | None,
    progress: Progress,
    number: int,
    files: int,
) -> None:
    source = reading.source
    default_run = options.run or source.name
    header = RunHeader()
    how = ImportOptions(options.mapping, options.skip_bad, options.sheet, trials)
    reader = chosen.read(source, how)
    for count, item in enumerate(reader):
        if count % 200 == 0:
            progress((number + source.position()) / files, source.path.name)
        if isinstance(item, TraceRecord):
            run = _run_name(options, item.run or header.run, header.part, default_run)
            _begin(reading, writer, run, header, options)
            system = item.system or header.system or options.system
            if system != item.system:
                item = replace(item, system=system)
            reading.scenarios.append(_fingerprint(item.scenario))
            reading.scores += len(item.scores)
            writer.add(item, run)
        elif isinstance(item, Scenario) and chosen.name == ScenarioLines.name:
            reading.scenarios.append(_fingerprint(item))
            held_by = options.dataset or header.dataset or source.name
            writer.member(item, held_by, f"record {count}")
        elif isinstance(item, Scenario):
            run = _run_name(options, header.run, header.part, default_run)
            _begin(reading, writer, run, header, options)
            reading.scenarios.append(_fingerprint(item))
            writer.scenario(item, run)
        elif isinstance(item, RunHeader):
            header = item
        elif isinstance(item, Skipped):
            reading.skipped.append(item)
        else:
            reading.notes.append(item)
    writer.flush()


def _run_name(options: TraceImport, said: str, part: str, default: str) -> str:
    name = options.run or said or default
    return f"{name} · {part}" if part else name


def _begin(
    reading: _Reading, writer: "TraceWriter", run: str, header: RunHeader, options: TraceImport
) -> None:
    if run in reading.runs:
        return
    reading.runs[run] = None
    details = dict(header.metadata)
    if header.created_at:
        details["created_at"] = header.created_at
    writer.run(
        run,
        system=header.system or options.system,
        dataset=options.dataset or header.dataset or run,
        details=details,
    )


def _fingerprint(scenario: Scenario) -> int:
    # Only to count: distinct inputs under one key are distinct scenarios.
    content = scenario.input
    return hash((scenario.key, content if isinstance(content, str) else repr(content)))


def _distinct(fingerprints: "array[int]") -> int:
    # A set of a million numbers is 100 MB, this is 8.
    import numpy as np

    return len(np.unique(np.frombuffer(fingerprints, dtype=np.int64)))


def _nothing_found(results: Sequence[ImportedFile]) -> None:
    if any(result.notes or result.skipped or result.runs for result in results):
        return
    raise InputError(
        "The file holds no traces.",
        "Check that it is the file you meant.",
        path=results[0].path,
    )
