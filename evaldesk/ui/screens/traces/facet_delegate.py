"""How the lines of the facet column are drawn."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from evaldesk.ui.screens.traces.facet_model import ENTRY, FacetEntry, State
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.theme.style import paint_elided
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.trace_view import figures

Index = QModelIndex | QPersistentModelIndex

_HEADING, _LINE = 30, 24
_LEFT, _RIGHT, _TEXT = 14, 12, 21


class FacetDelegate(QStyledItemDelegate):
    """A heading that folds, or a value with its tick and count."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens = tokens

    @property
    def _font(self) -> QFont:
        return sans()

    @property
    def _small(self) -> QFont:
        return sans("small")

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Headings are a little higher."""
        entry: FacetEntry | None = index.data(ENTRY)
        heading = entry is not None and entry.kind == "heading"
        return QSize(120, row_px(_HEADING if heading else _LINE))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a line."""
        tokens = self.tokens
        entry: FacetEntry | None = index.data(ENTRY)
        if entry is None:
            return
        box: QRect = option.rect
        state = option.state
        # The current line shows only while the keys go there.
        focused = self._has_keys(option) and bool(state & QStyle.StateFlag.State_Selected)
        if focused or state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.accent_soft if focused else tokens.soft))
        inner = box.adjusted(_LEFT, 0, -_RIGHT, 0)
        if entry.kind == "heading":
            top = inner.adjusted(0, 6, 0, 0)
            self._arrow(painter, QPoint(top.left() + 4, top.center().y() + 1), entry.folded)
            paint_elided(
                painter,
                top.adjusted(15, 0, 0, 0),
                entry.title,
                tokens.muted,
                sans("small", bold=True),
            )
            return
        text = inner.adjusted(_TEXT, 0, 0, 0)
        if entry.kind != "value":
            paint_elided(painter, text, entry.title, tokens.accent, self._small)
            return
        self._box(painter, QRect(inner.left(), box.center().y() - 6, 13, 13), entry.state)
        count = figures.count(entry.count) if entry.count >= 0 else ""
        width = QFontMetrics(self._small).horizontalAdvance(count) + 8
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_elided(painter, inner, count, tokens.muted, self._small, right)
        faint = entry.state == "excluded" or not entry.count
        words = text.adjusted(0, 0, -width, 0)
        colour = tokens.muted if faint else tokens.text
        paint_elided(painter, words, entry.title, colour, self._font)
        if entry.state == "excluded":
            long = min(QFontMetrics(self._font).horizontalAdvance(entry.title), words.width())
            painter.save()
            painter.setPen(QPen(QColor(tokens.muted), 1))
            y = box.center().y() + 1
            painter.drawLine(words.left(), y, words.left() + long, y)
            painter.restore()

    @staticmethod
    def _has_keys(option: QStyleOptionViewItem) -> bool:
        return bool(option.widget.hasFocus())

    def _arrow(self, painter: QPainter, at: QPoint, folded: bool) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self.tokens.muted), 1.4)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        x, y = at.x(), at.y()
        if folded:
            painter.drawPolyline([QPoint(x - 2, y - 3), QPoint(x + 1, y), QPoint(x - 2, y + 3)])
        else:
            painter.drawPolyline([QPoint(x - 3, y - 1), QPoint(x, y + 2), QPoint(x + 3, y - 1)])
        painter.restore()

    def _box(self, painter: QPainter, box: QRect, state: State) -> None:
        tokens = self.tokens
        ink = {"ticked": tokens.accent, "excluded": tokens.bad}.get(state, tokens.muted)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(ink), 1))
        painter.setBrush(QColor(ink if state == "ticked" else tokens.pane))
        painter.drawRoundedRect(box, 3, 3)
        if state:
            pen = QPen(QColor(tokens.on_accent if state == "ticked" else ink), 1.8)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            x, y = box.left(), box.top()
            if state == "ticked":
                points = [QPoint(x + 3, y + 7), QPoint(x + 6, y + 10), QPoint(x + 10, y + 4)]
                painter.drawPolyline(points)
            else:
                painter.drawLine(x + 4, y + 6, x + 9, y + 6)
        painter.restore()
