"""What can be paired, what cannot, and that nothing is left out in silence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.services.comparing.comparison import compare
from evaldesk.services.comparing.metrics import metrics
from evaldesk.services.importing.traces import import_files
from evaldesk.storage.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        yield made


def tau(task: int, reward: float, *, trial: int = 0, text: str = "", error: str = "") -> Any:
    info: dict[str, Any] = {"task": {"instruction": text or f"Task {task}"}}
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": f"{reward}"}]
    if error:
        info, turns = {"error": error, "traceback": "…"}, []
    return {"task_id": task, "reward": reward, "info": info, "traj": turns, "trial": trial}


def bring(project: Project, folder: Path, name: str, records: list[Any]) -> None:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(records))
    import_files(project, [path])


def test_an_infrastructure_error_is_left_out_and_said(project: Project, tmp_path: Path) -> None:
    bring(project, tmp_path, "a", [tau(i, float(i % 2)) for i in range(10)])
    records = [tau(i, 1.0) for i in range(10)]
    records[3] = tau(3, 0.0, error="timeout")
    bring(project, tmp_path, "b", records)
    found = compare(project, "a", "b", "pass")
    assert len(found.pairs) == 9
    assert (found.missing_a, found.missing_b) == (0, 1)
    assert found.b.value == 1.0
    assert [item.reason for item in found.unpaired] == ["infrastructure error in B"]
    assert any("left out, not counted as failures" in note for note in found.notes)
    counted = compare(project, "a", "b", "pass", errors_as_failures=True)
    assert len(counted.pairs) == 10
    assert counted.b.value == pytest.approx(0.9)
    assert any("counted as failures" in note for note in counted.notes)


def test_several_trials_become_one_value(project: Project, tmp_path: Path) -> None:
    first = [tau(i, float(t < i), trial=t) for i in range(5) for t in range(4)]
    bring(project, tmp_path, "a", first)
    bring(project, tmp_path, "b", [tau(i, 1.0) for i in range(5)])
    mean = compare(project, "a", "b", "pass")
    assert [pair.a for pair in mean.pairs] == [0, 0.25, 0.5, 0.75, 1]
    assert not mean.binary
    assert any("averaged within each scenario" in note for note in mean.notes)
    worst = compare(project, "a", "b", "pass", trials="all-pass")
    assert [pair.a for pair in worst.pairs] == [0, 0, 0, 0, 1]
    first_only = compare(project, "a", "b", "pass", trials="first")
    assert [pair.a for pair in first_only.pairs] == [0, 1, 1, 1, 1]


def test_latency_is_better_when_it_is_lower(project: Project, tmp_path: Path) -> None:
    for name, factor in (("a", 100), ("b", 50)):
        path = tmp_path / f"{name}.jsonl"
        lines = [
            {"id": f"c{i}", "input": f"Q{i}", "output": "x", "latency_ms": factor * (i + 1)}
            for i in range(8)
        ]
        path.write_text("\n".join(map(json.dumps, lines)))
        import_files(project, [path])
    found = compare(project, "a", "b", "latency_ms")
    assert (found.direction, found.wins, found.losses) == ("lower", 8, 0)
    assert list(found.regressions) == []


def test_wrong_names_offer_the_nearest(project: Project, tmp_path: Path) -> None:
    bring(project, tmp_path, "alpha", [tau(1, 1.0)])
    bring(project, tmp_path, "beta", [tau(1, 1.0)])
    with pytest.raises(NotFoundError, match="Did you mean “alpha”"):
        compare(project, "alpa", "beta", "pass")
    with pytest.raises(NotFoundError, match="Did you mean “pass”"):
        compare(project, "alpha", "beta", "pas")
    with pytest.raises(NotFoundError, match="slice"):
        compare(project, "alpha", "beta", "pass", by=["colour"])
    with pytest.raises(UsageError, match="itself"):
        compare(project, "alpha", "alpha", "pass")
    assert metrics(project, "alpha", "beta")[:2] == ["reward", "pass"]


_outcomes = st.dictionaries(
    st.integers(0, 12), st.sampled_from([0.0, 1.0, None]), min_size=1, max_size=12
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(a=_outcomes, b=_outcomes)
@example(a={0: None}, b={0: None})
def test_every_scenario_is_paired_or_reported(
    tmp_path_factory: pytest.TempPathFactory,
    a: dict[int, float | None],
    b: dict[int, float | None],
) -> None:
    folder = tmp_path_factory.mktemp("c")
    with Project.create(folder / "p.evaldesk") as project:
        bring(project, folder, "other", [tau(99, 1.0)])
        for name, outcomes in (("a", a), ("b", b)):
            records = [
                tau(task, 0.0, error="down") if reward is None else tau(task, reward)
                for task, reward in outcomes.items()
            ]
            bring(project, folder, name, records)
        # Where every task of both failed, the metric is known from another run alone.
        bring(project, folder, "elsewhere", [tau(0, 1.0)])
        found = compare(project, "a", "b", "pass")
        paired = {pair.scenario for pair in found.pairs}
        assert paired == {
            str(task) for task in a if a[task] is not None and b.get(task) is not None
        }
        assert found.wins + found.ties + found.losses == len(found.pairs)
        reported = {item.scenario for item in found.unpaired}
        assert paired | reported == {str(task) for task in (*a, *b)}
        assert not paired & reported
        back = compare(project, "b", "a", "pass")
        assert (back.wins, back.losses) == (found.losses, found.wins)
        assert (back.missing_a, back.missing_b) == (found.missing_b, found.missing_a)
        if found.difference.value is not None and back.difference.value is not None:
            assert back.difference.value == pytest.approx(-found.difference.value)
