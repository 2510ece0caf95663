"""What people decided about traces: answers, disagreements, rulings, gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.highlight import Highlight
from evaldesk.domain.rubric import AnswerValue, CannotJudge, Given, Judgement

RulingKind = Literal["adopt", "other", "none_fits", "rubric_unsettled"]
"""adopt: a value that a rater gave. other: another value of the scale. none_fits: no value of the
scale is right. rubric_unsettled: the rubric does not settle it. The last two give no gold value."""

CellState = Literal["agree", "differ", "missing", "single"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One value that one rater gave to one field of a rubric for one trace. Never changed: a new
    answer supersedes it.

    Attributes:
        id: UUIDv7, or content-derived for an answer made elsewhere.
        trace_pk: the trace.
        field: name of a criterion, or one of ``#comment``, ``#failure_modes``, ``#severity``.
        rater: the person's name.
        value: the answer; a list of names for ``#failure_modes``; None where it was taken back.
        comment: said with this answer (ratings made elsewhere).
        created_at: ISO 8601.
        supersedes: id of the answer it replaces; empty for the first.
        version: of the rubric that was answered; 0 where that was not looked up.
        source: where the value came from that the rater took over, such as ``suggested by judge
            NAME, kept``; empty for their own.
    """

    id: str
    trace_pk: int
    field: str
    rater: str
    value: Given | None
    created_at: str
    comment: str = ""
    supersedes: str = ""
    version: int = 0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A trace that a rater handed to the adjudicator.

    Attributes:
        note: what the adjudicator should know.
        created_at: ISO 8601.
    """

    trace_pk: int
    rater: str
    note: str
    created_at: str


@dataclass(frozen=True, slots=True)
class RatingRecord:
    """A rating made elsewhere, on its way in.

    Attributes:
        unit: what was rated, as the file names it: a trace id, ``run/scenario`` or scenario key.
        rater: who.
        criterion: what was asked.
        value: what was answered, as it stands in the file; a list for several points.
        comment: said with it.
        time: ISO 8601; empty where unknown.
        place: ``row 17``.
        text: what the unit says, where the file carries it (used when units are made).
        rubric: that it answers, where the file says so.
        submitted: whether the rating was handed in.
    """

    unit: str
    rater: str
    criterion: str
    value: str | int | float | list[str] | CannotJudge
    comment: str = ""
    time: str = ""
    place: str = ""
    text: str = ""
    rubric: str = ""
    submitted: bool = True


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """A highlight made elsewhere, on its way in.

    Attributes:
        unit, rater, time, place: as of `RatingRecord`.
        quote: the marked words.
        text: what they were marked in, with every space; ``start`` and ``end`` count its
            characters from 0, and are -1 where the words were not found in it.
        label: what they were marked as.
        criterion: that the rating answers with which they came; empty for none.
        whole: the highlight itself, where EvalDesk wrote the file; its trace is not known yet.
    """

    unit: str
    rater: str
    quote: str
    text: str = ""
    start: int = -1
    end: int = -1
    label: str = ""
    criterion: str = ""
    comment: str = ""
    time: str = ""
    place: str = ""
    rubric: str = ""
    whole: Highlight | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """An adjudicator's decision. Never changed: a new one supersedes it.

    Attributes:
        id: UUIDv7.
        trace_pk: the trace.
        criterion: what was decided.
        kind: see `RulingKind`.
        value: the gold value; None for ``none_fits`` and ``rubric_unsettled``.
        reason: why, in words; never empty.
        author: who ruled.
        created_at: ISO 8601.
        supersedes: id of the ruling it replaces; empty for the first.
        version: of the rubric that was ruled by.
    """

    id: str
    trace_pk: int
    criterion: str
    kind: RulingKind
    value: AnswerValue | list[str] | None
    reason: str
    author: str
    created_at: str
    supersedes: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One trace and criterion that raters answered differently.

    Attributes:
        trace_pk: the trace; ``trace`` is its id.
        scenario: the scenario's key, ``title`` its short line.
        criterion: the question.
        answers: rater → value.
        spread: observed disagreement of the unit in [0, 1]: mean difference over pairs of raters,
            divided by the greatest difference that the scale allows (1 for any two unequal nominal
            values).
        severity: the worst severity that a rater gave, or empty.
        tier: of the scenario.
        ruled: whether a ruling stands.
        flagged: whether it is here only because a rater handed the trace to the adjudicator; then
            the answers agree, or there is one or none.
    """

    trace_pk: int
    trace: str
    scenario: str
    title: str
    criterion: str
    answers: Mapping[str, Judgement]
    spread: float
    severity: str
    tier: str
    ruled: bool
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Gold:
    """The value after adjudication.

    Attributes:
        value: None where a ruling says that none fits or the rubric does not settle it.
        source: ``ruling``, or ``agreed`` where all of at least two raters gave the same value.
    """

    trace_pk: int
    criterion: str
    value: AnswerValue | list[str] | None
    source: Literal["ruling", "agreed"]


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One item of a reviewer's queue."""

    trace_pk: int
    trace: str
    scenario: str
    title: str
    tier: str
    run: str
    state: Literal["pending", "draft", "submitted", "skipped", "flagged"]
    answered: int


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """All current answers to one criterion, for statistics.

    Attributes:
        criterion: the question.
        units: trace row numbers, in order.
        raters: names, in order.
        values: one mapping rater → value a unit.
        reworded: how many answers stand that were given to another wording of the question, and
            are left out.
    """

    criterion: str
    units: Sequence[int]
    raters: Sequence[str]
    values: Sequence[Mapping[str, Judgement]]
    reworded: int = 0

    @property
    def ratings(self) -> int:
        """How many answers there are."""
        return sum(len(row) for row in self.values)
