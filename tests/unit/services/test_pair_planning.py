"""Plans of pairwise rounds: for any plan what it promises is in the round."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.services.rounds.planning import RoundPlan, plan_round, start_round
from evaldesk.storage.project import Project
from tests.unit.services.pairs import RUNS, project_with_runs

PLAN = RoundPlan("Duel", "R", ("Ada", "Bo", "Cy"), kind="pairwise", pairs=("one", "two"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with project_with_runs(tmp_path_factory.mktemp("pairs") / "p.evaldesk", 40) as made:
        yield made


plans = st.builds(
    RoundPlan,
    name=st.just("Duel"),
    rubric=st.just("R"),
    raters=st.sampled_from([("Ada",), ("Ada", "Bo"), ("Ada", "Bo", "Cy"), tuple("ABCDE")]),
    kind=st.just("pairwise"),
    pairs=st.sampled_from([("one", "two"), ("two", "one"), RUNS]),
    sample=st.none() | st.integers(12, 39),
    stratify=st.sampled_from(["", "tier", "language"]),
    oversample=st.sampled_from([(), ("tier = critical",)]),
    certain=st.sampled_from(["", "tier = critical"]),
    everyone=st.sampled_from(["", "tier = critical"]),
    per_item=st.integers(1, 5),
    overlap=st.floats(0, 1),
    calibration=st.integers(0, 6),
    repeats=st.floats(0, 1),
    seed=st.integers(0, 50),
).filter(lambda plan: plan.per_item <= len(plan.raters))


_numbers = count()


@settings(max_examples=30)
@given(plans)
def test_a_plan_holds_what_it_promises(project: Project, plan: RoundPlan) -> None:
    # Of one name there is one round.
    plan = replace(plan, name=f"Duel {next(_numbers)}")
    made, planned = start_round(project, plan, "Olga")
    pairs = project.preferences.pairs(plan.name)
    rows = {
        row.pk: row
        for row in project.traces.rows(sorted({pk for pair in pairs for pk in (pair.a, pair.b)}))
    }
    assert made.items == planned.items == len(pairs)
    # Each is of one scenario, of two runs in the plan's order, and none is there twice.
    for pair in pairs:
        a, b = rows[pair.a], rows[pair.b]
        assert a.scenario_id == b.scenario_id
        assert plan.pairs.index(a.run) < plan.pairs.index(b.run)
    assert len({(pair.a, pair.b) for pair in pairs}) == len(pairs)
    # A scenario gives every two of its runs, and as many scenarios are drawn as were asked for.
    by_scenario: dict[str, set[tuple[str, str]]] = {}
    for pair in pairs:
        ends = (rows[pair.a].run, rows[pair.b].run)
        by_scenario.setdefault(rows[pair.a].scenario_id, set()).add(ends)
    for ends in by_scenario.values():
        runs = [run for run in plan.pairs if any(run in one for one in ends)]
        assert ends == set(combinations(runs, 2))
    if plan.sample is not None:
        assert len(by_scenario) == plan.sample
    everything = len(by_scenario) if plan.sample is None else plan.sample
    total = sum(cell.traces for cell in planned.cells)
    chances = {rows[pair.a].scenario_id: pair.probability or 0.0 for pair in pairs}
    assert all(0.0 < chance <= 1.0 for chance in chances.values())
    assert everything <= total
    # Overlap, and those that all compare.
    loads = Counter(len(pair.raters) for pair in pairs)
    for pair in pairs:
        critical = rows[pair.a].tier == "critical"
        if (plan.everyone and critical) or pair.role == "calibration":
            assert set(pair.raters) == set(plan.raters)
    assert set(loads) <= {1, plan.per_item, len(plan.raters)}
    if plan.overlap == 1.0:
        assert 1 not in loads or plan.per_item == 1 or len(plan.raters) == 1
    for rater in plan.raters:
        queue = project.preferences.assigned(plan.name, rater)
        assert len(queue) == planned.per_rater[rater]
        assert [one.position for one in queue] == list(range(len(queue)))
        first = {one.number: one for one in queue if not one.reading}
        again = {one.number: one for one in queue if one.reading}
        assert set(first) == {pair.number for pair in pairs if rater in pair.raters}
        assert set(again) == {pair.number for pair in pairs if rater in pair.repeats}
        # Sides are balanced within one, of first readings and of all.
        for ones in (list(first.values()), queue):
            sides = Counter(one.left for one in ones)
            assert abs(sides["a"] - sides["b"]) <= 1
        # A repeat comes later, the other way round.
        for number, one in again.items():
            assert one.left != first[number].left
            assert one.position > first[number].position
            assert one.sides == first[number].sides[::-1]


def test_the_same_plan_gives_the_same_round(project: Project) -> None:
    assert plan_round(project, PLAN).draft == plan_round(project, PLAN).draft
    other = plan_round(project, replace(PLAN, seed=1)).draft
    assert [pair.left for pair in other.pairs] != [
        pair.left for pair in plan_round(project, PLAN).draft.pairs
    ]


def test_what_only_one_run_has_is_told_and_not_compared(project: Project) -> None:
    planned = plan_round(project, replace(PLAN, pairs=("one", "three")))
    assert (planned.items, planned.unpaired) == (39, 1)
    every = plan_round(project, replace(PLAN, pairs=RUNS))
    assert every.items == 39 * 3 + 1


def test_raters_do_not_see_the_same_side(project: Project) -> None:
    pairs = plan_round(project, replace(PLAN, per_item=3)).draft.pairs
    for one, other in combinations(PLAN.raters, 2):
        same = sum(pair.left[one] == pair.left[other] for pair in pairs)
        assert 5 < same < 35


@pytest.mark.parametrize(
    "change",
    [
        {"pairs": ("one",)},
        {"pairs": ("one", "one")},
        {"pairs": ()},
        {"kind": "main"},
        {"run": "one"},
        {"stratify": "run"},
        {"gold": 1},
        {"where": 'scenario = "nothing"'},
    ],
    ids=str,
)
def test_a_plan_that_cannot_be_is_refused(project: Project, change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        plan_round(project, replace(PLAN, **change))  # type: ignore[arg-type]


def test_an_unknown_run_offers_the_nearest(project: Project) -> None:
    with pytest.raises(NotFoundError, match="one"):
        plan_round(project, replace(PLAN, pairs=("on", "two")))
