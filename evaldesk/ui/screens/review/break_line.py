"""A quiet line that says how long one has worked without a break. It asks for nothing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, text_label


class BreakLine(QWidget):
    """Hidden until `tell`; keys go on where they were.

    Signals:
        taken(): the button was pressed, so that counting begins anew.
    """

    taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(14, 4, 10, 4)
        self.words = text_label("", "muted")
        row.addWidget(self.words, 1)
        self.button = ActionButton(self.tr("Not now"), kind="link")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._put_off)
        row.addWidget(self.button)
        outer.addLayout(row)
        outer.addWidget(hairline())
        self.hide()

    def tell(self, minutes: int) -> None:
        """Say how long it has been; 0 after a break."""
        words = self.tr("{n} minutes without a break.").format(n=minutes)
        self.words.setText(words)
        self.setAccessibleName(words)
        self.setVisible(minutes > 0)

    def _put_off(self) -> None:
        self.hide()
        self.taken.emit()
