"""What is read of a project for adjudicating, and what is listed of it. No widgets, no Qt."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from evaldesk.domain.rating import Disagreement, Ruling, RulingKind
from evaldesk.domain.rubric import AnswerValue, Criterion, Rubric
from evaldesk.domain.trace import Trace
from evaldesk.jobs.runner import JobControl
from evaldesk.services.judging import adjudication, ruling_reasons
from evaldesk.services.judging.adjudication import Board
from evaldesk.services.judging.patterns import Pattern, Place, find_patterns, raters_are_slots
from evaldesk.services.judging.ruling_reasons import ReasonKind
from evaldesk.services.labelling.blinding import Blindness, blindness
from evaldesk.services.privacy.sight import sight_of

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

State = Literal["open", "ruled", "all"]
Sort = Literal["worst", "spread", "scenario", "criterion"]
CHOICE = "adjudicate"
"""Key of the project's settings, with the person's name behind it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is listed, and how.

    Attributes:
        rubric: name; empty for the first that was answered. run: name; empty for all.
        criterion, severity: empty for any; severity ``-`` for items without one.
        text: part of a scenario's key or title.
        pattern: only these places; None for no pattern.
    """

    rubric: str = ""
    run: str = ""
    state: State = "open"
    sort: Sort = "worst"
    criterion: str = ""
    severity: str = ""
    text: str = ""
    pattern: Pattern | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A ruling that is not made yet.

    Attributes:
        kind: None until something is chosen; ``adopt`` for any value of the scale.
        value: chosen with ``adopt``.
        text: the reason in words; ``reason_kind`` where the disagreement came from.
        again: what this was ruled before, when the person takes it up again.
    """

    kind: RulingKind | None = None
    value: AnswerValue | list[str] | None = None
    text: str = ""
    reason_kind: ReasonKind = ""
    again: Ruling | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a look at the project gave; nothing that anybody answered unless it ``looked``."""

    scope: Scope
    rubrics: tuple[Rubric, ...]
    runs: tuple[str, ...]
    rubric: Rubric | None
    blindness: Blindness | None
    looked: bool = False
    items: list[Disagreement] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    run_of: Mapping[int, str] = field(default_factory=dict)
    reasons: list[tuple[str, str]] = field(default_factory=list)
    rated: bool = False
    slots: bool = False
    flags: Mapping[int, str] = field(default_factory=dict)


def can_rule(criterion: Criterion) -> bool:
    """Whether a ruling can give it a value; words have none to agree on."""
    return criterion.scale.kind != "text"


def listed(items: Iterable[Disagreement], scope: Scope) -> list[Disagreement]:
    """What the scope lists, in its order."""
    places = None if scope.pattern is None else set(scope.pattern.places)
    text = scope.text.casefold()
    severity = "" if scope.severity == "-" else scope.severity
    found = [
        item
        for item in items
        if (scope.state == "all" or item.ruled == (scope.state == "ruled"))
        and (not scope.criterion or item.criterion == scope.criterion)
        and (not scope.severity or item.severity == severity)
        and (not text or text in f"{item.scenario}\n{item.title}".casefold())
        and (places is None or place_of(item) in places)
    ]
    if scope.sort == "spread":
        found.sort(key=lambda item: -item.spread)
    elif scope.sort == "scenario":
        found.sort(key=lambda item: item.scenario)
    elif scope.sort == "criterion":
        found.sort(key=lambda item: item.criterion)
    return found


def place_of(item: Disagreement) -> Place:
    """Trace and criterion."""
    return item.trace_pk, item.criterion


def look(
    project: "Project",
    scope: Scope,
    person: str,
    passed: frozenset[tuple[str, str]],
    control: JobControl,
) -> Loaded:
    """Read rubrics, runs and disagreements; no answers while the person's blindness is at stake.

    Args:
        passed: (person, rubric) for whom others' answers were opened on purpose.
    """
    rubrics = tuple(project.rubrics.list())
    runs = tuple(item.name for item in project.runs.list())
    if not scope.rubric:
        kept = [*project.get(f"{CHOICE}.{person}").split("\n"), "", ""]
        scope = replace(scope, rubric=kept[0], run=kept[1])
    rubric = next((item for item in rubrics if item.name == scope.rubric), None)
    if rubric is None:
        rubric = _first_answered(project, rubrics)
    if scope.run not in runs:
        scope = replace(scope, run="")
    if rubric is None:
        return Loaded(scope, rubrics, runs, None, None)
    scope = replace(scope, rubric=rubric.name)
    stands = blindness(project, rubric, person)
    control.check()
    if stands.at_stake and (person, rubric.name) not in passed:
        return Loaded(scope, rubrics, runs, rubric, stands)
    differing = adjudication.disagreements(project, rubric.name, run=scope.run)
    known = {item.trace_pk for item in differing}
    alone = adjudication.flagged(project, rubric.name, run=scope.run)
    items = [*differing, *(item for item in alone if item.trace_pk not in known)]
    slots = raters_are_slots(project)
    control.check()
    return Loaded(
        scope,
        rubrics,
        runs,
        rubric,
        stands,
        looked=True,
        items=items,
        patterns=find_patterns((item for item in differing if not item.ruled), slots=slots),
        run_of=project.traces.labels("run"),
        reasons=ruling_reasons.recent(project, rubric.name),
        slots=slots,
        rated=bool(items) or bool(project.people.raters(rubric.name)),
        flags=_flags(project, rubric.name),
    )


def _flags(project: "Project", rubric: str) -> dict[int, str]:
    """Trace → the notes of who flagged it, without names."""
    notes: dict[int, list[str]] = {}
    for one in project.ratings.flagged(rubric):
        notes.setdefault(one.trace_pk, []).append(one.note)
    return {pk: " / ".join(filter(None, said)) for pk, said in notes.items()}


def _first_answered(project: "Project", rubrics: Sequence[Rubric]) -> Rubric | None:
    for rubric in rubrics:
        if project.people.raters(rubric.name):
            return rubric
    return rubrics[0] if rubrics else None


def read(project: "Project", rubric: str, pk: int) -> tuple[Trace, Board]:
    """A trace and all that was said of it."""
    trace = sight_of(project).read(pk)
    return trace, adjudication.board(project, rubric, pk, trace)
