"""One value a trace: what people settled on, or what a program computed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ValueSource = Literal["ruling", "agreed", "single", "score"]
"""ruling: an adjudicator's. agreed: of several raters, all the same. single: of the only rater.
score: a program's."""


@dataclass(frozen=True, slots=True)
class JudgedTrace:
    """A trace with the value of one criterion or metric.

    Attributes:
        trace: its id. scenario: the scenario's key. trial: 0-based.
        value: a number, a word of the scale, or several of them; never None.
        good: for a scale of two points whether it is the good one; None for others.
        answer: what was taken as the system's answer, where a scorer said so.
        explanation: the reason, or what raters commented.
        details: rubric, criterion, raters and the like.
    """

    trace: str
    run: str
    scenario: str
    trial: int
    value: str | float | int | bool | list[str]
    source: ValueSource
    good: bool | None = None
    answer: str = ""
    explanation: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
