"""The form that raters will see, and that really answers; what is tried out is kept nowhere."""

from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from evaldesk.domain.conditions import Condition, Test
from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.rubric import Criterion, Rubric
from evaldesk.services.labelling import answering
from evaldesk.services.labelling.answering import Sheet
from evaldesk.ui.widgets.rubric_form import RubricForm


class Preview(RubricForm):
    """Digits, arrows, X, E, Return and 0 do what they do on the review screen, while it has the
    focus.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, submits=False)
        self.sheet = Sheet()
        self.answered.connect(self._answer)
        self.said.connect(self._say)

    def show_rubric(self, rubric: Rubric | None) -> None:
        """Another version; what was tried out stays where it still fits."""
        super().show_rubric(rubric)
        sheet = Sheet()
        if rubric is not None:
            for name, value in self.sheet.answers.items():
                try:
                    fit = answering.checked(rubric, name, value)
                except EvalDeskError:
                    continue
                if fit is not None:
                    sheet.answers[name] = fit
                    sheet.said[name] = self.sheet.said.get(name, "")
            for name in answering.not_asked(rubric, sheet.answers):
                del sheet.answers[name]
        self.sheet = sheet
        self.show_answers(sheet.answers, sheet.said, activate=False)

    def reveal(self, name: str) -> None:
        """Have a question asked, by trying the answers that it is asked by."""
        rubric = self.rubric
        criterion = rubric.criterion(name) if rubric is not None else None
        if rubric is None or criterion is None or criterion in rubric.asked(self.sheet.answers):
            return
        for test in _tests(criterion.shown_if):
            self.reveal(test.criterion)
            looked_at = rubric.criterion(test.criterion)
            if looked_at is not None:
                self._give(test.criterion, _fitting(test, looked_at), None)
            if criterion in rubric.asked(self.sheet.answers):
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As on the review screen."""
        text, key = event.text().casefold(), event.key()
        if text == "0" or key == Qt.Key.Key_Backspace:
            self.clear_active()
        elif text.isdecimal():
            self.digit(int(text))
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.point_at(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.enter()
        elif text == "x":
            self.cannot_judge()
        elif text == "e":
            self.show_details()
        else:
            super().keyPressEvent(event)

    def _answer(self, name: str, value: Any, _typing: bool) -> None:
        self._give(name, value, None)

    def _say(self, name: str, comment: str) -> None:
        if name in self.sheet.answers:
            self._give(name, self.sheet.answers[name], comment)

    def _give(self, name: str, value: Any, comment: str | None) -> None:
        if self.rubric is None:
            return
        answers, said = self.sheet.answers, self.sheet.said
        try:
            fit = answering.checked(self.rubric, name, value)
            step = answering.step_to(self.rubric, 0, answers, said, name, fit, comment)
        except EvalDeskError as error:
            self.show_problem(str(error))
            return
        if step is None:
            self.show_answer(name, answers.get(name), said.get(name, ""))
            return
        for part in step.parts:
            answers.pop(part.name, None)
            said.pop(part.name, None)
            if part.after is not None:
                answers[part.name] = part.after
                said[part.name] = part.said_after
        for part in step.parts:
            self.show_answer(part.name, answers.get(part.name), said.get(part.name, ""))


def _tests(condition: Condition | None) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    elif condition is not None:
        for item in condition.items:
            yield from _tests(item)


def _fitting(test: Test, criterion: Criterion) -> Any:
    """An answer that a test holds of, where there is one."""
    scale, value = criterion.scale, test.values[0]
    if test.operator in ("is", "in"):
        return [str(value)] if scale.kind == "multi" else value
    upwards = test.operator == "above"
    if scale.points:
        return scale.points[-1 if upwards else 0].value
    number = float(value)
    bound = scale.maximum if upwards else scale.minimum
    wanted = number + 1 if upwards else number - 1
    return wanted if bound is None or (wanted <= bound if upwards else wanted >= bound) else bound
