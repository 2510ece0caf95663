"""Locks the window's project, by hand, after idleness and when the computer is left, and unlocks it
again at the same place.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QPixmapCache

from evaldesk.domain.errors import LockedError, UsageError, WrongKeyError
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.settings.security import LOCK_AFTER, LOCK_MINUTES
from evaldesk.ui.shell.clipboard_guard import ClipboardGuard
from evaldesk.ui.shell.key_pane import KeyPane
from evaldesk.ui.shell.project_desk import ProjectDesk
from evaldesk.ui.shell.recovery_pane import RecoveryPane
from evaldesk.ui.shell.session_watch import SessionWatch
from evaldesk.ui.shell.unlock_page import UnlockPage
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.cards import SignedCard
    from evaldesk.domain.encryption import KeyHolder
    from evaldesk.services.projects.encryption import Lock
    from evaldesk.storage.project import Project
    from evaldesk.ui.shell.window import MainWindow

_BEGUN = "begun"
"""The project's fact that holds what a person had begun when it was locked."""


class LockDesk(QObject):
    """Locks and unlocks, and changes what opens a project.

    Signals:
        locked(): the project was closed and nothing of it is in the window.
        holders_changed(): who can open it, or whether it is encrypted.
    """

    locked = Signal()
    holders_changed = Signal()

    def __init__(self, workspace: Workspace, window: "MainWindow", desk: ProjectDesk) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._window = window
        self._desk = desk
        self._in_memory: tuple[Path, dict[str, Any]] = (Path(), {})
        self.page = UnlockPage()
        self.watch = SessionWatch(self)
        self.clipboard = ClipboardGuard(workspace, self)
        self.page.offered.connect(self._offered)
        self.page.given_up.connect(self._given_up)
        desk.locked.connect(self._asked)
        self.watch.leaving.connect(self.lock)
        self.watch.idle.connect(self._idle)
        workspace.project_opened.connect(self._opened)
        workspace.project_closed.connect(self._closed)
        workspace.vault = self

    @property
    def can_lock(self) -> bool:
        """Whether there is an encrypted project to lock."""
        project = self._workspace.project
        return project is not None and project.encrypted

    def idle_changed(self) -> None:
        """Another time was chosen after which an untouched project is locked."""
        minutes = self._workspace.settings.get(LOCK_AFTER, LOCK_MINUTES)
        limit = minutes * 60 if isinstance(minutes, int) and self.can_lock else 0
        self.watch.set_idle_limit(limit)

    def lock(self) -> bool:
        """Keep what is being typed, close the project, and leave nothing of it in the window.

        Returns:
            False where there is nothing to lock, or where something could not be kept: then it
            stays on the screen, and the window says so.
        """
        project = self._workspace.project
        if project is None or not project.encrypted:
            return False
        place = self._window.host.place_now()
        if not self._window.keep_all():
            return False
        self._keep_begun(project)
        self._desk.close()
        self._window.empty()
        self._window.host.discard()
        self.clipboard.clear()
        QPixmapCache.clear()
        self._show(project.path, lambda: self._come_back(place))
        self.locked.emit()
        return True

    # ------------------------------------------------------------------------- keys and holders

    def ask_new(self) -> None:
        """Ask how an encrypted project is to be opened, and where it goes; make it."""

        def chosen(lock: "Lock") -> None:
            self._desk.ask_new(lock, self._show_code)

        self._ask_lock(
            self.tr("New encrypted project"),
            self.tr(
                "The whole file is encrypted, and who can open it stands in a key file beside it. "
                "Nobody can open it without one of its keys, the makers of EvalDesk included."
            ),
            self.tr("Choose a place…"),
            chosen,
        )

    def encrypt(self) -> None:
        """Encrypt the open project."""

        def chosen(lock: "Lock") -> None:
            self._change(
                self.tr("Encrypting…"), lambda path, _: _services().encrypt(path, lock), self._told
            )

        self._ask_lock(
            self.tr("Encrypt this project"),
            self.tr(
                "A checked, encrypted copy takes the place of the file. The program closes and "
                "opens the project for it."
            ),
            self.tr("Encrypt"),
            chosen,
        )

    def decrypt(self) -> None:
        """Ask, and make a plain file of the open project."""

        def work(path: Path, key: bytes | None) -> None:
            if key is not None:
                _services().decrypt(path, key)

        self._workspace.prompts.confirm(
            self.tr("Store this project without encryption?"),
            self.tr("Whoever gets hold of the file can read it then. Its keys are forgotten."),
            self.tr("Decrypt"),
            lambda: self._change(self.tr("Decrypting…"), work, None),
            danger=True,
        )

    def change_passphrase(self) -> None:
        """Give this person another passphrase in place of what opened the project for them."""

        def chosen(lock: "Lock") -> None:
            def work(path: Path, key: bytes | None) -> bytes | None:
                services = _services()
                mine = [one.id for one in services.holders(path) if one.name == lock.holder]
                new: bytes = services.rekey(path, _have(key), without=mine, instead=lock)
                return new

            self._change(self.tr("Changing the key…"), work, self._show_code)

        self._ask_lock(
            self.tr("Change what opens the project for me"),
            self.tr(
                "The project gets a new key: what opened it for you so far, and every recovery "
                "code, opens it no more. Other key-holders need do nothing."
            ),
            self.tr("Change"),
            chosen,
        )

    def add_holder(self) -> None:
        """Let somebody else open the project."""
        project = self._workspace.project

        def chosen(lock: "Lock") -> None:
            if project is None:
                return
            self._workspace.jobs.write(
                lambda _: _services().add_holder(project, lock),
                lambda holder: self.holders_changed.emit(),
            )

        if project is not None:
            self._ask_lock(
                self.tr("Add a key-holder"),
                self.tr("They can open the project, and add and remove key-holders, as you can."),
                self.tr("Add"),
                chosen,
                holder="",
            )

    def add_card(self) -> None:
        """Let the owner of a card open the project: with their own key, and no passphrase."""
        project = self._workspace.project
        if project is None:
            return

        def chosen(paths: list[Path]) -> None:
            self._workspace.jobs.read(
                lambda _: _cards().card_from(str(paths[0])), read, self._workspace.report
            )

        def read(card: "SignedCard") -> None:
            self._workspace.prompts.confirm(
                self.tr("Let %1 open the project?").replace("%1", card.card.name),
                self.tr(
                    "Compare the words of the card with them first: %1. They can then add and "
                    "remove key-holders, as you can."
                ).replace("%1", words_of(card.card.fingerprint)),
                self.tr("I compared them; add"),
                lambda: add(card),
            )

        def add(card: "SignedCard") -> None:
            lock = _services().Lock(card.card.name, "card", recipient=card.card.seal_key)
            self._workspace.jobs.write(
                lambda _: _services().add_holder(project, lock),
                lambda _: self.holders_changed.emit(),
            )

        self._workspace.prompts.ask_open_file(
            self.tr("Add a key-holder by card"),
            self.tr("EvalDesk cards (*.card)") + ";;" + self.tr("All files (*)"),
            chosen,
        )

    def remove_holder(self, holder: "KeyHolder") -> None:
        """Ask, and end somebody's way to open the project."""

        def work(path: Path, key: bytes | None) -> bytes:
            new: bytes = _services().rekey(path, _have(key), without=[holder.id])
            return new

        self._workspace.prompts.confirm(
            self.tr("Remove %1 from the key-holders?").replace("%1", holder.name),
            self.tr(
                "The project gets a new key, and recovery codes made so far end. What %1 has "
                "copied already stays readable for %1."
            ).replace("%1", holder.name),
            self.tr("Remove"),
            lambda: self._change(self.tr("Changing the key…"), work, self._show_code),
            danger=True,
        )

    def new_code(self) -> None:
        """Ask, and make another recovery code: the one before ends."""
        self._workspace.prompts.confirm(
            self.tr("Make a new recovery code?"),
            self.tr("The project gets a new key; the recovery code before this one ends."),
            self.tr("Make it"),
            lambda: self._change(
                self.tr("Changing the key…"),
                lambda path, key: _services().rekey(path, _have(key)),
                self._show_code,
            ),
        )

    def _ask_lock(
        self,
        title: str,
        detail: str,
        accept: str,
        then: "Callable[[Lock], object]",
        holder: str | None = None,
    ) -> None:
        project = self._workspace.project
        KeyPane(
            self._window,
            title,
            detail,
            accept,
            then,
            holder=self._workspace.user if holder is None else holder,
            known=(project.path.stem,) if project is not None else (),
            named=holder is not None,
        ).open()

    def _change(
        self,
        text: str,
        work: Callable[[Path, bytes | None], bytes | None],
        then: Callable[[], object] | None,
    ) -> None:
        """Change the key of the open project, which is closed for it and opened again."""
        place = self._window.host.place_now()
        if self._window.keep_all():

            def back() -> None:
                self._come_back(place)
                self.holders_changed.emit()
                if then is not None:
                    then()

            self._desk.reopen(work, text, back)

    def _told(self) -> None:
        services = _services()
        project = self._workspace.project
        left = services.plain_copies(project.path) if project is not None else ()
        text = services.what_remains()
        if left:
            names = ", ".join(copy.name for copy in left)
            text = self.tr("Not encrypted, beside it: %1.").replace("%1", names) + " " + text
        self._window.banner.show_message(self.tr("The project is encrypted."), text, "accent")
        self._show_code()

    def _show_code(self) -> None:
        project = self._workspace.project
        if project is not None and project.encrypted:
            code = _services().recovery_code_of(_services().data_key(project))
            RecoveryPane(self._window, self._workspace, project.path.stem, code).open()

    # ----------------------------------------------------------------------------- coming and going

    def _keep_begun(self, project: "Project") -> None:
        """Write what was begun into the project; what is no JSON data stays in memory."""
        host = self._window.host
        begun, in_memory = host.unsaved(), {}
        host.begun = {}
        written = {}
        for screen_id, what in begun.items():
            try:
                written[screen_id] = json.loads(json.dumps(what))
            except TypeError:
                in_memory[screen_id] = what
        text = json.dumps(written, ensure_ascii=False) if written else ""
        key = f"{_BEGUN}.{self._workspace.user}"
        self._in_memory = (project.path, in_memory)
        self._workspace.jobs.write(lambda _: project.set(key, text))

    def _take_begun(self, project: "Project") -> None:
        host = self._window.host
        path, in_memory = self._in_memory
        self._in_memory = (Path(), {})
        key = f"{_BEGUN}.{self._workspace.user}"
        text = project.get(key)
        host.begun = json.loads(text) if text else {}
        if path == project.path:
            host.begun.update(in_memory)
        if text:
            # From here on it is in the window, as what was begun always is.
            self._workspace.jobs.write(lambda _: project.set(key, ""))

    def _come_back(self, place: tuple[str, dict[str, Any]]) -> None:
        screen_id, where = place
        if screen_id:
            self._window.host.show_screen(screen_id, where)

    def _idle(self) -> None:
        # Work that a person began and waits for would be lost; a window that closes locks nothing.
        jobs = self._workspace.jobs
        if not jobs.is_shut and not any(job.title for job in jobs.jobs):
            self.lock()

    def _asked(self, path: Path, error: LockedError, then: Callable[[], object] | None) -> None:
        wrong = isinstance(error, WrongKeyError)
        if self._workspace.project is not None:
            self._window.host.leave()
            self._desk.close()
        self._show(path, then, error.message if wrong else "", error.hint if wrong else "")

    def _show(
        self, path: Path, then: Callable[[], object] | None, message: str = "", hint: str = ""
    ) -> None:
        self._window.host.show_page(self.page)
        self.page.ask(path, then, message, hint)

    def _offered(self, path: Path, text: str, then: Callable[[], object] | None) -> None:
        self._desk.open(path, then, typed=text)

    def _given_up(self) -> None:
        self.page.forget()
        self._window.host.show_welcome()

    def _opened(self) -> None:
        self.page.forget()
        project = self._workspace.project
        self._window.host.begun = {}
        if project is not None and project.encrypted:
            self._take_begun(project)
        self.watch.follow(self._window.windowHandle())
        self.clipboard.watch(self.can_lock)
        self.idle_changed()

    def _closed(self) -> None:
        self.clipboard.clear()
        self.clipboard.watch(False)
        self.idle_changed()


def _services() -> Any:
    # It brings the database's libraries, which the window does not wait for.
    from evaldesk.services.projects import encryption

    return encryption


def _cards() -> Any:
    from evaldesk.services.projects import identities

    return identities


def _have(key: bytes | None) -> bytes:
    if key is None:
        raise UsageError("The project is not encrypted.")
    return key
