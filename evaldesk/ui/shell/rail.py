"""The way from screen to screen, at the left edge."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from evaldesk.ui.screens.registry import ScreenSpec
from evaldesk.ui.theme.icons import rail_icon
from evaldesk.ui.theme.measure import fix_height, fix_width
from evaldesk.ui.workspace import Workspace

WIDTH = 64
ICON = 20


class Rail(QWidget):
    """A button a screen.

    Signals:
        chosen(screen_id).
    """

    chosen = Signal(str)

    def __init__(
        self, workspace: Workspace, specs: Sequence[ScreenSpec], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        fix_width(self, WIDTH)
        self.setAccessibleName(self.tr("Screens"))
        self._workspace = workspace
        self._specs = {spec.id: spec for spec in specs}
        self._buttons: dict[str, QToolButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 10, 4, 8)
        column.setSpacing(4)
        for spec in specs:
            if spec.rail == "top":
                column.addWidget(self._button(spec))
        column.addStretch(1)
        for spec in specs:
            if spec.rail == "bottom":
                column.addWidget(self._button(spec))
        workspace.theme_changed.connect(self._draw_icons)
        self._draw_icons()

    def show_screen(self, screen_id: str) -> None:
        """Mark where the person is; a screen without a button leaves none marked."""
        spec = self._specs.get(screen_id)
        button = self._buttons.get((spec.rail_as if spec is not None else "") or screen_id)
        if button is not None:
            button.setChecked(True)
            return
        checked = self._group.checkedButton()
        if checked is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def show_project(self, is_open: bool) -> None:
        """Screens that need a project can be gone to only with one."""
        for screen_id, button in self._buttons.items():
            spec = self._specs[screen_id]
            able = is_open or not spec.needs_project
            button.setVisible(self._workspace.may(spec.least))
            button.setEnabled(able)
            tip = self._workspace.actions.tooltip(f"go.{screen_id}")
            button.setToolTip(tip if able else self.tr("Open a project first"))

    def _button(self, spec: ScreenSpec) -> QToolButton:
        button = QToolButton()
        title = QCoreApplication.translate("Screens", spec.title)
        button.setText(title)
        button.setAccessibleName(title)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(ICON, ICON))
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        fix_height(button, 48)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked=False, where=spec.id: self.chosen.emit(where))
        self._group.addButton(button)
        self._buttons[spec.id] = button
        return button

    def _draw_icons(self) -> None:
        for screen_id, button in self._buttons.items():
            icon = self._specs[screen_id].icon
            button.setIcon(rail_icon(icon, self._workspace.tokens, ICON))
