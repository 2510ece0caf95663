"""What an import did, file by file, and what comes next."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from evaldesk.domain.project import ImportedFile, ImportedRatings, ImportNote, Skipped
from evaldesk.ui.screens.imports.models import Outcome, TextTable
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, pane, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.figures import counted, number
from evaldesk.ui.widgets.table import Table, row_height

_MOST_ROWS = 8


class Results(QWidget):
    """A card a file.

    Signals:
        traces_wanted(run), review_wanted(rubric), more_wanted: the next step.
        copied(rows): of a list of skipped records.
    """

    traces_wanted = Signal(str)
    review_wanted = Signal(str)
    more_wanted = Signal()
    copied = Signal(int)

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run = ""
        self._rubric = ""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        inner = pane("bg")
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(24, 20, 24, 20)
        self._column.setSpacing(12)
        self.title = text_label("", "title", wrap=True)
        self.detail = text_label("", "muted", wrap=True)
        self._column.addWidget(self.title)
        self._column.addWidget(self.detail)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.traces = ActionButton(self.tr("Open traces"), kind="primary")
        self.traces.clicked.connect(lambda: self.traces_wanted.emit(self._run))
        self.review = ActionButton(self.tr("Review"))
        self.review.clicked.connect(lambda: self.review_wanted.emit(self._rubric))
        self.more = ActionButton(self.tr("Import more files"), keys)
        self.more.clicked.connect(self.more_wanted)
        for button in (self.traces, self.review, self.more):
            row.addWidget(button)
        row.addStretch(1)
        self._column.addLayout(row)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(12)
        self._column.addLayout(self._cards)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(inner)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self.area)
        self.cards: list[Card] = []

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what came in."""
        for card in self.cards:
            self._cards.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = [self._of_traces(item) for item in outcome.traces]
        self.cards += [self._of_ratings(*item) for item in outcome.ratings]
        for card in self.cards:
            self._cards.addWidget(card)
        added = sum(item.added for item in outcome.traces)
        answers = sum(item.added for _, _, item in outcome.ratings)
        parts = []
        read = sum(item.traces for item in outcome.traces)
        if outcome.traces and not read:
            cases = sum(item.scenarios for item in outcome.traces)
            parts.append(counted(cases, self.tr("%1 test case"), self.tr("%1 test cases")))
        elif outcome.traces:
            parts.append(counted(added, self.tr("%1 trace added"), self.tr("%1 traces added")))
        if outcome.ratings:
            parts.append(counted(answers, self.tr("%1 answer added"), self.tr("%1 answers added")))
        self.title.setText(" · ".join(parts))
        self.detail.setText(self._in_words(outcome))
        runs = [run for item in outcome.traces for run in item.runs]
        self._run = runs[0] if len(runs) == 1 else ""
        self._rubric = outcome.ratings[0][1] if outcome.ratings else ""
        self.area.verticalScrollBar().setValue(0)
        self.traces.setFocus()

    def _in_words(self, outcome: Outcome) -> str:
        added = sum(item.added for item in outcome.traces)
        added += sum(item.added for _, _, item in outcome.ratings)
        skipped = sum(len(item.skipped) for item in outcome.traces)
        skipped += sum(len(item.skipped) for _, _, item in outcome.ratings)
        words = []
        read = sum(item.traces for item in outcome.traces) + len(outcome.ratings)
        if not read:
            words.append(self.tr("They are there to be answered; the files held no traces."))
        elif not added:
            words.append(self.tr("Everything was there already; importing again adds nothing."))
        if skipped:
            words.append(
                counted(
                    skipped,
                    self.tr("%1 record could not be read and was left out; it is listed below."),
                    self.tr("%1 records could not be read and were left out; they are listed."),
                )
            )
        if outcome.error is not None:
            words.append(self.tr("Not every file came in; the rest is still on the list."))
        return " ".join(words) or self.tr("Every record came in.")

    def _of_traces(self, item: ImportedFile) -> Card:
        card = Card(Path(item.path).name, item.format)
        chips = [
            (
                counted(item.added, self.tr("%1 trace added"), self.tr("%1 traces added")),
                "ok" if item.added else "neutral",
            ),
            (self.tr("%1 already there").replace("%1", number(item.already_there)), "neutral"),
            (counted(item.scenarios, self.tr("%1 scenario"), self.tr("%1 scenarios")), "neutral"),
            (counted(item.scores, self.tr("%1 score"), self.tr("%1 scores")), "neutral"),
        ]
        if item.runs:
            runs = ", ".join(item.runs[:3]) + (" …" if len(item.runs) > 3 else "")
            card.body.addWidget(text_label(self.tr("Run %1").replace("%1", runs), "muted"))
        self._fill(card, chips, item.notes, item.skipped)
        return card

    def _of_ratings(self, path: str, rubric: str, item: ImportedRatings) -> Card:
        card = Card(Path(path).name, self.tr("answers to %1").replace("%1", rubric))
        chips = [
            (
                counted(item.added, self.tr("%1 answer added"), self.tr("%1 answers added")),
                "ok" if item.added else "neutral",
            ),
            (self.tr("%1 already there").replace("%1", number(item.already_there)), "neutral"),
            (counted(item.units, self.tr("%1 item"), self.tr("%1 items")), "neutral"),
            (counted(item.raters, self.tr("%1 rater"), self.tr("%1 raters")), "neutral"),
        ]
        self._fill(card, chips, item.notes, item.skipped)
        return card

    def _fill(
        self,
        card: Card,
        chips: Sequence[tuple[str, str]],
        notes: Sequence[ImportNote],
        skipped: Sequence[Skipped],
    ) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        if skipped:
            chips = [
                *chips,
                (self.tr("%1 left out").replace("%1", number(len(skipped))), "warn"),
            ]
        for text, kind in chips:
            if text.startswith("0 ") and text != chips[0][0]:
                continue
            row.addWidget(Chip(text, kind))
        row.addStretch(1)
        card.body.addLayout(row)
        for note in notes:
            words = f"{note.record}: {note.message}" if note.record else note.message
            label = text_label(f"• {words}", "warn", wrap=True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            card.body.addWidget(label)
        if skipped:
            card.body.addWidget(text_label(self.tr("Left out"), "heading"))
            model = TextTable(card)
            model.show_rows(
                [self.tr("Record"), self.tr("Why")], [[s.record, s.reason] for s in skipped]
            )
            table = Table(name=self.tr("Records left out"))
            table.setSortingEnabled(False)
            table.setModel(model)
            table.setColumnWidth(0, 120)
            table.copied.connect(self.copied)
            table.setFixedHeight((min(len(skipped), _MOST_ROWS) + 1) * row_height() + 2)
            card.body.addWidget(table)
