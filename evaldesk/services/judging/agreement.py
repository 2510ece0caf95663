"""How far raters agree, criterion by criterion, and within slices."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from evaldesk.domain.agreement import (
    CriterionAgreement,
    PairAgreement,
    PointAgreement,
    SliceAgreement,
)
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rating import AnswerTable
from evaldesk.domain.rubric import Criterion, Judgement, Level, Scale
from evaldesk.services.rubrics.present_wording import PresentWording
from evaldesk.stats.agreement import Measure, krippendorff_alpha
from evaldesk.stats.coefficients import Weighting, cohen_kappa, gwet_ac, percent_agreement
from evaldesk.stats.ratings import UnitRatings
from evaldesk.stats.set_distances import Distances, jaccard, masi
from evaldesk.storage.listings import slice_names

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

DEFAULT_SEED = 20261
MOST_RATERS_IN_PAIRS = 24
"""Above this a table of pairs is no longer read; 24 raters make 276 of them."""


def agreement(
    project: "Project",
    rubric: str,
    *,
    criterion: str = "",
    level: Level | None = None,
    by: str = "",
    run: str = "",
    round: str = "",
    before_reveal: bool = False,
    resamples: int = 2000,
    seed: int = DEFAULT_SEED,
) -> list[CriterionAgreement]:
    """Agreement on each criterion at its level of measurement.

    Args:
        criterion: only this one; empty for all but texts.
        level: instead of the criterion's own; ``interval`` and ``ratio`` need numbers. Answers of
            several points are compared as sets, or at ``nominal`` as wholes.
        by: a slice, or ``tier``, to look within as well.
        run: only the traces of this run.
        round: as they stand in this round; empty for the latest of each rater.
        before_reveal: as they stood when that round was revealed.
        resamples: of the bootstrap.
        seed: of the bootstrap; recorded with the result.

    Raises:
        NotFoundError: no such rubric, criterion, slice or round.
        UsageError: a level that the criterion's answers cannot have; the round is by another
            rubric, or was not revealed.
    """
    version = None
    if round:
        within = project.rounds.get(round)
        version = within.version
        if within.rubric != rubric:
            raise UsageError(f"The round “{round}” is by the rubric “{within.rubric}”.")
        if before_reveal and not within.revealed_at:
            raise UsageError(f"The round “{round}” was not revealed.")
    found = project.rubrics.get(rubric, version)
    if criterion and found.criterion(criterion) is None:
        raise NotFoundError.among("criterion", criterion, (item.name for item in found.criteria))
    chosen = [
        item
        for item in found.criteria
        if (item.name == criterion if criterion else item.scale.kind != "text")
    ]
    if run:
        project.runs.require(run)
    labels = project.traces.labels(by) if by else {}
    wording = PresentWording(project, found)
    return [
        _of_criterion(
            item,
            wording.table(item.name, run, round=round, before_reveal=before_reveal),
            level,
            labels,
            by,
            resamples,
            seed,
        )
        for item in chosen
    ]


def groupings(project: "Project") -> list[str]:
    """What agreement can be looked at within: tier, run, system, and the slices there are."""
    return ["tier", "run", "system", *slice_names(project.database)]


def _of_criterion(
    criterion: Criterion,
    table: AnswerTable,
    level: Level | None,
    labels: Mapping[int, str],
    by: str,
    resamples: int,
    seed: int,
) -> CriterionAgreement:
    several = criterion.scale.kind == "multi"
    used = level or ("multi" if several else criterion.scale.level)
    if used is None:
        raise UsageError(
            f"“{criterion.name}” is answered in words; agreement needs a scale.",
            "Choose another criterion.",
        )
    if several and used not in ("multi", "nominal"):
        raise UsageError(
            f"“{criterion.name}” takes several points, which have no place on the level {used}.",
            "Leave the level out, or use nominal.",
        )
    measure: Measure
    weights: Weighting
    jaccard_distance: Distances | None = None
    if several:
        given = {answer for row in table.values for answer in row.values()}
        sets = sorted(answer for answer in given if isinstance(answer, tuple))
        codes: Mapping[Any, float] = _Codes((item, float(i)) for i, item in enumerate(sets))
        scale = [*codes.values()] or None
        measure, weights = ("nominal", "identity")
        if used == "multi":
            measure = weights = masi(sets)
            jaccard_distance = jaccard(sets)
    else:
        assert used != "multi"
        codes = codes_of(criterion.scale, used, criterion.name)
        measure = used
        weights = "identity" if used == "nominal" else "quadratic"
        scale = _categories(criterion.scale, codes)
    unit, value = _long(table, codes)
    ratings = UnitRatings.from_long(unit, value, units=len(table.units))

    def alpha(distance: Measure) -> Estimate:
        return krippendorff_alpha(ratings, distance, resamples=resamples, seed=seed)

    return CriterionAgreement(
        criterion=criterion.name,
        level=used,
        alpha=alpha(measure),
        ac=gwet_ac(ratings, categories=scale, weights=weights),
        percent=percent_agreement(ratings, categories=scale, weights=weights),
        units=len(table.units),
        pairable_units=ratings.pairable_units,
        raters=len(table.raters),
        ratings=table.ratings,
        missing=len(table.units) * len(table.raters) - table.ratings,
        pairs=_pairs(table, codes, weights, scale),
        slices=_slices(table, codes, measure, labels, by, resamples, seed),
        jaccard=None if jaccard_distance is None else alpha(jaccard_distance),
        points=_points(criterion.scale, table, resamples, seed) if several else (),
        reworded=table.reworded,
    )


def _points(scale: Scale, table: AnswerTable, resamples: int, seed: int) -> list[PointAgreement]:
    """Each point of a multi-select by itself: chosen or not."""
    found = []
    for point in scale.points:
        unit, value = [], []
        for index, row in enumerate(table.values):
            for answer in row.values():
                unit.append(index)
                value.append(float(_has(answer, point.value)))
        ratings = UnitRatings.from_long(unit, value, units=len(table.units))
        found.append(
            PointAgreement(
                str(point.value),
                point.text,
                int(sum(value)),
                krippendorff_alpha(ratings, "nominal", resamples=resamples, seed=seed),
                percent_agreement(ratings, categories=[0.0, 1.0]),
            )
        )
    return found


def _has(answer: Judgement, value: str | int | float) -> bool:
    return isinstance(answer, tuple) and str(value) in answer


class _Codes(dict[Any, float]):
    """Answer → number; an answer that the scale no longer has is left out."""


def codes_of(scale: Scale, level: Level, name: str) -> Mapping[Any, float]:
    """The number that stands for each answer at a level of measurement.

    Below the interval level that is the point's place in the scale's order; from there on it is
    the number that was given.

    Raises:
        UsageError: the level needs numbers and the points are words.
    """
    if not scale.points:
        return {}
    if level in ("nominal", "ordinal"):
        return _Codes((point.value, float(i)) for i, point in enumerate(scale.points))
    codes = _Codes()
    for point in scale.points:
        try:
            codes[point.value] = float(point.value)
        except ValueError:
            raise UsageError(
                f"The level {level} needs numbers, and “{name}” has “{point.value}”.",
                "Use nominal or ordinal.",
            ) from None
    return codes


def _code(codes: Mapping[Any, float], value: Any) -> float:
    if codes:
        return codes.get(value, float("nan"))
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _long(table: AnswerTable, codes: Mapping[Any, float]) -> tuple[list[int], list[float]]:
    unit: list[int] = []
    value: list[float] = []
    for index, row in enumerate(table.values):
        for answer in row.values():
            unit.append(index)
            value.append(_code(codes, answer))
    return unit, value


def _categories(scale: Scale, codes: Mapping[Any, float]) -> list[float] | None:
    return sorted(set(codes.values())) if scale.points and codes else None


def _pairs(
    table: AnswerTable, codes: Mapping[Any, float], weights: Any, scale: list[float] | None
) -> list[PairAgreement]:
    if len(table.raters) > MOST_RATERS_IN_PAIRS:
        return []
    columns = {
        rater: np.array([_code(codes, row.get(rater)) for row in table.values], dtype=float)
        if codes
        else np.array([_code(codes, row.get(rater, np.nan)) for row in table.values], dtype=float)
        for rater in table.raters
    }
    pairs = []
    for a, b in combinations(table.raters, 2):
        both = np.isfinite(columns[a]) & np.isfinite(columns[b])
        kappa = cohen_kappa(columns[a], columns[b], categories=scale, weights=weights)
        pairs.append(PairAgreement(a, b, kappa, int(both.sum())))
    return pairs


def _slices(
    table: AnswerTable,
    codes: Mapping[Any, float],
    level: Measure,
    labels: Mapping[int, str],
    by: str,
    resamples: int,
    seed: int,
) -> Sequence[SliceAgreement]:
    members: dict[str, list[int]] = {}
    for index, trace_pk in enumerate(table.units):
        label = labels.get(trace_pk)
        if label is not None:
            members.setdefault(label, []).append(index)
    result = []
    for label in sorted(members):
        part = AnswerTable(
            table.criterion,
            [table.units[i] for i in members[label]],
            table.raters,
            [table.values[i] for i in members[label]],
        )
        unit, value = _long(part, codes)
        ratings = UnitRatings.from_long(unit, value, units=len(part.units))
        alpha = krippendorff_alpha(ratings, level, resamples=resamples, seed=seed)
        result.append(SliceAgreement(by, label, alpha, len(part.units)))
    return result
