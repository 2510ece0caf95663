"""The views a person came through, for back and forward; no widgets here."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from evaldesk.ui.screens.traces.narrowing import Narrowing

MOST = 100
_TYPING_S = 4.0
"""Words that are typed with no longer pause between them are one view."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A view, and the trace that was current in it (-1 for none)."""

    narrowing: Narrowing
    pk: int = -1


class ViewHistory:
    """What was seen before, and what comes again.

    Args:
        clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._behind: list[Visited] = []
        self._ahead: list[Visited] = []
        self._typed = ""
        self._typed_at = float("-inf")
        self._floor = 0

    @property
    def can_go_back(self) -> bool:
        """Whether something was seen before, since the person came to this screen."""
        return len(self._behind) > self._floor

    @property
    def can_go_forward(self) -> bool:
        """Whether the person went back from somewhere."""
        return bool(self._ahead)

    def leave(self, left: Visited, after: Narrowing) -> None:
        """The person goes from a view to another one. While words are typed, only the view before
        the first of them is kept.
        """
        typed = _typed_into(left.narrowing, after)
        now = self._clock()
        goes_on = bool(typed) and typed == self._typed and now - self._typed_at < _TYPING_S
        self._typed, self._typed_at = typed, now
        self._ahead.clear()
        if not goes_on:
            self._behind.append(left)
            if len(self._behind) > MOST:
                del self._behind[0]
                self._floor = max(0, self._floor - 1)

    def back(self, left: Visited) -> Visited | None:
        """The view before; None where there was none."""
        return self._step(self._behind, self._ahead, left) if self.can_go_back else None

    def go_elsewhere(self) -> None:
        """The person leaves the screen: whoever comes back later goes back to where they came
        from, not through what was seen here before.
        """
        self._floor = len(self._behind)
        self._ahead.clear()
        self._typed = ""

    def forward(self, left: Visited) -> Visited | None:
        """The view that was left by going back; None where there is none."""
        return self._step(self._ahead, self._behind, left)

    def forget(self) -> None:
        """Another project."""
        self._behind.clear()
        self._ahead.clear()
        self._floor = 0
        self._typed = ""

    def _step(self, source: list[Visited], target: list[Visited], left: Visited) -> Visited | None:
        if not source:
            return None
        self._typed = ""
        target.append(left)
        return source.pop()


def _typed_into(before: Narrowing, after: Narrowing) -> str:
    """The field that alone was typed into; empty for any other change."""
    if replace(before, text=after.text) == after:
        return "text"
    if replace(before, where=after.where) == after:
        return "where"
    return ""
