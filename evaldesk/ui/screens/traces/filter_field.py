"""The field for the filter language, with names offered while typing."""

import re
from collections.abc import Callable

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QWidget

_WORD = re.compile(r"[^\s()=!<>,\"']*$")


class FilterField(QLineEdit):
    """A line that tells what was typed after a pause, or at once with Return.

    Signals:
        settled(text): it was typed, and the person paused.
    """

    settled = Signal(str)

    def __init__(self, names: Callable[[str], list[str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._offered = QStringListModel(self)
        self._completer = QCompleter(self._offered, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated.connect(self._take)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(350)
        self._pause.timeout.connect(self._paused)
        self._told = ""
        self.setClearButtonEnabled(True)
        self.textEdited.connect(self._typed)
        self.textChanged.connect(lambda _text: self._pause.start())
        self.returnPressed.connect(self._settle)

    def set_text(self, text: str) -> None:
        """Another text, that is told at once."""
        self.setText(text)
        self._settle()

    def set_invalid(self, invalid: bool) -> None:
        """Whether it makes no sense."""
        self.setProperty("invalid", "true" if invalid else "false")
        self.style().unpolish(self)
        self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down offers names where none were asked for."""
        if event.key() == Qt.Key.Key_Down and not self._popup_shown():
            self._offer(always=True)
            return
        super().keyPressEvent(event)

    def _popup_shown(self) -> bool:
        popup = self._completer.popup()
        return popup is not None and popup.isVisible()

    def _typed(self, _text: str) -> None:
        self._offer(always=False)

    def _offer(self, *, always: bool) -> None:
        before = self.text()[: self.cursorPosition()]
        found = _WORD.search(before)
        word = found.group(0) if found else ""
        inside_text = before.count('"') % 2 == 1 or before.count("'") % 2 == 1
        names = [] if inside_text or not (word or always) else self._names(before)
        if not names or names == [word]:
            popup = self._completer.popup()
            if popup is not None:
                popup.hide()
            return
        self._offered.setStringList(names[:60])
        self._completer.setCompletionPrefix("")
        box = self.cursorRect()
        box.setWidth(240)
        self._completer.complete(box)

    def _take(self, name: str) -> None:
        at = self.cursorPosition()
        before, after = self.text()[:at], self.text()[at:]
        found = _WORD.search(before)
        start = found.start() if found else at
        self.setText(f"{before[:start]}{name} {after.lstrip()}")
        self.setCursorPosition(start + len(name) + 1)

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
