"""What a package holds before it is opened, and what would go back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.theme.apply import mono
from evaldesk.ui.theme.measure import fix_height
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.figures import counted, local_time
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.packages.outgoing import OwnState
    from evaldesk.services.packages.working import Offer, ReturnPlan


class _Told(Overlay):
    """A title, facts in two columns, and buttons."""

    def __init__(self, window: QWidget, title: str) -> None:
        super().__init__(window, width=560)
        self.frame.setAccessibleName(title)
        self.column = QVBoxLayout()
        self.column.setContentsMargins(20, 16, 20, 16)
        self.column.setSpacing(10)
        self.column.addWidget(text_label(title, "title", wrap=True))
        self.body.addLayout(self.column)
        self.closed.connect(self.deleteLater)

    def _facts(self, facts: Sequence[tuple[str, str]]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for line, (name, value) in enumerate(facts):
            grid.addWidget(text_label(name, "muted"), line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text_label(value, wrap=True), line, 1)
        self.column.addLayout(grid)

    def _buttons(self, *buttons: ActionButton) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        self.column.addSpacing(2)
        self.column.addLayout(row)

    def _words(self, words: str) -> None:
        label = text_label(words, wrap=True)
        label.setFont(mono())
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addWidget(label)


class OfferPane(_Told):
    """Who sent a package, what it holds, and where its project goes.

    Args:
        then: gets the place and whether the project is to be encrypted.
    """

    def __init__(
        self,
        window: QWidget,
        workspace: Workspace,
        offer: "Offer",
        place: Path,
        then: Callable[[Path, bool], object],
    ) -> None:
        super().__init__(window, window.tr("%1 asks you to rate").replace("%1", offer.sender))
        self._then, self._workspace = then, workspace
        self.column.addWidget(
            text_label(
                self.tr(
                    "It is signed with the key of these words. Read them to %1 on the telephone, "
                    "or compare them with the card you have: anybody can write a name."
                ).replace("%1", offer.sender),
                "muted",
                wrap=True,
            )
        )
        self._words(offer.words)
        hidden = []
        if offer.rules.get("hide_systems"):
            hidden.append(self.tr("which system answered"))
        if offer.rules.get("hide_scores"):
            hidden.append(self.tr("scores"))
        redaction = (
            self.tr("redacted with “%1”").replace("%1", offer.profile)
            if offer.profile != "none"
            else self.tr("traces as they are")
        )
        self._facts(
            (
                (self.tr("Round"), f"{offer.round} · {offer.project}"),
                (
                    self.tr("Items"),
                    counted(offer.items, self.tr("%1 item"), self.tr("%1 items"))
                    + f" · {redaction}",
                ),
                (
                    self.tr("Rubric"),
                    self.tr("%1, version %2")
                    .replace("%1", offer.rubric)
                    .replace("%2", str(offer.version)),
                ),
                (self.tr("Kept from you"), ", ".join(hidden) or self.tr("nothing")),
                (self.tr("You rate as"), offer.rater),
                (self.tr("Sent"), local_time(offer.created_at)),
            )
        )
        self.column.addWidget(text_label(self.tr("Your project goes here"), "small"))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.place_field = QLineEdit(str(place))
        self.place_field.setAccessibleName(self.tr("Where the project goes"))
        self.place_field.returnPressed.connect(self._accept)
        choose = ActionButton(self.tr("Choose…"))
        choose.clicked.connect(self._choose)
        row.addWidget(self.place_field, 1)
        row.addWidget(choose)
        self.column.addLayout(row)
        self.encrypted = QCheckBox(self.tr("Encrypt it, so that only your key opens it"))
        self.encrypted.setChecked(True)
        self.column.addWidget(self.encrypted)
        cancel = ActionButton(self.tr("Cancel"))
        cancel.clicked.connect(self.close_overlay)
        self.accept_button = ActionButton(self.tr("Open and rate"), kind="primary")
        self.accept_button.clicked.connect(self._accept)
        self._buttons(cancel, self.accept_button)

    def first_focus(self) -> QWidget:
        """The answer."""
        return self.accept_button

    def _choose(self) -> None:
        place = Path(self.place_field.text())
        self._workspace.prompts.ask_save_file(
            self.tr("Where the project goes"),
            place.name,
            self.tr("EvalDesk projects (*.evaldesk)"),
            lambda path: self.place_field.setText(str(path)),
        )

    def _accept(self) -> None:
        text, encrypted = self.place_field.text().strip(), self.encrypted.isChecked()
        if not text:
            return
        place = Path(text).expanduser()
        if not place.suffix:
            place = place.with_suffix(".evaldesk")
        then = self._then
        self.close_overlay()
        then(place, encrypted)


class ReturnPane(_Told):
    """What would go back: done, drafts, skipped."""

    def __init__(
        self,
        window: QWidget,
        plan: "ReturnPlan",
        state: "OwnState",
        then: Callable[[], object],
    ) -> None:
        super().__init__(window, window.tr("Hand back to %1").replace("%1", plan.to))
        self._then = then
        bar = QProgressBar()
        bar.setTextVisible(False)
        bar.setRange(0, max(1, plan.items))
        bar.setValue(plan.submitted)
        bar.setAccessibleName(self.tr("Handed in"))
        fix_height(bar, 6)
        self.column.addWidget(bar)
        before = self.tr("never")
        if plan.returned_before:
            before = counted(len(plan.returned_before), self.tr("once"), self.tr("%1 times"))
            before += ", " + self.tr("last on %1").replace(
                "%1", local_time(plan.returned_before[-1])
            )
        self._facts(
            (
                (self.tr("Round"), f"{plan.round} · {plan.rater}"),
                (
                    self.tr("Done"),
                    self.tr("%1 of %2 items")
                    .replace("%1", f"{state.submitted:,}")
                    .replace("%2", f"{plan.items:,}"),
                ),
                (self.tr("Drafts"), self._drafts(state.drafts)),
                (self.tr("Skipped"), f"{state.skipped:,}"),
                (self.tr("Not begun"), f"{state.untouched:,}"),
                (self.tr("Notes, highlights"), self._notes(plan)),
                (self.tr("Handed back before"), before),
            )
        )
        self.column.addWidget(
            text_label(
                self.tr("Only the holder of the key of these words can open it:"),
                "muted",
                wrap=True,
            )
        )
        self._words(plan.words)
        cancel = ActionButton(self.tr("Not yet"))
        cancel.clicked.connect(self.close_overlay)
        self.accept_button = ActionButton(self.tr("Write the file…"), kind="primary")
        self.accept_button.setEnabled(bool(sum(plan.counts.values())))
        self.accept_button.clicked.connect(self._accept)
        self._buttons(cancel, self.accept_button)
        self._cancel = cancel

    def first_focus(self) -> QWidget:
        """The answer."""
        return self.accept_button if self.accept_button.isEnabled() else self._cancel

    def _drafts(self, drafts: int) -> str:
        if not drafts:
            return "0"
        return self.tr("%1; they go along as drafts, not handed in").replace("%1", f"{drafts:,}")

    def _notes(self, plan: "ReturnPlan") -> str:
        notes, marks = plan.counts.get("note", 0), plan.counts.get("highlight", 0)
        return f"{notes:,}, {marks:,}"

    def _accept(self) -> None:
        then = self._then
        self.close_overlay()
        then()
