"""Measures how long a person works on an item: pauses and other windows left out."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QWindow

IDLE_S = 60.0
"""Without a key, a click, a scroll or a move of the mouse for longer than this, nobody works."""
BREAK_S = 300.0
"""Away for so long, one has had a break."""
_INPUT = frozenset(
    (
        # A key that is a command is never pressed for the window, but always let go in it.
        QEvent.Type.KeyRelease,
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
    )
)


class WorkClock(QObject):
    """Adds up the time between one input and the next, where that is no pause."""

    def __init__(
        self, parent: QObject | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._now = now
        self._last: float | None = None
        self._active = 0.0
        self._stretch = 0.0
        self._left_at: float | None = None
        self._window: QWindow | None = None

    def watch(self, window: QWindow | None) -> None:
        """Listen to the input that a window gets, before any widget does."""
        if window is not None and window is not self._window:
            self._window = window
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Only listens."""
        kind = event.type()
        if kind in _INPUT:
            self.touch()
        elif kind == QEvent.Type.FocusOut:
            self.stop()
        return False

    def touch(self) -> None:
        """There was input."""
        now = self._now()
        before = self._last if self._last is not None else self._left_at
        if before is not None and now - before > BREAK_S:
            self._stretch = 0.0
        if self._last is not None and now - self._last <= IDLE_S:
            self._active += now - self._last
            self._stretch += now - self._last
        self._last = now

    def stop(self) -> None:
        """The person went elsewhere; what was done until now counts."""
        if self._last is not None:
            self.touch()
            self._left_at = self._last
        self._last = None

    @property
    def active_s(self) -> float:
        """Seconds of work since `take`, up to the last input."""
        return self._active

    @property
    def stretch_s(self) -> float:
        """Seconds of work since the last break."""
        return self._stretch

    def begin_stretch(self) -> None:
        """Count towards the next break from here."""
        self._stretch = 0.0

    def take(self) -> int:
        """Milliseconds of work since the last time this was asked, and begin anew."""
        if self._last is not None:
            self.touch()
        found, self._active = self._active, 0.0
        return round(found * 1000.0)
