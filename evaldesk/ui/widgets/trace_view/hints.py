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

    def show_text(self, text: str) -> None:
        """Other words."""
        self.label.setText(text)
        self.name_it()


class HintBar(QWidget):
    """A line of hints that keep their keys and lose their words where room ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hints: list[ClickableHint] = []

    def add_yielding(self, hint: ClickableHint) -> None:
        """These lose their words, the first added first."""
        self._hints.append(hint)

    def fit(self) -> None:
        """Give words to as many as there is room for."""
        layout = self.layout()
        if layout is None:
            return
        for hint in self._hints:
            hint.label.show()
        for hint in self._hints:
            if layout.minimumSize().width() <= self.width():
                return
            if not hint.isHidden():
                hint.label.hide()
                hint.setToolTip(hint.label.text())

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
