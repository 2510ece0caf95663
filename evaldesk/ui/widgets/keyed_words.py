"""Words with the key of a command behind them, which change when another key is chosen."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from evaldesk.ui.actions.key_text import KeyText


class KeyedWords(QObject):
    """Lives as long as the widget that shows the words.

    Args:
        show: a method of the widget. words: without the key; a command without a key shows these.
        keys: followed where they are a `KeyText`.
    """

    def __init__(
        self, widget: QWidget, show: Callable[[str], object], words: str, keys: str
    ) -> None:
        super().__init__(widget)
        self._show, self._words, self._keys = show, words, keys
        if isinstance(keys, KeyText):
            keys.follow(self._say)
        self._say()

    def _say(self) -> None:
        keys = self._keys.now() if isinstance(self._keys, KeyText) else self._keys
        self._show(f"{self._words}  ({keys})" if keys else self._words)


def keyed_tooltip(widget: QWidget, words: str, keys: str) -> None:
    """A tooltip that names the key as well."""
    KeyedWords(widget, widget.setToolTip, words, keys)


def keyed_placeholder(field: QLineEdit | QPlainTextEdit, words: str, keys: str) -> None:
    """What an empty field says, with the key that leads there."""
    KeyedWords(field, field.setPlaceholderText, words, keys)
