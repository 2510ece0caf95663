"""Rounds: who gets what in which order, answers of a round, reveals, hidden repeats."""

import pytest

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric import CannotJudge
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.storage.integrity import check
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = read_rubric(
    {"name": "R", "criteria": [{"name": "good", "scale": {"kind": "binary"}, "cannot_judge": True}]}
)


@pytest.fixture
def pks(project: Project) -> list[int]:
    fill(project, [record(number) for number in range(10)])
    project.rubrics.save(RUBRIC, "Olga")
    return list(project.traces.ids(TraceQuery()))


def draft(pks: list[int], **more: object) -> RoundDraft:
    items = [
        RoundItem(
            pk,
            raters=("Ada", "Bo") if place % 2 else ("Ada",),
            probability=0.5,
            stratum="de",
            repeats=("Ada",) if place in (0, 3) else (),
        )
        for place, pk in enumerate(pks)
    ]
    return RoundDraft("First", "main", "R", ("Ada", "Bo"), items, **more)  # type: ignore[arg-type]


def test_a_round_reads_back_as_it_was_started(project: Project, pks: list[int]) -> None:
    made = project.rounds.start(draft(pks, plan={"seed": 7}, note="pilot"), "Olga")
    assert (made.name, made.rubric, made.version, made.state) == ("First", "R", 1, "open")
    assert made.raters == ("Ada", "Bo")
    assert (made.items, made.plan, made.note) == (10, {"seed": 7}, "pilot")
    assert project.rounds.items("First") == list(draft(pks).items)
    assert project.rounds.all() == [made]
    assert project.rounds.of_rater("Bo") == ["First"]
    assert project.rounds.of_rater("Olga") == []


def test_everybody_has_an_order_of_their_own_and_repeats_stand_far_behind(
    project: Project, pks: list[int]
) -> None:
    project.rounds.start(draft(pks), "Olga")
    ada = project.rounds.assigned("First", "Ada")
    bo = project.rounds.assigned("First", "Bo")
    assert [item.position for item in ada] == list(range(12))
    assert {item.trace_pk for item in ada} == set(pks)
    assert {item.trace_pk for item in bo} == set(pks[1::2])
    shared = [item.trace_pk for item in ada if item.trace_pk in set(pks[1::2]) and not item.reading]
    assert shared != [item.trace_pk for item in bo]
    for again in (item for item in ada if item.reading):
        first = next(item for item in ada if item.trace_pk == again.trace_pk and not item.reading)
        assert again.position >= first.position + 5
    assert len([item for item in ada if item.reading]) == 2


def test_the_planner_may_settle_the_order(project: Project, pks: list[int]) -> None:
    turned = draft(pks[::-1], rules=RoundRules(order="fresh"))
    project.rounds.start(turned, "Olga")
    order = [item.trace_pk for item in project.rounds.assigned("First", "Ada") if not item.reading]
    assert order == pks[::-1]


def test_bad_rounds_are_refused(project: Project, pks: list[int]) -> None:
    project.rounds.start(draft(pks), "Olga")
    with pytest.raises(UsageError, match="already"):
        project.rounds.start(draft(pks), "Olga")
    with pytest.raises(UsageError, match="no raters or no items"):
        project.rounds.start(RoundDraft("Second", "main", "R", ("Ada",), ()), "Olga")
    with pytest.raises(NotFoundError, match="First"):
        project.rounds.get("Frist")
    project.rounds.move("First", "closed", "Olga")
    with pytest.raises(UsageError, match="is closed"):
        project.rounds.move("First", "revealed", "Olga")


def test_a_later_round_supersedes_and_the_earlier_one_still_reads(
    project: Project, pks: list[int]
) -> None:
    project.rounds.start(draft(pks), "Olga")
    again = RoundDraft("Again", "re-review", "R", ("Ada",), [RoundItem(pks[0], ("Ada",))])
    project.rounds.start(again, "Olga")
    first = project.ratings.answer(pks[0], "R", "good", "Ada", "no", round="First")
    same = project.ratings.answer(pks[0], "R", "good", "Ada", "no", round="Again")
    assert same.supersedes == first.id
    project.ratings.answer(pks[0], "R", "good", "Ada", "yes", round="Again")
    values = {
        name: project.ratings.table("R", "good", round=name).values for name in ("First", "Again")
    }
    assert values == {"First": [{"Ada": "no"}], "Again": [{"Ada": "yes"}]}
    assert project.ratings.table("R", "good").values == [{"Ada": "yes"}]


def test_what_stood_at_the_reveal_stays_readable(project: Project, pks: list[int]) -> None:
    project.rounds.start(draft(pks), "Olga")
    project.ratings.answer(pks[1], "R", "good", "Ada", "no", round="First")
    project.ratings.answer(pks[1], "R", "good", "Bo", "yes", round="First")
    revealed = project.rounds.move("First", "revealed", "Olga", "enough")
    assert revealed.state == "revealed"
    assert revealed.revealed_at
    project.ratings.answer(pks[1], "R", "good", "Ada", "yes", round="First")
    before = project.ratings.table("R", "good", round="First", before_reveal=True)
    after = project.ratings.table("R", "good", round="First")
    assert before.values == [{"Ada": "no", "Bo": "yes"}]
    assert after.values == [{"Ada": "yes", "Bo": "yes"}]


def test_a_second_reading_is_a_history_of_its_own(project: Project, pks: list[int]) -> None:
    project.rounds.start(draft(pks), "Olga")
    project.ratings.answer(pks[0], "R", "good", "Ada", "no", round="First")
    project.ratings.answer(pks[0], "R", "good", "Ada", "yes", round="First", reading=1)
    assert project.ratings.own(pks[0], "R", "Ada")["good"].value == "no"
    assert project.ratings.own(pks[0], "R", "Ada", reading=1)["good"].value == "yes"
    assert project.ratings.table("R", "good").values == [{"Ada": "no"}]
    assert project.ratings.count() == 1
    assert project.ratings.progress("R", "Ada", round="First", reading=1) == {pks[0]: ("draft", 1)}


def test_cannot_judge_is_an_answer_and_no_figure(project: Project, pks: list[int]) -> None:
    project.ratings.answer(pks[0], "R", "good", "Ada", CannotJudge("no log"))
    project.ratings.answer(pks[0], "R", "good", "Bo", "yes")
    assert project.ratings.own(pks[0], "R", "Ada")["good"].value == CannotJudge("no log")
    assert project.ratings.table("R", "good").values == [{"Bo": "yes"}]


def test_a_rating_can_be_skipped_or_flagged(project: Project, pks: list[int]) -> None:
    project.ratings.submit(pks[0], "R", "Ada", state="flagged", note="the tool lies")
    project.ratings.submit(pks[1], "R", "Ada", state="skipped")
    assert project.ratings.progress("R", "Ada") == {pks[0]: ("flagged", 0), pks[1]: ("skipped", 0)}
    project.ratings.submit(pks[0], "R", "Ada", reopen=True)
    assert pks[0] not in project.ratings.progress("R", "Ada")


def test_the_histories_of_both_readings_verify(project: Project, pks: list[int]) -> None:
    project.rounds.start(draft(pks), "Olga")
    for reading, value in ((0, "no"), (1, "yes"), (0, "yes"), (1, "no")):
        project.ratings.answer(pks[0], "R", "good", "Ada", value, round="First", reading=reading)
    assert check(project.database).faults == []
