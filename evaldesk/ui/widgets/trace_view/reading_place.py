"""Which traces are read, where, and how they are shown: enough to come back to it."""

from dataclasses import dataclass

from evaldesk.services.alignment import NO_FORMATTING, Formatting
from evaldesk.ui.widgets.trace_view.pins import Pin


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """A place in one trace or in up to four side by side.

    Attributes:
        traces: their ids, the first column's first.
        side: column of the current card, from 0.
        step: index of its step in that trace; -1 for a frame around the steps, and for none.
        only_differing: whether stretches of equal steps are folded.
        ignored: formatting that counts as no difference.
        pins: what stays open from scenario to scenario.
    """

    traces: tuple[str, ...] = ()
    side: int = 0
    step: int = -1
    only_differing: bool = False
    ignored: Formatting = NO_FORMATTING
    pins: tuple[Pin, ...] = ()
