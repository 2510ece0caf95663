"""Plans of rounds: for any plan what it promises is in the round."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.domain.trace import Score
from evaldesk.services.finding.query import parse
from evaldesk.services.rounds.planning import RoundPlan, plan_round, start_round
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = read_rubric({"name": "R", "criteria": [{"name": "good", "scale": {"kind": "binary"}}]})
PLAN = RoundPlan("Pilot", "R", ("Ada", "Bo", "Cy"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    folder: Path = tmp_path_factory.mktemp("planning")
    with Project.create(folder / "p.evaldesk") as made:
        records = []
        for number in range(90):
            one = record(number)
            scenario = replace(
                one.scenario,
                tier="critical" if number % 9 == 0 else "important",
                slices={"language": "de" if number % 3 == 0 else "en"},
            )
            scores = {"pass": Score(float(number % 10 != 0))}
            records.append(replace(one, scenario=scenario, scores=scores))
        fill(made, records)
        made.rubrics.save(RUBRIC, "Olga")
        yield made


def fitting(project: Project, where: str) -> set[int]:
    return set(project.traces.ids(TraceQuery(where=parse(where))))


plans = st.builds(
    RoundPlan,
    name=st.just("Pilot"),
    rubric=st.just("R"),
    raters=st.sampled_from([("Ada",), ("Ada", "Bo"), ("Ada", "Bo", "Cy"), tuple("ABCDE")]),
    sample=st.none() | st.integers(15, 90),
    stratify=st.sampled_from(["", "tier", "language"]),
    rule=st.sampled_from(["proportional", "equal"]),
    oversample=st.sampled_from([(), ("score.pass = 0",), ("score.pass = 0", "tier = critical")]),
    factor=st.floats(1, 8),
    certain=st.sampled_from(["", "tier = critical"]),
    per_item=st.integers(1, 5),
    overlap=st.sampled_from([0.0, 0.2, 1.0]),
    everyone=st.sampled_from(["", "tier = critical"]),
    calibration=st.integers(0, 12),
    repeats=st.sampled_from([0.0, 0.1]),
    seed=st.integers(0, 5),
).filter(lambda plan: plan.per_item <= len(plan.raters))


@settings(max_examples=60, deadline=None)
@given(plans)
def test_any_plan_gives_what_it_promises(project: Project, plan: RoundPlan) -> None:
    planned = plan_round(project, plan)
    items = planned.draft.items
    wanted = 90 if plan.sample is None else plan.sample
    assert len(items) == wanted
    assert len({item.trace_pk for item in items}) == wanted
    critical = fitting(project, "tier = critical")
    taken = {item.trace_pk for item in items}
    if plan.certain:
        assert critical <= taken
    # Each item's probability is its cell's, so over all that could be drawn they sum to the sample.
    total = sum(cell.traces * cell.probability for cell in planned.cells)
    assert total == pytest.approx(wanted)
    assert all(item.probability is not None and 0 < item.probability <= 1 for item in items)
    assert sum(1 for item in items if item.role == "calibration") == plan.calibration
    everybody = [item for item in items if item.role == "calibration"]
    if plan.everyone:
        everybody += [item for item in items if item.trace_pk in critical]
    assert all(item.raters == plan.raters for item in everybody)
    shared = {item.trace_pk for item in everybody}
    rest = [item for item in items if item.trace_pk not in shared]
    many = round(plan.overlap * len(rest))
    expected = {plan.per_item: many} if plan.per_item > 1 else {1: len(rest)}
    if plan.per_item > 1:
        expected[1] = len(rest) - many
    found = Counter(len(item.raters) for item in rest)
    assert found == Counter({key: count for key, count in expected.items() if count})
    loads = Counter(name for item in rest for name in item.raters)
    if loads and plan.overlap in (0.0, 1.0):
        assert max(loads.values()) - min(loads[name] for name in plan.raters) <= 1
    assert sum(planned.per_rater.values()) == planned.assignments
    assert plan_round(project, plan).draft == planned.draft


def test_every_two_raters_share_enough(project: Project) -> None:
    planned = plan_round(project, replace(PLAN, per_item=2))
    met = Counter(pair for item in planned.draft.items for pair in combinations(item.raters, 2))
    assert len(met) == 3
    assert min(met.values()) >= 28


def test_strata_are_shared_by_size_or_equally(project: Project) -> None:
    by_size = plan_round(project, replace(PLAN, sample=30, stratify="language"))
    assert {cell.name: cell.items for cell in by_size.cells} == {"de": 10, "en": 20}
    equal = plan_round(project, replace(PLAN, sample=30, stratify="language", rule="equal"))
    assert {cell.name: cell.items for cell in equal.cells} == {"de": 15, "en": 15}
    assert {cell.name: cell.probability for cell in equal.cells} == {"de": 0.5, "en": 0.25}


def test_what_is_oversampled_is_drawn_more_readily_and_the_rest_is_kept(project: Project) -> None:
    planned = plan_round(project, replace(PLAN, sample=30, oversample=("score.pass = 0",)))
    cells = {cell.name: cell for cell in planned.cells}
    assert cells[" · oversampled"].traces == 9
    assert cells[" · oversampled"].probability > 2 * cells[""].probability
    assert cells[""].items >= 20
    roles = Counter(item.role for item in planned.draft.items)
    assert roles["oversampled"] == cells[" · oversampled"].items


def test_more_items_make_narrower_intervals_and_more_hours(project: Project) -> None:
    small = plan_round(project, replace(PLAN, sample=20, per_item=2))
    large = plan_round(project, replace(PLAN, sample=80, per_item=2))
    assert small.alpha_width is not None
    assert large.alpha_width is not None
    assert small.alpha_width > large.alpha_width
    assert small.rate_width is not None
    assert large.rate_width is not None
    assert small.rate_width > large.rate_width
    assert large.hours == pytest.approx(160 * 90 / 3600)
    assert plan_round(project, PLAN).alpha_width is None


def test_gold_items_are_rated_by_all_and_have_no_probability(project: Project) -> None:
    pk = project.traces.ids(TraceQuery())[0]
    project.rulings.append(pk, "R", "good", "other", "yes", "seen", "Olga")
    planned = plan_round(project, replace(PLAN, sample=20, where='scenario != "case-0"', gold=0))
    assert all(item.role == "sample" for item in planned.draft.items)
    for seed in range(20):
        plan = replace(PLAN, sample=20, gold=1, seed=seed)
        try:
            golden = [i for i in plan_round(project, plan).draft.items if i.role == "gold"]
        except UsageError:
            continue  # the only one with a ruling was drawn already
        assert [(item.trace_pk, item.raters, item.probability) for item in golden] == [
            (pk, PLAN.raters, None)
        ]
        break
    else:
        pytest.fail("the item with a ruling was drawn every time")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (replace(PLAN, per_item=4), "3"),
        (replace(PLAN, raters=("Ada", "Ada")), "twice"),
        (replace(PLAN, sample=0), "at least one"),
        (replace(PLAN, where="latency_ms > 9e9"), "No trace fits"),
        (replace(PLAN, calibration=91), "calibration"),
        (replace(PLAN, sample=5, certain="tier = critical"), "certainty"),
        (replace(PLAN, overlap=1.5), "overlap"),
        (replace(PLAN, gold=50), "gold"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(project: Project, plan: RoundPlan, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        plan_round(project, plan)


def test_a_started_round_has_the_planned_items(project: Project) -> None:
    plan = replace(PLAN, name="Started", sample=12, per_item=2, repeats=0.5)
    made, planned = start_round(project, plan, "Olga")
    assert made.items == 12
    assert made.plan["sample"] == 12
    kept = {item.trace_pk: item for item in project.rounds.items("Started")}
    assert kept == {item.trace_pk: item for item in planned.draft.items}
    for name, count in planned.per_rater.items():
        assert len(project.rounds.assigned("Started", name)) == count


def test_all_raters_have_every_item_of_a_calibration(project: Project) -> None:
    plan = replace(PLAN, kind="calibration", sample=6)
    assert {item.raters for item in plan_round(project, plan).draft.items} == {PLAN.raters}
