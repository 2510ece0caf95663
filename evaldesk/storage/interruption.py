"""Ending a query that nobody waits for any more.

Somebody who types into a search asks a question with every letter. Dropping the older answers is
not enough: each of their queries would run to its end and hold up the newest.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from evaldesk.domain.errors import Cancelled

_OPERATIONS = 500_000
"""Of SQLite's machine between two looks at whether to stop: some ten milliseconds."""

Register = Callable[[Callable[[], object]], object]
"""Takes what is to be called when the work is cancelled; ``JobControl.on_cancel`` is one."""


class Interruption:
    """The reads of one piece of work, which may be asked from another thread to end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = False
        self._running: list[Any] = []

    def ask(self) -> None:
        """End what runs, and refuse what would come after it."""
        with self._lock:
            self._asked = True
            for connection in self._running:
                connection.interrupt()

    def check(self) -> None:
        """Raises Cancelled once it was asked; between two queries there is nothing to interrupt."""
        if self._asked:
            raise Cancelled

    @contextmanager
    def over(self, connection: Any) -> Iterator[None]:
        """While inside, asking interrupts this driver's connection; it goes back into the pool
        afterwards, and a late request must not meet another's query there.
        """
        with self._lock:
            self._running.append(connection)
        # An interrupt that comes just before a query begins is lost on SQLite.
        connection.set_progress_handler(lambda: self._asked, _OPERATIONS)
        try:
            self.check()
            yield
        except Exception as error:
            if self._asked and "interrupted" in str(error).lower():
                raise Cancelled from error
            raise
        finally:
            with self._lock:
                self._running.remove(connection)
            connection.set_progress_handler(None, 0)
