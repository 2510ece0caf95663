"""A rater's part of a round: order, repeats, skips, flags, reveals, training, closing."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.services.labelling import review
from evaldesk.services.labelling.blinding import at_stake, blindness
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.overview import findings
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

RUBRIC = read_rubric({"name": "R", "criteria": [{"name": "good", "scale": {"kind": "binary"}}]})


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        fill(made, [record(number) for number in range(8)])
        made.rubrics.save(RUBRIC, "Olga")
        yield made


def start(project: Project, name: str = "First", **more: object) -> list[int]:
    pks = list(project.traces.ids(TraceQuery()))
    draft = RoundDraft(
        name,
        "main",
        "R",
        ("Ada", "Bo", "Cy"),
        [
            RoundItem(pk, ("Ada", "Bo", "Cy"), repeats=("Ada",) if pk == pks[0] else ())
            for pk in pks
        ],
    )
    project.rounds.start(replace(draft, **more), "Olga")  # type: ignore[arg-type]
    return pks


def do(
    project: Project,
    queue: review.ReviewQueue,
    item: int,
    value: str | None = None,
    state: str = "submitted",
    note: str = "",
) -> None:
    within = queue.place[1]
    if value is not None:
        step = Step(item, "good", None, value)
        review.apply(project, queue.rubric, queue.rater, step, round=within)
    step = Step(item, SUBMISSION, "draft", state, "", note)
    review.apply(project, queue.rubric, queue.rater, step, round=within)


def test_the_queue_is_what_was_assigned_in_its_order_and_a_repeat_is_an_item_of_its_own(
    project: Project,
) -> None:
    pks = start(project)
    queue = round_queue.round_queue(project, "First", "Ada")
    assigned = project.rounds.assigned("First", "Ada")
    assert [(review.trace_of(item), review.reading_of(item)) for item in queue.pks] == [
        (one.trace_pk, one.reading) for one in assigned
    ]
    assert len(queue) == 9
    do(project, queue, pks[0], "yes")
    queue = round_queue.round_queue(project, "First", "Ada")
    assert (queue.state(pks[0]), queue.state(-pks[0])) == ("submitted", "pending")
    do(project, queue, -pks[0], "no")
    given = project.ratings.own
    assert given(pks[0], "R", "Ada", round="First")["good"].value == "yes"
    assert given(pks[0], "R", "Ada", round="First", reading=1)["good"].value == "no"
    # The list says of the repeat what it says of any other item.
    first, again = review.items(project, queue, [pks[0], -pks[0]])
    assert replace(again, state=first.state, answered=first.answered) == first


def test_a_form_begins_empty_in_every_round(project: Project) -> None:
    pks = start(project)
    first = round_queue.round_queue(project, "First", "Ada")
    do(project, first, pks[1], "yes")
    start(project, "Second")
    assert review.sheet(project, RUBRIC, pks[1], "Ada", round="Second").answers == {}
    assert review.sheet(project, RUBRIC, pks[1], "Ada", round="First").answers == {"good": "yes"}
    assert review.sheet(project, RUBRIC, pks[1], "Ada").answers == {"good": "yes"}
    # What a later round says does not take anything from an earlier one.
    do(project, round_queue.round_queue(project, "Second", "Ada"), pks[1], "no")
    again = round_queue.round_queue(project, "First", "Ada")
    assert again.progress[pks[1]] == ("submitted", 1)
    assert review.sheet(project, RUBRIC, pks[1], "Ada", round="First").answers == {"good": "yes"}


def test_skipped_items_come_again_at_the_end_and_flagged_ones_do_not(project: Project) -> None:
    start(project)
    queue = round_queue.round_queue(project, "First", "Bo")
    order = list(queue.pks)
    do(project, queue, order[0], state="skipped")
    do(project, queue, order[1], state="flagged", note="Which policy holds?")
    for item in order[3:]:
        do(project, queue, item, "yes")
    queue = round_queue.round_queue(project, "First", "Bo")
    assert queue.next_pending(order[0]) == order[2]
    assert queue.next_pending(order[5]) == order[2]
    do(project, queue, order[2], "no")
    queue = round_queue.round_queue(project, "First", "Bo")
    assert (queue.count("skipped"), queue.count("flagged"), queue.left) == (1, 1, 1)
    names = {row.pk: row.scenario for row in project.traces.rows(list(order))}
    assert findings(project, "First", "Olga").skips == [(names[order[0]], "Bo")]
    assert queue.next_pending(order[4]) == order[0]
    assert queue.next_pending(order[0]) == order[0]
    do(project, queue, order[0], "yes")
    queue = round_queue.round_queue(project, "First", "Bo")
    assert queue.next_pending() is None
    (flag,) = project.ratings.flagged("R")
    assert (flag.trace_pk, flag.rater, flag.note) == (order[1], "Bo", "Which policy holds?")
    # Taken back, it is no flag any more.
    step = Step(order[1], SUBMISSION, "flagged", "draft")
    review.apply(project, RUBRIC, "Bo", step, round="First")
    assert project.ratings.flagged("R") == []
    # What was rated after all is no longer told as skipped.
    assert findings(project, "First", "Olga").skips == []


def test_nothing_of_others_before_the_reveal_and_aliases_after(project: Project) -> None:
    pks = start(project)
    ada = round_queue.round_queue(project, "First", "Ada")
    do(project, ada, pks[2], "yes")
    do(project, round_queue.round_queue(project, "First", "Bo"), pks[2], "no")
    with pytest.raises(NotAllowedError):
        round_queue.discussed(project, ada, pks[2])
    project.rounds.move("First", "revealed", "Olga")
    ada = round_queue.round_queue(project, "First", "Ada")
    own, other = round_queue.discussed(project, ada, pks[2])
    assert (own.who, own.answers) == ("", {"good": "Yes"})
    assert other.who in ("A", "B", "C")
    assert other.answers == {"good": "No"}
    # Open again, the answers kept; what is said now does not change what was frozen.
    assert ada.state(pks[2]) == "draft"
    assert review.sheet(project, RUBRIC, pks[2], "Ada", round="First").answers == {"good": "yes"}
    do(project, ada, pks[2], "no")
    ada = round_queue.round_queue(project, "First", "Ada")
    assert ada.state(pks[2]) == "submitted"
    assert round_queue.discussed(project, ada, pks[2])[0].answers == {"good": "Yes"}
    before = project.ratings.table("R", "good", round="First", before_reveal=True)
    after = project.ratings.table("R", "good", round="First")
    assert before.values == [{"Ada": "yes", "Bo": "no"}]
    assert after.values == [{"Ada": "no", "Bo": "no"}]


def test_a_closed_round_is_only_read(project: Project) -> None:
    pks = start(project)
    project.rounds.move("First", "closed", "Olga")
    queue = round_queue.round_queue(project, "First", "Ada")
    assert queue.read_only
    with pytest.raises(NotAllowedError, match="closed"):
        do(project, queue, pks[0], "yes")
    with pytest.raises(NotAllowedError, match="closed"):
        project.ratings.submit(pks[0], "R", "Ada", round="First")
    assert round_queue.rounds_of(project, "Ada")[0].left == 0
    assert project.ratings.count() == 0


def test_training_tells_the_gold_answer_after_submitting_and_it_stays(project: Project) -> None:
    pks = list(project.traces.ids(TraceQuery()))
    for pk, value in ((pks[0], "yes"), (pks[1], "no")):
        project.rulings.append(pk, "R", "good", "other", value, "By the policy.", "Olga")
    rules = RoundRules(feedback=True, pass_mark=0.75)
    items = [RoundItem(pk, ("Ada",), role="gold" if pk in pks[:2] else "sample") for pk in pks[:3]]
    start(project, kind="training", rules=rules, items=items, raters=("Ada",))
    queue = round_queue.round_queue(project, "First", "Ada")
    with pytest.raises(NotAllowedError):
        round_queue.feedback(project, queue, pks[0])
    do(project, queue, pks[0], "no")
    (told,) = round_queue.feedback(project, queue, pks[0])
    assert (told.gold, told.given, told.reason, told.met) == ("Yes", "No", "By the policy.", False)
    for step in (Step(pks[0], "good", "no", "yes"), Step(pks[0], SUBMISSION, "submitted", "draft")):
        with pytest.raises(NotAllowedError, match="stays"):
            review.apply(project, RUBRIC, "Ada", step, round="First")
    do(project, queue, pks[1], "no")
    do(project, queue, pks[2], "yes")
    queue = round_queue.round_queue(project, "First", "Ada")
    assert round_queue.feedback(project, queue, pks[2]) == []
    result = round_queue.training_result(project, queue)
    assert result == round_queue.TrainingResult(1, 2, 0.75)
    assert result.passed is False


def test_who_has_items_in_an_open_round_is_blind_even_where_all_was_answered_before(
    project: Project,
) -> None:
    pks = list(project.traces.ids(TraceQuery()))
    for pk in pks:
        for rater in ("Ada", "Bo"):
            project.ratings.answer(pk, "R", "good", rater, "yes")
            project.ratings.submit(pk, "R", rater)
    assert not blindness(project, RUBRIC, "Ada").at_stake
    start(project, "Again", kind="re-review")
    assert blindness(project, RUBRIC, "Ada").at_stake
    assert at_stake(project, "Ada") == ("R", 8)
    project.rounds.move("Again", "revealed", "Olga")
    assert not blindness(project, RUBRIC, "Ada").at_stake


def test_rounds_to_choose_from_are_the_open_ones_first(project: Project) -> None:
    start(project, "One")
    start(project, "Two")
    start(project, "Three")
    project.rounds.move("Three", "closed", "Olga")
    assert [one.name for one in round_queue.rounds_of(project, "Bo")] == ["Two", "One", "Three"]
    queue = round_queue.round_queue(project, "Two", "Bo")
    for item in queue.pks:
        do(project, queue, item, "yes")
    found = round_queue.rounds_of(project, "Bo")
    assert [(one.name, one.left) for one in found] == [("One", 8), ("Two", 0), ("Three", 0)]
    assert round_queue.rounds_of(project, "Olga") == []
