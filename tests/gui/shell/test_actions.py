"""Commands: unique, without conflicts, off while typing, found by the palette and the sheet."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from evaldesk.ui.actions import GLOBAL, ActionRegistry, ActionSpec
from evaldesk.ui.actions.catalogue import all_actions
from evaldesk.ui.actions.registry import conflicts, key_text
from evaldesk.ui.actions.typing_guard import TypingGuard
from evaldesk.ui.screens.registry import SCREENS
from evaldesk.ui.shell.palette import matches


def test_every_command_is_there_once():
    ids = [spec.id for spec in all_actions()]
    assert len(ids) == len(set(ids))
    assert all(spec.text for spec in all_actions())


def test_every_scope_is_a_screen():
    known = {GLOBAL, *(spec.id for spec in SCREENS)}
    assert {spec.scope for spec in all_actions()} <= known


def test_no_two_commands_answer_to_the_same_keys():
    assert conflicts(all_actions()) == []


def test_conflicts_are_seen():
    one = ActionSpec("a.one", "One", ("Ctrl+J",), "traces")
    same = ActionSpec("a.same", "Same", ("ctrl+j",), "traces")
    everywhere = ActionSpec("a.all", "All", ("Ctrl+J",))
    elsewhere = ActionSpec("a.else", "Else", ("Ctrl+J",), "review")
    assert conflicts((one, elsewhere)) == []
    assert conflicts((one, same)) == [("Ctrl+J", "a.one", "a.same")]
    assert conflicts((elsewhere, everywhere)) == [("Ctrl+J", "a.else", "a.all")]


def test_every_screen_of_the_rail_can_be_gone_to_by_key(window):
    for spec in SCREENS:
        assert window.workspace.actions.shortcuts(f"go.{spec.id}")


def test_the_persons_own_keys_win(qtbot, settings):
    settings.put("shortcuts", {"a.one": ["Ctrl+J"]})
    spec = ActionSpec("a.one", "One", ("1",))
    registry = ActionRegistry(settings, (spec,))
    page = QWidget()
    qtbot.addWidget(page)
    ran = []
    registry.bind(page, "a.one", lambda: ran.append(1))
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_1)
    assert ran == []
    QTest.keyClick(page, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert ran == [1]


def test_a_command_that_says_no_does_nothing(qtbot, settings):
    registry = ActionRegistry(settings, (ActionSpec("a.one", "One", ("1",)),))
    page = QWidget()
    qtbot.addWidget(page)
    ran, able = [], [False]
    registry.bind(page, "a.one", lambda: ran.append(1), lambda: able[0])
    assert registry.offered("traces") == ()
    assert not registry.trigger("a.one")
    able[0] = True
    assert registry.trigger("a.one")
    assert ran == [1]


@pytest.mark.parametrize("field", [QLineEdit, QPlainTextEdit, QSpinBox, QComboBox])
def test_plain_keys_are_off_while_typing(qtbot, qapp, settings, field):
    guard = TypingGuard(qapp)
    specs = (
        ActionSpec("a.digit", "Digit", ("1",)),
        ActionSpec("a.return", "Return", ("Return",)),
        ActionSpec("a.down", "Down", ("Down",)),
        ActionSpec("a.submit", "Submit", ("Ctrl+Return",)),
        ActionSpec("a.leave", "Leave", ("Esc",)),
    )
    registry = ActionRegistry(settings, specs)
    page = QWidget()
    qtbot.addWidget(page)
    column = QVBoxLayout(page)
    editor = field()
    if isinstance(editor, QComboBox):
        editor.setEditable(True)
    column.addWidget(editor)
    ran = []
    for spec in specs:
        registry.bind(page, spec.id, lambda name=spec.id: ran.append(name))
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    editor.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)
    target = QApplication.focusWidget()
    QTest.keyClick(target, Qt.Key.Key_1)
    QTest.keyClick(target, Qt.Key.Key_Return)
    QTest.keyClick(target, Qt.Key.Key_Down)
    assert ran == []
    text = {
        QLineEdit: lambda: editor.text(),
        QPlainTextEdit: lambda: editor.toPlainText().strip(),
        QSpinBox: lambda: editor.text(),
        QComboBox: lambda: editor.currentText(),
    }[field]()
    assert "1" in text or field is QSpinBox
    QTest.keyClick(target, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(target, Qt.Key.Key_Escape)
    assert ran == ["a.submit", "a.leave"]
    editor.clearFocus()
    page.setFocus()
    QTest.keyClick(page, Qt.Key.Key_1)
    assert ran[-1] == "a.digit"
    guard.deleteLater()


@pytest.mark.parametrize(
    ("keys", "shown"),
    [("Ctrl+Return", "Ctrl ⏎"), ("?", "?"), ("Ctrl+,", "Ctrl ,"), ("Alt+Left", "Alt ←")],
)
def test_keys_as_a_person_reads_them(qapp, keys, shown):
    assert key_text(keys) == shown


# ------------------------------------------------------------------------------------- palette


@pytest.mark.parametrize(
    ("typed", "title", "found"),
    [
        ("", "Go to Review", True),
        ("rev", "Go to Review", True),
        ("re go", "Go to Review", True),
        ("view", "Go to Review", True),
        ("trc", "Go to Review", False),
    ],
)
def test_what_was_typed_finds_titles(typed, title, found):
    assert (matches(typed, title) is not None) is found


def test_the_beginning_of_a_word_is_better_than_its_middle():
    assert matches("re", "Review") < matches("re", "Compare")


def test_the_palette_finds_and_carries_out(qtbot, window):
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = window.palette_overlay
    assert palette.isVisible()
    assert QApplication.focusWidget() is palette.field
    QTest.keyClicks(palette.field, "settings")
    assert palette.model.items[0].title == "Go to Settings"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()
    qtbot.waitUntil(lambda: window.host.screen_id == "settings")


def test_the_palette_leaves_out_what_cannot_be_done(window):
    window.palette_overlay.open_for("")
    titles = [item.title for item in window.palette_overlay.model.items]
    assert "Open a project" in titles
    assert "Close the project" not in titles
    assert "Go to Traces" not in titles


def test_commands_are_off_below_the_palette(window):
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    field = window.palette_overlay.field
    QTest.keyClick(field, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Question)
    assert window.host.screen_id == ""
    assert not window.sheet.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not window.palette_overlay.isVisible()


def test_the_palette_finds_traces(qtbot, opened):
    QTest.keyClick(opened, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    project = opened.workspace.project
    from evaldesk.domain.query import TraceQuery

    row = project.traces.rows(project.traces.ids(TraceQuery())[:1])[0]
    QTest.keyClicks(opened.palette_overlay.field, row.scenario)
    items = opened.palette_overlay.model
    qtbot.waitUntil(lambda: any(item.title == row.scenario for item in items.items))
    places = []
    opened.workspace.navigated.disconnect()
    opened.workspace.navigated.connect(lambda where, place: places.append((where, place)))
    index = next(i for i, item in enumerate(items.items) if item.title == row.scenario)
    opened.palette_overlay.run(index)
    assert places[0][0] == "traces"
    assert set(places[0][1]) == {"trace"}


# --------------------------------------------------------------------------------------- sheet


def test_the_sheet_shows_the_screens_own_keys_first(window):
    groups = window.sheet.groups("traces")
    own = [spec for spec in all_actions() if spec.scope == "traces" and spec.shortcuts]
    if own:
        assert groups[0][0].startswith("Traces")
    shown = {spec.id for _, specs in groups for spec in specs}
    assert shown == {spec.id for spec in all_actions() if spec.shortcuts}


def test_a_row_of_numbers_takes_one_line(window):
    groups = dict(window.sheet.groups("review"))
    lines = window.sheet._lines(groups["Review · Answer"])
    assert ("Answer with point 1–9", ["1", "…", "9"]) in lines
    assert ("Severity S1–4", ["Shift 1", "…", "Shift 4"]) in lines
    assert not any("point 2" in text for text, _ in lines)
    # Screens are numbered too, but each has a name of its own.
    assert [text for text, _ in window.sheet._lines(groups["Go to"])][:2] == [
        "Go to Overview",
        "Go to Traces",
    ]


def test_the_question_mark_opens_and_closes_the_sheet(window):
    QTest.keyClick(window, Qt.Key.Key_Question)
    assert window.sheet.isVisible()
    QTest.keyClick(QApplication.focusWidget(), "?")
    assert not window.sheet.isVisible()
