"""The left pane: which round, how far, and its pairs."""

from functools import partial

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QProgressBar,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from evaldesk.services.labelling.preferring import listed_pairs
from evaldesk.services.rounds.queue import RoundChoice
from evaldesk.ui.screens.prefer.controller import PreferController
from evaldesk.ui.screens.review.models import PK_ROLE, QueueDelegate, QueueModel
from evaldesk.ui.screens.review.queue_pane import LineButton
from evaldesk.ui.theme.measure import sized
from evaldesk.ui.theme.style import two_lines_height
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.keyed_words import keyed_tooltip
from evaldesk.ui.widgets.table import fit_rows


class PairQueuePane(QWidget):
    """Shows the controller's pairs; clicks go to the controller.

    Signals:
        chosen(item): a pair was clicked. left(): the menu was closed.
    """

    chosen = Signal(object)
    left = Signal()

    def __init__(self, controller: PreferController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(180)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(6, 6, 14, 0)
        self.round_button = LineButton("heading")
        keys = controller.workspace.actions.keys("prefer.round")
        keyed_tooltip(self.round_button, self.tr("Choose another round"), keys)
        self.round_button.clicked.connect(self.choose_round)
        self.count = text_label("", "muted")
        head.addWidget(self.round_button, 1)
        head.addWidget(self.count)
        layout.addLayout(head)
        about = QHBoxLayout()
        about.setContentsMargins(14, 0, 14, 0)
        self.about = text_label("", "small")
        about.addWidget(self.about)
        layout.addLayout(about)
        bar = QHBoxLayout()
        bar.setContentsMargins(14, 6, 14, 8)
        bar.setSpacing(10)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the queue"))
        bar.addWidget(self.bar)
        self.aside = text_label("", "small")
        self.aside.hide()
        bar.addWidget(self.aside)
        layout.addLayout(bar)
        layout.addWidget(hairline())
        self.model = QueueModel(controller.workspace, self, items=listed_pairs)
        self.list = QTableView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(QueueDelegate(self.list))
        self.list.horizontalHeader().hide()
        self.list.horizontalHeader().setStretchLastSection(True)
        rows = self.list.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        sized(self.list, lambda table: fit_rows(table, two_lines_height()))
        self.list.setShowGrid(False)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.list.setMouseTracking(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Pairs"))
        self.list.clicked.connect(self._clicked)
        layout.addWidget(self.list, 1)
        controller.loaded.connect(self._show_list)
        controller.item_changed.connect(self._show_current)
        controller.state_changed.connect(self._show_state)

    def choose_round(self) -> None:
        """A menu of the rounds in which this rater has items."""
        controller = self._controller
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for one in controller.rounds:
            action = QAction(f"{one.name}  ·  {self._left(one)}".replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(one.name == controller.name)
            action.triggered.connect(partial(self._begin, one))
            menu.addAction(action)
        menu.addSeparator()
        everything = menu.addAction(self.tr("Everything, trace by trace"))
        rubric = controller.queue.rubric.name if controller.queue is not None else ""
        everything.triggered.connect(lambda: controller.workspace.navigate("review", rubric=rubric))
        menu.aboutToHide.connect(self.left)
        menu.popup(self.round_button.mapToGlobal(self.round_button.rect().bottomLeft()))
        checked = [action for action in menu.actions() if action.isChecked()]
        if checked:
            menu.setActiveAction(checked[0])

    def _begin(self, one: RoundChoice, _checked: bool = False) -> None:
        if one.kind == "pairwise":
            self._controller.begin(one.name)
        else:
            self._controller.workspace.navigate("review", round=one.name)

    def _left(self, one: RoundChoice) -> str:
        if one.state == "closed":
            return self.tr("closed")
        queue = self._controller.queue
        in_hand = queue is not None and one.name == self._controller.name
        left = queue.left if queue is not None and in_hand else one.left
        if not left:
            return self.tr("done")
        return self.tr("{n} of {total} open").format(n=left, total=one.items)

    def _clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(PK_ROLE))

    def _show_list(self) -> None:
        controller = self._controller
        self.model.show_queue(controller.queue)
        self.round_button.show_words(controller.name)
        queue = controller.queue
        hidden = queue is None or queue.round is None or queue.round.rules.hide_systems
        about = self.tr("pairs, systems hidden") if hidden else self.tr("pairs")
        if queue is not None and queue.read_only:
            about = self.tr("{about} · closed").format(about=about)
        self.about.setText(about)
        self._show_progress()
        self._show_current()

    def _show_current(self) -> None:
        row = self.model.row_of(self._controller.item)
        if row < 0:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
            return
        index = self.model.index(row)
        if self.list.currentIndex() != index:
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)

    def _show_state(self, item: int) -> None:
        self.model.state_changed(item)
        self._show_progress()

    def _show_progress(self) -> None:
        queue = self._controller.queue
        total = 0 if queue is None else len(queue)
        done = 0 if queue is None else total - queue.left
        self.count.setText(f"{done:,} / {total:,}".replace(",", "\u202f") if total else "")
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        parts = []
        if queue is not None:
            skipped, flagged = queue.count("skipped"), queue.count("flagged")
            if skipped:
                parts.append(self.tr("{n} skipped").format(n=skipped))
            if flagged:
                parts.append(self.tr("{n} flagged").format(n=flagged))
        self.aside.setText(" · ".join(parts))
        self.aside.setVisible(bool(parts))
