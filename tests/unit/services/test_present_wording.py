"""What was said to an earlier wording of a question is no answer to the present one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceBody, TraceRecord
from evaldesk.services.judging.adjudication import board, disagreements, flagged, gold, rule
from evaldesk.services.judging.agreement import agreement
from evaldesk.services.judging.judged import LeftOut, Question, judged
from evaldesk.services.rounds.estimates import estimates
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.services.rubrics.present_wording import PresentWording
from evaldesk.storage.project import Project

DATA = {
    "name": "Q",
    "criteria": [
        {"name": "ok", "question": "Is it right?", "scale": {"kind": "binary"}},
        {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3]}},
    ],
}
REWORDED = {
    "name": "Q",
    "criteria": [
        {"name": "ok", "question": "Is it right and complete?", "scale": {"kind": "binary"}},
        DATA["criteria"][1],  # type: ignore[index]
    ],
}


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Four traces that two raters answered by version 1, of which only the first is disputed."""
    with Project.create(tmp_path / "p.evaldesk") as made:
        with made.ingest("made") as writer:
            writer.run("r", system="s", dataset="", details={})
            body: TraceBody = {"messages": []}
            for number in range(4):
                writer.add(TraceRecord(Scenario(key=f"S{number}", input=str(number)), body), "r")
            writer.finish("")
        made.rubrics.save(Rubric.from_json(DATA), "Olga")
        for place, pk in enumerate(sorted(made.traces.ids(TraceQuery()))):
            for rater in ("Ada", "Bo"):
                differs = place == 0 and rater == "Bo"
                made.ratings.answer(pk, "Q", "ok", rater, "no" if differs else "yes")
                made.ratings.answer(pk, "Q", "tone", rater, 1 + place % 3)
                made.ratings.submit(pk, "Q", rater)
        yield made


def reword(project: Project) -> Rubric:
    project.rubrics.save(Rubric.from_json(REWORDED), "Olga")
    return project.rubrics.get("Q")


def test_agreement_counts_only_the_present_question_and_says_how_much_it_left_out(
    project: Project,
) -> None:
    before = {one.criterion: one for one in agreement(project, "Q", resamples=50)}
    assert (before["ok"].ratings, before["ok"].reworded) == (8, 0)
    reword(project)
    after = {one.criterion: one for one in agreement(project, "Q", resamples=50)}
    assert (after["ok"].ratings, after["ok"].reworded) == (0, 8)
    assert after["ok"].alpha.undefined_reason
    # What the version did not touch stands as it was.
    assert after["tone"] == before["tone"]
    # The same answer, given once more, is one to the present question.
    project.ratings.answer(1, "Q", "ok", "Ada", "yes")
    (now,) = agreement(project, "Q", criterion="ok", resamples=50)
    assert (now.ratings, now.reworded) == (1, 7)


def test_gold_and_disagreements_are_of_the_present_question(project: Project) -> None:
    rule(project, "Q", 1, "ok", "other", "no", "It is not.", "Jo")
    assert [item.criterion for item in disagreements(project, "Q")] == ["ok"]
    assert len(gold(project, "Q", "ok")) == 4
    reword(project)
    assert disagreements(project, "Q") == []
    assert gold(project, "Q", "ok") == {}
    assert len(gold(project, "Q", "tone")) == 4
    # Nothing is lost: the ruling is there, and the board says what was answered then.
    assert project.rulings.history(1, "Q", "ok")[0].version == 1
    row = board(project, "Q", 1).rows[0]
    assert row.values == {}
    assert sorted(row.comments.values()) == ["to version 1: No", "to version 1: Yes"] or sorted(
        row.comments.values()
    ) == ["to version 1: no", "to version 1: yes"]
    rule(project, "Q", 1, "ok", "other", "no", "Still not.", "Jo")
    assert {pk: one.value for pk, one in gold(project, "Q", "ok").items()} == {1: "no"}


def test_exports_of_one_value_a_trace_leave_it_out_and_count_it(project: Project) -> None:
    rubric = reword(project)
    pks = sorted(project.traces.ids(TraceQuery()))
    left_out = LeftOut()
    assert list(judged(project, pks, Question("ok", rubric), left_out)) == []
    assert (left_out.reworded, left_out.unrated) == (4, 0)
    assert len(list(judged(project, pks, Question("tone", rubric), LeftOut()))) == 4


def test_a_wording_that_comes_back_counts_again(project: Project) -> None:
    reword(project)
    project.rubrics.save(Rubric.from_json({**DATA, "guidance": "Read."}), "Olga")
    rubric = project.rubrics.get("Q")
    assert rubric.version == 3
    wording = PresentWording(project, rubric)
    assert wording.versions("ok") == {1, 3}
    assert wording.table("ok").ratings == 8


def test_what_was_flagged_reaches_the_adjudicator_without_disagreement(project: Project) -> None:
    project.ratings.submit(2, "Q", "Bo", state="flagged", note="Which policy?")
    (item,) = flagged(project, "Q")
    assert (item.trace_pk, item.criterion, item.flagged, item.ruled) == (2, "ok", True, False)
    assert all(one.trace_pk != 2 for one in disagreements(project, "Q"))
    found = board(project, "Q", 2)
    (alias,) = found.flags
    assert found.flags[alias] == "Which policy?"
    assert alias in found.aliases
    assert "Bo" not in repr(found.flags)
    rule(project, "Q", 2, "tone", "other", 3, "The policy of May.", "Jo")
    assert flagged(project, "Q")[0].ruled
    assert flagged(project, "Q", run="r") == flagged(project, "Q")
    # Taken back, it is nobody's business any more.
    project.ratings.submit(2, "Q", "Bo", reopen=True)
    assert flagged(project, "Q") == []


def test_a_rounds_estimate_says_how_many_answers_the_new_wording_leaves_out(
    project: Project,
) -> None:
    start_round(project, RoundPlan("First", "Q", ("Ada",)), "Olga")
    for one in project.rounds.assigned("First", "Ada"):
        project.ratings.answer(one.trace_pk, "Q", "ok", "Ada", "yes", round="First")
    (before,) = estimates(project, "First", "ok")
    assert (before.answered, before.reworded) == (4, 0)
    reword(project)
    pk = project.rounds.assigned("First", "Ada")[0].trace_pk
    # Such as came in from a copy that had the new version already.
    project.ratings.answer(pk, "Q", "ok", "Ada", "no", round="First")
    (now,) = estimates(project, "First", "ok")
    assert (now.answered, now.reworded) == (3, 1)
