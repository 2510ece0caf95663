"""What an empty screen says and offers."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from evaldesk.ui.theme.measure import px, sized
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label


class EmptyState(QWidget):
    """What belongs here, and the actions that bring it here."""

    def __init__(self, title: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._first: ActionButton | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        outer.setSpacing(8)
        outer.addStretch(2)
        self.title = text_label(title, "title")
        self.title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text: QLabel = text_label(text, "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sized(self.text, _fit_text)
        outer.addWidget(self.title)
        # Between stretches, not aligned: an aligned label is not asked how high its lines are.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.text, 100)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addSpacing(8)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        self._buttons.addStretch(1)
        outer.addLayout(self._buttons)
        outer.addStretch(3)
        self.text.setVisible(bool(text))

    def show_text(self, title: str, text: str = "") -> None:
        """Say something else, such as that a filter matches nothing."""
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))

    def add_action(
        self, text: str, run: Callable[[], object], *, keys: str = "", primary: bool = False
    ) -> ActionButton:
        """Offer an action; the first one offered as ``primary`` stands out."""
        button = ActionButton(text, keys, kind="primary" if primary else "")
        button.clicked.connect(lambda: run())
        self._buttons.insertWidget(self._buttons.count() - 1, button)
        if primary and self._first is None:
            self._first = button
        return button

    def showEvent(self, event: QShowEvent) -> None:
        """Return does what stands out, unless the person is somewhere else in the window."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._take_focus)

    def _take_focus(self) -> None:
        # None for no focus; PySide's types do not say so.
        focused: QWidget | None = self.window().focusWidget()
        idle = (
            focused is None
            or not focused.isVisible()
            or focused.isAncestorOf(self)
            # Qt put it here, on whatever came next, when what had it went out of sight.
            or self.isAncestorOf(focused)
        )
        if self._first is not None and self._first.isVisible() and idle:
            self._first.setFocus(Qt.FocusReason.OtherFocusReason)


def _fit_text(label: QLabel) -> None:
    label.setMinimumWidth(px(320))
    label.setMaximumWidth(px(480))
