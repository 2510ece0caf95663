"""Disagreements, the board, rulings and what comes back again and again."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.domain.rating import Disagreement
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.judging import adjudication
from evaldesk.services.judging.patterns import _tail, find_patterns, raters_are_slots
from evaldesk.services.judging.ruling_reasons import KINDS, recent, split_kind, with_kind
from evaldesk.services.labelling.blinding import blindness
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [
            {"name": "success", "title": "Task success", "scale": {"kind": "binary"}},
            {"name": "honest", "scale": {"kind": "ordinal", "points": ["no", "partly", "yes"]}},
            {"name": "minutes", "required": False, "scale": {"kind": "ratio", "maximum": 60}},
            {"name": "notes", "required": False, "scale": {"kind": "text"}},
        ],
        "failure_modes": [{"name": "wrong_action", "title": "Wrong action"}],
    }
)
RATERS = ("ada", "bo", "cy")
TIERS = ("nice-to-have", "critical", "important", "critical")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as project:
        with project.ingest("made") as writer:
            writer.run("run", system="", dataset="", details={})
            for number in range(12):
                scenario = Scenario(
                    f"RET-{number:02}", f"question {number}", tier=TIERS[number % 4]
                )
                writer.add(TraceRecord(scenario, {"messages": []}), "run")
            writer.finish("")
        project.rubrics.save(RUBRIC, "ada")
        yield project


def rate(project: Project, pk: int, field: str, **values: Any) -> None:
    for rater, value in values.items():
        project.ratings.answer(pk, RUBRIC.name, field, rater, value)


def pks(project: Project) -> list[int]:
    return [project.traces.find(f"RET-{number:02}") for number in range(12)]


def test_worst_first_by_severity_then_spread_then_tier(project: Project) -> None:
    a, b, c, d, *_ = pks(project)
    rate(project, a, "honest", ada="no", bo="partly")  # half apart, nice-to-have
    rate(project, b, "honest", ada="no", bo="partly")  # half apart, critical
    rate(project, c, "honest", ada="no", bo="yes")  # wholly apart
    rate(project, d, "honest", ada="partly", bo="yes")  # half apart, but somebody said S1
    rate(project, d, SEVERITY, ada="S1", bo="S3")
    found = adjudication.disagreements(project, "Support")
    assert [item.trace_pk for item in found] == [d, c, b, a]
    assert [item.spread for item in found] == [0.5, 1.0, 0.5, 0.5]
    assert found[0].severity == "S1"


def test_agreement_and_single_answers_are_no_disagreement(project: Project) -> None:
    a, b, *_ = pks(project)
    rate(project, a, "success", ada="yes", bo="yes", cy="yes")
    rate(project, b, "success", ada="no")
    rate(project, a, "notes", ada="fine", bo="poor")
    assert adjudication.disagreements(project, "Support") == []


def test_one_run_and_one_criterion(project: Project) -> None:
    a, b, *_ = pks(project)
    rate(project, a, "success", ada="yes", bo="no")
    rate(project, b, "honest", ada="yes", bo="no")
    found = adjudication.disagreements(project, "Support", criterion="honest", run="run")
    assert [item.trace_pk for item in found] == [b]
    # Nobody answered in minutes, whose scale has no lower bound.
    assert adjudication.disagreements(project, "Support", criterion="minutes") == []
    with pytest.raises(NotFoundError, match="honest"):
        adjudication.disagreements(project, "Support", criterion="honset")
    with pytest.raises(NotFoundError):
        adjudication.disagreements(project, "Support", run="other")


@given(st.lists(st.sampled_from(["no", "partly", "yes"]), min_size=2, max_size=9))
def test_spread_counts_every_pair_of_raters(values: list[str]) -> None:
    criterion = RUBRIC.criterion("honest")
    assert criterion is not None
    answers = {f"r{number}": value for number, value in enumerate(values)}
    places = [["no", "partly", "yes"].index(value) for value in values]
    pairs = [abs(a - b) / 2 for a, b in combinations(places, 2)]
    spread = adjudication._spread(criterion.scale, answers, 2.0)
    assert spread == pytest.approx(sum(pairs) / len(pairs))


def test_a_number_without_bounds_is_measured_by_what_was_given(project: Project) -> None:
    a, b, *_ = pks(project)
    rate(project, a, "minutes", ada=0.0, bo=60.0)
    rate(project, b, "minutes", ada=10.0, bo=25.0)
    found = adjudication.disagreements(project, "Support")
    assert [item.spread for item in found] == [1.0, 0.25]


# -- the board


def test_the_board_says_who_agrees_differs_and_is_missing(project: Project) -> None:
    a = pks(project)[0]
    rate(project, a, "success", ada="no", bo="no", cy="no")
    rate(project, a, "honest", ada="no", bo="yes")
    rate(project, a, "minutes", cy=3.0)
    rate(project, a, COMMENT, bo="It was the wrong order.")
    rate(project, a, FAILURE_MODES, ada=["wrong_action"])
    rate(project, a, SEVERITY, ada="S2", bo="S3")
    board = adjudication.board(project, "Support", a)
    assert [row.state for row in board.rows] == ["agree", "differ", "single", "missing"]
    assert set(board.aliases) == {"Oak", "Fir", "Elm"}
    assert sorted(map(str, board.rows[1].values.values())) == ["no", "yes"]
    assert list(board.comments.values()) == ["It was the wrong order."]
    assert list(board.tags.values()) == [["wrong_action"]]
    assert sorted(board.severities.values()) == ["S2", "S3"]
    text = repr(board)
    assert not any(f"'{rater}'" in text for rater in RATERS)


def test_a_rater_has_another_place_from_trace_to_trace(project: Project) -> None:
    columns = set()
    for pk in pks(project):
        rate(project, pk, "minutes", ada=1.0, bo=2.0, cy=3.0)
        row = adjudication.board(project, "Support", pk).rows[2]
        columns.add(next(alias for alias, value in row.values.items() if value == 1.0))
    assert len(columns) == 3


def test_a_list_shows_answers_in_the_order_of_the_board(project: Project) -> None:
    for pk in pks(project):
        rate(project, pk, "minutes", ada=1.0, bo=2.0, cy=3.0)
    for item in adjudication.disagreements(project, "Support"):
        board = adjudication.board(project, "Support", item.trace_pk)
        row = board.rows[2]
        expected = [row.values[alias] for alias in board.aliases]
        assert adjudication.in_board_order(item, "Support") == expected


def test_many_raters_are_numbered_in_a_shuffled_order(project: Project) -> None:
    a = pks(project)[0]
    rate(project, a, "minutes", **{f"rater{n:02}": float(n) for n in range(20)})
    board = adjudication.board(project, "Support", a)
    assert list(board.aliases) == [f"Rater {n}" for n in range(1, 21)]
    (item,) = adjudication.disagreements(project, "Support")
    shown = [board.rows[2].values[alias] for alias in board.aliases]
    assert adjudication.in_board_order(item, "Support") == shown
    assert shown != sorted(shown, key=float)


# -- rulings


def rule(project: Project, pk: int, kind: Any, value: Any, reason: str = "Because.") -> Any:
    return adjudication.rule(project, "Support", pk, "honest", kind, value, reason, "noor")


def test_a_ruling_says_whether_a_rater_gave_its_value(project: Project) -> None:
    a = pks(project)[0]
    rate(project, a, "honest", ada="no", bo="yes")
    assert rule(project, a, "adopt", "no").kind == "adopt"
    assert rule(project, a, "adopt", "partly").kind == "other"
    assert rule(project, a, "none_fits", None).value is None


def test_a_second_ruling_supersedes_and_the_first_stays(project: Project) -> None:
    a = pks(project)[0]
    rate(project, a, "honest", ada="no", bo="yes")
    first = rule(project, a, "adopt", "no", "At first sight.")
    second = rule(project, a, "rubric_unsettled", None, "On reflection.")
    row = adjudication.board(project, "Support", a).rows[1]
    assert [one.reason for one in row.rulings] == ["At first sight.", "On reflection."]
    assert second.supersedes == first.id
    assert row.ruling == second
    (item,) = adjudication.disagreements(project, "Support")
    assert item.ruled


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_ruling_without_a_reason_is_refused_and_not_kept(project: Project, reason: str) -> None:
    a = pks(project)[0]
    rate(project, a, "honest", ada="no", bo="yes")
    with pytest.raises(UsageError, match="reason"):
        rule(project, a, "adopt", "no", reason)
    assert project.rulings.everything("Support") == []


def test_a_value_that_the_scale_does_not_have_is_refused(project: Project) -> None:
    a = pks(project)[0]
    with pytest.raises(InputError, match="not on the scale"):
        rule(project, a, "adopt", "perhaps")
    with pytest.raises(UsageError, match="value"):
        rule(project, a, "adopt", None)


def test_gold_is_the_ruling_else_what_all_say(project: Project) -> None:
    a, b, c, d, *_ = pks(project)
    rate(project, a, "honest", ada="no", bo="yes")
    rate(project, b, "honest", ada="no", bo="no")
    rate(project, c, "honest", ada="no", bo="yes")
    rate(project, d, "honest", ada="no")
    rule(project, a, "adopt", "yes")
    found = adjudication.gold(project, "Support", "honest")
    assert {pk: (gold.value, gold.source) for pk, gold in found.items()} == {
        a: ("yes", "ruling"),
        b: ("no", "agreed"),
    }
    rule(project, a, "none_fits", None)
    assert adjudication.gold(project, "Support", "honest")[a].value is None


@pytest.mark.parametrize("kind", ["", *KINDS])
def test_the_kind_of_a_reason_comes_back(kind: Any) -> None:
    assert split_kind(with_kind(kind, " Anchor 0 applies: it changed more. ")) == (
        kind,
        "Anchor 0 applies: it changed more.",
    )
    assert with_kind(kind, "  ") == ""


def test_recent_reasons_come_newest_first_and_once(project: Project) -> None:
    a, b, c, *_ = pks(project)
    for pk, reason in ((a, "One."), (b, "Two."), (c, "One.")):
        rule(project, pk, "none_fits", None, reason)
    assert recent(project, "Support") == [("honest", "One."), ("honest", "Two.")]
    assert recent(project, "Support", limit=1) == [("honest", "One.")]


# -- blindness


def test_whoever_has_items_to_rate_has_blindness_to_lose(project: Project) -> None:
    all_pks = pks(project)
    rubric = project.rubrics.get("Support")
    fresh = blindness(project, rubric, "dee")
    assert (fresh.pending, fresh.rated, fresh.at_stake) == (12, 0, True)
    for pk in all_pks[:-1]:
        project.ratings.submit(pk, "Support", "ada")
    assert blindness(project, rubric, "ada").pending == 1
    assert blindness(project, rubric, "ada").at_stake
    project.ratings.submit(all_pks[-1], "Support", "ada")
    assert not blindness(project, rubric, "ada").at_stake


def test_an_adjudicator_who_never_rated_has_none(project: Project) -> None:
    a = pks(project)[0]
    rule(project, a, "none_fits", None)
    rubric = project.rubrics.get("Support")
    assert not blindness(project, rubric, "noor").at_stake
    rate(project, a, "honest", noor="no")
    assert blindness(project, rubric, "noor").at_stake


# -- patterns


def item(pk: int, answers: Mapping[str, Any], criterion: str = "honest") -> Disagreement:
    return Disagreement(pk, f"t{pk}", f"S-{pk}", "", criterion, answers, 0.5, "", "", False)


def lone(pk: int, who: int, value: Any = "no", others: Any = "partly") -> Disagreement:
    return item(pk, {name: value if i == who else others for i, name in enumerate(RATERS)})


def test_a_rater_who_always_stands_alone_is_a_pattern() -> None:
    items = [lone(pk, 0) for pk in range(8)] + [lone(8, 1), lone(9, 2, "yes", "partly")]
    (pattern,) = [one for one in find_patterns(items) if one.kind == "reader"]
    assert (pattern.value, pattern.others, pattern.criterion) == ("no", "partly", "honest")
    assert list(pattern.places) == [(pk, "honest") for pk in range(8)]
    assert "ada" not in repr(pattern)


def test_raters_who_take_turns_are_none() -> None:
    assert find_patterns([lone(pk, pk % 3) for pk in range(30)]) == []


def test_three_of_three_may_be_chance() -> None:
    assert find_patterns([lone(pk, 0) for pk in range(3)]) == []


def test_the_more_is_looked_at_the_more_is_asked() -> None:
    few = [lone(pk, 0) for pk in range(5)]
    assert [one.kind for one in find_patterns(few)] == ["reader"]
    # The same five among forty questions on which raters take turns.
    others = [
        item(pk, {name: n == pk % 3 for n, name in enumerate(RATERS)}, f"q{question}")
        for question in range(40)
        for pk in range(6)
    ]
    assert find_patterns([*few, *others]) == []


@pytest.mark.parametrize(("least", "trials"), [(0, 9), (4, 9), (9, 9), (400, 1000)])
def test_the_tail_is_the_binomial_one(least: int, trials: int) -> None:
    binom = pytest.importorskip("scipy.stats").binom
    assert _tail(least, trials, 1 / 3) == pytest.approx(binom.sf(least - 1, trials, 1 / 3))


def test_thousands_of_the_same_are_one_pattern() -> None:
    (pattern,) = find_patterns([lone(pk, 0) for pk in range(4000)])
    assert len(pattern.places) == 4000


def test_two_values_that_are_half_of_it_are_a_split() -> None:
    items = [item(pk, {"ada": 1, "bo": 2}) for pk in range(9)]
    items += [item(20, {"ada": 2, "bo": 3}), item(21, {"ada": 1, "bo": 3})]
    (pattern,) = find_patterns(items)
    assert (pattern.kind, pattern.value, pattern.others, pattern.among) == ("split", 1, 2, 11)


def test_on_two_points_every_disagreement_is_the_same_split_and_says_nothing() -> None:
    assert find_patterns([item(pk, {"ada": "no", "bo": "yes"}) for pk in range(30)]) == []


def test_slots_that_are_nobody_are_not_called_a_reader(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "labels" / "newsroom" / "newsroom.judgebench.json.gz"
    with Project.create(tmp_path / "newsroom.evaldesk") as project:
        import_ratings(
            project,
            file,
            RatingImport("newsroom", create_units=True, create_rubric="ordinal"),
        )
        found = adjudication.disagreements(project, "newsroom")
        assert len(found) > 1000
        assert [one for one in find_patterns(found) if one.kind == "reader"] == []
        # And the file said so itself.
        assert raters_are_slots(project)


def test_of_slots_no_reader_is_looked_for(project: Project) -> None:
    assert not raters_are_slots(project)
    items = [lone(pk, 0) for pk in range(8)]
    assert [one.kind for one in find_patterns(items)] == ["reader"]
    assert find_patterns(items, slots=True) == []
