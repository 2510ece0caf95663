"""Commands of the Compare screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.reading import reading_actions
from evaldesk.ui.actions.side_by_side import side_by_side_actions
from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(name: str, text: str, *shortcuts: str, group: str) -> ActionSpec:
    return ActionSpec(f"compare.{name}", text, shortcuts, scope="compare", group=group)


_WHAT, _LIST, _PAIR, _OUT = _tr("What is compared"), _tr("List"), _tr("Two traces"), _tr("Hand out")

actions: tuple[ActionSpec, ...] = (
    _spec("run_a", _tr("Choose run A"), "A", group=_WHAT),
    _spec("run_b", _tr("Choose run B"), "B", group=_WHAT),
    _spec("swap", _tr("Swap A and B"), "X", group=_WHAT),
    _spec("metric", _tr("Choose the metric"), "M", group=_WHAT),
    _spec("suite", _tr("Choose the suite"), "U", group=_WHAT),
    _spec("tier", _tr("Choose the tier"), "T", group=_WHAT),
    _spec("trials", _tr("Choose how trials become one value"), group=_WHAT),
    _spec("errors", _tr("Count errors as failures, or leave them out"), "E", group=_WHAT),
    _spec("regressions", _tr("List the regressions"), "1", group=_LIST),
    _spec("improvements", _tr("List the improvements"), "2", group=_LIST),
    _spec("ties", _tr("List what is equal"), "3", group=_LIST),
    _spec("all", _tr("List every pair"), "4", group=_LIST),
    _spec("left_out", _tr("List what could not be compared"), "5", group=_LIST),
    _spec("reset", _tr("List every tier and slice again"), "Shift+F", group=_LIST),
    _spec("open", _tr("Show the two traces side by side"), "Return", "Enter", group=_PAIR),
    _spec("next", _tr("Next scenario of the list"), "J", "Alt+Down", group=_PAIR),
    _spec("previous", _tr("Scenario before in the list"), "K", "Alt+Up", group=_PAIR),
    _spec(
        "next_differing",
        _tr("Next scenario of the list in which A and B differ"),
        "Shift+J",
        "Alt+Shift+Down",
        group=_PAIR,
    ),
    _spec(
        "previous_differing",
        _tr("Scenario before in which A and B differ"),
        "Shift+K",
        "Alt+Shift+Up",
        group=_PAIR,
    ),
    _spec("choose_beside", _tr("Choose what stands beside A"), "C", group=_PAIR),
    _spec("difference", _tr("Next difference"), "N", group=_PAIR),
    _spec("difference_back", _tr("Previous difference"), "Shift+N", group=_PAIR),
    _spec("find", _tr("Find in the two traces"), "/", group=_PAIR),
    _spec("back", _tr("Back to the comparison"), "Escape", group=_PAIR),
    _spec("copy", _tr("Copy the comparison as a table"), "Ctrl+Shift+C", group=_OUT),
    _spec("copy_list", _tr("Copy the list as a table"), group=_OUT),
    _spec("copy_chart", _tr("Copy the chart as a picture"), "Ctrl+Shift+G", group=_OUT),
    _spec("save_png", _tr("Save the chart as PNG"), group=_OUT),
    _spec("save_svg", _tr("Save the chart as SVG"), group=_OUT),
    _spec("workbook", _tr("Save the comparison as an Excel workbook"), "Ctrl+Shift+E", group=_OUT),
    *reading_actions("compare", frozenset({"B"})),
    *side_by_side_actions("compare"),
)
