"""How the open project lies on the disk, who can open it, and when it is locked."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.domain.encryption import KeyHolder
from evaldesk.domain.errors import EvalDeskError
from evaldesk.settings.security import CLIPBOARD, CLIPBOARD_SECONDS, LOCK_AFTER, LOCK_MINUTES
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.workspace import Workspace


class SecurityCard(Card):
    """State, key-holders and locking. The window does what the buttons ask for."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Security of the project"), parent=parent)
        self._workspace = workspace
        self.state = text_label("", wrap=True)
        self.body.addWidget(self.state)
        self._holders = QVBoxLayout()
        self._holders.setSpacing(4)
        self.body.addLayout(self._holders)
        vault = workspace.vault
        self.encrypt_button = ActionButton(self.tr("Encrypt this project…"))
        self.passphrase_button = ActionButton(self.tr("Change what opens it for me…"))
        self.add_button = ActionButton(self.tr("Add a key-holder…"))
        self.card_button = ActionButton(self.tr("Add one by card…"))
        self.code_button = ActionButton(self.tr("New recovery code…"))
        self.decrypt_button = ActionButton(self.tr("Decrypt…"))
        self.lock_button = ActionButton(self.tr("Lock now"), workspace.actions.keys("project.lock"))
        self._protected = (
            self.passphrase_button,
            self.add_button,
            self.card_button,
            self.code_button,
            self.decrypt_button,
            self.lock_button,
        )
        if vault is not None:
            self.encrypt_button.clicked.connect(lambda: vault.encrypt())
            self.passphrase_button.clicked.connect(lambda: vault.change_passphrase())
            self.add_button.clicked.connect(lambda: vault.add_holder())
            self.card_button.clicked.connect(lambda: vault.add_card())
            self.code_button.clicked.connect(lambda: vault.new_code())
            self.decrypt_button.clicked.connect(lambda: vault.decrypt())
            self.lock_button.clicked.connect(lambda: vault.lock())
            vault.holders_changed.connect(self.show_state)
        for row in (
            (self.encrypt_button, self.passphrase_button, self.add_button, self.card_button),
            (self.code_button, self.decrypt_button, self.lock_button),
        ):
            line = QHBoxLayout()
            line.setSpacing(8)
            for button in row:
                line.addWidget(button)
            line.addStretch(1)
            self.body.addLayout(line)
        self._add_choices()
        workspace.project_opened.connect(self.show_state)
        workspace.project_closed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Look again."""
        project = self._workspace.project
        encrypted = project is not None and project.encrypted
        self.encrypt_button.setVisible(project is not None and not encrypted)
        for button in self._protected:
            button.setVisible(encrypted)
        if project is None:
            self.state.setText(self.tr("No project is open."))
        elif encrypted:
            self.state.setText(
                self.tr("“%1” is encrypted as a whole. These people can open it:").replace(
                    "%1", project.path.stem
                )
            )
        else:
            self.state.setText(
                self.tr(
                    "“%1” is not encrypted: whoever gets hold of the file can read it."
                ).replace("%1", project.path.stem)
            )
        self._show_holders(self._read() if encrypted else ())

    def _read(self) -> tuple[KeyHolder, ...]:
        project = self._workspace.project
        if project is None:
            return ()
        from evaldesk.services.projects.encryption import holders

        try:
            return holders(project.path)  # one small file
        except EvalDeskError as error:
            self.state.setText(f"{error.message} {error.hint}")
            return ()

    def _show_holders(self, holders: tuple[KeyHolder, ...]) -> None:
        while self._holders.count():
            item = self._holders.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for holder in holders:
            row = QWidget()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(8)
            line.addWidget(text_label(holder.name))
            since = self.tr("%1, since %2").replace("%1", self._kind(holder))
            line.addWidget(text_label(since.replace("%2", holder.since[:10]), "muted"))
            line.addStretch(1)
            if len(holders) > 1:
                remove = ActionButton(self.tr("Remove…"), kind="flat")
                remove.setAccessibleName(self.tr("Remove %1").replace("%1", holder.name))
                remove.clicked.connect(partial(self._remove, holder))
                line.addWidget(remove)
            self._holders.addWidget(row)

    def _remove(self, holder: KeyHolder) -> None:
        if self._workspace.vault is not None:
            self._workspace.vault.remove_holder(holder)

    def _kind(self, holder: KeyHolder) -> str:
        return {
            "passphrase": self.tr("with a passphrase"),
            "keyring": self.tr("with the keyring of their computer"),
            "both": self.tr("with a passphrase, on their computer only"),
            "card": self.tr("with the key of their card"),
        }[holder.kind]

    def _add_choices(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(2, 1)
        settings = self._workspace.settings
        vault = self._workspace.vault

        def idle(minutes: int) -> None:
            settings.put(LOCK_AFTER, minutes)
            if vault is not None:
                vault.idle_changed()

        self.idle = self._choice(
            self.tr("Lock an encrypted project after"),
            (
                (0, self.tr("never")),
                (2, self.tr("2 minutes")),
                (5, self.tr("5 minutes")),
                (10, self.tr("10 minutes")),
                (30, self.tr("30 minutes")),
                (60, self.tr("1 hour")),
            ),
            settings.get(LOCK_AFTER, LOCK_MINUTES),
            idle,
        )
        self.clipboard = self._choice(
            self.tr("Take back what was copied from it after"),
            (
                (0, self.tr("never")),
                (30, self.tr("30 seconds")),
                (60, self.tr("1 minute")),
                (300, self.tr("5 minutes")),
            ),
            settings.get(CLIPBOARD, CLIPBOARD_SECONDS),
            lambda seconds: settings.put(CLIPBOARD, seconds),
        )
        for line, box in enumerate((self.idle, self.clipboard)):
            grid.addWidget(text_label(box.accessibleName(), "muted"), line, 0)
            grid.addWidget(box, line, 1)
        self.body.addSpacing(4)
        self.body.addLayout(grid)
        hears = vault is not None and vault.watch.hears_session
        self.body.addWidget(
            text_label(
                self.tr(
                    "It is also locked when the computer goes to sleep and when its screen is "
                    "locked."
                )
                if hears
                else self.tr(
                    "This system does not tell programs when it goes to sleep or its screen is "
                    "locked: lock the project before you leave."
                ),
                "muted",
                wrap=True,
            )
        )

    def _choice(
        self,
        name: str,
        options: Sequence[tuple[int, str]],
        chosen: object,
        then: Callable[[int], object],
    ) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        for value, words in options:
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.activated.connect(lambda _: then(box.currentData()))
        return box
