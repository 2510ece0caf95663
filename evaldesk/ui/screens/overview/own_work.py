"""The Overview of somebody who rates: their own items, and handing back."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from evaldesk.ui.theme.measure import fix_height, fix_width
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.figures import counted, local_time
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.packages.outgoing import OwnRound
    from evaldesk.services.packages.outgoing import OwnWork as Work

WIDTH = 620


class OwnWork(QWidget):
    """A card a round with how far it is, and what is to be done with it."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.setProperty("surface", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 16, 16, 16)
        outer.addStretch(1)
        column = QVBoxLayout()
        column.setSpacing(16)
        outer.addLayout(column)
        outer.addStretch(1)
        self._rounds = QVBoxLayout()
        self._rounds.setSpacing(16)
        column.addLayout(self._rounds)
        actions = workspace.actions
        self.nothing = text_label(
            self.tr("There is nothing for you to rate in this project."), "muted", wrap=True
        )
        column.addWidget(self.nothing)
        self.back_card = Card(self.tr("Hand back"))
        fix_width(self.back_card, WIDTH)
        self.from_whom = text_label("", wrap=True)
        self.back_button = ActionButton(self.tr("Hand back…"), actions.keys("project.hand_back"))
        self.back_button.clicked.connect(lambda: actions.trigger("project.hand_back"))
        self.back_card.body.addWidget(self.from_whom)
        self.back_card.body.addWidget(self.back_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.back_card)
        column.addStretch(1)
        self.rate_button = ActionButton(
            self.tr("Go on rating"), actions.keys("go.review"), kind="primary"
        )
        self.rate_button.clicked.connect(lambda: actions.trigger("go.review"))
        column.insertWidget(1, self.rate_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self.rate_button)

    def show_work(self, work: "Work") -> None:
        """How far everything is."""
        while self._rounds.count():
            item = self._rounds.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for one in work.rounds:
            self._rounds.addWidget(self._card(one))
        self.nothing.setVisible(not work.rounds)
        self.rate_button.setVisible(bool(work.rounds))
        self.back_card.setVisible(bool(work.sender))
        told = self.tr(
            "%1 sent you this, with the key of the words: %2. Hand back whenever you like, also "
            "more than once; each time everything goes that you did so far."
        )
        before = self.tr("Not handed back yet.")
        if work.returned:
            before = self.tr("Handed back last on %1.").replace("%1", local_time(work.returned[-1]))
        told = told.replace("%1", work.sender).replace("%2", work.words)
        self.from_whom.setText(f"{told}\n{before}")
        done = bool(work.rounds) and all(
            one.state.submitted + one.state.skipped >= one.items for one in work.rounds
        )
        self.back_button.setProperty("kind", "primary" if done else "")

    def _card(self, one: "OwnRound") -> Card:
        card = Card(one.name, one.rubric)
        fix_width(card, WIDTH)
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setRange(0, max(1, one.items))
        bar.setValue(one.state.submitted)
        bar.setAccessibleName(self.tr("Handed in"))
        fix_height(bar, 6)
        parts = [
            self.tr("%1 of %2 done")
            .replace("%1", f"{one.state.submitted:,}")
            .replace("%2", f"{one.items:,}")
        ]
        if one.state.drafts:
            parts.append(counted(one.state.drafts, self.tr("%1 draft"), self.tr("%1 drafts")))
        if one.state.skipped:
            parts.append(self.tr("%1 skipped").replace("%1", f"{one.state.skipped:,}"))
        card.body.addWidget(bar)
        card.body.addWidget(text_label(" · ".join(parts), "muted"))
        return card
