"""The left pane: which disagreements, in which order, and the pattern among them."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.rubric import SEVERITIES
from evaldesk.ui.screens.adjudicate.controller import AdjudicateController
from evaldesk.ui.screens.adjudicate.menus import entry, open_menu
from evaldesk.ui.screens.adjudicate.models import (
    PLACE_ROLE,
    DisagreementDelegate,
    DisagreementModel,
)
from evaldesk.ui.screens.adjudicate.pattern_card import PatternCard
from evaldesk.ui.screens.adjudicate.reading import Sort, State, can_rule
from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.theme.style import two_lines_height
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label
from evaldesk.ui.widgets.clearing import let_clear
from evaldesk.ui.widgets.keyed_words import keyed_placeholder, keyed_tooltip
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.table import fit_rows

_TYPING_MS = 150


class ListPane(QWidget):
    """Shows the controller's disagreements; clicks and filters go to the controller.

    Signals:
        left(): Esc or Return in the filter.
    """

    left = Signal()

    def __init__(self, controller: AdjudicateController, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self.show_runs = False
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(230)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(14, 8, 6, 4)
        self.count = ElidedLabel(kind="heading")
        self.sort_button = QPushButton()
        self.sort_button.setProperty("kind", "flat")
        keys = controller.workspace.actions.keys
        keyed_tooltip(self.sort_button, self.tr("Choose the order"), keys("adjudicate.sort"))
        self.sort_button.clicked.connect(self.choose_sort)
        head.addWidget(self.count)
        head.addStretch(1)
        head.addWidget(self.sort_button)
        layout.addLayout(head)
        layout.addLayout(self._state_row())
        field = QHBoxLayout()
        field.setContentsMargins(10, 6, 10, 8)
        field.setSpacing(6)
        self.field = FilterField()
        keyed_placeholder(self.field, self.tr("Filter"), keys("adjudicate.filter"))
        self.field.setAccessibleName(self.tr("Filter by scenario or title"))
        let_clear(self.field)
        self.field.left.connect(self.left)
        self.scope_button = QPushButton()
        sized(self.scope_button, lambda it: it.setMaximumWidth(px(130)))
        words = self.tr("Choose question and severity")
        keyed_tooltip(self.scope_button, words, keys("adjudicate.scope"))
        self.scope_button.clicked.connect(self.choose_scope)
        field.addWidget(self.field, 1)
        field.addWidget(self.scope_button)
        layout.addLayout(field)
        layout.addWidget(hairline())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_TYPING_MS)
        self._timer.timeout.connect(self._filter)
        self.field.textChanged.connect(lambda _: self._timer.start())
        self._stack = QStackedLayout()
        # First into the pane: a stack without a parent shows its page as a window of its own.
        layout.addLayout(self._stack, 1)
        self._make_list()
        self.pattern = PatternCard(controller)
        layout.addWidget(self.pattern)
        controller.listed.connect(self._show_list)
        controller.patterns_changed.connect(self.pattern.show_patterns)
        for signal in (controller.item_changed, controller.row_changed):
            signal.connect(self._show_current)

    def _state_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(10, 0, 10, 0)
        row.setSpacing(6)
        self.states: dict[State, QPushButton] = {}
        words: dict[State, str] = {
            "open": self.tr("Open"),
            "ruled": self.tr("Ruled"),
            "all": self.tr("All"),
        }
        for state, text in words.items():
            button = ActionButton(text, kind="choice")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._choose_state, state))
            self.states[state] = button
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _make_list(self) -> None:
        self.model = DisagreementModel(self)
        # A table of one column: QListView asks for every row at each change.
        self.list = QTableView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(DisagreementDelegate(self.list))
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
        # The arrows, J and K move in it wherever the focus is.
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Disagreements"))
        self.list.clicked.connect(lambda index: self._controller.go(index.data(PLACE_ROLE)))
        self.nothing = text_label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(16, 24, 16, 0)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.nothing)

    # -- menus

    def choose_sort(self) -> None:
        """A menu of orders."""
        menu = QMenu(self)
        group = QActionGroup(menu)
        for sort, text in self._sorts().items():
            chosen = self._controller.scope.sort == sort
            entry(menu, group, text, chosen, partial(self._controller.choose, sort=sort))
        open_menu(menu, self.sort_button)

    def choose_scope(self) -> None:
        """A menu of questions and severities."""
        controller = self._controller
        scope, rubric = controller.scope, controller.found and controller.found.rubric
        menu = QMenu(self)
        menu.addSection(self.tr("Question"))
        group = QActionGroup(menu)
        choose = controller.choose
        entry(menu, group, self.tr("All questions"), not scope.criterion, _set(choose, "criterion"))
        for criterion in rubric.criteria if rubric else ():
            if can_rule(criterion):
                chosen = scope.criterion == criterion.name
                entry(
                    menu, group, criterion.text, chosen, _set(choose, "criterion", criterion.name)
                )
        menu.addSection(self.tr("Severity"))
        group = QActionGroup(menu)
        entry(menu, group, self.tr("Any severity"), not scope.severity, _set(choose, "severity"))
        for severity in (*SEVERITIES, "-"):
            text = self.tr("Without severity") if severity == "-" else severity
            chosen = scope.severity == severity
            entry(menu, group, text, chosen, _set(choose, "severity", severity))
        open_menu(menu, self.scope_button)

    def type_filter(self) -> None:
        """Go into the filter."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # -- inside

    def _sorts(self) -> dict[Sort, str]:
        return {
            "worst": self.tr("worst first"),
            "spread": self.tr("widest apart first"),
            "scenario": self.tr("by scenario"),
            "criterion": self.tr("by question"),
        }

    def _choose_state(self, state: State) -> None:
        # Qt has checked the button already; the scope says what is chosen.
        self._show_states()
        self._controller.choose(state=state)

    def _filter(self) -> None:
        text = self.field.text().strip()
        if text != self._controller.scope.text:
            self._controller.choose(text=text)

    def show_list(self) -> None:
        """Show it again, such as with or without runs."""
        self._show_list()

    def _show_list(self) -> None:
        controller = self._controller
        scope, found = controller.scope, controller.found
        if self.field.text().strip() != scope.text and not self._timer.isActive():
            with QSignalBlocker(self.field):
                self.field.setText(scope.text)
        run_of = found.run_of if found is not None and self.show_runs else {}
        self.model.show_items(
            list(controller.view),
            found.rubric if found is not None else None,
            run_of,
            found.flags if found is not None else {},
        )
        items = found.items if found is not None else []
        self.count.setText(
            self.tr("{open} open of {total}").format(open=controller.open_count, total=len(items))
        )
        self.sort_button.setText(f"{self._sorts()[scope.sort]} ▾")
        self._show_states()
        self._show_scope()
        self._say_nothing(bool(items))
        self.pattern.show_patterns()
        self._show_current()

    def _show_states(self) -> None:
        for state, button in self.states.items():
            button.setChecked(self._controller.scope.state == state)

    def _show_scope(self) -> None:
        scope, found = self._controller.scope, self._controller.found
        rubric = found.rubric if found is not None else None
        criterion = rubric.criterion(scope.criterion) if rubric is not None else None
        parts = [criterion.text] if criterion is not None else []
        if scope.severity:
            parts.append(self.tr("no severity") if scope.severity == "-" else scope.severity)
        text = " · ".join(parts) or self.tr("Everything")
        self.scope_button.setAccessibleName(text)
        room = self.scope_button.maximumWidth() - 40
        shown = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        self.scope_button.setText(f"{shown} ▾".replace("&", "&&"))

    def _say_nothing(self, any_items: bool) -> None:
        scope = self._controller.scope
        if not any_items:
            text = self.tr("The raters agree on everything that two of them answered.")
        elif scope.text or scope.criterion or scope.severity or scope.pattern:
            text = self.tr("Nothing fits the filter.")
        elif scope.state == "open":
            text = self.tr("Every disagreement is ruled on.")
        else:
            text = self.tr("No ruling yet.")
        self.nothing.setText(text)
        self._stack.setCurrentIndex(0 if self._controller.view else 1)

    def _show_current(self) -> None:
        row = self._controller.row
        if row < 0 or row >= self.model.rowCount():
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
            return
        index = self.model.index(row)
        if self.list.currentIndex() != index:
            self.list.setCurrentIndex(index)
        self.list.scrollTo(index)


class FilterField(QLineEdit):
    """Esc empties it, then leaves; Return and ↓ leave.

    Signals:
        left(): the keys may go back to where they were.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See above."""
        leaving = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in leaving:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _set(choose: Callable[..., None], name: str, value: str = "") -> Callable[[], object]:
    return lambda: choose(**{name: value})
