"""Where raters differ, and what an adjudicator decides."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.highlight import SpansBesideEachOther
from evaldesk.domain.rating import (
    Answer,
    AnswerTable,
    CellState,
    Disagreement,
    Gold,
    Ruling,
    RulingKind,
)
from evaldesk.domain.rubric import (
    COMMENT,
    FAILURE_MODES,
    SEVERITY,
    CannotJudge,
    Criterion,
    Judgement,
    Rubric,
    Scale,
)
from evaldesk.domain.trace import Trace
from evaldesk.services.reading.highlights import side_by_side
from evaldesk.services.rubrics.migration import lineage
from evaldesk.services.rubrics.present_wording import PresentWording

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

ALIASES = (
    "Oak",
    "Fir",
    "Elm",
    "Ash",
    "Yew",
    "Birch",
    "Cedar",
    "Hazel",
    "Larch",
    "Maple",
    "Alder",
    "Beech",
    "Rowan",
    "Aspen",
    "Linden",
    "Pine",
)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One criterion of a trace, as the adjudicator sees it.

    Attributes:
        values: alias → value; a rater who did not answer is missing. One who cannot judge is
            among them, and neither agrees nor differs.
        comments: alias → what was said with the answer; of who answered an earlier wording of the
            question only, that answer in words.
        state: agree, differ, single (one answer) or missing (none).
        rulings: on this question, oldest first; the last one stands.
    """

    criterion: Criterion
    values: Mapping[str, Judgement | CannotJudge]
    comments: Mapping[str, str]
    state: CellState
    rulings: Sequence[Ruling]

    @property
    def ruling(self) -> Ruling | None:
        """The ruling that stands."""
        return self.rulings[-1] if self.rulings else None


@dataclass(frozen=True, slots=True)
class Board:
    """All that raters said of a trace, under names that change from trace to trace.

    Attributes:
        aliases: in the order of the columns; it is shuffled for each trace, so that nobody
            learns who is who.
        comments: alias → comment on the whole trace; likewise ``tags`` and ``severities``.
        highlights: what each marked, the columns first, and how far they agree.
        flags: alias → note of who handed it to the adjudicator; an alias beyond the columns where
            they answered nothing.
    """

    trace_pk: int
    rubric: Rubric
    aliases: Sequence[str]
    rows: Sequence[BoardRow]
    comments: Mapping[str, str]
    tags: Mapping[str, Sequence[str]]
    severities: Mapping[str, str]
    highlights: SpansBesideEachOther = field(default_factory=SpansBesideEachOther)
    flags: Mapping[str, str] = field(default_factory=dict)


def disagreements(
    project: "Project", rubric: str, *, criterion: str = "", run: str = ""
) -> list[Disagreement]:
    """What raters answered differently, worst first: by severity, then spread, then tier.

    Raises:
        NotFoundError: no such rubric, criterion or run.
    """
    found = project.rubrics.get(rubric)
    if criterion and found.criterion(criterion) is None:
        raise NotFoundError.among("criterion", criterion, (item.name for item in found.criteria))
    if run:
        project.runs.require(run)
    severities = project.ratings.severities(rubric)
    wording = PresentWording(project, found)
    rulings = wording.rulings()
    differing: list[tuple[int, Criterion, Mapping[str, Judgement], float]] = []
    for item in found.criteria:
        if item.scale.kind == "text" or (criterion and item.name != criterion):
            continue
        table = wording.table(item.name, run)
        width = _width(item.scale, table)
        for trace_pk, answers in zip(table.units, table.values, strict=True):
            if len({str(value) for value in answers.values()}) > 1:
                differing.append((trace_pk, item, answers, _spread(item.scale, answers, width)))
    rows = {row.pk: row for row in project.traces.rows(list({entry[0] for entry in differing}))}
    result = [
        Disagreement(
            trace_pk=trace_pk,
            trace=rows[trace_pk].id,
            scenario=rows[trace_pk].scenario,
            title=rows[trace_pk].title,
            criterion=item.name,
            answers=answers,
            spread=spread,
            severity=severities.get(trace_pk, ""),
            tier=rows[trace_pk].tier,
            ruled=(trace_pk, item.name) in rulings,
        )
        for trace_pk, item, answers, spread in differing
    ]
    tiers = {"critical": 0, "important": 1, "nice-to-have": 2}
    result.sort(
        key=lambda item: (
            item.severity or "S9",
            -item.spread,
            tiers.get(item.tier, 3),
            item.trace_pk,
        )
    )
    return result


def flagged(project: "Project", rubric: str, *, run: str = "") -> list[Disagreement]:
    """The traces that a rater handed to the adjudicator and on which nobody differs, one entry a
    trace under its first question that has points or numbers, oldest flag first. They count as
    ruled once anybody ruled on any question of theirs after the flag.

    Raises:
        NotFoundError: no such rubric or run.
    """
    found = project.rubrics.get(rubric)
    item = next((one for one in found.criteria if one.scale.kind != "text"), None)
    if item is None:
        return []
    if run:
        project.runs.require(run)
    last: dict[int, str] = {one.trace_pk: one.created_at for one in project.ratings.flagged(rubric)}
    ruled: dict[int, str] = {}
    for ruling in project.rulings.current(rubric).values():
        at = ruled.get(ruling.trace_pk, "")
        ruled[ruling.trace_pk] = max(at, ruling.created_at)
    severities = project.ratings.severities(rubric)
    table = PresentWording(project, found).table(item.name)
    answers = dict(zip(table.units, table.values, strict=True))
    rows = {row.pk: row for row in project.traces.rows(list(last))}
    return [
        Disagreement(
            trace_pk=pk,
            trace=rows[pk].id,
            scenario=rows[pk].scenario,
            title=rows[pk].title,
            criterion=item.name,
            answers=answers.get(pk, {}),
            spread=0.0,
            severity=severities.get(pk, ""),
            tier=rows[pk].tier,
            ruled=ruled.get(pk, "") >= at,
            flagged=True,
        )
        for pk, at in last.items()
        if not run or rows[pk].run == run
    ]


def _width(scale: Scale, table: AnswerTable) -> float:
    if scale.level in (None, "nominal"):
        return 1.0
    if scale.level == "ordinal":
        return float(max(1, len(scale.points) - 1))
    low, high = scale.minimum, scale.maximum
    if scale.points:
        numbers = [float(point.value) for point in scale.points]
        low, high = min(numbers), max(numbers)
    if low is None or high is None:
        # A number without bounds is measured by the range that raters used.
        given = [
            float(value)
            for row in table.values
            for value in row.values()
            if not isinstance(value, tuple)
        ] or [0.0]
        low = min(given) if low is None else low
        high = max(given) if high is None else high
    return high - low or 1.0


def _spread(scale: Scale, answers: Mapping[str, Judgement], width: float) -> float:
    # Pairs of values, not of raters: a hundred raters make 5,000 pairs and a handful of values.
    counts = Counter(answers.values())
    total = 0.0
    for a, b in combinations(counts, 2):
        distance = 1.0
        if isinstance(a, tuple) and isinstance(b, tuple):
            # Jaccard's: what they do not share, of all that either chose.
            distance = 1.0 - len({*a} & {*b}) / len({*a} | {*b})
        elif scale.level not in (None, "nominal"):
            first, second = scale.position(a), scale.position(b)
            if first is not None and second is not None:
                distance = min(1.0, abs(first - second) / width)
        total += counts[a] * counts[b] * distance
    pairs = len(answers) * (len(answers) - 1) / 2
    return total / pairs if pairs else 0.0


def board(project: "Project", rubric: str, trace_pk: int, trace_read: Trace | None = None) -> Board:
    """What the adjudicator sees of one trace.

    Args:
        trace_read: the trace, where its highlights are wanted as well.
    """
    found = project.rubrics.get(rubric)
    answers = project.ratings.of_trace(trace_pk, rubric)
    raters = list(dict.fromkeys(answer.rater for answer in answers))
    trace = project.traces.rows([trace_pk])[0].id
    names = _aliases(raters, f"{trace}/{rubric}")
    rulings = {
        item.name: project.rulings.history(trace_pk, rubric, item.name) for item in found.criteria
    }
    by_field: dict[str, dict[str, Answer]] = {}
    earlier: dict[str, dict[str, str]] = {}
    asked = lineage(project, found)
    for answer in answers:
        alias = names[answer.rater]
        if asked.is_same(answer.field, answer.version):
            by_field.setdefault(answer.field, {})[alias] = answer
            continue
        then = asked.question(answer.field, answer.version)
        words = str(answer.value)
        if isinstance(answer.value, CannotJudge):
            words = f"cannot judge, {answer.value.reason}"
        elif then is not None and answer.value is not None:
            words = then.scale.text_of(answer.value)
        earlier.setdefault(answer.field, {})[alias] = f"to version {answer.version}: {words}"
    rows = [
        _board_row(
            item,
            by_field.get(item.name, {}),
            len(raters),
            rulings[item.name],
            earlier.get(item.name, {}),
        )
        for item in found.criteria
    ]
    return Board(
        trace_pk=trace_pk,
        rubric=found,
        aliases=list(names.values()),
        rows=rows,
        comments=_values(by_field.get(COMMENT, {})),
        tags={
            alias: found.present_modes(names)
            for alias, names in _values(by_field.get(FAILURE_MODES, {})).items()
        },
        severities=_values(by_field.get(SEVERITY, {})),
        highlights=_highlights(project, trace_read, names, trace),
        flags=_flags(project, rubric, trace_pk, names),
    )


def _flags(
    project: "Project", rubric: str, trace_pk: int, names: Mapping[str, str]
) -> dict[str, str]:
    notes = {one.rater: one.note for one in project.ratings.flagged(rubric, trace_pk=trace_pk)}
    more = iter(range(len(names), len(names) + len(notes)))
    return {
        names[rater] if rater in names else _alias(next(more)): note
        for rater, note in notes.items()
    }


def _highlights(
    project: "Project", trace: Trace | None, names: Mapping[str, str], salt: str
) -> SpansBesideEachOther:
    if trace is None:
        return SpansBesideEachOther()
    marked = {one.author for one in project.highlights.of_trace(trace.row.pk)}
    if not marked:
        return SpansBesideEachOther()
    # Who only marked has no column, and is called by the names that come after.
    others = shuffled(sorted(marked - names.keys()), salt)
    more = {name: _alias(len(names) + place) for place, name in enumerate(others)}
    return side_by_side(project, trace, list({**names, **more}.items()))


def _alias(place: int) -> str:
    return ALIASES[place] if place < len(ALIASES) else f"Rater {place + 1}"


def _values(answers: Mapping[str, Answer]) -> dict[str, Any]:
    return {alias: answer.value for alias, answer in answers.items()}


def _board_row(
    criterion: Criterion,
    answers: Mapping[str, Answer],
    raters: int,
    rulings: Sequence[Ruling],
    earlier: Mapping[str, str],
) -> BoardRow:
    values: dict[str, Judgement | CannotJudge] = {
        alias: tuple(answer.value) if isinstance(answer.value, list) else answer.value
        for alias, answer in answers.items()
        if answer.value is not None
    }
    judged = [value for value in values.values() if not isinstance(value, CannotJudge)]
    state: CellState
    if not judged:
        state = "missing"
    elif len(judged) == 1:
        state = "single"
    elif criterion.scale.kind == "text" or len({str(value) for value in judged}) == 1:
        state = "agree"
    else:
        state = "differ"
    return BoardRow(
        criterion=criterion,
        values=values,
        comments={
            **earlier,
            **{alias: a.comment for alias, a in answers.items() if a.comment},
        },
        state=state,
        rulings=rulings,
    )


def in_board_order(item: Disagreement, rubric: str) -> list[Judgement]:
    """A disagreement's answers in the order of the board's columns, which changes from trace to
    trace: a fixed order in a list would tell who is who.
    """
    return [item.answers[rater] for rater in shuffled(item.answers, f"{item.trace}/{rubric}")]


def shuffled(raters: Iterable[str], salt: str) -> list[str]:
    """Names in an order that tells nothing and is always the same for the same salt."""

    def key(rater: str) -> bytes:
        return hashlib.sha256(f"{salt}/{rater}".encode()).digest()

    return sorted(raters, key=key)


def _aliases(raters: Sequence[str], salt: str) -> dict[str, str]:
    return {
        rater: ALIASES[i] if len(raters) <= len(ALIASES) else f"Rater {i + 1}"
        for i, rater in enumerate(shuffled(raters, salt))
    }


def rule(
    project: "Project",
    rubric: str,
    trace_pk: int,
    criterion: str,
    kind: RulingKind,
    value: Any,
    reason: str,
    author: str,
) -> Ruling:
    """Decide a question. An earlier ruling stays in its history.

    Args:
        kind: ``adopt`` and ``other`` take a value of the scale and are told apart by whether a
            rater gave it; ``none_fits`` and ``rubric_unsettled`` take none.

    Raises:
        NotFoundError: no such rubric or criterion.
        InputError: the value is not on the scale.
        UsageError: no reason, or a value missing.
    """
    found = project.rubrics.get(rubric)
    item = found.criterion(criterion)
    if item is None:
        raise NotFoundError.among("criterion", criterion, (one.name for one in found.criteria))
    if kind in ("none_fits", "rubric_unsettled"):
        return project.rulings.append(trace_pk, rubric, criterion, kind, None, reason, author)
    if value is None or value == "":
        raise UsageError("A ruling needs a value.", "Or say that none fits.")
    checked = item.scale.check(value)
    given = [
        answer.value
        for answer in project.ratings.of_trace(trace_pk, rubric)
        if answer.field == criterion
    ]
    return project.rulings.append(
        trace_pk,
        rubric,
        criterion,
        "adopt" if checked in given else "other",
        checked,
        reason,
        author,
    )


def gold(project: "Project", rubric: str, criterion: str) -> dict[int, Gold]:
    """Trace → the value after adjudication.

    A ruling counts first; else the value on which all of at least two raters agree. A trace
    whose raters differ and on which nobody ruled has no gold value and is left out. So is what was
    answered and ruled to another wording of the question.
    """
    result: dict[int, Gold] = {}
    wording = PresentWording(project, project.rubrics.get(rubric))
    table = wording.table(criterion)
    for trace_pk, answers in zip(table.units, table.values, strict=True):
        given = [*answers.values()]
        if len(given) >= 2 and all(value == given[0] for value in given):
            value = [*given[0]] if isinstance(given[0], tuple) else given[0]
            result[trace_pk] = Gold(trace_pk, criterion, value, "agreed")
    for (trace_pk, _), ruling in wording.rulings(criterion).items():
        result[trace_pk] = Gold(trace_pk, criterion, ruling.value, "ruling")
    return result
