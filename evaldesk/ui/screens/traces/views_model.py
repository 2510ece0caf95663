"""The views that were saved under a name, with how many traces each has; no widgets here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.reading import SavedView
from evaldesk.jobs.runner import JobControl
from evaldesk.services.finding.view_address import read
from evaldesk.ui.widgets.trace_view import figures
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Index = QModelIndex | QPersistentModelIndex
_ORIGIN = "traces-views"


@dataclass(frozen=True, slots=True)
class NamedView:
    """A view with its number of traces; -1 while that is counted, -2 where it cannot be read."""

    view: SavedView
    count: int = -1


class ViewsModel(QAbstractListModel):
    """Reads, counts, saves, renames and removes them.

    Attributes:
        shown: the address of what the list shows, to mark the view that it is.
    """

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.items: list[NamedView] = []
        self.shown = ""

    # reading

    def load(self, tags_by: str) -> None:
        """Read and count them.

        Args:
            tags_by: whose tags count; see `TraceQuery`.
        """
        project, me = self._workspace.project, self._workspace.user
        if project is None:
            self._show([])
            return
        known = {one.view.address: one.count for one in self.items}

        def listed(views: list[SavedView]) -> None:
            self._show([NamedView(view, known.get(view.address, -1)) for view in views])
            if views:
                self._workspace.jobs.read(
                    lambda control: _counts(project, views, tags_by, me, control),
                    self._counted,
                    lambda _error: None,
                    key="traces-views-counts",
                )

        self._workspace.jobs.read(lambda _control: project.views.all(), listed, key="traces-views")

    def clear(self) -> None:
        """Another project: nothing is known."""
        self._show([])

    def name_of(self, address: str) -> str:
        """The name of the view with this address; empty for none."""
        return next((one.view.name for one in self.items if one.view.address == address), "")

    def names(self) -> list[str]:
        """All names."""
        return [one.view.name for one in self.items]

    def show_current(self, address: str) -> None:
        """The list shows another view."""
        if address != self.shown:
            self.shown = address
            if self.items:
                self.dataChanged.emit(self.index(0), self.index(len(self.items) - 1))

    # writing

    def save(self, name: str, address: str) -> None:
        """Keep a view under a name; one of the same name is replaced."""
        person = self._workspace.user
        self._write(lambda project: project.views.save(name, address, person))

    def rename(self, name: str, other: str) -> None:
        """Keep it under another name."""
        self._write(lambda project: project.views.rename(name, other))

    def remove(self, name: str) -> None:
        """Forget it."""
        self._write(lambda project: project.views.remove(name))

    # for Qt

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One a view."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Its name; with the count for readers of the screen."""
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return item.view.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{item.view.name}, {self.count_words(item)}"
        if role == Qt.ItemDataRole.ToolTipRole:
            author = self.tr("by {name}").format(name=item.view.author)
            return f"{item.view.name} · {author}\n{item.view.address}"
        return None

    def count_words(self, item: NamedView) -> str:
        """How many traces it has."""
        if item.count == -2:
            return self.tr("cannot be read")
        return figures.count(item.count) if item.count >= 0 else "…"

    def _show(self, items: Sequence[NamedView]) -> None:
        self.beginResetModel()
        self.items = list(items)
        self.endResetModel()

    def _counted(self, counts: dict[str, int]) -> None:
        self.items = [
            NamedView(one.view, counts.get(one.view.address, one.count)) for one in self.items
        ]
        if self.items:
            self.dataChanged.emit(self.index(0), self.index(len(self.items) - 1))

    def _write(self, change: Callable[["Project"], None]) -> None:
        project = self._workspace.project
        if project is not None:
            self._workspace.jobs.write(
                lambda _control: change(project),
                lambda _: self._workspace.changed(Changes.of("views"), _ORIGIN),
            )


def _counts(
    project: "Project", views: Sequence[SavedView], tags_by: str, me: str, control: JobControl
) -> dict[str, int]:
    found = {}
    for view in views:
        control.check()
        with project.interruptible(control.on_cancel):
            try:
                query: TraceQuery = read(view.address).query(tags_by=tags_by, me=me)
                found[view.address] = project.traces.count(query)
            except EvalDeskError:  # a name that is gone, or an address of a newer program
                found[view.address] = -2
    return found
