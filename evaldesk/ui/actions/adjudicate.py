"""Commands of the adjudicate screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.reading import reading_actions
from evaldesk.ui.actions.spec import ActionSpec

_SCOPE = "adjudicate"


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(
    name: str, text: str, keys: tuple[str, ...], group: str, *, palette: bool = True
) -> ActionSpec:
    return ActionSpec(f"adjudicate.{name}", text, keys, _SCOPE, group, palette)


_RULE, _GO, _TRACE, _LIST = "Rule", "Go on", "Trace", "List"

actions: tuple[ActionSpec, ...] = (
    *(
        _spec(
            f"choose{n}",
            _tr("Choose point %1").replace("%1", str(n)),
            (str(n),),
            _RULE,
            palette=False,
        )
        for n in range(1, 10)
    ),
    _spec("none_fits", _tr("None of the values fits"), ("X",), _RULE),
    _spec("unsettled", _tr("The rubric does not settle it"), ("U",), _RULE),
    _spec("reason", _tr("Write the reason"), ("R",), _RULE),
    _spec("reasons", _tr("Take over an earlier reason"), ("E",), _RULE),
    _spec("rule", _tr("Rule and go to the next"), ("Ctrl+Return", "Ctrl+Enter"), _RULE),
    _spec("again", _tr("Take up the last ruling again"), ("Ctrl+Z",), _RULE),
    _spec("next", _tr("Next disagreement"), ("J", "Down"), _GO),
    _spec("previous", _tr("Disagreement before"), ("K", "Up"), _GO),
    _spec("next_open", _tr("Next disagreement without a ruling"), ("N",), _GO),
    _spec("next_row", _tr("Next question of this trace"), ("Tab",), _GO, palette=False),
    _spec("previous_row", _tr("Question of this trace before"), ("Shift+Tab",), _GO, palette=False),
    _spec("find", _tr("Find in the trace"), ("/", "Ctrl+F"), _TRACE),
    _spec("page_down", _tr("Scroll the trace down"), ("Space", "PgDown"), _TRACE, palette=False),
    _spec("page_up", _tr("Scroll the trace up"), ("Shift+Space", "PgUp"), _TRACE, palette=False),
    _spec("systems", _tr("Show or hide systems and scores"), ("S",), _TRACE),
    _spec("filter", _tr("Filter the disagreements"), ("F",), _LIST),
    _spec("scope", _tr("Choose question and severity"), ("V",), _LIST),
    _spec("sort", _tr("Choose the order"), ("O",), _LIST),
    _spec("states", _tr("Open, ruled or all"), ("L",), _LIST),
    _spec("pattern", _tr("List the items of the pattern, or all"), ("P",), _LIST),
    _spec("rubric", _tr("Choose another rubric"), ("B",), _LIST),
    _spec("run", _tr("Choose a run"), ("G",), _LIST),
    _spec("agreement", _tr("Agreement, or back to the disagreements"), ("A",), "View"),
    _spec("copy", _tr("Copy what is listed as a table"), ("Ctrl+Shift+C",), "View"),
    *reading_actions("adjudicate", frozenset({"B"})),
)
