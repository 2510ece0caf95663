"""Handing traces and ratings over in the formats of other tools."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.report import ExportResult
from evaldesk.domain.trace import Trace
from evaldesk.domain.wording import counted
from evaldesk.services.exporting.report_content import Progress, list_content, silent
from evaldesk.services.exporting.reporting import written
from evaldesk.services.judging.judged import LeftOut, judged, the_question, the_run
from evaldesk.services.labelling.own_ratings import OwnRatings
from evaldesk.services.privacy import leaving
from evaldesk.services.privacy.redacted_report import RedactedItems, redacted_content
from evaldesk.services.privacy.redaction import Redactor

if TYPE_CHECKING:
    from evaldesk.exporters.registry import ListFormat, TraceWriterFormat, ValueFormat
    from evaldesk.storage.project import Project

_BLOCK = 200


@dataclass(frozen=True, slots=True)
class FileExport:
    """What is to be written.

    Attributes:
        format: a name of `evaldesk.exporters.registry`.
        query: which traces, in which order.
        rubric: only answers to this one; empty for all.
        with_ratings: put what people decided here among the annotations of each trace. Whoever
            reads the file then sees it, and is no longer blind.
        criterion: for a format that holds one value a trace: settled answers to this question.
        metric: the same for a score.
        redact: name of the profile that is laid over what leaves; empty for what the project's
            policy says.
    """

    format: str
    query: TraceQuery = field(default_factory=TraceQuery)
    rubric: str = ""
    with_ratings: bool = False
    criterion: str = ""
    metric: str = ""
    redact: str = ""

    @property
    def holds_ratings(self) -> bool:
        """Whether what people answered here is in the file."""
        from evaldesk.exporters import registry

        chosen = registry.by_name(self.format)
        return self.with_ratings or (chosen.kind == "ratings" and not self.metric)


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """A format as a person chooses it.

    Attributes:
        extension: its usual ending, with the dot.
        one_value: whether it holds one value a trace of one run.
        holds_annotations: whether it has room for ratings beside traces.
        holds_ratings: whether ratings are what it holds.
    """

    name: str
    title: str
    description: str
    extension: str
    one_value: bool
    holds_annotations: bool
    holds_ratings: bool


@dataclass(frozen=True, slots=True)
class AskedCriterion:
    """A criterion of a rubric."""

    rubric: str
    criterion: str


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """What of a project can be exported, and how.

    Attributes:
        questions: criteria that can be settled. rated: whether anybody rated. ways: how it may
            leave.
    """

    formats: tuple[ExportChoice, ...]
    traces: int
    runs: tuple[str, ...]
    questions: tuple[AskedCriterion, ...]
    metrics: tuple[str, ...]
    rated: bool
    ways: leaving.Ways


def export_choices(project: "Project") -> ExportChoices:
    """What a person can choose from."""
    from evaldesk.exporters import registry

    formats = tuple(
        ExportChoice(
            name=item.name,
            title=item.title,
            description=item.description,
            extension=item.extensions[0],
            one_value=isinstance(item, registry.ValueFormat),
            holds_annotations=isinstance(item, registry.TraceWriterFormat) and item.annotations,
            holds_ratings=item.kind == "ratings",
        )
        for item in registry.FORMATS
    )
    return ExportChoices(
        formats=formats,
        traces=project.traces.count(),
        runs=tuple(run.name for run in project.runs.list()),
        questions=tuple(
            AskedCriterion(rubric.name, criterion.name)
            for rubric in project.rubrics.list()
            for criterion in rubric.criteria
            if criterion.scale.kind != "text"
        ),
        metrics=tuple(project.traces.metrics()),
        rated=project.ratings.count() > 0,
        ways=leaving.ways(project),
    )


def would_leak(project: "Project", query: TraceQuery) -> leaving.Leaks:
    """What the last scan knows of the traces of a query, with examples."""
    pks = None if query == TraceQuery() else list(project.traces.ids(query))
    return leaving.leaks(project, pks, examples=True)


def export_file(
    project: "Project",
    path: Path,
    export: FileExport,
    *,
    overwrite: bool = False,
    author: str = "",
    progress: Progress = silent,
) -> ExportResult:
    """Write traces or ratings: the whole file or none.

    Args:
        author: who hands it over, for the log.
        progress: whatever it raises ends the export; then no file is left behind and one that
            was there stays as it was.

    Raises:
        NotFoundError: no such format, rubric, run, criterion or metric.
        UsageError: the file exists, or its folder does not; the format cannot hold what is asked.
        NotAllowedError: the project's policy lets no personal data leave.
    """
    from evaldesk.exporters import registry

    chosen = registry.by_name(export.format)
    _check(chosen, export)
    over = leaving.gate(project, f"export.{chosen.name}", export.redact, author)
    notes: tuple[str, ...] = ()
    with written(path, overwrite) as partial:
        if isinstance(chosen, registry.TraceWriterFormat):
            rows = _write_traces(project, partial, chosen, export, over, progress, path.name)
        elif isinstance(chosen, registry.ValueFormat):
            rows, notes = _write_values(project, partial, chosen, export, over, progress, path.name)
        else:
            rows = _write_list(project, partial, chosen, export, over, progress, path.name)
        # The last moment in which a person can say no.
        progress(1.0, path.name)
        pks = None if export.query == TraceQuery() else project.traces.ids(export.query)
        told = {"path": path.name, "format": chosen.name, "rows": rows, "redacted": bool(over)}
        project.audit.record("export.file", told, author)
    return ExportResult(str(path), rows, notes=(*notes, *leaving.said(project, over, pks)))


def _check(chosen: "TraceWriterFormat | ListFormat | ValueFormat", export: FileExport) -> None:
    from evaldesk.exporters import registry

    if export.with_ratings and not (
        isinstance(chosen, registry.TraceWriterFormat) and chosen.annotations
    ):
        able = [
            item.name
            for item in registry.FORMATS
            if isinstance(item, registry.TraceWriterFormat) and item.annotations
        ]
        raise UsageError(
            f"{chosen.title} has no place for ratings beside traces.",
            f"These have: {', '.join(able)}. ratings-csv and ratings-parquet hold ratings alone.",
        )
    if (export.criterion or export.metric) and not isinstance(chosen, registry.ValueFormat):
        raise UsageError(
            f"{chosen.title} holds every criterion and metric.",
            "Leave --criterion and --metric out.",
        )


def _write_traces(
    project: "Project",
    partial: Path,
    chosen: "TraceWriterFormat",
    export: FileExport,
    over: Redactor | None,
    progress: Progress,
    name: str,
) -> int:
    pks = project.traces.ids(export.query)
    ratings = OwnRatings(project, export.rubric) if export.with_ratings else None
    traces = whole_traces(project, pks, ratings)
    return chosen.write(
        traces if over is None else map(over, traces), partial, _counted(progress, len(pks), name)
    )


def _write_list(
    project: "Project",
    partial: Path,
    chosen: "ListFormat",
    export: FileExport,
    over: Redactor | None,
    progress: Progress,
    name: str,
) -> int:
    query = None if export.query == TraceQuery() else export.query
    content = list_content(project, export.rubric, query)
    if over is not None:
        content = redacted_content(project, content, over)
    size = content.ratings.size if chosen.kind == "ratings" else content.traces.size
    return chosen.write(content, partial, _counted(progress, size, name))


def _write_values(
    project: "Project",
    partial: Path,
    chosen: "ValueFormat",
    export: FileExport,
    over: Redactor | None,
    progress: Progress,
    name: str,
) -> tuple[int, tuple[str, ...]]:
    run = the_run(project, export.query)
    question = the_question(project, export.rubric, export.criterion, export.metric)
    pks = project.traces.ids(replace(export.query, run=run))
    left_out = LeftOut()
    values = judged(project, pks, question, left_out)
    if over is not None:
        items = RedactedItems(project, over)
        values = items.items(values, lambda item: project.traces.find(item.trace))
    rows = chosen.write(values, partial, _counted(progress, len(pks), name))
    said = {
        "differing answers and no ruling": left_out.unsettled,
        "a ruling without a value": left_out.undecided,
        "no value": left_out.unrated,
        "answers to an earlier wording only": left_out.reworded,
    }
    return rows, tuple(
        f"{counted(number, '%1 trace is', '%1 traces are')} left out: {reason}."
        for reason, number in said.items()
        if number
    )


def whole_traces(
    project: "Project", pks: Sequence[int], ratings: OwnRatings | None = None
) -> Iterator[Trace]:
    """Traces, one at a time, with what people decided here where that is wanted."""
    if ratings is None:
        yield from project.traces.whole(pks)
        return
    for start in range(0, len(pks), _BLOCK):
        block = pks[start : start + _BLOCK]
        said = ratings.of(block)
        for trace in project.traces.whole(block):
            own = said.get(trace.row.pk)
            yield replace(trace, annotations=(*trace.annotations, *own)) if own else trace


def _counted(progress: Progress, total: int, name: str) -> Callable[[int], None]:
    return lambda done: progress(min(1.0, done / total) if total else 1.0, name)
