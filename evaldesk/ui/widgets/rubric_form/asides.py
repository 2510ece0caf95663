"""What stands below an answer: why there can be none, why it was given, what it was before."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from evaldesk.domain.rubric import CannotJudge
from evaldesk.services.labelling.answering import Earlier
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.chip import restyle
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.keyed_words import keyed_tooltip
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton
from evaldesk.ui.widgets.rubric_form.fields import LeavableLine

_IDLE_MS = 400


class ReasonRow(QWidget):
    """Why there can be no answer: one of a few reasons by digit, or in words.

    Attributes:
        button: opens it; stands in the head of the card.

    Signals:
        given(reason): by choice or Return. edited(reason): the words of a reason that was given
            changed. reached(): focus came. left(step): see `FieldCard.left`.
    """

    given = Signal(str)
    edited = Signal(str)
    reached = Signal()
    left = Signal(int)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._value: CannotJudge | None = None
        self._active = False
        self.button = QPushButton(self.tr("cannot judge"))
        self.button.setProperty("kind", "link")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setStyleSheet("padding: 0 2px; min-height: 0;")
        self.button.setToolTip(self.tr("Say why there can be no answer"))
        self.button.setAccessibleName(self.tr("Cannot judge: %1").replace("%1", title))
        self.button.clicked.connect(self.open)
        keep = self.button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(keep)
        self.button.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self.said = text_label("", "", wrap=True)
        column.addWidget(self.said)
        self.ways = QWidget()
        row = FlowLayout(self.ways)
        self.choices: list[ChoiceButton] = []
        reasons = (
            self.tr("the trace does not show it"),
            self.tr("it is beyond what I know"),
            self.tr("the question does not fit"),
        )
        for number, words in enumerate(reasons, 1):
            choice = ChoiceButton(words, str(number))
            choice.clicked.connect(lambda _=False, words=words: self._pick(words))
            row.addWidget(choice)
            self.choices.append(choice)
        column.addWidget(self.ways)
        self.field = ReasonLine(len(self.choices))
        self.field.setPlaceholderText(self.tr("or in your own words, then Return"))
        self.field.setAccessibleName(self.tr("Why “%1” cannot be judged").replace("%1", title))
        self.field.picked.connect(lambda number: self._pick(reasons[number - 1]))
        self.field.focused.connect(self.reached)
        self.field.blurred.connect(self._blurred)
        self.field.left.connect(self._leave)
        column.addWidget(self.field)
        self.hide()

    def show_keys(self, keys: str) -> None:
        """Name the key that opens it."""
        keyed_tooltip(self.button, self.tr("Say why there can be no answer"), keys)

    def open(self) -> None:
        """Go into it."""
        self.reached.emit()
        for widget in (self, self.ways, self.field):
            widget.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def set_active(self, active: bool) -> None:
        """The way in, and other reasons, are shown on the active card only."""
        self._active = active
        self.button.setVisible(active)
        self._fit()

    def show_value(self, value: object) -> None:
        """Show the reason where that is the answer."""
        reason = value if isinstance(value, CannotJudge) else None
        if reason == self._value and (reason is not None or not self.field.text()):
            self._fit()
            return
        self._value = reason
        words = "" if reason is None else reason.reason
        for choice in self.choices:
            choice.setChecked(choice.text() == words)
        own = "" if any(choice.text() == words for choice in self.choices) else words
        if self.field.text().strip() != own:
            self.field.setText(own)
        self._fit()

    def flush(self) -> None:
        """Keep other words of a reason that was given."""
        text = self.field.text().strip()
        if self._value is not None and text and text != self._value.reason:
            self.edited.emit(text)

    def _fit(self) -> None:
        typing = self.field.hasFocus()
        given = self._value is not None
        self.setVisible(given or typing)
        self.ways.setVisible(typing or (given and self._active))
        self.field.setVisible(typing or (given and self._active))
        if self._value is not None:
            said = self.tr("Cannot judge: %1").replace("%1", self._value.reason)
            self.said.setText(said)
        else:
            self.said.setText(self.tr("Cannot judge, because"))

    def _pick(self, words: str) -> None:
        for choice in self.choices:
            choice.setChecked(self._value is not None and choice.text() == self._value.reason)
        self.field.clear()
        self.given.emit(words)

    def _blurred(self) -> None:
        self.flush()
        # Hidden once the click that took the focus away has found its button.
        QTimer.singleShot(0, self, self._fit)

    def _leave(self, step: int) -> None:
        text = self.field.text().strip()
        if text and (self._value is None or text != self._value.reason) and step == 1:
            self.given.emit(text)
            return
        if self._value is None:
            self.field.clear()
        self.left.emit(step)


class ReasonLine(LeavableLine):
    """A line in which a digit, typed first, picks a reason.

    Signals:
        picked(number): from 1.
    """

    picked = Signal(int)

    def __init__(self, reasons: int) -> None:
        super().__init__()
        self._reasons = reasons

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A first digit picks."""
        text = event.text()
        empty = not self.text() or self.selectedText() == self.text()
        if empty and text.isdecimal() and 1 <= int(text) <= self._reasons:
            self.picked.emit(int(text))
            return
        super().keyPressEvent(event)


class SayLine(QWidget):
    """The comment on one answer.

    Signals:
        edited(text): nothing was typed for a while, or the line was left. reached(): focus came.
        left(step): see `FieldCard.left`.
    """

    edited = Signal(str)
    reached = Signal()
    left = Signal(int)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._known = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.field = LeavableLine()
        self.field.setPlaceholderText(self.tr("Say why"))
        self.field.setAccessibleName(self.tr("Comment on “%1”").replace("%1", title))
        row.addWidget(self.field, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_IDLE_MS)
        self._timer.timeout.connect(self.flush)
        self.field.textEdited.connect(lambda _: self._timer.start())
        self.field.focused.connect(self.reached)
        self.field.blurred.connect(self.flush)
        self.field.left.connect(self._leave)
        self.hide()

    def text(self) -> str:
        """What stands in it."""
        return self.field.text().strip()

    def show_text(self, text: str) -> None:
        """Show it, but leave alone what is being typed."""
        self._known = text
        if not self._timer.isActive() and self.text() != text:
            self.field.setText(text)

    def show_wanted(self, wanted: bool, *, shown: bool) -> None:
        """Whether the answer asks for it, and whether it is in sight."""
        lacking = wanted and not self.text()
        if bool(self.field.property("invalid")) != lacking:
            self.field.setProperty("invalid", lacking)
            restyle(self.field)
        if shown or not self.field.hasFocus():
            self.setVisible(shown)

    def flush(self) -> None:
        """Emit what was typed."""
        self._timer.stop()
        if self.text() != self._known:
            self._known = self.text()
            self.edited.emit(self._known)

    def _leave(self, step: int) -> None:
        self.flush()
        self.left.emit(step)


class EarlierNote(QWidget):
    """What was answered when it was another question."""

    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.label = text_label("", "small", wrap=True)
        layout.addWidget(self.label)
        self.hide()

    def show_earlier(self, earlier: Earlier | None) -> None:
        """Show it; None for nothing."""
        self.setVisible(earlier is not None)
        if earlier is not None:
            said = self.tr("Version {v} asked “{q}”; you said “{a}”.")
            self.label.setText(said.format(v=earlier.version, q=earlier.question, a=earlier.words))
