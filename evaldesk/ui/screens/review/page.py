"""The review screen: queue, trace, rubric. Everything by keyboard, nothing to save by hand."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QSplitter, QStackedLayout, QStackedWidget, QVBoxLayout, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.domain.round import Round, RoundRules
from evaldesk.services.labelling.answering import Incomplete
from evaldesk.services.labelling.review import trace_of
from evaldesk.services.reading.companions import blind_siblings
from evaldesk.settings.snippets import snippets
from evaldesk.ui.screens.review.answering import is_text
from evaldesk.ui.screens.review.break_line import BreakLine
from evaldesk.ui.screens.review.controller import ReviewController
from evaldesk.ui.screens.review.empty import Finished, NoRubric, NoTraces
from evaldesk.ui.screens.review.flag_line import FlagLine
from evaldesk.ui.screens.review.held_keys import HeldKeys
from evaldesk.ui.screens.review.highlighting import Highlighting
from evaldesk.ui.screens.review.queue_pane import QueuePane
from evaldesk.ui.screens.review.told_panel import ToldPanel
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.card import pane
from evaldesk.ui.widgets.rubric_form import RubricForm
from evaldesk.ui.widgets.snippet_typing import SnippetMenu, field_with_focus, use_snippets
from evaldesk.ui.widgets.trace_view.chooser import TraceChooser
from evaldesk.ui.widgets.trace_view.hints import ClickableHint
from evaldesk.ui.widgets.trace_view.pane import TracePane
from evaldesk.ui.workspace import Workspace


class ReviewPage(Screen):
    """One rater labels one trace after another."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = ReviewController(workspace, self)
        self._keys = HeldKeys(self.controller)
        self._shown_pk: int | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        # It goes when everything is on the disk, and not before.
        self.banner.close_button.hide()
        outer.addWidget(self.banner)
        self.break_line = BreakLine()
        self.break_line.taken.connect(self.controller.clock.begin_stretch)
        self.controller.my_time.break_due.connect(self.break_line.tell)
        outer.addWidget(self.break_line)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self.waiting = pane("bg")
        self.no_traces = NoTraces(workspace)
        self.no_rubric = NoRubric(workspace)
        self.desk = self._desk()
        for widget in (self.waiting, self.no_traces, self.no_rubric, self.desk):
            self._stack.addWidget(widget)
        controller = self.controller
        controller.loaded.connect(self._show_loaded)
        controller.item_changed.connect(self._show_item)
        controller.answer_changed.connect(self._show_answer)
        controller.travelled.connect(self._show_travelled)
        controller.state_changed.connect(lambda _: self._show_state())
        controller.refused.connect(self._show_refusal)
        controller.saving_changed.connect(self._show_saving)
        controller.pairs_wanted.connect(self._go_to_pairs)
        controller.told_changed.connect(self._show_told)
        controller.my_time.changed.connect(self.status_changed)
        use_snippets(lambda: snippets(workspace.settings))
        self._bind()

    def _desk(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.queue_pane = QueuePane(self.controller)
        self.queue_pane.chosen.connect(self._go)
        self.queue_pane.left.connect(self._focus_form)
        self.trace_pane = TracePane(self.workspace)
        # A reviewer judges the trace, not the name of the system or what others made of it.
        self.trace_pane.hide_systems = True
        self.trace_pane.hide_scores = True
        self.trace_pane.left.connect(self._left_trace)
        self.highlighting = Highlighting(self.controller, self.trace_pane)
        keys = self.workspace.actions.keys
        self.trace_pane.add_hint(
            ClickableHint(
                keys("review.highlight_begin"), self.tr("highlight"), self.highlighting.desk.begin
            )
        )
        self.trace_pane.add_hint(
            ClickableHint(keys("review.compare"), self.tr("compare"), self.compare)
        )
        self.finished = Finished(self.controller)
        self.centre = QStackedWidget()
        self.centre.addWidget(self.trace_pane)
        self.centre.addWidget(self.finished)
        self.centre.setMinimumWidth(320)
        self.form = RubricForm(
            keys=lambda name: keys("app.shortcuts" if name == "sheet" else f"review.{name}")
        )
        self.form.setProperty("surface", "pane")
        self.form.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.form.setMinimumWidth(280)
        self.form.answered.connect(self._answered)
        self.form.said.connect(self.controller.answering.say)
        self.form.taken.connect(self.controller.answering.accept)
        self.form.submitted.connect(self.controller.handing.submit)
        self.told_panel = ToldPanel()
        self.flag_line = FlagLine()
        self.flag_line.flagged.connect(self._flag)
        self.flag_line.left.connect(self._focus_form)
        answering = pane()
        column = QVBoxLayout(answering)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.form, 1)
        column.addWidget(self.told_panel)
        column.addWidget(self.flag_line)
        for widget in (self.queue_pane, self.centre, answering):
            splitter.addWidget(widget)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([270, 800, 340])
        return splitter

    def _bind(self) -> None:
        form = self.form

        def bind(name: str, run: Callable[[], object], item: bool = True, **more: Any) -> None:
            able = self._has_item if item else self._has_queue
            # What leads to typing or only looks is not held: the letters would not be held either.
            at_once = more.pop("at_once", False)
            self.workspace.actions.bind(
                more.pop("widget", self),
                f"review.{name}",
                run if at_once else partial(self._keys.run, run),
                able,
                **more,
            )

        for number in range(1, 10):
            bind(f"answer{number}", partial(form.digit, number))
        for number in range(1, 5):
            bind(f"severity{number}", partial(form.set_severity, number))
        bind("clear", form.clear_active)
        bind("next_field", lambda: form.step(1, into_field=True))
        bind("previous_field", lambda: form.step(-1, into_field=True))
        bind("down", lambda: form.step(1))
        bind("up", lambda: form.step(-1))
        bind("write", form.enter, widget=form, focus=True)
        bind("left", lambda: form.point_at(-1))
        bind("right", lambda: form.point_at(1))
        bind("cannot_judge", form.cannot_judge)
        bind("details", form.show_details)
        bind("modes", form.open_modes)
        bind("comment", form.write_comment)
        answering = self.controller.answering
        bind("accept", self._accept)
        bind("accept_all", answering.accept)
        bind("last_time", answering.fill_as_last_time)
        bind("snippets", self._offer_snippets, at_once=True)
        bind("quiet", self._toggle_quiet, item=False, at_once=True)
        bind("submit", self._submit)
        bind("skip", self._skip)
        bind("flag", self._ask_flag)
        bind("undo", self._undo, item=False)
        bind("redo", self._redo, item=False)
        bind("next", lambda: self._move(1), item=False)
        bind("previous", lambda: self._move(-1), item=False)
        bind("next_pending", self._next_pending, item=False)
        bind("find", self.trace_pane.open_find, at_once=True)
        bind("compare", self.compare)
        bind("choose_beside", self.choose_beside)
        pane = self.trace_pane
        bind("difference", pane.next_difference, at_once=True)
        bind("difference_back", lambda: pane.next_difference(-1), at_once=True)
        pane.bind_beside(self, "review")
        marks = self.highlighting.desk
        bind("highlight_begin", marks.begin, at_once=True)
        bind("highlight_next", lambda: marks.walk(1))
        bind("highlight_previous", lambda: marks.walk(-1))
        bind("highlight_remove", marks.remove)
        bind("page_down", lambda: self._scroll(1), at_once=True)
        bind("page_up", lambda: self._scroll(-1), at_once=True)
        self.trace_pane.desk.bind(self, "review")
        bind("filter", self.queue_pane.type_filter, item=False, at_once=True)
        bind("rubric", self.queue_pane.choose_rubric, item=False, at_once=True)
        bind("scope", self.queue_pane.choose_scope, item=False, at_once=True)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``trace`` names an item, ``rubric`` the questions, ``round`` a round."""
        self.controller.clock.watch(self.window().windowHandle())
        self.controller.my_time.run(True)
        rubric, wanted = place.get("rubric"), place.get("trace")
        controller = self.controller
        within = place.get("round")
        if isinstance(within, str) and within and within != controller.scope.round:
            controller.begin_round(within)
        elif isinstance(rubric, str) and rubric and rubric != controller.scope.rubric:
            controller.begin_with(rubric)
        if controller.queue is None or wanted is not None:
            controller.load(wanted if isinstance(wanted, int) else None)
        self._focus_form()

    def place(self) -> dict[str, Any]:
        """The item."""
        trace = self.controller.trace
        return {} if trace is None else {"trace": trace.row.pk}

    def left(self) -> None:
        """What is being typed goes to the disk."""
        self.form.flush()
        self.controller.note_time()
        self.controller.clock.stop()
        self.controller.my_time.run(False)
        self._be_quiet(False)

    def refresh(self, changes: Changes) -> None:
        """Somebody else wrote."""
        self.controller.project_changed(changes)

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.controller.project_replaced()
        self._show_saving()

    def breadcrumb(self) -> str:
        """The scenario."""
        trace = self.controller.trace
        return trace.row.scenario if trace is not None else ""

    def chips(self) -> tuple[tuple[str, str], ...]:
        """Tier and slices."""
        trace = self.controller.trace
        if trace is None:
            return ()
        tier = trace.row.tier
        chips = [(tier, "bad" if tier == "critical" else "neutral")] if tier else []
        chips += [(value, "neutral") for value in list(trace.row.slices.values())[:4]]
        return tuple(chips)

    def status_text(self) -> str:
        """How far, and how long still."""
        queue = self.controller.queue
        if queue is None or not len(queue):
            return ""
        done = len(queue) - queue.left
        text = self.tr("{done} of {total}").format(done=done, total=len(queue))
        return " · ".join(filter(None, (text, self._time_left(), self.controller.my_time.words())))

    def _time_left(self) -> str:
        queue = self.controller.queue
        seconds = self.controller.handing.seconds_left()
        if seconds is None or queue is None or not queue.left:
            return ""
        minutes = max(1, round(seconds / 60))
        hours, rest = divmod(minutes, 60)
        if not hours:
            return self.tr("about {n} min left").format(n=rest)
        return self.tr("about {h} h {m} min left").format(h=hours, m=rest)

    def showcase(self) -> None:
        """An item in hand, with the second question active."""
        if self.form.cards:
            self.form.step(1)

    # -- what the controller says

    def _show_loaded(self) -> None:
        controller = self.controller
        if controller.queue is not None:
            rubric = controller.queue.rubric
            self._obey(controller.queue.round)
            if self.form.rubric is None or self.form.rubric.to_json() != rubric.to_json():
                self.form.show_rubric(rubric)
                self._shown_pk = None
            self._stack.setCurrentWidget(self.desk)
        elif controller.traces < 0:
            self._stack.setCurrentWidget(self.waiting)
        elif not controller.traces:
            self._stack.setCurrentWidget(self.no_traces)
        else:
            self.no_rubric.show_templates()
            self._stack.setCurrentWidget(self.no_rubric)
        self.status_changed.emit()

    def _obey(self, within: Round | None) -> None:
        """What the round's rules hide; without a round everything that could sway."""
        rules = RoundRules() if within is None else within.rules
        self.trace_pane.hide_systems = rules.hide_systems
        self.trace_pane.hide_scores = rules.hide_scores

    def _show_item(self) -> None:
        controller = self.controller
        trace = controller.trace
        self._show_told()
        if trace is None or self._shown_pk != controller.pk:
            self.flag_line.hide()
        self.form.setEnabled(trace is not None)
        if trace is None or controller.pk is None:
            self._shown_pk = None
            self.form.show_answers({})
            self.trace_pane.clear()
            if controller.queue is not None and not controller.unsettled:
                self.finished.tell()
                self.centre.setCurrentWidget(self.finished)
        else:
            self.centre.setCurrentWidget(self.trace_pane)
            if self._shown_pk != controller.pk:
                self._shown_pk = controller.pk
                self.trace_pane.pks = (trace_of(controller.pk),)
                self.trace_pane.show_trace(trace)
                self._show_sheet()
                if self.window().focusWidget() in (None, self):
                    self._focus_form()
            else:
                self._show_sheet(activate=False)
        self._show_state()

    def _show_sheet(self, *, activate: bool = True) -> None:
        sheet = self.controller.sheet
        self.form.show_answers(
            sheet.answers,
            sheet.said,
            sheet.earlier,
            suggested=sheet.suggested,
            activate=activate,
        )

    def _show_answer(self, name: str) -> None:
        sheet = self.controller.sheet
        self.form.show_answer(name, sheet.answers.get(name), sheet.said.get(name, ""))

    def _show_travelled(self, name: str) -> None:
        """One sees what was undone, and may answer it anew."""
        rubric = self.form.rubric
        if rubric is not None and rubric.criterion(name) is not None:
            self.form.activate(name)

    def _show_state(self) -> None:
        queue, pk = self.controller.queue, self.controller.pk
        state = queue.state(pk) if queue is not None and pk is not None else "pending"
        if queue is not None and queue.read_only:
            self.form.show_state(self.tr("round closed"), "neutral", self.tr("Next"))
        elif state == "submitted":
            self.form.show_state(self.tr("submitted"), "ok", self.tr("Next"))
        elif state == "skipped":
            self.form.show_state(self.tr("skipped"))
        elif state == "flagged":
            self.form.show_state(self.tr("flagged"), "warn")
        else:
            self.form.show_state("")
        self.status_changed.emit()

    def _show_told(self) -> None:
        queue, told = self.controller.queue, self.controller.told
        if queue is not None:
            self.told_panel.show_told(told, queue.rubric)

    def _show_refusal(self, error: EvalDeskError) -> None:
        self.form.show_problem(str(error))
        if isinstance(error, Incomplete):
            name = error.missing[0]
            if name in error.wanting:
                self.form.say(name)
            else:
                self.form.activate(name)

    def _show_saving(self) -> None:
        saving = self.controller.saving
        error = saving.error
        if error is None:
            self.banner.dismiss()
            return
        reason = str(error) if isinstance(error, EvalDeskError) else repr(error)
        if saving.unsaved == 1:
            title = self.tr("One answer is not saved.")
        else:
            title = self.tr("{n} answers are not saved.").format(n=saving.unsaved)
        self.banner.show_message(
            title,
            reason + " " + self.tr("What you entered is still here."),
            "bad",
            ((self.tr("Try again"), saving.retry),),
        )

    # -- what the person does

    def _answered(self, name: str, value: object, typing: bool) -> None:
        rubric = self.form.rubric
        self.controller.answering.answer(
            name, value, typing=typing and rubric is not None and is_text(rubric, name)
        )

    def _go_to_pairs(self, name: str) -> None:
        if self.isVisible():
            self.workspace.navigate("prefer", round=name)

    def _go(self, pk: int) -> None:
        self.form.flush()
        self.controller.go(pk)

    def _accept(self) -> None:
        if self.form.active:
            self.controller.answering.accept(self.form.active)

    def _offer_snippets(self) -> None:
        """At the field that is typed into; from anywhere else, in the comment."""
        field = field_with_focus(self.window())
        if field is None or not self.form.isAncestorOf(field):
            self.form.write_comment()
            field = field_with_focus(self.window())
        if field is not None:
            SnippetMenu(field).open()

    def _toggle_quiet(self) -> None:
        self._be_quiet(not self.queue_pane.isHidden())

    def _be_quiet(self, quiet: bool) -> None:
        if quiet != self.queue_pane.isHidden():
            self.queue_pane.setHidden(quiet)
            self.workspace.quiet_wanted.emit(quiet)
            if quiet:
                keys = self.workspace.actions.keys("review.quiet")
                self.workspace.say(self.tr("{keys} brings everything back").format(keys=keys))

    def _move(self, step: int) -> None:
        self.form.flush()
        self.controller.next(step)

    def _next_pending(self) -> None:
        self.form.flush()
        self.controller.next_pending()

    def _submit(self) -> None:
        self.form.flush()
        self._focus_form()
        self.controller.handing.submit()

    def _skip(self) -> None:
        self.form.flush()
        self._focus_form()
        self.controller.handing.skip()

    def _ask_flag(self) -> None:
        self.form.flush()
        self.flag_line.ask()

    def _flag(self, note: str) -> None:
        self._focus_form()
        self.controller.handing.flag(note)

    def _undo(self) -> None:
        self.form.flush()
        self.controller.answering.undo()

    def _redo(self) -> None:
        self.form.flush()
        self.controller.answering.redo()

    def _scroll(self, pages: int) -> None:
        bar = self.trace_pane.view.canvas.verticalScrollBar()
        bar.setValue(bar.value() + round(pages * bar.pageStep() * 0.9))

    # -- beside another trace

    def compare(self) -> None:
        """Beside another trace of the scenario, under names that do not tell the systems; back to
        the one that is rated where several are shown.
        """
        if self.trace_pane.is_pair:
            self._alone()
        else:
            self._siblings(self._compare_with_only_one)

    def choose_beside(self) -> None:
        """Offer the other traces of the scenario, under names that do not tell the systems."""
        self._siblings(self._offer)

    def _siblings(self, then: Callable[[tuple[int, ...], tuple[str, ...]], None]) -> None:
        project, item = self.workspace.project, self.controller.pk
        person = self.workspace.user
        if project is None or item is None:
            return
        pk = trace_of(item)

        def done(found: tuple[tuple[int, ...], tuple[str, ...]]) -> None:
            if item != self.controller.pk:
                return
            if len(found[0]) < 2:
                self.workspace.say(self.tr("No other trace has this scenario"))
            else:
                then(*found)

        self.workspace.jobs.read(
            lambda control: blind_siblings(project, pk, person), done, self.workspace.report
        )

    def _compare_with_only_one(self, pks: tuple[int, ...], names: tuple[str, ...]) -> None:
        if len(pks) == 2:
            self._show_beside(pks, names)
        else:
            self._offer(pks, names)

    def _offer(self, pks: tuple[int, ...], names: tuple[str, ...]) -> None:
        named = dict(zip(pks, names, strict=True))
        chooser = TraceChooser(self)

        def show(chosen: list[int]) -> None:
            if self.controller.pk is not None and pks[0] == trace_of(self.controller.pk):
                shown = (pks[0], *chosen)
                self._show_beside(shown, tuple(named[pk] for pk in shown))

        chooser.chosen.connect(show)
        at = self.trace_pane.mapToGlobal(QPoint(16, 40))
        chooser.offer(list(named.items())[1:], self.trace_pane.pks[1:], at)

    def _show_beside(self, pks: tuple[int, ...], names: tuple[str, ...]) -> None:
        self.trace_pane.show_traces(pks, names, notes=(self.tr("being rated"),))

    def _alone(self) -> None:
        trace = self.controller.trace
        if trace is not None:
            self.trace_pane.show_trace(trace)

    def _left_trace(self) -> None:
        if self.trace_pane.is_pair:
            self._alone()
        self._focus_form()

    def _focus_form(self) -> None:
        if self.form.active:
            self.form.activate(self.form.active)

    def _has_item(self) -> bool:
        return self.controller.pk is not None or self.controller.unsettled

    def _has_queue(self) -> bool:
        return self.controller.queue is not None or self.controller.unsettled
