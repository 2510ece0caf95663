"""Scenarios that ask the same, or nearly: side by side, to be dropped or kept."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from evaldesk.services.datasets.duplicates import (
    SIMILARITY,
    Duplicates,
    Group,
    Likeness,
    duplicates,
)
from evaldesk.services.datasets.scenario_text import input_text
from evaldesk.ui.screens.datasets.controller import DatasetsController
from evaldesk.ui.screens.datasets.delegates import CellDelegate
from evaldesk.ui.screens.datasets.models import ROW, Line, LinesModel
from evaldesk.ui.screens.datasets.pickers import SearchBar, WordDifference
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import percent
from evaldesk.ui.widgets.spin_box import roomy
from evaldesk.ui.widgets.table import Table

KIND = "duplicates"


class DuplicatesTab(QWidget):
    """Finds doubles of the version in sight; what is dropped waits in its draft."""

    def __init__(self, controller: DatasetsController, drop_keys: str, keep_keys: str) -> None:
        super().__init__()
        self._controller = controller
        self.found: Duplicates | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 8, 16, 8)
        bar.setSpacing(10)
        bar.addWidget(text_label(self.tr("Alike from"), "muted"))
        self.similarity = roomy(QDoubleSpinBox())
        self.similarity.setRange(50, 100)
        self.similarity.setDecimals(0)
        self.similarity.setSuffix(" %")
        self.similarity.setSingleStep(5)
        self.similarity.setValue(100 * SIMILARITY)
        self.similarity.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.similarity.setAccessibleName(self.tr("Alike from"))
        self.similarity.setToolTip(
            self.tr("Letters in common, in order, over all the letters of both texts")
        )
        bar.addWidget(self.similarity)
        self.summary = text_label("", "muted")
        bar.addWidget(self.summary, 1)
        self.search = SearchBar(self.tr("Search"))
        self.search.begun.connect(self.begin)
        self.search.cancelled.connect(lambda: controller.cancel(KIND))
        bar.addWidget(self.search)
        outer.addLayout(bar)
        outer.addWidget(hairline())
        self.empty = EmptyState("")
        self.empty.add_action(self.tr("Search"), self.begin, primary=True)
        outer.addWidget(self.empty, 1)
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self.model = LinesModel(self)
        self.table = Table(name=self.tr("Duplicates"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(self.table))
        self.table.setSortingEnabled(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._show_pair())
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self._pair(drop_keys, keep_keys))
        self._splitter.setSizes([260, 300])
        outer.addWidget(self._splitter, 1)
        controller.worked.connect(self._worked)
        controller.found.connect(self._take)
        controller.draft_changed.connect(self._show_lines)
        controller.chosen.connect(self._forget)
        self._forget()

    def _pair(self, drop_keys: str, keep_keys: str) -> QWidget:
        holder = QWidget()
        holder.setProperty("surface", "pane")
        holder.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(holder)
        column.setContentsMargins(16, 12, 16, 12)
        self.words = WordDifference()
        column.addWidget(self.words, 1)
        row = QHBoxLayout()
        self.hint = text_label("", "muted")
        row.addWidget(self.hint, 1)
        self.distinct_button = ActionButton(self.tr("They are different"), keep_keys)
        self.distinct_button.setToolTip(self.tr("The group is not shown again"))
        self.distinct_button.clicked.connect(self.keep)
        row.addWidget(self.distinct_button)
        self.drop_button = ActionButton(self.tr("Drop"), drop_keys)
        self.drop_button.setToolTip(self.tr("Leave it out of the next version"))
        self.drop_button.clicked.connect(self.drop)
        row.addWidget(self.drop_button)
        column.addLayout(row)
        return holder

    def begin(self) -> None:
        """Search the version in sight."""
        alike = self.similarity.value() / 100
        self._controller.search(
            KIND,
            lambda project, version, told: duplicates(
                project, version, similarity=alike, progress=told
            ),
        )

    def step(self, by: int) -> None:
        """The next scenario of the list, or the one before."""
        self.table.select_row(self.table.currentIndex().row() + by)

    def drop(self) -> None:
        """Leave the scenario in sight out of the next version, or take that back."""
        chosen = self._current()
        if chosen is None:
            return
        group, item = chosen
        pk = item.row.pk
        draft = self._controller.draft
        if draft is not None and pk in draft.removed:
            self._controller.change(lambda draft: draft.keep([pk]))
            return
        other = next(one for one in group.members if one.row.pk != pk).row.key
        why = {
            "text": self.tr("{key} has the same text as {other}"),
            "key": self.tr("{key} is there with several texts"),
            "near": self.tr("{key} is {alike} like {other}"),
        }[group.kind].format(key=item.row.key, other=other, alike=percent(item.similarity, 0))
        self._controller.change(lambda draft: draft.remove({pk: why}))
        self.step(1)

    def keep(self) -> None:
        """Say that the group in sight is no group."""
        chosen = self._current()
        if chosen is None or self.found is None:
            return
        group = chosen[0]
        self._controller.keep_distinct(group)
        place = self.table.currentIndex().row()
        groups = [one for one in self.found.groups if one is not group]
        found = self.found
        self.found = Duplicates(
            found.version,
            found.similarity,
            groups,
            found.scenarios,
            found.compared,
            found.crowded,
            found.settled + 1,
        )
        self._show_lines()
        self.table.select_row(min(place, self.model.rowCount() - 1))

    def _current(self) -> tuple[Group, Likeness] | None:
        index = self.table.currentIndex()
        line = index.data(ROW) if index.isValid() else None
        return line.key if line is not None else None

    def _forget(self) -> None:
        self.found = None
        self._controller.cancel(KIND)
        self.empty.show_text(
            self.tr("What is there twice counts twice"),
            self.tr(
                "Finds scenarios with the same text under other keys, the same key with other "
                "texts, and texts that are nearly the same."
            ),
        )
        self._show_stage()

    def _show_stage(self) -> None:
        any_group = self.found is not None and bool(self.found.groups)
        self.empty.setVisible(not any_group)
        self.search.button.setVisible(any_group)
        self._splitter.setVisible(any_group)
        if self.found is None:
            self.summary.setText("")

    def _worked(self, kind: str, fraction: float, text: str) -> None:
        if kind == KIND:
            self.search.show_progress(fraction, text)

    def _take(self, kind: str, found: object) -> None:
        if kind == KIND and isinstance(found, Duplicates):
            self.found = found
            self._show_lines()
            self.table.select_row(1 if self.model.rowCount() > 1 else 0)
            self.table.setFocus()

    def _show_lines(self) -> None:
        found = self.found
        if found is None:
            return
        draft = self._controller.draft
        removed = draft.removed if draft is not None else {}
        kinds = {
            "text": (self.tr("same text"), "bad"),
            "key": (self.tr("same key"), "warn"),
            "near": (self.tr("nearly the same"), "accent"),
        }
        lines = []
        for group in found.groups:
            for place, item in enumerate(group.members):
                said = item.row.description
                chips = {}
                if place == 0:
                    chips[0] = (kinds[group.kind],)
                if item.row.pk in removed:
                    chips[4] = ((self.tr("dropped"), "bad"),)
                lines.append(
                    Line(
                        (
                            kinds[group.kind][0] if place == 0 else "",
                            "" if place == 0 else percent(item.similarity, 1),
                            item.row.key,
                            said.title,
                            self.tr("dropped") if item.row.pk in removed else "",
                        ),
                        (group, item),
                        chips,
                    )
                )
        place = self.table.currentIndex().row()
        self.model.show_lines(
            ("", self.tr("Alike"), self.tr("Scenario"), self.tr("Title"), ""), lines, figures=(1,)
        )
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 130), (1, 76), (2, 120), (4, 90)):
            self.table.setColumnWidth(column, width)
        if place >= 0:
            self.table.select_row(min(place, len(lines) - 1))
        words = self.tr("{n} groups among {total} scenarios").format(
            n=f"{len(found.groups):,}", total=f"{found.scenarios:,}"
        )
        if found.settled:
            words += self.tr(" · {n} said to be different").format(n=f"{found.settled:,}")
        if found.crowded:
            words += self.tr(" · {n} so alike that only neighbours were compared").format(
                n=f"{found.crowded:,}"
            )
        self.summary.setText(words)
        if not found.groups:
            self.empty.show_text(
                self.tr("Nothing is there twice"),
                self.tr("No two texts of {n} are {alike} alike or more.").format(
                    n=f"{found.scenarios:,}", alike=percent(found.similarity, 0)
                ),
            )
        self._show_stage()
        self._show_pair()

    def _show_pair(self) -> None:
        chosen = self._current()
        project = self._controller.workspace.project
        if chosen is None or project is None:
            return
        group, item = chosen
        first = group.members[0]
        if item is first and len(group.members) > 1:
            item = group.members[1]
        pks = [first.row.pk, item.row.pk]
        # Two short reads by key; a list of thousands is not read for this.
        texts = {pk: input_text(content) for pk, _, content in project.datasets.inputs(pks)}
        self.words.show_texts(
            (first.row.key, texts.get(first.row.pk, "")),
            (item.row.key, texts.get(item.row.pk, "")),
        )
        alike = percent(item.similarity, 1)
        self.hint.setText(self.tr("{alike} alike").format(alike=alike))
        draft = self._controller.draft
        chosen_row = chosen[1].row
        dropped = draft is not None and chosen_row.pk in draft.removed
        words = self.tr("Keep {key} after all") if dropped else self.tr("Drop {key}")
        self.drop_button.setText(words.format(key=chosen_row.key))
        self.drop_button.updateGeometry()
