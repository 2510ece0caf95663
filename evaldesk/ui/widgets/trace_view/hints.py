"""Keys and what they do, above a trace, that the mouse does as well."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from evaldesk.ui.widgets.keycap import KeyHint
from evaldesk.ui.widgets.label import ElidedLabel


class ClickableHint(KeyHint):
    """A key and what it does, that the mouse does as well."""

    def __init__(
        self,
        keys: str,
        text: str,
        run: Callable[[], object],
        parent: QWidget | None = None,
        *,
        elided: bool = False,
    ) -> None:
        super().__init__(keys, text, parent)
        self._run = run
        if elided:  # where the words may be more than there is room for
            label = ElidedLabel(text, kind="muted")
            layout = self.layout()
            assert layout is not None
            layout.replaceWidget(self.label, label)
            self.label.deleteLater()
            self.label = label
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._run()

    def take_room(self, room: bool) -> None:
        """Show key and words, or neither: a key alone says nothing."""
        self.cap.setVisible(room and bool(self.cap.text()))
        self.label.setVisible(room)
        layout = self.layout()
        if layout is not None:
            layout.activate()  # the line around it measures at once

    def show_text(self, text: str) -> None:
        """Other words."""
        self.label.setText(text)
        self.name_it()


class HintBar(QWidget):
    """A line of hints, some of which go where room ends; their keys work all the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hints: list[ClickableHint] = []
        self._whole: list[ElidedLabel] = []
        self._fitting = False
        self.setMinimumWidth(1)  # the line yields to the room there is, and never asks for more

    def add_yielding(self, hint: ClickableHint) -> None:
        """These go, the first added first."""
        self._hints.append(hint)

    def keep_whole(self, label: ElidedLabel) -> None:
        """Hints go before this is cut."""
        self._whole.append(label)

    def fit(self) -> None:
        """Show as many as there is room for."""
        if self.layout() is None or self._fitting:
            return
        self._fitting = True
        try:
            self._yield()
        finally:
            self._fitting = False

    def _yield(self) -> None:
        layout = self.layout()
        assert layout is not None
        for hint in self._hints:
            hint.take_room(True)
        cut = sum(
            label.sizeHint().width() - label.minimumSizeHint().width()
            for label in self._whole
            if not label.isHidden()
        )
        for hint in self._hints:
            if layout.minimumSize().width() + cut <= self.width():
                return
            hint.take_room(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self.fit()


class ToggleHint(ClickableHint):
    """A hint of what is on or off; a check mark says which.

    Signals:
        menu_wanted(global position): the person wants to choose more closely.
    """

    menu_wanted = Signal(QPoint)

    def __init__(
        self, keys: str, text: str, run: Callable[[], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(keys, text, run, parent)
        self._text = text
        self.on = False

    def set_on(self, on: bool, text: str = "") -> None:
        """Say whether it is on; with other words where there are."""
        self.on = on
        text = text or self._text
        self.show_text(f"✓ {text}" if on else text)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask the owner for what it offers."""
        self.menu_wanted.emit(event.globalPos())
