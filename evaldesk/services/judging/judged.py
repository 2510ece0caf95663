"""One value a trace of a run: what its raters settled on, or what a program computed."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.judged import JudgedTrace, ValueSource
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rating import Ruling
from evaldesk.domain.rubric import CannotJudge, Criterion, Rubric
from evaldesk.domain.trace import Score, TraceRow
from evaldesk.services.rubrics.present_wording import PresentWording
from evaldesk.storage import listings

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_BLOCK = 500


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of every trace: a criterion of a rubric, or a metric.

    Attributes:
        rubric: None where it is a metric.
    """

    name: str
    rubric: Rubric | None = None


@dataclass(slots=True)
class LeftOut:
    """Why traces have no value. Who cannot judge gave none.

    Attributes:
        unsettled: their raters differ, and nobody ruled. undecided: a ruling says that no value
            fits or that the rubric does not settle it. unrated: nobody answered, or the program
            gave no value. reworded: they were rated or ruled on by another wording only.
    """

    unsettled: int = 0
    undecided: int = 0
    unrated: int = 0
    reworded: int = 0


def the_run(project: "Project", query: TraceQuery) -> str:
    """The one run that is meant.

    Raises:
        UsageError: none is named and the project has several; lists them.
    """
    runs = [run.name for run in project.runs.list()]
    if query.run:
        if query.run not in runs:
            raise NotFoundError.among("run", query.run, runs)
        return query.run
    if len(runs) == 1:
        return runs[0]
    shown = ", ".join(runs[:12]) + (" …" if len(runs) > 12 else "")
    raise UsageError("The format holds one run.", f"Name it with --run: {shown}.")


def the_question(project: "Project", rubric: str, criterion: str, metric: str) -> Question:
    """The one question that is meant.

    Raises:
        NotFoundError: no such rubric, criterion or metric.
        UsageError: both are named, or neither and there are several.
    """
    metrics = project.traces.metrics()
    if metric:
        if criterion:
            raise UsageError("A criterion or a metric, not both.")
        if metric not in metrics:
            raise NotFoundError.among("metric", metric, metrics)
        return Question(metric)
    rubrics = [project.rubrics.get(rubric)] if rubric else list(project.rubrics.list())
    asked = [
        Question(item.name, one)
        for one in rubrics
        for item in one.criteria
        if item.scale.kind != "text"
    ]
    found = [item for item in asked if not criterion or item.name == criterion]
    if criterion and not found:
        raise NotFoundError.among("criterion", criterion, [item.name for item in asked])
    if len(found) == 1:
        return found[0]
    if not found and not rubric and len(metrics) == 1:
        return Question(metrics[0])
    if criterion:
        names = ", ".join(item.rubric.name for item in found if item.rubric)
        raise UsageError(f"Several rubrics ask “{criterion}”.", f"Name one with --rubric: {names}.")
    names = ", ".join(item.name for item in asked) or "none"
    raise UsageError(
        "The format holds one value a trace.",
        f"Name a criterion with --criterion ({names}) or a metric with --metric "
        f"({', '.join(metrics) or 'none'}).",
    )


def judged(
    project: "Project", pks: Sequence[int], question: Question, left_out: LeftOut
) -> Iterator[JudgedTrace]:
    """The traces that have a value, in the order given; the others are counted.

    Raises:
        UsageError: two traces of the run have the same scenario key and trial.
    """
    seen: set[tuple[str, int]] = set()
    rulings = _rulings(project, question)
    versions: Collection[int] = ()
    if question.rubric is not None:
        versions = PresentWording(project, question.rubric).versions(question.name)
    for start in range(0, len(pks), _BLOCK):
        block = pks[start : start + _BLOCK]
        answers = _answers(project, question, block)
        scores = project.traces.scores(block, question.name) if question.rubric is None else {}
        for row in project.traces.rows(block):
            if question.rubric is None:
                found = _scored(row, question.name, scores.get(row.pk))
                left_out.unrated += found is None
            else:
                given = answers.get(row.pk, [])
                before = left_out.unrated
                found = _rated(
                    row,
                    question.rubric,
                    question.name,
                    [one for one in given if one.version in versions],
                    rulings.get((row.pk, question.name)),
                    left_out,
                )
                if given and left_out.unrated > before:
                    left_out.unrated -= 1
                    left_out.reworded += 1
            if found is None:
                continue
            if (found.scenario, found.trial) in seen:
                raise UsageError(
                    f"Two traces of the run “{found.run}” have the scenario “{found.scenario}” "
                    f"and trial {found.trial}.",
                    "The format tells traces apart by these two; choose fewer with --where.",
                )
            seen.add((found.scenario, found.trial))
            yield found


def _rulings(project: "Project", question: Question) -> Mapping[tuple[int, str], Ruling]:
    if question.rubric is None:
        return {}
    return PresentWording(project, question.rubric).rulings(question.name)


def _answers(
    project: "Project", question: Question, pks: Sequence[int]
) -> dict[int, list[listings.ListedAnswer]]:
    if question.rubric is None:
        return {}
    found = listings.answers(project.database, question.rubric.name, pks)
    mine = (
        one
        for one in found
        if one.submitted
        and one.answer.field == question.name
        and not isinstance(one.answer.value, CannotJudge)
    )
    return {pk: list(some) for pk, some in groupby(mine, key=lambda one: one.answer.trace_pk)}


def _scored(row: TraceRow, metric: str, score: Score | None) -> JudgedTrace | None:
    if score is None:
        return None
    value = score.label if score.value is None else score.value
    if value is None:
        return None
    return JudgedTrace(
        trace=row.id,
        run=row.run,
        scenario=row.scenario,
        trial=row.trial,
        value=value,
        source="score",
        answer=score.answer or "",
        explanation=score.explanation or "",
        details={"metric": metric, **({"label": score.label} if score.label else {})},
    )


def _rated(
    row: TraceRow,
    rubric: Rubric,
    criterion: str,
    answers: Sequence[listings.ListedAnswer],
    ruling: Ruling | None,
    left_out: LeftOut,
) -> JudgedTrace | None:
    source: ValueSource
    value: Any
    if ruling is not None:
        if ruling.value is None:
            left_out.undecided += 1
            return None
        value, source, explanation = ruling.value, "ruling", ruling.reason
    elif not answers:
        left_out.unrated += 1
        return None
    else:
        value = answers[0].answer.value
        if any(one.answer.value != value for one in answers):
            left_out.unsettled += 1
            return None
        source = "agreed" if len(answers) > 1 else "single"
        explanation = "\n".join(one.answer.comment for one in answers if one.answer.comment)
    details: dict[str, Any] = {
        "rubric": rubric.name,
        "version": max((one.version for one in answers), default=rubric.version),
        "criterion": criterion,
        "raters": len(answers),
    }
    return JudgedTrace(
        trace=row.id,
        run=row.run,
        scenario=row.scenario,
        trial=row.trial,
        value=value,
        source=source,
        good=_good(rubric.criterion(criterion), value),
        explanation=explanation,
        details=details,
    )


def _good(criterion: Criterion | None, value: Any) -> bool | None:
    """Whether it is the good one of two points; None where neither is."""
    if criterion is None or criterion.scale.kind != "binary" or criterion.direction == "none":
        return None
    position = criterion.scale.position(value)
    if position is None:
        return None
    # The first point is the bad one, whichever direction the criterion has.
    return position > 0
