"""Traces of one scenario that stand side by side, and the same runs and trials of the next one."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from evaldesk.domain.trace import TraceRow
from evaldesk.services.alignment import NO_FORMATTING, Formatting
from evaldesk.services.alignment.rows import plain_signature
from evaldesk.services.judging.adjudication import ALIASES, shuffled
from evaldesk.services.reading.steps import steps_of

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Companion = tuple[str, int]
"""Run and trial."""

_BLOCK = 256


def companions(project: "Project", pks: Sequence[int]) -> tuple[Companion, ...]:
    """Run and trial of traces, in their order."""
    by_pk = {row.pk: row for row in project.traces.rows(list(pks))}
    return tuple((by_pk[pk].run, by_pk[pk].trial) for pk in pks if pk in by_pk)


def differ(project: "Project", pks: Sequence[int], ignored: Formatting = NO_FORMATTING) -> bool:
    """Whether traces do not all say and do the same, step by step."""
    first: list[bytes] | None = None
    for pk in pks:
        steps = steps_of(project.traces.read(pk))
        if ignored:
            said = [plain_signature(step, ignored) for step in steps]
        else:
            said = [step.signature for step in steps]
        if first is None:
            first = said
        elif said != first:
            return True
    return False


def next_set(
    project: "Project",
    ids: Sequence[int],
    at: int,
    wanted: Sequence[Companion],
    step: int,
    *,
    differing: bool = False,
    ignored: Formatting = NO_FORMATTING,
    check: Callable[[], object] = lambda: None,
) -> tuple[int, tuple[int, ...]] | None:
    """The next scenario of a list with the same runs and trials side by side.

    Args:
        ids: the list, trace numbers in its order. at: the row one is at.
        wanted: run and trial of each column. Scenarios that have fewer than two of them are
            passed over; one that a scenario lacks is left out.
        step: 1 for further down, -1 for further up.
        differing: pass over scenarios where they all say and do the same.
        check: called now and then; raises where this is not wanted any more.

    Returns:
        The row and the traces; None where there is no other.
    """
    if not 0 <= at < len(ids) or not wanted:
        return None
    here = project.traces.rows([ids[at]])[0]
    anchor = (here.run, here.trial)
    seen = {here.scenario_id}
    places = range(at + step, len(ids) if step > 0 else -1, step)
    for start in range(0, len(places), _BLOCK):
        check()
        block = places[start : start + _BLOCK]
        rows = {row.pk: row for row in project.traces.rows([ids[place] for place in block])}
        for place in block:
            row = rows.get(ids[place])
            if row is None or row.scenario_id in seen or (row.run, row.trial) != anchor:
                continue
            seen.add(row.scenario_id)
            check()
            pks = _beside(project, row, wanted)
            if len(pks) > 1 and (not differing or differ(project, pks, ignored)):
                return place, pks
    return None


def blind_siblings(
    project: "Project", pk: int, person: str
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The traces of a scenario in an order, and under names, that tell nothing of their systems:
    both are drawn anew for each scenario and person, and stay the same for them.

    Returns:
        The trace itself first, then the others; and a name for each.
    """
    row = project.traces.rows([pk])[0]
    by_id = {one.id: one.pk for one in (row, *project.traces.siblings(pk))}
    salt = f"{row.scenario_id}/{person}"
    names = shuffled(ALIASES, salt)
    named = {
        by_id[id]: names[place % len(names)] + f" {place // len(names) + 1}" * (place >= len(names))
        for place, id in enumerate(shuffled(by_id, salt))
    }
    order = [pk, *(one for one in named if one != pk)]
    return tuple(order), tuple(named[one] for one in order)


def _beside(project: "Project", row: TraceRow, wanted: Sequence[Companion]) -> tuple[int, ...]:
    there = {(row.run, row.trial): row.pk}
    for other in project.traces.siblings(row.pk):
        there[other.run, other.trial] = other.pk
    return tuple(there[one] for one in wanted if one in there)
