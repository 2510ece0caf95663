"""Gathering what a report says, from everything that a project holds."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import evaldesk
from evaldesk.domain.comparison import Comparison
from evaldesk.domain.identifiers import now
from evaldesk.domain.project import RunInfo
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rating import Ruling
from evaldesk.domain.report import (
    Outcome,
    ReportContent,
    ReportedAnswer,
    ReportedComparison,
    ReportedDisagreement,
    ReportedHighlight,
    ReportedPair,
    ReportedRuling,
    ReportedTrace,
    ReportNote,
    RubricReport,
    RunReport,
    Stream,
    TracePlace,
)
from evaldesk.domain.rubric import Criterion, Rubric
from evaldesk.services.comparing.comparison import compare
from evaldesk.services.comparing.scores import run_scores
from evaldesk.services.judging.adjudication import disagreements
from evaldesk.services.judging.agreement import DEFAULT_SEED, agreement
from evaldesk.storage import listings

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Progress = Callable[[float, str], None]
"""Called with the fraction done, from 0 to 1, and what is being done. Raises to cancel."""

_BLOCK = 500


def silent(fraction: float, text: str) -> None:
    """No progress."""


def workbook_content(
    project: "Project",
    *,
    author: str = "",
    rubric: str = "",
    comparisons: Sequence[tuple[str, str, str]] = (),
    compared: Sequence[Comparison] = (),
    by: Sequence[str] = (),
    resamples: int = 2000,
    seed: int = DEFAULT_SEED,
    progress: Progress = silent,
) -> ReportContent:
    """Gather everything that a workbook of this project says.

    Args:
        author: who asks for it.
        rubric: only this one; empty for all.
        comparisons: (run A, run B, metric) each.
        compared: comparisons that were made already, by whatever rules.
        by: slices (or ``tier``) to compare and agree within; empty for tier and the slices that
            have at most twelve values.
        resamples: of the bootstrap for agreement.
        seed: of every bootstrap; recorded.

    Raises:
        NotFoundError: no such rubric, run or metric.
    """
    rubrics = [project.rubrics.get(rubric)] if rubric else list(project.rubrics.list())
    steps = max(1, len(rubrics) + len(comparisons) + 1)
    progress(0.0, "Scores")
    versions = listings.dataset_versions(project.database)
    version_of = {run: version.id for version in versions for run in version.runs}
    runs = [
        RunReport(
            _with_system(project, run), version_of.get(run.name, ""), run_scores(project, run)
        )
        for run in project.runs.list()
    ]
    within = list(by) or _groups(project)
    reports = []
    for number, item in enumerate(rubrics, 1):
        progress(number / steps, f"Agreement on {item.name}")
        reports.append(_rubric_report(project, item, resamples, seed))
    reported = [_reported_comparison(project, found) for found in compared]
    for number, (run_a, run_b, metric) in enumerate(comparisons, len(rubrics) + 1):
        progress(number / steps, f"{run_a} and {run_b}")
        found = compare(project, run_a, run_b, metric, by=within, seed=seed)
        reported.append(_reported_comparison(project, found))
    info = project.info()
    metrics = list(dict.fromkeys(metric for run in runs for metric in run.run.metrics))
    binary = {
        metric
        for metric in metrics
        if all(
            score.binary
            for run in runs
            for score in run.metrics
            if score.metric == metric and score.traces
        )
    }
    return ReportContent(
        project=project.name,
        created_at=now(),
        program=f"EvalDesk {evaldesk.__version__}",
        author=author,
        settings={
            "Confidence level": "95 %",
            "Seed of the bootstraps": str(seed),
            "Resamples for agreement": f"{resamples:,}",
            "Format of the project": str(info.schema_version),
        },
        scenarios=info.scenarios,
        datasets=versions,
        runs=runs,
        metrics=metrics,
        binary=frozenset(binary),
        slices=listings.slice_names(project.database),
        raters=project.people.raters(),
        rubrics=reports,
        comparisons=reported,
        notes=_notes(runs, reports, reported, project),
        traces=Stream(info.traces, lambda: _traces(project)),
        ratings=Stream(
            sum(
                number
                for name, number in listings.answer_counts(project.database).items()
                if not rubric or name == rubric
            ),
            lambda: _answers(project, rubrics),
        ),
        highlights=_highlights(project, rubric),
    )


def list_content(
    project: "Project", rubric: str = "", query: TraceQuery | None = None
) -> ReportContent:
    """Only what lists of traces and ratings need.

    Args:
        rubric: only answers to this one; empty for all.
        query: only these traces and answers about them; None for all.
    """
    rubrics = [project.rubrics.get(rubric)] if rubric else list(project.rubrics.list())
    counts = listings.answer_counts(project.database)
    chosen = None if query is None else project.traces.ids(query)
    return ReportContent(
        project=project.name,
        created_at=now(),
        program=f"EvalDesk {evaldesk.__version__}",
        metrics=project.traces.metrics(),
        slices=listings.slice_names(project.database),
        traces=Stream(
            project.traces.count() if chosen is None else len(chosen),
            lambda: _traces(project, chosen),
        ),
        ratings=Stream(
            sum(counts.get(item.name, 0) for item in rubrics),
            lambda: _answers(project, rubrics, None if chosen is None else frozenset(chosen)),
        ),
        highlights=_highlights(project, rubric, None if chosen is None else frozenset(chosen)),
    )


def _with_system(project: "Project", run: RunInfo) -> RunInfo:
    """A run whose system only its traces name gets theirs."""
    if run.system:
        return run
    found = listings.systems(project.database, run.name)
    shown = ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
    return replace(run, system=shown)


def _groups(project: "Project") -> list[str]:
    groups: list[str] = []
    for name, values in project.traces.facets().items():
        if name == "tier":
            groups.insert(0, "tier")
        elif name.startswith("slice.") and 2 <= len(values) <= 12:
            groups.append(name.removeprefix("slice."))
    return groups


def _traces(project: "Project", chosen: Sequence[int] | None = None) -> Iterator[ReportedTrace]:
    pks = project.traces.ids(TraceQuery()) if chosen is None else chosen
    for start in range(0, len(pks), _BLOCK):
        block = pks[start : start + _BLOCK]
        texts = listings.final_answers(project.database, block)
        for row in project.traces.rows(block):
            yield ReportedTrace(row, texts.get(row.pk, ""))


def _places(project: "Project", pks: Sequence[int]) -> dict[int, TracePlace]:
    return {
        row.pk: TracePlace(row.id, row.run, row.scenario, row.title)
        for row in project.traces.rows(pks)
    }


def _answers(
    project: "Project", rubrics: Sequence[Rubric], chosen: Collection[int] | None = None
) -> Iterator[ReportedAnswer]:
    for rubric in rubrics:
        versions = {item.version: item for item, _, _ in project.rubrics.versions(rubric.name)}
        block: list[listings.ListedAnswer] = []
        for listed in listings.answers(project.database, rubric.name):
            if chosen is not None and listed.answer.trace_pk not in chosen:
                continue
            block.append(listed)
            if len(block) == _BLOCK:
                yield from _placed(project, rubric, versions, block)
                block = []
        yield from _placed(project, rubric, versions, block)


def _highlights(
    project: "Project", rubric: str, chosen: Collection[int] | None = None
) -> Stream[ReportedHighlight]:
    """Those of a rubric and those with a label of somebody's own; all where none is named."""
    found = [
        one
        for one in project.highlights.everything()
        if (not rubric or one.rubric in ("", rubric)) and (chosen is None or one.trace_pk in chosen)
    ]

    def rows() -> Iterator[ReportedHighlight]:
        for start in range(0, len(found), _BLOCK):
            block = found[start : start + _BLOCK]
            places = _places(project, list(dict.fromkeys(one.trace_pk for one in block)))
            for one in block:
                yield ReportedHighlight(one, places[one.trace_pk])

    return Stream(len(found), rows)


def _placed(
    project: "Project",
    rubric: Rubric,
    versions: Mapping[int, Rubric],
    block: Sequence[listings.ListedAnswer],
) -> Iterator[ReportedAnswer]:
    places = _places(project, list(dict.fromkeys(item.answer.trace_pk for item in block)))
    for item in block:
        answered = versions.get(item.version, rubric)
        criterion = answered.criterion(item.answer.field) or rubric.criterion(item.answer.field)
        yield ReportedAnswer(
            place=places[item.answer.trace_pk],
            rubric=rubric.name,
            version=item.version,
            answer=item.answer,
            label=_label(criterion, item.answer.value),
            submitted=item.submitted,
        )


def _label(criterion: Criterion | None, value: Any) -> str:
    """What the chosen point says, where that is more than its value."""
    if criterion is None or value is None or isinstance(value, list | tuple):
        return ""
    for point in criterion.scale.points:
        if point.value == value:
            return "" if point.text == str(value) else point.text
    return ""


def _rubric_report(project: "Project", rubric: Rubric, resamples: int, seed: int) -> RubricReport:
    differing = disagreements(project, rubric.name)
    rulings = project.rulings.everything(rubric.name)
    superseded = {ruling.supersedes for ruling in rulings}
    pks = dict.fromkeys(
        [item.trace_pk for item in differing] + [ruling.trace_pk for ruling in rulings]
    )
    places = _places(project, list(pks))

    def reported(ruling: Ruling) -> ReportedRuling:
        criterion = rubric.criterion(ruling.criterion)
        return ReportedRuling(
            place=places[ruling.trace_pk],
            rubric=rubric.name,
            ruling=ruling,
            label=_label(criterion, ruling.value),
            standing=ruling.id not in superseded,
        )

    history = [reported(ruling) for ruling in rulings]
    standing = {
        (item.ruling.trace_pk, item.ruling.criterion): item for item in history if item.standing
    }
    results = agreement(project, rubric.name, resamples=resamples, seed=seed)
    return RubricReport(
        rubric=rubric,
        hash=rubric.hash,
        raters=project.people.raters(rubric.name),
        ratings=sum(item.ratings for item in results),
        agreement=results,
        disagreements=[
            ReportedDisagreement(
                place=places[item.trace_pk],
                rubric=rubric.name,
                disagreement=item,
                labels={
                    rater: _label(rubric.criterion(item.criterion), value)
                    for rater, value in item.answers.items()
                },
                ruling=standing.get((item.trace_pk, item.criterion)),
            )
            for item in differing
        ],
        rulings=history,
    )


def _reported_comparison(project: "Project", found: Comparison) -> ReportedComparison:
    def rows() -> Iterator[ReportedPair]:
        worse = {id(pair) for pair in found.regressions}
        ordered = [*found.regressions]
        ordered += sorted(
            (pair for pair in found.pairs if id(pair) not in worse),
            key=lambda pair: pair.difference == 0,
        )
        for start in range(0, len(ordered), _BLOCK):
            block = ordered[start : start + _BLOCK]
            ids = {
                row.pk: row.id
                for row in project.traces.rows(
                    [pk for pair in block for pk in (pair.a_pk, pair.b_pk)]
                )
            }
            for pair in block:
                outcome: Outcome = "worse"
                if id(pair) not in worse:
                    outcome = "tie" if pair.difference == 0 else "better"
                if found.direction == "none" and outcome != "tie":
                    outcome = "differs"
                yield ReportedPair(pair, outcome, ids.get(pair.a_pk, ""), ids.get(pair.b_pk, ""))

    return ReportedComparison(found, Stream(len(found.pairs), rows))


def _notes(
    runs: Sequence[RunReport],
    rubrics: Sequence[RubricReport],
    comparisons: Sequence[ReportedComparison],
    project: "Project",
) -> list[ReportNote]:
    notes = []
    for item in runs:
        if item.run.errors:
            notes.append(
                ReportNote(
                    item.run.name,
                    f"{item.run.errors:,} of {item.run.traces:,} traces ended in an "
                    "infrastructure error. Their scores mean nothing and are left out of every "
                    "rate and mean; they are neither passes nor failures.",
                )
            )
        for score in item.metrics:
            if score.missing:
                notes.append(
                    ReportNote(
                        item.run.name,
                        f"{score.missing:,} traces have no value of {score.metric}; they are left "
                        "out of its figures.",
                    )
                )
            if score.traces > score.scenarios and score is item.metrics[0]:
                notes.append(
                    ReportNote(
                        item.run.name,
                        f"{score.traces:,} traces are repeated trials of {score.scenarios:,} "
                        "scenarios. Trials of one scenario are not independent, so they are "
                        "averaged first and n counts scenarios.",
                    )
                )
    for report in rubrics:
        for result in report.agreement:
            if result.alpha.value is None:
                notes.append(
                    ReportNote(
                        f"{report.rubric.name}: {result.criterion}",
                        f"Alpha: {result.alpha.undefined_reason}",
                    )
                )
        if report.open:
            notes.append(
                ReportNote(
                    report.rubric.name,
                    f"{report.open:,} of {len(report.disagreements):,} disagreements have no "
                    "ruling yet; a value after adjudication does not exist for them.",
                )
            )
        if report.rubric.version > 1:
            notes.append(
                ReportNote(
                    report.rubric.name,
                    f"The rubric is at version {report.rubric.version}; the sheet Ratings says "
                    "for each answer which version was answered.",
                )
            )
    for number, compared in enumerate(comparisons, 1):
        # As the sheet is called, so that the reader finds it.
        about = "Comparison" if number == 1 else f"Comparison {number}"
        notes += [ReportNote(about, text) for text in compared.comparison.notes]
    for imported in project.imports():
        for record, message in imported["notes"]:  # type: ignore[attr-defined]
            place = f"{imported['name']}, {record}" if record else str(imported["name"])
            notes.append(ReportNote(place, message))
    return list(dict.fromkeys(notes))
