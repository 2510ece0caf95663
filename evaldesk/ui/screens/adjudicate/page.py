"""The adjudicate screen: disagreements, trace, board and ruling; and how far raters agree."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.ui.screens.adjudicate.agreement_controller import AgreementController
from evaldesk.ui.screens.adjudicate.agreement_panel import AgreementPanel
from evaldesk.ui.screens.adjudicate.board_pane import BoardPane
from evaldesk.ui.screens.adjudicate.controller import AdjudicateController
from evaldesk.ui.screens.adjudicate.empty import Gate, NothingYet
from evaldesk.ui.screens.adjudicate.list_pane import ListPane
from evaldesk.ui.screens.adjudicate.menus import entry, open_menu
from evaldesk.ui.screens.adjudicate.reading import State
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import estimate_text
from evaldesk.ui.widgets.trace_view.hints import ClickableHint
from evaldesk.ui.widgets.trace_view.pane import TracePane
from evaldesk.ui.workspace import Workspace

_STATES: tuple[State, ...] = ("open", "ruled", "all")


class AdjudicatePage(Screen):
    """One adjudicator rules on one disagreement after another."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = AdjudicateController(workspace, self)
        self.agreement = AgreementController(workspace, self)
        self._shown_pk: int | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        outer.addWidget(self.banner)
        self.bar = self._bar()
        self._bar_line = hairline()
        outer.addWidget(self.bar)
        outer.addWidget(self._bar_line)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self.waiting = EmptyState(self.tr("Reading the ratings …"))
        self.nothing = NothingYet(workspace)
        self.gate = Gate(
            workspace, self.controller.look_anyway, lambda: self.controller.scope.rubric
        )
        self.desk = self._desk()
        self.panel = AgreementPanel(self.agreement)
        self.panel.criterion_wanted.connect(self._show_criterion)
        for widget in (self.waiting, self.nothing, self.gate, self.desk, self.panel):
            self._stack.addWidget(widget)
        controller = self.controller
        controller.loaded.connect(self._show_loaded)
        controller.listed.connect(self.status_changed)
        controller.item_changed.connect(self._show_item)
        controller.row_changed.connect(self.status_changed)
        controller.ruled.connect(self._focus_screen)
        controller.failed.connect(self._show_failure)
        self.agreement.changed.connect(self.status_changed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._bind()
        self._show_loaded()

    # -- making

    def _bar(self) -> QWidget:
        bar = pane()
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 5, 10, 5)
        row.setSpacing(6)
        actions = self.workspace.actions
        self.list_tab = ActionButton(self.tr("Disagreements"), kind="choice")
        self.agreement_tab = ActionButton(
            self.tr("Agreement"), actions.keys("adjudicate.agreement"), kind="choice"
        )
        self.list_tab.clicked.connect(lambda: self.show_agreement(False))
        self.agreement_tab.clicked.connect(lambda: self.show_agreement(True))
        self.rubric_button = QPushButton()
        self.rubric_button.setProperty("kind", "flat")
        self.rubric_button.setToolTip(actions.tooltip("adjudicate.rubric"))
        self.rubric_button.clicked.connect(self.choose_rubric)
        self.run_button = QPushButton()
        self.run_button.setProperty("kind", "flat")
        self.run_button.setToolTip(actions.tooltip("adjudicate.run"))
        self.run_button.clicked.connect(self.choose_run)
        row.addWidget(self.list_tab)
        row.addWidget(self.agreement_tab)
        row.addStretch(1)
        row.addWidget(self.rubric_button)
        row.addWidget(self.run_button)
        return bar

    def _desk(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.list_pane = ListPane(self.controller)
        self.list_pane.left.connect(self._focus_screen)
        self.trace_pane = TracePane(self.workspace)
        self.trace_pane.left.connect(self._focus_screen)
        self.trace_pane.setMinimumWidth(300)
        keys = self.workspace.actions.keys("adjudicate.systems")
        self.systems_hint = ClickableHint(keys, "", self.toggle_systems)
        self.trace_pane.add_hint(self.systems_hint)
        self._hide_systems(True)
        self.board_pane = BoardPane(self.controller)
        self.board_pane.left.connect(self._focus_screen)
        self.board_pane.highlights.wanted.connect(self._show_highlight)
        for widget in (self.list_pane, self.trace_pane, self.board_pane):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([290, 600, 500])
        return splitter

    def _bind(self) -> None:
        controller, card = self.controller, self.board_pane.card

        def bind(
            name: str,
            run: Callable[[], object],
            able: Callable[[], bool],
            widget: QWidget = self.desk,
        ) -> None:
            # On the desk, arrows and Tab are commands; beside agreement they are the tables' own.
            self.workspace.actions.bind(widget, f"adjudicate.{name}", run, able)

        for number in range(1, 10):
            bind(f"choose{number}", partial(card.digit, number), self._has_item)
        bind("none_fits", card.none_fits.click, self._has_item)
        bind("unsettled", card.unsettled.click, self._has_item)
        bind("reason", card.write_reason, self._has_item)
        bind("reasons", card.offer_reasons, self._has_item)
        bind("rule", controller.rule, self._has_item)
        bind("again", controller.take_up_again, lambda: self._on_desk() and controller.can_take_up)
        bind("next", partial(controller.next, 1), self._on_desk)
        bind("previous", partial(controller.next, -1), self._on_desk)
        bind("next_open", controller.next_open, self._on_desk)
        bind("next_row", partial(controller.step_row, 1), self._has_item)
        bind("previous_row", partial(controller.step_row, -1), self._has_item)
        bind("find", self.trace_pane.open_find, self._has_item)
        self.trace_pane.desk.bind(self, "adjudicate")
        bind("page_down", partial(self._scroll, 1), self._has_item)
        bind("page_up", partial(self._scroll, -1), self._has_item)
        bind("systems", self.toggle_systems, self._on_desk)
        bind("filter", self.list_pane.type_filter, self._on_desk)
        bind("scope", self.list_pane.choose_scope, self._on_desk)
        bind("sort", self.list_pane.choose_sort, self._on_desk)
        bind("states", self._next_state, self._on_desk)
        bind("pattern", self.list_pane.pattern.toggle, self._has_pattern)
        bind("copy", self.copy, self._is_open, self)
        bind("rubric", self.choose_rubric, self._has_rubric, self)
        bind("run", self.choose_run, self._is_open, self)
        bind(
            "agreement", lambda: self.show_agreement(not self._in_agreement()), self._is_open, self
        )

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``rubric`` names the questions, ``trace`` and ``criterion`` one of them,
        ``view="agreement"`` shows how far raters agree.
        """
        controller = self.controller
        rubric, trace, criterion = place.get("rubric"), place.get("trace"), place.get("criterion")
        wanted = (trace, str(criterion)) if isinstance(trace, int) and criterion else None
        if isinstance(rubric, str) and rubric and rubric != controller.scope.rubric:
            controller.choose(rubric=rubric)
        elif controller.found is None or wanted is not None:
            controller.load(wanted)
        if place.get("view") == "agreement":
            self.show_agreement(True)
        else:
            self._focus_screen()

    def place(self) -> dict[str, Any]:
        """The question in hand."""
        place = self.controller.place
        where: dict[str, Any] = {"rubric": self.controller.scope.rubric}
        if place is None:
            return where
        return {**where, "trace": place[0], "criterion": place[1]}

    def unsaved(self) -> Any:
        """Rulings that were begun."""
        return self.controller.unsaved() or None

    def take_unsaved(self, begun: Any) -> None:
        """Go on with them."""
        self.controller.take_unsaved(begun)

    def refresh(self, changes: Changes) -> None:
        """Somebody wrote."""
        if changes.areas & {"traces", "rubrics", "ratings"}:
            self.agreement.forget()
        self.controller.project_changed(changes)

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.agreement.forget()
        self.banner.dismiss()
        self.controller.project_replaced()

    def breadcrumb(self) -> str:
        """How many are open."""
        found = self.controller.found
        if found is None or not found.looked:
            return ""
        return self.tr("{open} open of {total}").format(
            open=self.controller.open_count, total=len(found.items)
        )

    def chips(self) -> tuple[tuple[str, str], ...]:
        """Tier and slices of the trace; the pattern that is listed."""
        trace, pattern = self.controller.trace, self.controller.scope.pattern
        chips: list[tuple[str, str]] = []
        if not self._on_desk():
            return ()
        if trace is not None:
            row = trace.row
            chips += [(row.scenario, "neutral")]
            chips += (
                [(row.tier, "bad" if row.tier == "critical" else "neutral")] if row.tier else []
            )
            chips += [(value, "neutral") for value in list(row.slices.values())[:3]]
        if pattern is not None:
            chips.append((self.tr("pattern: {n} items").format(n=len(pattern.places)), "warn"))
        return tuple(chips)

    def status_text(self) -> str:
        """Agreement on the question in hand."""
        place, found = self.controller.place, self.controller.found
        if place is None or found is None or found.rubric is None or self.controller.gated:
            return ""
        outcome = self.agreement.base(place[1])
        criterion = found.rubric.criterion(place[1])
        if outcome is None or outcome.result is None or criterion is None:
            return ""
        result = outcome.result
        alpha = estimate_text(result.alpha)
        if result.alpha.value is None:
            alpha = result.alpha.undefined_reason or alpha
        return self.tr("α ({what}) {alpha} · {units} units, {raters} raters").format(
            what=criterion.text, alpha=alpha, units=result.pairable_units, raters=result.raters
        )

    def showcase(self) -> None:
        """Past the gate, with a value chosen."""
        if self.controller.gated is None:
            self._choose_first()
        else:
            once = Qt.ConnectionType.SingleShotConnection
            self.controller.item_changed.connect(self._choose_first, once)
            self.controller.look_anyway()

    def _choose_first(self) -> None:
        row = self.controller.board_row
        if row is not None and row.values:
            self.controller.pick(next(iter(row.values.values())))

    # -- what the controller says

    def _show_loaded(self) -> None:
        controller = self.controller
        found = controller.found
        is_open = found is not None and found.looked and controller.gated is None
        if found is None:
            shown: QWidget = self.waiting
        elif found.rubric is None:
            self.nothing.tell(False)
            shown = self.nothing
        elif controller.gated is not None:
            self.gate.tell(found.rubric, controller.gated, self.workspace.user)
            shown = self.gate
        elif not found.rated:
            self.nothing.tell(True)
            shown = self.nothing
        else:
            shown = self.panel if self._in_agreement() else self.desk
            self.agreement.show_rubric(found.rubric, controller.scope.run)
        for widget in (self.bar, self._bar_line):
            widget.setVisible(found is not None and found.rubric is not None)
        for button in (self.list_tab, self.agreement_tab, self.run_button):
            button.setVisible(is_open)
        was_gate = self._stack.currentWidget() is self.gate
        self._stack.setCurrentWidget(shown)
        if was_gate and shown is self.desk and self.isVisible():
            self._focus_screen()
        if shown is self.gate and self.isVisible():
            self.gate.back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_bar()
        self.status_changed.emit()

    def _show_bar(self) -> None:
        scope = self.controller.scope
        self.rubric_button.setText(f"{scope.rubric} ▾".replace("&", "&&"))
        self.rubric_button.setAccessibleName(scope.rubric)
        run = scope.run or self.tr("All runs")
        self.run_button.setText(f"{run} ▾".replace("&", "&&"))
        self.run_button.setAccessibleName(run)
        self.list_tab.setChecked(not self._in_agreement())
        self.agreement_tab.setChecked(self._in_agreement())

    def _show_item(self) -> None:
        trace = self.controller.trace
        if trace is None:
            self._shown_pk = None
            self.trace_pane.clear()
        elif self._shown_pk != trace.row.pk:
            self._shown_pk = trace.row.pk
            self.trace_pane.pks = (trace.row.pk,)
            self.trace_pane.show_trace(trace)
        if trace is not None:
            self._show_highlight("")
        self.status_changed.emit()

    def _show_highlight(self, identity: str) -> None:
        """What raters marked, in the trace; the one that was chosen is brought in sight."""
        canvas = self.trace_pane.single.canvas
        placed = self.board_pane.highlights.mark(canvas, identity)
        for one in placed:
            if one.highlight.id == identity:
                canvas.reveal_span(one.span)

    def _show_failure(self, error: Exception | None) -> None:
        if error is None:
            self.banner.dismiss()
            return
        reason = str(error) if isinstance(error, EvalDeskError) else repr(error)
        self.banner.show_message(
            self.tr("The ruling is not saved."),
            reason + " " + self.tr("What you entered is still here."),
            "bad",
            ((self.tr("Try again"), self.controller.rule),),
        )

    # -- what the person does

    def show_agreement(self, show: bool) -> None:
        """How far raters agree, or where they differ."""
        if self._is_open():
            self._stack.setCurrentWidget(self.panel if show else self.desk)
            if show:
                self.agreement.wanted()
                self.panel.criteria.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                self._focus_screen()
        self._show_bar()
        self.status_changed.emit()

    def toggle_systems(self) -> None:
        """Show what made the trace and what programs thought of it, or hide it again."""
        self._hide_systems(not self.trace_pane.hide_systems)
        trace = self.controller.trace
        if trace is not None:
            self.trace_pane.show_trace(trace)

    def copy(self) -> None:
        """The listed disagreements, or agreement, as a table into the clipboard."""
        if self._in_agreement():
            self.panel.copy()
            return
        text, count = self.controller.as_tsv()
        QGuiApplication.clipboard().setText(text)
        self.workspace.say(self.tr("Copied {n} disagreements").format(n=count))

    def choose_rubric(self) -> None:
        """A menu of the project's rubrics."""
        found = self.controller.found
        names = [item.name for item in found.rubrics] if found is not None else []
        chosen = self.controller.scope.rubric
        menu = QMenu(self)
        group = QActionGroup(menu)
        choose = self.controller.choose
        for name in names:
            entry(menu, group, name, name == chosen, partial(choose, rubric=name))
        open_menu(menu, self.rubric_button)

    def choose_run(self) -> None:
        """A menu of runs."""
        found = self.controller.found
        menu = QMenu(self)
        group = QActionGroup(menu)
        chosen, choose = self.controller.scope.run, self.controller.choose
        for run in ("", *(found.runs if found is not None else ())):
            text = run or self.tr("All runs")
            entry(menu, group, text, run == chosen, partial(choose, run=run))
        open_menu(menu, self.run_button)

    def _hide_systems(self, hide: bool) -> None:
        self.trace_pane.hide_systems = hide
        self.trace_pane.hide_scores = hide
        self.list_pane.show_runs = not hide
        text = self.tr("show systems, scores") if hide else self.tr("hide systems, scores")
        self.systems_hint.label.setText(text)
        self.systems_hint.setAccessibleName(text)
        if self.controller.found is not None:
            self.list_pane.show_list()

    def _show_criterion(self, name: str) -> None:
        self.show_agreement(False)
        self.controller.choose(criterion=name, pattern=None)

    def _next_state(self) -> None:
        state = self.controller.scope.state
        self.controller.choose(state=_STATES[(_STATES.index(state) + 1) % len(_STATES)])

    def _scroll(self, pages: int) -> None:
        bar = self.trace_pane.view.canvas.verticalScrollBar()
        bar.setValue(bar.value() + round(pages * bar.pageStep() * 0.9))

    def _focus_screen(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _is_open(self) -> bool:
        found = self.controller.found
        return found is not None and found.looked and found.rated and self.controller.gated is None

    def _has_rubric(self) -> bool:
        return self.controller.found is not None and bool(self.controller.found.rubrics)

    def _in_agreement(self) -> bool:
        return self._stack.currentWidget() is self.panel

    def _on_desk(self) -> bool:
        return self._stack.currentWidget() is self.desk

    def _has_item(self) -> bool:
        return self._on_desk() and self.controller.board_row is not None

    def _has_pattern(self) -> bool:
        return self._on_desk() and self.list_pane.pattern.current is not None
