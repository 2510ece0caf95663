"""The Compare screen: what is asked, the figures, the plots, and the pairs behind them."""

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.project import Changes
from evaldesk.ui.screens.compare.cards import Figures, OutcomeCard
from evaldesk.ui.screens.compare.controller import CompareController
from evaldesk.ui.screens.compare.controls import Controls
from evaldesk.ui.screens.compare.handing_out import HandingOut
from evaldesk.ui.screens.compare.list_pane import KINDS, ListPane
from evaldesk.ui.screens.compare.models import Kind
from evaldesk.ui.screens.compare.notes import Notes
from evaldesk.ui.screens.compare.pair_panel import PairPanel
from evaldesk.ui.screens.compare.plots import Group, Plots
from evaldesk.ui.screens.compare.wording import Wording
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace


class ComparePage(Screen):
    """Two runs over the same scenarios."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self._stale = True
        self._words = Wording("", False, False, 1.0)
        self._kind: Kind = "regressions"
        self._group: Group | None = None
        self._was_slow = False
        self._pair: PairPanel | None = None
        self.controller = CompareController(workspace, self)
        self._build()
        self._connect()
        self._bind()

    # Screen

    def opened(self, **place: Any) -> None:
        """Come to a comparison: ``a`` and ``b`` (runs), ``metric``; ``left_out=True`` for what
        could not be compared.
        """
        if place.get("left_out"):
            self._kind = "left_out"
        if self._stale or {"a", "b", "metric"} & set(place):
            self._stale = False
            self.controller.load(place)
        elif self.reading_pair:
            self.pair.traces.focus_trace()
        else:
            self.listing.focus_list()

    def refresh(self, changes: Changes) -> None:
        """New traces bring runs; ratings and rulings move gold."""
        metric = self.controller.question.metric if self.controller.question else ""
        if "traces" in changes.areas or self.controller.question is None:
            self.controller.load()
        elif {"ratings", "rulings", "rubrics"} & changes.areas and (
            metric.startswith("gold.") or "rulings" in changes.areas
        ):
            self.controller.compare()

    def project_replaced(self) -> None:
        """Nothing of the project before stays."""
        self._stale = True
        self._group = None
        self._kind = "regressions"
        self.controller.clear()
        if self._pair is not None:
            self._pair.forget()
        self.stack.setCurrentWidget(self.blank)

    def breadcrumb(self) -> str:
        """``prompt-v14 → prompt-v15``, and the scenario whose traces are read."""
        question = self.controller.question
        if question is None:
            return ""
        pair = self.listing.current() if self.reading_pair else None
        runs = f"{question.run_a} → {question.run_b}"
        return f"{runs} / {pair.scenario}" if pair is not None else runs

    def chips(self) -> tuple[tuple[str, str], ...]:
        """What was compared, and how much was left out."""
        study = self.controller.study
        if study is None:
            return ()
        found = study.comparison
        chips = [
            (
                self.tr("{metric}, {n} paired").format(
                    metric=found.metric, n=f"{len(found.pairs):,}"
                ),
                "neutral",
            )
        ]
        missing = [words for words, _ in self.notes.counts(study)]
        if len(missing) > 2:
            missing = [self.tr("{n} left out").format(n=f"{len(found.unpaired):,}")]
        return (*chips, *((words, "warn") for words in missing))

    def status_text(self) -> str:
        """Dataset, pairs and seed."""
        study = self.controller.study
        if study is None:
            return ""
        parts = [
            study.dataset,
            self.tr("{n} pairs").format(n=f"{len(study.comparison.pairs):,}"),
            self.tr("seed {seed}").format(seed=study.seed),
        ]
        return " · ".join(part for part in parts if part)

    def showcase(self) -> None:
        """The first regression is chosen."""
        self.listing.table.select_row(0)

    # what commands do

    def list_kind(self, kind: str) -> None:
        """List another kind of pair, or what was left out."""
        self._kind = next(item for item in KINDS if item == kind)
        self._list()
        self.listing.focus_list()

    def choose_group(self, group: Group | None) -> None:
        """List only pairs of a tier or slice; the same again, or None, for all."""
        self._group = None if group == self._group else group
        if self._kind == "left_out" and self._group is not None:
            self._kind = "regressions"
        self.plots.choose(self._group)
        self._list()

    def open_pair(self, row: int = -1) -> None:
        """Show the two traces of a row side by side."""
        if row >= 0:
            self.listing.table.select_row(row)
        pair = self.listing.current()
        if pair is None:
            return
        self._show_pair()
        self.stack.setCurrentWidget(self.pair)
        self.pair.traces.setFocus()
        self.status_changed.emit()

    def step(self, by: int) -> None:
        """Go to another scenario of the list, in the list or between the traces."""
        if self.listing.step(by) and self.reading_pair:
            self._show_pair()
            self.status_changed.emit()

    def step_differing(self, by: int) -> None:
        """Go to another scenario of the list in which A and B do not say the same."""
        table, pairs = self.listing.table, self.listing.model.pairs
        here = table.currentIndex().row()
        rows = range(here + by, len(pairs) if by > 0 else -1, by)
        wanted = [(row, (pairs[row].a_pk, pairs[row].b_pk)) for row in rows]

        def found(row: int | None) -> None:
            if row is None:
                self.workspace.say(self.tr("No further scenario in which they differ"))
            elif table.currentIndex().row() == here:
                table.select_row(row)
                self._show_pair()
                self.status_changed.emit()

        self.controller.first_differing(wanted, self.pair.traces.ignored, found)

    def back(self) -> None:
        """From the two traces to the comparison; there, list every slice again."""
        if self.reading_pair:
            self.stack.setCurrentWidget(self.content)
            self.listing.focus_list()
            self.status_changed.emit()
        elif self._group is not None:
            self.choose_group(None)

    @property
    def pair(self) -> PairPanel:
        """The two traces side by side; built when they are first wanted."""
        if self._pair is None:
            self._pair = PairPanel(self.workspace)
            self._pair.left.connect(self.back)
            self._pair.stepped.connect(self.step)
            self._pair.traces.desk.bind(self, "compare")
            self._pair.traces.bind_beside(self, "compare")
            self.stack.addWidget(self._pair)
        return self._pair

    @property
    def reading_pair(self) -> bool:
        """Whether the two traces are in sight."""
        return self._pair is not None and self.stack.currentWidget() is self._pair

    # building

    def _build(self) -> None:
        tokens = self.workspace.tokens
        self.blank = pane("bg")
        self.patience = text_label("", "muted")
        self.patience.setAlignment(Qt.AlignmentFlag.AlignCenter)
        waiting = QVBoxLayout(self.blank)
        waiting.addWidget(self.patience)
        self.empty = EmptyState(
            self.tr("Two runs are compared here"),
            self.tr(
                "Import a second run over the same scenarios; then this screen shows how much "
                "better or worse it is, how sure that is, and which scenarios changed."
            ),
        )
        self.empty.add_action(
            self.tr("Import files"),
            lambda: self.workspace.navigate("import"),
            keys=self.workspace.actions.keys("go.import"),
            primary=True,
        )
        self.controls = Controls(self.workspace)
        self.controls.setProperty("surface", "pane")
        self.controls.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.trouble = Banner()
        self.figures = Figures(tokens)
        self.notes = Notes(tokens)
        self.plots = Plots(self.workspace, self)
        self.outcomes = OutcomeCard(tokens)
        self.outcomes.body.addWidget(self.plots.spread)
        self.listing = ListPane(self.workspace)
        self.handing_out = HandingOut(self.workspace, self.controller, self.plots, self.listing)
        left = pane("bg")
        column = QVBoxLayout(left)
        column.setContentsMargins(16, 16, 8, 16)
        column.setSpacing(16)
        column.addWidget(self.figures)
        column.addWidget(self.notes)
        column.addWidget(self.plots.forest_card)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(left)
        self.right = QWidget()
        right_column = QVBoxLayout(self.right)
        right_column.setContentsMargins(8, 16, 16, 16)
        right_column.setSpacing(16)
        right_column.addWidget(self.outcomes)
        right_column.addWidget(self.listing, 1)
        scroll.setMinimumWidth(500)
        self.right.setMinimumWidth(372)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setChildrenCollapsible(False)
        self.body.setStyleSheet("QSplitter::handle { background: transparent; }")
        self.body.addWidget(scroll)
        self.body.addWidget(self.right)
        self.body.setStretchFactor(0, 1)
        self.body.splitterMoved.connect(
            lambda *_: self.workspace.settings.put("compare.list", self.body.sizes()[1])
        )
        self.content = QWidget()
        whole = QVBoxLayout(self.content)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.controls)
        whole.addWidget(hairline())
        whole.addWidget(self.trouble)
        whole.addWidget(self.body, 1)
        self.stack = QStackedWidget()
        for widget in (self.blank, self.empty, self.content):
            self.stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)

    def _connect(self) -> None:
        controller = self.controller
        controller.choices_read.connect(self._choices_read)
        controller.studied.connect(self._studied)
        controller.failed.connect(self._failed)
        controller.busy.connect(self._busy)
        self.controls.asked.connect(lambda name, value: controller.ask(**{name: value}))
        self.controls.swap.connect(controller.swap)
        self.controls.more.connect(lambda: self.handing_out.offer(self.controls.more_button))
        self.notes.wanted.connect(self._left_out)
        self.notes.ground_wanted.connect(self._show_ground)
        self.plots.group_chosen.connect(self._group_chosen)
        self.listing.kind_wanted.connect(self.list_kind)
        self.listing.reset.connect(lambda: self.choose_group(None))
        self.listing.opened.connect(self.open_pair)
        self.listing.unpaired_opened.connect(self._open_unpaired)
        self.workspace.theme_changed.connect(self._retheme)

    def _show_ground(self) -> None:
        question = self.controller.question
        if question is None:
            return
        if question.suite:
            self.workspace.navigate("datasets", suite=question.suite)
        else:
            self.workspace.navigate("datasets", runs=(question.run_a, question.run_b))

    def _bind(self) -> None:
        actions, controller = self.workspace.actions, self.controller

        def bind(name: str, run: Any, enabled: Any = None, **how: Any) -> None:
            actions.bind(how.pop("widget", self), f"compare.{name}", run, enabled, **how)

        def asked() -> bool:
            return controller.question is not None and self.stack.currentWidget() is self.content

        def studied() -> bool:
            return controller.study is not None and asked()

        def paired() -> bool:
            return self.reading_pair

        def aligned() -> bool:
            return paired() and self.pair.traces.is_pair

        # Beside two traces these letters belong to what is read.
        content = self.content
        for name, picker in self.controls.pickers.items():
            bind(name, picker.open, asked, widget=content)
        bind("swap", controller.swap, asked, widget=content)
        bind("errors", self._toggle_errors, asked, widget=content)
        for kind in KINDS:
            bind(kind, partial(self.list_kind, kind), studied)
        bind("reset", lambda: self.choose_group(None), lambda: self._group is not None)
        bind(
            "open",
            self.open_pair,
            lambda: self.listing.current() is not None,
            widget=self.listing.table,
            focus=True,
        )
        bind("next", partial(self.step, 1))
        bind("previous", partial(self.step, -1))
        bind("next_differing", partial(self.step_differing, 1), paired)
        bind("previous_differing", partial(self.step_differing, -1), paired)
        bind("choose_beside", lambda: self.pair.choose_beside(), paired)
        bind("difference", lambda: self.pair.traces.next_difference(), aligned)
        bind("difference_back", lambda: self.pair.traces.next_difference(-1), aligned)
        bind("find", lambda: self.pair.traces.open_find(), paired)
        bind("back", self.back, lambda: paired() or self._group is not None, focus=True)
        self.handing_out.bind(self, studied)

    # what comes in

    def _choices_read(self) -> None:
        choices, question = self.controller.choices, self.controller.question
        if choices is None or question is None:
            self.stack.setCurrentWidget(self.empty)
        else:
            self.controls.show_runs(choices, question)
        self.status_changed.emit()

    def _studied(self) -> None:
        study = self.controller.study
        if study is None:
            return
        self.trouble.dismiss()
        self.body.show()
        self._words = Wording.of(study.comparison, study.rate)
        self.controls.show_study(study)
        self.figures.show_study(study, self._words)
        self.notes.show_study(study)
        self.outcomes.show_study(study)
        there = {(part.name, part.value) for part in study.comparison.slices}
        if self._group not in there:
            self._group = None
        self.plots.show_study(study, self._words)
        self.plots.choose(self._group)
        counts: dict[Kind, int] = {
            kind: len(self.controller.pairs(kind)) for kind in KINDS if kind != "left_out"
        }
        counts["left_out"] = len(study.comparison.unpaired)
        self.listing.show_counts(counts)
        self._list()
        if self.stack.currentWidget() in (self.blank, self.empty):
            self.stack.setCurrentWidget(self.content)
            self.listing.focus_list()
        self.status_changed.emit()

    def _failed(self, message: str, hint: str) -> None:
        self.stack.setCurrentWidget(self.content)
        self.body.hide()
        self.trouble.show_message(message, hint)
        self.status_changed.emit()

    def _busy(self, busy: bool) -> None:
        self.body.setEnabled(not busy)
        self.patience.setText(self.tr("Comparing …") if busy else "")
        self._was_slow = busy or self._was_slow
        if self._was_slow:
            self.workspace.say(self.tr("Comparing …") if busy else "")
        self._was_slow = busy

    def _list(self) -> None:
        study = self.controller.study
        if study is None:
            return
        if self._kind == "left_out":
            self.listing.show_unpaired(study.comparison.unpaired)
        else:
            pairs = self.controller.pairs(self._kind, self._group)
            group = self._group[1] if self._group is not None else ""
            self.listing.show_pairs(self._kind, pairs, self._words, group)
            if not study.comparison.pairs:
                self.listing.say_nothing_paired()

    def _group_chosen(self, group: Group | None) -> None:
        self.choose_group(group)
        self.listing.focus_list()

    def _left_out(self, reason: str) -> None:
        self.list_kind("left_out")
        items = self.listing.unpaired.items
        row = next((i for i, item in enumerate(items) if reason in item.reason), 0)
        self.listing.unpaired_table.select_row(row)

    def _open_unpaired(self, row: int) -> None:
        """Go to the trace that says why a scenario was left out."""
        question = self.controller.question
        if question is None or not 0 <= row < len(self.listing.unpaired.items):
            return
        item = self.listing.unpaired.items[row]
        about_b = item.side == "b"
        if item.reason.endswith((" in A", " in B")):
            # “infrastructure error in A” is to be seen in A, though B has the value.
            about_b = item.reason.endswith(" in B")
        run = question.run_b if about_b else question.run_a
        self.workspace.navigate("traces", trace=f"{run}/{item.scenario}")

    def _show_pair(self) -> None:
        pair = self.listing.current()
        study = self.controller.study
        if pair is None or study is None:
            return
        self.pair.show_pair(
            pair,
            study.comparison.metric,
            self._words,
            self.listing.table.currentIndex().row(),
            len(self.listing.model.pairs),
            self.listing.titles[self._kind],
        )

    def _toggle_errors(self) -> None:
        question = self.controller.question
        if question is not None:
            self.controller.ask(errors_as_failures=not question.errors_as_failures)

    def _retheme(self) -> None:
        tokens = self.workspace.tokens
        self.figures.retheme(tokens)
        self.notes.retheme(tokens)
        self.controls.retheme()
        self.plots.retheme()
        self.outcomes.bar.tokens = tokens
        self.outcomes.bar.update()
        self.listing.tiers.tokens = tokens
        self.listing.table.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list has its share, or what the person gave it."""
        super().resizeEvent(event)
        kept = self.workspace.settings.get("compare.list")
        wanted = kept if isinstance(kept, int) else max(384, min(452, int(self.width() * 0.33)))
        self.body.setSizes([max(self.width() - wanted, 1), wanted])
