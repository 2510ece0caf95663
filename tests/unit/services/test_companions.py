"""The same runs of the next scenario, and traces of a scenario under blind names."""

import pytest

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.alignment import ALL_FORMATTING
from evaldesk.services.reading.companions import blind_siblings, companions, differ, next_set
from evaldesk.storage.project import Project


def record(run, number, trial, said):
    body = {
        "messages": [
            {"role": "user", "parts": [{"type": "text", "content": f"Question {number}"}]},
            {"role": "assistant", "parts": [{"type": "text", "content": said}]},
        ]
    }
    return TraceRecord(Scenario(f"S-{number}", f"Question {number}"), body, run=run, trial=trial)


@pytest.fixture
def project(tmp_path):
    """Runs one and two; two answers otherwise on 3, formats otherwise on 2, and lacks 1."""
    said = {("two", 3): "No", ("two", 2): "**Yes**"}
    with Project.create(tmp_path / "p.evaldesk") as made:
        for run in ("one", "two"):
            with made.ingest(f"{run}.jsonl") as writer:
                writer.run(run, system=run, dataset="", details={})
                for number in range(5):
                    if (run, number) != ("two", 1):
                        text = said.get((run, number), "Yes")
                        writer.add(record(run, number, 0, text), run)
                writer.finish("")
        yield made


def at(project, run, number):
    return project.traces.find(f"{run}/S-{number}")


def test_the_next_scenario_that_has_the_same_runs(project):
    ids = list(project.traces.ids(TraceQuery()))
    shown = (at(project, "one", 0), at(project, "two", 0))
    wanted = companions(project, shown)
    assert wanted == (("one", 0), ("two", 0))

    def go(place, by=1, **how):
        found = next_set(project, ids, place, wanted, by, **how)
        return None if found is None else (found[0], found[1])

    here = ids.index(shown[0])
    row, pks = go(here)
    assert pks == (at(project, "one", 2), at(project, "two", 2))  # two lacks S-1
    assert ids[row] == pks[0]
    assert go(row, -1) == (here, shown)
    assert go(here, differing=True)[1] == (at(project, "one", 2), at(project, "two", 2))
    assert go(here, differing=True, ignored=ALL_FORMATTING)[1] == (
        at(project, "one", 3),
        at(project, "two", 3),
    )
    assert go(ids.index(at(project, "one", 4))) is None
    # Along the rows of the other run as well, with the columns as they were.
    row, pks = go(ids.index(at(project, "two", 0)))
    assert ids[row] == at(project, "two", 2)
    assert pks == (at(project, "one", 2), at(project, "two", 2))
    assert next_set(project, ids, here, (("one", 0), ("three", 0)), 1) is None


def test_it_stops_when_it_is_not_wanted_any_more(project):
    class Gone(Exception):
        pass

    def check():
        raise Gone

    ids = list(project.traces.ids(TraceQuery()))
    with pytest.raises(Gone):
        next_set(project, ids, 0, (("one", 0), ("two", 0)), 1, check=check)


def test_differ(project):
    assert not differ(project, (at(project, "one", 0), at(project, "two", 0)))
    assert differ(project, (at(project, "one", 2), at(project, "two", 2)))
    assert not differ(project, (at(project, "one", 2), at(project, "two", 2)), ALL_FORMATTING)


def test_blind_names_tell_nothing_of_the_run(project):
    named = {}
    for number in (0, 2, 3, 4):
        one, two = at(project, "one", number), at(project, "two", number)
        order, names = blind_siblings(project, one, "ada")
        assert order == (one, two)
        assert blind_siblings(project, one, "ada") == (order, names)
        # The same trace has the same name whichever is being rated.
        other_order, other_names = blind_siblings(project, two, "ada")
        assert dict(zip(other_order, other_names, strict=True)) == dict(
            zip(order, names, strict=True)
        )
        named[number] = names
    assert len({names[0] for names in named.values()}) > 1
    alone = blind_siblings(project, at(project, "one", 1), "ada")
    assert alone[0] == (at(project, "one", 1),)
