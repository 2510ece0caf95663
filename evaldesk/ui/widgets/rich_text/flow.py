"""Lines of text with a place, and what is laid out as one: text, boxes, bars and what can be
clicked.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)

from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.rich_text.chunks import character_at, runs_right_to_left, units_before
from evaldesk.ui.widgets.rich_text.fonts import TextStyle, TextStyles
from evaldesk.ui.widgets.rich_text.shown import Shown

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PICTURES = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {0x7F: 0x2421}
"""Characters that steer a terminal are shown by a sign, and not as nothing."""

Mark = tuple[int, int, QTextCharFormat]
"""A stretch of the source, from where to where, and how it looks."""


class Flow:
    """Text broken into lines, at a place.

    Attributes:
        shown: the text. x, y: where it stands in what it is part of.
        width: that it was given. height: of all lines.
        ink: token of its colour; empty for that of what it is part of.
    """

    __slots__ = ("_plain", "height", "ink", "layout", "shown", "width", "x", "y")

    def __init__(
        self,
        shown: Shown,
        style: TextStyle,
        width: float,
        styles: TextStyles | None = None,
        *,
        x: float = 0.0,
        y: float = 0.0,
        ink: str = "",
        align: str = "",
        rtl: bool | None = None,
        wrap: bool = True,
    ) -> None:
        self.shown = shown
        self.x, self.y = x, y
        self.width = width
        self.ink = ink
        text = shown.text
        self._plain = text.isascii()
        option = QTextOption()
        option.setWrapMode(
            QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
            if wrap
            else QTextOption.WrapMode.ManualWrap
        )
        option.setTabStopDistance(style.tab)
        if rtl is None:
            rtl = not self._plain and runs_right_to_left(text, 0, len(text))
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight
        )
        if align == "right" or (rtl and not align):
            option.setAlignment(Qt.AlignmentFlag.AlignRight)
        elif align == "center":
            option.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        if _CONTROLS.search(text):
            text = text.translate(_PICTURES)
        layout = QTextLayout(text.replace("\n", "\u2028"), style.font)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        if styles is not None and shown.styles:
            layout.setFormats(self._formats(styles, style))
        self.layout = layout
        self.height = _break(layout, style.pitch, max(width, 20.0))

    def units(self, position: int) -> int:
        """UTF-16 units before a shown character."""
        return position if self._plain else units_before(self.shown.text, position)

    def marks(self, marks: Iterable[Mark]) -> list[QTextLayout.FormatRange]:
        """Stretches of the source as this text shows them."""
        made = []
        low, high = self.extent
        for start, stop, style in marks:
            if stop <= low or start >= high:
                continue
            for first, last in self.shown.ranges(start, stop):
                mark = QTextLayout.FormatRange()
                mark.start = self.units(first)
                mark.length = self.units(last) - mark.start
                mark.format = style
                made.append(mark)
        return made

    def source_at(self, x: float, y: float) -> int:
        """The place in the source nearest to a point."""
        layout = self.layout
        found = None
        for number in range(layout.lineCount()):
            found = layout.lineAt(number)
            if y - self.y < found.y() + found.height():
                break
        if found is None:
            return self.shown.source_at(0)
        cursor = int(found.xToCursor(x - self.x))
        if not self._plain:
            cursor = character_at(self.shown.text, cursor)
        return self.shown.source_at(cursor)

    def y_of(self, source: int) -> float:
        """How far down a place of the source stands."""
        line = self.layout.lineForTextPosition(self.units(self.shown.position_of(source)))
        return self.y + (line.y() if line.isValid() else 0.0)

    @property
    def extent(self) -> tuple[int, int]:
        """Where what it shows begins and ends in the source."""
        runs = self.shown.runs
        return (runs[0].source, runs[-1].source + runs[-1].source_length) if runs else (0, 0)

    def boxes(self, start: int, stop: int) -> Iterator[QRectF]:
        """Where a stretch of the source stands, a box a line, in the coordinates of what the text
        is part of.
        """
        layout = self.layout
        for first, last in self.shown.ranges(start, stop):
            begin, end = self.units(first), self.units(last)
            number = layout.lineForTextPosition(begin).lineNumber()
            while 0 <= number < layout.lineCount():
                line = layout.lineAt(number)
                if line.textStart() >= end:
                    break
                left = _x(line.cursorToX(max(begin, line.textStart())))
                right = _x(line.cursorToX(min(end, line.textStart() + line.textLength())))
                yield QRectF(
                    self.x + min(left, right), self.y + line.y(), abs(right - left), line.height()
                )
                number += 1

    @property
    def natural_width(self) -> float:
        """Of its longest line."""
        return self.layout.maximumWidth()

    def _formats(self, styles: TextStyles, base: TextStyle) -> list[QTextLayout.FormatRange]:
        """Styles may lie within one another; each stretch between two edges has its own format."""
        spans = self.shown.styles
        made: list[QTextLayout.FormatRange] = []
        known, theme = styles.formats, styles.tokens.name
        if len(spans) == 1 or all(a[1] <= b[0] for a, b in pairwise(spans)):
            pieces: Iterable[tuple[int, int, tuple[str, ...]]] = (
                (start, stop, (name,)) for start, stop, name in spans
            )
        else:
            edges = sorted({edge for start, stop, _ in spans for edge in (start, stop)})
            pieces = (
                (first, last, tuple(n for start, stop, n in spans if start <= first < stop))
                for first, last in pairwise(edges)
            )
        for first, last, names in pieces:
            if not names:
                continue
            key = (theme, id(base), names)  # the fonts live as long as the styles
            style = known.get(key)
            if style is None:
                style = known[key] = _merged(styles, base, names)
            mark = QTextLayout.FormatRange()
            mark.start = self.units(first)
            mark.length = self.units(last) - mark.start
            mark.format = style
            made.append(mark)
        return made


def _merged(styles: TextStyles, base: TextStyle, names: tuple[str, ...]) -> QTextCharFormat:
    made = styles.format(names[0], base)
    for name in names[1:]:
        other = styles.format(name, base)
        font, more = made.font(), other.font()
        if name in ("code", "address"):
            font = more
        else:
            font.setItalic(font.italic() or more.italic())
            font.setWeight(QFont.Weight(max(font.weight(), more.weight())))
            font.setUnderline(font.underline() or more.underline())
            font.setStrikeOut(font.strikeOut() or more.strikeOut())
        made.merge(other)
        made.setFont(font)
    return made


def _break(layout: QTextLayout, pitch: float, width: float) -> float:
    """Break a text into lines; their height."""
    layout.beginLayout()
    y = 0.0
    while True:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        # Lines with glyphs of a taller fallback font (CJK, emoji) get the room they need.
        height = line.height()
        room = max(pitch, height)
        line.setPosition(QPointF(0.0, y + (room - height) / 2))
        y += room
    layout.endLayout()
    return y


class Shape(NamedTuple):
    """Something drawn behind the text.

    Attributes:
        kind: ``box``, ``bar``, ``line``, ``outline``, or ``text``.
        rect: where. token: of its colour. text, font: of a ``text``.
    """

    kind: str
    rect: QRectF
    token: str
    text: str = ""
    font: QFont | None = None


class Target(NamedTuple):
    """Something that can be clicked.

    Attributes:
        rect: where. action: ``fold``, ``save``. key: what of.
    """

    rect: QRectF
    action: str
    key: Any = None


@dataclass(slots=True)
class Laid:
    """What is laid out and drawn as one.

    Attributes:
        height: in pixels.
        flows: texts, from top to bottom; those of one table row stand beside one another.
        shapes: behind the texts. targets: what can be clicked.
        paint: draws what is neither, given a painter, its upper left corner and the theme.
    """

    height: float = 0.0
    flows: list[Flow] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    paint: Callable[[QPainter, QPointF, Tokens], None] | None = None
    _boxes: dict[tuple[int, int], list[QRectF]] = field(default_factory=dict)

    def boxes(self, start: int, stop: int) -> list[QRectF]:
        """Where a stretch of the source stands, a box a line; looked up once."""
        found = self._boxes.get((start, stop))
        if found is None:
            found = self._boxes[start, stop] = [
                box
                for flow in self.flows
                if flow.extent[0] < stop and flow.extent[1] > start
                for box in flow.boxes(start, stop)
            ]
        return found

    def draw(
        self,
        painter: QPainter,
        at: QPointF,
        sight: QRectF,
        tokens: Tokens,
        ink: str,
        marks: Sequence[Mark] = (),
        grounds: Sequence[tuple[int, int, QColor]] = (),
    ) -> None:
        """Draw what of it is in sight.

        Args:
            ink: token of the colour of what has none of its own.
            grounds: stretches of the source, from where to where, and the colour behind them. Far
                cheaper than a mark, for which the layout draws its text a second time.
        """
        top, bottom = sight.top() - at.y(), sight.bottom() - at.y()
        for shape in self.shapes:
            if shape.rect.bottom() >= top and shape.rect.top() <= bottom:
                _draw_shape(painter, shape, at, tokens)
        if self.paint is not None:
            self.paint(painter, at, tokens)
        for start, stop, colour in grounds:
            for box in self.boxes(start, stop):
                if box.bottom() >= top and box.top() <= bottom:
                    painter.fillRect(box.translated(at), colour)
        for flow in self.flows:
            if flow.y + flow.height < top:
                continue
            if flow.y > bottom:
                break
            painter.setPen(QColor(getattr(tokens, flow.ink or ink)))
            formats = flow.marks(marks) if marks else []
            flow.layout.draw(painter, at + QPointF(flow.x, flow.y), formats, sight)

    def source_at(self, x: float, y: float) -> int:
        """The place in the source nearest to a point."""
        best: Flow | None = None
        far = 0.0
        for flow in self.flows:
            down = max(flow.y - y, y - flow.y - flow.height, 0.0)
            across = max(flow.x - x, x - flow.x - flow.width, 0.0)
            distance = down * 1000 + across
            if best is None or distance < far:
                best, far = flow, distance
        return best.source_at(x, y) if best is not None else 0

    def y_of(self, source: int) -> float:
        """How far down a place of the source stands."""
        best: Flow | None = None
        for flow in self.flows:
            runs = flow.shown.runs
            if runs and runs[0].source <= source:
                best = flow
            elif runs and best is not None:
                break
        return best.y_of(source) if best is not None else 0.0

    def target_at(self, x: float, y: float) -> Target | None:
        """What a click at a point would act on."""
        point = QPointF(x, y)
        return next((target for target in self.targets if target.rect.contains(point)), None)


def _x(found: object) -> float:
    """PySide gives a place on a line together with the cursor that it was moved to."""
    return float(found[0]) if isinstance(found, tuple) else float(found)  # type: ignore[arg-type]


def _draw_shape(painter: QPainter, shape: Shape, at: QPointF, tokens: Tokens) -> None:
    rect = shape.rect.translated(at)
    colour = QColor(getattr(tokens, shape.token))
    if shape.kind == "text":
        if shape.font is not None:
            painter.setFont(shape.font)
        painter.setPen(colour)
        painter.drawText(
            rect, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, shape.text
        )
    elif shape.kind == "line":
        painter.setPen(QPen(colour, 1))
        painter.drawLine(QLineF(rect.topLeft(), rect.bottomRight()))
    elif shape.kind == "outline":
        painter.setPen(QPen(colour, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(rect)
    else:
        painter.fillRect(rect, colour)
