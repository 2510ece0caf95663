"""What was copied from an encrypted project does not stay in the clipboard."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard, QGuiApplication

from evaldesk.settings.security import CLIPBOARD, CLIPBOARD_SECONDS
from evaldesk.ui.workspace import Workspace


class ClipboardGuard(QObject):
    """Empties the clipboard a while after something was copied here, and at once when a project is
    locked. Only what this program put there, and only while it is still there, is taken away.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._own = False
        self._watching = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.clear)
        self._clipboard = QGuiApplication.clipboard()
        self._clipboard.dataChanged.connect(self._changed)

    @property
    def seconds(self) -> int:
        """How long something stays; 0 for as long as it is there."""
        kept = self._workspace.settings.get(CLIPBOARD, CLIPBOARD_SECONDS)
        return kept if isinstance(kept, int) and kept >= 0 else CLIPBOARD_SECONDS

    def watch(self, encrypted: bool) -> None:
        """Whether what is copied from now on comes from an encrypted project."""
        self._watching = encrypted

    def clear(self) -> None:
        """Take away what was copied here, if it is still there."""
        self._timer.stop()
        if self._own and self._owns():
            self._clipboard.clear(QClipboard.Mode.Clipboard)
        if self._clipboard.supportsSelection() and self._clipboard.ownsSelection():
            self._clipboard.clear(QClipboard.Mode.Selection)
        self._own = False

    def _changed(self) -> None:
        self._own = self._owns()
        if not self._own or not self._watching:
            self._timer.stop()
        elif self.seconds:
            self._timer.start(self.seconds * 1000)

    def _owns(self) -> bool:
        return self._clipboard.ownsClipboard()
