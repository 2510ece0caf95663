"""Answers that a round shows before the rater has answered: where they come from, how they read."""

from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.errors import UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Given

KEPT = "kept"
CHANGED = "changed"
_START = "suggested by "
AS_LAST_TIME = "as last time"
"""Source of an answer that the rater copied from the item they handed in before."""


@dataclass(frozen=True, slots=True)
class SuggestRule:
    """What a round suggests, as its rules word it.

    Attributes:
        source: ``judge`` (a metric's score), ``earlier`` (the rater's own latest answer from
            outside the round) or ``round`` (the rater's own answer in another round).
        name: of the metric or of the round.
        criterion: that the metric answers; empty where it has the metric's name.
    """

    source: Literal["judge", "earlier", "round"]
    name: str = ""
    criterion: str = ""

    @classmethod
    def parse(cls, text: str) -> "SuggestRule | None":
        """Read ``judge METRIC``, ``judge METRIC for CRITERION``, ``earlier`` or ``round NAME``;
        None for the empty text.

        Raises:
            UsageError: it says something else.
        """
        kind, _, rest = text.strip().partition(" ")
        rest = rest.strip()
        if not kind:
            return None
        if kind == "earlier" and not rest:
            return cls("earlier")
        if kind == "round" and rest:
            return cls("round", rest)
        if kind == "judge" and rest:
            name, joined, criterion = rest.rpartition(" for ")
            return cls("judge", name.strip(), criterion.strip()) if joined else cls("judge", rest)
        raise UsageError(
            f"“{text}” is nothing that a round can suggest.",
            "Say “judge METRIC”, “judge METRIC for CRITERION”, “earlier” or “round NAME”.",
        )

    @property
    def text(self) -> str:
        """As `parse` reads it."""
        more = f" for {self.criterion}" if self.criterion else ""
        return f"{self.source} {self.name}{more}".strip()


@dataclass(frozen=True, slots=True)
class Suggested:
    """An answer that stands ready for a field, and is none until the rater takes it.

    Attributes:
        value: the answer.
        by: where it comes from, in words: ``judge NAME``, ``your rating by version 2``.
    """

    value: Given
    by: str

    def source(self, given: Given) -> str:
        """What is recorded with the rater's answer."""
        return f"{_START}{self.by}, {KEPT if given == self.value else CHANGED}"


def was_changed(source: str) -> bool | None:
    """Whether the answer with this source differs from what was suggested; None where nothing
    was.
    """
    if not source.startswith(_START):
        return None
    return source.rpartition(", ")[2] == CHANGED


@dataclass(frozen=True, slots=True)
class SuggestionUse:
    """How often raters did not keep what was suggested, among the answers that stand.

    Attributes:
        criterion: the question.
        rater: whose answers; empty for everybody's.
        changed: share with its 95 % interval (Wilson); its ``n`` is the answers for which
            something was suggested.
    """

    criterion: str
    rater: str
    changed: Estimate
