"""How the lists of the Traces screen are drawn."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from evaldesk.domain.trace import TraceRow
from evaldesk.ui.screens.traces.models import CHIPS, MUTED, ROW, SIDE, SNIPPET
from evaldesk.ui.screens.traces.search_words import marks
from evaldesk.ui.theme.apply import sans
from evaldesk.ui.theme.measure import px, row_px
from evaldesk.ui.theme.style import chip_size, paint_chip, paint_elided, paint_rule
from evaldesk.ui.theme.tokens import Tokens

Index = QModelIndex | QPersistentModelIndex

TITLE_COLUMN = "title"
_BEFORE_HIT = 12
"""Characters that are left before a hit where there is little room."""


class TraceDelegate(QStyledItemDelegate):
    """A cell of the list: text, or chips. While words are looked for the title has a second line
    with where they were found.

    Attributes:
        words: what is looked for; empty for nothing.
    """

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens = tokens
        self.words: tuple[str, ...] = ()

    @property
    def _font(self) -> QFont:
        return sans()

    @property
    def _small(self) -> QFont:
        return sans("small")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a cell."""
        tokens = self.tokens
        box = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        ground = tokens.accent_soft if selected else tokens.soft if hovered else tokens.pane
        painter.fillRect(box, QColor(ground))
        if selected and index.column() == self._first_column(option):
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(tokens.accent))
        paint_rule(painter, tokens, box.left(), box.right(), box.bottom())
        inner = box.adjusted(10, 0, -10, -1)
        if index.column() == self._first_column(option):
            side = index.data(SIDE)
            if side:
                drawn = paint_chip(
                    painter, tokens, inner.left() - 4, box.center().y() + 1, side, side.lower()
                )
                inner.setLeft(drawn.right() + 6)
        chips = index.data(CHIPS)
        if chips:
            right = int(index.data(Qt.ItemDataRole.TextAlignmentRole) or 0) & 0x2
            self._chips(painter, inner, chips, from_right=bool(right))
            return
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        muted = bool(index.data(MUTED))
        alignment = Qt.AlignmentFlag(int(index.data(Qt.ItemDataRole.TextAlignmentRole) or 0x81))
        snippet = index.data(SNIPPET) if self.words and self._is_title(index) else ""
        if snippet:
            half = inner.height() // 2
            upper = QRect(inner.left(), inner.top() + 2, inner.width(), half - 1)
            paint_elided(painter, upper, text, tokens.text, self._font, alignment)
            lower = QRect(inner.left(), inner.top() + half, inner.width(), half - 2)
            self._snippet(painter, lower, snippet, ground)
            return
        colour = tokens.muted if muted else tokens.text
        paint_elided(painter, inner, text, colour, self._font, alignment)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """For fitting a column to what is in sight."""
        chips = index.data(CHIPS)
        if chips:
            return QSize(sum(chip_size(text).width() + 4 for text, _ in chips) + 16, row_px(28))
        text = str(index.data(Qt.ItemDataRole.DisplayRole) or "")
        return QSize(
            min(QFontMetrics(self._font).horizontalAdvance(text) + 18, px(480)), row_px(28)
        )

    def _chips(
        self,
        painter: QPainter,
        box: QRect,
        chips: tuple[tuple[str, str], ...],
        *,
        from_right: bool = False,
    ) -> None:
        painter.save()
        painter.setClipRect(box)
        x = box.right() if from_right else box.left()
        middle = box.center().y() + 1
        for text, kind in reversed(chips) if from_right else chips:
            drawn = paint_chip(painter, self.tokens, x, middle, text, kind, from_right=from_right)
            x = drawn.left() - 5 if from_right else drawn.right() + 5
        painter.restore()

    def _snippet(self, painter: QPainter, box: QRect, text: str, ground: str) -> None:
        """The surroundings of a hit with the hits marked."""
        metrics = QFontMetrics(self._small)
        first = next(iter(marks(text, self.words)), None)
        if first is not None and metrics.horizontalAdvance(text[: first[1]]) > box.width() - 20:
            text = "…" + text[max(0, first[0] - _BEFORE_HIT) :]
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        for start, end in marks(shown, self.words):
            left = box.left() + metrics.horizontalAdvance(shown[:start])
            width = metrics.horizontalAdvance(shown[start:end])
            painter.fillRect(
                QRect(left, box.top() + 1, width, box.height() - 2), QColor(self.tokens.mark)
            )
        # Muted type could not be read on the ground of a hit in the dark.
        paint_elided(painter, box, shown, self.tokens.text, self._small)

    @staticmethod
    def _is_title(index: Index) -> bool:
        model = index.model()
        columns = getattr(model, "columns", ())
        return bool(columns) and columns[index.column()].key == TITLE_COLUMN

    @staticmethod
    def _first_column(option: QStyleOptionViewItem) -> int:
        header = getattr(option.widget, "horizontalHeader", None)
        return header().logicalIndexAt(0) if header is not None else 0


class SiblingDelegate(QStyledItemDelegate):
    """Another run of the scenario, as a label that can be chosen."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tokens = tokens

    @property
    def _font(self) -> QFont:
        return sans("small")

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw a label."""
        tokens = self.tokens
        row: TraceRow | None = index.data(ROW)
        if row is None:
            return
        box = option.rect.adjusted(1, 3, -5, -3)
        on = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = index.data(SIDE) or ""
        ink = str(getattr(tokens, side.lower())) if side else tokens.text
        painter.setPen(QPen(QColor(ink if on else tokens.accent if focused else tokens.line)))
        painter.setBrush(QColor(tokens.soft if hovered or on else tokens.pane))
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 6, 6)
        painter.restore()
        inner = box.adjusted(9, 0, -6, 0)
        x = inner.right()
        for text, kind in index.data(CHIPS) or ():
            drawn = paint_chip(
                painter, tokens, x, box.center().y() + 1, text, kind, from_right=True
            )
            x = drawn.left() - 6
        inner.setRight(x)
        text = index.data(Qt.ItemDataRole.DisplayRole)
        if side:
            text = f"{side} · {text}"
        paint_elided(painter, inner, text, ink, self._font)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As wide as its words, within reason."""
        text = "B · " + (index.data(Qt.ItemDataRole.DisplayRole) or "")
        width = min(QFontMetrics(self._font).horizontalAdvance(text), px(236))
        chips = sum(chip_size(chip).width() + 6 for chip, _ in index.data(CHIPS) or ())
        return QSize(width + chips + 26, px(32))
