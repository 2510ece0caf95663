"""Opens, makes and closes projects, beside the window."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import EvalDeskError, LockedError
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.projects.encryption import Lock
    from evaldesk.storage.project import Project

SUFFIX = ".evaldesk"

# Two threads that enter one circle of modules from two sides can each see it half made, and the
# database's libraries have such circles: one thread at a time brings them in.
_importing = threading.Lock()


class ProjectDesk(QObject):
    """The one place where the window's project is replaced.

    Services are imported inside the jobs: they bring the database with them, which takes longer
    than the window does to show.

    Signals:
        busy(text): a project is being opened; empty when that ended.
        locked(path, error, then): it is encrypted, and what is at hand does not open it.
    """

    busy = Signal(str)
    locked = Signal(object, object, object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace

    def preload(self) -> None:
        """Import what opening a project needs, while the person looks for one."""

        def work(_control: JobControl) -> None:
            with _importing:
                import evaldesk.services.projects.opening  # noqa: F401

        self._workspace.jobs.read(work, lambda _: None, key="shell.preload")

    def ask_open(self) -> None:
        """Ask which one, and open it."""
        self._workspace.prompts.ask_open_file(
            self.tr("Open a project"),
            self.tr("EvalDesk projects (*%1)").replace("%1", SUFFIX)
            + ";;"
            + self.tr("All files (*)"),
            lambda paths: self.open(paths[0]),
        )

    def ask_new(self, lock: "Lock | None" = None, then: Callable[[], object] | None = None) -> None:
        """Ask where, and make one; encrypted where ``lock`` says how it is opened."""
        self._workspace.prompts.ask_save_file(
            self.tr("Make a new project"),
            self.tr("New project") + SUFFIX,
            self.tr("EvalDesk projects (*%1)").replace("%1", SUFFIX),
            lambda path: self.create(path, lock, then),
        )

    def open(
        self, path: Path, then: Callable[[], object] | None = None, *, typed: str = ""
    ) -> None:
        """Open a project and put it in place of the one before.

        Args:
            then: called once it is there.
            typed: passphrase or recovery code of an encrypted one.
        """
        user = self._workspace.user
        openers = self._workspace.keys.openers() if self._workspace.keys is not None else ()

        def work(_control: JobControl) -> "Project":
            with _importing:
                from evaldesk.services.projects.encryption import unlock_with
                from evaldesk.services.projects.opening import open_project

            return open_project(path, unlock_with(typed, user, openers=openers))

        def failed(error: Exception) -> None:
            if isinstance(error, LockedError):
                self.locked.emit(path, error, then)
            else:
                self._workspace.report(error)

        self._replace(work, self.tr("Opening %1…").replace("%1", path.name), then, failed)

    def create(
        self,
        path: Path,
        lock: "Lock | None" = None,
        then: Callable[[], object] | None = None,
    ) -> None:
        """Make a project; the person has confirmed that an existing file goes."""
        if not path.suffix:
            path = path.with_suffix(SUFFIX)

        def work(_control: JobControl) -> "Project":
            with _importing:
                from evaldesk.services.projects.opening import create_project

            return create_project(path, path.stem, lock=lock)

        self._replace(work, self.tr("Making %1…").replace("%1", path.name), then)

    def reopen(
        self,
        change: Callable[[Path, bytes | None], bytes | None],
        text: str,
        then: Callable[[], object],
    ) -> None:
        """Close the project, change its key, and open it again; as it was where that fails.

        Args:
            change: gets the file and its data key, returns the one it has then.
            then: called where that was done and it is open again.
        """
        project = self._workspace.project
        if project is None:
            return
        path, key = project.path, project.database.key
        failures: list[EvalDeskError] = []
        self.close()

        def work(_control: JobControl) -> "Project":
            from evaldesk.services.projects.encryption import open_with_key

            now = key
            try:
                now = change(path, key)
            except EvalDeskError as error:
                failures.append(error)
            return open_with_key(path, now)

        def back() -> None:
            if failures:
                self._workspace.report(failures[0])
            else:
                then()

        self._replace(work, text, back)

    def open_sample(self) -> None:
        """Open the sample project; it is built at the first time."""

        def work(_control: JobControl) -> "Project":
            with _importing:
                from evaldesk.services.projects.demo import sample_copy
                from evaldesk.services.projects.opening import open_project

            return open_project(sample_copy())

        self._replace(work, self.tr("Getting the sample project ready…"))

    def close(self) -> None:
        """Close the project and leave one plain file."""
        project = self._workspace.project
        if project is None:
            return
        reads_ended = self._workspace.jobs.cancel_reads()
        self._workspace.set_project(None)
        self._close_after(reads_ended, project)

    def _close_after(self, reads_ended: Callable[[], None], project: "Project") -> None:
        # A read that is still at it would open the file again behind the close.
        def work(_control: JobControl) -> None:
            reads_ended()
            project.close()

        self._workspace.jobs.write(work)

    def _replace(
        self,
        work: Callable[[JobControl], "Project"],
        text: str,
        then: Callable[[], object] | None = None,
        failed: Callable[[Exception], object] | None = None,
    ) -> None:
        self.busy.emit(text)

        def done(project: "Project") -> None:
            before = self._workspace.project
            reads_ended = self._workspace.jobs.cancel_reads()
            self._workspace.settings.remember_project(project.path)
            self.busy.emit("")
            self._workspace.set_project(project)
            if before is not None:
                self._close_after(reads_ended, before)
            if then is not None:
                then()

        def ended_badly(error: Exception) -> None:
            self.busy.emit("")
            (failed or self._workspace.report)(error)

        self._workspace.jobs.write(work, done, ended_badly)
