"""Below the two traces: which is better, by how much, and why."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.preference import OVERALL, Shown
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.preferring import STRENGTH, Question
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.theme.measure import fix_width, px, sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.keyed_words import keyed_placeholder
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton

_PAUSE_MS = 350
_LONGEST = 4000
_MOST_ROWS = 4


class VerdictStrip(QWidget):
    """A row a question, the reason for the active one, and the button that goes on.

    Attributes:
        ahead: a reason is being written for a pair that is not in sight yet.

    Signals:
        chosen(name, shown): a side, a tie or both bad; None takes it back.
        weighed(name, strength). reasoned(name, text): the reason as it stands.
        activated(name): the pointer went to another question.
        ended(text): what was written ahead is complete.
        submitted(): the button was pressed. left(): the keys may go back to the traces.
    """

    chosen = Signal(str, object)
    weighed = Signal(str, int)
    reasoned = Signal(str, str)
    activated = Signal(str)
    ended = Signal(str)
    submitted = Signal()
    left = Signal()

    def __init__(self, actions: ActionRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self.rows: dict[str, QuestionRow] = {}
        self.active = OVERALL
        self.ahead = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.flush)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(hairline())
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = pane()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(12, 8, 12, 4)
        self._column.setSpacing(2)
        self._scroll.setWidget(self._inner)
        outer.addWidget(self._scroll)
        foot = QHBoxLayout()
        foot.setContentsMargins(20, 2, 20, 10)
        foot.setSpacing(10)
        self.reason_label = text_label(self.tr("Why"), "muted")
        self.reason = ReasonField()
        self.reason.setMaxLength(_LONGEST)
        self.reason.setAccessibleName(self.tr("Reason"))
        keyed_placeholder(self.reason, self.tr("Say why"), actions.keys("prefer.reason"))
        self.reason.left.connect(self._leave_reason)
        self.reason.textEdited.connect(lambda _: None if self.ahead else self._pause.start())
        self.reason.editingFinished.connect(self.flush)
        self.state = Chip()
        self.state.hide()
        self.problem = text_label("", "error")
        self.problem.hide()
        self.submit_button = ActionButton(
            self.tr("Submit and next"), actions.keys("prefer.submit"), kind="primary"
        )
        self.submit_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.submit_button.clicked.connect(self.submitted)
        for widget in (self.reason_label, self.reason, self.problem, self.state):
            foot.addWidget(widget, 1 if widget is self.reason else 0)
        foot.addWidget(self.submit_button)
        outer.addLayout(foot)

    def show_questions(self, questions: Sequence[Question]) -> None:
        """Ask these."""
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for one in questions:
            row = QuestionRow(one, self._actions)
            row.chosen.connect(partial(self.chosen.emit, one.name))
            row.weighed.connect(partial(self.weighed.emit, one.name))
            row.activated.connect(partial(self.activated.emit, one.name))
            self.rows[one.name] = row
            self._column.addWidget(row)
        self.activate(OVERALL)
        sized(self._scroll, self._fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The rows break where they have no room."""
        super().resizeEvent(event)
        self._fit(self._scroll)

    def _fit(self, scroll: QScrollArea) -> None:
        rows = list(self.rows.values())
        margins = self._column.contentsMargins()
        for row in rows:
            row.fit(self.width() - margins.left() - margins.right())
        if rows:
            high = sum(row.sizeHint().height() + 2 for row in rows[:_MOST_ROWS]) + 14
            scroll.setFixedHeight(high)

    def activate(self, name: str) -> None:
        """Keys answer this question."""
        self.flush()
        self.active = name
        for key, row in self.rows.items():
            row.set_active(key == name)
        if name in self.rows:
            self._scroll.ensureWidgetVisible(self.rows[name], 0, 4)

    def show_sheet(self, sheet: Sheet, reason: str) -> None:
        """What is preferred as it stands, and the reason for the active question."""
        for name, row in self.rows.items():
            row.show_choice(
                sheet.answers.get(name),
                sheet.answers.get(name + STRENGTH),
                sheet.said.get(name, ""),
            )
        self.problem.hide()
        if not self.ahead and not self._pause.isActive() and self.reason.text() != reason:
            with QSignalBlocker(self.reason):
                self.reason.setText(reason)

    def show_state(self, text: str, kind: str = "neutral", button: str = "") -> None:
        """How far the pair is, and what the button does."""
        self.state.show_text(text, kind)
        self.state.setVisible(bool(text))
        self.submit_button.setText(button or self.tr("Submit and next"))

    def show_problem(self, text: str) -> None:
        """Why what was asked for cannot be."""
        self.problem.setText(text)
        self.problem.show()

    def write_reason(self, *, ahead: bool = False) -> None:
        """Go into the reason.

        Args:
            ahead: of a pair that is not in sight yet, as a fast typist does.
        """
        if ahead:
            self.end_ahead()
            self.ahead = True
            self.reason.clear()
        self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def end_ahead(self) -> None:
        """What was written ahead is complete."""
        if self.ahead:
            self.ahead = False
            self.ended.emit(self.reason.text().strip())

    def arrive(self) -> None:
        """What was written ahead is about what is in sight now: it is written on."""
        if self.ahead:
            self.ahead = False
            self._pause.start()

    def drop(self) -> None:
        """Another pair is about to come in sight."""
        self._pause.stop()

    def flush(self) -> None:
        """What was typed is kept now."""
        if self._pause.isActive():
            self._pause.stop()
            self.reasoned.emit(self.active, self.reason.text().strip())

    def _leave_reason(self) -> None:
        self.end_ahead()
        self.flush()
        self.left.emit()


class QuestionRow(QWidget):
    """One question: its words, A, tie, both bad, B, and how much better.

    Signals:
        chosen(shown), weighed(strength), activated().
    """

    chosen = Signal(object)
    weighed = Signal(int)
    activated = Signal()

    def __init__(
        self, question: Question, actions: ActionRegistry, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._question = question
        self._actions = actions
        self._choice: object = None
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = question.title or self.tr("Which is better?")
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(8, 5, 8, 5)
        self._parts.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(6)
        self._parts.addLayout(row, 1)
        self._choosing = row
        self.label: QLabel = text_label(title, "heading", wrap=True)
        self.label.setToolTip(question.question)
        fix_width(self.label, 150)
        row.addWidget(self.label)
        words: tuple[tuple[Shown, str], ...] = (
            ("left", self.tr("A is better")),
            ("tie", self.tr("Tie")),
            ("bad", self.tr("Both bad")),
            ("right", self.tr("B is better")),
        )
        self.choices: dict[Shown, ChoiceButton] = {}
        for shown, text in words:
            button = ChoiceButton(text)
            button.setAccessibleName(f"{title}: {text}")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(partial(self._clicked, shown))
            self.choices[shown] = button
            row.addWidget(button, 3 if shown in ("left", "right") else 2)
        how_much = QHBoxLayout()
        how_much.setSpacing(6)
        how_much.setContentsMargins(10, 0, 0, 0)
        how_much.addStretch(1)
        self._parts.addLayout(how_much)
        self._weighing = how_much
        strengths = (self.tr("slightly"), self.tr("clearly"), self.tr("much"))
        self.strengths: dict[int, ChoiceButton] = {}
        for number, text in enumerate(strengths, 1):
            button = ChoiceButton(text, str(number))
            button.setAccessibleName(f"{title}: {text}")
            button.clicked.connect(partial(self._weighed, number))
            # As wide without its key, so that the rows stay in columns.
            fix_width(button, 88)
            self.strengths[number] = button
            how_much.addWidget(button)
        self.mark = text_label("", "muted")
        fix_width(self.mark, 14)
        how_much.addWidget(self.mark)
        sized(self, lambda it: it.setMinimumHeight(px(38)))
        self.set_active(False)
        self.show_choice(None, None, "")

    def fit(self, width: int) -> None:
        """How much better goes below the choice where both do not fit side by side."""
        parts = [part.minimumSize().width() for part in (self._choosing, self._weighing)]
        margins = self._parts.contentsMargins()
        wanted = sum(parts) + self._parts.spacing() + margins.left() + margins.right()
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._parts.setDirection(across if wanted <= width else down)

    def set_active(self, active: bool) -> None:
        """Whether keys answer it: then they are shown."""
        self.setProperty("surface", "accent" if active else "pane")
        self.style().unpolish(self)
        self.style().polish(self)
        for shown, button in self.choices.items():
            button.follow_keys(self._actions.keys(f"prefer.{shown}") if active else "")
        for number, button in self.strengths.items():
            button.follow_keys(self._actions.keys(f"prefer.digit{number}") if active else "")

    def show_choice(self, choice: object, strength: object, reason: str) -> None:
        """What was chosen; None for nothing."""
        self._choice = choice
        for shown, button in self.choices.items():
            button.setChecked(shown == choice)
        for number, button in self.strengths.items():
            button.setEnabled(choice in ("left", "right"))
            button.setChecked(number == strength)
        self.mark.setText("✎" if reason else "")
        self.mark.setToolTip(reason)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click anywhere in it makes it the active one."""
        self.activated.emit()
        super().mousePressEvent(event)

    def _clicked(self, shown: Shown, checked: bool) -> None:
        self.chosen.emit(shown if checked else None)

    def _weighed(self, number: int, checked: bool) -> None:
        self.strengths[number].setChecked(True)
        self.weighed.emit(number)


class ReasonField(QLineEdit):
    """Return and Esc leave it.

    Signals:
        left(): the keys may go back to where they were.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See above."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)
