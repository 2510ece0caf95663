"""One trace, with its figures above it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step, steps_of
from evaldesk.services.reading.trace_markdown import (
    message_json,
    step_markdown,
    trace_json,
    trace_markdown,
)
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.rich_text.json_folds import JsonFolds
from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas
from evaldesk.ui.widgets.trace_view.cards import Card, cards_of
from evaldesk.ui.widgets.trace_view.head import TraceHead
from evaldesk.ui.widgets.trace_view.menu import popup
from evaldesk.ui.widgets.trace_view.places import MessageSpan, Span, as_markdown
from evaldesk.ui.widgets.trace_view.reading import Reading
from evaldesk.ui.widgets.trace_view.search import hits

if TYPE_CHECKING:
    from evaldesk.ui.widgets.timeline import Waterfall


class TraceView(QWidget):
    """Shows one `Trace`, for reading.

    Attributes:
        trace: what is shown; None for nothing.
        canvas: the scrolling column of cards.
        head: the strip above it.
        reading: quotes, notes and jumps.
        timeline: between them, once it was asked for.
        hide_systems, hide_scores: what a copy leaves out.

    Signals:
        span_changed: another stretch of text is selected, or none.
        find_wanted: the person wants to look for something.
        save_wanted(part): the person wants to save an image, sound or file.
        note_wanted(kind): the person wants to set a ``bookmark`` or write a ``note``.
    """

    span_changed = Signal()
    find_wanted = Signal()
    save_wanted = Signal(object)
    note_wanted = Signal(str)

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trace: Trace | None = None
        self.head = TraceHead(tokens)
        self.canvas = TraceCanvas(tokens)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.reading = Reading(self.canvas)
        self.timeline: Waterfall | None = None
        self._timed = False
        self.hide_systems = False
        self.hide_scores = False
        self._tokens = tokens
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self.canvas)
        layout.addWidget(self.head)
        layout.addWidget(self._splitter, 1)
        self.setFocusProxy(self.canvas)
        self._hits: list[Span] = []
        self._hit = -1
        self.canvas.context_menu_wanted.connect(lambda row, at: popup(self, row, at))
        self.canvas.selection_changed.connect(self.span_changed)
        self.canvas.file_wanted.connect(self._save_file)

    def show_trace(
        self,
        trace: Trace,
        side: str = "",
        *,
        alias: str = "",
        hide_systems: bool = False,
        hide_scores: bool = False,
    ) -> None:
        """Show a trace from its beginning.

        Args:
            side: ``a`` or ``b`` for that colour; empty for the accent.
            alias: what its system is called while raters may not know it.
        """
        steps = steps_of(trace)
        cards = cards_of(trace, steps, hide_scores=hide_scores, hide_systems=hide_systems)
        self.hide_systems, self.hide_scores = hide_systems, hide_scores
        self.show_head(
            trace, steps, side, alias=alias, hide_systems=hide_systems, hide_scores=hide_scores
        )
        self.canvas.show_cards(cards, side=side)
        self._again()
        if self.timeline is not None and self.timeline.isVisibleTo(self):
            self._fill_timeline()

    def show_head(
        self,
        trace: Trace,
        steps: Sequence[Step],
        side: str = "",
        *,
        alias: str = "",
        hide_systems: bool = False,
        hide_scores: bool = False,
    ) -> None:
        """Only the strip of figures; a pair lays out its cards itself."""
        self.trace = trace
        self.reading.show(trace, steps)
        self.head.setVisible(True)
        self.head.show_trace(
            trace,
            steps,
            side=side,
            alias=alias,
            hide_systems=hide_systems,
            hide_scores=hide_scores,
        )

    def show_column_head(
        self, trace: Trace, side: str, title: str, chips: Sequence[tuple[str, str]]
    ) -> None:
        """Only the strip of a column; what stands side by side lays out its cards itself."""
        self.trace = trace
        self.reading.show(trace)
        self.head.setVisible(True)
        self.head.show_chips(title, chips, side)

    def clear(self) -> None:
        """Show nothing."""
        self.trace = None
        self.reading.show(None)
        self._hits, self._hit = [], -1
        self.head.clear()
        self.canvas.show_cards(())

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._tokens = tokens
        self.head.set_tokens(tokens)
        self.canvas.set_tokens(tokens)
        if self.timeline is not None:
            self.timeline.set_tokens(tokens)

    @property
    def current_card(self) -> Card | None:
        """The card that keys act on."""
        return self._current_card()

    @property
    def current_step(self) -> int:
        """Index of the current card's step; -1 for a card that is no step, or none."""
        card = self._current_card()
        return card.step if card is not None else -1

    # finding

    def find(self, text: str) -> int:  # type: ignore[override]
        """Mark a text wherever it occurs and go to the first hit at or below what is in sight.

        Returns:
            How many hits there are.
        """
        self._hits = hits(self.canvas.cards, text)
        self._hit = -1
        if self._hits:
            row = max(self.canvas.current, 0)
            first = next((i for i, hit in enumerate(self._hits) if hit.row >= row), 0)
            self.go_to_hit(first)
        else:
            self.canvas.set_found((), None)
        return len(self._hits)

    @property
    def hits(self) -> Sequence[Span]:
        """Where the text that was looked for occurs."""
        return self._hits

    @property
    def hit(self) -> int:
        """Index of the hit that was come to; -1 for none."""
        return self._hit

    def next_hit(self, step: int = 1) -> int:
        """Go to the next (1) or previous (-1) hit, round the end; the index, -1 for none."""
        if self._hits:
            self.go_to_hit((self._hit + step) % len(self._hits))
        return self._hit

    def go_to_hit(self, index: int) -> None:
        """Go to a hit, opening what hides it; -1 leaves all hits marked and none current."""
        self._hit = index
        current = self._hits[index] if index >= 0 else None
        self.canvas.set_found(self._hits, current)
        if current is not None:
            self.canvas.reveal_span(current)

    # spans

    def selected_span(self) -> MessageSpan | None:
        """What is selected within one message's text; None where nothing is, or more than one."""
        spans = self.canvas.selected_spans()
        if len(spans) != 1:
            return None
        span = spans[0]
        card = self.canvas.cards[span.row]
        if card is None or card.message < 0:
            return None
        section = card.sections[span.section]
        text = section.text[span.start : span.start + span.length]
        return MessageSpan(card.message, section.key, span.start, span.length, text)

    # the timeline

    def show_timeline(self, show: bool = True) -> bool:
        """Show or hide when everything happened; says whether there is anything to show."""
        if not show:
            self._timed = False
            if self.timeline is not None:
                self.timeline.hide()
            return True
        if self.timeline is None:
            from evaldesk.ui.widgets.timeline import Waterfall

            self.timeline = Waterfall(self._tokens)
            self.timeline.message_wanted.connect(self.reading.go_to_message)
            self.timeline.left.connect(self.canvas.setFocus)
            self.canvas.current_changed.connect(self._follow_timeline)
            self._splitter.insertWidget(0, self.timeline)
            self._splitter.setStretchFactor(1, 1)
        self._fill_timeline()
        return bool(self.timeline.timeline.rows)

    def _fill_timeline(self) -> None:
        assert self.timeline is not None
        self.timeline.show_timeline(self.reading.timeline(), hide_systems=self.hide_systems)
        shown = bool(self.timeline.timeline.rows)
        new = shown and not self._timed
        self._timed = shown
        self.timeline.setVisible(shown)
        if new:  # else it keeps the height that it was given
            height = min(self.timeline.sizeHint().height(), int(self.height() * 0.42))
            self._splitter.setSizes([height, max(100, self._splitter.height() - height)])
        if shown:
            self._follow_timeline()

    def _follow_timeline(self) -> None:
        """The row of the current message, unless the person moves in the timeline itself."""
        line = self.timeline
        if line is not None and line.isVisible() and not line.hasFocus():
            line.go_to_message(self.reading.message)

    # copying

    def copy(self) -> str:
        """Copy the selection, or the current message where nothing is selected; what it was."""
        text = self.canvas.selected_text()
        card = self._current_card()
        if not text and card is not None:
            text = "\n\n".join(section.text for section in card.sections)
        return _copied(text)

    def copy_markdown(self) -> str:
        """Copy the current step as Markdown; what it was."""
        card = self._current_card()
        step = self.current_step
        if card is None or not 0 <= step < len(self.reading.steps):
            return _copied(as_markdown(card) if card is not None else "")
        said = step_markdown(self.reading.steps[step], hide_systems=self.hide_systems)
        return _copied(said + "\n")

    def copy_trace(self) -> str:
        """Copy the whole trace as Markdown; what it was."""
        if self.trace is None:
            return ""
        return _copied(
            trace_markdown(self.trace, hide_systems=self.hide_systems, hide_scores=self.hide_scores)
        )

    def copy_json(self) -> str:
        """Copy the current message as JSON; what it was."""
        message = self.reading.message
        if self.trace is None or message < 0:
            return ""
        return _copied(message_json(self.trace, message, hide_systems=self.hide_systems))

    def copy_trace_json(self) -> str:
        """Copy the whole trace as JSON; what it was."""
        if self.trace is None:
            return ""
        return _copied(
            trace_json(self.trace, hide_systems=self.hide_systems, hide_scores=self.hide_scores)
        )

    def copy_value(self) -> str:
        """Copy the value of the JSON line in hand; what it was."""
        folds, line = self.json_line()
        return _copied(folds.value(line)) if folds is not None else ""

    def copy_path(self) -> str:
        """Copy the path of the JSON line in hand; what it was."""
        folds, line = self.json_line()
        return _copied(folds.path(line)) if folds is not None else ""

    def json_line(self) -> tuple[JsonFolds | None, int]:
        """The line of JSON that keys act on; None for none."""
        card, part = self._current_card(), self.canvas.part
        if card is None or part is None or part.kind != "line":
            return None, 0
        return card.sections[part.section].folds, part.line

    def set_rendered(self, rendered: bool) -> None:
        """Show Markdown and JSON as such, or as they came."""
        self.canvas.set_rendered(rendered)
        self._again()

    def toggle_all(self) -> None:
        """Open everything, or close it where all is open."""
        self.canvas.open_all(self.canvas.any_folded())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copy and expand; the canvas has had the keys that move."""
        plain = not event.modifiers()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.canvas.select_all()
        elif event.key() == Qt.Key.Key_C and event.modifiers() == (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            self.copy_markdown()
        elif plain and event.key() == Qt.Key.Key_E:
            self.toggle_all()
        elif plain and event.key() == Qt.Key.Key_Slash:
            self.find_wanted.emit()
        elif plain and event.key() == Qt.Key.Key_Escape and self.canvas.selection is not None:
            self.canvas.clear_selection()
        else:
            event.ignore()

    def _again(self) -> None:
        """Other cards: nothing is found in them yet."""
        self._hits, self._hit = [], -1
        self.canvas.set_found((), None)

    def _current_card(self) -> Card | None:
        row = self.canvas.current
        return self.canvas.cards[row] if 0 <= row < len(self.canvas.cards) else None

    def _save_file(self, row: int, section: int) -> None:
        card = self.canvas.cards[row]
        if card is not None and card.sections[section].data is not None:
            self.save_wanted.emit(card.sections[section].data)


def _copied(text: str) -> str:
    if text:
        QGuiApplication.clipboard().setText(text)
    return text
