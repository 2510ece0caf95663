"""What became of a version: added, removed, described otherwise, word by word."""

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QSplitter, QTabBar, QVBoxLayout, QWidget

from evaldesk.domain.dataset import (
    DatasetVersion,
    FieldChange,
    ScenarioChange,
    ScenarioRow,
    VersionDifference,
)
from evaldesk.services.datasets.comparison import difference
from evaldesk.ui.screens.datasets.controller import DatasetsController
from evaldesk.ui.screens.datasets.delegates import CellDelegate
from evaldesk.ui.screens.datasets.models import ROW, Line, LinesModel
from evaldesk.ui.screens.datasets.pickers import Picker, WordDifference
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.table import Table

KIND = "compare"
_MOST = 20_000


class CompareTab(QWidget):
    """Two versions against one another.

    Signals:
        scenario_wanted(pk): the person wants to see it.
    """

    scenario_wanted = Signal(int)

    def __init__(self, controller: DatasetsController) -> None:
        super().__init__()
        self._controller = controller
        self._found: VersionDifference | None = None
        self._before = 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 8, 16, 8)
        bar.setSpacing(12)
        self.before = Picker(self.tr("Before"), least=200)
        self.before.picked.connect(self._picked)
        bar.addWidget(self.before, 1)
        self.summary = text_label("", "muted")
        bar.addWidget(self.summary, 1)
        outer.addLayout(bar)
        outer.addWidget(hairline())
        self.lists = QTabBar()
        self.lists.setDrawBase(False)
        self.lists.setExpanding(False)
        self.lists.setAccessibleName(self.tr("What to list"))
        for text in (
            self.tr("Changed"),
            self.tr("Added"),
            self.tr("Removed"),
            self.tr("By tier and slice"),
        ):
            self.lists.addTab(text)
        self.lists.currentChanged.connect(lambda _: self._show_list())
        outer.addWidget(self.lists)
        outer.addWidget(hairline())
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.model = LinesModel(self)
        self.table = Table(name=self.tr("Differences"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(self.table))
        # As it was found, until a heading is clicked.
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.selectionModel().currentChanged.connect(self._show_fields)
        self.table.chosen.connect(self._open)
        splitter.addWidget(self.table)
        self.words = WordDifference()
        holder = QWidget()
        holder.setProperty("surface", "pane")
        holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(16, 12, 16, 12)
        inside.addWidget(self.words)
        self._holder = holder
        splitter.addWidget(holder)
        splitter.setSizes([320, 240])
        outer.addWidget(splitter, 1)
        self._splitter = splitter
        self.empty = EmptyState(
            self.tr("Nothing to compare with"),
            self.tr("This dataset has one version. Change something and save it as the next."),
        )
        outer.addWidget(self.empty, 1)
        controller.found.connect(self._take)

    def begin(self, before: int = 0) -> None:
        """Compare the version in sight with another one: this one, or else its parent."""
        version = self._controller.version
        if version is None:
            return
        others = [item for item in self._controller.versions if item.pk != version.pk]
        known = {item.pk for item in others}
        self._before = next(
            (
                pk
                for pk in (
                    before,
                    version.parent_pk,
                    *(item.pk for item in reversed(others) if item.dataset == version.dataset),
                    *(item.pk for item in reversed(others)),
                )
                if pk in known
            ),
            0,
        )
        self.before.offer(
            [(item.pk, version_words(item)) for item in reversed(others)], self._before
        )
        self._show_stage(bool(others))
        if others:
            self._search()

    def _show_stage(self, able: bool) -> None:
        self._splitter.setVisible(able)
        self.lists.setVisible(able)
        self.before.setVisible(able)
        self.summary.setVisible(able)
        self.empty.setVisible(not able)

    def _picked(self, pk: object) -> None:
        if isinstance(pk, int):
            self._before = pk
            self._search()

    def _search(self) -> None:
        before = self._controller.by_pk(self._before)
        if before is not None:
            self._controller.search(
                KIND, lambda project, version, told: difference(project, before, version)
            )

    def _take(self, kind: str, found: object) -> None:
        if kind != KIND or not isinstance(found, VersionDifference):
            return
        self._found = found
        sizes = (len(found.changed), len(found.added), len(found.removed))
        names = (self.tr("Changed"), self.tr("Added"), self.tr("Removed"))
        for place, (name, size) in enumerate(zip(names, sizes, strict=True)):
            self.lists.setTabText(place, f"{name} {size:,}")
        words = self.tr("{n} are the same").format(n=f"{found.same:,}")
        if found.renamed:
            words += self.tr(" · {n} keys have another input").format(n=f"{len(found.renamed):,}")
        self.summary.setText(words)
        if not sizes[self.lists.currentIndex() if self.lists.currentIndex() < 3 else 0]:
            best = next((place for place, size in enumerate(sizes) if size), 3)
            self.lists.setCurrentIndex(best)
        self._show_list()

    def _show_list(self) -> None:
        found = self._found
        if found is None:
            return
        which = self.lists.currentIndex()
        if which == 3:
            lines = [
                Line(
                    (
                        one.name,
                        one.value or "–",
                        f"{one.before:,}",
                        f"{one.after:,}",
                        f"{one.after - one.before:+,}".replace("-", "−")
                        if one.after != one.before
                        else "",
                    ),
                    one,
                    order=(one.name, one.value, one.before, one.after, one.after - one.before),
                )
                for one in found.counts
            ]
            titles = ("", self.tr("Value"), self.tr("Before"), self.tr("After"), self.tr("Change"))
            self.model.show_lines(titles, lines, figures=(2, 3, 4))
            self._size((140, 180, 80, 80, 80), stretch=())
        elif which == 0:
            lines = [
                Line(
                    (item.after.key, one.name, _flat(one.before), _flat(one.after)),
                    (item, one),
                )
                for item in found.changed[:_MOST]
                for one in item.fields
            ]
            self.model.show_lines(
                (self.tr("Scenario"), self.tr("Field"), self.tr("Before"), self.tr("After")), lines
            )
            self._size((120, 130, 260, 260), stretch=(2, 3))
        else:
            renamed = {row.pk for pair in found.renamed for row in pair}
            rows = found.added if which == 1 else found.removed
            lines = [
                Line(
                    (
                        row.key,
                        row.description.title,
                        row.description.tier,
                        self.tr("another input") if row.pk in renamed else "",
                    ),
                    row,
                )
                for row in rows[:_MOST]
            ]
            self.model.show_lines(
                (self.tr("Scenario"), self.tr("Title"), self.tr("Tier"), ""), lines
            )
            self._size((120, 380, 120, 120), stretch=(1,))
        self._holder.setVisible(which == 0 and bool(found.changed))
        if self.model.lines:
            self.table.select_row(0)
        self._show_fields(self.table.currentIndex(), QModelIndex())

    def _size(self, widths: tuple[int, ...], stretch: tuple[int, ...]) -> None:
        header = self.table.horizontalHeader()
        header.setStretchLastSection(not stretch)
        for place, width in enumerate(widths):
            stretched = place in stretch
            header.setSectionResizeMode(
                place,
                QHeaderView.ResizeMode.Stretch if stretched else QHeaderView.ResizeMode.Interactive,
            )
            if not stretched:
                self.table.setColumnWidth(place, width)

    def _show_fields(self, index: QModelIndex, _before: QModelIndex) -> None:
        line = index.data(ROW) if index.isValid() else None
        if line is None or not isinstance(line.key, tuple) or self._found is None:
            return
        _, one = line.key
        assert isinstance(one, FieldChange)
        self.words.show_texts(
            (f"{self._found.before.short} · {one.name}", one.before),
            (f"{self._found.after.short} · {one.name}", one.after),
        )

    def _open(self, index: QModelIndex) -> None:
        line = index.data(ROW)
        key = line.key[0] if isinstance(line.key, tuple) else line.key
        if isinstance(key, ScenarioChange):
            self.scenario_wanted.emit(key.after.pk)
        elif isinstance(key, ScenarioRow) and self.lists.currentIndex() == 1:
            self.scenario_wanted.emit(key.pk)


def version_words(version: DatasetVersion) -> str:
    """A version in a list of them."""
    parts = [version.dataset, version.short, *version.suites, version.note]
    return " · ".join(part for part in parts if part)


def _flat(text: str) -> str:
    return " ".join(text[:400].split()) or "–"
