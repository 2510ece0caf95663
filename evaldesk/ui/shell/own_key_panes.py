"""Asks for what opens a person's own keys, and how new ones are to be kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from evaldesk.credentials.keyring_probe import probe
from evaldesk.credentials.passphrase_strength import estimate
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label

DAYS = (0, 365, 730)


@dataclass(frozen=True, slots=True)
class NewKeys:
    """How new keys are to be kept.

    Attributes:
        days: until they expire; 0 for never. in_file: sealed with the passphrase, no keyring.
    """

    name: str
    days: int
    in_file: bool
    passphrase: str = field(default="", repr=False)


class _Pane(Overlay):
    """Title, words, fields, what is wrong, and two buttons."""

    def __init__(self, window: QWidget, title: str, detail: str, accept: str, dismiss: str) -> None:
        super().__init__(window, width=500)
        self.frame.setAccessibleName(title)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(8)
        self.column.addWidget(text_label(title, "title", wrap=True))
        self.column.addWidget(text_label(detail, "muted", wrap=True))
        self.message = text_label("", "error", wrap=True)
        self.message.hide()
        self.dismiss_button = ActionButton(dismiss)
        self.dismiss_button.clicked.connect(self.close_overlay)
        self.accept_button = ActionButton(accept, kind="primary")
        self.accept_button.clicked.connect(self._accept)
        self.body.addLayout(self.column)

    def _finish(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.dismiss_button)
        row.addWidget(self.accept_button)
        self.column.addWidget(self.message)
        self.column.addSpacing(4)
        self.column.addLayout(row)

    def say(self, text: str) -> None:
        """What was wrong, or what is being done."""
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.place()

    def _secret(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setEchoMode(QLineEdit.EchoMode.Password)
        line.setAccessibleName(name)
        line.setMaxLength(1000)
        return line

    def _accept(self) -> None:
        raise NotImplementedError


class UnlockKeysPane(_Pane):
    """A line for the passphrase of one's own keys.

    Args:
        offered: gets what was typed; whoever tries it calls `close_overlay` or `refuse`.
    """

    def __init__(
        self,
        window: QWidget,
        name: str,
        what: str,
        offered: Callable[[str], object],
    ) -> None:
        super().__init__(
            window,
            window.tr("Your key, %1").replace("%1", name),
            what,
            window.tr("Unlock"),
            window.tr("Not now"),
        )
        self._offered = offered
        self.passphrase = self._secret(self.tr("Passphrase of your key"))
        self.passphrase.setPlaceholderText(self.tr("Passphrase"))
        self.passphrase.returnPressed.connect(self._accept)
        self.passphrase.textChanged.connect(lambda _: self._check())
        self.column.addWidget(self.passphrase)
        self._finish()
        self._check()
        self.closed.connect(self._closed)

    def first_focus(self) -> QWidget:
        """The line."""
        return self.passphrase

    def refuse(self, words: str) -> None:
        """It was not the right one."""
        self.passphrase.setReadOnly(False)
        self.passphrase.selectAll()
        self.say(words)
        self._check()

    def _check(self) -> None:
        typed = bool(self.passphrase.text()) and not self.passphrase.isReadOnly()
        self.accept_button.setEnabled(typed)

    def _accept(self) -> None:
        if self.accept_button.isEnabled():
            self.passphrase.setReadOnly(True)
            self._check()
            self.say("")
            self._offered(self.passphrase.text())

    def _closed(self) -> None:
        self.passphrase.clear()
        self.deleteLater()


class MakeKeysPane(_Pane):
    """Makes a person's keys: how long they hold, and what they are kept with."""

    def __init__(
        self, window: QWidget, name: str, then: Callable[[NewKeys], object], known: Sequence[str]
    ) -> None:
        made = window.tr("Make my keys")
        super().__init__(
            window,
            made,
            window.tr(
                "With them you sign what you do, and only you can open what is sent to you. Others "
                "get your card, which is public; the keys themselves never leave this computer.",
            ),
            made,
            window.tr("Cancel"),
        )
        self._then, self._known = then, tuple(known)
        self.name = QLineEdit(name)
        self.name.setAccessibleName(self.tr("Your name"))
        self.until = QComboBox()
        self.until.setAccessibleName(self.tr("They expire"))
        for days, words in zip(
            DAYS, (self.tr("never"), self.tr("in a year"), self.tr("in two years")), strict=True
        ):
            self.until.addItem(words, days)
        self.in_file = QCheckBox(self.tr("Seal them in a file with a passphrase"))
        works, why = probe()
        kept = self.tr("They are kept in this system's keyring.")
        if not works:
            kept = self.tr("There is no keyring on this computer (%1).").replace("%1", why)
            self.in_file.setChecked(True)
            self.in_file.setEnabled(False)
        self.passphrase = self._secret(self.tr("Passphrase"))
        self.again = self._secret(self.tr("The same passphrase again"))
        self.passphrase.setPlaceholderText(self.tr("Passphrase"))
        self.again.setPlaceholderText(self.tr("The same again"))
        self.rating = text_label("", "muted", wrap=True)
        for widget in (
            text_label(self.tr("Your name, as others know you"), "small"),
            self.name,
            text_label(self.tr("They expire"), "small"),
            self.until,
            text_label(kept, "muted", wrap=True),
            self.in_file,
            self.passphrase,
            self.again,
            self.rating,
        ):
            self.column.addWidget(widget)
        self._finish()
        self.in_file.toggled.connect(lambda _: self._check())
        for line in (self.name, self.passphrase, self.again):
            line.textChanged.connect(lambda _: self._check())
            line.returnPressed.connect(self._accept)
        self.closed.connect(self._forget)
        self._check()

    def first_focus(self) -> QWidget:
        """What is still to be filled in."""
        if self.name.text() and self.in_file.isChecked():
            return self.passphrase
        return self.name if not self.name.text() else self.accept_button

    def _check(self) -> None:
        sealed = self.in_file.isChecked()
        changed = self.passphrase.isHidden() == sealed
        for widget in (self.passphrase, self.again, self.rating):
            widget.setVisible(sealed)
        strength = estimate(self.passphrase.text(), (*self._known, self.name.text()))
        same = self.passphrase.text() == self.again.text()
        words = self.tr("Four or five words that do not belong together are easy to type.")
        if self.passphrase.text():
            words = strength.advice if not strength.enough else ""
        if self.again.text() and not same:
            words = self.tr("The two are not the same yet.")
        self.rating.setText(words)
        ready = not sealed or (strength.enough and same)
        self.accept_button.setEnabled(ready and bool(self.name.text().strip()))
        if changed:
            self.place()

    def _accept(self) -> None:
        if not self.accept_button.isEnabled():
            return
        sealed = self.in_file.isChecked()
        wanted = NewKeys(
            self.name.text().strip(),
            int(self.until.currentData()),
            sealed,
            self.passphrase.text() if sealed else "",
        )
        then = self._then
        self.close_overlay()
        then(wanted)

    def _forget(self) -> None:
        self.passphrase.clear()
        self.again.clear()
        self.deleteLater()
