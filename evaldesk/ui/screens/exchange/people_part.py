"""My card, and the cards of others."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identifiers import now
from evaldesk.ui.screens.exchange.controller import ExchangeController, People
from evaldesk.ui.screens.exchange.models import WordsModel
from evaldesk.ui.screens.exchange.panes import RevokePane, TrustPane, words_label
from evaldesk.ui.theme.measure import px
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.cards import SignedCard
    from evaldesk.domain.trust import Trusted
    from evaldesk.services.projects.identities import OwnIdentity


class PeoplePart(QWidget):
    """Who I am to others, and whom this project trusts, as what and until when."""

    def __init__(
        self, workspace: Workspace, controller: ExchangeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._controller = workspace, controller
        self._mine: OwnIdentity | None = None
        self._trusted: tuple[Trusted, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self._me())
        column.addWidget(self._others(), 1)
        controller.people_read.connect(self._show)
        controller.card_read.connect(self._compare)

    def _me(self) -> Card:
        card = Card(self.tr("My card"))
        actions = self._workspace.actions
        self.mine = text_label("", wrap=True)
        self.words = words_label("")
        self.kept = text_label("", "muted", wrap=True)
        for label in (self.mine, self.words, self.kept):
            card.body.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.make_button = ActionButton(self.tr("Make my keys"), kind="primary")
        self.make_button.clicked.connect(self.make)
        self.copy_button = ActionButton(self.tr("Copy"), actions.keys("exchange.copy_card"))
        self.copy_button.setToolTip(actions.tooltip("exchange.copy_card"))
        self.copy_button.clicked.connect(self.copy)
        self.save_button = ActionButton(self.tr("Save…"), actions.keys("exchange.save_card"))
        self.save_button.setToolTip(actions.tooltip("exchange.save_card"))
        self.save_button.clicked.connect(self.save)
        for button in (self.make_button, self.copy_button, self.save_button):
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        return card

    def _others(self) -> Card:
        card = Card(self.tr("People that this project trusts"))
        actions = self._workspace.actions
        self.model = WordsModel(
            (
                self.tr("Name"),
                self.tr("Role"),
                self.tr("State"),
                self.tr("Until"),
                self.tr("Said by"),
                self.tr("Why"),
                self.tr("Words"),
            ),
            self,
        )
        self.table = Table(name=self.tr("People that this project trusts"))
        self.table.setSortingEnabled(False)
        self.table.setModel(self.model)
        for place, width in enumerate((140, 96, 96, 96, 110, 190)):
            self.table.setColumnWidth(place, px(width))
        self.table.chosen.connect(lambda _: self.retrust())
        self.nobody = text_label("", "muted", wrap=True)
        card.body.addWidget(self.nobody)
        card.body.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.add_button = ActionButton(
            self.tr("Read a card…"), actions.keys("exchange.add_card"), kind="primary"
        )
        self.add_button.clicked.connect(self.add)
        self.paste_button = ActionButton(
            self.tr("Paste a card"), actions.keys("exchange.paste_card")
        )
        self.paste_button.clicked.connect(self.paste)
        self.retrust_button = ActionButton(
            self.tr("Another role…"), actions.keys("exchange.retrust")
        )
        self.retrust_button.clicked.connect(self.retrust)
        self.revoke_button = ActionButton(
            self.tr("Revoke…"), actions.keys("exchange.revoke"), kind="danger"
        )
        self.revoke_button.clicked.connect(self.revoke)
        self._for_owners = (
            self.add_button,
            self.paste_button,
            self.retrust_button,
            self.revoke_button,
        )
        for button in self._for_owners:
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        return card

    # -- what a person does

    @property
    def current(self) -> "Trusted | None":
        """Whoever is chosen."""
        index: QModelIndex = self.table.currentIndex()
        found: Trusted | None = self.model.thing(index.row()) if index.isValid() else None
        return found

    def make(self) -> None:
        """Make keys for this person."""
        keys = self._workspace.keys
        if keys is not None:
            keys.make(lambda _: self._controller.read_people())

    def copy(self) -> None:
        """My card's line, to be pasted into a mail."""
        if self._mine is not None:
            QGuiApplication.clipboard().setText(self._mine.line)
            self._workspace.say(self.tr("Copied your card; it is public"))

    def save(self) -> None:
        """My card as a file."""
        mine = self._mine
        if mine is not None:
            self._workspace.prompts.ask_save_file(
                self.tr("Save my card"),
                f"{mine.name}.card",
                self.tr("EvalDesk cards (*.card)"),
                lambda path: self._controller.save_card(mine.name, path),
            )

    def add(self) -> None:
        """Somebody's card, from a file."""
        self._workspace.prompts.ask_open_file(
            self.tr("Read a card"),
            self.tr("EvalDesk cards (*.card)") + ";;" + self.tr("All files (*)"),
            lambda paths: self._controller.read_card(str(paths[0])),
        )

    def paste(self) -> None:
        """Somebody's card, from the clipboard."""
        text = QGuiApplication.clipboard().text().strip()
        if text.startswith("evaldesk-card:"):
            self._controller.read_card(text)
        else:
            self._workspace.say(
                self.tr("What was copied is no card; a card's line begins with evaldesk-card:")
            )

    def retrust(self) -> None:
        """Another role or date for whoever is chosen."""
        one = self.current
        if one is not None and self._workspace.may("owner"):
            self._compare(one.signed_card)

    def revoke(self) -> None:
        """Nothing more of whoever is chosen."""
        one = self.current
        if one is not None and one.state != "compromised":
            key = one.fingerprint
            RevokePane(
                self.window(),
                one,
                lambda reason, bad: self._controller.revoke(key, reason, bad),
            ).open()

    def _compare(self, card: "SignedCard") -> None:
        if self._workspace.project is None:
            self._workspace.say(self.tr("Open the project that is to trust this card first"))
            return
        if not self._workspace.may("owner"):
            self._workspace.say(self.tr("Only an owner of the project says whom it trusts"))
            return
        before = next(
            (one for one in self._trusted if one.fingerprint == card.card.fingerprint), None
        )
        TrustPane(
            self.window(),
            card,
            before,
            lambda role, name, reason, ends: self._controller.trust(card, role, name, reason, ends),
        ).open()

    # -- what comes back

    def _show(self, people: People) -> None:
        self._mine, self._trusted = people.mine, tuple(people.trusted)
        mine = people.mine
        self.make_button.setVisible(mine is None)
        for widget in (self.copy_button, self.save_button, self.words):
            widget.setVisible(mine is not None)
        if mine is None:
            self.mine.setText(
                self.tr(
                    "%1 has no keys yet. With keys you sign what you do, and only you can open "
                    "what is sent to you."
                ).replace("%1", self._workspace.user)
            )
            self.kept.setText("")
        else:
            self.mine.setText(
                self.tr("%1, since %2. These words stand for your key; read them to others:")
                .replace("%1", mine.name)
                .replace("%2", mine.created_at[:10])
            )
            self.words.setText(mine.words)
            where = (
                self.tr("The key lies in this system's keyring")
                if mine.where == "keyring"
                else self.tr("The key lies in a file sealed with your passphrase")
            )
            ends = (
                self.tr("expires on %1").replace("%1", mine.expires_at[:10])
                if mine.expires_at
                else self.tr("does not expire")
            )
            self.kept.setText(f"{where}; {ends}.")
        self._show_trusted()

    def _show_trusted(self) -> None:
        at = now()
        rows = []
        for one in self._trusted:
            state = one.state
            shown = {
                "trusted": self.tr("trusted"),
                "revoked": self.tr("revoked"),
                "compromised": self.tr("compromised"),
            }[state]
            if state == "trusted" and one.objection(at):
                shown = self.tr("expired")
            ends = min((end for end in (one.expires_at, one.card.expires_at) if end), default="")
            rows.append(
                (
                    one.name,
                    one.role,
                    shown,
                    ends[:10] or "–",
                    one.by,
                    one.reason,
                    words_of(one.fingerprint),
                )
            )
        self.model.show_rows(rows, self._trusted)
        project = self._workspace.project
        self.table.setVisible(bool(rows))
        self.nobody.setVisible(not rows)
        self.nobody.setText(
            self.tr(
                "Nobody yet. Have others send you their card, read it here, and compare its words "
                "with them. As long as no owner is among them, whoever opens the project is one."
            )
            if project is not None
            else self.tr("Trust belongs to a project: open one to see whom it trusts.")
        )
        for button in self._for_owners:
            button.setVisible(project is not None and self._workspace.may("owner"))
        if rows:
            self.table.select_row(0)
        self._chosen()

    def _chosen(self, *_: object) -> None:
        one = self.current
        self.retrust_button.setEnabled(one is not None)
        self.revoke_button.setEnabled(one is not None and one.state != "compromised")
