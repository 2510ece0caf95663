"""What can be done with a card, for its context menu."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from evaldesk.ui.widgets.trace_view.figures import tr

if TYPE_CHECKING:
    from evaldesk.ui.widgets.trace_view.view import TraceView


def popup(view: "TraceView", row: int, at: QPoint) -> None:
    """Show the menu of a card at a point of the screen."""
    card = view.canvas.cards[row]
    if card is None:
        return
    canvas = view.canvas
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.addAction(tr("Copy\tCtrl+C"), view.copy)
    folds, line = view.json_line()
    if folds is not None:
        path = tr("Copy path {path}\tAlt+P").format(path=folds.path(line)[:40])
        menu.addAction(tr("Copy value\tAlt+V"), view.copy_value)
        menu.addAction(path.replace("&", "&&"), view.copy_path)
    menu.addAction(tr("Copy step as Markdown\tAlt+Y"), view.copy_markdown)
    menu.addAction(tr("Copy trace as Markdown\tAlt+Shift+Y"), view.copy_trace)
    if view.reading.message >= 0:
        menu.addAction(tr("Copy message as JSON"), view.copy_json)
    menu.addAction(tr("Copy trace as JSON"), view.copy_trace_json)
    menu.addSeparator()
    menu.addAction(tr("Bookmark\tAlt+B"), lambda: view.note_wanted.emit("bookmark"))
    menu.addAction(tr("Note…\tAlt+Shift+B"), lambda: view.note_wanted.emit("note"))
    menu.addSeparator()
    if card.foldable:
        text = tr("Fold\tEnter") if card.open else tr("Open\tEnter")
        menu.addAction(text, lambda: canvas.toggle(row))
    if folds is not None:
        menu.addAction(tr("Open all of this JSON"), lambda: canvas.open_json(True))
        menu.addAction(tr("Fold all of this JSON"), lambda: canvas.open_json(False))
    menu.addAction(tr("Open or fold all\tE"), view.toggle_all)
    shown = tr("As it came\tAlt+R") if canvas.rendered else tr("Rendered\tAlt+R")
    menu.addAction(shown, lambda: view.set_rendered(not canvas.rendered))
    menu.addAction(tr("Find in trace…\t/"), view.find_wanted.emit)
    menu.popup(at)
