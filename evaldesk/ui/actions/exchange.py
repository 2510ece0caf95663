"""Commands of the Exchange screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.domain.identity import Role
from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(name: str, text: str, keys: str, group: str, least: Role = "reviewer") -> ActionSpec:
    shortcuts = (keys,) if keys else ()
    return ActionSpec(f"exchange.{name}", text, shortcuts, "exchange", group, least=least)


_GO, _PEOPLE, _OUT, _IN = "Parts", "People", "Out", "In"

actions: tuple[ActionSpec, ...] = (
    _spec("people", _tr("Show people and cards"), "Alt+1", _GO),
    _spec("out", _tr("Show what goes out"), "Alt+2", _GO),
    _spec("in", _tr("Show what comes in"), "Alt+3", _GO),
    _spec("make_keys", _tr("Make my keys"), "", _PEOPLE),
    _spec("copy_card", _tr("Copy my card"), "Ctrl+Shift+C", _PEOPLE),
    _spec("save_card", _tr("Save my card to a file"), "Ctrl+Shift+S", _PEOPLE),
    _spec("add_card", _tr("Read somebody's card from a file"), "A", _PEOPLE, "owner"),
    _spec("paste_card", _tr("Paste somebody's card"), "Ctrl+V", _PEOPLE, "owner"),
    _spec("retrust", _tr("Give another role or date"), "T", _PEOPLE, "owner"),
    _spec("revoke", _tr("Accept nothing more of this person"), "R", _PEOPLE, "owner"),
    _spec("send", _tr("Send this assignment"), "S", _OUT),
    _spec("send_all", _tr("Send everything not sent yet, into a folder"), "Shift+S", _OUT),
    _spec("add_files", _tr("Look at files that came back"), "F", _IN),
    _spec("add_folder", _tr("Look at all packages of a folder"), "Shift+F", _IN),
    _spec("watch", _tr("Watch a folder, or no longer"), "W", _IN),
    _spec("clear", _tr("Take the files off the list"), "", _IN),
    _spec("merge", _tr("Merge what came back"), "Ctrl+Return", _IN),
    _spec("settle", _tr("Settle the conflict"), "D", _IN),
)
