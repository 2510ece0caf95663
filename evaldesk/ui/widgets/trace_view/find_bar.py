"""The bar that finds text in a trace."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QWidget

from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.clearing import let_clear
from evaldesk.ui.widgets.trace_view.search import MOST


class FindBar(QWidget):
    """A field, the number of hits, and the keys to go through them.

    Signals:
        text_changed(text): after a short pause. stepped(1 or -1): next or previous. closed().
    """

    text_changed = Signal(str)
    stepped = Signal(int)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Find in trace"))
        self.field.setAccessibleName(self.tr("Find in trace"))
        let_clear(self.field)
        self.count = text_label("", "muted")
        sized(self.count, lambda it: it.setMinimumWidth(px(72)))
        self.previous = self._button("↑", self.tr("Previous (Shift+Enter)"))
        self.next = self._button("↓", self.tr("Next (Enter)"))
        close = self._button("✕", self.tr("Close (Esc)"))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(self.field, 1)
        row.addWidget(self.count)
        row.addWidget(self.previous)
        row.addWidget(self.next)
        row.addWidget(close)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(120)
        self._pause.timeout.connect(self._tell)
        self.field.textChanged.connect(lambda _text: self._pause.start())
        self.previous.clicked.connect(lambda: self._step(-1))
        self.next.clicked.connect(lambda: self._step(1))
        close.clicked.connect(self.close_bar)
        self.field.installEventFilter(self)
        self.hide()

    def open_bar(self, text: str = "") -> None:
        """Show it with the focus in the field; ``text`` is looked for at once."""
        self.show()
        if text:
            self.field.setText(text)
        self.field.setFocus()
        self.field.selectAll()
        self._tell()

    def close_bar(self) -> None:
        """Hide it and forget the hits."""
        self._pause.stop()
        self.hide()
        self.closed.emit()

    def show_count(self, current: int, total: int) -> None:
        """``3 of 17``; ``current`` counts from 0, -1 for none."""
        if not self.field.text().strip():
            text = ""
        elif not total:
            text = self.tr("no hit")
        else:
            many = f"{total:,}" + ("+" if total >= MOST else "")
            text = self.tr("{number} of {total}").format(number=current + 1, total=many)
        self.count.setText(text)
        self.field.setProperty("invalid", "true" if text and not total else "false")
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)
        for button in (self.previous, self.next):
            button.setEnabled(total > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes on, Escape closes."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self._step(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_bar()
                return True
        return super().eventFilter(watched, event)

    def _step(self, step: int) -> None:
        if self._pause.isActive():
            self._pause.stop()
            self._tell()
        else:
            self.stepped.emit(step)

    def _tell(self) -> None:
        self.text_changed.emit(self.field.text())

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("kind", "flat")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button
