"""Disagreements that are the same disagreement again: ruling on the reading once settles many."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p
from typing import TYPE_CHECKING, Literal

from evaldesk.domain.rating import Disagreement
from evaldesk.domain.rubric import Judgement

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

FEWEST = 4
"""Fewer items are ruled on faster than a pattern is read."""
CHANCE = 0.05
SHARE = 0.5
"""A split must be half of a question's disagreements to be called the usual one."""

Place = tuple[int, str]
"""Trace and criterion."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to differ that comes back.

    Attributes:
        kind: ``reader`` where the same rater stands alone each time; ``split`` where the same two
            values stand against one another, whoever gave them.
        criterion: the question.
        value: what the one says; ``others`` what all others say. For a split, in order of scale or
            text.
        places: the items, in the order given.
        among: how many disagreements of this criterion there are.
    """

    kind: Literal["reader", "split"]
    criterion: str
    value: Judgement
    others: Judgement
    places: Sequence[Place]
    among: int


def find_patterns(items: Iterable[Disagreement], *, slots: bool = False) -> list[Pattern]:
    """Patterns among disagreements, the one that settles most first. No rater is named in them.

    Args:
        slots: the raters are positions in a list and not people, so that no reader is looked for.

    A ``reader`` is reported when the same rater gives the same other value to at least four items
    on which all others agree, and chance would seldom pick one of the raters so often: a binomial
    tail with equal chances for the raters of these items, corrected for every rater and pair of
    values that was looked at (Bonferroni), below .05. A
    ``split`` is reported when two values make up at least half of a criterion's disagreements and
    at least twice as many items as a reader needs.
    """
    by_criterion: dict[str, list[Disagreement]] = defaultdict(list)
    for item in items:
        by_criterion[item.criterion].append(item)
    found = [] if slots else _readers(by_criterion)
    for criterion, those in by_criterion.items():
        found += _splits(criterion, those)
    # A reader says more than the split that it is part of.
    found.sort(key=lambda one: (one.kind != "reader", -len(one.places)))
    return found


def raters_are_slots(project: "Project") -> bool:
    """Whether ratings came from a file whose raters are positions in a list: the same name is then
    another person in another item, and nothing can be said of one rater or of two.
    """
    from evaldesk.importers.ratings import SLOTS_NOTE

    return any(
        SLOTS_NOTE in str(note[1]) for entry in project.imports() for note in _notes(entry["notes"])
    )


def _notes(notes: object) -> list[list[str]]:
    return notes if isinstance(notes, list) else []


def _readers(by_criterion: Mapping[str, Sequence[Disagreement]]) -> list[Pattern]:
    candidates: list[tuple[float, Pattern]] = []
    looks = 0
    for criterion, items in by_criterion.items():
        alone: dict[tuple[Judgement, Judgement], list[tuple[str, Disagreement]]]
        alone = defaultdict(list)
        for item in items:
            lone = _stands_alone(item.answers)
            if lone is not None:
                rater, value, others = lone
                alone[value, others].append((rater, item))
        for (value, others), cases in alone.items():
            if len(cases) < FEWEST:
                continue
            rater, times = Counter(name for name, _ in cases).most_common(1)[0]
            raters = len({name for _, item in cases for name in item.answers})
            looks += raters
            places = [(item.trace_pk, criterion) for name, item in cases if name == rater]
            pattern = Pattern("reader", criterion, value, others, places, len(items))
            candidates.append((_tail(times, len(cases), 1 / raters), pattern))
    return [
        pattern
        for chance, pattern in candidates
        if len(pattern.places) >= FEWEST and chance * looks < CHANCE
    ]


def _stands_alone(
    answers: Mapping[str, Judgement],
) -> tuple[str, Judgement, Judgement] | None:
    """(rater, value, the others' value) where one of at least three differs from all others."""
    counts = Counter(answers.values())
    if len(answers) < 3 or len(counts) != 2:
        return None
    (others, _), (value, once) = counts.most_common()
    if once != 1:
        return None
    return next(name for name, given in answers.items() if given == value), value, others


def _splits(criterion: str, items: Sequence[Disagreement]) -> list[Pattern]:
    pairs: dict[tuple[Judgement, Judgement], list[Place]] = defaultdict(list)
    for item in items:
        values = sorted(set(item.answers.values()), key=lambda value: (str(type(value)), value))
        if len(values) == 2:
            pairs[values[0], values[1]].append((item.trace_pk, criterion))
    # On a scale of two points every disagreement is the same split, which says nothing.
    known = {value for item in items for value in item.answers.values()}
    if len(known) < 3:
        return []
    return [
        Pattern("split", criterion, low, high, places, len(items))
        for (low, high), places in pairs.items()
        if len(places) >= max(2 * FEWEST, SHARE * len(items))
    ]


def _tail(least: int, trials: int, chance: float) -> float:
    """Binomial probability of at least so many successes; by logarithms, since the coefficients
    of some thousand trials are beyond any float.
    """
    if chance >= 1:
        return 1.0
    yes, no, whole = log(chance), log1p(-chance), lgamma(trials + 1)
    return sum(
        exp(whole - lgamma(k + 1) - lgamma(trials - k + 1) + k * yes + (trials - k) * no)
        for k in range(least, trials + 1)
    )
