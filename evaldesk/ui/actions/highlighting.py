"""Commands of highlighting: the same on every screen where one marks in a trace."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


_GROUP = _tr("Highlights")
_COMMANDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("begin", _tr("Highlight: mark text by mouse or by keys"), ("H",)),
    ("next", _tr("Next highlight"), ("]",)),
    ("previous", _tr("Highlight before"), ("[",)),
    ("remove", _tr("Remove the highlight in hand"), ("Delete",)),
)


def highlighting_actions(scope: str) -> tuple[ActionSpec, ...]:
    """The commands for a screen."""
    return tuple(
        ActionSpec(f"{scope}.highlight_{name}", text, keys, scope, _GROUP)
        for name, text, keys in _COMMANDS
    )
