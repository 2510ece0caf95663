"""Keys that come while the item they are meant for is still being read."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import SignalInstance


class Settling(Protocol):
    """What reads items, and says when one is in hand or could not be read."""

    @property
    def unsettled(self) -> bool: ...
    @property
    def settled(self) -> SignalInstance: ...
    @property
    def unreadable(self) -> SignalInstance: ...


class HeldKeys:
    """Runs a command at once, or, while another item or another queue is on its way, when that is
    in sight: a fast typist's next digit belongs to the next item and to no other, and no key is
    lost. What was meant for an item that cannot be read is dropped.
    """

    def __init__(self, controller: Settling) -> None:
        self._controller = controller
        self._held: deque[Callable[[], object]] = deque()
        self._running = False
        controller.settled.connect(self._let_go)
        controller.unreadable.connect(self._held.clear)

    def run(self, command: Callable[[], object]) -> None:
        """Carry it out after those before it."""
        self._held.append(command)
        self._let_go()

    @property
    def waiting(self) -> bool:
        """Whether what is typed now is meant for something that is not in sight yet."""
        return bool(self._held) or self._controller.unsettled

    def _let_go(self) -> None:
        if self._running:  # a command brought the next item at once; the loop below goes on
            return
        self._running = True
        try:
            while self._held and not self._controller.unsettled:
                self._held.popleft()()
        finally:
            self._running = False
