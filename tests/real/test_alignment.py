"""Trials and systems of real agent benchmarks, step beside step."""

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.query import TraceQuery
from evaldesk.services.alignment import ALL_FORMATTING, align
from evaldesk.services.importing.traces import import_files
from evaldesk.services.reading.steps import steps_of
from evaldesk.storage.project import Project


@pytest.fixture(scope="module")
def trials(shared_data, tmp_path_factory):
    """The four trials of each of fifty tasks, as steps."""
    path = tmp_path_factory.mktemp("alignment") / "p.evaldesk"
    with Project.create(path) as project:
        import_files(project, [shared_data / "traces" / "taubench" / "gpt-4o-airline.json.gz"])
        found = defaultdict(list)
        for pk in project.traces.ids(TraceQuery()):
            trace = project.traces.read(pk)
            found[trace.scenario_id].append(steps_of(trace))
    return list(found.values())


def deeds(steps):
    return Counter((s.name, canonical_json(s.arguments)) for s in steps if s.kind == "tool")


def test_four_trials_of_every_task_keep_all_promises(trials):
    assert [len(four) for four in trials] == [4] * 50
    for four in trials:
        rows = align(*four).rows
        for side, steps in enumerate(four):
            there = [row.steps[side] for row in rows if row.steps[side] is not None]
            assert there == list(range(len(steps)))
        turned = align(*four[::-1])
        assert {row.steps for row in rows} == {row.steps[::-1] for row in turned.rows}
        plain = align(*four, ignored=ALL_FORMATTING)
        assert [row.steps for row in plain.rows] == [row.steps for row in rows]
        for row in align(four[0], four[1], list(four[0])).rows:
            assert row.steps[0] == row.steps[2]


def test_the_same_call_stands_opposite_the_same_call(trials):
    """docs/alignment.md has the figures: 834 of 879, and 35 more said to be elsewhere."""
    both = opposite = elsewhere = 0
    for four in trials:
        for a, b in combinations(four, 2):
            both += (deeds(a) & deeds(b)).total()
            for row in align(a, b).rows:
                steps = [its[i] for its, i in ((a, row.a), (b, row.b)) if i is not None]
                if steps[0].kind == "tool":
                    opposite += len(steps) == 2 and len(deeds(steps)) == 1
                    elsewhere += row.moved >= 0
    assert (both, opposite, elsewhere // 2) == (879, 834, 35)


def test_a_trial_beside_itself_does_not_differ(trials):
    for four in trials:
        found = align(four[0], four[0], four[0], four[0])
        assert found.differing == ()
        assert found.first_divergence is None
