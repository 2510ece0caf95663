"""How far raters agree."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Level


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
        alpha: Krippendorff's alpha with the unit-level BCa interval.
        ac: Gwet's AC1 (AC2 with quadratic weights above the nominal level).
        percent: observed pairwise agreement, weighted where ``ac`` is.
        units: rated units; ``pairable_units`` have at least two ratings.
        missing: cells of the raters-by-units table without an answer.
    """

    criterion: str
    level: Level
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
