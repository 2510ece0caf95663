"""Collects garbage on the thread that draws, in small portions, and wholly during a pause.

Python's own rounds come whenever enough was made, in whatever thread made it, and a full one stops
every thread for as long as it takes to walk everything there is: a third of a second with a few
long traces open. They could also take a widget apart on a thread that is not its own.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

PERIOD_MS = 1000
YOUNG = 1000
"""So many new objects are worth a look; it takes a millisecond."""
ROUNDS = 5
"""After so many looks at the young, those that stayed are looked at as well."""
QUIET = 5
"""After so many periods in which nothing much was made, everything is looked at once."""


class Collector(QObject):
    """Takes over from Python's own collector, once started."""

    def __init__(self, app: QGuiApplication) -> None:
        super().__init__(app)
        self._looks = 0
        self._quiet = 0
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self.look)
        app.applicationStateChanged.connect(self._state_changed)

    def start(self) -> None:
        """From here on."""
        gc.disable()
        self._timer.start()

    def look(self) -> None:
        """Collect the young, now and then those that stayed once, and everything when the person
        has paused.
        """
        if gc.get_count()[0] < YOUNG:
            self._quiet += 1
            if self._quiet == QUIET:
                gc.collect()
            return
        self._quiet = 0
        self._looks += 1
        older = self._looks >= ROUNDS
        if older:
            self._looks = 0
        gc.collect(1 if older else 0)

    def _state_changed(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive and self._timer.isActive():
            gc.collect()
