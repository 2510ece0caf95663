"""What the mouse does in a column of cards: select, fold, say by the cursor what a click would do.

A canvas hands its mouse events on to here and carries out what comes of them.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from evaldesk.ui.widgets.trace_view.folding import Part
from evaldesk.ui.widgets.trace_view.places import word_around
from evaldesk.ui.widgets.trace_view.plan import Hit

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.canvas import TraceCanvas

_SCROLL_EVERY_MS = 40


class CanvasMouse(QObject):
    """The mouse over one canvas."""

    def __init__(self, canvas: "TraceCanvas") -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._dragging = False
        self._beyond_edge = QTimer(self)
        self._beyond_edge.setInterval(_SCROLL_EVERY_MS)
        self._beyond_edge.timeout.connect(self._scroll_on)

    def press(self, event: QMouseEvent) -> None:
        """Begin to select, or fold."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        canvas = self._canvas
        hit = self._hit(event.position())
        if hit.piece is None:
            canvas.clear_selection()
            return
        canvas.set_current(hit.row, reveal=False)
        if hit.piece.kind == "more":
            canvas.toggle_part(hit.row, Part(hit.piece.section, "more"))
            return
        if hit.piece.kind != "text":
            if self._folds(hit):
                canvas.toggle(hit.row, hit.piece.section if hit.piece.kind == "fold" else -1)
            return
        target = canvas.plan.target_at(event.position() - canvas.origin)
        if target is not None:
            kind = "line" if target[1].action == "fold" else "file"
            part = Part(hit.piece.section, kind, target[1].key or 0)
            canvas.set_part(part)
            canvas.act_on(hit.row, part)
            return
        place = canvas.place_at(event.position())
        extends = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        anchor = canvas.anchor if extends else None
        canvas.select(anchor if anchor is not None else place, place)
        self._dragging = True

    def move(self, event: QMouseEvent) -> None:
        """Select on, or say by the cursor what a click would do."""
        point = event.position()
        if not self._dragging:
            self._show_cursor(point)
            return
        self._select_to(point)
        if 0 <= point.y() <= self._canvas.viewport().height():
            self._beyond_edge.stop()
        elif not self._beyond_edge.isActive():
            self._beyond_edge.start()

    def point_out(self, point: QPointF) -> None:
        """Make the line of JSON under a point the part that keys act on."""
        canvas = self._canvas
        place = canvas.place_at(point)
        card = canvas.cards[place.row] if place is not None else None
        if place is None or card is None:
            return
        section = card.sections[place.section]
        if section.as_tree and section.folds is not None:
            canvas.set_part(Part(place.section, "line", section.folds.line_at(place.offset)))

    def release(self) -> None:
        """The selection stands."""
        self._dragging = False
        self._beyond_edge.stop()

    def double_click(self, event: QMouseEvent) -> None:
        """Select the word."""
        place = self._canvas.place_at(event.position())
        if place is None:
            self.press(event)
            return
        card = self._canvas.cards[place.row]
        assert card is not None
        start, end = word_around(card.sections[place.section].text, place.offset)
        self._canvas.select(place._replace(offset=start), place._replace(offset=end))

    def _hit(self, point: QPointF) -> Hit:
        return self._canvas.plan.hit(point - self._canvas.origin)

    def _folds(self, hit: Hit) -> bool:
        """Whether a click there opens or closes something."""
        card = self._canvas.cards[hit.row]
        if hit.piece is None or card is None or hit.piece.kind in ("text", "label"):
            return False
        return hit.piece.kind in ("fold", "more") or card.foldable

    def _select_to(self, point: QPointF) -> None:
        place = self._canvas.place_at(point, nearest=True)
        if place is not None:
            self._canvas.select(self._canvas.anchor, place)

    def _scroll_on(self) -> None:
        """Dragged beyond the edge: the further, the faster."""
        viewport = self._canvas.viewport()
        point = QPointF(viewport.mapFromGlobal(self._canvas.cursor().pos()))
        bar = self._canvas.verticalScrollBar()
        beyond = point.y() if point.y() < 0 else point.y() - viewport.height()
        bar.setValue(bar.value() + int(beyond))
        self._select_to(point)

    def _show_cursor(self, point: QPointF) -> None:
        hit = self._hit(point)
        shape = Qt.CursorShape.ArrowCursor
        if hit.piece is not None and hit.piece.kind == "text":
            shape = Qt.CursorShape.IBeamCursor
            if self._canvas.plan.target_at(point - self._canvas.origin) is not None:
                shape = Qt.CursorShape.PointingHandCursor
        elif self._folds(hit):
            shape = Qt.CursorShape.PointingHandCursor
        self._canvas.viewport().setCursor(shape)
