"""Of a project no more than what reading its traces asks."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from evaldesk.domain.trace import Trace


class OnlyTraces:
    """Traces without a file; nobody sees them redacted."""

    def __init__(self, read: Callable[[int], Trace]) -> None:
        self.traces = SimpleNamespace(read=read)
        self.packages = SimpleNamespace(opened=lambda: None)
        self.trust = SimpleNamespace(all=list)

    def get(self, name: str, otherwise: str = "") -> str:
        """No setting."""
        return otherwise


def only_traces(read: Callable[[int], Trace]) -> Any:
    """As a workspace takes it for a project."""
    return OnlyTraces(read)
