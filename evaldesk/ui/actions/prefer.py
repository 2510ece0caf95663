"""Commands of comparing pairs of traces."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.reading import reading_actions
from evaldesk.ui.actions.side_by_side import side_by_side_actions
from evaldesk.ui.actions.spec import ActionSpec

_SCOPE = "prefer"


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(
    name: str, text: str, keys: tuple[str, ...], group: str, *, palette: bool = True
) -> ActionSpec:
    return ActionSpec(f"{_SCOPE}.{name}", text, keys, _SCOPE, group, palette)


_ANSWER, _GO, _TRACE = "Answer", "Go on", "Trace"

actions: tuple[ActionSpec, ...] = (
    _spec("left", _tr("Prefer A, on the left"), ("Left",), _ANSWER),
    _spec("right", _tr("Prefer B, on the right"), ("Right",), _ANSWER),
    _spec("tie", _tr("Tie: equally good"), ("T",), _ANSWER),
    _spec("bad", _tr("Both bad"), ("B",), _ANSWER),
    _spec("digit1", _tr("Prefer A; after a choice, slightly better"), ("1",), _ANSWER),
    _spec("digit2", _tr("Prefer B; after a choice, clearly better"), ("2",), _ANSWER),
    _spec("digit3", _tr("Much better"), ("3",), _ANSWER),
    _spec("reason", _tr("Say why"), ("R", "M"), _ANSWER),
    _spec("clear", _tr("Take the choice back"), ("0", "Backspace"), _ANSWER),
    _spec("down", _tr("Next question"), ("Down", "Tab"), _ANSWER, palette=False),
    _spec("up", _tr("Question before"), ("Up", "Shift+Tab"), _ANSWER, palette=False),
    _spec("submit", _tr("Submit and go to the next pair"), ("Ctrl+Return", "Ctrl+Enter"), _GO),
    _spec("skip", _tr("Skip: put it at the end of the queue"), ("S",), _GO),
    _spec("flag", _tr("Flag for the adjudicator, with a note"), ("Shift+F",), _GO),
    _spec("undo", _tr("Undo"), ("Ctrl+Z",), _GO),
    _spec("redo", _tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), _GO),
    _spec("next", _tr("Next pair"), ("J", "Alt+Down"), _GO),
    _spec("previous", _tr("Pair before"), ("K", "Alt+Up"), _GO),
    _spec("next_pending", _tr("Next pair that is open"), ("N",), _GO),
    _spec("round", _tr("Choose another round"), ("Shift+R",), _GO),
    _spec("find", _tr("Find in both traces"), ("/", "Ctrl+F"), _TRACE),
    _spec("difference", _tr("Next difference"), ("D",), _TRACE),
    _spec("difference_back", _tr("Previous difference"), ("Shift+D",), _TRACE),
    _spec("page_down", _tr("Scroll both down"), ("Space", "PgDown"), _TRACE, palette=False),
    _spec("page_up", _tr("Scroll both up"), ("Shift+Space", "PgUp"), _TRACE, palette=False),
    *reading_actions(_SCOPE, frozenset({"B"})),
    *side_by_side_actions(_SCOPE),
)
