"""One card for each field of a rubric.

A card shows what the controller says is answered; it never answers by itself. What a person
chooses is emitted, and comes back through `FieldCard.show_value`.
"""

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

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import SEVERITIES, SEVERITY, Criterion
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.chip import restyle
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton
from evaldesk.ui.widgets.rubric_form.fields import GrowingText, LeavableLine

IDLE_MS = 400
"""A text is kept when nothing was typed for so long."""

_SHORT_ANCHORS = 140


class FieldCard(QFrame):
    """Title, question and answer of one field.

    Signals:
        chosen(name, value): the person answered; None takes the answer back.
        typed(name, value): the same, while a text is being written.
        reached(name): focus or a click came to it.
        left(step): the person goes on (1) or back (-1), or stays outside the field (0).
    """

    chosen = Signal(str, object)
    typed = Signal(str, object)
    reached = Signal(str)
    left = Signal(int)

    def __init__(self, name: str, title: str, *, optional: bool = False) -> None:
        super().__init__()
        self.name = name
        self.value: Any = None
        self.active = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(10, 8, 10, 10)
        self.body.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(6)
        self.title = text_label(title, "heading", wrap=True)
        head.addWidget(self.title, 1)
        self.clear_button = QToolButton()
        self.clear_button.setText("✕")
        self.clear_button.setProperty("kind", "flat")
        self.clear_button.setFixedSize(20, 20)
        self.clear_button.setStyleSheet("padding: 0; min-height: 0;")
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clear_button.setToolTip(self.tr("Take the answer back  (0)"))
        self.clear_button.setAccessibleName(self.tr("Take back: %1").replace("%1", title))
        self.clear_button.clicked.connect(self.clear)
        keep = self.clear_button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.clear_button.setSizePolicy(keep)
        self.clear_button.hide()
        head.addWidget(self.clear_button, 0, Qt.AlignmentFlag.AlignTop)
        if optional:
            head.addWidget(text_label(self.tr("optional"), "small"))
        self.body.addLayout(head)

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.value is not None

    def show_value(self, value: Any) -> None:
        """Show what is answered; None for nothing."""
        self.value = value
        self.setAccessibleDescription(
            self.tr("no answer") if value is None else self.words_of(value)
        )
        self._update_clear()

    def words_of(self, value: Any) -> str:
        """An answer as it is read out."""
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    def set_active(self, active: bool) -> None:
        """Digits go to the active card."""
        if active != self.active:
            self.active = active
            self._update_clear()
            self.update()

    def digit(self, number: int) -> bool:
        """A digit was pressed; whether the card has an answer for it."""
        return False

    def enter(self) -> None:
        """Return was pressed: go into the field, if it has one."""

    def flush(self) -> None:
        """Emit what was typed and has not been emitted yet."""

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

    def _update_clear(self) -> None:
        self.clear_button.setVisible(self.active and self.answered)


class ChoiceCard(FieldCard):
    """The points of a scale as buttons, the first nine with a digit."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion.name, criterion.text, optional=not criterion.required)
        self._scale = criterion.scale
        points = criterion.scale.points
        add_question(self, criterion)
        lines = [(point.text, point.anchor) for point in points if point.anchor]
        joined = " · ".join(f"{text}: {anchor}" for text, anchor in lines)
        self._anchors = text_label("", "muted", wrap=True)
        self._long = len(joined) > _SHORT_ANCHORS
        self._anchors.setText(
            "\n".join(f"{text} — {anchor}" for text, anchor in lines) if self._long else joined
        )
        self._anchors.setVisible(bool(lines) and not self._long)
        self.body.addWidget(self._anchors)
        self._values: list[Any] = [point.value for point in points]
        row = FlowLayout()
        self.buttons: list[ChoiceButton] = []
        for number, point in enumerate(points, 1):
            button = ChoiceButton(point.text, str(number) if number <= 9 else "", point.anchor)
            button.clicked.connect(lambda _=False, value=point.value: self._clicked(value))
            row.addWidget(button)
            self.buttons.append(button)
        self.body.addLayout(row)

    def set_active(self, active: bool) -> None:
        """Long anchors are shown on the active card only."""
        super().set_active(active)
        if self._long:
            self._anchors.setVisible(active)

    def show_value(self, value: Any) -> None:
        """Mark the point. An answer to an earlier version that the scale no longer has marks
        none.
        """
        super().show_value(value)
        for button, own in zip(self.buttons, self._values, strict=True):
            button.setChecked(value is not None and own == value)

    def words_of(self, value: Any) -> str:
        """What the button says."""
        return self._scale.text_of(value)

    def digit(self, number: int) -> bool:
        """Choose the point of that place."""
        if not 1 <= number <= min(9, len(self._values)):
            return False
        self.chosen.emit(self.name, self._values[number - 1])
        return True

    def _clicked(self, value: Any) -> None:
        # Qt has checked the button already; whether it is answered is not the button's to say.
        self.show_value(self.value)
        self.reached.emit(self.name)
        self.chosen.emit(self.name, value)


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


class NumberCard(FieldCard):
    """A number in a field."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion.name, criterion.text, optional=not criterion.required)
        self._scale = criterion.scale
        add_question(self, criterion)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.field = LeavableLine()
        self.field.setFixedWidth(120)
        self.field.setAccessibleName(criterion.text)
        row.addWidget(self.field)
        row.addWidget(text_label(_range_text(criterion), "muted"), 1)
        self.body.addLayout(row)
        self._problem = text_label("", "error", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._timer = _idle_timer(self, self.flush)
        self.field.textEdited.connect(lambda _: self._timer.start())
        _connect_field(self, self.field)

    def show_value(self, value: Any) -> None:
        """Show it, but leave alone what is being typed."""
        super().show_value(value)
        if not self._timer.isActive() and not self._same(value):
            self.field.setText("" if value is None else f"{value:g}")
        self._show_problem("")

    def digit(self, number: int) -> bool:
        """Begin to type."""
        self.field.setText(str(number))
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.setCursorPosition(len(self.field.text()))
        self._timer.start()
        return False

    def enter(self) -> None:
        """Go into the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def clear(self) -> None:
        """Empty the field as well."""
        self._timer.stop()
        self.field.clear()
        self._show_problem("")
        super().clear()

    def flush(self) -> None:
        """Emit the number, or say what is wrong with it."""
        self._timer.stop()
        text = self.field.text().strip().replace(",", ".")
        if not text:
            self._show_problem("")
            if self.answered:
                self.typed.emit(self.name, None)
            return
        try:
            value = self._scale.check(text)
        except InputError as error:
            self._show_problem(str(error))
            return
        self._show_problem("")
        if value != self.value:
            self.typed.emit(self.name, value)

    def _same(self, value: Any) -> bool:
        try:
            return value is not None and float(self.field.text().replace(",", ".")) == value
        except ValueError:
            return False

    def _show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        if bool(self.field.property("invalid")) != bool(text):
            self.field.setProperty("invalid", bool(text))
            restyle(self.field)


class TextCard(FieldCard):
    """Words in an area that grows with them."""

    def __init__(
        self, name: str, title: str, *, optional: bool = False, criterion: Criterion | None = None
    ) -> None:
        super().__init__(name, title, optional=optional)
        if criterion is not None:
            add_question(self, criterion)
        self.field = GrowingText()
        self.field.setAccessibleName(title)
        self.body.addWidget(self.field)
        self._timer = _idle_timer(self, self.flush)
        self.field.textChanged.connect(self._changed)
        self._showing = False
        _connect_field(self, self.field)

    def show_value(self, value: Any) -> None:
        """Show it, but leave alone what is being typed."""
        super().show_value(value)
        text = "" if value is None else str(value)
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
        self._timer.stop()
        text = self.field.toPlainText().strip() or None
        if text != self.value:
            self.typed.emit(self.name, text)

    def _changed(self) -> None:
        if not self._showing:
            self._timer.start()


def add_question(card: FieldCard, criterion: Criterion) -> None:
    """The question under the title."""
    if criterion.question:
        card.body.addWidget(text_label(criterion.question, "muted", wrap=True))


def card_for(criterion: Criterion) -> FieldCard:
    """The card that fits a criterion's scale."""
    if criterion.scale.kind == "text":
        return TextCard(
            criterion.name, criterion.text, optional=not criterion.required, criterion=criterion
        )
    if criterion.scale.points:
        return ChoiceCard(criterion)
    return NumberCard(criterion)


def _range_text(criterion: Criterion) -> str:
    scale = criterion.scale
    parts = []
    if scale.minimum is not None and scale.maximum is not None:
        parts.append(f"{scale.minimum:g} – {scale.maximum:g}")
    elif scale.minimum is not None:
        parts.append(f"≥ {scale.minimum:g}")
    elif scale.maximum is not None:
        parts.append(f"≤ {scale.maximum:g}")
    if scale.unit:
        parts.append(scale.unit)
    return " ".join(parts)


def _idle_timer(card: QWidget, run: Any) -> QTimer:
    timer = QTimer(card)
    timer.setSingleShot(True)
    timer.setInterval(IDLE_MS)
    timer.timeout.connect(run)
    return timer


def _connect_field(card: FieldCard, field: LeavableLine | GrowingText) -> None:
    field.focused.connect(lambda: card.reached.emit(card.name))
    field.blurred.connect(card.flush)

    def left(step: int) -> None:
        card.flush()
        card.left.emit(step)

    field.left.connect(left)
