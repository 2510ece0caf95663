"""What differs between the cards of a row, in words, each column its own; no widgets here.

A line says the same thing in every column: what stands opposite is what it is compared with.
"""

import json
from collections.abc import Sequence
from typing import Any

from evaldesk.services.alignment import arguments, documents
from evaldesk.services.alignment.arguments import MISSING, Compared
from evaldesk.services.alignment.documents import Retrieved
from evaldesk.services.reading.steps import Step, one_line
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.figures import figure, tr
from evaldesk.ui.widgets.trace_view.sections import Section

SIDES = "ABCD"
COMPARED = "compared:"
"""How the keys of these sections begin."""

_MOST = 40
"""Differences that are listed."""
_LENGTH = 400
"""Characters of a value."""
_SHORT = 60


def add_calls(cards: Sequence[Card | None], steps: Sequence[Step | None]) -> None:
    """Say key by key how calls of one tool differ; calls that are the same stay as they are."""
    there = [side for side, step in enumerate(steps) if step is not None]
    if len(there) < 2:
        return
    calls = [steps[side] for side in there]
    asked = arguments.compare([step.arguments for step in calls if step is not None])
    came = arguments.compare([step.result for step in calls if step is not None])
    for column, side in enumerate(there):
        card = cards[side]
        if card is None:
            continue
        sections = [
            _section(f"{COMPARED}{key}", title, compared, column)
            for key, title, compared in (
                ("arguments", tr("Arguments"), asked),
                ("result", tr("Result"), came),
            )
            if any(difference.path for difference in compared.differences)
        ]
        card.sections[:0] = sections
        if asked.differences:
            _shorten(card, asked, column, before=True)
        elif any(difference.path for difference in came.differences):
            _shorten(card, came, column, before=False)


def add_documents(cards: Sequence[Card | None], traces: Sequence[Sequence[Any]]) -> bool:
    """Say of each document who has it, at which rank; says whether all retrieved the same."""
    retrieved = documents.compare(traces)
    if all(one.same for one in retrieved):
        return True
    for side, card in enumerate(cards):
        if card is not None:
            card.sections[:0] = [
                _retrieved(number, one, side)
                for number, one in enumerate(retrieved)
                if not one.same
            ]
            card.open = True
    return False


def value_text(value: Any, limit: int = _LENGTH) -> str:
    """JSON on one line; text in quotes, so that ``"5"`` is not 5."""
    if isinstance(value, str):
        return one_line(json.dumps(value[: limit * 4], ensure_ascii=False), limit)
    return one_line(value, limit)


def _section(key: str, title: str, compared: Compared, column: int) -> Section:
    found = compared.differences
    lines = [_line(difference, column, _LENGTH) for difference in found[:_MOST]]
    if len(found) > _MOST:
        lines.append(tr("… and {count} more").format(count=f"{len(found) - _MOST:,}"))
    differ = (
        tr("1 value differs")
        if len(found) == 1
        else tr("{count} values differ").format(count=f"{len(found):,}")
    )
    same = tr("{count} the same").format(count=f"{compared.same:,}")
    return Section(key, "\n".join(lines), title=f"{title}: {differ}, {same}", mono=True)


def _line(difference: arguments.Difference, column: int, limit: int) -> str:
    value = difference.values[column]
    name = f"{difference.name}: " if difference.path else ""
    if value is MISSING:
        return f"− {name}{tr('not given')}"
    others = [one for place, one in enumerate(difference.values) if place != column]
    sign = "+" if all(one is MISSING for one in others) else "≠"
    return f"{sign} {name}{value_text(value, limit)}"


def _shorten(card: Card, compared: Compared, column: int, *, before: bool) -> None:
    """Let the one line of the closed card begin with what differs."""
    lines = [_line(one, column, _SHORT) for one in compared.differences[:4] if one.path]
    if not lines:
        return
    call, arrow, came = card.summary.partition(" → ")
    said = " · ".join(lines)
    if len(compared.differences) > len(lines):
        said += " …"
    card.summary = f"{said} {arrow.strip()} {came}" if before else f"{call} → {said}"


def _retrieved(number: int, retrieved: Retrieved, side: int) -> Section:
    lines = []
    for found in retrieved.documents:
        rank, score = found.ranks[side], found.scores[side]
        if rank is None:
            lines.append(f"− {found.name}: {tr('not retrieved')}")
            continue
        parts = [f"{rank}. {found.name}"]
        if score is not None:
            parts.append(figure(score))
        others = [one for place, one in enumerate(found.ranks) if place != side]
        if all(one is None for one in others):
            lines.append("+ " + " · ".join([*parts, tr("only here")]))
            continue
        if side and found.ranks[0] is not None:
            parts.extend(_against_a(found, side))
        if not found.same_text:
            parts.append(tr("another text"))
        lines.append("= " + " · ".join(parts))
    title = tr("Retrieved: {all} in all, {only} only here").format(
        all=retrieved.in_all, only=retrieved.only(side)
    )
    if retrieved.queries[side]:
        title += f" · “{one_line(retrieved.queries[side], 120)}”"
    return Section(f"{COMPARED}documents:{number}", "\n".join(lines), title=title)


def _against_a(found: documents.Found, side: int) -> list[str]:
    said = []
    moved = found.moved(side)
    if moved:
        said.append(f"{'▲' if moved > 0 else '▼'} {abs(moved)}")
    here, there = found.scores[side], found.scores[0]
    if here is not None and there is not None and here != there:
        said.append(f"{'+' if here > there else ''}{figure(here - there)}")
    return said
