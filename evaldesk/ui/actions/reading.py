"""Commands of reading a trace: the same on every screen that shows one.

Alt and a letter goes somewhere, with Shift back again, whatever has the focus. Keys without Alt are
given where a screen has no other use for them.
"""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


_GROUP = _tr("Reading")

_COMMANDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("error", _tr("Next error"), ("Alt+E",)),
    ("error_back", _tr("Error before"), ("Alt+Shift+E",)),
    ("call", _tr("Next tool call"), ("Alt+C",)),
    ("call_back", _tr("Tool call before"), ("Alt+Shift+C",)),
    ("hit", _tr("Next hit of the search"), ("F3",)),
    ("hit_back", _tr("Hit before"), ("Shift+F3",)),
    ("annotation", _tr("Next annotation of another tool"), ("Alt+A",)),
    ("annotation_back", _tr("Annotation before"), ("Alt+Shift+A",)),
    ("quote", _tr("Next quote of a document"), ("Alt+Q",)),
    ("quote_back", _tr("Quote before"), ("Alt+Shift+Q",)),
    ("quote_cross", _tr("From the quote to the document, and back"), ("Alt+W",)),
    ("note", _tr("Next bookmark or note"), ("Alt+M",)),
    ("note_back", _tr("Bookmark or note before"), ("Alt+Shift+M",)),
    ("timeline", _tr("Timeline: show, go there, hide"), ("Alt+T",)),
    ("raw", _tr("Rendered, or as it came"), ("Alt+R",)),
    ("copy", _tr("Copy the step as Markdown"), ("Alt+Y",)),
    ("copy_trace", _tr("Copy the trace as Markdown"), ("Alt+Shift+Y",)),
    ("copy_json", _tr("Copy the message as JSON"), ()),
    ("copy_trace_json", _tr("Copy the trace as JSON"), ()),
    ("copy_value", _tr("Copy the value"), ("Alt+V",)),
    ("copy_path", _tr("Copy the path of the value"), ("Alt+P",)),
    ("bookmark", _tr("Set or take away a bookmark"), ("Alt+B", "B")),
    ("write_note", _tr("Write a note"), ("Alt+Shift+B", "Shift+B")),
    ("reveal", _tr("Show the original of a redacted trace, for a reason"), ("Alt+O",)),
)
NAMES = tuple(name for name, _, _ in _COMMANDS)


def reading_actions(scope: str, taken: frozenset[str] = frozenset()) -> tuple[ActionSpec, ...]:
    """The commands for a screen.

    Args:
        taken: keys that the screen has another use for.
    """
    return tuple(
        ActionSpec(
            f"{scope}.read_{name}",
            text,
            tuple(key for key in keys if key not in taken),
            scope,
            _GROUP,
        )
        for name, text, keys in _COMMANDS
    )
