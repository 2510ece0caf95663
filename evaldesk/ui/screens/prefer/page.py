"""Two traces of a scenario side by side, and which of them is better. Everything by keyboard."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.domain.round import RoundRules
from evaldesk.ui.screens.prefer.controller import PreferController
from evaldesk.ui.screens.prefer.queue_pane import PairQueuePane
from evaldesk.ui.screens.prefer.verdict import VerdictStrip
from evaldesk.ui.screens.review.flag_line import FlagLine
from evaldesk.ui.screens.review.held_keys import HeldKeys
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.card import pane
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.trace_view.pane import TracePane
from evaldesk.ui.workspace import Workspace


class PreferPage(Screen):
    """One rater compares one pair after another."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = PreferController(workspace, self)
        self._keys = HeldKeys(self.controller)
        self._shown: int | None = None
        self._flag_ahead = False
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        # It goes when everything is on the disk, and not before.
        self.banner.close_button.hide()
        outer.addWidget(self.banner)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self.empty = EmptyState(
            self.tr("No pairs to compare"),
            self.tr("A pairwise round puts two traces of one scenario side by side for you."),
        )
        self.empty.add_action(
            self.tr("See the rounds"), lambda: workspace.navigate("rounds"), primary=True
        )
        self.waiting, self.desk = pane("bg"), self._desk()
        for widget in (self.waiting, self.empty, self.desk):
            self._stack.addWidget(widget)
        controller = self.controller
        controller.loaded.connect(self._show_loaded)
        controller.item_changed.connect(self._show_item)
        controller.answer_changed.connect(self._show_answer)
        controller.active_changed.connect(self._show_active)
        controller.state_changed.connect(lambda _: self._show_state())
        controller.refused.connect(self._show_refusal)
        controller.saving_changed.connect(self._show_saving)
        # After the keys that were held have run: they were connected first.
        controller.settled.connect(self._arrive)
        self._bind()

    def _desk(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.queue_pane = PairQueuePane(self.controller)
        self.queue_pane.chosen.connect(self._go)
        self.queue_pane.left.connect(self._focus_traces)
        self.trace_pane = TracePane(self.workspace)
        self.trace_pane.hide_systems = self.trace_pane.hide_scores = True
        self.trace_pane.desk.set_own_only(True)
        self.trace_pane.show_keys("prefer")
        self.trace_pane.place_changed.connect(self._note_formatting)
        self.verdict = VerdictStrip(self.workspace.actions)
        self.verdict.chosen.connect(self.controller.choose)
        self.verdict.weighed.connect(self.controller.weigh)
        self.verdict.reasoned.connect(self.controller.give_reason)
        self.verdict.activated.connect(self.controller.activate)
        self.verdict.ended.connect(self._reason_ahead)
        self.verdict.submitted.connect(self._submit_in_turn)
        self.verdict.left.connect(self._focus_traces)
        self.flag_line = FlagLine()
        self.flag_line.flagged.connect(self._flag)
        self.flag_line.left.connect(self._focus_traces)
        comparing = pane()
        column = QVBoxLayout(comparing)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.trace_pane, 1)
        column.addWidget(self.verdict)
        column.addWidget(self.flag_line)
        self.comparing = comparing
        self.finished = EmptyState(
            self.tr("All pairs are compared"),
            self.tr("What the round found is shown once it is closed."),
        )
        self.finished.add_action(
            self.tr("Go on with other rounds"), lambda: self.workspace.navigate("review")
        )
        self.finished.add_action(
            self.tr("See the rounds"),
            lambda: self.workspace.navigate("rounds", round=self.controller.name),
            primary=True,
        )
        self.centre = QStackedWidget()
        self.centre.addWidget(comparing)
        self.centre.addWidget(self.finished)
        self.centre.setMinimumWidth(480)
        for widget in (self.queue_pane, self.centre):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([230, 1100])
        return splitter

    def _bind(self) -> None:
        controller, trace_pane = self.controller, self.trace_pane

        def bind(
            name: str, run: Callable[[], object], *, queue: bool = False, at_once: bool = False
        ) -> None:
            self.workspace.actions.bind(
                self,
                f"prefer.{name}",
                run if at_once else partial(self._keys.run, run),
                self._has_queue if queue else self._has_item,
            )

        for shown in ("left", "right", "tie", "bad"):
            bind(shown, lambda shown=shown: controller.choose(controller.active, shown))  # type: ignore[misc]
        for number in (1, 2, 3):
            bind(f"digit{number}", partial(controller.digit, number))
        bind("clear", lambda: controller.choose(controller.active, None))
        # What leads to typing is not held: the letters would not be held either.
        bind("reason", self._write_reason, at_once=True)
        bind("down", lambda: controller.step(1))
        bind("up", lambda: controller.step(-1))
        bind("submit", self._submit_in_turn, at_once=True)
        bind("skip", self._skip)
        bind("flag", self._ask_flag, at_once=True)
        bind("undo", self._undo, queue=True)
        bind("redo", self._redo, queue=True)
        bind("next", lambda: self._move(1), queue=True)
        bind("previous", lambda: self._move(-1), queue=True)
        bind("next_pending", self._next_pending, queue=True)
        bind("round", self.queue_pane.choose_round, queue=True, at_once=True)
        bind("find", trace_pane.open_find, at_once=True)
        bind("difference", trace_pane.next_difference, at_once=True)
        bind("difference_back", lambda: trace_pane.next_difference(-1), at_once=True)
        bind("page_down", lambda: self._scroll(1), at_once=True)
        bind("page_up", lambda: self._scroll(-1), at_once=True)
        trace_pane.bind_beside(self, "prefer")
        trace_pane.desk.bind(self, "prefer")

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``round`` names one."""
        self.controller.clock.watch(self.window().windowHandle())
        name = place.get("round")
        if isinstance(name, str) and name:
            self.controller.begin(name)
        elif self.controller.queue is None:
            self.controller.begin(self.controller.name)
        self._focus_traces()

    def left(self) -> None:
        """What is being typed goes to the disk."""
        self.verdict.flush()
        self.controller.note_time()
        self.controller.clock.stop()

    def refresh(self, changes: Changes) -> None:
        """Somebody else wrote."""
        self.controller.project_changed(changes)

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.controller.project_replaced()
        self._stack.setCurrentWidget(self.waiting)
        self._show_saving()

    def breadcrumb(self) -> str:
        """The scenario."""
        ready = self.controller.ready
        return ready.pair.left.row.scenario if ready is not None else ""

    def chips(self) -> tuple[tuple[str, str], ...]:
        """Tier and slices."""
        ready = self.controller.ready
        if ready is None:
            return ()
        row = ready.pair.left.row
        chips = [(row.tier, "bad" if row.tier == "critical" else "neutral")] if row.tier else []
        chips += [(value, "neutral") for value in list(row.slices.values())[:4]]
        return tuple(chips)

    def status_text(self) -> str:
        """How far, and how long still."""
        queue = self.controller.queue
        if queue is None or not len(queue):
            return ""
        text = self.tr("{done} of {total}").format(done=len(queue) - queue.left, total=len(queue))
        seconds = self.controller.seconds_left()
        if seconds is None or not queue.left:
            return text
        left = self.tr("about {n} min left").format(n=max(1, round(seconds / 60)))
        return f"{text} · {left}"

    # -- what the controller says

    def _show_loaded(self) -> None:
        queue = self.controller.queue
        if self.workspace.project is None:
            self._stack.setCurrentWidget(self.waiting)
        elif queue is None:
            self._stack.setCurrentWidget(self.waiting if self.controller.unsettled else self.empty)
        else:
            rules = queue.round.rules if queue.round is not None else RoundRules()
            self.trace_pane.hide_systems = rules.hide_systems
            self.trace_pane.hide_scores = rules.hide_scores
            if tuple(self.verdict.rows) != tuple(one.name for one in self.controller.questions):
                self.verdict.show_questions(self.controller.questions)
            self._stack.setCurrentWidget(self.desk)
        self.status_changed.emit()

    def _show_item(self) -> None:
        controller = self.controller
        ready = controller.ready
        if self._shown != controller.item:
            self.verdict.drop()
            if not self._flag_ahead:
                self.flag_line.hide()
        if ready is None or controller.item is None:
            self._shown = None
            self.trace_pane.clear()
            if controller.queue is not None and not controller.unsettled:
                self.centre.setCurrentWidget(self.finished)
            self.status_changed.emit()
            return
        self.centre.setCurrentWidget(self.comparing)
        if self._shown != controller.item:
            self._shown = controller.item
            # Whoever sits on the left is A here, whatever end of the pair it is.
            self.trace_pane.show_ready(ready.woven)
            self._show_active()
            if self.window().focusWidget() in (None, self):
                self._focus_traces()
        self._show_answer()
        self._show_state()

    def _show_active(self) -> None:
        self.verdict.activate(self.controller.active)
        self._show_answer()

    def _show_answer(self) -> None:
        self.verdict.show_sheet(
            self.controller.sheet, self.controller.reason(self.controller.active)
        )

    def _show_state(self) -> None:
        queue, item = self.controller.queue, self.controller.item
        state = queue.state(item) if queue is not None and item is not None else "pending"
        if queue is not None and queue.read_only:
            self.verdict.show_state(self.tr("round closed"), "neutral", self.tr("Next"))
        elif state == "submitted":
            self.verdict.show_state(self.tr("submitted"), "ok", self.tr("Next"))
        elif state == "skipped":
            self.verdict.show_state(self.tr("skipped"))
        elif state == "flagged":
            self.verdict.show_state(self.tr("flagged"), "warn")
        else:
            self.verdict.show_state("")
        self.status_changed.emit()

    def _show_refusal(self, error: EvalDeskError) -> None:
        self.verdict.show_problem(str(error))

    def _show_saving(self) -> None:
        saving = self.controller.saving
        error = saving.error
        if error is None:
            self.banner.dismiss()
            return
        reason = str(error) if isinstance(error, EvalDeskError) else repr(error)
        if saving.unsaved == 1:
            title = self.tr("One choice is not saved.")
        else:
            title = self.tr("{n} choices are not saved.").format(n=saving.unsaved)
        self.banner.show_message(
            title,
            reason + " " + self.tr("What you entered is still here."),
            "bad",
            ((self.tr("Try again"), saving.retry),),
        )

    # -- what the person does

    def _go(self, item: int) -> None:
        self.verdict.flush()
        self.controller.go(item)

    def _move(self, step: int) -> None:
        self.verdict.flush()
        self.controller.next(step)

    def _next_pending(self) -> None:
        self.verdict.flush()
        self.controller.next_pending()

    def _write_reason(self) -> None:
        self.verdict.write_reason(ahead=self._keys.waiting)

    def _reason_ahead(self, text: str) -> None:
        """A reason that was written before the pair was there goes to it after its choice."""
        controller = self.controller
        if text:
            self._keys.run(lambda: controller.give_reason(controller.active, text))

    def _arrive(self) -> None:
        if not self._keys.waiting:
            self.verdict.arrive()
            self._flag_ahead = False

    def _submit_in_turn(self) -> None:
        self.verdict.end_ahead()
        # Now and not in its turn: by then the next reason may be being written.
        self._focus_traces()
        self._keys.run(self._submit)

    def _submit(self) -> None:
        self.verdict.flush()
        self.controller.submit()

    def _skip(self) -> None:
        self.verdict.flush()
        self.controller.skip()

    def _ask_flag(self) -> None:
        self.verdict.flush()
        self._flag_ahead = self._keys.waiting
        self.flag_line.ask()

    def _flag(self, note: str) -> None:
        self._focus_traces()
        self._keys.run(lambda: self.controller.flag(note))

    def _undo(self) -> None:
        self.verdict.flush()
        self.controller.undo()

    def _redo(self) -> None:
        self.verdict.flush()
        self.controller.redo()

    def _scroll(self, pages: int) -> None:
        bar = self.trace_pane.view.canvas.verticalScrollBar()
        bar.setValue(bar.value() + round(pages * bar.pageStep() * 0.9))

    def _note_formatting(self) -> None:
        self.controller.ignored = self.trace_pane.ignored

    def _focus_traces(self) -> None:
        self.trace_pane.focus_trace()

    def _has_item(self) -> bool:
        return self.controller.item is not None or self.controller.unsettled

    def _has_queue(self) -> bool:
        return self.controller.queue is not None or self.controller.unsettled
