"""Building a screen shows no other window, which would take the keys from this one."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMainWindow, QWidget

from evaldesk.ui.screens.registry import SCREENS


class Shown(QObject):
    """Remembers every window that came up besides the main one."""

    def __init__(self, app):
        super().__init__(app)
        self.seen = []
        app.installEventFilter(self)

    def eventFilter(self, watched, event):
        """A widget that is shown before it has a parent is a window."""
        stray = (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, QMainWindow)
        )
        if stray:
            self.seen.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


def test_no_screen_flashes_a_window_of_its_own(qtbot, qapp, opened):
    shown = Shown(qapp)
    for spec in SCREENS:
        opened.workspace.navigate(spec.id)
        qtbot.waitUntil(lambda: not opened.workspace.jobs.busy, timeout=30_000)
    qapp.removeEventFilter(shown)
    assert shown.seen == []
