"""What a rater chose to go through, and what a look at the project gives for it. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Trace
from evaldesk.services.labelling import review
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.review import ReviewQueue, State
from evaldesk.services.labelling.suggesting import suggested
from evaldesk.services.privacy.sight import sight_of
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.queue import RoundChoice

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

CHOICE = "review"
_NO_ROUND = "-"
"""Kept where a person chose to go through everything, not through a round."""
WAITING = "*"
"""Stands for whatever round has something to do, until the rounds are read."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person chose to go through.

    Attributes:
        rubric: name; empty for the first there is.
        run: name; empty for all.
        order: the rater's own, or as imported.
        round: name; empty for everything there is. It settles rubric, run and order.
        states: which items are listed; None for all.
        text: part of a scenario's key or title.
    """

    rubric: str = ""
    run: str = ""
    order: review.Order = "own"
    round: str = ""
    states: frozenset[State] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a look at the project gave.

    Attributes:
        pairs: the pairwise round that was chosen, which is gone through on a screen of its own.
    """

    rubrics: tuple[Rubric, ...]
    runs: tuple[str, ...]
    rounds: tuple[RoundChoice, ...]
    traces: int
    queue: ReviewQueue | None
    view: ReviewQueue | None
    scope: Scope
    pairs: str = ""


def look(project: "Project", scope: Scope, rater: str) -> Loaded:
    """What there is to choose from, and what was chosen."""
    rubrics = tuple(project.rubrics.list())
    runs = tuple(item.name for item in project.runs.list())
    traces = project.traces.count()
    rounds = tuple(round_queue.rounds_of(project, rater)) if traces else ()
    if not scope.rubric and not scope.round:
        scope = _chosen_before(project.get(f"{CHOICE}.{rater}"), scope, rounds)
    alone = [one for one in rounds if one.kind != "pairwise"]
    if scope.round == WAITING:
        scope = replace(scope, round=waiting(alone, scope.rubric))
    pairs = next(
        (one.name for one in rounds if one.name == scope.round and one.kind == "pairwise"), ""
    )
    if pairs:
        # What stands here when the person comes back from the pairs: never everything, while a
        # round has something for them.
        scope = replace(scope, round=waiting(alone, scope.rubric))
    if scope.round and all(one.name != scope.round for one in rounds):
        scope = replace(scope, round="")
    if scope.round:
        queue = round_queue.round_queue(project, scope.round, rater)
        scope = replace(scope, rubric=queue.rubric.name, run="")
        view = review.narrow(project, queue, scope.text, scope.states)
        return Loaded(rubrics, runs, rounds, traces, queue, view, scope, pairs)
    rubric = next((item for item in rubrics if item.name == scope.rubric), None)
    if rubric is None and rubrics:
        rubric = rubrics[0]
    if scope.run not in runs:
        scope = replace(scope, run="")
    if rubric is None or not traces:
        return Loaded(rubrics, runs, rounds, traces, None, None, scope, pairs)
    scope = replace(scope, rubric=rubric.name)
    queue = review.queue(project, rubric, rater, run=scope.run, order=scope.order)
    view = review.narrow(project, queue, scope.text, scope.states)
    return Loaded(rubrics, runs, rounds, traces, queue, view, scope, pairs)


def _chosen_before(kept: str, scope: Scope, rounds: Sequence[RoundChoice]) -> Scope:
    """What this person went through last; at first, or when that round is done, the newest round
    that has something for them.
    """
    rubric, run, order, name = [*kept.split("\n"), "", "", "", ""][:4]
    if name != _NO_ROUND and not any(one.name == name and one.left for one in rounds):
        name = waiting(rounds) or name
    return replace(
        scope,
        rubric=rubric,
        run=run,
        order="imported" if order == "imported" else "own",
        round="" if name == _NO_ROUND else name,
    )


def waiting(rounds: Sequence[RoundChoice], rubric: str = "") -> str:
    """The newest round that has something to do, by this rubric if one is named."""
    fitting = (one for one in rounds if one.left and rubric in ("", one.rubric))
    return next((one.name for one in fitting), "")


def lasting(scope: Scope) -> tuple[str, str, str, str]:
    """What of a choice is remembered in the project."""
    return scope.rubric, scope.run, scope.order, scope.round or _NO_ROUND


def read_item(project: "Project", queue: ReviewQueue, item: int) -> tuple[Trace, Sheet]:
    """An item with what this rater answered for it."""
    trace = sight_of(project).read(review.trace_of(item))
    within = queue.place[1]
    sheet = review.sheet(project, queue.rubric, item, queue.rater, round=within)
    sheet.suggested = suggested(project, queue, item)
    return trace, sheet


def first(view: ReviewQueue) -> int | None:
    """What was begun and not submitted, else the first that is open."""
    for pk, (state, _) in view.progress.items():
        if state == "draft" and pk in view.places:
            return pk
    return view.next_pending()
