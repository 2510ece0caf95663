"""Hears when this computer is about to sleep, when its screen is locked, and when nobody is there.

On Linux logind and the desktop's screen saver say so on D-Bus. Qt tells of neither on Windows and
macOS; there a project is locked by hand or after idleness, and docs/security.md says so.
"""

import sys
import time
from typing import Any

from PySide6.QtCore import SLOT, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QWindow

_LOOK_MS = 5_000
_INPUT = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
    )
)


class SessionWatch(QObject):
    """Watches one window and the session it runs in.

    Signals:
        leaving(): the computer goes to sleep or its screen was locked.
        idle(): nobody touched the window for as long as `set_idle_limit` says.
    """

    leaving = Signal()
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hears_session = False
        self._window: QWindow | None = None
        self._limit = 0.0
        self._last = time.monotonic()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.look)
        if sys.platform == "linux":
            self._listen()

    def set_idle_limit(self, seconds: float) -> None:
        """After how long `idle` is told; 0 for never."""
        self._limit = seconds
        self._last = time.monotonic()
        if seconds > 0:
            self._timer.start()
        else:
            self._timer.stop()

    def follow(self, window: QWindow | None) -> None:
        """Take what comes to this window as somebody being there. Its native window is watched, not
        its widgets: a filter on the application would run for every event of each of them.
        """
        if window is self._window:
            return
        if self._window is not None:
            self._window.removeEventFilter(self)
        self._window = window
        if window is not None:
            window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Somebody is there."""
        if event.type() in _INPUT:
            self._last = time.monotonic()
        return False

    def look(self) -> None:
        """Has it been long enough?"""
        if self._limit > 0 and time.monotonic() - self._last >= self._limit:
            self._last = time.monotonic()
            self.idle.emit()

    def _listen(self) -> None:
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:
            return
        heard = []
        system = QDBusConnection.systemBus()
        if system.isConnected():
            service = "org.freedesktop.login1"
            heard.append(
                system.connect(
                    service,
                    "/org/freedesktop/login1",
                    f"{service}.Manager",
                    "PrepareForSleep",
                    self,
                    _slot("going_to_sleep(bool)"),
                )
            )
            heard.append(
                system.connect(service, "", f"{service}.Session", "Lock", self, _slot("locked()"))
            )
        session = QDBusConnection.sessionBus()
        if session.isConnected():
            for name in ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"):
                heard.append(
                    session.connect(
                        "", "", name, "ActiveChanged", self, _slot("screen_saver(bool)")
                    )
                )
        self.hears_session = any(heard)

    @Slot(bool)
    def going_to_sleep(self, begins: bool) -> None:
        """Of logind: true before, false after."""
        if begins:
            self.leaving.emit()

    @Slot()
    def locked(self) -> None:
        """Of logind: the session's screen is to be locked."""
        self.leaving.emit()

    @Slot(bool)
    def screen_saver(self, active: bool) -> None:
        """Of the desktop."""
        if active:
            self.leaving.emit()


def _slot(signature: str) -> Any:
    # PySide's stubs want bytes here; PySide itself refuses them and takes what SLOT gives.
    return SLOT(signature)
