"""Agreement, question by question: alpha, what it allows, pairs of raters, slices."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.rubric import LEVELS
from evaldesk.ui.screens.adjudicate.agreement_controller import AgreementController, Outcome
from evaldesk.ui.screens.adjudicate.agreement_models import (
    FieldDelegate,
    FieldModel,
    criterion_fields,
    field_row_height,
    level_text,
    pair_fields,
    point_fields,
    slice_fields,
)
from evaldesk.ui.theme.measure import sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.table import Table, fit_rows


class AgreementPanel(QWidget):
    """Shows the controller's outcomes.

    Signals:
        criterion_wanted(name): the disagreements on a question are wanted.
    """

    criterion_wanted = Signal(str)

    def __init__(self, controller: AgreementController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setProperty("surface", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(16, 14, 16, 16)
        outer.setSpacing(12)
        outer.addLayout(self._choices())
        self.criteria = FieldTable(self.tr("Agreement by question"))
        self.criteria.chosen.connect(lambda index: self._open(index.row()))
        self.criteria.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())
        card = Card()
        card.body.setContentsMargins(0, 4, 0, 4)
        self.working = text_label(self.tr("Computing …"), "muted")
        self.working.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedLayout()
        # First into the card: a stack without a parent shows its page as a window of its own.
        card.body.addLayout(self._stack)
        self._stack.addWidget(self.criteria)
        self._stack.addWidget(self.working)
        outer.addWidget(card)
        self.note = text_label("", "muted", wrap=True)
        self.note.setText(
            self.tr(
                "Read at the lower end of the interval: from .80 (line) reliable, from .667 "
                "(dots) for tentative conclusions, below neither. Intervals by bootstrap over "
                "units (BCa, 2,000 resamples). ⏎ lists the disagreements on a question."
            )
        )
        outer.addWidget(self.note)
        grid = QGridLayout()
        grid.setSpacing(12)
        self.pairs_card, self.pairs, self.pairs_none = self._card(self.tr("Pairs of raters"))
        self.slots = text_label("", "warn", wrap=True)
        self.slots.setContentsMargins(14, 4, 14, 10)
        self.slots.setText(
            self.tr(
                "Some raters were imported as positions in a list, not as people. Alpha holds; a "
                "pair of positions says nothing about two people."
            )
        )
        self.pairs_card.body.addWidget(self.slots)
        self.slices_card, self.slices, self.slices_none = self._card("")
        side = self.pairs.verticalHeader()
        side.setVisible(True)
        side.setMinimumWidth(72)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.pairs_card, 0, 0, top)
        grid.addWidget(self.slices_card, 0, 1, top)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        outer.addLayout(grid, 1)
        controller.changed.connect(self._show)
        self._show()

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.title = text_label(self.tr("How far raters agree"), "title")
        row.addWidget(self.title)
        row.addStretch(1)
        self.level = QComboBox()
        self.level.addItem(self.tr("Each at its own level"), None)
        for level in LEVELS:
            self.level.addItem(
                self.tr("All as {level}").format(level=level_text(self, level)), level
            )
        self.level.setAccessibleName(self.tr("Level of measurement"))
        self.level.activated.connect(
            lambda _: self._controller.choose(level=self.level.currentData())
        )
        self.by = QComboBox()
        self.by.setAccessibleName(self.tr("Look within"))
        self.by.activated.connect(lambda _: self._controller.choose(by=self.by.currentData()))
        self.names = QCheckBox(self.tr("Raters by name"))
        self.names.toggled.connect(self._controller.call_by_name)
        self.copy_button = ActionButton(
            self.tr("Copy as a table"),
            self._controller.workspace.actions.keys("adjudicate.copy"),
        )
        self.copy_button.clicked.connect(self.copy)
        for widget in (self.names, self.level, self.by, self.copy_button):
            row.addWidget(widget)
        return row

    def _card(self, title: str) -> tuple[Card, "FieldTable", QLabel]:
        card = Card(title or " ")
        card.body.setContentsMargins(0, 12, 0, 4)
        if card.header is not None:
            card.header.setContentsMargins(14, 0, 14, 0)
        table = FieldTable(title)
        none = text_label("", "muted", wrap=True)
        none.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        none.setContentsMargins(16, 8, 16, 16)
        card.body.addWidget(table, 1)
        card.body.addWidget(none, 1)
        return card, table, none

    # -- what the person does

    def copy(self) -> None:
        """Put all of it into the clipboard, for a spreadsheet."""
        text, count = self._controller.as_tsv()
        QGuiApplication.clipboard().setText(text)
        self._controller.workspace.say(self.tr("Copied {n} questions").format(n=count))

    # -- inside

    @property
    def current(self) -> Outcome | None:
        """The question that details are shown of."""
        outcomes = self._controller.outcomes or ()
        row = self.criteria.currentIndex().row()
        return outcomes[row] if 0 <= row < len(outcomes) else None

    def _show(self) -> None:
        controller = self._controller
        self._show_groupings()
        outcomes = controller.outcomes
        self._stack.setCurrentIndex(0 if outcomes is not None else 1)
        if outcomes is None:
            self._show_details()
            return
        row = max(self.criteria.currentIndex().row(), 0)
        self.criteria.show_fields(*criterion_fields(self, outcomes))
        self.criteria.select_row(min(row, len(outcomes) - 1))
        self._show_details()

    def _show_groupings(self) -> None:
        question = self._controller.question
        with QSignalBlocker(self.by):
            self.by.clear()
            self.by.addItem(self.tr("Not by slice"), "")
            for name in self._controller.groupings:
                self.by.addItem(self.tr("By {name}").format(name=name), name)
            self.by.setCurrentIndex(max(self.by.findData(question.by), 0))
        with QSignalBlocker(self.level):
            self.level.setCurrentIndex(max(self.level.findData(question.level), 0))

    def _show_details(self) -> None:
        one, controller = self.current, self._controller
        result = one.result if one is not None else None
        by = controller.question.by
        name = one.criterion.text if one is not None else ""
        for card in (self.pairs_card, self.slices_card):
            card.setVisible(one is not None)
        if self.pairs_card.header is not None:
            self.pairs_card.header.detail.setText(self.tr("Cohen's κ on {what}").format(what=name))
        if self.slices_card.header is not None:
            self.slices_card.header.title.setText(
                self.tr("By {name}").format(name=by) if by else self.tr("By slice")
            )
            self.slices_card.header.detail.setText(name)
        has_pairs, has_slices = bool(result and result.pairs), bool(result and result.slices)
        # Without a slice to look within, a multi-select is looked at point by point.
        has_points = bool(result and result.points and not by)
        if has_points and self.slices_card.header is not None:
            self.slices_card.header.title.setText(self.tr("Point by point"))
        if result is not None and has_pairs:
            names, rows = pair_fields(self, result, controller.called)
            self.pairs.show_fields(names, rows, names)
        self.pairs.setVisible(has_pairs)
        self.pairs_none.setVisible(not has_pairs)
        self.slots.setVisible(controller.slots and has_pairs)
        if result is not None and result.raters > 1:
            text = self.tr("{n} raters make too many pairs for a table; alpha covers them all.")
            self.pairs_none.setText(text.format(n=result.raters))
        else:
            self.pairs_none.setText(self.tr("There are no two raters to compare."))
        if result is not None and has_slices:
            self.slices.show_fields(*slice_fields(self, result))
        elif result is not None and has_points:
            self.slices.show_fields(*point_fields(self, result))
        self.slices.setVisible(has_slices or has_points)
        self.slices_none.setVisible(not has_slices and not has_points)
        self.slices_none.setText(
            self.tr("No rated unit has a value of {name}.").format(name=by)
            if by
            else self.tr("Choose above what to look within: a tier, a run, a slice.")
        )

    def _open(self, row: int) -> None:
        outcomes = self._controller.outcomes or ()
        if 0 <= row < len(outcomes):
            self.criterion_wanted.emit(outcomes[row].criterion.name)


class FieldTable(Table):
    """A table of fields whose rows are a little higher, for the bars."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self._height = 3 * field_row_height()
        self.fields = FieldModel(self)
        self.setSortingEnabled(False)
        self.setModel(self.fields)
        self.setItemDelegate(FieldDelegate(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        sized(self, FieldTable.fit)

    def show_fields(self, head: list[str], rows: object, side: list[str] | None = None) -> None:
        """Other fields; each column as wide as its longest."""
        self.fields.show_fields(head, rows, side or [])  # type: ignore[arg-type]
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.fit()

    def fit(self) -> None:
        """As wide and high as what it shows, in the type there is now."""
        row = field_row_height()
        fit_rows(self, row)
        self.resizeColumnsToContents()
        scroll = self.horizontalScrollBar().sizeHint().height()
        rows = self.fields.rowCount()
        height = self.horizontalHeader().height() + rows * row + scroll
        self.setMaximumHeight(height)
        self.setMinimumHeight(min(height, self.horizontalHeader().height() + 3 * row))
        self._height = height
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as its rows, up to a dozen."""
        return QSize(400, min(self._height, 12 * field_row_height()))
