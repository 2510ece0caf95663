"""Commands of the rubrics screen."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


actions: tuple[ActionSpec, ...] = (
    ActionSpec("rubrics.new", _tr("New rubric"), ("Ctrl+Shift+N",), "rubrics", least="specialist"),
    ActionSpec(
        "rubrics.save", _tr("Save as a new version"), ("Ctrl+S",), "rubrics", least="specialist"
    ),
    ActionSpec("rubrics.discard", _tr("Discard the changes"), (), "rubrics", least="specialist"),
    ActionSpec(
        "rubrics.import", _tr("Read a rubric from a file"), (), "rubrics", least="specialist"
    ),
    ActionSpec("rubrics.export", _tr("Write the rubric to a file"), ("Ctrl+Shift+E",), "rubrics"),
    ActionSpec(
        "rubrics.add", _tr("Add a question"), ("Ctrl+Shift+Q",), "rubrics", least="specialist"
    ),
    ActionSpec(
        "rubrics.up", _tr("Move the question up"), ("Alt+Shift+Up",), "rubrics", least="specialist"
    ),
    ActionSpec(
        "rubrics.down",
        _tr("Move the question down"),
        ("Alt+Shift+Down",),
        "rubrics",
        least="specialist",
    ),
    ActionSpec("rubrics.versions", _tr("Versions side by side"), ("Ctrl+Shift+D",), "rubrics"),
    ActionSpec("rubrics.review", _tr("Label with this rubric"), ("Ctrl+Return",), "rubrics"),
)
