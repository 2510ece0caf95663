"""A line to say what the adjudicator should know, below the form while it is wanted."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label

_LONGEST = 2000


class FlagLine(QWidget):
    """A note and a button. Hidden until `ask`.

    Signals:
        flagged(note): Return or the button. left(): Esc; nothing is flagged.
    """

    flagged = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(hairline())
        inner = QVBoxLayout()
        inner.setContentsMargins(14, 10, 14, 10)
        inner.setSpacing(6)
        inner.addWidget(text_label(self.tr("What should the adjudicator know?"), "heading"))
        row = QHBoxLayout()
        row.setSpacing(8)
        self.field = NoteField()
        self.field.setMaxLength(_LONGEST)
        self.field.setAccessibleName(self.tr("Note for the adjudicator"))
        self.field.left.connect(self.close_line)
        self.field.returnPressed.connect(self._flag)
        self.button = ActionButton(self.tr("Flag"), "⏎", kind="primary")
        self.button.clicked.connect(self._flag)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        inner.addLayout(row)
        outer.addLayout(inner)
        self.field.textChanged.connect(lambda text: self.button.setEnabled(bool(text.strip())))
        self.button.setEnabled(False)
        self.hide()

    def ask(self) -> None:
        """Show the line and go into it."""
        self.field.clear()
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_line(self) -> None:
        """Flag nothing."""
        self.hide()
        self.left.emit()

    def _flag(self) -> None:
        note = self.field.text().strip()
        if note:
            self.hide()
            self.flagged.emit(note)


class NoteField(QLineEdit):
    """Esc leaves it.

    Signals:
        left(): Esc was pressed.
    """

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See above."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
