"""What the window shows of a project that is locked: its name, and a line for the passphrase."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from evaldesk.ui.theme.measure import fix_width
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label

WIDTH = 480


class UnlockPage(QWidget):
    """Asks for a passphrase or a recovery code. Holds nothing of the project.

    Signals:
        offered(path, text, then): try this.
        given_up(): another project, or none.
    """

    offered = Signal(object, str, object)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = Path()
        self._then: Callable[[], object] | None = None
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        column = QVBoxLayout()
        outer.addLayout(column)
        outer.addStretch(1)
        column.addStretch(2)
        self.card = Card()
        fix_width(self.card, WIDTH)
        self.card.body.setContentsMargins(24, 20, 24, 20)
        self.card.body.setSpacing(10)
        self.title = text_label("", "title", wrap=True)
        self.detail = text_label("", "muted", wrap=True)
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName(self.tr("Passphrase or recovery code"))
        self.field.setPlaceholderText(self.tr("Passphrase or recovery code"))
        self.field.setMaxLength(1000)
        self.shown = QCheckBox(self.tr("Show what I type"))
        self.shown.toggled.connect(self._show_typed)
        self.message = text_label("", "error", wrap=True)
        self.hint = text_label("", "muted", wrap=True)
        self.unlock_button = ActionButton(self.tr("Unlock"), kind="primary")
        self.other_button = ActionButton(self.tr("Another project"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.shown)
        row.addStretch(1)
        row.addWidget(self.other_button)
        row.addWidget(self.unlock_button)
        for widget in (self.title, self.detail, self.field, self.message, self.hint):
            self.card.body.addWidget(widget)
        self.card.body.addLayout(row)
        column.addWidget(self.card)
        column.addStretch(3)
        self.setFocusProxy(self.field)
        self.field.returnPressed.connect(self._offer)
        self.field.textChanged.connect(self._typed)
        self.unlock_button.clicked.connect(self._offer)
        self.other_button.clicked.connect(self.given_up)

    def ask(
        self, path: Path, then: Callable[[], object] | None, message: str = "", hint: str = ""
    ) -> None:
        """Ask for the key of a project.

        Args:
            then: called once it is open. message: what was wrong with what was offered before.
        """
        again = path == self._path and bool(message)
        self._path, self._then = path, then
        self.title.setText(self.tr("%1 is locked").replace("%1", path.stem))
        self.detail.setText(
            self.tr("It is encrypted. Type your passphrase, or the recovery code from your paper.")
        )
        if again:
            self.field.selectAll()
        else:
            self.field.clear()
            self.shown.setChecked(False)
        self._say(message, hint)
        self._enable(True)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Nothing that was typed stays."""
        self.field.clear()
        self.shown.setChecked(False)
        self._say("", "")
        self._enable(True)
        self._then = None

    def show_busy(self) -> None:
        """It is being tried."""
        self._enable(False)
        self._say("", self.tr("Unlocking…"))

    def _offer(self) -> None:
        if not self.unlock_button.isEnabled():
            return
        text = self.field.text()
        self.show_busy()
        self.offered.emit(self._path, text, self._then)

    def _typed(self) -> None:
        self._say("", "")
        self._enable(True)

    def _enable(self, ready: bool) -> None:
        self.field.setReadOnly(not ready)
        self.unlock_button.setEnabled(ready and bool(self.field.text()))

    def _show_typed(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)

    def _say(self, message: str, hint: str) -> None:
        for label, text in ((self.message, message), (self.hint, hint)):
            label.setText(text)
            label.setVisible(bool(text))
        self.field.setAccessibleDescription(f"{message} {hint}".strip())
