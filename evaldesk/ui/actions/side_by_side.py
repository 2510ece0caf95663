"""Commands of traces side by side: the same on every screen that shows some."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


_GROUP = _tr("Side by side")

_COMMANDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("divergence", _tr("Where they part first"), ("G",)),
    ("fold", _tr("Only what differs, or all steps"), ("O",)),
    ("formatting", _tr("Ignore formatting, or not"), ("I",)),
    ("formatting_choice", _tr("Choose what of the formatting is ignored"), ("Shift+I",)),
    ("pin", _tr("Keep a step or document open, also in the next scenario"), ("P",)),
)


def side_by_side_actions(scope: str) -> tuple[ActionSpec, ...]:
    """The commands for a screen."""
    return tuple(
        ActionSpec(f"{scope}.beside_{name}", text, keys, scope, _GROUP)
        for name, text, keys in _COMMANDS
    )
