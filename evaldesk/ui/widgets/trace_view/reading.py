"""What one view knows of the trace it shows besides its cards: steps, quotes, notes, timeline."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.reading import Note
from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step, steps_of
from evaldesk.services.reading.timeline import Timeline, timeline_of
from evaldesk.ui.widgets.trace_view import card_notes, jumps
from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas
from evaldesk.ui.widgets.trace_view.places import Span
from evaldesk.ui.widgets.trace_view.quoting import QuotePair, Quoting, mark_cards


class Reading(QObject):
    """Quotes, notes and jumps of one column of cards.

    Attributes:
        trace: what is shown; None for nothing.
        notes: what stands on it.

    Signals:
        quotes_found(): the quotes were found.
    """

    quotes_found = Signal()

    def __init__(self, canvas: TraceCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.trace: Trace | None = None
        self.notes: tuple[Note, ...] = ()
        self.person = ""
        self._steps: Sequence[Step] | None = None
        self._quote = -1
        self._in_document = False
        self._quoting = Quoting(self)
        self._quoting.found.connect(self._show_quotes)
        canvas.cards_shown.connect(self._cards_shown)

    def show(self, trace: Trace | None, steps: Sequence[Step] | None = None) -> None:
        """Another trace, whose cards are about to be shown."""
        self.trace = trace
        self.notes = ()
        self._steps = steps

    @property
    def steps(self) -> Sequence[Step]:
        """The steps of the trace."""
        if self._steps is None:
            self._steps = steps_of(self.trace) if self.trace is not None else ()
        return self._steps

    def timeline(self) -> Timeline:
        """When everything happened."""
        return timeline_of(self.trace.body, self.steps) if self.trace is not None else Timeline()

    # jumps

    def jump(self, what: jumps.Jump, step: int) -> tuple[int, int]:
        """Go to the next (1) or previous (-1) error, call, annotation or note, round the end.

        Returns:
            Which of how many it is, from 1; 0, 0 where there are none.
        """
        rows = jumps.places(self._canvas.cards, what)
        index = jumps.following(rows, self._canvas.current, step)
        if index < 0:
            return 0, 0
        self._canvas.set_current(rows[index])
        return index + 1, len(rows)

    def go_to_message(self, message: int, part: int = -1) -> bool:
        """Go to the card of a message; says whether there is one."""
        note = Note("", 0, "", "bookmark", message, part)
        row = card_notes.row_of(note, self._canvas.cards, self.steps)
        if row < 0:
            # A result has no card of its own: it stands with the call before it.
            rows = [
                row
                for row, card in enumerate(self._canvas.cards)
                if card is not None and 0 <= card.message <= message
            ]
            row = rows[-1] if rows else -1
        if row < 0:
            return False
        self._canvas.set_current(row)
        return True

    @property
    def message(self) -> int:
        """The message of the current card; -1 for none."""
        row = self._canvas.current
        card = self._canvas.cards[row] if row >= 0 else None
        return card.message if card is not None else -1

    # quotes

    @property
    def quotes(self) -> Sequence[QuotePair]:
        """What answer and documents share, in the order of the answer."""
        return self._quoting.pairs

    def next_quote(self, step: int) -> tuple[int, int]:
        """Go to the next or previous quote in the answer; which of how many."""
        count = len(self.quotes)
        if not count:
            return 0, 0
        if self._quote < 0:
            self._quote = 0 if step > 0 else count - 1
        else:
            self._quote = (self._quote + step) % count
        self._in_document = False
        self._come_to_quote()
        return self._quote + 1, count

    def cross_quote(self) -> bool:
        """From the answer to where the document says it, or back."""
        if not self.quotes:
            return False
        if self._quote < 0:
            self._quote = self._quote_at_cursor()
        self._in_document = not self._in_document
        self._come_to_quote()
        return True

    def _quote_at_cursor(self) -> int:
        """The quote that is selected or stands in the current card, else the first."""
        chosen = self._canvas.selected_spans()
        for index, pair in enumerate(self.quotes):
            for span in (pair.answer, pair.document):
                if any(
                    one[:2] == span[:2]
                    and one.start < span.start + span.length
                    and span.start < one.start + one.length
                    for one in chosen
                ):
                    self._in_document = span is pair.document
                    return index
        row = self._canvas.current
        for index, pair in enumerate(self.quotes):
            if pair.document.row == row:
                self._in_document = True
                return index
        return 0

    def _come_to_quote(self) -> None:
        pair = self.quotes[self._quote]
        self._mark()
        self._canvas.reveal_span(pair.document if self._in_document else pair.answer)

    def _show_quotes(self) -> None:
        mark_cards(self._canvas.cards, self.quotes, self.tr("1 quote"), self.tr("{count} quotes"))
        self._mark()
        self.quotes_found.emit()

    def _mark(self) -> None:
        spans: list[Span] = [span for pair in self.quotes for span in pair]
        current = tuple(self.quotes[self._quote]) if self._quote >= 0 else ()
        self._canvas.set_quoted(spans, current)

    # notes

    def show_notes(self, notes: Sequence[Note], person: str) -> None:
        """Show exactly these notes on the cards."""
        self.notes, self.person = tuple(notes), person
        changed = card_notes.put(self._canvas.cards, self.steps, self.notes, person)
        for row in changed:
            self._canvas.refold(row)

    def note_here(self, person: str, kind: str) -> Note | None:
        """The person's own bookmark or note at the current card; None for none."""
        place = self.place
        for note in self.notes:
            if note.author == person and note.kind == kind and (note.message, note.part) == place:
                return note
        return None

    @property
    def place(self) -> tuple[int, int]:
        """Message and part of the current card; -1, -1 for the trace as a whole."""
        row = self._canvas.current
        card = self._canvas.cards[row] if row >= 0 else None
        return card_notes.place_of(card, self.steps)

    def _cards_shown(self) -> None:
        """Other cards: look for quotes, say what others annotated, put the notes on again."""
        self._quote = -1
        self._in_document = False
        cards = self._canvas.cards
        self._quoting.look(cards)
        if self.trace is not None and any(
            card is not None and card.kind == "annotations" for card in cards
        ):
            self._say_annotated()
        if self.notes:
            self.show_notes(self.notes, self.person)

    def _say_annotated(self) -> None:
        assert self.trace is not None
        messages = {
            str(span.get("id")): span["message"]
            for span in self.trace.body.get("spans") or ()
            if "message" in span
        }
        targets: dict[int, int] = {}
        for said in self.trace.annotations:
            message = messages.get(said.target, -1) if said.target else -1
            if message >= 0:
                targets[message] = targets.get(message, 0) + 1
        card_notes.annotate(
            self._canvas.cards, targets, self.tr("1 annotation"), self.tr("{count} annotations")
        )
