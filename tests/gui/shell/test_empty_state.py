"""Where a screen is empty, Return does what stands out."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from evaldesk.ui.widgets.empty import EmptyState


def test_return_imports_into_an_empty_project(qtbot, window, prompts, tmp_path):
    prompts.answers.append(tmp_path / "Fresh.evaldesk")
    window.workspace.actions.trigger("project.new")
    qtbot.waitUntil(lambda: window.workspace.project is not None, timeout=30_000)
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)
    qtbot.waitUntil(lambda: window.focusWidget() is not None)
    empty = window.host.current.empty
    qtbot.waitUntil(lambda: empty.isAncestorOf(window.focusWidget()))
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.host.screen_id == "import"
    # And again there: it asks for files.
    qtbot.waitUntil(lambda: window.host.current.isAncestorOf(window.focusWidget()))
    qtbot.wait(20)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert prompts.asked[-1][0] == "open"


def test_it_takes_no_focus_from_who_is_typing(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    field, empty = QLineEdit(), EmptyState("Nothing fits the filter")
    empty.add_action("Clear it", lambda: None, primary=True)
    column.addWidget(field)
    column.addWidget(empty)
    empty.hide()
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    field.setFocus()
    empty.show()
    qtbot.wait(20)
    assert field.hasFocus()
