"""A caret in a trace that is only read: moved by keys, to select text without the mouse."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QKeyEvent, QPainter

from evaldesk.domain.anchoring import joined
from evaldesk.ui.widgets.rich_text.chunks import chunk_at
from evaldesk.ui.widgets.rich_text.flow import Flow
from evaldesk.ui.widgets.trace_view.card import Card
from evaldesk.ui.widgets.trace_view.face import EDGE, PADDING
from evaldesk.ui.widgets.trace_view.places import Place, Span
from evaldesk.ui.widgets.trace_view.sections import FILES, Section

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas

_SENTENCE = re.compile(r"[.!?…。！？]+[\"'”’)\]]*\s+|\n+")
_WORD = re.compile(r"\w+|[^\w\s]+")
_STEP = 6.0
_FURTHEST = 4_000.0
_HIDDEN_AT_MOST = 400
_SHIFT, _CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
MOVES = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
)


class Caret(QObject):
    """Where the next key begins or ends a selection.

    Attributes:
        place: where it stands; None while it is not in use.
        other: asked about keys that do not move it; says whether it took one.

    Signals:
        moved(): it stands elsewhere. left(): it is not in use any more.
    """

    moved = Signal()
    left = Signal()

    def __init__(self, canvas: "TraceCanvas") -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.place: Place | None = None
        self.other: Callable[[QKeyEvent], bool] | None = None
        self._x: float | None = None  # that going up and down keeps to

    @property
    def active(self) -> bool:
        """Whether keys go to it."""
        return self.place is not None

    def begin(self) -> bool:
        """Stand at the end of the selection, else at the current card's first text in sight; says
        whether there is any text to stand in.
        """
        canvas = self._canvas
        ends = canvas.selection
        if ends is not None and self._section(ends[1]) is not None:
            self.place = ends[1]
        else:
            row = max(canvas.current, 0)
            card = canvas.cards[row] if row < len(canvas.cards) else None
            # Who came with the keys means this card; else the first that is open is meant.
            if card is not None and not card.open and canvas.hasFocus():
                canvas.toggle(row)
            place = self._first(row)
            if place is None:
                return False
            self.place = self._in_sight(place)
        self._x = None
        self._show()
        return True

    def end(self) -> None:
        """Give the keys back."""
        if self.place is not None:
            self.place = None
            self._canvas.viewport().update()
            self.left.emit()

    def wants(self, event: QKeyEvent) -> bool:
        """Whether a key is the caret's own, and no command of the screen."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            return event.key() in MOVES
        if modifiers & Qt.KeyboardModifier.AltModifier:
            return Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_4
        return True

    def press(self, event: QKeyEvent) -> bool:
        """Carry out a key; says whether it was one of the caret's."""
        if self.place is None:
            return False
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.end()
            return True
        if key in MOVES and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move(
                key,
                control=bool(event.modifiers() & _CONTROL),
                extend=bool(event.modifiers() & _SHIFT),
            )
            return True
        return self.other is not None and self.other(event)

    def move(self, key: Qt.Key, *, control: bool = False, extend: bool = False) -> None:
        """Go one step: by character or line, with Control by word or sentence. Home and End go to
        the ends of the line, with Control of the text.

        Args:
            extend: select what is passed over.
        """
        before = self.place
        if before is None:
            return
        forward = key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_End)
        across = key in (Qt.Key.Key_Up, Qt.Key.Key_Down)
        if key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            after = self._edge(before, forward, whole=control)
        elif across and control:
            after = self._sentence(before, forward)
        elif across:
            after = self._line(before, forward)
        elif control:
            after = self._word(before, forward)
        else:
            after = self._character(before, forward)
        if not across or control:
            self._x = None
        canvas = self._canvas
        if extend:
            anchor = canvas.anchor if canvas.selection is not None else before
            canvas.select(anchor, after)
        else:
            canvas.clear_selection()
        self.place = after
        self._show()

    def go(self, place: Place) -> None:
        """Stand elsewhere."""
        self.place, self._x = place, None
        self._show()

    def rect(self) -> QRectF | None:
        """Where it stands, in the coordinates of the viewport; None where that is not laid out."""
        place = self.place
        found = self.at(place) if place is not None else None
        return found.translated(self._canvas.origin) if found is not None else None

    def paint(self, painter: QPainter, colour: str) -> None:
        """Draw it."""
        box = self.rect()
        if box is not None:
            painter.fillRect(box.adjusted(-1, -1, 1, 1), QColor(colour))

    # steps

    def _character(self, place: Place, forward: bool) -> Place:
        section = self._section(place)
        if section is None:
            return place
        text, at = section.text, place.offset
        step = 1 if forward else -1
        for _ in range(_HIDDEN_AT_MOST):
            at += step
            if not 0 <= at <= len(text):
                return self._beyond(place, forward)
            # Marks of Markdown are not seen, so one does not stop among them.
            if not joined(text, at) and self._is_shown(place._replace(offset=at)):
                break
        return place._replace(offset=at)

    def _word(self, place: Place, forward: bool) -> Place:
        section = self._section(place)
        if section is None:
            return place
        text = section.text
        if forward:
            found = _WORD.search(text, place.offset)
            if found is None:
                return self._beyond(place, forward, place._replace(offset=len(text)))
            return place._replace(offset=found.end())
        begins = max(0, place.offset - 400)
        starts = [one.start() for one in _WORD.finditer(text, begins, place.offset)]
        if not starts:
            return self._beyond(place, forward, place._replace(offset=0))
        return place._replace(offset=starts[-1])

    def _sentence(self, place: Place, forward: bool) -> Place:
        section = self._section(place)
        if section is None:
            return place
        text = section.text
        if forward:
            found = _SENTENCE.search(text, place.offset)
            if found is not None and found.end() < len(text):
                return place._replace(offset=found.end())
            return self._beyond(place, forward, place._replace(offset=len(text)))
        starts = [0]
        begins = max(0, place.offset - 4000)
        starts += [
            one.end()
            for one in _SENTENCE.finditer(text, begins, place.offset)
            if one.end() < place.offset
        ]
        if place.offset == 0:
            return self._beyond(place, forward)
        return place._replace(offset=starts[-1])

    def _line(self, place: Place, forward: bool) -> Place:
        here = self.at(place)
        plan = self._canvas.plan
        if here is None:
            return place
        x = self._x = here.center().x() if self._x is None else self._x
        y = here.bottom() + 3 if forward else here.top() - 3
        travelled = 0.0
        while travelled < _FURTHEST and 0 <= y <= plan.total:
            plan.measure(y - 40, y + 40)
            found = plan.place_at(QPointF(x, y))
            if found is not None and found != place and self._section(found) is not None:
                moved = self.at(found)
                if moved is not None and abs(moved.center().y() - here.center().y()) > 4:
                    return found
            y += _STEP if forward else -_STEP
            travelled += _STEP
        return self._edge(place, forward, whole=True)

    def _edge(self, place: Place, forward: bool, *, whole: bool) -> Place:
        section = self._section(place)
        if section is None:
            return place
        if whole:
            return place._replace(offset=len(section.text) if forward else 0)
        found = self._flow(place)
        if found is None:
            return place
        flow = found[1]
        unit = flow.units(flow.shown.position_of(place.offset))
        line = flow.layout.lineForTextPosition(unit)
        box = QRectF(0, flow.y + line.y() + line.height() / 2, 0, 0)
        x = flow.x + (line.x() + line.width() + 40 if forward else line.x() - 40)
        return place._replace(offset=flow.source_at(x, box.y()))

    def _beyond(self, place: Place, forward: bool, edge: Place | None = None) -> Place:
        """Into the next or previous text; first to the edge of this one where one is not there."""
        if edge is not None and edge != place:
            return edge
        texts = list(self._texts())
        here = texts.index(place[:2]) if place[:2] in texts else -1
        there = here + (1 if forward else -1)
        if here < 0 or not 0 <= there < len(texts):
            return place
        row, index = texts[there]
        card = self._canvas.cards[row]
        assert card is not None
        return Place(row, index, 0 if forward else len(card.sections[index].text))

    # what there is to stand in

    def _texts(self) -> list[tuple[int, int]]:
        return [
            (row, index)
            for row, card in enumerate(self._canvas.cards)
            if card is not None and card.open
            for index, section in enumerate(card.sections)
            if self._readable(card, section)
        ]

    @staticmethod
    def _readable(card: Card, section: Section) -> bool:
        return card.open and section.in_sight and section.form not in FILES and not section.heavy

    def _section(self, place: Place) -> Section | None:
        card = self._canvas.cards[place.row] if place.row < len(self._canvas.cards) else None
        if card is None or place.section >= len(card.sections):
            return None
        section = card.sections[place.section]
        return section if self._readable(card, section) else None

    def _first(self, row: int) -> Place | None:
        texts = self._texts()
        found = next((text for text in texts if text[0] >= row), texts[-1] if texts else None)
        return Place(*found, 0) if found is not None else None

    def _in_sight(self, place: Place) -> Place:
        """The first of a long text that is seen, so that one need not come from its beginning."""
        here = self.at(place)
        canvas = self._canvas
        if here is None or here.bottom() + canvas.origin.y() >= 0:
            return place
        y = 20.0
        while y < canvas.viewport().height():
            found = canvas.place_at(QPointF(canvas.margin + EDGE + PADDING, y))
            if found is not None and found.row == place.row:
                return found
            y += _STEP
        return place

    # where places are

    def _flow(self, place: Place) -> tuple[float, Flow] | None:
        """The text that shows a place, and how far down its block begins."""
        plan = self._canvas.plan
        face = plan.face(place.row)
        card = self._canvas.cards[place.row]
        first = face.text_at.get(place.section) if face is not None else None
        if face is None or card is None or first is None:
            return None
        index = first + chunk_at(card.sections[place.section].chunks, place.offset)
        if index >= len(face.pieces) or face.pieces[index].kind != "text":
            return None
        best: Flow | None = None
        for flow in plan.laid(place.row, face.pieces[index]).flows:
            runs = flow.shown.runs
            if runs and (best is None or runs[0].source <= place.offset):
                best = flow
        if best is None:
            return None
        return plan.rows.top(place.row) + face.top(index), best

    def at(self, place: Place) -> QRectF | None:
        """Where a place is, in the coordinates of the column."""
        found = self._flow(place)
        if found is None:
            return None
        top, flow = found
        unit = flow.units(flow.shown.position_of(place.offset))
        line = flow.layout.lineForTextPosition(unit)
        if not line.isValid():
            return None
        where: object = line.cursorToX(unit)
        x = float(where[0] if isinstance(where, tuple) else where)  # type: ignore[arg-type]
        return QRectF(EDGE + PADDING + flow.x + x, top + flow.y + line.y(), 1.0, line.height())

    def _is_shown(self, place: Place) -> bool:
        found = self._flow(place)
        if found is None:
            return True
        return any(
            run.source <= place.offset <= run.source + run.source_length
            for run in found[1].shown.runs
        )

    def _show(self) -> None:
        canvas, place = self._canvas, self.place
        if place is None:
            return
        canvas.reveal_span(Span(place.row, place.section, place.offset, 0))
        section = self._section(place)
        if section is not None:
            text = section.text
            stop = text.find("\n", place.offset)
            said = canvas.selected_text() or text[place.offset : stop if stop >= 0 else None][:200]
            canvas.setAccessibleDescription(said)
            event = QAccessibleEvent(canvas, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)
        canvas.viewport().update()
        self.moved.emit()
