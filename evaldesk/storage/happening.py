"""What a use case says of its write, for the log."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Happening:
    """One write transaction, in the words of whoever asked for it.

    Attributes:
        kind: ``area.what``; empty for a name after the tables that were touched.
        author: whoever did it; empty where nobody said.
        reason: in that person's words.
        details: names and counts, never text of a trace; read at the end of the transaction.
        always: an event even where nothing was written.
    """

    kind: str = ""
    author: str = ""
    reason: str = ""
    details: Mapping[str, Any] | None = None
    always: bool = False


class Watcher(Protocol):
    """Sees what a write transaction does."""

    def watching(
        self, connection: Connection, happening: Happening
    ) -> AbstractContextManager[None]:
        """Around the transaction's work, inside it."""
