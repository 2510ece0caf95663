"""Light or dark, the size of type, and how close rows stand."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QComboBox, QGridLayout, QHBoxLayout, QLabel, QWidget

from evaldesk.settings.store import Theme
from evaldesk.ui.theme.measure import BASE, SIZES
from evaldesk.ui.theme.scripts import scripts_text
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.workspace import Workspace


class LookCard(Card):
    """Everything holds at once, and for every project."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._workspace = workspace
        self.setAccessibleName(self.tr("Look"))
        self.body.addWidget(text_label(self.tr("Look"), "heading"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self.themes: dict[Theme, ActionButton] = {}
        choices: tuple[tuple[Theme, str], ...] = (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        )
        for theme, text in choices:
            self.themes[theme] = ActionButton(text, kind="choice")
        self._row(
            self.tr("Colours"),
            [
                (button, partial(workspace.choose_theme, theme))
                for theme, button in self.themes.items()
            ],
        )
        self.interface = self._sizes(self.tr("Type of the interface"), "interface_size")
        self.payload = self._sizes(self.tr("Type of what is read"), "payload_size")
        self.densities = {
            "comfortable": ActionButton(self.tr("Comfortable"), kind="choice"),
            "compact": ActionButton(self.tr("Compact"), kind="choice"),
        }
        self._row(
            self.tr("Rows"),
            [
                (button, partial(workspace.choose_sizes, density=name))
                for name, button in self.densities.items()
            ],
        )
        self.hint = text_label("", "muted", wrap=True)
        self.body.addWidget(self.hint)
        self.scripts = text_label(scripts_text(), "muted", wrap=True)
        self.body.addWidget(self.scripts)
        workspace.theme_changed.connect(self.show_chosen)
        workspace.actions.keys_changed.connect(self.show_chosen)
        self.show_chosen()

    def show_chosen(self) -> None:
        """What holds now, wherever it was chosen."""
        measure = self._workspace.tokens.measure
        self.themes[self._workspace.settings.theme].setChecked(True)
        self.densities["compact" if measure.compact else "comfortable"].setChecked(True)
        self.interface.setCurrentIndex(SIZES.index(measure.interface))
        self.payload.setCurrentIndex(SIZES.index(measure.payload))
        keys = self._workspace.actions.keys
        self.hint.setText(
            self.tr(
                "{larger} and {smaller} change both sizes anywhere, {usual} sets them back."
            ).format(
                larger=keys("app.larger"),
                smaller=keys("app.smaller"),
                usual=keys("app.usual_size"),
            )
        )

    def _row(self, label: str, buttons: list[tuple[ActionButton, Callable[[], object]]]) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        group = QButtonGroup(self)
        group.setExclusive(True)
        for button, run in buttons:
            button.setAccessibleName(f"{label}: {button.text()}")
            group.addButton(button)
            button.clicked.connect(lambda _=False, run=run: run())
            row.addWidget(button)
        row.addStretch(1)
        line = self._label(label)
        self._grid.addLayout(row, line, 1)

    def _sizes(self, label: str, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(label)
        for size in SIZES:
            usual = " " + self.tr("(usual)") if size == BASE else ""
            box.addItem(self.tr("{n} pixels").format(n=size) + usual)
        box.activated.connect(lambda index: self._workspace.choose_sizes(**{name: SIZES[index]}))
        row = QHBoxLayout()
        row.addWidget(box)
        row.addStretch(1)
        line = self._label(label, box)
        self._grid.addLayout(row, line, 1)
        return box

    def _label(self, text: str, buddy: QWidget | None = None) -> int:
        line = self._grid.rowCount()
        label: QLabel = text_label(text, "muted")
        if buddy is not None:
            label.setBuddy(buddy)
        self._grid.addWidget(label, line, 0)
        return line
