"""What whoever sits before the window sees of a project's traces: their role's profile lies over
them, but for those whose original they were shown for a reason.

Without a reader, as on the command line, and for a role without a profile, traces are as they are.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.identity import Role
from evaldesk.domain.query import TraceQuery, names_in
from evaldesk.domain.trace import Trace, TraceRow
from evaldesk.services.privacy import redaction
from evaldesk.services.privacy.redaction import Redactor

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_TELLING = frozenset(("title", "error"))
"""Fields of a filter whose answer would tell what stands in a text, letter by letter."""
_KEPT_ROWS = 20_000


class Sight:
    """One reader's view of one project; may be asked by several threads.

    Attributes:
        profile: name of the profile that lies over the traces; empty where none does.
    """

    def __init__(self, project: "Project", role: Role | None = None) -> None:
        """Args:
        role: None where nothing is kept from the reader.
        """
        self._project = project
        self._lock = threading.Lock()
        self._over: Redactor | None = None
        self._revealed: set[int] = set()
        self._rows: dict[int, TraceRow] = {}
        self.role = role
        self.profile = redaction.reading_rules(project)[role] if role else ""

    def hides(self, pk: int) -> bool:
        """Whether a trace is seen redacted."""
        return bool(self.profile) and pk not in self._revealed

    def read(self, pk: int) -> Trace:
        """A trace as this reader sees it."""
        trace = self._project.traces.read(pk)
        return self._redacted(trace) if self.hides(pk) else trace

    def rows(self, pks: Sequence[int]) -> list[TraceRow]:
        """Rows of lists as this reader sees them: previews and titles are made again from what is
        left.
        """
        rows: list[TraceRow] = self._project.traces.rows(pks)
        if not self.profile:
            return rows
        wanted = [pk for pk in pks if self.hides(pk) and pk not in self._rows]
        if len(self._rows) > _KEPT_ROWS:
            self._rows.clear()
        for trace in self._project.traces.whole(wanted):
            self._rows[trace.row.pk] = self._redacted(trace).row
        return [
            replace(self._rows.get(row.pk, row), snippet="") if self.hides(row.pk) else row
            for row in rows
        ]

    def check(self, query: TraceQuery) -> None:
        """Refuse to look for words in what the reader does not see: a hit would give them away.

        Raises:
            NotAllowedError: the query asks what stands in the originals.
        """
        if not self.profile:
            return
        telling = _TELLING.intersection(names_in(query.where))
        if query.text or query.similar or telling:
            raise NotAllowedError(
                "You see these traces redacted, and a search would look through the originals.",
                "Search within an open trace, or filter by run, status, tier or numbers.",
            )

    def reveal(self, pk: int, author: str, reason: str) -> Trace:
        """The original, from now on until the project is closed; logged.

        Raises:
            UsageError: nobody is named, or no reason.
        """
        trace = redaction.reveal(self._project, pk, author, reason)
        self._revealed.add(pk)
        return trace

    def _redacted(self, trace: Trace) -> Trace:
        with self._lock:
            if self._over is None:
                self._over = redaction.redactor(self._project, self.profile)
            return self._over(trace)


_SIGHTS: "WeakKeyDictionary[Project, Sight]" = WeakKeyDictionary()


def look_as(project: "Project", role: Role) -> Sight:
    """Who reads this project from now on. What was revealed stays so for the same role."""
    before, made = _SIGHTS.get(project), Sight(project, role)
    if before is not None and before.role == role:
        made._revealed = before._revealed
    _SIGHTS[project] = made
    return made


def sight_of(project: "Project") -> Sight:
    """What is seen of a project; everything where nobody said who reads it."""
    found = _SIGHTS.get(project)
    return Sight(project) if found is None else found
