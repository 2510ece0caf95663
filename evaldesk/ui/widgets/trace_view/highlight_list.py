"""The highlights of a trace, listed below it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.highlight import Highlight
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.measure import px, row_px
from evaldesk.ui.theme.style import paint_elided
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.trace_view.highlight_marks import TONES, PlacedMark

_ROW = 26
_TWO_LINES = 42
_MOST_ROWS = 5
ITEM_ROLE = Qt.ItemDataRole.UserRole
TEXTS_ROLE = Qt.ItemDataRole.UserRole + 1
"""Letter, label, detail, and token of the colour."""


class HighlightList(QWidget):
    """A line for each highlight: letter, label, words. What was not found again stands last.

    Signals:
        chosen(id): the person wants to see one. removed(id), changed(id): take it away, change it.
        left(): Escape.
    """

    chosen = Signal(str)
    removed = Signal(str)
    changed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = text_label("", "heading")
        self.change_button = ActionButton(self.tr("Change"), kind="flat")
        self.remove_button = ActionButton(self.tr("Remove"), "Del", kind="flat")
        self.change_button.clicked.connect(lambda: self._tell(self.changed))
        self.remove_button.clicked.connect(lambda: self._tell(self.removed))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Highlights"))
        self.list.setItemDelegate(HighlightDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QListWidget.Shape.NoFrame)
        self.list.itemClicked.connect(lambda _item: self._tell(self.chosen))
        self.list.currentItemChanged.connect(lambda *_: self._offer())
        self.list.installEventFilter(self)
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 8, 0)
        head.addWidget(self.title, 1)
        head.addWidget(self.change_button)
        head.addWidget(self.remove_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.list)
        self.hide()

    def show_highlights(
        self, placed: Sequence[PlacedMark], lost: Sequence[Highlight], current: str = ""
    ) -> None:
        """Show these; hidden where there are none."""
        self.list.clear()
        for one in placed:
            said = one.highlight
            detail = self._detail(said)
            if one.found.standing == "changed":
                detail = self.tr("text changed since") + " · " + detail
            self._add(said, one.letter, one.text, detail, said.id == current)
        for said in lost:
            detail = self.tr("no longer found") + " · " + self._detail(said)
            self._add(said, "?", said.label, detail, said.id == current)
        count, gone = len(placed), len(lost)
        text = self.tr("Highlights") + f" · {count + gone}"
        if gone:
            text += " · " + self.tr("{n} no longer found").format(n=gone)
        self.title.setText(text)
        rows = min(_MOST_ROWS, count + gone)
        self.list.setFixedHeight(rows * row_px(_ROW) + 2)
        self.setVisible(bool(count + gone))
        self._offer()

    def show_current(self, identity: str) -> None:
        """Mark the line of the highlight in hand."""
        for row in range(self.list.count()):
            if self.list.item(row).data(ITEM_ROLE) == identity:
                self.list.setCurrentRow(row)
                return
        self.list.setCurrentRow(-1)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Enter shows, Delete removes, Escape leaves, before commands of the screen see them."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(
            event, QKeyEvent
        ):
            does: Callable[[], object] | None = {
                Qt.Key.Key_Return: lambda: self._tell(self.chosen),
                Qt.Key.Key_Enter: lambda: self._tell(self.chosen),
                Qt.Key.Key_Delete: lambda: self._tell(self.removed),
                Qt.Key.Key_Escape: lambda: self.left.emit(),
            }.get(Qt.Key(event.key()))
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()
                    return True
            elif does is not None and not event.modifiers():
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()
                else:
                    does()
                return True
        return bool(super().eventFilter(watched, event))  # type: ignore[arg-type]

    def _add(self, said: Highlight, letter: str, text: str, detail: str, current: bool) -> None:
        item = QListWidgetItem()
        severity = f" · {said.severity}" if said.severity else ""
        item.setData(ITEM_ROLE, said.id)
        item.setData(TEXTS_ROLE, (letter, text + severity, detail, TONES[said.kind]))
        item.setText(f"{letter}. {text}{severity}. {detail}")
        item.setToolTip(f"{said.anchor.quote[:600]}\n{said.comment}".strip())
        self.list.addItem(item)
        if current:
            self.list.setCurrentItem(item)

    @staticmethod
    def _detail(said: Highlight) -> str:
        quote = " ".join(said.anchor.quote[:200].split())
        return f"“{quote}”" + (f" · {said.comment}" if said.comment else "")

    def _tell(self, signal: object) -> None:
        item = self.list.currentItem()
        if item is not None:
            signal.emit(str(item.data(ITEM_ROLE)))  # type: ignore[attr-defined]

    def _offer(self) -> None:
        there = self.list.currentItem() is not None
        self.change_button.setEnabled(there)
        self.remove_button.setEnabled(there)


class HighlightDelegate(QStyledItemDelegate):
    """Letter in a box, label, quote.

    Args:
        two_lines: the quote stands below the label, as in a narrow column.
    """

    def __init__(self, parent: QWidget | None = None, *, two_lines: bool = False) -> None:
        super().__init__(parent)
        self._two_lines = two_lines

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        """One line, or two."""
        return QSize(120, row_px(_TWO_LINES if self._two_lines else _ROW))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """One highlight."""
        tokens = current_tokens()
        box: QRect = option.rect
        letter, label, detail, tone = index.data(TEXTS_ROLE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.accent_soft))
            painter.fillRect(QRect(box.left(), box.top(), 3, box.height()), QColor(tokens.accent))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.soft))
        font = sans("small", bold=True)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font)
        width = max(18, painter.fontMetrics().horizontalAdvance(letter) + 8)
        margin = 8 if self._two_lines else 16
        height = px(17)
        middle = box.top() + px(13) if self._two_lines else box.center().y()
        tag = QRect(box.left() + margin, middle - height // 2, width, height)
        painter.setPen(QPen(QColor(getattr(tokens, tone)), 1.3))
        painter.drawRoundedRect(tag, 3, 3)
        painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, letter)
        painter.restore()
        left = tag.right() + 8
        if self._two_lines:
            half = box.height() // 2
            line = QRect(left, box.top() + 2, box.right() - left - 4, half)
            paint_elided(painter, line, label, tokens.text, sans(bold=True))
            below = QRect(left, box.top() + half - 2, box.right() - left - 4, half)
            paint_elided(painter, below, detail, tokens.muted, sans("small"))
            return
        painter.setFont(sans(bold=True))
        room = min(painter.fontMetrics().horizontalAdvance(label) + 4, box.width() // 3)
        line = QRect(left, box.top(), room, box.height())
        paint_elided(painter, line, label, tokens.text, sans(bold=True))
        rest = QRect(left + room + 10, box.top(), box.right() - left - room - 22, box.height())
        paint_elided(painter, rest, detail, tokens.muted, sans())
