"""The bar in which a note is written."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from evaldesk.domain.reading import Note
from evaldesk.ui.theme.measure import fix_height
from evaldesk.ui.widgets.card import text_label


class NoteBar(QWidget):
    """A few lines of text for the step in hand.

    Attributes:
        note: what is being changed; None for a new one.

    Signals:
        kept(text): Ctrl+Enter, or the focus went elsewhere with something written. removed():
            the note was emptied. closed().
    """

    kept = Signal(str)
    removed = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note: Note | None = None
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = text_label("", "heading")
        self.hint = text_label(self.tr("Ctrl+Enter keeps it, Esc leaves it as it was"), "small")
        self.field = QPlainTextEdit()
        fix_height(self.field, 76)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(self.tr("Note"))
        self.field.setPlaceholderText(self.tr("What do you want to remember?"))
        close = QToolButton()
        close.setText("✕")
        close.setProperty("kind", "flat")
        close.setToolTip(self.tr("Leave it as it was (Esc)"))
        close.setAccessibleName(self.tr("Leave it as it was (Esc)"))
        close.clicked.connect(self.close_bar)
        row = QHBoxLayout()
        row.addWidget(self.title)
        row.addStretch(1)
        row.addWidget(self.hint)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 6, 8, 8)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.field)
        self.field.installEventFilter(self)
        self.hide()

    def add_below(self, widget: QWidget) -> None:
        """Put something below the field."""
        layout = self.layout()
        if layout is not None:
            layout.addWidget(widget)

    def open_bar(self, title: str, note: Note | None) -> None:
        """Write a note, or change one."""
        self.note = note
        self.title.setText(title)
        self.field.setPlainText(note.text if note is not None else "")
        self.show()
        self.field.setFocus()
        cursor = self.field.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.field.setTextCursor(cursor)

    def close_bar(self) -> None:
        """Leave the note as it was."""
        self.hide()
        self.closed.emit()

    def keep(self) -> None:
        """Keep what is written; nothing written removes the note."""
        text = self.field.toPlainText().strip()
        before = self.note.text if self.note is not None else ""
        self.hide()
        if text and text != before:
            self.kept.emit(text)
        elif not text and self.note is not None:
            self.removed.emit()
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Enter keeps, Escape leaves. Taken before commands of the screen see them."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(
            event, QKeyEvent
        ):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            if (enter and control) or event.key() == Qt.Key.Key_Escape:
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()
                elif enter:
                    self.keep()
                else:
                    self.close_bar()
                return True
        return super().eventFilter(watched, event)
