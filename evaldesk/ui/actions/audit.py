"""Commands of the Audit screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


actions: tuple[ActionSpec, ...] = (
    ActionSpec("audit.search", _tr("Search in the log"), ("/",), "audit"),
    ActionSpec("audit.kind", _tr("Choose a kind of entries"), ("K",), "audit"),
    ActionSpec("audit.author", _tr("Choose whose entries"), ("P",), "audit"),
    ActionSpec("audit.time", _tr("Choose the time of the entries"), ("T",), "audit"),
    ActionSpec("audit.reset", _tr("Show the whole log again"), ("Shift+F",), "audit"),
    ActionSpec("audit.verify", _tr("Verify the project now"), ("Ctrl+Return",), "audit"),
    ActionSpec("audit.export", _tr("Export the log for an auditor"), ("Ctrl+Shift+E",), "audit"),
    ActionSpec("audit.copy_head", _tr("Copy the head of the log"), ("Y",), "audit"),
    ActionSpec("audit.detail", _tr("Go to the entry"), ("D",), "audit"),
)
