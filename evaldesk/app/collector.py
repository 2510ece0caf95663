"""Collects garbage on the thread that draws, in small portions, and wholly while nobody looks.

Python's own rounds come whenever enough was made, in whatever thread made it, and a full one stops
every thread for as long as it takes to walk everything there is: a third of a second with a few
long traces open. They could also take a widget apart on a thread that is not its own.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

PERIOD_MS = 1000
YOUNG = 10_000
"""So many new objects are worth a look; it takes a few milliseconds."""
ROUNDS = 10
"""After so many looks at the young, those that stayed are looked at as well."""


class Collector(QObject):
    """Takes over from Python's own collector, once started."""

    def __init__(self, app: QGuiApplication) -> None:
        super().__init__(app)
        self._looks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.look)
        app.applicationStateChanged.connect(self._state_changed)

    def start(self) -> None:
        """From here on."""
        gc.disable()
        self._timer.start()

    def look(self) -> None:
        """Collect the young, and now and then those that stayed once."""
        if gc.get_count()[0] < YOUNG:
            return
        self._looks += 1
        older = self._looks >= ROUNDS
        if older:
            self._looks = 0
        gc.collect(1 if older else 0)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive and self._timer.isActive():
            gc.collect()
