"""Keys as a person reads them, and the means to show others as soon as they are chosen."""

import sys
from collections.abc import Callable
from typing import Self

from PySide6.QtCore import (
    QT_TRANSLATE_NOOP,
    QCoreApplication,
    QKeyCombination,
    Qt,
    SignalInstance,
)
from PySide6.QtGui import QKeyEvent, QKeySequence

_SIGNS = {"Return": "⏎", "Enter": "⏎", "Up": "↑", "Down": "↓", "Left": "←", "Right": "→"}

_SPOKEN = {
    "⏎": QT_TRANSLATE_NOOP("Keys", "Return"),
    "↑": QT_TRANSLATE_NOOP("Keys", "Up"),
    "↓": QT_TRANSLATE_NOOP("Keys", "Down"),
    "←": QT_TRANSLATE_NOOP("Keys", "Left"),
    "→": QT_TRANSLATE_NOOP("Keys", "Right"),
    "?": QT_TRANSLATE_NOOP("Keys", "Question mark"),
    "/": QT_TRANSLATE_NOOP("Keys", "Slash"),
    ",": QT_TRANSLATE_NOOP("Keys", "Comma"),
}


class KeyText(str):
    """The first key of a command, which changes when the person chooses another.

    It is a plain string for whoever only shows it once.
    """

    _read: Callable[[], "KeyText"]
    _changed: SignalInstance

    @classmethod
    def of(cls, text: str, read: Callable[[], "KeyText"], changed: SignalInstance) -> Self:
        """
        Args:
            read: gives the key as it is when called.
            changed: is emitted after keys were chosen.
        """
        made = cls(text)
        made._read, made._changed = read, changed
        return made

    def now(self) -> "KeyText":
        """As it is now."""
        return self._read()

    def follow(self, slot: Callable[[], object]) -> None:
        """Call a method of a widget after each change, for as long as the widget lives."""
        self._changed.connect(slot)


def key_text(keys: str) -> str:
    """Keys as a person reads them: ``Ctrl+Return`` → ``Ctrl ⏎``."""
    text = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) or keys
    plus = text == "+" or text.endswith("++")
    parts = [*filter(None, text[:-1].split("+")), "+"] if plus else text.split("+")
    return " ".join(_SIGNS.get(part, part) for part in parts)


def spoken(keys: str) -> str:
    """Keys that were made by `key_text`, in words: a screen reader passes over signs."""
    parts = (str(_SPOKEN.get(part, part)) for part in keys.split(" "))
    return " ".join(str(QCoreApplication.translate("Keys", part)) for part in parts)


def pressed(event: QKeyEvent) -> str:
    """What was pressed, in the spelling of `spelled`; empty for a modifier alone.

    A sign that needs Shift is named by itself (``?``), whatever the keyboard; a digit of the upper
    row with Shift is ``Shift+1``, whatever sign it writes, as far as the system says which key it
    was.
    """
    key = Qt.Key(event.key())
    if key in _ALONE or key == Qt.Key.Key_unknown:
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.GroupSwitchModifier
    if key == Qt.Key.Key_Backtab:
        key, modifiers = Qt.Key.Key_Tab, modifiers | Qt.KeyboardModifier.ShiftModifier
    pad = bool(modifiers & Qt.KeyboardModifier.KeypadModifier)
    if modifiers & Qt.KeyboardModifier.ShiftModifier and not pad:
        digit = _upper_digit(event)
        if key.value < 0x7F and not chr(key.value).isalnum() and key != Qt.Key.Key_Space:
            if digit is not None:
                key = Qt.Key(Qt.Key.Key_0.value + digit)
            else:
                modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    if pad and key in _ARROWS:
        modifiers &= ~Qt.KeyboardModifier.KeypadModifier  # macOS counts the arrows to the pad
    return QKeySequence(QKeyCombination(modifiers, key)).toString(
        QKeySequence.SequenceFormat.PortableText
    )


_ALONE = frozenset(
    {
        Qt.Key.Key_Shift,
        Qt.Key.Key_Control,
        Qt.Key.Key_Alt,
        Qt.Key.Key_AltGr,
        Qt.Key.Key_Meta,
        Qt.Key.Key_CapsLock,
        Qt.Key.Key_NumLock,
        Qt.Key.Key_ScrollLock,
    }
)
_ARROWS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right})


def _upper_digit(event: QKeyEvent) -> int | None:
    """The digit that stands on the key, by its place on the keyboard."""
    if sys.platform == "win32":
        code = event.nativeVirtualKey() - 0x30
        return code if 0 <= code <= 9 else None
    code = event.nativeScanCode() - 9 if sys.platform.startswith("linux") else 0
    return code % 10 if 1 <= code <= 10 else None


def spelled(keys: str) -> str:
    """Keys in the one spelling by which they are compared; empty where they are none."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)
