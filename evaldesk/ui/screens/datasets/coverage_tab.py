"""How many scenarios there are of each kind, and how a run did on them."""

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QVBoxLayout, QWidget

from evaldesk.services.datasets.coverage import AGE, Cell, Coverage, coverage, groups
from evaldesk.ui.screens.datasets.controller import DatasetsController
from evaldesk.ui.screens.datasets.delegates import CellDelegate
from evaldesk.ui.screens.datasets.models import ROW, Line, LinesModel
from evaldesk.ui.screens.datasets.pickers import Picker, SearchBar
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.figures import estimate_detail, estimate_text
from evaldesk.ui.widgets.table import Table

KIND, NAMES = "coverage", "coverage-names"
_MOST_NAMED = 30


class CoverageTab(QWidget):
    """A table of the version in sight by one group, or by two.

    Signals:
        filter_wanted(text): the person wants to see the scenarios of a cell.
    """

    filter_wanted = Signal(str)

    def __init__(self, controller: DatasetsController) -> None:
        super().__init__()
        self._controller = controller
        self.found: Coverage | None = None
        self._version = 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 8, 16, 8)
        bar.setSpacing(12)
        self.by = Picker(self.tr("By"), least=100)
        self.other = Picker(self.tr("and"), least=100)
        self.run = Picker(self.tr("Run"), least=110)
        self.measure = Picker(self.tr("Metric"), least=90)
        self.figure = Picker(self.tr("Show"), least=100)
        for picker in (self.by, self.other, self.run, self.measure):
            picker.picked.connect(lambda _: self._search())
            bar.addWidget(picker, 1)
        self.figure.picked.connect(lambda _: self._show_table())
        bar.addWidget(self.figure, 1)
        self.progress = SearchBar(self.tr("Count again"))
        self.progress.begun.connect(self._search)
        self.progress.cancelled.connect(lambda: controller.cancel(KIND))
        self.progress.button.setProperty("kind", "flat")
        bar.addWidget(self.progress)
        outer.addLayout(bar)
        outer.addWidget(hairline())
        self.model = LinesModel(self)
        self.table = Table(name=self.tr("Coverage"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(self.table))
        self.table.setSortingEnabled(False)
        self.table.setSelectionBehavior(Table.SelectionBehavior.SelectItems)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.horizontalHeader().setStretchLastSection(False)
        self.table.chosen.connect(self._open)
        outer.addWidget(self.table, 1)
        outer.addWidget(hairline())
        foot = QWidget()
        foot.setProperty("surface", "pane")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(foot)
        column.setContentsMargins(16, 10, 16, 12)
        column.setSpacing(4)
        self.empty_title = text_label(self.tr("No scenario at all"), "heading")
        self.empty_text = text_label("", "", wrap=True)
        self.hint = text_label(
            self.tr(
                "Return shows the scenarios of a cell. A scenario fails where one of its trials "
                "does. Intervals are Wilson's, at 95 %."
            ),
            "muted",
            wrap=True,
        )
        column.addWidget(self.empty_title)
        column.addWidget(self.empty_text)
        column.addWidget(self.hint)
        outer.addWidget(foot)
        controller.worked.connect(self._worked)
        controller.found.connect(self._take)

    def begin(self) -> None:
        """Count the version in sight."""
        version = self._controller.version
        if version is None:
            return
        if self._version != version.pk:
            self._version = version.pk
            self.found = None
            self.model.show_lines((), [])
            self._controller.search(NAMES, lambda project, version, told: groups(project, version))
        else:
            self._search()

    def _offer(self, names: list[str]) -> None:
        words = {"tier": self.tr("tier"), "origin": self.tr("origin"), AGE: self.tr("age")}
        values = [(name, words.get(name, name)) for name in names]
        by = self.by.value if self.by.value in names else "tier"
        other = self.other.value
        if other is None and self.other.box.count() == 0:
            other = next((name for name in self._controller.slices if name in names), "")
        self.by.offer(values, by)
        self.other.offer([("", self.tr("nothing")), *values], other if other in names else "")
        runs = list(self._controller.runs)
        version = self._controller.version
        own = [run.name for run in runs if version is not None and run.name in version.runs]
        chosen = self.run.value
        if chosen is None and self.run.box.count() == 0:
            chosen = (own or [run.name for run in runs] or [""])[-1]
        self.run.offer(
            [("", self.tr("none")), *((run.name, run.name) for run in reversed(runs))], chosen
        )
        self._offer_metrics()
        self._search()

    def _offer_metrics(self) -> None:
        run = next((run for run in self._controller.runs if run.name == self.run.value), None)
        names = list(run.metrics) if run is not None else []
        current = self.measure.value if self.measure.value in names else ""
        if not current and names:
            current = "pass" if "pass" in names else names[0]
        self.measure.offer([("", self.tr("none")), *((name, name) for name in names)], current)

    def _search(self) -> None:
        run = str(self.run.value or "")
        self._offer_metrics()
        metric = str(self.measure.value or "") if run else ""
        by = [str(self.by.value or "tier")]
        other = str(self.other.value or "")
        if other and other != by[0]:
            by.append(other)
        else:
            with QSignalBlocker(self.other.box):
                self.other.box.setCurrentIndex(0)
        self._controller.search(
            KIND,
            lambda project, version, told: coverage(
                project, version, by, run=run, metric=metric, progress=told
            ),
        )

    def _worked(self, kind: str, fraction: float, text: str) -> None:
        if kind == KIND:
            self.progress.show_progress(fraction, text)

    def _take(self, kind: str, found: object) -> None:
        if kind == NAMES and isinstance(found, list):
            self._offer(found)
        elif kind == KIND and isinstance(found, Coverage):
            self.found = found
            figures = [("scenarios", self.tr("scenarios")), ("rated", self.tr("rated"))]
            if found.run:
                figures.insert(1, ("run", self.tr("run")))
            if found.metric:
                figures.append(("failing", self.tr("failing")))
            self.figure.offer(figures, self.figure.value)
            self.figure.setVisible(len(found.by) > 1)
            self._show_table()

    def _show_table(self) -> None:
        found = self.found
        if found is None:
            return
        dash = "–"
        lines = []
        if len(found.by) == 1:
            titles = [found.by[0], self.tr("scenarios"), self.tr("rated")]
            if found.run:
                titles.append(self.tr("run"))
            if found.metric:
                titles.append(self.tr("failing"))
            for row in found.rows:
                cell = found.cells[row, ""]
                texts = [row or dash, f"{cell.scenarios:,}", f"{cell.rated:,}"]
                if found.run:
                    texts.append(f"{cell.run:,}")
                if found.metric:
                    texts.append(self._failing(cell))
                lines.append(Line(tuple(texts), [cell] * len(texts), tooltip=self._tip(cell)))
            self.model.show_lines(titles, lines, figures=range(1, len(titles)))
            widths = [180, *([110] * (len(titles) - 1))]
            if found.metric:
                widths[-1] = 250
        else:
            what = str(self.figure.value or "scenarios")
            titles = [found.by[0], *(name or dash for name in found.columns)]
            for row in found.rows:
                cells = [found.cells[row, column] for column in found.columns]
                texts = [row or dash, *(self._figure(cell, what) for cell in cells)]
                chips = {
                    place + 1: ((self.tr("none"), "warn"),)
                    for place, cell in enumerate(cells)
                    if (cell.row, cell.column) in set(found.empty)
                }
                lines.append(Line(tuple(texts), [None, *cells], chips))
            self.model.show_lines(titles, lines, figures=range(1, len(titles)))
            wide = 190 if what == "failing" else 96
            heading = self.table.horizontalHeader().fontMetrics().horizontalAdvance
            widths = [150, *(max(wide, heading(title) + 40) for title in titles[1:])]
        for place, width in enumerate(widths):
            self.table.setColumnWidth(place, width)
        named = [" × ".join(part for part in place if part) for place in found.empty]
        more = len(named) - _MOST_NAMED
        text = ", ".join(named[:_MOST_NAMED]) + (
            self.tr(" and {n} more").format(n=f"{more:,}") if more > 0 else ""
        )
        self.empty_text.setText(text)
        for label in (self.empty_title, self.empty_text):
            label.setVisible(bool(named))

    def _figure(self, cell: Cell, what: str) -> str:
        if not cell.scenarios:
            return self.tr("none")
        if what == "failing":
            return self._failing(cell)
        if what == "scenarios":
            return f"{cell.scenarios:,}"
        return f"{getattr(cell, what):,} / {cell.scenarios:,}"

    def _failing(self, cell: Cell) -> str:
        if not cell.judged:
            return "–"
        return f"{cell.failing:,} / {cell.judged:,} · {estimate_text(cell.rate, as_percent=True)}"

    def _tip(self, cell: Cell) -> str:
        return estimate_detail(cell.rate) if cell.judged else ""

    def _open(self, index: QModelIndex) -> None:
        found = self.found
        line = index.data(ROW)
        if found is None or line is None or AGE in found.by:
            return
        cell = line.key[index.column()] or next(one for one in line.key if one is not None)
        column = cell.column if index.column() or len(found.by) == 1 else None
        parts = [_test(found.by[0], cell.row)]
        if len(found.by) > 1 and column is not None:
            parts.append(_test(found.by[1], column))
        self.filter_wanted.emit(" and ".join(parts))


def _test(name: str, value: str) -> str:
    field = name if name in ("tier", "origin") else f"slice.{name}"
    if not value:
        return f"not {field} exists"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{field} = "{escaped}"'
