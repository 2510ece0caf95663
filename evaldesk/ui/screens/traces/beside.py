"""Which traces stand side by side on the Traces screen, and the next scenario's; no widgets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from evaldesk.jobs.runner import JobControl
from evaldesk.services.alignment import Formatting
from evaldesk.services.reading.companions import Companion, companions, next_set
from evaldesk.ui.widgets.trace_view.woven import MOST
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_KEY = "traces-beside"
_Place = tuple[int, tuple[int, ...]] | None
_Found = tuple[tuple[Companion, ...], _Place]


class Beside(QObject):
    """Marks rows, and goes from scenario to scenario with the same runs side by side.

    Attributes:
        marked: traces that the person marked, in that order; four at most.

    Signals:
        marks_changed(). moved(row, pks): the next scenario's row of the list, and its traces.
    """

    marks_changed = Signal()
    moved = Signal(int, object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.marked: tuple[int, ...] = ()
        self._shown: tuple[int, ...] = ()
        self._wanted: tuple[Companion, ...] = ()

    def toggle_mark(self, pk: int) -> None:
        """Mark a trace, or take the mark off."""
        if pk in self.marked:
            self.marked = tuple(one for one in self.marked if one != pk)
        elif len(self.marked) >= MOST:
            self._workspace.say(self.tr("Four traces at most stand side by side"))
            return
        else:
            self.marked = (*self.marked, pk)
        self.marks_changed.emit()

    def clear_marks(self) -> None:
        """Take all marks off."""
        if self.marked:
            self.marked = ()
            self.marks_changed.emit()

    def show(self, pks: Sequence[int]) -> None:
        """These stand side by side now: their runs and trials are what the next scenario shows."""
        if tuple(pks) != self._shown:
            self._shown = tuple(pks)
            self._wanted = ()

    def step(
        self, ids: Sequence[int], at: int, by: int, ignored: Formatting, *, differing: bool = False
    ) -> None:
        """Look for the next scenario of the list in which two of them are there.

        Args:
            differing: and do not say the same.
        """
        project = self._workspace.project
        if project is None or not self._shown:
            return
        shown, wanted = self._shown, self._wanted

        def look(control: JobControl) -> _Found:
            columns = wanted or companions(project, shown)
            return columns, _look(project, ids, at, columns, by, ignored, differing, control)

        def done(found: _Found) -> None:
            if shown != self._shown:
                return
            self._wanted, place = found
            if place is None:
                self._workspace.say(
                    self.tr("No further scenario in which they differ")
                    if differing
                    else self.tr("No further scenario with these runs")
                )
                return
            self._shown = place[1]
            self.moved.emit(*place)

        self._workspace.jobs.read(look, done, self._workspace.report, key=_KEY)


def _look(
    project: "Project",
    ids: Sequence[int],
    at: int,
    columns: Sequence[Companion],
    by: int,
    ignored: Formatting,
    differing: bool,
    control: JobControl,
) -> _Place:
    return next_set(
        project, ids, at, columns, by, differing=differing, ignored=ignored, check=control.check
    )
