"""What a round suggests: only where its rules say so, and never from another rater."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundRules
from evaldesk.domain.rubric import COMMENT, Rubric
from evaldesk.domain.suggestion import Suggested, SuggestRule, was_changed
from evaldesk.domain.trace import Scenario, Score, TraceBody, TraceRecord
from evaldesk.services.labelling import answering, review
from evaldesk.services.labelling.review import ReviewQueue
from evaldesk.services.labelling.suggesting import (
    answer_of_score,
    as_last_time,
    suggested,
    suggestion_uses,
)
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.planning import RoundPlan, plan_round, start_round
from evaldesk.storage.project import Project

RUBRIC = Rubric.from_json(
    {
        "name": "Q",
        "criteria": [
            {"name": "correct", "scale": {"kind": "binary"}},
            {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3]}},
            {"name": "why", "required": False, "scale": {"kind": "text"}},
        ],
    }
)
RULES = RoundRules(suggest="judge correct")
PLAN = RoundPlan("Main", "Q", ("Ada", "Bo"), per_item=2, rules=RULES)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Five traces with a judge's scores; the third has none that the scale knows."""
    with Project.create(tmp_path / "p.evaldesk") as made:
        with made.ingest("made") as writer:
            writer.run("r", system="s", dataset="", details={})
            body: TraceBody = {
                "messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}]
            }
            for number, score in enumerate((1.0, 0.0, 0.5, 1.0, 0.0)):
                record = TraceRecord(
                    Scenario(key=f"S{number}", input=f"{number}"),
                    body,
                    scores={"correct": Score(score), "mood": Score(2.0)},
                )
                writer.add(record, "r")
            writer.finish("")
        made.rubrics.save(RUBRIC, "Olga")
        yield made


def queue_of(project: Project, rater: str = "Ada", name: str = "Main") -> ReviewQueue:
    return round_queue.round_queue(project, name, rater)


def answer(project: Project, queue: ReviewQueue, item: int, name: str, value: object) -> None:
    sheet = review.sheet(project, queue.rubric, item, queue.rater, round=queue.place[1])
    sheet.suggested = suggested(project, queue, item)
    fit = answering.checked(queue.rubric, name, value)
    step = answering.step_to(queue.rubric, item, sheet.answers, sheet.said, name, fit)
    assert step is not None
    step = answering.sourced(step, sheet)
    review.apply(project, queue.rubric, queue.rater, step, round=queue.place[1])


def test_nothing_is_suggested_unless_the_round_says_so(project: Project) -> None:
    start_round(project, replace(PLAN, rules=RoundRules()), "Olga")
    queue = queue_of(project)
    assert [suggested(project, queue, item) for item in queue.pks] == [{}] * 5
    free = review.queue(project, RUBRIC, "Ada")
    assert [suggested(project, free, item) for item in free.pks] == [{}] * 5


def test_a_judge_suggests_where_its_score_is_an_answer(project: Project) -> None:
    start_round(project, PLAN, "Olga")
    queue = queue_of(project)
    found = {item: suggested(project, queue, item) for item in sorted(queue.pks)}
    yes = {"correct": Suggested("yes", "judge correct")}
    no = {"correct": Suggested("no", "judge correct")}
    assert list(found.values()) == [yes, no, {}, yes, no]


@pytest.mark.parametrize(
    ("score", "value"),
    [
        (Score(2.0), 2),
        (Score(2.4), None),
        (Score(None, "3"), 3),
        (Score(None, "C"), None),
        (Score(None), None),
    ],
)
def test_a_score_is_never_rounded_to_a_point(score: Score, value: int | None) -> None:
    tone = RUBRIC.criterion("tone")
    assert tone is not None
    assert answer_of_score(tone, score) == value


@pytest.mark.parametrize("kind", ["training", "calibration"])
def test_rounds_that_measure_raters_suggest_nothing(project: Project, kind: str) -> None:
    with pytest.raises(UsageError):
        plan_round(project, replace(PLAN, kind=kind))  # type: ignore[arg-type]


@pytest.mark.parametrize("more", [{"calibration": 1}, {"repeats": 0.5}])
def test_nor_do_items_that_measure_raters(project: Project, more: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        plan_round(project, replace(PLAN, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("suggest", "error"),
    [
        ("judge nobody", NotFoundError),
        ("judge mood", NotFoundError),
        ("judge mood for nothing", NotFoundError),
        ("round Other", NotFoundError),
        ("guess", UsageError),
        ("earlier today", UsageError),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    project: Project, suggest: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        plan_round(project, replace(PLAN, rules=RoundRules(suggest=suggest)))
    assert project.rounds.all() == []


def test_a_rule_reads_as_it_is_written() -> None:
    for text in ("judge a b", "judge a b for c", "earlier", "round Main 1"):
        rule = SuggestRule.parse(text)
        assert rule is not None
        assert rule.text == text
    assert SuggestRule.parse("judge mood for tone") == SuggestRule("judge", "mood", "tone")
    assert SuggestRule.parse(" ") is None


def test_earlier_answers_are_the_raters_own(project: Project) -> None:
    pks = sorted(project.traces.ids(TraceQuery()))
    project.ratings.answer(pks[0], "Q", "tone", "Ada", 3)
    project.ratings.answer(pks[0], "Q", "tone", "Bo", 1)
    project.ratings.answer(pks[1], "Q", "tone", "Bo", 1)
    start_round(project, replace(PLAN, rules=RoundRules(suggest="earlier")), "Olga")
    ada, bo = queue_of(project), queue_of(project, "Bo")
    mine = {"tone": Suggested(3, "your rating by version 1")}
    assert suggested(project, ada, pks[0]) == mine
    assert suggested(project, ada, pks[1]) == {}
    # What is answered within the round does not come back as a suggestion.
    answer(project, ada, pks[0], "tone", 2)
    assert suggested(project, ada, pks[0]) == mine
    assert suggested(project, bo, pks[1])["tone"].value == 1


def test_an_answer_that_the_new_scale_lacks_is_not_suggested(project: Project) -> None:
    pk = next(iter(project.traces.ids(TraceQuery())))
    project.ratings.answer(pk, "Q", "tone", "Ada", 3)
    project.ratings.answer(pk, "Q", "correct", "Ada", "yes")
    data = RUBRIC.to_json()
    data["criteria"][1]["scale"]["points"] = [{"value": 1}, {"value": 2}]
    project.rubrics.save(Rubric.from_json(data), "Olga")
    start_round(project, replace(PLAN, rules=RoundRules(suggest="earlier")), "Olga")
    assert set(suggested(project, queue_of(project), pk)) == {"correct"}


def test_another_round_suggests_what_one_said_in_it(project: Project) -> None:
    start_round(project, replace(PLAN, name="First", rules=RoundRules()), "Olga")
    first = queue_of(project, name="First")
    item = first.pks[0]
    answer(project, first, item, "tone", 2)
    project.ratings.answer(item, "Q", "tone", "Ada", 1)
    start_round(project, replace(PLAN, rules=RoundRules(suggest="round First")), "Olga")
    ready = suggested(project, queue_of(project), item)
    assert ready == {"tone": Suggested(2, "your rating in First")}


def test_what_was_kept_and_changed_is_recorded_and_counted(project: Project) -> None:
    start_round(project, PLAN, "Olga")
    ada, bo = queue_of(project), queue_of(project, "Bo")
    first, second, third, *_ = sorted(ada.pks)
    answer(project, ada, first, "correct", "yes")
    answer(project, ada, second, "correct", "yes")
    answer(project, ada, third, "correct", "yes")
    answer(project, bo, first, "correct", "no")
    # What stands counts: at first kept, then changed.
    answer(project, bo, second, "correct", "no")
    answer(project, bo, second, "correct", "yes")
    sources = [
        project.ratings.own(pk, "Q", "Ada", round="Main")["correct"].source
        for pk in (first, second, third)
    ]
    assert sources == [
        "suggested by judge correct, kept",
        "suggested by judge correct, changed",
        "",
    ]
    uses = {(use.criterion, use.rater): use.changed for use in suggestion_uses(project, "Main")}
    assert {key: (use.value, use.n) for key, use in uses.items()} == {
        ("correct", ""): (0.75, 4),
        ("correct", "Ada"): (0.5, 2),
        ("correct", "Bo"): (1.0, 2),
    }
    assert uses["correct", ""].low is not None
    assert uses["correct", ""].low < 0.75 < uses["correct", ""].high


def test_sources_tell_kept_from_changed() -> None:
    ready = Suggested("no", "judge x, the second")
    assert was_changed(ready.source("no")) is False
    assert was_changed(ready.source("yes")) is True
    assert was_changed("as last time") is None
    assert was_changed("") is None


def test_as_last_time_copies_answers_but_no_words_about_the_trace(project: Project) -> None:
    queue = review.queue(project, RUBRIC, "Ada")
    first, second, third = list(queue.pks)[:3]
    assert as_last_time(project, queue, second).answers == {}
    for name, value in (("correct", "no"), ("tone", 2), ("why", "it lied"), (COMMENT, "odd")):
        answer(project, queue, first, name, value)
    # A draft is not what was done last time.
    assert as_last_time(project, queue, second).answers == {}
    review.apply(project, RUBRIC, "Ada", Step(first, SUBMISSION, "draft", "submitted"))
    assert as_last_time(project, queue, second).answers == {"correct": "no", "tone": 2}
    # Neither oneself, nor what was opened again, nor another person's.
    assert as_last_time(project, queue, first).answers == {}
    bo = review.queue(project, RUBRIC, "Bo")
    assert as_last_time(project, bo, third).answers == {}
    review.apply(project, RUBRIC, "Ada", Step(first, SUBMISSION, "submitted", "draft"))
    assert as_last_time(project, queue, second).answers == {}
