"""Commands of the review screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.highlighting import highlighting_actions
from evaldesk.ui.actions.reading import reading_actions
from evaldesk.ui.actions.side_by_side import side_by_side_actions
from evaldesk.ui.actions.spec import ActionSpec

_SCOPE = "review"


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(
    name: str, text: str, keys: tuple[str, ...], group: str, *, palette: bool = True
) -> ActionSpec:
    return ActionSpec(f"review.{name}", text, keys, _SCOPE, group, palette)


_ANSWER, _GO, _TRACE, _QUEUE = "Answer", "Go on", "Trace", "Queue"

actions: tuple[ActionSpec, ...] = (
    *(
        _spec(
            f"answer{n}",
            _tr("Answer with point %1").replace("%1", str(n)),
            (str(n),),
            _ANSWER,
            palette=False,
        )
        for n in range(1, 10)
    ),
    _spec("clear", _tr("Take the answer back"), ("0", "Backspace"), _ANSWER),
    _spec("next_field", _tr("Into the next criterion"), ("Tab",), _ANSWER, palette=False),
    _spec("previous_field", _tr("Into the one before"), ("Shift+Tab",), _ANSWER, palette=False),
    _spec("down", _tr("Next criterion"), ("Down",), _ANSWER, palette=False),
    _spec("up", _tr("Criterion before"), ("Up",), _ANSWER, palette=False),
    _spec(
        "write",
        _tr("Type into the criterion, or choose what is pointed at"),
        ("Return", "Enter"),
        _ANSWER,
        palette=False,
    ),
    _spec("left", _tr("Point at the answer before"), ("Left",), _ANSWER, palette=False),
    _spec("right", _tr("Point at the next answer"), ("Right",), _ANSWER, palette=False),
    _spec("cannot_judge", _tr("Cannot judge, and why"), ("X",), _ANSWER),
    _spec("details", _tr("Anchors and examples"), ("E",), _ANSWER),
    _spec("modes", _tr("Add a failure mode"), ("T",), _ANSWER),
    *(
        _spec(f"severity{n}", _tr("Severity S%1").replace("%1", str(n)), (f"Shift+{n}",), _ANSWER)
        for n in range(1, 5)
    ),
    _spec("comment", _tr("Write a comment"), ("M", "Ctrl+M"), _ANSWER),
    _spec("accept", _tr("Take the suggestion for this criterion"), ("Y",), _ANSWER),
    _spec("accept_all", _tr("Take all suggestions"), ("Shift+Y",), _ANSWER),
    _spec("last_time", _tr("As last time: copy my answers of the item before"), ("L",), _ANSWER),
    _spec("snippets", _tr("Insert a snippet into the comment"), ("Ctrl+;",), _ANSWER),
    _spec("submit", _tr("Submit and go to the next"), ("Ctrl+Return", "Ctrl+Enter"), _GO),
    _spec("skip", _tr("Skip: put it at the end of the queue"), ("S",), _GO),
    _spec("flag", _tr("Flag for the adjudicator, with a note"), ("Shift+F",), _GO),
    _spec("undo", _tr("Undo"), ("Ctrl+Z",), _GO),
    _spec("redo", _tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), _GO),
    _spec("next", _tr("Next item"), ("J", "Alt+Down"), _GO),
    _spec("previous", _tr("Item before"), ("K", "Alt+Up"), _GO),
    _spec("next_pending", _tr("Next item that is open"), ("N",), _GO),
    _spec("find", _tr("Find in the trace"), ("/", "Ctrl+F"), _TRACE),
    _spec("compare", _tr("Beside another trace of the scenario, or back"), ("C",), _TRACE),
    _spec("choose_beside", _tr("Choose what stands beside it"), ("Shift+C",), _TRACE),
    _spec("difference", _tr("Next difference"), ("D",), _TRACE),
    _spec("difference_back", _tr("Previous difference"), ("Shift+D",), _TRACE),
    _spec("page_down", _tr("Scroll the trace down"), ("Space", "PgDown"), _TRACE, palette=False),
    _spec("page_up", _tr("Scroll the trace up"), ("Shift+Space", "PgUp"), _TRACE, palette=False),
    _spec("quiet", _tr("Only the trace and the rubric, or everything"), ("F11",), _QUEUE),
    _spec("filter", _tr("Filter the queue"), ("F",), _QUEUE),
    _spec("rubric", _tr("Choose another round or rubric"), ("R",), _QUEUE),
    _spec("scope", _tr("Choose run, order and state"), ("V",), _QUEUE),
    *highlighting_actions("review"),
    *reading_actions("review"),
    *side_by_side_actions("review"),
)
