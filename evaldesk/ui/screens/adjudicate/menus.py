"""Menus of one choice among several."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton


def entry(
    menu: QMenu, group: QActionGroup, text: str, chosen: bool, run: Callable[[], object]
) -> None:
    """Add a choice."""
    action = QAction(text.replace("&", "&&"), menu)
    action.setCheckable(True)
    action.setChecked(chosen)
    action.triggered.connect(lambda _=False: run())
    group.addAction(action)
    menu.addAction(action)


def open_menu(menu: QMenu, button: QPushButton) -> None:
    """Show it below its button, on the choice that holds; it deletes itself."""
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))
    checked = [action for action in menu.actions() if action.isChecked()]
    if checked:
        menu.setActiveAction(checked[0])
