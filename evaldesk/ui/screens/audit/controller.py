"""What the Audit screen reads and does. No widgets here."""

import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.audit import EventFilter, LoggedEvent
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.projects.audit_log import Signature
    from evaldesk.services.projects.opening import Verification


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as the pane shows it.

    Attributes:
        said: in one sentence. covers: what it covers, one phrase a table.
        rows: the first rows of each table that it covers, as other files can read them.
        raw: everything, as JSON.
    """

    logged: LoggedEvent
    said: str
    covers: Sequence[str]
    signature: "Signature"
    rows: dict[str, list[dict[str, Any]]]
    raw: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What the log holds, and what of it is listed."""

    numbers: "array[int]"
    kinds: Sequence[str]
    authors: Sequence[str]
    head: tuple[int, str]


class AuditController(QObject):
    """Reads the log for one screen.

    Signals:
        listed(Listed): another list. block_read(first, entries): rows of it.
        entry_read(Entry): the entry in hand.
        verified(Verification): the project was read from end to end.
        busy_changed(busy): whether the project is being verified.
    """

    listed = Signal(object)
    block_read = Signal(int, object)
    entry_read = Signal(object)
    verified = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.wanted = EventFilter()
        self.found: Listed | None = None
        self.busy = False

    def load(self, wanted: EventFilter | None = None) -> None:
        """List the log, or what of it is wanted from here on."""
        if wanted is not None:
            self.wanted = wanted
        project, filtered = self._workspace.project, self.wanted
        if project is None:
            return

        def work(control: JobControl) -> Listed:
            with project.interruptible(control.on_cancel):
                audit = project.audit
                numbers = audit.numbers(filtered)
                _, number, digest = audit.head()
                return Listed(numbers, audit.kinds(), audit.authors(), (number, digest))

        def done(found: Listed) -> None:
            self.found = found
            self.listed.emit(found)

        self._workspace.jobs.read(work, done, key="audit.list")

    def read_block(self, first: int, numbers: Sequence[int]) -> None:
        """Entries that are in sight."""
        project = self._workspace.project
        if project is None:
            return

        def work(_: JobControl) -> list[tuple[LoggedEvent, str]]:
            from evaldesk.services.projects.audit_words import sentence

            return [(one, sentence(one.event)) for one in project.audit.some(numbers)]

        self._workspace.jobs.read(
            work, lambda found: self.block_read.emit(first, found), key=f"audit.block.{first}"
        )

    def open(self, number: int) -> None:
        """Read one entry whole."""
        project = self._workspace.project
        if project is None or not number:
            return

        def work(_: JobControl) -> Entry:
            from evaldesk.services.projects.audit_log import entry, signature_of
            from evaldesk.services.projects.audit_words import covered, sentence

            logged = project.audit.get(number)
            return Entry(
                logged,
                sentence(logged.event),
                covered(logged.event),
                signature_of(project, logged),
                project.audit.rows(number, 12),
                json.dumps(entry(logged), ensure_ascii=False, indent=2),
            )

        self._workspace.jobs.read(work, self.entry_read.emit, key="audit.entry")

    def verify(self) -> None:
        """Check the whole project; it shows its progress and can be cancelled."""
        project = self._workspace.project
        if project is None or self.busy:
            return

        def work(control: JobControl) -> "Verification":
            from evaldesk.services.projects.opening import verify_open

            def progress(done: int, total: int) -> None:
                control.check()
                control.progress(done, total)

            with project.interruptible(control.on_cancel):
                return verify_open(project, progress)

        def done(found: "Verification") -> None:
            self._busy(False)
            self.verified.emit(found)

        def failed(error: Exception) -> None:
            self._busy(False)
            self._workspace.report(error)

        self._busy(True)
        self._workspace.jobs.read(work, done, failed, title=self.tr("Verifying"))

    def export(self, path: Path) -> None:
        """Write the whole log; a file that is there is replaced, the person has confirmed that."""
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return

        def work(control: JobControl) -> str:
            from evaldesk.services.projects.audit_log import export_log

            def progress(done: int, total: int) -> None:
                control.check()
                control.progress(done, total, path.name)

            made = export_log(project, path, user, progress, overwrite=True)
            return (
                self.tr("%1 saved, %2 entries")
                .replace("%1", path.name)
                .replace("%2", f"{made.entries:,}")
            )

        def done(said: str) -> None:
            self._workspace.say(said)
            self.load()

        title = self.tr("Exporting %1").replace("%1", path.name)
        self._workspace.jobs.read(work, done, self._workspace.report, title=title)

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.wanted, self.found = EventFilter(), None
        self._busy(False)

    def _busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)


def since(days: int, now: datetime | None = None) -> str:
    """The beginning of the time that the last so many days are; 1 is today, on this person's
    clock. ISO 8601 in UTC, as the log has it.
    """
    here = (now or datetime.now(UTC)).astimezone()
    begin = here.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)
    return begin.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
