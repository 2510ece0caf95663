"""Commands of the window as a whole."""

from PySide6.QtCore import QT_TRANSLATE_NOOP

from evaldesk.ui.actions.spec import ActionSpec


def _tr(text: str) -> str:
    return str(QT_TRANSLATE_NOOP("Actions", text))


actions: tuple[ActionSpec, ...] = (
    ActionSpec("app.palette", _tr("Search commands and traces"), ("Ctrl+K",), group="Window"),
    ActionSpec("app.shortcuts", _tr("Show the keys"), ("?", "F1"), group="Window"),
    ActionSpec("app.theme", _tr("Switch between light and dark"), ("Ctrl+Shift+L",)),
    ActionSpec("app.larger", _tr("Larger type"), ("Ctrl++", "Ctrl+="), group="Window"),
    ActionSpec("app.smaller", _tr("Smaller type"), ("Ctrl+-",), group="Window"),
    ActionSpec("app.usual_size", _tr("Type as large as usual"), ("Ctrl+0",), group="Window"),
    ActionSpec("app.density", _tr("Rows closer together, or not"), ("Ctrl+Alt+D",)),
    ActionSpec("app.user", _tr("Change who I am"), ()),
    ActionSpec("app.quit", _tr("Quit"), ("Ctrl+Q",), group="Window"),
    ActionSpec("project.open", _tr("Open a project"), ("Ctrl+O",), group="Project"),
    ActionSpec("project.new", _tr("Make a new project"), ("Ctrl+N",), group="Project"),
    ActionSpec("project.new_encrypted", _tr("Make a new encrypted project"), ("Ctrl+Alt+N",)),
    ActionSpec("project.sample", _tr("Open the sample project"), (), group="Project"),
    ActionSpec("project.close", _tr("Close the project"), ("Ctrl+W",), group="Project"),
    ActionSpec("project.open_package", _tr("Open a package"), ("Ctrl+Alt+O",), group="Project"),
    ActionSpec("project.hand_back", _tr("Hand back"), ("Ctrl+Alt+B",), group="Project"),
    ActionSpec("project.lock", _tr("Lock the project now"), ("Ctrl+Shift+K",), group="Project"),
    ActionSpec("go.overview", _tr("Go to Overview"), ("Ctrl+1",), group="Go to"),
    ActionSpec("go.traces", _tr("Go to Traces"), ("Ctrl+2",), group="Go to"),
    ActionSpec("go.review", _tr("Go to Review"), ("Ctrl+3",), group="Go to"),
    ActionSpec("go.adjudicate", _tr("Go to Adjudicate"), ("Ctrl+4",), group="Go to"),
    ActionSpec("go.compare", _tr("Go to Compare"), ("Ctrl+5",), group="Go to"),
    ActionSpec("go.rubrics", _tr("Go to Rubrics"), ("Ctrl+6",), group="Go to"),
    ActionSpec("go.datasets", _tr("Go to Datasets"), ("Ctrl+7",), group="Go to"),
    ActionSpec("go.rounds", _tr("Go to Rounds"), ("Ctrl+8",), group="Go to"),
    ActionSpec("go.prefer", _tr("Compare pairs of traces"), ("Ctrl+Shift+3",), group="Go to"),
    ActionSpec("go.import", _tr("Import files"), ("Ctrl+I",), group="Go to"),
    ActionSpec("go.audit", _tr("Go to Audit"), ("Ctrl+9",), group="Go to"),
    ActionSpec("go.exchange", _tr("Go to Exchange"), ("Ctrl+Alt+X",), group="Go to"),
    ActionSpec("go.privacy", _tr("Go to Privacy"), ("Ctrl+Alt+P",), group="Go to"),
    ActionSpec("go.settings", _tr("Go to Settings"), ("Ctrl+,",), group="Go to"),
    ActionSpec("go.back", _tr("Go back"), ("Alt+Left",), group="Go to"),
    ActionSpec("go.forward", _tr("Go forward"), ("Alt+Right",), group="Go to"),
)
