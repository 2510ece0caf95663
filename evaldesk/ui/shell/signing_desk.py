"""This person's own keys while the window is open: found, asked for, made, and signed with."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.shell.own_key_panes import MakeKeysPane, NewKeys, UnlockKeysPane
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity, KeptIdentity
    from evaldesk.domain.identity import Signer

Then = Callable[["Identity"], object]


class SigningDesk(QObject):
    """Looks for the person's keys when a project is opened and when the person changes. Those in
    the system's keyring are taken without a question; those that are sealed with a passphrase are
    asked for once, and where the person declines the log has their name alone.

    Args:
        window: above which panes are shown; without one nothing is ever asked.

    Signals:
        changed(): other keys are at hand, or none any more.
    """

    changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        parent: QObject | None = None,
        *,
        window: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._window = window
        self._open: dict[str, Identity] = {}
        self._asked: set[str] = set()
        self.signed = False
        workspace.keys = self
        workspace.project_opened.connect(self._look)
        workspace.user_changed.connect(lambda _: self._look())

    def openers(self) -> tuple[Callable[[bytes], bytes], ...]:
        """What opens projects that are encrypted to the keys that are open."""
        return tuple(one.unseal for one in self._open.values())

    def forget(self) -> None:
        """Close the keys, as when a project is locked."""
        self._open.clear()
        self._asked.clear()

    def use(self, what: str, then: Then, name: str = "") -> None:
        """Go on with this person's keys; a passphrase is asked for where it must be, and keys are
        made where there are none.

        Args:
            what: they are wanted for, as a sentence. name: whose; the person's own where empty.
        """
        name = name or self._workspace.user

        def work(_: JobControl) -> "Identity | KeptIdentity | None":
            from evaldesk.services.projects.identities import identity_store

            store = identity_store()
            kept = store.find(name)
            if kept is None or kept.card.fingerprint in self._open:
                return None if kept is None else self._open[kept.card.fingerprint]
            return store.unlock(kept, lambda _: None) if kept.where == "keyring" else kept

        def done(found: "Identity | KeptIdentity | None") -> None:
            from evaldesk.credentials.identities import Identity

            if found is None:
                self.make(then)
            elif isinstance(found, Identity):
                self._take(found, then)
            else:
                self._ask(found, what, then)

        self._workspace.jobs.read(work, done, self._workspace.report)

    def addressed(self, path: Path, then: Then) -> None:
        """Go on with whichever keys of this computer a package is sealed to."""
        user, opened = self._workspace.user, tuple(self._open.values())

        def work(_: JobControl) -> "Identity | KeptIdentity":
            from evaldesk.services.packages.addressing import addressee_of
            from evaldesk.services.packages.arriving import reader_among
            from evaldesk.services.projects.identities import identity_store

            at_hand = reader_among(path, opened)
            if at_hand is not None:
                return at_hand
            sealed = [one for one in identity_store().list() if one.where == "file"]
            try:
                return addressee_of(path, user, lambda _: None, reader=True)
            except EvalDeskError:
                if not sealed:
                    raise
            return next((one for one in sealed if one.card.name == user), sealed[-1])

        def done(found: "Identity | KeptIdentity") -> None:
            from evaldesk.credentials.identities import Identity

            if isinstance(found, Identity):
                self._take(found, then)
                return
            what = self.tr("The package may be sealed to it.")
            self._ask(found, what, then, path)

        self._workspace.jobs.read(work, done, self._workspace.report)

    def make(self, then: Then) -> None:
        """Ask how, and make this person's keys."""
        if self._window is None:
            return
        project = self._workspace.project
        known = (project.path.stem,) if project is not None else ()
        name = self._workspace.user if self._workspace.settings.user_was_chosen else ""
        MakeKeysPane(self._window, name, lambda wanted: self._make(wanted, then), known).open()

    def _make(self, wanted: NewKeys, then: Then) -> None:
        ends = ""
        if wanted.days:
            end = datetime.now(UTC) + timedelta(days=wanted.days)
            ends = end.isoformat(timespec="milliseconds").replace("+00:00", "Z")

        def work(_: JobControl) -> "Identity":
            from evaldesk.services.projects.identities import identity_store

            return identity_store().make(
                wanted.name, lambda _: wanted.passphrase, expires_at=ends, in_file=wanted.in_file
            )

        def done(made: "Identity") -> None:
            self._workspace.set_user(wanted.name)
            self._take(made, then)

        title = self.tr("Making keys")
        self._workspace.jobs.read(work, done, self._workspace.report, title=title)

    def _take(self, identity: "Identity", then: Then) -> None:
        self._open[identity.card.fingerprint] = identity
        project = self._workspace.project
        if project is not None and identity.card.name == self._workspace.user:
            project.signer = identity
            self.signed = True
        self.changed.emit()
        then(identity)

    def _ask(self, kept: "KeptIdentity", what: str, then: Then, path: Path | None = None) -> None:
        if self._window is None:
            return
        self._asked.add(kept.card.fingerprint)

        def tried(passphrase: str) -> None:
            def work(_: JobControl) -> "Identity":
                from evaldesk.services.packages.addressing import addressee_of
                from evaldesk.services.projects.identities import identity_store

                if path is not None:
                    return addressee_of(path, kept.card.name, lambda _: passphrase, reader=True)
                return identity_store().unlock(kept, lambda _: passphrase)

            def done(identity: "Identity") -> None:
                pane.close_overlay()
                self._take(identity, then)

            def failed(error: Exception) -> None:
                if isinstance(error, EvalDeskError):
                    pane.refuse(error.message)
                else:
                    self._workspace.report(error)

            self._workspace.jobs.read(work, done, failed)

        pane = UnlockKeysPane(self._window, kept.card.name, what, tried)
        pane.open()

    def _look(self) -> None:
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return
        project.signer = None
        self.signed = False
        opened = [one for one in self._open.values() if one.card.name == user]

        def work(_: JobControl) -> "tuple[Signer | None, KeptIdentity | None]":
            from evaldesk.services.projects import identities

            signer: Signer | None = opened[-1] if opened else identities.quiet_signer(user)
            return signer, None if signer is not None else identities.identity_store().find(user)

        def done(found: "tuple[Signer | None, KeptIdentity | None]") -> None:
            signer, kept = found
            if self._workspace.project is not project or self._workspace.user != user:
                return
            project.signer = signer
            self.signed = signer is not None
            self.changed.emit()
            sealed = kept is not None and kept.where == "file"
            if sealed and kept is not None and kept.card.fingerprint not in self._asked:
                what = self.tr(
                    "It is sealed with a passphrase. With it the log signs what you do; without, "
                    "it has your name only."
                )
                self._ask(kept, what, lambda _: None)

        self._workspace.jobs.read(work, done, key="signing")
