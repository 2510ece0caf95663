"""Questions of the Exchange screen, in panes above the window."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identity import ROLES, Role
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.theme.apply import mono
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.figures import counted, local_time

if TYPE_CHECKING:
    from evaldesk.domain.cards import SignedCard
    from evaldesk.domain.exchange import Conflict
    from evaldesk.domain.trust import Trusted
    from evaldesk.ui.screens.exchange.controller import Preview

_EXAMPLES = 6
_MENTIONS = 5


class _Asking(Overlay):
    """A title, fields, and two buttons."""

    def __init__(self, window: QWidget, title: str, accept: str, *, danger: bool = False) -> None:
        super().__init__(window, width=560)
        self.frame.setAccessibleName(title)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(8)
        self.column.addWidget(text_label(title, "title", wrap=True))
        self.cancel_button = ActionButton(window.tr("Cancel"))
        self.cancel_button.clicked.connect(self.close_overlay)
        self.accept_button = ActionButton(accept, kind="danger" if danger else "primary")
        self.accept_button.clicked.connect(self._accept)
        self.body.addLayout(self.column)
        self.closed.connect(self.deleteLater)

    def _finish(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.accept_button)
        self.column.addSpacing(4)
        self.column.addLayout(row)

    def _labelled(self, name: str, widget: QWidget) -> None:
        self.column.addWidget(text_label(name, "small"))
        widget.setAccessibleName(name)
        self.column.addWidget(widget)

    def _line(self, name: str, value: str = "") -> QLineEdit:
        line = QLineEdit(value)
        line.returnPressed.connect(self._accept)
        self._labelled(name, line)
        return line

    def _accept(self) -> None:
        raise NotImplementedError


def words_label(words: str) -> QLabel:
    """The words of a fingerprint, to be read out."""
    label = text_label(words, wrap=True)
    label.setFont(mono())
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setAccessibleName(words)
    return label


class TrustPane(_Asking):
    """Somebody's card: its words to compare, and what its owner may do here.

    Args:
        before: how the key stands, where it is known.
        then: gets role, name, reason and until when (ISO 8601).
    """

    def __init__(
        self,
        window: QWidget,
        card: "SignedCard",
        before: "Trusted | None",
        then: Callable[[Role, str, str, str], object],
    ) -> None:
        who = card.card.name
        title = window.tr("Trust %1?").replace("%1", who)
        super().__init__(window, title, window.tr("Trust"))
        self._then = then
        asked = self.tr(
            "A card proves that its owner has the keys, not who they are. Call %1 and have these "
            "words read to you:"
        )
        self.column.addWidget(text_label(asked.replace("%1", who), "muted", wrap=True))
        self.column.addWidget(words_label(words_of(card.card.fingerprint)))
        ends = card.card.expires_at
        made = self.tr("Card made on %1").replace("%1", card.card.created_at[:10])
        if ends:
            made += ", " + self.tr("holds until %1").replace("%1", ends[:10])
        if before is not None:
            made += ". " + self.tr("This key is known here: %1, %2.").replace(
                "%1", before.role
            ).replace("%2", before.state)
        self.column.addWidget(text_label(made, "muted", wrap=True))
        self.compared = QCheckBox(self.tr("I have compared the words with %1").replace("%1", who))
        self.compared.toggled.connect(self._check)
        self.column.addWidget(self.compared)
        self.name = self._line(
            self.tr("Name in this project, as ratings are kept under"),
            before.name if before is not None else who,
        )
        self.role = QComboBox()
        for role, words in (
            ("reviewer", self.tr("Reviewer: brings their own ratings, and nothing else")),
            ("adjudicator", self.tr("Adjudicator: brings rulings besides")),
            ("specialist", self.tr("Specialist: everything but policies and people")),
            ("owner", self.tr("Owner: everything")),
        ):
            self.role.addItem(words, role)
        if before is not None:
            self.role.setCurrentIndex(self.role.findData(before.role))
        self._labelled(self.tr("Role"), self.role)
        self.until = QComboBox()
        for days, words in (
            (0, self.tr("as long as the card does")),
            (30, self.tr("30 days")),
            (90, self.tr("90 days")),
            (365, self.tr("a year")),
        ):
            self.until.addItem(words, days)
        self._labelled(self.tr("Trusted for"), self.until)
        self.reason = self._line(self.tr("Why (the log keeps it)"))
        self.name.textChanged.connect(self._check)
        self.reason.textChanged.connect(self._check)
        self._finish()
        self._check()

    def first_focus(self) -> QWidget:
        """What has to be done first."""
        return self.compared

    def _check(self) -> None:
        told = bool(self.name.text().strip()) and bool(self.reason.text().strip())
        self.accept_button.setEnabled(told and self.compared.isChecked())

    def _accept(self) -> None:
        if not self.accept_button.isEnabled():
            return
        days, ends = int(self.until.currentData()), ""
        if days:
            end = datetime.now(UTC) + timedelta(days=days)
            ends = end.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        role = next(one for one in ROLES if one == self.role.currentData())
        given = (role, self.name.text().strip(), self.reason.text().strip(), ends)
        then = self._then
        self.close_overlay()
        then(*given)


class RevokePane(_Asking):
    """Why nothing more of somebody is accepted.

    Args:
        then: gets the reason, and whether somebody else may have the key.
    """

    def __init__(
        self, window: QWidget, trusted: "Trusted", then: Callable[[str, bool], object]
    ) -> None:
        super().__init__(
            window,
            window.tr("Accept nothing more of %1?").replace("%1", trusted.name),
            window.tr("Revoke"),
            danger=True,
        )
        self._then = then
        stays = self.tr("What came in before stays. The log keeps who said this, when and why.")
        self.column.addWidget(text_label(stays, "muted", wrap=True))
        self.reason = self._line(self.tr("Why"))
        self.compromised = QCheckBox(self.tr("Somebody else may have the key"))
        self.column.addWidget(self.compromised)
        self.column.addWidget(
            text_label(
                self.tr("Then nothing that carries an earlier date comes in any more either."),
                "muted",
                wrap=True,
            )
        )
        self.reason.textChanged.connect(self._check)
        self._finish()
        self._check()

    def first_focus(self) -> QWidget:
        """The reason."""
        return self.reason

    def _check(self) -> None:
        self.accept_button.setEnabled(bool(self.reason.text().strip()))

    def _accept(self) -> None:
        if self.accept_button.isEnabled():
            given = (self.reason.text().strip(), self.compromised.isChecked())
            then = self._then
            self.close_overlay()
            then(*given)


class SendPane(_Asking):
    """What would go to somebody.

    Args:
        replan: asked with the name of a profile when another is chosen.
        then: gets the profile.
    """

    def __init__(
        self,
        window: QWidget,
        rater: str,
        replan: Callable[[str], object],
        then: Callable[[str], object],
    ) -> None:
        super().__init__(
            window,
            window.tr("Send to %1").replace("%1", rater),
            window.tr("Choose the file and send…"),
        )
        self._then = then
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self.column.addLayout(self._grid)
        self.profile = QComboBox()
        self.profile.addItem(self.tr("as the project's policy says"), "")
        self.profile.activated.connect(lambda _: replan(str(self.profile.currentData())))
        self._labelled(self.tr("Redaction"), self.profile)
        self.warning = text_label("", "warn", wrap=True)
        self.examples = text_label("", "muted", wrap=True)
        for label in (self.warning, self.examples):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self.column.addWidget(label)
        self._finish()
        self.show_refused(self.tr("Looking at what would go…"), "")

    def first_focus(self) -> QWidget:
        """The answer, once it can be given."""
        return self.accept_button if self.accept_button.isEnabled() else self.profile

    def show_refused(self, message: str, hint: str) -> None:
        """It may not go like this."""
        self._clear()
        self.warning.setText(f"{message} {hint}".strip())
        self.warning.setVisible(bool(message))
        self.examples.hide()
        self.accept_button.setEnabled(False)
        self.place()

    def show_profiles(self, names: Sequence[str]) -> None:
        """What it could be redacted with."""
        if self.profile.count() == 1:
            for name in names:
                self.profile.addItem(name, name)

    def show_preview(self, preview: "Preview") -> None:
        """What would go."""
        plan = preview.plan
        self.show_profiles(preview.profiles)
        self._clear()
        size = f"{max(1, plan.bytes_about // 1000):,} KB"
        items = counted(plan.items, self.tr("%1 item"), self.tr("%1 items"))
        if plan.repeats:
            items += self.tr(", %1 of them hidden repeats").replace("%1", f"{plan.repeats:,}")
        facts = [
            (self.tr("Round"), f"{plan.round} · {plan.rater}"),
            (self.tr("Traces"), f"{items}, " + self.tr("about %1").replace("%1", size)),
            (
                self.tr("Rubric"),
                self.tr("%1, version %2")
                .replace("%1", plan.rubric)
                .replace("%2", str(plan.version)),
            ),
            (self.tr("Laid over"), plan.profile if plan.profile != "none" else self.tr("nothing")),
            (self.tr("Sealed to"), plan.words),
            (
                self.tr("Not in it"),
                self.tr("others' answers, who else rates, gold answers, why an item was drawn")
                + "".join(f", {rule}" for rule in plan.left_out),
            ),
        ]
        if plan.sent_before:
            facts.append((self.tr("Sent before"), ", ".join(map(local_time, plan.sent_before))))
        for line, (name, value) in enumerate(facts):
            self._grid.addWidget(text_label(name, "muted"), line, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(text_label(value, wrap=True), line, 1)
        warned = [plan.leaks] if plan.leaks else []
        if plan.mentions:
            names = sorted({name for one in plan.mentions for name in one.names})
            shown = "; ".join(one.title for one in plan.mentions[:_MENTIONS])
            said = counted(
                len(plan.mentions),
                self.tr("%1 trace says in its own text which system it was"),
                self.tr("%1 traces say in their own text which system they were"),
            )
            warned.append(f"{said} ({', '.join(names)}): {shown}")
        self.warning.setText("\n".join(warned))
        self.warning.setVisible(bool(warned))
        told = [f"… {one.before}[{one.text}]{one.after} …" for one in preview.examples[:_EXAMPLES]]
        self.examples.setText("\n".join(told))
        self.examples.setVisible(bool(told))
        self.accept_button.setEnabled(True)
        self.accept_button.setFocus()
        # What came to be just now has a size only once it is shown.
        QTimer.singleShot(0, self, self.place)

    def _clear(self) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()

    def _accept(self) -> None:
        if self.accept_button.isEnabled():
            then, chosen = self._then, str(self.profile.currentData())
            self.close_overlay()
            then(chosen)


class ConflictPane(_Asking):
    """Two answers of one person to one question, and which stands.

    Args:
        then: gets the row that stands, and why.
    """

    def __init__(
        self, window: QWidget, conflict: "Conflict", then: Callable[[str, str], object]
    ) -> None:
        super().__init__(
            window,
            window.tr("%1 answered twice, and differently").replace("%1", conflict.who),
            window.tr("This stands"),
        )
        self._then, self._rows = then, conflict.rows
        where = self.tr("%1, trace %2").replace("%1", conflict.field or conflict.table)
        where = where.replace("%2", conflict.trace[:12])
        if conflict.round:
            where += " · " + conflict.round
        self.column.addWidget(text_label(where, "muted", wrap=True))
        self.group = QButtonGroup(self)
        told = ((conflict.stands, conflict.at), *conflict.others)
        self.choices: list[QRadioButton] = []
        for place, (value, at) in enumerate(told):
            words = f"{value_text(value)}   ·   {local_time(at)}"
            if place == 0:
                words += "   ·   " + self.tr("stands now, as the later")
            radio = QRadioButton(words)
            self.group.addButton(radio, place)
            self.choices.append(radio)
            self.column.addWidget(radio)
        self.choices[0].setChecked(True)
        self.reason = self._line(self.tr("Why (the log keeps it)"))
        self.column.addWidget(
            text_label(self.tr("The other answer is kept beside it."), "muted", wrap=True)
        )
        self.reason.textChanged.connect(self._check)
        self._finish()
        self._check()

    def first_focus(self) -> QWidget:
        """The first answer."""
        return self.choices[0]

    def _check(self) -> None:
        self.accept_button.setEnabled(bool(self.reason.text().strip()))

    def _accept(self) -> None:
        if self.accept_button.isEnabled():
            row, reason = self._rows[self.group.checkedId()], self.reason.text().strip()
            then = self._then
            self.close_overlay()
            then(row, reason)


def value_text(value: object) -> str:
    """An answer as it is read; nothing is an answer that was taken back."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
