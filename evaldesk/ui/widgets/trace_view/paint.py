"""Draws the pieces of cards."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QTextCharFormat,
)

from evaldesk.ui.theme.contrast import mix
from evaldesk.ui.theme.measure import payload_px
from evaldesk.ui.theme.style import chip_size, paint_chip, paint_elided
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.rich_text.chunks import Chunk
from evaldesk.ui.widgets.rich_text.flow import Laid, Mark
from evaldesk.ui.widgets.rich_text.fonts import TextStyles
from evaldesk.ui.widgets.trace_view.cards import Card
from evaldesk.ui.widgets.trace_view.face import EDGE, Face, Piece
from evaldesk.ui.widgets.trace_view.figures import more, tr
from evaldesk.ui.widgets.trace_view.highlight_marks import Mark as LabelledMark
from evaldesk.ui.widgets.trace_view.highlight_marks import SectionMarks
from evaldesk.ui.widgets.trace_view.highlight_paint import paint_lines, tint, type_on, united
from evaldesk.ui.widgets.trace_view.places import Span
from evaldesk.ui.widgets.trace_view.sections import Section

_BEYOND = 24
"""A card that reaches out of sight is drawn this much further, so that its corners are not seen."""
_CORNER = 9
_DIMMED = 0.55
"""Of the ground and edge of a card that is the same on both sides; its type stays readable."""
_TITLE = 72
"""Of a title, so many pixels are seen before labels take the room."""


@dataclass(slots=True)
class Marks:
    """What is coloured within texts.

    Attributes:
        changed: (row, section) → stretches (start, length) that the other side has not.
        found: (row, section) → hits of the search. current: the hit that was come to.
        labelled: (row, section) → stretches with a label, in lanes.
        quoted: (row, section) → what answer and documents share. quote: the stretches, in both,
            that were come to.
        selected: (row, section) → the selection.
    """

    changed: Mapping[tuple[int, int], Sequence[tuple[int, int]]] = field(default_factory=dict)
    found: Mapping[tuple[int, int], Sequence[tuple[int, int]]] = field(default_factory=dict)
    current: Span | None = None
    labelled: Mapping[tuple[int, int], SectionMarks] = field(default_factory=dict)
    quoted: Mapping[tuple[int, int], Sequence[tuple[int, int]]] = field(default_factory=dict)
    quote: Sequence[Span] = ()
    selected: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)


class CardPainter:
    """Draws cards in the colours of a theme.

    Attributes:
        tokens: the theme. side: ``a`` to ``d`` or empty: whose colour the assistant has.
    """

    def __init__(self, tokens: Tokens, styles: TextStyles) -> None:
        self.tokens = tokens
        self.styles = styles
        self.side = ""

    def edge(self, card: Card) -> str:
        """Colour of the bar at the card's left; empty for none."""
        tokens = self.tokens
        if card.kind == "error" or any(kind == "bad" for _, kind in card.chips):
            return tokens.bad
        if card.kind == "tool":
            return tokens.tool
        if card.kind in ("assistant", "output"):
            return str(getattr(tokens, self.side)) if self.side else tokens.accent
        if card.kind in ("user", "system"):
            return tokens.muted
        return ""

    def frame(
        self,
        painter: QPainter,
        card: Card,
        box: QRectF,
        sight: QRectF,
        *,
        outline: str = "",
        dimmed: bool = False,
    ) -> None:
        """The card's ground, edge and hairline."""
        top = max(box.top(), sight.top() - _BEYOND)
        bottom = min(box.bottom(), sight.bottom() + _BEYOND)
        shape = QRect(round(box.left()), round(top), round(box.width()), round(bottom) - round(top))
        tokens = self.tokens
        pane, line, edge = tokens.pane, outline or tokens.line, self.edge(card)
        if dimmed:
            # Mixed beforehand: filling a large area with a transparent colour takes far longer.
            pane, line = mix(pane, tokens.bg, _DIMMED), mix(line, tokens.bg, _DIMMED)
            edge = edge and mix(edge, tokens.bg, _DIMMED)
        ratio = painter.device().devicePixelRatio()
        _draw_frame(painter, shape, _tile(pane, line, edge, ratio), ratio)
        inner = shape.adjusted(0, _CORNER, 0, -_CORNER)
        left = EDGE if edge else 1
        painter.fillRect(inner.adjusted(left, 0, -1, 0), QColor(pane))
        painter.fillRect(
            QRect(inner.left(), inner.top(), left, inner.height()), QColor(edge or line)
        )
        painter.fillRect(QRect(inner.right(), inner.top(), 1, inner.height()), QColor(line))
        for y, at_top in ((shape.top(), True), (shape.bottom() - _CORNER + 1, False)):
            strip = QRect(shape.left() + _CORNER, y, shape.width() - 2 * _CORNER, _CORNER)
            hairline = QRect(
                strip.left(), strip.top() if at_top else strip.bottom(), strip.width(), 1
            )
            painter.fillRect(strip.adjusted(0, int(at_top), 0, -int(not at_top)), QColor(pane))
            painter.fillRect(hairline, QColor(line))

    def piece(
        self,
        painter: QPainter,
        face: Face,
        piece: Piece,
        box: QRectF,
        chips: Sequence[tuple[str, str]] = (),
    ) -> None:
        """A piece that is not a text block; ``box`` is inside the card's padding."""
        card = face.card
        tokens = self.tokens
        whole = box.toRect()
        if piece.kind == "head":
            self._head(painter, card, whole, (*card.chips, *chips))
        elif piece.kind == "line":
            font = self.styles.payload.font if card.kind == "tool" else self.styles.prose.font
            paint_elided(painter, whole, card.summary, tokens.text, font)
        elif piece.kind == "summary":
            sign = "▾" if card.open else "▸"
            box_right = self._chips(painter, whole, (*card.chips, *chips))
            paint_elided(
                painter,
                whole.adjusted(0, 0, box_right - whole.right(), 0),
                f"{sign} {card.summary}",
                tokens.muted,
                self.styles.prose.font,
            )
        elif piece.kind in ("fold", "label"):
            section = card.sections[piece.section]
            sign = ("▾ " if section.open else "▸ ") if piece.kind == "fold" else ""
            font = self.styles.small
            if section.tone == "italic":
                font = QFont(font)
                font.setItalic(True)
            colour = tokens.bad if section.tone == "bad" else tokens.muted
            right = whole.right()
            if section.note:
                right = self._chips(painter, whole, ((section.note, "ok"),)) - 4
            room = whole.adjusted(0, 0, right - whole.right(), 0)
            paint_elided(painter, room, sign + section.title, colour, font)
        elif piece.kind == "wait":
            paint_elided(painter, whole, tr("Laying it out…"), tokens.muted, self.styles.small)
        elif piece.kind == "more":
            section = card.sections[piece.section]
            text = tr("Show only the beginning") if section.whole else more(section)
            paint_elided(painter, whole, text, tokens.accent, self.styles.small)

    def text(
        self,
        painter: QPainter,
        laid: Laid,
        section: Section,
        chunk: Chunk,
        at: QPointF,
        sight: QRectF,
        marks: Marks,
        key: tuple[int, int],
    ) -> None:
        """A block of text with what is marked in it."""
        tokens = self.tokens
        ground, strong = partial(_marked, tokens), partial(_strong, tokens)
        coloured: list[tuple[Sequence[tuple[int, int]], Callable[[], QTextCharFormat]]] = [
            (marks.quoted.get(key, ()), partial(_quoted, tokens)),
            (_within(marks.quote, key), ground),
            (marks.changed.get(key, ()), ground),
            (marks.found.get(key, ()), ground),
            (_within((marks.current,) if marks.current is not None else (), key), strong),
            ((marks.selected[key],) if key in marks.selected else (), strong),
        ]
        labelled: Sequence[LabelledMark] = ()
        if key in marks.labelled:
            labelled = marks.labelled[key].within(chunk.start, chunk.end)
        # The one in hand last, so that its ground is seen where others overlap it.
        grounds = [
            (max(mark.start, chunk.start), min(mark.stop, chunk.end), tint(tokens, mark))
            for mark in sorted(labelled, key=lambda mark: mark.current)
        ]
        found: list[Mark] = []
        if labelled:
            inside = (
                (max(mark.start, chunk.start), min(mark.stop, chunk.end)) for mark in labelled
            )
            found = [(*stretch, type_on(tokens)) for stretch in united(inside)]
        for stretches, look in coloured:
            if stretches:
                _mark(found, chunk, stretches, look())
        ink = {"muted": "muted", "italic": "muted", "bad": "bad"}.get(section.tone, "text")
        laid.draw(painter, at, sight, tokens, ink, found, grounds)
        if labelled:
            paint_lines(painter, laid, at, sight, tokens, labelled, (chunk.start, chunk.end))

    def margin(self, painter: QPainter, card: Card, box: QRectF) -> None:
        """The signs of a bookmark and of a note, left of the card."""
        painter.setFont(self.styles.strong.font)
        y = box.top() + 6
        for sign, there in (("★", card.bookmarked), ("✎", bool(card.notes))):
            if there:
                painter.setPen(QColor(self.tokens.warn))
                place = QRectF(box.left() - 16, y, 16, payload_px(18))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, sign)
                y += payload_px(18)

    def part(self, painter: QPainter, strip: QRectF) -> None:
        """The ground of the part that keys act on, over the width of its card."""
        inner = strip.adjusted(EDGE, 0, -1, 0)
        painter.fillRect(inner, QColor(self.tokens.accent_soft))
        painter.fillRect(
            QRectF(inner.left(), inner.top(), 3, inner.height()), QColor(self.tokens.accent)
        )

    def focus(self, painter: QPainter, box: QRectF, sight: QRectF, *, active: bool = True) -> None:
        """The ring round the current card; fainter while the keys go elsewhere."""
        top = max(box.top(), sight.top() - _BEYOND)
        bottom = min(box.bottom(), sight.bottom() + _BEYOND)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(self.tokens.accent if active else self.tokens.muted), 1.4))
        ring = QRectF(box.left(), top, box.width(), bottom - top).adjusted(0.7, 0.7, -0.7, -0.7)
        painter.drawRoundedRect(ring, 8, 8)
        painter.restore()

    def _head(
        self, painter: QPainter, card: Card, box: QRect, chips: Sequence[tuple[str, str]]
    ) -> None:
        tokens = self.tokens
        font = self.styles.payload_head if card.kind == "tool" else self.styles.head
        metrics = QFontMetrics(font)
        line = box.adjusted(0, 0, 0, -3)
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(tokens.bad if card.kind == "error" else tokens.muted))
        right = line.right()
        if card.corner:
            width = metrics.horizontalAdvance(card.corner) + 2
            painter.drawText(
                line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, card.corner
            )
            right -= width + 8
        title = card.title
        if card.foldable and card.open:
            title = f"{title} ▾"
        elif card.foldable:
            title = f"{title} ▸"
        room = right - line.left()
        least = min(_TITLE, metrics.horizontalAdvance(title))
        there = []
        for text, kind in chips:
            if room - _chip_room(text) < least:
                break  # a narrow card says the most important only, and leaves the title its room
            room -= _chip_room(text)
            there.append((text, kind))
        shown = metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        x = line.left() + metrics.horizontalAdvance(shown) + 8
        painter.restore()
        for text, kind in there:
            x = paint_chip(painter, tokens, x, line.center().y(), text, kind).right() + 6

    def _chips(self, painter: QPainter, box: QRect, chips: Sequence[tuple[str, str]]) -> int:
        right = box.right()
        for text, kind in reversed(chips):
            drawn = paint_chip(
                painter, self.tokens, right, box.center().y(), text, kind, from_right=True
            )
            right = drawn.left() - 6
        return right


@cache
def _tile(pane: str, line: str, edge: str, ratio: float) -> QPixmap:
    """A small card, for its corners. Smooth edges over the whole of a large card take ten times as
    long to draw as everything else.
    """
    size = 3 * _CORNER
    tile = QPixmap(round(size * ratio), round(size * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outer = QPainterPath()
    outer.addRoundedRect(QRectF(0, 0, size, size), 8, 8)
    path = QPainterPath()
    path.addRoundedRect(QRectF(0.5, 0.5, size - 1, size - 1), 7.5, 7.5)
    painter.fillPath(path, QColor(pane))
    painter.setPen(QPen(QColor(line), 1))
    painter.drawPath(path)
    if edge:
        rest = QPainterPath()
        rest.addRect(QRectF(EDGE, -1, size, size + 2))
        painter.fillPath(outer.subtracted(rest), QColor(edge))
    painter.end()
    return tile


def _draw_frame(painter: QPainter, shape: QRect, tile: QPixmap, ratio: float) -> None:
    far = 2 * _CORNER
    for x, from_x in ((shape.left(), 0), (shape.right() - _CORNER + 1, far)):
        for y, from_y in ((shape.top(), 0), (shape.bottom() - _CORNER + 1, far)):
            painter.drawPixmap(
                QRectF(x, y, _CORNER, _CORNER),
                tile,
                QRectF(from_x * ratio, from_y * ratio, _CORNER * ratio, _CORNER * ratio),
            )


def _chip_room(text: str) -> int:
    return chip_size(text).width() + 8


def _ground(colour: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setBackground(QColor(colour))
    return made


def _marked(tokens: Tokens) -> QTextCharFormat:
    """Syntax gives way to type that can be read on this ground."""
    made = _ground(tokens.mark)
    made.setForeground(QColor(tokens.text))
    return made


def _quoted(tokens: Tokens) -> QTextCharFormat:
    made = _ground(tokens.ok_soft)
    made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
    made.setUnderlineColor(QColor(tokens.ok))
    return made


def _strong(tokens: Tokens) -> QTextCharFormat:
    made = _ground(tokens.accent)
    made.setForeground(QColor(tokens.on_accent))
    return made


def _within(spans: Sequence[Span], key: tuple[int, int]) -> list[tuple[int, int]]:
    return [(span.start, span.length) for span in spans if span[:2] == key]


def _mark(
    marks: list[Mark],
    chunk: Chunk,
    stretches: Sequence[tuple[int, int]],
    style: QTextCharFormat,
) -> None:
    """Add the stretches, in reading order, that lie in a block."""
    start, end = chunk.start, chunk.end
    at = 0
    if len(stretches) > 32:  # hits of a search in a long text
        at = max(0, bisect_left(stretches, (start, 0)) - 1)
    for place in range(at, len(stretches)):
        first, length = stretches[place]
        if first >= end:
            break
        if first + length > start:
            marks.append((max(first, start), min(first + length, end), style))
