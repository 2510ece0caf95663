"""What a plan would be and cost, beside the form."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.services.rounds.planning import PlannedRound
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label


class PlanPreview(QWidget):
    """Items, cells, loads, hours and how sure the results will be; and the button that opens.

    Signals:
        open_wanted(): the plan is to be carried out. left(): it is not.
    """

    open_wanted = Signal()
    left = Signal()

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(hairline())
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 12, 16, 12)
        foot.setSpacing(8)
        self.problem = text_label("", "error", wrap=True)
        self.problem.hide()
        foot.addWidget(self.problem)
        self.open_button = ActionButton(self.tr("Open the round"), keys, kind="primary")
        self.open_button.clicked.connect(self.open_wanted)
        self.leave_button = ActionButton(self.tr("Leave the plan"), kind="flat")
        self.leave_button.clicked.connect(self.left)
        foot.addWidget(self.open_button)
        foot.addWidget(self.leave_button)
        outer.addLayout(foot)
        self.show_waiting()

    def show_waiting(self) -> None:
        """The plan is being tried out."""
        self.open_button.setEnabled(False)

    def show_problem(self, error: Exception) -> None:
        """The plan cannot be."""
        hint = error.hint if isinstance(error, EvalDeskError) else ""
        reason = error.message if isinstance(error, EvalDeskError) else repr(error)
        self.problem.setText(f"{reason} {hint}".strip())
        self.problem.show()
        self.open_button.setEnabled(False)

    def show_plan(self, planned: PlannedRound) -> None:
        """The plan holds."""
        self.problem.hide()
        self.open_button.setEnabled(True)
        inner = pane()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        items, compared = planned.items, bool(planned.draft.pairs)
        if compared:
            words = self.tr("pairs") if items != 1 else self.tr("pair")
        else:
            words = self.tr("items") if items != 1 else self.tr("item")
        self._figure(column, f"{items:,}", words)
        self._figure(
            column,
            f"{planned.hours:.1f} h",
            self.tr("in all, for {n} assignments of {seconds} s each{measured}").format(
                n=f"{planned.assignments:,}",
                seconds=f"{planned.seconds_each:.0f}",
                measured="" if planned.measured else self.tr(" (assumed: nobody rated yet)"),
            ),
        )
        rate, alpha = planned.rate_width, planned.alpha_width
        if rate is not None:
            text = (
                self.tr("wide: the 95 % interval of a win rate of 50 %")
                if compared
                else self.tr("wide: the 95 % interval of a pass rate of 80 %")
            )
            self._figure(column, f"{100 * rate:.0f} pp", text)
        if alpha is not None:
            text = self.tr("wide: the 95 % interval of an alpha of .60, over {n} shared items")
            self._figure(column, f"{alpha:.2f}", text.format(n=f"{planned.overlapping:,}"))
        else:
            text = self.tr("No items are rated by two people, so agreement will not be known.")
            column.addWidget(text_label(text, "muted", wrap=True))
        if planned.unpaired:
            text = self.tr("{n} scenarios are in only one of the runs, and are not compared.")
            text = text.format(n=f"{planned.unpaired:,}")
            column.addWidget(text_label(text, "muted", wrap=True))
        column.addSpacing(8)
        each = planned.seconds_each / 3600.0
        loads = [
            (name, f"{count:,}", f"{count * each:.1f} h")
            for name, count in planned.per_rater.items()
        ]
        self._table(column, (self.tr("Rater"), self.tr("items"), self.tr("time")), loads)
        cells = [
            (
                self._cell(cell.name, len(planned.cells)),
                f"{cell.items:,} / {cell.traces:,}",
                f"{cell.probability:.3f}",
            )
            for cell in planned.cells
        ]
        head = (self.tr("Drawn from"), self.tr("items"), self.tr("probability"))
        self._table(column, head, cells)
        column.addStretch(1)
        self._scroll.setWidget(inner)

    def _cell(self, name: str, cells: int) -> str:
        if cells == 1 and not name:
            return self.tr("everything that fits")
        stratum, mark, rest = name.partition(" · ")
        return (stratum or self.tr("the others")) + mark + rest

    def _figure(self, column: QVBoxLayout, figure: str, words: str) -> None:
        column.addWidget(text_label(figure, "figure"))
        label = text_label(words, "muted", wrap=True)
        label.setAccessibleName(f"{figure} {words}")
        column.addWidget(label)
        column.addSpacing(4)

    def _table(
        self, column: QVBoxLayout, head: tuple[str, ...], rows: list[tuple[str, str, str]]
    ) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight
        for place, words in enumerate(head):
            grid.addWidget(
                text_label(words, "small"), 0, place, right if place else Qt.AlignmentFlag(0)
            )
        for number, row in enumerate(rows, 1):
            for place, words in enumerate(row):
                label = text_label(words, wrap=not place)
                grid.addWidget(label, number, place, right if place else Qt.AlignmentFlag(0))
        column.addLayout(grid)
        column.addSpacing(10)
