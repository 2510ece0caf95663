"""An alignment in a line of words; no widgets here."""

from collections.abc import Sequence

from evaldesk.domain.identifiers import canonical_json
from evaldesk.services.alignment.summary import Divergence, Summary
from evaldesk.services.reading.steps import Step
from evaldesk.ui.widgets.trace_view.comparing import SIDES
from evaldesk.ui.widgets.trace_view.figures import count, tr


def counted(summary: Summary) -> str:
    """``12 steps equal · 3 differ · 1 only in A``."""
    steps = tr("1 step equal") if summary.equal == 1 else tr("{count} steps equal")
    parts = [steps.format(count=count(summary.equal))]
    if summary.differ:
        differ = tr("1 differs") if summary.differ == 1 else tr("{count} differ")
        parts.append(differ.format(count=count(summary.differ)))
    for side, number in enumerate(summary.only):
        if number:
            parts.append(tr("{count} only in {side}").format(count=count(number), side=SIDES[side]))
    if summary.some:
        parts.append(tr("{count} in some").format(count=count(summary.some)))
    if summary.moved:
        parts.append(tr("{count} of these in another order").format(count=count(summary.moved)))
    if summary.setup_differs:
        parts.append(tr("system prompt or tools differ"))
    return " · ".join(parts)


def parted(divergence: Divergence | None) -> str:
    """``First divergence at step 5: A calls get_user_details, B answers``; empty for none."""
    if divergence is None:
        return ""
    does = _together(divergence.steps)
    if divergence.number == 0:
        return tr("First divergence at the start: {does}").format(does=does)
    return tr("First divergence at step {number}: {does}").format(
        number=divergence.number, does=does
    )


def _together(steps: Sequence[Step | None]) -> str:
    there = [step for step in steps if step is not None]
    kinds = {(step.kind, step.name) for step in there}
    if len(there) == len(steps) and len(kinds) == 1:
        step = there[0]
        if step.kind == "tool":
            asked = {canonical_json(one.arguments) for one in there}
            words = (
                tr("{tool} is called with other arguments")
                if len(asked) > 1
                else tr("{tool} returns something else")
            )
            return words.format(tool=step.name)
        return {
            "setup": tr("system prompt or tools differ"),
            "user": tr("the user says something else"),
            "system": tr("another instruction comes"),
        }.get(step.kind, tr("they answer differently"))
    groups: dict[tuple[str, str], list[int]] = {}
    for side, one in enumerate(steps):
        key = ("", "") if one is None else (one.kind, one.name if one.kind == "tool" else "")
        groups.setdefault(key, []).append(side)
    return ", ".join(_does(*key, sides) for key, sides in groups.items())


def _does(kind: str, tool: str, sides: Sequence[int]) -> str:
    """``A calls find``, ``A and B answer``."""
    one = len(sides) == 1
    words = {
        "": tr("{who} has ended") if one else tr("{who} have ended"),
        "tool": tr("{who} calls {tool}") if one else tr("{who} call {tool}"),
        "user": tr("{who} hears the user") if one else tr("{who} hear the user"),
        "assistant": tr("{who} answers") if one else tr("{who} answer"),
        "system": tr("{who} is instructed") if one else tr("{who} are instructed"),
        "setup": tr("{who} has a system prompt") if one else tr("{who} have a system prompt"),
    }[kind]
    *first, last = (SIDES[side] for side in sides)
    who = tr("{first} and {last}").format(first=", ".join(first), last=last) if first else last
    return words.format(who=who, tool=tool or "?")
