"""The rounds screen: which there are, the one in sight, and the plan of a new one."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.project import Changes
from evaldesk.domain.round import RoundState
from evaldesk.services.rounds.overview import RoundOverview
from evaldesk.ui.screens.rounds.controller import RoundsController
from evaldesk.ui.screens.rounds.form import RoundForm
from evaldesk.ui.screens.rounds.list_delegate import RoundDelegate
from evaldesk.ui.screens.rounds.preview import PlanPreview
from evaldesk.ui.screens.rounds.round_page import RoundPage
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace

_NAME = Qt.ItemDataRole.UserRole


class RoundsPage(Screen):
    """Plan rounds, see how far they are, reveal and close them."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = RoundsController(workspace, self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self.empty = self._empty()
        self.desk = self._desk()
        for widget in (pane("bg"), self.empty, self.desk):
            self._stack.addWidget(widget)
        controller = self.controller
        controller.listed.connect(self._show_list)
        controller.chosen.connect(self._show_round)
        controller.found.connect(self._show_findings)
        controller.planned.connect(self.preview.show_plan)
        controller.unplannable.connect(self.preview.show_problem)
        controller.opened.connect(self._opened)
        workspace.user_changed.connect(self._another_person)
        self._bind()

    def _empty(self) -> EmptyState:
        empty = EmptyState("")
        keys = self.workspace.actions.keys("rounds.new")
        self.first_button = empty.add_action(
            self.tr("Plan a round …"), self.new_round, keys=keys, primary=True
        )
        self.rubric_button = empty.add_action(
            self.tr("Write a rubric …"), lambda: self.workspace.navigate("rubrics")
        )
        return empty

    def _desk(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(self._left())
        self.round_page = RoundPage(self.workspace)
        self.round_page.rate_wanted.connect(self._rate)
        self.round_page.reveal_wanted.connect(self._reveal)
        self.round_page.close_wanted.connect(self._close)
        self.form = RoundForm(self.controller.suggestions)
        self.form.edited.connect(self._edited)
        self.centre = QStackedWidget()
        for widget in (self.round_page, self.form):
            self.centre.addWidget(widget)
        self.centre.setMinimumWidth(420)
        splitter.addWidget(self.centre)
        self.preview = PlanPreview(self.workspace.actions.keys("rounds.open"))
        self.preview.open_wanted.connect(self._open_round)
        self.preview.left.connect(self.leave_plan)
        self.preview.setMinimumWidth(260)
        self.preview.hide()
        splitter.addWidget(self.preview)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([240, 780, 330])
        return splitter

    def _left(self) -> QWidget:
        left = pane()
        left.setMinimumWidth(200)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = text_label(self.tr("Rounds"), "heading")
        head.setContentsMargins(14, 12, 14, 8)
        column.addWidget(head)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Rounds"))
        self.list.setItemDelegate(RoundDelegate(self.list))
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.currentItemChanged.connect(self._picked)
        column.addWidget(self.list, 1)
        column.addWidget(hairline())
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 10, 12, 10)
        keys = self.workspace.actions.keys("rounds.new")
        self.new_button = ActionButton(self.tr("New round …"), keys)
        self.new_button.clicked.connect(self.new_round)
        foot.addWidget(self.new_button)
        column.addLayout(foot)
        return left

    def _bind(self) -> None:
        def bind(name: str, run: Callable[[], object], able: Callable[[], bool]) -> None:
            self.workspace.actions.bind(self, f"rounds.{name}", run, able)

        def shown(state: str) -> Callable[[], bool]:
            button = getattr(self.round_page, f"{state}_button")
            return lambda: not self.is_planning and button.isVisible()

        bind("new", self.new_round, lambda: bool(self.controller.rubrics))
        bind("open", self._open_round, lambda: self.preview.open_button.isEnabled())
        bind("cancel", self.leave_plan, lambda: self.is_planning)
        bind("rate", self._rate, shown("rate"))
        bind("reveal", self._reveal, shown("reveal"))
        bind("close", self._close, shown("close"))
        bind("next", lambda: self._step(1), lambda: self.list.count() > 1)
        bind("previous", lambda: self._step(-1), lambda: self.list.count() > 1)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``round`` names one, ``new`` begins a plan."""
        name = place.get("round")
        self._new_wanted = bool(place.get("new"))
        self.controller.load(name if isinstance(name, str) else "")

    def refresh(self, changes: Changes) -> None:
        """Somebody wrote."""
        if changes.areas & {"rounds", "ratings", "rulings", "rubrics", "traces", "people"}:
            self.controller.load()

    def project_replaced(self) -> None:
        """Forget the project before."""
        self._end_plan()
        self.controller.forget()
        self.list.clear()
        self._stack.setCurrentIndex(0)

    def breadcrumb(self) -> str:
        """The round in sight."""
        return self.tr("New round") if self.is_planning else self.controller.name

    def showcase(self) -> None:
        """A plan that is being made."""
        self.new_round()

    # -- what the controller says

    _new_wanted = False

    def _show_list(self) -> None:
        controller = self.controller
        rounds = controller.rounds or ()
        self.list.blockSignals(True)
        self.list.clear()
        for one in rounds:
            item = QListWidgetItem(self._words(one))
            item.setData(_NAME, one.round.name)
            self.list.addItem(item)
            if one.round.name == controller.name:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        if rounds or self.is_planning:
            self._stack.setCurrentWidget(self.desk)
        else:
            able = bool(controller.rubrics)
            self.empty.show_text(
                self.tr("No rounds yet"),
                self.tr(
                    "A round says who rates what: drawn by a plan, shared out among raters, each "
                    "in an order of their own, and blind."
                )
                if able
                else self.tr("A round needs a rubric that its raters answer."),
            )
            self.first_button.setVisible(able)
            self.rubric_button.setVisible(not able)
            self._stack.setCurrentWidget(self.empty)
        if self._new_wanted:
            self._new_wanted = False
            self.new_round()
        self.status_changed.emit()

    def _words(self, one: RoundOverview) -> str:
        states: dict[RoundState, str] = {
            "open": self.tr("open"),
            "revealed": self.tr("revealed"),
            "closed": self.tr("closed"),
        }
        done = f"{one.done:,} / {one.assigned:,}"
        return f"{one.round.name}\n{states[one.round.state]} · {done}"

    def _show_round(self) -> None:
        one = self.controller.current
        if one is not None:
            self.round_page.show_round(one, self.workspace.user)
        self.status_changed.emit()

    def _show_findings(self) -> None:
        if self.controller.findings is not None:
            self.round_page.show_findings(self.controller.findings)

    def _opened(self, name: str) -> None:
        self._end_plan()
        self.workspace.say(self.tr("Opened the round “{name}”").format(name=name))

    def _another_person(self) -> None:
        if self.workspace.project is not None and self.controller.rounds is not None:
            self.controller.load()

    # -- what the person does

    @property
    def is_planning(self) -> bool:
        """Whether a plan is being made."""
        return self.centre.currentWidget() is self.form

    def new_round(self) -> None:
        """Begin a plan."""
        controller = self.controller
        if not controller.rubrics:
            return
        self._stack.setCurrentWidget(self.desk)
        self.centre.setCurrentWidget(self.form)
        self.preview.show()
        user = self.workspace.user
        raters = list(controller.people) or [user]
        self.form.begin(
            [one.name for one in controller.rubrics],
            controller.runs,
            controller.groupings,
            raters[:12],
            [one.round.name for one in controller.rounds or ()],
        )
        self.form.offer_suggestions(
            controller.known.scores,
            {one.round.name: one.round.rubric for one in controller.rounds or ()},
            {
                one.name: [item.name for item in one.criteria if item.scale.kind != "text"]
                for one in controller.rubrics
            },
        )
        self._edited()
        self.status_changed.emit()

    def leave_plan(self) -> None:
        """Make no round."""
        self._end_plan()
        self._show_list()

    def _end_plan(self) -> None:
        self.controller.drop()
        self.preview.hide()
        self.centre.setCurrentWidget(self.round_page)

    def _edited(self) -> None:
        if self.is_planning:
            self.preview.show_waiting()
            self.controller.try_out(self.form.plan())

    def _open_round(self) -> None:
        if self.is_planning and self.preview.open_button.isEnabled():
            self.controller.open_round(self.form.plan())

    def _picked(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._end_plan()
            self.controller.choose(item.data(_NAME))

    def _step(self, step: int) -> None:
        row = self.list.currentRow() + step
        if 0 <= row < self.list.count():
            self.list.setCurrentRow(row)

    def _rate(self) -> None:
        one = self.controller.current
        pairs = one is not None and one.round.kind == "pairwise"
        self.workspace.navigate("prefer" if pairs else "review", round=self.controller.name)

    def _reveal(self) -> None:
        self._move(
            "revealed",
            self.tr("Reveal “{name}”?"),
            self.tr(
                "Its blind answers are frozen as they stand. Raters then see everybody's, without "
                "names, and may rate again."
            ),
        )

    def _close(self) -> None:
        self._move(
            "closed",
            self.tr("Close “{name}”?"),
            self.tr("Nothing more is answered in it. This cannot be undone."),
        )

    def _move(self, state: RoundState, title: str, detail: str) -> None:
        name = self.controller.name

        def go(reason: str) -> None:
            if name == self.controller.name:
                self.controller.move(state, reason)

        self.workspace.prompts.ask_text(
            title.format(name=name), self.tr("Reason"), go, detail=detail
        )
