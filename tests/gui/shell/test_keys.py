"""Other keys: they hold at once, are shown at once, are taken from nobody unasked, and travel."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from evaldesk.domain.errors import UsageError
from evaldesk.settings import Settings
from evaldesk.ui.actions import ActionRegistry, ActionSpec
from evaldesk.ui.actions.catalogue import all_actions
from evaldesk.ui.actions.key_text import key_text, pressed, spelled
from evaldesk.ui.actions.keymap import (
    PRESETS,
    all_keys,
    from_json,
    give,
    holders,
    of_preset,
    take_preset,
    to_json,
)
from evaldesk.ui.actions.registry import conflicts
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.keycap import KeyHint
from evaldesk.ui.widgets.keyed_words import keyed_placeholder, keyed_tooltip

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def registry(settings):
    return ActionRegistry(settings)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_preset_leaves_nothing_without_a_key_and_nothing_twice(preset):
    keys = of_preset(all_actions(), preset)
    assert set(preset.keys) <= set(keys)
    assert conflicts(all_actions(), keys) == []
    assert [spec.id for spec in all_actions() if spec.shortcuts and not keys[spec.id]] == []
    assert all(spelled(key) for given in keys.values() for key in given)


def test_a_preset_is_taken_and_given_up(registry, settings):
    left = next(preset for preset in PRESETS if preset.id == "left")
    take_preset(registry, left)
    assert registry.shortcuts("review.down")[0] == "S"
    assert "S" not in registry.shortcuts("review.skip")
    assert conflicts(registry.specs, all_keys(registry)) == []
    take_preset(registry, PRESETS[0])
    assert all_keys(registry) == {spec.id: spec.shortcuts for spec in all_actions()}
    assert settings.get("shortcuts") is None


def test_a_chosen_key_holds_at_once_and_is_shown_at_once(qtbot, settings):
    registry = ActionRegistry(settings, (ActionSpec("a.one", "One", ("1",)),))
    page = QWidget()
    qtbot.addWidget(page)
    button = ActionButton("One", registry.keys("a.one"), page)
    hint = KeyHint(registry.keys("a.one"), "one", page)
    ran = []
    registry.bind(page, "a.one", lambda: ran.append(1))
    with qtbot.waitExposed(page):
        page.show()
    page.activateWindow()
    page.setFocus()
    registry.choose({"a.one": ("Ctrl+J", "Ctrl+P")})
    QTest.keyClick(page, Qt.Key.Key_1)
    assert ran == []
    QTest.keyClick(page, Qt.Key.Key_J, CTRL)
    QTest.keyClick(page, Qt.Key.Key_P, CTRL)
    assert ran == [1, 1]
    assert button.keys == "Ctrl J"
    assert button.accessibleName() == "One, Ctrl J"
    assert hint.cap.text() == "Ctrl J"
    assert hint.accessibleName() == "one: Ctrl J"
    assert Settings(settings.path).shortcuts("a.one") == ("Ctrl+J", "Ctrl+P")
    registry.choose({"a.one": ()})
    assert not hint.cap.isVisible()
    QTest.keyClick(page, Qt.Key.Key_J, CTRL)
    assert ran == [1, 1]
    registry.choose({"a.one": None})
    assert button.keys == "1"
    assert not registry.is_own("a.one")


def test_a_key_is_taken_from_whoever_else_answers_to_it(registry):
    assert [spec.id for spec in holders(registry, "review.skip", "Ctrl+Z")] == ["review.undo"]
    assert [spec.id for spec in holders(registry, "review.skip", "ctrl+k")] == ["app.palette"]
    assert holders(registry, "review.skip", "U") == []  # Compare has one, on another screen
    give(registry, "review.skip", ("S", "Ctrl+Y"))
    assert registry.shortcuts("review.redo") == ("Ctrl+Shift+Z",)
    assert conflicts(registry.specs, all_keys(registry)) == []


KEYS = st.sampled_from(["S", "Ctrl+J", "Alt+1", "F5", "Num+4", "Ctrl+Shift+E", "?", "Tab"])
IDS = st.sampled_from([spec.id for spec in all_actions()])


@given(st.lists(st.tuples(IDS, st.lists(KEYS, max_size=3)), max_size=8))
def test_giving_keys_never_leaves_two_commands_with_one(tmp_path_factory, steps):
    registry = ActionRegistry(Settings(tmp_path_factory.mktemp("keys") / "settings.json"))
    for action_id, keys in steps:
        give(registry, action_id, keys)
        assert registry.shortcuts(action_id) == tuple(dict.fromkeys(map(spelled, keys)))
    assert conflicts(registry.specs, all_keys(registry)) == []
    keys, unknown = from_json(registry, to_json(registry))
    assert {name: tuple(map(spelled, given)) for name, given in keys.items()} == {
        name: tuple(map(spelled, given)) for name, given in all_keys(registry).items()
    }
    assert unknown == []


def _file(**keys):
    return json.dumps({"format": "evaldesk-keys", "version": 1, "keys": keys})


def test_a_file_names_what_is_not_known_here(registry):
    keys, unknown = from_json(registry, _file(**{"review.skip": ["F6"], "no.such": ["F7"]}))
    assert keys["review.skip"] == ("F6",)
    assert unknown == ["no.such"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "no keys of EvalDesk"),
        ('{"format": "evaldesk-keys", "version": 2, "keys": {}}', "version 2"),
        ('{"format": "evaldesk-keys", "version": 1, "keys": {"a": "S"}}', "not lists"),
        (_file(**{"review.skip": ["Ctrl+Nonsense"]}), "is no key"),
        (_file(**{"review.skip": ["Ctrl+Z"]}), "would be both"),
    ],
    ids=["syntax", "other", "newer", "shape", "key", "shared"],
)
def test_a_file_that_cannot_be_taken_is_refused_whole(registry, text, said):
    with pytest.raises(UsageError, match=said):
        from_json(registry, text)
    assert not any(registry.is_own(spec.id) for spec in registry.specs)


def _press(key, modifiers=Qt.KeyboardModifier.NoModifier, text=""):
    return pressed(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))


def test_what_was_pressed_is_spelled_as_commands_are(qapp):
    shift, pad = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier
    assert _press(Qt.Key.Key_Control, CTRL) == ""
    assert _press(Qt.Key.Key_J, CTRL) == "Ctrl+J"
    assert _press(Qt.Key.Key_F, shift) == "Shift+F"
    assert _press(Qt.Key.Key_Question, shift, "?") == "?"
    assert _press(Qt.Key.Key_Backtab, shift) == "Shift+Tab"
    assert _press(Qt.Key.Key_4, pad, "4") == "Num+4"
    assert _press(Qt.Key.Key_Space, shift) == "Shift+Space"
    assert key_text("Ctrl++") == "Ctrl +"


# ------------------------------------------------------------------------- the card in Settings


@pytest.fixture
def card(qtbot, window):
    window.host.show_screen("settings")
    return window.host.current.keys


def test_a_command_is_found_and_given_new_keys(window, card):
    actions = window.workspace.actions
    card.search.setText("larger type")
    assert [spec.id for spec in card.model.shown] == ["app.larger"]
    card.table.setFocus()
    QTest.keyClick(card.table, Qt.Key.Key_Return)
    assert window.focusWidget() is card.field
    QTest.keyClick(card.field, Qt.Key.Key_F8)
    assert actions.shortcuts("app.larger") == ("F8",)
    assert window.focusWidget() is card.table
    QTest.keyClick(card.table, Qt.Key.Key_Insert)
    QTest.keyClick(card.field, Qt.Key.Key_F9)
    assert actions.shortcuts("app.larger") == ("F8", "F9")
    card.reset_button.click()
    assert actions.shortcuts("app.larger") == actions.spec("app.larger").shortcuts
    QTest.keyClick(card.table, Qt.Key.Key_Return)
    QTest.keyClick(card.field, Qt.Key.Key_Escape)
    assert card.field.isHidden()
    assert not actions.is_own("app.larger")


def test_who_has_a_key_is_named_and_asked_about(window, card):
    actions = window.workspace.actions
    card.search.setText("review skip")
    card.press_keys(add=False)
    QTest.keyClick(card.field, Qt.Key.Key_Z, CTRL)
    assert "Undo" in card.question.text()
    assert actions.shortcuts("review.undo") == ("Ctrl+Z",)
    card.keep_button.click()
    assert actions.shortcuts("review.skip") == ("S",)
    card.press_keys(add=True)
    QTest.keyClick(card.field, Qt.Key.Key_Z, CTRL)
    card.take_button.click()
    assert actions.shortcuts("review.skip") == ("S", "Ctrl+Z")
    assert actions.shortcuts("review.undo") == ()


def test_keys_are_saved_to_a_file_and_taken_from_it(window, card, prompts, tmp_path):
    actions = window.workspace.actions
    path = tmp_path / "keys.json"
    give(actions, "review.skip", ("F6",))
    prompts.answers = [path, True, path]
    card.export_button.click()
    card.reset_all.click()
    assert not actions.is_own("review.skip")
    card.import_button.click()
    assert actions.shortcuts("review.skip") == ("F6",)
    path.write_text(_file(**{"review.skip": ["Ctrl+Z"]}))
    prompts.answers = [path]
    card.import_button.click()
    assert not window.banner.isHidden()
    assert actions.shortcuts("review.skip") == ("F6",)


def test_the_sheet_shows_the_keys_that_were_chosen(window):
    give(window.workspace.actions, "app.quit", ("F12",))
    window.sheet.open_for("")
    keys = dict(window.sheet.groups(""))["Window"]
    assert any(spec.id == "app.quit" for spec in keys)
    assert ("Quit", ["F12"]) in window.sheet._lines(keys)


@pytest.mark.parametrize("hand", ["left", "right"])
def test_a_hands_preset_answers_pairs_as_well(hand):
    preset = next(preset for preset in PRESETS if preset.id == hand)
    names = ("left", "right", "tie", "bad", "submit", "skip", "up", "down", "clear", "reason")
    assert {f"prefer.{name}" for name in names} <= set(preset.keys)


def test_a_tooltip_and_a_placeholder_name_the_key_that_is_chosen(qtbot, registry):
    button, field = QPushButton(), QLineEdit()
    for widget in (button, field):
        qtbot.addWidget(widget)
    keyed_tooltip(button, "Choose another round", registry.keys("review.rubric"))
    keyed_placeholder(field, "Filter", registry.keys("review.filter"))
    assert (button.toolTip(), field.placeholderText()) == (
        "Choose another round  (R)",
        "Filter  (F)",
    )
    registry.choose({"review.rubric": ["Ctrl+R"], "review.filter": []})
    assert (button.toolTip(), field.placeholderText()) == (
        "Choose another round  (Ctrl R)",
        "Filter",
    )
