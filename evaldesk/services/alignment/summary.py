"""An alignment in a few figures, and what happens where traces part."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaldesk.services.alignment.rows import Alignment
from evaldesk.services.reading.steps import Step


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where traces first do something else.

    Attributes:
        row: its number in the alignment.
        steps: the step of each trace there; where one has none, the next that it has, and None
            where it has ended.
    """

    row: int
    steps: tuple[Step | None, ...]

    @property
    def number(self) -> int:
        """The first trace's step number there that is known; 0 for the setup."""
        return next((step.number for step in self.steps if step is not None), 0)


@dataclass(frozen=True, slots=True)
class Summary:
    """Steps counted, the setup left out.

    Attributes:
        equal: rows in which all say the same. differ: all have a step, but not the same.
        only: for each trace, rows that it alone has.
        some: rows that some of three or four have, more than one and not all.
        moved: rows of ``only`` and ``some`` whose step stands elsewhere in the others.
        setup_differs: whether system prompt or tools are not the same.
        divergence: None where all is equal.
    """

    equal: int
    differ: int
    only: tuple[int, ...]
    some: int
    moved: int
    setup_differs: bool
    divergence: Divergence | None


def summarise(alignment: Alignment, traces: Sequence[Sequence[Step]]) -> Summary:
    """Count what is equal and what is not."""
    equal = differ = some = moved = 0
    only = [0] * len(traces)
    setup = False
    for row in alignment.rows:
        there = row.present
        index = row.steps[there[0]]
        if index is not None and traces[there[0]][index].kind == "setup":
            setup |= row.relation != "equal"
        elif row.relation == "equal":
            equal += 1
        elif row.relation == "differs":
            differ += 1
        else:
            moved += row.moved >= 0
            if len(there) == 1:
                only[there[0]] += 1
            else:
                some += 1
    return Summary(equal, differ, tuple(only), some, moved, setup, _divergence(alignment, traces))


def _divergence(alignment: Alignment, traces: Sequence[Sequence[Step]]) -> Divergence | None:
    first = alignment.first_divergence
    if first is None:
        return None
    steps: list[Step | None] = []
    for side, trace in enumerate(traces):
        index = next(
            (row.steps[side] for row in alignment.rows[first:] if row.steps[side] is not None),
            None,
        )
        steps.append(None if index is None else trace[index])
    return Divergence(first, tuple(steps))
