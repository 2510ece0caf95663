"""One rating: what fits, what is asked, what is still missing, and what one answer brings along.

Nothing here touches a project: the form of the review screen, its preview and the store all ask
the same functions.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evaldesk.domain.errors import InputError, NotFoundError
from evaldesk.domain.rubric import (
    COMMENT,
    FAILURE_MODES,
    SEVERITIES,
    SEVERITY,
    CannotJudge,
    Criterion,
    Rubric,
)
from evaldesk.domain.suggestion import Suggested
from evaldesk.services.labelling.undo import SUBMISSION, Answers, Step, Value


@dataclass(frozen=True, slots=True)
class Earlier:
    """An answer that was given to another version of a question.

    Attributes:
        version: of the rubric that asked.
        question: as that version asked it; its title where it had no question.
        words: the answer, as that version's scale says it.
        value: the answer.
    """

    version: int
    question: str
    words: str
    value: Value


@dataclass(slots=True)
class Sheet:
    """What one rater answered for one trace.

    Attributes:
        answers: field → value, of the version in hand.
        said: field → comment on that answer.
        earlier: criterion → what was answered when it was another question.
        sources: field → where its value came from; only of those that are not the rater's own.
        suggested: criterion → what the round suggests as its answer. No answer by itself.
        note: for the adjudicator, where the rating is flagged.
    """

    answers: dict[str, Value] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    suggested: Mapping[str, Suggested] = field(default_factory=dict)
    note: str = ""

    def take(self, step: Step) -> None:
        """What stands after a step."""
        for part in step.parts:
            if part.name == SUBMISSION:
                self.note = part.said_after
                continue
            for kept in (self.answers, self.said, self.sources):
                kept.pop(part.name, None)
            if part.said_after:
                # Words may stand before the answer that they belong to.
                self.said[part.name] = part.said_after
            if part.after is not None:
                self.answers[part.name] = part.after
                if part.source_after:
                    self.sources[part.name] = part.source_after


class Incomplete(InputError):
    """A rating cannot be submitted yet.

    Attributes:
        missing: names of the criteria that lack something, in the order of the form.
        wanting: those of them that lack only a comment.
    """

    def __init__(self, missing: Sequence[Criterion], wanting: Sequence[Criterion] = ()) -> None:
        lacking = [*missing, *wanting]
        first, others = lacking[0], len(lacking) - 1
        if missing:
            more = f" and {others} more have no answer yet." if others else " has no answer yet."
            hint = "Answer it, then submit."
        else:
            more = (
                f" and {others} more want a comment on the answer."
                if others
                else " wants a comment on the answer."
            )
            hint = "Say why, then submit."
        super().__init__(f"“{first.text}”{more}", hint)
        self.missing = tuple(item.name for item in lacking)
        self.wanting = tuple(item.name for item in wanting)


def checked(rubric: Rubric, name: str, value: Any) -> Value | None:
    """The stored form of an answer to a field; None where it is empty, which takes it back.

    Raises:
        InputError: the scale, the taxonomy or the severities do not have it, or the criterion
            wants a judgement.
        NotFoundError: the rubric has no such field.
    """
    if value is None:
        return None
    if name == COMMENT:
        return str(value).strip() or None
    if name == FAILURE_MODES:
        return _checked_modes(rubric, value)
    if name == SEVERITY:
        if value not in SEVERITIES:
            raise InputError(f"“{value}” is not a severity.", f"There are {', '.join(SEVERITIES)}.")
        return str(value)
    criterion = rubric.criterion(name)
    if criterion is None:
        raise NotFoundError.among("criterion", name, [item.name for item in rubric.criteria])
    if isinstance(value, CannotJudge):
        if not criterion.cannot_judge:
            raise InputError(f"“{criterion.text}” wants a judgement.", "Choose an answer.")
        if not value.reason.strip():
            raise InputError("“Cannot judge” needs a reason.", "Say why.")
        return CannotJudge(value.reason.strip())
    if isinstance(value, str) and not value.strip():
        return None
    if isinstance(value, list | tuple) and not value:
        return None
    return criterion.scale.check(value)


def missing(rubric: Rubric, given: Answers) -> list[Criterion]:
    """The required criteria that are asked and have no answer."""
    return [item for item in rubric.asked(given) if item.required and item.name not in given]


def wanting(rubric: Rubric, given: Answers, said: Mapping[str, str]) -> list[Criterion]:
    """The criteria that are asked, and whose answer wants a comment that is not there."""
    return [
        item
        for item in rubric.asked(given)
        if item.wants_comment(given.get(item.name)) and not said.get(item.name, "").strip()
    ]


def check_complete(rubric: Rubric, given: Answers, said: Mapping[str, str]) -> None:
    """Whether a rating can be submitted.

    Raises:
        Incomplete: a required answer, or a comment on one, is missing; names them.
    """
    open_ones, silent = missing(rubric, given), wanting(rubric, given, said)
    if open_ones or silent:
        raise Incomplete(open_ones, silent)


def not_asked(rubric: Rubric, given: Answers) -> list[str]:
    """Criteria that have an answer and are not asked."""
    asked = {item.name for item in rubric.asked(given)}
    return [item.name for item in rubric.criteria if item.name in given and item.name not in asked]


def step_to(
    rubric: Rubric,
    trace_pk: int,
    given: Answers,
    said: Mapping[str, str],
    name: str,
    value: Value | None,
    comment: str | None = None,
    *,
    submitted: bool = False,
) -> Step | None:
    """What answering a field does: answers that are not asked for any more are taken back with it,
    and a rating that was submitted and now lacks something is open again.

    Args:
        given: what stands, none of it unasked.
        said: field → comment on what stands.
        value: as `checked` gives it; None takes the answer back.
        comment: on the answer; None for the one that stands.
        submitted: whether the rating is.

    Returns:
        None where nothing would change.

    Raises:
        InputError: the criterion is not asked.
    """
    criterion = rubric.criterion(name)
    if value is not None and criterion is not None and criterion not in rubric.asked(given):
        raise InputError(
            f"“{criterion.text}” is not asked here.", "It depends on answers further up."
        )
    said_before = said.get(name, "")
    said_after = "" if value is None else said_before if comment is None else comment.strip()
    after = {key: item for key, item in given.items() if key != name}
    after_said = {key: text for key, text in said.items() if key != name}
    if value is not None:
        after[name] = value
        after_said[name] = said_after
    also = []
    for other in not_asked(rubric, after):
        also.append(Step(trace_pk, other, after.pop(other), None, after_said.pop(other, ""), ""))
    step = Step(trace_pk, name, given.get(name), value, said_before, said_after)
    if not step.changes:
        return None
    if submitted and (missing(rubric, after) or wanting(rubric, after, after_said)):
        also.append(Step(trace_pk, SUBMISSION, "submitted", "draft"))
    return Step(trace_pk, name, step.before, value, said_before, said_after, also=tuple(also))


def step_filling(
    rubric: Rubric,
    trace_pk: int,
    sheet: Sheet,
    values: Mapping[str, Value],
    said: Mapping[str, str],
    *,
    submitted: bool = False,
) -> Step | None:
    """What taking over several answers at once does: only those that fit, are asked once the
    others are there, and have no answer yet. One step, so that one undo takes all of it back.

    Args:
        values: field → value to take over.
        said: field → comment to take over with it.
        submitted: whether the rating is.

    Returns:
        None where nothing would change.
    """
    after = Sheet(dict(sheet.answers), dict(sheet.said))
    order = [item.name for item in rubric.criteria] + [FAILURE_MODES, SEVERITY]
    changed = True
    while changed:
        # An answer may bring a question further up: once more from the start.
        changed = False
        for name in order:
            if name not in values or name in after.answers:
                continue
            try:
                fit = checked(rubric, name, values[name])
                step = step_to(
                    rubric, trace_pk, after.answers, after.said, name, fit, said.get(name, "")
                )
            except InputError:
                continue
            if step is not None and not step.also:
                after.take(step)
                changed = True
    parts = [
        Step(
            trace_pk,
            name,
            None,
            after.answers[name],
            sheet.said.get(name, ""),
            after.said.get(name, ""),
        )
        for name in order
        if name in after.answers and name not in sheet.answers
    ]
    if not parts:
        return None
    lacks = missing(rubric, after.answers) or wanting(rubric, after.answers, after.said)
    if submitted and lacks:
        parts.append(Step(trace_pk, SUBMISSION, "submitted", "draft"))
    return replace(parts[0], also=tuple(parts[1:]))


def sourced(step: Step, sheet: Sheet, how: str = "") -> Step:
    """The same step, with where its values come from: what was suggested and kept or changed,
    else ``how``.
    """

    def told(part: Step) -> Step:
        if part.name == SUBMISSION:
            return part
        ready = sheet.suggested.get(part.name)
        after = "" if part.after is None else how
        if part.after is not None and ready is not None:
            after = ready.source(part.after)
        return replace(part, source_before=sheet.sources.get(part.name, ""), source_after=after)

    first = told(step)
    return replace(first, also=tuple(told(part) for part in step.also))


def _checked_modes(rubric: Rubric, value: Any) -> list[str] | None:
    names = rubric.present_modes([value] if isinstance(value, str) else value)
    known = [mode.name for mode in rubric.failure_modes]
    for name in names:
        if name not in known:
            offered = f"It has: {', '.join(known)}." if known else "It has none."
            raise InputError(f"The rubric has no failure mode “{name}”.", offered)
    return names or None
