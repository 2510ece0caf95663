"""How far raters agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Level

TENTATIVE_FROM = 0.667
RELIABLE_FROM = 0.80
"""Krippendorff's thresholds for conclusions that are tentative, and for those to rely on."""

Reading = Literal["reliable", "tentative", "unreliable", "no interval", "undefined"]


def reading(alpha: Estimate) -> Reading:
    """What an alpha allows, by the lower end of its interval: the point alone promises more than
    the units can keep.

    Source: Krippendorff, *Content Analysis*, on .800 and .667 as the least for reliance and for
    tentative conclusions.
    """
    if alpha.value is None:
        return "undefined"
    if alpha.low is None:
        return "no interval"
    if alpha.low >= RELIABLE_FROM:
        return "reliable"
    return "tentative" if alpha.low >= TENTATIVE_FROM else "unreliable"


Measure = Level | Literal["multi"]
"""The level of measurement, or ``multi``: answers of several points, compared as sets."""


@dataclass(frozen=True, slots=True)
class PointAgreement:
    """Agreement on whether one point of a multi-select is chosen.

    Attributes:
        value: the point's; ``text`` what a person reads.
        chosen: of how many answers.
        alpha: Krippendorff's, nominal: chosen or not.
        percent: observed pairwise agreement.
    """

    value: str
    text: str
    chosen: int
    alpha: Estimate
    percent: Estimate


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Cohen's kappa of two raters over the units that both rated."""

    a: str
    b: str
    kappa: Estimate
    units: int


@dataclass(frozen=True, slots=True)
class SliceAgreement:
    """Agreement within one slice."""

    name: str
    value: str
    alpha: Estimate
    units: int


@dataclass(frozen=True, slots=True)
class CriterionAgreement:
    """Agreement on one criterion.

    Attributes:
        level: of measurement that alpha was computed at.
        alpha: Krippendorff's alpha with the unit-level BCa interval; of a multi-select with MASI
            distance.
        ac: Gwet's AC1 (AC2 with quadratic weights above the nominal level, and with MASI's for a
            multi-select).
        percent: observed pairwise agreement, weighted where ``ac`` is.
        units: rated units; ``pairable_units`` have at least two ratings.
        missing: cells of the raters-by-units table without an answer.
        jaccard: alpha of a multi-select with Jaccard distance; None for other scales.
        points: of a multi-select, point by point.
        reworded: answers to another wording of the question, which are left out.
    """

    criterion: str
    level: Measure
    alpha: Estimate
    ac: Estimate
    percent: Estimate
    units: int
    pairable_units: int
    raters: int
    ratings: int
    missing: int
    pairs: Sequence[PairAgreement] = ()
    slices: Sequence[SliceAgreement] = ()
    jaccard: Estimate | None = None
    points: Sequence[PointAgreement] = ()
    reworded: int = 0
