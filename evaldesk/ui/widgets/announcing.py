"""Tells a screen reader what appeared elsewhere than where the focus is."""

from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

_POLITENESS = QAccessible.AnnouncementPoliteness


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have a message read out; nothing happens where nobody listens.

    Args:
        widget: what shows it.
        urgent: at once instead of when the reader is done with what it says.
    """
    if not text or not QAccessible.isActive():
        return
    event = QAccessibleAnnouncementEvent(widget, text)
    event.setPoliteness(_POLITENESS.Assertive if urgent else _POLITENESS.Polite)
    QAccessible.updateAccessibility(event)
