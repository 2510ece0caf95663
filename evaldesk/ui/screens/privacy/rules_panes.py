"""Profiles, lists of words, retention, and what cannot be found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.privacy import ACTIONS, KINDS, Profile, TermList
from evaldesk.ui.screens.privacy.models import kind_title
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, pane, text_label

if TYPE_CHECKING:
    from evaldesk.services.privacy.retention import Due


def scrolled(*cards: QWidget) -> QScrollArea:
    """Cards below one another."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    inner = pane()
    column = QVBoxLayout(inner)
    column.setContentsMargins(16, 12, 16, 16)
    column.setSpacing(12)
    for card in cards:
        column.addWidget(card)
    column.addStretch(1)
    area.setWidget(inner)
    return area


class ProfileCard(Card):
    """What one profile does with each kind; every change is a new version.

    Signals:
        changed(Profile): what is to be saved.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._profile: Profile | None = None
        self.title = text_label("", "heading")
        self.about = text_label("", "muted", wrap=True)
        self.body.addWidget(self.title)
        self.body.addWidget(self.about)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(4)
        names = {
            "mask": self.tr("Mask"),
            "pseudonym": self.tr("Pseudonym"),
            "remove": self.tr("Remove"),
            "keep": self.tr("Keep"),
        }
        self.boxes: dict[str, QComboBox] = {}
        for kind in KINDS:
            box = QComboBox()
            for action in ACTIONS:
                box.addItem(names[action], action)
            box.setAccessibleName(kind_title(kind))
            box.activated.connect(lambda _=0, kind=kind: self._chosen(kind))
            self.boxes[kind] = box
            form.addRow(kind_title(kind), box)
        self.body.addLayout(form)

    def show_profile(self, profile: Profile) -> None:
        """Another profile, or a newer version of it."""
        self._profile = profile
        self.title.setText(profile.title or profile.name)
        self.about.setText(profile.description)
        for kind, box in self.boxes.items():
            box.setCurrentIndex(box.findData(profile.action(kind)))

    def _chosen(self, kind: str) -> None:
        if self._profile is None:
            return
        action = self.boxes[kind].currentData()
        if action != self._profile.action(kind):
            actions = {**self._profile.actions, kind: action}
            self.changed.emit(replace(self._profile, actions=actions))


class ListsCard(Card):
    """The project's own words, a list at a time.

    Signals:
        saved(TermList): a new version; without words the list is taken away.
    """

    saved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Words of your own"), parent=parent)
        self._lists: Mapping[str, TermList] = {}
        self.body.addWidget(
            text_label(
                self.tr(
                    "Names, places, customer numbers: one a line, pasted from wherever they are "
                    "kept. They are found in any case, with and without accents."
                ),
                "muted",
                wrap=True,
            )
        )
        self.known = QComboBox()
        self.known.setAccessibleName(self.tr("List"))
        self.known.activated.connect(lambda _: self._chosen())
        self.name = QLineEdit()
        self.name.setAccessibleName(self.tr("Name of the list"))
        self.name.setPlaceholderText(self.tr("Name of the list"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("What the words are"))
        for kind in KINDS:
            self.kind.addItem(kind_title(kind), kind)
        self.terms = QPlainTextEdit()
        self.terms.setAccessibleName(self.tr("Words, one a line"))
        self.terms.setTabChangesFocus(True)
        self.terms.setMinimumHeight(200)
        self.save = ActionButton(self.tr("Keep this list"))
        self.save.clicked.connect(self._save)
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.kind)
        self.body.addWidget(self.known)
        self.body.addLayout(row)
        self.body.addWidget(self.terms)
        self.body.addWidget(self.save)

    def show_lists(self, lists: Sequence[TermList]) -> None:
        """Those there are; what is being typed stays."""
        self._lists = {one.name: one for one in lists}
        chosen = self.known.currentData()
        self.known.clear()
        self.known.addItem(self.tr("New list"), "")
        for one in lists:
            words = self.tr("%1 (%2 words)").replace("%1", one.name)
            self.known.addItem(words.replace("%2", f"{len(one.terms):,}"), one.name)
        self.known.setCurrentIndex(max(self.known.findData(chosen), 0))

    def _chosen(self) -> None:
        one = self._lists.get(self.known.currentData() or "")
        self.name.setText(one.name if one else "")
        self.terms.setPlainText("\n".join(one.terms) if one else "")
        self.kind.setCurrentIndex(max(self.kind.findData(one.kind if one else "person"), 0))

    def _save(self) -> None:
        terms = tuple(line for line in self.terms.toPlainText().splitlines() if line.strip())
        self.saved.emit(TermList(self.name.text(), self.kind.currentData(), terms))


class RetentionCard(Card):
    """What is due to be deleted.

    Signals:
        wanted: delete it.
    """

    wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Due to be deleted"), parent=parent)
        self.due = text_label("", wrap=True)
        self.button = ActionButton(self.tr("Delete what is due…"), kind="danger")
        self.button.clicked.connect(self.wanted)
        self.body.addWidget(self.due)
        self.body.addWidget(self.button)

    def show_due(self, found: "Sequence[Due]", buried: int) -> None:
        """Each rule with how many traces."""
        lines = [
            self.tr("%1: %2 traces, kept for %3 days")
            .replace("%1", one.rule.name)
            .replace("%2", f"{len(one.pks):,}")
            .replace("%3", f"{one.rule.days:,}")
            for one in found
        ]
        if not lines:
            lines.append(
                self.tr(
                    "No rule says how long traces are kept. `evaldesk retention set` makes one."
                )
            )
        if buried:
            lines.append(
                self.tr("The text of %1 traces was deleted before.").replace("%1", f"{buried:,}")
            )
        self.due.setText("\n".join(lines))
        self.button.setEnabled(any(one.pks for one in found))


class LimitsCard(Card):
    """What such a search cannot find, said plainly."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("What this cannot find"), parent=parent)
        for words in (
            self.tr(
                "A trace in which nothing was found is not a trace without personal data. Read a "
                "sample before you hand anything over."
            ),
            self.tr(
                "Names that nothing announces: on public test texts five of six were missed. Put "
                "the names you know into a list; names that a trace's own fields give away are "
                "found everywhere in that trace."
            ),
            self.tr(
                "Nicknames, employers, illnesses, and whoever can be guessed from what happened. "
                "Pictures, sound and text that is encoded twice."
            ),
            self.tr("How much is found of each kind was measured; it stands in docs/privacy.md."),
        ):
            self.body.addWidget(text_label(words, wrap=True))
