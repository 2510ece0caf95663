"""A calm word across the top of a screen."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from evaldesk.ui.widgets.announcing import announce
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.chip import restyle


class Banner(QFrame):
    """What happened, what to do about it, and the actions for it. Hidden until `show_message`.

    Signals:
        dismissed: the person closed it.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "warn")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.message = text_label("", "heading", wrap=True)
        self.hint = text_label("", "", wrap=True)
        for label in (self.message, self.hint):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(self.message)
        words.addWidget(self.hint)
        row.addLayout(words, 1)
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        row.addLayout(self._actions)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setProperty("kind", "flat")
        self.close_button.setToolTip(self.tr("Dismiss (Esc)"))
        self.close_button.setAccessibleName(self.tr("Dismiss"))
        self.close_button.clicked.connect(self.dismiss)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_message(
        self,
        message: str,
        hint: str = "",
        kind: str = "warn",
        actions: tuple[tuple[str, Callable[[], object]], ...] = (),
    ) -> None:
        """Say something.

        Args:
            kind: ground of the stylesheet: warn, bad, ok, accent.
            actions: (words, what they do) for buttons.
        """
        self.message.setText(message)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.setProperty("surface", kind)
        restyle(self)
        while self._actions.count():
            item = self._actions.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.deleteLater()
        for text, run in actions:
            button = QPushButton(text)
            button.clicked.connect(lambda _checked=False, run=run: run())
            self._actions.addWidget(button)
        self.setAccessibleName(f"{message} {hint}".strip())
        self.show()
        announce(self, self.accessibleName(), urgent=True)

    def dismiss(self) -> None:
        """Hide it."""
        if not self.isHidden():
            self.hide()
            self.dismissed.emit()
