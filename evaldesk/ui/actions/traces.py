"""Commands of the Traces screen. In the trace, / and N belong to what is being read."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.highlighting import highlighting_actions
from evaldesk.ui.actions.reading import reading_actions
from evaldesk.ui.actions.side_by_side import side_by_side_actions
from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(id: str, text: str, *shortcuts: str, group: str) -> ActionSpec:
    return ActionSpec(f"traces.{id}", text, shortcuts, scope="traces", group=group)


_LIST = _tr("List")
_TRACE = _tr("Trace")
_VIEWS = _tr("Views")

actions: tuple[ActionSpec, ...] = (
    _spec("search", _tr("Search in all traces; in a trace, find in it"), "/", group=_LIST),
    _spec("filter", _tr("Filter the list"), "F", group=_LIST),
    _spec("reset", _tr("Show all traces again"), "Shift+F", group=_LIST),
    _spec("filter_help", _tr("How a filter is written"), "Shift+F1", group=_LIST),
    _spec("sort", _tr("Choose the order of the list"), "S", group=_LIST),
    _spec("like", _tr("Find traces like this one"), "L", group=_LIST),
    _spec("differing", _tr("Only where two runs differ"), "D", group=_LIST),
    _spec("to_facets", _tr("Go to the facets"), "T", group=_LIST),
    _spec("to_narrowing", _tr("Go to what narrows the list"), "W", group=_LIST),
    _spec("facets", _tr("Show or hide the facets"), "Ctrl+B", group=_LIST),
    _spec("columns", _tr("Choose columns"), "Ctrl+Shift+C", group=_LIST),
    _spec("copy", _tr("Copy the list as a table"), group=_LIST),
    _spec("export", _tr("Save the list as CSV"), "Ctrl+Shift+E", group=_LIST),
    _spec("export_as", _tr("Export in a format of another tool"), "Ctrl+Alt+E", group=_LIST),
    _spec("to_views", _tr("Go to the saved views"), "V", group=_VIEWS),
    _spec("save_view", _tr("Save this view under a name"), "Shift+V", group=_VIEWS),
    _spec("copy_address", _tr("Copy the address of the view"), "Y", group=_VIEWS),
    _spec("open_address", _tr("Open an address"), "Ctrl+L", group=_VIEWS),
    _spec("next", _tr("Next trace"), "Alt+Down", group=_LIST),
    _spec("previous", _tr("Previous trace"), "Alt+Up", group=_LIST),
    _spec(
        "next_differing",
        _tr("Next scenario in which what stands side by side differs"),
        "Alt+Shift+Down",
        group=_LIST,
    ),
    _spec(
        "previous_differing",
        _tr("Scenario before in which it differs"),
        "Alt+Shift+Up",
        group=_LIST,
    ),
    _spec("mark", _tr("Mark for side by side, or take the mark off"), "X", group=_LIST),
    _spec("unmark", _tr("Take all marks off"), "Shift+X", group=_LIST),
    _spec("compare", _tr("Side by side with others, or back"), "C", group=_TRACE),
    _spec("choose_beside", _tr("Choose what stands beside it"), "Shift+C", group=_TRACE),
    _spec(
        "difference",
        _tr("Next difference; in one trace, next hit of the search"),
        "N",
        group=_TRACE,
    ),
    _spec("difference_back", _tr("Previous difference, or hit"), "Shift+N", group=_TRACE),
    _spec("copy_id", _tr("Copy the trace's id"), "Ctrl+Shift+I", group=_TRACE),
    _spec("origin", _tr("Where is this scenario from?"), "Ctrl+Shift+O", group=_TRACE),
    _spec("layout", _tr("Trace beside or below the list"), "Ctrl+Shift+B", group=_TRACE),
    _spec("back", _tr("Back to the list"), "Escape", group=_TRACE),
    *highlighting_actions("traces"),
    ActionSpec(
        "traces.highlight_undo",
        _tr("Undo the highlight made or removed last"),
        ("Ctrl+Z",),
        "traces",
        "Highlights",
    ),
    ActionSpec(
        "traces.highlight_redo",
        _tr("Redo it"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "traces",
        "Highlights",
    ),
    *reading_actions("traces"),
    *side_by_side_actions("traces"),
)
