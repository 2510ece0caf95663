"""Commands of the import screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec

_SCOPE = "import"


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(name: str, text: str, *keys: str, group: str = "") -> ActionSpec:
    return ActionSpec(f"import.{name}", text, keys, _SCOPE, group)


_FILES, _PREVIEW = _tr("Files"), _tr("Preview")

actions: tuple[ActionSpec, ...] = (
    _spec("choose", _tr("Choose files"), "Ctrl+Shift+O", group=_FILES),
    _spec("remove", _tr("Take the file off the list"), "Delete", group=_FILES),
    _spec("next_file", _tr("Next file"), "Ctrl+Down", group=_FILES),
    _spec("previous_file", _tr("File before"), "Ctrl+Up", group=_FILES),
    _spec("kind", _tr("Read it as traces, or as ratings"), "Ctrl+T", group=_FILES),
    _spec("run", _tr("Import"), "Ctrl+Return", "Ctrl+Enter", group=_FILES),
    _spec("cancel", _tr("Cancel the import"), group=_FILES),
    _spec("save_mapping", _tr("Keep the columns under a name"), "Ctrl+S", group=_FILES),
    _spec("view", _tr("Switch between records and the file's rows"), "Ctrl+B", group=_PREVIEW),
    _spec("next", _tr("Next record"), "Ctrl+PgDown", group=_PREVIEW),
    _spec("previous", _tr("Record before"), "Ctrl+PgUp", group=_PREVIEW),
)
