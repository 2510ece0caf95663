"""Snippets in fields for comments: ``;abbr`` and Tab, or from a menu."""

import re
import textwrap
from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QLineEdit, QMenu, QPlainTextEdit, QWidget

Source = Callable[[], Mapping[str, str]]
_BEGUN = re.compile(r";([\w-]{1,24})$")
_sources: list[Source] = []


def use_snippets(source: Source) -> None:
    """Every field for comments reads its snippets here from now on."""
    _sources[:] = [source]


def current_snippets() -> Mapping[str, str]:
    """Abbreviation → text."""
    return _sources[0]() if _sources else {}


def expand(field: QLineEdit | QPlainTextEdit) -> bool:
    """Put the text in place of the abbreviation before the cursor; whether there was one."""
    if isinstance(field, QLineEdit):
        before = field.text()[: field.cursorPosition()]
    else:
        cursor = field.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
    begun = _BEGUN.search(before)
    if begun is None or field.isReadOnly():
        return False
    text = current_snippets().get(begun.group(1))
    if text is None:
        return False
    _insert(field, text, len(begun.group()))
    return True


class SnippetMenu(QMenu):
    """All snippets, at a field; what is chosen is put in where the cursor stands."""

    def __init__(self, field: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field
        self.setAccessibleName(self.tr("Snippets"))
        for key, text in current_snippets().items():
            words = textwrap.shorten(text, 60, placeholder=" …")
            action = self.addAction(f";{key}    {words}".replace("&", "&&"))
            action.triggered.connect(lambda _=False, text=text: _insert(field, text, 0))
        if self.isEmpty():
            self.addAction(self.tr("None yet. You write them in Settings.")).setEnabled(False)

    def open(self) -> None:
        """Below the cursor, with the first one pointed at."""
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        field = self._field
        place = field.rect() if isinstance(field, QLineEdit) else field.cursorRect()
        self.popup(field.mapToGlobal(place.bottomLeft()))
        first = next((action for action in self.actions() if action.isEnabled()), None)
        if first is not None:
            self.setActiveAction(first)


def field_with_focus(window: QWidget) -> QLineEdit | QPlainTextEdit | None:
    """The field that is typed into; None where there is none."""
    focus = window.focusWidget()
    return focus if isinstance(focus, QLineEdit | QPlainTextEdit) else None


def _insert(field: QLineEdit | QPlainTextEdit, text: str, replaced: int) -> None:
    if isinstance(field, QLineEdit):
        if replaced:
            field.cursorBackward(True, replaced)
        field.insert(" ".join(text.split()))
        return
    cursor = field.textCursor()
    if replaced:
        cursor.movePosition(
            QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor, replaced
        )
    cursor.insertText(text)
    field.setTextCursor(cursor)
