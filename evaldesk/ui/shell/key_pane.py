"""Asks how a project is to be opened from now on: whose key, and with what."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from evaldesk.credentials.keyring_probe import probe
from evaldesk.credentials.passphrase_strength import Strength, estimate
from evaldesk.domain.encryption import HolderKind
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.theme.measure import fix_height
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label

if TYPE_CHECKING:
    from evaldesk.services.projects.encryption import Lock

_MOST_BITS = 100


class KeyPane(Overlay):
    """A name, what opens the project, and a passphrase twice with an estimate of its strength.

    Args:
        then: gets the way that was chosen.
        holder: the name that stands there at first.
        known: what somebody would try first as a passphrase.
        named: whether the name can be changed.
    """

    def __init__(
        self,
        window: QWidget,
        title: str,
        detail: str,
        accept: str,
        then: "Callable[[Lock], object]",
        *,
        holder: str = "",
        known: Sequence[str] = (),
        named: bool = False,
    ) -> None:
        super().__init__(window, width=520)
        self._then = then
        self._known = tuple(known)
        self.frame.setAccessibleName(title)
        column = QVBoxLayout()
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(8)
        column.addWidget(text_label(title, "title", wrap=True))
        column.addWidget(text_label(detail, "muted", wrap=True))
        self.name = QLineEdit(holder)
        self.name.setAccessibleName(self.tr("Whose key it is"))
        name_label = text_label(self.tr("Whose key it is"), "small")
        for widget in (name_label, self.name):
            column.addWidget(widget)
            widget.setVisible(named)
        self._named = named
        column.addWidget(text_label(self.tr("What opens the project"), "small"))
        self.kinds: dict[HolderKind, QRadioButton] = {}
        self._group = QButtonGroup(self)
        works, why = probe()
        for kind, words in self._ways():
            radio = QRadioButton(words)
            radio.setEnabled(works or kind == "passphrase")
            radio.toggled.connect(self._check)
            self._group.addButton(radio)
            self.kinds[kind] = radio
            column.addWidget(radio)
        self.kinds["passphrase"].setChecked(True)
        if not works:
            no_keyring = self.tr("There is no keyring to use on this computer (%1).")
            column.addWidget(text_label(no_keyring.replace("%1", why), "muted", wrap=True))
        self.passphrase_label = text_label(self.tr("Passphrase"), "small")
        self.passphrase = self._line(self.tr("Passphrase"))
        self.again_label = text_label(self.tr("The same again"), "small")
        self.again = self._line(self.tr("The same passphrase again"))
        self.meter = QProgressBar()
        self.meter.setRange(0, _MOST_BITS)
        self.meter.setTextVisible(False)
        fix_height(self.meter, 6)
        self.meter.setAccessibleName(self.tr("Strength of the passphrase"))
        self.rating = text_label("", "muted", wrap=True)
        self.shown = QCheckBox(self.tr("Show what I type"))
        self.shown.toggled.connect(self._show_typed)
        self._passphrase_parts = (
            self.passphrase_label,
            self.passphrase,
            self.meter,
            self.rating,
            self.again_label,
            self.again,
            self.shown,
        )
        for part in self._passphrase_parts:
            column.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        cancel = ActionButton(self.tr("Cancel"))
        cancel.clicked.connect(self.close_overlay)
        self.accept_button = ActionButton(accept, kind="primary")
        self.accept_button.clicked.connect(self._accept)
        row.addWidget(cancel)
        row.addWidget(self.accept_button)
        column.addSpacing(4)
        column.addLayout(row)
        self.body.addLayout(column)
        for field in (self.name, self.passphrase, self.again):
            field.textChanged.connect(self._check)
        self.again.returnPressed.connect(self._accept)
        self.closed.connect(self._forget)
        self._check()

    def first_focus(self) -> QWidget:
        """What is still to be filled in."""
        return self.name if self._named and not self.name.text() else self.passphrase

    @property
    def kind(self) -> HolderKind:
        """What was chosen."""
        return next(kind for kind, radio in self.kinds.items() if radio.isChecked())

    def _ways(self) -> tuple[tuple[HolderKind, str], ...]:
        return (
            ("passphrase", self.tr("A passphrase")),
            ("keyring", self.tr("This computer’s keyring, while I am logged in")),
            ("both", self.tr("Both together: the passphrase, and only on this computer")),
        )

    def _line(self, name: str) -> QLineEdit:
        field = QLineEdit()
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setAccessibleName(name)
        field.setMaxLength(1000)
        return field

    def _strength(self) -> Strength:
        return estimate(self.passphrase.text(), (*self._known, self.name.text()))

    def _check(self) -> None:
        if not hasattr(self, "accept_button"):
            return  # still being built
        typed = self.kind != "keyring"
        changed = self.passphrase.isHidden() == typed
        for part in self._passphrase_parts:
            part.setVisible(typed)
        strength = self._strength()
        self.meter.setValue(min(_MOST_BITS, round(strength.bits)))
        self.rating.setText(self._rated(strength))
        same = self.passphrase.text() == self.again.text()
        if not same and self.again.text():
            self.rating.setText(self.tr("The two are not the same yet."))
        ready = bool(self.name.text().strip()) and (not typed or (strength.enough and same))
        self.accept_button.setEnabled(ready)
        if changed:
            self.place()

    def _rated(self, strength: Strength) -> str:
        if not self.passphrase.text():
            return self.tr("Four or five words that do not belong together are easy to type.")
        words = {
            "too weak": self.tr("Too weak"),
            "weak": self.tr("Weak"),
            "fair": self.tr("Fair"),
            "strong": self.tr("Strong"),
        }[strength.rating]
        guesses = self.tr("about 2^%1 guesses").replace("%1", f"{strength.bits:.0f}")
        return f"{words}: {guesses}. {strength.advice}".strip()

    def _show_typed(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        for field in (self.passphrase, self.again):
            field.setEchoMode(mode)

    def _accept(self) -> None:
        if not self.accept_button.isEnabled():
            return
        from evaldesk.services.projects.encryption import Lock

        kind = self.kind
        typed = "" if kind == "keyring" else self.passphrase.text()
        lock = Lock(self.name.text().strip(), kind, typed)
        then = self._then
        self.close_overlay()
        then(lock)

    def _forget(self) -> None:
        for field in (self.passphrase, self.again):
            field.clear()
        self.deleteLater()
