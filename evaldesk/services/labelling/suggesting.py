"""Answers that stand ready: what a round suggests, what one answered last time, and how often a
suggestion was not kept.

A suggestion comes from a judge's score or from the rater's own earlier answers, never from another
rater. It is shown only where the round's rules name it, and of a judge nothing else is told.
"""

from collections import Counter
from typing import TYPE_CHECKING

from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.domain.rubric import COMMENT, CannotJudge, Criterion, Rubric
from evaldesk.domain.suggestion import Suggested, SuggestionUse, SuggestRule, was_changed
from evaldesk.services.labelling import answering
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review_queue import ReviewQueue, reading_of, trace_of
from evaldesk.services.labelling.undo import Value
from evaldesk.services.rubrics import migration as rubric_migration
from evaldesk.storage import own_answers

if TYPE_CHECKING:
    from evaldesk.domain.trace import Score
    from evaldesk.storage.project import Project

_ALONE = ("training", "calibration", "pairwise")
"""Kinds of rounds that measure raters by themselves, or ask no rubric."""


def check_suggests(
    project: "Project", rubric_name: str, suggest: str, *, kind: str, measured: bool
) -> None:
    """Whether a round of a kind may suggest what its rules say.

    Args:
        suggest: the rule as a person writes it; empty says that nothing is suggested.
        measured: some items measure raters by themselves: calibration items, hidden repeats.

    Raises:
        UsageError: raters are to be measured by themselves in it; or the rule says nothing.
        NotFoundError: no such rubric, metric, criterion or round; offers the nearest.
    """
    rubric = project.rubrics.get(rubric_name)
    rule = SuggestRule.parse(suggest)
    if rule is None:
        return
    if kind in _ALONE:
        raise UsageError(
            f"A {kind} round suggests nothing: it shows what raters answer by themselves.",
            "Take the suggestion out, or open a main round.",
        )
    if measured:
        raise UsageError(
            "Calibration items and hidden repeats measure raters by themselves; a suggestion would "
            "be measured instead.",
            "Take out the suggestion, or those items.",
        )
    if rule.source == "judge":
        metrics = project.traces.metrics()
        if rule.name not in metrics:
            raise NotFoundError.among("metric", rule.name, metrics)
        name = rule.criterion or rule.name
        if rubric.criterion(name) is None:
            names = [item.name for item in rubric.criteria]
            raise NotFoundError.among("criterion", name, names)
    elif rule.source == "round" and project.rounds.get(rule.name).rubric != rubric.name:
        raise UsageError(f"The round “{rule.name}” is by another rubric.", "Name one by this.")


def suggested(project: "Project", queue: ReviewQueue, item: int) -> dict[str, Suggested]:
    """What stands ready for an item: criterion → answer. Empty where the round suggests nothing,
    is closed or revealed, or the answer does not fit the question.
    """
    found = queue.round
    if found is None or not found.rules.suggest or found.kind in _ALONE or found.state != "open":
        return {}
    rule = SuggestRule.parse(found.rules.suggest)
    if rule is None:
        return {}
    if rule.source == "judge":
        return _of_judge(project, queue.rubric, rule, trace_of(item))
    return _of_own(project, queue, rule, item)


def as_last_time(project: "Project", queue: ReviewQueue, item: int) -> Sheet:
    """What this rater answered for the item that they submitted last, in the same round or out of
    rounds; empty where there is none. Comments on the item as a whole are not in it.
    """
    rubric, within = queue.place
    last = own_answers.last_submitted(
        project.database, rubric, queue.rater, round=within, without=trace_of(item)
    )
    if last is None:
        return Sheet()
    sheet = rubric_migration.sheet(
        project, queue.rubric, last[0], queue.rater, round=within, reading=last[1]
    )
    sheet.answers.pop(COMMENT, None)
    for criterion in queue.rubric.criteria:
        # What was written about that trace is not true of this one.
        if criterion.scale.kind == "text":
            sheet.answers.pop(criterion.name, None)
    return sheet


def suggestion_uses(project: "Project", round: str) -> list[SuggestionUse]:
    """How often what a round suggested was changed: per criterion for all its raters together,
    then for each. Answers that stand only; for the round's owner.

    Raises:
        NotFoundError: no such round.
    """
    from evaldesk.stats.proportions import proportion

    counts: Counter[tuple[str, str, bool]] = Counter()
    for field, rater, source in project.ratings.sources_of_round(round):
        changed = was_changed(source)
        if changed is not None:
            counts[field, rater, changed] += 1
            counts[field, "", changed] += 1
    found = project.rounds.get(round)
    rubric = project.rubrics.get(found.rubric, found.version)
    places = {item.name: place for place, item in enumerate(rubric.criteria)}
    keys = sorted({(field, rater) for field, rater, _ in counts}, key=lambda k: (places[k[0]], k))
    return [
        SuggestionUse(
            field,
            rater,
            proportion(
                counts[field, rater, True],
                counts[field, rater, True] + counts[field, rater, False],
            ),
        )
        for field, rater in keys
    ]


def _of_judge(
    project: "Project", rubric: Rubric, rule: SuggestRule, trace_pk: int
) -> dict[str, Suggested]:
    criterion = rubric.criterion(rule.criterion or rule.name)
    score = project.traces.scores([trace_pk], rule.name).get(trace_pk)
    if criterion is None or score is None:
        return {}
    value = answer_of_score(criterion, score)
    return {} if value is None else {criterion.name: Suggested(value, f"judge {rule.name}")}


def answer_of_score(criterion: Criterion, score: "Score") -> Value | None:
    """The answer that a score is on a criterion's scale: its label or its number where the scale
    has it, and 0 and 1 for the bad and the good of two points. Nothing is rounded; None where it
    is none.
    """
    scale = criterion.scale
    if scale.kind == "text":
        return None
    for given in (score.label, score.value):
        if given is None:
            continue
        try:
            return scale.check(given)
        except InputError:
            continue
    if scale.kind == "binary" and score.value in (0.0, 1.0):
        return scale.points[int(score.value)].value
    return None


def _of_own(
    project: "Project", queue: ReviewQueue, rule: SuggestRule, item: int
) -> dict[str, Suggested]:
    """The rater's own answers from elsewhere, also to an earlier wording of a question: it is what
    they then said, and they are asked whether it still holds.
    """
    within = queue.place[1]
    said = own_answers.elsewhere(
        project.database,
        trace_of(item),
        queue.rubric.name,
        queue.rater,
        without=within,
        round=rule.name if rule.source == "round" else "",
        reading=reading_of(item),
    )
    ready: dict[str, Suggested] = {}
    for criterion in queue.rubric.criteria:
        answer = said.get(criterion.name)
        if answer is None or answer.value is None:
            continue
        try:
            value = answering.checked(queue.rubric, criterion.name, answer.value)
        except InputError:
            continue
        if value is None or (isinstance(value, CannotJudge) and not criterion.cannot_judge):
            continue
        by = (
            f"your rating in {rule.name}"
            if rule.source == "round"
            else f"your rating by version {answer.version}"
        )
        ready[criterion.name] = Suggested(value, by)
    return ready
