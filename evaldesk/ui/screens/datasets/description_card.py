"""What is said of the scenarios that are chosen, and what the only one of them asks."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.dataset import ORIGINS, TIERS, Description
from evaldesk.services.datasets.draft import SLICE, common
from evaldesk.ui.screens.datasets.controller import INPUT_SHOWN, MOST_EDITED, Reading
from evaldesk.ui.screens.datasets.pickers import reading_field
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.label import ElidedLabel


class DescriptionCard(QWidget):
    """Fields of a description. What is changed here waits until it is saved as a version.

    Signals:
        edited(field, value): of all the scenarios that are chosen.
        slice_wanted(): a further slice. restored(): forget the changes of these scenarios.
        copied(key, content): the only scenario under another key or with another input.
    """

    edited = Signal(str, str)
    slice_wanted = Signal()
    restored = Signal()
    copied = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self.area)
        inner = QWidget()
        inner.setProperty("surface", "pane")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.area.setWidget(inner)
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(10)
        head = QHBoxLayout()
        self.heading = ElidedLabel("", kind="title")
        head.addWidget(self.heading, 1)
        self.restore_button = QPushButton(self.tr("Undo changes"))
        self.restore_button.setProperty("kind", "flat")
        self.restore_button.clicked.connect(self.restored)
        head.addWidget(self.restore_button)
        column.addLayout(head)
        self.hint = text_label("", "muted", wrap=True)
        column.addWidget(self.hint)
        self._form = QFormLayout()
        self._form.setSpacing(8)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(self._form)
        self.title = self._line("title", self.tr("Title"))
        self.tier = self._choice("tier", self.tr("Tier"), TIERS)
        self.origin = self._choice("origin", self.tr("Origin"), ORIGINS)
        self.redactions = self._line("redactions", self.tr("Redactions"))
        self.redactions.setToolTip(
            self.tr("What was taken out of the text, parted by semicolons: names; order numbers")
        )
        self._slices: dict[str, QLineEdit] = {}
        self.slice_button = QPushButton(self.tr("Add a slice …"))
        self.slice_button.setProperty("kind", "link")
        self.slice_button.clicked.connect(self.slice_wanted)
        self._form.addRow("", self.slice_button)
        column.addWidget(text_label(self.tr("Expected behaviour"), "heading"))
        self.expected = _Text(self.tr("Expected behaviour"))
        self.expected.setMinimumHeight(84)
        self.expected.finished.connect(lambda text: self.edited.emit("expected", text))
        column.addWidget(self.expected, 2)
        column.addWidget(hairline())
        asks = QHBoxLayout()
        asks.addWidget(text_label(self.tr("Input"), "heading"), 1)
        self.copy_button = QPushButton(self.tr("Copy as new scenario …"))
        self.copy_button.setProperty("kind", "flat")
        self.copy_button.setToolTip(
            self.tr("Another input is another scenario; this one stays as it is")
        )
        self.copy_button.clicked.connect(self._begin_copy)
        asks.addWidget(self.copy_button)
        column.addLayout(asks)
        self.input = reading_field(self.tr("Input"))
        self.input.setMinimumHeight(110)
        column.addWidget(self.input, 3)
        self.more = text_label("", "muted", wrap=True)
        column.addWidget(self.more)
        self.copy_box = self._copy_box()
        column.addWidget(self.copy_box)
        self._asks = (self.input, self.copy_button)
        self._content: Any = None
        self._count = 0
        self.show_reading(Reading(()), [], [], changed=False)

    def _line(self, name: str, caption: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(caption)
        field.editingFinished.connect(lambda: self._typed(name, field))
        self._form.addRow(text_label(caption, "muted"), field)
        return field

    def _choice(self, name: str, caption: str, values: Sequence[str]) -> QComboBox:
        box = QComboBox()
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItem("")
        box.addItems(list(values))
        box.setAccessibleName(caption)
        box.textActivated.connect(lambda text: self._chosen(name, box, text))
        field = _field_of(box)
        field.setAccessibleName(caption)
        field.editingFinished.connect(lambda: self._typed(name, field))
        self._form.addRow(text_label(caption, "muted"), box)
        return box

    def _copy_box(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(
            text_label(
                self.tr("Write what the new scenario asks. It takes over the description."),
                "muted",
                wrap=True,
            )
        )
        self.copy_key = QLineEdit()
        self.copy_key.setAccessibleName(self.tr("Key of the copy"))
        self.copy_key.setPlaceholderText(self.tr("Key"))
        column.addWidget(self.copy_key)
        self.copy_input = QPlainTextEdit()
        self.copy_input.setTabChangesFocus(True)
        self.copy_input.setAccessibleName(self.tr("Input of the copy"))
        self.copy_input.setMinimumHeight(120)
        column.addWidget(self.copy_input)
        row = QHBoxLayout()
        row.addStretch(1)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self._end_copy)
        add = QPushButton(self.tr("Add to the next version"))
        add.setProperty("kind", "primary")
        add.clicked.connect(self._copy)
        row.addWidget(cancel)
        row.addWidget(add)
        column.addLayout(row)
        box.hide()
        return box

    def show_reading(
        self,
        reading: Reading,
        said: Sequence[Description],
        slices: Sequence[str],
        *,
        changed: bool,
    ) -> None:
        """Show what is said of scenarios; where they differ, a field says so."""
        rows = reading.rows
        count = len(rows)
        able = 0 < count <= MOST_EDITED
        self._count = count
        self._end_copy()
        self.heading.setText(
            rows[0].key
            if count == 1
            else self.tr("{n} scenarios").format(n=f"{count:,}")
            if count
            else self.tr("No scenario chosen")
        )
        self.restore_button.setVisible(changed)
        hint = ""
        if count > MOST_EDITED:
            hint = self.tr(
                "More than {n} cannot be edited at once here; `evaldesk dataset edit` can."
            ).format(n=f"{MOST_EDITED:,}")
        elif count > 1:
            hint = self.tr("A field that you change is changed in all of them.")
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        for name, field in (("title", self.title), ("redactions", self.redactions)):
            self._fill(field, said, name, able)
        for name, box in (("tier", self.tier), ("origin", self.origin)):
            with QSignalBlocker(box):
                self._fill(_field_of(box), said, name, able)
            box.setEnabled(able)
        self.title.setEnabled(count == 1)
        self._show_slices(said, slices, able)
        self.slice_button.setVisible(able)
        self.expected.show_text(common(said, "expected") if said else "", able, count)
        self._content = reading.content
        text = reading.text[:INPUT_SHOWN]
        for widget in self._asks:
            widget.setVisible(count == 1)
        self.input.setPlainText(text)
        more = len(reading.text) - len(text)
        self.more.setText(self.tr("{n} more characters").format(n=f"{more:,}") if more else "")
        self.more.setVisible(more > 0)

    def finish_typing(self) -> None:
        """What is being typed counts."""
        self.expected.finish()
        for field in (self.title, self.redactions, *self._slices.values()):
            if field.hasFocus():
                field.clearFocus()

    def _fill(self, field: QLineEdit, said: Sequence[Description], name: str, able: bool) -> None:
        value = common(said, name) if said else ""
        with QSignalBlocker(field):
            field.setText(value or "")
            field.setCursorPosition(0)
            field.setPlaceholderText(self.tr("several") if value is None else "")
            field.setProperty("shown", value or "")
            field.setEnabled(able)
            field.setModified(False)

    def _show_slices(self, said: Sequence[Description], slices: Sequence[str], able: bool) -> None:
        wanted = list(dict.fromkeys([*slices, *(name for item in said for name in item.slices)]))
        wanted = wanted[:12] if said else []
        if list(self._slices) != wanted:
            for field in self._slices.values():
                self._form.removeRow(field)
            self._slices = {}
            for name in wanted:
                field = QLineEdit()
                field.setAccessibleName(name)
                field.editingFinished.connect(
                    lambda name=name, field=field: self._typed(f"{SLICE}{name}", field)
                )
                self._form.insertRow(self._form.rowCount() - 1, text_label(name, "muted"), field)
                self._slices[name] = field
            # They are made last, and stand before what is below them.
            before: QWidget = _field_of(self.origin)
            for after in (self.redactions, *self._slices.values(), self.slice_button):
                QWidget.setTabOrder(before, after)
                before = after
        for name, field in self._slices.items():
            self._fill(field, said, f"{SLICE}{name}", able)

    def focus_slice(self, name: str) -> None:
        """Write into a slice."""
        field = self._slices.get(name)
        if field is not None:
            field.setFocus()

    def _typed(self, name: str, field: QLineEdit) -> None:
        if field.text() != field.property("shown"):
            field.setProperty("shown", field.text())
            self.edited.emit(name, field.text())

    def _chosen(self, name: str, box: QComboBox, text: str) -> None:
        _field_of(box).setProperty("shown", text)
        self.edited.emit(name, text)

    def _begin_copy(self) -> None:
        self.copy_key.setText(self.heading.text() + self.tr("-copy"))
        text = isinstance(self._content, str)
        self.copy_input.setPlainText(self._content if text else _as_json(self._content))
        self.copy_box.show()
        self.copy_input.setFocus()
        self.area.ensureWidgetVisible(self.copy_box)

    def _end_copy(self) -> None:
        self.copy_box.hide()

    def _copy(self) -> None:
        text = self.copy_input.toPlainText()
        content: Any = text
        if not isinstance(self._content, str):
            import orjson

            try:
                content = orjson.loads(text)
            except ValueError:
                self.more.setText(self.tr("The input is JSON, and this is not."))
                self.more.show()
                return
        self.copied.emit(self.copy_key.text(), content)


class _Text(QPlainTextEdit):
    """Tells what was written when the person goes on.

    Signals:
        finished(text): it is another text now.
    """

    finished = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self._shown = ""

    def show_text(self, text: str | None, able: bool, count: int) -> None:
        self._shown = text or ""
        self.setPlainText(self._shown)
        self.setEnabled(able)
        self.setPlaceholderText(
            self.tr("several") if text is None else self.tr("Nothing is said") if count else ""
        )

    def finish(self) -> None:
        if self.toPlainText() != self._shown:
            self._shown = self.toPlainText()
            self.finished.emit(self._shown)

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.finish()


def _field_of(box: QComboBox) -> QLineEdit:
    field = box.lineEdit()
    assert field is not None  # the box is editable
    return field


def _as_json(content: Any) -> str:
    import orjson

    try:
        return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        return str(content)
