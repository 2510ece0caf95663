"""A rater's part: what they choose is kept as the pair's ends, whichever side they saw."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DatabaseError

from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError, NotFoundError
from evaldesk.domain.preference import CHOICES, OVERALL, Shown, as_kept, as_shown
from evaldesk.services.labelling import preferring
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.undo import SUBMISSION, History, Step
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.storage.project import Project
from tests.unit.services.pairs import RUBRIC, project_with_runs

SHOWN: tuple[Shown, ...] = preferring.SHOWN


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with project_with_runs(tmp_path / "p.evaldesk", 6, ("one", "two")) as made:
        plan = RoundPlan(
            "Duel", "R", ("Ada", "Bo"), "pairwise", per_item=2, repeats=0.5, pairs=("one", "two")
        )
        start_round(made, plan, "Olga")
        yield made


@given(st.sampled_from(CHOICES), st.sampled_from(["a", "b"]))
def test_the_recorded_side_leads_back_to_the_same_winner(choice, left) -> None:  # type: ignore[no-untyped-def]
    assert as_kept(as_shown(choice, left), left) == choice


@given(st.sampled_from(SHOWN))
def test_what_is_chosen_on_a_side_is_the_other_end_once_they_are_swapped(shown: Shown) -> None:
    one, other = as_kept(shown, "a"), as_kept(shown, "b")
    assert (one == other) == (shown in ("tie", "bad"))


def take(project: Project, item: int, sheet: Sheet, *steps: Step | None) -> None:
    for step in steps:
        assert step is not None
        preferring.apply(project, RUBRIC, "Ada", step, round="Duel")
        sheet.take(step)


def test_every_choice_comes_back_as_it_was_seen(project: Project) -> None:
    queue = preferring.pair_queue(project, "Duel", "Ada")
    assert len(queue) == 9
    assigned = {
        (one.number, one.reading): one for one in project.preferences.assigned("Duel", "Ada")
    }
    for place, item in enumerate(queue.pks):
        shown = SHOWN[place % 4]
        sheet = Sheet()
        take(project, item, sheet, preferring.choose(item, sheet, OVERALL, shown))
        if shown in ("left", "right"):
            take(project, item, sheet, preferring.weigh(item, sheet, OVERALL, 1 + place % 3))
        take(project, item, sheet, preferring.give_reason(item, sheet, OVERALL, f"why {place}"))
        take(project, item, sheet, Step(item, SUBMISSION, "draft", "submitted"))
        found = preferring.read_pair(project, queue, item)
        assert found.sheet.answers == sheet.answers
        assert found.sheet.said == {OVERALL: f"why {place}"}
        one = assigned[abs(item), int(item < 0)]
        kept = project.preferences.own("Duel", "Ada", (one.number, one.reading))[OVERALL]
        assert kept.choice == as_kept(shown, one.left)
        assert (found.left.row.pk, found.right.row.pk) == one.sides
    again = preferring.pair_queue(project, "Duel", "Ada")
    assert again.left == 0
    assert again.submitted == 9


def test_nothing_is_ever_changed_in_place(project: Project) -> None:
    item = preferring.pair_queue(project, "Duel", "Ada").pks[0]
    sheet = Sheet()
    take(project, item, sheet, preferring.choose(item, sheet, OVERALL, "left"))
    take(project, item, sheet, preferring.choose(item, sheet, OVERALL, "right"))
    take(project, item, sheet, preferring.choose(item, sheet, OVERALL, None))
    history = project.preferences.history("Duel")
    assert [one.choice is None for one in history] == [False, False, True]
    assert [one.supersedes for one in history] == ["", history[0].id, history[1].id]
    assert project.preferences.current("Duel") == []
    for verb in ("UPDATE preference SET choice = 'a'", "DELETE FROM pair_item"):
        with (
            pytest.raises((DatabaseError, EvalDeskError)),
            project.database.write() as connection,
        ):
            connection.exec_driver_sql(verb)


def test_undo_restores_exactly(project: Project) -> None:
    item = preferring.pair_queue(project, "Duel", "Ada").pks[0]
    sheet, history = Sheet(), History()
    states = []
    for step in (
        lambda: preferring.choose(item, sheet, OVERALL, "left"),
        lambda: preferring.weigh(item, sheet, OVERALL, 3),
        lambda: preferring.give_reason(item, sheet, OVERALL, "well"),
        lambda: preferring.choose(item, sheet, OVERALL, "tie"),
    ):
        states.append((dict(sheet.answers), dict(sheet.said)))
        made = step()
        assert made is not None
        history.record(made)
        take(project, item, sheet, made)
    # A tie has no strength; the reason stays.
    assert (sheet.answers, sheet.said) == ({OVERALL: "tie"}, {OVERALL: "well"})
    for answers, said in reversed(states):
        take(project, item, sheet, history.undo())
        assert (sheet.answers, sheet.said) == (answers, said)
        disk = preferring.sheet(project, "Duel", "Ada", item)
        assert (disk.answers, disk.said) == (answers, said)


def test_a_pair_is_finished_with_a_choice_and_a_strength(project: Project) -> None:
    item = preferring.pair_queue(project, "Duel", "Ada").pks[0]
    submit = Step(item, SUBMISSION, "draft", "submitted")
    with pytest.raises(preferring.Unfinished):
        preferring.apply(project, RUBRIC, "Ada", submit, round="Duel")
    sheet = Sheet()
    take(project, item, sheet, preferring.choose(item, sheet, OVERALL, "left"))
    with pytest.raises(preferring.Unfinished, match="How much"):
        preferring.apply(project, RUBRIC, "Ada", submit, round="Duel")
    take(project, item, sheet, preferring.choose(item, sheet, "kind", "right"))
    take(project, item, sheet, preferring.weigh(item, sheet, OVERALL, 1))
    # What need not be answered needs its strength once it is.
    with pytest.raises(preferring.Unfinished) as error:
        preferring.apply(project, RUBRIC, "Ada", submit, round="Duel")
    assert error.value.field == "kind"
    take(project, item, sheet, preferring.choose(item, sheet, "kind", "tie"), submit)
    assert preferring.pair_queue(project, "Duel", "Ada").state(item) == "submitted"


def test_words_wait_for_their_choice_and_count_for_nothing_before_it(project: Project) -> None:
    item = preferring.pair_queue(project, "Duel", "Ada").pks[0]
    said = preferring.give_reason(item, Sheet(), OVERALL, "why")
    assert said is not None
    preferring.apply(project, RUBRIC, "Ada", said, round="Duel")
    stands = preferring.sheet(project, "Duel", "Ada", item)
    assert (stands.answers, stands.said) == ({}, {OVERALL: "why"})
    assert preferring.pair_queue(project, "Duel", "Ada").state(item) == "pending"
    assert project.preferences.current("Duel") == []
    chosen = preferring.choose(item, stands, OVERALL, "tie")
    assert chosen is not None
    for step in (chosen, chosen.back()):
        preferring.apply(project, RUBRIC, "Ada", step, round="Duel")
    # Undoing the choice leaves the words as they were before it.
    assert preferring.sheet(project, "Duel", "Ada", item) == stands


def test_what_cannot_be_is_refused_and_nothing_is_written(project: Project) -> None:
    item = preferring.pair_queue(project, "Duel", "Ada").pks[0]
    with pytest.raises(InputError):
        preferring.weigh(item, Sheet({OVERALL: "tie"}), OVERALL, 2)
    bad, strange = Step(item, OVERALL, None, "sideways"), Step(99, OVERALL, None, "left")
    left = Step(item, OVERALL, None, "left")
    with pytest.raises(InputError):
        preferring.apply(project, RUBRIC, "Ada", bad, round="Duel")
    with pytest.raises(NotFoundError):
        preferring.apply(project, RUBRIC, "Ada", strange, round="Duel")
    with pytest.raises(NotFoundError):
        preferring.apply(project, RUBRIC, "Nobody", left, round="Duel")
    project.rounds.move("Duel", "closed", "Olga")
    with pytest.raises(NotAllowedError):
        preferring.apply(project, RUBRIC, "Ada", left, round="Duel")
    assert project.preferences.history("Duel") == []


def test_the_round_is_among_those_that_wait(project: Project) -> None:
    choice = next(one for one in round_queue.rounds_of(project, "Ada") if one.name == "Duel")
    assert (choice.kind, choice.items, choice.left) == ("pairwise", 9, 9)
    assert project.rounds.waiting("Ada") == "Duel"
    for item in preferring.pair_queue(project, "Duel", "Ada").pks:
        flag = Step(item, SUBMISSION, "draft", "flagged", "", "cannot tell")
        preferring.apply(project, RUBRIC, "Ada", flag, round="Duel")
    assert project.rounds.waiting("Ada") == ""
    assert project.rounds.waiting("Bo") == "Duel"
    assert {one.note for one in project.preferences.flagged("Duel")} == {"cannot tell"}


def test_time_alone_opens_nothing_again(project: Project) -> None:
    queue = preferring.pair_queue(project, "Duel", "Ada")
    item = queue.pks[0]
    flag = Step(item, SUBMISSION, "draft", "skipped")
    preferring.apply(project, RUBRIC, "Ada", flag, round="Duel")
    preferring.note_time(project, queue, item, 1500)
    assert preferring.pair_queue(project, "Duel", "Ada").state(item) == "skipped"
    assert project.preferences.seconds("Duel") == [1.5]
