"""The scenarios of a version: a filter, the list, and beside it what is said of the chosen ones."""

from array import array
from collections.abc import Sequence

from PySide6.QtCore import QItemSelection, Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.dataset import ScenarioRow
from evaldesk.ui.screens.datasets.controller import MOST_EDITED, DatasetsController, Reading
from evaldesk.ui.screens.datasets.delegates import CellDelegate
from evaldesk.ui.screens.datasets.description_card import DescriptionCard
from evaldesk.ui.screens.datasets.lineage_card import LineageCard
from evaldesk.ui.screens.datasets.models import ScenarioTableModel
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.table import Table

_TYPING_MS = 200
_CHOOSING_MS = 60


class ScenariosPane(QWidget):
    """Shows the version in sight and writes into its draft.

    Attributes:
        table, model: the list. filter: what narrows it. description, lineage: of what is chosen.
        foot: what waits to be saved; the page shows it below every view.
    """

    def __init__(self, controller: DatasetsController, save_keys: str) -> None:
        super().__init__()
        self._controller = controller
        self._reading = Reading(())
        self._wanted = 0
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self._list())
        splitter.addWidget(self._detail())
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([640, 380])
        outer.addWidget(splitter, 1)
        self.foot = self._foot(save_keys)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(lambda: controller.narrow(self.filter.text()))
        self._choosing = QTimer(self)
        self._choosing.setSingleShot(True)
        self._choosing.setInterval(_CHOOSING_MS)
        self._choosing.timeout.connect(self._read)
        controller.chosen.connect(self._begin)
        controller.ids_read.connect(self._take_ids)
        controller.rows_read.connect(self.model.take_block)
        controller.filter_failed.connect(self._say_filter)
        controller.reading_read.connect(self._take_reading)
        controller.draft_changed.connect(self._show_draft)

    def _list(self) -> QWidget:
        left = QWidget()
        left.setMinimumWidth(320)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 8)
        bar.setSpacing(10)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(
            self.tr("Filter: words, or tier = critical and slice.language = de")
        )
        self.filter.setAccessibleName(self.tr("Filter the scenarios"))
        self.filter.textEdited.connect(lambda _: self._typing.start())
        self.filter.textChanged.connect(lambda text: None if text else self._typing.start())
        self.filter.returnPressed.connect(self._to_list)
        self.count = text_label("", "muted")
        bar.addWidget(self.filter, 1)
        bar.addWidget(self.count)
        column.addLayout(bar)
        self.filter_error = text_label("", "error", wrap=True)
        self.filter_error.setContentsMargins(14, 0, 14, 8)
        self.filter_error.hide()
        column.addWidget(self.filter_error)
        column.addWidget(hairline())
        self.model = ScenarioTableModel(self)
        self.table = Table(name=self.tr("Scenarios"))
        self.table.setModel(self.model)
        self.table.setItemDelegate(CellDelegate(self.table))
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.table.selectionModel().selectionChanged.connect(self._chosen)
        self.model.block_wanted.connect(self._controller.read_block)
        self.model.sort_wanted.connect(self._controller.sort_by)
        self.no_match = EmptyState(
            self.tr("No scenario matches"), self.tr("Change the filter, or show all again.")
        )
        self.no_match.add_action(self.tr("Show all"), self.reset, primary=True)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self.no_match)
        column.addWidget(self._stack, 1)
        return left

    def _detail(self) -> QWidget:
        right = QWidget()
        right.setProperty("surface", "pane")
        right.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        right.setMinimumWidth(300)
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.sides = QTabBar()
        self.sides.setDrawBase(False)
        self.sides.setAccessibleName(self.tr("Description or lineage"))
        self.sides.addTab(self.tr("Description"))
        self.sides.addTab(self.tr("Lineage"))
        column.addWidget(self.sides)
        column.addWidget(hairline())
        self.description = DescriptionCard()
        self.lineage = LineageCard()
        self._side = QStackedWidget()
        self._side.addWidget(self.description)
        self._side.addWidget(self.lineage)
        self.sides.currentChanged.connect(self._side.setCurrentIndex)
        column.addWidget(self._side, 1)
        self.description.edited.connect(self._edit)
        self.description.restored.connect(self._restore)
        return right

    def _foot(self, keys: str) -> QWidget:
        foot = QWidget()
        foot.setProperty("surface", "warn")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(12)
        self.waiting = text_label("", "heading")
        row.addWidget(self.waiting)
        self.note = QLineEdit()
        self.note.setPlaceholderText(self.tr("Why? It is kept with the version"))
        self.note.setAccessibleName(self.tr("Note of the next version"))
        self.note.returnPressed.connect(self.save)
        row.addWidget(self.note, 1)
        self.discard_button = QPushButton(self.tr("Discard"))
        self.discard_button.clicked.connect(self._controller.discard)
        row.addWidget(self.discard_button)
        self.save_button = ActionButton(self.tr("Save as version"), keys, kind="primary")
        self.save_button.clicked.connect(self.save)
        row.addWidget(self.save_button)
        foot.hide()
        return foot

    # -- what the page asks

    @property
    def pks(self) -> list[int]:
        """The scenarios that are chosen."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.ids[row] for row in rows if row < len(self.model.ids)]

    @property
    def rows(self) -> Sequence[ScenarioRow]:
        """The same, as far as they were read."""
        return self._reading.rows

    def show_scenario(self, pk: int, *, lineage: bool = False) -> None:
        """Bring one in sight, now or once the list is there."""
        self._wanted = pk
        if lineage:
            self.sides.setCurrentIndex(1)
        self._go_to_wanted()

    def save(self) -> None:
        """One new version with everything that waits."""
        self.description.finish_typing()
        if self._controller.draft:
            self._controller.save(self.note.text().strip())

    def remove(self) -> None:
        """Leave the chosen ones out of the next version, or take that back."""
        pks = self.pks
        draft = self._controller.draft
        if not pks or draft is None:
            return
        if all(pk in draft.removed for pk in pks):
            self._controller.change(lambda draft: draft.keep(pks))
        else:
            self._controller.change(lambda draft: draft.remove(dict.fromkeys(pks, "")))

    def reset(self) -> None:
        """Show every scenario again."""
        self.filter.clear()
        self._controller.narrow("")

    def show_filter(self, text: str) -> None:
        """Narrow the list to this."""
        self.filter.setText(text)
        self._typing.stop()
        self._controller.narrow(text)

    def leave(self) -> None:
        """What is being typed goes into the draft."""
        self.description.finish_typing()

    # -- what the controller says

    def _begin(self) -> None:
        self.filter.clear()
        self.note.clear()
        if self._controller.version is None:
            self.model.set_ids(array("q"))
        self.model.set_columns(())
        self.model.draft = self._controller.draft
        header = self.table.horizontalHeader()
        header.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self._take_reading(Reading(()))
        self._show_draft()

    def _take_ids(self, ids: "array[int]") -> None:
        chosen = self._wanted or (self.pks[0] if len(self.pks) == 1 else 0)
        names = [column.key for column in self.model.columns if column.key.startswith("slice.")]
        if names != [f"slice.{name}" for name in self._controller.slices] or not names:
            header = self.table.horizontalHeader()
            section, order = header.sortIndicatorSection(), header.sortIndicatorOrder()
            key = self.model.columns[section].key if section < len(self.model.columns) else ""
            self.table.setSortingEnabled(False)
            self.model.set_columns(self._controller.slices)
            keys = [column.key for column in self.model.columns]
            if key in keys:
                header.setSortIndicator(keys.index(key), order)
            self.table.setSortingEnabled(True)
            room = self.table.viewport().width()
            for place, column in enumerate(self.model.columns):
                self.table.setColumnWidth(place, column.width)
                room -= column.width
            if room > 0:
                # The title has what the others leave.
                self.table.setColumnWidth(1, self.table.columnWidth(1) + room)
        self.model.draft = self._controller.draft
        self.model.set_ids(ids)
        self.model.row(0)
        version = self._controller.version
        total = version.scenarios if version is not None else 0
        self.count.setText(f"{len(ids):,}" if len(ids) == total else f"{len(ids):,} / {total:,}")
        self._stack.setCurrentIndex(0 if len(ids) or not total else 1)
        self._wanted = chosen or (ids[0] if len(ids) else 0)
        self._go_to_wanted()

    def _go_to_wanted(self) -> None:
        row = self.model.row_of(self._wanted) if self._wanted else -1
        if row < 0 and len(self.model.ids) and not self.filter.text():
            return
        if row >= 0:
            self._wanted = 0
            self.table.select_row(row)

    def _say_filter(self, text: str) -> None:
        self.filter_error.setText(text)
        self.filter_error.setVisible(bool(text))

    def _chosen(self, _on: QItemSelection, _off: QItemSelection) -> None:
        self.description.finish_typing()
        self._choosing.start()

    def _read(self) -> None:
        self._controller.read(self.pks)

    def _take_reading(self, reading: Reading) -> None:
        self._reading = reading
        self.show_description()
        self.lineage.show_lineage(reading.lineage)

    def show_description(self) -> None:
        """What is said of the chosen ones, as it waits in the draft."""
        draft = self._controller.draft
        rows = self._reading.rows
        said = [
            draft.described(row) if draft is not None else row.description
            for row in rows[:MOST_EDITED]
        ]
        changed = draft is not None and any(
            row.pk in draft.edits or row.pk in draft.removed for row in rows
        )
        self.description.show_reading(self._reading, said, self._controller.slices, changed=changed)

    def _edit(self, name: str, value: str) -> None:
        rows = list(self._reading.rows)
        self._controller.change(lambda draft: draft.edit(rows, name, value))

    def _restore(self) -> None:
        pks = [row.pk for row in self._reading.rows]
        self._controller.change(lambda draft: draft.restore(pks))
        self.show_description()

    def _show_draft(self) -> None:
        draft = self._controller.draft
        self.model.draft = draft
        self.model.draft_changed()
        self.foot.setVisible(bool(draft))
        if draft:
            parts = [
                self.tr("{n} {what}").format(n=f"{number:,}", what=what)
                for number, what in (
                    (len(set(draft.edits) - set(draft.removed)), self.tr("changed")),
                    (len(draft.removed), self.tr("removed")),
                    (len(draft.new) + len(draft.added), self.tr("new")),
                )
                if number
            ]
            self.waiting.setText(self.tr("Waiting: {what}").format(what=", ".join(parts)))
        self.description.restore_button.setVisible(
            draft is not None
            and any(row.pk in draft.edits or row.pk in draft.removed for row in self.rows)
        )

    def _to_list(self) -> None:
        self._typing.stop()
        self._controller.narrow(self.filter.text())
        self.table.setFocus()
