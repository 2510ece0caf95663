"""What a reader must know before the figures: who is missing, what was left out, and why."""

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.flow import FlowLayout

if TYPE_CHECKING:
    from evaldesk.services.comparing.study import Study

_OTHER_TEXT = "another text"


class Notes(QWidget):
    """Chips with counts that open the list of what was left out, and the notes in full.

    Signals:
        wanted(reason): the list is wanted, beginning with this reason.
        ground_wanted(): the dataset versions that it stands on are wanted.
    """

    wanted = Signal(str)
    ground_wanted = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self.setProperty("surface", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 16, 10)
        column.setSpacing(6)
        self._holder = QWidget()
        row = QHBoxLayout(self._holder)
        row.setContentsMargins(0, 0, 0, 0)
        self._flow_host = QWidget()
        self._flow = FlowLayout(self._flow_host)
        row.addWidget(self._flow_host, 1)
        self.text = text_label("", "", wrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self._holder)
        ground = QHBoxLayout()
        ground.setSpacing(8)
        self.ground = text_label("", "muted", wrap=True)
        self.ground.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.ground_button = QPushButton(self.tr("Show"))
        self.ground_button.setProperty("kind", "link")
        self.ground_button.setToolTip(self.tr("Show the dataset versions that this stands on"))
        self.ground_button.clicked.connect(self.ground_wanted)
        ground.addWidget(self.ground, 1)
        ground.addWidget(self.ground_button, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(ground)
        column.addWidget(self.text)
        self.chips: list[QPushButton] = []

    def show_study(self, study: "Study") -> None:
        """Say what this comparison leaves out."""
        for chip in self.chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.chips = []
        for words, reason in self.counts(study):
            chip = QPushButton(words)
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            chip.setToolTip(self.tr("List them"))
            chip.setAccessibleName(self.tr("{what}: list them").format(what=words))
            chip.clicked.connect(lambda _on=False, reason=reason: self.wanted.emit(reason))
            self._flow.addWidget(chip)
            self.chips.append(chip)
        self.retheme(self._tokens)
        self._holder.setVisible(bool(self.chips))
        notes = [*study.comparison.notes]
        if study.question.tier:
            notes.insert(
                0, self.tr("Only the tier “{tier}” is compared.").format(tier=study.question.tier)
            )
        self.text.setText("\n".join(notes))
        self.text.setVisible(bool(notes))
        said = study.comparison.ground
        self.ground.setText(said)
        self.ground.setVisible(bool(said))
        self.ground_button.setVisible(bool(said))
        self.setVisible(bool(notes or self.chips or said))
        self.setAccessibleName(" ".join(part for part in (said, self.text.text()) if part))

    def retheme(self, tokens: Tokens) -> None:
        """Another theme."""
        self._tokens = tokens
        style = (
            f"QPushButton {{ background: {tokens.warn_soft}; color: {tokens.warn}; border: 1px "
            f"solid {tokens.warn_soft}; border-radius: 9px; padding: 0 8px; "
            f"font-size: {px(11)}px; }}"
            f"QPushButton:hover, QPushButton:focus {{ border-color: {tokens.warn}; }}"
        )
        for chip in self.chips:
            chip.setStyleSheet(style)

    def counts(self, study: "Study") -> list[tuple[str, str]]:
        """What is left out, as (words of a chip, what the reason contains)."""
        unpaired = study.comparison.unpaired
        renamed = {item.scenario for item in unpaired if _OTHER_TEXT in item.reason}
        counted = Counter(reason for item in unpaired for reason in item.reason.split("; "))
        found = []
        if renamed:
            found.append(
                (
                    self.tr("{n} same id, other text").format(n=f"{len(renamed):,}"),
                    _OTHER_TEXT,
                )
            )
        for side in ("A", "B"):
            for reason, words in (
                (f"only in {side}", self.tr("{n} only in {side}")),
                (f"infrastructure error in {side}", self.tr("{n} with an error in {side}")),
                (f"no value of the metric in {side}", self.tr("{n} without a value in {side}")),
            ):
                if counted[reason]:
                    found.append((words.format(n=f"{counted[reason]:,}", side=side), reason))
        return found
