"""Rounds of labelling: who rates what, chosen how, under which rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from evaldesk.domain.preference import PairItem

RoundKind = Literal["training", "calibration", "main", "re-review", "pairwise"]
"""pairwise: two traces of a scenario are compared; all others rate one trace at a time."""
RoundState = Literal["open", "revealed", "closed"]
"""open: raters work, blind. revealed: answers were frozen and shown (calibration), then discussed
and rated again. closed: nothing more is answered."""
Role = Literal["sample", "certain", "oversampled", "calibration", "gold", "repeat"]
"""certain: taken with probability 1, such as the critical tier. gold: its answer is known.
repeat: put before the same rater twice."""
QueueOrder = Literal["own", "fresh", "imported"]

ROUND_KINDS: tuple[RoundKind, ...] = ("training", "calibration", "main", "re-review", "pairwise")


@dataclass(frozen=True, slots=True)
class RoundRules:
    """What raters see in a round.

    Attributes:
        hide_systems: systems, runs and models are not shown.
        hide_scores: what programs and judges gave is not shown.
        order: of the items: each rater's own shuffle, fresh scenarios first, or as imported.
        pass_mark: in training, the share of gold answers that must be met; None for no mark.
        feedback: whether a rater is told the gold answer after submitting (training).
        suggest: what stands ready as an answer, as `suggestion.SuggestRule` words it; empty for
            nothing.
    """

    hide_systems: bool = True
    hide_scores: bool = True
    order: QueueOrder = "own"
    pass_mark: float | None = None
    feedback: bool = False
    suggest: str = ""


@dataclass(frozen=True, slots=True)
class RoundItem:
    """A trace that a round rates.

    Attributes:
        raters: who rates it, in the order of the round's raters.
        probability: that it was chosen; None where nothing was drawn, as for gold items.
        stratum: it was drawn from; empty where there are none.
        repeats: those of its raters who get it a second time unawares.
    """

    trace_pk: int
    raters: tuple[str, ...]
    role: Role = "sample"
    stratum: str = ""
    probability: float | None = None
    repeats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """One item of a rater's queue.

    Attributes:
        position: from 0; a repeat stands well behind its first reading.
        reading: 1 where it is a repeat.
    """

    trace_pk: int
    position: int
    reading: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands.

    Attributes:
        rubric: name; ``version`` of it that is answered.
        raters: in the order they were named.
        plan: how the items were chosen, with the seed: whatever the planner needs to do it again.
        state: see `RoundState`.
        revealed_at: ISO 8601; empty before.
    """

    id: str
    name: str
    kind: RoundKind
    rubric: str
    version: int
    raters: tuple[str, ...]
    rules: RoundRules
    author: str
    created_at: str
    items: int
    plan: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    state: RoundState = "open"
    revealed_at: str = ""


@dataclass(frozen=True, slots=True)
class RoundDraft:
    """A round before it is opened.

    Attributes:
        items: what is rated by whom, in any order; none in a pairwise round.
        pairs: what is compared by whom, in a pairwise round.
    """

    name: str
    kind: RoundKind
    rubric: str
    raters: tuple[str, ...]
    items: Sequence[RoundItem]
    rules: RoundRules = RoundRules()
    plan: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    pairs: Sequence["PairItem"] = ()
