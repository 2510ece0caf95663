"""How facets, list and trace share the Traces screen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from evaldesk.ui.screens.traces.facet_list import FacetColumn
from evaldesk.ui.screens.traces.facet_model import FacetModel
from evaldesk.ui.screens.traces.list_pane import ListPane
from evaldesk.ui.screens.traces.marks import MarksPanel
from evaldesk.ui.screens.traces.panels import SiblingStrip
from evaldesk.ui.screens.traces.views_panel import ViewsPanel
from evaldesk.ui.widgets.card import hairline, pane
from evaldesk.ui.widgets.trace_view import TracePane
from evaldesk.ui.workspace import Workspace

_COLUMN = 210
"""Of a trace that stands beside others, at least so many pixels are wanted."""
_FACETS, _BESIDE = "traces.facets", "traces.beside"


class Panes(QSplitter):
    """Views, facets and marks at the left; the list; the trace beside or below it.

    Attributes:
        facet_panel: what stands at the left. facet_column: the facets in it.
        reading: list and trace.
    """

    def __init__(
        self,
        workspace: Workspace,
        facets: FacetModel,
        views: ViewsPanel,
        marks: MarksPanel,
        listing: ListPane,
        strip: SiblingStrip,
        trace: TracePane,
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._settings = workspace.settings
        self._views = views
        self._listing = listing
        self._alone: list[int] = []  # list and one trace, while several stand there
        self.facet_column = FacetColumn(facets, workspace.tokens, workspace.settings)
        self.facet_panel = pane()
        _stacked(self.facet_panel, views, self.facet_column, marks, top=4, wide=self.facet_column)
        right = QWidget()
        _stacked(right, strip, hairline(), trace, wide=trace)
        self.reading = QSplitter(Qt.Orientation.Horizontal)
        self.reading.setChildrenCollapsible(False)
        self.reading.addWidget(listing)
        self.reading.addWidget(right)
        listing.setMinimumWidth(280)
        right.setMinimumWidth(320)
        self.set_beside(bool(self._settings.get(_BESIDE, True)))
        self.setChildrenCollapsible(False)
        self.addWidget(self.facet_panel)
        # Once it has a parent, or it is a window of its own for a moment.
        self.facet_panel.setVisible(bool(self._settings.get(_FACETS, True)))
        self.addWidget(self.reading)
        self.facet_panel.setMinimumWidth(150)
        self.setSizes([208, 1100])
        self.setStretchFactor(1, 1)

    def set_beside(self, beside: bool) -> None:
        """The trace beside the list, or below it."""
        self.reading.setOrientation(
            Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        )
        self.reading.setSizes([560, 640] if beside else [260, 540])

    def toggle_layout(self) -> None:
        """The trace where it was not."""
        beside = self.reading.orientation() == Qt.Orientation.Horizontal
        self.set_beside(not beside)
        self._settings.put(_BESIDE, not beside)

    def toggle_facets(self) -> None:
        """Show or hide the facets."""
        self.facet_panel.setVisible(self.facet_panel.isHidden())
        self._settings.put(_FACETS, not self.facet_panel.isHidden())

    def go_to_facets(self) -> None:
        """Give the keys to the facets."""
        if self.facet_panel.isHidden():
            self.toggle_facets()
        self.facet_column.focus_list()

    def go_to_views(self) -> None:
        """Give the keys to the saved views."""
        if self.facet_panel.isHidden():
            self.toggle_facets()
        self._views.focus_list()

    def make_room(self, columns: int) -> None:
        """Several traces need the room more than facets and list do; alone, one has those back."""
        kept = bool(self._settings.get(_FACETS, True))
        beside = self.reading.orientation() == Qt.Orientation.Horizontal
        wanted = columns * _COLUMN if columns > 1 else 0
        list_room = self._listing.minimumWidth() if beside else 0
        facet_room = self.facet_panel.minimumWidth()
        self._listing.setVisible(not beside or wanted + list_room <= self.width())
        self.facet_panel.setVisible(
            kept and (not wanted or wanted + list_room + facet_room <= self.width())
        )
        if wanted and beside:
            width = sum(self.reading.sizes())
            share = 0.66 if columns == 2 else 0.78
            if self.reading.sizes()[1] < width * (share - 0.06):
                self._alone = self._alone or self.reading.sizes()
                self.reading.setSizes([int(width * (1 - share)), int(width * share)])
        elif not wanted and self._alone:
            self.reading.setSizes(self._alone)
            self._alone = []


def _stacked(host: QWidget, *widgets: QWidget, wide: QWidget, top: int = 0) -> None:
    column = QVBoxLayout(host)
    column.setContentsMargins(0, top, 0, 0)
    column.setSpacing(0)
    for widget in widgets:
        column.addWidget(widget, 1 if widget is wide else 0)
