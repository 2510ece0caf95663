"""Commands of the Privacy screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


actions: tuple[ActionSpec, ...] = (
    ActionSpec("privacy.scan", _tr("Look for personal data now"), ("Ctrl+Return",), "privacy"),
    ActionSpec("privacy.kind", _tr("Choose a kind of personal data"), ("K",), "privacy"),
    ActionSpec("privacy.profile", _tr("Choose a profile to look through"), ("P",), "privacy"),
    ActionSpec("privacy.accept", _tr("This place is personal data"), ("A",), "privacy"),
    ActionSpec("privacy.reject", _tr("This place is no personal data"), ("R",), "privacy"),
    ActionSpec("privacy.always", _tr("This text always is personal data"), ("W",), "privacy"),
    ActionSpec("privacy.never", _tr("This text never is personal data"), ("N",), "privacy"),
    ActionSpec("privacy.undo", _tr("Take the last decision back"), ("Ctrl+Z",), "privacy"),
    ActionSpec("privacy.trace", _tr("Open the trace"), ("O",), "privacy"),
)
