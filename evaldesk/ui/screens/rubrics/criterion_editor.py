"""The fields of one question."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, QStringListModel, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QCompleter,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from evaldesk.domain.rubric import SCALE_KINDS
from evaldesk.services.rubrics import draft as rubric_draft
from evaldesk.ui.screens.rubrics.condition_editor import ConditionEditor
from evaldesk.ui.screens.rubrics.grid import EditableGrid
from evaldesk.ui.screens.rubrics.quiet_combo import QuietCombo
from evaldesk.ui.theme.measure import fix_height, fix_width
from evaldesk.ui.widgets.card import Card, text_label

_POINTED = ("binary", "nominal", "ordinal", "interval", "ratio", "multi")
_NUMBERED = ("interval", "ratio")


class CriterionEditor(Card):
    """Writes into the JSON form of one criterion, and into conditions of others that look at it.

    Signals:
        edited(): a person changed something. released(titles): conditions of these questions had
            to let go of what is not there any more.
    """

    edited = Signal()
    released = Signal(list)

    def __init__(self) -> None:
        super().__init__(surface="card")
        self._data: dict[str, Any] = {}
        self._criteria: Sequence[dict[str, Any]] = ()
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
        fix_height(self.question, 58)
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
        more = QHBoxLayout()
        more.setSpacing(8)
        self.group = QLineEdit()
        self.group.setPlaceholderText(self.tr("heading in the form"))
        self.group.setAccessibleName(self.tr("Group"))
        self._groups = QStringListModel(self)
        self.group.setCompleter(QCompleter(self._groups, self))
        more.addWidget(self.group, 1)
        more.addWidget(text_label(self.tr("Weight"), "muted"))
        self.weight = QLineEdit()
        fix_width(self.weight, 56)
        self.weight.setAccessibleName(self.tr("Weight"))
        self.weight.setToolTip(self.tr("Its share in a total over questions"))
        more.addWidget(self.weight)
        self.cannot_judge = QCheckBox(self.tr("may be “cannot judge”"))
        more.addWidget(self.cannot_judge)
        self.pairwise = QCheckBox(self.tr("asked of pairs too"))
        self.pairwise.setToolTip(
            self.tr("Pairwise rounds ask which of two traces is better by it, and not only overall")
        )
        more.addWidget(self.pairwise)
        form.addRow(text_label(self.tr("Group"), "muted"), more)
        self.condition = ConditionEditor()
        form.addRow(text_label(self.tr("Asked"), "muted"), self.condition)
        self.body.addLayout(form)
        self.points = EditableGrid(
            (
                ("value", self.tr("Value")),
                ("label", self.tr("Button says")),
                ("anchor", self.tr("When to choose it")),
                ("exclusive", self.tr("Alone")),
                ("comment", self.tr("Say why")),
            ),
            self.tr("Points"),
            widths=(80, 120, 120, 60, 80),
            checks=("exclusive", "comment"),
            stretch="anchor",
        )
        self.body.addWidget(self.points)
        self.examples_label = text_label("", "muted")
        self.examples = QPlainTextEdit()
        fix_height(self.examples, 58)
        self.examples.setTabChangesFocus(True)
        self.body.addWidget(self.examples_label)
        self.body.addWidget(self.examples)
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
            fix_width(field, 72)
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
        self.group.textChanged.connect(lambda _: self._edited())
        self.weight.textEdited.connect(lambda _: self._edited())
        self.cannot_judge.toggled.connect(lambda _: self._edited())
        self.pairwise.toggled.connect(lambda _: self._edited())
        self.condition.edited.connect(lambda _: self._edited())
        self.points.edited.connect(self._edited)
        self.points.picked.connect(lambda _: self._show_examples())
        self.examples.textChanged.connect(self._change_examples)

    def show_criterion(self, criteria: Sequence[dict[str, Any]], index: int) -> None:
        """Edit the one at that place, in place."""
        self._criteria = criteria
        data = self._data = criteria[index]
        self._showing = True
        scale = data["scale"]
        self.title.setText(data.get("title") or "")
        self.name.setText(data.get("name") or "")
        self.question.setPlainText(data.get("question") or "")
        self.kind.setCurrentIndex(self.kind.findData(scale["kind"]))
        self.direction.setCurrentIndex(self.direction.findData(data.get("direction", "higher")))
        with QSignalBlocker(self.required):
            self.required.setChecked(bool(data.get("required", True)))
        for box in (self.cannot_judge, self.pairwise):
            box.blockSignals(True)
        self.cannot_judge.setChecked(bool(data.get("cannot_judge")))
        self.pairwise.setChecked(bool(data.get("pairwise")))
        for box in (self.cannot_judge, self.pairwise):
            box.blockSignals(False)
        self.group.setText(data.get("group") or "")
        weight = data.get("weight", 1)
        self.weight.setText(f"{weight:g}" if _is_number(weight) else str(weight))
        groups = dict.fromkeys(item.get("group") for item in criteria if item.get("group"))
        self._groups.setStringList([str(group) for group in groups])
        self.condition.show_condition(data.get("shown_if"), rubric_draft.testable(criteria, index))
        self.points.show_records(_records(scale))
        self._show_examples()
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
        self.points.show_column("exclusive", kind == "multi")
        for field in (self.examples_label, self.examples):
            field.setVisible(kind in _POINTED and bool(self.points.records()))
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
        elif kind in ("nominal", "multi") and len(points) < 2:
            points = [
                {"value": name, "label": "", "anchor": ""}
                for name in (self.tr("one"), self.tr("another"))
            ]
        self.points.show_records(points)
        self._show_examples()
        self._fit()
        self._edited()

    def _show_examples(self) -> None:
        row = max(0, self.points.row)
        points = self.points.records()
        found = points[row] if row < len(points) else {}
        name = str(found.get("label") or found.get("value") or "–")
        words = self.tr("Examples of “%1”, one a line").replace("%1", name)
        self.examples_label.setText(words)
        self.examples.setAccessibleName(words)
        with QSignalBlocker(self.examples):
            self.examples.setPlainText("\n".join(found.get("examples") or ()))

    def _change_examples(self) -> None:
        if not self._showing:
            lines = [line.strip() for line in self.examples.toPlainText().splitlines()]
            self.points.set_member(
                max(0, self.points.row), "examples", [line for line in lines if line]
            )

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
        name = self.name.text().strip()
        rubric_draft.rename_criterion(self._criteria, str(self._data.get("name") or ""), name)
        before = self._data["scale"]
        renamed = _renamed(before, scale)
        if renamed is not None:
            rubric_draft.rename_value(self._criteria, name, *renamed)
        group, weight = self.group.text().strip(), _number(self.weight.text().strip() or "1")
        for key, value, plain in (
            ("group", group, ""),
            ("weight", weight, 1),
            ("shown_if", self.condition.condition(), None),
            ("cannot_judge", self.cannot_judge.isChecked(), False),
            ("pairwise", self.pairwise.isChecked(), False),
        ):
            self._data.pop(key, None)
            if value != plain:
                self._data[key] = value
        self._data.update(
            {
                "name": name,
                "title": self.title.text().strip(),
                "question": self.question.toPlainText().strip(),
                "scale": scale,
                "direction": self.direction.currentData(),
                "required": self.required.isChecked(),
            }
        )
        if scale != before:
            released = rubric_draft.prune(self._criteria)
            if released:
                self.released.emit(released)
        self.edited.emit()


def _records(scale: dict[str, Any]) -> list[dict[str, Any]]:
    """Points as rows, however the file wrote them."""
    points = scale.get("points") or []
    return [point if isinstance(point, dict) else {"value": point} for point in points]


def _renamed(old: dict[str, Any], new: dict[str, Any]) -> tuple[Any, Any] | None:
    """The one point whose value was written anew, before and after; None where it is another
    change.
    """
    before, after = rubric_draft.values_of({"scale": old}), rubric_draft.values_of({"scale": new})
    if len(before) != len(after):
        return None
    pairs = [(a, b) for (a, _), (b, _) in zip(before, after, strict=True) if a != b]
    return pairs[0] if len(pairs) == 1 else None


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
