"""What the Privacy screen reads and does. No widgets here."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.privacy import Decision, KindCount, Profile, TermList, Verdict
from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.privacy.finding_review import ShownGroup, ShownPlace
    from evaldesk.services.privacy.retention import Due
    from evaldesk.storage.privacy import StoredFinding


@dataclass(frozen=True, slots=True)
class Listed:
    """What the project knows of personal data.

    Attributes:
        firsts: the texts that are listed. unscanned: traces that nobody looked through.
        policy: what happens with what leaves.
    """

    firsts: "array[int]"
    counts: Sequence[KindCount]
    unscanned: int
    traces: int
    policy: str
    profiles: Mapping[str, Profile]
    lists: Sequence[TermList]
    due: "Sequence[Due]"
    buried: int


class PrivacyController(QObject):
    """Finds, shows and decides for one screen.

    Signals:
        listed(Listed): another list. block_read(first, groups): rows of it.
        places_read(places): of the text in hand.
        decided(verdict): something was decided, or taken back (``undone``).
        busy_changed(busy): whether traces are being looked through.
    """

    listed = Signal(object)
    block_read = Signal(int, object)
    places_read = Signal(object)
    decided = Signal(str)
    busy_changed = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.found: Listed | None = None
        self.kind = ""
        self.profile = "strict"
        self.busy = False
        self._undo: list[Decision] = []

    @property
    def can_undo(self) -> bool:
        """Whether this person decided something here that still stands."""
        return bool(self._undo)

    def load(self) -> None:
        """List what was found."""
        project, kind = self._workspace.project, self.kind
        if project is None:
            return

        def work(control: JobControl) -> Listed:
            from evaldesk.services.privacy import leaving, redaction, retention

            with project.interruptible(control.on_cancel):
                return Listed(
                    project.privacy.group_firsts(kind),
                    project.privacy.counts(),
                    project.privacy.unscanned(),
                    project.traces.count(),
                    leaving.policy(project),
                    redaction.profiles(project),
                    redaction.term_lists(project),
                    retention.due(project),
                    len(project.privacy.buried()),
                )

        def done(found: Listed) -> None:
            self.found = found
            self.listed.emit(found)

        self._workspace.jobs.read(work, done, self._workspace.report, key="privacy.list")

    def read_block(self, first: int, firsts: Sequence[int]) -> None:
        """Texts that are in sight."""
        project = self._workspace.project
        if project is None:
            return

        def work(_: JobControl) -> "list[ShownGroup]":
            from evaldesk.services.privacy.finding_review import shown_groups

            return shown_groups(project, firsts)

        self._workspace.jobs.read(
            work, lambda found: self.block_read.emit(first, found), key=f"privacy.block.{first}"
        )

    def open(self, shown: "ShownGroup") -> None:
        """Read the places of a text, as they are and as a reader of the profile gets them."""
        project, name = self._workspace.project, self.profile
        if project is None:
            return

        def work(_: JobControl) -> "list[ShownPlace]":
            from evaldesk.services.privacy import redaction
            from evaldesk.services.privacy.finding_review import shown_places

            return shown_places(project, shown.group, redaction.redactor(project, name))

        self._workspace.jobs.read(
            work, self.places_read.emit, self._workspace.report, key="privacy.places"
        )

    def scan(self) -> None:
        """Look through what nobody looked through; it shows its progress and can be cancelled."""
        project = self._workspace.project
        if project is None or self.busy:
            return

        def work(control: JobControl) -> int:
            from evaldesk.services.privacy import redaction

            return redaction.scan(project, progress=control.progress, check=control.check).scanned

        def done(scanned: int) -> None:
            self._busy(False)
            self._workspace.say(self.tr("%1 traces looked through").replace("%1", f"{scanned:,}"))
            self.load()

        def failed(error: Exception) -> None:
            self._busy(False)
            self._workspace.report(error)
            self.load()

        self._busy(True)
        title = self.tr("Looking for personal data")
        self._workspace.jobs.write(work, done, failed, title=title)

    def decide(self, verdict: Verdict, stored: "StoredFinding") -> None:
        """Keep what the person says of a place or its text."""

        def work(project: Any, user: str) -> Decision:
            from evaldesk.services.privacy.finding_review import decide_place

            return decide_place(project, verdict, user, stored)

        def done(made: Decision) -> None:
            self._undo.append(made)
            self.decided.emit(verdict)

        self._write(work, done)

    def undo(self) -> None:
        """Take the last decision of this visit back."""
        if not self._undo:
            return
        last = self._undo.pop()

        def work(project: Any, user: str) -> None:
            from evaldesk.services.privacy import redaction

            redaction.undo(project, last, user)

        self._write(work, lambda _: self.decided.emit("undone"))

    def set_policy(self, chosen: str) -> None:
        """Say what happens with what leaves."""

        def work(project: Any, user: str) -> None:
            from evaldesk.services.privacy import leaving

            leaving.set_policy(project, chosen, user)

        self._write(work, lambda _: self.load())

    def save_profile(self, changed: Profile) -> None:
        """A new version of a profile."""

        def work(project: Any, user: str) -> None:
            from evaldesk.services.privacy import redaction

            redaction.save_profile(project, changed, user)

        self._write(work, lambda _: self.load())

    def save_terms(self, words: TermList) -> None:
        """A new version of a list; the traces are then to be looked through again."""

        def work(project: Any, user: str) -> None:
            from evaldesk.services.privacy import redaction

            redaction.save_terms(project, words, user)

        self._write(work, lambda _: self.load())

    def apply_retention(self) -> None:
        """Delete what is due, for good; the person has confirmed it."""

        def work(project: Any, user: str) -> int:
            from evaldesk.services.privacy import retention

            return retention.apply(project, user)

        def done(count: int) -> None:
            said = self.tr("The text of %1 traces was deleted").replace("%1", f"{count:,}")
            self._workspace.say(said)
            self.load()

        self._write(work, done)

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.found, self.kind, self.profile = None, "", "strict"
        self._undo.clear()
        self._busy(False)

    def _write(self, work: Any, done: Any) -> None:
        project = self._workspace.project
        if project is None:
            return

        def go() -> None:
            user = self._workspace.user

            def finished(result: Any) -> None:
                self._workspace.changed(Changes.of("privacy", "audit"), "privacy")
                done(result)

            self._workspace.jobs.write(
                lambda _: work(project, user), finished, self._workspace.report
            )

        self._workspace.with_user(go)

    def _busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)
