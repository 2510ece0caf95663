"""Two runs over the same scenarios."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Direction

TrialRule = Literal["mean", "first", "all-pass"]


@dataclass(frozen=True, slots=True)
class PairedValue:
    """One scenario that both runs answered.

    Attributes:
        scenario: its key; ``title`` its short line.
        a: value in run A after the trial rule; ``b`` in run B.
        a_pk: a trace of A to show (the trial nearest to ``a``); ``b_pk`` of B.
    """

    scenario: str
    title: str
    tier: str
    a: float
    b: float
    a_pk: int
    b_pk: int

    @property
    def difference(self) -> float:
        """B minus A."""
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Unpaired:
    """A scenario that could not be compared, and why.

    Attributes:
        scenario: its key.
        side: ``a`` where only A has it, ``b`` where only B has it.
        reason: in words: not in the other run; same id but another text; infrastructure error in
            A; no value of this metric.
    """

    scenario: str
    side: Literal["a", "b", "both"]
    reason: str


@dataclass(frozen=True, slots=True)
class SliceComparison:
    """The paired difference within one slice or tier.

    Attributes:
        name: ``tier`` or the slice's name; ``value`` which one.
        p_adjusted: Benjamini–Hochberg over the slices shown.
    """

    name: str
    value: str
    a: Estimate
    b: Estimate
    difference: Estimate
    p_value: float | None
    p_adjusted: float | None
    pairs: int
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired comparison of two runs.

    Attributes:
        metric: what is compared; ``direction`` which end is better.
        a: estimate of run A over the paired scenarios; ``b`` of run B.
        difference: B minus A, paired.
        p_value: of ``test``; None where undefined.
        exact_p: McNemar's exact p beside its mid-p; None where that is not the test.
        newcombe: the other interval of a difference of rates; None where it does not apply.
        wins: scenarios where B is better; ``losses`` where A is.
        missing_a: scenarios of B that A lacks; ``missing_b`` of A that B lacks.
        minimum_detectable: the smallest true difference that this n would show with 80 % power.
        binary: whether every value is 0 or 1.
        pairs: every pair, in the scenarios' order.
        regressions: pairs where B is worse, worst first.
        unpaired: what was left out, each with its reason.
        notes: what a reader must know, in words: same ids with other texts, errors left out.
        ground: which dataset versions or which suite it stands on, in a sentence; empty where a
            run names none.
    """

    run_a: str
    run_b: str
    metric: str
    direction: Direction
    a: Estimate
    b: Estimate
    difference: Estimate
    p_value: float | None
    test: str | None
    wins: int
    ties: int
    losses: int
    missing_a: int
    missing_b: int
    minimum_detectable: float | None
    binary: bool
    pairs: Sequence[PairedValue] = ()
    regressions: Sequence[PairedValue] = ()
    slices: Sequence[SliceComparison] = ()
    unpaired: Sequence[Unpaired] = ()
    notes: Sequence[str] = ()
    exact_p: float | None = None
    newcombe: Estimate | None = None
    ground: str = ""
