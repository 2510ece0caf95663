"""The composition root: the only place that builds the window's objects and wires them."""

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from evaldesk.jobs.runner import JobRunner
from evaldesk.settings import Settings
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.actions.typing_guard import TypingGuard
from evaldesk.ui.prompts import Prompts
from evaldesk.ui.screens.registry import SCREENS, ScreenSpec
from evaldesk.ui.shell.questions import WindowPrompts
from evaldesk.ui.shell.window import MainWindow
from evaldesk.ui.theme.icons import app_icon
from evaldesk.ui.theme.keeper import ThemeKeeper
from evaldesk.ui.workspace import Workspace


def application() -> QApplication:
    """The application object: the one there is, else a new one."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    app.setApplicationName("EvalDesk")
    app.setApplicationDisplayName("EvalDesk")
    app.setDesktopFileName("evaldesk")
    return app


def build_window(
    app: QApplication,
    *,
    settings: Settings | None = None,
    jobs: JobRunner | None = None,
    prompts: Prompts | None = None,
    screens: tuple[ScreenSpec, ...] = SCREENS,
) -> MainWindow:
    """A window with everything it needs; not shown yet.

    Args:
        settings: preferences; those of this machine where None.
        jobs: threads of its own where None.
        prompts: scripted ones for tests; dialogs of the window where None.
        screens: the screens it has.
    """
    settings = settings if settings is not None else Settings()
    jobs = jobs if jobs is not None else JobRunner()
    asking = WindowPrompts(settings)
    app.setWindowIcon(app_icon())
    theme = ThemeKeeper(app, settings)
    guard = TypingGuard(app)
    workspace = Workspace(
        jobs, settings, ActionRegistry(settings), prompts if prompts is not None else asking
    )
    theme.attach(workspace)
    window = MainWindow(workspace, theme, screens)
    for part in (jobs, workspace, workspace.actions, theme, guard):
        part.setParent(window)
    asking.window = window
    return window


def open_at_start(window: MainWindow, path: Path | None, view: str = "") -> None:
    """Open the project that was asked for, and a view of its traces; without one, get ready for
    the person's choice.
    """
    if path is not None:
        window.open_path(path, view)
    else:
        window.desk.preload()
