"""The choice of what the list is sorted by."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from evaldesk.domain.query import RELEVANCE
from evaldesk.ui.screens.traces.columns import Column
from evaldesk.ui.screens.traces.narrowing import AS_IMPORTED, Narrowing
from evaldesk.ui.screens.traces.narrowing_words import order_words


def offer_orders(
    parent: QWidget,
    narrowing: Narrowing,
    columns: Sequence[Column],
    choose: Callable[[str], object],
    at: QPoint,
) -> QMenu:
    """A menu of orders; the column that the list is sorted by already is offered turned round.

    Args:
        choose: is given the key.
        at: where the menu opens, on the screen.
    """
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setAccessibleName(QCoreApplication.translate("Finding", "Order of the list"))
    now = narrowing.order

    def offer(key: str) -> None:
        entry = menu.addAction(order_words(replace(narrowing, sort=key), columns))
        entry.setCheckable(True)
        entry.setChecked(key == now)
        entry.triggered.connect(lambda: choose(key))

    if narrowing.own_order == RELEVANCE:
        offer(RELEVANCE)
    offer(f"-{AS_IMPORTED}")
    offer(AS_IMPORTED)
    menu.addSeparator()
    for column in columns:
        key = column.sort
        if not key or key.removeprefix("-") in (AS_IMPORTED, RELEVANCE):
            continue
        if now.removeprefix("-") == key:
            offer(now)
            offer(key if now.startswith("-") else f"-{key}")
        else:
            offer(f"-{key}" if column.right else key)
    menu.popup(at)
    return menu
