"""The Compare screen."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace


class ComparePage(Screen):
    """Two runs beside each other."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.empty = EmptyState(
            self.tr("Two runs are compared here"),
            self.tr("A comparison needs two runs over the same scenarios."),
        )
        self.empty.add_action(
            self.tr("Import files"), lambda: workspace.navigate("import"), primary=True
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.empty)
