"""One card for each field of a rubric.

A card shows what the controller says is answered; it never answers by itself. What a person
chooses is emitted, and comes back through `FieldCard.show_value`.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.rubric import SEVERITIES, SEVERITY, CannotJudge, Criterion
from evaldesk.domain.suggestion import Suggested
from evaldesk.services.labelling.answering import Earlier
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.keyed_words import keyed_tooltip
from evaldesk.ui.widgets.rubric_form.asides import EarlierNote, ReasonRow, SayLine
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton
from evaldesk.ui.widgets.rubric_form.fields import GrowingText, LeavableLine
from evaldesk.ui.widgets.rubric_form.suggestion_note import SuggestionNote

KeysOf = Callable[[str], str]
"""Name of a command of the form, such as ``answer1`` → its key."""

IDLE_MS = 400
"""A text is kept when nothing was typed for so long."""


class FieldCard(QFrame):
    """Title, question and answer of one field.

    Signals:
        chosen(name, value): the person answered; None takes the answer back.
        typed(name, value): the same, while a text is being written.
        said(name, comment): the comment on the answer was written.
        taken(name): the suggestion was taken by its button.
        final(name): what is chosen next ends the field, so that the next one may come.
        reached(name): focus or a click came to it.
        left(step): the person goes on (1) or back (-1), or stays outside the field (0).
    """

    chosen = Signal(str, object)
    typed = Signal(str, object)
    said = Signal(str, str)
    taken = Signal(str)
    final = Signal(str)
    reached = Signal(str)
    left = Signal(int)

    def __init__(self, name: str, title: str, criterion: Criterion | None = None) -> None:
        super().__init__()
        self.name = name
        self.criterion = criterion
        self.value: Any = None
        self.active = False
        self.asked = True
        self._reason: ReasonRow | None = None
        self._say: SayLine | None = None
        self._earlier: EarlierNote | None = None
        self._ready: Suggested | None = None
        self._suggestion: SuggestionNote | None = None
        self._take_keys = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(10, 8, 10, 10)
        self.body.setSpacing(6)
        head = self._head = QHBoxLayout()
        head.setSpacing(6)
        self.title = text_label(title, "heading", wrap=True)
        head.addWidget(self.title, 1)
        self.clear_button = QToolButton()
        self.clear_button.setText("✕")
        self.clear_button.setProperty("kind", "flat")
        sized(self.clear_button, lambda it: it.setFixedSize(px(20), px(20)))
        self.clear_button.setStyleSheet("padding: 0; min-height: 0;")
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clear_button.setAccessibleName(self.tr("Take back: %1").replace("%1", title))
        self.clear_button.clicked.connect(self.clear)
        keep = self.clear_button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.clear_button.setSizePolicy(keep)
        self.clear_button.hide()
        head.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignTop)
        if criterion is not None and not criterion.required:
            head.addWidget(text_label(self.tr("optional"), "small"))
        self.body.addLayout(head)
        if criterion is not None and criterion.question:
            self.body.addWidget(text_label(criterion.question, "muted", wrap=True))

    def show_keys(self, keys: KeysOf) -> None:
        """Name the keys that the person has for it."""
        self._take_keys = keys("accept")
        words = self.tr("Take the answer back")
        keyed_tooltip(self.clear_button, words, keys("clear"))
        if self._reason is not None:
            self._reason.show_keys(keys("cannot_judge"))

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.value is not None

    def show_value(self, value: Any) -> None:
        """Show what is answered; None for nothing."""
        self.value = value
        self.setAccessibleDescription(
            self.tr("no answer") if value is None else self._read_out(value)
        )
        self._update_clear()
        if self._reason is not None:
            self._reason.show_value(value)
        self._fit_say()
        self._fit_suggestion()

    def show_said(self, text: str) -> None:
        """Show the comment on the answer."""
        if text and self._say is None and self.criterion is not None:
            self._make_say()
        if self._say is not None:
            self._say.show_text(text)
            self._fit_say()

    def show_earlier(self, earlier: Earlier | None) -> None:
        """Show what was answered when it was another question; None for nothing."""
        if earlier is not None and self._earlier is None:
            self._earlier = EarlierNote()
            self.body.addWidget(self._earlier)
        if self._earlier is not None:
            self._earlier.show_earlier(earlier)

    def show_suggested(self, ready: Suggested | None) -> None:
        """Show what stands ready as an answer, and is none yet; None for nothing."""
        self._ready = ready
        if ready is not None and self._suggestion is None:
            self._suggestion = SuggestionNote(self.title.text(), self._take_keys)
            self._suggestion.taken.connect(lambda: self.taken.emit(self.name))
            self.body.addWidget(self._suggestion)
        self._fit_suggestion()

    @property
    def stands_ready(self) -> bool:
        """Whether a suggestion waits to be taken or changed."""
        return self._ready is not None and not self.answered

    def mark_suggested(self, value: Any) -> None:
        """Mark the point that is suggested and not answered; None for none."""

    def _fit_suggestion(self) -> None:
        ready = self._ready
        if self._suggestion is not None:
            words = "" if ready is None else self._read_out(ready.value)
            self._suggestion.show_suggestion(ready, words, answered=self.answered)
            self.mark_suggested(ready.value if ready is not None and self.stands_ready else None)
        if ready is not None and not self.answered:
            said = self.tr("no answer yet; suggested is %1 (%2)")
            said = said.replace("%1", self._read_out(ready.value)).replace("%2", ready.by)
            self.setAccessibleDescription(said)

    @property
    def wants_comment(self) -> bool:
        """Whether the answer asks for a comment that is not there yet."""
        wanted = self.criterion is not None and self.criterion.wants_comment(self.value)
        return wanted and (self._say is None or not self._say.text())

    def say(self) -> None:
        """Go into the comment on the answer."""
        if self._say is not None and not self._say.isHidden():
            self._say.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def cannot_judge(self) -> bool:
        """Go into the reason why there can be no answer; whether the field allows that."""
        if self._reason is None:
            return False
        self._reason.open()
        return True

    def show_details(self) -> bool:
        """Show or hide anchors and examples; whether there are any."""
        return False

    def point_at(self, step: int) -> bool:
        """Go to another point of the scale, without choosing it; whether there are points."""
        return False

    def words_of(self, value: Any) -> str:
        """An answer as it is read out."""
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def set_active(self, active: bool) -> None:
        """Digits go to the active card."""
        if active != self.active:
            self.active = active
            self._update_clear()
            if self._reason is not None:
                self._reason.set_active(active)
            self.update()

    def digit(self, number: int) -> bool:
        """A digit was pressed; whether the card has an answer for it."""
        return False

    def enter(self) -> None:
        """Return was pressed: go into the field, if it has one."""

    def flush(self) -> None:
        """Emit what was typed and has not been emitted yet."""
        if self._reason is not None:
            self._reason.flush()
        if self._say is not None:
            self._say.flush()

    def clear(self) -> None:
        """Take the answer back."""
        if self.answered:
            self.chosen.emit(self.name, None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Focus makes it the active one."""
        super().focusInEvent(event)
        self.reached.emit(self.name)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """So does a click."""
        super().mousePressEvent(event)
        self.reached.emit(self.name)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The active one stands on accent."""
        if not self.active or not self.isEnabled():
            return
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent), 1))
        painter.setBrush(QColor(tokens.accent_soft))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    def add_asides(self) -> "FieldCard":
        """What stands below the answer of a criterion; once the answer itself is in its place."""
        criterion = self.criterion
        if criterion is None:
            return self
        if criterion.cannot_judge:
            self._reason = ReasonRow(criterion.text)
            self._head.insertWidget(1, self._reason.button, 0, Qt.AlignmentFlag.AlignTop)
            self.body.addWidget(self._reason)
            self._reason.given.connect(self._give_reason)
            self._reason.edited.connect(lambda text: self.typed.emit(self.name, CannotJudge(text)))
            self._reason.reached.connect(lambda: self.reached.emit(self.name))
            self._reason.left.connect(self.left)
        if any(point.comment for point in criterion.scale.points):
            self._make_say()
        return self

    def _make_say(self) -> None:
        self._say = say = SayLine(self.title.text())
        place = self.body.indexOf(self._earlier) if self._earlier is not None else -1
        self.body.insertWidget(place, say)
        say.edited.connect(lambda text: self.said.emit(self.name, text))
        say.reached.connect(lambda: self.reached.emit(self.name))
        say.left.connect(self.left)
        self._fit_say()

    def _fit_say(self) -> None:
        if self._say is not None and self.criterion is not None:
            wanted = self.criterion.wants_comment(self.value)
            self._say.show_wanted(wanted, shown=wanted or bool(self._say.text()))

    def _give_reason(self, text: str) -> None:
        # Out of the line first: the answer may lead on to the next field.
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.final.emit(self.name)
        self.chosen.emit(self.name, CannotJudge(text))

    def _read_out(self, value: Any) -> str:
        if isinstance(value, CannotJudge):
            return self.tr("cannot judge: %1").replace("%1", value.reason)
        return self.words_of(value)

    def _update_clear(self) -> None:
        self.clear_button.setVisible(self.active and self.answered)


class SeverityCard(FieldCard):
    """S1 to S4, by Shift and a digit from anywhere."""

    def __init__(self) -> None:
        super().__init__(SEVERITY, "")
        self.title.setText(self.tr("Severity"))
        self.setAccessibleName(self.title.text())
        words = (self.tr("critical"), self.tr("serious"), self.tr("minor"), self.tr("cosmetic"))
        row = FlowLayout()
        self.buttons: list[ChoiceButton] = []
        for number, (severity, word) in enumerate(zip(SEVERITIES, words, strict=True), 1):
            button = ChoiceButton(severity, f"⇧{number}", f"{severity}: {word}")
            button.clicked.connect(lambda _=False, value=severity: self._clicked(value))
            row.addWidget(button)
            self.buttons.append(button)
        self.body.addLayout(row)

    def show_keys(self, keys: KeysOf) -> None:
        """On each button."""
        super().show_keys(keys)
        for number, button in enumerate(self.buttons, 1):
            button.follow_keys(keys(f"severity{number}"))

    def show_value(self, value: Any) -> None:
        """Mark it."""
        super().show_value(value)
        for button, own in zip(self.buttons, SEVERITIES, strict=True):
            button.setChecked(own == value)

    def digit(self, number: int) -> bool:
        """Choose it."""
        if not 1 <= number <= len(SEVERITIES):
            return False
        self.chosen.emit(self.name, SEVERITIES[number - 1])
        return True

    def _clicked(self, value: str) -> None:
        self.show_value(self.value)
        self.reached.emit(self.name)
        self.chosen.emit(self.name, value)


class TextCard(FieldCard):
    """Words in an area that grows with them."""

    def __init__(self, name: str, title: str, criterion: Criterion | None = None) -> None:
        super().__init__(name, title, criterion)
        self.field = GrowingText()
        self.field.setAccessibleName(title)
        self.body.addWidget(self.field)
        self._timer = idle_timer(self, self.flush)
        self.field.textChanged.connect(self._changed)
        self._showing = False
        connect_field(self, self.field)

    def show_value(self, value: Any) -> None:
        """Show it, but leave alone what is being typed."""
        super().show_value(value)
        text = "" if value is None or isinstance(value, CannotJudge) else str(value)
        if not self._timer.isActive() and self.field.toPlainText().strip() != text:
            self._showing = True
            self.field.setPlainText(text)
            self._showing = False

    def enter(self) -> None:
        """Go on writing at the end."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        cursor = self.field.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.field.setTextCursor(cursor)

    def clear(self) -> None:
        """Empty the field as well."""
        self._timer.stop()
        self._showing = True
        self.field.clear()
        self._showing = False
        super().clear()

    def flush(self) -> None:
        """Emit the text."""
        super().flush()
        typing = self._timer.isActive()
        self._timer.stop()
        text = self.field.toPlainText().strip() or None
        if isinstance(self.value, CannotJudge) and not (typing and text):
            return
        if text != self.value:
            self.typed.emit(self.name, text)

    def _changed(self) -> None:
        if not self._showing:
            self._timer.start()


def idle_timer(card: QWidget, run: Callable[[], object]) -> QTimer:
    """Runs once nothing was typed for a while."""
    timer = QTimer(card)
    timer.setSingleShot(True)
    timer.setInterval(IDLE_MS)
    timer.timeout.connect(run)
    return timer


def connect_field(card: FieldCard, field: LeavableLine | GrowingText) -> None:
    """Going in makes the card active; going out keeps what was typed."""
    field.focused.connect(lambda: card.reached.emit(card.name))
    field.blurred.connect(card.flush)

    def left(step: int) -> None:
        card.flush()
        card.left.emit(step)

    field.left.connect(left)
