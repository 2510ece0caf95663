"""A pane above the window that takes the keyboard until it closes."""

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget


class Overlay(QWidget):
    """Dims the window and holds one pane. Commands of the window are off meanwhile, the focus
    cannot leave, and Escape or a click beside the pane closes.

    It is a part of the window and no dialog of the system, so that it shows in pictures, needs no
    window manager and never blocks.

    Signals:
        closed().
    """

    closed = Signal()

    def __init__(self, window: QWidget, *, width: int, top: int | None = None) -> None:
        super().__init__(window)
        self._host = window
        self.setObjectName("scrim")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._top = top
        self._width = width
        self._before: QWidget | None = None
        self.frame = QFrame(self)
        self.frame.setProperty("surface", "overlay")
        self.frame.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.body = QVBoxLayout(self.frame)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        window.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._keep_focus)
        self.hide()

    def open(self) -> None:
        """Show it above everything and take the focus."""
        if self.isVisible():
            return
        self._before = QApplication.focusWidget()
        self.setGeometry(self._host.rect())
        self.show()
        self.raise_()
        self.place()
        self.first_focus().setFocus(Qt.FocusReason.PopupFocusReason)

    def close_overlay(self) -> None:
        """Hide it and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def first_focus(self) -> QWidget:
        """What gets the focus when it opens."""
        return self.frame

    def place(self) -> None:
        """Lay the pane out again, as when its content has changed."""
        room = self.rect()
        width = min(self._width, room.width() - 32)
        self.frame.setFixedWidth(width)
        self.frame.adjustSize()
        height = min(self.frame.sizeHint().height(), room.height() - 32)
        top = self._top if self._top is not None else (room.height() - height) // 3
        top = max(16, min(top, room.height() - height - 16))
        self.frame.setGeometry(QRect((room.width() - width) // 2, top, width, height))

    def showEvent(self, event: QShowEvent) -> None:
        """The pane's size is known only now."""
        super().showEvent(event)
        self.place()

    def event(self, event: QEvent) -> bool:
        """No command of the window runs below."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Grow with the window."""
        if event.type() == QEvent.Type.Resize and watched is self._host and self.isVisible():
            self.setGeometry(self._host.rect())
            self.place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; no other key goes further down."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_overlay()
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click beside the pane closes."""
        if not self.frame.geometry().contains(event.position().toPoint()):
            self.close_overlay()
        event.accept()

    def _keep_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if self.isVisible() and new is not None and new is not self:
            inside = self.isAncestorOf(new) or new.window() is not self.window()
            if not inside and not _within_another(new):
                self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)


def _within_another(widget: QWidget) -> bool:
    """Whether it belongs to a pane: two that both took the focus back would never end."""
    above: QWidget | None = widget
    while above is not None and not isinstance(above, Overlay):
        above = above.parentWidget()
    return above is not None
