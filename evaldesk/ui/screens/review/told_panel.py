"""What a round tells of an item: the gold answers after training, everybody's after a reveal."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from evaldesk.domain.rubric import Rubric
from evaldesk.services.rounds.queue import Feedback, Said, fields_of
from evaldesk.ui.screens.review.telling import Told
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.chip import Chip

_HIGHEST = 320


class ToldPanel(QWidget):
    """Below the form; hidden where nothing is told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(hairline())
        self.title = text_label("", "heading")
        self.title.setContentsMargins(14, 10, 14, 4)
        outer.addWidget(self.title)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self._scroll)
        self.setMaximumHeight(_HIGHEST)
        self.hide()

    def show_told(self, told: Told, rubric: Rubric) -> None:
        """What is told now."""
        lines: list[tuple[str, list[tuple[str, str, bool]], str, bool]] = []
        if told.feedback:
            met = sum(one.met for one in told.feedback)
            self.title.setText(
                self.tr("Gold answers: {met} of {of} met").format(met=met, of=len(told.feedback))
            )
            lines = [self._gold(one) for one in told.feedback]
        elif told.said:
            self.title.setText(self.tr("What everybody answered, blind"))
            lines = self._discussed(told.said, rubric)
        self.setVisible(bool(lines))
        if not lines:
            self._scroll.takeWidget()
            return
        inner = QWidget()
        inner.setProperty("surface", "pane")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(inner)
        grid.setContentsMargins(14, 2, 14, 12)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        row = 0
        spoken = [self.title.text()]
        for heading, answers, reason, differs in lines:
            head = text_label(heading, "muted", wrap=True)
            grid.addWidget(head, row, 0, 1, 2)
            if differs:
                grid.addWidget(Chip(self.tr("differs"), "warn"), row, 2)
            row += 1
            for who, words, _ in answers:
                grid.addWidget(text_label(who, "small"), row, 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(text_label(words, wrap=True), row, 1, 1, 2)
                row += 1
            if reason:
                grid.addWidget(text_label(reason, "small", wrap=True), row, 1, 1, 2)
                row += 1
            spoken.append(f"{heading}: " + ", ".join(f"{who} {what}" for who, what, _ in answers))
        grid.setRowStretch(row, 1)
        self._scroll.setWidget(inner)
        self.setAccessibleName(". ".join(spoken))

    def _gold(self, one: Feedback) -> tuple[str, list[tuple[str, str, bool]], str, bool]:
        answers = [(self.tr("Gold"), one.gold, False)]
        if not one.met:
            answers.append((self.tr("You"), one.given or self.tr("no answer"), True))
        return one.criterion, answers, one.reason, not one.met

    def _discussed(
        self, said: Sequence[Said], rubric: Rubric
    ) -> list[tuple[str, list[tuple[str, str, bool]], str, bool]]:
        lines = []
        for name, heading in fields_of(rubric):
            answers = []
            for one in said:
                words = one.answers.get(name, "")
                if not words:
                    continue
                comment = one.comments.get(name, "")
                if comment:
                    words = f"{words} — {comment}"
                answers.append((one.who or self.tr("You"), words, not one.who))
            if answers:
                given = [one.answers[name] for one in said if name in one.answers]
                differs = rubric.criterion(name) is not None and len(set(given)) > 1
                lines.append((heading, answers, "", differs))
        return lines
