"""What the Exchange screen reads and does. No widgets here."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.domain.errors import UsageError
from evaldesk.domain.project import Changes
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.domain.cards import SignedCard
    from evaldesk.domain.exchange import Conflict
    from evaldesk.domain.identity import Role
    from evaldesk.domain.trust import Trusted
    from evaldesk.services.packages.files import Found
    from evaldesk.services.packages.merging import MergeReport
    from evaldesk.services.packages.outgoing import Errand
    from evaldesk.services.packages.sending import SendingPlan
    from evaldesk.services.privacy.leaving import Example
    from evaldesk.services.projects.identities import OwnIdentity

SUFFIX = ".evalpack"
_LOOK_MS = 10_000


@dataclass(frozen=True, slots=True)
class People:
    """This person's identity, and whom the project trusts."""

    mine: "OwnIdentity | None"
    trusted: "Sequence[Trusted]"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go out.

    Attributes:
        profiles: names of the redaction profiles there are.
        examples: of what would leak.
    """

    plan: "SendingPlan"
    profiles: tuple[str, ...]
    examples: "tuple[Example, ...]"


class ExchangeController(QObject):
    """Reads and writes for one screen.

    Attributes:
        files: that were brought to the screen, in the order they came.
        report: what they would bring; None before they were looked at.

    Signals:
        people_read(People), errands_read(list of Errand), conflicts_read(list of Conflict).
        looked(): ``report`` is another. merged(report): files were taken in.
        card_read(card): somebody's card is to be compared.
        sent(list of Written): packages were written.
        arrived(paths): the watched folder has packages that this project did not take in.
    """

    people_read = Signal(object)
    errands_read = Signal(object)
    conflicts_read = Signal(object)
    looked = Signal()
    merged = Signal(object)
    card_read = Signal(object)
    sent = Signal(object)
    arrived = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.files: list[Path] = []
        self.report: MergeReport | None = None
        self._seen: list[Found] = []
        self._waiting: list[Path] = []
        self._clock = QTimer(self)
        self._clock.setInterval(_LOOK_MS)
        self._clock.timeout.connect(self.look_at_folder)

    def project_replaced(self) -> None:
        """Another project, or none."""
        self.files.clear()
        self.report = None
        self._seen, self._waiting = [], []
        self._clock.stop()

    # -------------------------------------------------------------------------------- people

    def read_people(self) -> None:
        """This person, and whom the project trusts."""
        project, user = self._workspace.project, self._workspace.user

        def work(_: JobControl) -> People:
            from evaldesk.services.projects.identities import own_identities

            own = [one for one in own_identities() if one.name == user]
            trusted = project.trust.all() if project is not None else []
            return People(own[-1] if own else None, trusted)

        self._workspace.jobs.read(work, self.people_read.emit, key="exchange.people")

    def nobody(self) -> People:
        """What is shown before anything was read."""
        return People(None, ())

    def save_card(self, name: str, path: Path) -> None:
        """Write this person's card; a file that is there is replaced, the person has confirmed."""

        def work(_: JobControl) -> None:
            from evaldesk.services.projects.identities import write_card

            write_card(name, path)

        said = self.tr("Saved %1; it is public, hand it to whoever sends you work").replace(
            "%1", path.name
        )
        self._workspace.jobs.read(work, lambda _: self._workspace.say(said), self._workspace.report)

    def read_card(self, text: str) -> None:
        """A card from a file's path or its line."""

        def work(_: JobControl) -> "SignedCard":
            from evaldesk.services.projects.identities import card_from

            return card_from(text)

        self._workspace.jobs.read(work, self.card_read.emit, self._workspace.report)

    def trust(
        self, card: "SignedCard", role: "Role", name: str, reason: str, expires_at: str
    ) -> None:
        """Accept what somebody signs."""

        def work(project: Any, author: str) -> None:
            from evaldesk.services.projects.identities import trust

            trust(project, card, role, author, name=name, reason=reason, expires_at=expires_at)

        self._change_people(work)

    def revoke(self, fingerprint: str, reason: str, compromised: bool) -> None:
        """Accept nothing more."""

        def work(project: Any, author: str) -> None:
            from evaldesk.services.projects.identities import revoke

            revoke(project, fingerprint, author, reason, compromised=compromised)

        self._change_people(work)

    def _change_people(self, work: Callable[[Any, str], None]) -> None:
        project, author = self._workspace.project, self._workspace.user
        if project is None:
            return

        def done(_: object) -> None:
            self._workspace.look_at_role()
            self._workspace.changed(Changes.of("people", "audit"))
            self.read_people()

        self._workspace.jobs.write(lambda _: work(project, author), done, self._workspace.report)

    # ----------------------------------------------------------------------------------- out

    def read_errands(self) -> None:
        """Whose assignments there are."""
        project = self._workspace.project
        if project is None:
            return

        def work(_: JobControl) -> "list[Errand]":
            from evaldesk.services.packages.outgoing import errands

            return errands(project)

        self._workspace.jobs.read(work, self.errands_read.emit, key="exchange.errands")

    def preview(
        self,
        errand: "Errand",
        profile: str,
        then: Callable[[Preview], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """What would go out; nothing is written but a refusal, which the log keeps."""
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return

        def work(_: JobControl) -> Preview:
            from evaldesk.services.packages.sending import plan_sending
            from evaldesk.services.privacy import leaving, redaction
            from evaldesk.services.projects.identities import find_trusted

            reader = find_trusted(project, errand.reader or errand.rater)
            plan = plan_sending(project, errand.round, errand.rater, reader, profile, user)
            examples: tuple[Example, ...] = ()
            if plan.leaks:
                assigned = project.rounds.assigned(errand.round, errand.rater)
                pks = sorted({one.trace_pk for one in assigned})
                examples = leaving.leaks(project, pks, examples=True).examples
            names = tuple(redaction.profiles(project))
            return Preview(plan, names, examples)

        self._workspace.jobs.write(work, then, failed)

    def read_profiles(self, then: Callable[[Sequence[str]], None]) -> None:
        """What traces could be redacted with."""
        project = self._workspace.project
        if project is None:
            return

        def work(_: JobControl) -> tuple[str, ...]:
            from evaldesk.services.privacy import redaction

            return tuple(redaction.profiles(project))

        self._workspace.jobs.read(work, then)

    def send(self, errands: "Sequence[Errand]", paths: Sequence[Path], profile: str = "") -> None:
        """Write a package each."""
        keys = self._workspace.keys
        if keys is not None and errands:
            what = self.tr("Packages are signed with it, and what comes back is sealed to it.")
            keys.use(what, lambda identity: self._send(errands, paths, profile, identity))

    def _send(
        self,
        errands: "Sequence[Errand]",
        paths: Sequence[Path],
        profile: str,
        identity: "Identity",
    ) -> None:
        project = self._workspace.project
        if project is None:
            return
        made: list[Any] = []

        def work(control: JobControl) -> None:
            from evaldesk.services.packages.sending import send
            from evaldesk.services.projects.identities import find_trusted

            for place, (errand, path) in enumerate(zip(errands, paths, strict=True)):
                control.check()
                control.progress(place, len(errands), path.name)
                reader = find_trusted(project, errand.reader)
                made.append(
                    send(project, errand.round, errand.rater, reader, path, identity, profile)
                )

        def done(_: object) -> None:
            self._workspace.changed(Changes.of("exchange", "audit"))
            self.read_errands()
            self.sent.emit(list(made))

        def failed(error: Exception) -> None:
            if made:  # each stands for itself
                done(None)
            self._workspace.report(error)

        title = self.tr("Writing packages")
        self._workspace.jobs.write(work, done, failed, title=title)

    # ------------------------------------------------------------------------------------ in

    def look(self, paths: Sequence[Path]) -> None:
        """Say what files would bring, folders by the packages in them; nothing is written."""
        keys = self._workspace.keys
        if self._workspace.project is None or keys is None:
            return

        def work(_: JobControl) -> list[Path]:
            from evaldesk.services.packages.files import new_packages

            found: list[Path] = []
            for path in paths:
                if path.is_dir():
                    found += [one.path for one in new_packages(path)]
                else:
                    found.append(path)
            if not found:
                raise UsageError("There is no package in that folder.", "They end in .evalpack.")
            return found

        def done(found: list[Path]) -> None:
            self.files = list(dict.fromkeys([*self.files, *found]))
            keys.use(self.tr("What came back is sealed to it."), self._dry_run)

        self._workspace.jobs.read(work, done, self._workspace.report)

    def clear(self) -> None:
        """Nothing is looked at any more."""
        self.files.clear()
        self.report = None
        self.looked.emit()

    def merge(self) -> None:
        """Take in what is not refused."""
        keys, report = self._workspace.keys, self.report
        if keys is None or report is None:
            return
        paths = [Path(one.path) for one in report.files if not one.rejected]
        if paths:
            what = self.tr("What came back is sealed to it.")
            keys.use(what, lambda identity: self._merge(paths, identity))

    def _dry_run(self, identity: "Identity") -> None:
        self._run(self.files, identity, True, self.tr("Looking at what came back"), self._looked)

    def _looked(self, report: "MergeReport") -> None:
        self.report = report
        self.looked.emit()

    def _merge(self, paths: Sequence[Path], identity: "Identity") -> None:
        def done(report: "MergeReport") -> None:
            gone = {Path(one.path) for one in report.files if not one.rejected}
            self.files = [path for path in self.files if path not in gone]
            left = [one for one in (self.report.files if self.report else ()) if one.rejected]
            self.report = None
            if left and self.files:
                self._dry_run(identity)
            self.looked.emit()
            self._told_merged()
            self.merged.emit(report)

        self._run(paths, identity, False, self.tr("Merging"), done)

    def _run(
        self,
        paths: Sequence[Path],
        identity: "Identity",
        dry_run: bool,
        title: str,
        then: "Callable[[MergeReport], None]",
    ) -> None:
        project, user, files = self._workspace.project, self._workspace.user, tuple(paths)
        if project is None:
            return

        def work(control: JobControl) -> "MergeReport":
            from evaldesk.services.packages.merging import merge

            def progress(done: int, total: int) -> None:
                control.check()
                control.progress(done, total)

            return merge(project, files, identity, user, dry_run=dry_run, progress=progress)

        def failed(error: BaseException) -> None:
            if not dry_run:
                self._told_merged()  # files before a cancel are in
            self._workspace.report(error)

        # Also the dry run is a write for the store: it ends with nothing kept.
        self._workspace.jobs.write(work, then, failed, title=title)

    def _told_merged(self) -> None:
        self._workspace.changed(
            Changes.of("ratings", "rulings", "notes", "highlights", "exchange", "people", "audit")
        )
        self.read_errands()
        self.read_conflicts()

    def read_conflicts(self) -> None:
        """What nobody has decided yet."""
        project = self._workspace.project
        if project is not None:
            self._workspace.jobs.read(
                lambda _: project.packages.conflicts(),
                self.conflicts_read.emit,
                key="exchange.conflicts",
            )

    def decide(self, conflict: "Conflict", row: str, reason: str) -> None:
        """What stands of a conflict."""
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return
        self._workspace.jobs.write(
            lambda _: project.packages.decide(conflict, row, user, reason),
            lambda _: self._told_merged(),
            self._workspace.report,
        )

    # --------------------------------------------------------------------------------- watching

    @property
    def watched(self) -> str:
        """The folder that is watched for the open project; empty for none."""
        return str(self._folders().get(self._project_id(), ""))

    def watch(self, folder: str) -> None:
        """Watch a folder for this project; empty for none. Nothing of it is merged by itself."""
        folders = self._folders()
        folders.pop(self._project_id(), None)
        if folder:
            folders[self._project_id()] = folder
        self._workspace.settings.put("watched_folders", folders or None)
        self._seen, self._waiting = [], []
        self.arrived.emit([])
        self.look_at_folder()

    def look_at_folder(self) -> None:
        """Whether something new lies in the watched folder."""
        project, folder = self._workspace.project, self.watched
        if project is None or not folder or not self._workspace.may("specialist"):
            self._clock.stop()
            return
        self._clock.start()
        seen = tuple(self._seen)

        def work(_: JobControl) -> "tuple[list[Found], list[Path]]":
            from evaldesk.services.packages.files import new_packages

            found = new_packages(Path(folder), seen)
            if not found:
                return [], []
            known = {one.sha256 for one in project.packages.all() if one.sha256}
            return found, [one.path for one in found if _digest(one.path) not in known]

        def done(found: "tuple[list[Found], list[Path]]") -> None:
            self._seen += found[0]
            self._waiting += [path for path in found[1] if path not in self._waiting]
            self._waiting = [path for path in self._waiting if path not in self.files]
            self.arrived.emit(list(self._waiting))

        # A stick that was pulled out is no fault; it may come back.
        self._workspace.jobs.read(work, done, lambda _: None, key="exchange.folder")

    def take_waiting(self) -> None:
        """Look at what the folder brought."""
        waiting, self._waiting = self._waiting, []
        self.arrived.emit([])
        if waiting:
            self.look(waiting)

    def _folders(self) -> dict[str, str]:
        kept = self._workspace.settings.get("watched_folders", None)
        return dict(kept) if isinstance(kept, dict) else {}

    def _project_id(self) -> str:
        project = self._workspace.project
        return project.get("id", "") if project is not None else ""


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
