"""The pane that asks what to export."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.query import TraceQuery
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.figures import number

if TYPE_CHECKING:
    from evaldesk.services.exporting.files import ExportChoice, ExportChoices
    from evaldesk.services.privacy.leaving import Leaks

_EXAMPLES = 3


class ExportPane(Overlay):
    """Format, which traces, and what goes along.

    Signals:
        chosen(FileExport, title, extension): where to is still to be asked.
        leaks_wanted(query): what would leak with these traces; answer with `show_leaks`.
    """

    chosen = Signal(object, str, str)
    leaks_wanted = Signal(object)

    def __init__(
        self,
        window: QWidget,
        choices: "ExportChoices",
        query: TraceQuery | None = None,
        listed: int = 0,
    ) -> None:
        super().__init__(window, width=560)
        self._choices = choices
        self._query = query
        self._looked: TraceQuery | None = None
        self.frame.setAccessibleName(self.tr("Export"))
        column = QVBoxLayout()
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(text_label(self.tr("Export"), "title"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self.formats = self._list(self.tr("Format"))
        for item in choices.formats:
            self.formats.addItem(item.title, item)
        self._row(self.formats)
        self.description = text_label("", "muted", wrap=True)
        self._grid.addWidget(self.description, self._grid.rowCount(), 1)
        self.narrowed = QRadioButton(
            self.tr("The %1 traces in the list").replace("%1", number(listed))
        )
        self.everything = QRadioButton(
            self.tr("All %1 traces").replace("%1", number(choices.traces))
        )
        self._which = QButtonGroup(self)
        self._which.addButton(self.narrowed)
        self._which.addButton(self.everything)
        self.runs = self._list(self.tr("Run"))
        self.questions = self._list(self.tr("Value"))
        self._run_label = self._row(self.runs)
        self._question_label = self._row(self.questions)
        for name in choices.runs:
            self.runs.addItem(name, name)
        for question in choices.questions:
            words = self.tr("%1 – settled ratings, %2")
            words = words.replace("%1", question.criterion).replace("%2", question.rubric)
            self.questions.addItem(words, (question.rubric, question.criterion, ""))
        for metric in choices.metrics:
            self.questions.addItem(self.tr("%1 – score").replace("%1", metric), ("", "", metric))
        if query is not None:
            which = QVBoxLayout()
            which.setSpacing(2)
            which.addWidget(self.narrowed)
            which.addWidget(self.everything)
            row = self._grid.rowCount()
            label = text_label(self.tr("Traces"), "small")
            self._grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addLayout(which, row, 1)
            self.narrowed.setChecked(True)
        else:
            self.everything.setChecked(True)
            self.narrowed.setParent(None)
            self.everything.setParent(None)
        self.with_ratings = QCheckBox(self.tr("Ratings and rulings as annotations"))
        row = self._grid.rowCount()
        self._grid.addWidget(self.with_ratings, row, 1)
        self.warning = text_label(
            self.tr("Whoever reads the file sees what others answered."), "muted", wrap=True
        )
        self._grid.addWidget(self.warning, row + 1, 1)
        self.redact = self._list(self.tr("Personal data"))
        self._fill_redact()
        self._row(self.redact)
        self.leaks = text_label(self.tr("Looking what would leave …"), "muted", wrap=True)
        self.leaks.setTextFormat(Qt.TextFormat.PlainText)
        self._grid.addWidget(self.leaks, self._grid.rowCount(), 1)
        column.addLayout(self._grid)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        cancel = ActionButton(self.tr("Cancel"))
        cancel.clicked.connect(self.close_overlay)
        buttons.addWidget(cancel)
        self.accept_button = ActionButton(self.tr("Choose the file …"), kind="primary")
        self.accept_button.clicked.connect(self._accept)
        buttons.addWidget(self.accept_button)
        column.addLayout(buttons)
        self.body.addLayout(column)
        self.formats.currentIndexChanged.connect(self._show)
        self.with_ratings.toggled.connect(self._show)
        self.redact.currentIndexChanged.connect(self._show)
        self.everything.toggled.connect(lambda _on: self.ask_for_leaks())
        self.runs.currentIndexChanged.connect(lambda _at: self.ask_for_leaks())
        self.formats.currentIndexChanged.connect(lambda _at: self.ask_for_leaks())
        self._show()

    def first_focus(self) -> QWidget:
        """The formats."""
        return self.formats

    def choose(self, name: str) -> None:
        """Choose a format by its name."""
        for index in range(self.formats.count()):
            if self.formats.itemData(index).name == name:
                self.formats.setCurrentIndex(index)

    def _list(self, name: str) -> QComboBox:
        found = QComboBox()
        found.setAccessibleName(name)
        found.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        found.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return found

    def _row(self, field: QComboBox) -> QLabel:
        row = self._grid.rowCount()
        label = text_label(field.accessibleName(), "small")
        label.setBuddy(field)
        self._grid.addWidget(label, row, 0)
        self._grid.addWidget(field, row, 1)
        return label

    def _fill_redact(self) -> None:
        """What the project's policy allows, its own way first."""
        ways = self._choices.ways
        if ways.by_policy:
            words = self.tr("Redact: %1 (the project's policy)")
            title = ways.profiles.get(ways.by_policy, ways.by_policy)
            self.redact.addItem(words.replace("%1", title), "")
        elif ways.policy == "refuse":
            self.redact.addItem(self.tr("The project's policy asks for a profile"), None)
        else:
            self.redact.addItem(self.tr("Leave it as it is"), "")
        for name, title in ways.profiles.items():
            if name != ways.by_policy:
                self.redact.addItem(self.tr("Redact: %1").replace("%1", title), name)

    def query(self) -> TraceQuery:
        """The traces that are chosen now."""
        found = TraceQuery()
        if self._query is not None and self.narrowed.isChecked():
            found = self._query
        return replace(found, run=self.runs.currentData()) if self._format().one_value else found

    def ask_for_leaks(self) -> None:
        """Look again: other traces are chosen."""
        query = self.query()
        if query != self._looked:
            self._looked = query
            self.leaks_wanted.emit(query)

    def show_leaks(self, query: TraceQuery, found: "Leaks") -> None:
        """What the last scan knows of the traces that are chosen; of others it is dropped."""
        if query != self._looked:
            return
        lines = [found.sentence() or self.tr("Nothing was found in these traces.")]
        kinds: set[str] = set()
        for one in found.examples:
            if one.kind not in kinds and len(kinds) < _EXAMPLES:
                kinds.add(one.kind)
                lines.append(f"   … {one.before[-28:]}⟦{one.text[:48]}⟧{one.after[:28]} …")
        if found.unscanned:
            lines.append(self.tr("Privacy looks through them; until then nobody knows."))
        elif not found.found:
            lines.append(self.tr("That does not mean that there is nothing."))
        self.leaks.setText("\n".join(lines))
        if self.isVisible():
            self.place()

    def _format(self) -> "ExportChoice":
        chosen: ExportChoice = self.formats.currentData()
        return chosen

    def _show(self) -> None:
        """What the chosen format needs, and nothing else."""
        chosen = self._format()
        self.description.setText(chosen.description)
        for widget in (self.runs, self._run_label, self.questions, self._question_label):
            widget.setVisible(chosen.one_value)
        able = chosen.holds_annotations and self._choices.rated
        self.with_ratings.setVisible(able)
        self.warning.setVisible(
            self._choices.rated
            and (chosen.holds_ratings or (able and self.with_ratings.isChecked()))
        )
        self.accept_button.setEnabled(
            self.redact.currentData() is not None
            and (not chosen.one_value or (self.runs.count() > 0 and self.questions.count() > 0))
        )
        if self.isVisible():
            self.place()

    def _accept(self) -> None:
        from evaldesk.services.exporting.files import FileExport

        chosen = self._format()
        query, redact = self.query(), str(self.redact.currentData() or "")
        export = FileExport(chosen.name, query, redact=redact)
        if chosen.one_value:
            rubric, criterion, metric = self.questions.currentData()
            export = replace(export, rubric=rubric, criterion=criterion, metric=metric)
        elif chosen.holds_annotations and self._choices.rated and self.with_ratings.isChecked():
            export = replace(export, with_ratings=True)
        self.close_overlay()
        self.chosen.emit(export, chosen.title, chosen.extension)
