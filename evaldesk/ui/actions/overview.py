"""Commands of the Overview."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


actions: tuple[ActionSpec, ...] = (
    ActionSpec(
        "overview.traces",
        _tr("Show the traces of the run"),
        ("Return",),
        "overview",
        least="specialist",
    ),
    ActionSpec(
        "overview.copy",
        _tr("Copy the table of runs"),
        ("Ctrl+Shift+C",),
        "overview",
        least="specialist",
    ),
    ActionSpec(
        "overview.workbook",
        _tr("Export to Excel"),
        ("Ctrl+E", "Ctrl+Shift+E"),
        "overview",
        least="specialist",
    ),
    ActionSpec(
        "overview.export",
        _tr("Export in a format of another tool"),
        ("Ctrl+Alt+E",),
        "overview",
        least="specialist",
    ),
)
