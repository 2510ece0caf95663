"""The field for the filter language: names and values are offered while typing, with help."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from evaldesk.services.finding.completion import Suggestion, begun_at
from evaldesk.ui.theme.apply import current_tokens, mono, sans
from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.theme.style import paint_elided
from evaldesk.ui.widgets.clearing import let_clear
from evaldesk.ui.widgets.trace_view import figures

MOST = 60
"""Suggestions that are offered."""
_ROW = 24
_WIDTH = 340
DETAIL = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


def _plain_mono() -> QFont:
    """Without ligatures: != is to be read as it is typed."""
    font = mono("small")
    font.setFeature(QFont.Tag("calt"), 0)
    return font


class SuggestionModel(QAbstractListModel):
    """What could stand where the filter ends."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: Sequence[Suggestion] = ()
        self._kinds = {
            "field": self.tr("field"),
            "operator": self.tr("compare"),
            "join": self.tr("join"),
            "value": "",
        }

    def show_items(self, items: Sequence[Suggestion]) -> None:
        """Offer others."""
        self.beginResetModel()
        self.items = items
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """How many."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The text; what it is and how often for readers of the screen."""
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return item.text
        if role == DETAIL:
            return self.detail(item)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (item.text, self.detail(item)) if part)
        return None

    def detail(self, item: Suggestion) -> str:
        """What stands at the right."""
        return figures.count(item.count) if item.count else self._kinds[item.kind]


class SuggestionDelegate(QStyledItemDelegate):
    """The text, and at the right how many traces have it or what it is."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All lines are alike."""
        return QSize(_WIDTH - 20, row_px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw a line."""
        tokens, box = current_tokens(), option.rect
        lit = option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver)
        painter.fillRect(box, QColor(tokens.accent_soft if lit else tokens.pane))
        inner = box.adjusted(10, 0, -10, 0)
        detail = str(index.data(DETAIL) or "")
        small = sans("small")
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        paint_elided(painter, inner, detail, tokens.muted, small, right)
        room = QFontMetrics(small).horizontalAdvance(detail) + 10
        words = inner.adjusted(0, 0, -room, 0)
        paint_elided(painter, words, str(index.data()), tokens.text, _plain_mono())


class FilterField(QLineEdit):
    """A line that tells what was typed after a pause, or at once with Return.

    Signals:
        settled(text): it was typed, and the person paused. help_wanted(): F1 or ``?``.
    """

    settled = Signal(str)
    help_wanted = Signal()

    def __init__(
        self, offer: Callable[[str], Sequence[Suggestion]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._suggest = offer
        self.offered = SuggestionModel(self)
        popup = QListView()
        popup.setUniformItemSizes(True)
        popup.setMouseTracking(True)
        popup.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        popup.setAccessibleName(self.tr("What could stand here"))
        self._completer = QCompleter(self.offered, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(12)
        self._completer.setPopup(popup)
        # Not before: the completer brings a delegate of its own.
        popup.setItemDelegate(SuggestionDelegate(popup))
        popup.setObjectName("suggestions")
        self._completer.activated.connect(self.take)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(350)
        self._pause.timeout.connect(self._paused)
        self._told = ""
        let_clear(self)
        self.textEdited.connect(self._typed)
        self.textChanged.connect(lambda _text: self._pause.start())
        self.returnPressed.connect(self._settle)

    def set_text(self, text: str) -> None:
        """Another text, that is told at once."""
        self.setText(text)
        self._settle()

    def show_text(self, text: str) -> None:
        """Another text, of which nobody is told."""
        self._told = text
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)
        self._pause.stop()

    def set_invalid(self, invalid: bool) -> None:
        """Whether it makes no sense."""
        said = "true" if invalid else "false"
        if self.property("invalid") != said:
            self.setProperty("invalid", said)
            self.style().unpolish(self)
            self.style().polish(self)

    def take(self, text: str) -> None:
        """Put what was offered in place of the word that was begun."""
        at = self.cursorPosition()
        before, after = self.text()[:at], self.text()[at:]
        start = begun_at(before)
        kept = before[:start]
        # A value in brackets is followed by a comma or the end, everything else by a space.
        space = "" if text.endswith("(") else " "
        self.setText(f"{kept}{text}{space}{after.lstrip()}")
        self.setCursorPosition(start + len(text) + len(space))
        self._offer(always=False)

    def event(self, event: QEvent) -> bool:
        """F1 in here asks for the grammar, not for the keys of the window; Tab takes what is
        offered, and goes to the next field only where nothing is.
        """
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
            and self._take_offered()
        ):
            event.accept()
            return True
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_F1
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down offers names where none were asked for; F1 and ``?`` say how a filter is written."""
        if event.key() == Qt.Key.Key_Down and not self._popup_shown():
            self._offer(always=True)
        elif event.key() == Qt.Key.Key_F1 or (event.text() == "?" and not self._in_quotes()):
            self.hide_offered()
            self.help_wanted.emit()
        else:
            super().keyPressEvent(event)

    def hide_offered(self) -> None:
        """Offer nothing for now."""
        popup = self._completer.popup()
        if popup is not None:
            popup.hide()

    def _take_offered(self) -> bool:
        popup = self._completer.popup()
        if popup is None or not popup.isVisible():
            return False
        index = popup.currentIndex()
        if not index.isValid():
            index = self._completer.completionModel().index(0, 0)
        text = index.data(self._completer.completionRole())
        self.hide_offered()
        self.take(str(text))
        return True

    def _in_quotes(self) -> bool:
        before = self.text()[: self.cursorPosition()]
        return before[begun_at(before) :][:1] in ('"', "'")

    def _popup_shown(self) -> bool:
        popup = self._completer.popup()
        return popup is not None and popup.isVisible()

    def _typed(self, _text: str) -> None:
        self._offer(always=False)

    def _offer(self, *, always: bool) -> None:
        before = self.text()[: self.cursorPosition()]
        word = before[begun_at(before) :]
        # Behind a name and an operator the values say more than an empty field would.
        found = self._suggest(before) if word or always or before.endswith(" ") else ()
        found = [one for one in found if one.text != word][:MOST]
        if not found or (not word and not always and found[0].kind != "value"):
            self.hide_offered()
            return
        self.offered.show_items(found)
        self._completer.setCompletionPrefix("")
        box = self.cursorRect()
        box.setWidth(_WIDTH)
        self._completer.complete(box)

    def _paused(self) -> None:
        # While names are offered the filter is not finished, and no error yet.
        if self._popup_shown():
            self._pause.start()
        else:
            self._settle()

    def _settle(self) -> None:
        self._pause.stop()
        text = self.text()
        if text != self._told:
            self._told = text
            self.settled.emit(text)
