"""The adjudicate screen."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace


class AdjudicatePage(Screen):
    """Disagreements, the board, rulings."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        layout = QVBoxLayout(self)
        layout.addWidget(EmptyState(self.tr("Reading the ratings …")))
