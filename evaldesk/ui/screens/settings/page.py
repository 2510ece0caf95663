"""What a person prefers, and what this program is."""

import platform
from typing import Any

from PySide6 import __version__ as pyside_version
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from evaldesk import __version__
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.screens.settings.keys_card import KeysCard
from evaldesk.ui.screens.settings.look_card import LookCard
from evaldesk.ui.screens.settings.reviewing_card import ReviewingCard
from evaldesk.ui.screens.settings.security_card import SecurityCard
from evaldesk.ui.theme.measure import fix_width, px, sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, pane, text_label
from evaldesk.ui.workspace import Workspace

WIDTH = 720


class SettingsPage(Screen):
    """Name, look, keys, recent projects, and about. Everything holds at once; nothing is saved by
    a button.
    """

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        inner = pane("bg")
        outer = QHBoxLayout(inner)
        outer.setContentsMargins(16, 16, 16, 16)
        column = QVBoxLayout()
        column.setSpacing(16)
        self.look = LookCard(workspace)
        self.keys = KeysCard(workspace)
        self.security = SecurityCard(workspace)
        self.reviewing = ReviewingCard(workspace)
        for card in (
            self._you(),
            self.security,
            self.look,
            self.reviewing,
            self.keys,
            self._projects(),
            self._about(),
        ):
            fix_width(card, WIDTH)
            column.addWidget(card)
        column.addStretch(1)
        outer.addLayout(column)
        outer.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inner)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scroll)
        workspace.user_changed.connect(self._show_user)

    def opened(self, **place: Any) -> None:
        """Other places of the window may have changed what is shown here."""
        self._show_user(self.workspace.user)
        self.look.show_chosen()
        self.security.show_state()
        self.reviewing.show_kept()
        self._show_recents()

    def left(self) -> None:
        """A name that is still being typed counts."""
        self._name_given()

    def _you(self) -> Card:
        card = Card(self.tr("You"))
        self.name = QLineEdit(self.workspace.user)
        sized(self.name, lambda it: it.setMaximumWidth(px(320)))
        self.name.setAccessibleName(self.tr("Your name"))
        self.name.editingFinished.connect(self._name_given)
        card.body.addWidget(text_label(self.tr("Your name"), "small"))
        card.body.addWidget(self.name)
        card.body.addWidget(
            text_label(
                self.tr(
                    "Ratings, rulings and imports are kept under this name. What was kept under "
                    "another name stays there."
                ),
                "muted",
                wrap=True,
            )
        )
        return card

    def _projects(self) -> Card:
        card = Card(self.tr("Recent projects"))
        self.recents = text_label("", "muted", wrap=True)
        self.forget = ActionButton(self.tr("Forget them"))
        self.forget.clicked.connect(self._forget)
        card.body.addWidget(self.recents)
        card.body.addWidget(self.forget, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _about(self) -> Card:
        card = Card(self.tr("About"))
        facts = (
            (self.tr("EvalDesk"), __version__),
            (
                self.tr("Licence"),
                self.tr("GPL-3.0 or later; fonts Inter and JetBrains Mono, OFL-1.1"),
            ),
            (self.tr("Runs on"), f"Python {platform.python_version()}, PySide6 {pyside_version}"),
            (
                self.tr("Network"),
                self.tr("Nothing here opens a connection; no account, no telemetry"),
            ),
            (self.tr("Preferences"), str(self.workspace.settings.path)),
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for line, (name, value) in enumerate(facts):
            shown = text_label(value, wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(text_label(name, "muted"), line, 0)
            grid.addWidget(shown, line, 1)
        card.body.addLayout(grid)
        copy = ActionButton(self.tr("Copy these"))
        copy.clicked.connect(
            lambda: self._copy("\n".join(f"{name}: {value}" for name, value in facts))
        )
        card.body.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)
        return card

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.workspace.say(self.tr("Copied"))

    def _name_given(self) -> None:
        name = " ".join(self.name.text().split())
        if name and name != self.workspace.user:
            self.workspace.set_user(name)
        elif not name:
            self.name.setText(self.workspace.user)

    def _show_user(self, name: str) -> None:
        if not self.name.hasFocus():
            self.name.setText(name)

    def _show_recents(self) -> None:
        recents = self.workspace.settings.recents
        self.recents.setText("\n".join(recents) if recents else self.tr("None."))
        self.forget.setEnabled(bool(recents))

    def _forget(self) -> None:
        self.workspace.settings.forget_projects()
        self._show_recents()
