"""Which column is what: a row a field, with its pick list and a value beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from evaldesk.importers.mapping import Const, RatingMapping, TraceMapping
from evaldesk.ui.screens.imports.fields import ColumnField, ColumnsField, PickList
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.chip import restyle
from evaldesk.ui.widgets.label import ElidedLabel

if TYPE_CHECKING:
    from evaldesk.services.importing.preview import Look

Shape = Literal["one", "constant", "many", "named", "others", "repeats"]
Mapping_ = TraceMapping | RatingMapping


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One row: a key of the mapping, its words, and how it is chosen."""

    key: str
    title: str
    meaning: str
    shape: Shape = "one"
    first: bool = False


class ColumnsCard(Card):
    """The mapping of one file, correctable.

    Signals:
        changed(mapping): a person said something else.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Columns"), "", parent)
        self._look: Look | None = None
        self._mapping: Mapping_ | None = None
        self._open = False
        self._built: tuple[str, bool] = ("", False)
        self.fields: dict[str, ColumnField | ColumnsField | PickList] = {}
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self._samples: dict[str, ElidedLabel] = {}
        self._errors: dict[str, QLabel] = {}
        self._specs: tuple[FieldSpec, ...] = ()
        self.problem = text_label("", "error", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self._grid_home = QWidget()
        self.body.addWidget(self._grid_home)
        self.more = QPushButton()
        self.more.setProperty("kind", "link")
        self.more.clicked.connect(self._toggle)
        self.body.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)

    def show_look(self, look: "Look") -> None:
        """Show the mapping of a file's look, and what is wrong with it."""
        mapping = look.mapping
        if mapping is None:
            return
        self._look, self._mapping = look, mapping
        wide = isinstance(mapping, RatingMapping) and look.format == "ratings-wide"
        if self._built != (look.kind, wide):
            self._build(look.kind, wide)
        names = [column.name for column in look.columns]
        for spec in self._specs:
            self._show_field(spec, names, mapping)
        if self.header is not None:
            self.header.detail.setText(
                self.tr("guessed from their names") if look.guessed else self.tr("as you chose")
            )
        self._show_problems(look.problems)
        self._fold()

    def mapping(self) -> Mapping_ | None:
        """What the fields say now."""
        if self._mapping is None:
            return None
        values: dict[str, Any] = {}
        for spec in self._specs:
            widget = self.fields[spec.key]
            if isinstance(widget, PickList):
                values[spec.key] = widget.currentData()
            elif isinstance(widget, ColumnField):
                values[spec.key] = widget.value()
            elif spec.shape == "named":
                values[spec.key] = widget.named()
            else:
                values[spec.key] = widget.columns()
        if isinstance(self._mapping, RatingMapping):
            values["unit"] = values.get("unit") or ()
            if values.get("values"):
                values["criterion"], values["value"] = "", ""
            return replace(self._mapping, **values)
        values["slices"] = values.get("slices") or ()
        return replace(self._mapping, **values)

    # -- building

    def _specs_of(self, kind: str, wide: bool) -> tuple[FieldSpec, ...]:
        tr = self.tr
        if kind == "ratings":
            unit = FieldSpec(
                "unit",
                tr("What was rated"),
                tr("Names the trace: its id, run/scenario, or the scenario; several are joined."),
                "many",
                True,
            )
            asked = FieldSpec("criterion", tr("Criterion"), tr("What was asked."), "constant", True)
            rest = (
                FieldSpec("comment", tr("Comment"), tr("Said with the answer.")),
                FieldSpec("time", tr("Time"), tr("When it was answered.")),
                FieldSpec("text", tr("Text of the item"), tr("Used where items are made.")),
                FieldSpec(
                    "repeats",
                    tr("Answered twice"),
                    tr("The same rater answers the same question twice, and differently."),
                    "repeats",
                ),
            )
            if wide:
                raters = FieldSpec(
                    "raters",
                    tr("Raters"),
                    tr("One column a rater, called by the rater's name."),
                    "named",
                    True,
                )
                return (unit, raters, asked, *rest)
            return (
                unit,
                FieldSpec("rater", tr("Rater"), tr("Who answered."), "constant", True),
                asked,
                FieldSpec("value", tr("Answer"), tr("What was answered."), "one", True),
                FieldSpec(
                    "values",
                    tr("Several answers a row"),
                    tr("A column a criterion, in place of Criterion and Answer."),
                    "named",
                ),
                *rest,
            )
        return (
            FieldSpec("input", tr("Input"), tr("What the system was asked."), "one", True),
            FieldSpec("output", tr("Output"), tr("What it answered."), "one", True),
            FieldSpec(
                "messages",
                tr("Messages"),
                tr("A whole conversation, in place of input and output."),
            ),
            FieldSpec("expected", tr("Expected"), tr("The reference answer."), "one", True),
            FieldSpec("context", tr("Documents"), tr("What was retrieved."), "one", True),
            FieldSpec(
                "scenario",
                tr("Scenario"),
                tr("The test case's own id; without it the input names the test case."),
                "one",
                True,
            ),
            FieldSpec("scores", tr("Scores"), tr("Values a program computed."), "named", True),
            FieldSpec("slices", tr("Slices"), tr("What to break results down by."), "many", True),
            FieldSpec("tier", tr("Tier"), tr("critical, important, nice-to-have"), "constant"),
            FieldSpec("system", tr("System"), tr("What was evaluated."), "constant"),
            FieldSpec("run", tr("Run"), tr("One system over one dataset."), "constant"),
            FieldSpec("trial", tr("Trial"), tr("Number of the repetition.")),
            FieldSpec("latency_ms", tr("Latency, ms"), tr("Wall time of the whole trace.")),
            FieldSpec("tokens_in", tr("Tokens in"), tr("Of the evaluated system.")),
            FieldSpec("tokens_out", tr("Tokens out"), tr("Of the evaluated system.")),
            FieldSpec("cost", tr("Cost, $"), tr("US dollars.")),
            FieldSpec("status", tr("Status"), tr("ok, error or incomplete")),
            FieldSpec(
                "error",
                tr("Error"),
                tr("What went wrong; such a trace keeps no scores, it is not a 0."),
            ),
            FieldSpec("started_at", tr("Started at"), tr("ISO 8601.")),
            FieldSpec("title", tr("Title"), tr("A short line for lists.")),
            FieldSpec("origin", tr("Origin"), tr("support, SME, synthetic …"), "constant"),
            FieldSpec("metadata", tr("Kept besides"), tr("What else to keep."), "others"),
        )

    def _build(self, kind: str, wide: bool) -> None:
        self._built = (kind, wide)
        old = self._grid_home
        self._grid_home = QWidget()
        grid = QGridLayout(self._grid_home)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(5)
        grid.setColumnMinimumWidth(0, 104)
        grid.setColumnStretch(1, 5)
        grid.setColumnStretch(2, 4)
        self.fields.clear()
        self._rows.clear()
        self._samples.clear()
        self._errors.clear()
        self._specs = self._specs_of(kind, wide)
        for line, spec in enumerate(self._specs):
            label = text_label(spec.title)
            label.setToolTip(spec.meaning)
            widget = self._make(spec)
            widget.setToolTip(spec.meaning)
            widget.setAccessibleDescription(spec.meaning)
            label.setBuddy(widget)
            sample = ElidedLabel("", kind="mono")
            wrong = text_label("", "error", wrap=True)
            wrong.hide()
            grid.addWidget(label, 2 * line, 0)
            grid.addWidget(widget, 2 * line, 1)
            grid.addWidget(sample, 2 * line, 2)
            if isinstance(widget, ColumnField):
                grid.addWidget(widget.text, 2 * line, 2)
            grid.addWidget(wrong, 2 * line + 1, 1, 1, 2)
            self.fields[spec.key] = widget
            self._samples[spec.key] = sample
            self._errors[spec.key] = wrong
            self._rows[spec.key] = (label, widget, sample)
        place = self.body.indexOf(old)
        self.body.insertWidget(place, self._grid_home)
        self.body.removeWidget(old)
        old.hide()
        old.deleteLater()

    def _make(self, spec: FieldSpec) -> "ColumnField | ColumnsField | PickList":
        if spec.shape == "repeats":
            picks = PickList(spec.title)
            picks.activated.connect(self._changed)
            return picks
        made: ColumnField | ColumnsField
        if spec.shape in ("one", "constant"):
            made = ColumnField(spec.title, constant=spec.shape == "constant")
        else:
            made = ColumnsField(
                spec.title, named=spec.shape == "named", all_others=spec.shape == "others"
            )
        made.changed.connect(self._changed)
        return made

    # -- showing

    def _show_field(self, spec: FieldSpec, names: Sequence[str], mapping: Mapping_) -> None:
        widget, value = self.fields[spec.key], getattr(mapping, spec.key)
        if isinstance(widget, PickList):
            widget.offer(
                [
                    (self.tr("is an error"), "error"),
                    (self.tr("the first answer counts"), "first"),
                ],
                value,
            )
        elif isinstance(widget, ColumnField):
            widget.show_value(names, value)
        elif spec.shape == "named":
            widget.show_named(names, value)
        else:
            widget.show_columns(names, value)
        self._samples[spec.key].setText(self._sample(value))

    def _sample(self, value: Any) -> str:
        if self._look is None:
            return ""
        samples = {column.name: column.sample for column in self._look.columns}
        if isinstance(value, Const):
            return ""
        if isinstance(value, str):
            return samples.get(value, "")
        if isinstance(value, tuple):
            return " · ".join(samples.get(name, "") for name in value[:4])
        if isinstance(value, dict):
            columns = [column for column in value.values() if isinstance(column, str)]
            return " · ".join(samples.get(name, "") for name in columns[:4])
        return ""

    def _show_problems(self, problems: Sequence[str]) -> None:
        """A problem that speaks of a field stands at it."""
        at: dict[str, str] = {}
        for text in problems:
            for spec in self._specs:
                marks = (
                    f"mapping key “{spec.key}”",
                    f"mapping key “{spec.key}.",
                    f"does not say “{spec.key}”",
                )
                if any(mark in text for mark in marks):
                    at.setdefault(spec.key, text)
                    break
        for spec in self._specs:
            wrong = self._errors[spec.key]
            wrong.setText(at.get(spec.key, ""))
            wrong.setVisible(spec.key in at)
            widget = self.fields[spec.key]
            if widget.property("invalid") != (spec.key in at):
                widget.setProperty("invalid", spec.key in at)
                restyle(widget)
        rest = next((text for text in problems if "apping" in text and text not in at.values()), "")
        if "It is not clear which column" in rest:
            rest = self.tr("Their names do not tell which column is what. Say so below.")
        self.problem.setText(rest)
        self.problem.setVisible(bool(rest))

    def _fold(self) -> None:
        """Fields that say nothing and are seldom needed wait behind a link."""
        hidden = 0
        for spec in self._specs:
            value = getattr(self._mapping, spec.key)
            says = bool(value) and value != "error"
            seen = spec.first or says or self._open or not self._errors[spec.key].isHidden()
            hidden += not seen
            label, widget, sample = self._rows[spec.key]
            label.setVisible(seen)
            widget.setVisible(seen)
            constant = isinstance(widget, ColumnField) and widget.constant
            if isinstance(widget, ColumnField):
                widget.text.setVisible(seen and constant)
            sample.setVisible(seen and not constant)
        self.more.setVisible(bool(hidden) or self._open)
        self.more.setText(
            self.tr("Fewer fields")
            if self._open
            else self.tr("%1 more fields").replace("%1", str(hidden))
        )

    def _toggle(self) -> None:
        self._open = not self._open
        self._fold()

    def _changed(self) -> None:
        mapping = self.mapping()
        if mapping is not None and mapping != self._mapping:
            self.changed.emit(mapping)
