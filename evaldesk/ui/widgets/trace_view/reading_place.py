"""Which traces are read, where, and how they are shown: enough to come back to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from evaldesk.services.alignment import NO_FORMATTING, Formatting
from evaldesk.ui.widgets.trace_view.comparing import SIDES
from evaldesk.ui.widgets.trace_view.pins import Pin, PinKind


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

    def words(self) -> dict[str, str]:
        """The same as a few short texts, for an address: ``traces`` with commas, ``at`` as
        ``B12``, ``only`` as ``differences``, ``ignore`` and ``open`` with commas; what is as usual
        is left out.
        """
        ignored = [name for name in _FORMATTING if getattr(self.ignored, name)]
        said = {
            "traces": ",".join(self.traces),
            "at": f"{SIDES[self.side]}{self.step}" if self.step >= 0 else "",
            "only": "differences" if self.only_differing else "",
            "ignore": ",".join(ignored),
            "open": ",".join(
                f"{pin.kind}:{pin.name}" if pin.name else pin.kind for pin in self.pins
            ),
        }
        return {key: text for key, text in said.items() if text}

    @classmethod
    def of_words(cls, said: Mapping[str, str]) -> "ReadingPlace":
        """What `words` said; what makes no sense counts as not said."""
        at = said.get("at", "")
        known = at[:1] in SIDES and at[1:].isdecimal() and len(at) < 12
        ignored = set(said.get("ignore", "").split(","))
        return cls(
            tuple(id for id in said.get("traces", "").split(",") if id),
            SIDES.index(at[0]) if known and at else 0,
            int(at[1:]) if known and at else -1,
            said.get("only") == "differences",
            Formatting(*(name in ignored for name in _FORMATTING)),
            tuple(pin for pin in map(_pin, said.get("open", "").split(",")) if pin is not None),
        )


_FORMATTING = ("whitespace", "marks", "case")


def _pin(text: str) -> Pin | None:
    kind, _, name = text.partition(":")
    found = next((known for known in get_args(PinKind) if known == kind), None)
    return Pin(found, name) if found is not None else None
