"""Planning a round of labelling: what is drawn, who rates it, what it costs, what it will show.

Items are drawn by simple random sampling without replacement within cells, a cell being a stratum
and whether an item is oversampled; so the number of items is exact, and so is the probability of
each, which is stored with it. Estimates from the round weight by it (``stats.sampling``).
"""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import Comparison, Every, Filter, TraceQuery
from evaldesk.domain.round import Role, Round, RoundDraft, RoundItem, RoundKind, RoundRules
from evaldesk.domain.wording import counted
from evaldesk.services.finding.query import parse
from evaldesk.services.labelling.suggesting import check_suggests
from evaldesk.services.rubrics.present_wording import PresentWording

if TYPE_CHECKING:
    import numpy as np

    from evaldesk.stats.sampling import Allocation
    from evaldesk.storage.project import Project

SECONDS_EACH = 90.0
"""What an item is taken to need where nobody has rated yet."""
_RATED = Comparison("status", "in", ("ok", "incomplete", "error"))
_RAISED = " · oversampled"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a person asks of a round.

    Attributes:
        name: of the round. rubric: its name. raters: who rates.
        kind: see `RoundKind`; ``pairwise`` where ``pairs`` are named, and only there.
        where: filter of what may be drawn; empty for every trace. run: only of this run.
        sample: how many items are drawn; None for all.
        stratify: ``tier``, ``run``, ``system`` or a slice; empty for none.
        rule: how strata share the sample.
        oversample: filters; what fits any of them is drawn ``factor`` times as readily.
        certain: filter; what fits is taken, whatever else is drawn.
        per_item: raters of an item; ``overlap`` the share of items that get so many, the others
            get one. A calibration round asks all of its raters, whatever stands here.
        everyone: filter; what of the sample fits is rated by all, such as ``tier = critical``.
        calibration: how many of the sample all rate, first.
        gold: how many items with a gold value are mixed in unseen.
        repeats: share of each rater's items that they get a second time.
        seed: of every choice; the same plan over the same traces gives the same round.
        rules: what raters see.
        note: of the owner.
        pairs: runs whose traces of a scenario are compared, each with each; scenarios are drawn
            then, and not traces.
    """

    name: str
    rubric: str
    raters: tuple[str, ...]
    kind: RoundKind = "main"
    where: str = ""
    run: str = ""
    sample: int | None = None
    stratify: str = ""
    rule: "Allocation" = "proportional"
    oversample: tuple[str, ...] = ()
    factor: float = 3.0
    certain: str = ""
    per_item: int = 1
    overlap: float = 1.0
    everyone: str = ""
    calibration: int = 0
    gold: int = 0
    repeats: float = 0.0
    seed: int = 0
    rules: RoundRules = field(default_factory=RoundRules)
    note: str = ""
    pairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a plan.

    Attributes:
        name: of the stratum, with a mark where it is oversampled; empty for all in one.
        traces: that it has, or scenarios where pairs are compared; ``items`` taken, each with
            ``probability``.
    """

    name: str
    traces: int
    items: int
    probability: float


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """A plan carried out, before it is opened.

    Attributes:
        draft: what would be opened.
        cells: what each stratum gives.
        per_rater: rater → items in their queue, repeats and all.
        assignments: in all.
        seconds_each: what one takes; ``measured`` whether from this project's own raters.
        overlapping: items that two or more rate.
        alpha_width: expected width of the 95 % interval of a two-category alpha of .6 over them;
            None where fewer than two items overlap.
        rate_width: expected width of the 95 % interval of a pass rate of .8 over all drawn, or of
            a win rate of .5 over all scenarios drawn.
        unpaired: scenarios that only one of the runs to be compared has.
    """

    draft: RoundDraft
    cells: tuple[Cell, ...]
    per_rater: Mapping[str, int]
    assignments: int
    seconds_each: float
    measured: bool
    overlapping: int
    alpha_width: float | None
    rate_width: float | None
    unpaired: int = 0

    @property
    def items(self) -> int:
        """Traces that are rated, or pairs that are compared."""
        return len(self.draft.items) or len(self.draft.pairs)

    @property
    def hours(self) -> float:
        """Of all raters together."""
        return self.assignments * self.seconds_each / 3600.0


@dataclass(slots=True)
class Frame:
    """What may be drawn: row numbers, and which filters each fits."""

    pks: "array[int]"
    fits: dict[str, frozenset[int]] = field(default_factory=dict)


def plan_round(project: "Project", plan: RoundPlan) -> PlannedRound:
    """Draw the items and share them out; nothing is written.

    Raises:
        UsageError: the plan cannot be: says which part.
        NotFoundError: no such rubric, run, field or stratum; offers the nearest.
    """
    _check(plan)
    check_suggests(
        project,
        plan.rubric,
        plan.rules.suggest,
        kind=plan.kind,
        measured=bool(plan.calibration or plan.repeats),
    )
    if plan.pairs:
        # Late, since it is built upon this module.
        from evaldesk.services.rounds.pair_planning import plan_pairs

        return plan_pairs(project, plan)
    frame = frame_of(project, plan)
    if not frame.pks:
        raise UsageError("No trace fits the plan.", "Widen its filter, or name another run.")
    drawn, cells = drawn_from(project, plan, frame)
    drawn += _gold(project, plan, frame, {item.trace_pk for item in drawn})
    items = shared_out(plan, frame, drawn)
    draft = RoundDraft(
        name=plan.name,
        kind=plan.kind,
        rubric=plan.rubric,
        raters=plan.raters,
        items=_in_order(project, plan, items),
        rules=plan.rules,
        plan=told_of(plan),
        note=plan.note,
    )
    return _costed(project, plan, draft, cells)


def start_round(project: "Project", plan: RoundPlan, author: str) -> tuple[Round, PlannedRound]:
    """Plan and open a round.

    Raises:
        UsageError: see `plan_round`; or the name is taken.
    """
    planned = plan_round(project, plan)
    return project.rounds.start(planned.draft, author), planned


def _check(plan: RoundPlan) -> None:
    if len(set(plan.raters)) != len(plan.raters) or not all(name.strip() for name in plan.raters):
        raise UsageError("A rater is named twice, or has no name.", "Name each once.")
    if not 1 <= plan.per_item <= len(plan.raters):
        raise UsageError(
            f"{counted(plan.per_item, '%1 rater', '%1 raters')} an item cannot be: the round has "
            f"{len(plan.raters)}.",
            "Name more raters, or ask for fewer on each item.",
        )
    for name in ("overlap", "repeats"):
        if not 0.0 <= getattr(plan, name) <= 1.0:
            raise UsageError(f"The share of {name} lies from 0 to 1.")
    if plan.sample is not None and plan.sample < (0 if plan.gold else 1):
        raise UsageError("A sample has at least one item.", "Only gold items may come alone.")
    mark = plan.rules.pass_mark
    if mark is not None and not 0.0 <= mark <= 1.0:
        raise UsageError("The pass mark lies from 0 to 1.")
    if (plan.rules.feedback or mark is not None) and not plan.gold:
        raise UsageError(
            "Feedback and a pass mark need gold items.", "Ask for some that have a ruling."
        )
    if (plan.kind == "pairwise") != bool(plan.pairs):
        raise UsageError(
            "A pairwise round compares the traces of two runs or more, and no other round does.",
            "Name the runs to be compared, or choose another kind.",
        )
    if plan.factor < 1.0:
        raise UsageError("Oversampling raises a share: its factor is 1 or more.")
    if min(plan.calibration, plan.gold) < 0:
        raise UsageError("Numbers of calibration and gold items are 0 or more.")


def frame_of(project: "Project", plan: RoundPlan) -> Frame:
    """What may be drawn, and which of the plan's filters each trace fits."""
    parts: list[Filter] = [_RATED]
    asked = parse(plan.where)
    if asked is not None:
        parts.append(asked)
    frame = Frame(project.traces.ids(TraceQuery(where=Every(tuple(parts)), run=plan.run)))
    for text in dict.fromkeys((*plan.oversample, plan.certain, plan.everyone)):
        test = parse(text)
        if test is not None:
            query = TraceQuery(where=Every((*parts, test)), run=plan.run)
            frame.fits[text] = frozenset(project.traces.ids(query))
    return frame


def drawn_from(
    project: "Project", plan: RoundPlan, frame: Frame
) -> tuple[list[RoundItem], tuple[Cell, ...]]:
    """The items that a plan draws, before they have raters, and what each cell gave."""
    import numpy as np

    from evaldesk.stats.sampling import Draw, allocate, draw

    labels = project.traces.labels(plan.stratify) if plan.stratify else {}
    sure = frame.fits.get(plan.certain, frozenset()) if plan.certain else frozenset()
    raised = frozenset().union(*(frame.fits[text] for text in plan.oversample if text.strip()))
    cells: dict[str, list[int]] = {}
    certain: list[int] = []
    for place, pk in enumerate(frame.pks):
        if pk in sure:
            certain.append(place)
            continue
        label = labels.get(pk, "") if plan.stratify else ""
        cells.setdefault(label + _RAISED if pk in raised else label, []).append(place)
    wanted = len(frame.pks) if plan.sample is None else plan.sample
    if len(certain) > wanted:
        raise UsageError(
            f"{len(certain)} traces are taken with certainty; the sample has {wanted}.",
            "Ask for a larger sample.",
        )
    sizes = {name: len(members) for name, members in cells.items()}
    weights = {name: plan.factor for name in cells if name.endswith(_RAISED)}
    counts = allocate(sizes, wanted - len(certain), plan.rule, weights)
    draws = [Draw(np.asarray(cells[name]), counts[name]) for name in sorted(cells)]
    draws.append(Draw(np.asarray(certain, dtype=np.int64), len(certain)))
    sample = draw(draws, len(frame.pks), plan.seed)
    cell_of = {place: name for name, members in cells.items() for place in members}
    items = []
    for place, probability in zip(
        sample.items.tolist(), sample.probabilities.tolist(), strict=True
    ):
        name = cell_of.get(place)
        role: Role = "certain" if name is None else "sample"
        if name is not None and name.endswith(_RAISED):
            role = "oversampled"
        stratum = (name or labels.get(frame.pks[place], "")).removesuffix(_RAISED)
        items.append(RoundItem(frame.pks[place], (), role, stratum, probability))
    told = [
        Cell(name, len(members), counts[name], counts[name] / len(members))
        for name, members in sorted(cells.items())
    ]
    if certain:
        told.append(Cell("certain", len(certain), len(certain), 1.0))
    return items, tuple(told)


def _gold(project: "Project", plan: RoundPlan, frame: Frame, taken: set[int]) -> list[RoundItem]:
    if not plan.gold:
        return []
    import numpy as np

    # Also where it was ruled anew since: of the ruling that stands, on the question as it stands.
    wording = PresentWording(project, project.rubrics.get(plan.rubric))
    known = {pk for (pk, _), ruling in wording.rulings().items() if ruling.value is not None}
    offered = sorted(known & set(frame.pks) - taken)
    if len(offered) < plan.gold:
        raise UsageError(
            f"Gold items have a ruling and are not drawn already: there are {len(offered):,} of "
            f"{plan.gold:,} that were asked for.",
            "Rule on more, ask for fewer, or draw a smaller sample (0 for gold items alone).",
        )
    chosen = np.random.default_rng([plan.seed, 1]).choice(offered, plan.gold, replace=False)
    return [RoundItem(int(pk), (), "gold") for pk in sorted(chosen)]


def shared_out(plan: RoundPlan, frame: Frame, drawn: Sequence[RoundItem]) -> list[RoundItem]:
    """The same items, in the same order, with their raters and hidden repeats."""
    import numpy as np

    from evaldesk.stats.overlap import overlapping

    generator = np.random.default_rng([plan.seed, 2])
    order = generator.permutation(len(drawn))
    sampled = [int(place) for place in order if drawn[place].role != "gold"]
    if plan.calibration > len(sampled):
        raise UsageError(
            f"{plan.calibration} calibration items cannot be taken from {len(sampled)}.",
            "Ask for fewer, or for a larger sample.",
        )
    calibration = set(sampled[: plan.calibration])
    shared = frame.fits.get(plan.everyone, frozenset()) if plan.everyone else frozenset()
    everybody = {
        place
        for place, item in enumerate(drawn)
        if plan.kind == "calibration"
        or place in calibration
        or item.role == "gold"
        or item.trace_pk in shared
    }
    rest = [place for place in sampled if place not in everybody]
    many = round(plan.overlap * len(rest))
    numbers = [plan.per_item] * many + [1] * (len(rest) - many)
    blocks = overlapping(numbers, len(plan.raters), plan.seed)
    raters = dict.fromkeys(everybody, tuple(range(len(plan.raters)))) | dict(
        zip(rest, blocks, strict=True)
    )
    repeats = _repeats(plan, raters, generator)
    return [
        replace(
            item,
            raters=tuple(plan.raters[number] for number in raters[place]),
            role="calibration" if place in calibration else item.role,
            repeats=tuple(name for name in plan.raters if place in repeats[name]),
        )
        for place, item in enumerate(drawn)
    ]


def _repeats(
    plan: RoundPlan, raters: Mapping[int, tuple[int, ...]], generator: "np.random.Generator"
) -> dict[str, frozenset[int]]:
    chosen: dict[str, frozenset[int]] = {}
    for number, name in enumerate(plan.raters):
        own = sorted(place for place, block in raters.items() if number in block)
        wanted = round(plan.repeats * len(own))
        picked = generator.choice(own, wanted, replace=False) if wanted else ()
        chosen[name] = frozenset(int(place) for place in picked)
    return chosen


def _in_order(
    project: "Project", plan: RoundPlan, items: Sequence[RoundItem]
) -> tuple[RoundItem, ...]:
    if plan.rules.order == "fresh":
        newest = project.traces.ids(TraceQuery(sort="-imported"))
        places = {pk: place for place, pk in enumerate(newest)}
        return tuple(sorted(items, key=lambda item: places[item.trace_pk]))
    return tuple(sorted(items, key=lambda item: item.trace_pk))


def told_of(plan: RoundPlan) -> dict[str, Any]:
    """What is kept of the plan, so that it can be read and done again."""
    left_out = ("name", "rubric", "raters", "kind", "rules", "note")
    return {key: value for key, value in asdict(plan).items() if key not in left_out}


def _costed(
    project: "Project", plan: RoundPlan, draft: RoundDraft, cells: tuple[Cell, ...]
) -> PlannedRound:
    from evaldesk.stats.overlap import expected_alpha_width, expected_rate_width

    per_rater = dict.fromkeys(plan.raters, 0)
    for item in draft.items:
        for name in (*item.raters, *item.repeats):
            per_rater[name] += 1
    several = [len(item.raters) for item in draft.items if len(item.raters) > 1]
    weights = [1.0 / item.probability for item in draft.items if item.probability]
    effective = sum(weights) ** 2 / sum(weight**2 for weight in weights) if weights else 0.0
    mean_raters = round(sum(several) / len(several)) if several else 0
    measured = project.work_times.seconds_each(plan.rubric)
    return PlannedRound(
        draft=draft,
        cells=cells,
        per_rater=per_rater,
        assignments=sum(per_rater.values()),
        seconds_each=SECONDS_EACH if measured is None else measured,
        measured=measured is not None,
        overlapping=len(several),
        alpha_width=expected_alpha_width(len(several), mean_raters, seed=plan.seed),
        rate_width=expected_rate_width(effective),
    )
