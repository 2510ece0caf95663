"""Commands of the rounds screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


actions: tuple[ActionSpec, ...] = (
    ActionSpec("rounds.new", _tr("Plan a new round"), ("Ctrl+Shift+N",), "rounds"),
    ActionSpec("rounds.open", _tr("Open the planned round"), ("Ctrl+Return",), "rounds"),
    ActionSpec("rounds.cancel", _tr("Leave the plan"), ("Escape",), "rounds", palette=False),
    ActionSpec("rounds.rate", _tr("Rate in this round"), ("Ctrl+R",), "rounds"),
    ActionSpec("rounds.reveal", _tr("Reveal the round's answers"), (), "rounds"),
    ActionSpec("rounds.close", _tr("Close the round"), (), "rounds"),
    ActionSpec("rounds.next", _tr("Next round"), ("Alt+Down",), "rounds"),
    ActionSpec("rounds.previous", _tr("Round before"), ("Alt+Up",), "rounds"),
)
