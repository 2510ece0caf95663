"""What a round says of everything that could have been drawn: shares and means, each answer
weighted by the probability with which its item was drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Criterion
from evaldesk.services.rubrics.present_wording import PresentWording

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class Share:
    """An estimate of how often a point is given, or of the mean.

    Attributes:
        point: the point's words; ``mean`` for the mean of numbers.
        plain: the same without weights, which says what was seen among the items themselves.
    """

    point: str
    estimate: Estimate
    plain: float | None


@dataclass(frozen=True, slots=True)
class RoundEstimate:
    """A criterion as a round estimates it.

    Attributes:
        items: that were drawn; gold items that were only mixed in are none.
        answered: of how many there is an answer or a ruling.
        reworded: answers to another wording of the question, which are left out.
    """

    criterion: str
    items: int
    answered: int
    shares: Sequence[Share]
    reworded: int = 0


def estimates(project: "Project", name: str, criterion: str = "") -> list[RoundEstimate]:
    """Shares and means over all that the round's plan could have drawn.

    An item's value is its ruling where there is one, else the mean over its raters: of two who
    differ, half a yes. Answers of "cannot judge" are left out.

    Args:
        criterion: only this one; empty for all that have a scale.

    Raises:
        NotFoundError: no such round or criterion; offers the nearest.
        UsageError: the criterion is answered in words.
    """
    found = project.rounds.get(name)
    rubric = project.rubrics.get(found.rubric, found.version)
    if criterion and rubric.criterion(criterion) is None:
        raise NotFoundError.among("criterion", criterion, [item.name for item in rubric.criteria])
    chances = {
        item.trace_pk: item.probability
        for item in project.rounds.items(name)
        if item.probability is not None
    }
    wording = PresentWording(project, rubric)
    rulings = wording.rulings()
    told = []
    for item in rubric.criteria:
        if item.scale.kind == "text":
            if item.name == criterion:
                raise UsageError(
                    f"“{criterion}” is answered in words; there is nothing to estimate.",
                    "Choose another criterion.",
                )
            continue
        if criterion and item.name != criterion:
            continue
        table = wording.table(item.name, round=name)
        given: dict[int, list[Any]] = {
            pk: list(row.values())
            for pk, row in zip(table.units, table.values, strict=True)
            if pk in chances
        }
        for pk in chances:
            ruling = rulings.get((pk, item.name))
            if ruling is not None and ruling.value is not None:
                given[pk] = [ruling.value]
        told.append(replace(_estimated(item, given, chances), reworded=table.reworded))
    return told


def _estimated(
    criterion: Criterion, given: dict[int, list[Any]], chances: dict[int, float]
) -> RoundEstimate:
    from evaldesk.stats.sampling import weighted_mean

    scale = criterion.scale
    pks = sorted(given)
    weights = [chances[pk] for pk in pks]
    columns: list[tuple[str, list[float]]] = []
    if scale.points:
        # Of two points the second is the good one, and its share says it all.
        points = scale.points[1:] if scale.kind == "binary" else scale.points
        for point in points:
            columns.append(
                (point.text, [_mean(_has(one, point.value) for one in given[pk]) for pk in pks])
            )
    else:
        columns.append(("mean", [_mean(float(one) for one in given[pk]) for pk in pks]))
    shares = []
    for words, values in columns:
        found = weighted_mean(values, weights, rate=bool(scale.points))
        shares.append(Share(words, found, _mean(values) if values else None))
    return RoundEstimate(criterion.name, len(chances), len(pks), shares)


def _has(answer: Any, value: Any) -> float:
    return float(value in answer if isinstance(answer, list) else answer == value)


def _mean(values: Iterable[float]) -> float:
    kept = list(values)
    return sum(kept) / len(kept)
