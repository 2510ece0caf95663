"""A card: one frame of text in a trace view; no widgets here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from evaldesk.domain.reading import Note
from evaldesk.ui.widgets.trace_view.sections import Section

CardKind = Literal[
    "scenario",
    "setup",
    "user",
    "assistant",
    "system",
    "tool",
    "documents",
    "output",
    "error",
    "scores",
    "annotations",
    "metadata",
    "equal",
]
STEP_KINDS = ("user", "assistant", "system", "tool")


@dataclass(eq=False)
class Card:
    """One frame.

    Attributes:
        kind: decides its colour.
        title: at the left of its head. corner: at the right, number and time.
        summary: the one line that stands for a folded card; empty where it cannot be folded.
        sections: its text.
        step: index of the step it shows; -1 for the frames around the steps.
        message: index of the message it comes from; -1 for none.
        open: whether its text is shown.
        chips: labels beside the title, as (text, kind).
        bookmarked: whether a bookmark stands in its margin. notes: that stand at it.
    """

    kind: CardKind
    title: str
    corner: str = ""
    summary: str = ""
    sections: list[Section] = field(default_factory=list)
    step: int = -1
    message: int = -1
    open: bool = True
    chips: list[tuple[str, str]] = field(default_factory=list)
    bookmarked: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def foldable(self) -> bool:
        """Whether it can stand as one line."""
        return bool(self.summary)

    def shown(self) -> Iterable[Section]:
        """The sections whose text is in sight."""
        if not self.open:
            return ()
        return (section for section in self.sections if section.in_sight)
