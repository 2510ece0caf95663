"""The cross in a field that empties it."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QLineEdit, QToolButton


def let_clear(field: QLineEdit) -> None:
    """Put the cross there, with a name: Qt gives it none, and a screen reader would say nothing."""
    field.setClearButtonEnabled(True)
    for button in field.findChildren(QToolButton):
        button.setAccessibleName(QCoreApplication.translate("Clearing", "Empty the field"))
