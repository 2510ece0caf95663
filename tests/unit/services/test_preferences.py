"""What a pairwise round found, on votes of which every figure is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaldesk.domain.errors import NotAllowedError, NotFoundError, UsageError
from evaldesk.domain.preference import OVERALL, PairItem, other
from evaldesk.domain.round import RoundDraft
from evaldesk.services.judging.preferences import findings
from evaldesk.services.rounds.overview import findings as round_findings
from evaldesk.services.rounds.overview import overview
from evaldesk.storage.project import Project
from tests.unit.services.pairs import RUNS, prefer, project_with_runs

RATERS = ("Ada", "Bo")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Twenty pairs of two runs; Ada gets the first four twice."""
    with project_with_runs(tmp_path / "p.evaldesk") as made:
        one, two = (made.traces.of_run(run) for run in ("one", "two"))
        pairs = tuple(
            PairItem(
                number=place + 1,
                a=a.pk,
                b=b.pk,
                left={"Ada": "a" if place % 2 else "b", "Bo": "a" if place < 10 else "b"},
                probability=1.0,
                repeats=("Ada",) if place < 4 else (),
            )
            for place, (a, b) in enumerate(zip(one, two, strict=True))
        )
        plan = {"pairs": ["one", "two"]}
        draft = RoundDraft("Duel", "pairwise", "R", RATERS, (), plan=plan, pairs=pairs)
        made.rounds.start(draft, "Olga")
        yield made


def overall(project: Project, **more: object):  # type: ignore[no-untyped-def]
    return findings(project, "Duel", criterion="overall", resamples=300, **more)[0]  # type: ignore[arg-type]


def test_wins_ties_and_both_bad_are_counted_apart(project: Project) -> None:
    for number in range(1, 21):
        choice = ("a", "a", "b", "tie", "bad")[number % 5]
        prefer(project, "Duel", "Bo", number, choice, 2 if choice in "ab" else None)  # type: ignore[arg-type]
    found = overall(project)
    (result,) = found.results
    assert (result.run_a, result.run_b) == ("one", "two")
    assert (result.wins, result.losses, result.ties, result.bad) == (8, 4, 4, 4)
    assert result.win.value == pytest.approx((8 + 4) / 20)
    assert result.win.n == 20
    assert "Tango" in (result.win.method or "")
    assert result.tied.value == pytest.approx(0.2)
    assert result.both_bad.value == pytest.approx(0.2)
    assert result.strengths == {2: (8, 4)}
    assert found.strengths == []


def test_what_is_not_submitted_does_not_count(project: Project) -> None:
    prefer(project, "Duel", "Bo", 1, "a", 1, submit=False)
    assert overall(project).results == []
    assert overall(project).compared == 0


def test_two_readings_that_differ_are_a_tie(project: Project) -> None:
    for number in range(1, 5):
        prefer(project, "Duel", "Ada", number, "a", 1)
    prefer(project, "Duel", "Ada", 1, "a", 1, reading=1)
    for number in (2, 3):
        # The other end now, and so the same side as before.
        prefer(project, "Duel", "Ada", number, "b", 1, reading=1)
    prefer(project, "Duel", "Ada", 4, "tie", reading=1)
    found = overall(project)
    assert (found.results[0].wins, found.results[0].ties) == (1, 3)
    position = found.position
    assert (position.consistent.value, position.consistent.n) == (0.25, 4)
    # Pair 2 stood with a on the left first, pair 3 with b.
    assert (position.to_left, position.to_right) == (1, 1)


def test_one_who_always_takes_the_left_is_found_out_and_sways_nothing(project: Project) -> None:
    for number in range(1, 21):
        pair = project.preferences.pairs("Duel")[number - 1]
        left = pair.left["Ada"]
        assert left
        prefer(project, "Duel", "Ada", number, left, 1)
        if number <= 4:
            prefer(project, "Duel", "Ada", number, other(left), 1, reading=1)
    found = overall(project)
    assert found.position.left.value == 1.0
    assert (found.position.p_value or 1.0) < 1e-5
    assert (found.position.consistent.value, found.position.to_left) == (0.0, 4)
    assert found.results[0].win.value == pytest.approx(0.5)


def test_agreement_is_over_what_two_compared(project: Project) -> None:
    for number in range(1, 21):
        prefer(project, "Duel", "Bo", number, "a" if number % 2 else "b", 3)
        if number > 4:
            prefer(project, "Duel", "Ada", number, "a" if number % 2 else "b", 1)
    agreement = overall(project).agreement
    assert agreement.nominal.value == pytest.approx(1.0)
    assert agreement.nominal.n == 16
    assert agreement.ordinal.value is not None
    assert agreement.ordinal.value < 1.0


def test_slices_and_criteria(project: Project) -> None:
    for number in range(1, 21):
        german = (number - 1) % 2 == 1
        prefer(project, "Duel", "Bo", number, "a" if german else "b", 1)
        prefer(project, "Duel", "Bo", number, "tie", criterion="kind")
    whole, kind = findings(project, "Duel", by=["language"], resamples=300)
    assert [one.criterion for one in (whole, kind)] == [OVERALL, "kind"]
    told = {(one.by, one.group): one.win.value for one in whole.groups}
    assert told == {("language", "de"): 1.0, ("language", "en"): 0.0}
    assert kind.results[0].win.value == 0.5
    assert {one.by for one in findings(project, "Duel", by=None)[0].groups} == {"language"}
    with pytest.raises(NotFoundError, match="kind"):
        findings(project, "Duel", criterion="kin")
    with pytest.raises(NotFoundError):
        findings(project, "Duel", by=["langage"])


def test_three_runs_have_strengths(tmp_path: Path) -> None:
    with project_with_runs(tmp_path / "p.evaldesk") as project:
        traces = {run: {t.scenario_id: t.pk for t in project.traces.of_run(run)} for run in RUNS}
        pairs = []
        for a, b in (("one", "two"), ("one", "three"), ("two", "three")):
            for scenario in sorted(traces[a].keys() & traces[b].keys()):
                ends = traces[a][scenario], traces[b][scenario]
                pairs.append(PairItem(len(pairs) + 1, *ends, left={"Ada": "a"}))
        plan = {"pairs": list(RUNS)}
        draft = RoundDraft("Duel", "pairwise", "R", ("Ada",), (), plan=plan, pairs=pairs)
        project.rounds.start(draft, "Olga")
        for pair in pairs:
            prefer(project, "Duel", "Ada", pair.number, "a" if pair.number % 4 else "b", 1)
        found = overall(project)
        assert [one.run for one in found.strengths] == list(RUNS)
        assert [(one.run_a, one.run_b) for one in found.results] == [
            ("one", "two"),
            ("one", "three"),
            ("two", "three"),
        ]
        assert all(one.strength.low is not None for one in found.strengths)


def test_unequal_probabilities_are_weighed(tmp_path: Path) -> None:
    with project_with_runs(tmp_path / "p.evaldesk", 12, ("one", "two")) as project:
        one, two = (project.traces.of_run(run) for run in ("one", "two"))
        pairs = tuple(
            PairItem(n + 1, a.pk, b.pk, {"Ada": "a"}, probability=0.5 if n < 6 else 1.0)
            for n, (a, b) in enumerate(zip(one, two, strict=True))
        )
        draft = RoundDraft("Duel", "pairwise", "R", ("Ada",), (), pairs=pairs)
        project.rounds.start(draft, "Olga")
        for pair in pairs:
            prefer(project, "Duel", "Ada", pair.number, "a" if pair.number <= 6 else "b", 1)
        win = overall(project).results[0].win
        assert win.value == pytest.approx(12 / 18)
        assert "Hájek" in (win.method or "")


def test_who_compares_is_told_nothing_while_the_round_is_open(project: Project) -> None:
    prefer(project, "Duel", "Bo", 1, "a", 1)
    with pytest.raises(NotAllowedError):
        findings(project, "Duel", person="Ada")
    assert round_findings(project, "Duel", "Ada").pairs == ()
    assert overview(project, "Duel", "Ada").round.plan == {}
    assert round_findings(project, "Duel", "Olga").pairs
    with pytest.raises(UsageError, match="closed, and not revealed"):
        project.rounds.move("Duel", "revealed", "Olga")
    project.rounds.move("Duel", "closed", "Olga")
    assert round_findings(project, "Duel", "Ada").pairs
    assert overview(project, "Duel", "Ada").round.plan["pairs"] == ["one", "two"]
