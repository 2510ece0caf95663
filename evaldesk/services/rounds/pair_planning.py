"""Planning a pairwise round: which scenarios are drawn, which of their traces are compared by whom,
and which of the two stands on the left.

Scenarios are drawn as traces are in any other round. Of a scenario every two of the runs are
compared that both have it; of several trials one is drawn. Each rater sees either run on the left
equally often, within one pair, so that a liking for a side cannot pass for a liking for a system.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.preference import End, PairItem, other
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.services.rounds.planning import (
    Cell,
    Frame,
    PlannedRound,
    RoundPlan,
    drawn_from,
    frame_of,
    shared_out,
    told_of,
)

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

SECONDS_EACH = 120.0
"""What a pair is taken to need where nobody has compared yet."""


@dataclass(frozen=True, slots=True)
class _Scenario:
    """A scenario that two of the runs or more have.

    Attributes:
        traces: run → the trace of it that is compared, in the order of the plan's runs.
    """

    traces: Mapping[str, int]

    @property
    def first(self) -> int:
        """The trace that stands for it where scenarios are drawn."""
        return next(iter(self.traces.values()))


def plan_pairs(project: "Project", plan: RoundPlan) -> PlannedRound:
    """Draw the scenarios, pair their traces and share them out; nothing is written.

    Raises:
        UsageError: the plan cannot be: says which part.
        NotFoundError: no such run, field or stratum; offers the nearest.
    """
    _check(project, plan)
    scenarios, frame, unpaired = _scenarios(project, plan)
    if not scenarios:
        raise UsageError(
            "No scenario that fits the plan is in two of these runs.",
            "Name runs over the same dataset, or widen the filter.",
        )
    drawn, cells = drawn_from(project, plan, frame)
    drawn = _in_order(project, plan, drawn)
    items: list[RoundItem] = []
    ends: list[tuple[int, int]] = []
    for item in drawn:
        traces = scenarios[item.trace_pk].traces.values()
        for a, b in itertools.combinations(traces, 2):
            items.append(item)
            ends.append((a, b))
    shared = shared_out(plan, frame, items)
    left = _sides(plan, shared)
    pairs = tuple(
        PairItem(
            number=place + 1,
            a=a,
            b=b,
            left={name: left[name][place] for name in item.raters},
            role=item.role,
            stratum=item.stratum,
            probability=item.probability,
            repeats=item.repeats,
        )
        for place, (item, (a, b)) in enumerate(zip(shared, ends, strict=True))
    )
    draft = RoundDraft(
        name=plan.name,
        kind="pairwise",
        rubric=plan.rubric,
        raters=plan.raters,
        items=(),
        rules=replace(plan.rules, feedback=False, pass_mark=None),
        plan=told_of(plan),
        note=plan.note,
        pairs=pairs,
    )
    return _costed(project, plan, draft, cells, drawn, unpaired)


def _check(project: "Project", plan: RoundPlan) -> None:
    if len(set(plan.pairs)) != len(plan.pairs) or len(plan.pairs) < 2:
        raise UsageError("Two different runs or more are compared.", "Name each once.")
    known = [run.name for run in project.runs.list()]
    for name in plan.pairs:
        if name not in known:
            raise NotFoundError.among("run", name, known)
    if plan.run:
        raise UsageError("A pairwise round draws from the runs that it compares, not from one run.")
    if plan.stratify in ("run", "system"):
        raise UsageError(
            f"Scenarios cannot be drawn in strata by {plan.stratify}: each is in several.",
            "Take the tier or a slice.",
        )
    if plan.gold:
        raise UsageError("A pairwise round has no gold items: rulings are on single traces.")


def _scenarios(project: "Project", plan: RoundPlan) -> tuple[dict[int, _Scenario], Frame, int]:
    """The scenarios by the trace that stands for each, the frame of those traces, and how many
    scenarios cannot be paired.
    """
    import numpy as np

    whole = frame_of(project, plan)
    fitting = set(whole.pks)
    generator = np.random.default_rng([plan.seed, 3])
    traces: dict[str, dict[str, list[int]]] = {}
    for run in plan.pairs:
        for trace in project.traces.of_run(run):
            # What ended in an error of the infrastructure is no answer of the system.
            if trace.pk in fitting and trace.status != "error":
                traces.setdefault(trace.scenario_id, {}).setdefault(run, []).append(trace.pk)
    found: dict[int, _Scenario] = {}
    members: dict[int, set[int]] = {}
    unpaired = 0
    for scenario in sorted(traces):
        by_run = traces[scenario]
        if len(by_run) < 2:
            unpaired += 1
            continue
        chosen = {run: int(generator.choice(by_run[run])) for run in plan.pairs if run in by_run}
        one = _Scenario(chosen)
        found[one.first] = one
        members[one.first] = {pk for pks in by_run.values() for pk in pks}
    frame = Frame(whole.pks[:0])
    frame.pks.extend(sorted(found))
    for text, fits in whole.fits.items():
        frame.fits[text] = frozenset(pk for pk, all_of in members.items() if all_of & fits)
    return found, frame, unpaired


def _sides(plan: RoundPlan, shared: Sequence[RoundItem]) -> dict[str, dict[int, End]]:
    """Rater → place of a pair → the end on the left.

    Ends alternate through a shuffle of a rater's pairs, those that come twice and those that come
    once by themselves; so both the first readings and all readings are balanced within one.
    """
    import numpy as np

    sides: dict[str, dict[int, End]] = {}
    for number, name in enumerate(plan.raters):
        generator = np.random.default_rng([plan.seed, 4, number])
        own = [place for place, item in enumerate(shared) if name in item.raters]
        once = [place for place in own if name not in shared[place].repeats]
        twice = [place for place in own if name in shared[place].repeats]
        first: End = "a" if generator.integers(2) else "b"
        made: dict[int, End] = {}
        left = first
        for places in (once, twice):
            for place in generator.permutation(len(places)):
                made[places[place]] = left
                left = other(left)
        sides[name] = made
    return sides


def _in_order(project: "Project", plan: RoundPlan, drawn: Sequence[RoundItem]) -> list[RoundItem]:
    if plan.rules.order == "fresh":
        newest = project.traces.ids(TraceQuery(sort="-imported"))
        places = {pk: place for place, pk in enumerate(newest)}
        return sorted(drawn, key=lambda item: places[item.trace_pk])
    return sorted(drawn, key=lambda item: item.trace_pk)


def _costed(
    project: "Project",
    plan: RoundPlan,
    draft: RoundDraft,
    cells: tuple[Cell, ...],
    drawn: Sequence[RoundItem],
    unpaired: int,
) -> PlannedRound:
    from statistics import median

    from evaldesk.stats.overlap import expected_alpha_width, expected_rate_width

    per_rater = dict.fromkeys(plan.raters, 0)
    for pair in draft.pairs:
        for name in (*pair.raters, *pair.repeats):
            per_rater[name] += 1
    several = [len(pair.left) for pair in draft.pairs if len(pair.left) > 1]
    weights = [1.0 / item.probability for item in drawn if item.probability]
    effective = sum(weights) ** 2 / sum(weight**2 for weight in weights) if weights else 0.0
    spent = project.preferences.seconds()
    measured = median(spent) if len(spent) >= 5 else None
    return PlannedRound(
        draft=draft,
        cells=cells,
        per_rater=per_rater,
        assignments=sum(per_rater.values()),
        seconds_each=SECONDS_EACH if measured is None else measured,
        measured=measured is not None,
        overlapping=len(several),
        alpha_width=expected_alpha_width(
            len(several), round(sum(several) / len(several)) if several else 0, seed=plan.seed
        ),
        rate_width=expected_rate_width(effective, 0.5),
        unpaired=unpaired,
    )
