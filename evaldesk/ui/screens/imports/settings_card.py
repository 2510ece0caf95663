"""What a file is, and where its content goes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QWidget,
)

from evaldesk.domain.rubric import LEVELS, Rubric
from evaldesk.ui.screens.imports.fields import PickList
from evaldesk.ui.screens.imports.models import FileEntry
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label

if TYPE_CHECKING:
    from evaldesk.services.importing.preview import Look

_NEW = "\0new"


class SettingsCard(Card):
    """Traces or ratings, format, sheet; names for traces, a rubric for ratings.

    Signals:
        kind_chosen(kind), format_chosen(name): how to read it.
        said(changes): other choices, by their names in `Choices`.
    """

    kind_chosen = Signal(str)
    format_chosen = Signal(str)
    said = Signal(object)

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._entry: FileEntry | None = None
        self._rubrics: Sequence[Rubric] = ()
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, 104)
        grid.setColumnStretch(1, 1)
        self._grid = grid
        self._line = 0
        self.body.addLayout(grid)
        self._rows: dict[str, tuple[QLabel, QWidget]] = {}
        self._add("kind", self.tr("It holds"), self._kinds(keys))
        self.format = PickList(self.tr("Format"))
        self.format.activated.connect(
            lambda _: self.format_chosen.emit(str(self.format.currentData()))
        )
        self._add("format", self.tr("Format"), self.format)
        self.about = text_label("", "small", wrap=True)
        self._add("about", "", self.about)
        self.sheet = PickList(self.tr("Sheet"))
        self.sheet.activated.connect(
            lambda _: self.said.emit({"sheet": self.sheet.currentData(), "mapping": None})
        )
        self._add("sheet", self.tr("Sheet"), self.sheet)
        self.run = self._name("run", self.tr("Run"))
        self.system = self._name("system", self.tr("System"))
        self.dataset = self._name("dataset", self.tr("Dataset"))
        self.rubric = PickList(self.tr("Rubric"))
        self.rubric.activated.connect(self._rubric_chosen)
        self._add("rubric", self.tr("Rubric"), self.rubric)
        self.new_rubric = self._name("rubric", self.tr("Its name"), row="new_rubric")
        self.level = PickList(self.tr("Criteria it lacks"))
        self.level.activated.connect(
            lambda _: self.said.emit({"level": self.level.currentData() or None})
        )
        self._add("level", self.tr("Criteria it lacks"), self.level)
        self.categories = self._name("categories", self.tr("Order of answers"))
        self.order = text_label("", "small", wrap=True)
        self._add("order", "", self.order)
        self.units = QCheckBox(self.tr("Make items that the project lacks"))
        self.units.toggled.connect(lambda on: self.said.emit({"create_units": on}))
        self._add("units", "", self.units)
        self.skip = QCheckBox(self.tr("Leave out what cannot be read"))
        self.skip.setToolTip(self.tr("Records that cannot be read are left out, and listed."))
        self.skip.toggled.connect(lambda on: self.said.emit({"skip_bad": on}))
        self._add("skip", "", self.skip)

    def show_entry(self, entry: FileEntry, rubrics: Sequence[Rubric]) -> None:
        """Show what is known and was said of a file."""
        from evaldesk.services.importing.preview import choices as formats

        self._entry, self._rubrics = entry, rubrics
        look, said = entry.look, entry.choices
        kind = entry.kind
        with QSignalBlocker(self._group):
            (self.ratings if kind == "ratings" else self.traces).setChecked(True)
        self.format.offer(
            [(item.title, item.name) for item in formats(kind)],
            look.format if look is not None else said.format,
        )
        about = next((f.description for f in formats(kind) if look and f.name == look.format), "")
        self.format.setToolTip(about)
        self.about.setText(about)
        self._show("about", bool(about) and look is not None and not look.mapped)
        sheets = look.sheets if look is not None else ()
        self.sheet.offer(
            [(self.tr("the first with rows"), ""), *((name, name) for name in sheets)], said.sheet
        )
        self._show("sheet", len(sheets) > 1)
        rated = kind == "ratings"
        for row in ("run", "system", "dataset"):
            self._show(row, not rated and look is not None)
        rated = rated and look is not None
        for row in ("rubric", "units"):
            self._show(row, rated)
        self._show("skip", look is not None)
        if look is not None:
            self._show_names(look)
        self._fill(self.run, said.run)
        self._fill(self.system, said.system)
        self._fill(self.dataset, said.dataset)
        self._show_rubric(entry, rated)
        for box, on in ((self.units, said.create_units), (self.skip, said.skip_bad)):
            with QSignalBlocker(box):
                box.setChecked(on)

    # -- parts

    def _kinds(self, keys: str) -> QWidget:
        home = QWidget()
        row = QHBoxLayout(home)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self.traces = ActionButton(self.tr("Traces"), kind="choice")
        self.ratings = ActionButton(self.tr("Ratings"), kind="choice")
        for button, kind in ((self.traces, "traces"), (self.ratings, "ratings")):
            self._group.addButton(button)
            button.setToolTip(self.tr("Switch with %1").replace("%1", keys))
            button.clicked.connect(lambda _=False, kind=kind: self.kind_chosen.emit(kind))
            row.addWidget(button)
        row.addStretch(1)
        return home

    def _add(self, row: str, words: str, widget: QWidget) -> None:
        label = text_label(words)
        if widget.focusProxy() is None and words:
            label.setBuddy(widget)
        self._grid.addWidget(label, self._line, 0)
        self._grid.addWidget(widget, self._line, 1)
        self._rows[row] = (label, widget)
        self._line += 1

    def _name(self, key: str, words: str, row: str = "") -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(words)
        field.editingFinished.connect(lambda: self._typed(key, field))
        self._add(row or key, words, field)
        return field

    def _show(self, row: str, visible: bool) -> None:
        for widget in self._rows[row]:
            widget.setVisible(visible)

    @staticmethod
    def _fill(field: QLineEdit, text: str) -> None:
        if not field.hasFocus() and field.text() != text:
            field.setText(text)

    def _typed(self, key: str, field: QLineEdit) -> None:
        if self._entry is None:
            return
        text = field.text().strip()
        value: object = text
        if key == "categories":
            value = tuple(part.strip() for part in text.split(",") if part.strip())
        if key == "rubric" and not text:
            return
        if value != getattr(self._entry.choices, key):
            self.said.emit({key: value})

    def _show_names(self, look: "Look") -> None:
        several = self.tr("%1, as the file has it")
        self.run.setPlaceholderText(
            several.replace("%1", ", ".join(look.runs[:2])) if look.runs else look.default_run
        )
        self.system.setPlaceholderText(
            several.replace("%1", ", ".join(look.systems[:2]))
            if look.systems
            else self.tr("the file does not say")
        )
        # A system that the file names stands above one that is typed here.
        self.system.setEnabled(not look.systems)
        self.dataset.setPlaceholderText(
            ", ".join(look.datasets) if look.datasets else self.tr("named after the run")
        )

    def _show_rubric(self, entry: FileEntry, rated: bool) -> None:
        said, look = entry.choices, entry.look
        names = [rubric.name for rubric in self._rubrics]
        known = next((item for item in self._rubrics if item.name == said.rubric), None)
        self.rubric.offer(
            [*((name, name) for name in names), (self.tr("a new one …"), _NEW)],
            said.rubric if known is not None else _NEW,
        )
        self._show("new_rubric", rated and known is None)
        self._fill(self.new_rubric, said.rubric)
        asked = look.criteria if look is not None else ()
        lacking = [
            name
            for name in asked
            if not name.startswith("#") and (known is None or known.criterion(name) is None)
        ]
        words = {
            "nominal": self.tr("nominal: names without an order"),
            "ordinal": self.tr("ordinal: points in an order"),
            "interval": self.tr("interval: numbers"),
            "ratio": self.tr("ratio: numbers with a true zero"),
        }
        nothing = [(self.tr("are an error"), "")] if known is not None else []
        self.level.offer([*nothing, *((words[item], item) for item in LEVELS)], said.level or "")
        self._show("level", rated and bool(lacking))
        self._rows["level"][0].setToolTip(", ".join(lacking))
        ordered = rated and bool(lacking) and said.level in ("ordinal", "nominal")
        values = (
            tuple(dict.fromkeys(v for name in lacking for v in look.values.get(name, ())))
            if look is not None
            else ()
        )
        self._show("categories", ordered and said.level == "ordinal")
        self._show("order", ordered)
        self._fill(self.categories, ", ".join(said.categories))
        self.categories.setPlaceholderText(self.tr("numbers by size, else worst first: A, B, C"))
        shown = ", ".join(values[:12]) + (" …" if len(values) > 12 else "")
        criteria = ", ".join(lacking[:4]) + (" …" if len(lacking) > 4 else "")
        self.order.setText(
            self.tr("Answers to %1 in the first records: %2")
            .replace("%1", criteria)
            .replace("%2", shown)
        )

    def _rubric_chosen(self) -> None:
        chosen = self.rubric.currentData()
        if chosen != _NEW:
            self.said.emit({"rubric": str(chosen), "level": None})
            return
        look = self._entry.look if self._entry is not None else None
        self.said.emit({"rubric": look.default_run if look else "", "level": "nominal"})
        self.new_rubric.setFocus()
        self.new_rubric.selectAll()
