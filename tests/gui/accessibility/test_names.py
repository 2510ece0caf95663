"""What a screen reader is told: every control, row and picture of every screen says what it is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from evaldesk.ui.screens.registry import SCREENS

R = QAccessible.Role
NAMED = {
    R.Button,
    R.ButtonMenu,
    R.ButtonDropDown,
    R.CheckBox,
    R.ComboBox,
    R.EditableText,
    R.HotkeyField,
    R.Link,
    R.List,
    R.MenuItem,
    R.PageTab,
    R.ProgressBar,
    R.RadioButton,
    R.Slider,
    R.SpinBox,
    R.Table,
    R.Tree,
}
ROWS = 3
"""So many rows of a list are looked at."""

SCREEN = pytest.mark.parametrize("screen_id", [spec.id for spec in SCREENS])


def said(interface: QAccessibleInterface) -> str:
    return interface.text(QAccessible.Text.Name).strip()


def visible(interface: QAccessibleInterface) -> bool:
    thing = interface.object()
    if isinstance(thing, QWidget):
        return thing.isVisible()
    return not interface.state().invisible


def walk(interface, path=()):
    """Every visible part with where it is; the cells of a view are looked at by `rows_said`."""
    here = (*path, f"{interface.role().name}:{said(interface)[:24]}")
    yield here, interface
    if isinstance(interface.object(), QAbstractItemView | QHeaderView):
        return
    for number in range(interface.childCount()):
        child = interface.child(number)
        if child is not None and child.isValid() and visible(child):
            yield from walk(child, here)


@SCREEN
def test_every_control_has_a_name_in_words(shown, screen_id):
    window = shown(screen_id)
    whole = QAccessible.queryAccessibleInterface(window)
    nameless = []
    seen = 0
    for path, part in walk(whole):
        if part.role() not in NAMED:
            continue
        seen += 1
        name = said(part)
        if not any(letter.isalnum() for letter in name):
            thing = part.object()
            nameless.append((" > ".join(path[-3:]), type(thing).__name__, name))
    assert nameless == []
    assert seen > 10


@SCREEN
def test_every_row_of_a_list_says_what_it_shows(shown, screen_id):
    window = shown(screen_id)
    silent = []
    for view in window.host.current.findChildren(QAbstractItemView):
        model = view.model()
        if not view.isVisible() or isinstance(view, QHeaderView) or model is None:
            continue
        for row in range(min(ROWS, model.rowCount())):
            columns = view.horizontalHeader().count() if isinstance(view, QTableView) else 1
            cells = [model.index(row, column) for column in range(columns)]
            text = " ".join(_read_out(cell) for cell in cells)
            if not any(letter.isalnum() for letter in text):
                silent.append((view.accessibleName(), type(model).__name__, row, text))
    assert silent == []


def _read_out(cell):
    """As Qt's own interface of a cell does."""
    said = cell.data(Qt.ItemDataRole.AccessibleTextRole) or cell.data(Qt.ItemDataRole.DisplayRole)
    return str(said or "")


@SCREEN
def test_what_has_the_focus_is_announced(shown, screen_id):
    window = shown(screen_id)
    focused = window.focusWidget()
    if focused is None or not window.host.current.isAncestorOf(focused):
        return  # nothing on the screen has taken it
    interface = QAccessible.queryAccessibleInterface(focused)
    name, more = said(interface), interface.text(QAccessible.Text.Description)
    assert any(letter.isalnum() for letter in name + more), type(focused).__name__


def test_the_criterion_in_hand_is_announced_with_its_answer(shown):
    window = shown("review")
    form = window.host.current.form
    form.setFocus()
    first = window.focusWidget()
    form.step(1)
    second = window.focusWidget()
    interface = QAccessible.queryAccessibleInterface(second)
    assert first is not second
    assert said(interface) == second.title.text()
    assert interface.text(QAccessible.Text.Description)


@pytest.mark.parametrize("overlay", ["palette_overlay", "sheet"])
def test_overlays_have_names(shown, overlay):
    window = shown("overview")
    pane = getattr(window, overlay)
    pane.open_for("overview")
    parts = [part for _, part in walk(QAccessible.queryAccessibleInterface(pane))]
    nameless = [
        type(part.object()).__name__ for part in parts if part.role() in NAMED and not said(part)
    ]
    pane.close_overlay()
    assert nameless == []
