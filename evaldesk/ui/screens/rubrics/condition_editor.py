"""On which answers to earlier questions a question is asked."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from evaldesk.domain.rubric import finite
from evaldesk.services.rubrics import draft as rubric_draft
from evaldesk.ui.screens.rubrics.quiet_combo import QuietCombo
from evaldesk.ui.theme.measure import fix_width, px, sized
from evaldesk.ui.widgets.card import text_label


class ConditionEditor(QWidget):
    """Always, or where all or any of some tests hold. It offers only criteria that stand earlier
    and values that they have, so that what it writes is sound.

    A condition that is nested, as only a file can say it, is shown and kept until it is written
    anew.

    Signals:
        edited(condition): in the JSON form of a rubric; None for always.
    """

    edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._criteria: Sequence[dict[str, Any]] = ()
        self._tests: list[dict[str, Any]] = []
        self._nested: dict[str, Any] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.mode = QuietCombo()
        self.mode.setAccessibleName(self.tr("When it is asked"))
        for key, words in (
            ("", self.tr("always")),
            ("all", self.tr("where all of these hold")),
            ("any", self.tr("where any of these holds")),
        ):
            self.mode.addItem(words, key)
        self.mode.activated.connect(lambda _: self._change_mode())
        head.addWidget(self.mode)
        self.add_button = QPushButton(self.tr("Add a test"))
        self.add_button.clicked.connect(self.add)
        head.addWidget(self.add_button)
        self.remark = text_label("", "muted", wrap=True)
        head.addWidget(self.remark, 1)
        column.addLayout(head)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        column.addLayout(self._rows)
        self.rows: list[TestRow] = []

    def show_condition(
        self, condition: dict[str, Any] | None, criteria: Sequence[dict[str, Any]]
    ) -> None:
        """Show this one.

        Args:
            criteria: those that it can look at, in the JSON form of a rubric.
        """
        self._criteria = criteria
        key, tests = _parts(condition)
        self._nested = condition if tests is None else None
        self._tests = [dict(test) for test in tests or ()]
        self.mode.setCurrentIndex(self.mode.findData(key))
        self._show()

    def condition(self) -> dict[str, Any] | None:
        """What is written, in the JSON form of a rubric."""
        if self._nested is not None:
            return self._nested
        if not self._tests or not self.mode.currentData():
            return None
        if len(self._tests) == 1:
            return dict(self._tests[0])
        return {self.mode.currentData(): [dict(test) for test in self._tests]}

    def add(self) -> None:
        """Another test, sound from the beginning."""
        if self._criteria:
            self._nested = None
            self._tests.append(rubric_draft.first_test(self._criteria[-1]))
            if not self.mode.currentData():
                self.mode.setCurrentIndex(1)
            self._show()
            self.edited.emit(self.condition())
            self.rows[-1].criterion.setFocus()

    def _change_mode(self) -> None:
        self._nested = None
        if not self.mode.currentData():
            self._tests = []
        elif not self._tests and self._criteria:
            self._tests = [rubric_draft.first_test(self._criteria[-1])]
        self._show()
        self.edited.emit(self.condition())

    def _changed(self, number: int, test: dict[str, Any]) -> None:
        self._tests[number] = test
        self.edited.emit(self.condition())

    def _remove(self, number: int) -> None:
        del self._tests[number]
        if not self._tests:
            self.mode.setCurrentIndex(0)
        self._show()
        self.mode.setFocus()
        self.edited.emit(self.condition())

    def _show(self) -> None:
        for row in self.rows:
            self._rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = []
        for number, test in enumerate(self._tests):
            made = TestRow(self._criteria, test)
            made.edited.connect(partial(self._changed, number))
            made.removed.connect(partial(self._remove, number))
            self._rows.addWidget(made)
            self.rows.append(made)
        can = bool(self._criteria)
        self.mode.setEnabled(can or bool(self._tests) or self._nested is not None)
        self.add_button.setVisible(can and bool(self.mode.currentData()))
        if self._nested is not None:
            words = self.tr("A nested condition from a file; choose anew to replace it.")
        elif not can:
            words = self.tr("Conditions look at questions further up; there is none.")
        else:
            words = ""
        self.remark.setText(words)


class TestRow(QWidget):
    """One test: which question, how, what.

    Signals:
        edited(test): in the JSON form. removed(): it is not wanted any more.
    """

    __test__ = False  # pytest would take it for a test case

    edited = Signal(object)
    removed = Signal()

    def __init__(self, criteria: Sequence[dict[str, Any]], test: dict[str, Any]) -> None:
        super().__init__()
        self._criteria = {str(item["name"]): item for item in criteria}
        self._test = test
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.criterion = QuietCombo()
        self.criterion.setAccessibleName(self.tr("Answer to"))
        for name, item in self._criteria.items():
            self.criterion.addItem(str(item.get("title") or name), name)
        sized(self.criterion, lambda it: it.setMaximumWidth(px(220)))
        self.criterion.activated.connect(lambda _: self._other_criterion())
        row.addWidget(self.criterion)
        self.operator = QuietCombo()
        self.operator.setAccessibleName(self.tr("Test"))
        self.operator.activated.connect(lambda _: self._other_operator())
        row.addWidget(self.operator)
        self.value = QuietCombo()
        self.value.setAccessibleName(self.tr("Value"))
        self.value.activated.connect(lambda _: self._write(self.value.currentData()))
        row.addWidget(self.value)
        self.several = QPushButton()
        self.several.clicked.connect(self._offer)
        row.addWidget(self.several)
        self.number = QLineEdit()
        fix_width(self.number, 90)
        self.number.setAccessibleName(self.tr("Number"))
        self.number.editingFinished.connect(self._number_given)
        row.addWidget(self.number)
        row.addStretch(1)
        self.remove_button = QPushButton("✕")
        self.remove_button.setProperty("kind", "flat")
        self.remove_button.setAccessibleName(self.tr("Remove the test"))
        self.remove_button.setToolTip(self.tr("Remove the test"))
        self.remove_button.clicked.connect(lambda: self.removed.emit())
        row.addWidget(self.remove_button)
        self._show()

    @property
    def _of(self) -> dict[str, Any]:
        return self._criteria.get(self._test["criterion"]) or next(iter(self._criteria.values()))

    def _show(self) -> None:
        words = {
            "is": self.tr("is"),
            "in": self.tr("is one of"),
            "above": self.tr("is above"),
            "below": self.tr("is below"),
        }
        self.criterion.setCurrentIndex(self.criterion.findData(self._test["criterion"]))
        values = rubric_draft.values_of(self._of)
        operator = next(key for key in words if key in self._test)
        self.operator.clear()
        for key in rubric_draft.operators_for(self._of):
            if key != "in" or values:
                self.operator.addItem(words[key], key)
        self.operator.setCurrentIndex(self.operator.findData(operator))
        self.value.clear()
        for value, text in values:
            self.value.addItem(text, value)
        given = self._test[operator]
        self.value.setVisible(bool(values) and operator != "in")
        self.several.setVisible(bool(values) and operator == "in")
        self.number.setVisible(not values)
        if operator == "in":
            chosen = [text for value, text in values if value in given]
            self.several.setText((", ".join(chosen) or "–") + " ▾")
            self.several.setAccessibleName(self.several.text())
        elif values:
            place = next((i for i, (value, _) in enumerate(values) if value == given), 0)
            self.value.setCurrentIndex(place)
        else:
            self.number.setText(f"{given:g}" if isinstance(given, int | float) else str(given))

    def _other_criterion(self) -> None:
        self._test = rubric_draft.first_test(self._criteria[self.criterion.currentData()])
        self._tell()

    def _other_operator(self) -> None:
        operator = self.operator.currentData()
        given = next(self._test[key] for key in self._test if key != "criterion")
        given = given[0] if isinstance(given, list) else given
        value = [given] if operator == "in" else given
        self._test = {"criterion": self._test["criterion"], operator: value}
        self._tell()

    def _offer(self) -> None:
        menu = QMenu(self)
        for value, text in rubric_draft.values_of(self._of):
            action = QAction(text.replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(value in self._test["in"])
            action.triggered.connect(lambda _=False, value=value: self._toggle(value))
            menu.addAction(action)
        menu.popup(self.several.mapToGlobal(self.several.rect().bottomLeft()))

    def _toggle(self, wanted: Any) -> None:
        values = [value for value, _ in rubric_draft.values_of(self._of)]
        chosen = set(self._test["in"]) ^ {wanted}
        # One stays: a test of nothing would not be sound.
        if chosen:
            self._write([value for value in values if value in chosen])

    def _number_given(self) -> None:
        number = finite(self.number.text().strip().replace(",", "."))
        if number is not None and rubric_draft.fits(self._of, self._with(number)):
            self._write(int(number) if number.is_integer() else number)
        else:
            self._show()

    def _with(self, value: Any) -> dict[str, Any]:
        return {self.operator.currentData(): value}

    def _write(self, value: Any) -> None:
        self._test = {"criterion": self._test["criterion"], **self._with(value)}
        self._tell()

    def _tell(self) -> None:
        self._show()
        self.edited.emit(dict(self._test))


def _parts(
    condition: dict[str, Any] | None,
) -> tuple[str, list[dict[str, Any]] | None]:
    """How tests are joined, and the tests; None for them where they are nested."""
    if condition is None:
        return "", []
    for key in ("all", "any"):
        if key in condition:
            items = condition[key]
            plain = all("criterion" in item for item in items)
            return key, list(items) if plain else None
    return "all", [condition]
