"""Commands of the Datasets screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


def _spec(name: str, text: str, *shortcuts: str, group: str) -> ActionSpec:
    return ActionSpec(f"datasets.{name}", text, shortcuts, scope="datasets", group=group)


_VIEW, _VERSION, _SCENARIO, _DOUBLE = (
    _tr("View"),
    _tr("Version"),
    _tr("Scenarios"),
    _tr("Duplicates"),
)

actions: tuple[ActionSpec, ...] = (
    _spec("scenarios", _tr("Show the scenarios"), "1", group=_VIEW),
    _spec("compare", _tr("Compare with another version"), "2", group=_VIEW),
    _spec("duplicates", _tr("Find duplicates"), "3", group=_VIEW),
    _spec("coverage", _tr("Show what is covered"), "4", group=_VIEW),
    _spec("leakage", _tr("Check for leakage"), "5", group=_VIEW),
    _spec("filter", _tr("Filter the scenarios"), "/", "F", group=_VIEW),
    _spec("reset", _tr("Show all scenarios again"), "Shift+F", group=_VIEW),
    _spec("lineage", _tr("Where is this scenario from?"), "L", group=_SCENARIO),
    _spec("edit", _tr("Describe the chosen scenarios"), "E", group=_SCENARIO),
    _spec("remove", _tr("Leave the chosen ones out, or not"), "Delete", group=_SCENARIO),
    _spec("copy_scenario", _tr("Copy the scenario as a new one"), group=_SCENARIO),
    _spec("next_version", _tr("Next version below"), "Alt+Down", group=_VERSION),
    _spec("previous_version", _tr("Version above"), "Alt+Up", group=_VERSION),
    _spec("save", _tr("Save what waits as a version"), "Ctrl+S", group=_VERSION),
    _spec("discard", _tr("Discard what waits"), group=_VERSION),
    _spec("freeze", _tr("Name this version as a suite"), "Ctrl+Shift+S", group=_VERSION),
    _spec("only", _tr("Make a version of the chosen scenarios"), group=_VERSION),
    _spec("traces", _tr("Make a version from a run's traces"), group=_VERSION),
    _spec("merge", _tr("Merge with another version"), group=_VERSION),
    _spec("split", _tr("Split at random"), group=_VERSION),
    _spec("export", _tr("Write the version to a file"), "Ctrl+Shift+E", group=_VERSION),
    _spec("copy_id", _tr("Copy the version's id"), "Ctrl+Shift+I", group=_VERSION),
    _spec("drop", _tr("Drop the duplicate"), "D", group=_DOUBLE),
    _spec("distinct", _tr("They are different"), "K", group=_DOUBLE),
)
