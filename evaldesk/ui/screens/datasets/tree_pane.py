"""The left side: datasets and their versions."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListView, QMenu, QPushButton, QVBoxLayout, QWidget

from evaldesk.domain.dataset import DatasetVersion
from evaldesk.ui.screens.datasets.delegates import TreeDelegate
from evaldesk.ui.screens.datasets.models import ROW, TreeModel, tree_rows
from evaldesk.ui.widgets.card import hairline, text_label


class TreePane(QWidget):
    """Which version is in sight.

    Signals:
        picked(version_pk): the person chose one.
        new_wanted(): the menu of what can be made is wanted.
    """

    picked = Signal(int)
    new_wanted = Signal()

    def __init__(self, new_tooltip: str) -> None:
        super().__init__()
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(190)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 8, 8)
        head.addWidget(text_label(self.tr("Datasets"), "heading"), 1)
        self.new_button = QPushButton(self.tr("New ▾"))
        self.new_button.setProperty("kind", "flat")
        self.new_button.setToolTip(new_tooltip)
        self.new_button.clicked.connect(self.new_wanted)
        head.addWidget(self.new_button)
        layout.addLayout(head)
        layout.addWidget(hairline())
        self.model = TreeModel(self)
        self.view = QListView()
        self.view.setModel(self.model)
        self.view.setItemDelegate(TreeDelegate(self.view))
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setAccessibleName(self.tr("Datasets and their versions"))
        self.view.selectionModel().currentChanged.connect(self._picked)
        layout.addWidget(self.view, 1)

    def show_versions(
        self, versions: "list[DatasetVersion]", current: int, drafted: set[int]
    ) -> None:
        """Other versions; one of them is in sight."""
        with QSignalBlocker(self.view.selectionModel()):
            self.model.show_rows(tree_rows(versions), drafted)
            place = self.model.place(current)
            self.view.setCurrentIndex(self.model.index(place) if place >= 0 else QModelIndex())
        if place >= 0:
            self.view.scrollTo(self.model.index(place))
        self.view.viewport().update()

    def step(self, by: int) -> None:
        """The version before or after."""
        place = self.view.currentIndex().row()
        while 0 <= (place := place + by) < self.model.rowCount():
            if self.model.rows[place].version is not None:
                self.view.setCurrentIndex(self.model.index(place))
                return

    def open_menu(self, menu: QMenu) -> None:
        """Show a menu below the button."""
        menu.popup(self.new_button.mapToGlobal(self.new_button.rect().bottomLeft()))

    def _picked(self, index: QModelIndex) -> None:
        row = index.data(ROW) if index.isValid() else None
        if row is not None and row.version is not None:
            self.picked.emit(row.version.pk)
