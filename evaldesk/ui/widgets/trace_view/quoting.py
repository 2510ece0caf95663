"""Which stretches of the answer stand in the documents too, found beside the window."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QThreadPool, Signal

from evaldesk.services.labelling.quotes import Quote, quotes
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.places import Span

Cards = Sequence[Card | None]


class QuotePair(NamedTuple):
    """A stretch of the answer and the same one in a document."""

    answer: Span
    document: Span


def answer_place(cards: Cards) -> tuple[int, int] | None:
    """Row and section of the final answer; None where there is none."""
    for row in reversed(range(len(cards))):
        card = cards[row]
        if card is None or card.kind not in ("output", "assistant"):
            continue
        for index, section in enumerate(card.sections):
            if section.key in ("output", "text") and section.tone == "plain":
                return row, index
    return None


def document_places(cards: Cards) -> list[tuple[int, int]]:
    """Row and section of each document's text."""
    return [
        (row, index)
        for row, card in enumerate(cards)
        if card is not None and card.kind == "documents"
        for index, section in enumerate(card.sections)
        if section.key.startswith("document:") and section.within is None
    ]


class Quoting(QObject):
    """Finds the quotes of what is shown.

    Attributes:
        pairs: what was found, in the order of the answer.

    Signals:
        found(): ``pairs`` has changed.
    """

    found = Signal()
    _done = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pairs: list[QuotePair] = []
        self._turn = 0
        self._done.connect(self._keep)

    def look(self, cards: Cards) -> None:
        """Find the quotes of other cards; says so by ``found`` once it is done."""
        self._turn += 1
        if self.pairs:
            self.pairs = []
        documents = document_places(cards)
        answer = answer_place(cards) if documents else None
        if answer is None:
            return
        turn = self._turn
        said = _text(cards, answer)
        texts = [_text(cards, place) for place in documents]

        def run() -> None:
            pairs = [_pair(answer, documents[one.document], one) for one in quotes(said, texts)]
            try:
                self._done.emit(turn, pairs)
            except RuntimeError:  # the view is gone
                pass

        QThreadPool.globalInstance().start(run)

    def _keep(self, turn: int, pairs: list[QuotePair]) -> None:
        if turn == self._turn:
            self.pairs = pairs
            self.found.emit()


def _text(cards: Cards, place: tuple[int, int]) -> str:
    card = cards[place[0]]
    return card.sections[place[1]].text if card is not None else ""


def _pair(answer: tuple[int, int], document: tuple[int, int], quote: Quote) -> QuotePair:
    return QuotePair(
        Span(*answer, quote.start, quote.length),
        Span(*document, quote.there, quote.there_length),
    )


def mark_cards(cards: Cards, pairs: Sequence[QuotePair], said: str, many: str) -> None:
    """Say on each document, and on its card, how much of it is quoted.

    Args:
        said, many: ``1 quote`` and ``{count} quotes``.
    """
    counts: dict[tuple[int, int], int] = {}
    for pair in pairs:
        place = (pair.document.row, pair.document.section)
        counts[place] = counts.get(place, 0) + 1
    rows: dict[int, int] = {}
    for (row, index), count in counts.items():
        rows[row] = rows.get(row, 0) + count
        card = cards[row]
        if card is not None:
            card.sections[index].note = said if count == 1 else many.format(count=count)
    for row, count in rows.items():
        card = cards[row]
        if card is not None:
            text = said if count == 1 else many.format(count=count)
            card.chips = [chip for chip in card.chips if chip[1] != "ok"] + [(text, "ok")]
