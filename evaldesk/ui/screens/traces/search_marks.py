"""Carries the words of a search into the trace that is read."""

from PySide6.QtCore import QObject

from evaldesk.ui.screens.traces.controller import TracesController
from evaldesk.ui.screens.traces.narrowing import Narrowing
from evaldesk.ui.screens.traces.search_words import to_find, words_of
from evaldesk.ui.widgets.trace_view import TracePane


class SearchMarks(QObject):
    """Marks in each trace what the list was searched for, unless the person looks for something of
    their own there, or has closed the bar.
    """

    def __init__(self, controller: TracesController, pane: TracePane, parent: QObject) -> None:
        super().__init__(parent)
        self._controller = controller
        self._pane = pane
        self._carried = self._put_away = ""
        pane.shown.connect(self._mark)
        pane.find_bar.closed.connect(self._closed)
        controller.narrowed_otherwise.connect(self._changed)

    @property
    def wanted(self) -> str:
        """What the bar that finds text in a trace is given."""
        return to_find(words_of(self._controller.text))

    def step(self, by: int) -> None:
        """Go to the next hit."""
        self._pane.step_hit(by)

    def _mark(self) -> None:
        wanted, bar = self.wanted, self._pane.find_bar
        said = bar.field.text() if bar.isVisible() else ""
        own = said not in ("", self._carried)
        if wanted and not own and wanted not in (said, self._put_away):
            self._carried = wanted
            self._pane.find(wanted)

    def _changed(self, before: Narrowing, after: Narrowing) -> None:
        if before.text == after.text:
            return
        self._put_away = ""
        bar = self._pane.find_bar
        if not words_of(after.text) and self._carried and bar.field.text() == self._carried:
            self._carried = ""
            self._pane.find("")

    def _closed(self) -> None:
        self._put_away = self._carried
