"""The left pane: which rubric, how far, and the list."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QColor,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.round import RoundKind, RoundState
from evaldesk.services.labelling.review import State
from evaldesk.services.rounds.queue import RoundChoice
from evaldesk.ui.screens.review.controller import ReviewController
from evaldesk.ui.screens.review.models import PK_ROLE, QueueDelegate, QueueModel
from evaldesk.ui.screens.review.scope import Scope
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.theme.measure import sized
from evaldesk.ui.theme.style import two_lines_height
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.clearing import let_clear
from evaldesk.ui.widgets.keyed_words import keyed_placeholder, keyed_tooltip
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.table import fit_rows

_TYPING_MS = 150


class QueuePane(QWidget):
    """Shows the controller's queue; clicks and the filter go to the controller.

    Signals:
        chosen(pk): an item was clicked. left(): Esc or Return in the filter.
    """

    chosen = Signal(object)
    left = Signal()

    def __init__(self, controller: ReviewController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(220)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(6, 6, 14, 0)
        self.rubric_button = LineButton("heading")
        keys = controller.workspace.actions.keys
        words = self.tr("Choose another round or rubric")
        keyed_tooltip(self.rubric_button, words, keys("review.rubric"))
        self.rubric_button.clicked.connect(self.choose_rubric)
        self.count = text_label("", "muted")
        head.addWidget(self.rubric_button, 1)
        head.addWidget(self.count)
        layout.addLayout(head)
        self.scope_button = LineButton("small")
        words = self.tr("Choose run, order and state")
        keyed_tooltip(self.scope_button, words, keys("review.scope"))
        self.scope_button.clicked.connect(self.choose_scope)
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self.scope_button)
        layout.addLayout(row)
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
        field = QHBoxLayout()
        field.setContentsMargins(10, 0, 10, 8)
        self.field = FilterField()
        keyed_placeholder(self.field, self.tr("Filter"), keys("review.filter"))
        self.field.setAccessibleName(self.tr("Filter the queue by scenario or title"))
        let_clear(self.field)
        self.field.left.connect(self.left)
        field.addWidget(self.field)
        layout.addLayout(field)
        layout.addWidget(hairline())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.timeout.connect(self._filter)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self.model = QueueModel(controller.workspace, self)
        self.model.follow(controller.my_time)
        # A table of one column: QListView asks for every row at each change, which takes a third
        # of a second at 100,000.
        self.list = QueueList()
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
        # Arrows move between the criteria; Alt+↓, J and K between the items.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Queue"))
        self.list.clicked.connect(self._clicked)
        self.nothing = text_label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(16, 24, 16, 0)
        self._stack = QStackedLayout()
        # First into the pane: a stack without a parent shows its page as a window of its own.
        layout.addLayout(self._stack, 1)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.nothing)
        controller.listed.connect(self._show_list)
        controller.item_changed.connect(self._show_current)
        controller.state_changed.connect(self._show_state)

    def choose_rubric(self) -> None:
        """A menu of the rounds in which this rater has items, and of the project's rubrics."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        scope = self._controller.scope
        rounds = self._controller.rounds
        if rounds:
            _heading(menu, self.tr("Rounds"))
        for one in rounds:
            self._entry(
                menu,
                group,
                f"{one.name}  ·  {self._left(one)}",
                scope.round == one.name,
                partial(self._controller.begin_round, one.name),
            )
        if rounds:
            _heading(menu, self.tr("Everything, by rubric"))
        for rubric in self._controller.rubrics:
            self._entry(
                menu,
                group,
                rubric.name,
                not scope.round and scope.rubric == rubric.name,
                partial(self._choose, rubric=rubric.name, round=""),
            )
        menu.addSeparator()
        menu.addAction(self.tr("Edit rubrics …")).triggered.connect(
            lambda: self._controller.workspace.navigate(
                "rubrics", rubric=self._controller.scope.rubric
            )
        )
        self._open(menu, self.rubric_button)

    def choose_scope(self) -> None:
        """A menu of runs, orders and states; of a round only states, as it settles the others."""
        scope = self._controller.scope
        menu = QMenu(self)
        if not scope.round:
            self._offer_runs(menu, scope)
        _heading(menu, self.tr("Show"))
        group = QActionGroup(menu)
        for text, states in self._states():
            self._entry(
                menu,
                group,
                text,
                scope.states == states,
                partial(self._choose, states=states),
            )
        self._open(menu, self.scope_button)

    def _offer_runs(self, menu: QMenu, scope: Scope) -> None:
        _heading(menu, self.tr("Run"))
        group = QActionGroup(menu)
        self._entry(menu, group, self.tr("All runs"), not scope.run, lambda: self._choose(run=""))
        for run in self._controller.runs:
            self._entry(menu, group, run, scope.run == run, partial(self._choose, run=run))
        _heading(menu, self.tr("Order"))
        group = QActionGroup(menu)
        own = scope.order == "own"
        self._entry(
            menu, group, self.tr("An order of my own"), own, lambda: self._choose(order="own")
        )
        self._entry(
            menu, group, self.tr("As imported"), not own, lambda: self._choose(order="imported")
        )

    def type_filter(self) -> None:
        """Go into the filter."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # -- inside

    def _states(self) -> list[tuple[str, frozenset[State] | None]]:
        return [
            (self.tr("Everything"), None),
            (self.tr("Still to do"), frozenset({"pending", "draft", "skipped"})),
            (self.tr("Begun"), frozenset({"draft"})),
            (self.tr("Submitted"), frozenset({"submitted"})),
            (self.tr("Skipped"), frozenset({"skipped"})),
            (self.tr("Flagged"), frozenset({"flagged"})),
        ]

    def _kinds(self) -> dict[RoundKind, str]:
        return {
            "training": self.tr("training"),
            "calibration": self.tr("calibration"),
            "main": self.tr("main round"),
            "re-review": self.tr("re-review"),
            "pairwise": self.tr("pairs"),
        }

    def _ended(self) -> dict[RoundState, str]:
        return {"open": "", "revealed": self.tr("revealed"), "closed": self.tr("closed")}

    def _left(self, one: RoundChoice) -> str:
        if one.state == "closed":
            return self.tr("closed")
        open_ones = self._controller.left_in(one)
        if not open_ones:
            return self.tr("done")
        left = self.tr("{n} of {total} open").format(n=open_ones, total=one.items)
        return f"{self._ended()[one.state]}, {left}" if one.state != "open" else left

    def _entry(
        self,
        menu: QMenu,
        group: QActionGroup,
        text: str,
        chosen: bool,
        run: Callable[[], object],
    ) -> None:
        action = QAction(text.replace("&", "&&"), menu)
        action.setCheckable(True)
        action.setChecked(chosen)
        action.triggered.connect(lambda _=False: run())
        group.addAction(action)
        menu.addAction(action)

    def _open(self, menu: QMenu, button: QPushButton) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.aboutToHide.connect(self.left)
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
        checked = [action for action in menu.actions() if action.isChecked()]
        if checked:
            menu.setActiveAction(checked[0])

    def _choose(self, **what: object) -> None:
        self._controller.choose(replace(self._controller.scope, **what))  # type: ignore[arg-type]

    def _filter(self) -> None:
        text = self.field.text().strip()
        if text != self._controller.scope.text:
            self._choose(text=text)

    def _clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(index.data(PK_ROLE))

    def _show_list(self) -> None:
        controller = self._controller
        scope: Scope = controller.scope
        if self.field.text().strip() != scope.text and not self._timer.isActive():
            with QSignalBlocker(self.field):
                self.field.setText(scope.text)
        self.model.show_queue(controller.view)
        self.rubric_button.show_words(scope.round or scope.rubric)
        order = self.tr("my order") if scope.order == "own" else self.tr("as imported")
        shown = next((text for text, states in self._states() if states == scope.states), "")
        parts = [scope.run or self.tr("All runs"), order]
        within = controller.queue.round if controller.queue is not None else None
        if within is not None:
            parts = [scope.rubric, self._kinds()[within.kind]]
            if within.state != "open":
                parts.append(self._ended()[within.state])
        if scope.states is not None:
            parts.append(shown)
        self.scope_button.show_words(" · ".join(parts))
        empty = controller.view is not None and not len(controller.view)
        self.nothing.setText(
            self.tr("Nothing fits the filter.")
            if controller.queue is not None and len(controller.queue)
            else self.tr("This round has nothing for you.")
            if scope.round
            else self.tr("This run has no traces to review.")
        )
        self._stack.setCurrentIndex(1 if empty else 0)
        self._show_progress()
        self._show_current()

    def _show_current(self) -> None:
        row = self.model.row_of(self._controller.pk)
        if row < 0:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
            return
        index = self.model.index(row)
        # A click has made it the current one already: the list does not move under the pointer.
        if self.list.currentIndex() != index:
            self.list.setAutoScroll(False)
            self.list.setCurrentIndex(index)
            self.list.setAutoScroll(True)
            self._settle()

    def _settle(self) -> None:
        """The item in hand a third from the top, so that what comes next is in sight; whole rows
        above it.
        """
        row = self.model.row_of(self._controller.pk)
        if row >= 0:
            height = two_lines_height()
            above = self.list.viewport().height() // (3 * height)
            self.list.updateGeometries()
            self.list.verticalScrollBar().setValue(max(0, row - above) * height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Its place changes with the height."""
        super().resizeEvent(event)
        QTimer.singleShot(0, self, self._settle)

    def _show_state(self, pk: int) -> None:
        self.model.state_changed(pk)
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


class QueueList(QTableView):
    """Fills its own ground, so that a step further moves the rows in sight as they are and draws
    only those that changed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, then the rows."""
        ground = QPainter(self.viewport())
        ground.fillRect(event.rect(), QColor(current_tokens().pane))
        ground.end()
        super().paintEvent(event)


class LineButton(QPushButton):
    """A flat button whose words are cut with an ellipsis, so that its arrow stays in sight."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.setProperty("kind", "flat")
        self._words = ElidedLabel("", kind=kind)
        arrow = text_label("▾", kind)
        inner = QHBoxLayout(self)
        inner.setContentsMargins(8, 0, 8, 0)
        inner.setSpacing(4)
        for label in (self._words, arrow):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            inner.addWidget(label)
        self._words.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        inner.addStretch(1)

    def show_words(self, text: str) -> None:
        """Other words."""
        self._words.setText(text)
        self.setAccessibleName(text)


def _heading(menu: QMenu, text: str) -> None:
    if menu.actions():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)


class FilterField(QLineEdit):
    """Esc empties it, then leaves; Return and arrows leave.

    Signals:
        left(): the keys may go back to where they were.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See above."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
            Qt.Key.Key_Down,
            Qt.Key.Key_Tab,
        ):
            self.left.emit()
        else:
            super().keyPressEvent(event)
