"""The fields of one question."""

import math
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from evaldesk.domain.rubric import SCALE_KINDS
from evaldesk.ui.screens.rubrics.grid import EditableGrid
from evaldesk.ui.widgets.card import Card, text_label

_POINTED = ("binary", "nominal", "ordinal", "interval", "ratio", "multi")
_NUMBERED = ("interval", "ratio")


class CriterionEditor(Card):
    """Writes into the JSON form of one criterion.

    Signals:
        edited(): a person changed something.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(surface="card")
        self._data: dict[str, Any] = {}
        self._showing = False
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.title = QLineEdit()
        self.name = QLineEdit()
        self.name.setToolTip(
            self.tr("Stays the same from version to version: answers and exports are kept under it")
        )
        self.question = QPlainTextEdit()
        self.question.setFixedHeight(58)
        self.question.setTabChangesFocus(True)
        self.kind = QuietCombo()
        for kind, words in zip(SCALE_KINDS, self._kinds(), strict=True):
            self.kind.addItem(words, kind)
        self.direction = QuietCombo()
        for direction, words in (
            ("higher", self.tr("higher is better")),
            ("lower", self.tr("lower is better")),
            ("none", self.tr("neither")),
        ):
            self.direction.addItem(words, direction)
        self.required = QCheckBox(self.tr("needed to submit"))
        for field, words in (
            (self.title, self.tr("Title")),
            (self.name, self.tr("Name")),
            (self.question, self.tr("Question")),
        ):
            field.setAccessibleName(words)
            form.addRow(text_label(words, "muted"), field)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.kind.setAccessibleName(self.tr("Scale"))
        self.direction.setAccessibleName(self.tr("Direction"))
        row.addWidget(self.kind)
        row.addWidget(self.direction)
        row.addWidget(self.required)
        row.addStretch(1)
        form.addRow(text_label(self.tr("Scale"), "muted"), row)
        self.body.addLayout(form)
        self.points = EditableGrid(
            (
                ("value", self.tr("Value")),
                ("label", self.tr("Button says")),
                ("anchor", self.tr("When to choose it")),
            ),
            self.tr("Points"),
            widths=(80, 120),
        )
        self.body.addWidget(self.points)
        self.bounds = QWidget()
        bounds = QHBoxLayout(self.bounds)
        bounds.setContentsMargins(0, 0, 0, 0)
        bounds.setSpacing(8)
        self._numbers: dict[str, QLineEdit] = {}
        for key, words in (
            ("minimum", self.tr("From")),
            ("maximum", self.tr("to")),
            ("step", self.tr("in steps of")),
            ("unit", self.tr("Unit")),
        ):
            field = QLineEdit()
            field.setFixedWidth(72)
            field.setAccessibleName(words)
            field.textEdited.connect(lambda _: self._edited())
            self._numbers[key] = field
            bounds.addWidget(text_label(words, "muted"))
            bounds.addWidget(field)
        bounds.addStretch(1)
        self.body.addWidget(self.bounds)
        self.problem = text_label("", "error", wrap=True)
        self.body.addWidget(self.problem)
        for line in (self.title, self.name):
            line.textEdited.connect(lambda _: self._edited())
        self.question.textChanged.connect(self._edited)
        self.kind.activated.connect(lambda _: self._change_kind())
        self.direction.activated.connect(lambda _: self._edited())
        self.required.toggled.connect(lambda _: self._edited())
        self.points.edited.connect(self._edited)

    def show_criterion(self, data: dict[str, Any]) -> None:
        """Edit this one, in place."""
        self._data = data
        self._showing = True
        scale = data["scale"]
        self.title.setText(data.get("title") or "")
        self.name.setText(data.get("name") or "")
        self.question.setPlainText(data.get("question") or "")
        self.kind.setCurrentIndex(self.kind.findData(scale["kind"]))
        self.direction.setCurrentIndex(self.direction.findData(data.get("direction", "higher")))
        with QSignalBlocker(self.required):
            self.required.setChecked(bool(data.get("required", True)))
        self.points.show_records(scale.get("points") or [])
        for key, field in self._numbers.items():
            value = scale.get(key)
            field.setText("" if value is None else f"{value:g}" if _is_number(value) else value)
        self._showing = False
        self._fit()

    def show_problem(self, text: str) -> None:
        """Say what is wrong; empty for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _kinds(self) -> tuple[str, ...]:
        return (
            self.tr("Yes or no"),
            self.tr("One of several (nominal)"),
            self.tr("Steps in order (ordinal)"),
            self.tr("Number (interval)"),
            self.tr("Number from zero (ratio)"),
            self.tr("Any of several (multi-select)"),
            self.tr("Text"),
        )

    def _fit(self) -> None:
        kind = self.kind.currentData()
        self.points.setVisible(kind in _POINTED)
        self.bounds.setVisible(kind in _NUMBERED)

    def _change_kind(self) -> None:
        kind = self.kind.currentData()
        points = self.points.records()
        if kind == "binary" and len(points) != 2:
            points = [
                {"value": "no", "label": self.tr("No"), "anchor": ""},
                {"value": "yes", "label": self.tr("Yes"), "anchor": ""},
            ]
        elif kind == "ordinal" and len(points) < 3:
            points = [{"value": n, "label": "", "anchor": ""} for n in range(1, 6)]
        elif kind in _NUMBERED and not all(_is_number(_value(point, kind)) for point in points):
            points = []
        self.points.show_records(points)
        self._fit()
        self._edited()

    def _edited(self) -> None:
        if self._showing:
            return
        kind = self.kind.currentData()
        scale: dict[str, Any] = {"kind": kind}
        if kind in _POINTED:
            points = [{**point, "value": _value(point, kind)} for point in self.points.records()]
            if points:
                scale["points"] = points
        if kind in _NUMBERED:
            for key, field in self._numbers.items():
                text = field.text().strip()
                if text:
                    scale[key] = text if key == "unit" else _number(text)
        self._data.update(
            {
                "name": self.name.text().strip(),
                "title": self.title.text().strip(),
                "question": self.question.toPlainText().strip(),
                "scale": scale,
                "direction": self.direction.currentData(),
                "required": self.required.isChecked(),
            }
        )
        self.edited.emit()


class QuietCombo(QComboBox):
    """A list that the wheel does not change: it lies in a page that is scrolled with it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()


def _value(point: dict[str, Any], kind: str) -> Any:
    """What a typed value means: a number on scales of numbers and steps, text on others."""
    value = point["value"]
    if isinstance(value, str) and kind in ("ordinal", "interval", "ratio"):
        return _number(value)
    return value


def _number(text: str) -> Any:
    """The number that was typed, or the text, which the rubric's own check then refuses."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and "." not in text else number


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
