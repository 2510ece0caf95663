"""A number, typed."""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import CannotJudge, Criterion
from evaldesk.ui.theme.measure import fix_width
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.chip import restyle
from evaldesk.ui.widgets.rubric_form.cards import FieldCard, connect_field, idle_timer
from evaldesk.ui.widgets.rubric_form.fields import LeavableLine


class NumberCard(FieldCard):
    """A number in a field, with its unit and bounds beside it. The arrows go by its step."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(criterion.name, criterion.text, criterion)
        self._scale = criterion.scale
        row = QHBoxLayout()
        row.setSpacing(8)
        self.field = SteppedLine()
        fix_width(self.field, 120)
        self.field.setAccessibleName(criterion.text)
        row.addWidget(self.field)
        row.addWidget(text_label(criterion.scale.unit, "", wrap=False))
        bounds = self._bounds()
        self.field.setAccessibleDescription(" ".join((bounds, criterion.scale.unit)).strip())
        row.addWidget(text_label(bounds, "muted", wrap=True), 1)
        self.body.addLayout(row)
        self._problem = text_label("", "error", wrap=True)
        self._problem.hide()
        self.body.addWidget(self._problem)
        self._timer = idle_timer(self, self.flush)
        self.field.textEdited.connect(lambda _: self._timer.start())
        self.field.stepped.connect(self._step)
        connect_field(self, self.field)

    def show_value(self, value: Any) -> None:
        """Show it, but leave alone what is being typed."""
        super().show_value(value)
        if not self._timer.isActive() and not self._same(value):
            number = isinstance(value, int | float)
            self.field.setText(f"{value:.15g}" if number else "")
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
        super().flush()
        self._timer.stop()
        text = self.field.text().strip().replace(",", ".")
        if not text:
            self._show_problem("")
            if self.answered and not isinstance(self.value, CannotJudge):
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

    def words_of(self, value: Any) -> str:
        """With its unit."""
        return self._scale.text_of(value)

    def _step(self, step: int) -> None:
        """The next number that the step allows, within the bounds."""
        scale, size = self._scale, self._scale.step or 1.0
        try:
            now = float(self.field.text().replace(",", "."))
        except ValueError:
            low, high = scale.minimum, scale.maximum
            new = (low if step > 0 else high) if None not in (low, high) else low or 0.0
        else:
            base = scale.minimum or 0.0
            places = (now - base) / size
            near = round(places)
            whole = (
                near
                if abs(places - near) < 1e-9
                else (places // 1 if step > 0 else places // 1 + 1)
            )
            new = base + (whole + step) * size
        if new is None:
            new = 0.0
        if scale.minimum is not None:
            new = max(scale.minimum, new)
        if scale.maximum is not None:
            new = min(scale.maximum, new)
        self.field.setText(f"{new:.12g}")
        self._timer.start()

    def _bounds(self) -> str:
        scale = self._scale
        parts = []
        if scale.minimum is not None and scale.maximum is not None:
            parts.append(f"{scale.minimum:g} – {scale.maximum:g}")
        elif scale.minimum is not None:
            parts.append(f"≥ {scale.minimum:g}")
        elif scale.maximum is not None:
            parts.append(f"≤ {scale.maximum:g}")
        if scale.step is not None:
            parts.append(self.tr("in steps of %1").replace("%1", f"{scale.step:g}"))
        return ", ".join(parts)

    def _same(self, value: Any) -> bool:
        try:
            return (
                isinstance(value, int | float)
                and float(self.field.text().replace(",", ".")) == value
            )
        except ValueError:
            return False

    def _show_problem(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        if bool(self.field.property("invalid")) != bool(text):
            self.field.setProperty("invalid", bool(text))
            restyle(self.field)


class SteppedLine(LeavableLine):
    """A line whose number goes up and down by the arrows.

    Signals:
        stepped(step): 1 up, -1 down.
    """

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrows."""
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Up else -1)
            return
        super().keyPressEvent(event)
