"""Has the log of the open project signed by whoever works in it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.identity import Signer


class SigningDesk(QObject):
    """Looks for the person's keys when a project is opened and when the person changes. Nothing is
    asked: keys that are sealed with a passphrase stay sealed, and the log has the name alone.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        workspace.project_opened.connect(self._look)
        workspace.user_changed.connect(lambda _: self._look())

    def _look(self) -> None:
        project, user = self._workspace.project, self._workspace.user
        if project is None:
            return
        project.signer = None

        def work(_: JobControl) -> "Signer | None":
            from evaldesk.services.projects.identities import quiet_signer

            return quiet_signer(user)

        def done(signer: "Signer | None") -> None:
            if self._workspace.project is project and self._workspace.user == user:
                project.signer = signer

        self._workspace.jobs.read(work, done, key="signing")
