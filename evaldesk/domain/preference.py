"""Pairwise preferences: which of two traces of one scenario is better, and by how much.

A pair has two fixed ends, ``a`` and ``b``. Which of them stands on the left is drawn for each rater
and recorded; raters speak of left and right, and what is kept speaks of ``a`` and ``b``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.round import Role

End = Literal["a", "b"]
Choice = Literal["a", "b", "tie", "bad"]
"""bad: neither is acceptable, so neither is preferred."""
Shown = Literal["left", "right", "tie", "bad"]
"""A choice as the rater saw the pair."""

CHOICES: tuple[Choice, ...] = ("a", "b", "tie", "bad")
STRENGTHS: Mapping[int, str] = {1: "slightly", 2: "clearly", 3: "much"}
OVERALL = "#overall"
"""The question that every pair is asked: which is better, all things taken together."""


def as_shown(choice: Choice, left: End) -> Shown:
    """A choice as the rater saw it, where ``left`` is the end that stood on the left."""
    if choice == "a" or choice == "b":
        return "left" if choice == left else "right"
    return choice


def as_kept(shown: Shown, left: End) -> Choice:
    """The choice that a rater meant who saw ``left`` on the left."""
    if shown == "left":
        return left
    if shown == "right":
        return other(left)
    return shown


def other(end: End) -> End:
    """The other end of a pair."""
    return "b" if end == "a" else "a"


@dataclass(frozen=True, slots=True)
class PairItem:
    """Two traces of one scenario that a round puts side by side.

    Attributes:
        number: within the round, from 1.
        a, b: row numbers of the traces.
        left: rater → the end that stands on the left for them; empty where that is not known, as
            of preferences given elsewhere. These are its raters. Where they get the pair again,
            the sides are swapped.
        repeats: those of its raters who get it a second time unawares.
        probability: that its scenario was drawn; None where nothing was drawn.
    """

    number: int
    a: int
    b: int
    left: Mapping[str, End | Literal[""]]
    role: Role = "sample"
    stratum: str = ""
    probability: float | None = None
    repeats: tuple[str, ...] = ()

    @property
    def raters(self) -> tuple[str, ...]:
        """Who compares it."""
        return tuple(self.left)


@dataclass(frozen=True, slots=True)
class AssignedPair:
    """One pair of a rater's queue.

    Attributes:
        number: of the pair; ``reading`` is 1 where it is a repeat.
        a, b: row numbers of the traces.
        left: the end on the left this time.
    """

    number: int
    reading: int
    position: int
    a: int
    b: int
    left: End

    @property
    def sides(self) -> tuple[int, int]:
        """The traces on the left and on the right."""
        return (self.a, self.b) if self.left == "a" else (self.b, self.a)


@dataclass(frozen=True, slots=True)
class Preference:
    """What one rater prefers of one pair by one criterion. Never changed: a new one supersedes it.

    Attributes:
        id: UUIDv7, or content-derived for one made elsewhere.
        pair: number within the round; ``reading`` is 1 where it was a repeat.
        criterion: name, or `OVERALL`.
        choice: None where it was taken back.
        strength: 1 slightly, 2 clearly, 3 much; None without, as for a tie.
        reason: in words; may be empty.
        left: the end that stood on the left; empty where that is not known.
        submitted: whether the rater handed the pair in.
    """

    id: str
    pair: int
    reading: int
    criterion: str
    rater: str
    choice: Choice | None
    strength: int | None
    reason: str
    left: End | Literal[""]
    created_at: str
    supersedes: str = ""
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class PreferenceRecord:
    """A preference made elsewhere, on its way in.

    Attributes:
        scenario: key of the scenario; ``text`` what it asks, where the file carries it.
        run_a, run_b: what was compared.
        trace_a, trace_b: ids of the traces; empty where the file names none.
        output_a, output_b: what the systems answered, where the file carries it.
        place: ``record 17``.
    """

    scenario: str
    run_a: str
    run_b: str
    rater: str
    choice: Choice
    criterion: str = OVERALL
    strength: int | None = None
    reason: str = ""
    left: End | Literal[""] = ""
    reading: int = 0
    submitted: bool = True
    time: str = ""
    place: str = ""
    text: str = ""
    trace_a: str = ""
    trace_b: str = ""
    output_a: str | None = None
    output_b: str | None = None
    probability: float | None = None
    stratum: str = ""
