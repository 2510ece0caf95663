"""How far a round is, for its owner. Who still rates blind in it learns only of themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evaldesk.domain.agreement import CriterionAgreement
from evaldesk.domain.round import Round
from evaldesk.domain.suggestion import SuggestionUse
from evaldesk.services.labelling.review import DONE, State
from evaldesk.services.labelling.suggesting import suggestion_uses
from evaldesk.services.rounds.estimates import RoundEstimate, estimates
from evaldesk.services.rounds.queue import open_items
from evaldesk.storage.listings import slice_names

if TYPE_CHECKING:
    from evaldesk.services.judging.preferences import CriterionPreferences
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class RaterProgress:
    """How far one rater is.

    Attributes:
        assigned: items, hidden repeats and all.
        states: how many are in each state; what is missing is still open.
    """

    rater: str
    assigned: int
    states: Mapping[State, int]

    @property
    def done(self) -> int:
        """Submitted or flagged."""
        return sum(self.states.get(state, 0) for state in DONE)


@dataclass(frozen=True, slots=True)
class RoundOverview:
    """A round and how far it is.

    Attributes:
        progress: of its raters, in their order; only the person's own while they are blind.
        blind: whether the person still has items of this open round.
    """

    round: Round
    progress: Sequence[RaterProgress]
    blind: bool

    @property
    def assigned(self) -> int:
        """Items of those that are told of."""
        return sum(one.assigned for one in self.progress)

    @property
    def done(self) -> int:
        """Of those."""
        return sum(one.done for one in self.progress)


@dataclass(frozen=True, slots=True)
class RoundFindings:
    """What a round found so far; nothing where the person is blind.

    Attributes:
        agreement: as it stands; ``before`` as it stood at the reveal, if it was revealed.
        seconds: that each rating took, of active time.
        flags: (scenario, rater, note) of what was handed to the adjudicator.
        skips: (scenario, rater) of what was put at the end of a queue and is still open.
        suggestions: how often what the round suggests was changed.
        pairs: what a pairwise round found, by criterion.
    """

    estimates: Sequence[RoundEstimate] = ()
    agreement: Sequence[CriterionAgreement] = ()
    before: Sequence[CriterionAgreement] = ()
    seconds: Sequence[float] = ()
    flags: Sequence[tuple[str, str, str]] = ()
    skips: Sequence[tuple[str, str]] = ()
    suggestions: Sequence[SuggestionUse] = ()
    pairs: Sequence["CriterionPreferences"] = ()


def overviews(project: "Project", person: str) -> list[RoundOverview]:
    """Every round, newest first, as this person may see it."""
    return [overview(project, one.name, person) for one in reversed(project.rounds.all())]


def overview(project: "Project", name: str, person: str) -> RoundOverview:
    """One round as this person may see it.

    Raises:
        NotFoundError: no such round.
    """
    found = project.rounds.get(name)
    blind = is_blind(project, found, person)
    told = (person,) if blind else found.raters
    if found.kind == "pairwise" and found.state == "open" and person in found.raters:
        # Which runs are compared is what the rater may not know.
        found = replace(found, plan={})
    return RoundOverview(found, [progress_of(project, found, rater) for rater in told], blind)


def strata(project: "Project") -> tuple[str, ...]:
    """What a plan can stratify by: tier, run, system, and the slices there are."""
    return ("tier", "run", "system", *slice_names(project.database))


def is_blind(project: "Project", found: Round, person: str) -> bool:
    """Whether the person still has items to rate in this round, which is open."""
    if found.kind == "pairwise" and found.state == "open" and person in found.raters:
        one = progress_of(project, found, person)
        return one.done < one.assigned
    return (
        found.state == "open"
        and person in found.raters
        and bool(open_items(project, found.name, person))
    )


def findings(project: "Project", name: str, person: str) -> RoundFindings:
    """Estimates, agreement and times of a round. Takes time that grows with the answers.

    Raises:
        NotFoundError: no such round.
    """
    # Late: the list of rounds needs no statistics.
    from evaldesk.services.judging.agreement import agreement

    found = project.rounds.get(name)
    if found.kind == "pairwise":
        return _of_pairs(project, found, person)
    if is_blind(project, found, person):
        return RoundFindings()
    now = agreement(project, found.rubric, round=name) if len(found.raters) > 1 else []
    before = []
    if found.revealed_at and now:
        before = agreement(project, found.rubric, round=name, before_reveal=True)
    flags = project.ratings.flagged(found.rubric, name)
    skips = project.ratings.skipped(found.rubric, name)
    rows = project.traces.rows(list(dict.fromkeys(one.trace_pk for one in (*flags, *skips))))
    scenarios = {row.pk: row.scenario for row in rows}
    return RoundFindings(
        estimates(project, name),
        now,
        before,
        project.work_times.of_round(name),
        [(scenarios.get(one.trace_pk, ""), one.rater, one.note) for one in flags],
        [(scenarios.get(one.trace_pk, ""), one.rater) for one in skips],
        suggestion_uses(project, name) if found.rules.suggest else (),
    )


def _of_pairs(project: "Project", found: Round, person: str) -> RoundFindings:
    """Nothing while the person compares in the round and it is open, done or not."""
    if found.state == "open" and person in found.raters:
        return RoundFindings()
    from evaldesk.services.judging import preferences

    flags = project.preferences.flagged(found.name)
    skips = project.preferences.skipped(found.name)
    handed = (*flags, *skips)
    pairs = {pair.number: pair for pair in project.preferences.pairs(found.name)} if handed else {}
    wanted = sorted({pairs[one.pair].a for one in handed})
    scenarios = {row.pk: row.scenario for row in project.traces.rows(wanted)}
    return RoundFindings(
        seconds=project.preferences.seconds(found.name),
        flags=[(scenarios[pairs[one.pair].a], one.rater, one.note) for one in flags],
        skips=[(scenarios[pairs[one.pair].a], one.rater) for one in skips],
        pairs=preferences.findings(project, found.name, by=None, person=person),
    )


def progress_of(project: "Project", found: Round, rater: str) -> RaterProgress:
    """How far a rater is in a round; for its owner and for themselves."""
    states: Counter[State] = Counter()
    if found.kind == "pairwise":
        compared = project.preferences.progress(found.name, rater)
        states.update(state for state, _ in compared.values())
        pairs = len(project.preferences.assigned(found.name, rater))
        return RaterProgress(rater, pairs, dict(states))
    for reading in (0, 1):
        done = project.ratings.progress(found.rubric, rater, round=found.name, reading=reading)
        states.update(state for state, _ in done.values())
    return RaterProgress(rater, len(project.rounds.assigned(found.name, rater)), dict(states))
